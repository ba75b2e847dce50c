//! Up to sixty-four people beside each other and one package: whatever is asked of them is answered with a bit for each.

use std::ops::Range;

use crate::demand::Demand;
use crate::pairs::{Inquiry, Pair};
use crate::people::Bar;
use crate::words::bits;

/// How many people can be asked at once.
pub(crate) const MOST: usize = u64::BITS as usize;

/// Some people of a layer, beside each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch<'a> {
    inquiry: &'a Inquiry<'a>,
    first: usize,
    count: usize,
    /// Who of them is there.
    pub(crate) here: u64,
}

impl<'a> Stretch<'a> {
    /// The people with these numbers: at most [`MOST`] of them, from a multiple of it on.
    pub(crate) fn new(inquiry: &'a Inquiry<'a>, numbers: Range<usize>) -> Self {
        let everybody = u64::MAX >> (MOST - numbers.len());
        let gone = inquiry.gone.map_or(0, |gone| gone.from(numbers.start));
        Self { inquiry, first: numbers.start, count: numbers.len(), here: everybody & !gone }
    }

    /// The work.
    #[inline]
    pub(crate) fn demand(&self) -> &'a Demand {
        self.inquiry.demand
    }

    /// Whom something of this kind keeps out.
    #[inline]
    pub(crate) fn barred(&self, bar: Bar) -> u64 {
        let (word, mask) = self.inquiry.mask(bar);
        if mask == 0 { 0 } else { self.here & !self.inquiry.layer.unbarred(self.first, self.count, [(word, mask)]) }
    }

    /// Whom nothing of any kind keeps out.
    #[inline]
    pub(crate) fn unbarred(&self) -> u64 {
        let masks = self.inquiry.packed.iter().copied().enumerate().filter(|(_, mask)| *mask != 0);
        self.here & self.inquiry.layer.unbarred(self.first, self.count, masks)
    }

    /// Those among `some` for whom this holds.
    #[inline]
    pub(crate) fn among(&self, some: u64, holds: impl Fn(&Pair<'a>) -> bool) -> u64 {
        self.pairs(some).fold(0, |found, (bit, pair)| found | u64::from(holds(&pair)) << bit)
    }

    /// Each of `some`, with their bit.
    #[inline]
    pub(crate) fn pairs(&self, some: u64) -> impl Iterator<Item = (usize, Pair<'a>)> {
        let (inquiry, first) = (self.inquiry, self.first);
        bits(some).map(move |bit| (bit, inquiry.pair(first + bit)))
    }

    /// The pair of the person with this bit.
    #[inline]
    pub(crate) fn pair(&self, bit: usize) -> Pair<'a> {
        self.inquiry.pair(self.first + bit)
    }
}
