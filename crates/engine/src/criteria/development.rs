//! Whether what a person wishes to learn can be learned here.

use raakvlak_domain::knobs::Criterion;

use super::Measure;
use crate::demand::Work;
use crate::pairs::Pair;

/// See [`Criterion::Development`].
pub(crate) struct Development;

impl Measure for Development {
    const CRITERION: Criterion = Criterion::Development;

    fn is_silent(work: &Work) -> bool {
        work.learnables.is_empty()
    }

    /// The mean over the wishes; without wishes, told or not, there is nothing to measure.
    #[inline]
    fn measure(pair: &Pair) -> Option<u32> {
        let wishes = pair.wishes();
        let sum: u64 = wishes.iter().map(|wish| u64::from(pair.work().wish_value(*wish))).sum();
        sum.checked_div(wishes.len() as u64).map(|mean| mean as u32)
    }
}
