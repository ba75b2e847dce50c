//! Who may do what to which thing: one table, read by one function.

use raakvlak_domain::identifiers::{ExpertId, OrganisationId, UserId};
use raakvlak_domain::matches::{MatchState, Party, Verb};
use raakvlak_domain::users::Role;

use crate::actor::Actor;
use crate::error::Error;

/// What somebody wants to do. Each is asked about the [`Object`] that stands behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Make an organisation ([`Object::Network`]).
    CreateOrganisation,
    /// List organisations ([`Object::Network`]); the list holds those that the actor may read.
    ListOrganisations,
    /// Read an organisation ([`Object::Organisation`]).
    ReadOrganisation,
    /// Change an organisation ([`Object::Organisation`]).
    UpdateOrganisation,
    /// Say that an organisation can be trusted ([`Object::Organisation`]).
    VetOrganisation,
    /// Read who speaks for an organisation ([`Object::Organisation`]).
    ReadMembers,
    /// Read what an organisation changed in its work ([`Object::Organisation`]).
    ReadWorkChanges,
    /// Invite somebody to speak for an organisation ([`Object::Organisation`]).
    InviteMember,
    /// Let a user speak for an organisation without an invitation ([`Object::Organisation`]).
    AddMember,
    /// End that somebody speaks for an organisation ([`Object::Organisation`]).
    RemoveMember,
    /// Let an organisation join or leave a programme ([`Object::Organisation`]).
    EnrolOrganisation,
    /// Make a programme ([`Object::Network`]).
    CreateProgramme,
    /// Read programmes ([`Object::Network`]).
    ReadProgramme,
    /// Change a programme ([`Object::Network`]).
    UpdateProgramme,
    /// Read who joined a programme ([`Object::Network`]).
    ReadEnrolments,
    /// Make a package for an organisation ([`Object::Organisation`]).
    CreatePackage,
    /// List packages ([`Object::Network`]); the list holds those that the actor may read.
    ListPackages,
    /// Read a package ([`Object::Package`]).
    ReadPackage,
    /// Change a package ([`Object::Package`]).
    UpdatePackage,
    /// Publish a package ([`Object::Package`]).
    PublishPackage,
    /// Pause a package ([`Object::Package`]).
    PausePackage,
    /// Close a package ([`Object::Package`]).
    ClosePackage,
    /// Take a package in ([`Object::Package`]).
    TakeInPackage,
    /// Rank people for a package: shortlist, near misses, barriers ([`Object::Package`]).
    RankPackage,
    /// Learn in bands how many people a package reaches ([`Object::Package`]).
    ReadReach,
    /// Make an expert's profile ([`Object::NewExpert`]).
    CreateExpert,
    /// List experts ([`Object::Network`]).
    ListExperts,
    /// Read an expert, as far as disclosed to the reader ([`Object::Expert`]).
    ReadExpert,
    /// Change an expert's profile ([`Object::Expert`]).
    UpdateExpert,
    /// Choose who sees which part of a profile ([`Object::Expert`]).
    SetDisclosure,
    /// Give or take back one's own consent ([`Object::Expert`]).
    GiveConsent,
    /// Write down a consent that was given on paper ([`Object::Expert`]).
    RecordConsent,
    /// Find the packages that fit an expert ([`Object::Expert`]).
    FindPackages,
    /// Let an expert join or leave a programme ([`Object::Expert`]).
    EnrolExpert,
    /// Get everything that is kept about an expert ([`Object::Expert`]).
    ExportExpert,
    /// Erase an expert ([`Object::Expert`]).
    EraseExpert,
    /// List matches ([`Object::Network`]); the list holds those that the actor may read.
    ListMatches,
    /// Read a match ([`Object::Match`]).
    ReadMatch,
    /// Read what happened to a match ([`Object::Match`]).
    ReadHistory,
    /// Read how the knobs stood when a match was made ([`Object::Match`]).
    ReadMatchKnobs,
    /// Read why, as told to the expert ([`Object::Match`]).
    ExplainToExpert,
    /// Read why, as told to the organisation ([`Object::Match`]).
    ExplainToOrganisation,
    /// Read why, as told to the mediator ([`Object::Match`]).
    ExplainToMediator,
    /// Use a verb on a match ([`Object::Match`]).
    Use(Verb),
    /// Tell how the work goes ([`Object::Match`]).
    CheckIn,
    /// Read how the work goes ([`Object::Match`]).
    ReadCheckIns,
    /// Look back on a match ([`Object::Match`]).
    Evaluate,
    /// Read how the knobs stand and stood ([`Object::Network`]).
    ReadKnob,
    /// Turn a knob ([`Object::Network`]).
    TurnKnob,
    /// Try a setting that is not saved ([`Object::Network`]).
    PreviewKnob,
    /// Read the rules and the support measures ([`Object::Network`]).
    ReadRule,
    /// Write a version of a rule, or let one end ([`Object::Network`]).
    WriteRule,
    /// Try rules on a case ([`Object::Network`]).
    TryRule,
    /// Read what comes out of the rules for a match ([`Object::Match`]).
    ReadMatchRules,
    /// Make a user ([`Object::NewUser`]).
    CreateUser,
    /// List users ([`Object::Network`]).
    ListUsers,
    /// Read a user ([`Object::User`]).
    ReadUser,
    /// Change a user's name, address or language ([`Object::User`]).
    UpdateUser,
    /// Change what a user may do ([`Object::User`]).
    ChangeRoles,
    /// Block a user, or let them in again ([`Object::User`]).
    BlockUser,
    /// Make a sign-in code on paper ([`Object::User`]).
    MakePaperCode,
    /// End a user's sessions ([`Object::User`]).
    EndSessions,
    /// Read who saw one's data ([`Object::User`]).
    ReadViews,
    /// Erase a user ([`Object::User`]).
    EraseUser,
    /// Read the audit trail ([`Object::Network`]).
    ReadAudit,
    /// Verify the audit trail ([`Object::Network`]).
    VerifyAudit,
    /// Read figures about groups of people ([`Object::Network`]).
    ReadFigures,
    /// Read what a person has to do ([`Object::Network`]).
    ReadTodos,
    /// Close something that a person had to do ([`Object::Network`]).
    CloseTodo,
    /// Hand over something that a person has to do ([`Object::Network`]).
    HandOverTodo,
    /// Deal anew what people have to do ([`Object::Network`]).
    RouteTodos,
    /// Read the vocabularies ([`Object::Network`]).
    ReadVocabulary,
    /// Bring vocabularies in ([`Object::Network`]).
    ImportVocabulary,
    /// Bring a dataset in ([`Object::Network`]).
    Import,
    /// Take a dataset out ([`Object::Network`]).
    Export,
    /// Check every invariant on the database ([`Object::Network`]).
    CheckInvariants,
}

impl Action {
    /// Every action but the verbs of a match ([`Action::Use`]), of which there is one for each [`Verb::ALL`].
    pub const ALL: &'static [Self] = &[
        Self::CreateOrganisation,
        Self::ListOrganisations,
        Self::ReadOrganisation,
        Self::UpdateOrganisation,
        Self::VetOrganisation,
        Self::ReadMembers,
        Self::ReadWorkChanges,
        Self::InviteMember,
        Self::AddMember,
        Self::RemoveMember,
        Self::EnrolOrganisation,
        Self::CreateProgramme,
        Self::ReadProgramme,
        Self::UpdateProgramme,
        Self::ReadEnrolments,
        Self::CreatePackage,
        Self::ListPackages,
        Self::ReadPackage,
        Self::UpdatePackage,
        Self::PublishPackage,
        Self::PausePackage,
        Self::ClosePackage,
        Self::TakeInPackage,
        Self::RankPackage,
        Self::ReadReach,
        Self::CreateExpert,
        Self::ListExperts,
        Self::ReadExpert,
        Self::UpdateExpert,
        Self::SetDisclosure,
        Self::GiveConsent,
        Self::RecordConsent,
        Self::FindPackages,
        Self::EnrolExpert,
        Self::ExportExpert,
        Self::EraseExpert,
        Self::ListMatches,
        Self::ReadMatch,
        Self::ReadHistory,
        Self::ReadMatchKnobs,
        Self::ExplainToExpert,
        Self::ExplainToOrganisation,
        Self::ExplainToMediator,
        Self::CheckIn,
        Self::ReadCheckIns,
        Self::Evaluate,
        Self::ReadKnob,
        Self::TurnKnob,
        Self::PreviewKnob,
        Self::ReadRule,
        Self::WriteRule,
        Self::TryRule,
        Self::ReadMatchRules,
        Self::CreateUser,
        Self::ListUsers,
        Self::ReadUser,
        Self::UpdateUser,
        Self::ChangeRoles,
        Self::BlockUser,
        Self::MakePaperCode,
        Self::EndSessions,
        Self::ReadViews,
        Self::EraseUser,
        Self::ReadAudit,
        Self::VerifyAudit,
        Self::ReadFigures,
        Self::ReadTodos,
        Self::CloseTodo,
        Self::HandOverTodo,
        Self::RouteTodos,
        Self::ReadVocabulary,
        Self::ImportVocabulary,
        Self::Import,
        Self::Export,
        Self::CheckInvariants,
    ];
}

/// The thing that it is done to, with what decides how the actor stands to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object<'a> {
    /// What belongs to the whole network.
    Network,
    /// An organisation.
    Organisation {
        /// Which.
        id: &'a OrganisationId,
        /// Whether it was found trustworthy: only then others know of it.
        vetted: bool,
    },
    /// A package.
    Package {
        /// Whose work it is.
        organisation: &'a OrganisationId,
        /// Whether it is published: only then experts know of it.
        published: bool,
    },
    /// An expert who is to get a profile.
    NewExpert {
        /// The user that the expert is, when there is one.
        user: Option<&'a UserId>,
    },
    /// An expert.
    Expert {
        /// Which.
        id: &'a ExpertId,
    },
    /// A match, also one that is about to be suggested.
    Match {
        /// The expert.
        expert: &'a ExpertId,
        /// The organisation.
        organisation: &'a OrganisationId,
        /// Whether the organisation ever met this expert in it ([`MatchState::is_known_to_organisation`], or introduced before).
        introduced: bool,
    },
    /// A user who is to be made.
    NewUser {
        /// The roles that the user is to have.
        roles: &'a [Role],
    },
    /// A user.
    User {
        /// Which.
        id: &'a UserId,
        /// The roles that the user has.
        roles: &'a [Role],
    },
}

impl<'a> Object<'a> {
    /// A match in this state; for one that fell back to an earlier state after an introduction, say so with [`Object::Match`] itself.
    #[must_use]
    pub fn match_in(expert: &'a ExpertId, organisation: &'a OrganisationId, state: MatchState) -> Self {
        Self::Match { expert, organisation, introduced: state.is_known_to_organisation() }
    }
}

/// How somebody in a role stands to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// It is theirs.
    Own,
    /// It is another's, and somebody in this role may know that it exists.
    Open,
    /// It is another's, and hidden.
    Other,
}

/// What the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    /// As if it did not exist.
    Hidden,
    /// Not this.
    No,
    /// Allowed.
    Yes,
}

/// The table. Three letters for each role: own, open, other (see [`Relation`]); the last letter is the command line and the clock.
/// `Y` allowed, `N` not allowed, `.` as if it did not exist.
fn row(action: Action) -> &'static str {
    match action {
        //                              expert organ. mediat. steward auditor system
        Action::CreateOrganisation => "NNN YYY YYY YYY NNN Y",
        Action::ListOrganisations => "YYY YYY YYY YYY NNN Y",
        Action::ReadOrganisation => "YY. YY. YYY YYY NNN Y",
        Action::UpdateOrganisation => "NN. YN. YYY YYY NNN Y",
        Action::VetOrganisation => "NN. NN. YYY YYY NNN Y",
        Action::ReadMembers => "NN. YN. YYY YYY NNN Y",
        Action::ReadWorkChanges => "NN. YN. YYY YYY NNN Y",
        Action::InviteMember => "NN. YN. YYY YYY NNN Y",
        Action::AddMember => "NN. NN. YYY YYY NNN Y",
        Action::RemoveMember => "NN. YN. YYY YYY NNN Y",
        Action::EnrolOrganisation => "NN. YN. YYY YYY NNN Y",
        Action::CreateProgramme => "NNN NNN NNN YYY NNN Y",
        Action::ReadProgramme => "YYY YYY YYY YYY YYY Y",
        Action::UpdateProgramme => "NNN NNN NNN YYY NNN Y",
        Action::ReadEnrolments => "NNN NNN YYY YYY NNN Y",
        Action::CreatePackage => "NN. YN. YYY NNN NNN Y",
        Action::ListPackages => "YYY YYY YYY YYY NNN Y",
        Action::ReadPackage => "YY. Y.. YYY YYY NNN Y",
        Action::UpdatePackage => "NN. Y.. YYY NNN NNN Y",
        Action::PublishPackage => "NN. Y.. YYY NNN NNN Y",
        Action::PausePackage => "NN. Y.. YYY NNN NNN Y",
        Action::ClosePackage => "NN. Y.. YYY NNN NNN Y",
        Action::TakeInPackage => "NN. N.. YYY NNN NNN Y",
        Action::RankPackage => "NN. N.. YYY NNN NNN Y",
        Action::ReadReach => "NN. Y.. YYY NNN NNN Y",
        Action::CreateExpert => "YNN NNN YYY NNN NNN Y",
        Action::ListExperts => "NNN NNN YYY NNN NNN Y",
        Action::ReadExpert => "Y.. ... YYY NNN NNN Y",
        Action::UpdateExpert => "Y.. ... YYY NNN NNN Y",
        Action::SetDisclosure => "Y.. ... NNN NNN NNN Y",
        Action::GiveConsent => "Y.. ... NNN NNN NNN Y",
        Action::RecordConsent => "N.. ... YYY NNN NNN Y",
        Action::FindPackages => "Y.. ... YYY NNN NNN Y",
        Action::EnrolExpert => "Y.. ... YYY NNN NNN Y",
        Action::ExportExpert => "Y.. ... NNN NNN NNN Y",
        Action::EraseExpert => "Y.. ... NNN YYY NNN Y",
        Action::ListMatches => "YYY YYY YYY NNN NNN Y",
        Action::ReadMatch => "Y.. Y.. YYY NNN NNN Y",
        Action::ReadHistory => "Y.. N.. YYY NNN NNN Y",
        // It says nothing of the person; how much a score had to do with it is nobody else's.
        Action::ReadMatchKnobs => "N.. N.. YYY YYY YYY Y",
        Action::ExplainToExpert => "Y.. N.. YYY NNN NNN Y",
        Action::ExplainToOrganisation => "N.. Y.. YYY NNN NNN Y",
        Action::ExplainToMediator => "N.. N.. YYY NNN NNN Y",
        Action::Use(verb) => verb_row(verb),
        Action::CheckIn => "Y.. Y.. NNN NNN NNN N",
        Action::ReadCheckIns => "Y.. N.. YYY NNN NNN Y",
        Action::Evaluate => "Y.. Y.. NNN NNN NNN N",
        Action::ReadKnob => "NNN NNN YYY YYY YYY Y",
        Action::TurnKnob => "NNN NNN YYY YYY NNN Y",
        // A preview shows people, which a steward does not see; to turn the knob does not.
        Action::PreviewKnob => "NNN NNN YYY NNN NNN Y",
        Action::ReadRule => "YYY YYY YYY YYY YYY Y",
        Action::WriteRule => "NNN NNN NNN YYY NNN Y",
        Action::TryRule => "NNN NNN YYY YYY NNN Y",
        // What comes out tells of the person; an organisation hears of what is arranged, never why.
        Action::ReadMatchRules => "Y.. N.. YYY NNN NNN Y",
        Action::CreateUser => "NNN NNN NYN YYY NNN Y",
        Action::ListUsers => "NNN NNN NNN YYY NNN Y",
        Action::ReadUser => "Y.. Y.. YY. YYY Y.. Y",
        Action::UpdateUser => "Y.. Y.. YY. YYY Y.. Y",
        Action::ChangeRoles => "N.. N.. NN. NYY N.. Y",
        Action::BlockUser => "N.. N.. NN. NYY N.. Y",
        Action::MakePaperCode => "N.. N.. NY. NYN N.. Y",
        Action::EndSessions => "Y.. Y.. YN. YYY Y.. Y",
        Action::ReadViews => "Y.. Y.. YN. YNN Y.. N",
        Action::EraseUser => "Y.. Y.. YN. YYY Y.. Y",
        Action::ReadAudit => "NNN NNN NNN YYY YYY Y",
        Action::VerifyAudit => "NNN NNN NNN YYY YYY Y",
        Action::ReadFigures => "NNN NNN YYY YYY YYY Y",
        // A steward has what is about rules, and sees nothing else of it.
        Action::ReadTodos => "NNN NNN YYY YYY NNN Y",
        Action::CloseTodo => "NNN NNN YYY YYY NNN Y",
        Action::HandOverTodo => "NNN NNN YYY YYY NNN Y",
        Action::RouteTodos => "NNN NNN YYY YYY NNN Y",
        Action::ReadVocabulary => "YYY YYY YYY YYY YYY Y",
        Action::ImportVocabulary => "NNN NNN NNN YYY NNN Y",
        Action::Import => "NNN NNN NNN YYY NNN Y",
        Action::Export => "NNN NNN NNN YYY NNN Y",
        Action::CheckInvariants => "NNN NNN NNN YYY YYY Y",
    }
}

/// The row of a verb follows from who may use it ([`Verb::parties`]); a decision about a person is never the system's.
fn verb_row(verb: Verb) -> &'static str {
    let parties = verb.parties();
    let has = |party| parties.contains(&party);
    match (has(Party::Expert), has(Party::Organisation), has(Party::Mediator), has(Party::Clock)) {
        (true, false, true, false) => "Y.. N.. YYY NNN NNN N",
        (false, false, true, false) => "N.. N.. YYY NNN NNN N",
        (true, false, false, false) => "Y.. N.. NNN NNN NNN N",
        (false, true, false, false) => "N.. Y.. NNN NNN NNN N",
        (false, true, true, false) => "N.. Y.. YYY NNN NNN N",
        (true, true, true, false) => "Y.. Y.. YYY NNN NNN N",
        (false, false, false, true) => "N.. N.. NNN NNN NNN Y",
        _ => "N.. N.. NNN NNN NNN N",
    }
}

/// Where a role's letters begin in a row of the table.
fn column(role: Role) -> usize {
    match role {
        Role::Expert => 0,
        Role::Organisation => 4,
        Role::Mediator => 8,
        Role::Steward => 12,
        Role::Auditor => 16,
    }
}

const SYSTEM_COLUMN: usize = 20;

fn cell(action: Action, at: usize) -> Cell {
    match row(action).as_bytes().get(at) {
        Some(b'Y') => Cell::Yes,
        Some(b'N') => Cell::No,
        _ => Cell::Hidden,
    }
}

/// Whether the actor may do this to that; gives the role in which they may, for the audit trail.
///
/// Somebody with several roles may do what any of them allows.
///
/// # Errors
///
/// [`Error::NotFound`] where the actor may not know that the thing exists, [`Error::NotAllowed`] where they may.
pub fn authorise(actor: &Actor, action: Action, object: &Object<'_>) -> Result<Role, Error> {
    if actor.is_system() {
        return if cell(action, SYSTEM_COLUMN) == Cell::Yes { Ok(Role::Steward) } else { Err(Error::NotAllowed) };
    }
    let said = actor.roles.iter().map(|role| (cell(action, column(*role) + relation(actor, *role, object) as usize), *role));
    match said.max_by_key(|(cell, role)| (*cell, std::cmp::Reverse(*role))) {
        Some((Cell::Yes, role)) => Ok(role),
        Some((Cell::No, _)) => Err(Error::NotAllowed),
        Some((Cell::Hidden, _)) | None => Err(Error::NotFound),
    }
}

/// How the actor, in this role, stands to the object.
fn relation(actor: &Actor, role: Role, object: &Object<'_>) -> Relation {
    match object {
        Object::Network => Relation::Open,
        Object::Organisation { id, vetted } => own_or(role == Role::Organisation && actor.speaks_for(id), *vetted),
        Object::Package { organisation, published } => own_or(role == Role::Organisation && actor.speaks_for(organisation), *published),
        Object::NewExpert { user } => own_or(role == Role::Expert && *user == Some(&actor.user), false),
        Object::Expert { id } => own_or(role == Role::Expert && actor.is_expert(id), false),
        Object::Match { expert, organisation, introduced } => match role {
            Role::Organisation => own_or(*introduced && actor.speaks_for(organisation), false),
            role => own_or(role == Role::Expert && actor.is_expert(expert), false),
        },
        Object::NewUser { roles } => own_or(false, !privileged(roles)),
        Object::User { id, roles } => own_or(**id == actor.user, !privileged(roles)),
    }
}

fn own_or(own: bool, open: bool) -> Relation {
    match (own, open) {
        (true, _) => Relation::Own,
        (false, true) => Relation::Open,
        (false, false) => Relation::Other,
    }
}

/// Whether one of the roles gives a view of other people: such users are made and let in by a steward alone.
fn privileged(roles: &[Role]) -> bool {
    roles.iter().any(|role| matches!(role, Role::Mediator | Role::Steward | Role::Auditor))
}

#[cfg(test)]
mod tests;
