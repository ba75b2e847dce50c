//! The expert never wants to be matched with this organisation.

use super::Guard;
use crate::pairs::Pair;
use crate::stretch::Stretch;

/// See [`super::Gate::Avoided`].
pub(crate) struct Avoided;

impl Guard for Avoided {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.inquiry.avoiding.binary_search(&(pair.number as u32)).is_ok()
    }

    fn shut_for(stretch: &Stretch) -> u64 {
        stretch.among_these(stretch.inquiry.avoiding)
    }
}
