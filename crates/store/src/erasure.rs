//! Erasing a person: the promise and the deletion in one transaction, then the key, then what deletion leaves on the disk.
//!
//! The rows go in the same transaction as the audit row and the promise to destroy the key. After the commit, and before the answer, the key is
//! overwritten with zeros; then free pages, dead rows and the write-ahead log are cleared. A crash in between leaves the promise, which is kept
//! at the next start. Whatever still lies in an old log segment or a backup can no longer be opened by anybody.

use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreResult;
use crate::keys::KeyId;
use crate::schema::erasures;
use crate::transaction::Tx;

/// The tables that hold something of a person.
pub(crate) const TABLES: [&str; 25] = [
    "users",
    "user_roles",
    "sign_in_codes",
    "sessions",
    "idempotency",
    "organisation_members",
    "experts",
    "programme_experts",
    "expert_contacts",
    "expert_stories",
    "expert_competences",
    "expert_experience",
    "expert_limits",
    "expert_income",
    "expert_documents",
    "expert_practicals",
    "expert_disclosures",
    "shortlist_members",
    "matches",
    "arrangements",
    "match_events",
    "approvals",
    "outbox",
    "todos",
    "changes",
];

impl Tx<'_> {
    /// Promises that a key is destroyed: it is gone, also from the disk, before this transaction is answered.
    ///
    /// # Errors
    /// Any error of the database.
    pub fn destroy_key(&mut self, key: KeyId) -> StoreResult<()> {
        let now = self.now().microseconds();
        let row = (erasures::key_id.eq(key.to_string()), erasures::asked_at.eq(now));
        diesel::insert_into(erasures::table).values(row).execute(self.connection())?;
        self.notes.doomed.push(key);
        Ok(())
    }

    /// Keeps the promises that a crash left open; gives how many.
    pub(crate) fn resume_erasures(&mut self) -> StoreResult<usize> {
        let open: Vec<String> = erasures::table.select(erasures::key_id).load(self.connection())?;
        let keys = open.iter().map(|id| KeyId::parse(id)).collect::<Result<Vec<_>, _>>()?;
        self.notes.doomed.extend(&keys);
        Ok(keys.len())
    }
}

/// Strikes out promises that have been kept.
pub(crate) fn done(connection: &mut AnyConnection, keys: &[KeyId]) -> StoreResult<()> {
    dialect::begin_write(connection)?;
    let ids: Vec<String> = keys.iter().map(KeyId::to_string).collect();
    match diesel::delete(erasures::table.filter(erasures::key_id.eq_any(ids))).execute(connection) {
        Ok(_) => Ok(dialect::commit(connection)?),
        Err(error) => {
            dialect::roll_back(connection)?;
            Err(error.into())
        }
    }
}
