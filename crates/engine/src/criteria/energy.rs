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
        let tasks = pair.work().tasks.iter().filter(|task| task.activities != 0);
        let (sum, hours) = tasks.fold((0, 0), |(sum, hours), task| (sum + task.hours * u64::from(of_task(pair, task)), hours + task.hours));
        sum.checked_div(hours).map(|mean| mean as u32)
    }
}

/// The activities of a task that give this person energy, and those that drain it.
#[inline]
pub(crate) fn gives_and_drains(pair: &Pair, task: &TaskWork) -> [u64; 2] {
    [Fact::Gives, Fact::Drains].map(|activities| pair.fact(activities) & task.activities)
}

/// The whole when something gives energy and nothing drains it, nothing when it is the other way round, and else half.
#[inline]
pub(crate) fn of_task(pair: &Pair, task: &TaskWork) -> u32 {
    match gives_and_drains(pair, task).map(|activities| activities != 0) {
        [true, false] => WHOLE,
        [false, true] => 0,
        _ => WHOLE / 2,
    }
}
