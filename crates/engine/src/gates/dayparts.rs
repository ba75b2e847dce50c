//! The person can come on the dayparts that the package asks.

use raakvlak_domain::dayparts::Daypart;

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::openings::Opening;
use crate::pairs::Pair;
use crate::people::Bar;
use crate::stretch::Stretch;
use crate::words::bits;

/// See [`super::Gate::Dayparts`].
pub(crate) struct Dayparts;

impl Guard for Dayparts {
    const QUICK: bool = true;

    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.is_barred(Bar::Daypart) | too_few_others(pair)
    }

    fn shut_for(stretch: &Stretch) -> u64 {
        let others = if stretch.demand().work.flexible > 0 { stretch.told(Ask::Dayparts) & with_too_few_others(stretch) } else { 0 };
        stretch.barred(Bar::Daypart) | others
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

/// Every daypart.
const WEEK: u32 = (1 << Daypart::ALL.len()) - 1;

/// When the person can come, asked only when that is told.
#[inline]
fn available(pair: &Pair) -> u32 {
    !(pair.layer.bar(pair.number, Bar::Daypart) as u32) & WEEK
}

/// The fixed dayparts on which the person cannot come.
#[inline]
fn missing(pair: &Pair) -> u32 {
    pair.barred(Bar::Daypart) as u32
}

/// Whose others are fewer than asked, told or not: all the dayparts that are not fixed, less those of them that do not suit.
fn with_too_few_others(stretch: &Stretch) -> u64 {
    let (layer, work) = (stretch.inquiry.layer, &stretch.demand().work);
    let others = !work.fixed & WEEK;
    let (word, mask) = layer.mask(Bar::Daypart, others.into());
    stretch.ballot(layer.words(word), |word| others.count_ones() - (word & mask).count_ones() < work.flexible)
}

/// Whether fewer of the person's other dayparts remain than are asked.
#[inline]
fn too_few_others(pair: &Pair) -> bool {
    let asked = pair.work().flexible;
    asked > 0 && pair.told(Ask::Dayparts) && (available(pair) & !pair.work().fixed).count_ones() < asked
}
