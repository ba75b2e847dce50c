//! The view of work as a package of tasks: the share of the hours in tasks that this person can carry.

use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::quantities::WHOLE;

use super::Measure;
use crate::abilities::weighted_sum;
use crate::asks::Ask;
use crate::demand::{Demand, Work};
use crate::pairs::Pair;
use crate::promising::AtMost;

/// See [`Criterion::Tasks`].
pub(crate) struct Tasks;

impl Measure for Tasks {
    const CRITERION: Criterion = Criterion::Tasks;

    fn is_silent(work: &Work) -> bool {
        !work.asks_competences()
    }

    #[inline]
    fn measure(pair: &Pair) -> Option<u32> {
        pair.abilities().map(|abilities| abilities.tasks)
    }

    #[inline]
    fn bounds(pair: &Pair) -> Option<[u32; 2]> {
        if !pair.told(Ask::Competences) {
            return None;
        }
        let carried_by_everybody = pair.demand.unable.tasks;
        match pair.abilities_so_far() {
            Some(abilities) => Some([abilities.tasks; 2]),
            None => Some(between(carried_by_everybody, pair.abilities_at_most())),
        }
    }
}

/// Between which bounds the share lies of somebody whose competences come to this at most.
#[inline]
pub(crate) fn between(carried_by_everybody: u32, at_most: Option<AtMost>) -> [u32; 2] {
    [carried_by_everybody, if at_most.is_none_or(AtMost::may_carry) { WHOLE } else { carried_by_everybody }]
}

/// The share of the hours in tasks whose value reaches `carry_from`. That the mean, floored, reaches a whole number is the same as that the sum
/// reaches that number times the weights; a task without requirements has the whole and is carried by everybody.
#[inline]
pub(crate) fn share_carried(demand: &Demand, values: &[u32]) -> u32 {
    let threshold = u64::from(demand.knob.carry_from.get());
    let carried = demand.work.tasks.iter().filter(|task| weighted_sum(&task.requirements, values) >= threshold * task.weight_sum);
    let hours: u64 = carried.map(|task| task.hours).sum();
    (hours * u64::from(WHOLE)).checked_div(demand.work.task_hours).unwrap_or(0) as u32
}
