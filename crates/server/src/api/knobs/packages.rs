//! The packages knob: how large the parts may be that a job is carved into.

use actix_web::{HttpRequest, get, post, put, web};
use raakvlak_domain::knobs::Knob;
use raakvlak_domain::packages::PackagesKnob;
use raakvlak_domain::record;
use raakvlak_domain::texts::{Line, Prose};
use raakvlak_service::knobs::{KnobStanding, PackagesPreview, VersionView, scope_of};
use utoipa::ToSchema;

use super::super::answers::{Answered, PageQuery, change, rank, read_record, read_rows};
use super::{ScopeKind, ScopeQuery, VersionsQuery, plain_numbered};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::paging::Page;
use crate::parameters::InQuery;
use crate::shared::Shared;

record! {
    /// A turn of the packages knob.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct PackagesTurn {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
        /// The setting; left out, the scope's own setting is taken away.
        pub setting: Option<PackagesKnob>,
        /// Why, in own words.
        pub why: Prose,
    }
}

record! {
    /// A setting of the packages knob to try in a scope.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct PackagesTrial {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
        /// The setting.
        pub setting: PackagesKnob,
    }
}

/// See how the packages knob stands in a scope
#[utoipa::path(
    operation_id = "get_packages_knob",
    tag = "knobs",
    params(ScopeQuery),
    responses((status = 200, description = "The setting that holds, and where it comes from.", body = KnobStanding<PackagesKnob>, headers(("ETag"))))
)]
#[get("/knobs/packages")]
pub(crate) async fn get_packages_knob(shared: web::Data<Shared>, caller: Caller, query: InQuery<ScopeQuery>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| {
        let scope = scope_of(query.0.scope.as_str(), query.0.id.as_ref().map(Line::as_str))?;
        desk.plain_knob::<PackagesKnob>(actor, &scope).map(plain_numbered)
    })
    .await
}

/// Turn the packages knob
///
/// Says how large the parts of a job may be where nobody says otherwise. Makes a version; none is ever changed.
#[utoipa::path(
    operation_id = "turn_packages_knob",
    tag = "knobs",
    params(IfMatch),
    request_body(content = PackagesTurn, example = json!({"scope": "network", "setting": {"smallest": 4, "largest": 12, "onboarding_most": 8}, "why": "Kleine pakketten, en niet te lang inwerken."})),
    responses((status = 200, description = "How it stands now.", body = KnobStanding<PackagesKnob>, headers(("ETag"))))
)]
#[put("/knobs/packages")]
pub(crate) async fn turn_packages_knob(shared: web::Data<Shared>, caller: Caller, on: IfMatch, body: Checked<PackagesTurn>) -> Answered {
    let PackagesTurn { scope, id, setting, why } = body.value;
    let current = id.clone();
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| {
            let scope = scope_of(scope.as_str(), current.as_ref().map(Line::as_str))?;
            desk.plain_knob::<PackagesKnob>(actor, &scope).map(plain_numbered)
        },
        move |desk, actor, version| {
            let scope = scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?;
            desk.turn_plain_knob(actor, &scope, setting, why, u64::try_from(version).unwrap_or(0)).map(plain_numbered)
        },
    )
    .await
}

/// List the versions of the packages knob in a scope
#[utoipa::path(
    operation_id = "list_packages_versions",
    tag = "knobs",
    params(VersionsQuery),
    responses((status = 200, description = "A page, newest first: who turned it, when and why.", body = Page<VersionView>))
)]
#[get("/knobs/packages/versions")]
pub(crate) async fn list_packages_versions(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    query: InQuery<VersionsQuery>,
) -> Answered {
    let VersionsQuery { scope, id, limit, cursor } = query.0;
    read_rows(&shared, &request, &caller, PageQuery { limit, cursor }, move |desk, actor, page| {
        desk.versions_of_knob(actor, Knob::Packages, &scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?, page)
    })
    .await
}

/// See what a setting of the packages knob would do
///
/// For every open package in the scope, at most fifty: how many parts it is carved into and how many people can be proposed for one, now and then. It names
/// nobody and saves nothing.
#[utoipa::path(
    operation_id = "preview_packages_knob",
    tag = "knobs",
    request_body(content = PackagesTrial, example = json!({"scope": "network", "setting": {"smallest": 4, "largest": 12}})),
    responses((status = 200, description = "The packages, each carved before and after.", body = PackagesPreview))
)]
#[post("/knobs/packages/preview")]
pub(crate) async fn preview_packages_knob(shared: web::Data<Shared>, caller: Caller, body: Checked<PackagesTrial>) -> Answered {
    rank(&shared, &caller, move |desk, actor| {
        let PackagesTrial { scope, id, setting } = &body.value;
        desk.preview_packages_knob(actor, &scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?, setting)
    })
    .await
}
