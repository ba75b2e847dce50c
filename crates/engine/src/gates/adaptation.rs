//! Every adaptation that the person needs is on offer.
#![allow(clippy::indexing_slicing, reason = "the number of a pair is one of its pool")]

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::openings::Opening;
use crate::pairs::Pair;
use crate::words::{bits, term};

/// See [`super::Gate::Adaptation`].
pub(crate) struct Adaptation;

impl Guard for Adaptation {
    const QUICK: bool = true;

    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        missing(pair) != 0
    }

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::Needs)
    }

    fn detail_count(demand: &Demand) -> usize {
        demand.vocabulary().adaptations.terms().len()
    }

    fn details(pair: &Pair, each: &mut dyn FnMut(usize)) {
        bits(missing(pair)).for_each(each);
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
    pair.pool.needs[pair.number] & !pair.work().offered
}
