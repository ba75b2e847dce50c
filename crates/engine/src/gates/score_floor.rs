//! The score reaches the floor, unless part of it stands on doubt.

use super::{Guard, Verdict};
use crate::openings::Opening;
use crate::pairs::Pair;

/// See [`super::Gate::ScoreFloor`]. Asked only where every other gate is not shut.
pub(crate) struct ScoreFloor;

impl Guard for ScoreFloor {
    /// Where only silent criteria have weight there is no score to speak of, and the floor shuts nobody.
    #[inline]
    fn verdict(pair: &Pair) -> Verdict {
        let under = pair.demand.weight_sum > 0 && pair.outcome().score < pair.demand.knob.floor.get();
        if under { Verdict::shut_when(!pair.outcome().stands_on_doubt(), true) } else { Verdict::Open }
    }

    fn can_open(_: &Pair) -> bool {
        true
    }

    fn opening(pair: &Pair) -> Option<Opening> {
        Some(Opening::Floor(pair.outcome().score))
    }
}
