//! Matching on a dataset folder, without a database.

use std::ops::ControlFlow;
use std::sync::Arc;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::{Expert, RankingProfile};
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::ExpertId;
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::places::{Place, Point};
use raakvlak_engine::answer::{answer, packages_for};
use raakvlak_engine::batch::in_order;
use raakvlak_engine::carving::{Carving, CarvingLimits, carve};
use raakvlak_engine::crew::Crew;
use raakvlak_engine::demand::Demand;
use raakvlak_engine::lexicon::{Lexicon, UnknownWord};
use raakvlak_engine::people::Person;
use raakvlak_engine::pool::Pool;
use raakvlak_engine::repair::{Repairs, repairs};
use rayon::ThreadPool;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

pub use raakvlak_engine::answer::{ExpertAnswer, ListedPackage, ListedPerson, PackageAnswer, PerCriterion, WeightsUsed};
pub use raakvlak_engine::asks::Ask;
pub use raakvlak_engine::barriers::{Barrier, BarrierDetail};
pub use raakvlak_engine::gates::Gate;
pub use raakvlak_engine::near_misses::NearMiss;
pub use raakvlak_engine::openings::Opening;
pub use raakvlak_engine::shortlist::KeptPlace;

use super::committed::{arranged, committed_hours};
use super::{Folder, FolderFaults, files};
use crate::places::Gazetteer;

/// A folder that is ready for questions, for one day and one setting of the knob. Every package of the folder counts, whatever its state.
pub struct Matching<'a> {
    packages: &'a [TaskPackage],
    gazetteer: &'a Gazetteer,
    lexicon: Arc<Lexicon>,
    pool: Pool,
    knob: MatcherKnob,
    as_of: Date,
    threads: &'a ThreadPool,
}

impl<'a> Matching<'a> {
    /// Makes a folder ready, on these threads. `gazetteer` must be the one that the folder was read with.
    ///
    /// # Errors
    ///
    /// The packages or the experts are missing from the folder, or hold a word that is not in its vocabulary, which reading it would have
    /// refused.
    pub fn new(
        folder: &'a Folder,
        gazetteer: &'a Gazetteer,
        knob: MatcherKnob,
        as_of: Date,
        threads: &'a ThreadPool,
    ) -> Result<Self, FolderFaults> {
        let packages = folder.required_packages()?;
        folder.required_experts()?;
        let lexicon = Arc::new(Lexicon::new(Arc::clone(&folder.vocabulary.vocabulary), threads));
        let pool = Pool::build(people(folder, gazetteer, as_of, threads)?);
        Ok(Self { packages, gazetteer, lexicon, pool, knob, as_of, threads })
    }

    /// How many packages there are.
    #[must_use]
    pub fn package_count(&self) -> usize {
        self.packages.len()
    }

    /// The answer for one package; `None` when the folder has no such package.
    ///
    /// # Errors
    ///
    /// The package holds a word that is not in the vocabulary.
    pub fn package(&self, id: &str) -> Result<Option<PackageAnswer>, FolderFaults> {
        let found = self.packages.iter().enumerate().find(|(_, package)| package.id.as_str() == id);
        found.map(|(at, package)| self.answer(at, package, self.threads.into())).transpose()
    }

    /// The answers for all packages, in the order of the file, worked out a few at a time and handed over until `take` breaks off.
    ///
    /// # Errors
    ///
    /// The first package that holds a word that is not in the vocabulary; what was answered before it has been handed over.
    pub fn all(&self, mut take: impl FnMut(PackageAnswer) -> ControlFlow<()>) -> Result<(), FolderFaults> {
        let numbered: Vec<(usize, &TaskPackage)> = self.packages.iter().enumerate().collect();
        let answer = |(at, package): &(usize, &TaskPackage), crew: Crew| self.answer(*at, package, crew);
        let mut outcome = Ok(());
        let _ = in_order(&numbered, self.threads, answer, |answered| match answered {
            Ok(answer) => take(answer),
            Err(faults) => {
                outcome = Err(faults);
                ControlFlow::Break(())
            }
        });
        outcome
    }

    /// The answer for one expert; `None` when the folder has no such expert.
    ///
    /// # Errors
    ///
    /// A package holds a word that is not in the vocabulary.
    pub fn expert(&self, id: &str) -> Result<Option<ExpertAnswer>, FolderFaults> {
        let Some(person) = ExpertId::new(id).ok().and_then(|id| self.pool.position(&id)) else { return Ok(None) };
        let demands: Result<Vec<Demand>, FolderFaults> =
            self.threads.install(|| self.packages.par_iter().enumerate().map(|(at, package)| self.demand(at, package)).collect());
        Ok(Some(packages_for(&self.pool, person, &demands?, self.as_of, self.threads)))
    }

    /// One package of the folder carved into parts; `None` when the folder has no such package.
    ///
    /// # Errors
    ///
    /// The package holds a word that is not in the vocabulary.
    pub fn carving(&self, id: &str, limits: CarvingLimits) -> Result<Option<Carving>, FolderFaults> {
        let found = self.packages.iter().enumerate().find(|(_, package)| package.id.as_str() == id);
        let carve = |(at, package)| {
            let carving = carve(&self.pool, package, &self.demand(at, package)?, limits, self.as_of, self.threads);
            carving.map_err(|word| unknown(files::PACKAGES, at, word))
        };
        found.map(carve).transpose()
    }

    /// The best repairs of one package of the folder, in so many steps; `None` when the folder has no such package.
    ///
    /// # Errors
    ///
    /// The package holds a word that is not in the vocabulary.
    pub fn repairs(&self, id: &str, steps: u64) -> Result<Option<Repairs>, FolderFaults> {
        let found = self.packages.iter().enumerate().find(|(_, package)| package.id.as_str() == id);
        let repair = |(at, package)| {
            let repairs = repairs(&self.pool, package, &self.demand(at, package)?, steps, self.as_of, self.threads);
            repairs.map_err(|word| unknown(files::PACKAGES, at, word))
        };
        found.map(repair).transpose()
    }

    fn answer(&self, at: usize, package: &TaskPackage, crew: Crew) -> Result<PackageAnswer, FolderFaults> {
        Ok(answer(&self.pool, &self.demand(at, package)?, self.as_of, crew))
    }

    fn demand(&self, at: usize, package: &TaskPackage) -> Result<Demand, FolderFaults> {
        let point = point(self.gazetteer, package.place.as_ref());
        Demand::new(package, &self.lexicon, point, &self.knob).map_err(|word| unknown(files::PACKAGES, at, word))
    }
}

/// The experts as the matcher sees them.
fn people(folder: &Folder, gazetteer: &Gazetteer, as_of: Date, threads: &ThreadPool) -> Result<Vec<Person>, FolderFaults> {
    let vocabulary = &folder.vocabulary.vocabulary;
    let arranged = arranged(folder.matches.as_deref().unwrap_or_default());
    let person = |(at, expert): (usize, &Expert)| {
        let arrangements = arranged.get(expert.id.as_str()).into_iter().flatten().copied();
        let profile = RankingProfile::from(expert);
        let committed = committed_hours(&profile, arrangements, as_of);
        let point = point(gazetteer, expert.place.as_ref());
        Person::of(&profile, vocabulary, point, committed).map_err(|word| unknown(files::EXPERTS, at, word))
    };
    threads.install(|| folder.required_experts()?.par_iter().enumerate().map(person).collect())
}

fn point(gazetteer: &Gazetteer, place: Option<&Place>) -> Option<Point> {
    place.and_then(|place| gazetteer.point(place).ok())
}

fn unknown(file: &str, at: usize, word: UnknownWord) -> FolderFaults {
    let mut faults = FolderFaults::default();
    faults.push(file, at + 1, Fault::new(format!("/{}", word.key), FaultKind::Dangling { id: word.id }));
    faults
}
