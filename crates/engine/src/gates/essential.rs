//! Every essential requirement reaches its threshold.
#![allow(clippy::indexing_slicing, reason = "requirements are numbered by the list that their values are in")]

use super::{Guard, Verdict};
use crate::asks::Ask;
use crate::demand::Demand;
use crate::openings::Opening;
use crate::pairs::Pair;

/// See [`super::Gate::Essential`].
pub(crate) struct Essential;

impl Guard for Essential {
    #[inline]
    fn verdict(pair: &Pair) -> Verdict {
        if pair.demand.knob.essential_from.get() == 0 || pair.work().requirements.essentials.is_empty() {
            return Verdict::Open;
        }
        let abilities = pair.abilities();
        Verdict::shut_when(pair.told(Ask::Competences), abilities.is_some_and(|abilities| !abilities.essentials))
    }

    fn detail_count(demand: &Demand) -> usize {
        demand.work.requirements.essentials.len()
    }

    fn details(pair: &Pair, each: &mut dyn FnMut(usize)) {
        let (values, threshold) = (pair.requirement_values(), pair.demand.knob.essential_from.get());
        let essentials = pair.work().requirements.essentials.iter().enumerate();
        let under = essentials.filter(|(_, essential)| essential.asked.iter().any(|asked| values[*asked] < threshold));
        under.for_each(|(at, _)| each(at));
    }

    fn detail_name(demand: &Demand, detail: usize) -> &str {
        let essential = demand.work.requirements.essentials.get(detail);
        let competence = essential.and_then(|essential| demand.vocabulary().competences.get(essential.competence as usize));
        competence.map_or("", |competence| competence.id.as_str())
    }

    fn can_open(_: &Pair) -> bool {
        true
    }

    fn opening(pair: &Pair) -> Option<Opening> {
        let mut names = Vec::new();
        Self::details(pair, &mut |detail| names.push(Self::detail_name(pair.demand, detail).to_owned()));
        Some(Opening::Guidance(names))
    }
}
