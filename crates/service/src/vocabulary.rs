//! The vocabularies as tables: how they are read, checked and written, and the ones that are built in.

mod built_in;
mod closed;
mod concepts;
mod cycles;
mod linking;
mod neighbours;
mod occupations;
mod writing;

use std::collections::HashSet;
use std::io::BufRead;
use std::sync::Arc;

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::vocabulary::{ClosedVocabulary, Vocabulary};

use crate::exchange::faults::{FileFaults, FolderFaults};
use crate::exchange::files::{InMemory, Source};

pub use built_in::built_in;
pub use linking::{LinkAnswer, LinkedConcept, Linker, label_in};
pub use neighbours::neighbours;

/// The competences.
pub const COMPETENCES: &str = "vocabulary/competences.csv";
/// Which competence is a form of which other.
pub const BROADER: &str = "vocabulary/broader.csv";
/// Which competences are related.
pub const RELATED: &str = "vocabulary/related.csv";
/// The occupations.
pub const OCCUPATIONS: &str = "vocabulary/occupations.csv";
/// Which competences belong to which occupation.
pub const OCCUPATION_COMPETENCES: &str = "vocabulary/occupation_competences.csv";
/// Conditions of work.
pub const CONDITIONS: &str = "vocabulary/conditions.csv";
/// Activities that give or drain energy.
pub const ACTIVITIES: &str = "vocabulary/activities.csv";
/// Domains of lived experience.
pub const EXPERIENCE: &str = "vocabulary/experience.csv";
/// Forms of work.
pub const WORK_FORMS: &str = "vocabulary/work_forms.csv";
/// Documents that work can ask for.
pub const DOCUMENTS: &str = "vocabulary/documents.csv";
/// Adaptations of work.
pub const ADAPTATIONS: &str = "vocabulary/adaptations.csv";

/// The files of a vocabulary, in the order in which they are read and written.
pub const FILES: [&str; 11] = [
    COMPETENCES,
    BROADER,
    RELATED,
    OCCUPATIONS,
    OCCUPATION_COMPETENCES,
    CONDITIONS,
    ACTIVITIES,
    EXPERIENCE,
    WORK_FORMS,
    DOCUMENTS,
    ADAPTATIONS,
];

/// A vocabulary with what its tables tell beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tables {
    /// The vocabulary itself.
    pub vocabulary: Arc<Vocabulary>,
    /// For each occupation, for each of its competences in their order: whether the occupation cannot do without it.
    pub essential: Vec<Vec<bool>>,
}

impl Tables {
    /// Reads a vocabulary from the contents of its files, each under its path as in [`FILES`]; a file that is absent is the built-in one.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the files.
    pub fn read(files: &[(&str, &[u8])]) -> Result<Self, FolderFaults> {
        let mut faults = FolderFaults::default();
        let draft = Draft::read(&InMemory(files), built_in(), &mut faults);
        faults.into_result().map(|()| draft.into_tables())
    }
}

/// The ids of a file whose rows were refused: what refers to them is not refused for that as well.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    everything: bool,
    ids: HashSet<String>,
}

impl Refused {
    /// Notes a row that was refused by the id that stands in it.
    fn note(&mut self, id: &str) {
        self.ids.insert(id.to_owned());
    }

    /// Notes that the rows could not be told apart, or that one had no id to be known by.
    pub(crate) fn note_everything(&mut self) {
        self.everything = true;
    }

    /// Whether this id could have been one of the file.
    pub(crate) fn may_hold(&self, id: &str) -> bool {
        self.everything || self.ids.contains(id)
    }
}

/// A vocabulary as far as it could be read, which is the whole of it when there were no faults.
pub(crate) struct Draft {
    vocabulary: Vocabulary,
    essential: Vec<Vec<bool>>,
    competences: Refused,
    occupations: Refused,
    closed: [Refused; 6],
}

/// A closed vocabulary by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    Conditions,
    Activities,
    Experience,
    WorkForms,
    Documents,
    Adaptations,
}

impl Closed {
    /// The closed vocabularies in the order of their files.
    const ALL: [Self; 6] = [Self::Conditions, Self::Activities, Self::Experience, Self::WorkForms, Self::Documents, Self::Adaptations];

    fn file(self) -> &'static str {
        match self {
            Self::Conditions => CONDITIONS,
            Self::Activities => ACTIVITIES,
            Self::Experience => EXPERIENCE,
            Self::WorkForms => WORK_FORMS,
            Self::Documents => DOCUMENTS,
            Self::Adaptations => ADAPTATIONS,
        }
    }

    fn of(self, vocabulary: &Vocabulary) -> &ClosedVocabulary {
        match self {
            Self::Conditions => &vocabulary.conditions,
            Self::Activities => &vocabulary.activities,
            Self::Experience => &vocabulary.experience,
            Self::WorkForms => &vocabulary.work_forms,
            Self::Documents => &vocabulary.documents,
            Self::Adaptations => &vocabulary.adaptations,
        }
    }
}

impl Draft {
    /// Reads the files of a vocabulary; where one is absent, `base` stands in for it.
    ///
    /// Competences of one's own come without relations and occupations unless those are one's own too; occupations of one's own come
    /// without
    /// competences unless told.
    pub(crate) fn read(source: &dyn Source, base: &Tables, faults: &mut FolderFaults) -> Self {
        let mut draft = Self {
            vocabulary: Vocabulary::clone(&base.vocabulary),
            essential: base.essential.clone(),
            competences: Refused::default(),
            occupations: Refused::default(),
            closed: std::array::from_fn(|_| Refused::default()),
        };
        draft.read_competences(source, faults);
        draft.read_broader(source, faults);
        draft.read_related(source, faults);
        draft.read_occupations(source, faults);
        draft.read_occupation_competences(source, faults);
        draft.read_closed(source, faults);
        draft
    }

    /// What was read, to be used only when there were no faults.
    pub(crate) fn into_tables(self) -> Tables {
        Tables { vocabulary: Arc::new(self.vocabulary), essential: self.essential }
    }
}

/// Words that a record can refer to.
pub(crate) trait KnownWords {
    /// Whether there is this competence.
    fn knows_competence(&self, id: &str) -> bool;

    /// Whether a closed vocabulary has this value.
    fn knows(&self, closed: Closed, id: &str) -> bool;
}

impl KnownWords for Vocabulary {
    fn knows_competence(&self, id: &str) -> bool {
        self.competence(id).is_some()
    }

    fn knows(&self, closed: Closed, id: &str) -> bool {
        closed.of(self).position(id).is_some()
    }
}

/// A row that was refused is at fault itself; what refers to it is not.
impl KnownWords for Draft {
    fn knows_competence(&self, id: &str) -> bool {
        self.vocabulary.knows_competence(id) || self.competences.may_hold(id)
    }

    fn knows(&self, closed: Closed, id: &str) -> bool {
        let refused = self.closed.get(closed as usize).is_some_and(|refused| refused.may_hold(id));
        refused || self.vocabulary.knows(closed, id)
    }
}

/// Opens a file of the vocabulary; `None` when there is none, or when it cannot be opened, which is noted.
fn open<'a>(source: &'a dyn Source, file: &'static str, faults: &mut FolderFaults) -> Presence<'a> {
    match source.open(file) {
        None => Presence::Absent,
        Some(Ok(reader)) => Presence::Open(reader),
        Some(Err(error)) => {
            faults.push(file, 1, Fault::new("", FaultKind::Unreadable { reason: error.to_string() }));
            Presence::Unreadable
        }
    }
}

/// How a file was found.
enum Presence<'a> {
    Absent,
    Unreadable,
    Open(Box<dyn BufRead + 'a>),
}

/// Reads a file when it is there: `None` when it is absent, else whether its rows could be told apart.
fn read_file(
    source: &dyn Source,
    file: &'static str,
    columns: &'static [&'static str],
    faults: &mut FolderFaults,
    each: impl FnMut(&mut crate::exchange::tables::Row<'_>),
) -> Option<bool> {
    match open(source, file, faults) {
        Presence::Absent => None,
        Presence::Unreadable => Some(false),
        Presence::Open(reader) => Some(crate::exchange::tables::read_table(reader, columns, &mut FileFaults::new(file, faults), each)),
    }
}
