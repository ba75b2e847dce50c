//! The shortlist: the best ranked, with places kept for people who have been aside and for people whom nobody has seen lately.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_domain::quantities::Percent;
use serde::Serialize;
use utoipa::ToSchema;

use crate::crew::Crew;
use crate::demand::Demand;
use crate::gates;
use crate::pairs::{Pair, Question};
use crate::pool::Pool;
use crate::ranking::{Gathering, Rank, Ranked, Top, scan};
use crate::stretch::Stretch;

mod places;

/// Why somebody is in a shortlist who is not among the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeptPlace {
    /// Aside for a year or longer.
    Aside,
    /// In no shortlist that a mediator opened for thirty days.
    Unseen,
}

/// A place in a shortlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Who has it.
    pub ranked: Ranked,
    /// The rule that keeps it, when the person is not among the best.
    pub kept: Option<KeptPlace>,
}

/// A shortlist, in rank order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortlist {
    /// How many people are eligible.
    pub eligible: u32,
    /// The places, at most as many as the knob says.
    pub places: Vec<Place>,
}

/// The shortlist of a demand. The outcome does not depend on how many threads there are.
#[must_use]
pub fn shortlist<'a>(pool: &Pool, demand: &Demand, as_of: Date, crew: impl Into<Crew<'a>>) -> Shortlist {
    let question = Question::new(pool, demand, as_of);
    scan(&question, crew.into(), &|| Candidates::new(&demand.knob)).shortlist(&demand.knob)
}

/// `⌈size · share / 100⌉` places.
fn quota(knob: &MatcherKnob, share: Percent) -> usize {
    (knob.size.get() * share.get()).div_ceil(100) as usize
}

/// Whoever can come into a shortlist: the best ranked, and the best ranked of each group for which places are kept. Either rule takes
/// outsiders best ranked first, and whether one can be exchanged depends on the group alone, so that no others can come in.
pub(crate) struct Candidates {
    eligible: u32,
    best: Top,
    aside: Top,
    unseen_aside: Top,
    unseen_others: Top,
}

impl Candidates {
    pub(crate) fn new(knob: &MatcherKnob) -> Self {
        let unseen = quota(knob, knob.unseen_share);
        Self {
            eligible: 0,
            best: Top::new(knob.size.get() as usize),
            aside: Top::new(quota(knob, knob.aside_share)),
            unseen_aside: Top::new(unseen),
            unseen_others: Top::new(unseen),
        }
    }

    /// Takes in somebody who is eligible.
    #[inline]
    pub(crate) fn put(&mut self, pair: &Pair) {
        self.eligible += 1;
        let least = self.groups(pair.is_aside(), pair.is_unseen()).map(|top| top.least_score()).min().unwrap_or(0);
        if pair.may_score(least) {
            self.keep(Rank::of(pair));
        }
    }

    #[inline]
    fn keep(&mut self, rank: Rank) {
        self.groups(rank.is_aside(), rank.is_unseen()).for_each(|top| top.put(rank));
    }

    /// The groups that somebody belongs to.
    #[inline]
    fn groups(&mut self, is_aside: bool, is_unseen: bool) -> impl Iterator<Item = &mut Top> {
        let unseen = if is_aside { &mut self.unseen_aside } else { &mut self.unseen_others };
        let aside = is_aside.then_some(&mut self.aside);
        std::iter::once(&mut self.best).chain(aside).chain(is_unseen.then_some(unseen))
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.eligible += other.eligible;
        self.best.merge(other.best);
        self.aside.merge(other.aside);
        self.unseen_aside.merge(other.unseen_aside);
        self.unseen_others.merge(other.unseen_others);
    }

    /// The list with its kept places.
    pub(crate) fn shortlist(self, knob: &MatcherKnob) -> Shortlist {
        let groups = [self.best, self.aside, self.unseen_aside, self.unseen_others];
        let mut candidates: Vec<Rank> = groups.into_iter().flat_map(Top::sorted).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let quotas = (quota(knob, knob.aside_share), quota(knob, knob.unseen_share));
        let places = places::keep(&candidates, knob.size.get() as usize, quotas.0, quotas.1);
        let places = places.into_iter().map(|(rank, kept)| Place { ranked: rank.into(), kept }).collect();
        Shortlist { eligible: self.eligible, places }
    }
}

impl Gathering for Candidates {
    const EVERYBODY: bool = false;

    #[inline]
    fn add(&mut self, stretch: &Stretch) {
        gates::all_pass(stretch).for_each(|pair| self.put(&pair));
    }

    fn merge(&mut self, other: Self) {
        Self::merge(self, other);
    }
}
