//! The work is no further away than the person wants to travel, where one has to be there.

use raakvlak_domain::packages::Remote;

use super::{Guard, Verdict};
use crate::openings::Opening;
use crate::pairs::Pair;

/// See [`super::Gate::Distance`].
pub(crate) struct Distance;

impl Guard for Distance {
    #[inline]
    fn verdict(pair: &Pair) -> Verdict {
        if pair.work().remote != Remote::None || pair.work().point.is_none() {
            return Verdict::Open;
        }
        let travel = pair.distance_and_limit();
        Verdict::shut_when(travel.is_some(), travel.is_some_and(|(distance, limit)| distance > limit))
    }

    fn can_open(_: &Pair) -> bool {
        true
    }

    fn opening(_: &Pair) -> Option<Opening> {
        Some(Opening::Remote(Remote::Partly))
    }
}
