//! The matcher knob: what counts in a score, and how. It has positions to be put in at once, and is tried on one package as well as in a scope.

use actix_web::{get, post, put, web};
use raakvlak_domain::identifiers::PackageId;
use raakvlak_domain::knobs::MatcherSetting;
use raakvlak_domain::record;
use raakvlak_service::desk::Desk;
use raakvlak_service::knobs::{Preset, ScopePreview, Standing};
use raakvlak_service::shortlists::Preview;
use utoipa::ToSchema;

use super::{knob, preview};
use crate::api::answers::{Answered, rank, read};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::shared::Shared;

knob! {
    "matcher": MatcherSetting, Standing;
    told by Desk::knob, turned by Desk::turn_knob;
    at "/knobs/matcher";
    /// A turn of the knob.
    turn Turn;
    /// Turn the matcher knob
    ///
    /// Makes a version; none is ever changed. Without a setting the own setting of the scope is taken away, so that the wider one holds again.
    example {"scope": "network", "setting": {"weights": {"tasks": 8, "competence": 2, "experience": 4, "development": 1, "energy": 3, "proximity": 2, "hours": 2, "comfort": 2, "turn": 2}}, "why": "We kijken dit jaar naar taken."};
    versions at "/knobs/matcher/versions";
}

preview! {
    "preview_matcher_knob_in_scope" at "/knobs/matcher/scope-preview";
    /// A setting to try on every open package of a scope.
    trial ScopeTrial of MatcherSetting;
    /// Try a setting on a programme or on everything
    ///
    /// Says how many people would be shown who are not now, the other way round, and whether places would be spread less fairly. It names nobody and saves
    /// nothing.
    example {"scope": "network", "setting": {"unseen_share": 40}};
    answers ScopePreview: "What would change, and what would get worse.";
    rank by Desk::preview_scope;
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

/// List the positions that the matcher knob can be put in at once
#[utoipa::path(
    operation_id = "list_matcher_presets",
    tag = "knobs",
    responses((status = 200, description = "The positions, and where each programme starts and why.", body = Vec<Preset>))
)]
#[get("/knobs/matcher/presets")]
pub(crate) async fn presets(shared: web::Data<Shared>, caller: Caller) -> Answered {
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
pub(crate) async fn preview_on_package(shared: web::Data<Shared>, caller: Caller, body: Checked<Trial>) -> Answered {
    rank(&shared, &caller, move |desk, actor| desk.preview_knob(actor, &body.value.package, &body.value.setting)).await
}
