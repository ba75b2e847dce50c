//! How near the work is, against how far the person wants to travel.

use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::quantities::WHOLE;

use super::Measure;
use crate::demand::Work;
use crate::pairs::Pair;

/// See [`Criterion::Proximity`].
pub(crate) struct Proximity;

impl Measure for Proximity {
    const CRITERION: Criterion = Criterion::Proximity;

    fn is_silent(work: &Work) -> bool {
        work.destination().is_none()
    }

    #[inline]
    fn measure(pair: &Pair) -> Option<u32> {
        let (distance, limit) = pair.distance_and_limit()?;
        Some(nearness(distance, limit))
    }

    #[inline]
    fn bounds(pair: &Pair) -> Option<[u32; 2]> {
        let (distance, limit) = pair.distance_at_least_and_limit()?;
        Some([0, nearness(distance, limit)])
    }
}

/// From the whole at the doorstep to nothing at the limit and beyond.
#[inline]
pub(crate) fn nearness(distance: u32, limit: u32) -> u32 {
    if distance > limit {
        return 0;
    }
    let used = (u64::from(WHOLE) * u64::from(distance)).checked_div(limit.into()).unwrap_or(0);
    WHOLE - used as u32
}

#[cfg(test)]
mod tests {
    use super::nearness;

    #[test]
    fn falls_to_nothing_at_the_limit() {
        assert_eq!([nearness(0, 0), nearness(1, 0), nearness(0, 9), nearness(9, 9), nearness(10, 9)], [10_000, 0, 10_000, 0, 0]);
        assert_eq!(nearness(1, 3), 6_667, "what is used is floored, not what is left");
        assert_eq!(nearness(19_999_999, 20_000_000), 1);
    }
}
