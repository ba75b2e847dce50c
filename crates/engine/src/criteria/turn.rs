//! Whose turn it is: how long someone has waited for an offer, or has been kept outside.

use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::quantities::WHOLE;

use super::Measure;
use crate::demand::Work;
use crate::pairs::Pair;

/// Waiting counts fully after a year.
const WAITING: u64 = 365;
/// Being aside counts fully after five years.
const ASIDE: u64 = 1_825;

/// See [`Criterion::Turn`].
pub(crate) struct Turn;

impl Measure for Turn {
    const CRITERION: Criterion = Criterion::Turn;

    fn is_silent(_: &Work) -> bool {
        false
    }

    #[inline]
    fn measure(pair: &Pair) -> Option<u32> {
        Some(pair.turn())
    }
}

#[inline]
pub(crate) fn of_days(waiting: u32, aside: u32) -> u32 {
    let share = |days: u32, all: u64| u64::from(WHOLE) * u64::from(days) / all;
    share(waiting, WAITING).max(share(aside, ASIDE)).min(WHOLE.into()) as u32
}

#[cfg(test)]
mod tests {
    use super::of_days;

    #[test]
    fn the_longer_of_waiting_and_aside_counts() {
        assert_eq!([of_days(0, 0), of_days(1, 0), of_days(0, 1), of_days(364, 1_824)], [0, 27, 5, 9_994]);
        assert_eq!([of_days(365, 0), of_days(0, 1_825), of_days(90_000, 0)], [10_000; 3]);
    }
}
