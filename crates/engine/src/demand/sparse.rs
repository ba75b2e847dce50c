//! A few positions out of many, each with a number of its own.

use crate::words::bits;

/// A set of positions that tells for each of its members how many smaller ones there are. One bit a position, so that looking up a position that is
/// not there, which is what mostly happens, touches little memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sparse {
    /// Sixty-four positions each.
    words: Vec<u64>,
    /// How many members lie before each of those.
    before: Vec<u32>,
}

impl Sparse {
    /// The set of these positions, which are ascending.
    pub(crate) fn new(ascending: impl IntoIterator<Item = u32>) -> Self {
        let mut words: Vec<u64> = Vec::new();
        for position in ascending {
            words.resize(position as usize / 64 + 1, 0);
            if let Some(word) = words.last_mut() {
                *word |= 1 << (position % 64);
            }
        }
        let before = words.iter().scan(0, |members, word| {
            let before = *members;
            *members += word.count_ones();
            Some(before)
        });
        let before = before.collect();
        Self { words, before }
    }

    /// The members, ascending.
    pub(crate) fn members(&self) -> impl Iterator<Item = u32> {
        (0u32..).zip(&self.words).flat_map(|(at, word)| bits(*word).map(move |bit| at * 64 + bit as u32))
    }

    /// Whether it is a member.
    #[inline]
    pub(crate) fn has(&self, position: u32) -> bool {
        self.words.get(position as usize / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
    }

    /// How many members are smaller than this one; `None` when it is no member.
    #[inline]
    pub(crate) fn find(&self, position: u32) -> Option<usize> {
        let word = *self.words.get(position as usize / 64)?;
        let bit = 1u64 << (position % 64);
        let before = *self.before.get(position as usize / 64)?;
        (word & bit != 0).then(|| before as usize + (word & (bit - 1)).count_ones() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::Sparse;

    #[test]
    fn numbers_its_members() {
        let members = [0, 3, 63, 64, 200];
        let sparse = Sparse::new(members);
        assert_eq!((0..300).filter(|position| sparse.has(*position)).collect::<Vec<_>>(), members);
        let found: Vec<(u32, usize)> = (0..300).filter_map(|position| Some((position, sparse.find(position)?))).collect();
        assert_eq!(sparse.members().collect::<Vec<_>>(), members);
        assert_eq!(found, members.into_iter().zip(0..).collect::<Vec<_>>());
        assert_eq!(Sparse::new([]).find(0), None);
    }
}
