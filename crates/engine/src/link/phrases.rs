//! Cuts a text into the phrases that are each linked by themselves, so that a story brings several competences forward.

use std::ops::Range;

use raakvlak_domain::languages::Language;

use super::words::{Word, is_silent, joins, words};

/// How much of a text is read, in bytes; a longer one is cut at the end of a character.
pub(crate) const LONGEST_TEXT: usize = 4_096;
/// How many phrases of a text are linked.
pub(crate) const MOST_PHRASES: usize = 32;
/// The most telling words of a phrase; a longer one is cut.
const LONGEST_PHRASE: usize = 12;

/// The phrases of a text.
pub(crate) struct Phrases {
    /// The words of the text.
    pub(crate) words: Vec<Word>,
    /// The text as one phrase, when it is short enough to be one.
    pub(crate) whole: bool,
    /// Its clauses, when there are several.
    pub(crate) parts: Vec<Range<usize>>,
}

/// Cuts a text at punctuation and at words that join clauses.
pub(crate) fn phrases(text: &str, language: Language) -> Phrases {
    let words = words(beginning(text));
    let whole = words.iter().filter(|word| !is_silent(&word.text, language)).count() <= LONGEST_PHRASE;
    let mut parts = clauses(&words, language);
    if parts.len() < 2 && whole {
        parts.clear();
    }
    parts.truncate(MOST_PHRASES);
    Phrases { words, whole, parts }
}

/// As much of the text as is read.
fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST_TEXT)).unwrap_or(text)
}

/// The clauses in which a word says something.
fn clauses(words: &[Word], language: Language) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut telling = 0;
    for (at, word) in words.iter().enumerate() {
        let ends = word.begins || (!word.aside && joins(&word.text, language)) || telling == LONGEST_PHRASE;
        if ends {
            if telling > 0 {
                found.push(start..at);
            }
            (start, telling) = (at, 0);
        }
        telling += usize::from(!is_silent(&word.text, language));
    }
    if telling > 0 {
        found.push(start..words.len());
    }
    found
}
