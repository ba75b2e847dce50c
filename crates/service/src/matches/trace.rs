//! The trace from a match to the knobs: how each stood when the match was made, who turned it so, when and why.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{KnobVersionId, MatchId, UserId};
use raakvlak_domain::knobs::{Knob, SettingSource};
use raakvlak_domain::texts::Prose;
use raakvlak_store::matches::trace::{self, KnobInForce};
use raakvlak_store::{Db, knobs};
use serde::Serialize;
use utoipa::ToSchema;

use super::readable;
use crate::actor::Actor;
use crate::authorise::Action;
use crate::desk::Desk;
use crate::error::Error;

/// How a knob stood when a match was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatchKnob {
    /// Which knob.
    pub knob: Knob,
    /// Where its setting came from; `start` when nobody had turned it.
    pub from: SettingSource,
    /// The version of the setting; `None` at the start. Where a programme's weights stood on top of another setting, the version of that one.
    pub version: Option<KnobVersionId>,
    /// The number of the version within its scope.
    pub number: Option<u64>,
    /// Who turned the knob so.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Option<Instant>,
    /// Why, in own words.
    pub why: Option<Prose>,
}

impl Desk {
    /// How the knobs stood when a match was made. It says nothing of the person, so that stewards and auditors can follow it as well. Of a match that was
    /// made before a knob was, nothing is known of that knob.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such match that the actor may know of; [`Error::NotAllowed`] for the person and the organisation.
    pub fn match_knobs(&self, actor: &Actor, id: &MatchId) -> Result<Vec<MatchKnob>, Error> {
        self.read(|db| {
            readable(db, actor, id, Action::ReadMatchKnobs)?;
            trace::of_match(db, id)?.into_iter().map(|kept| shown(db, kept)).collect()
        })
    }
}

fn shown(db: &mut Db, kept: KnobInForce) -> Result<MatchKnob, Error> {
    let KnobInForce { knob, source: from, version } = kept;
    let found = version.as_ref().map(|id| knobs::get(db, id)).transpose()?.flatten();
    let (number, made_at) = (found.as_ref().map(|found| found.number), found.as_ref().map(|found| found.made_at));
    let (made_by, why) = found.map(|found| (found.made_by, found.why)).unzip();
    Ok(MatchKnob { knob, from, version, number, made_by, made_at, why })
}
