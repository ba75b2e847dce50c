//! The best few of many.

use super::Rank;

/// The best `limit` of the ranks that were put in.
#[derive(Debug, Clone)]
pub(crate) struct Top {
    limit: usize,
    /// Best first.
    ranks: Vec<Rank>,
    /// Ranks from here on cannot be among the best any more.
    bound: Rank,
}

impl Top {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, ranks: Vec::new(), bound: if limit == 0 { Rank::FIRST } else { Rank::LAST } }
    }

    /// Who scores less than this cannot be among the best any more.
    #[inline]
    pub(crate) fn least_score(&self) -> u32 {
        self.bound.score()
    }

    #[inline]
    pub(crate) fn put(&mut self, rank: Rank) {
        if rank < self.bound {
            self.insert(rank);
        }
    }

    fn insert(&mut self, rank: Rank) {
        let at = self.ranks.partition_point(|other| *other < rank);
        self.ranks.insert(at, rank);
        self.ranks.truncate(self.limit);
        if let Some(last) = self.ranks.last().filter(|_| self.ranks.len() == self.limit) {
            self.bound = *last;
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        other.ranks.into_iter().for_each(|rank| self.put(rank));
    }

    /// The best, best first.
    pub(crate) fn sorted(self) -> Vec<Rank> {
        self.ranks
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keeps_the_best(numbers in prop::collection::btree_set(0u64..100_000, 0..900), limit in 0usize..40, cut in 0usize..900) {
            let ranks: Vec<Rank> = numbers.into_iter().map(|number| Rank::test(number * 7_919 % 100_003, false, false)).collect();
            let mut parts = [Top::new(limit), Top::new(limit)];
            for (at, rank) in ranks.iter().enumerate() {
                parts[usize::from(at >= cut)].put(*rank);
            }
            let [mut one, other] = parts;
            one.merge(other);
            let mut expected = ranks;
            expected.sort_unstable();
            expected.truncate(limit);
            prop_assert_eq!(one.sorted(), expected);
        }
    }
}
