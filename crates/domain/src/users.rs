//! Users: one person each, with the roles in which they act.

use serde::Serialize;
use utoipa::ToSchema;

use crate::identifiers::{ExpertId, OrganisationId, TermId, UserId};
use crate::languages::Language;
use crate::reading::WithDerived;
use crate::texts::{EmailAddress, Line};

closed_words! {
    /// In what role someone acts.
    pub enum Role {
        /// Offers experience and work.
        Expert = "expert",
        /// Speaks for an organisation.
        Organisation = "organisation",
        /// Brings demand and people together, and decides.
        Mediator = "mediator",
        /// Looks after users, vocabularies, programmes and knobs.
        Steward = "steward",
        /// Reads the audit trail and the figures, never names.
        Auditor = "auditor",
    }
}

closed_words! {
    /// Whether someone can sign in.
    pub enum UserState {
        /// Can sign in.
        Active = "active",
        /// Cannot sign in any more.
        Blocked = "blocked",
    }
}

record! {
    /// A user. Regions, sectors and languages say where a mediator knows the way.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct User {
        /// Names the user.
        #[schema(read_only)]
        pub id: UserId,
        /// What to call this person.
        pub name: Option<Line>,
        /// Where sign-in links go; without one, a code on paper.
        pub email: Option<EmailAddress>,
        /// The language to speak.
        pub language: Language = Language::Nl,
        /// The roles.
        pub roles: Vec<Role>,
        /// The expert that this user is.
        pub expert: Option<ExpertId>,
        /// The organisations that this user speaks for.
        pub organisations: Vec<OrganisationId> = Vec::new(),
        /// The regions that a mediator works in.
        pub regions: Vec<Line> = Vec::new(),
        /// The sectors that a mediator knows.
        pub sectors: Vec<Line> = Vec::new(),
        /// The languages that a mediator speaks beside Dutch, by their code.
        pub languages: Vec<TermId> = Vec::new(),
        /// Whether this person can sign in.
        #[schema(read_only)]
        pub state: UserState = UserState::Active,
    }
}

impl WithDerived for User {
    const DERIVED: &'static [(&'static str, &'static str)] = &[("id", "new"), ("state", "active")];
}
