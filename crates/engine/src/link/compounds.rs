//! Takes Dutch compounds apart with the vocabulary's own words (P. Koehn and K. Knight, 2003: the split whose parts are known best).

use std::collections::{HashMap, HashSet};

use raakvlak_domain::languages::Language;

use super::rarity::log2;
use super::words::Stemmers;

/// What may stand between two parts of a compound.
const LINKS: [&str; 4] = ["", "s", "en", "e"];
/// The shortest part, in bytes.
const SHORTEST_PART: usize = 3;
/// A part this short needs to be a common word.
const SHORT_PART: usize = 4;
/// The shortest known part beside a rest that is not known, in bytes.
const LONG_PART: usize = 5;
/// In how many wordings a short part must stand to count as common.
const COMMON: u32 = 6;
/// The most parts.
const MOST_PARTS: usize = 4;

/// The words that compounds are made of, each with the number of wordings that it stands in.
#[derive(Debug, Default)]
pub(crate) struct Compounds {
    words: HashMap<String, u32>,
    stems: HashMap<String, u32>,
    kept: HashSet<String>,
}

/// The best way found so far to write a beginning of the word as parts.
#[derive(Clone)]
struct Split {
    parts: Vec<(usize, usize)>,
    /// The product of the parts' counts, each as a logarithm in 1/256 of a doubling.
    known: u64,
}

impl Compounds {
    /// Counts a word of a Dutch wording.
    pub(crate) fn count(&mut self, word: &str, stemmers: &Stemmers) {
        if word.len() >= SHORTEST_PART && word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            *self.words.entry(word.to_owned()).or_default() += 1;
            *self.stems.entry(stemmers.stem(word, Language::Nl)).or_default() += 1;
        }
    }

    /// Has this word always be looked up as a whole.
    pub(crate) fn keep(&mut self, word: &str) {
        self.kept.insert(word.to_owned());
    }

    /// The parts of a compound, at least two; `None` when the word is not one.
    pub(crate) fn split<'a>(&self, word: &'a str, stemmers: &Stemmers) -> Option<Vec<&'a str>> {
        if word.len() < 2 * SHORT_PART || !word.bytes().all(|byte| byte.is_ascii_lowercase()) || self.kept.contains(word) {
            return None;
        }
        let Some(best) = self.best(word, stemmers) else { return self.half_known(word, stemmers) };
        let parts = u64::try_from(best.parts.len()).ok()?;
        if best.known / parts <= log2(u64::from(self.count_of(word)) + 1) {
            return None;
        }
        best.parts.iter().map(|&(from, to)| word.get(from..to)).collect()
    }

    fn count_of(&self, word: &str) -> u32 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// A known part and a rest that is not known: the longest known end, which says what a Dutch compound is, or else the longest known
    /// beginning. The part has to be clearly more common than the whole.
    fn half_known<'a>(&self, word: &'a str, stemmers: &Stemmers) -> Option<Vec<&'a str>> {
        let common = 3 * self.count_of(word) + 3;
        let ends = SHORT_PART..=word.len().checked_sub(LONG_PART)?;
        let mut beginnings = (LONG_PART..=word.len().checked_sub(SHORT_PART)?).rev();
        let end = ends
            .into_iter()
            .find(|&at| word.get(at..).and_then(|part| self.known(part, true, stemmers)).is_some_and(|count| count > common));
        let at = end.or_else(|| beginnings.find(|&at| word.get(..at).is_some_and(|part| self.count_of(part) > common)))?;
        Some(vec![word.get(..at)?, word.get(at..)?])
    }

    fn best(&self, word: &str, stemmers: &Stemmers) -> Option<Split> {
        let mut best: Vec<Option<Split>> = vec![None; word.len() + 1];
        if let Some(start) = best.first_mut() {
            *start = Some(Split { parts: Vec::new(), known: 0 });
        }
        for from in 0..word.len() {
            let Some(Some(before)) = best.get(from).cloned() else { continue };
            if before.parts.len() >= MOST_PARTS {
                continue;
            }
            for to in from + SHORTEST_PART..=word.len() {
                self.extend(word, &before, (from, to), stemmers, &mut best);
            }
        }
        best.pop().flatten().filter(|split| split.parts.len() > 1)
    }

    fn extend(&self, word: &str, before: &Split, (from, to): (usize, usize), stemmers: &Stemmers, best: &mut [Option<Split>]) {
        if from == 0 && to == word.len() {
            return;
        }
        let Some(part) = word.get(from..to) else { return };
        let Some(count) = self.known(part, to == word.len(), stemmers) else { return };
        let mut split = before.clone();
        split.parts.push((from, to));
        split.known += log2(u64::from(count) + 1);
        for link in LINKS {
            let next = to + link.len();
            let follows = link.is_empty() || (next < word.len() && word.get(to..next) == Some(link));
            if !follows {
                continue;
            }
            if let Some(place) = best.get_mut(next)
                && place.as_ref().is_none_or(|known| better(&split, known))
            {
                *place = Some(split.clone());
            }
        }
    }

    /// In how many wordings a part is known; before the last part the bare stem of a verb is known as well.
    fn known(&self, part: &str, last: bool, stemmers: &Stemmers) -> Option<u32> {
        let mut count = self.words.get(part).copied().unwrap_or(0);
        if part.len() >= SHORT_PART {
            let stem = stemmers.stem(part, Language::Nl);
            if last || stem == part {
                count = count.max(self.stems.get(&stem).copied().unwrap_or(0));
            }
        }
        let enough = if part.len() < SHORT_PART { COMMON } else { 1 };
        (count >= enough).then_some(count)
    }
}

/// The higher mean count of the parts, then the fewer parts.
fn better(one: &Split, other: &Split) -> bool {
    let (many, few) = (other.parts.len() as u64, one.parts.len() as u64);
    (one.known * many).cmp(&(other.known * few)).then_with(|| many.cmp(&few)).is_gt()
}
