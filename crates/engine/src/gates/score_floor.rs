//! The score reaches the floor, unless part of it stands on doubt.

use super::Guard;
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

/// Where only silent criteria have weight there is no score to speak of, and the floor shuts nobody.
/// Whether the score is under the floor, and does not stand on doubt.
#[inline]
pub(crate) fn is_too_low(pair: &Pair) -> bool {
    !pair.surely_scores(pair.demand.knob.floor.get()) && is_under(pair) && !pair.outcome().stands_on_doubt()
}

#[inline]
fn is_under(pair: &Pair) -> bool {
    pair.demand.weight_sum > 0 && pair.outcome().score < pair.demand.knob.floor.get()
}
