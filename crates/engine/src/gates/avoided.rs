//! The expert never wants to be matched with this organisation.
#![allow(clippy::indexing_slicing, reason = "the number of a pair is one of its pool")]

use super::Guard;
use crate::pairs::Pair;
use crate::people::Standing;

/// See [`super::Gate::Avoided`].
pub(crate) struct Avoided;

impl Guard for Avoided {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        let avoids = pair.pool.standing[pair.number].among(Standing::AVOIDS) != 0;
        avoids && pair.pool.avoid.row(pair.number).contains(&pair.inquiry.organisation)
    }
}
