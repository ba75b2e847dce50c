//! The sector knob: how work that waits for a person is routed, how that stood, trying and turning it.

use actix_web::{HttpRequest, get, post, put, web};
use raakvlak_domain::knobs::Knob;
use raakvlak_domain::record;
use raakvlak_domain::routing::SectorKnob;
use raakvlak_domain::texts::{Line, Prose};
use raakvlak_service::knobs::{KnobStanding, VersionView, scope_of};
use raakvlak_service::routing::knob::RoutingPreview;
use utoipa::ToSchema;

use super::{ScopeKind, ScopeQuery, VersionsQuery, plain_numbered};
use crate::api::answers::{Answered, PageQuery, change, read, read_record, read_rows};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::paging::Page;
use crate::parameters::InQuery;
use crate::shared::Shared;

record! {
    /// A turn of the sector knob.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct SectorTurn {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
        /// The setting; left out, the scope's own setting is taken away.
        pub setting: Option<SectorKnob>,
        /// Why, in own words.
        pub why: Prose,
    }
}

record! {
    /// A setting of the sector knob to try in a scope.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct SectorTrial {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
        /// The setting.
        pub setting: SectorKnob,
    }
}

/// See how the sector knob stands in a scope
#[utoipa::path(
    operation_id = "get_sector_knob",
    tag = "knobs",
    params(ScopeQuery),
    responses((status = 200, description = "The setting that holds, and where it comes from.", body = KnobStanding<SectorKnob>, headers(("ETag"))))
)]
#[get("/knobs/sector")]
pub(crate) async fn get_sector_knob(shared: web::Data<Shared>, caller: Caller, query: InQuery<ScopeQuery>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| {
        let scope = scope_of(query.0.scope.as_str(), query.0.id.as_ref().map(Line::as_str))?;
        desk.plain_knob::<SectorKnob>(actor, &scope).map(plain_numbered)
    })
    .await
}

/// Turn the sector knob
///
/// Says what counts when work that waits for a person is given to somebody. Makes a version; none is ever changed. What is in somebody's hands stays
/// there: `POST /todos/_route` deals it anew.
#[utoipa::path(
    operation_id = "turn_sector_knob",
    tag = "knobs",
    params(IfMatch),
    request_body(content = SectorTurn, example = json!({"scope": "network", "setting": {"weights": {"sector": 8, "region": 2, "language": 4, "load": 4}, "reroute_after_days": 3, "most_open": 25}, "why": "Wie de sector kent, gaat voor."})),
    responses((status = 200, description = "How it stands now.", body = KnobStanding<SectorKnob>, headers(("ETag"))))
)]
#[put("/knobs/sector")]
pub(crate) async fn turn_sector_knob(shared: web::Data<Shared>, caller: Caller, on: IfMatch, body: Checked<SectorTurn>) -> Answered {
    let SectorTurn { scope, id, setting, why } = body.value;
    let current = id.clone();
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| {
            let scope = scope_of(scope.as_str(), current.as_ref().map(Line::as_str))?;
            desk.plain_knob::<SectorKnob>(actor, &scope).map(plain_numbered)
        },
        move |desk, actor, version| {
            let scope = scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?;
            desk.turn_plain_knob(actor, &scope, setting, why, u64::try_from(version).unwrap_or(0)).map(plain_numbered)
        },
    )
    .await
}

/// List the versions of the sector knob in a scope
#[utoipa::path(
    operation_id = "list_sector_versions",
    tag = "knobs",
    params(VersionsQuery),
    responses((status = 200, description = "A page, newest first: who turned it, when and why.", body = Page<VersionView>))
)]
#[get("/knobs/sector/versions")]
pub(crate) async fn list_sector_versions(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    query: InQuery<VersionsQuery>,
) -> Answered {
    let VersionsQuery { scope, id, limit, cursor } = query.0;
    read_rows(&shared, &request, &caller, PageQuery { limit, cursor }, move |desk, actor, page| {
        desk.versions_of_knob(actor, Knob::Sector, &scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?, page)
    })
    .await
}

/// See what a setting of the sector knob would do
///
/// For every open to-do in the scope who would get it, dealt anew under the setting that holds and under this one; and what everybody would have open.
#[utoipa::path(
    operation_id = "preview_sector_knob",
    tag = "knobs",
    request_body(content = SectorTrial, example = json!({"scope": "network", "setting": {"weights": {"sector": 8, "region": 2, "language": 4, "load": 0}, "reroute_after_days": 3, "most_open": null}})),
    responses((status = 200, description = "Every open to-do with who would get it before and after, and the load of each person.", body = RoutingPreview))
)]
#[post("/knobs/sector/preview")]
pub(crate) async fn preview_sector_knob(shared: web::Data<Shared>, caller: Caller, body: Checked<SectorTrial>) -> Answered {
    read(&shared, &caller, move |desk, actor| {
        let SectorTrial { scope, id, setting } = &body.value;
        desk.preview_sector_knob(actor, &scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?, setting)
    })
    .await
}
