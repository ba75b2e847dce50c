//! Links free texts to competences, in the words of the exchange format.

use std::sync::Arc;

use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::{Label, Vocabulary};
use raakvlak_engine::link::{LinkIndex, Linked};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;
use utoipa::ToSchema;

/// The competences that a text points to, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkAnswer<'a> {
    /// The text.
    pub text: &'a str,
    /// The competences.
    pub concepts: Vec<LinkedConcept<'a>>,
}

/// A competence that a text points to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkedConcept<'a> {
    /// Its id.
    pub competence: &'a str,
    /// What it is called; see [`label_in`].
    pub label: &'a str,
    /// How well it fits, in basis points.
    pub score: u32,
    /// The label or alternative that matched.
    pub matched: &'a str,
}

/// A vocabulary that is ready for linking.
pub struct Linker {
    vocabulary: Arc<Vocabulary>,
    index: LinkIndex,
}

impl Linker {
    /// Makes a vocabulary ready.
    #[must_use]
    pub fn new(vocabulary: &Arc<Vocabulary>) -> Self {
        Self { vocabulary: Arc::clone(vocabulary), index: LinkIndex::build(vocabulary) }
    }

    /// The answer for one text, with at most `limit` competences.
    #[must_use]
    pub fn link<'a>(&'a self, text: &'a str, language: Language, limit: usize) -> LinkAnswer<'a> {
        let linked = self.index.link(text, language, limit);
        LinkAnswer { text, concepts: linked.into_iter().filter_map(|linked| self.concept(linked, language)).collect() }
    }

    /// The answers for many texts, in their order, worked out side by side on these threads.
    #[must_use]
    pub fn link_all<'a>(&'a self, texts: &'a [String], language: Language, limit: usize, threads: &ThreadPool) -> Vec<LinkAnswer<'a>> {
        threads.install(|| texts.par_iter().map(|text| self.link(text, language, limit)).collect())
    }

    fn concept<'a>(&'a self, linked: Linked<'a>, language: Language) -> Option<LinkedConcept<'a>> {
        let competence = self.vocabulary.competences.get(linked.competence as usize)?;
        let label = label_in(&competence.label, &competence.id, language);
        Some(LinkedConcept { competence: &competence.id, label, score: linked.score, matched: linked.matched })
    }
}

/// What something is called in a language: its label, else the one in the other language, else its id.
#[must_use]
pub fn label_in<'a>(label: &'a Label, id: &'a str, language: Language) -> &'a str {
    let (first, second) = match language {
        Language::Nl => (&label.nl, &label.en),
        Language::En => (&label.en, &label.nl),
    };
    [first, second].into_iter().find(|text| !text.is_empty()).map_or(id, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::built_in;

    #[test]
    fn a_label_falls_back_to_the_other_language_and_the_id() {
        let label = |nl: &str, en: &str| Label { nl: nl.into(), en: en.into() };
        assert_eq!(label_in(&label("a", "b"), "c", Language::Nl), "a");
        assert_eq!(label_in(&label("", "b"), "c", Language::Nl), "b");
        assert_eq!(label_in(&label("", ""), "c", Language::En), "c");
    }

    #[test]
    fn links_the_label_of_a_competence_to_itself() {
        let vocabulary = &built_in().vocabulary;
        let linker = Linker::new(vocabulary);
        let asked = vocabulary.competences.iter().find(|competence| competence.label.nl.chars().count() > 8).unwrap();
        let answer = linker.link(&asked.label.nl, Language::Nl, 5);
        assert_eq!(answer.concepts[0].label, asked.label.nl);
        let line = serde_json::to_string(&answer).unwrap();
        assert!(line.starts_with(&format!("{{\"text\":{},\"concepts\":[{{\"competence\":", serde_json::json!(asked.label.nl))), "{line}");
    }
}
