//! Everyday words that mean nearly the same, listed by hand: vocabularies write 'reinigen' where people say 'poetsen'.

use raakvlak_domain::languages::Language;

/// The groups of words of a language, each group a line.
pub(crate) fn groups(language: Language) -> impl Iterator<Item = Vec<&'static str>> {
    let text = match language {
        Language::Nl => include_str!("synonyms_nl.txt"),
        Language::En => include_str!("synonyms_en.txt"),
    };
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_whitespace().collect())
}
