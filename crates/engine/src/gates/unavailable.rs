//! Without the person's own yes nobody is matched; nor while they are paused, or on standby for work that is no call-up.
#![allow(clippy::indexing_slicing, reason = "the number of a pair is one of its pool")]

use super::Guard;
use crate::demand::Demand;
use crate::pairs::Pair;
use crate::people::Standing;
use crate::words::bits;

/// The details, in the order of the bits of [`Standing`].
const DETAILS: [&str; 4] = ["no", "not_asked", "paused", "standby"];

/// See [`super::Gate::Unavailable`].
pub(crate) struct Unavailable;

impl Guard for Unavailable {
    const QUICK: bool = true;

    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        reasons(pair) != 0
    }

    fn detail_count(_: &Demand) -> usize {
        DETAILS.len()
    }

    fn details(pair: &Pair, each: &mut dyn FnMut(usize)) {
        bits(reasons(pair).into()).for_each(each);
    }

    fn detail_name(_: &Demand, detail: usize) -> &str {
        DETAILS.get(detail).copied().unwrap_or_default()
    }
}

#[inline]
fn reasons(pair: &Pair) -> u8 {
    let standby = if pair.work().call_up { 0 } else { Standing::STANDBY };
    pair.pool.standing[pair.number].among(Standing::NO | Standing::NOT_ASKED | Standing::PAUSED | standby)
}
