//! Bringing a dataset folder in, whole or not at all.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::{ExpertId, PackageId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::matches::{MatchState, Party, Verb};
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::users::{Role, User};
use raakvlak_store::matches::carried::{self as carried_matches, WholeMatch};
use raakvlak_store::packages::carried::{self as carried_packages, Revision, WholePackage};
use raakvlak_store::places::{self as store_places, StoredPlace};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx, experts, knobs, organisations, programmes, rules, users, vocabulary};
use serde::Serialize;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, new_id};
use crate::error::{Conflict, Error};
use crate::exchange::keeping::Keeping;
use crate::exchange::kept::{Kept, PackageKept};
use crate::exchange::knobs::KnobRecord;
use crate::exchange::matches::MatchRecord;
use crate::exchange::rules::{RuleLine, named};
use crate::exchange::watch::Watch;
use crate::exchange::{Folder, FolderFaults, files};
use crate::matches::{CONTINUE, REVIEW};
use crate::places::Postcodes;
use crate::rules::book::RuleBook;
use crate::vocabulary::Tables;

/// The kind of place that a postcode area is.
pub(crate) const POSTCODE: &str = "postcode";

/// How many records came in or went out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Imported {
    /// Organisations.
    pub organisations: usize,
    /// Programmes.
    pub programmes: usize,
    /// Packages.
    pub packages: usize,
    /// Experts.
    pub experts: usize,
    /// Users.
    pub users: usize,
    /// Matches.
    pub matches: usize,
    /// Versions of the knobs.
    pub knobs: usize,
    /// Versions of rules.
    pub rules: usize,
    /// Whether a vocabulary came in as a new version.
    pub vocabulary: bool,
}

/// An import that worked, or would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What came in, or would have.
    pub counts: Imported,
    /// Files of the folder that are no part of it and were not read.
    pub unread: Vec<String>,
}

/// Why a folder did not come in.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    /// Something is wrong with it.
    Faults(FolderFaults),
    /// Something else is wrong.
    Failed(Error),
    /// It was stopped.
    Cancelled,
}

impl Refused {
    /// Why, in sentences.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match (self, language) {
            (Self::Faults(faults), _) => faults.text(language),
            (Self::Failed(Error::Conflict(conflict)), _) => conflict.detail(language),
            (Self::Failed(error), _) => error.to_string(),
            (Self::Cancelled, Language::Nl) => "Het inlezen is gestopt. Er is niets bewaard.".to_owned(),
            (Self::Cancelled, Language::En) => "The import was stopped. Nothing was kept.".to_owned(),
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<FolderFaults> for Refused {
    fn from(faults: FolderFaults) -> Self {
        Self::Faults(faults)
    }
}

/// The records that go in together.
#[derive(Default)]
pub(crate) struct Records {
    pub(crate) organisations: Vec<Organisation>,
    pub(crate) programmes: Vec<Programme>,
    pub(crate) packages: Vec<TaskPackage>,
    pub(crate) experts: Vec<Expert>,
    pub(crate) users: Vec<User>,
    pub(crate) matches: Vec<MatchRecord>,
    pub(crate) knobs: Vec<KnobRecord>,
    pub(crate) rules: Vec<RuleLine>,
    pub(crate) kept: Kept,
}

impl From<Folder> for Records {
    fn from(folder: Folder) -> Self {
        Self {
            organisations: folder.organisations.unwrap_or_default(),
            programmes: folder.programmes.unwrap_or_default(),
            packages: folder.packages.unwrap_or_default(),
            experts: folder.experts.unwrap_or_default(),
            users: folder.users.unwrap_or_default(),
            matches: folder.whole_matches.unwrap_or_default(),
            knobs: folder.knobs.unwrap_or_default(),
            rules: folder.rules.unwrap_or_default(),
            kept: folder.kept,
        }
    }
}

impl Records {
    fn count(&self) -> Imported {
        Imported {
            organisations: self.organisations.len(),
            programmes: self.programmes.len(),
            packages: self.packages.len(),
            experts: self.experts.len(),
            users: self.users.len(),
            matches: self.matches.len(),
            knobs: self.knobs.len(),
            rules: self.rules.len(),
            vocabulary: false,
        }
    }
}

impl Desk {
    /// Brings a folder in: all of it in one piece of writing work, or nothing. Its words and places are those in force here, where it does not bring its
    /// own. A dry run does everything but the writing. `watch` is told how far it is, and can stop it until it begins to write.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the folder, beside what is here already; [`Error::NotAllowed`] for anybody but a steward.
    pub fn import(&self, actor: &Actor, path: &Path, dry_run: bool, watch: &Watch) -> Result<Done, Refused> {
        authorise(actor, Action::Import, &Object::Network)?;
        let places = self.words()?;
        let today = self.today();
        let keeping = self.read(|db| keeping(db, today))?;
        let read = || Folder::read_for(path, &places.gazetteer, Some(&keeping), watch);
        let outcome = self.matcher().threads().install(read);
        // What was broken off has faults of its own, which say nothing.
        if watch.is_cancelled() {
            return Err(Refused::Cancelled);
        }
        let mut folder = outcome?;
        let unread = std::mem::take(&mut folder.unread);
        let words = (folder.vocabulary != keeping.words).then(|| folder.vocabulary.clone());
        let records = Records::from(folder);
        let counts = Imported { vocabulary: words.is_some(), ..records.count() };
        if !dry_run {
            self.keep(actor, records, words, watch)?;
        }
        Ok(Done { counts, unread })
    }

    fn keep(&self, actor: &Actor, records: Records, words: Option<Tables>, watch: &Watch) -> Result<(), Refused> {
        let words = words.map(|tables| (tables.write(), self.lists_of(&tables)));
        if !watch.begins_to_write() {
            return Err(Refused::Cancelled);
        }
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::Import, &Object::Network)?;
            if let Some((files, lists)) = words {
                let files: BTreeMap<String, Vec<u8>> = files.into_iter().map(|(name, content)| (name.to_owned(), content)).collect();
                vocabulary::insert(tx, &new_id(), &files, &lists, (!actor.is_system()).then_some(&actor.user))?;
            }
            insert(tx, &records)?;
            note_past(tx, actor, role, &records);
            settle(tx, actor, records)?;
            note(tx, actor, role, Act::Import);
            Ok(())
        })?;
        Ok(())
    }

    /// Brings a vocabulary in as a new version, with the neighbour list of every competence; `progress` is told how many are done and how many there are.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a steward.
    pub fn import_vocabulary(
        &self,
        actor: &Actor,
        tables: &Tables,
        files: BTreeMap<String, Vec<u8>>,
        progress: impl Fn(usize, usize) + Sync,
    ) -> Result<i64, Error> {
        authorise(actor, Action::ImportVocabulary, &Object::Network)?;
        let lists = self.lists_with(tables, progress);
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::ImportVocabulary, &Object::Network)?;
            let id = new_id();
            let number = vocabulary::insert(tx, &id, &files, &lists, (!actor.is_system()).then_some(&actor.user))?;
            tx.audit(actor.act(role, Act::Import, ObjectKind::Vocabulary, &id));
            Ok(number)
        })
    }

    /// Brings a table of postcodes in, in the stead of the one before; gives how many.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a steward.
    pub fn import_postcodes(&self, actor: &Actor, postcodes: &Postcodes) -> Result<usize, Error> {
        let places: Vec<StoredPlace> = postcodes
            .areas()
            .map(|area| StoredPlace {
                kind: POSTCODE.to_owned(),
                name: area.postcode.clone(),
                point: area.point,
                region: Some(area.region.clone()),
            })
            .collect();
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::ImportVocabulary, &Object::Network)?;
            store_places::replace(tx, POSTCODE, &places)?;
            tx.changed(ObjectKind::Place, POSTCODE);
            tx.audit(actor.act(role, Act::Import, ObjectKind::Place, POSTCODE));
            Ok(places.len())
        })
    }

    fn lists_of(&self, tables: &Tables) -> Vec<(String, Vec<u8>)> {
        self.lists_with(tables, |_, _| {})
    }

    fn lists_with(&self, tables: &Tables, progress: impl Fn(usize, usize) + Sync) -> Vec<(String, Vec<u8>)> {
        let neighbours = crate::vocabulary::neighbours(&tables.vocabulary, self.matcher().threads(), progress);
        let competences = tables.vocabulary.competences.iter().zip(0u32..);
        competences.map(|(competence, at)| (competence.id.clone(), neighbours.list(at).to_bytes())).collect()
    }
}

/// What the store has already that a folder can meet.
fn keeping(db: &mut Db, today: Date) -> Result<Keeping, Error> {
    let packages = carried_packages::ids(db)?;
    let users = all_users(db)?;
    let kept_rules = rules::all(db)?;
    let organisations = organisations::all(db)?.into_iter().map(|(found, _)| found.organisation.id.to_string()).collect();
    let programmes = programmes::page(db, None, i64::MAX)?.into_iter().map(|found| found.programme.id.to_string()).collect();
    let there: [(&'static str, HashSet<String>); 8] = [
        (files::ORGANISATIONS, organisations),
        (files::PROGRAMMES, programmes),
        (files::PACKAGES, packages.iter().map(|(id, _)| id.clone()).collect()),
        (files::EXPERTS, experts::ids(db)?.iter().map(ToString::to_string).collect()),
        (files::USERS, users.iter().map(|user| user.id.to_string()).collect()),
        (files::MATCHES, carried_matches::ids(db)?.into_iter().collect()),
        (files::KNOBS, knobs::all(db)?.into_iter().map(|version| version.id.to_string()).collect()),
        (files::RULES, kept_rules.iter().map(|stored| named(&stored.rule)).collect()),
    ];
    Ok(Keeping {
        today,
        words: tables_in_force(db)?,
        there: there.into_iter().map(|(file, ids)| (file, Arc::new(ids))).collect(),
        revisions: packages.into_iter().map(|(id, revision)| (id, u32::try_from(revision).unwrap_or(u32::MAX))).collect(),
        rules: RuleBook::new(kept_rules).rules().iter().map(|sound| sound.rule.clone()).collect(),
        addresses: users.iter().filter_map(|user| user.email.as_ref()).map(|email| email.folded()).collect(),
    })
}

/// Every user, by id.
pub(crate) fn all_users(db: &mut Db) -> Result<Vec<User>, Error> {
    const AT_ONCE: i64 = 500;
    let mut all: Vec<User> = Vec::new();
    loop {
        let after = all.last().map(|user| user.id.to_string());
        let page = users::list(db, None, after.as_deref(), AT_ONCE)?;
        let last = i64::try_from(page.len()).is_ok_and(|count| count < AT_ONCE);
        all.extend(page.into_iter().map(|found| found.user));
        if last {
            return Ok(all);
        }
    }
}

/// The vocabulary in force as tables.
pub(crate) fn tables_in_force(db: &mut Db) -> Result<Tables, Error> {
    let Some(stored) = vocabulary::latest(db)? else { return Ok(crate::vocabulary::built_in().clone()) };
    let files: Vec<(&str, &[u8])> = stored.files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    Tables::read(&files).map_err(|faults| Error::Internal(faults.to_string()))
}

/// Keeps the records as they came, ids and all.
pub(crate) fn insert(tx: &mut Tx<'_>, records: &Records) -> Result<(), Error> {
    let kept = &records.kept;
    for organisation in &records.organisations {
        organisations::insert(tx, organisation)?;
        if let Some(kept) = kept.organisations.get(&organisation.id) {
            organisations::set_vetted(tx, &organisation.id, kept.vetted_at, kept.vetted_by.as_ref())?;
        }
    }
    for programme in &records.programmes {
        programmes::insert(tx, programme)?;
        let joined = kept.programmes.get(&programme.id).map(|kept| kept.organisations.as_slice());
        joined.unwrap_or_default().iter().try_for_each(|organisation| programmes::add_organisation(tx, &programme.id, organisation))?;
    }
    for package in &records.packages {
        let whole = whole_package(tx, package, kept.packages.get(&package.id));
        carried_packages::insert(tx, &whole)?;
    }
    for expert in &records.experts {
        let stored = experts::insert(tx, expert, None)?;
        if let Some(consents) = kept.experts.get(&expert.id).and_then(|kept| kept.consents.as_ref()) {
            experts::set_consents(tx, &stored, &consents.to_keep())?;
        }
    }
    records.users.iter().try_for_each(|user| insert_user(tx, user))?;
    for record in &records.knobs {
        knobs::insert(tx, &record.version().map_err(|fault| Error::Internal(fault.code().to_owned()))?)?;
    }
    records.rules.iter().try_for_each(|record| rules::insert(tx, &record.stored()))?;
    Ok(())
}

fn whole_package(tx: &Tx<'_>, package: &TaskPackage, kept: Option<&PackageKept>) -> WholePackage {
    let kept = kept.cloned().unwrap_or_default();
    let now = tx.now();
    let earlier =
        kept.earlier.0.into_iter().map(|earlier| Revision { wording: earlier.wording, made_by: earlier.made_by, made_at: earlier.made_at });
    let latest = Revision { wording: package.clone(), made_by: kept.made_by, made_at: kept.made_at.unwrap_or(now) };
    WholePackage {
        package: package.clone(),
        taken_in_at: kept.taken_in_at,
        taken_in_by: kept.taken_in_by,
        published_at: kept.published_at.or((package.state == PackageState::Published).then_some(now)),
        revisions: earlier.chain([latest]).collect(),
    }
}

fn insert_user(tx: &mut Tx<'_>, user: &User) -> Result<(), Error> {
    users::insert(tx, user)?;
    if let Some(expert) = &user.expert {
        experts::set_user(tx, expert, &user.id)?;
    }
    user.organisations.iter().try_for_each(|organisation| organisations::add_member(tx, organisation, &user.id))?;
    Ok(())
}

/// Keeps the matches, opens the to-dos of those that wait for a mediator, and holds what was there already against what came beside it.
fn settle(tx: &mut Tx<'_>, actor: &Actor, records: Records) -> Result<(), Error> {
    let of_folder: HashSet<ExpertId> = records.experts.into_iter().map(|expert| expert.id).collect();
    let packages_of_folder: HashSet<PackageId> = records.packages.into_iter().map(|package| package.id).collect();
    let (mut people, mut work): (BTreeMap<ExpertId, bool>, HashSet<PackageId>) = Default::default();
    let mut waiting = Vec::new();
    for record in records.matches {
        let whole = record.whole();
        carried_matches::insert(tx, &whole)?;
        if let Some(kind) = waits_for(&whole) {
            waiting.push((kind, ObjectKind::Match, whole.id.to_string()));
        }
        if whole.state.takes_hours() {
            let here = of_folder.contains(&whole.expert);
            people.insert(whole.expert, here);
            work.insert(whole.package);
        }
    }
    for (expert, came_along) in people {
        let exceeded = crate::experts::settle_hours_todo(tx, actor, &expert)?;
        if let Some((heaviest, most)) = exceeded.filter(|_| !came_along) {
            return Err(Error::Conflict(Conflict::Hours { heaviest, most }));
        }
    }
    crate::routing::open_all(tx, &waiting)?;
    for package in work.iter().filter(|package| !packages_of_folder.contains(*package)) {
        let stored = raakvlak_store::packages::get(tx, package)?.ok_or(Error::NotFound)?;
        crate::matches::check_capacity(tx, &stored.package)?;
    }
    Ok(())
}

/// The sort of to-do that a match has, when it waits for a mediator: somebody suggested it, said yes, or said or asked something last.
fn waits_for(whole: &WholeMatch) -> Option<&'static str> {
    let last = whole.history.last();
    let spoke = last.is_some_and(|step| matches!(step.verb, Verb::Ask | Verb::Answer) && step.party != Party::Mediator);
    match whole.state {
        MatchState::Suggested => Some(REVIEW),
        MatchState::Accepted | MatchState::Agreed => Some(CONTINUE),
        state if spoke && !state.is_final() => Some(CONTINUE),
        _ => None,
    }
}

/// Notes each record that brings acts of another time along, since those stand in another trail.
fn note_past(tx: &mut Tx<'_>, actor: &Actor, role: Role, records: &Records) {
    for id in records.kept.organisations.iter().filter(|(_, kept)| kept.vetted_at.is_some()).map(|(id, _)| id) {
        tx.audit(actor.act(role, Act::Import, ObjectKind::Organisation, id.as_str()));
    }
    let told = records.kept.packages.iter().filter(|(_, kept)| kept.published_at.is_some() || kept.taken_in_at.is_some());
    for (id, _) in told {
        tx.audit(actor.act(role, Act::Import, ObjectKind::Package, id.as_str()));
    }
    for record in &records.knobs {
        tx.audit(actor.act(role, Act::Import, ObjectKind::Knob, record.id.as_str()).knob(record.id.as_str()));
    }
    for record in &records.rules {
        tx.audit(actor.act(role, Act::Import, ObjectKind::Rule, record.rule.id.as_str()));
    }
    for record in &records.matches {
        tx.audit(actor.act(role, Act::Import, ObjectKind::Match, record.id.as_str()));
    }
}

pub(crate) fn note(tx: &mut Tx<'_>, actor: &Actor, role: Role, act: Act) {
    tx.audit(actor.act(role, act, ObjectKind::Dataset, "folder"));
}
