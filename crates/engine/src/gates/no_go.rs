//! No condition is present under which the person does not work.

use super::Guard;
use crate::asks::Ask;
use crate::demand::{Demand, Work};
use crate::openings::Opening;
use crate::pairs::Pair;
use crate::people::Bar;
use crate::words::term;

mod lifting;

/// See [`super::Gate::NoGo`].
pub(crate) struct NoGo;

impl Guard for NoGo {
    const BAR: Option<Bar> = Some(Bar::NoGo);

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::NoGo) || pair.work().present == 0
    }

    fn detail_count(demand: &Demand) -> usize {
        demand.vocabulary().conditions.terms().len()
    }

    fn detail_name(demand: &Demand, detail: usize) -> &str {
        term(&demand.vocabulary().conditions, detail)
    }

    fn can_open(pair: &Pair) -> bool {
        let work = pair.work();
        present(pair) & !work.lifted_by(u64::MAX) == 0 || work.tasks.iter().any(|task| task.conditions & present(pair) == 0)
    }

    /// Adaptations, the fewest that do; else leaving out the tasks that carry the conditions.
    fn opening(pair: &Pair) -> Option<Opening> {
        let conditions = present(pair);
        let adaptations = lifting::fewest(pair.demand.vocabulary(), conditions).map(Opening::Adaptations);
        adaptations.or_else(|| leaving_out(pair.work(), conditions))
    }
}

/// The conditions present that the person does not work under; none when that is not told.
#[inline]
fn present(pair: &Pair) -> u64 {
    pair.barred(Bar::NoGo)
}

fn leaving_out(work: &Work, conditions: u64) -> Option<Opening> {
    let carrying: Vec<_> = work.tasks.iter().filter(|task| task.conditions & conditions != 0).map(|task| task.id.clone()).collect();
    (carrying.len() < work.tasks.len()).then_some(Opening::LeaveOut(carrying))
}
