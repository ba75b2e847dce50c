//! What one person can and wishes, for each package of a block, added up from the few lists that concern it.
#![allow(clippy::indexing_slicing, reason = "a place in a block is below its size")]

use super::visit::Visit;
use crate::demand::Promise;
use crate::pool::postings::BLOCK;
use crate::promising::AtMost;

/// What the person can and wishes, for each package of a block; the memory serves one block after the other.
#[derive(Debug)]
pub(super) struct Promised {
    competences: Vec<Promise>,
    /// The sum over the wishes of the best that can be learned towards each.
    wishes: Vec<u32>,
    /// The best for one wish, while it is looked for; nothing afterwards.
    best: Vec<u32>,
    reached: Vec<u16>,
}

impl Promised {
    /// For no block yet.
    pub(super) fn nothing() -> Self {
        Self { competences: vec![Promise::default(); BLOCK], wishes: vec![0; BLOCK], best: vec![0; BLOCK], reached: Vec::new() }
    }

    /// For the packages of the block with this number, in place of those before.
    pub(super) fn add_up(&mut self, visit: &Visit, block: usize) {
        self.competences.fill(Promise::default());
        self.wishes.fill(0);
        self.add_competences(visit, block);
        self.add_wishes(visit, block);
    }

    fn add_competences(&mut self, visit: &Visit, block: usize) {
        let Some(block) = visit.board.columns.asking.blocks().get(block) else { return };
        for (asked, held) in &visit.answering {
            for asking in block.who(asked.competence) {
                let level = u32::from(held.level().min(asking.level));
                let worth = asked.value * level / u32::from(asking.level);
                let sum = &mut self.competences[usize::from(asking.place)];
                *sum = sum.with(asking.whole.times(worth as u16));
            }
        }
    }

    fn add_wishes(&mut self, visit: &Visit, block: usize) {
        let Some(block) = visit.board.columns.learnable.blocks().get(block) else { return };
        for wish in 0..visit.teaching.len() {
            for learnable in visit.teaching.row(wish) {
                for place in block.who(learnable.competence) {
                    let best = &mut self.best[usize::from(*place)];
                    *best = learnable.value.max(*best);
                    self.reached.push(*place);
                }
            }
            // What was found is taken away, so that a package that is reached twice counts once.
            for place in self.reached.drain(..) {
                self.wishes[usize::from(place)] += std::mem::take(&mut self.best[usize::from(place)]);
            }
        }
    }

    /// What the person's competences come to at most on a package of the block.
    #[inline]
    pub(super) fn at_most(&self, number: usize, carry_from: u32) -> AtMost {
        AtMost::new(self.competences[number % BLOCK], carry_from)
    }

    /// What a package of the block comes to for all of the person's wishes together.
    #[inline]
    pub(super) fn wishes(&self, number: usize) -> u32 {
        self.wishes[number % BLOCK]
    }
}
