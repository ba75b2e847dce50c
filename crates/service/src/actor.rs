//! Who asks: the first argument of everything at the desk.

use raakvlak_domain::identifiers::{ExpertId, OrganisationId, UserId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::users::Role;

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
}

impl Actor {
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
}
