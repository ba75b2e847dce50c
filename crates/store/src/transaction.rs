//! What work sees of the store: [`Db`] for reading, [`Tx`] for reading and writing.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use raakvlak_domain::calendar::Instant;

use crate::audit::{self, AuditEntry, AuditQuery, AuditReport, AuditRow, Head, ObjectKind, verify};
use crate::changes::{self, Change};
use crate::connection::AnyConnection;
use crate::error::StoreResult;
use crate::keys::{KeyId, Keys};

/// A connection inside a transaction, with the keys; everything read through it is seen as of one moment.
pub struct Db {
    connection: AnyConnection,
    keys: Arc<Keys>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Db").finish_non_exhaustive()
    }
}

impl Db {
    pub(crate) fn new(connection: AnyConnection, keys: Arc<Keys>) -> Self {
        Self { connection, keys }
    }

    /// The keys, for sealing, opening and digests.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The keys, to open on other threads what is read here.
    #[must_use]
    pub fn shared_keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// The bare connection, for queries that have no module of their own (checks, tests).
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    /// The connection and the keys at once, to open rows while they are read.
    pub fn parts(&mut self) -> (&mut AnyConnection, &Keys) {
        (&mut self.connection, &self.keys)
    }

    /// The number of the latest change that this transaction sees; a pool built here is of this version.
    ///
    /// # Errors
    /// Any error of the database.
    pub fn changes_head(&mut self) -> StoreResult<i64> {
        Ok(changes::head(&mut self.connection)?)
    }

    /// The changes after a number, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::ChangesGone`](crate::StoreError::ChangesGone) when some of them have been cleared away: read everything anew then.
    pub fn changes_after(&mut self, seq: i64, limit: i64) -> StoreResult<Vec<Change>> {
        changes::after(&mut self.connection, seq, limit)
    }

    /// The rows of the audit trail that a query asks for, newest first.
    ///
    /// # Errors
    /// Any error of the database.
    pub fn audit_rows(&mut self, query: &AuditQuery) -> StoreResult<Vec<AuditRow>> {
        audit::list(&mut self.connection, query)
    }

    /// Computes the audit trail again, as this transaction sees it, and holds it against a head that was kept elsewhere.
    ///
    /// # Errors
    /// Any error of the database; what is wrong with the trail stands in the report.
    pub fn verify_audit(&mut self, anchor: Option<Head>) -> StoreResult<AuditReport> {
        verify::verify(&mut self.connection, &self.keys, anchor)
    }
}

/// A writing transaction. What it notes (acts, changes, keys) is kept together with what it writes, or not at all.
#[derive(Debug)]
pub struct Tx<'a> {
    db: &'a mut Db,
    now: Instant,
    pub(crate) notes: Notes,
}

/// What a transaction leaves behind besides rows.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) acts: Vec<AuditEntry>,
    pub(crate) changed: Vec<(&'static str, String)>,
    pub(crate) keys: Vec<KeyId>,
    pub(crate) doomed: Vec<KeyId>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(db: &'a mut Db, now: Instant) -> Self {
        Self { db, now, notes: Notes::default() }
    }

    /// The moment of this transaction, from the store's clock; later transactions never have an earlier one on the same node.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Notes an act for the audit trail. The row is written with this transaction; when it cannot be, nothing is.
    pub fn audit(&mut self, entry: AuditEntry) {
        self.notes.acts.push(entry);
    }

    /// Notes for the followers that a record has changed (or was made, or is gone).
    pub fn changed(&mut self, kind: ObjectKind, id: &str) {
        self.notes.changed.push((kind.as_str(), id.to_owned()));
    }

    /// Makes a key for a new person. It is on the disk before the transaction is committed, and forgotten when it is rolled back.
    ///
    /// # Errors
    /// [`StoreError::Key`](crate::StoreError::Key) when the system gives no random bytes.
    pub fn new_key(&mut self) -> StoreResult<KeyId> {
        let id = self.db.keys().make()?;
        self.notes.keys.push(id);
        Ok(id)
    }

    /// Clears away the changes made before a moment; followers that are that far behind read everything anew. Gives how many.
    ///
    /// # Errors
    /// Any error of the database.
    pub fn clear_changes(&mut self, before: Instant) -> StoreResult<usize> {
        changes::clear(self.db.connection(), before)
    }
}

impl Deref for Tx<'_> {
    type Target = Db;

    fn deref(&self) -> &Db {
        self.db
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Db {
        self.db
    }
}
