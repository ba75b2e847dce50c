//! Experts, as a mediator fills in together with them.

use actix_web::{HttpRequest, get, post, put, web};
use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::ExpertId;
use raakvlak_domain::reading::{Changed, Fresh};
use raakvlak_domain::record;
use raakvlak_service::experts::ExpertAnswer;
use utoipa::ToSchema;

use super::answers::{Answered, PageQuery, change, make, rank, read_page, read_record};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::paging::{Listed, Page};
use crate::parameters::{InPath, InQuery};
use crate::shared::Shared;

record! {
    /// The answer to: do you want to work?
    #[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
    pub struct Consent {
        /// Yes or no.
        pub wants_to_be_matched: bool,
    }
}

/// Make a profile for somebody
///
/// A mediator fills in together with somebody who signs in later, or on paper. Only what the person wants to tell is filled in; nothing needs to be.
#[utoipa::path(
    operation_id = "create_expert",
    tag = "experts",
    params(IdempotencyKey),
    request_body(content = Expert, example = json!({"display_name": "Noor", "wants_to_be_matched": true, "competences": [{"competence": "rv:cook-together", "level": 3, "source": "self"}], "hours": {"min": 4, "max": 16}, "place": {"town": "Zwolle"}, "travel_km": 15})),
    responses((status = 201, description = "The profile.", body = Expert, headers(("ETag"))))
)]
#[post("/experts")]
pub(crate) async fn create_expert(
    shared: web::Data<Shared>,
    caller: Caller,
    key: IdempotencyKey,
    body: Checked<Fresh<Expert>>,
) -> Answered {
    make(&shared, &caller, key, body.digest, Some("/experts"), move |desk, actor| desk.create_expert(actor, body.value.0, None)).await
}

/// List experts
///
/// Each look at a person is noted, and shown to them.
#[utoipa::path(
    operation_id = "list_experts",
    tag = "experts",
    params(PageQuery),
    responses((status = 200, description = "A page, each as far as disclosed to the reader.", body = Page<Listed<Expert>>))
)]
#[get("/experts")]
pub(crate) async fn list_experts(shared: web::Data<Shared>, caller: Caller, request: HttpRequest, page: InQuery<PageQuery>) -> Answered {
    read_page(&shared, &request, &caller, page.0, |desk, actor, page| desk.experts(actor, page)).await
}

/// Read a profile
#[utoipa::path(
    operation_id = "get_expert",
    tag = "experts",
    params(("expert" = ExpertId, Path, description = "The expert.")),
    responses((status = 200, description = "The profile, as far as disclosed to the reader.", body = Expert, headers(("ETag"))))
)]
#[get("/experts/{expert}")]
pub(crate) async fn get_expert(shared: web::Data<Shared>, caller: Caller, id: InPath<ExpertId>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| desk.expert(actor, &id.0)).await
}

/// Change a profile
///
/// What a mediator may not see stays as the person told it, whatever is sent.
#[utoipa::path(
    operation_id = "update_expert",
    tag = "experts",
    params(("expert" = ExpertId, Path, description = "The expert."), IfMatch),
    request_body(content = Expert, example = json!({"display_name": "Noor", "wants_to_be_matched": true, "competences": [{"competence": "rv:cook-together", "level": 3, "source": "self"}], "hours": {"min": 4, "max": 16}, "place": {"town": "Zwolle"}, "travel_km": 15})),
    responses((status = 200, description = "The profile.", body = Expert, headers(("ETag"))))
)]
#[put("/experts/{expert}")]
pub(crate) async fn update_expert(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<ExpertId>,
    on: IfMatch,
    body: Checked<Changed<Expert>>,
) -> Answered {
    let current = id.0.clone();
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| desk.expert(actor, &current),
        move |desk, actor, version| desk.update_expert(actor, body.value.0, &id.0, version),
    )
    .await
}

/// Write down the answer to: do you want to work?
///
/// As the person gave it on paper or by telephone; noted as written down by the mediator.
#[utoipa::path(
    operation_id = "record_consent",
    tag = "experts",
    params(("expert" = ExpertId, Path, description = "The expert."), IfMatch),
    request_body(content = Consent, example = json!({"wants_to_be_matched": true})),
    responses((status = 200, description = "The profile.", body = Expert, headers(("ETag"))))
)]
#[put("/experts/{expert}/consent")]
pub(crate) async fn record_consent(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<ExpertId>,
    on: IfMatch,
    body: Checked<Consent>,
) -> Answered {
    let current = id.0.clone();
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| desk.expert(actor, &current),
        move |desk, actor, version| desk.set_consent(actor, &id.0, body.value.wants_to_be_matched, version),
    )
    .await
}

/// List the packages that fit somebody
#[utoipa::path(
    operation_id = "list_packages_of_expert",
    tag = "experts",
    params(("expert" = ExpertId, Path, description = "The expert.")),
    responses((status = 200, description = "The packages, best first, and what keeps others out.", body = ExpertAnswer))
)]
#[get("/experts/{expert}/packages")]
pub(crate) async fn list_packages_of_expert(shared: web::Data<Shared>, caller: Caller, id: InPath<ExpertId>) -> Answered {
    rank(&shared, &caller, move |desk, actor| desk.packages_of_expert(actor, &id.0)).await
}
