//! How well the distinct required competences are met.

use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::quantities::WHOLE;

use super::Measure;
use crate::abilities::weighted_sum;
use crate::asks::Ask;
use crate::demand::Work;
use crate::pairs::Pair;
use crate::promising::AtMost;

/// See [`Criterion::Competence`].
pub(crate) struct Competence;

impl Measure for Competence {
    const CRITERION: Criterion = Criterion::Competence;

    fn is_silent(work: &Work) -> bool {
        !work.asks_competences()
    }

    #[inline]
    fn measure(pair: &Pair) -> Option<u32> {
        pair.abilities().map(|abilities| abilities.competence)
    }

    #[inline]
    fn bounds(pair: &Pair) -> Option<[u32; 2]> {
        if !pair.told(Ask::Competences) {
            return None;
        }
        match pair.abilities_so_far() {
            Some(abilities) => Some([abilities.competence; 2]),
            None => Some([0, pair.abilities_at_most().map_or(WHOLE, AtMost::competence)]),
        }
    }
}

/// The weighted mean over the distinct competences, each at its highest level and with its strongest need.
#[inline]
pub(crate) fn mean(work: &Work, values: &[u32]) -> u32 {
    let requirements = &work.requirements;
    weighted_sum(&requirements.distinct, values).checked_div(requirements.distinct_weights).unwrap_or(0) as u32
}
