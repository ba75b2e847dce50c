//! The knobs: how they stand, how they stood, trying and turning them.

use actix_web::{HttpRequest, get, post, put, web};
use raakvlak_domain::identifiers::PackageId;
use raakvlak_domain::knobs::{MatcherSetting, Scope};
use raakvlak_domain::rules::RulesKnob;
use raakvlak_domain::texts::{Line, Prose};
use raakvlak_domain::{closed_words, record};
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::{Desk, Versioned};
use raakvlak_service::error::Error;
use raakvlak_service::knobs::{AnyStanding, KnobStanding, Preset, ScopePreview, Standing, VersionView, scope_of};
use raakvlak_service::rules::knob::{RulesEffect, RulesStanding};
use raakvlak_service::shortlists::Preview;
use utoipa::ToSchema;

use super::answers::{Answered, PageQuery, change, rank, read, read_record, read_rows};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::paging::{Cursor, Limit, Page};
use crate::parameters::{InQuery, query};
use crate::shared::Shared;

pub(crate) mod packages;
pub(crate) mod sector;
pub(crate) mod threshold;

closed_words! {
    /// The sort of scope for which a setting holds.
    pub enum ScopeKind {
        /// Everything in this network.
        Network = "network",
        /// The packages of one programme.
        Programme = "programme",
        /// One package.
        Package = "package",
    }
}

query! {
    /// Which scope.
    pub struct ScopeQuery {
        /// The sort of scope.
        pub scope("scope"): ScopeKind,
        /// The programme or package; left out for the network.
        pub id("id"): Option<Line>,
    }
}

query! {
    /// Which versions.
    pub struct VersionsQuery {
        /// The sort of scope.
        pub scope("scope"): ScopeKind,
        /// The programme or package; left out for the network.
        pub id("id"): Option<Line>,
        /// The most items, 1 to 100.
        pub limit("limit"): Limit,
        /// Where the page starts, from the `Link` header of the page before.
        pub cursor("cursor"): Option<Cursor>,
    }
}

record! {
    /// A turn of the knob.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct Turn {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
        /// The setting; left out, the scope's own setting is taken away.
        pub setting: Option<MatcherSetting>,
        /// Why, in own words.
        pub why: Prose,
    }
}

record! {
    /// A setting to try on a package.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct Trial {
        /// The package.
        pub package: PackageId,
        /// The setting.
        pub setting: MatcherSetting,
    }
}

/// How the knob stands; its version is how many turns the scope has had.
fn knob(desk: &Desk, actor: &Actor, scope: &Scope) -> Result<Versioned<Standing>, Error> {
    desk.knob(actor, scope).map(numbered)
}

/// How a knob stands; its version is how many turns the scope has had.
fn plain_numbered<S>(standing: KnobStanding<S>) -> Versioned<KnobStanding<S>> {
    let number = i64::try_from(standing.number).unwrap_or(i64::MAX);
    Versioned::new(standing, number)
}

fn numbered(standing: Standing) -> Versioned<Standing> {
    let number = i64::try_from(standing.number).unwrap_or(i64::MAX);
    Versioned::new(standing, number)
}

/// See how all knobs stand
///
/// Each in the network, and in every programme and package that has a setting of its own.
#[utoipa::path(
    operation_id = "list_knobs",
    tag = "knobs",
    responses((status = 200, description = "The knobs, one after the other, the network first.", body = Vec<AnyStanding>))
)]
#[get("/knobs")]
pub(crate) async fn list_knobs(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |desk, actor| desk.knobs(actor)).await
}

/// See how the matcher knob stands in a scope
#[utoipa::path(
    operation_id = "get_matcher_knob",
    tag = "knobs",
    params(ScopeQuery),
    responses((status = 200, description = "The setting that holds, and where it comes from.", body = Standing, headers(("ETag"))))
)]
#[get("/knobs/matcher")]
pub(crate) async fn get_matcher_knob(shared: web::Data<Shared>, caller: Caller, query: InQuery<ScopeQuery>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| {
        knob(desk, actor, &scope_of(query.0.scope.as_str(), query.0.id.as_ref().map(Line::as_str))?)
    })
    .await
}

/// Turn the matcher knob
///
/// Makes a version; none is ever changed. Without a setting the own setting of the scope is taken away, so that the wider one holds again.
#[utoipa::path(
    operation_id = "turn_matcher_knob",
    tag = "knobs",
    params(IfMatch),
    request_body(content = Turn, example = json!({"scope": "network", "setting": {"weights": {"tasks": 8, "competence": 2, "experience": 4, "development": 1, "energy": 3, "proximity": 2, "hours": 2, "comfort": 2, "turn": 2}}, "why": "We kijken dit jaar naar taken."})),
    responses((status = 200, description = "How it stands now.", body = Standing, headers(("ETag"))))
)]
#[put("/knobs/matcher")]
pub(crate) async fn turn_matcher_knob(shared: web::Data<Shared>, caller: Caller, on: IfMatch, body: Checked<Turn>) -> Answered {
    let Turn { scope, id, setting, why } = body.value;
    let place = (scope.to_string(), id.map(|id| id.to_string()));
    let current = place.clone();
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| knob(desk, actor, &scope_of(&current.0, current.1.as_deref())?),
        move |desk, actor, version| {
            let scope = scope_of(&place.0, place.1.as_deref())?;
            desk.turn_knob(actor, &scope, setting, why, u64::try_from(version).unwrap_or(0)).map(numbered)
        },
    )
    .await
}

/// List the versions of the matcher knob in a scope
#[utoipa::path(
    operation_id = "list_matcher_versions",
    tag = "knobs",
    params(VersionsQuery),
    responses((status = 200, description = "A page, newest first: who turned it, when and why.", body = Page<VersionView>))
)]
#[get("/knobs/matcher/versions")]
pub(crate) async fn list_matcher_versions(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    query: InQuery<VersionsQuery>,
) -> Answered {
    let VersionsQuery { scope, id, limit, cursor } = query.0;
    read_rows(&shared, &request, &caller, PageQuery { limit, cursor }, move |desk, actor, page| {
        desk.knob_versions(actor, &scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?, page)
    })
    .await
}

/// List the positions that the matcher knob can be put in at once
#[utoipa::path(
    operation_id = "list_matcher_presets",
    tag = "knobs",
    responses((status = 200, description = "The positions, and where each programme starts and why.", body = Vec<Preset>))
)]
#[get("/knobs/matcher/presets")]
pub(crate) async fn list_matcher_presets(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |desk, actor| desk.knob_presets(actor)).await
}

/// Try a setting that is not saved
#[utoipa::path(
    operation_id = "preview_matcher_knob",
    tag = "knobs",
    request_body(content = Trial, example = json!({"package": "p-1", "setting": {"floor": 3000}})),
    responses((status = 200, description = "The shortlist before and after: who rises, falls, enters and leaves.", body = Preview))
)]
#[post("/knobs/matcher/preview")]
pub(crate) async fn preview_matcher_knob(shared: web::Data<Shared>, caller: Caller, body: Checked<Trial>) -> Answered {
    rank(&shared, &caller, move |desk, actor| desk.preview_knob(actor, &body.value.package, &body.value.setting)).await
}

record! {
    /// A setting to try on every open package of a scope.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct ScopeTrial {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
        /// The setting.
        pub setting: MatcherSetting,
    }
}

/// Try a setting on a programme or on everything
///
/// Says how many people would be shown who are not now, the other way round, and whether places would be spread less fairly. It names nobody and saves
/// nothing.
#[utoipa::path(
    operation_id = "preview_matcher_knob_in_scope",
    tag = "knobs",
    request_body(content = ScopeTrial, example = json!({"scope": "network", "setting": {"unseen_share": 40}})),
    responses((status = 200, description = "What would change, and what would get worse.", body = ScopePreview))
)]
#[post("/knobs/matcher/scope-preview")]
pub(crate) async fn preview_matcher_knob_in_scope(shared: web::Data<Shared>, caller: Caller, body: Checked<ScopeTrial>) -> Answered {
    rank(&shared, &caller, move |desk, actor| {
        let ScopeTrial { scope, id, setting } = body.value;
        desk.preview_scope(actor, &scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?, &setting)
    })
    .await
}

record! {
    /// A turn of the rules knob.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct RulesTurn {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
        /// The setting; left out, the scope's own setting is taken away.
        pub setting: Option<RulesKnob>,
        /// Why, in own words.
        pub why: Prose,
    }
}

record! {
    /// A setting of the rules knob to try in a scope.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct RulesTrial {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
        /// The setting.
        pub setting: RulesKnob,
    }
}

fn rules_knob(desk: &Desk, actor: &Actor, scope: &Scope) -> Result<Versioned<RulesStanding>, Error> {
    desk.rules_knob(actor, scope).map(rules_numbered)
}

fn rules_numbered(standing: RulesStanding) -> Versioned<RulesStanding> {
    let number = i64::try_from(standing.number).unwrap_or(i64::MAX);
    Versioned::new(standing, number)
}

/// See how the rules knob stands in a scope
#[utoipa::path(
    operation_id = "get_rules_knob",
    tag = "knobs",
    params(ScopeQuery),
    responses((status = 200, description = "The setting that holds, and where it comes from.", body = RulesStanding, headers(("ETag"))))
)]
#[get("/knobs/rules")]
pub(crate) async fn get_rules_knob(shared: web::Data<Shared>, caller: Caller, query: InQuery<ScopeQuery>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| {
        rules_knob(desk, actor, &scope_of(query.0.scope.as_str(), query.0.id.as_ref().map(Line::as_str))?)
    })
    .await
}

/// Turn the rules knob
///
/// Says which rules act and how; a rule that is not named acts as it is written. Makes a version; none is ever changed.
#[utoipa::path(
    operation_id = "turn_rules_knob",
    tag = "knobs",
    params(IfMatch),
    request_body(content = RulesTurn, example = json!({"scope": "network", "setting": {"switches": [{"rule": "weekly_hours", "act": "warn"}]}, "why": "We bespreken lange weken liever eerst."})),
    responses((status = 200, description = "How it stands now.", body = RulesStanding, headers(("ETag"))))
)]
#[put("/knobs/rules")]
pub(crate) async fn turn_rules_knob(shared: web::Data<Shared>, caller: Caller, on: IfMatch, body: Checked<RulesTurn>) -> Answered {
    let RulesTurn { scope, id, setting, why } = body.value;
    let place = (scope.to_string(), id.map(|id| id.to_string()));
    let current = place.clone();
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| rules_knob(desk, actor, &scope_of(&current.0, current.1.as_deref())?),
        move |desk, actor, version| {
            let scope = scope_of(&place.0, place.1.as_deref())?;
            desk.turn_rules_knob(actor, &scope, setting, why, u64::try_from(version).unwrap_or(0)).map(rules_numbered)
        },
    )
    .await
}

/// List the versions of the rules knob in a scope
#[utoipa::path(
    operation_id = "list_rules_versions",
    tag = "knobs",
    params(VersionsQuery),
    responses((status = 200, description = "A page, newest first: who turned it, when and why.", body = Page<VersionView>))
)]
#[get("/knobs/rules/versions")]
pub(crate) async fn list_rules_versions(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    query: InQuery<VersionsQuery>,
) -> Answered {
    let VersionsQuery { scope, id, limit, cursor } = query.0;
    read_rows(&shared, &request, &caller, PageQuery { limit, cursor }, move |desk, actor, page| {
        desk.rules_knob_versions(actor, &scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?, page)
    })
    .await
}

/// See what a setting of the rules knob would do
///
/// For every open package in the scope: how many people rules keep out now, and how many they would.
#[utoipa::path(
    operation_id = "preview_rules_knob",
    tag = "knobs",
    request_body(content = RulesTrial, example = json!({"scope": "network", "setting": {"switches": [{"rule": "weekly_hours", "act": "off"}]}})),
    responses((status = 200, description = "The packages, with how many people it keeps out and lets in.", body = Vec<RulesEffect>))
)]
#[post("/knobs/rules/preview")]
pub(crate) async fn preview_rules_knob(shared: web::Data<Shared>, caller: Caller, body: Checked<RulesTrial>) -> Answered {
    read(&shared, &caller, move |desk, actor| {
        let RulesTrial { scope, id, setting } = &body.value;
        desk.preview_rules_knob(actor, &scope_of(scope.as_str(), id.as_ref().map(Line::as_str))?, setting)
    })
    .await
}
