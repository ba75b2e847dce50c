//! Me: one's own profile, what is shown of it, what fits, who looked, and going.

use actix_web::{HttpRequest, delete, get, post, put, web};
use raakvlak_domain::experts::{Availability, Disclosure, Expert};
use raakvlak_domain::identifiers::ExpertId;
use raakvlak_domain::reading::{Changed, Fresh};
use raakvlak_domain::record;
use raakvlak_domain::users::User;
use raakvlak_service::actor::Actor;
use raakvlak_service::audit::View;
use raakvlak_service::error::Error;
use raakvlak_service::experts::{Disclosed, ExpertExport};
use raakvlak_service::fitting::{FittingCount, FittingPackage};
use raakvlak_service::rules::judging::Report;
use raakvlak_service::rules::trying::OwnCase;
use utoipa::ToSchema;

use super::answers::{Answered, PageQuery, change, done, make, rank_rows, read, read_record, read_rows};
use super::experts::Consent;
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::paging::{Page, PageWith};
use crate::parameters::InQuery;
use crate::shared::Shared;

record! {
    /// Whether one can be asked now.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
    pub struct AvailabilityChoice {
        /// Available, on standby for call-ups, or paused.
        pub availability: Availability,
    }
}

/// The expert that the caller is; without a profile there is nothing of theirs to read.
fn own(actor: &Actor) -> Result<ExpertId, Error> {
    actor.expert.clone().ok_or(Error::NotFound)
}

/// Read who I am
#[utoipa::path(
    operation_id = "get_me",
    tag = "me",
    responses((status = 200, description = "The user.", body = User, headers(("ETag"))))
)]
#[get("/me")]
pub(crate) async fn get_me(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read_record(&shared, &caller, |desk, actor| desk.user(actor, &actor.user)).await
}

/// Make my profile
///
/// Nothing needs to be filled in; what is left out is asked when it matters, and never makes you unfindable.
#[utoipa::path(
    operation_id = "create_my_profile",
    tag = "me",
    params(IdempotencyKey),
    request_body(content = Expert, example = json!({"display_name": "Noor", "wants_to_be_matched": true, "competences": [{"competence": "rv:cook-together", "level": 3, "source": "self"}], "hours": {"min": 4, "max": 16}, "place": {"town": "Zwolle"}, "travel_km": 15})),
    responses((status = 201, description = "The profile.", body = Expert, headers(("ETag"))))
)]
#[post("/me/profile")]
pub(crate) async fn create_my_profile(
    shared: web::Data<Shared>,
    caller: Caller,
    key: IdempotencyKey,
    body: Checked<Fresh<Expert>>,
) -> Answered {
    make(&shared, &caller, key, body.digest, None, move |desk, actor| desk.create_expert(actor, body.value.0, Some(actor.user.clone())))
        .await
}

/// Read my profile
#[utoipa::path(
    operation_id = "get_my_profile",
    tag = "me",
    responses((status = 200, description = "The whole profile.", body = Expert, headers(("ETag"))))
)]
#[get("/me/profile")]
pub(crate) async fn get_my_profile(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read_record(&shared, &caller, |desk, actor| desk.expert(actor, &own(actor)?)).await
}

/// Change my profile
#[utoipa::path(
    operation_id = "update_my_profile",
    tag = "me",
    params(IfMatch),
    request_body(content = Expert, example = json!({"display_name": "Noor", "wants_to_be_matched": true, "competences": [{"competence": "rv:cook-together", "level": 3, "source": "self"}], "hours": {"min": 4, "max": 16}, "place": {"town": "Zwolle"}, "travel_km": 15})),
    responses((status = 200, description = "The profile.", body = Expert, headers(("ETag"))))
)]
#[put("/me/profile")]
pub(crate) async fn update_my_profile(shared: web::Data<Shared>, caller: Caller, on: IfMatch, body: Checked<Changed<Expert>>) -> Answered {
    change(
        &shared,
        &caller,
        on,
        |desk, actor| desk.expert(actor, &own(actor)?),
        move |desk, actor, version| desk.update_expert(actor, body.value.0, &own(actor)?, version),
    )
    .await
}

/// Choose who sees what of me
#[utoipa::path(
    operation_id = "set_my_disclosure",
    tag = "me",
    params(IfMatch),
    request_body(content = Disclosure, example = json!({"story": "nobody", "competences": "organisation"})),
    responses((status = 200, description = "The profile.", body = Expert, headers(("ETag"))))
)]
#[put("/me/disclosure")]
pub(crate) async fn set_my_disclosure(shared: web::Data<Shared>, caller: Caller, on: IfMatch, body: Checked<Disclosure>) -> Answered {
    change(
        &shared,
        &caller,
        on,
        |desk, actor| desk.expert(actor, &own(actor)?),
        move |desk, actor, version| desk.set_disclosure(actor, &own(actor)?, body.value, version),
    )
    .await
}

/// Answer: do you want to work?
///
/// Taking back a yes works at once: every open match that is not confirmed ends.
#[utoipa::path(
    operation_id = "set_my_consent",
    tag = "me",
    params(IfMatch),
    request_body(content = Consent, example = json!({"wants_to_be_matched": false})),
    responses((status = 200, description = "The profile.", body = Expert, headers(("ETag"))))
)]
#[put("/me/consent")]
pub(crate) async fn set_my_consent(shared: web::Data<Shared>, caller: Caller, on: IfMatch, body: Checked<Consent>) -> Answered {
    change(
        &shared,
        &caller,
        on,
        |desk, actor| desk.expert(actor, &own(actor)?),
        move |desk, actor, version| desk.set_consent(actor, &own(actor)?, body.value.wants_to_be_matched, version),
    )
    .await
}

/// Pause, or be available again
///
/// Works at once.
#[utoipa::path(
    operation_id = "set_my_availability",
    tag = "me",
    params(IfMatch),
    request_body(content = AvailabilityChoice, example = json!({"availability": "paused"})),
    responses((status = 200, description = "The profile.", body = Expert, headers(("ETag"))))
)]
#[put("/me/availability")]
pub(crate) async fn set_my_availability(
    shared: web::Data<Shared>,
    caller: Caller,
    on: IfMatch,
    body: Checked<AvailabilityChoice>,
) -> Answered {
    change(
        &shared,
        &caller,
        on,
        |desk, actor| desk.expert(actor, &own(actor)?),
        move |desk, actor, version| desk.set_availability(actor, &own(actor)?, body.value.availability, version),
    )
    .await
}

/// See what an organisation would see of me
#[utoipa::path(
    operation_id = "preview_me",
    tag = "me",
    responses((status = 200, description = "The profile as an organisation sees it after my yes.", body = Disclosed))
)]
#[get("/me/preview")]
pub(crate) async fn preview_me(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |desk, actor| desk.preview_expert(actor, &own(actor)?)).await
}

/// List the packages that fit me
///
/// With how many fit in all. A page begins at a place in the list as it is now.
#[utoipa::path(
    operation_id = "list_my_packages",
    tag = "me",
    params(PageQuery),
    responses((
        status = 200,
        description = "A page, best first, each with what you have not told yet and what could matter for it.",
        body = PageWith<FittingCount, FittingPackage>
    ))
)]
#[get("/me/packages")]
pub(crate) async fn list_my_packages(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    page: InQuery<PageQuery>,
) -> Answered {
    rank_rows(&shared, &request, &caller, page.0, |desk, actor, page| desk.fitting_packages(actor, page)).await
}

/// See what the rules say to me about work
///
/// Also about my income: this is for my eyes alone. Answers are used and forgotten. It is no legal advice: with each outcome stands who decides.
#[utoipa::path(
    operation_id = "judge_my_rules",
    tag = "me",
    request_body(content = OwnCase, example = json!({"package": "p-1", "answers": {"told_municipality": true}})),
    responses((status = 200, description = "What comes out: possible, not, or unknown with what to ask.", body = Report))
)]
#[post("/me/rules/_try")]
pub(crate) async fn judge_my_rules(shared: web::Data<Shared>, caller: Caller, body: Checked<OwnCase>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.own_rules(actor, &body.value)).await
}

/// Take everything about me along
#[utoipa::path(
    operation_id = "export_me",
    tag = "me",
    responses((status = 200, description = "The profile, consents and matches.", body = ExpertExport))
)]
#[get("/me/export")]
pub(crate) async fn export_me(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |desk, actor| desk.export_expert(actor, &own(actor)?)).await
}

/// List who saw what of me
#[utoipa::path(
    operation_id = "list_my_views",
    tag = "me",
    params(PageQuery),
    responses((status = 200, description = "A page, newest first.", body = Page<View>))
)]
#[get("/me/views")]
pub(crate) async fn list_my_views(shared: web::Data<Shared>, caller: Caller, request: HttpRequest, page: InQuery<PageQuery>) -> Answered {
    read_rows(&shared, &request, &caller, page.0, |desk, actor, page| desk.my_views(actor, page)).await
}

/// Erase me
#[utoipa::path(
    operation_id = "erase_me",
    tag = "me",
    responses((status = 204, description = "Everything about you is gone. The trail keeps what happened, under a name that nobody can resolve any more."))
)]
#[delete("/me")]
pub(crate) async fn erase_me(shared: web::Data<Shared>, caller: Caller) -> Answered {
    done(&shared, &caller, |desk, actor| desk.erase_user(actor, &actor.user)).await
}
