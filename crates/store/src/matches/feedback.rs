//! How work goes and how it went, as each side tells it: check-ins and evaluations.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::MatchId;
use raakvlak_domain::matches::{CheckIn, Evaluation, Party};
use raakvlak_domain::reading;

use super::{StoredMatch, corrupt};
use crate::error::StoreResult;
use crate::keys::{Keys, Place};
use crate::schema::{check_ins, evaluations};
use crate::transaction::{Db, Tx};

/// A moment at which one side is asked how it goes, with the answer once it is given.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StoredCheckIn {
    /// Names the check-in.
    pub id: String,
    /// The match.
    pub match_id: MatchId,
    /// Who is asked.
    pub side: Party,
    /// When the question is due.
    pub due_at: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// The answer.
    pub answer: Option<CheckIn>,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = check_ins, treat_none_as_default_value = false)]
pub(super) struct CheckInRow {
    pub(super) id: String,
    pub(super) match_id: String,
    pub(super) side: String,
    pub(super) due_at: i64,
    pub(super) answered_at: Option<i64>,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) version: i64,
    pub(super) made_at: i64,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = evaluations)]
pub(super) struct EvaluationRow {
    pub(super) id: String,
    pub(super) match_id: String,
    pub(super) side: String,
    pub(super) sealed: Vec<u8>,
    pub(super) made_at: i64,
}

/// Plans a moment at which one side is asked how it goes.
///
/// # Errors
/// Any error of the database.
pub fn plan(tx: &mut Tx<'_>, id: &str, found: &StoredMatch, side: Party, due_at: Instant) -> StoreResult<()> {
    let row = CheckInRow {
        id: id.to_owned(),
        match_id: found.id.to_string(),
        side: side.as_str().to_owned(),
        due_at: due_at.microseconds(),
        answered_at: None,
        sealed: None,
        version: 1,
        made_at: tx.now().microseconds(),
    };
    diesel::insert_into(check_ins::table).values(&row).execute(tx.connection())?;
    Ok(())
}

/// Keeps an answer: to the oldest question that is due for that side, or, when none is, on its own, since everyone may tell whenever they want.
///
/// # Errors
/// Any error of the database.
pub fn answer(tx: &mut Tx<'_>, new_id: &str, found: &StoredMatch, side: Party, answer: &CheckIn) -> StoreResult<String> {
    let now = tx.now().microseconds();
    let due: Option<String> = check_ins::table
        .filter(check_ins::match_id.eq(found.id.as_str()))
        .filter(check_ins::side.eq(side.as_str()))
        .filter(check_ins::answered_at.is_null())
        .filter(check_ins::due_at.le(now))
        .order((check_ins::due_at, check_ins::id))
        .select(check_ins::id)
        .first(tx.connection())
        .optional()?;
    if due.is_none() {
        plan(tx, new_id, found, side, tx.now())?;
    }
    let id = due.unwrap_or_else(|| new_id.to_owned());
    let sealed = tx.keys().of(found.key).seal_json(&Place::of("check_ins", &id), answer)?;
    diesel::update(check_ins::table.find(&id))
        .set((check_ins::answered_at.eq(Some(now)), check_ins::sealed.eq(Some(sealed)), check_ins::version.eq(check_ins::version + 1)))
        .execute(tx.connection())?;
    Ok(id)
}

/// The check-ins of a match, in the order in which they were due.
///
/// # Errors
/// Any error of the database.
pub fn check_ins_of(db: &mut Db, found: &StoredMatch) -> StoreResult<Vec<StoredCheckIn>> {
    let rows = check_ins::table.filter(check_ins::match_id.eq(found.id.as_str())).order((check_ins::due_at, check_ins::id));
    let rows: Vec<CheckInRow> = rows.select(CheckInRow::as_select()).load(db.connection())?;
    rows.into_iter().map(|row| check_in(row, found, db.keys())).collect()
}

/// A check-in as it is read back.
pub(super) fn check_in(row: CheckInRow, found: &StoredMatch, keys: &Keys) -> StoreResult<StoredCheckIn> {
    let open = |sealed: Vec<u8>| -> StoreResult<CheckIn> {
        let text = keys.of(found.key).open_text(&Place::of("check_ins", &row.id), &sealed)?;
        reading::read(&text).map_err(|_| corrupt("a check-in"))
    };
    Ok(StoredCheckIn {
        answer: row.sealed.map(open).transpose()?,
        match_id: found.id.clone(),
        side: Party::from_word(&row.side).ok_or_else(|| corrupt("a side"))?,
        due_at: Instant::from_microseconds(row.due_at),
        answered_at: row.answered_at.map(Instant::from_microseconds),
        id: row.id,
    })
}

/// Keeps how one side looks back.
///
/// # Errors
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) when that side looked back already.
pub fn evaluate(tx: &mut Tx<'_>, id: &str, found: &StoredMatch, side: Party, evaluation: &Evaluation) -> StoreResult<()> {
    let sealed = tx.keys().of(found.key).seal_json(&Place::of("evaluations", id), evaluation)?;
    let row = EvaluationRow {
        id: id.to_owned(),
        match_id: found.id.to_string(),
        side: side.as_str().to_owned(),
        sealed,
        made_at: tx.now().microseconds(),
    };
    diesel::insert_into(evaluations::table).values(&row).execute(tx.connection())?;
    Ok(())
}

/// How each side looked back on a match.
///
/// # Errors
/// Any error of the database.
pub fn evaluations_of(db: &mut Db, found: &StoredMatch) -> StoreResult<Vec<(Party, Evaluation)>> {
    let rows = evaluations::table.filter(evaluations::match_id.eq(found.id.as_str())).order(evaluations::side);
    let rows: Vec<EvaluationRow> = rows.select(EvaluationRow::as_select()).load(db.connection())?;
    rows.into_iter()
        .map(|row| {
            let text = db.keys().of(found.key).open_text(&Place::of("evaluations", &row.id), &row.sealed)?;
            let side = Party::from_word(&row.side).ok_or_else(|| corrupt("a side"))?;
            Ok((side, reading::read(&text).map_err(|_| corrupt("an evaluation"))?))
        })
        .collect()
}

/// Takes away what was told about these matches.
pub(super) fn delete_of(tx: &mut Tx<'_>, ids: &[String]) -> StoreResult<()> {
    diesel::delete(check_ins::table.filter(check_ins::match_id.eq_any(ids))).execute(tx.connection())?;
    diesel::delete(evaluations::table.filter(evaluations::match_id.eq_any(ids))).execute(tx.connection())?;
    Ok(())
}
