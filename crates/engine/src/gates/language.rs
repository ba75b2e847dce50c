//! The person speaks every language that is asked, well enough.

use raakvlak_domain::languages::LanguageLevel;

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::pairs::Pair;

/// See [`super::Gate::Language`].
pub(crate) struct Language;

impl Guard for Language {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.told(Ask::Languages) && pair.inquiry.languages.iter().any(|asked| falls_short(pair, *asked))
    }

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::Languages) || pair.inquiry.languages.is_empty()
    }

    fn detail_count(demand: &Demand) -> usize {
        demand.work.languages.len()
    }

    fn details(pair: &Pair, each: &mut dyn FnMut(usize)) {
        let asked = pair.inquiry.languages.iter().enumerate();
        asked.filter(|(_, asked)| falls_short(pair, **asked)).for_each(|(at, _)| each(at));
    }

    fn detail_name(demand: &Demand, detail: usize) -> &str {
        demand.work.languages.get(detail).map_or("", |(language, _)| language.as_str())
    }
}

/// Whether the person does not speak a language, or under the level asked.
#[inline]
fn falls_short(pair: &Pair, (language, level): (u32, LanguageLevel)) -> bool {
    !pair.layer.languages(pair.number).iter().any(|(spoken, how_well)| *spoken == language && *how_well >= level)
}
