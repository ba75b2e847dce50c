//! The vocabulary that comes with the program: plain transversal competences and every closed vocabulary.

use std::sync::OnceLock;

use super::{Draft, Tables};
use crate::exchange::faults::FolderFaults;
use crate::exchange::files::InMemory;

macro_rules! file {
    ($name:literal) => {
        (concat!("vocabulary/", $name), include_bytes!(concat!("../../data/vocabulary/", $name)).as_slice())
    };
}

const CONTENTS: &[(&str, &[u8])] = &[
    file!("competences.csv"),
    file!("broader.csv"),
    file!("related.csv"),
    file!("occupations.csv"),
    file!("occupation_competences.csv"),
    file!("conditions.csv"),
    file!("activities.csv"),
    file!("experience.csv"),
    file!("work_forms.csv"),
    file!("documents.csv"),
    file!("adaptations.csv"),
];

/// The vocabulary that is built in, read once.
#[must_use]
pub fn built_in() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| read(&mut FolderFaults::default()))
}

fn read(faults: &mut FolderFaults) -> Tables {
    Draft::read(&InMemory(CONTENTS), &Tables::default(), faults).into_tables()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_vocabulary_has_no_faults() {
        let mut faults = FolderFaults::default();
        let tables = read(&mut faults);
        assert_eq!(faults.to_string(), "");
        let vocabulary = &tables.vocabulary;
        assert!(!vocabulary.competences.is_empty());
        let closed = [
            &vocabulary.conditions,
            &vocabulary.activities,
            &vocabulary.experience,
            &vocabulary.work_forms,
            &vocabulary.documents,
            &vocabulary.adaptations,
        ];
        assert!(closed.iter().all(|closed| !closed.terms().is_empty()));
        assert!(vocabulary.lifts.iter().any(|lifts| *lifts != 0));
    }

    #[test]
    fn every_built_in_term_has_a_label_in_both_languages() {
        let vocabulary = &built_in().vocabulary;
        let closed = [
            &vocabulary.conditions,
            &vocabulary.activities,
            &vocabulary.experience,
            &vocabulary.work_forms,
            &vocabulary.documents,
            &vocabulary.adaptations,
        ];
        let labels = closed.iter().flat_map(|closed| closed.terms()).map(|term| (&term.id, &term.label));
        let labels = labels.chain(vocabulary.competences.iter().map(|competence| (&competence.id, &competence.label)));
        for (id, label) in labels {
            assert!(!label.nl.is_empty() && !label.en.is_empty(), "{id}");
        }
    }
}
