//! From a competence to the people who have it, or to the packages that ask it, so that nobody need be looked at who has nothing to do with a few
//! competences.
#![allow(clippy::indexing_slicing, reason = "starts are counted from the very entries, and places in a block are below its size")]

use rayon::prelude::*;

use crate::people::Held;

/// How many people or packages lie in a block: so many that a place in it and a level fill sixteen bits.
pub(crate) const BLOCK: usize = 1 << 13;

/// For each block of people or packages, from each competence to those who have to do with it.
#[derive(Debug)]
pub(crate) struct Postings<E>(Vec<Block<E>>);

/// One block.
#[derive(Debug)]
pub(crate) struct Block<E> {
    /// Where the entries of each competence start, and where those of the last one end.
    starts: Vec<u32>,
    entries: Vec<E>,
}

/// Somebody who has a competence.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Posting(u16);

impl Posting {
    /// Somebody at this place in the block has a competence.
    pub(crate) fn new(place: usize, held: Held) -> (u32, Self) {
        (held.competence(), Self((place as u16) << 3 | u16::from(held.level())))
    }

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

impl<E: Copy + Default + Send + Sync> Postings<E> {
    /// Turns so many lists round. `list` gives the competences of one of them, each with its entry, for its number and its place in the block.
    pub(crate) fn of<L: Iterator<Item = (u32, E)>>(count: usize, list: impl Fn(usize, usize) -> L + Sync) -> Self {
        let of_block = |first: usize| Block::of(&|| (first..count.min(first + BLOCK)).flat_map(|number| list(number, number - first)));
        Self((0..count).into_par_iter().step_by(BLOCK).map(of_block).collect())
    }

    /// The blocks, in the order of the numbers.
    pub(crate) fn blocks(&self) -> &[Block<E>] {
        &self.0
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(|block| size_of_val(block.starts.as_slice()) + size_of_val(block.entries.as_slice())).sum()
    }
}

impl<E: Copy + Default> Block<E> {
    fn of<L: Iterator<Item = (u32, E)>>(all: &impl Fn() -> L) -> Self {
        let size = all().map(|(competence, _)| competence as usize + 1).max().unwrap_or(0);
        let mut starts = vec![0u32; size + 1];
        all().for_each(|(competence, _)| starts[competence as usize + 1] += 1);
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let (mut next, mut entries) = (starts.clone(), vec![E::default(); total as usize]);
        for (competence, entry) in all() {
            let next = &mut next[competence as usize];
            entries[*next as usize] = entry;
            *next += 1;
        }
        Self { starts, entries }
    }

    /// Those of the block who have to do with a competence.
    #[inline]
    pub(crate) fn who(&self, competence: u32) -> &[E] {
        let bound = |competence: usize| self.starts.get(competence).map(|start| *start as usize);
        bound(competence as usize).zip(bound(competence as usize + 1)).map_or(&[], |(start, end)| &self.entries[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Rows;

    #[test]
    fn leads_from_each_competence_to_its_people() {
        let person =
            |number: u32| (0..number % 4).map(move |at| Held::new((number * 7 + at * 13) % 50, (number % 5 + 1) as u8)).collect::<Vec<_>>();
        let rows = Rows::collect((0..20_000).map(person));
        let postings = Postings::of(rows.len(), |number, place| rows.row(number).iter().map(move |held| Posting::new(place, *held)));
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
