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
        Some(of_surroundings(disliked(pair), pair.work().present, helpful(pair)))
    }
}

/// What is lost by the disliked among the conditions present, up to half of it made up for by what helps.
#[inline]
pub(crate) fn of_surroundings(disliked: u64, present: u64, helpful: u64) -> u32 {
    let loss = (WHOLE * disliked.count_ones()).checked_div(present.count_ones()).unwrap_or(0);
    WHOLE - loss + (loss / 2).min(1_000 * helpful.count_ones())
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
