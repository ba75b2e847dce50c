//! From text to words: folding of case and diacritics, where words and clauses end, stems, and the words that say nothing by themselves.

use std::collections::HashSet;
use std::sync::LazyLock;

use raakvlak_domain::languages::Language;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest word that is looked at, in characters; the rest of a longer one is left out.
const LONGEST_WORD: usize = 40;

static SILENT_NL: LazyLock<HashSet<&str>> = LazyLock::new(|| listed(include_str!("silent_nl.txt")));
static SILENT_EN: LazyLock<HashSet<&str>> = LazyLock::new(|| listed(include_str!("silent_en.txt")));

/// The words of a word list, in which a line that begins with `#` explains.
fn listed(text: &'static str) -> HashSet<&'static str> {
    text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
}

/// A word as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The letters and digits, in lower case and without diacritics.
    pub(crate) text: String,
    /// Whether it stood between brackets, where wordings give examples and no clause ends.
    pub(crate) aside: bool,
    /// Whether a clause begins with it.
    pub(crate) begins: bool,
}

/// The words of a text, in their order.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut reader = Reader::default();
    for character in text.nfkd().filter(|character| !is_invisible(*character)).flat_map(char::to_lowercase) {
        reader.read(character);
    }
    reader.finish();
    reader.found
}

#[derive(Default)]
struct Reader {
    found: Vec<Word>,
    word: String,
    length: usize,
    depth: usize,
    begins: bool,
}

impl Reader {
    fn read(&mut self, character: char) {
        if character.is_alphanumeric() || (matches!(character, '+' | '#') && !self.word.is_empty()) {
            if self.length < LONGEST_WORD {
                fold(character, &mut self.word);
            }
            self.length += 1;
            return;
        }
        self.finish();
        match character {
            '(' | '[' => self.depth += 1,
            ')' | ']' => self.depth = self.depth.saturating_sub(1),
            '.' | ',' | ';' | ':' | '!' | '?' | '\n' | '\r' | '|' | '•' | '–' | '—' if self.depth == 0 => self.begins = true,
            _ => {}
        }
    }

    fn finish(&mut self) {
        self.length = 0;
        if !self.word.is_empty() {
            let text = std::mem::take(&mut self.word);
            self.found.push(Word { text, aside: self.depth > 0, begins: std::mem::take(&mut self.begins) });
        }
    }
}

/// Marks over letters, and what may stand inside a word without being seen.
fn is_invisible(character: char) -> bool {
    is_combining_mark(character) || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Adds a letter; those that Unicode does not take apart are written out.
fn fold(character: char, word: &mut String) {
    match character {
        'ß' => word.push_str("ss"),
        'æ' => word.push_str("ae"),
        'œ' => word.push_str("oe"),
        'ø' => word.push('o'),
        'ł' => word.push('l'),
        'đ' => word.push('d'),
        'ı' => word.push('i'),
        other => word.push(other),
    }
}

/// Whether a folded word says nothing by itself in this language.
pub(crate) fn is_silent(word: &str, language: Language) -> bool {
    match language {
        Language::Nl => SILENT_NL.contains(word),
        Language::En => SILENT_EN.contains(word),
    }
}

/// Whether a new clause begins at or after this word.
pub(crate) fn joins(word: &str, language: Language) -> bool {
    match language {
        Language::Nl => {
            matches!(word, "en" | "maar" | "of" | "ook" | "want" | "omdat" | "verder" | "daarna" | "daarnaast" | "terwijl" | "ik" | "we")
        }
        Language::En => matches!(word, "and" | "but" | "or" | "also" | "because" | "then" | "while" | "besides" | "i" | "we"),
    }
}

/// The Snowball stemmers of both languages (M. Porter, 2001; the Dutch one follows W. Kraaij and R. Pohlmann, 1994).
pub(crate) struct Stemmers {
    nl: Stemmer,
    en: Stemmer,
}

impl Stemmers {
    /// Both stemmers.
    pub(crate) fn new() -> Self {
        Self { nl: Stemmer::create(Algorithm::Dutch), en: Stemmer::create(Algorithm::English) }
    }

    /// The stem of a folded word.
    pub(crate) fn stem(&self, word: &str, language: Language) -> String {
        match language {
            Language::Nl => self.nl.stem(word).into_owned(),
            Language::En => self.en.stem(word).into_owned(),
        }
    }
}
