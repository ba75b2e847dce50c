//! A set of numbers below a bound, a bit for each.
#![allow(clippy::indexing_slicing, reason = "every number asked for lies under the bound of the set")]

/// Some of the numbers below a bound.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    words: Vec<u64>,
    count: usize,
}

impl Numbers {
    /// None of the numbers below `bound`.
    pub(crate) fn none(bound: usize) -> Self {
        Self { words: vec![0; bound.div_ceil(64)], count: 0 }
    }

    /// Puts a number in; one that is in already stays.
    pub(crate) fn insert(&mut self, number: usize) {
        let (word, bit) = (&mut self.words[number / 64], 1u64 << (number % 64));
        self.count += usize::from(*word & bit == 0);
        *word |= bit;
    }

    /// Whether a number is in.
    #[inline]
    pub(crate) fn has(&self, number: usize) -> bool {
        self.count > 0 && self.words[number / 64] >> (number % 64) & 1 == 1
    }

    /// Which of the 64 numbers from `first` on, a multiple of 64, are in.
    #[inline]
    pub(crate) fn from(&self, first: usize) -> u64 {
        if self.count == 0 { 0 } else { self.words[first / 64] }
    }

    /// How many are in.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// How many bytes the set takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.words.as_slice())
    }
}
