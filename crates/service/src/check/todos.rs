//! Checking what waits for a person: whoever has it stands on neither side.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;
use raakvlak_engine::routing::{Candidate, Work, has_interest};
use raakvlak_store::check::Rule;
use raakvlak_store::todos::{self, StoredTodo};
use raakvlak_store::{StoreError, StoreResult, experts, organisations};

use super::{At, read};
use crate::routing::sides;

const TABLE: &str = "todos";

/// For so many seconds somebody may have what they came to have an interest in: a service that runs looks every minute and takes it away.
const TAKEN_AWAY_WITHIN: i64 = 10 * 60;

impl At<'_> {
    pub(super) fn todo(&mut self) -> StoreResult<()> {
        let outcome = todos::get(self.db, self.id).and_then(|found| found.ok_or(StoreError::NotFound));
        let Some(todo) = read(&mut self.found, TABLE, self.id, outcome)? else { return Ok(()) };
        let (Some(holder), None) = (&todo.assigned_to, todo.closed_at) else { return Ok(()) };
        // What it is about and cannot be read is told with that record.
        let Ok(errand) = sides(self.db, &todo) else { return Ok(()) };
        if self.stands_on_a_side(&todo, holder, &errand.work)? {
            self.violate(Rule::TodoInterest, TABLE, todo.kind.as_str());
        }
        Ok(())
    }

    fn stands_on_a_side(&mut self, todo: &StoredTodo, holder: &UserId, work: &Work) -> StoreResult<bool> {
        let (expert, speaks_for) = (experts::of_user(self.db, holder)?, organisations::of_user(self.db, holder)?);
        let none = Vec::new;
        let (sectors, regions, languages) = (none(), none(), none());
        let apart =
            Candidate { user: holder.clone(), roles: Vec::new(), sectors, regions, languages, expert, organisations: Vec::new(), open: 0 };
        let speaking = Candidate { organisations: speaks_for, ..apart.clone() };
        Ok(has_interest(&apart, work) || (has_interest(&speaking, work) && !self.has_just_joined(todo, holder, work)?))
    }

    /// Whether somebody came to speak for the organisation after the to-do was given to them, and so lately that nothing can have passed it on.
    fn has_just_joined(&mut self, todo: &StoredTodo, holder: &UserId, work: &Work) -> StoreResult<bool> {
        let joined = work.organisation.as_ref().map(|organisation| organisations::joined_at(self.db, organisation, holder)).transpose()?;
        let is_later = |joined: &Instant| todo.assigned_at.is_some_and(|given| *joined >= given);
        Ok(joined.flatten().filter(is_later).is_some_and(|joined| joined.plus_seconds(TAKEN_AWAY_WITHIN) > self.now))
    }
}
