//! No rule blocks this combination. Which people the rules block for a package is worked out before and given with the demand.

use super::{Guard, Verdict};
use crate::pairs::Pair;

/// See [`super::Gate::Rule`].
pub(crate) struct Rule;

impl Guard for Rule {
    #[inline]
    fn verdict(pair: &Pair) -> Verdict {
        let blocked = &pair.inquiry.blocked;
        Verdict::shut_when(true, !blocked.is_empty() && blocked.binary_search(&(pair.number as u32)).is_ok())
    }
}
