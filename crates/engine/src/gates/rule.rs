//! No rule blocks this combination. Which people the rules block for a package is worked out before and given with the demand.

use super::Guard;
use crate::pairs::Pair;
use crate::stretch::Stretch;

/// See [`super::Gate::Rule`].
pub(crate) struct Rule;

impl Guard for Rule {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.inquiry.blocked.binary_search(&(pair.number as u32)).is_ok()
    }

    fn shut_for(stretch: &Stretch) -> u64 {
        stretch.among_these(&stretch.inquiry.blocked)
    }
}
