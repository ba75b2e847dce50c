//! The change feed: one row for each record that changed, written in the transaction of the change, numbered without gaps.
//!
//! A follower that remembers only the highest number it saw misses nothing: numbers are handed out by the one writer, on PostgreSQL under the lock
//! that all nodes share, so a lower number can never become visible after a higher one.
//!
//! A change without an id says that a record of that sort was erased: the id itself is gone from the feed, so a follower reads that sort anew.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;

use crate::connection::AnyConnection;
use crate::dialect::insert_many;
use crate::error::{StoreError, StoreResult};
use crate::schema::{changes, counters};

const COUNTER: &str = "changes";
/// Up to which number changes have been cleared away.
const CLEARED: &str = "changes_cleared";

/// A record that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place in the feed, from 1 on, without gaps.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// The sort of record ([`ObjectKind`](crate::audit::ObjectKind) as text).
    pub kind: String,
    /// The record's id; empty when the record was erased: then read everything of this sort anew.
    pub object_id: String,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = changes)]
struct Row {
    seq: i64,
    at: i64,
    kind: String,
    object_id: String,
}

impl From<Row> for Change {
    fn from(row: Row) -> Self {
        Self { seq: row.seq, at: Instant::from_microseconds(row.at), kind: row.kind, object_id: row.object_id }
    }
}

/// The number of the latest change; 0 when there was none.
pub(crate) fn head(connection: &mut AnyConnection) -> QueryResult<i64> {
    counter(connection, COUNTER)
}

/// Up to which number changes have been cleared away; 0 when none were.
pub(crate) fn cleared(connection: &mut AnyConnection) -> QueryResult<i64> {
    counter(connection, CLEARED)
}

fn counter(connection: &mut AnyConnection, name: &str) -> QueryResult<i64> {
    counters::table.find(name).select(counters::value).first(connection).optional().map(Option::unwrap_or_default)
}

/// Sets a counter; the one writer needs no upsert.
fn set_counter(connection: &mut AnyConnection, name: &str, value: i64) -> QueryResult<()> {
    if diesel::update(counters::table.find(name)).set(counters::value.eq(value)).execute(connection)? == 0 {
        diesel::insert_into(counters::table).values((counters::name.eq(name), counters::value.eq(value))).execute(connection)?;
    }
    Ok(())
}

/// Writes down up to where the feed goes, once for each batch.
pub(crate) fn set_head(connection: &mut AnyConnection, seq: i64) -> QueryResult<()> {
    set_counter(connection, COUNTER, seq)
}

/// Adds changes after `head` and gives the new head.
pub(crate) fn append(connection: &mut AnyConnection, head: i64, at: Instant, changed: &[(&'static str, String)]) -> QueryResult<i64> {
    let rows: Vec<Row> = (head + 1..)
        .zip(changed)
        .map(|(seq, (kind, object_id))| Row { seq, at: at.microseconds(), kind: (*kind).to_owned(), object_id: object_id.clone() })
        .collect();
    insert_many!(connection, changes::table, rows)?;
    Ok(rows.last().map_or(head, |row| row.seq))
}

/// The changes after a number, oldest first, at most `limit`.
///
/// # Errors
/// [`StoreError::ChangesGone`] when some of them have been cleared away.
pub(crate) fn after(connection: &mut AnyConnection, seq: i64, limit: i64) -> StoreResult<Vec<Change>> {
    let cleared = cleared(connection)?;
    if seq < cleared {
        return Err(StoreError::ChangesGone { cleared });
    }
    let rows: Vec<Row> = changes::table.filter(changes::seq.gt(seq)).order(changes::seq).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Change::from).collect())
}

/// Clears away the changes made before a moment; gives how many.
pub(crate) fn clear(connection: &mut AnyConnection, before: Instant) -> StoreResult<usize> {
    let old = changes::table.filter(changes::at.lt(before.microseconds())).select(diesel::dsl::max(changes::seq));
    let Some(last) = old.first::<Option<i64>>(connection)? else { return Ok(0) };
    set_counter(connection, CLEARED, last)?;
    Ok(diesel::delete(changes::table.filter(changes::seq.le(last))).execute(connection)?)
}

/// Takes the id of an erased record out of the feed.
pub(crate) fn forget(connection: &mut AnyConnection, kind: &str, object_id: &str) -> QueryResult<()> {
    let rows = changes::table.filter(changes::kind.eq(kind)).filter(changes::object_id.eq(object_id));
    diesel::update(rows).set(changes::object_id.eq("")).execute(connection).map(drop)
}
