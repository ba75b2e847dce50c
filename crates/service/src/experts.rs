//! Experts at the desk: a profile that is theirs, what they disclose of it, their yes, and their going.

use std::collections::BTreeMap;

use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::experts::{Audience, Availability, Contact, Disclosure, Energy, Expert, FieldGroup, HeldCompetence, Income};
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{CompetenceId, ExpertId, TermId, UserId};
use raakvlak_domain::texts::Prose;
use raakvlak_domain::users::Role;
use raakvlak_domain::workload::heaviest_week;
use raakvlak_store::experts::{self, StoredExpert};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx, erasure, matches, organisations, programmes, todos};
use serde::Serialize;
use utoipa::ToSchema;

pub use raakvlak_engine::answer::ExpertAnswer;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned, digest_of, new_id};
use crate::error::Error;
use crate::matches::ExportedMatch;
use crate::packages::internal;
use crate::ranking::people::obligations;

/// The sort of to-do that a lowered limit opens: confirmed work asks more hours than the person now wants.
pub const HOURS_EXCEEDED: &str = "hours_exceeded";

/// A profile as an organisation would see it after the person's yes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Disclosed {
    /// The expert.
    pub expert: ExpertId,
    /// The name that the person chose to be shown.
    pub display_name: Option<String>,
    /// What is told in the groups of fields that are shown; nothing else of the profile is in here.
    pub shown: Shown,
}

/// The part of a profile that is shown; a key is there when it is told and its group is disclosed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct Shown {
    /// How to reach the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// The person's story.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub story: Option<Prose>,
    /// What the person can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub competences: Option<Vec<HeldCompetence>>,
    /// What the person wants to learn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wishes: Option<Vec<CompetenceId>>,
    /// Domains of lived experience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experience: Option<Vec<TermId>>,
    /// What gives and drains energy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy: Option<Energy>,
    /// Conditions under which the person does not work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_go: Option<Vec<TermId>>,
    /// Conditions that the person would rather not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rather_not: Option<Vec<TermId>>,
    /// Adaptations that are needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Vec<TermId>>,
    /// Adaptations that help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helps: Option<Vec<TermId>>,
    /// The income situation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub income: Option<Income>,
    /// Documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<Vec<TermId>>,
}

/// Everything that is kept about somebody, as they can take it along.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExpertExport {
    /// The profile.
    pub expert: Expert,
    /// When each group of fields that has its own consent was told and taken back, by the name of the group.
    pub consents: BTreeMap<String, ConsentMoments>,
    /// The matches with their steps.
    pub matches: Vec<ExportedMatch>,
}

/// When a consent was given and taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsentMoments {
    /// When it was given.
    pub given_at: Option<Instant>,
    /// When it was taken back.
    pub withdrawn_at: Option<Instant>,
}

impl Desk {
    /// Makes a profile. An expert makes their own; a mediator makes one for somebody who signs in later, or on paper.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with every word, place or record that does not exist; [`Error::Conflict`] when the user has a profile already;
    /// [`Error::NotAllowed`] for one's own without the role of expert.
    pub fn create_expert(&self, actor: &Actor, mut expert: Expert, user: Option<UserId>) -> Result<Versioned<Expert>, Error> {
        expert.id = ExpertId::new(&new_id()).map_err(internal)?;
        let today = self.today();
        let words = self.words()?;
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::CreateExpert, &Object::NewExpert { user: user.as_ref() })?;
            if user.as_ref() == Some(&actor.user) && !actor.has(Role::Expert) {
                // Somebody may be both, but whoever makes profiles for others does not become an expert by that.
                return Err(Error::NotAllowed);
            }
            expert.registered = Some(today);
            expert.last_offered = None;
            expert.last_shown = None;
            expert.answered_on = expert.wants_to_be_matched.map(|_| today);
            check(tx, &words, &expert)?;
            let stored = experts::insert(tx, &expert, user.as_ref())?;
            note(tx, actor, role, Act::Create, None, &stored)?;
            Ok(answer(stored))
        })
    }

    /// A profile: whole for the person, as far as disclosed for a mediator. Reading somebody else's is noted, and shown to them.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of.
    pub fn expert(&self, actor: &Actor, id: &ExpertId) -> Result<Versioned<Expert>, Error> {
        if actor.is_expert(id) {
            return self.read(|db| Ok(answer(readable(db, actor, id, Action::ReadExpert)?.0)));
        }
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (stored, role) = readable(tx, actor, &id, Action::ReadExpert)?;
            let name = pseudonym(tx, &stored)?;
            tx.audit(actor.act(role, Act::Read, ObjectKind::Expert, &name));
            let version = stored.version;
            Ok(Versioned::new(seen_by(stored.expert, actor), version))
        })
    }

    /// A page of experts as far as disclosed to the mediator who asks.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for everybody else.
    pub fn experts(&self, actor: &Actor, request: &PageRequest) -> Result<Page<Versioned<Expert>>, Error> {
        let request = request.clone();
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::ListExperts, &Object::Network)?;
            let found = experts::page(tx, request.after.as_deref(), request.rows())?;
            let page = Page::of(found, &request, |found| found.expert.id.to_string());
            for stored in &page.items {
                let name = pseudonym(tx, stored)?;
                tx.audit(actor.act(role, Act::Search, ObjectKind::Expert, &name));
            }
            Ok(page.map(|stored| Versioned::new(seen_by(stored.expert, actor), stored.version)))
        })
    }

    /// Changes a profile, built on this version. What is not disclosed to a mediator stays as the person told it, whatever a mediator sends.
    ///
    /// Lowering one's own hours is always allowed; when confirmed work asks more than is now wanted, a mediator gets a to-do.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when it has changed since; [`Error::Invalid`] with every word, place or record that does not exist.
    pub fn update_expert(&self, actor: &Actor, mut expert: Expert, id: &ExpertId, version: i64) -> Result<Versioned<Expert>, Error> {
        expert.id = id.clone();
        let today = self.today();
        let words = self.words()?;
        self.write(actor, move |tx, actor| {
            let (old, role) = readable(tx, actor, &expert.id, Action::UpdateExpert)?;
            if old.version != version {
                return Err(Error::Stale { current: old.version });
            }
            keep_derived(&mut expert, &old.expert, today);
            if !actor.is_expert(&expert.id) {
                keep_hidden(&mut expert, &old.expert);
                expert.disclosure = old.expert.disclosure;
                // A person's own yes is not a mediator's to give or take in passing: that is written down as such.
                expert.wants_to_be_matched = old.expert.wants_to_be_matched;
                expert.answered_on = old.expert.answered_on;
            }
            check(tx, &words, &expert)?;
            let stored = experts::update(tx, &expert, version)?;
            note(tx, actor, role, Act::Update, Some(&old), &stored)?;
            after_consent(tx, actor, role, &old, &stored)?;
            settle_hours_todo(tx, actor, &stored.expert.id)?;
            let version = stored.version;
            Ok(Versioned::new(seen_by(stored.expert, actor), version))
        })
    }

    /// Gives or takes back the person's yes to being matched. Taking it back works at once: every open match is withdrawn.
    ///
    /// A mediator writes down what was said on paper or by telephone; that is noted as theirs.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when the profile has changed since.
    pub fn set_consent(&self, actor: &Actor, id: &ExpertId, wants: bool, version: i64) -> Result<Versioned<Expert>, Error> {
        let id = id.clone();
        let today = self.today();
        self.write(actor, move |tx, actor| {
            let action = if actor.is_expert(&id) { Action::GiveConsent } else { Action::RecordConsent };
            let (old, role) = readable(tx, actor, &id, action)?;
            let mut expert = old.expert.clone();
            expert.wants_to_be_matched = Some(wants);
            expert.answered_on = Some(today);
            let stored = experts::update(tx, &expert, version)?;
            note(tx, actor, role, if wants { Act::Consent } else { Act::Revoke }, Some(&old), &stored)?;
            after_consent(tx, actor, role, &old, &stored)?;
            let version = stored.version;
            Ok(Versioned::new(seen_by(stored.expert, actor), version))
        })
    }

    /// Pauses, or makes available again; works at once.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when the profile has changed since.
    pub fn set_availability(&self, actor: &Actor, id: &ExpertId, to: Availability, version: i64) -> Result<Versioned<Expert>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (old, role) = readable(tx, actor, &id, Action::UpdateExpert)?;
            let expert = Expert { availability: Some(to), ..old.expert.clone() };
            let stored = experts::update(tx, &expert, version)?;
            note(tx, actor, role, Act::Pause, Some(&old), &stored)?;
            let version = stored.version;
            Ok(Versioned::new(seen_by(stored.expert, actor), version))
        })
    }

    /// Chooses who sees which part of a profile.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when the profile has changed since.
    pub fn set_disclosure(&self, actor: &Actor, id: &ExpertId, disclosure: Disclosure, version: i64) -> Result<Versioned<Expert>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (old, role) = readable(tx, actor, &id, Action::SetDisclosure)?;
            let expert = Expert { disclosure, ..old.expert.clone() };
            let stored = experts::update(tx, &expert, version)?;
            note(tx, actor, role, Act::Disclose, Some(&old), &stored)?;
            Ok(answer(stored))
        })
    }

    /// The profile exactly as an organisation would see it after the person's yes.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of.
    pub fn preview_expert(&self, actor: &Actor, id: &ExpertId) -> Result<Disclosed, Error> {
        self.read(|db| Ok(disclosed(&readable(db, actor, id, Action::SetDisclosure)?.0.expert)))
    }

    /// The packages that fit somebody, best first, each under its own setting of the knob.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such expert that the actor may know of.
    pub fn packages_of_expert(&self, actor: &Actor, id: &ExpertId) -> Result<ExpertAnswer, Error> {
        self.read(|db| readable(db, actor, id, Action::FindPackages).map(drop))?;
        let mut answer = self.packages_for(id)?;
        if !actor.is_expert(id) {
            crate::shortlists::hide_avoided(&mut answer.barriers);
        }
        Ok(answer)
    }

    /// Everything that is kept about somebody, as they can take it along (GDPR article 20).
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such expert that the actor may know of.
    pub fn export_expert(&self, actor: &Actor, id: &ExpertId) -> Result<ExpertExport, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (stored, role) = readable(tx, actor, &id, Action::ExportExpert)?;
            let name = pseudonym(tx, &stored)?;
            tx.audit(actor.act(role, Act::Export, ObjectKind::Expert, &name));
            let consents = experts::consents(tx, &id)?;
            let consents = consents.into_iter().map(|(group, consent)| {
                let moments = ConsentMoments { given_at: consent.given_at, withdrawn_at: consent.withdrawn_at };
                (group.table().trim_start_matches("expert_").to_owned(), moments)
            });
            let consents = consents.collect();
            Ok(ExpertExport { expert: stored.expert, consents, matches: crate::matches::export_of(tx, &id)? })
        })
    }

    /// Erases somebody: from every table, and for good, since the key that seals what was told is destroyed.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such expert that the actor may know of.
    pub fn erase_expert(&self, actor: &Actor, id: &ExpertId) -> Result<(), Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (stored, role) = readable(tx, actor, &id, Action::EraseExpert)?;
            let name = pseudonym(tx, &stored)?;
            let freed = crate::matches::packages_with_places_of(tx, &id)?;
            tx.audit(actor.act(role, Act::Erase, ObjectKind::Expert, &name));
            erasure::erase_expert(tx, &id)?;
            freed.iter().try_for_each(|package| crate::matches::settle_places(tx, actor, role, package))
        })
    }
}

/// The expert, when the actor may do this, with the role in which they may.
pub(crate) fn readable(db: &mut Db, actor: &Actor, id: &ExpertId, action: Action) -> Result<(StoredExpert, Role), Error> {
    let role = authorise(actor, action, &Object::Expert { id })?;
    Ok((experts::get(db, id)?.ok_or(Error::NotFound)?, role))
}

/// How the trail names a person: by a name that nobody can resolve once the key is destroyed.
pub(crate) fn pseudonym(db: &Db, stored: &StoredExpert) -> Result<String, Error> {
    Ok(db.keys().pseudonym(stored.key, stored.expert.id.as_str()).map_err(raakvlak_store::StoreError::from)?)
}

/// A profile as this reader may see it: whole for the person, without what they keep to themselves for a mediator.
fn seen_by(mut expert: Expert, actor: &Actor) -> Expert {
    if !actor.is_expert(&expert.id) {
        // Nobody but the person reads whom they avoid.
        expert.avoid = None;
        hide(&mut expert, |audience| audience != Audience::Nobody);
    }
    expert
}

/// Takes out the groups that are not shown to an audience.
fn hide(expert: &mut Expert, shown: impl Fn(Audience) -> bool) {
    let disclosure = expert.disclosure;
    for group in FieldGroup::ALL.iter().filter(|group| !shown(disclosure.audience(**group))) {
        put_group(expert, *group, None);
    }
}

/// Puts another's fields of a group in the place of one's own; nothing told when there is no other.
fn put_group(expert: &mut Expert, group: FieldGroup, other: Option<&Expert>) {
    match group {
        FieldGroup::Contact => expert.contact = other.and_then(|other| other.contact.clone()),
        FieldGroup::Story => expert.story = other.and_then(|other| other.story.clone()),
        FieldGroup::Competences => {
            expert.competences = other.and_then(|other| other.competences.clone());
            expert.wishes = other.and_then(|other| other.wishes.clone());
        }
        FieldGroup::Experience => expert.experience = other.and_then(|other| other.experience.clone()),
        FieldGroup::Limits => {
            expert.energy = other.and_then(|other| other.energy.clone());
            expert.no_go = other.and_then(|other| other.no_go.clone());
            expert.rather_not = other.and_then(|other| other.rather_not.clone());
            expert.needs = other.and_then(|other| other.needs.clone());
            expert.helps = other.and_then(|other| other.helps.clone());
        }
        FieldGroup::Income => expert.income = other.and_then(|other| other.income.clone()),
        FieldGroup::Documents => expert.documents = other.and_then(|other| other.documents.clone()),
    }
}

/// What a mediator could not see they cannot change: it stays as it was.
fn keep_hidden(expert: &mut Expert, old: &Expert) {
    expert.avoid = old.avoid.clone();
    for group in FieldGroup::ALL.iter().filter(|group| old.disclosure.audience(**group) == Audience::Nobody) {
        put_group(expert, *group, Some(old));
    }
}

fn keep_derived(expert: &mut Expert, old: &Expert, today: Date) {
    expert.registered = old.registered;
    expert.last_offered = old.last_offered;
    expert.last_shown = old.last_shown;
    let answered_anew = expert.wants_to_be_matched != old.wants_to_be_matched;
    expert.answered_on = if answered_anew { expert.wants_to_be_matched.map(|_| today) } else { old.answered_on };
}

/// A profile as an organisation sees it: made of what is disclosed, so that it cannot tell what it never had.
pub(crate) fn disclosed(expert: &Expert) -> Disclosed {
    let mut told = expert.clone();
    hide(&mut told, |audience| audience == Audience::Organisation);
    let Expert { contact, story, competences, wishes, experience, energy, no_go, rather_not, needs, helps, income, documents, .. } = told;
    let shown = Shown { contact, story, competences, wishes, experience, energy, no_go, rather_not, needs, helps, income, documents };
    Disclosed { expert: expert.id.clone(), display_name: expert.display_name.as_ref().map(ToString::to_string), shown }
}

fn check(tx: &mut Tx<'_>, words: &crate::ranking::words::Words, expert: &Expert) -> Result<(), Error> {
    let mut faults = words.faults_of_expert(expert);
    for (at, programme) in expert.programmes.iter().flatten().enumerate() {
        if programmes::get(tx, programme)?.is_none() {
            faults.push(Fault::new(format!("/programmes/{at}"), FaultKind::Dangling { id: programme.to_string() }));
        }
    }
    for (at, organisation) in expert.avoid.iter().flatten().enumerate() {
        if organisations::get(tx, organisation)?.is_none() {
            faults.push(Fault::new(format!("/avoid/{at}"), FaultKind::Dangling { id: organisation.to_string() }));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

fn note(tx: &mut Tx<'_>, actor: &Actor, role: Role, act: Act, old: Option<&StoredExpert>, new: &StoredExpert) -> Result<(), Error> {
    let before = old.map(|old| digest_of(tx.keys(), Some(old.key), &old.expert)).transpose()?;
    let after = digest_of(tx.keys(), Some(new.key), &new.expert)?;
    let name = pseudonym(tx, new)?;
    let entry = actor.act(role, act, ObjectKind::Expert, &name).change(before, Some(after)).fields(&changed_fields(old, new));
    tx.audit(entry);
    Ok(())
}

/// The names of the fields that differ; all that are told in a new profile.
fn changed_fields(old: Option<&StoredExpert>, new: &StoredExpert) -> Vec<&'static str> {
    let value = |stored: &StoredExpert| serde_json::to_value(&stored.expert).unwrap_or_default();
    let (before, after) = (old.map(value).unwrap_or_default(), value(new));
    let null = serde_json::Value::Null;
    let differs = |key: &&&str| before.get(**key).unwrap_or(&null) != after.get(**key).unwrap_or(&null);
    Expert::KEYS.iter().filter(differs).copied().collect()
}

/// A yes that was taken back works at once: every open match that has not been confirmed ends, and of confirmed ones a mediator is told.
fn after_consent(tx: &mut Tx<'_>, actor: &Actor, role: Role, old: &StoredExpert, new: &StoredExpert) -> Result<(), Error> {
    let taken_back = old.expert.wants_to_be_matched == Some(true) && new.expert.wants_to_be_matched != Some(true);
    if taken_back { crate::matches::withdraw_open(tx, actor, role, &new.expert.id) } else { Ok(()) }
}

/// Opens a to-do for a mediator when confirmed work asks more hours in some week than the person wants, and closes it when it does not any more.
/// Answers with the hours of the heaviest week and the most that the person wants when it does, in tenths.
pub(crate) fn settle_hours_todo(tx: &mut Tx<'_>, actor: &Actor, id: &ExpertId) -> Result<Option<(u32, u32)>, Error> {
    let expert = experts::get(tx, id)?.ok_or(Error::NotFound)?.expert;
    let arranged = matches::taking_hours_of(tx, id)?;
    let work = obligations(&expert, arranged.iter().map(|(_, arrangement)| arrangement));
    let today = tx.now().date_in_amsterdam();
    let heaviest = heaviest_week(&work, today);
    let most = expert.hours.map(|hours| hours.max.get()).filter(|most| heaviest > *most && !arranged.is_empty());
    let kind = ObjectKind::Expert.as_str();
    if most.is_some() {
        crate::routing::open(tx, HOURS_EXCEEDED, ObjectKind::Expert, id.as_str(), None)?;
    } else {
        todos::close_about(tx, HOURS_EXCEEDED, kind, id.as_str(), (!actor.is_system()).then_some(&actor.user))?;
    }
    Ok(most.map(|most| (heaviest, most)))
}

fn answer(stored: StoredExpert) -> Versioned<Expert> {
    Versioned::new(stored.expert, stored.version)
}
