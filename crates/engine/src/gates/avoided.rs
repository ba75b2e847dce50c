//! The expert never wants to be matched with this organisation.

use super::Guard;
use crate::pairs::Pair;
use crate::stretch::Stretch;

/// See [`super::Gate::Avoided`].
pub(crate) struct Avoided;

impl Guard for Avoided {
    const AT_ONCE: bool = true;

    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.inquiry.avoiding.has(pair.number)
    }

    #[inline]
    fn shut_for(stretch: &Stretch) -> u64 {
        stretch.among_these(&stretch.inquiry.avoiding)
    }
}
