//! Checking one record: that it can be read as the record that it is, and that hours and places are kept.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::{ExpertId, MatchId, OrganisationId, PackageId, ProgrammeId, UserId};
use raakvlak_domain::matches::{MatchState, Verb};
use raakvlak_domain::workload::heaviest_week;
use raakvlak_store::check::{Rule, Violation};
use raakvlak_store::matches::MatchQuery;
use raakvlak_store::todos::StoredTodo;
use raakvlak_store::{ObjectKind, StoreResult, experts, matches, organisations, packages, programmes, todos, users};

use super::{At, read};
use crate::experts::HOURS_EXCEEDED;
use crate::ranking::people::obligations;

/// Everything that does not hold of a record.
pub(super) fn check(at: &mut At<'_>, table: &'static str) -> StoreResult<Vec<Violation>> {
    let id = at.id;
    let known = match table {
        "users" => UserId::new(id).map(|id| at.user(&id)),
        "organisations" => OrganisationId::new(id).map(|id| at.organisation(&id)),
        "programmes" => ProgrammeId::new(id).map(|id| at.programme(&id)),
        "experts" => ExpertId::new(id).map(|id| at.expert(&id)),
        "todos" => Ok(at.todo()),
        "task_packages" => PackageId::new(id).map(|id| at.package(&id)),
        _ => MatchId::new(id).map(|id| at.match_(&id)),
    };
    match known {
        Ok(outcome) => outcome?,
        Err(_) => at.violate(Rule::Unreadable, table, "id"),
    }
    Ok(std::mem::take(&mut at.found))
}

impl At<'_> {
    fn user(&mut self, id: &UserId) -> StoreResult<()> {
        let outcome = users::get(self.db, id);
        read(&mut self.found, "users", self.id, outcome).map(drop)
    }

    fn organisation(&mut self, id: &OrganisationId) -> StoreResult<()> {
        let outcome = organisations::get(self.db, id);
        read(&mut self.found, "organisations", self.id, outcome).map(drop)
    }

    fn programme(&mut self, id: &ProgrammeId) -> StoreResult<()> {
        let outcome = programmes::get(self.db, id);
        read(&mut self.found, "programmes", self.id, outcome).map(drop)
    }

    fn package(&mut self, id: &PackageId) -> StoreResult<()> {
        const TABLE: &str = "task_packages";
        let outcome = packages::get(self.db, id);
        let Some(Some(stored)) = read(&mut self.found, TABLE, self.id, outcome)? else { return Ok(()) };
        for revision in 1..stored.revision {
            let outcome = packages::wording(self.db, id, revision);
            read(&mut self.found, "package_revisions", self.id, outcome)?;
        }
        let (taken, places) = (matches::places_taken(self.db, id)?, stored.package.capacity.get());
        if taken > i64::from(places) {
            self.violate(Rule::CapacityExceeded, TABLE, format!("{taken} > {places}"));
        }
        Ok(())
    }

    fn expert(&mut self, id: &ExpertId) -> StoreResult<()> {
        const TABLE: &str = "experts";
        let outcome = experts::get(self.db, id);
        let Some(Some(stored)) = read(&mut self.found, TABLE, self.id, outcome)? else { return Ok(()) };
        // An arrangement that cannot be read is told with its match.
        let Ok(arranged) = matches::taking_hours_of(self.db, id) else { return Ok(()) };
        let Some(hours) = stored.expert.hours.filter(|_| !arranged.is_empty()) else { return Ok(()) };
        let heaviest = heaviest_week(&obligations(&stored.expert, arranged.iter().map(|(_, arrangement)| arrangement)), self.today);
        let most = hours.max.get();
        if heaviest > most && !self.is_known(&stored.expert, stored.changed_at)? {
            self.violate(Rule::HoursExceeded, TABLE, format!("{heaviest} > {most} (tenths of an hour)"));
        }
        Ok(())
    }

    /// Whether a mediator was told that somebody works more than they want now, since that came about: lowering one's own limit is always allowed.
    fn is_known(&mut self, expert: &Expert, changed_at: Instant) -> StoreResult<bool> {
        let since = self.last_confirmed(expert).map_or(changed_at, |at| at.max(changed_at));
        let told = todos::about(self.db, HOURS_EXCEEDED, ObjectKind::Expert.as_str(), self.id)?;
        let holds = |todo: &StoredTodo| todo.closed_at.is_none_or(|closed_at| closed_at >= since);
        Ok(told.iter().any(holds))
    }

    fn last_confirmed(&mut self, expert: &Expert) -> Option<Instant> {
        let states = MatchState::ALL.iter().copied().filter(|state| state.takes_hours()).collect();
        let query = MatchQuery { expert: Some(expert.id.clone()), states: Some(states), ..MatchQuery::default() };
        let mut last = None;
        // A match that cannot be read is told with that match.
        for found in matches::list(self.db, &query).unwrap_or_default() {
            let history = matches::history(self.db, &found).unwrap_or_default();
            last = last.max(history.iter().filter(|event| event.verb == Verb::Confirm).map(|event| event.at).max());
        }
        last
    }
}
