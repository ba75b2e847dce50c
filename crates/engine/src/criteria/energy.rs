//! Whether the work gives or drains energy.

use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::quantities::WHOLE;

use super::Measure;
use crate::asks::Ask;
use crate::demand::{TaskWork, Work};
use crate::pairs::Pair;
use crate::people::Fact;

/// See [`Criterion::Energy`].
pub(crate) struct Energy;

impl Measure for Energy {
    const CRITERION: Criterion = Criterion::Energy;

    fn is_silent(work: &Work) -> bool {
        !work.has_activities()
    }

    #[inline]
    fn measure(pair: &Pair) -> Option<u32> {
        if !pair.told(Ask::Energy) {
            return None;
        }
        mean(pair.work().tasks.iter().map(|task| (task.activities, task.hours)), [Fact::Gives, Fact::Drains].map(|fact| pair.fact(fact)))
    }
}

/// The mean over the tasks that have activities, by their hours; each task stands here with its activities and hours. `None` when there is nothing to weigh.
#[inline]
pub(crate) fn mean(tasks: impl Iterator<Item = (u64, u64)>, gives_and_drains: [u64; 2]) -> Option<u32> {
    let of_task = |activities: u64| of_activities(gives_and_drains.map(|those| those & activities));
    let with_activities = tasks.filter(|(activities, _)| *activities != 0);
    let (sum, all) =
        with_activities.fold((0, 0), |(sum, all), (activities, hours)| (sum + hours * u64::from(of_task(activities)), all + hours));
    sum.checked_div(all).map(|mean| mean as u32)
}

/// The activities of a task that give this person energy, and those that drain it.
#[inline]
pub(crate) fn gives_and_drains(pair: &Pair, task: &TaskWork) -> [u64; 2] {
    [Fact::Gives, Fact::Drains].map(|activities| pair.fact(activities) & task.activities)
}

/// The whole when something gives energy and nothing drains it, nothing when it is the other way round, and else half.
#[inline]
pub(crate) fn of_activities(gives_and_drains: [u64; 2]) -> u32 {
    match gives_and_drains.map(|activities| activities != 0) {
        [true, false] => WHOLE,
        [false, true] => 0,
        _ => WHOLE / 2,
    }
}
