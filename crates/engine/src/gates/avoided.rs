//! The expert never wants to be matched with this organisation.

use super::{Guard, Verdict};
use crate::pairs::Pair;

/// See [`super::Gate::Avoided`].
pub(crate) struct Avoided;

impl Guard for Avoided {
    #[inline]
    fn verdict(pair: &Pair) -> Verdict {
        Verdict::shut_when(true, pair.pool.avoid.row(pair.number).contains(&pair.inquiry.organisation))
    }
}
