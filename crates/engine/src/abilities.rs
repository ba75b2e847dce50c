//! What someone's competences come to on a package.
#![allow(clippy::indexing_slicing, reason = "requirements are numbered by the list that their values are in")]

use raakvlak_domain::quantities::WHOLE;

use crate::criteria::{competence, tasks};
use crate::demand::{Demand, TaskWork, Weighed};
use crate::people::Held;

/// What someone's competences come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Abilities {
    /// The share of the hours in tasks that the person can carry.
    pub(crate) tasks: u32,
    /// How well the distinct requirements are met.
    pub(crate) competence: u32,
    /// Whether every essential requirement reaches its threshold.
    pub(crate) essentials: bool,
}

/// The most requirements whose values are kept without asking for memory.
const FEW: usize = 32;

impl Abilities {
    /// What these competences come to.
    #[inline]
    pub(crate) fn of(demand: &Demand, competences: &[Held]) -> Self {
        let asked = demand.work.requirements.asked.len();
        if asked <= FEW {
            let mut values = [0; FEW];
            Self::counted(demand, competences, &mut values[..asked])
        } else {
            Self::counted(demand, competences, &mut vec![0; asked])
        }
    }

    /// What competences come to of which none answers anything.
    pub(crate) fn none(demand: &Demand) -> Self {
        Self::of_values(demand, &vec![0; demand.work.requirements.asked.len()])
    }

    #[inline]
    fn counted(demand: &Demand, competences: &[Held], values: &mut [u32]) -> Self {
        if fill(demand, competences, values) { Self::of_values(demand, values) } else { demand.unable }
    }

    fn of_values(demand: &Demand, values: &[u32]) -> Self {
        let threshold = demand.knob.essential_from.get();
        let essentials = &demand.work.requirements.essentials;
        let reached = |asked: &[usize]| asked.iter().all(|asked| values[*asked] >= threshold);
        Self {
            tasks: tasks::share_carried(demand, values),
            competence: competence::mean(&demand.work, values),
            essentials: threshold == 0 || essentials.iter().all(|essential| reached(&essential.asked)),
        }
    }
}

/// How well each thing asked is answered: the best of the competences for it.
pub(crate) fn requirement_values(demand: &Demand, competences: &[Held]) -> Vec<u32> {
    let mut values = vec![0; demand.work.requirements.asked.len()];
    fill(demand, competences, &mut values);
    values
}

/// Fills in the values; whether any competence answers anything.
#[inline]
fn fill(demand: &Demand, competences: &[Held], values: &mut [u32]) -> bool {
    let mut any = false;
    demand.work.requirements.each_answer(competences, |asked, _, worth| {
        let value = &mut values[asked];
        *value = worth.max(*value);
        any = true;
    });
    any
}

/// How well a task's requirements are met: the weighted mean; the whole when it has none.
pub(crate) fn task_value(task: &TaskWork, values: &[u32]) -> u32 {
    weighted_sum(&task.requirements, values).checked_div(task.weight_sum).map_or(WHOLE, |mean| mean as u32)
}

/// `Σ w·v` over what is asked.
#[inline]
pub(crate) fn weighted_sum(asked: &[Weighed], values: &[u32]) -> u64 {
    asked.iter().map(|weighed| weighed.weight() * u64::from(values[weighed.asked])).sum()
}
