//! Programmes at the desk: making and changing them, and who joins.
//!
//! The name of a programme is unique without regard to case, since people choose one by its name. Where a programme's knob starts stands in its
//! record; see [`crate::knobs`] for when that counts.

use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{ExpertId, OrganisationId, ProgrammeId};
use raakvlak_domain::knobs::Position;
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::users::Role;
use raakvlak_store::programmes::{self, StoredProgramme};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx, experts};

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned, digest_of, new_id};
use crate::error::{Conflict, Error};
use crate::packages::internal;

impl Desk {
    /// Makes a programme. The id is ours.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a steward; [`Conflict::Exists`] when one has this name; [`Error::Invalid`] for a position `custom`
    /// without weights.
    pub fn create_programme(&self, actor: &Actor, mut programme: Programme) -> Result<Versioned<Programme>, Error> {
        programme.id = ProgrammeId::new(&new_id()).map_err(internal)?;
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::CreateProgramme, &Object::Network)?;
            check(tx, &programme)?;
            let stored = programmes::insert(tx, &programme)?;
            note(tx, actor, role, Act::Create, None, &stored)?;
            Ok(answer(stored))
        })
    }

    /// A programme.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none.
    pub fn programme(&self, actor: &Actor, id: &ProgrammeId) -> Result<Versioned<Programme>, Error> {
        authorise(actor, Action::ReadProgramme, &Object::Network)?;
        self.read(|db| Ok(answer(programmes::get(db, id)?.ok_or(Error::NotFound)?)))
    }

    /// A page of programmes, by id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for somebody without any role.
    pub fn programmes(&self, actor: &Actor, page: &PageRequest) -> Result<Page<Versioned<Programme>>, Error> {
        authorise(actor, Action::ReadProgramme, &Object::Network)?;
        let found = self.read(|db| Ok(programmes::page(db, page.after.as_deref(), page.rows())?))?;
        Ok(Page::of(found, page, |stored| stored.programme.id.to_string()).map(answer))
    }

    /// Changes a programme, built on this version.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`]; as [`Desk::create_programme`].
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
            let before = programmes::get(tx, &programme.id)?.ok_or(Error::NotFound)?;
            check(tx, &programme)?;
            let after = programmes::update(tx, &programme, version)?;
            note(tx, actor, role, Act::Update, Some(&before), &after)?;
            Ok(answer(after))
        })
    }

    /// Lets an organisation join a programme, or leave it. Once more is fine.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such programme or organisation that the actor may know of; [`Error::NotAllowed`].
    pub fn enrol_organisation(&self, actor: &Actor, id: &ProgrammeId, organisation: &OrganisationId, joins: bool) -> Result<(), Error> {
        let (id, organisation) = (id.clone(), organisation.clone());
        self.write(actor, move |tx, actor| {
            let (_, role) = crate::organisations::readable(tx, actor, &organisation, Action::EnrolOrganisation)?;
            programmes::get(tx, &id)?.ok_or(Error::NotFound)?;
            let act = if joins {
                programmes::add_organisation(tx, &id, &organisation)?;
                Act::Join
            } else {
                programmes::remove_organisation(tx, &id, &organisation)?;
                Act::Leave
            };
            tx.audit(actor.act(role, act, ObjectKind::Programme, id.as_str()).fields(&["organisations"]));
            Ok(())
        })
    }

    /// The organisations that joined a programme, by id.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but mediators and stewards; [`Error::NotFound`].
    pub fn organisations_of_programme(&self, actor: &Actor, id: &ProgrammeId) -> Result<Vec<OrganisationId>, Error> {
        authorise(actor, Action::ReadEnrolments, &Object::Network)?;
        self.read(|db| {
            programmes::get(db, id)?.ok_or(Error::NotFound)?;
            Ok(programmes::organisations(db, id)?)
        })
    }

    /// Lets an expert join a programme, or leave it, as their profile tells from then on. Once more is fine.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such programme or expert that the actor may know of; [`Error::NotAllowed`].
    pub fn enrol_expert(&self, actor: &Actor, id: &ProgrammeId, expert: &ExpertId, joins: bool) -> Result<(), Error> {
        let (id, expert) = (id.clone(), expert.clone());
        self.write(actor, move |tx, actor| {
            let (stored, role) = crate::experts::readable(tx, actor, &expert, Action::EnrolExpert)?;
            programmes::get(tx, &id)?.ok_or(Error::NotFound)?;
            let mut joined = stored.expert.programmes.clone().unwrap_or_default();
            if joined.contains(&id) == joins {
                return Ok(());
            }
            joined.retain(|other| *other != id);
            joined.extend(joins.then_some(id));
            let name = crate::experts::pseudonym(tx, &stored)?;
            experts::update(tx, &Expert { programmes: Some(joined), ..stored.expert }, stored.version)?;
            let act = if joins { Act::Join } else { Act::Leave };
            tx.audit(actor.act(role, act, ObjectKind::Expert, &name).fields(&["programmes"]));
            Ok(())
        })
    }
}

fn answer(stored: StoredProgramme) -> Versioned<Programme> {
    Versioned::new(stored.programme, stored.version)
}

/// Every programme; there are few.
pub(crate) fn all(db: &mut Db) -> Result<Vec<StoredProgramme>, Error> {
    Ok(programmes::page(db, None, i64::MAX)?)
}

fn check(db: &mut Db, programme: &Programme) -> Result<(), Error> {
    if programme.position == Some(Position::Custom) && programme.weights.is_none() {
        return Err(Error::Invalid(vec![Fault::new("/weights", FaultKind::Missing)]));
    }
    let name = programme.name.as_str().to_lowercase();
    let taken = all(db)?.iter().any(|other| other.programme.id != programme.id && other.programme.name.as_str().to_lowercase() == name);
    if taken { Err(Error::Conflict(Conflict::Exists)) } else { Ok(()) }
}

fn note(
    tx: &mut Tx<'_>,
    actor: &Actor,
    role: Role,
    act: Act,
    before: Option<&StoredProgramme>,
    after: &StoredProgramme,
) -> Result<(), Error> {
    let keys = tx.keys();
    let digest = |stored: &StoredProgramme| digest_of(keys, None, &stored.programme);
    let entry = actor
        .act(role, act, ObjectKind::Programme, after.programme.id.as_str())
        .fields(&changed_fields(before.map(|stored| &stored.programme), &after.programme))
        .change(before.map(digest).transpose()?, Some(digest(after)?));
    tx.audit(entry);
    Ok(())
}

fn changed_fields(before: Option<&Programme>, after: &Programme) -> Vec<&'static str> {
    let Some(before) = before else { return Programme::KEYS.to_vec() };
    let differs = [
        ("name", before.name != after.name),
        ("purpose_nl", before.purpose_nl != after.purpose_nl),
        ("purpose_en", before.purpose_en != after.purpose_en),
        ("position", before.position != after.position),
        ("weights", before.weights != after.weights),
        ("why_nl", before.why_nl != after.why_nl),
        ("why_en", before.why_en != after.why_en),
        ("capacity_per_intake", before.capacity_per_intake != after.capacity_per_intake),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}
