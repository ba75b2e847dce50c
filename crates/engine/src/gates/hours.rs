//! The hours that the person has left meet the hours that the package asks.

use raakvlak_domain::packages::PackageHours;
use raakvlak_domain::quantities;

use super::Guard;
use crate::asks::Ask;
use crate::openings::Opening;
use crate::pairs::{Pair, range_left};
use crate::stretch::Stretch;

/// See [`super::Gate::Hours`].
pub(crate) struct Hours;

impl Guard for Hours {
    const QUICK: bool = true;

    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.range_left().is_some_and(|range| are_apart(range, pair.work().hours))
    }

    fn shut_for(stretch: &Stretch) -> u64 {
        let asked = stretch.demand().work.hours;
        stretch.told(Ask::Hours) & stretch.ballot(&stretch.inquiry.layer.hours, |hours| are_apart(range_left(hours), asked))
    }

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::Hours)
    }

    fn can_open(pair: &Pair) -> bool {
        pair.range_left().is_some_and(|(start, end)| end >= start && end > 0)
    }

    fn opening(pair: &Pair) -> Option<Opening> {
        let range = pair.range_left().filter(|(start, end)| end >= start && *end > 0)?;
        nearest(range, pair.work().hours).map(Opening::Hours)
    }
}

/// Whether a range of hours that is left and the hours asked have nothing in common.
#[inline]
pub(crate) fn are_apart((start, end): (i64, i64), asked: PackageHours) -> bool {
    (end < start) | (end < asked.min.get().into()) | (start > asked.max.get().into())
}

/// The hours nearest to those asked that meet the range left: the fewest come down to its end, or the most go up to its start.
fn nearest((start, end): (i64, i64), asked: PackageHours) -> Option<PackageHours> {
    let hours = |tenths: i64| u32::try_from(tenths).ok().and_then(quantities::Hours::new);
    let (min, max) = (i64::from(asked.min.get()).min(end), i64::from(asked.max.get()).max(start));
    Some(PackageHours { min: hours(min)?, max: hours(max)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(min: u32, max: u32) -> PackageHours {
        PackageHours { min: quantities::Hours::new(min).unwrap(), max: quantities::Hours::new(max).unwrap() }
    }

    #[test]
    fn one_end_moves_as_little_as_it_can() {
        assert_eq!(nearest((20, 30), hours(40, 80)), Some(hours(30, 80)));
        assert_eq!(nearest((90, 120), hours(40, 80)), Some(hours(40, 90)));
        assert_eq!(nearest((0, 5), hours(40, 80)), Some(hours(5, 80)));
    }

    /// Every other choice of hours that meets the range is further from today's.
    #[test]
    fn no_other_hours_are_nearer() {
        for (range, (asked_min, asked_max)) in [((2, 3), (4, 8)), ((9, 12), (4, 8)), ((0, 1), (2, 2)), ((7, 7), (1, 3))] {
            let found = nearest(range, hours(asked_min, asked_max)).unwrap();
            let cost = |min: u32, max: u32| (min.abs_diff(asked_min) + max.abs_diff(asked_max), min.abs_diff(asked_min));
            let meets = |min: u32, max: u32| max > 0 && min <= max && range.1 >= i64::from(min) && range.0 <= i64::from(max);
            let all = (0..20).flat_map(|min| (0..20).map(move |max| (min, max))).filter(|(min, max)| meets(*min, *max));
            let best = all.min_by_key(|(min, max)| cost(*min, *max)).unwrap();
            assert_eq!((found.min.get(), found.max.get()), best);
        }
    }
}
