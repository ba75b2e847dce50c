//! The criteria: what speaks for a person on a package, each from 0 to 10 000, and the score that they make together.

use raakvlak_domain::knobs::{CRITERIA, Criterion};
use raakvlak_domain::quantities::WHOLE;

use crate::demand::{Demand, Work};
use crate::pairs::Pair;

pub(crate) mod comfort;
pub(crate) mod competence;
pub(crate) mod development;
pub(crate) mod energy;
pub(crate) mod experience;
pub(crate) mod hours;
pub(crate) mod proximity;
pub(crate) mod tasks;
pub(crate) mod turn;

/// A criterion: when a package gives no ground for it, and what it says of a person otherwise.
pub(crate) trait Measure {
    /// Which one it is.
    const CRITERION: Criterion;

    /// Whether the package gives no ground for it.
    fn is_silent(work: &Work) -> bool;

    /// Its value for this person, 0 to 10 000; `None` when the person has not told what it needs. Asked only when it is not silent.
    fn measure(pair: &Pair) -> Option<u32>;

    /// The lowest and the highest that its value can be, found out more quickly where that is possible; `None` when the value is.
    #[inline]
    fn bounds(pair: &Pair) -> Option<[u32; 2]> {
        Self::measure(pair).map(|value| [value, value])
    }
}

/// What a criterion says of a person on a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Nothing: the package gives no ground for it.
    Silent,
    /// The person has not told what it needs; it takes the knob's doubt.
    Doubt,
    /// This, in basis points.
    Known(u32),
}

/// Every criterion, in the order of [`Criterion::ALL`]: this is the one list of them.
macro_rules! registry {
    ($($measure:ty),* $(,)?) => {
        #[cfg(test)]
        const ORDER: [Criterion; CRITERIA] = [$(<$measure as Measure>::CRITERION),*];

        /// Which criteria a package gives no ground for.
        pub(crate) fn silent(work: &Work) -> [bool; CRITERIA] {
            [$(<$measure as Measure>::is_silent(work)),*]
        }

        /// Whether the score may be this or more; found out without what takes longest, and only as far as needed.
        #[inline]
        pub(crate) fn may_score(pair: &Pair, score: u32) -> bool {
            let demand = pair.demand;
            let mut left = u64::from(WHOLE.saturating_sub(score)) * demand.weight_sum;
            $(
                let [_, highest] = bounds::<$measure>(pair);
                let missing = demand.weight(<$measure as Measure>::CRITERION) * u64::from(WHOLE - highest);
                if missing > left {
                    return false;
                }
                left -= missing;
            )*
            _ = left;
            true
        }

        /// Whether the score is this or more for sure.
        #[inline]
        pub(crate) fn surely_scores(pair: &Pair, score: u32) -> bool {
            let demand = pair.demand;
            let (mut sum, enough) = (0, u64::from(score) * demand.weight_sum);
            $(
                let [lowest, _] = bounds::<$measure>(pair);
                sum += demand.weight(<$measure as Measure>::CRITERION) * u64::from(lowest);
                if sum >= enough {
                    return true;
                }
            )*
            false
        }

        #[inline]
        fn readings(pair: &Pair) -> [Reading; CRITERIA] {
            [$(read::<$measure>(pair)),*]
        }
    };
}

registry![
    tasks::Tasks,
    competence::Competence,
    experience::Experience,
    development::Development,
    energy::Energy,
    proximity::Proximity,
    hours::Hours,
    comfort::Comfort,
    turn::Turn,
];

/// Between which values a criterion lies; what has no weight is not looked at.
#[inline]
fn bounds<M: Measure>(pair: &Pair) -> [u32; 2] {
    if pair.demand.weight(M::CRITERION) == 0 {
        return [0, WHOLE];
    }
    M::bounds(pair).unwrap_or([pair.demand.knob.doubt.get(); 2])
}

/// What one criterion says.
#[inline]
pub(crate) fn read<M: Measure>(pair: &Pair) -> Reading {
    if pair.demand.is_silent(M::CRITERION) {
        return Reading::Silent;
    }
    M::measure(pair).map_or(Reading::Doubt, Reading::Known)
}

/// The criteria of one person on one package, and their score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) readings: [Reading; CRITERIA],
    pub(crate) score: u32,
}

impl Outcome {
    pub(crate) fn of(pair: &Pair) -> Self {
        let readings = readings(pair);
        Self { readings, score: score(pair.demand, &readings) }
    }

    /// The value of each criterion, `None` for the silent ones.
    pub(crate) fn values(&self, demand: &Demand) -> [Option<u32>; CRITERIA] {
        self.readings.map(|reading| value(demand, reading))
    }

    /// Whether a criterion stands on doubt, also one that has no weight.
    pub(crate) fn stands_on_doubt(&self) -> bool {
        self.readings.contains(&Reading::Doubt)
    }
}

/// The value that counts for a reading.
#[inline]
pub(crate) fn value(demand: &Demand, reading: Reading) -> Option<u32> {
    match reading {
        Reading::Silent => None,
        Reading::Doubt => Some(demand.knob.doubt.get()),
        Reading::Known(value) => Some(value),
    }
}

/// `Σ weight · value` of each criterion: what the score is made of, and what it is explained by.
#[inline]
pub(crate) fn contributions(demand: &Demand, readings: &[Reading; CRITERIA]) -> [u64; CRITERIA] {
    let mut contributions = demand.weights;
    for (contribution, reading) in contributions.iter_mut().zip(readings) {
        *contribution *= u64::from(value(demand, *reading).unwrap_or(0));
    }
    contributions
}

/// `Σ weight · value / Σ weight`; 0 when only silent criteria have weight.
#[inline]
fn score(demand: &Demand, readings: &[Reading; CRITERIA]) -> u32 {
    let sum: u64 = contributions(demand, readings).iter().sum();
    sum.checked_div(demand.weight_sum).unwrap_or(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_the_order_of_the_words() {
        assert_eq!(ORDER, Criterion::ALL);
    }
}
