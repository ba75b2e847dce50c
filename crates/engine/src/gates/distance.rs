//! The work is no further away than the person wants to travel, where one has to be there.

use raakvlak_domain::packages::Remote;

use super::Guard;
use crate::openings::Opening;
use crate::pairs::Pair;
use crate::stretch::Stretch;

/// See [`super::Gate::Distance`].
pub(crate) struct Distance;

impl Guard for Distance {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.work().remote == Remote::None && pair.is_beyond_limit()
    }

    /// Where everybody in the zone lives too far away, nobody is measured.
    fn shut_for(stretch: &Stretch) -> u64 {
        match stretch.inquiry.journey() {
            None => 0,
            Some(from) if stretch.inquiry.layer.zones.is_beyond(stretch.zone(), from) => stretch.here,
            Some(from) => stretch.beyond(from),
        }
    }

    fn is_decided(pair: &Pair) -> bool {
        pair.work().remote != Remote::None || pair.work().point.is_none() || pair.distance_and_limit().is_some()
    }

    fn can_open(_: &Pair) -> bool {
        true
    }

    fn opening(_: &Pair) -> Option<Opening> {
        Some(Opening::Remote(Remote::Partly))
    }
}
