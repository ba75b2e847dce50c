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

/// Between which bounds a score lies, as far as criteria were read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Narrowed {
    /// `Σ weight · value` is at least this.
    lowest: u64,
    /// And at most this.
    highest: u64,
    /// Whether a criterion stands on doubt for sure.
    doubts: bool,
}

impl Narrowed {
    /// Nothing was read yet. `weights` is the sum of the weights that count; `doubts` says whether a criterion stands on doubt for sure.
    #[inline]
    pub(crate) fn at_first(weights: u64, doubts: bool) -> Self {
        Self { lowest: 0, highest: weights * u64::from(WHOLE), doubts }
    }

    /// Takes in a criterion of this weight whose value lies between these.
    #[inline]
    pub(crate) fn take_in(&mut self, weight: u64, [lowest, highest]: [u32; 2]) {
        self.lowest += weight * u64::from(lowest);
        self.highest -= weight * u64::from(WHOLE - highest);
    }

    /// Whether the score may be this or more, where these are the weights together.
    #[inline]
    pub(crate) fn may_be(&self, weights: u64, score: u32) -> bool {
        self.highest >= u64::from(score) * weights
    }

    /// Whether the floor of the score shuts nobody of whom so much is known.
    #[inline]
    pub(crate) fn is_over_the_floor(&self, weights: u64, floor: u32) -> bool {
        self.doubts || self.lowest >= u64::from(floor) * weights
    }

    #[inline]
    fn read<M: Measure>(&mut self, pair: &Pair) {
        let weight = pair.demand.weight(M::CRITERION);
        if weight > 0 {
            self.take_in(weight, M::bounds(pair).unwrap_or([pair.demand.knob.doubt.get(); 2]));
        }
    }
}

/// Reads criteria in this order: those first that cost little and say much.
macro_rules! narrowing {
    ($($measure:ty),* $(,)?) => {
        #[cfg(test)]
        const NARROWING: [Criterion; CRITERIA] = [$(<$measure as Measure>::CRITERION),*];

        impl Narrowed {
            /// Reads criteria, as quickly as can be, until both are sure: that the score is under one number, and that it is another or more or stands
            /// on doubt; or until nothing more can be found out quickly.
            #[inline]
            pub(crate) fn of(pair: &Pair, under: u32, over: u32) -> Self {
                let weights = pair.demand.weight_sum;
                let mut narrowed = Self::at_first(weights, !pair.work().needed.without(pair.told).is_empty());
                $(
                    narrowed.read::<$measure>(pair);
                    if !narrowed.may_be(weights, under) & narrowed.is_over_the_floor(weights, over) {
                        return narrowed;
                    }
                )*
                narrowed
            }
        }
    };
}

narrowing![
    tasks::Tasks,
    competence::Competence,
    experience::Experience,
    turn::Turn,
    hours::Hours,
    proximity::Proximity,
    comfort::Comfort,
    energy::Energy,
    development::Development,
];

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
        let mut narrowing = NARROWING;
        narrowing.sort_unstable();
        assert_eq!(narrowing, Criterion::ALL);
    }
}
