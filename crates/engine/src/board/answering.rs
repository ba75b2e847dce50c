//! The complete answer for one person: everything that fits, and what keeps the rest out.
#![allow(clippy::indexing_slicing, reason = "gates and packages are numbered by the very lists")]

use raakvlak_domain::quantities::WHOLE;
use rayon::prelude::*;

use super::counts::Counts;
use super::promised::Promised;
use super::visit::Visit;
use crate::answer::{ExpertAnswer, ListedPackage, listed_package};
use crate::barriers::Report;
use crate::crew::Crew;
use crate::gates::{Gate, score_floor};
use crate::pool::postings::BLOCK;
use crate::stretch::MOST;
use crate::words::bits;

impl Visit<'_> {
    /// The complete answer. It does not depend on who works it out.
    #[must_use]
    pub fn answer<'c>(&self, crew: impl Into<Crew<'c>>) -> ExpertAnswer {
        let blocks = 0..self.board.len().div_ceil(BLOCK);
        let of_block = |promised: &mut Promised, block: usize| self.block(block, promised);
        let parts: Vec<Part> = match crew.into().for_parts(blocks.len()) {
            Some(threads) => threads.install(|| blocks.into_par_iter().map_init(Promised::nothing, of_block).collect()),
            None => blocks.scan(Promised::nothing(), |promised, block| Some(of_block(promised, block))).collect(),
        };
        let (mut report, mut counts, mut eligible) = (Report::default(), Counts::new(self.board), Vec::new());
        for part in parts {
            counts.merge(part.counts);
            eligible.extend(part.eligible);
        }
        counts.report(self, &mut report);
        ExpertAnswer { expert: self.person.id().clone(), as_of: self.as_of, packages: ranked(eligible), barriers: report.barriers() }
    }

    /// What comes of the packages of a block, sixty-four at a time.
    fn block(&self, block: usize, promised: &mut Promised) -> Part {
        let mut part = Part { eligible: Vec::new(), counts: Counts::new(self.board) };
        promised.add_up(self, block);
        let (first, end) = (block * BLOCK, self.board.len().min((block + 1) * BLOCK));
        for start in (first..end).step_by(MOST) {
            let numbers = start..end.min(start + MOST);
            let mut shut = self.shut_for(&numbers, promised);
            let kept_out = shut.iter().fold(0, |kept_out, shut| kept_out | shut);
            for bit in bits(everybody(numbers.len()) & !kept_out) {
                self.with_pair(start + bit, |pair| {
                    if score_floor::is_too_low(pair) {
                        shut[Gate::ScoreFloor as usize] |= 1 << bit;
                    } else {
                        part.eligible.push((self.board.columns.order[start + bit], listed_package(pair)));
                    }
                });
            }
            part.counts.add(self, &numbers, &shut);
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
