//! What people's competences come to at most on some work, found out quickly for everybody at once by looking only at those who have a competence
//! that answers anything.
#![allow(clippy::indexing_slicing, reason = "a place in a block is below its size, and a level is one of five")]

use std::ops::Range;

use raakvlak_domain::quantities::WHOLE;
use rayon::prelude::*;

use crate::crew::Crew;
use crate::demand::{Demand, Promise};
use crate::pool::layer::Layer;
use crate::pool::postings::{BLOCK, Block, Posting, Postings};

/// For each person of a layer what their competences come to at most: block by block, and nothing for a block that was not looked at.
#[derive(Debug)]
pub(crate) struct Promising(Vec<Vec<AtMost>>);

/// What someone's competences come to at most: a bound of the mean over the distinct ones, and whether a task may be carried that asks something.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AtMost(u16);

impl AtMost {
    const TASK: u16 = 1 << 15;
    /// What is known of somebody whose competences were not looked at.
    const ANYTHING: Self = Self(Self::TASK | WHOLE as u16);

    #[inline]
    pub(crate) fn new(promise: Promise, carry_from: u32) -> Self {
        Self(promise.competence() as u16 | if promise.may_carry(carry_from) { Self::TASK } else { 0 })
    }

    /// A bound of the mean over the distinct competences, in basis points.
    #[inline]
    pub(crate) fn competence(self) -> u32 {
        u32::from(self.0 & !Self::TASK)
    }

    /// Whether a task that asks something may be carried.
    #[inline]
    pub(crate) fn may_carry(self) -> bool {
        self.0 & Self::TASK != 0
    }
}

impl Promising {
    /// What the competences of everybody in a layer come to at most.
    pub(crate) fn of_everybody(layer: &Layer, demand: &Demand, crew: Crew) -> Self {
        match &layer.postings {
            Some(postings) => Self::of_blocks(postings, demand, crew, |_| true),
            None => Self(one_by_one(layer, demand, &promises(demand)).chunks(BLOCK).map(<[AtMost]>::to_vec).collect()),
        }
    }

    /// What the competences of the people come to at most in those blocks for which it is worth the trouble.
    pub(crate) fn of_blocks(postings: &Postings<Posting>, demand: &Demand, crew: Crew, is_worth_it: impl Fn(usize) -> bool + Sync) -> Self {
        let (promises, carry_from) = (promises(demand), demand.knob.carry_from.get());
        let of_block = |(number, block): (usize, &Block<Posting>)| {
            let promised = if is_worth_it(number) { summed(block, &promises) } else { Vec::new() };
            promised.into_iter().map(|promise| AtMost::new(promise, carry_from)).collect()
        };
        let blocks = postings.blocks();
        Self(match crew.for_parts(blocks.len()) {
            Some(threads) => threads.install(|| blocks.par_iter().enumerate().map(of_block).collect()),
            None => blocks.iter().enumerate().map(of_block).collect(),
        })
    }

    /// The same for some people who lie beside each other in a block; none where that was not found out.
    #[inline]
    pub(crate) fn among(&self, numbers: Range<usize>) -> &[AtMost] {
        let (first, count) = (numbers.start % BLOCK, numbers.len());
        self.0[numbers.start / BLOCK].get(first..first + count).unwrap_or(&[])
    }

    /// What the competences of the person with this number come to at most.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> AtMost {
        self.0[number / BLOCK].get(number % BLOCK).copied().unwrap_or(AtMost::ANYTHING)
    }
}

/// What each competence promises that answers anything, by level.
fn promises(demand: &Demand) -> Vec<(u32, [Promise; 5])> {
    demand.work.requirements.promises().collect()
}

/// What the competences of everybody in a block promise together.
fn summed(block: &Block<Posting>, promises: &[(u32, [Promise; 5])]) -> Vec<Promise> {
    let mut sums = vec![Promise::default(); BLOCK];
    for (competence, promised) in promises {
        for posting in block.who(*competence) {
            let sum = &mut sums[posting.place()];
            *sum = sum.with(promised[posting.level() - 1]);
        }
    }
    sums
}

/// The same for a few people, of whom no list is kept.
fn one_by_one(layer: &Layer, demand: &Demand, promises: &[(u32, [Promise; 5])]) -> Vec<AtMost> {
    let requirements = &demand.work.requirements;
    let of_person = |number: usize| {
        let answering = layer.competences.row(number).iter().filter_map(|held| Some((requirements.place_of(*held)?, held.level())));
        let sum = answering.fold(Promise::default(), |sum, (place, level)| sum.with(promises[place].1[usize::from(level) - 1]));
        AtMost::new(sum, demand.knob.carry_from.get())
    };
    (0..layer.len()).map(of_person).collect()
}
