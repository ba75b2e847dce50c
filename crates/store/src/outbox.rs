//! Letters that wait to be sent, each sealed under the key of the person it goes to.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;

use crate::error::StoreResult;
use crate::keys::{KeyId, Place};
use crate::schema::outbox;
use crate::transaction::{Db, Tx};

/// A letter that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLetter {
    /// Names the letter.
    pub id: String,
    /// The key of the person it goes to.
    pub key: KeyId,
    /// What it says, as it was sealed.
    pub content: String,
    /// When it was written.
    pub made_at: Instant,
    /// How often sending it was begun.
    pub attempts: i64,
}

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
struct Row {
    id: String,
    key_id: String,
    sealed: Vec<u8>,
    made_at: i64,
    due_at: i64,
    sent_at: Option<i64>,
    attempts: i64,
}

/// Puts a letter in the outbox.
///
/// # Errors
/// [`StoreError::Key`](crate::StoreError::Key) when the person's key does not exist any more.
pub fn insert(tx: &mut Tx<'_>, id: &str, key: KeyId, content: &str, due_at: Instant) -> StoreResult<()> {
    let sealed = tx.keys().of(key).seal_text(&Place::of("outbox", id), content)?;
    let made_at = tx.now().microseconds();
    let row =
        Row { id: id.to_owned(), key_id: key.to_string(), sealed, made_at, due_at: due_at.microseconds(), sent_at: None, attempts: 0 };
    diesel::insert_into(outbox::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// Takes the letters that are due, oldest first, and puts their next try off to `until`, so that no other node takes them too.
/// A letter whose person is gone is dropped.
///
/// # Errors
/// Any error of the database or the keys.
pub fn take_due(tx: &mut Tx<'_>, until: Instant, most_attempts: i64, limit: i64) -> StoreResult<Vec<StoredLetter>> {
    let now = tx.now().microseconds();
    let due = outbox::table.filter(outbox::sent_at.is_null()).filter(outbox::due_at.le(now)).filter(outbox::attempts.lt(most_attempts));
    let rows: Vec<Row> = due.order((outbox::due_at, outbox::id)).limit(limit).select(Row::as_select()).load(tx.connection())?;
    let mut letters = Vec::with_capacity(rows.len());
    for row in rows {
        let key = KeyId::parse(&row.key_id)?;
        if !tx.keys().exists(key) {
            diesel::delete(outbox::table.find(&row.id)).execute(tx.connection())?;
            continue;
        }
        let attempts = row.attempts + 1;
        let values = (outbox::due_at.eq(until.microseconds()), outbox::attempts.eq(attempts));
        diesel::update(outbox::table.find(&row.id)).set(values).execute(tx.connection())?;
        let content = tx.keys().of(key).open_text(&Place::of("outbox", &row.id), &row.sealed)?;
        letters.push(StoredLetter { id: row.id, key, content, made_at: Instant::from_microseconds(row.made_at), attempts });
    }
    Ok(letters)
}

/// Notes that a letter was sent (or is not worth sending any more); what it said is not kept.
///
/// # Errors
/// Any error of the database.
pub fn set_sent(tx: &mut Tx<'_>, id: &str) -> StoreResult<()> {
    let now = tx.now().microseconds();
    let values = (outbox::sent_at.eq(now), outbox::sealed.eq(Vec::<u8>::new()));
    diesel::update(outbox::table.find(id)).set(values).execute(tx.connection())?;
    Ok(())
}

/// Puts the next try of a letter off.
///
/// # Errors
/// Any error of the database.
pub fn set_due(tx: &mut Tx<'_>, id: &str, due_at: Instant) -> StoreResult<()> {
    let waiting = outbox::table.find(id).filter(outbox::sent_at.is_null());
    diesel::update(waiting).set(outbox::due_at.eq(due_at.microseconds())).execute(tx.connection())?;
    Ok(())
}

/// How many letters wait, and how many of those were tried as often as letters are.
///
/// # Errors
/// Any error of the database.
pub fn waiting(db: &mut Db, most_attempts: i64) -> StoreResult<(i64, i64)> {
    let waiting = outbox::table.filter(outbox::sent_at.is_null());
    let all: i64 = waiting.count().get_result(db.connection())?;
    let stuck: i64 = waiting.filter(outbox::attempts.ge(most_attempts)).count().get_result(db.connection())?;
    Ok((all, stuck))
}

/// The ids of the letters to a person, sent or not.
///
/// # Errors
/// Any error of the database.
pub fn of_key(db: &mut Db, key: KeyId) -> StoreResult<Vec<String>> {
    Ok(outbox::table.filter(outbox::key_id.eq(key.to_string())).select(outbox::id).load(db.connection())?)
}

/// Clears away the rows of letters sent before a moment; gives how many.
///
/// # Errors
/// Any error of the database.
pub fn clear(tx: &mut Tx<'_>, before: Instant) -> StoreResult<usize> {
    Ok(diesel::delete(outbox::table.filter(outbox::sent_at.lt(before.microseconds()))).execute(tx.connection())?)
}

/// Takes every letter to a person away.
pub(crate) fn delete_of(tx: &mut Tx<'_>, key: KeyId) -> StoreResult<()> {
    diesel::delete(outbox::table.filter(outbox::key_id.eq(key.to_string()))).execute(tx.connection())?;
    Ok(())
}
