//! Work organised differently: a package carved into parts, what would let more people in, and parts that become packages.

use actix_web::http::StatusCode;
use actix_web::{get, post, web};
use raakvlak_domain::identifiers::{PackageId, TaskId};
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::quantities::Hours;
use raakvlak_domain::record;
use raakvlak_domain::texts::Line;
use raakvlak_service::carving::{AskedSizes, CarvedPackage, ChosenPart, Repairs};
use utoipa::ToSchema;

use super::answers::{Answered, act, rank};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::idempotency::IdempotencyKey;
use crate::paging::{Listed, Page};
use crate::parameters::InPath;
use crate::shared::Shared;

record! {
    /// How large the parts may be. What is left out, the packages knob says.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
    pub struct PartSizes {
        /// The fewest hours of tasks in a part.
        pub smallest: Option<Hours>,
        /// The most.
        pub largest: Option<Hours>,
        /// The most hours that it may take to be shown the ropes of a part.
        pub onboarding_most: Option<Hours>,
    }
}

impl From<PartSizes> for AskedSizes {
    fn from(PartSizes { smallest, largest, onboarding_most }: PartSizes) -> Self {
        Self { smallest, largest, onboarding_most }
    }
}

record! {
    /// A part that is to become a package.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct NewPart {
        /// What it will be called; the title of its first task when left out.
        pub title: Option<Line>,
        /// Its tasks.
        pub tasks: Vec<TaskId>,
    }
    key(part) { part.tasks.iter().map(ToString::to_string).collect::<Vec<_>>().join("\u{0}") }
}

record! {
    /// The parts that are to become packages.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct NewParts {
        /// Each with its tasks; a task is in one part at most.
        pub parts: Vec<NewPart>,
        /// The fewest hours of tasks in a part; what the packages knob says when left out.
        pub smallest: Option<Hours>,
        /// The most.
        pub largest: Option<Hours>,
        /// The most hours that it may take to be shown the ropes of a part.
        pub onboarding_most: Option<Hours>,
    }
}

/// Carve a package into parts that at least three people can carry
///
/// Most hours in such parts, then the fewest parts, then the largest smallest group. How large a part may be, the packages knob says where the request does
/// not. It names nobody and keeps nothing.
#[utoipa::path(
    operation_id = "carve_package",
    tag = "task-packages",
    params(("package" = PackageId, Path, description = "The package.")),
    request_body(content = PartSizes, example = json!({"smallest": 8, "largest": 16})),
    responses((status = 200, description = "The parts, how many people can carry each, and how much better a carving could be at most.", body = CarvedPackage))
)]
#[post("/task-packages/{package}/_carve")]
pub(crate) async fn carve_package(shared: web::Data<Shared>, caller: Caller, id: InPath<PackageId>, body: Checked<PartSizes>) -> Answered {
    rank(&shared, &caller, move |desk, actor| desk.carve_package(actor, &id.0, body.value.into())).await
}

/// Make drafts of parts of a package
///
/// Each is a package of the same organisation that remembers what it was carved out of, and asks its share of the onboarding. The package itself stays as it
/// is. A part that is smaller or larger than the packages knob says is refused, unless the request says otherwise.
#[utoipa::path(
    operation_id = "accept_parts",
    tag = "task-packages",
    params(("package" = PackageId, Path, description = "The package."), IdempotencyKey),
    request_body(content = NewParts, example = json!({"parts": [{"title": "Koken in de buurtkeuken", "tasks": ["koken"]}]})),
    responses((status = 201, description = "The drafts, in the order of the parts.", body = Page<Listed<TaskPackage>>))
)]
#[post("/task-packages/{package}/parts")]
pub(crate) async fn accept_parts(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<PackageId>,
    key: IdempotencyKey,
    body: Checked<NewParts>,
) -> Answered {
    let NewParts { parts, smallest, largest, onboarding_most } = body.value;
    let asked = AskedSizes { smallest, largest, onboarding_most };
    let parts = parts.into_iter().map(|NewPart { title, tasks }| ChosenPart { title, tasks }).collect();
    act(&shared, &caller, (key, body.digest), StatusCode::CREATED, move |desk, actor| {
        let drafts = desk.accept_parts(actor, &id.0, parts, asked)?;
        let items = drafts.into_iter().map(|draft| Listed { record: draft.value, version: draft.version }).collect();
        Ok(Page { items, next: None })
    })
    .await
}

/// Find the changes to a package that let the most people in
///
/// The best set of one, of two and of three changes in which none is idle. It names nobody and keeps nothing.
#[utoipa::path(
    operation_id = "list_repairs",
    tag = "task-packages",
    params(("package" = PackageId, Path, description = "The package.")),
    responses((status = 200, description = "The sets of changes, and how many people are eligible after each.", body = Repairs))
)]
#[get("/task-packages/{package}/repairs")]
pub(crate) async fn list_repairs(shared: web::Data<Shared>, caller: Caller, id: InPath<PackageId>) -> Answered {
    rank(&shared, &caller, move |desk, actor| desk.repairs(actor, &id.0)).await
}
