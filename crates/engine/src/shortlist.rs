//! The shortlist: the best ranked, with places kept for people who have been aside and for people whom nobody has seen lately.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_domain::quantities::Percent;
use serde::Serialize;
use utoipa::ToSchema;

use crate::crew::Crew;
use crate::criteria::Narrowed;
use crate::demand::Demand;
use crate::gates::{self, score_floor};
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
    /// Who scores less than this cannot come in any more: for those who are neither aside nor unseen, aside, unseen, and both.
    least_scores: [u32; 4],
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
            least_scores: [0; 4],
        }
    }

    /// Takes in somebody whom only the floor of the score may keep out; whether it does not.
    #[inline]
    pub(crate) fn weigh(&mut self, pair: &Pair) -> bool {
        let least = self.least_score(pair);
        let (weights, floor) = (pair.demand.weight_sum, pair.demand.knob.floor.get());
        let narrowed = Narrowed::of(pair, least, floor);
        let is_eligible = narrowed.is_over_the_floor(weights, floor) || !score_floor::is_too_low(pair);
        self.eligible += u32::from(is_eligible);
        if is_eligible && narrowed.may_be(weights, least) {
            self.keep(Rank::of(pair));
        }
        is_eligible
    }

    /// Who scores less than this cannot come in any more.
    #[inline]
    fn least_score(&self, pair: &Pair) -> u32 {
        let group = usize::from(pair.is_aside()) | usize::from(pair.is_unseen()) << 1;
        self.least_scores.get(group).copied().unwrap_or(0)
    }

    #[inline]
    fn keep(&mut self, rank: Rank) {
        self.groups(rank.is_aside(), rank.is_unseen()).for_each(|top| top.put(rank));
        self.least_scores = [(false, false), (true, false), (false, true), (true, true)]
            .map(|(is_aside, is_unseen)| self.groups(is_aside, is_unseen).map(|top| top.least_score()).min().unwrap_or(0));
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
        gates::each_let_in_but_for_the_floor(stretch, |pair| {
            self.weigh(pair);
        });
    }

    fn merge(&mut self, other: Self) {
        Self::merge(self, other);
    }
}
