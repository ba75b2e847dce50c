//! The expert never wants to be matched with this organisation.

use super::Guard;
use crate::pairs::Pair;
use crate::people::{Bar, Standing};
use crate::stretch::Stretch;

/// See [`super::Gate::Avoided`].
pub(crate) struct Avoided;

impl Guard for Avoided {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.layer.avoids(pair.number, pair.inquiry.organisation)
    }

    fn shut_for(stretch: &Stretch) -> u64 {
        stretch.among(stretch.having(Bar::Standing, Standing::AVOIDS.into()), Self::is_shut)
    }
}
