//! The words at the desk: the closed vocabularies with their labels, competences found in free text, and one competence with what is like it.

use raakvlak_domain::identifiers::CompetenceId;
use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::{ClosedVocabulary, Competence, CompetenceKind, Label, Vocabulary};
use raakvlak_engine::explanation::similar;
use raakvlak_engine::lexicon::Lexicon;
use raakvlak_engine::similarity::Way;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;
use crate::vocabulary::LinkedConcept;

mod translating;

pub use translating::{CouldFill, Meaning, Translation, Wordings};

/// How many occupations are named as the reason why two competences are alike.
const OCCUPATIONS_NAMED: usize = 5;

/// The closed vocabularies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Terms {
    /// The version of the vocabulary; `None` while the built-in one holds.
    pub version: Option<String>,
    /// Conditions of work.
    pub conditions: Vec<Named>,
    /// Adaptations of work, with the conditions that each takes away.
    pub adaptations: Vec<Adaptation>,
    /// Activities that give or drain energy.
    pub activities: Vec<Named>,
    /// Domains of lived experience.
    pub experience: Vec<Named>,
    /// Forms of work; all of them count as work.
    pub work_forms: Vec<Named>,
    /// Documents that work can ask for.
    pub documents: Vec<Named>,
}

/// A word with what it is called; an empty label means that its id is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// What it is called in Dutch.
    pub label_nl: String,
    /// What it is called in English.
    pub label_en: String,
}

/// An adaptation of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Adaptation {
    /// Its id.
    pub id: String,
    /// What it is called in Dutch.
    pub label_nl: String,
    /// What it is called in English.
    pub label_en: String,
    /// The conditions that it takes away.
    pub lifts: Vec<String>,
}

/// The competences that a text points to, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkedText {
    /// The text.
    pub text: String,
    /// The competences.
    pub concepts: Vec<FoundCompetence>,
}

/// A competence that a text points to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FoundCompetence {
    /// Its id.
    pub competence: String,
    /// What it is called, in the language of the text where there is such a label.
    pub label: String,
    /// How well it fits, in basis points.
    pub score: u32,
    /// The label or alternative that matched.
    pub matched: String,
}

/// A competence, and what counts for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CompetenceView {
    /// Its id.
    pub id: String,
    /// Which sort it is: `skill`, `knowledge`, `attitude`, `language`, or `group` for a heading above others.
    pub kind: &'static str,
    /// What it is called in Dutch.
    pub label_nl: String,
    /// What it is called in English.
    pub label_en: String,
    /// Other Dutch wordings.
    pub alternatives_nl: Vec<String>,
    /// Other English wordings.
    pub alternatives_en: Vec<String>,
    /// What it is a form of.
    pub broader: Vec<Named>,
    /// What somebody can have that counts for it, the most similar first, and why.
    pub neighbours: Vec<NeighbourView>,
}

/// A competence that counts for another, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NeighbourView {
    /// Its id.
    pub id: String,
    /// What it is called in Dutch.
    pub label_nl: String,
    /// What it is called in English.
    pub label_en: String,
    /// How much it counts, in basis points.
    pub value: u32,
    /// By which way.
    pub way: Way,
    /// How many steps it lies below, when it is more specific.
    pub steps: Option<u32>,
    /// What both are forms of, when they are kin.
    pub ancestor: Option<Named>,
    /// Occupations in which both are used, when that is the way: the most specific ones.
    pub occupations: Vec<Named>,
}

impl Desk {
    /// The closed vocabularies: per list the values with their labels, in their order.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn terms(&self, actor: &Actor) -> Result<Terms, Error> {
        authorise(actor, Action::ReadVocabulary, &Object::Network)?;
        let words = self.words()?;
        let vocabulary = words.lexicon.vocabulary();
        Ok(Terms {
            version: words.version.clone(),
            conditions: listed(&vocabulary.conditions),
            adaptations: adaptations(vocabulary),
            activities: listed(&vocabulary.activities),
            experience: listed(&vocabulary.experience),
            work_forms: listed(&vocabulary.work_forms),
            documents: listed(&vocabulary.documents),
        })
    }

    /// The competences that a free text points to, best first. The text is not kept.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn link_text(&self, actor: &Actor, text: &str, language: Language, limit: usize) -> Result<LinkedText, Error> {
        let concepts = self.find_competences(actor, text, language, limit)?;
        Ok(LinkedText { text: text.to_owned(), concepts })
    }

    /// The competences that words point to, best first. The words are not kept.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn find_competences(&self, actor: &Actor, text: &str, language: Language, limit: usize) -> Result<Vec<FoundCompetence>, Error> {
        authorise(actor, Action::ReadVocabulary, &Object::Network)?;
        let words = self.words()?;
        Ok(words.linker().link(text, language, limit).concepts.into_iter().map(found).collect())
    }

    /// A competence with at most so many of those that count for it, the most similar first, and why each does.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none with this id.
    pub fn competence(&self, actor: &Actor, id: &CompetenceId, neighbours: usize) -> Result<CompetenceView, Error> {
        authorise(actor, Action::ReadVocabulary, &Object::Network)?;
        let words = self.words()?;
        let vocabulary = words.lexicon.vocabulary();
        let asked = vocabulary.competence(id.as_str()).ok_or(Error::NotFound)?;
        let competence = vocabulary.competences.get(asked as usize).ok_or(Error::NotFound)?;
        let broader = vocabulary.broader.get(asked as usize).into_iter().flatten();
        Ok(CompetenceView {
            id: competence.id.clone(),
            kind: kind(competence.kind),
            label_nl: competence.label.nl.clone(),
            label_en: competence.label.en.clone(),
            alternatives_nl: competence.alternatives_nl.clone(),
            alternatives_en: competence.alternatives_en.clone(),
            broader: broader.filter_map(|parent| vocabulary.competences.get(*parent as usize)).map(competence_named).collect(),
            neighbours: most_similar(&words.lexicon, asked, neighbours),
        })
    }
}

fn listed(terms: &ClosedVocabulary) -> Vec<Named> {
    terms.terms().iter().map(|term| named(&term.id, &term.label)).collect()
}

fn named(id: &str, label: &Label) -> Named {
    Named { id: id.to_owned(), label_nl: label.nl.clone(), label_en: label.en.clone() }
}

fn competence_named(competence: &Competence) -> Named {
    named(&competence.id, &competence.label)
}

/// Adaptations with the conditions that each takes away.
fn adaptations(vocabulary: &Vocabulary) -> Vec<Adaptation> {
    let lifts = vocabulary.lifts.iter().copied().chain(std::iter::repeat(0));
    let terms = listed(&vocabulary.adaptations).into_iter().zip(lifts);
    let adaptation = |(Named { id, label_nl, label_en }, lifts)| {
        let lifts = vocabulary.conditions.ids_of(lifts).map(str::to_owned).collect();
        Adaptation { id, label_nl, label_en, lifts }
    };
    terms.map(adaptation).collect()
}

fn found(concept: LinkedConcept<'_>) -> FoundCompetence {
    let LinkedConcept { competence, label, score, matched } = concept;
    FoundCompetence { competence: competence.to_owned(), label: label.to_owned(), score, matched: matched.to_owned() }
}

fn kind(kind: CompetenceKind) -> &'static str {
    match kind {
        CompetenceKind::Skill => "skill",
        CompetenceKind::Knowledge => "knowledge",
        CompetenceKind::Attitude => "attitude",
        CompetenceKind::Language => "language",
        CompetenceKind::Group => "group",
    }
}

/// What counts for a competence beside itself; of equal values the smaller id goes first.
fn most_similar(lexicon: &Lexicon, asked: u32, most: usize) -> Vec<NeighbourView> {
    let mut neighbours: Vec<_> = lexicon.neighbours().for_asked(asked).filter(|neighbour| neighbour.competence != asked).collect();
    neighbours.sort_by_key(|neighbour| (std::cmp::Reverse(neighbour.value), neighbour.competence));
    neighbours.truncate(most);
    neighbours.into_iter().filter_map(|neighbour| neighbour_view(lexicon, neighbour.competence, asked)).collect()
}

fn neighbour_view(lexicon: &Lexicon, have: u32, asked: u32) -> Option<NeighbourView> {
    let vocabulary = lexicon.vocabulary();
    let Named { id, label_nl, label_en } = competence_named(vocabulary.competences.get(have as usize)?);
    let why = similar(lexicon, have, asked)?;
    let ancestor = why.ancestor.and_then(|id| vocabulary.competences.get(vocabulary.competence(&id)? as usize)).map(competence_named);
    let occupation = |id: &String| {
        let at = vocabulary.occupations.binary_search_by(|known| known.id.as_bytes().cmp(id.as_bytes())).ok()?;
        vocabulary.occupations.get(at).map(|occupation| named(&occupation.id, &occupation.label))
    };
    let occupations = why.occupations.iter().take(OCCUPATIONS_NAMED).filter_map(occupation).collect();
    Some(NeighbourView { id, label_nl, label_en, value: why.value, way: why.way, steps: why.steps, ancestor, occupations })
}
