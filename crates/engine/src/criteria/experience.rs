//! Lived experience: the share of the asked domains that this person knows from life.

use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::quantities::WHOLE;

use super::Measure;
use crate::asks::Ask;
use crate::demand::Work;
use crate::pairs::Pair;
use crate::people::Fact;

/// See [`Criterion::Experience`].
pub(crate) struct Experience;

impl Measure for Experience {
    const CRITERION: Criterion = Criterion::Experience;

    fn is_silent(work: &Work) -> bool {
        work.experience == 0
    }

    #[inline]
    fn measure(pair: &Pair) -> Option<u32> {
        pair.told(Ask::Experience).then(|| share(shared(pair), pair.work().experience))
    }
}

/// How much of what is asked is shared; of what asks something.
#[inline]
pub(crate) fn share(shared: u64, asked: u64) -> u32 {
    shared.count_ones() * WHOLE / asked.count_ones()
}

/// The asked domains that the person knows.
#[inline]
pub(crate) fn shared(pair: &Pair) -> u64 {
    pair.fact(Fact::Experience) & pair.work().experience
}
