//! Writes a vocabulary as tables, such that reading them and writing them again gives the same bytes.

use raakvlak_domain::vocabulary::{ClosedVocabulary, Competence, Label, Vocabulary};

use super::closed::{ADAPTATION_COLUMNS, TERM_COLUMNS, lifted_ids};
use super::concepts::{BROADER_COLUMNS, COMPETENCE_COLUMNS, KINDS, RELATED_COLUMNS};
use super::occupations::{ESSENTIAL, LINK_COLUMNS, OCCUPATION_COLUMNS, OPTIONAL};
use super::{
    ACTIVITIES, ADAPTATIONS, BROADER, COMPETENCES, CONDITIONS, DOCUMENTS, EXPERIENCE, OCCUPATION_COMPETENCES, OCCUPATIONS, RELATED, Tables,
    WORK_FORMS,
};

/// A table as text.
type File = (&'static str, Vec<u8>);

impl Tables {
    /// The contents of every file of the vocabulary, each with its path, in the order of [`FILES`](super::FILES). The open vocabulary
    /// stands in the
    /// order of the bytes of its ids, a closed one in its own order.
    #[must_use]
    pub fn write(&self) -> Vec<File> {
        let vocabulary = &self.vocabulary;
        vec![
            competences(vocabulary),
            broader(vocabulary),
            related(vocabulary),
            occupations(vocabulary),
            self.links(),
            terms(CONDITIONS, &vocabulary.conditions),
            terms(ACTIVITIES, &vocabulary.activities),
            terms(EXPERIENCE, &vocabulary.experience),
            terms(WORK_FORMS, &vocabulary.work_forms),
            terms(DOCUMENTS, &vocabulary.documents),
            adaptations(vocabulary),
        ]
    }

    fn links(&self) -> File {
        let occupations = self.vocabulary.occupations.iter().enumerate();
        let rows = occupations.flat_map(|(at, occupation)| {
            let essential = self.essential.get(at).map_or(&[][..], Vec::as_slice);
            occupation.competences.iter().enumerate().map(move |(link, competence)| {
                // What is not told counts as the stronger relation; both count alike in a match.
                let relation = if essential.get(link).copied().unwrap_or(true) { ESSENTIAL } else { OPTIONAL };
                vec![occupation.id.clone(), id_of(&self.vocabulary, *competence).to_owned(), relation.to_owned()]
            })
        });
        table(OCCUPATION_COMPETENCES, LINK_COLUMNS, rows)
    }
}

fn competences(vocabulary: &Vocabulary) -> File {
    table(COMPETENCES, COMPETENCE_COLUMNS, vocabulary.competences.iter().map(competence))
}

fn competence(competence: &Competence) -> Vec<String> {
    let word = KINDS.iter().find(|(kind, _)| *kind == competence.kind).map_or("skill", |(_, word)| word);
    let Label { nl, en } = competence.label.clone();
    let (alternatives_nl, alternatives_en) = (competence.alternatives_nl.join("|"), competence.alternatives_en.join("|"));
    vec![competence.id.clone(), word.to_owned(), nl, en, alternatives_nl, alternatives_en]
}

fn broader(vocabulary: &Vocabulary) -> File {
    let children = vocabulary.competences.iter().zip(&vocabulary.broader);
    let rows = children
        .flat_map(|(child, parents)| parents.iter().map(move |parent| vec![child.id.clone(), id_of(vocabulary, *parent).to_owned()]));
    table(BROADER, BROADER_COLUMNS, rows)
}

fn related(vocabulary: &Vocabulary) -> File {
    let rows = vocabulary.related.iter();
    let rows = rows.map(|(one, other)| vec![id_of(vocabulary, *one).to_owned(), id_of(vocabulary, *other).to_owned()]);
    table(RELATED, RELATED_COLUMNS, rows)
}

fn occupations(vocabulary: &Vocabulary) -> File {
    let rows = vocabulary.occupations.iter().map(|occupation| {
        let Label { nl, en } = occupation.label.clone();
        vec![occupation.id.clone(), occupation.code.clone(), nl, en, occupation.alternatives_nl.join("|")]
    });
    table(OCCUPATIONS, OCCUPATION_COLUMNS, rows)
}

fn terms(file: &'static str, closed: &ClosedVocabulary) -> File {
    let rows = closed.terms().iter().map(|term| vec![term.id.clone(), term.label.nl.clone(), term.label.en.clone()]);
    table(file, TERM_COLUMNS, rows)
}

fn adaptations(vocabulary: &Vocabulary) -> File {
    let lifted = lifted_ids(vocabulary);
    let rows = vocabulary
        .adaptations
        .terms()
        .iter()
        .zip(lifted)
        .map(|(term, lifted)| vec![term.id.clone(), term.label.nl.clone(), term.label.en.clone(), lifted.join("|")]);
    table(ADAPTATIONS, ADAPTATION_COLUMNS, rows)
}

fn id_of(vocabulary: &Vocabulary, competence: u32) -> &str {
    vocabulary.competences.get(competence as usize).map_or("", |competence| &competence.id)
}

fn table(file: &'static str, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> File {
    let mut text = columns.join(",");
    text.push('\n');
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    (file, text.into_bytes())
}

/// A cell, quoted where RFC 4180 asks it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
