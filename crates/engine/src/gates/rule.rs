//! No rule blocks this combination. Which people the rules block for a package is worked out before and given with the demand.

use super::Guard;
use crate::pairs::Pair;
use crate::stretch::Stretch;

/// See [`super::Gate::Rule`].
pub(crate) struct Rule;

impl Guard for Rule {
    const AT_ONCE: bool = true;

    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.inquiry.blocked.has(pair.number)
    }

    #[inline]
    fn shut_for(stretch: &Stretch) -> u64 {
        stretch.among_these(&stretch.inquiry.blocked)
    }
}
