//! What came out of the rules at the steps of a match, sealed under the person's key.

use diesel::prelude::*;
use raakvlak_domain::identifiers::KnobVersionId;

use super::{StoredMatch, corrupt, event_row};
use crate::error::StoreResult;
use crate::keys::Place;
use crate::schema::match_rules;
use crate::transaction::{Db, Tx};

/// What came out of the rules at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The number of the step.
    pub seq: i64,
    /// The version of the rules knob that held; `None` when it stood where it starts.
    pub rules_version: Option<KnobVersionId>,
    /// What came out, as JSON.
    pub report: String,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = match_rules, treat_none_as_default_value = false)]
pub(super) struct Row {
    pub(super) match_id: String,
    seq: i64,
    rules_version: Option<String>,
    sealed: Vec<u8>,
}

/// Keeps what came out of the rules at a step that the match has taken.
///
/// # Errors
/// [`StoreError::Dangling`](crate::StoreError::Dangling) when the match has no such step.
pub fn insert(tx: &mut Tx<'_>, found: &StoredMatch, judged: &Judged) -> StoreResult<()> {
    let place = event_row(found.id.as_str(), judged.seq);
    let sealed = tx.keys().of(found.key).seal_text(&Place::of("match_rules", &place), &judged.report)?;
    let rules_version = judged.rules_version.as_ref().map(ToString::to_string);
    let row = Row { match_id: found.id.to_string(), seq: judged.seq, rules_version, sealed };
    diesel::insert_into(match_rules::table).values(&row).execute(tx.connection())?;
    Ok(())
}

/// What came out of the rules at every step of a match at which they were judged, oldest first.
///
/// # Errors
/// [`StoreError::Key`](crate::StoreError::Key) when the person's key is gone.
pub fn list(db: &mut Db, found: &StoredMatch) -> StoreResult<Vec<Judged>> {
    let rows = match_rules::table.filter(match_rules::match_id.eq(found.id.as_str())).order(match_rules::seq);
    let rows: Vec<Row> = rows.select(Row::as_select()).load(db.connection())?;
    rows.into_iter().map(|row| judged(db, found, row)).collect()
}

/// Every row, for an export.
pub(super) fn rows(db: &mut Db) -> StoreResult<Vec<Row>> {
    Ok(match_rules::table.order((match_rules::match_id, match_rules::seq)).select(Row::as_select()).load(db.connection())?)
}

pub(super) fn judged(db: &Db, found: &StoredMatch, row: Row) -> StoreResult<Judged> {
    let place = event_row(found.id.as_str(), row.seq);
    let report = db.keys().of(found.key).open_text(&Place::of("match_rules", &place), &row.sealed)?;
    let version = row.rules_version.as_deref().map(|id| KnobVersionId::new(id).map_err(|_| corrupt("a version's id")));
    Ok(Judged { seq: row.seq, rules_version: version.transpose()?, report })
}

/// Takes what belongs to these matches away.
pub(super) fn delete_of(tx: &mut Tx<'_>, ids: &[String]) -> StoreResult<()> {
    diesel::delete(match_rules::table.filter(match_rules::match_id.eq_any(ids))).execute(tx.connection())?;
    Ok(())
}
