//! The person can come on the dayparts that the package asks.

use raakvlak_domain::dayparts::Daypart;

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::openings::Opening;
use crate::pairs::Pair;
use crate::people::Bar;
use crate::stretch::Stretch;
use crate::words::{bits, in_at_least};

/// See [`super::Gate::Dayparts`].
pub(crate) struct Dayparts;

impl Guard for Dayparts {
    const AT_ONCE: bool = true;

    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.is_barred(Bar::Daypart) | too_few_others(pair)
    }

    #[inline]
    fn shut_for(stretch: &Stretch) -> u64 {
        stretch.barred(Bar::Daypart) | with_too_few_others(stretch)
    }

    fn detail_sets(stretch: &Stretch, each: &mut dyn FnMut(usize, u64)) {
        stretch.barred_each(Bar::Daypart).for_each(|(daypart, missing)| each(daypart, missing));
        each(Daypart::ALL.len(), with_too_few_others(stretch));
    }

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::Dayparts) || (pair.work().fixed == 0 && pair.work().flexible == 0)
    }

    fn detail_count(_: &Demand) -> usize {
        Daypart::ALL.len() + 1
    }

    /// Each fixed daypart that is missing, and the one after all dayparts when too few others remain.
    fn details(pair: &Pair, each: &mut dyn FnMut(usize)) {
        bits(missing(pair).into()).for_each(&mut *each);
        if too_few_others(pair) {
            each(Daypart::ALL.len());
        }
    }

    fn detail_name(_: &Demand, detail: usize) -> &str {
        Daypart::ALL.get(detail).map_or("", |daypart| daypart.as_str())
    }

    fn can_open(pair: &Pair) -> bool {
        available(pair).count_ones() >= pair.work().fixed.count_ones() + pair.work().flexible
    }

    /// Each missing daypart, in the order of the week, to the person's next one that is not fixed already.
    fn opening(pair: &Pair) -> Option<Opening> {
        if !Self::can_open(pair) {
            return None;
        }
        let free = Daypart::of_mask(available(pair) & !pair.work().fixed);
        Some(Opening::Move(Daypart::of_mask(missing(pair)).zip(free).collect()))
    }
}

/// When the person can come, asked only when that is told.
#[inline]
fn available(pair: &Pair) -> u32 {
    !(pair.layer.bar(pair.number, Bar::Daypart) as u32) & Daypart::WEEK
}

/// The fixed dayparts on which the person cannot come.
#[inline]
fn missing(pair: &Pair) -> u32 {
    pair.barred(Bar::Daypart) as u32
}

/// Those of whose other dayparts fewer remain than are asked.
fn with_too_few_others(stretch: &Stretch) -> u64 {
    let work = &stretch.demand().work;
    if work.flexible == 0 {
        return 0;
    }
    let too_many = (work.other_dayparts().count_ones() + 1).saturating_sub(work.flexible);
    stretch.told(Ask::Dayparts) & in_at_least(too_many, stretch.absent_from_others())
}

/// Whether fewer of the person's other dayparts remain than are asked.
#[inline]
fn too_few_others(pair: &Pair) -> bool {
    let asked = pair.work().flexible;
    asked > 0 && pair.told(Ask::Dayparts) && (available(pair) & !pair.work().fixed).count_ones() < asked
}
