//! Links free text in Dutch or English to ranked competences, with nothing but the vocabulary itself and a short list of everyday words.
//!
//! How a text finds its competences, step by step; every step can be explained, and `docs/link.md` tells what each is worth:
//!
//! 1. **Words.** Unicode is taken apart (NFKD), diacritics, case and punctuation go, words that say nothing by themselves are left out.
//! 2. **Pieces.** A word becomes its stem (Snowball: M. Porter, 2001). A Dutch compound is taken apart with the vocabulary's own words
//!    (P. Koehn and K. Knight, 2003), with `-s-`, `-en-` and `-e-` between the parts. Runs of four letters come on top (P. McNamee and J.
//!    Mayfield, 2004).
//! 3. **Meanings.** A piece also stands for words that are written nearly alike (trigrams propose; F. Damerau's edit distance of 1964 and
//!    W. Winkler's measure of 1990 decide), for words that stand for it in other wordings of the same concepts and occupations, in Dutch
//!    and between Dutch and English (IBM Model 1: P. Brown et al., 1993), and for everyday words of a list by hand.
//! 4. **Scores.** A rare word tells more (S. Robertson, 2004, after K. Spärck Jones, 1972), as does a word that other wordings of the same
//!    concept use again. A wording is as good as the weighted harmonic mean of how much of the text it covers and how much of it the text
//!    covers (C. van Rijsbergen, 1979); a concept as its best wording, all its wordings together, and the words around it: of its parents,
//!    its relations and the occupations that ask for it. Among the best, a wording that is nearly the text letter for letter gains.
//! 5. **Phrases.** A text of several clauses is linked clause by clause as well, and the best concept of every clause that fits has a place.
//!
//! The work is bounded: of a text the first 4 096 bytes are read and at most 32 phrases linked. All sums are made in a fixed order with the
//! basic operations of IEEE 754 alone, so the answer is the same on every machine and any number of threads.

use std::collections::BTreeMap;

use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::Vocabulary;

mod analysis;
mod associations;
mod compounds;
mod index;
mod literal;
mod meanings;
mod phrases;
mod ranking;
mod rarity;
mod reading;
mod spelling;
mod surroundings;
mod synonyms;
mod weights;
mod words;

#[cfg(test)]
mod tests;

pub use weights::LinkWeights;

use index::Index;
use phrases::{Phrases, phrases};
use ranking::{Hit, rank};
use words::Word;

/// A competence that a text points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linked<'a> {
    /// Its position in [`Vocabulary::competences`].
    pub competence: u32,
    /// How well it fits, in basis points (0..=10 000); the order is finer than the score.
    pub score: u32,
    /// The label or alternative that fits best.
    pub matched: &'a str,
}

/// A vocabulary, ready for linking; it can be asked from any number of threads at once.
pub struct LinkIndex {
    index: Index,
}

impl LinkIndex {
    /// Reads a vocabulary.
    #[must_use]
    pub fn build(vocabulary: &Vocabulary) -> Self {
        Self::build_with(vocabulary, LinkWeights::default())
    }

    /// Reads a vocabulary, with other weights than the start values.
    #[must_use]
    pub fn build_with(vocabulary: &Vocabulary, weights: LinkWeights) -> Self {
        Self { index: reading::read(vocabulary, weights) }
    }

    /// The competences that a text points to, each once, best first and equal ones in order of their ids, at most `limit`; none when nothing
    /// in the text is known.
    ///
    /// Groups are headings over competences: one counts less than a competence that fits as well, but it is found, since a vocabulary may
    /// have nothing more precise.
    #[must_use]
    pub fn link(&self, text: &str, language: Language, limit: usize) -> Vec<Linked<'_>> {
        let phrases = phrases(text, language);
        let hits =
            if phrases.parts.is_empty() { self.rank(&phrases.words, language, limit) } else { self.rank_parts(&phrases, language, limit) };
        hits.into_iter().filter_map(|hit| self.linked(hit)).collect()
    }

    fn rank(&self, words: &[Word], language: Language, limit: usize) -> Vec<Hit> {
        let pieces = self.index.analysis.pieces(analysis::telling(words, language), language);
        let mut hits = rank(&self.index, &pieces, language, limit.max(literal::LOOKED_AT));
        literal::favour(&self.index, words, &mut hits);
        hits.truncate(limit);
        hits
    }

    /// Every phrase by itself, and the text as a whole when it is short; a concept keeps its best score. The best concept of every phrase
    /// that fits has a place, the others go by score.
    fn rank_parts(&self, phrases: &Phrases, language: Language, limit: usize) -> Vec<Hit> {
        let factor = if phrases.whole { self.index.analysis.weights.phrase } else { 1.0 };
        let mut best: BTreeMap<u32, (bool, Hit)> = BTreeMap::new();
        let mut keep = |hit: Hit, first: bool| {
            let known = best.entry(hit.concept).or_insert((first, hit));
            known.0 |= first;
            if hit.score > known.1.score {
                known.1 = hit;
            }
        };
        if phrases.whole {
            self.rank(&phrases.words, language, limit).into_iter().for_each(|hit| keep(hit, false));
        }
        for part in &phrases.parts {
            let words = phrases.words.get(part.clone()).unwrap_or(&[]);
            for (place, hit) in self.rank(words, language, limit).into_iter().enumerate() {
                let hit = Hit { score: hit.score * factor, ..hit };
                keep(hit, place == 0 && hit.score >= FITS);
            }
        }
        let mut hits: Vec<(bool, Hit)> = best.into_values().collect();
        hits.sort_by(|one, other| other.0.cmp(&one.0).then(other.1.score.total_cmp(&one.1.score)));
        hits.truncate(limit);
        hits.sort_by(|one, other| other.1.score.total_cmp(&one.1.score).then(one.1.concept.cmp(&other.1.concept)));
        hits.into_iter().map(|(_, hit)| hit).collect()
    }

    fn linked(&self, hit: Hit) -> Option<Linked<'_>> {
        let matched = self.index.texts.get(hit.wording as usize)?;
        Some(Linked { competence: hit.concept, score: (hit.score.clamp(0.0, 1.0) * 10_000.0) as u32, matched })
    }
}

/// From this score on the best concept of a phrase has a place among those of a text.
const FITS: f32 = 0.3;
