//! Who asks: the first argument of everything at the desk.

use std::sync::OnceLock;

use raakvlak_domain::identifiers::{ExpertId, OrganisationId, UserId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::users::Role;
use raakvlak_store::audit::SYSTEM;
use raakvlak_store::{Action, AuditEntry, KeyId, ObjectKind};

/// A user who is signed in, as the store knew them when the request came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub user: UserId,
    /// The session that the request came in on; `None` for the command line.
    pub session: Option<String>,
    /// The roles.
    pub roles: Vec<Role>,
    /// The expert that this user is.
    pub expert: Option<ExpertId>,
    /// The organisations that this user speaks for.
    pub organisations: Vec<OrganisationId>,
    /// The language that this user reads.
    pub language: Language,
    /// The key under which this user's own things are sealed; `None` for the system, which has nothing of its own.
    pub key: Option<KeyId>,
    /// How the audit trail names this user: 32 hexadecimal digits, or `system`.
    pub pseudonym: String,
}

impl Actor {
    /// The command line and the clock: whoever runs the program itself.
    #[must_use]
    pub fn system() -> Self {
        Self {
            user: system_id(),
            session: None,
            roles: Vec::new(),
            expert: None,
            organisations: Vec::new(),
            language: Language::Nl,
            key: None,
            pseudonym: SYSTEM.to_owned(),
        }
    }

    /// Whether this is the command line or the clock.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.key.is_none() && self.session.is_none() && self.pseudonym == SYSTEM
    }

    /// Whether the user acts in this role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the user is this expert.
    #[must_use]
    pub fn is_expert(&self, expert: &ExpertId) -> bool {
        self.expert.as_ref() == Some(expert)
    }

    /// Whether the user speaks for this organisation.
    #[must_use]
    pub fn speaks_for(&self, organisation: &OrganisationId) -> bool {
        self.has(Role::Organisation) && self.organisations.contains(organisation)
    }

    /// An entry for the audit trail of something that this actor did in a role (as [`authorise`](crate::authorise::authorise) gave it).
    #[must_use]
    pub fn act(&self, role: Role, action: Action, kind: ObjectKind, id: &str) -> AuditEntry {
        let role = if self.is_system() { SYSTEM } else { role.as_str() };
        AuditEntry::new(&self.pseudonym, role, action, kind, id)
    }
}

/// The system's place where a user is named; no user has this id, since users' ids are made by the program.
fn system_id() -> UserId {
    static ID: OnceLock<Option<UserId>> = OnceLock::new();
    match ID.get_or_init(|| UserId::new(SYSTEM).ok()) {
        Some(id) => id.clone(),
        None => unreachable!("'system' is a valid id"),
    }
}
