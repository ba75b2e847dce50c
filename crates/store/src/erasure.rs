//! Erasing a person: the promise and the deletion in one transaction, then the key, then what deletion leaves on the disk.
//!
//! The rows go in the same transaction as the audit row and the promise to destroy the key. After the commit, and before the answer, the key is
//! overwritten with zeros; then free pages, dead rows and the write-ahead log are cleared. A crash in between leaves the promise, which is kept
//! at the next start. Whatever still lies in an old log segment or a backup can no longer be opened by anybody.

use diesel::prelude::*;
use raakvlak_domain::identifiers::{ExpertId, UserId};

use crate::audit::ObjectKind;
use crate::connection::AnyConnection;
use crate::error::{StoreError, StoreResult};
use crate::keys::KeyId;
use crate::schema::{
    approvals, arrangements, erasures, experts as expert_rows, knob_versions, match_events, matches as match_rows, organisation_members,
    organisations, package_revisions, rules, shortlists as shortlist_rows, sign_in_codes, task_packages, todo_assignments, todos,
    users as user_rows, vocabulary_versions,
};
use crate::transaction::Tx;
use crate::{changes, dialect, experts, idempotency, matches, outbox, sessions, shortlists, users};

/// What stands where an erased user was named as the one who did something.
pub const ERASED: &str = "erased";

/// The tables that hold something of a person.
pub(crate) const TABLES: [&str; 31] = [
    "users",
    "user_roles",
    "user_languages",
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
    "check_ins",
    "evaluations",
    "match_rules",
    "match_knobs",
    "outbox",
    "todos",
    "todo_assignments",
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

/// Erases an expert from every table: their profile, matches and everything in those, places in shortlists, letters, to-dos and kept answers. The
/// user that they are, if any, stays; see [`erase_user`]. The audit row is the caller's, written with the pseudonym that the key still gives now.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such expert.
pub fn erase_expert(tx: &mut Tx<'_>, id: &ExpertId) -> StoreResult<()> {
    let key: Option<String> = expert_rows::table.find(id.as_str()).select(expert_rows::key_id).first(tx.connection()).optional()?;
    let key = KeyId::parse(&key.ok_or(StoreError::NotFound)?)?;
    let theirs: Vec<String> =
        match_rows::table.filter(match_rows::expert_id.eq(id.as_str())).select(match_rows::id).load(tx.connection())?;
    matches::delete_of(tx, id)?;
    shortlists::delete_member(tx, id)?;
    experts::delete(tx, id)?;
    outbox::delete_of(tx, key)?;
    idempotency::delete_of(tx, key, None)?;
    for about in &theirs {
        forget(tx, ObjectKind::Match, about)?;
    }
    forget(tx, ObjectKind::Expert, id.as_str())?;
    let gone: Vec<String> = theirs.into_iter().chain([id.to_string()]).collect();
    idempotency::empty_about(tx, &gone)?;
    tx.destroy_key(key)
}

/// Erases a user from every table: how to reach them, roles, memberships, sessions, codes, letters and kept answers. Where they are named as the one who
/// did something stands [`ERASED`] from now on.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such user.
pub fn erase_user(tx: &mut Tx<'_>, id: &UserId) -> StoreResult<()> {
    let key: Option<String> = user_rows::table.find(id.as_str()).select(user_rows::key_id).first(tx.connection()).optional()?;
    let key = KeyId::parse(&key.ok_or(StoreError::NotFound)?)?;
    sessions::delete_of(tx, id)?;
    outbox::delete_of(tx, key)?;
    idempotency::delete_of(tx, key, Some(id.as_str()))?;
    let connection = tx.connection();
    diesel::delete(organisation_members::table.filter(organisation_members::user_id.eq(id.as_str()))).execute(connection)?;
    let nobody = None::<String>;
    diesel::update(todos::table.filter(todos::assigned_to.eq(Some(id.as_str()))))
        .set(todos::assigned_to.eq(&nobody))
        .execute(connection)?;
    let expert = expert_rows::table.filter(expert_rows::user_id.eq(Some(id.as_str())));
    diesel::update(expert).set(expert_rows::user_id.eq(&nobody)).execute(connection)?;
    rename_in_history(connection, id)?;
    users::delete(tx, id)?;
    idempotency::empty_about(tx, &[id.to_string()])?;
    forget(tx, ObjectKind::User, id.as_str())?;
    tx.destroy_key(key)
}

/// Every column that names a user as the one who did something, without being a reference.
macro_rules! named_in {
    ($connection:expr, $id:expr, $($table:ident.$column:ident),* $(,)?) => {
        $(
            diesel::update($table::table.filter($table::$column.eq(Some($id)))).set($table::$column.eq(Some(ERASED))).execute($connection)?;
        )*
    };
}

fn rename_in_history(connection: &mut AnyConnection, id: &UserId) -> StoreResult<()> {
    named_in!(
        connection,
        id.as_str(),
        approvals.user_id,
        arrangements.made_by,
        knob_versions.made_by,
        match_events.actor,
        match_rows.made_by,
        organisations.vetted_by,
        package_revisions.made_by,
        rules.ended_by,
        rules.made_by,
        shortlist_rows.made_by,
        sign_in_codes.made_by,
        task_packages.taken_in_by,
        todo_assignments.made_by,
        todo_assignments.user_id,
        todos.closed_by,
        vocabulary_versions.made_by,
    );
    Ok(())
}

/// Takes a record out of the to-dos and the change feed; followers hear only that something of this sort is gone.
fn forget(tx: &mut Tx<'_>, kind: ObjectKind, id: &str) -> StoreResult<()> {
    crate::todos::delete_about(tx, kind.as_str(), id)?;
    changes::forget(tx.connection(), kind.as_str(), id)?;
    tx.notes.changed.retain(|(of, about)| !(*of == kind.as_str() && about == id));
    tx.changed(kind, "");
    Ok(())
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
