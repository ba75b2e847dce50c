//! As much work as the person wants, not as much as possible.

use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::packages::PackageHours;
use raakvlak_domain::quantities::WHOLE;

use super::Measure;
use crate::demand::Work;
use crate::pairs::Pair;

/// See [`Criterion::Hours`].
pub(crate) struct Hours;

impl Measure for Hours {
    const CRITERION: Criterion = Criterion::Hours;

    fn is_silent(_: &Work) -> bool {
        false
    }

    #[inline]
    fn measure(pair: &Pair) -> Option<u32> {
        Some(fit(pair.range_left()?, pair.work().hours))
    }
}

/// Twice what is wanted against twice what the package can give of it; all in tenths of an hour.
#[inline]
pub(crate) fn fit((start, end): (i64, i64), asked: PackageHours) -> u32 {
    let whole = i64::from(WHOLE);
    let wanted = start + end.max(start);
    let given = wanted.clamp(2 * i64::from(asked.min.get()), 2 * i64::from(asked.max.get()));
    let missed = match wanted {
        0 => {
            if given == 0 {
                0
            } else {
                whole
            }
        }
        _ => whole * (wanted - given).abs() / wanted,
    };
    (whole - missed).max(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_and_less_than_wanted_both_count_against() {
        let asked = |min, max| PackageHours {
            min: raakvlak_domain::quantities::Hours::new(min).unwrap(),
            max: raakvlak_domain::quantities::Hours::new(max).unwrap(),
        };
        assert_eq!(fit((40, 160), asked(40, 80)), 8_000, "wants 100 on average and can have 80");
        assert_eq!(fit((40, 160), asked(100, 120)), 10_000);
        assert_eq!(fit((10, 10), asked(25, 40)), 0, "more than twice what is wanted");
        assert_eq!(fit((30, 30), asked(40, 40)), 6_667);
        assert_eq!(fit((0, 0), asked(0, 40)), 10_000);
        assert_eq!(fit((0, 0), asked(10, 40)), 0);
        assert_eq!(fit((20, -30), asked(20, 20)), 10_000, "an end before the start counts as the start");
    }
}
