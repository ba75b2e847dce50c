//! Counts for reports: who was shown, asked and placed how often, over a period.

use diesel::dsl::count_star;
use diesel::prelude::*;
use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::identifiers::ExpertId;
use raakvlak_domain::matches::MatchState;

use crate::error::{StoreError, StoreResult};
use crate::schema::{match_events, matches, shortlist_members, shortlists};
use crate::transaction::Db;

/// In how many opened shortlists each person was, of those that were made for a day from `from` up to and including `until`; who was in none does not
/// stand in it.
///
/// # Errors
/// Any error of the database.
pub fn shown(db: &mut Db, from: Date, until: Date) -> StoreResult<Vec<(ExpertId, i64)>> {
    let rows: Vec<(String, i64)> = shortlist_members::table
        .inner_join(shortlists::table)
        .filter(shortlists::as_of.ge(from.to_string()).and(shortlists::as_of.le(until.to_string())))
        .group_by(shortlist_members::expert_id)
        .select((shortlist_members::expert_id, count_star()))
        .load(db.connection())?;
    counted(rows)
}

/// How often a match of each person came into a state, from one moment up to another.
///
/// # Errors
/// Any error of the database.
pub fn came_into(db: &mut Db, state: MatchState, from: Instant, until: Instant) -> StoreResult<Vec<(ExpertId, i64)>> {
    let rows: Vec<(String, i64)> = match_events::table
        .inner_join(matches::table)
        .filter(match_events::to_state.eq(state.as_str()))
        // A step that leaves the state as it is, such as a question, is no coming into it.
        .filter(match_events::from_state.is_null().or(match_events::from_state.ne(state.as_str())))
        .filter(match_events::at.ge(from.microseconds()).and(match_events::at.lt(until.microseconds())))
        .group_by(matches::expert_id)
        .select((matches::expert_id, count_star()))
        .load(db.connection())?;
    counted(rows)
}

fn counted(rows: Vec<(String, i64)>) -> StoreResult<Vec<(ExpertId, i64)>> {
    let corrupt = |_| StoreError::Corrupt { table: "matches", why: "an expert's id".to_owned() };
    rows.into_iter().map(|(id, count)| Ok((ExpertId::new(&id).map_err(corrupt)?, count))).collect()
}
