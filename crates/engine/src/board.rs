//! Packages beside each other, so that one person is held against all of them at once: the other direction of a ranking.
//!
//! [`packages_for`](crate::answer::packages_for) gives the same answer package by package. A board pays where many people ask the same packages.
#![allow(clippy::indexing_slicing, reason = "packages are numbered by the list that the columns were made of")]

use raakvlak_domain::calendar::Date;
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::answer::{ExpertAnswer, ListedPackage, by_score, listed_package};
use crate::barriers::Report;
use crate::demand::Demand;
use crate::gates::{Gate, score_floor};
use crate::pairs::Inquiry;
use crate::pool::Pool;
use crate::pool::postings::BLOCK;
use crate::stretch::MOST;
use crate::words::bits;

mod columns;
mod counts;
mod meeting;

use columns::Columns;
use counts::Counts;
use meeting::{Meeting, Promised};

/// Packages, each under its own setting of the knob. All of them are read with one version of the vocabulary.
#[derive(Debug)]
pub struct Board {
    demands: Vec<Demand>,
    columns: Columns,
}

impl Board {
    /// The board of these packages, each of which occurs once.
    #[must_use]
    pub fn new(demands: Vec<Demand>) -> Self {
        Self { columns: Columns::of(&demands), demands }
    }

    /// How many packages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.demands.len()
    }

    /// Whether there is no package.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.demands.is_empty()
    }

    /// The complete answer for the expert with this number in the pool, who is read with the same version of the vocabulary. It does not depend on how
    /// many threads there are.
    #[must_use]
    pub fn packages_for(&self, pool: &Pool, person: u32, as_of: Date, threads: &ThreadPool) -> ExpertAnswer {
        let held = pool.person(person);
        let meeting = Meeting::new(self, &held, as_of);
        let block = |first: usize| self.block(&meeting, pool, person, as_of, first);
        let both = |mut one: Part, other: Part| {
            one.packages.extend(other.packages);
            one.counts.merge(other.counts);
            one
        };
        let empty = || Part { packages: Vec::new(), counts: Counts::new(self) };
        let blocks = (0..self.len()).into_par_iter().step_by(BLOCK);
        let Part { mut packages, counts } =
            if self.len() <= BLOCK { block(0) } else { threads.install(|| blocks.map(block).reduce(empty, both)) };
        let mut report = Report::default();
        counts.report(self, &meeting, &mut report);
        packages.sort_unstable_by(by_score);
        packages.iter_mut().zip(1..).for_each(|(package, rank)| package.rank = rank);
        ExpertAnswer { expert: pool.id(person), as_of, packages, barriers: report.barriers() }
    }

    /// What comes of the packages of a block, sixty-four at a time.
    fn block(&self, meeting: &Meeting, pool: &Pool, person: u32, as_of: Date, first: usize) -> Part {
        let mut part = Part { packages: Vec::new(), counts: Counts::new(self) };
        let promised = Promised::new(meeting, first / BLOCK);
        let end = self.len().min(first + BLOCK);
        for start in (first..end).step_by(MOST) {
            let numbers = start..end.min(start + MOST);
            let mut shut = meeting.shut_for(numbers.clone(), &promised);
            let kept_out = shut.iter().fold(0, |kept_out, shut| kept_out | shut);
            for bit in bits(everybody(numbers.len()) & !kept_out) {
                let (inquiry, number) = Inquiry::of_person(pool, person, &self.demands[start + bit], as_of);
                let pair = inquiry.pair(number);
                if score_floor::is_too_low(&pair) {
                    shut[Gate::ScoreFloor as usize] |= 1 << bit;
                } else {
                    part.packages.push(listed_package(&pair));
                }
            }
            part.counts.add(meeting, start, &shut);
        }
        part
    }
}

/// What comes of some of the packages.
struct Part {
    packages: Vec<ListedPackage>,
    counts: Counts,
}

/// A bit for each of so many.
fn everybody(count: usize) -> u64 {
    u64::MAX >> (MOST - count)
}
