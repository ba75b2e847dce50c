//! Checking a match: its life is a path of verbs that ends where it stands, and confirmed work has three yeses to one version.

use raakvlak_domain::identifiers::MatchId;
use raakvlak_domain::knobs::{Knob, KnobVersion, ScopeKind, SettingSource};
use raakvlak_domain::matches::{MatchState, Party, Verb};
use raakvlak_store::check::Rule;
use raakvlak_store::matches::trace::{self, KnobInForce};
use raakvlak_store::matches::{self, Event, StoredMatch, feedback};
use raakvlak_store::{StoreError, StoreResult, knobs};

use super::{At, read};

const TABLE: &str = "matches";

impl At<'_> {
    pub(super) fn match_(&mut self, id: &MatchId) -> StoreResult<()> {
        let outcome = matches::get(self.db, id).and_then(|found| found.ok_or(StoreError::NotFound));
        let Some(found) = read(&mut self.found, TABLE, self.id, outcome)? else { return Ok(()) };
        if found.score.as_deref().is_some_and(|score| serde_json::from_str::<serde_json::Value>(score).is_err()) {
            self.violate(Rule::Unreadable, TABLE, "sealed_score");
        }
        let outcome = matches::history(self.db, &found);
        let Some(history) = read(&mut self.found, "match_events", self.id, outcome)? else { return Ok(()) };
        self.path(&found, &history);
        self.trace(&found)?;
        for version in 1..=found.arrangement.unwrap_or(0) {
            let outcome = matches::arrangement(self.db, &found, version);
            read(&mut self.found, "arrangements", self.id, outcome)?;
        }
        let outcome = feedback::check_ins_of(self.db, &found);
        read(&mut self.found, "check_ins", self.id, outcome)?;
        let outcome = feedback::evaluations_of(self.db, &found);
        read(&mut self.found, "evaluations", self.id, outcome)?;
        self.yeses(&found, &history)
    }

    /// What is kept of a knob is a version of that knob, of the scope that it is said to come from; and the score was made by the version that is traced.
    fn trace(&mut self, found: &StoredMatch) -> StoreResult<()> {
        let outcome = trace::of_match(self.db, &found.id);
        let Some(kept) = read(&mut self.found, "match_knobs", self.id, outcome)? else { return Ok(()) };
        for KnobInForce { knob, source, version } in kept {
            let outcome = version.as_ref().map(|id| knobs::get(self.db, id)).transpose();
            let Some(version) = read(&mut self.found, "knob_versions", self.id, outcome)? else { continue };
            let is_start = matches!(source, SettingSource::Start | SettingSource::ProgrammeStart);
            let scope = if source == SettingSource::ProgrammeStart { ScopeKind::Network.as_str() } else { source.as_str() };
            let fits = match version.flatten() {
                Some(version) => version.knob == knob && version.scope.kind() == scope && self.made(found, &version),
                None => is_start && (knob != Knob::Matcher || found.matcher_version.is_none()),
            };
            if !fits {
                self.violate(Rule::ReferenceBroken, "match_knobs", knob.as_str());
            }
        }
        Ok(())
    }

    /// Whether the score of a match, when it has one, was made by this version, when it is the matcher's.
    fn made(&self, found: &StoredMatch, version: &KnobVersion) -> bool {
        version.knob != Knob::Matcher || found.matcher_version.as_ref().is_none_or(|made_it| *made_it == version.id)
    }

    /// Every step follows from the one before it, and the last led to where the match stands.
    fn path(&mut self, found: &StoredMatch, history: &[Event]) {
        let mut state = None;
        for (event, seq) in history.iter().zip(1..) {
            let leads_to = match state {
                None => (event.verb == Verb::Suggest).then_some(MatchState::Suggested),
                Some(state) => event.verb.leads_to(state),
            };
            let legal = event.seq == seq && event.from == state && leads_to == Some(event.to);
            if !legal || !event.verb.parties().contains(&event.party) {
                self.violate(
                    Rule::HistoryBroken,
                    "match_events",
                    format!("{}: {} -> {} by {}", event.seq, event.verb, event.to, event.party),
                );
            }
            state = Some(event.to);
        }
        let steps = i64::try_from(history.len()).unwrap_or(i64::MAX);
        if state != Some(found.state) || steps != found.events {
            let led = state.map_or("-", MatchState::as_str);
            self.violate(Rule::StateDiffers, TABLE, format!("{} ({}) after {led} ({steps})", found.state, found.events));
        }
        if history.last().is_some_and(|last| last.arrangement != found.arrangement) {
            self.violate(Rule::StateDiffers, TABLE, "arrangement");
        }
    }

    /// Work that was ever confirmed has a yes of each side to the version that holds: nothing can be arranged anew after that.
    fn yeses(&mut self, found: &StoredMatch, history: &[Event]) -> StoreResult<()> {
        let confirmed = history.iter().any(|event| event.verb == Verb::Confirm);
        if !(confirmed || found.state.takes_hours() || found.state == MatchState::Closed) {
            return Ok(());
        }
        let Some(version) = found.arrangement else {
            self.violate(Rule::YesMissing, TABLE, "arrangement");
            return Ok(());
        };
        let outcome = matches::yeses(self.db, &found.id, version);
        let Some(yeses) = read(&mut self.found, "approvals", self.id, outcome)? else { return Ok(()) };
        for party in [Party::Expert, Party::Organisation, Party::Mediator] {
            if !yeses.iter().any(|yes| yes.party == party) {
                self.violate(Rule::YesMissing, TABLE, party.as_str());
            }
        }
        Ok(())
    }
}
