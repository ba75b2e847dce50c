//! No rule blocks this combination. Which people the rules block for a package is worked out before and given with the demand.

use super::Guard;
use crate::pairs::Pair;

/// See [`super::Gate::Rule`].
pub(crate) struct Rule;

impl Guard for Rule {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        let blocked = &pair.inquiry.blocked;
        !blocked.is_empty() && blocked.binary_search(&(pair.number as u32)).is_ok()
    }
}
