//! The audit trail at the desk: reading it without names, verifying it, and telling people who saw what of them.

use raakvlak_domain::calendar::Instant;
use raakvlak_store::audit::{AuditQuery, AuditRow};
use raakvlak_store::{Action as Act, AuditReport, ObjectKind, experts};
use serde::Serialize;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest};
use crate::error::Error;

/// A row of the trail as it is shown: ids and pseudonyms, never a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// Which rows to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// What was done.
    pub action: Option<Act>,
    /// To which sort of record.
    pub object_kind: Option<ObjectKind>,
}

impl Desk {
    /// A page of the trail, newest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but an auditor or a steward.
    pub fn audit_rows(&self, actor: &Actor, filter: &AuditFilter, request: &PageRequest) -> Result<Page<AuditView>, Error> {
        authorise(actor, Action::ReadAudit, &Object::Network)?;
        let query = AuditQuery { action: filter.action, object_kind: filter.object_kind, ..after(request) };
        self.read(|db| Ok(page(db.audit_rows(&query)?, request)))
    }

    /// Verifies the chain of the trail against its head, which lies beside the keys.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but an auditor or a steward.
    pub fn verify_audit(&self, actor: &Actor) -> Result<AuditReport, Error> {
        authorise(actor, Action::VerifyAudit, &Object::Network)?;
        Ok(self.store().verify_audit()?)
    }

    /// Who saw or changed what of the person who asks, newest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the actor is no expert.
    pub fn views_of_me(&self, actor: &Actor, request: &PageRequest) -> Result<Page<AuditView>, Error> {
        let own = actor.expert.clone().ok_or(Error::NotFound)?;
        self.read(|db| {
            let stored = experts::get(db, &own)?.ok_or(Error::NotFound)?;
            let name = crate::experts::pseudonym(db, &stored)?;
            let query = AuditQuery { object_kind: Some(ObjectKind::Expert), object_id: Some(name), ..after(request) };
            Ok(page(db.audit_rows(&query)?, request))
        })
    }
}

fn after(request: &PageRequest) -> AuditQuery {
    AuditQuery { before: request.after.as_deref().and_then(|seq| seq.parse().ok()), limit: request.rows(), ..AuditQuery::default() }
}

fn page(rows: Vec<AuditRow>, request: &PageRequest) -> Page<AuditView> {
    Page::of(rows, request, |row| row.seq.to_string()).map(shown)
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
