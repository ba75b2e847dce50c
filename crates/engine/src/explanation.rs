//! Why a person fits a package, taken apart: made of the same values as the score, by the same functions.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::identifiers::{ExpertId, PackageId};
use raakvlak_domain::knobs::{CRITERIA, Criterion};
use serde::Serialize;
use utoipa::ToSchema;

use crate::asks::Asks;
use crate::criteria::{self, Reading};
use crate::demand::Demand;
use crate::gates::{self, Gate, Verdict};
use crate::openings::Opening;
use crate::pairs::{Inquiry, Pair};
use crate::pool::Pool;
use crate::words::{bits, term};

mod evidence;
mod requirements;

pub use evidence::{Comfort, Development, EnergyOfTask, Experience, HoursLeft, Travel, Turn, WishAnswer};
pub use requirements::{Answered, RequirementExplained, Similar, TaskExplained, similar};

/// Why a person fits a package, and what keeps them apart.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Explanation {
    /// The package.
    pub package: PackageId,
    /// The expert.
    pub expert: ExpertId,
    /// The day for which it holds.
    pub as_of: Date,
    /// Whether no gate is shut.
    pub eligible: bool,
    /// The score, in basis points.
    pub score: u32,
    /// Each criterion, in order.
    pub criteria: Vec<CriterionExplained>,
    /// Each task, in order: who can carry it, by what.
    pub tasks: Vec<TaskExplained>,
    /// The asked domains of lived experience.
    pub experience: Experience,
    /// What can be learned here of what the person wishes.
    pub development: Development,
    /// What gives and drains energy, per task with activities.
    pub energy: Vec<EnergyOfTask>,
    /// How far it is; `None` when that is not known.
    pub travel: Option<Travel>,
    /// The hours a week that the person has left; `None` when hours are not told.
    pub hours: Option<HoursLeft>,
    /// What of the surroundings does not suit, and what helps.
    pub comfort: Comfort,
    /// How long the person has waited and has been aside.
    pub turn: Turn,
    /// Every gate, in order.
    pub gates: Vec<GateExplained>,
    /// Documents that are missing and that there is time to obtain.
    pub to_obtain: Vec<String>,
    /// What to ask.
    pub asks: Asks,
}

/// One criterion and its part of the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CriterionExplained {
    /// Which.
    pub criterion: Criterion,
    /// What it says.
    #[serde(skip)]
    pub reading: Reading,
    /// Its value in basis points; `None` when the package gives no ground for it.
    pub value: Option<u32>,
    /// Whether the value is the benefit of the doubt.
    pub doubt: bool,
    /// The weight that counts.
    pub weight: u32,
    /// Its part of the score, in basis points; the parts add up to the score.
    pub share: u32,
}

/// One gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GateExplained {
    /// Which.
    pub gate: Gate,
    /// What it says.
    pub verdict: Verdict,
    /// For which details it is shut, in byte order; empty for one where the gate says it all.
    pub details: Vec<String>,
    /// The smallest change that opens it, when it is shut and something does.
    pub opening: Option<Opening>,
}

/// Why the expert with this number in the pool fits a package.
#[must_use]
pub fn explain(pool: &Pool, person: u32, demand: &Demand, as_of: Date) -> Explanation {
    let (inquiry, number) = Inquiry::of_person(pool, person, demand, as_of);
    let pair = inquiry.pair(number);
    let gates = gates_explained(&pair);
    Explanation {
        package: demand.package().clone(),
        expert: pool.id(person),
        as_of,
        eligible: gates.iter().all(|gate| gate.verdict != Verdict::Shut),
        score: pair.outcome().score,
        criteria: criteria_explained(&pair),
        tasks: requirements::tasks(&pair),
        experience: evidence::experience(&pair),
        development: evidence::development(&pair),
        energy: evidence::energy(&pair),
        travel: evidence::travel(&pair),
        hours: evidence::hours(&pair),
        comfort: evidence::comfort(&pair),
        turn: evidence::turn(&pair),
        to_obtain: to_obtain(&pair),
        asks: pair.asks(),
        gates,
    }
}

fn criteria_explained(pair: &Pair) -> Vec<CriterionExplained> {
    let outcome = pair.outcome();
    let shares = shares(criteria::contributions(pair.demand, &outcome.readings), pair.demand.weight_sum);
    let parts = Criterion::ALL.iter().zip(outcome.readings).zip(pair.demand.weights).zip(shares);
    let explained = parts.map(|(((criterion, reading), weight), share)| CriterionExplained {
        criterion: *criterion,
        reading,
        value: criteria::value(pair.demand, reading),
        doubt: reading == Reading::Doubt,
        weight: weight as u32,
        share,
    });
    explained.collect()
}

/// The parts of the score by largest remainder; of equal remainders the earlier criterion goes first. They add up to the score exactly.
fn shares(contributions: [u64; CRITERIA], weight_sum: u64) -> [u32; CRITERIA] {
    let weight_sum = weight_sum.max(1);
    let mut shares = contributions.map(|contribution| (contribution / weight_sum) as u32);
    let score = contributions.iter().sum::<u64>() / weight_sum;
    let left = score - shares.iter().map(|share| u64::from(*share)).sum::<u64>();
    let mut order: Vec<(u64, &mut u32)> = contributions.iter().map(|contribution| contribution % weight_sum).zip(&mut shares).collect();
    order.sort_by_key(|(remainder, _)| std::cmp::Reverse(*remainder));
    order.into_iter().take(left as usize).for_each(|(_, share)| *share += 1);
    shares
}

fn gates_explained(pair: &Pair) -> Vec<GateExplained> {
    let shut = gates::shut(pair);
    let explained = Gate::ALL.iter().map(|gate| {
        let verdict = gate.verdict(pair, shut);
        let is_shut = verdict == Verdict::Shut;
        let mut details = Vec::new();
        if is_shut {
            gate.details(pair, |detail| details.push(gate.detail_name(pair.demand, detail).to_owned()));
            details.sort_unstable();
        }
        GateExplained { gate: *gate, verdict, details, opening: is_shut.then(|| gate.opening(pair)).flatten() }
    });
    explained.collect()
}

fn to_obtain(pair: &Pair) -> Vec<String> {
    let missing = pair.missing_obtainable();
    bits(missing).map(|bit| term(&pair.demand.vocabulary().documents, bit).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shares_add_up_to_the_score(parts in prop::array::uniform9((0u64..=10, 0u64..=10_000))) {
            let weight_sum = parts.iter().map(|(weight, _)| weight).sum::<u64>();
            let contributions = parts.map(|(weight, value)| weight * value);
            let score = contributions.iter().sum::<u64>() / weight_sum.max(1);
            let shares = shares(contributions, weight_sum);
            prop_assert_eq!(u64::from(shares.iter().sum::<u32>()), score);
            for (share, contribution) in shares.into_iter().zip(contributions) {
                prop_assert!(u64::from(share).abs_diff(contribution / weight_sum.max(1)) <= 1);
            }
        }
    }

    #[test]
    fn of_equal_remainders_the_earlier_goes_first() {
        assert_eq!(shares([1, 1, 1, 0, 0, 0, 0, 0, 0], 3), [1, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(shares([4, 5, 3, 0, 0, 0, 0, 0, 0], 3), [1, 2, 1, 0, 0, 0, 0, 0, 0]);
    }
}
