//! Who is eligible, in which order: the highest score first, then whose turn it is, then the smallest id.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::quantities::WHOLE;

use crate::crew::Crew;
use crate::demand::Demand;
use crate::gates;
use crate::pairs::{Pair, Question};
use crate::pool::Pool;
use crate::stretch::Stretch;

mod scan;
mod top;

pub(crate) use scan::{Gathering, scan, threads_for};
pub(crate) use top::Top;

/// A person in a ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// The person's number in the pool.
    pub person: u32,
    /// The score, in basis points.
    pub score: u32,
    /// Whose turn it is, in basis points.
    pub turn: u32,
}

/// Everybody who is eligible, best first. The outcome does not depend on how many threads there are.
#[must_use]
pub fn rank<'a>(pool: &Pool, demand: &Demand, as_of: Date, crew: impl Into<Crew<'a>>) -> Vec<Ranked> {
    let question = Question::new(pool, demand, as_of);
    let Everybody(mut ranks) = scan(&question, crew.into(), &|| Everybody(Vec::new()));
    ranks.sort_unstable();
    ranks.into_iter().map(Ranked::from).collect()
}

/// A place in a ranking: better is smaller. The order of the fields is the order in which they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    /// What is missing to a whole score, and in the lower 14 bits what is missing to a whole turn.
    missing: u32,
    /// The place in the order of ids.
    order: u64,
    /// The number in the pool.
    person: u32,
    is_aside: bool,
    is_unseen: bool,
}

impl Rank {
    /// Before everybody.
    const FIRST: Self = Self { missing: 0, order: 0, person: 0, is_aside: false, is_unseen: false };
    /// After everybody.
    pub(crate) const LAST: Self = Self { missing: u32::MAX, order: u64::MAX, person: u32::MAX, is_aside: false, is_unseen: false };

    /// The place of a person on a package.
    #[inline]
    pub(crate) fn of(pair: &Pair) -> Self {
        let (person, order) = pair.inquiry.in_pool(pair.number);
        Self {
            missing: (WHOLE - pair.outcome().score) << 14 | (WHOLE - pair.turn()),
            order,
            person,
            is_aside: pair.is_aside(),
            is_unseen: pair.is_unseen(),
        }
    }

    /// The place of a package among packages for somebody, whose turn it is on none of them more than on another.
    #[inline]
    pub(crate) fn of_package(score: u32, order: u32, number: usize) -> Self {
        Self { missing: (WHOLE - score) << 14, order: order.into(), person: number as u32, is_aside: false, is_unseen: false }
    }

    /// The number in the pool; of a package, the number on the board.
    pub(crate) fn person(self) -> u32 {
        self.person
    }

    /// 0 for [`Self::LAST`].
    pub(crate) fn score(self) -> u32 {
        WHOLE.saturating_sub(self.missing >> 14)
    }

    pub(crate) fn turn(self) -> u32 {
        WHOLE - (self.missing & 0x3fff)
    }

    /// Aside for a year or longer.
    pub(crate) fn is_aside(self) -> bool {
        self.is_aside
    }

    /// In no shortlist that a mediator opened for thirty days.
    pub(crate) fn is_unseen(self) -> bool {
        self.is_unseen
    }

    #[cfg(test)]
    pub(crate) fn test(number: u64, is_aside: bool, is_unseen: bool) -> Self {
        Self { missing: 0, order: number, person: number as u32, is_aside, is_unseen }
    }
}

impl From<Rank> for Ranked {
    fn from(rank: Rank) -> Self {
        Self { person: rank.person(), score: rank.score(), turn: rank.turn() }
    }
}

/// Everybody who is eligible.
struct Everybody(Vec<Rank>);

impl Gathering for Everybody {
    const EVERYBODY: bool = false;

    fn add(&mut self, stretch: &Stretch) {
        gates::each_let_in(stretch, |pair| self.0.push(Rank::of(pair)));
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
