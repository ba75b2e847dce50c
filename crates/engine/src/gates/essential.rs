//! Every essential requirement reaches its threshold.
#![allow(clippy::indexing_slicing, reason = "requirements are numbered by the list that their values are in")]

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::openings::Opening;
use crate::pairs::Pair;
use crate::stretch::Stretch;

/// See [`super::Gate::Essential`].
pub(crate) struct Essential;

impl Guard for Essential {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        has_threshold(pair.demand) && pair.abilities().is_some_and(|abilities| !abilities.essentials)
    }

    fn shut_for(stretch: &Stretch) -> u64 {
        if has_threshold(stretch.demand()) { stretch.among(stretch.here, Self::is_shut) } else { 0 }
    }

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::Competences) || !has_threshold(pair.demand)
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

/// Whether anything is essential and must reach something.
#[inline]
fn has_threshold(demand: &Demand) -> bool {
    demand.knob.essential_from.get() > 0 && !demand.work.requirements.essentials.is_empty()
}
