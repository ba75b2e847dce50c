//! Up to sixty-four people beside each other and one package: whatever is asked of them is answered with a bit for each.
#![allow(clippy::indexing_slicing, reason = "every column is as long as the layer that these people are in")]

use std::ops::Range;

use crate::asks::Ask;
use crate::demand::Demand;
use crate::distance::Spot;
use crate::named::Named;
use crate::pairs::{Inquiry, Pair};
use crate::people::{Bar, Fact};
use crate::pool::zones::ZONE;
use crate::promising::{AtMost, Promising};
use crate::words::{bits, bits_of};

/// How many people can be asked at once.
pub(crate) const MOST: usize = u64::BITS as usize;

/// Some people of a layer, beside each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch<'a> {
    pub(crate) inquiry: &'a Inquiry<'a>,
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
        self.having_any(self.inquiry.barring.of(bar as usize))
    }

    /// Whom nothing of any kind keeps out.
    #[inline]
    pub(crate) fn unbarred(&self) -> u64 {
        self.here & !self.having_any(self.inquiry.barring.all())
    }

    /// For each thing of this kind that keeps anybody out, whom.
    #[inline]
    pub(crate) fn barred_each(&self, bar: Bar) -> impl Iterator<Item = (usize, u64)> {
        self.inquiry.layer.bars.each(self.first, &self.inquiry.barring, bar as usize).map(|(bit, barred)| (bit, self.here & barred))
    }

    /// For each daypart that is not fixed and on which anybody is not there, who is not.
    #[inline]
    pub(crate) fn absent_from_others(&self) -> impl Iterator<Item = u64> {
        self.inquiry.other_dayparts.iter().map(|plane| self.inquiry.layer.bars.having(self.first, *plane))
    }

    #[inline]
    fn having_any(&self, planes: &[usize]) -> u64 {
        self.here & self.inquiry.layer.bars.having_any(self.first, planes)
    }

    /// Everybody for whom this holds of what stands in a column; quicker than one by one.
    #[inline]
    pub(crate) fn ballot<T: Copy>(&self, column: &[T], holds: impl Fn(T) -> bool) -> u64 {
        self.here & bits_of(column[self.first..self.first + self.count].iter().map(|value| holds(*value)))
    }

    /// Everybody for whom this holds of what they told of one kind.
    #[inline]
    pub(crate) fn ballot_of(&self, fact: Fact, holds: impl Fn(u64) -> bool) -> u64 {
        self.here & bits_of(self.inquiry.layer.facts(self.first..self.first + self.count, fact).map(holds))
    }

    /// Everybody for whom this holds of what their competences come to at most; nobody where that was not found out.
    #[inline]
    pub(crate) fn ballot_of_promises(&self, promising: &Promising, holds: impl Fn(AtMost) -> bool) -> u64 {
        let promises = promising.among(self.first..self.first + self.count);
        self.here & bits_of(promises.iter().map(|at_most| holds(*at_most)))
    }

    /// Everybody who told this.
    #[inline]
    pub(crate) fn told(&self, key: Ask) -> u64 {
        self.here & self.inquiry.layer.telling(self.first, key)
    }

    /// Those who are among these.
    #[inline]
    pub(crate) fn among_these(&self, these: &Named) -> u64 {
        self.here & these.within(&(self.first..self.first + self.count))
    }

    /// The zone that these people live in.
    #[inline]
    pub(crate) fn zone(&self) -> usize {
        self.first / ZONE
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

    /// Those who wish to develop something, and those for whom this holds of any of it.
    #[inline]
    pub(crate) fn wishing(&self, holds: impl Fn(u32) -> bool) -> (u64, u64) {
        let (some, found) = self.inquiry.layer.wishes.ballot(self.first..self.first + self.count, |wish| holds(*wish));
        (self.here & some, self.here & found)
    }

    /// What the person with this bit wishes to develop.
    #[inline]
    pub(crate) fn wishes(&self, bit: usize) -> &'a [u32] {
        self.inquiry.layer.wishes.row(self.first + bit)
    }

    /// Everybody who lives further from here than they go, and told both.
    pub(crate) fn beyond(&self, from: Spot) -> u64 {
        let is_beyond = |bit: usize| {
            let reach = self.inquiry.layer.reach[self.first + bit];
            from.is_beyond(reach.spot, reach.limit).unwrap_or_else(|| self.pair(bit).is_beyond_limit())
        };
        let told = self.told(Ask::Place) & self.told(Ask::TravelKm);
        bits(told).fold(0, |beyond, bit| beyond | u64::from(is_beyond(bit)) << bit)
    }

    /// The pair of the person with this bit.
    #[inline]
    pub(crate) fn pair(&self, bit: usize) -> Pair<'a> {
        self.inquiry.pair(self.first + bit)
    }
}
