//! The broader/narrower graph: what lies above and below each concept, and how much a concept says.
#![allow(clippy::indexing_slicing, reason = "every index is a position in the vocabulary that all of these lists are made for")]

use std::collections::VecDeque;

use raakvlak_domain::vocabulary::Vocabulary;

use crate::rows::Rows;

/// What lies above and below each concept.
#[derive(Debug)]
pub(super) struct Graph {
    information: Vec<f64>,
    /// Each concept and what lies below it with the steps of the shortest path; those that say least come first, then smaller positions.
    below: Rows<(u32, u32)>,
    /// Each concept and its ancestors; those that say most come first, then smaller positions.
    above: Rows<u32>,
}

impl Graph {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let size = vocabulary.competences.len();
        let parents = vocabulary.broader.iter().zip(0u32..);
        let children = Rows::gather(size, parents.flat_map(|(parents, child)| parents.iter().map(move |parent| (*parent, child))));
        let mut walk = Walk { steps: vec![u32::MAX; size], queue: VecDeque::new() };
        let unsorted = Rows::collect((0..size as u32).map(|concept| walk.below(&children, concept)));
        let information: Vec<f64> = (0..size).map(|concept| information(unsorted.row(concept).len() - 1, size)).collect();
        let below = Rows::collect((0..size).map(|concept| {
            let mut row = unsorted.row(concept).to_vec();
            row.sort_unstable_by(|one, other| {
                information[one.0 as usize].total_cmp(&information[other.0 as usize]).then(one.0.cmp(&other.0))
            });
            row
        }));
        let ancestors = (0..size as u32).flat_map(|concept| below.row(concept as usize).iter().map(move |(child, _)| (*child, concept)));
        let unsorted = Rows::gather(size, ancestors);
        let above = Rows::collect((0..size).map(|concept| {
            let mut row = unsorted.row(concept).to_vec();
            row.sort_unstable_by(|one, other| information[*other as usize].total_cmp(&information[*one as usize]).then(one.cmp(other)));
            row
        }));
        Self { information, below, above }
    }

    /// How much a concept says: 1 for one with nothing below it, 0 for one with everything below it.
    pub(super) fn information(&self, concept: u32) -> f64 {
        self.information[concept as usize]
    }

    /// The concept and what lies below it, with the steps of the shortest path; those that say least first.
    pub(super) fn below(&self, concept: u32) -> &[(u32, u32)] {
        self.below.row(concept as usize)
    }

    /// The concept and its ancestors, those that say most first.
    pub(super) fn above(&self, concept: u32) -> &[u32] {
        self.above.row(concept as usize)
    }

    /// How many steps of the shortest path `have` lies below `asked`; 0 when it does not.
    pub(super) fn steps(&self, have: u32, asked: u32) -> u32 {
        self.below(asked).iter().find(|(concept, _)| *concept == have).map_or(0, |(_, steps)| *steps)
    }

    /// The common ancestor that says most; the one asked when there is none.
    pub(super) fn best_common_ancestor(&self, have: u32, asked: u32) -> u32 {
        let above_asked = self.above(asked);
        self.above(have).iter().copied().find(|ancestor| above_asked.contains(ancestor)).unwrap_or(asked)
    }
}

/// `IC(c) = 1 - ln(1 + descendants(c)) / ln(size)` (Seco, Veale and Hayes, 2004); 0 in a vocabulary of one.
fn information(descendants: usize, size: usize) -> f64 {
    if size <= 1 {
        return 0.0;
    }
    1.0 - ((1 + descendants) as f64).ln() / (size as f64).ln()
}

/// A walk down, breadth first, so that a concept is reached by a shortest path.
struct Walk {
    steps: Vec<u32>,
    queue: VecDeque<u32>,
}

impl Walk {
    fn below(&mut self, children: &Rows<u32>, from: u32) -> Vec<(u32, u32)> {
        let mut reached = vec![(from, 0)];
        self.steps[from as usize] = 0;
        self.queue.push_back(from);
        while let Some(concept) = self.queue.pop_front() {
            let steps = self.steps[concept as usize] + 1;
            for child in children.row(concept as usize) {
                if self.steps[*child as usize] == u32::MAX {
                    self.steps[*child as usize] = steps;
                    reached.push((*child, steps));
                    self.queue.push_back(*child);
                }
            }
        }
        for (concept, _) in &reached {
            self.steps[*concept as usize] = u32::MAX;
        }
        reached
    }
}
