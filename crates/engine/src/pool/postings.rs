//! From a competence to the people who have it, so that who has none of a few competences need not be looked at.
#![allow(clippy::indexing_slicing, reason = "starts are counted from the very entries, and places in a block are below its size")]

use rayon::prelude::*;

use crate::people::Held;
use crate::rows::Rows;

/// How many people lie in a block: so many that a place in it and a level fill sixteen bits.
pub(crate) const BLOCK: usize = 1 << 13;

/// For each block of people, from each competence to who of them has it.
#[derive(Debug, Default)]
pub(crate) struct Postings(Vec<Block>);

/// The people of one block.
#[derive(Debug)]
pub(crate) struct Block {
    /// Where the entries of each competence start, and where those of the last one end.
    starts: Vec<u32>,
    entries: Vec<Posting>,
}

/// Somebody who has a competence.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Posting(u16);

impl Posting {
    /// The place in the block.
    #[inline]
    pub(crate) fn place(self) -> usize {
        usize::from(self.0 >> 3)
    }

    /// 1 to 5.
    #[inline]
    pub(crate) fn level(self) -> usize {
        usize::from(self.0 & 7)
    }
}

impl Postings {
    /// Turns the competences of people round.
    pub(crate) fn of(competences: &Rows<Held>) -> Self {
        let blocks = (0..competences.len()).into_par_iter().step_by(BLOCK);
        Self(blocks.map(|first| Block::of(competences, first)).collect())
    }

    /// The blocks, in the order of people's numbers.
    pub(crate) fn blocks(&self) -> &[Block] {
        &self.0
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(|block| size_of_val(block.starts.as_slice()) + size_of_val(block.entries.as_slice())).sum()
    }
}

impl Block {
    fn of(competences: &Rows<Held>, first: usize) -> Self {
        let people = first..competences.len().min(first + BLOCK);
        let all = || people.clone().flat_map(|number| competences.row(number).iter().map(move |held| (number - first, *held)));
        let size = all().map(|(_, held)| held.competence() as usize + 1).max().unwrap_or(0);
        let mut starts = vec![0u32; size + 1];
        all().for_each(|(_, held)| starts[held.competence() as usize + 1] += 1);
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let (mut next, mut entries) = (starts.clone(), vec![Posting::default(); total as usize]);
        for (place, held) in all() {
            let next = &mut next[held.competence() as usize];
            entries[*next as usize] = Posting((place as u16) << 3 | u16::from(held.level()));
            *next += 1;
        }
        Self { starts, entries }
    }

    /// Who of the block has a competence.
    #[inline]
    pub(crate) fn who(&self, competence: u32) -> &[Posting] {
        let bound = |competence: usize| self.starts.get(competence).map(|start| *start as usize);
        bound(competence as usize).zip(bound(competence as usize + 1)).map_or(&[], |(start, end)| &self.entries[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_from_each_competence_to_its_people() {
        let person =
            |number: u32| (0..number % 4).map(move |at| Held::new((number * 7 + at * 13) % 50, (number % 5 + 1) as u8)).collect::<Vec<_>>();
        let rows = Rows::collect((0..20_000).map(person));
        let postings = Postings::of(&rows);
        let mut found = vec![Vec::new(); rows.len()];
        for (block, at) in postings.blocks().iter().zip(0..) {
            for competence in 0..60 {
                for posting in block.who(competence) {
                    found[at * BLOCK + posting.place()].push(Held::new(competence, posting.level() as u8));
                }
            }
        }
        for (number, mut found) in found.into_iter().enumerate() {
            let mut expected = rows.row(number).to_vec();
            expected.sort_by_key(|held| held.competence());
            found.sort_by_key(|held| held.competence());
            assert_eq!(found, expected);
        }
    }
}
