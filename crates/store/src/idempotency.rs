//! Answers kept under the idempotency key of a request, so that a request sent twice acts once.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;

use crate::error::{StoreError, StoreResult};
use crate::keys::{KeyId, Place};
use crate::schema::idempotency;
use crate::transaction::{Db, Tx};

const TABLE: &str = "idempotency";

/// An answer as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The digest of the request that it answered.
    pub request_digest: Vec<u8>,
    /// Its status; 0 when the request acted and its answer is not kept yet.
    pub status: i64,
    /// The answer itself.
    pub body: String,
    /// Until when it is kept.
    pub expires_at: Instant,
}

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = idempotency, treat_none_as_default_value = false)]
struct Row {
    actor: String,
    key_digest: Vec<u8>,
    request_digest: Vec<u8>,
    status: i64,
    sealed_answer: Vec<u8>,
    key_id: Option<String>,
    made_at: i64,
    expires_at: i64,
}

fn place(actor: &UserId) -> Place<'_> {
    Place { table: TABLE, column: "sealed_answer", row: actor.as_str() }
}

/// The answer that a user has under a key, unless its time is over.
///
/// # Errors
/// Any error of the database or the keys.
pub fn find(db: &mut Db, actor: &UserId, key_digest: &[u8], now: Instant) -> StoreResult<Option<StoredAnswer>> {
    let query = idempotency::table.find((actor.as_str(), key_digest)).filter(idempotency::expires_at.gt(now.microseconds()));
    let Some(row): Option<Row> = query.select(Row::as_select()).first(db.connection()).optional()? else { return Ok(None) };
    let key = row.key_id.as_deref().ok_or_else(|| StoreError::Corrupt { table: TABLE, why: "an answer without a key".to_owned() })?;
    let body = db.keys().of_text(key)?.open_text(&place(actor), &row.sealed_answer)?;
    let expires_at = Instant::from_microseconds(row.expires_at);
    Ok(Some(StoredAnswer { request_digest: row.request_digest, status: row.status, body, expires_at }))
}

/// Keeps an answer under a user's key; one whose time is over makes way for it.
///
/// # Errors
/// [`StoreError::Duplicate`] when the user has an answer under this key.
pub fn insert(tx: &mut Tx<'_>, actor: &UserId, key: KeyId, key_digest: &[u8], answer: &StoredAnswer) -> StoreResult<()> {
    let now = tx.now().microseconds();
    let old = idempotency::table.find((actor.as_str(), key_digest)).filter(idempotency::expires_at.le(now));
    diesel::delete(old).execute(tx.connection())?;
    let row = Row {
        actor: actor.to_string(),
        key_digest: key_digest.to_vec(),
        request_digest: answer.request_digest.clone(),
        status: answer.status,
        sealed_answer: tx.keys().of(key).seal_text(&place(actor), &answer.body)?,
        key_id: Some(key.to_string()),
        made_at: now,
        expires_at: answer.expires_at.microseconds(),
    };
    diesel::insert_into(idempotency::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// Fills in the answer of a request that acted.
///
/// # Errors
/// [`StoreError::NotFound`] when nothing is kept under this key.
pub fn fill(tx: &mut Tx<'_>, actor: &UserId, key: KeyId, key_digest: &[u8], status: i64, body: &str) -> StoreResult<()> {
    let sealed = tx.keys().of(key).seal_text(&place(actor), body)?;
    let row = idempotency::table.find((actor.as_str(), key_digest));
    let values = (idempotency::status.eq(status), idempotency::sealed_answer.eq(sealed));
    let filled = diesel::update(row).set(values).execute(tx.connection())?;
    if filled == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// Clears away the answers whose time is over; gives how many.
///
/// # Errors
/// Any error of the database.
pub fn clear(tx: &mut Tx<'_>) -> StoreResult<usize> {
    let now = tx.now().microseconds();
    Ok(diesel::delete(idempotency::table.filter(idempotency::expires_at.le(now))).execute(tx.connection())?)
}

/// Empties the answers, kept for others, that tell of records which are erased: that the requests acted stays known, what was answered does not.
pub(crate) fn empty_about(tx: &mut Tx<'_>, ids: &[String]) -> StoreResult<()> {
    let rows: Vec<Row> = idempotency::table.filter(idempotency::status.ne(0)).select(Row::as_select()).load(tx.connection())?;
    for row in rows {
        let (Some(key), Ok(actor)) = (row.key_id.as_deref(), UserId::new(&row.actor)) else { continue };
        let key = KeyId::parse(key)?;
        let Ok(body) = tx.keys().of(key).open_text(&place(&actor), &row.sealed_answer) else { continue };
        if ids.iter().any(|id| body.contains(id.as_str())) {
            fill(tx, &actor, key, &row.key_digest, 0, "")?;
        }
    }
    Ok(())
}

/// Takes every answer away that is kept under a person's key or for them.
pub(crate) fn delete_of(tx: &mut Tx<'_>, key: KeyId, actor: Option<&str>) -> StoreResult<()> {
    diesel::delete(idempotency::table.filter(idempotency::key_id.eq(key.to_string()))).execute(tx.connection())?;
    if let Some(actor) = actor {
        diesel::delete(idempotency::table.filter(idempotency::actor.eq(actor))).execute(tx.connection())?;
    }
    Ok(())
}
