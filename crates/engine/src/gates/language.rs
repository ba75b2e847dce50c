//! The person speaks every language that is asked, well enough.

use raakvlak_domain::languages::LanguageLevel;

use super::Guard;
use crate::asks::Ask;
use crate::demand::Demand;
use crate::pairs::Pair;
use crate::stretch::Stretch;

/// See [`super::Gate::Language`].
pub(crate) struct Language;

impl Guard for Language {
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.told(Ask::Languages) && is_too_little(pair.layer.languages(pair.number), &pair.inquiry.languages)
    }

    /// What many people give as the same answer is judged once.
    fn shut_for(stretch: &Stretch) -> u64 {
        let inquiry = stretch.inquiry;
        match &inquiry.speaking_too_little {
            _ if inquiry.languages.is_empty() => 0,
            Some(answers) => {
                let too_little = |answer: u32| answers.get(answer as usize).copied().unwrap_or(false);
                stretch.told(Ask::Languages) & stretch.ballot(&inquiry.layer.spoken, too_little)
            }
            None => stretch.among(stretch.here, Self::is_shut),
        }
    }

    fn is_decided(pair: &Pair) -> bool {
        pair.told(Ask::Languages) || pair.inquiry.languages.is_empty()
    }

    fn detail_count(demand: &Demand) -> usize {
        demand.work.languages.len()
    }

    fn details(pair: &Pair, each: &mut dyn FnMut(usize)) {
        let asked = pair.inquiry.languages.iter().enumerate();
        let spoken = pair.layer.languages(pair.number);
        asked.filter(|(_, asked)| is_missing(spoken, asked)).for_each(|(at, _)| each(at));
    }

    fn detail_name(demand: &Demand, detail: usize) -> &str {
        demand.work.languages.get(detail).map_or("", |(language, _)| language.as_str())
    }
}

/// Whether one of the languages asked is missing among those that somebody speaks, or under the level asked.
#[inline]
pub(crate) fn is_too_little<L: PartialEq>(spoken: &[(L, LanguageLevel)], asked: &[(L, LanguageLevel)]) -> bool {
    asked.iter().any(|asked| is_missing(spoken, asked))
}

/// Whether a language is missing among those that somebody speaks, or under the level asked.
#[inline]
pub(crate) fn is_missing<L: PartialEq>(spoken: &[(L, LanguageLevel)], (language, level): &(L, LanguageLevel)) -> bool {
    !spoken.iter().any(|(spoken, how_well)| spoken == language && how_well >= level)
}
