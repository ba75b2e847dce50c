//! The words and places in force: the vocabulary version of the store, or the built-in one, with its similarities.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::Fault;
use raakvlak_domain::identifiers::TermId;
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::vocabulary::{ClosedVocabulary, Vocabulary};
use raakvlak_engine::demand::Demand;
use raakvlak_engine::lexicon::Lexicon;
use raakvlak_engine::similarity::{NeighbourList, Neighbours};
use raakvlak_store::{Db, places, vocabulary};
use rayon::ThreadPool;
use rayon::prelude::*;

use super::demands::Demands;
use crate::error::Error;
use crate::exchange::references::Known;
use crate::places::{Gazetteer, PostcodeArea, Postcodes};
use crate::vocabulary::{Linker, Tables};

/// The vocabularies and places that hold.
pub(crate) struct Words {
    /// The vocabulary with its similarities.
    pub(crate) lexicon: Arc<Lexicon>,
    /// The places.
    pub(crate) gazetteer: Gazetteer,
    /// The version that was brought in; `None` while the built-in one holds.
    pub(crate) version: Option<String>,
    /// Packages that were made ready with these words.
    demands: Demands,
    /// Finds competences in free text; made when it is first asked for.
    linker: OnceLock<Linker>,
    /// The number of the latest change up to which they are known to hold.
    held_until: AtomicI64,
}

impl Words {
    /// Reads what holds.
    pub(crate) fn in_force(db: &mut Db, threads: &ThreadPool) -> Result<Self, Error> {
        let gazetteer = gazetteer(db)?;
        let Some(stored) = vocabulary::latest(db)? else {
            return Ok(Self::new(built_in(threads), gazetteer, None));
        };
        let files: Vec<(&str, &[u8])> = stored.files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        let read_lists = || vocabulary::neighbours(db, &stored.id).map(|lists| (neighbours(&lists), lists));
        let (tables, lists) = threads.install(|| rayon::join(|| Tables::read(&files), read_lists));
        let tables = tables.map_err(|faults| Error::Internal(format!("the stored vocabulary has faults: {faults}")))?;
        let (neighbours, lists) = lists?;
        let kept = neighbours.filter(|_| are_of(&lists, &tables.vocabulary));
        let kept = kept.and_then(|neighbours| Lexicon::with_neighbours(Arc::clone(&tables.vocabulary), neighbours));
        let lexicon = kept.unwrap_or_else(|| Lexicon::new(Arc::clone(&tables.vocabulary), threads));
        Ok(Self::new(Arc::new(lexicon), gazetteer, Some(stored.id)))
    }

    fn new(lexicon: Arc<Lexicon>, gazetteer: Gazetteer, version: Option<String>) -> Self {
        Self { lexicon, gazetteer, version, demands: Demands::default(), linker: OnceLock::new(), held_until: AtomicI64::new(0) }
    }

    /// The number of the latest change up to which they are known to hold, when they held at `seen`.
    pub(crate) fn held_until(&self, seen: i64) -> i64 {
        self.held_until.load(Ordering::Relaxed).max(seen)
    }

    /// They held at this change, too: what came before it need not be read again to know.
    pub(crate) fn held_at(&self, seen: i64) {
        self.held_until.fetch_max(seen, Ordering::Relaxed);
    }

    /// Finds competences in free text.
    pub(crate) fn linker(&self) -> &Linker {
        self.linker.get_or_init(|| Linker::new(self.lexicon.vocabulary()))
    }

    /// A package under a setting of the knob, ready for matching.
    pub(crate) fn demand(&self, package: &TaskPackage, knob: &MatcherKnob) -> Result<Demand, Error> {
        self.demands.ready(package, self, knob).map_err(|unknown| Error::Internal(unknown.to_string()))
    }

    /// Every word and place of a package that does not exist.
    pub(crate) fn faults_of_package(&self, package: &TaskPackage) -> Vec<Fault> {
        self.known().package(package)
    }

    /// The place of an organisation, when it does not exist.
    pub(crate) fn faults_of_organisation(&self, organisation: &Organisation) -> Vec<Fault> {
        self.known().organisation(organisation)
    }

    /// Every word and place of a profile that does not exist.
    pub(crate) fn faults_of_expert(&self, expert: &Expert) -> Vec<Fault> {
        self.known().expert(expert)
    }

    /// Every word of an arrangement that does not exist; `at` is where it stands in what was sent.
    pub(crate) fn faults_of_arrangement(&self, arrangement: &Arrangement, at: &str) -> Vec<Fault> {
        self.known().arrangement(arrangement, at)
    }

    fn known(&self) -> Known<'_> {
        Known::words_only(self.vocabulary(), &self.gazetteer)
    }

    fn vocabulary(&self) -> &Vocabulary {
        self.lexicon.vocabulary()
    }

    /// A profile without the words that this version does not have (any more): an old word never makes anybody unfindable.
    pub(crate) fn known_expert(&self, mut expert: Expert) -> Expert {
        let words = self.vocabulary();
        if let Some(held) = &mut expert.competences {
            held.retain(|held| words.competence(held.competence.as_str()).is_some());
        }
        if let Some(wishes) = &mut expert.wishes {
            wishes.retain(|wish| words.competence(wish.as_str()).is_some());
        }
        if let Some(energy) = &mut expert.energy {
            keep(&mut energy.gives, &words.activities);
            keep(&mut energy.drains, &words.activities);
        }
        keep(&mut expert.experience, &words.experience);
        keep(&mut expert.no_go, &words.conditions);
        keep(&mut expert.rather_not, &words.conditions);
        keep(&mut expert.needs, &words.adaptations);
        keep(&mut expert.helps, &words.adaptations);
        keep(&mut expert.work_forms, &words.work_forms);
        keep(&mut expert.documents, &words.documents);
        expert
    }

    /// A package without the words that this version does not have (any more).
    pub(crate) fn known_package(&self, package: &TaskPackage) -> TaskPackage {
        let words = self.vocabulary();
        let mut package = package.clone();
        for task in &mut package.tasks {
            task.requirements.retain(|asked| words.competence(asked.competence.as_str()).is_some());
            task.learnables.retain(|learnable| words.competence(learnable.as_str()).is_some());
            retain(&mut task.activities, &words.activities);
            retain(&mut task.conditions, &words.conditions);
        }
        retain(&mut package.adaptations, &words.adaptations);
        retain(&mut package.experience, &words.experience);
        package.documents.retain(|asked| words.documents.position(asked.document.as_str()).is_some());
        package
    }
}

/// The built-in words with their similarities: the same for every desk of a process, and made once.
fn built_in(threads: &ThreadPool) -> Arc<Lexicon> {
    static LEXICON: OnceLock<Arc<Lexicon>> = OnceLock::new();
    let make = || Arc::new(Lexicon::new(Arc::clone(&crate::vocabulary::built_in().vocabulary), threads));
    Arc::clone(LEXICON.get_or_init(make))
}

fn keep(told: &mut Option<Vec<TermId>>, known: &ClosedVocabulary) {
    if let Some(told) = told {
        retain(told, known);
    }
}

fn retain(told: &mut Vec<TermId>, known: &ClosedVocabulary) {
    told.retain(|term| known.position(term.as_str()).is_some());
}

/// The lists that were kept with a version; `None` when one cannot be read.
fn neighbours(lists: &[(String, Vec<u8>)]) -> Option<Neighbours> {
    let lists: Option<Vec<NeighbourList>> = lists.par_iter().map(|(_, bytes)| NeighbourList::from_bytes(bytes, lists.len()).ok()).collect();
    lists.map(Neighbours::from_lists)
}

/// Whether there is a list for each competence.
fn are_of(lists: &[(String, Vec<u8>)], vocabulary: &Vocabulary) -> bool {
    lists.len() == vocabulary.competences.len()
        && lists.iter().zip(vocabulary.competences.iter()).all(|((id, _), competence)| *id == competence.id)
}

fn gazetteer(db: &mut Db) -> Result<Gazetteer, Error> {
    let areas = places::all(db)?.into_iter().filter(|place| place.kind == "postcode").map(|place| PostcodeArea {
        postcode: place.name,
        point: place.point,
        municipality: String::new(),
        region: place.region.unwrap_or_default(),
    });
    Ok(Gazetteer::with_postcodes(Postcodes::of(areas)))
}
