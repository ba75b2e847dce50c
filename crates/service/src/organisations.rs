//! Organisations at the desk: making and changing them, who speaks for them, and whether they can be trusted.
//!
//! Names need not be unique: two foundations in two towns may both be called De Brug. An organisation that nobody has vetted yet is known to its own
//! members, to mediators and to stewards alone.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{OrganisationId, UserId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::texts::{EmailAddress, Line};
use raakvlak_domain::users::{Role, User, UserState};
use raakvlak_store::organisations::{self, StoredOrganisation};
use raakvlak_store::sessions::invitations_since;
use raakvlak_store::users::{self, StoredUser};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned, digest_of, new_id};
use crate::error::{Conflict, Error};
use crate::mail::letters::INVITATION_SECONDS;
use crate::mail::{self, Letter};
use crate::packages::internal;
use crate::ranking::words::Words;
use crate::sessions::codes::Code;
use crate::sessions::{INVITATION, evenly, keep_code, link_to};
use crate::users::pseudonym;

mod changes;

pub use changes::{Direction, FieldChange, FieldChanges, WorkChange, WorkChanges};

/// How many people an organisation can invite in a day.
pub const INVITATIONS_A_DAY: i64 = 50;

/// An organisation as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrganisationView {
    /// The organisation.
    #[serde(flatten)]
    pub organisation: Organisation,
    /// When it was found trustworthy; `None` when it was not yet.
    pub vetted_at: Option<Instant>,
}

/// Somebody who speaks for an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Member {
    /// The user.
    pub user: UserId,
    /// What to call this person.
    pub name: Option<Line>,
}

/// An invitation to speak for an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Where it goes.
    pub email: EmailAddress,
    /// The language to write in, when the person is new here.
    pub language: Language,
}

impl Desk {
    /// Makes an organisation. The id is ours. A user of the role organisation who makes one becomes its first member.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for experts and auditors; [`Error::Invalid`] when its place does not exist.
    pub fn create_organisation(&self, actor: &Actor, mut organisation: Organisation) -> Result<Versioned<OrganisationView>, Error> {
        organisation.id = OrganisationId::new(&new_id()).map_err(internal)?;
        let words = self.words()?;
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::CreateOrganisation, &Object::Network)?;
            check(&words, &organisation)?;
            let stored = organisations::insert(tx, &organisation)?;
            if role == Role::Organisation {
                organisations::add_member(tx, &organisation.id, &actor.user)?;
            }
            note(tx, actor, role, Act::Create, None, &stored)?;
            Ok(answer(stored))
        })
    }

    /// An organisation.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of.
    pub fn organisation(&self, actor: &Actor, id: &OrganisationId) -> Result<Versioned<OrganisationView>, Error> {
        self.read(|db| Ok(answer(readable(db, actor, id, Action::ReadOrganisation)?.0)))
    }

    /// A page of the organisations that the actor may know of, by id.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for auditors.
    pub fn organisations(&self, actor: &Actor, page: &PageRequest) -> Result<Page<Versioned<OrganisationView>>, Error> {
        authorise(actor, Action::ListOrganisations, &Object::Network)?;
        let knows_all = actor.has(Role::Mediator) || actor.has(Role::Steward) || actor.is_system();
        let own = if actor.has(Role::Organisation) { actor.organisations.as_slice() } else { &[] };
        let found = self.read(|db| {
            let after = page.after.as_deref();
            Ok(if knows_all {
                organisations::page(db, after, page.rows())?
            } else {
                organisations::page_known(db, own, after, page.rows())?
            })
        })?;
        Ok(Page::of(found, page, |stored| stored.organisation.id.to_string()).map(answer))
    }

    /// Changes an organisation, built on this version.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`]; [`Error::Invalid`] when its place does not exist; [`Error::NotFound`] and [`Error::NotAllowed`].
    pub fn update_organisation(
        &self,
        actor: &Actor,
        mut organisation: Organisation,
        id: &OrganisationId,
        version: i64,
    ) -> Result<Versioned<OrganisationView>, Error> {
        organisation.id = id.clone();
        let words = self.words()?;
        self.write(actor, move |tx, actor| {
            let (before, role) = readable(tx, actor, &organisation.id, Action::UpdateOrganisation)?;
            check(&words, &organisation)?;
            let after = organisations::update(tx, &organisation, version)?;
            note(tx, actor, role, Act::Update, Some(&before), &after)?;
            Ok(answer(after))
        })
    }

    /// Says that an organisation can be trusted, or not any more, built on this version.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`]; [`Conflict::Interest`] for somebody who speaks for it themselves.
    pub fn vet_organisation(
        &self,
        actor: &Actor,
        id: &OrganisationId,
        trusted: bool,
        version: i64,
    ) -> Result<Versioned<OrganisationView>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (before, role) = readable(tx, actor, &id, Action::VetOrganisation)?;
            if organisations::is_member(tx, &id, &actor.user)? {
                return Err(Error::Conflict(Conflict::Interest));
            }
            let after = organisations::vet(tx, &id, trusted.then_some(&actor.user), version)?;
            note(tx, actor, role, Act::Vet, Some(&before), &after)?;
            Ok(answer(after))
        })
    }

    /// Who speaks for an organisation. Noted, since these are names.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] and [`Error::NotAllowed`].
    pub fn members(&self, actor: &Actor, id: &OrganisationId) -> Result<Vec<Member>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (_, role) = readable(tx, actor, &id, Action::ReadMembers)?;
            tx.audit(actor.act(role, Act::Read, ObjectKind::Organisation, id.as_str()).fields(&["members"]));
            let mut members = Vec::new();
            for user in organisations::members(tx, &id)? {
                let name = users::get(tx, &user)?.and_then(|stored| stored.user.name);
                members.push(Member { user, name });
            }
            Ok(members)
        })
    }

    /// Invites somebody to speak for an organisation, by a letter with a link. The answer, and how long it takes, is the same whether the address is
    /// known here or not; nobody speaks for it before they opened the link and pressed the button.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an address that no letter can go to; [`Error::TooMany`] after [`INVITATIONS_A_DAY`]; [`Error::NotFound`] and
    /// [`Error::NotAllowed`].
    pub fn invite_member(&self, actor: &Actor, id: &OrganisationId, invitation: Invitation) -> Result<(), Error> {
        if !mail::is_deliverable(&invitation.email) {
            let fault = raakvlak_domain::faults::Fault::new("/email", raakvlak_domain::faults::FaultKind::NotAnAddress);
            return Err(Error::Invalid(vec![fault]));
        }
        let id = id.clone();
        let invite = move |tx: &mut Tx<'_>, actor: &Actor| {
            let (stored, role) = readable(tx, actor, &id, Action::InviteMember)?;
            let a_day_ago = tx.now().plus_seconds(-24 * 3_600);
            if invitations_since(tx, &id, a_day_ago)? >= INVITATIONS_A_DAY {
                return Err(Error::TooMany { retry_after: 3_600 });
            }
            let invited = known_or_new(tx, &invitation)?;
            if invited.user.state == UserState::Active {
                post_invitation(tx, &stored.organisation, &invited.user.id, &actor.user)?;
            }
            tx.audit(actor.act(role, Act::Invite, ObjectKind::Organisation, id.as_str()).fields(&["members"]));
            Ok(())
        };
        evenly(|| self.write(actor, invite))
    }

    /// Lets a user speak for an organisation without an invitation; the user gets the role of organisation.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such organisation or user; [`Error::NotAllowed`] for anybody but a mediator or a steward, who do not
    /// add themselves.
    pub fn add_member(&self, actor: &Actor, id: &OrganisationId, user: &UserId) -> Result<(), Error> {
        let (id, user) = (id.clone(), user.clone());
        self.write(actor, move |tx, actor| {
            let (_, role) = readable(tx, actor, &id, Action::AddMember)?;
            if user == actor.user {
                return Err(Error::Conflict(Conflict::Interest));
            }
            let stored = users::get(tx, &user)?.ok_or(Error::NotFound)?;
            if !stored.user.roles.contains(&Role::Organisation) {
                let roles = [stored.user.roles.as_slice(), &[Role::Organisation]].concat();
                users::update(tx, &User { roles, ..stored.user.clone() }, stored.version)?;
            }
            organisations::add_member(tx, &id, &user)?;
            note_member(tx, actor, role, Act::Join, &id, &stored)
        })
    }

    /// Ends that somebody speaks for an organisation; also for oneself. It holds from the next request on.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the user does not speak for it, or there is no such organisation; [`Error::NotAllowed`].
    pub fn remove_member(&self, actor: &Actor, id: &OrganisationId, user: &UserId) -> Result<(), Error> {
        let (id, user) = (id.clone(), user.clone());
        self.write(actor, move |tx, actor| {
            let (_, role) = readable(tx, actor, &id, Action::RemoveMember)?;
            let stored = users::get(tx, &user)?.ok_or(Error::NotFound)?;
            if !organisations::remove_member(tx, &id, &user)? {
                return Err(Error::NotFound);
            }
            note_member(tx, actor, role, Act::Leave, &id, &stored)
        })
    }
}

/// The organisation, when the actor may do this, with the role in which they may.
pub(crate) fn readable(db: &mut Db, actor: &Actor, id: &OrganisationId, action: Action) -> Result<(StoredOrganisation, Role), Error> {
    let stored = organisations::get(db, id)?.ok_or(Error::NotFound)?;
    let role = authorise(actor, action, &Object::Organisation { id, vetted: stored.vetted_at.is_some() })?;
    Ok((stored, role))
}

fn check(words: &Words, organisation: &Organisation) -> Result<(), Error> {
    let faults = words.faults_of_organisation(organisation);
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

fn answer(stored: StoredOrganisation) -> Versioned<OrganisationView> {
    let StoredOrganisation { organisation, vetted_at, version, .. } = stored;
    Versioned::new(OrganisationView { organisation, vetted_at }, version)
}

/// The user with this address, or a new one who can do nothing yet but accept.
fn known_or_new(tx: &mut Tx<'_>, invitation: &Invitation) -> Result<StoredUser, Error> {
    if let Some(known) = users::find_by_email(tx, &invitation.email)? {
        return Ok(known);
    }
    let user = User {
        id: UserId::new(&new_id()).map_err(internal)?,
        name: None,
        email: Some(invitation.email.clone()),
        language: invitation.language,
        roles: vec![Role::Organisation],
        expert: None,
        organisations: Vec::new(),
        regions: Vec::new(),
        sectors: Vec::new(),
        languages: Vec::new(),
        state: UserState::Active,
    };
    Ok(users::insert(tx, &user)?)
}

fn post_invitation(tx: &mut Tx<'_>, to_join: &Organisation, user: &UserId, by: &UserId) -> Result<(), Error> {
    let code = Code::for_link(tx.keys())?;
    let expires_at = tx.now().plus_seconds(INVITATION_SECONDS);
    keep_code(tx, &code, user, INVITATION, Some(&to_join.id), expires_at, Some(by))?;
    let letter = Letter::Invitation { organisation: to_join.name.clone(), link: link_to(&code) };
    mail::post(tx, user, &letter).map(drop)
}

fn note(
    tx: &mut Tx<'_>,
    actor: &Actor,
    role: Role,
    act: Act,
    before: Option<&StoredOrganisation>,
    after: &StoredOrganisation,
) -> Result<(), Error> {
    let keys = tx.keys();
    let digest = |stored: &StoredOrganisation| digest_of(keys, None, &answer(stored.clone()).value);
    let entry = actor
        .act(role, act, ObjectKind::Organisation, after.organisation.id.as_str())
        .fields(&changed_fields(before, after))
        .change(before.map(digest).transpose()?, Some(digest(after)?));
    tx.audit(entry);
    Ok(())
}

fn changed_fields(before: Option<&StoredOrganisation>, after: &StoredOrganisation) -> Vec<&'static str> {
    let Some(before) = before else { return Organisation::KEYS.to_vec() };
    let (old, new) = (&before.organisation, &after.organisation);
    let differs = [
        ("name", old.name != new.name),
        ("kind", old.kind != new.kind),
        ("sectors", old.sectors != new.sectors),
        ("place", old.place != new.place),
        ("asks", old.asks != new.asks),
        ("lends", old.lends != new.lends),
        ("vetted_at", before.vetted_at != after.vetted_at),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// Two rows: one on the organisation, and one on the person, who may see it among what concerns them.
fn note_member(tx: &mut Tx<'_>, actor: &Actor, role: Role, act: Act, id: &OrganisationId, user: &StoredUser) -> Result<(), Error> {
    let name = pseudonym(tx.keys(), user.key, &user.user.id)?;
    tx.audit(actor.act(role, act, ObjectKind::Organisation, id.as_str()).fields(&["members"]));
    tx.audit(actor.act(role, act, ObjectKind::User, &name).fields(&["organisations"]));
    Ok(())
}
