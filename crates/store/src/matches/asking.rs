//! Asking how it goes: which questions are due, and that they were put.

use diesel::prelude::*;
use raakvlak_domain::identifiers::MatchId;
use raakvlak_domain::matches::Party;

use super::corrupt;
use crate::error::StoreResult;
use crate::schema::check_ins;
use crate::transaction::Tx;

/// The version of a question that was planned and not yet put.
pub(super) const PLANNED: i64 = 1;

/// A question whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueQuestion {
    /// Names the check-in.
    pub id: String,
    /// The match.
    pub match_id: MatchId,
    /// Who is asked.
    pub side: Party,
}

/// Takes the questions that are due, unanswered and not yet put, oldest first, and notes that they are put now.
///
/// # Errors
/// Any error of the database.
pub fn take_due(tx: &mut Tx<'_>, limit: i64) -> StoreResult<Vec<DueQuestion>> {
    let now = tx.now().microseconds();
    let due = check_ins::table
        .filter(check_ins::answered_at.is_null())
        .filter(check_ins::due_at.le(now))
        .filter(check_ins::version.eq(PLANNED))
        .order((check_ins::due_at, check_ins::id))
        .limit(limit);
    let rows: Vec<(String, String, String)> = due.select((check_ins::id, check_ins::match_id, check_ins::side)).load(tx.connection())?;
    let ids: Vec<&str> = rows.iter().map(|(id, _, _)| id.as_str()).collect();
    diesel::update(check_ins::table.filter(check_ins::id.eq_any(&ids))).set(check_ins::version.eq(PLANNED + 1)).execute(tx.connection())?;
    rows.iter()
        .map(|(id, match_id, side)| {
            let match_id = MatchId::new(match_id).map_err(|_| corrupt("a match's id"))?;
            let side = Party::from_word(side).ok_or_else(|| corrupt("a side"))?;
            Ok(DueQuestion { id: id.clone(), match_id, side })
        })
        .collect()
}
