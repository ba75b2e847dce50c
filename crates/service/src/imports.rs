//! Bringing a dataset folder in, whole or not at all, and taking one out.

use std::collections::BTreeMap;
use std::path::Path;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::users::Role;
use raakvlak_store::packages::PackageQuery;
use raakvlak_store::places::{self as store_places, StoredPlace};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx, experts, organisations, packages, programmes, shortlists, vocabulary};
use serde::Serialize;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, new_id};
use crate::error::Error;
use crate::exchange::Folder;
use crate::places::Postcodes;
use crate::vocabulary::Tables;

/// The kind of place that a postcode area is.
pub(crate) const POSTCODE: &str = "postcode";

/// How many records came in or went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Imported {
    /// Organisations.
    pub organisations: usize,
    /// Programmes.
    pub programmes: usize,
    /// Packages.
    pub packages: usize,
    /// Experts.
    pub experts: usize,
    /// Whether a vocabulary came in as a new version.
    pub vocabulary: bool,
}

/// The records that go in together.
pub(crate) struct Records {
    pub(crate) organisations: Vec<Organisation>,
    pub(crate) programmes: Vec<Programme>,
    pub(crate) packages: Vec<TaskPackage>,
    pub(crate) experts: Vec<Expert>,
}

impl Desk {
    /// Brings a folder in that was read without faults: all of it in one piece of writing work, or nothing. `files` are the vocabulary's own files,
    /// byte for byte, when the folder has any.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when a record with one of the ids exists already; [`Error::Invalid`] with every file that the store has no place for yet;
    /// [`Error::NotAllowed`] for anybody but a steward.
    pub fn import(&self, actor: &Actor, folder: Folder, files: BTreeMap<String, Vec<u8>>) -> Result<Imported, Error> {
        refuse_what_is_not_kept(&folder)?;
        let lists = if files.is_empty() { Vec::new() } else { self.lists_of(&folder.vocabulary) };
        let records = Records {
            organisations: folder.organisations.unwrap_or_default(),
            programmes: folder.programmes.unwrap_or_default(),
            packages: folder.packages.unwrap_or_default(),
            experts: folder.experts.unwrap_or_default(),
        };
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::Import, &Object::Network)?;
            let mut counts = insert(tx, &records)?;
            if !files.is_empty() {
                vocabulary::insert(tx, &new_id(), &files, &lists, None)?;
                counts.vocabulary = true;
            }
            note(tx, actor, role, Act::Import);
            Ok(counts)
        })
    }

    /// Takes everything out as a folder, ordered by id.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a steward; [`Error::Internal`] when the folder cannot be written.
    pub fn export(&self, actor: &Actor, path: &Path) -> Result<Imported, Error> {
        let role = authorise(actor, Action::Export, &Object::Network)?;
        let today = self.today();
        let (folder, counts) = self.read(|db| folder_of(db, today))?;
        crate::exchange::write(&folder, path).map_err(|error| Error::Internal(format!("{}: {error}", path.display())))?;
        self.write(actor, move |tx, actor| {
            note(tx, actor, role, Act::Export);
            Ok(counts)
        })
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

/// A file that would be left behind without a word is refused instead, each by its name.
fn refuse_what_is_not_kept(folder: &Folder) -> Result<(), Error> {
    let faults: Vec<Fault> = folder.further.keys().map(|file| Fault::new(format!("/{file}"), FaultKind::NotKept)).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Keeps the records as they came, ids and all.
pub(crate) fn insert(tx: &mut Tx<'_>, records: &Records) -> Result<Imported, Error> {
    for organisation in &records.organisations {
        organisations::insert(tx, organisation)?;
    }
    for programme in &records.programmes {
        programmes::insert(tx, programme)?;
    }
    for package in &records.packages {
        packages::insert(tx, package, None)?;
    }
    for expert in &records.experts {
        experts::insert(tx, expert, None)?;
    }
    Ok(Imported {
        organisations: records.organisations.len(),
        programmes: records.programmes.len(),
        packages: records.packages.len(),
        experts: records.experts.len(),
        vocabulary: false,
    })
}

fn note(tx: &mut Tx<'_>, actor: &Actor, role: Role, act: Act) {
    tx.audit(actor.act(role, act, ObjectKind::Dataset, "folder"));
}

fn folder_of(db: &mut Db, today: Date) -> Result<(Folder, Imported), Error> {
    let vocabulary = match vocabulary::latest(db)? {
        None => crate::vocabulary::built_in().clone(),
        Some(stored) => {
            let files: Vec<(&str, &[u8])> = stored.files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
            Tables::read(&files).map_err(|faults| Error::Internal(faults.to_string()))?
        }
    };
    let organisations: Vec<Organisation> = organisations::page(db, None, i64::MAX)?.into_iter().map(|found| found.organisation).collect();
    let programmes: Vec<Programme> = programmes::page(db, None, i64::MAX)?.into_iter().map(|found| found.programme).collect();
    let packages: Vec<TaskPackage> = packages::list(db, &PackageQuery::default())?.into_iter().map(|found| found.package).collect();
    let shown = shortlists::last_shown_before(db, None, today)?;
    let told = experts::all(db)?.into_iter().map(|found| found.expert);
    let experts: Vec<Expert> =
        told.map(|expert| Expert { last_shown: expert.last_shown.max(shown.get(&expert.id).copied()), ..expert }).collect();
    let counts = Imported {
        organisations: organisations.len(),
        programmes: programmes.len(),
        packages: packages.len(),
        experts: experts.len(),
        vocabulary: true,
    };
    let folder = Folder {
        vocabulary,
        organisations: Some(organisations),
        programmes: Some(programmes),
        packages: Some(packages),
        experts: Some(experts),
        matches: None,
        further: BTreeMap::new(),
        unknown: Vec::new(),
    };
    Ok((folder, counts))
}
