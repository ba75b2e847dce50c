//! The audit trail: who did or read what, when and to whom; append-only, a hash chain, written in the transaction of the change itself.
//!
//! A row holds ids, names of fields and keyed digests, never a value (NEN 7513: who, when, whose, what, why). A person is named by a pseudonym that is
//! derived with their own key: once that key is destroyed the row still tells that something happened, and nobody can tell to whom.
//! Each row's hash is an HMAC-SHA-256, under a key of the instance, of the row before it and of the whole row: whoever can write the database but
//! does not have the keys cannot make a row that fits. Cutting rows off the end is found with the head of the chain, which is kept beside the keys.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;

use crate::connection::AnyConnection;
use crate::dialect::insert_many;
use crate::error::StoreResult;
use crate::keys::{Digest, Keys};
use crate::schema::audit;

pub mod anchor;
pub mod entry;
pub mod verify;

pub use anchor::Head;
pub use entry::{Action, AuditEntry, ObjectKind};
pub use verify::{AuditReport, Finding};

/// The actor of what the clock or the system itself does.
pub const SYSTEM: &str = "system";

/// A row of the trail, as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place in the chain, from 1 on, without gaps.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// Who: the pseudonym of a user, or [`SYSTEM`].
    pub actor: String,
    /// In which role.
    pub actor_role: String,
    /// What they did ([`Action`] as text).
    pub action: String,
    /// The sort of record ([`ObjectKind`] as text).
    pub object_kind: String,
    /// The record: its id, or a person's pseudonym.
    pub object_id: String,
    /// The names of the fields that were read or changed.
    pub fields: Vec<String>,
    /// The knob version that held, where one counted.
    pub knob_version: Option<String>,
}

#[derive(Debug, Clone, Queryable, Insertable, Selectable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) actor_role: String,
    pub(crate) action: String,
    pub(crate) object_kind: String,
    pub(crate) object_id: String,
    pub(crate) fields: String,
    pub(crate) knob_version: Option<String>,
    pub(crate) digest_reason: Option<Vec<u8>>,
    pub(crate) digest_before: Option<Vec<u8>>,
    pub(crate) digest_after: Option<Vec<u8>>,
    pub(crate) previous_hash: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl From<Row> for AuditRow {
    fn from(row: Row) -> Self {
        Self {
            seq: row.seq,
            at: Instant::from_microseconds(row.at),
            actor: row.actor,
            actor_role: row.actor_role,
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            fields: row.fields.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            knob_version: row.knob_version,
        }
    }
}

impl Row {
    fn of(entry: &AuditEntry, at: Instant, head: &Head, keys: &Keys) -> Self {
        let mut row = Self {
            seq: head.seq + 1,
            at: at.microseconds(),
            actor: entry.actor.clone(),
            actor_role: entry.actor_role.to_owned(),
            action: entry.action.as_str().to_owned(),
            object_kind: entry.object_kind.as_str().to_owned(),
            object_id: entry.object_id.clone(),
            fields: entry.fields.join(","),
            knob_version: entry.knob_version.clone(),
            digest_reason: entry.digest_reason.map(Digest::to_vec),
            digest_before: entry.digest_before.map(Digest::to_vec),
            digest_after: entry.digest_after.map(Digest::to_vec),
            previous_hash: head.hash.to_vec(),
            hash: Vec::new(),
        };
        row.hash = row.sealed_hash(keys).to_vec();
        row
    }

    /// The hash that this row must have: over the hash before it and every column, each with its length, so that no two rows read the same.
    pub(crate) fn sealed_hash(&self, keys: &Keys) -> Digest {
        let mut text = Vec::with_capacity(256);
        put(&mut text, Some(&self.previous_hash));
        put(&mut text, Some(&self.seq.to_be_bytes()));
        put(&mut text, Some(&self.at.to_be_bytes()));
        for column in [&self.actor, &self.actor_role, &self.action, &self.object_kind, &self.object_id, &self.fields] {
            put(&mut text, Some(column.as_bytes()));
        }
        put(&mut text, self.knob_version.as_deref().map(str::as_bytes));
        for digest in [&self.digest_reason, &self.digest_before, &self.digest_after] {
            put(&mut text, digest.as_deref());
        }
        keys.digest("audit chain", &text)
    }
}

/// One value: a byte that says whether it is there, its length, its bytes.
fn put(text: &mut Vec<u8>, value: Option<&[u8]>) {
    let Some(bytes) = value else {
        text.push(0);
        return;
    };
    text.push(1);
    text.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    text.extend_from_slice(bytes);
}

/// The last row of the chain.
pub(crate) fn head(connection: &mut AnyConnection) -> StoreResult<Head> {
    let last: Option<(i64, Vec<u8>)> =
        audit::table.select((audit::seq, audit::hash)).order(audit::seq.desc()).first(connection).optional()?;
    Ok(last.map_or_else(Head::default, |(seq, hash)| Head { seq, hash: hash.try_into().unwrap_or_default() }))
}

/// Chains entries to the head and gives the new head.
pub(crate) fn append(connection: &mut AnyConnection, keys: &Keys, head: Head, at: Instant, entries: &[AuditEntry]) -> StoreResult<Head> {
    let mut head = head;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let row = Row::of(entry, at, &head, keys);
        head = Head { seq: row.seq, hash: row.hash.clone().try_into().unwrap_or_default() };
        rows.push(row);
    }
    insert_many!(connection, audit::table, rows)?;
    Ok(head)
}

/// Which rows of the trail to list; every part that is told must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// What was done.
    pub action: Option<Action>,
    /// To which sort of record.
    pub object_kind: Option<ObjectKind>,
    /// To which record (an id, or a person's pseudonym).
    pub object_id: Option<String>,
    /// By whom (a pseudonym).
    pub actor: Option<String>,
    /// Only rows with a lower number than this one; a page goes from new to old.
    pub before: Option<i64>,
    /// At most so many rows.
    pub limit: i64,
}

/// The rows of the trail that a query asks for, newest first.
pub(crate) fn list(connection: &mut AnyConnection, query: &AuditQuery) -> StoreResult<Vec<AuditRow>> {
    let mut rows = audit::table.into_boxed();
    if let Some(action) = query.action {
        rows = rows.filter(audit::action.eq(action.as_str()));
    }
    if let Some(kind) = query.object_kind {
        rows = rows.filter(audit::object_kind.eq(kind.as_str()));
    }
    if let Some(id) = &query.object_id {
        rows = rows.filter(audit::object_id.eq(id.clone()));
    }
    if let Some(actor) = &query.actor {
        rows = rows.filter(audit::actor.eq(actor.clone()));
    }
    if let Some(before) = query.before {
        rows = rows.filter(audit::seq.lt(before));
    }
    let rows: Vec<Row> = rows.order(audit::seq.desc()).limit(query.limit).load(connection)?;
    Ok(rows.into_iter().map(AuditRow::from).collect())
}
