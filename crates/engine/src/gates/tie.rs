//! Something in the work ties to this person: what they can, know from life, or want to learn.

use super::Guard;
use crate::criteria::{Reading, competence::Competence, development::Development, experience::Experience, read, tasks::Tasks};
use crate::pairs::Pair;

/// See [`super::Gate::Tie`].
pub(crate) struct Tie;

impl Guard for Tie {
    /// Some of what ties is not silent, and all of that is known and under the threshold.
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        let threshold = pair.demand.knob.tie_from.get();
        let mut told = false;
        for read in TIES {
            match read(pair) {
                Reading::Silent => {}
                Reading::Known(value) if value < threshold => told = true,
                _ => return false,
            }
        }
        told
    }

    /// Nothing ties for sure, and something may.
    fn is_decided(pair: &Pair) -> bool {
        let threshold = pair.demand.knob.tie_from.get();
        let readings = TIES.map(|read| read(pair));
        let ties = readings.iter().any(|reading| matches!(reading, Reading::Known(value) if *value >= threshold));
        ties || !readings.contains(&Reading::Doubt)
    }
}

/// What can tie, what is quickly read first.
const TIES: [fn(&Pair) -> Reading; 4] = [read::<Experience>, read::<Development>, read::<Tasks>, read::<Competence>];
