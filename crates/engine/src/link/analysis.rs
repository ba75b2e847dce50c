//! Takes the words of a text apart into the pieces that are looked up.

use raakvlak_domain::languages::Language;

use super::LinkWeights;
use super::compounds::Compounds;
use super::words::{Stemmers, Word, is_silent};

/// How many letters stand in a row.
const RUN: usize = 4;

/// The sorts of pieces that a word is taken apart in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A word by itself or a part of a compound.
    Plain,
    /// A whole compound whose parts are pieces as well.
    Whole,
    /// Some letters in a row.
    Letters,
}

/// A piece of a text that is looked up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    /// The stem, or the letters in a row.
    pub(crate) stem: String,
    /// The word or the part as it stood, folded; empty for letters in a row.
    pub(crate) word: String,
    /// How much it counts beside the others, before its rarity.
    pub(crate) share: f32,
    /// What sort of piece it is.
    pub(crate) kind: PieceKind,
}

/// What is needed to take texts apart in the same way for wordings and for questions.
pub(crate) struct Analysis {
    pub(crate) stemmers: Stemmers,
    pub(crate) compounds: Compounds,
    pub(crate) weights: LinkWeights,
}

impl Analysis {
    /// The pieces of some words, each once.
    pub(crate) fn pieces<'a>(&self, words: impl IntoIterator<Item = &'a Word>, language: Language) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for word in words {
            for piece in self.take_apart(&word.text, language) {
                match pieces.iter_mut().find(|known| known.stem == piece.stem) {
                    Some(known) => known.share = known.share.max(piece.share),
                    None => pieces.push(piece),
                }
            }
        }
        pieces
    }

    /// The pieces of one folded word.
    pub(crate) fn take_apart(&self, word: &str, language: Language) -> Vec<Piece> {
        let piece = |word: &str, share, kind| Piece { stem: self.stemmers.stem(word, language), word: word.to_owned(), share, kind };
        let mut pieces = match self.parts(word, language) {
            None => vec![piece(word, 1.0, PieceKind::Plain)],
            Some(parts) => {
                let mut pieces: Vec<Piece> = parts.into_iter().map(|part| piece(part, 1.0, PieceKind::Plain)).collect();
                pieces.push(piece(word, self.weights.whole, PieceKind::Whole));
                pieces
            }
        };
        if self.weights.letters > 0.0 {
            pieces.extend(letters(word, self.weights.letters));
        }
        pieces
    }

    fn parts<'a>(&self, word: &'a str, language: Language) -> Option<Vec<&'a str>> {
        let splits = language == Language::Nl && self.weights.whole < 1.0;
        splits.then(|| self.compounds.split(word, &self.stemmers)).flatten()
    }
}

/// The words that say something; all of them when none does.
pub(crate) fn telling(words: &[Word], language: Language) -> Vec<&Word> {
    let telling: Vec<&Word> = words.iter().filter(|word| !is_silent(&word.text, language)).collect();
    if telling.is_empty() { words.iter().collect() } else { telling }
}

/// The runs of letters of a word and its two ends; together they count `share` (for Dutch nearly as good as taking compounds apart:
/// P. McNamee and J. Mayfield, 2004; here they come on top).
fn letters(word: &str, share: f32) -> Vec<Piece> {
    let all: Vec<char> = std::iter::once('^').chain(word.chars()).chain(['$']).collect();
    let runs = all.windows(RUN);
    let each = share / runs.len().max(1) as f32;
    let run = |run: &[char]| std::iter::once('=').chain(run.iter().copied()).collect();
    runs.map(|letters| Piece { stem: run(letters), word: String::new(), share: each, kind: PieceKind::Letters }).collect()
}
