//! The closed vocabularies: conditions, activities, experience, work forms, documents, and adaptations with what they lift.

use std::collections::HashSet;

use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::vocabulary::{CLOSED_VALUES, ClosedVocabulary, Term, Vocabulary};

use super::concepts::label;
use super::{Closed, Draft, Refused, read_file};
use crate::exchange::faults::FolderFaults;
use crate::exchange::files::Source;
use crate::exchange::tables::Row;
use crate::vocabulary::KnownWords;

/// The columns of a closed vocabulary.
pub(super) const TERM_COLUMNS: &[&str] = &["id", "label_nl", "label_en"];
/// The columns of the adaptations.
pub(super) const ADAPTATION_COLUMNS: &[&str] = &["id", "label_nl", "label_en", "lifts"];

/// The values of one closed vocabulary as they are read.
#[derive(Default)]
struct Values {
    terms: Vec<Term>,
    /// For each value the mask of what it lifts; only adaptations lift anything.
    lifts: Vec<u64>,
    refused: Refused,
    seen: HashSet<String>,
}

impl Draft {
    /// Reads all closed vocabularies. Adaptations lift conditions by their id: those that are built in lift what of it exists in the
    /// conditions in force.
    pub(super) fn read_closed(&mut self, source: &dyn Source, faults: &mut FolderFaults) {
        let lifted = lifted_ids(&self.vocabulary);
        for closed in Closed::ALL {
            self.read_one(closed, source, faults, &lifted);
        }
    }

    fn read_one(&mut self, closed: Closed, source: &dyn Source, faults: &mut FolderFaults, lifted: &[Vec<String>]) {
        let adaptations = closed == Closed::Adaptations;
        let columns = if adaptations { ADAPTATION_COLUMNS } else { TERM_COLUMNS };
        let mut values = Values::default();
        let read = read_file(source, closed.file(), columns, faults, |row| {
            let lifts = if adaptations { self.lifts(row) } else { Some(0) };
            values.add(row, lifts);
        });
        let conditions = &self.vocabulary.conditions;
        let Some(whole) = read else {
            if adaptations {
                let masks = lifted.iter().map(|ids| conditions.mask(ids.iter().map(String::as_str)));
                self.vocabulary.lifts = masks.collect();
            }
            return;
        };
        values.refused.everything = !whole;
        self.set(closed, values);
    }

    fn set(&mut self, closed: Closed, values: Values) {
        let terms = ClosedVocabulary::new(values.terms).unwrap_or_default();
        let vocabulary = &mut self.vocabulary;
        match closed {
            Closed::Conditions => vocabulary.conditions = terms,
            Closed::Activities => vocabulary.activities = terms,
            Closed::Experience => vocabulary.experience = terms,
            Closed::WorkForms => vocabulary.work_forms = terms,
            Closed::Documents => vocabulary.documents = terms,
            Closed::Adaptations => {
                vocabulary.adaptations = terms;
                vocabulary.lifts = values.lifts;
            }
        }
        if let Some(refused) = self.closed.get_mut(closed as usize) {
            *refused = values.refused;
        }
    }

    /// The mask of the conditions that an adaptation lifts.
    fn lifts(&self, row: &mut Row<'_>) -> Option<u64> {
        let ids = row.list("lifts")?;
        let unknown: Vec<usize> = (0..ids.len()).filter(|at| ids.get(*at).is_some_and(|id| !self.knows(Closed::Conditions, id))).collect();
        for at in &unknown {
            let id = ids.get(*at).cloned().unwrap_or_default();
            row.refuse_item("lifts", *at, FaultKind::Dangling { id });
        }
        unknown.is_empty().then(|| self.vocabulary.conditions.mask(ids.iter().map(String::as_str)))
    }
}

impl Values {
    fn add(&mut self, row: &mut Row<'_>, lifts: Option<u64>) {
        let id = row.id("id");
        let label = label(row);
        if !row.raw("id").is_empty() && !self.seen.insert(row.raw("id").to_owned()) {
            let id = row.raw("id").to_owned();
            row.refuse::<()>("id", FaultKind::Duplicate { id });
            return;
        }
        let full = self.terms.len() >= CLOSED_VALUES;
        if full {
            row.refuse::<()>("id", FaultKind::TooMany { most: CLOSED_VALUES });
        }
        match (id, label, lifts) {
            (Some(id), Some(label), Some(lifts)) if !full => {
                self.terms.push(Term { id, label });
                self.lifts.push(lifts);
            }
            _ => self.refused.note(row.raw("id")),
        }
    }
}

/// For each adaptation the ids of the conditions that it lifts.
pub(super) fn lifted_ids(vocabulary: &Vocabulary) -> Vec<Vec<String>> {
    vocabulary.lifts.iter().map(|mask| vocabulary.conditions.ids_of(*mask).map(str::to_owned).collect()).collect()
}
