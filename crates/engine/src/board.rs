//! Packages beside each other, so that one person is held against all of them at once: the other direction of a ranking.
//!
//! [`packages_for`](crate::answer::packages_for) gives the same answer package by package. A board pays where many people ask the same packages.
#![allow(clippy::indexing_slicing, reason = "packages are numbered by the list that the columns were made of")]

use raakvlak_domain::calendar::Date;
use raakvlak_domain::quantities::WHOLE;
use rayon::prelude::*;

use crate::answer::{ExpertAnswer, ListedPackage, listed_package};
use crate::barriers::Report;
use crate::crew::Crew;
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

    /// The complete answer for the expert with this number in the pool, who is read with the same version of the vocabulary. It does not depend on who works
    /// it out.
    #[must_use]
    pub fn packages_for<'c>(&self, pool: &Pool, person: u32, as_of: Date, crew: impl Into<Crew<'c>>) -> ExpertAnswer {
        let held = pool.person(person);
        let meeting = Meeting::new(self, &held, as_of);
        let block = |first: usize| self.block(&meeting, pool, person, as_of, first);
        let starts = (0..self.len()).step_by(BLOCK);
        let parts: Vec<Part> = match crew.into().for_parts(starts.len()) {
            Some(threads) => threads.install(|| starts.collect::<Vec<_>>().into_par_iter().map(block).collect()),
            None => starts.map(block).collect(),
        };
        let (mut report, mut counts, mut eligible) = (Report::default(), Counts::new(self), Vec::new());
        for part in parts {
            counts.merge(part.counts);
            eligible.extend(part.eligible);
        }
        counts.report(self, &meeting, &mut report);
        ExpertAnswer { expert: pool.id(person), as_of, packages: ranked(eligible), barriers: report.barriers() }
    }

    /// What comes of the packages of a block, sixty-four at a time.
    fn block(&self, meeting: &Meeting, pool: &Pool, person: u32, as_of: Date, first: usize) -> Part {
        let mut part = Part { eligible: Vec::new(), counts: Counts::new(self) };
        let promised = Promised::new(meeting, first / BLOCK);
        let end = self.len().min(first + BLOCK);
        for start in (first..end).step_by(MOST) {
            let numbers = start..end.min(start + MOST);
            let mut shut = meeting.shut_for(numbers.clone(), &promised);
            let kept_out = shut.iter().fold(0, |kept_out, shut| kept_out | shut);
            for bit in bits(everybody(numbers.len()) & !kept_out) {
                let (inquiry, number) = Inquiry::for_scoring(pool, person, &self.demands[start + bit], as_of);
                let pair = inquiry.pair(number);
                if score_floor::is_too_low(&pair) {
                    shut[Gate::ScoreFloor as usize] |= 1 << bit;
                } else {
                    part.eligible.push((self.columns.order[start + bit], listed_package(&pair)));
                }
            }
            part.counts.add(meeting, start, &shut);
        }
        part
    }
}

/// What comes of some of the packages.
struct Part {
    /// Each with its place in the order of ids.
    eligible: Vec<(u32, ListedPackage)>,
    counts: Counts,
}

/// The highest score first, then the smallest id. Small keys are put in order, so that no ids are compared and each package is moved once.
fn ranked(eligible: Vec<(u32, ListedPackage)>) -> Vec<ListedPackage> {
    let mut places: Vec<(u32, u32, u32)> =
        (0u32..).zip(&eligible).map(|(at, (order, package))| (WHOLE - package.score, *order, at)).collect();
    places.sort_unstable();
    let mut packages: Vec<Option<ListedPackage>> = eligible.into_iter().map(|(_, package)| Some(package)).collect();
    let in_order = places.iter().filter_map(|(_, _, at)| packages[*at as usize].take());
    in_order.zip(1..).map(|(package, rank)| ListedPackage { rank, ..package }).collect()
}

/// A bit for each of so many.
fn everybody(count: usize) -> u64 {
    u64::MAX >> (MOST - count)
}
