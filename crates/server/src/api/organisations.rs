//! Organisations: make, read, change, vet, and who speaks for them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, delete, get, post, put, web};
use raakvlak_domain::identifiers::{OrganisationId, UserId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::reading::{Changed, Fresh};
use raakvlak_domain::record;
use raakvlak_domain::texts::EmailAddress;
use raakvlak_service::organisations::{Invitation, Member, OrganisationView, WorkChanges};
use utoipa::ToSchema;

use super::answers::{Answered, PageQuery, act_silently, change, decide, done, make, no_body, read, read_page, read_record};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::paging::{Listed, Page};
use crate::parameters::{BothInPath, InPath, InQuery};
use crate::shared::Shared;

record! {
    /// An invitation to speak for an organisation.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct InvitationRequest {
        /// Where it goes.
        pub email: EmailAddress,
        /// The language to write in, when the person is new here.
        pub language: Language = Language::Nl,
    }
}

/// Make an organisation
///
/// Whoever makes it as a member speaks for it from then on. Others know of it once a mediator has vetted it.
#[utoipa::path(
    operation_id = "create_organisation",
    tag = "organisations",
    params(IdempotencyKey),
    request_body(content = Organisation, example = json!({"name": "Buurtkeuken De Pollepel", "kind": "citizens_initiative", "place": {"town": "Zwolle"}})),
    responses((status = 201, description = "The organisation.", body = OrganisationView, headers(("ETag"))))
)]
#[post("/organisations")]
pub(crate) async fn create_organisation(
    shared: web::Data<Shared>,
    caller: Caller,
    key: IdempotencyKey,
    body: Checked<Fresh<Organisation>>,
) -> Answered {
    make(&shared, &caller, key, body.digest, Some("/organisations"), move |desk, actor| desk.create_organisation(actor, body.value.0)).await
}

/// List organisations
#[utoipa::path(
    operation_id = "list_organisations",
    tag = "organisations",
    params(PageQuery),
    responses((status = 200, description = "A page; the `Link` header leads to the next.", body = Page<Listed<OrganisationView>>))
)]
#[get("/organisations")]
pub(crate) async fn list_organisations(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    page: InQuery<PageQuery>,
) -> Answered {
    read_page(&shared, &request, &caller, page.0, |desk, actor, page| desk.organisations(actor, page)).await
}

/// Read an organisation
#[utoipa::path(
    operation_id = "get_organisation",
    tag = "organisations",
    params(("organisation" = OrganisationId, Path, description = "The organisation.")),
    responses((status = 200, description = "The organisation.", body = OrganisationView, headers(("ETag"))))
)]
#[get("/organisations/{organisation}")]
pub(crate) async fn get_organisation(shared: web::Data<Shared>, caller: Caller, id: InPath<OrganisationId>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| desk.organisation(actor, &id.0)).await
}

/// Change an organisation
#[utoipa::path(
    operation_id = "update_organisation",
    tag = "organisations",
    params(("organisation" = OrganisationId, Path, description = "The organisation."), IfMatch),
    request_body(content = Organisation, example = json!({"name": "Buurtkeuken De Pollepel", "kind": "citizens_initiative", "place": {"town": "Zwolle"}})),
    responses((status = 200, description = "The organisation.", body = OrganisationView, headers(("ETag"))))
)]
#[put("/organisations/{organisation}")]
pub(crate) async fn update_organisation(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<OrganisationId>,
    on: IfMatch,
    body: Checked<Changed<Organisation>>,
) -> Answered {
    let current = id.0.clone();
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| desk.organisation(actor, &current),
        move |desk, actor, version| desk.update_organisation(actor, body.value.0, &id.0, version),
    )
    .await
}

/// Find an organisation trustworthy
#[utoipa::path(
    operation_id = "vet_organisation",
    tag = "organisations",
    params(("organisation" = OrganisationId, Path, description = "The organisation."), IfMatch, IdempotencyKey),
    responses((status = 200, description = "The organisation.", body = OrganisationView, headers(("ETag"))))
)]
#[post("/organisations/{organisation}/vet")]
pub(crate) async fn vet_organisation(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<OrganisationId>,
    on: IfMatch,
    key: IdempotencyKey,
) -> Answered {
    let current = id.0.clone();
    decide(
        &shared,
        &caller,
        (key, no_body(), on),
        move |desk, actor| desk.organisation(actor, &current),
        move |desk, actor, version| desk.vet_organisation(actor, &id.0, true, version),
    )
    .await
}

/// List who speaks for an organisation
#[utoipa::path(
    operation_id = "list_members",
    tag = "organisations",
    params(("organisation" = OrganisationId, Path, description = "The organisation.")),
    responses((status = 200, description = "The users.", body = Vec<Member>))
)]
#[get("/organisations/{organisation}/members")]
pub(crate) async fn list_members(shared: web::Data<Shared>, caller: Caller, id: InPath<OrganisationId>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.members(actor, &id.0)).await
}

/// Invite somebody to speak for an organisation
///
/// A letter goes out with a link; whoever opens it and signs in speaks for the organisation from then on. The answer is the same whether somebody
/// here has the address or not.
#[utoipa::path(
    operation_id = "invite_member",
    tag = "organisations",
    params(("organisation" = OrganisationId, Path, description = "The organisation."), IdempotencyKey),
    request_body(content = InvitationRequest, example = json!({"email": "sam@example.org", "language": "nl"})),
    responses((status = 202, description = "A letter is on its way."))
)]
#[post("/organisations/{organisation}/invitations")]
pub(crate) async fn invite_member(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<OrganisationId>,
    key: IdempotencyKey,
    body: Checked<InvitationRequest>,
) -> Answered {
    let InvitationRequest { email, language } = body.value;
    let invitation = Invitation { email, language };
    act_silently(&shared, &caller, (key, body.digest), StatusCode::ACCEPTED, move |desk, actor| {
        desk.invite_member(actor, &id.0, invitation)
    })
    .await
}

/// Let a user speak for an organisation
#[utoipa::path(
    operation_id = "add_member",
    tag = "organisations",
    params(("organisation" = OrganisationId, Path, description = "The organisation."), ("user" = UserId, Path, description = "The user.")),
    responses((status = 204, description = "Done."))
)]
#[put("/organisations/{organisation}/members/{user}")]
pub(crate) async fn add_member(shared: web::Data<Shared>, caller: Caller, both: BothInPath<OrganisationId, UserId>) -> Answered {
    done(&shared, &caller, move |desk, actor| desk.add_member(actor, &both.0, &both.1)).await
}

/// End that a user speaks for an organisation
#[utoipa::path(
    operation_id = "remove_member",
    tag = "organisations",
    params(("organisation" = OrganisationId, Path, description = "The organisation."), ("user" = UserId, Path, description = "The user.")),
    responses((status = 204, description = "Done."))
)]
#[delete("/organisations/{organisation}/members/{user}")]
pub(crate) async fn remove_member(shared: web::Data<Shared>, caller: Caller, both: BothInPath<OrganisationId, UserId>) -> Answered {
    done(&shared, &caller, move |desk, actor| desk.remove_member(actor, &both.0, &both.1)).await
}

/// See what an organisation changed in its work
///
/// Which fields of which published package, when, and whether it asks less now: how ready it is to change. No values, and nobody is named.
#[utoipa::path(
    operation_id = "list_work_changes",
    tag = "organisations",
    params(("organisation" = OrganisationId, Path, description = "The organisation.")),
    responses((status = 200, description = "The changes, the latest first, and how many of each.", body = WorkChanges))
)]
#[get("/organisations/{organisation}/work-changes")]
pub(crate) async fn list_work_changes(shared: web::Data<Shared>, caller: Caller, id: InPath<OrganisationId>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.work_changes(actor, &id.0)).await
}
