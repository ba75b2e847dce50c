//! What linking looks at: terms, the wordings they stand in, the terms that stand for each other, and the surroundings of concepts.

use std::collections::HashMap;

use raakvlak_domain::languages::Language;

use crate::rows::Rows;

use super::analysis::Analysis;
use super::rarity::UNKNOWN;
use super::spelling::Spelling;

/// How many words that are written nearly alike are looked at.
const NEAREST: usize = 8;

/// What the scores need of a wording, close together for speed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wording {
    /// Whose wording it is.
    pub(crate) concept: u32,
    /// The weight of all its terms together.
    pub(crate) mass: f32,
    /// 1 for a label, less for an alternative.
    pub(crate) trust: f32,
}

/// A term in a wording or in the surroundings of a concept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posting {
    /// The number of the wording or of the concept.
    pub(crate) place: u32,
    /// How much the term weighs there.
    pub(crate) weight: f32,
}

/// A term that stands for another one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meaning {
    /// The term.
    pub(crate) term: u32,
    /// How well it stands for the other, 0..=1.
    pub(crate) strength: f32,
}

/// The words of one language.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// The number of each stem and run of letters.
    pub(crate) terms: HashMap<String, u32>,
    /// The terms of words as they are written.
    pub(crate) words: HashMap<String, u32>,
    /// Which words are written nearly alike.
    pub(crate) spelling: Spelling,
}

/// A vocabulary, ready for linking.
pub(crate) struct Index {
    pub(crate) analysis: Analysis,
    pub(crate) nl: Lexicon,
    pub(crate) en: Lexicon,
    /// By term: how rare it is.
    pub(crate) rarity: Vec<f32>,
    /// By term: the terms that stand for it, best first.
    pub(crate) meanings: Rows<Meaning>,
    /// In order of the concept.
    pub(crate) wordings: Vec<Wording>,
    /// By wording: the text itself.
    pub(crate) texts: Vec<String>,
    /// By term: the wordings it stands in.
    pub(crate) postings: Rows<Posting>,
    /// By term: the concepts whose surroundings it stands in.
    pub(crate) surroundings: Rows<Posting>,
    /// By concept: what its score is multiplied by, for a text in Dutch and in English.
    pub(crate) standing: Vec<(f32, f32)>,
}

impl Index {
    /// The words of a language.
    pub(crate) fn lexicon(&self, language: Language) -> &Lexicon {
        match language {
            Language::Nl => &self.nl,
            Language::En => &self.en,
        }
    }

    /// How rare a term is; what is not known at all says little.
    pub(crate) fn rarity(&self, term: u32) -> f32 {
        self.rarity.get(term as usize).copied().unwrap_or(UNKNOWN)
    }

    /// The terms of other words that are written nearly like this one, with their closeness, closest first.
    pub(crate) fn nearest(&self, word: &str, language: Language, known: bool) -> Vec<Meaning> {
        let lexicon = self.lexicon(language);
        let near = lexicon.spelling.nearest(word, known, NEAREST).into_iter();
        near.filter_map(|(word, strength)| Some(Meaning { term: *lexicon.words.get(word)?, strength })).collect()
    }
}
