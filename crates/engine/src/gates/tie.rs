//! Something in the work ties to this person: what they can, know from life, or want to learn.

use super::{Guard, Verdict};
use crate::criteria::{Reading, competence::Competence, development::Development, experience::Experience, read, tasks::Tasks};
use crate::pairs::Pair;

/// See [`super::Gate::Tie`].
pub(crate) struct Tie;

impl Guard for Tie {
    #[inline]
    fn verdict(pair: &Pair) -> Verdict {
        let threshold = pair.demand.knob.tie_from.get();
        let mut verdict = Verdict::Open;
        for read in [read::<Experience>, read::<Development>, read::<Tasks>, read::<Competence>] {
            verdict = match read(pair) {
                Reading::Known(value) if value >= threshold => return Verdict::Open,
                Reading::Doubt => Verdict::Unknown,
                Reading::Known(_) if verdict != Verdict::Unknown => Verdict::Shut,
                _ => verdict,
            };
        }
        verdict
    }
}
