//! The threshold knob: what stands between people and work, and how high it is.

use actix_web::{HttpRequest, get, post, put, web};
use raakvlak_domain::knobs::Knob;
use raakvlak_domain::record;
use raakvlak_domain::texts::{Line, Prose};
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_service::knobs::{KnobStanding, ThresholdPreview, VersionView, scope_of};
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
    /// A turn of the threshold knob.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct ThresholdTurn {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
        /// The setting; left out, the scope's own setting is taken away.
        pub setting: Option<ThresholdKnob>,
        /// Why, in own words.
        pub why: Prose,
    }
}

record! {
    /// A setting of the threshold knob to try in a scope.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct ThresholdTrial {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
        /// The setting.
        pub setting: ThresholdKnob,
    }
}

/// See how the threshold knob stands in a scope
#[utoipa::path(
    operation_id = "get_threshold_knob",
    tag = "knobs",
    params(ScopeQuery),
    responses((status = 200, description = "The setting that holds, and where it comes from.", body = KnobStanding<ThresholdKnob>, headers(("ETag"))))
)]
#[get("/knobs/threshold")]
pub(crate) async fn get_threshold_knob(shared: web::Data<Shared>, caller: Caller, query: InQuery<ScopeQuery>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| {
        let scope = scope_of(query.0.scope.as_str(), query.0.id.as_ref().map(Line::as_str))?;
        desk.plain_knob::<ThresholdKnob>(actor, &scope).map(plain_numbered)
    })
    .await
}

/// Turn the threshold knob
///
/// Says what an essential requirement must reach, what a diploma means, and what is asked of people and organisations first. What the law asks it cannot
/// lower. Makes a version; none is ever changed.
#[utoipa::path(
    operation_id = "turn_threshold_knob",
    tag = "knobs",
    params(IfMatch),
    request_body(content = ThresholdTurn, example = json!({"scope": "network", "setting": {"essential_from": 3000, "diploma": "score", "questions": 4, "publish_fields": ["reward", "guidance"], "intake_days": 7}, "why": "Diploma's tellen mee, maar houden niemand tegen."})),
    responses((status = 200, description = "How it stands now.", body = KnobStanding<ThresholdKnob>, headers(("ETag"))))
)]
#[put("/knobs/threshold")]
pub(crate) async fn turn_threshold_knob(shared: web::Data<Shared>, caller: Caller, on: IfMatch, body: Checked<ThresholdTurn>) -> Answered {
    let ThresholdTurn { scope, id, setting, why } = body.value;
    let current = id.clone();
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| {
            let scope = scope_of(scope.as_str(), current.as_ref().map(Line::as_str))?;
            desk.plain_knob::<ThresholdKnob>(actor, &scope).map(plain_numbered)
        },
        move |desk, actor, version| {
            let scope = scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?;
            desk.turn_plain_knob(actor, &scope, setting, why, u64::try_from(version).unwrap_or(0)).map(plain_numbered)
        },
    )
    .await
}

/// List the versions of the threshold knob in a scope
#[utoipa::path(
    operation_id = "list_threshold_versions",
    tag = "knobs",
    params(VersionsQuery),
    responses((status = 200, description = "A page, newest first: who turned it, when and why.", body = Page<VersionView>))
)]
#[get("/knobs/threshold/versions")]
pub(crate) async fn list_threshold_versions(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    query: InQuery<VersionsQuery>,
) -> Answered {
    let VersionsQuery { scope, id, limit, cursor } = query.0;
    read_rows(&shared, &request, &caller, PageQuery { limit, cursor }, move |desk, actor, page| {
        desk.versions_of_knob(actor, Knob::Threshold, &scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?, page)
    })
    .await
}

/// See what a setting of the threshold knob would do
///
/// For every open package in the scope, at most a hundred: how many people could be proposed, whom a threshold alone keeps out, and what the organisation
/// would have to tell. It names nobody and saves nothing.
#[utoipa::path(
    operation_id = "preview_threshold_knob",
    tag = "knobs",
    request_body(content = ThresholdTrial, example = json!({"scope": "network", "setting": {"essential_from": 3000, "diploma": "nothing"}})),
    responses((status = 200, description = "The packages, each before and after.", body = ThresholdPreview))
)]
#[post("/knobs/threshold/preview")]
pub(crate) async fn preview_threshold_knob(shared: web::Data<Shared>, caller: Caller, body: Checked<ThresholdTrial>) -> Answered {
    rank(&shared, &caller, move |desk, actor| {
        let ThresholdTrial { scope, id, setting } = &body.value;
        desk.preview_threshold_knob(actor, &scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?, setting)
    })
    .await
}
