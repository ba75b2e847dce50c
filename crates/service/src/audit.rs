//! The audit trail at the desk: reading and verifying it, and for everybody who saw their own data.
//!
//! Rows hold no names. In their own view somebody reads by whom their data was read where that was a mediator, a steward or an auditor: people who act
//! by profession. Of other experts and members of organisations the role alone is shown.

use std::collections::BTreeMap;

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::texts::Line;
use raakvlak_domain::users::Role;
use raakvlak_store::users;
use raakvlak_store::{Action as Act, AuditEntry, AuditQuery, AuditReport, AuditRow, Db, ObjectKind, StoreError, experts};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest};
use crate::error::Error;
use crate::sessions::own;
use crate::users::pseudonym;

/// A row of the trail as it is shown: ids and pseudonyms, never a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditView {
    /// Its place in the chain.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// Who, by a pseudonym.
    pub actor: String,
    /// In which role.
    pub role: String,
    /// What they did.
    pub action: String,
    /// The sort of record.
    pub object_kind: String,
    /// The record: its id, or a person's pseudonym.
    pub object: String,
    /// The names of the fields that were read or changed.
    pub fields: Vec<String>,
    /// The knob version that held, where one counted.
    pub knob_version: Option<String>,
}

/// Which rows of the trail to read; every part that is told must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// What was done.
    pub action: Option<Act>,
    /// To which sort of record.
    pub object_kind: Option<ObjectKind>,
    /// To which record: an id, or the pseudonym of a person.
    pub object_id: Option<String>,
    /// By whom: a pseudonym.
    pub actor: Option<String>,
}

/// Something that was done with somebody's data, as they see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DataView)]
pub struct View {
    /// The number of the row in the trail.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// In which role; `system` for the program itself, `visitor` for somebody who was not signed in.
    pub role: String,
    /// Who, where that was somebody who acts by profession and gave a name.
    pub name: Option<Line>,
    /// What was done.
    pub action: String,
    /// The fields that it was about.
    pub fields: Vec<String>,
}

impl Desk {
    /// A page of the trail, newest first, without names.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but auditors and stewards.
    pub fn audit_rows(&self, actor: &Actor, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditView>, Error> {
        authorise(actor, Action::ReadAudit, &Object::Network)?;
        let before = before(page)?;
        let AuditFilter { action, object_kind, object_id, actor } = filter.clone();
        let query = AuditQuery { action, object_kind, object_id, actor, before, limit: page.rows() };
        let rows = self.read(|db| Ok(db.audit_rows(&query)?))?;
        Ok(Page::of(rows, page, |row| row.seq.to_string()).map(shown))
    }

    /// Computes the whole trail again and says what is wrong with it. That it was verified is noted.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but auditors and stewards.
    pub fn verify_audit(&self, actor: &Actor) -> Result<AuditReport, Error> {
        let role = authorise(actor, Action::VerifyAudit, &Object::Network)?;
        let report = self.store().verify_audit()?;
        self.note(actor, vec![actor.act(role, Act::Verify, ObjectKind::Audit, "")])?;
        Ok(report)
    }

    /// Who did something with the actor's own data, newest first; what they did themselves is left out.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for the system, which has no data.
    pub fn my_views(&self, actor: &Actor, page: &PageRequest) -> Result<Page<View>, Error> {
        own(actor, Action::ReadViews)?;
        let before = before(page)?;
        self.read(|db| {
            let rows = rows_about(db, actor, before, page.rows())?;
            let page = Page::of(rows, page, |row| row.seq.to_string());
            let names = names_of(db, &page.items)?;
            Ok(page.map(|row| view(row, &names)))
        })
    }

    /// Notes acts, such as the reading of a person's data, when nothing else is written. What was read must not be answered when this fails.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the rows cannot be written.
    pub fn note(&self, actor: &Actor, entries: Vec<AuditEntry>) -> Result<(), Error> {
        self.write(actor, move |tx, _| {
            entries.into_iter().for_each(|entry| tx.audit(entry));
            Ok(())
        })
    }
}

fn shown(row: AuditRow) -> AuditView {
    AuditView {
        seq: row.seq,
        at: row.at,
        actor: row.actor,
        role: row.actor_role,
        action: row.action,
        object_kind: row.object_kind,
        object: row.object_id,
        fields: row.fields,
        knob_version: row.knob_version,
    }
}

/// The position as the number of a row.
fn before(page: &PageRequest) -> Result<Option<i64>, Error> {
    Ok(page.number()?.map(|number| i64::try_from(number).unwrap_or(i64::MAX)))
}

/// The rows about the actor as a user and as an expert, but for the actor's own.
fn rows_about(db: &mut Db, actor: &Actor, before: Option<i64>, limit: i64) -> Result<Vec<AuditRow>, Error> {
    let mut found = Vec::new();
    for name in names_in_trail(db, actor)? {
        found.extend(foreign_rows(db, actor, &name, before, limit)?);
    }
    found.sort_unstable_by_key(|row| std::cmp::Reverse(row.seq));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// How the trail names the actor: as a user, and as an expert.
fn names_in_trail(db: &mut Db, actor: &Actor) -> Result<Vec<String>, Error> {
    let mut names = vec![actor.pseudonym.clone()];
    if let Some(expert) = &actor.expert
        && let Some(stored) = experts::get(db, expert)?
    {
        names.push(db.keys().pseudonym(stored.key, expert.as_str()).map_err(StoreError::from)?);
    }
    Ok(names)
}

/// The rows about one name that others made, newest first: read on until there are enough.
fn foreign_rows(db: &mut Db, actor: &Actor, name: &str, before: Option<i64>, limit: i64) -> Result<Vec<AuditRow>, Error> {
    let mut query = AuditQuery { object_id: Some(name.to_owned()), before, limit, ..AuditQuery::default() };
    let mut found = Vec::new();
    loop {
        let rows = db.audit_rows(&query)?;
        let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) == limit;
        query.before = rows.last().map(|row| row.seq);
        found.extend(rows.into_iter().filter(|row| row.actor != actor.pseudonym));
        if !full || i64::try_from(found.len()).unwrap_or(i64::MAX) >= limit {
            return Ok(found);
        }
    }
}

/// The names of those among the actors of these rows who act by profession.
fn names_of(db: &mut Db, rows: &[AuditRow]) -> Result<BTreeMap<String, Line>, Error> {
    let professions = [Role::Mediator, Role::Steward, Role::Auditor];
    let mut ids: BTreeMap<String, UserId> = BTreeMap::new();
    for (id, key) in users::keys_by_role(db, &professions)? {
        let name = pseudonym(db.keys(), key, &id)?;
        if rows.iter().any(|row| row.actor == name) {
            ids.insert(name, id);
        }
    }
    let mut names = BTreeMap::new();
    for (pseudonym, id) in ids {
        if let Some(name) = users::get(db, &id)?.and_then(|stored| stored.user.name) {
            names.insert(pseudonym, name);
        }
    }
    Ok(names)
}

fn view(row: AuditRow, names: &BTreeMap<String, Line>) -> View {
    let by_profession = [Role::Mediator, Role::Steward, Role::Auditor].iter().any(|role| role.as_str() == row.actor_role);
    let name = names.get(&row.actor).filter(|_| by_profession).cloned();
    View { seq: row.seq, at: row.at, role: row.actor_role, name, action: row.action, fields: row.fields }
}
