//! The expert never wants to be matched with this organisation.

use super::Guard;
use crate::pairs::Pair;

/// See [`super::Gate::Avoided`].
pub(crate) struct Avoided;

impl Guard for Avoided {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.layer.avoids(pair.number, pair.inquiry.organisation)
    }
}
