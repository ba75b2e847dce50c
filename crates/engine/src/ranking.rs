//! Who is eligible, in which order: the highest score first, then whose turn it is, then the smallest id.

use raakvlak_domain::calendar::Date;
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::demand::Demand;
use crate::gates;
use crate::pairs::{Inquiry, Pair};
use crate::pool::Pool;

mod top;

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
pub fn rank(pool: &Pool, demand: &Demand, as_of: Date, threads: &ThreadPool) -> Vec<Ranked> {
    let inquiry = Inquiry::new(pool, demand, as_of);
    let Everybody(mut ranks) = scan(&inquiry, threads, &|| Everybody(Vec::new()));
    ranks.sort_unstable();
    ranks.into_iter().map(Ranked::from).collect()
}

/// Something that is gathered from pairs, in any order and in parts that are put together afterwards.
pub(crate) trait Gathering: Send {
    /// Takes in one pair.
    fn add(&mut self, pair: &Pair);
    /// Takes in what another part gathered.
    fn merge(&mut self, other: Self);
}

/// How many people are looked at in one go.
const CHUNK: usize = 2_048;

/// Looks at everybody: in parts on these threads when there are many, else here and now.
pub(crate) fn scan<G: Gathering>(inquiry: &Inquiry, threads: &ThreadPool, empty: &(impl Fn() -> G + Sync)) -> G {
    let people = inquiry.pool.len();
    if people <= CHUNK || threads.current_num_threads() == 1 {
        return look(inquiry, 0..people, empty());
    }
    let part = |chunk: usize| chunk * CHUNK..people.min((chunk + 1) * CHUNK);
    let merged = |mut one: G, other: G| {
        one.merge(other);
        one
    };
    let chunks = (0..people.div_ceil(CHUNK)).into_par_iter();
    threads.install(|| chunks.fold(empty, |gathering, chunk| look(inquiry, part(chunk), gathering)).reduce(empty, merged))
}

fn look<G: Gathering>(inquiry: &Inquiry, people: std::ops::Range<usize>, mut gathering: G) -> G {
    for number in people {
        gathering.add(&inquiry.pair(number));
    }
    gathering
}

/// A place in a ranking as one number, so that comparing is cheap: better is smaller. From the highest bit: what is missing to a whole score (14 bits),
/// what is missing to a whole turn (14), the person (32), and two bits that do not matter to the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank(u64);

impl Rank {
    const WHOLE: u64 = raakvlak_domain::quantities::WHOLE as u64;

    /// After everybody.
    pub(crate) const LAST: Self = Self(u64::MAX);

    /// The place of a person on a package.
    #[inline]
    pub(crate) fn of(pair: &Pair) -> Self {
        let outcome = pair.outcome();
        let (score, turn) = (Self::WHOLE - u64::from(outcome.score), Self::WHOLE - u64::from(outcome.turn()));
        let marks = u64::from(pair.days_aside() >= 365) << 1 | u64::from(pair.is_unseen());
        Self((score << 14 | turn) << 34 | (pair.number as u64) << 2 | marks)
    }

    pub(crate) fn person(self) -> u32 {
        (self.0 >> 2) as u32
    }

    pub(crate) fn score(self) -> u32 {
        (Self::WHOLE - (self.0 >> 48)) as u32
    }

    pub(crate) fn turn(self) -> u32 {
        (Self::WHOLE - (self.0 >> 34 & 0x3fff)) as u32
    }

    /// Aside for a year or longer.
    pub(crate) fn is_aside(self) -> bool {
        self.0 & 2 != 0
    }

    /// In no shortlist that a mediator opened for thirty days.
    pub(crate) fn is_unseen(self) -> bool {
        self.0 & 1 != 0
    }

    #[cfg(test)]
    pub(crate) fn test(number: u64, aside: bool, unseen: bool) -> Self {
        Self(number << 2 | u64::from(aside) << 1 | u64::from(unseen))
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
    fn add(&mut self, pair: &Pair) {
        if gates::all_pass(pair) {
            self.0.push(Rank::of(pair));
        }
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
