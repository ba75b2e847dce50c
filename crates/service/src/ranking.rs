//! Ranking: the people in memory, kept as the store has them, and the questions that are put to them.
//!
//! A ranking is computed on an immutable snapshot and then held against the store: when anybody in the answer has changed since the snapshot was
//! made (a consent taken back, an organisation avoided, an erasure), the snapshot is brought up to date and the ranking made anew. Ranking proposes,
//! the store disposes.

use std::collections::BTreeSet;
use std::sync::Arc;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::identifiers::ExpertId;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_engine::answer::{self, ExpertAnswer, PackageAnswer};
use raakvlak_engine::board::{Fitting, Visit};
use raakvlak_engine::demand::Demand;
use raakvlak_engine::explanation::{self, Explanation};
use raakvlak_engine::lexicon::UnknownWord;
use raakvlak_engine::pool::Pool;
use raakvlak_engine::preview::{self, Preview};
use rayon::ThreadPool;

use crate::desk::Desk;
use crate::error::Error;
use crate::knobs::InForce;

pub(crate) mod demands;
pub(crate) mod packages;
pub(crate) mod people;
pub(crate) mod words;

use packages::{OpenPackage, OpenPackages};
use people::Snapshot;
use words::Words;

/// How often a ranking is made anew because people in it have changed meanwhile, before it goes on without them.
const TRIES: usize = 4;

/// How many changes are read at once.
const CHANGES: i64 = 10_000;

/// What is kept of people in memory, for ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InMemory {
    /// How many people.
    pub people: usize,
    /// How many bytes they take.
    pub bytes: usize,
}

/// What was found, with what it was found in.
#[derive(Debug, Clone)]
pub(crate) struct Found<T> {
    /// The answer.
    pub(crate) answer: T,
    /// The number of the latest change that the people in it had seen.
    pub(crate) pool_version: i64,
    /// The day for which it holds.
    pub(crate) as_of: Date,
}

impl<T> Found<T> {
    fn of(answer: T, snapshot: &Snapshot) -> Self {
        Self { answer, pool_version: snapshot.seen, as_of: snapshot.day }
    }
}

impl Desk {
    /// The complete answer for a package under a setting.
    pub(crate) fn answer_for(&self, package: &TaskPackage, knob: &InForce) -> Result<Found<PackageAnswer>, Error> {
        let listed = |answer: &PackageAnswer| {
            let shortlist = answer.shortlist.iter().map(|person| person.expert.clone());
            shortlist.chain(answer.near_misses.iter().map(|miss| miss.expert.clone())).collect()
        };
        self.fresh(listed, |snapshot, as_of| {
            let demand = self.demand(snapshot, package, knob)?;
            Ok(answer::answer(&snapshot.pool, &demand, as_of, self.matcher().threads()))
        })
    }

    /// The shortlist of a package before and after turning the knob; nothing is saved and nobody counts as shown.
    pub(crate) fn preview_for(&self, package: &TaskPackage, before: &InForce, after: &InForce) -> Result<Found<Preview>, Error> {
        let listed = |preview: &Preview| preview.moves.iter().map(|moved| moved.expert.clone()).collect();
        self.fresh(listed, |snapshot, as_of| {
            let before = self.demand(snapshot, package, before)?;
            let after = before.turned(&after.matcher);
            Ok(preview::preview(&snapshot.pool, &before, &after, as_of, self.matcher().threads()))
        })
    }

    /// Why somebody fits a package, and what keeps them apart.
    pub(crate) fn explanation_for(&self, package: &TaskPackage, knob: &InForce, expert: &ExpertId) -> Result<Found<Explanation>, Error> {
        let listed = |_: &Explanation| BTreeSet::from([expert.clone()]);
        self.fresh(listed, |snapshot, as_of| {
            let person = snapshot.pool.position(expert).ok_or(Error::NotFound)?;
            let demand = self.demand(snapshot, package, knob)?;
            Ok(explanation::explain(&snapshot.pool, person, &demand, as_of))
        })
    }

    /// The open packages that fit somebody, each under its own setting of the knob.
    pub(crate) fn packages_for(&self, expert: &ExpertId) -> Result<ExpertAnswer, Error> {
        Ok(self.visited(expert, |visit| visit.answer(self.matcher().threads()))?.0)
    }

    /// The best so many of the open packages that fit somebody, and those packages.
    pub(crate) fn best_packages_for(&self, expert: &ExpertId, most: usize) -> Result<(Fitting, Arc<OpenPackages>), Error> {
        self.visited(expert, |visit| visit.best(most, self.matcher().threads()))
    }

    /// What is found when somebody is held against all open packages, but for those that the rules keep them out of; and those packages.
    fn visited<T>(&self, expert: &ExpertId, find: impl Fn(&Visit<'_>) -> T) -> Result<(T, Arc<OpenPackages>), Error> {
        let listed = |_: &(T, Arc<OpenPackages>)| BTreeSet::from([expert.clone()]);
        let found = self.fresh(listed, |snapshot, as_of| {
            let person = snapshot.pool.position(expert).ok_or(Error::NotFound)?;
            let open = self.open_packages(snapshot)?;
            let kept_out = self.kept_out_of(&open.guarded, expert, open.day)?;
            let found = find(&open.board.visit(&snapshot.pool, person, as_of).kept_out_of(kept_out));
            Ok((found, open))
        });
        Ok(found?.answer)
    }

    /// What is found of a package and its work in the people as they are now: it names nobody.
    pub(crate) fn counted<T>(
        &self,
        package: &TaskPackage,
        knob: &InForce,
        count: impl Fn(&Pool, &TaskPackage, &Demand, Date, &ThreadPool) -> Result<T, UnknownWord>,
    ) -> Result<Found<T>, Error> {
        self.fresh(
            |_| BTreeSet::new(),
            |snapshot, as_of| {
                let demand = self.demand(snapshot, package, knob)?;
                let known = snapshot.words.known_package(&knob.threshold.asked_of(package));
                let counted = count(&snapshot.pool, &known, &demand, as_of, self.matcher().threads());
                counted.map_err(|unknown| Error::Internal(unknown.to_string()))
            },
        )
    }

    /// Makes an answer until nobody in it has changed since the people it was made of. Who changes time and again is left out of this one answer in
    /// the end: others do not wait for them, and nobody reads what may not hold any more.
    fn fresh<T>(
        &self,
        listed: impl Fn(&T) -> BTreeSet<ExpertId>,
        make: impl Fn(&Snapshot, Date) -> Result<T, Error>,
    ) -> Result<Found<T>, Error> {
        for _ in 0..TRIES {
            let snapshot = self.people()?;
            let answer = make(&snapshot, snapshot.day)?;
            if self.changed_among(&listed(&answer), snapshot.seen)?.is_some_and(|changed| changed.is_empty()) {
                return Ok(Found::of(answer, &snapshot));
            }
        }
        self.without_who_changes(listed, make)
    }

    fn without_who_changes<T>(
        &self,
        listed: impl Fn(&T) -> BTreeSet<ExpertId>,
        make: impl Fn(&Snapshot, Date) -> Result<T, Error>,
    ) -> Result<Found<T>, Error> {
        let keeps_changing = || Error::Unavailable("people in the ranking keep changing".to_owned());
        let mut snapshot = self.people()?;
        loop {
            // What could be made of everybody can fail only for want of the one whom it is about.
            let answer = make(&snapshot, snapshot.day).map_err(|_| keeps_changing())?;
            let changed = self.changed_among(&listed(&answer), snapshot.seen)?.ok_or_else(keeps_changing)?;
            if changed.is_empty() {
                return Ok(Found::of(answer, &snapshot));
            }
            snapshot = Arc::new(snapshot.without(changed));
        }
    }

    /// Who of these people has changed, or was erased, after a change that was seen; `None` when that cannot be told.
    fn changed_among(&self, people: &BTreeSet<ExpertId>, seen: i64) -> Result<Option<BTreeSet<ExpertId>>, Error> {
        self.read(|db| people::changed_among(db, people, seen, CHANGES))
    }

    /// A package under the knobs, kept from whom the rules keep out of it. The rules judge it as it is written: what the law asks, no knob lowers.
    pub(crate) fn demand(&self, snapshot: &Snapshot, package: &TaskPackage, knob: &InForce) -> Result<Demand, Error> {
        self.guarded(snapshot.words.demand(&knob.threshold.asked_of(package), &knob.matcher)?, package)
    }

    fn guarded(&self, demand: Demand, package: &TaskPackage) -> Result<Demand, Error> {
        let kept_out = self.kept_out(package, None)?;
        Ok(if kept_out.is_empty() { demand } else { demand.blocking(kept_out.iter().cloned()) })
    }

    /// The words and places in force.
    pub(crate) fn words(&self) -> Result<Arc<Words>, Error> {
        self.matcher().words(self)
    }

    /// Brings the people and the open packages in memory up to date, so that somebody who was erased leaves it without anybody asking for a ranking; `None`
    /// while nobody has been read yet. To be called now and then.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached.
    pub fn follow_changes(&self) -> Result<Option<InMemory>, Error> {
        if !self.matcher().has_people() {
            return Ok(None);
        }
        let people = self.people()?;
        self.open_packages(&people)?;
        let pool = &people.pool;
        Ok(Some(InMemory { people: pool.len(), bytes: pool.bytes() }))
    }

    /// The people as the store has them now.
    pub(crate) fn people(&self) -> Result<Arc<Snapshot>, Error> {
        self.matcher().up_to_date(self)
    }

    /// Every package that is open to matches, as the store has it now and as these people can be held against it.
    pub(crate) fn open_packages(&self, people: &Snapshot) -> Result<Arc<OpenPackages>, Error> {
        self.matcher().open_packages(self, people)
    }

    /// An open package, kept from whom the rules keep out of it.
    pub(crate) fn demand_of_open(&self, open: &OpenPackage) -> Result<Demand, Error> {
        if open.is_guarded() { self.guarded(open.demand.clone(), &open.package) } else { Ok(open.demand.clone()) }
    }
}
