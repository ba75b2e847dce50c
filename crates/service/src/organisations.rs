//! Organisations at the desk: who they are, who speaks for them, and whether they can be trusted.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{OrganisationId, UserId};
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::users::Role;
use raakvlak_store::organisations::{self, StoredOrganisation};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx, users};
use serde::Serialize;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned, digest_of, new_id};
use crate::error::Error;
use crate::packages::internal;

/// An organisation as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrganisationView {
    /// The organisation.
    #[serde(flatten)]
    pub organisation: Organisation,
    /// When a mediator found it trustworthy; before that nobody else knows of it.
    pub vetted_at: Option<Instant>,
}

impl Desk {
    /// Makes an organisation; its id is ours. Whoever makes it as a member of an organisation speaks for it from then on.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for who makes no organisations; [`Error::Invalid`] when its place does not exist.
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

    /// The organisation with this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of.
    pub fn organisation(&self, actor: &Actor, id: &OrganisationId) -> Result<Versioned<OrganisationView>, Error> {
        self.read(|db| Ok(answer(readable(db, actor, id, Action::ReadOrganisation)?.0)))
    }

    /// A page of the organisations that the actor may know of.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for who reads no organisations.
    pub fn organisations(&self, actor: &Actor, request: &PageRequest) -> Result<Page<Versioned<OrganisationView>>, Error> {
        authorise(actor, Action::ListOrganisations, &Object::Network)?;
        self.read(|db| {
            let mut found = Vec::new();
            let mut after = request.after.clone();
            // What the actor may not know of is passed over, so that a page is full as long as there is more.
            while found.len() < request.shown() + 1 {
                let rows = organisations::page(db, after.as_deref(), request.rows())?;
                let Some(last) = rows.last() else { break };
                after = Some(last.organisation.id.to_string());
                found.extend(rows.into_iter().filter(|row| authorise(actor, Action::ReadOrganisation, &object(row)).is_ok()));
            }
            Ok(Page::of(found, request, |found| found.organisation.id.to_string()).map(answer))
        })
    }

    /// Changes an organisation, built on this version.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when it has changed since; [`Error::Invalid`] when its place does not exist.
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
            let (old, role) = readable(tx, actor, &organisation.id, Action::UpdateOrganisation)?;
            check(&words, &organisation)?;
            let stored = organisations::update(tx, &organisation, version)?;
            note(tx, actor, role, Act::Update, Some(&old), &stored)?;
            Ok(answer(stored))
        })
    }

    /// Notes that an organisation was found trustworthy.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when it has changed since; [`Error::NotAllowed`] for who does not vet.
    pub fn vet_organisation(&self, actor: &Actor, id: &OrganisationId, version: i64) -> Result<Versioned<OrganisationView>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (old, role) = readable(tx, actor, &id, Action::VetOrganisation)?;
            let by = (!actor.is_system()).then_some(&actor.user);
            let stored = organisations::vet(tx, &id, by, version)?;
            note(tx, actor, role, Act::Vet, Some(&old), &stored)?;
            Ok(answer(stored))
        })
    }

    /// Who speaks for an organisation.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of.
    pub fn members(&self, actor: &Actor, id: &OrganisationId) -> Result<Vec<UserId>, Error> {
        self.read(|db| {
            readable(db, actor, id, Action::ReadMembers)?;
            Ok(organisations::members(db, id)?)
        })
    }

    /// Lets a user speak for an organisation, or ends that.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such organisation or user.
    pub fn set_member(&self, actor: &Actor, id: &OrganisationId, user: &UserId, joins: bool) -> Result<(), Error> {
        let (id, user) = (id.clone(), user.clone());
        self.write(actor, move |tx, actor| {
            let action = if joins { Action::AddMember } else { Action::RemoveMember };
            let (_, role) = readable(tx, actor, &id, action)?;
            users::get(tx, &user)?.ok_or(Error::NotFound)?;
            let act = if joins {
                organisations::add_member(tx, &id, &user)?;
                Act::Join
            } else {
                organisations::remove_member(tx, &id, &user)?;
                Act::Leave
            };
            tx.audit(actor.act(role, act, ObjectKind::Organisation, id.as_str()));
            Ok(())
        })
    }
}

fn object(stored: &StoredOrganisation) -> Object<'_> {
    Object::Organisation { id: &stored.organisation.id, vetted: stored.vetted_at.is_some() }
}

fn readable(db: &mut Db, actor: &Actor, id: &OrganisationId, action: Action) -> Result<(StoredOrganisation, Role), Error> {
    let stored = organisations::get(db, id)?.ok_or(Error::NotFound)?;
    let role = authorise(actor, action, &object(&stored))?;
    Ok((stored, role))
}

fn check(words: &crate::ranking::words::Words, organisation: &Organisation) -> Result<(), Error> {
    let faults = words.faults_of_organisation(organisation);
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

fn note(
    tx: &mut Tx<'_>,
    actor: &Actor,
    role: Role,
    act: Act,
    old: Option<&StoredOrganisation>,
    new: &StoredOrganisation,
) -> Result<(), Error> {
    let before = old.map(|old| digest_of(tx.keys(), None, &old.organisation)).transpose()?;
    let after = digest_of(tx.keys(), None, &new.organisation)?;
    tx.audit(actor.act(role, act, ObjectKind::Organisation, new.organisation.id.as_str()).change(before, Some(after)));
    Ok(())
}

fn answer(stored: StoredOrganisation) -> Versioned<OrganisationView> {
    Versioned::new(OrganisationView { organisation: stored.organisation, vetted_at: stored.vetted_at }, stored.version)
}
