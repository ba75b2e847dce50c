//! How similar a competence that someone has is to one that is asked, and by which way.
//!
//! Three sources, the largest of which counts: common ancestors (D. Lin, *An information-theoretic definition of similarity*, 1998, with the
//! information content of N. Seco, T. Veale and J. Hayes, *An intrinsic information content metric for semantic similarity in WordNet*, 2004),
//! occupations in which both are used, and curated relations. Somebody who can do something more specific can do what is asked.
#![allow(clippy::indexing_slicing, reason = "every index is a position in the vocabulary that all of these lists are made for")]

use std::sync::Arc;

use raakvlak_domain::vocabulary::Vocabulary;

use crate::rounding::nearest;
use crate::rows::Rows;

mod graph;
mod neighbours;
mod storing;

use graph::Graph;
pub use neighbours::{Neighbour, NeighbourList, Neighbours, Way};
pub use storing::StoredListFault;

/// Below this a similarity counts as none.
pub const LEAST: u32 = 2_000;
/// How many of the competences that are neither the asked one nor below it keep a place in its list.
pub const KEPT: usize = 192;
/// What a curated relation is worth.
pub const RELATED: u32 = 6_000;
/// The most that common ancestors are worth.
pub const MOST_KIN: u32 = 8_000;
/// The most that common occupations are worth.
pub const MOST_TOGETHER: u32 = 5_500;

/// The similarities of one version of the vocabulary.
#[derive(Debug)]
pub struct Similarity {
    vocabulary: Arc<Vocabulary>,
    graph: Graph,
    /// The occupations of each competence, ascending.
    occupations: Rows<u32>,
    /// `1/n(o)` of each occupation.
    weights: Vec<f64>,
    /// `Σ over o of the competence 1/n(o)`, added in the order of the occupations.
    shares: Vec<f64>,
    related: Rows<u32>,
}

/// What makes two competences similar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// They are the same.
    Same,
    /// The one that someone has lies below the one that is asked.
    MoreSpecific {
        /// How many steps of the shortest path.
        steps: u32,
    },
    /// Both are forms of something.
    Kin {
        /// The position of the common ancestor that says most.
        ancestor: u32,
    },
    /// Both are used in the same occupations.
    Together {
        /// The positions of these occupations, the ones with fewest competences first.
        occupations: Vec<u32>,
    },
    /// A curated relation.
    Related,
}

/// The best value found so far for each competence, kept between lists so that nothing is allocated twice.
struct Desk {
    best: Vec<(u32, Way)>,
    together: Vec<f64>,
    touched: Vec<u32>,
}

impl Desk {
    fn new(size: usize) -> Self {
        Self { best: vec![(0, Way::Kin); size], together: vec![0.0; size], touched: Vec::new() }
    }

    /// Notes a value; of equal values the way that is noted first stays.
    fn note(&mut self, have: u32, value: u32, way: Way) {
        let best = &mut self.best[have as usize];
        if value >= LEAST && value > best.0 {
            if best.0 == 0 {
                self.touched.push(have);
            }
            *best = (value, way);
        }
    }

    /// What was noted, by position; the desk is clean afterwards.
    fn clear(&mut self) -> Vec<Neighbour> {
        let best = &mut self.best;
        self.touched
            .drain(..)
            .map(|competence| {
                let (value, way) = std::mem::replace(&mut best[competence as usize], (0, Way::Kin));
                Neighbour { competence, value, way }
            })
            .collect()
    }
}

impl Similarity {
    /// Prepares the similarities of a vocabulary.
    #[must_use]
    pub fn new(vocabulary: Arc<Vocabulary>) -> Self {
        let size = vocabulary.competences.len();
        let linked = vocabulary.occupations.iter().zip(0u32..);
        let links = linked.flat_map(|(occupation, at)| occupation.competences.iter().map(move |competence| (*competence, at)));
        let occupations = Rows::gather(size, links);
        let weights: Vec<f64> = vocabulary.occupations.iter().map(|occupation| 1.0 / occupation.competences.len() as f64).collect();
        let shares = (0..size).map(|competence| sum(occupations.row(competence), &weights)).collect();
        let related = Rows::gather(size, vocabulary.related.iter().flat_map(|(one, other)| [(*one, *other), (*other, *one)]));
        Self { graph: Graph::new(&vocabulary), occupations, weights, shares, related, vocabulary }
    }

    /// The vocabulary that these are the similarities of.
    #[must_use]
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// How many competences there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.vocabulary.competences.len()
    }

    /// Every competence that counts for the one asked.
    #[must_use]
    pub fn list(&self, asked: u32) -> NeighbourList {
        self.list_on(&mut Desk::new(self.size()), asked)
    }

    fn list_on(&self, desk: &mut Desk, asked: u32) -> NeighbourList {
        if asked as usize >= self.size() {
            return NeighbourList::default();
        }
        self.note_kin(desk, asked);
        for have in self.related.row(asked as usize) {
            desk.note(*have, RELATED, Way::Related);
        }
        self.note_together(desk, asked);
        let mut others = desk.clear();
        let below = self.graph.below(asked);
        let mut inside: Vec<u32> = below.iter().map(|(concept, _)| *concept).collect();
        inside.sort_unstable();
        others.retain(|neighbour| inside.binary_search(&neighbour.competence).is_err());
        keep_most_similar(&mut others);
        others.extend(below.iter().map(|(competence, steps)| by_steps(*competence, *steps)));
        others.sort_unstable_by_key(|neighbour| neighbour.competence);
        NeighbourList::new(others)
    }

    /// Lin's measure, squared. The ancestors that say most come first, and below each the concepts for which it is worth most: where
    /// the value falls under the least that counts, the others of that ancestor do not count either.
    fn note_kin(&self, desk: &mut Desk, asked: u32) {
        for ancestor in self.graph.above(asked) {
            for (have, _) in self.graph.below(*ancestor) {
                let value = self.kin(*ancestor, *have, asked);
                if value < LEAST {
                    break;
                }
                desk.note(*have, value, Way::Kin);
            }
        }
    }

    /// Lin's measure through this ancestor, squared, in basis points.
    fn kin(&self, ancestor: u32, have: u32, asked: u32) -> u32 {
        let information = self.graph.information(have) + self.graph.information(asked);
        if information == 0.0 {
            return 0;
        }
        let lin = 2.0 * self.graph.information(ancestor) / information;
        nearest(lin * lin * 10_000.0).min(MOST_KIN)
    }

    /// How far the two are used by the same people. The sums run in the order of the occupations, since the order of additions decides the last bit.
    fn note_together(&self, desk: &mut Desk, asked: u32) {
        let mut met = Vec::new();
        for occupation in self.occupations.row(asked as usize) {
            let weight = self.weights[*occupation as usize];
            for have in &self.vocabulary.occupations[*occupation as usize].competences {
                let sum = &mut desk.together[*have as usize];
                if *sum == 0.0 {
                    met.push(*have);
                }
                *sum += weight;
            }
        }
        for have in met {
            let both = std::mem::take(&mut desk.together[have as usize]);
            let root = (self.shares[asked as usize] * self.shares[have as usize]).sqrt();
            desk.note(have, nearest(both / root * 10_000.0).min(MOST_TOGETHER), Way::Together);
        }
    }

    /// What makes these two similar in this way.
    #[must_use]
    pub fn evidence(&self, have: u32, asked: u32, way: Way) -> Evidence {
        match way {
            Way::Same => Evidence::Same,
            Way::MoreSpecific => Evidence::MoreSpecific { steps: self.graph.steps(have, asked) },
            Way::Kin => Evidence::Kin { ancestor: self.graph.best_common_ancestor(have, asked) },
            Way::Together => Evidence::Together { occupations: self.common_occupations(have, asked) },
            Way::Related => Evidence::Related,
        }
    }

    fn common_occupations(&self, have: u32, asked: u32) -> Vec<u32> {
        let of_asked = self.occupations.row(asked as usize);
        let mut common: Vec<u32> =
            self.occupations.row(have as usize).iter().copied().filter(|occupation| of_asked.binary_search(occupation).is_ok()).collect();
        common.sort_by_key(|occupation| self.vocabulary.occupations[*occupation as usize].competences.len());
        common
    }
}

fn sum(occupations: &[u32], weights: &[f64]) -> f64 {
    occupations.iter().fold(0.0, |sum, occupation| sum + weights[*occupation as usize])
}

/// The asked one itself (no step) and what lies below it: the whole at one step, 500 less for every further one, never under 8 500.
fn by_steps(competence: u32, steps: u32) -> Neighbour {
    let way = if steps == 0 { Way::Same } else { Way::MoreSpecific };
    let value = 10_000u32.saturating_sub(500 * steps.saturating_sub(1).min(3));
    Neighbour { competence, value, way }
}

/// Of equal values the smaller id goes first; ids are in byte order, so positions are too.
fn keep_most_similar(others: &mut Vec<Neighbour>) {
    let order = |neighbour: &Neighbour| (std::cmp::Reverse(neighbour.value), neighbour.competence);
    if others.len() > KEPT {
        others.select_nth_unstable_by_key(KEPT - 1, order);
        others.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests;
