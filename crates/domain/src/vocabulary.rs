//! The vocabularies that people and work are described with: one open (competences), the others closed.

use std::collections::HashMap;

use foldhash::fast::RandomState;

mod competences;

pub use competences::Competences;

/// The most values that a closed vocabulary may have, so that a choice from it fits in one machine word.
pub const CLOSED_VALUES: usize = 64;

/// What something is called, per language; an empty label means that its id is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// The Dutch wording.
    pub nl: String,
    /// The English wording.
    pub en: String,
}

/// What sort of competence a concept of the open vocabulary is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CompetenceKind {
    /// Something one can do.
    Skill,
    /// Something one knows.
    Knowledge,
    /// A way of being and behaving.
    Attitude,
    /// A language.
    Language,
    /// A heading above others.
    Group,
}

/// A concept of the open vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Competence {
    /// Its id, often a web address of ESCO.
    pub id: String,
    /// Which sort it is.
    pub kind: CompetenceKind,
    /// What it is called.
    pub label: Label,
    /// Other Dutch wordings.
    pub alternatives_nl: Vec<String>,
    /// Other English wordings.
    pub alternatives_en: Vec<String>,
}

/// An occupation, known only as evidence of which competences are used together by the same people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occupation {
    /// Its id.
    pub id: String,
    /// Its code in the classification of occupations (ISCO), possibly empty.
    pub code: String,
    /// What it is called.
    pub label: Label,
    /// Other Dutch names.
    pub alternatives_nl: Vec<String>,
    /// The competences linked to it, essential and optional alike, as positions in [`Vocabulary::competences`], ascending, each once.
    pub competences: Vec<u32>,
}

/// A value of a closed vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub label: Label,
}

/// A closed vocabulary: at most [`CLOSED_VALUES`] values in a fixed order; a value's position is its bit in a mask.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClosedVocabulary {
    terms: Vec<Term>,
    positions: HashMap<String, u8, RandomState>,
}

impl ClosedVocabulary {
    /// Makes a vocabulary of these values, in this order; `None` when there are too many or an id stands twice.
    #[must_use]
    pub fn new(terms: Vec<Term>) -> Option<Self> {
        if terms.len() > CLOSED_VALUES {
            return None;
        }
        let positions: HashMap<String, u8, RandomState> = terms.iter().zip(0u8..).map(|(term, at)| (term.id.clone(), at)).collect();
        (positions.len() == terms.len()).then_some(Self { terms, positions })
    }

    /// The values, in their order.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The bit of the value with this id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<u8> {
        self.positions.get(id).copied()
    }

    /// The mask with the bits of these ids; ids that are not in the vocabulary add nothing.
    #[must_use]
    pub fn mask<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> u64 {
        ids.into_iter().filter_map(|id| self.position(id)).fold(0, |mask, bit| mask | 1 << bit)
    }

    /// The ids of the bits in a mask, in the order of the vocabulary.
    pub fn ids_of(&self, mask: u64) -> impl Iterator<Item = &str> {
        self.terms.iter().enumerate().filter(move |(at, _)| mask >> at & 1 == 1).map(|(_, term)| term.id.as_str())
    }
}

/// Every vocabulary of one version together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vocabulary {
    /// The open vocabulary, ordered by the bytes of the ids.
    pub competences: Competences,
    /// For each competence the positions of its direct parents; the graph has no cycle.
    pub broader: Vec<Vec<u32>>,
    /// Curated relations between two competences, each pair once, the smaller position first, ascending.
    pub related: Vec<(u32, u32)>,
    /// Occupations, ordered by the bytes of their ids.
    pub occupations: Vec<Occupation>,
    /// Conditions of work (noise, night work).
    pub conditions: ClosedVocabulary,
    /// Adaptations of work (a quiet place).
    pub adaptations: ClosedVocabulary,
    /// For each adaptation, in order, the mask of the conditions that it lifts.
    pub lifts: Vec<u64>,
    /// Activities that give or drain energy.
    pub activities: ClosedVocabulary,
    /// Domains of lived experience.
    pub experience: ClosedVocabulary,
    /// Forms of work; all of them count as work.
    pub work_forms: ClosedVocabulary,
    /// Documents that work can ask for.
    pub documents: ClosedVocabulary,
}

impl Vocabulary {
    /// The position of a competence.
    #[must_use]
    pub fn competence(&self, id: &str) -> Option<u32> {
        self.competences.position(id)
    }
}
