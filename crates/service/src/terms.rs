//! The words at the desk: the closed vocabularies with their labels, and competences found in free text.

use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::ClosedVocabulary;
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;

impl Desk {
    /// The closed vocabularies: per list the values with their labels, in their order.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn terms(&self, actor: &Actor) -> Result<Value, Error> {
        authorise(actor, Action::ReadVocabulary, &Object::Network)?;
        let words = self.words()?;
        let vocabulary = words.lexicon.vocabulary();
        Ok(json!({
            "version": words.version,
            "conditions": listed(&vocabulary.conditions),
            "adaptations": adaptations(vocabulary),
            "activities": listed(&vocabulary.activities),
            "experience": listed(&vocabulary.experience),
            "work_forms": listed(&vocabulary.work_forms),
            "documents": listed(&vocabulary.documents),
        }))
    }

    /// The competences that a free text points to, best first. The text is not kept.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn link_text(&self, actor: &Actor, text: &str, language: Language, limit: usize) -> Result<Value, Error> {
        authorise(actor, Action::ReadVocabulary, &Object::Network)?;
        let words = self.words()?;
        serde_json::to_value(words.linker().link(text, language, limit)).map_err(|error| Error::Internal(error.to_string()))
    }
}

fn listed(terms: &ClosedVocabulary) -> Vec<Value> {
    terms.terms().iter().map(|term| json!({ "id": term.id, "label_nl": term.label.nl, "label_en": term.label.en })).collect()
}

/// Adaptations with the conditions that each takes away.
fn adaptations(vocabulary: &raakvlak_domain::vocabulary::Vocabulary) -> Vec<Value> {
    let lifts = vocabulary.lifts.iter().copied().chain(std::iter::repeat(0));
    let terms = listed(&vocabulary.adaptations).into_iter().zip(lifts);
    terms
        .map(|(mut term, lifts)| {
            let lifted: Vec<&str> = vocabulary.conditions.ids_of(lifts).collect();
            if let Some(term) = term.as_object_mut() {
                term.insert("lifts".into(), json!(lifted));
            }
            term
        })
        .collect()
}
