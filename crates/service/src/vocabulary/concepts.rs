//! The open vocabulary: competences, which is a form of which, and which are related.

use std::collections::{HashMap, HashSet};

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::vocabulary::{Competence, CompetenceKind, Label};

use super::cycles::cycles;
use super::{BROADER, COMPETENCES, Draft, RELATED, Refused, read_file};
use crate::exchange::faults::{FileFaults, FolderFaults};
use crate::exchange::files::Source;
use crate::exchange::tables::Row;

/// The columns of the competences.
pub(super) const COMPETENCE_COLUMNS: &[&str] = &["id", "kind", "label_nl", "label_en", "alt_nl", "alt_en"];
/// The columns of the broader relations.
pub(super) const BROADER_COLUMNS: &[&str] = &["child", "parent"];
/// The columns of the curated relations.
pub(super) const RELATED_COLUMNS: &[&str] = &["a", "b"];

/// The kinds of competence with the word for each.
pub(super) const KINDS: [(CompetenceKind, &str); 5] = [
    (CompetenceKind::Skill, "skill"),
    (CompetenceKind::Knowledge, "knowledge"),
    (CompetenceKind::Attitude, "attitude"),
    (CompetenceKind::Language, "language"),
    (CompetenceKind::Group, "group"),
];

impl Draft {
    /// Reads the competences; with competences of one's own, everything that hangs on the old ones goes.
    pub(super) fn read_competences(&mut self, source: &dyn Source, faults: &mut FolderFaults) {
        let mut competences: Vec<Competence> = Vec::new();
        let mut refused = Refused::default();
        let mut seen: HashSet<String> = HashSet::new();
        let read = read_file(source, COMPETENCES, COMPETENCE_COLUMNS, faults, |row| {
            let competence = competence(row);
            if !row.raw("id").is_empty() && !seen.insert(row.raw("id").to_owned()) {
                let id = row.raw("id").to_owned();
                row.refuse::<()>("id", FaultKind::Duplicate { id });
            } else if let Some(competence) = competence {
                competences.push(competence);
            } else {
                refused.note(row.raw("id"));
            }
        });
        let Some(whole) = read else { return };
        refused.everything = !whole;
        competences.sort_by(|one, other| one.id.cmp(&other.id));
        let vocabulary = &mut self.vocabulary;
        vocabulary.broader = vec![Vec::new(); competences.len()];
        vocabulary.competences = competences.into();
        vocabulary.related = Vec::new();
        vocabulary.occupations = Vec::new();
        self.essential = Vec::new();
        self.competences = refused;
    }

    /// Reads which competence is a form of which; a cycle is a fault that names its ids.
    pub(super) fn read_broader(&mut self, source: &dyn Source, faults: &mut FolderFaults) {
        let mut lines: HashMap<(u32, u32), usize> = HashMap::new();
        let mut broader = vec![Vec::new(); self.vocabulary.competences.len()];
        let read = read_file(source, BROADER, BROADER_COLUMNS, faults, |row| {
            let Some((child, parent)) = self.pair(row, "child", "parent") else { return };
            if lines.insert((child, parent), row.line).is_some() {
                let id = row.raw("parent").to_owned();
                row.refuse::<()>("parent", FaultKind::Duplicate { id });
            } else if let Some(parents) = broader.get_mut(child as usize) {
                parents.push(parent);
            }
        });
        if read.is_none() {
            return;
        }
        broader.iter_mut().for_each(|parents| parents.sort_unstable());
        self.refuse_cycles(&broader, &lines, &mut FileFaults::new(BROADER, faults));
        self.vocabulary.broader = broader;
    }

    fn refuse_cycles(&self, broader: &[Vec<u32>], lines: &HashMap<(u32, u32), usize>, faults: &mut FileFaults<'_>) {
        let competences = &self.vocabulary.competences;
        cycles(broader, |cycle| {
            let line = match cycle {
                [.., child, parent] => lines.get(&(*child, *parent)).copied().unwrap_or(1),
                _ => 1,
            };
            let ids = cycle.iter().filter_map(|at| competences.get(*at as usize)).map(|competence| competence.id.clone());
            faults.push(line, Fault::new("/parent", FaultKind::Cycle { through: ids.collect() }));
        });
    }

    /// Reads the curated relations. A pair may stand in both orders, which says the same; a row may stand once.
    pub(super) fn read_related(&mut self, source: &dyn Source, faults: &mut FolderFaults) {
        let mut rows: HashSet<(u32, u32)> = HashSet::new();
        let read = read_file(source, RELATED, RELATED_COLUMNS, faults, |row| {
            let Some((one, other)) = self.pair(row, "a", "b") else { return };
            if one == other || !rows.insert((one, other)) {
                let id = row.raw("b").to_owned();
                row.refuse::<()>("b", FaultKind::Duplicate { id });
            }
        });
        if read.is_none() {
            return;
        }
        let mut related: Vec<(u32, u32)> = rows.into_iter().map(|(one, other)| (one.min(other), one.max(other))).collect();
        related.sort_unstable();
        related.dedup();
        self.vocabulary.related = related;
    }

    /// The two competences that a row names; each that does not exist is a fault.
    fn pair(&self, row: &mut Row<'_>, first: &str, second: &str) -> Option<(u32, u32)> {
        let one = self.referred_competence(row, first);
        let other = self.referred_competence(row, second);
        one.zip(other)
    }

    /// The competence that a row names in a column.
    pub(super) fn referred_competence(&self, row: &mut Row<'_>, column: &str) -> Option<u32> {
        let id = row.id(column)?;
        let position = self.vocabulary.competence(&id);
        if position.is_none() && !self.competences.may_hold(&id) {
            row.refuse::<()>(column, FaultKind::Dangling { id });
        }
        position
    }
}

fn competence(row: &mut Row<'_>) -> Option<Competence> {
    let id = row.id("id");
    let kind = kind(row);
    let label = label(row);
    let alternatives_nl = row.list("alt_nl");
    let alternatives_en = row.list("alt_en");
    Some(Competence { id: id?, kind: kind?, label: label?, alternatives_nl: alternatives_nl?, alternatives_en: alternatives_en? })
}

fn kind(row: &mut Row<'_>) -> Option<CompetenceKind> {
    let known = KINDS.iter().find(|(_, word)| *word == row.raw("kind"));
    match known {
        Some((kind, _)) => Some(*kind),
        None => row.refuse("kind", FaultKind::NotOneOf { allowed: KINDS.iter().map(|(_, word)| (*word).to_owned()).collect() }),
    }
}

/// The label that a row gives in both languages, either of which may be empty.
pub(super) fn label(row: &mut Row<'_>) -> Option<Label> {
    let nl = row.text("label_nl");
    let en = row.text("label_en");
    Some(Label { nl: nl?, en: en? })
}
