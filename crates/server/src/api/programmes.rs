//! Programmes: make, read, change, join and leave.

use actix_web::{HttpRequest, delete, get, post, put, web};
use raakvlak_domain::identifiers::{ExpertId, OrganisationId, ProgrammeId};
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::reading::{Changed, Fresh};

use super::answers::{Answered, PageQuery, change, done, make, read, read_page, read_record};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::paging::{Listed, Page};
use crate::parameters::{BothInPath, InPath, InQuery};
use crate::shared::Shared;

/// Make a programme
#[utoipa::path(
    operation_id = "create_programme",
    tag = "programmes",
    params(IdempotencyKey),
    request_body(content = Programme, example = json!({"name": "Zorgreserve", "purpose_nl": "Klaarstaan als de zorg het niet redt.", "position": "task_package", "why_nl": "In een crisis telt welke taken iemand kan dragen."})),
    responses((status = 201, description = "The programme.", body = Programme, headers(("ETag"))))
)]
#[post("/programmes")]
pub(crate) async fn create_programme(
    shared: web::Data<Shared>,
    caller: Caller,
    key: IdempotencyKey,
    body: Checked<Fresh<Programme>>,
) -> Answered {
    make(&shared, &caller, key, body.digest, Some("/programmes"), move |desk, actor| desk.create_programme(actor, body.value.0)).await
}

/// List programmes
#[utoipa::path(
    operation_id = "list_programmes",
    tag = "programmes",
    params(PageQuery),
    responses((status = 200, description = "A page; the `Link` header leads to the next.", body = Page<Listed<Programme>>))
)]
#[get("/programmes")]
pub(crate) async fn list_programmes(shared: web::Data<Shared>, caller: Caller, request: HttpRequest, page: InQuery<PageQuery>) -> Answered {
    read_page(&shared, &request, &caller, page.0, |desk, actor, page| desk.programmes(actor, page)).await
}

/// Read a programme
#[utoipa::path(
    operation_id = "get_programme",
    tag = "programmes",
    params(("programme" = ProgrammeId, Path, description = "The programme.")),
    responses((status = 200, description = "The programme.", body = Programme, headers(("ETag"))))
)]
#[get("/programmes/{programme}")]
pub(crate) async fn get_programme(shared: web::Data<Shared>, caller: Caller, id: InPath<ProgrammeId>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| desk.programme(actor, &id.0)).await
}

/// Change a programme
#[utoipa::path(
    operation_id = "update_programme",
    tag = "programmes",
    params(("programme" = ProgrammeId, Path, description = "The programme."), IfMatch),
    request_body(content = Programme, example = json!({"name": "Zorgreserve", "purpose_nl": "Klaarstaan als de zorg het niet redt.", "position": "task_package", "why_nl": "In een crisis telt welke taken iemand kan dragen."})),
    responses((status = 200, description = "The programme.", body = Programme, headers(("ETag"))))
)]
#[put("/programmes/{programme}")]
pub(crate) async fn update_programme(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<ProgrammeId>,
    on: IfMatch,
    body: Checked<Changed<Programme>>,
) -> Answered {
    let current = id.0.clone();
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| desk.programme(actor, &current),
        move |desk, actor, version| desk.update_programme(actor, body.value.0, &id.0, version),
    )
    .await
}

/// List the organisations that joined a programme
#[utoipa::path(
    operation_id = "list_enrolments",
    tag = "programmes",
    params(("programme" = ProgrammeId, Path, description = "The programme.")),
    responses((status = 200, description = "The organisations.", body = Vec<OrganisationId>))
)]
#[get("/programmes/{programme}/organisations")]
pub(crate) async fn list_enrolments(shared: web::Data<Shared>, caller: Caller, id: InPath<ProgrammeId>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.organisations_of_programme(actor, &id.0)).await
}

/// Let an organisation join a programme
#[utoipa::path(
    operation_id = "join_programme",
    tag = "programmes",
    params(("programme" = ProgrammeId, Path, description = "The programme."), ("organisation" = OrganisationId, Path, description = "The organisation.")),
    responses((status = 204, description = "Done."))
)]
#[put("/programmes/{programme}/organisations/{organisation}")]
pub(crate) async fn join_programme(shared: web::Data<Shared>, caller: Caller, both: BothInPath<ProgrammeId, OrganisationId>) -> Answered {
    done(&shared, &caller, move |desk, actor| desk.enrol_organisation(actor, &both.0, &both.1, true)).await
}

/// Let an organisation leave a programme
#[utoipa::path(
    operation_id = "leave_programme",
    tag = "programmes",
    params(("programme" = ProgrammeId, Path, description = "The programme."), ("organisation" = OrganisationId, Path, description = "The organisation.")),
    responses((status = 204, description = "Done."))
)]
#[delete("/programmes/{programme}/organisations/{organisation}")]
pub(crate) async fn leave_programme(shared: web::Data<Shared>, caller: Caller, both: BothInPath<ProgrammeId, OrganisationId>) -> Answered {
    done(&shared, &caller, move |desk, actor| desk.enrol_organisation(actor, &both.0, &both.1, false)).await
}

/// Let an expert join a programme
///
/// The expert themselves, or a mediator who fills in together with them.
#[utoipa::path(
    operation_id = "join_programme_as_expert",
    tag = "programmes",
    params(("programme" = ProgrammeId, Path, description = "The programme."), ("expert" = ExpertId, Path, description = "The expert.")),
    responses((status = 204, description = "Done."))
)]
#[put("/programmes/{programme}/experts/{expert}")]
pub(crate) async fn join_programme_as_expert(
    shared: web::Data<Shared>,
    caller: Caller,
    both: BothInPath<ProgrammeId, ExpertId>,
) -> Answered {
    done(&shared, &caller, move |desk, actor| desk.enrol_expert(actor, &both.0, &both.1, true)).await
}

/// Let an expert leave a programme
#[utoipa::path(
    operation_id = "leave_programme_as_expert",
    tag = "programmes",
    params(("programme" = ProgrammeId, Path, description = "The programme."), ("expert" = ExpertId, Path, description = "The expert.")),
    responses((status = 204, description = "Done."))
)]
#[delete("/programmes/{programme}/experts/{expert}")]
pub(crate) async fn leave_programme_as_expert(
    shared: web::Data<Shared>,
    caller: Caller,
    both: BothInPath<ProgrammeId, ExpertId>,
) -> Answered {
    done(&shared, &caller, move |desk, actor| desk.enrol_expert(actor, &both.0, &both.1, false)).await
}
