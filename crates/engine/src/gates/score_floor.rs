//! The score reaches the floor, unless part of it stands on doubt.

use super::Guard;
use crate::criteria::Narrowed;
use crate::openings::Opening;
use crate::pairs::Pair;

/// See [`super::Gate::ScoreFloor`]. Asked only where every other gate is not shut.
pub(crate) struct ScoreFloor;

impl Guard for ScoreFloor {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        is_too_low(pair)
    }

    fn is_decided(pair: &Pair) -> bool {
        !is_under(pair)
    }

    fn can_open(_: &Pair) -> bool {
        true
    }

    fn opening(pair: &Pair) -> Option<Opening> {
        Some(Opening::Floor(pair.outcome().score))
    }
}

/// Whether the score is under the floor, and does not stand on doubt. Where only silent criteria have weight there is no score to speak of, and the
/// floor shuts nobody.
#[inline]
pub(crate) fn is_too_low(pair: &Pair) -> bool {
    let narrowed = Narrowed::of(pair, u32::MAX, pair.demand.knob.floor.get());
    !narrowed.is_over_the_floor(pair.demand.weight_sum, pair.demand.knob.floor.get()) && is_under(pair) && !pair.outcome().stands_on_doubt()
}

#[inline]
fn is_under(pair: &Pair) -> bool {
    pair.demand.weight_sum > 0 && pair.outcome().score < pair.demand.knob.floor.get()
}
