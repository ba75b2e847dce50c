//! Users at the desk: making them, what they may do, letting them in or not, and their going.

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{ExpertId, TermId, UserId};
use raakvlak_domain::texts::Line;
use raakvlak_domain::users::{Role, User, UserState};
use raakvlak_store::matches::{self, MatchQuery};
use raakvlak_store::users::{self, StoredUser};
use raakvlak_store::{Action as Act, Db, KeyId, Keys, ObjectKind, StoreError, Tx, erasure, experts, organisations, sessions};
use serde::Serialize;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned, digest_of, new_id};
use crate::error::{Conflict, Error};
use crate::mail;
use crate::packages::internal;

/// What a user is to be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permissions {
    /// The roles, at least one.
    pub roles: Vec<Role>,
    /// The regions of a mediator.
    pub regions: Vec<Line>,
    /// The sectors of a mediator.
    pub sectors: Vec<Line>,
    /// The languages of a mediator.
    pub languages: Vec<TermId>,
}

impl Desk {
    /// Makes a user. A steward makes any; a mediator makes those who only act for themselves or for an organisation.
    ///
    /// The id is ours. The expert that the record names becomes this user, and the organisations get a member. Without an address the user signs in
    /// with a code on paper ([`Desk::make_paper_code`]).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with everything that is wrong; [`Conflict::Exists`] when somebody has this address or is this expert.
    pub fn create_user(&self, actor: &Actor, mut user: User) -> Result<Versioned<User>, Error> {
        user.id = UserId::new(&new_id()).map_err(internal)?;
        user.state = UserState::Active;
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::CreateUser, &Object::NewUser { roles: &user.roles })?;
            check(tx, &user)?;
            let stored = keep_new(tx, &user)?;
            note(tx, actor, role, Act::Create, None, &stored)?;
            Ok(answer(stored))
        })
    }

    /// A user. Reading somebody else is noted.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of.
    pub fn user(&self, actor: &Actor, id: &UserId) -> Result<Versioned<User>, Error> {
        if *id == actor.user {
            return self.read(|db| Ok(answer(readable(db, actor, id, Action::ReadUser)?.0)));
        }
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (stored, role) = readable(tx, actor, &id, Action::ReadUser)?;
            let name = pseudonym(tx.keys(), stored.key, &stored.user.id)?;
            tx.audit(actor.act(role, Act::Read, ObjectKind::User, &name).fields(&["name", "email"]));
            Ok(answer(stored))
        })
    }

    /// A page of users by id, of one role when told. Noted as one search.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a steward.
    pub fn users(&self, actor: &Actor, of: Option<Role>, page: &PageRequest) -> Result<Page<Versioned<User>>, Error> {
        let page = page.clone();
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::ListUsers, &Object::Network)?;
            tx.audit(actor.act(role, Act::Search, ObjectKind::User, "").fields(&["name", "email"]));
            let found = users::list(tx, of, page.after.as_deref(), page.rows())?;
            Ok(Page::of(found, &page, |stored| stored.user.id.to_string()).map(answer))
        })
    }

    /// Changes a user's name, address and language, built on this version; everything else in the record counts for nothing.
    ///
    /// An address is where sign-in links go, so nobody changes their own: a steward does, or for an expert or a member a mediator.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`]; [`Error::NotAllowed`] for one's own address; [`Conflict::Exists`] when somebody else has the address.
    pub fn update_user(&self, actor: &Actor, user: User, version: i64) -> Result<Versioned<User>, Error> {
        self.write(actor, move |tx, actor| {
            let (stored, role) = readable(tx, actor, &user.id, Action::UpdateUser)?;
            let own = user.id == actor.user;
            if own && user.email != stored.user.email {
                return Err(Error::NotAllowed);
            }
            let changed = User { name: user.name, email: user.email, language: user.language, ..stored.user.clone() };
            check(tx, &changed)?;
            let after = users::update(tx, &changed, version)?;
            if changed.email != stored.user.email {
                // A link that is still on its way to the old address must not let anybody in.
                sessions::drop_all_codes(tx, &changed.id)?;
            }
            note(tx, actor, role, Act::Update, Some(&stored), &after)?;
            Ok(answer(after))
        })
    }

    /// Changes what a user may do, built on this version; it holds from the next request on. Nobody changes their own.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`]; [`Error::Invalid`] when there is no role, or regions, sectors or languages without the role of mediator.
    pub fn change_roles(&self, actor: &Actor, id: &UserId, permissions: Permissions, version: i64) -> Result<Versioned<User>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (stored, role) = readable(tx, actor, &id, Action::ChangeRoles)?;
            let Permissions { roles, regions, sectors, languages } = permissions;
            let changed = User { roles, regions, sectors, languages, ..stored.user.clone() };
            check(tx, &changed)?;
            let after = users::update(tx, &changed, version)?;
            note(tx, actor, role, Act::Update, Some(&stored), &after)?;
            Ok(answer(after))
        })
    }

    /// Blocks a user, or lets them in again, built on this version. Blocking ends every session and every way in at once.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`]; [`Error::NotAllowed`] for oneself.
    pub fn set_user_state(&self, actor: &Actor, id: &UserId, state: UserState, version: i64) -> Result<Versioned<User>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (stored, role) = readable(tx, actor, &id, Action::BlockUser)?;
            let after = users::update(tx, &User { state, ..stored.user.clone() }, version)?;
            if state == UserState::Blocked {
                sessions::end_all(tx, &id)?;
                sessions::drop_all_codes(tx, &id)?;
            }
            note(tx, actor, role, Act::Update, Some(&stored), &after)?;
            Ok(answer(after))
        })
    }

    /// Erases a user, with the expert that they are: everything about them is gone from every table, and from the folder of letters.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of.
    pub fn erase_user(&self, actor: &Actor, id: &UserId) -> Result<(), Error> {
        let (stored, _) = self.read(|db| readable(db, actor, id, Action::EraseUser))?;
        if let Some(expert) = &stored.user.expert {
            self.erase_expert(actor, expert)?;
        }
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (stored, role) = readable(tx, actor, &id, Action::EraseUser)?;
            let name = pseudonym(tx.keys(), stored.key, &id)?;
            tx.audit(actor.act(role, Act::Erase, ObjectKind::User, &name));
            Ok(erasure::erase_user(tx, &id)?)
        })?;
        self.erase_sent_letters(stored.key);
        Ok(())
    }
}

/// Somebody as they stand in the store, by numbers and ids alone: what erasing them takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The expert that they are.
    pub expert: Option<ExpertId>,
    /// The user that they are.
    pub user: Option<UserId>,
    /// In which roles they act.
    pub roles: Vec<Role>,
    /// In how many matches they stand.
    pub matches: usize,
    /// How many of those are confirmed work: they take a place.
    pub confirmed: usize,
}

impl Desk {
    /// Somebody by the id of the user or of the expert that they are; both when they are both. For whoever runs the program itself.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but the system; [`Error::NotFound`] when there is nobody with this id.
    pub fn person(&self, actor: &Actor, id: &str) -> Result<Person, Error> {
        if !actor.is_system() {
            return Err(Error::NotAllowed);
        }
        let (user, expert) = (UserId::new(id).map_err(internal)?, ExpertId::new(id).map_err(internal)?);
        self.read(|db| {
            let of_expert = experts::get(db, &expert)?;
            let user = of_expert.as_ref().and_then(|stored| stored.user.clone()).unwrap_or(user);
            let user = users::get(db, &user)?.map(|stored| stored.user);
            let expert = of_expert.map(|stored| stored.expert.id).or_else(|| user.as_ref().and_then(|user| user.expert.clone()));
            if user.is_none() && expert.is_none() {
                return Err(Error::NotFound);
            }
            let query = MatchQuery { expert: expert.clone(), ..MatchQuery::default() };
            let found = if expert.is_some() { matches::list(db, &query)? } else { Vec::new() };
            let confirmed = found.iter().filter(|found| found.state.takes_hours()).count();
            let roles = user.as_ref().map(|user| user.roles.clone()).unwrap_or_default();
            Ok(Person { expert, user: user.map(|user| user.id), roles, matches: found.len(), confirmed })
        })
    }

    /// Erases somebody as the expert and as the user that they are ([`Desk::person`]).
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when they are gone by now.
    pub fn erase_person(&self, actor: &Actor, person: &Person) -> Result<(), Error> {
        match (&person.user, &person.expert) {
            // A user goes with the expert that they are.
            (Some(user), _) => self.erase_user(actor, user),
            (None, Some(expert)) => self.erase_expert(actor, expert),
            (None, None) => Err(Error::NotFound),
        }
    }
}

/// The user, when the actor may do this, with the role in which they may.
pub(crate) fn readable(db: &mut Db, actor: &Actor, id: &UserId, action: Action) -> Result<(StoredUser, Role), Error> {
    let stored = users::get(db, id)?.ok_or(Error::NotFound)?;
    let role = authorise(actor, action, &Object::User { id, roles: &stored.user.roles })?;
    Ok((stored, role))
}

/// How the trail names a user: by a name that nobody can resolve once the key is destroyed.
pub(crate) fn pseudonym(keys: &Keys, key: KeyId, id: &UserId) -> Result<String, Error> {
    Ok(keys.pseudonym(key, id.as_str()).map_err(StoreError::from)?)
}

/// The actor that a user is now.
pub(crate) fn actor_of(keys: &Keys, stored: StoredUser, session: Option<String>) -> Result<Actor, Error> {
    let pseudonym = pseudonym(keys, stored.key, &stored.user.id)?;
    let User { id, roles, expert, organisations, language, .. } = stored.user;
    Ok(Actor { user: id, session, roles, expert, organisations, language, key: Some(stored.key), pseudonym })
}

pub(crate) fn answer(stored: StoredUser) -> Versioned<User> {
    Versioned::new(stored.user, stored.version)
}

/// Everything that is wrong with a user, but for what the database itself refuses.
fn check(db: &mut Db, user: &User) -> Result<(), Error> {
    let mut faults = Vec::new();
    if user.roles.is_empty() {
        faults.push(Fault::new("/roles", FaultKind::TooFew { least: 1 }));
    }
    if !user.roles.contains(&Role::Mediator) {
        let of_mediators = [("/regions", user.regions.len()), ("/sectors", user.sectors.len()), ("/languages", user.languages.len())];
        let told = of_mediators.into_iter().filter(|(_, told)| *told > 0);
        faults.extend(told.map(|(pointer, _)| Fault::new(pointer, FaultKind::TooMany { most: 0 })));
    }
    if user.email.as_ref().is_some_and(|email| !mail::is_deliverable(email)) {
        faults.push(Fault::new("/email", FaultKind::NotAnAddress));
    }
    if let Some(expert) = &user.expert
        && experts::get(db, expert)?.is_none()
    {
        faults.push(Fault::new("/expert", FaultKind::Dangling { id: expert.to_string() }));
    }
    for (at, organisation) in user.organisations.iter().enumerate() {
        if organisations::get(db, organisation)?.is_none() {
            faults.push(Fault::new(format!("/organisations/{at}"), FaultKind::Dangling { id: organisation.to_string() }));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Keeps a new user with their ties.
fn keep_new(tx: &mut Tx<'_>, user: &User) -> Result<StoredUser, Error> {
    users::insert(tx, user)?;
    if let Some(expert) = &user.expert {
        let taken = experts::get(tx, expert)?.is_some_and(|stored| stored.user.is_some());
        if taken {
            return Err(Error::Conflict(Conflict::Exists));
        }
        experts::set_user(tx, expert, &user.id)?;
    }
    for organisation in &user.organisations {
        organisations::add_member(tx, organisation, &user.id)?;
    }
    users::get(tx, &user.id)?.ok_or_else(|| Error::Internal("a user vanished".to_owned()))
}

/// Notes what was done to a user: which fields, and digests of before and after under their own key.
fn note(tx: &mut Tx<'_>, actor: &Actor, role: Role, act: Act, before: Option<&StoredUser>, after: &StoredUser) -> Result<(), Error> {
    let keys = tx.keys();
    let name = pseudonym(keys, after.key, &after.user.id)?;
    let digest = |stored: &StoredUser| digest_of(keys, Some(stored.key), &stored.user);
    let entry = actor
        .act(role, act, ObjectKind::User, &name)
        .fields(&changed_fields(before.map(|stored| &stored.user), &after.user))
        .change(before.map(digest).transpose()?, Some(digest(after)?));
    tx.audit(entry);
    Ok(())
}

fn changed_fields(before: Option<&User>, after: &User) -> Vec<&'static str> {
    let Some(before) = before else { return User::KEYS.to_vec() };
    let differs = [
        ("name", before.name != after.name),
        ("email", before.email != after.email),
        ("language", before.language != after.language),
        ("roles", before.roles != after.roles),
        ("regions", before.regions != after.regions),
        ("sectors", before.sectors != after.sectors),
        ("languages", before.languages != after.languages),
        ("state", before.state != after.state),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}
