//! The best packages for one person and how many fit, found out without looking at most of them: zones in which nothing fits are passed over, and for
//! nearly every package bounds of its score settle whether it is over the floor and under the last place of the list.
#![allow(clippy::indexing_slicing, reason = "zones, blocks and packages are numbered by the very lists")]

use raakvlak_domain::knobs::{CRITERIA, Criterion};
use rayon::prelude::*;

use super::promised::Promised;
use super::visit::Visit;
use super::weighing::Setting;
use crate::answer::{ListedPackage, listed_package};
use crate::asks::Ask;
use crate::crew::Crew;
use crate::criteria::{Narrowed, comfort, energy, experience, hours, proximity, tasks};
use crate::gates::score_floor;
use crate::people::Fact;
use crate::pool::postings::BLOCK;
use crate::pool::zones::{ZONE, members};
use crate::promising::AtMost;
use crate::ranking::{Rank, Top};
use crate::stretch::MOST;
use crate::words::bits;

/// The best of what fits somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitting {
    /// How many packages fit in all.
    pub eligible: u32,
    /// The best of them, the highest score first, then the smallest id.
    pub packages: Vec<ListedPackage>,
}

/// No more zones than this are worth waking other threads for.
const ALONE: usize = 32;

/// Criteria, those first that cost little and say much.
const NARROWING: [Criterion; CRITERIA] = [
    Criterion::Turn,
    Criterion::Tasks,
    Criterion::Competence,
    Criterion::Experience,
    Criterion::Hours,
    Criterion::Development,
    Criterion::Comfort,
    Criterion::Proximity,
    Criterion::Energy,
];

/// What is gathered: the best, and a count.
struct Best {
    eligible: u32,
    top: Top,
    /// What the person promises the packages of the block that is looked at.
    promised: Promised,
}

impl Best {
    fn of(most: usize) -> Self {
        Self { eligible: 0, top: Top::new(most), promised: Promised::nothing() }
    }

    fn merge(mut self, other: Self) -> Self {
        self.eligible += other.eligible;
        self.top.merge(other.top);
        self
    }
}

impl Visit<'_> {
    /// The best so many of what fits, and how much fits in all: the beginning of [`Visit::answer`]. It does not depend on who works it out.
    #[must_use]
    pub fn best<'c>(&self, most: usize, crew: impl Into<Crew<'c>>) -> Fitting {
        let zones: Vec<usize> = (0..self.board.columns.zones.len()).filter(|zone| !self.is_passed_over(*zone)).collect();
        let blocks: Vec<&[usize]> = zones.chunk_by(|one, other| block_of(*one) == block_of(*other)).collect();
        let look_at = |best: Best, zones: &&[usize]| self.look_at(best, zones);
        let best = match crew.into().for_parts(blocks.len()).filter(|_| zones.len() > ALONE) {
            Some(threads) => threads.install(|| {
                let parts = blocks.par_iter().with_max_len(1).fold(|| Best::of(most), look_at);
                parts.reduce_with(Best::merge).unwrap_or_else(|| Best::of(most))
            }),
            None => blocks.iter().fold(Best::of(most), look_at),
        };
        Fitting { eligible: best.eligible, packages: self.listed(best.top) }
    }

    /// Whether nothing in a zone can fit: one bar keeps the person out of all of it, or all of it is too far away.
    fn is_passed_over(&self, zone: usize) -> bool {
        let zones = &self.board.columns.zones;
        zones.bars(zone, &self.lasting) || self.travels.is_some_and(|(from, limit)| zones.is_further(zone, from, limit))
    }

    /// Looks at some zones of one block.
    fn look_at(&self, mut best: Best, zones: &[usize]) -> Best {
        if let Some(zone) = zones.first() {
            best.promised.add_up(self, block_of(*zone));
        }
        for zone in zones {
            let numbers = members(*zone, self.board.len());
            for first in numbers.clone().step_by(MOST) {
                for bit in bits(self.unbarred(first..numbers.end.min(first + MOST))) {
                    self.weigh(first + bit, &mut best);
                }
            }
        }
        best
    }

    /// Takes in a package that no bar keeps the person out of.
    #[inline]
    fn weigh(&self, number: usize, Best { eligible, top, promised }: &mut Best) {
        if self.is_kept_out(number, promised) {
            return;
        }
        let setting = self.board.weighing.setting(number);
        let least = top.least_score();
        let narrowed = self.narrowed(number, setting, promised, least);
        let is_over = narrowed.is_over_the_floor(setting.weight_sum, setting.floor);
        if is_over && !narrowed.may_be(setting.weight_sum, least) {
            *eligible += 1;
            return;
        }
        self.with_pair(number, |pair| {
            if is_over || !score_floor::is_too_low(pair) {
                *eligible += 1;
                top.put(Rank::of_package(pair.outcome().score, self.board.columns.order[number], number));
            }
        });
    }

    /// Reads criteria until it is sure that the score is at or over the floor and under a number, or until nothing more can be found out quickly.
    fn narrowed(&self, number: usize, setting: &Setting, promised: &Promised, under: u32) -> Narrowed {
        let doubts = !self.board.weighing.needed[number].without(self.person.told).is_empty();
        let mut narrowed = Narrowed::at_first(setting.weight_sum, doubts);
        let at_most = promised.at_most(number, self.board.columns.ties[number].carry_from);
        for criterion in NARROWING {
            let weight = setting.weight(criterion);
            if weight > 0 {
                let bounds = self.bounds(criterion, number, at_most, promised);
                narrowed.take_in(weight, bounds.unwrap_or([setting.doubt; 2]));
            }
            let weights = setting.weight_sum;
            if !narrowed.may_be(weights, under) & narrowed.is_over_the_floor(weights, setting.floor) {
                return narrowed;
            }
        }
        narrowed
    }

    /// The lowest and the highest that the value of a criterion can be that is not silent; `None` when it stands on doubt.
    #[inline]
    fn bounds(&self, criterion: Criterion, number: usize, at_most: AtMost, promised: &Promised) -> Option<[u32; 2]> {
        let (weighing, ties) = (&self.board.weighing, &self.board.columns.ties[number]);
        let told = |key: Ask| self.person.told.has(key);
        let fact = |fact: Fact| self.person.facts[fact as usize];
        let exactly = |value: u32| [value, value];
        match criterion {
            Criterion::Tasks => told(Ask::Competences).then(|| tasks::between(ties.carried_by_everybody, Some(at_most))),
            Criterion::Competence => told(Ask::Competences).then(|| [0, at_most.competence()]),
            Criterion::Experience => {
                let shared = fact(Fact::Experience) & ties.experience;
                told(Ask::Experience).then(|| exactly(experience::share(shared, ties.experience)))
            }
            Criterion::Development => promised.wishes(number).checked_div(self.person.wishes.len() as u32).map(exactly),
            Criterion::Energy => {
                let tasks = weighing.tasks.row(number).iter().copied();
                let mean = || energy::mean(tasks, [fact(Fact::Gives), fact(Fact::Drains)]);
                told(Ask::Energy).then(mean).flatten().map(exactly)
            }
            Criterion::Proximity => {
                let (from, limit) = self.travels?;
                weighing.destinations[number].map(|to| [0, proximity::nearness(to.metres_at_least(from), limit)])
            }
            Criterion::Hours => self.range_left.map(|left| exactly(hours::fit(left, self.board.columns.hours[number]))),
            Criterion::Comfort => {
                let around = weighing.surroundings[number];
                let (disliked, helpful) = (fact(Fact::RatherNot) & around.present, fact(Fact::Helps) & around.offered);
                let is_told = told(Ask::RatherNot) || told(Ask::Helps);
                is_told.then(|| exactly(comfort::of_surroundings(disliked, around.present, helpful)))
            }
            Criterion::Turn => Some(exactly(self.turn)),
        }
    }

    /// The best as they are listed.
    fn listed(&self, top: Top) -> Vec<ListedPackage> {
        let in_order = top.sorted().into_iter().zip(1..);
        in_order
            .map(|(found, rank)| self.with_pair(found.person() as usize, |pair| ListedPackage { rank, ..listed_package(pair) }))
            .collect()
    }
}

/// The block that a zone lies in.
fn block_of(zone: usize) -> usize {
    zone * ZONE / BLOCK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_criterion_is_read_once() {
        let mut narrowing = NARROWING;
        narrowing.sort_unstable();
        assert_eq!(narrowing, Criterion::ALL);
    }
}
