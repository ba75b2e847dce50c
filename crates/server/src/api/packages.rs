//! Task packages: write, publish, pause, close, and what a mediator sees of the people for them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, get, post, put, web};
use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::identifiers::{ExpertId, KnobVersionId, OrganisationId, PackageId, ProgrammeId};
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::quantities::Count;
use raakvlak_domain::reading::{Changed, Fresh};
use raakvlak_service::packages::PackageFilter;
use raakvlak_service::shortlists::{Barrier, Explanation, NearMiss, PackageAnswer, StoredShortlist};
use serde::Serialize;
use utoipa::ToSchema;

use super::answers::{Answered, PageQuery, act, change, decide, make, no_body, rank, read, read_page, read_record};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::paging::{Cursor, Limit, Listed, Page};
use crate::parameters::{BothInPath, InPath, InQuery, query};
use crate::shared::Shared;

query! {
    /// Which packages.
    pub struct PackagesQuery {
        /// Only of this organisation.
        pub organisation("organisation"): Option<OrganisationId>,
        /// Only of this programme.
        pub programme("programme"): Option<ProgrammeId>,
        /// Only in this state.
        pub state("state"): Option<PackageState>,
        /// The most items, 1 to 100.
        pub limit("limit"): Limit,
        /// Where the page starts, from the `Link` header of the page before.
        pub cursor("cursor"): Option<Cursor>,
    }
}

/// A shortlist as it was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shortlist {
    /// Names the shortlist.
    pub id: String,
    /// The package.
    pub package: PackageId,
    /// The revision of the package.
    pub revision: i64,
    /// The day as of which it was made.
    pub as_of: Date,
    /// The version of the matcher knob; null when the knob stood where it starts.
    pub knob_version: Option<KnobVersionId>,
    /// When it was made.
    pub made_at: Instant,
    /// Who is in it, in order of rank.
    pub members: Vec<ShortlistMember>,
}

/// Somebody in a shortlist.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShortlistMember {
    /// The expert.
    pub expert: ExpertId,
    /// The score, in basis points.
    pub score: u32,
    /// Whether one of the kept places lifted them into it.
    pub kept_place: bool,
}

fn shown(kept: StoredShortlist) -> Shortlist {
    let StoredShortlist { id, package, revision, as_of, knob_version, made_at, members, .. } = kept;
    let members = members.into_iter().map(|member| {
        let raakvlak_service::shortlists::Member { expert, score, kept_place } = member;
        ShortlistMember { expert, score, kept_place }
    });
    Shortlist { id, package, revision, as_of, knob_version, made_at, members: members.collect() }
}

/// Make a draft of a task package
///
/// Every fault of the body is named at once.
#[utoipa::path(
    operation_id = "create_package",
    tag = "task-packages",
    params(IdempotencyKey),
    request_body(content = TaskPackage, example = json!({"organisation": "o-1", "purpose": "Mensen in de wijk eten samen.", "title": "Koken in de buurtkeuken", "tasks": [{"id": "koken", "title": "Samen koken", "hours": 4}], "hours": {"min": 4, "max": 8}, "work_form": "basic_job", "place": {"town": "Zwolle"}})),
    responses((status = 201, description = "The draft.", body = TaskPackage, headers(("ETag"))))
)]
#[post("/task-packages")]
pub(crate) async fn create_package(
    shared: web::Data<Shared>,
    caller: Caller,
    key: IdempotencyKey,
    body: Checked<Fresh<TaskPackage>>,
) -> Answered {
    make(&shared, &caller, key, body.digest, Some("/task-packages"), move |desk, actor| desk.create_package(actor, body.value.0)).await
}

/// List task packages
///
/// Their own for an organisation, published ones for an expert, all for a mediator.
#[utoipa::path(
    operation_id = "list_packages",
    tag = "task-packages",
    params(PackagesQuery),
    responses((status = 200, description = "A page; the `Link` header leads to the next.", body = Page<Listed<TaskPackage>>))
)]
#[get("/task-packages")]
pub(crate) async fn list_packages(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    query: InQuery<PackagesQuery>,
) -> Answered {
    let PackagesQuery { organisation, programme, state, limit, cursor } = query.0;
    let filter = PackageFilter { organisation, programme, state };
    read_page(&shared, &request, &caller, PageQuery { limit, cursor }, move |desk, actor, page| desk.packages(actor, filter, page)).await
}

/// Read a task package
#[utoipa::path(
    operation_id = "get_package",
    tag = "task-packages",
    params(("package" = PackageId, Path, description = "The package.")),
    responses((status = 200, description = "The package.", body = TaskPackage, headers(("ETag"))))
)]
#[get("/task-packages/{package}")]
pub(crate) async fn get_package(shared: web::Data<Shared>, caller: Caller, id: InPath<PackageId>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| desk.package(actor, &id.0)).await
}

/// Change a task package
///
/// A published package gets a new revision; matches keep the one they were made on.
#[utoipa::path(
    operation_id = "update_package",
    tag = "task-packages",
    params(("package" = PackageId, Path, description = "The package."), IfMatch),
    request_body(content = TaskPackage, example = json!({"organisation": "o-1", "purpose": "Mensen in de wijk eten samen.", "title": "Koken in de buurtkeuken", "tasks": [{"id": "koken", "title": "Samen koken", "hours": 4}], "hours": {"min": 4, "max": 8}, "work_form": "basic_job", "place": {"town": "Zwolle"}})),
    responses((status = 200, description = "The package.", body = TaskPackage, headers(("ETag"))))
)]
#[put("/task-packages/{package}")]
pub(crate) async fn update_package(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<PackageId>,
    on: IfMatch,
    body: Checked<Changed<TaskPackage>>,
) -> Answered {
    let current = id.0.clone();
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| desk.package(actor, &current),
        move |desk, actor, version| desk.update_package(actor, body.value.0, &id.0, version),
    )
    .await
}

/// Open a package to matches
#[utoipa::path(
    operation_id = "publish_package",
    tag = "task-packages",
    params(("package" = PackageId, Path, description = "The package."), IfMatch, IdempotencyKey),
    responses((status = 200, description = "The package.", body = TaskPackage, headers(("ETag"))))
)]
#[post("/task-packages/{package}/publish")]
pub(crate) async fn publish_package(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<PackageId>,
    on: IfMatch,
    key: IdempotencyKey,
) -> Answered {
    let current = id.0.clone();
    decide(
        &shared,
        &caller,
        (key, no_body(), on),
        move |desk, actor| desk.package(actor, &current),
        move |desk, actor, version| desk.publish_package(actor, &id.0, version),
    )
    .await
}

/// Close a package to new matches for a while
#[utoipa::path(
    operation_id = "pause_package",
    tag = "task-packages",
    params(("package" = PackageId, Path, description = "The package."), IfMatch, IdempotencyKey),
    responses((status = 200, description = "The package.", body = TaskPackage, headers(("ETag"))))
)]
#[post("/task-packages/{package}/pause")]
pub(crate) async fn pause_package(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<PackageId>,
    on: IfMatch,
    key: IdempotencyKey,
) -> Answered {
    let current = id.0.clone();
    decide(
        &shared,
        &caller,
        (key, no_body(), on),
        move |desk, actor| desk.package(actor, &current),
        move |desk, actor, version| desk.pause_package(actor, &id.0, version),
    )
    .await
}

/// End a package
#[utoipa::path(
    operation_id = "close_package",
    tag = "task-packages",
    params(("package" = PackageId, Path, description = "The package."), IfMatch, IdempotencyKey),
    responses((status = 200, description = "The package.", body = TaskPackage, headers(("ETag"))))
)]
#[post("/task-packages/{package}/close")]
pub(crate) async fn close_package(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<PackageId>,
    on: IfMatch,
    key: IdempotencyKey,
) -> Answered {
    let current = id.0.clone();
    decide(
        &shared,
        &caller,
        (key, no_body(), on),
        move |desk, actor| desk.package(actor, &current),
        move |desk, actor, version| desk.close_package(actor, &id.0, version),
    )
    .await
}

/// Take a package in, as a mediator
#[utoipa::path(
    operation_id = "take_in_package",
    tag = "task-packages",
    params(("package" = PackageId, Path, description = "The package."), IfMatch, IdempotencyKey),
    responses((status = 200, description = "The package.", body = TaskPackage, headers(("ETag"))))
)]
#[post("/task-packages/{package}/take-in")]
pub(crate) async fn take_in_package(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<PackageId>,
    on: IfMatch,
    key: IdempotencyKey,
) -> Answered {
    let current = id.0.clone();
    decide(
        &shared,
        &caller,
        (key, no_body(), on),
        move |desk, actor| desk.package(actor, &current),
        move |desk, actor, version| desk.take_in_package(actor, &id.0, version),
    )
    .await
}

/// Read a package as it was worded in a revision
#[utoipa::path(
    operation_id = "get_package_revision",
    tag = "task-packages",
    params(("package" = PackageId, Path, description = "The package."), ("revision" = u32, Path, description = "The number of the revision.")),
    responses((status = 200, description = "The wording.", body = TaskPackage))
)]
#[get("/task-packages/{package}/revisions/{revision}")]
pub(crate) async fn get_package_revision(shared: web::Data<Shared>, caller: Caller, both: BothInPath<PackageId, Count>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.package_revision(actor, &both.0, i64::from(both.1.get()))).await
}

/// Open or refresh the shortlist of a package
///
/// It is kept with its date, setting and pool version; everyone in it counts as shown from tomorrow on.
#[utoipa::path(
    operation_id = "open_shortlist",
    tag = "shortlists",
    params(("package" = PackageId, Path, description = "The package."), IdempotencyKey),
    responses((status = 201, description = "The shortlist, as it is kept and shown from now on.", body = Shortlist))
)]
#[post("/task-packages/{package}/shortlists")]
pub(crate) async fn open_shortlist(shared: web::Data<Shared>, caller: Caller, id: InPath<PackageId>, key: IdempotencyKey) -> Answered {
    let _turn = shared.turn_to_rank().await?;
    act(&shared, &caller, (key, no_body()), StatusCode::CREATED, move |desk, actor| Ok(shown(desk.open_shortlist(actor, &id.0)?))).await
}

/// Read the shortlist that was opened last
#[utoipa::path(
    operation_id = "get_shortlist",
    tag = "shortlists",
    params(("package" = PackageId, Path, description = "The package.")),
    responses((status = 200, description = "The shortlist, without those who can no longer be asked.", body = Shortlist))
)]
#[get("/task-packages/{package}/shortlist")]
pub(crate) async fn get_shortlist(shared: web::Data<Shared>, caller: Caller, id: InPath<PackageId>) -> Answered {
    read(&shared, &caller, move |desk, actor| Ok(shown(desk.shortlist(actor, &id.0)?))).await
}

/// Rank people for a package as of now
///
/// Nothing is kept and nobody counts as shown.
#[utoipa::path(
    operation_id = "get_ranking",
    tag = "shortlists",
    params(("package" = PackageId, Path, description = "The package.")),
    responses((status = 200, description = "The complete answer: shortlist, near misses, barriers, and the weights asked for and applied.", body = PackageAnswer))
)]
#[get("/task-packages/{package}/ranking")]
pub(crate) async fn get_ranking(shared: web::Data<Shared>, caller: Caller, id: InPath<PackageId>) -> Answered {
    rank(&shared, &caller, move |desk, actor| Ok(desk.rank_package(actor, &id.0)?.answer)).await
}

/// List the people whom one thing keeps out that can be changed
#[utoipa::path(
    operation_id = "list_near_misses",
    tag = "shortlists",
    params(("package" = PackageId, Path, description = "The package.")),
    responses((status = 200, description = "The near misses, each with what opens the work to them.", body = Vec<NearMiss>))
)]
#[get("/task-packages/{package}/near-misses")]
pub(crate) async fn list_near_misses(shared: web::Data<Shared>, caller: Caller, id: InPath<PackageId>) -> Answered {
    rank(&shared, &caller, move |desk, actor| desk.near_misses(actor, &id.0)).await
}

/// Count whom each gate keeps out
#[utoipa::path(
    operation_id = "list_barriers",
    tag = "shortlists",
    params(("package" = PackageId, Path, description = "The package.")),
    responses((status = 200, description = "Per gate and detail: how many it keeps out alone, and in all.", body = Vec<Barrier>))
)]
#[get("/task-packages/{package}/barriers")]
pub(crate) async fn list_barriers(shared: web::Data<Shared>, caller: Caller, id: InPath<PackageId>) -> Answered {
    rank(&shared, &caller, move |desk, actor| desk.barriers(actor, &id.0)).await
}

/// Explain why somebody fits a package
///
/// Reading it is noted, and shown to the person.
#[utoipa::path(
    operation_id = "get_explanation",
    tag = "shortlists",
    params(("package" = PackageId, Path, description = "The package."), ("expert" = ExpertId, Path, description = "The expert.")),
    responses((status = 200, description = "Every criterion, gate and requirement, with what answered it.", body = Explanation))
)]
#[get("/task-packages/{package}/explanations/{expert}")]
pub(crate) async fn get_explanation(shared: web::Data<Shared>, caller: Caller, both: BothInPath<PackageId, ExpertId>) -> Answered {
    rank(&shared, &caller, move |desk, actor| desk.explain(actor, &both.0, &both.1)).await
}
