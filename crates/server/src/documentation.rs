//! The API's description of itself: an OpenAPI 3.1 document made from the handlers, and pages to read it without any other server.

pub(crate) mod completed;
mod records;

use std::sync::{Arc, OnceLock};

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use raakvlak_domain::identifiers::{
    CompetenceId, ExpertId, KnobVersionId, MatchId, OrganisationId, PackageId, ProgrammeId, RuleId, TaskId, TermId, UserId,
};
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::packages::PackageState;
use raakvlak_domain::users::Role;
use utoipa::OpenApi;
use utoipa::openapi::info::{Contact, ContactBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_actix_web::AppExt;

use crate::configuration::Settings;
use crate::headers::{API_VERSION, PAGE_POLICY};
use crate::paging::{Cursor, Limit};
use crate::problem::{Problem, ProblemBody, ProblemFault};
use crate::shared::Shared;

/// The name of the way to say who asks.
pub const SECURITY_SCHEME: &str = "accessToken";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Raakvlak",
        description = include_str!("documentation/introduction.md"),
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
    ),
    servers((url = "/api/v1", description = "This server")),
    // What stands in paths and queries alone is not collected from the handlers.
    components(schemas(
        ProblemBody, ProblemFault, Cursor, Limit, CompetenceId, ExpertId, KnobVersionId, MatchId, OrganisationId, PackageId, ProgrammeId, RuleId, TaskId,
        TermId, UserId, MatchState, PackageState, Role,
    )),
    security(("accessToken" = [])),
    tags(
        (name = "documentation", description = "This description, and the keys behind access tokens."),
        (name = "sign-in", description = "Coming in and going out."),
        (name = "me", description = "One's own: the profile, what is shown of it, what fits, who looked, and going."),
        (name = "users", description = "Who may come in, and as what."),
        (name = "organisations", description = "Those who ask for people or lend them."),
        (name = "programmes", description = "Named initiatives, each with its own setting of the knob."),
        (name = "task-packages", description = "Work as bundles of tasks with a purpose."),
        (name = "shortlists", description = "The people for a package, as a mediator sees them."),
        (name = "experts", description = "Experts by experience, as a mediator fills in together with them."),
        (name = "matches", description = "A match's life, one door for each verb."),
        (name = "knobs", description = "How matching is set: positions, versions, previews."),
        (name = "reports", description = "Figures: fairness, and who is shown to nobody."),
        (name = "rules", description = "What is known of legislation, and the support measures: never advice, always with who decides."),
        (name = "vocabulary", description = "The words, and finding them in free text."),
        (name = "todos", description = "What needs a mediator today."),
        (name = "audit", description = "The trail of every decision and every look."),
    )
)]
struct Base;

/// The whole document.
#[must_use]
pub fn document() -> &'static utoipa::openapi::OpenApi {
    static DOCUMENT: OnceLock<utoipa::openapi::OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let (_, collected) = actix_web::App::new().into_utoipa_app().openapi(base()).configure(crate::routes::api).split_for_parts();
        completed::completed(collected)
    })
}

/// The document as text, with whom these settings name to turn to; as it is committed, with the settings that nobody changed.
#[must_use]
pub fn text(settings: &Settings) -> String {
    let mut document = document().clone();
    document.info.contact = Some(contact(settings));
    let names: Vec<String> = document.components.iter().flat_map(|components| components.schemas.keys().cloned()).collect();
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    // Names of schemas are in upper camel case; the collector writes those of pages with underscores.
    let named = names.iter().filter(|name| name.contains('_')).fold(text, |text, name| {
        let told = name.replace("Page_", "PageOf").replace('_', "");
        text.replace(&format!("\"{name}\""), &format!("\"{told}\"")).replace(&format!("/schemas/{name}\""), &format!("/schemas/{told}\""))
    });
    named + "\n"
}

fn contact(settings: &Settings) -> Contact {
    let url = settings.contact_url.as_ref().map_or_else(|| settings.public_address(), |address| address.as_str().to_owned());
    let contact = ContactBuilder::new().name(Some(settings.contact_name.as_str())).email(Some(settings.contact_email.as_str()));
    contact.url(Some(url)).build()
}

fn base() -> utoipa::openapi::OpenApi {
    let mut base = Base::openapi();
    base.info.version = API_VERSION.to_owned();
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let scheme = scheme.description(Some("An access token from `POST /tokens`; it holds for ten minutes.")).build();
    base.components.get_or_insert_default().add_security_scheme(SECURITY_SCHEME, SecurityScheme::Http(scheme));
    base
}

/// The description of this API (OpenAPI 3.1).
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "says what the document is; the text itself is made from the handlers")]
pub struct ApiDocument {
    /// The version of OpenAPI.
    #[schema(example = "3.1.0")]
    openapi: String,
    /// What this API is.
    info: std::collections::BTreeMap<String, serde_json::Value>,
    /// The operations.
    paths: std::collections::BTreeMap<String, serde_json::Value>,
    /// What operations share.
    components: std::collections::BTreeMap<String, serde_json::Value>,
    /// Where the operations are.
    servers: Vec<serde_json::Value>,
    /// How requests are signed.
    security: Vec<serde_json::Value>,
    /// What operations are about.
    tags: Vec<serde_json::Value>,
}

/// Read this description
///
/// The OpenAPI document of this API. Every origin may read it.
#[utoipa::path(
    operation_id = "read_document",
    tag = "documentation",
    security(()),
    responses((status = 200, description = "The document.", body = ApiDocument, content_type = "application/json",
        headers(("Access-Control-Allow-Origin" = String, description = "Every origin."))))
)]
#[get("/openapi.json")]
pub(crate) async fn read_document(shared: web::Data<Shared>) -> HttpResponse {
    let for_everyone = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin")];
    let mut answer = HttpResponse::Ok();
    answer.content_type("application/json");
    for header in for_everyone {
        answer.insert_header(header);
    }
    answer.body(shared.document.to_string())
}

/// The pages in which people read the document.
#[get("/api/v1/docs/{file:[^/]*}")]
pub(crate) async fn page(file: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (media_type, content): (&str, Vec<u8>) = match file.as_str() {
        "" | "index.html" => ("text/html; charset=utf-8", include_bytes!("documentation/index.html").to_vec()),
        "start.js" => ("text/javascript; charset=utf-8", include_bytes!("documentation/start.js").to_vec()),
        "swagger-ui-bundle.js" => ("text/javascript; charset=utf-8", vendored("swagger-ui-bundle.js")?),
        "swagger-ui.css" => ("text/css; charset=utf-8", vendored("swagger-ui.css")?),
        _ => return Err(Problem::UnknownRoute),
    };
    Ok(HttpResponse::Ok().content_type(media_type).insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY)).body(content))
}

/// Leads to the pages: their relative addresses need the slash.
#[get("/api/v1/docs")]
pub(crate) async fn page_without_slash() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/api/v1/docs/")).finish()
}

/// A file of Swagger UI, from within this program.
fn vendored(name: &str) -> Result<Vec<u8>, Problem> {
    let file = utoipa_swagger_ui::serve(name, Arc::new(utoipa_swagger_ui::Config::from("openapi.json")));
    file.ok().flatten().map(|file| file.bytes.into_owned()).ok_or(Problem::UnknownRoute)
}
