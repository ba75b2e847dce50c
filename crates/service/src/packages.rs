//! Task packages at the desk: writing, publishing, pausing, closing, taking in.

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{OrganisationId, PackageId, ProgrammeId};
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_domain::users::Role;
use raakvlak_store::matches::MatchQuery;
use raakvlak_store::packages::{self, PackageQuery, StoredPackage};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx, matches, organisations, programmes, todos};

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned, digest_of, new_id};
use crate::error::{Conflict, Error};
use crate::knobs::{narrowest, scopes_of};

/// The sort of to-do that a package opens that was published and waits too long for a mediator to take it in.
pub const INTAKE: &str = "take_in_package";

/// Which packages to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageFilter {
    /// Only of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Only of this programme.
    pub programme: Option<ProgrammeId>,
    /// Only in this state.
    pub state: Option<PackageState>,
}

impl Desk {
    /// Makes a draft. The id is ours; what was sent for the id and the state counts for nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with every word, place or record that does not exist.
    pub fn create_package(&self, actor: &Actor, mut package: TaskPackage) -> Result<Versioned<TaskPackage>, Error> {
        package.id = PackageId::new(&new_id()).map_err(internal)?;
        package.state = PackageState::Draft;
        package.origin = None;
        let words = self.words()?;
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::CreatePackage, &of_organisation(tx, &package.organisation)?.object(&package.organisation))?;
            check(tx, &words, &package)?;
            let stored = packages::insert(tx, &package, author(actor))?;
            note(tx, actor, role, Act::Create, None, &stored)?;
            Ok(answer(stored))
        })
    }

    /// The package with this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of.
    pub fn package(&self, actor: &Actor, id: &PackageId) -> Result<Versioned<TaskPackage>, Error> {
        self.read(|db| {
            let stored = readable(db, actor, id, Action::ReadPackage)?.0;
            Ok(answer(stored))
        })
    }

    /// A page of the packages that the actor may read: their own for an organisation, published ones for an expert, all for a mediator.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for roles that read no packages.
    pub fn packages(&self, actor: &Actor, filter: PackageFilter, request: &PageRequest) -> Result<Page<Versioned<TaskPackage>>, Error> {
        let role = authorise(actor, Action::ListPackages, &Object::Network)?;
        let mut query = PackageQuery {
            organisations: filter.organisation.map(|organisation| vec![organisation]),
            programme: filter.programme,
            states: filter.state.map(|state| vec![state]),
            after: request.after.clone(),
            limit: Some(request.rows()),
        };
        narrow(&mut query, actor, role);
        self.read(|db| {
            let found = packages::list(db, &query)?;
            let page = Page::of(found, request, |found| found.package.id.to_string());
            Ok(page.map(answer))
        })
    }

    /// Changes a package, built on this version. A published one gets a new revision; matches keep the one they were made on.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when it has changed since; [`Error::Invalid`] with every word, place or record that does not exist, and with what a published package
    /// would not tell any more although the threshold knob asks it; [`Error::Conflict`] when more places are taken than it would have.
    pub fn update_package(
        &self,
        actor: &Actor,
        mut package: TaskPackage,
        id: &PackageId,
        version: i64,
    ) -> Result<Versioned<TaskPackage>, Error> {
        package.id = id.clone();
        let words = self.words()?;
        self.write(actor, move |tx, actor| {
            let (old, role) = readable(tx, actor, &package.id, Action::UpdatePackage)?;
            fresh(&old, version)?;
            package.state = old.package.state;
            package.origin = old.package.origin.clone();
            if package.organisation != old.package.organisation {
                return Err(Error::Invalid(vec![Fault::new(
                    "/organisation",
                    FaultKind::NotOneOf { allowed: vec![old.package.organisation.to_string()] },
                )]));
            }
            check(tx, &words, &package)?;
            if old.package.state == PackageState::Published {
                let lacked = lacking(tx, &old.package)?;
                refuse(lacking(tx, &package)?.into_iter().filter(|fault| !lacked.contains(fault)).collect())?;
            }
            crate::matches::check_capacity(tx, &package)?;
            let stored = packages::update(tx, &package, version, author(actor))?;
            note(tx, actor, role, Act::Update, Some(&old), &stored)?;
            settled(tx, actor, role, &package.id)
        })
    }

    /// Opens a package to matches.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when it is closed; [`Error::Stale`] when it has changed since; [`Error::Invalid`] with everything that the threshold knob asks and
    /// the package does not tell.
    pub fn publish_package(&self, actor: &Actor, id: &PackageId, version: i64) -> Result<Versioned<TaskPackage>, Error> {
        use PackageState::{Draft, Paused};
        self.move_package(actor, id, version, Action::PublishPackage, Act::Publish, &[Draft, Paused], PackageState::Published)
    }

    /// Closes a package to new matches for a while.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when it is not open; [`Error::Stale`] when it has changed since.
    pub fn pause_package(&self, actor: &Actor, id: &PackageId, version: i64) -> Result<Versioned<TaskPackage>, Error> {
        use PackageState::{Filled, Published};
        self.move_package(actor, id, version, Action::PausePackage, Act::Pause, &[Published, Filled], PackageState::Paused)
    }

    /// Ends a package. Matches that are under way go on.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when it is closed already; [`Error::Stale`] when it has changed since.
    pub fn close_package(&self, actor: &Actor, id: &PackageId, version: i64) -> Result<Versioned<TaskPackage>, Error> {
        use PackageState::{Draft, Filled, Paused, Published};
        let from = [Draft, Published, Paused, Filled];
        self.move_package(actor, id, version, Action::ClosePackage, Act::Close, &from, PackageState::Closed)
    }

    /// Notes that a mediator has taken a package in, so that its organisation can learn in bands how many people it reaches.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when it has changed since.
    pub fn take_in_package(&self, actor: &Actor, id: &PackageId, version: i64) -> Result<Versioned<TaskPackage>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (old, role) = readable(tx, actor, &id, Action::TakeInPackage)?;
            let stored = packages::take_in(tx, &id, &actor.user, version)?;
            done_with_intake(tx, actor, &id)?;
            note(tx, actor, role, Act::TakeIn, Some(&old), &stored)?;
            Ok(answer(stored))
        })
    }

    /// A package as it was worded in a revision.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package or revision that the actor may know of.
    pub fn package_revision(&self, actor: &Actor, id: &PackageId, revision: i64) -> Result<TaskPackage, Error> {
        self.read(|db| {
            readable(db, actor, id, Action::ReadPackage)?;
            Ok(packages::wording(db, id, revision)?)
        })
    }

    #[expect(clippy::too_many_arguments, reason = "a move is named by all of these, and each verb above names them once")]
    fn move_package(
        &self,
        actor: &Actor,
        id: &PackageId,
        version: i64,
        action: Action,
        act: Act,
        from: &[PackageState],
        to: PackageState,
    ) -> Result<Versioned<TaskPackage>, Error> {
        let (id, from) = (id.clone(), from.to_vec());
        self.write(actor, move |tx, actor| {
            let (old, role) = readable(tx, actor, &id, action)?;
            fresh(&old, version)?;
            if !from.contains(&old.package.state) {
                return Err(Error::Conflict(Conflict::PackageState { state: old.package.state }));
            }
            if to == PackageState::Published {
                refuse(lacking(tx, &old.package)?)?;
            } else {
                done_with_intake(tx, actor, &id)?;
            }
            let stored = packages::set_state(tx, &id, to, version)?;
            note(tx, actor, role, act, Some(&old), &stored)?;
            settled(tx, actor, role, &id)
        })
    }
}

/// An organisation as authorising needs it.
pub(crate) struct Standing {
    vetted: bool,
}

impl Standing {
    pub(crate) fn object<'a>(&self, id: &'a OrganisationId) -> Object<'a> {
        Object::Organisation { id, vetted: self.vetted }
    }
}

pub(crate) fn of_organisation(db: &mut Db, id: &OrganisationId) -> Result<Standing, Error> {
    match organisations::get(db, id)? {
        Some(found) => Ok(Standing { vetted: found.vetted_at.is_some() }),
        None => Err(Error::Invalid(vec![Fault::new("/organisation", FaultKind::Dangling { id: id.to_string() })])),
    }
}

/// The package, when the actor may do this to it, with the role in which they may.
pub(crate) fn readable(db: &mut Db, actor: &Actor, id: &PackageId, action: Action) -> Result<(StoredPackage, Role), Error> {
    let stored = packages::get(db, id)?.ok_or(Error::NotFound)?;
    let published = stored.package.state == PackageState::Published || action == Action::ReadPackage && has_match(db, actor, id)?;
    let role = authorise(actor, action, &Object::Package { organisation: &stored.package.organisation, published })?;
    Ok((stored, role))
}

/// Whether the actor is an expert with a match on this package: they go on reading it when it is not open to others any more.
fn has_match(db: &mut Db, actor: &Actor, id: &PackageId) -> Result<bool, Error> {
    let Some(expert) = &actor.expert else { return Ok(false) };
    let query = MatchQuery { package: Some(id.clone()), expert: Some(expert.clone()), limit: Some(1), ..MatchQuery::default() };
    Ok(!matches::list(db, &query)?.is_empty())
}

/// The package once its state agrees with its places.
fn settled(tx: &mut Tx<'_>, actor: &Actor, role: Role, id: &PackageId) -> Result<Versioned<TaskPackage>, Error> {
    crate::matches::settle_places(tx, actor, role, id)?;
    Ok(answer(packages::get(tx, id)?.ok_or(Error::NotFound)?))
}

/// What each role lists.
fn narrow(query: &mut PackageQuery, actor: &Actor, role: Role) {
    let own = |query: &mut PackageQuery| {
        let asked = query.organisations.take();
        let mine = actor.organisations.iter().filter(|mine| asked.as_ref().is_none_or(|asked| asked.contains(mine)));
        query.organisations = Some(mine.cloned().collect());
    };
    let sees_all = actor.is_system() || actor.has(Role::Mediator) || actor.has(Role::Steward);
    match role {
        _ if sees_all => {}
        Role::Organisation => own(query),
        // Somebody who is an expert as well as a member finds both lists under their own roles; here the wider one, of published work.
        _ => match &query.states {
            Some(states) if states != &[PackageState::Published] => query.states = Some(Vec::new()),
            _ => query.states = Some(vec![PackageState::Published]),
        },
    }
}

/// Every word, place and record that the package names must exist.
fn check(tx: &mut Tx<'_>, words: &crate::ranking::words::Words, package: &TaskPackage) -> Result<(), Error> {
    let mut faults = words.faults_of_package(package);
    if let Some(programme) = &package.programme
        && programmes::get(tx, programme)?.is_none()
    {
        faults.push(Fault::new("/programme", FaultKind::Dangling { id: programme.to_string() }));
    }
    refuse(faults)
}

/// What a package lacks to be published, under the threshold knob that holds for it.
fn lacking(db: &mut Db, package: &TaskPackage) -> Result<Vec<Fault>, Error> {
    Ok(narrowest::<ThresholdKnob>(db, &scopes_of(package))?.0.lacks(package))
}

fn refuse(faults: Vec<Fault>) -> Result<(), Error> {
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Nobody has to take a package in any more that was taken in or is not open.
fn done_with_intake(tx: &mut Tx<'_>, actor: &Actor, id: &PackageId) -> Result<(), Error> {
    todos::close_about(tx, INTAKE, ObjectKind::Package.as_str(), id.as_str(), author(actor))?;
    Ok(())
}

fn fresh(old: &StoredPackage, version: i64) -> Result<(), Error> {
    if old.version == version { Ok(()) } else { Err(Error::Stale { current: old.version }) }
}

/// Notes for the trail what was done to a package, with digests of it before and after.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    actor: &Actor,
    role: Role,
    act: Act,
    old: Option<&StoredPackage>,
    new: &StoredPackage,
) -> Result<(), Error> {
    let before = old.map(|old| digest_of(tx.keys(), None, &old.package)).transpose()?;
    let after = digest_of(tx.keys(), None, &new.package)?;
    let entry = actor.act(role, act, ObjectKind::Package, new.package.id.as_str()).change(before, Some(after));
    tx.audit(entry);
    Ok(())
}

/// Who wrote a revision; nobody when it was the system.
pub(crate) fn author(actor: &Actor) -> Option<&raakvlak_domain::identifiers::UserId> {
    (!actor.is_system()).then_some(&actor.user)
}

pub(crate) fn answer(stored: StoredPackage) -> Versioned<TaskPackage> {
    Versioned::new(stored.package, stored.version)
}

pub(crate) fn internal(fault: FaultKind) -> Error {
    Error::Internal(fault.code().to_owned())
}
