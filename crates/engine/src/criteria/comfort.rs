//! How far the conditions of the work suit, and what on offer makes up for what does not.

use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::quantities::WHOLE;

use super::Measure;
use crate::asks::Ask;
use crate::demand::Work;
use crate::pairs::Pair;
use crate::people::Fact;

/// See [`Criterion::Comfort`].
pub(crate) struct Comfort;

impl Measure for Comfort {
    const CRITERION: Criterion = Criterion::Comfort;

    fn is_silent(work: &Work) -> bool {
        !work.has_surroundings()
    }

    #[inline]
    fn measure(pair: &Pair) -> Option<u32> {
        if !pair.told(Ask::RatherNot) && !pair.told(Ask::Helps) {
            return None;
        }
        let disliked = WHOLE * disliked(pair).count_ones();
        let loss = disliked.checked_div(pair.work().present.count_ones()).unwrap_or(0);
        Some(WHOLE - loss + (loss / 2).min(1_000 * helpful(pair).count_ones()))
    }
}

/// The conditions present that the person would rather not have.
#[inline]
pub(crate) fn disliked(pair: &Pair) -> u64 {
    pair.fact(Fact::RatherNot) & pair.work().present
}

/// The adaptations on offer that help the person.
#[inline]
pub(crate) fn helpful(pair: &Pair) -> u64 {
    pair.fact(Fact::Helps) & pair.work().offered
}
