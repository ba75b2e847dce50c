//! Programmes at the desk.

use raakvlak_domain::identifiers::{OrganisationId, ProgrammeId};
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::users::Role;
use raakvlak_store::programmes::{self, StoredProgramme};
use raakvlak_store::{Action as Act, ObjectKind, Tx, organisations};

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned, digest_of, new_id};
use crate::error::Error;
use crate::packages::internal;

impl Desk {
    /// Makes a programme; its id is ours.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a steward.
    pub fn create_programme(&self, actor: &Actor, mut programme: Programme) -> Result<Versioned<Programme>, Error> {
        programme.id = ProgrammeId::new(&new_id()).map_err(internal)?;
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::CreateProgramme, &Object::Network)?;
            let stored = programmes::insert(tx, &programme)?;
            note(tx, actor, role, Act::Create, None, &stored)?;
            Ok(answer(stored))
        })
    }

    /// The programme with this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none.
    pub fn programme(&self, actor: &Actor, id: &ProgrammeId) -> Result<Versioned<Programme>, Error> {
        authorise(actor, Action::ReadProgramme, &Object::Network)?;
        self.read(|db| Ok(answer(programmes::get(db, id)?.ok_or(Error::NotFound)?)))
    }

    /// A page of programmes.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn programmes(&self, actor: &Actor, request: &PageRequest) -> Result<Page<Versioned<Programme>>, Error> {
        authorise(actor, Action::ReadProgramme, &Object::Network)?;
        self.read(|db| {
            let found = programmes::page(db, request.after.as_deref(), request.rows())?;
            Ok(Page::of(found, request, |found| found.programme.id.to_string()).map(answer))
        })
    }

    /// Changes a programme, built on this version.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when it has changed since; [`Error::NotAllowed`] for anybody but a steward.
    pub fn update_programme(
        &self,
        actor: &Actor,
        mut programme: Programme,
        id: &ProgrammeId,
        version: i64,
    ) -> Result<Versioned<Programme>, Error> {
        programme.id = id.clone();
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::UpdateProgramme, &Object::Network)?;
            let old = programmes::get(tx, &programme.id)?.ok_or(Error::NotFound)?;
            let stored = programmes::update(tx, &programme, version)?;
            note(tx, actor, role, Act::Update, Some(&old), &stored)?;
            Ok(answer(stored))
        })
    }

    /// Lets an organisation join a programme, or leave it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such programme, or no such organisation that the actor may know of.
    pub fn enrol_organisation(&self, actor: &Actor, id: &ProgrammeId, organisation: &OrganisationId, joins: bool) -> Result<(), Error> {
        let (id, organisation) = (id.clone(), organisation.clone());
        self.write(actor, move |tx, actor| {
            let found = organisations::get(tx, &organisation)?.ok_or(Error::NotFound)?;
            let object = Object::Organisation { id: &organisation, vetted: found.vetted_at.is_some() };
            let role = authorise(actor, Action::EnrolOrganisation, &object)?;
            programmes::get(tx, &id)?.ok_or(Error::NotFound)?;
            let act = if joins {
                programmes::add_organisation(tx, &id, &organisation)?;
                Act::Join
            } else {
                programmes::remove_organisation(tx, &id, &organisation)?;
                Act::Leave
            };
            tx.audit(actor.act(role, act, ObjectKind::Programme, id.as_str()));
            Ok(())
        })
    }

    /// The organisations that joined a programme.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for who reads no enrolments; [`Error::NotFound`] when there is no such programme.
    pub fn organisations_of_programme(&self, actor: &Actor, id: &ProgrammeId) -> Result<Vec<OrganisationId>, Error> {
        authorise(actor, Action::ReadEnrolments, &Object::Network)?;
        self.read(|db| {
            programmes::get(db, id)?.ok_or(Error::NotFound)?;
            Ok(programmes::organisations(db, id)?)
        })
    }
}

fn note(tx: &mut Tx<'_>, actor: &Actor, role: Role, act: Act, old: Option<&StoredProgramme>, new: &StoredProgramme) -> Result<(), Error> {
    let before = old.map(|old| digest_of(tx.keys(), None, &old.programme)).transpose()?;
    let after = digest_of(tx.keys(), None, &new.programme)?;
    tx.audit(actor.act(role, act, ObjectKind::Programme, new.programme.id.as_str()).change(before, Some(after)));
    Ok(())
}

fn answer(stored: StoredProgramme) -> Versioned<Programme> {
    Versioned::new(stored.programme, stored.version)
}
