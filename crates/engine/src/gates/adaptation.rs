//! Every adaptation that the person needs is on offer.

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::openings::Opening;
use crate::pairs::Pair;
use crate::people::Bar;
use crate::words::term;

/// See [`super::Gate::Adaptation`].
pub(crate) struct Adaptation;

impl Guard for Adaptation {
    const BAR: Option<Bar> = Some(Bar::Need);

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::Needs)
    }

    fn detail_count(demand: &Demand) -> usize {
        demand.vocabulary().adaptations.terms().len()
    }

    fn detail_name(demand: &Demand, detail: usize) -> &str {
        term(&demand.vocabulary().adaptations, detail)
    }

    fn can_open(_: &Pair) -> bool {
        true
    }

    fn opening(pair: &Pair) -> Option<Opening> {
        let mut names: Vec<String> = pair.demand.vocabulary().adaptations.ids_of(missing(pair)).map(str::to_owned).collect();
        names.sort_unstable();
        Some(Opening::Adaptations(names))
    }
}

/// The adaptations needed that are not on offer; none when needs are not told.
#[inline]
fn missing(pair: &Pair) -> u64 {
    pair.barred(Bar::Need)
}
