//! What a folder must be besides readable before a store keeps it: nothing that is there already, and none of the promises broken.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::rules::Rule;
use raakvlak_domain::users::User;
use raakvlak_domain::workload::heaviest_week;

use super::faults::{FileFaults, FolderFaults};
use super::files;
use super::kept::Kept;
use super::knobs::{KnobRecord, misnumbered};
use super::matches::MatchRecord;
use super::references::Known;
use super::rules::{RuleLine, overlapping};
use crate::ranking::people::obligations;
use crate::vocabulary::Tables;

/// What the store that a folder is read for has, and the day it is.
#[derive(Debug, Clone)]
pub(crate) struct Keeping {
    /// The day from which hours are counted.
    pub(crate) today: Date,
    /// The vocabulary in force, which stands in for files that the folder does not have.
    pub(crate) words: Tables,
    /// The ids that are there already, by file.
    pub(crate) there: HashMap<&'static str, Arc<HashSet<String>>>,
    /// How many revisions each package has that is there already.
    pub(crate) revisions: HashMap<String, u32>,
    /// The versions of rules that are there already, those to start with among them.
    pub(crate) rules: Vec<Rule>,
    /// The addresses of users, folded.
    pub(crate) addresses: HashSet<String>,
}

impl Keeping {
    /// The ids that are there already of the sort that a file tells.
    pub(super) fn there(&self, file: &str) -> Arc<HashSet<String>> {
        self.there.get(file).cloned().unwrap_or_default()
    }
}

/// The records of a folder with their lines, as far as they could be read.
pub(super) struct Told<'a> {
    pub(super) organisations: Option<&'a [(usize, &'a str)]>,
    pub(super) packages: &'a [(usize, &'a TaskPackage)],
    pub(super) experts: &'a [(usize, &'a Expert)],
    pub(super) users: &'a [(usize, &'a User)],
    pub(super) matches: &'a [(usize, &'a MatchRecord)],
    pub(super) knobs: &'a [(usize, &'a KnobRecord)],
    pub(super) rules: &'a [(usize, &'a RuleLine)],
    pub(super) kept: &'a Kept,
}

/// Looks at what only shows when everything has been read.
pub(super) fn check(told: &Told<'_>, known: &Known<'_>, keeping: &Keeping, faults: &mut FolderFaults) {
    check_doers(told, known, faults);
    check_users(told, keeping, faults);
    check_places(told, faults);
    check_hours(told, keeping.today, faults);
    check_matches(told, faults);
    let records: Vec<KnobRecord> = told.knobs.iter().map(|(_, record)| (*record).clone()).collect();
    let mut of_knobs = FileFaults::new(files::KNOBS, faults);
    for (at, fault) in misnumbered(&records) {
        of_knobs.push(told.knobs.get(at).map_or(1, |(line, _)| *line), fault);
    }
    drop(of_knobs);
    let records: Vec<&RuleLine> = told.rules.iter().map(|(_, record)| *record).collect();
    let mut of_rules = FileFaults::new(files::RULES, faults);
    for (at, fault) in overlapping(&records, &keeping.rules) {
        of_rules.push(told.rules.get(at).map_or(1, |(line, _)| *line), fault);
    }
}

/// Users are read after the records that name them.
fn check_doers(told: &Told<'_>, known: &Known<'_>, faults: &mut FolderFaults) {
    let mut of_organisations = FileFaults::new(files::ORGANISATIONS, faults);
    for (line, id) in told.organisations.into_iter().flatten() {
        if let Some(kept) = told.kept.organisations.get(*id) {
            of_organisations.extend(*line, known.doer(kept.vetted_by.as_ref(), "/vetted_by"));
        }
    }
    drop(of_organisations);
    let mut of_packages = FileFaults::new(files::PACKAGES, faults);
    for (line, package) in told.packages {
        let Some(kept) = told.kept.packages.get(package.id.as_str()) else { continue };
        of_packages.extend(*line, known.doer(kept.made_by.as_ref(), "/made_by"));
        of_packages.extend(*line, known.doer(kept.taken_in_by.as_ref(), "/taken_in_by"));
        for (at, earlier) in kept.earlier.0.iter().enumerate() {
            of_packages.extend(*line, known.doer(earlier.made_by.as_ref(), &format!("/earlier/{at}/made_by")));
        }
    }
}

/// An address leads to one user, and an expert is one user.
fn check_users(told: &Told<'_>, keeping: &Keeping, faults: &mut FolderFaults) {
    let mut of_users = FileFaults::new(files::USERS, faults);
    let mut addresses = HashSet::new();
    let mut experts = HashSet::new();
    for (line, user) in told.users {
        if let Some(email) = &user.email {
            let id = email.to_string();
            if keeping.addresses.contains(&email.folded()) {
                of_users.push(*line, Fault::new("/email", FaultKind::Exists { id }));
            } else if !addresses.insert(email.folded()) {
                of_users.push(*line, Fault::new("/email", FaultKind::Duplicate { id }));
            }
        }
        if let Some(expert) = user.expert.as_ref().filter(|expert| !experts.insert(expert.as_str())) {
            of_users.push(*line, Fault::new("/expert", FaultKind::Duplicate { id: expert.to_string() }));
        }
    }
}

/// No package has more people than places.
fn check_places(told: &Told<'_>, faults: &mut FolderFaults) {
    let mut taken: HashMap<&str, u32> = HashMap::new();
    for (_, record) in told.matches.iter().filter(|(_, record)| record.state.takes_hours()) {
        *taken.entry(record.package.as_str()).or_default() += 1;
    }
    let mut of_packages = FileFaults::new(files::PACKAGES, faults);
    for (line, package) in told.packages {
        let (places, taken) = (package.capacity.get(), taken.get(package.id.as_str()).copied().unwrap_or(0));
        if taken > places {
            of_packages.push(*line, Fault::new("/capacity", FaultKind::PlacesExceeded { places, taken }));
        }
    }
}

/// No week holds more confirmed work than somebody wants, unless it is known that it does.
fn check_hours(told: &Told<'_>, today: Date, faults: &mut FolderFaults) {
    let mut arranged: HashMap<&str, Vec<&Arrangement>> = HashMap::new();
    for (_, record) in told.matches.iter().filter(|(_, record)| record.state.takes_hours()) {
        let version = record.arrangement.iter().map(|version| &version.arrangement);
        arranged.entry(record.expert.as_str()).or_default().extend(version);
    }
    let mut of_experts = FileFaults::new(files::EXPERTS, faults);
    for (line, expert) in told.experts {
        let Some((arranged, hours)) = arranged.get(expert.id.as_str()).zip(expert.hours) else { continue };
        let (heaviest, most) = (heaviest_week(&obligations(expert, arranged.iter().copied()), today), hours.max.get());
        let known = told.kept.experts.get(expert.id.as_str()).is_some_and(|kept| kept.hours_exceeded);
        if heaviest > most && !known {
            of_experts.push(*line, Fault::new("/hours/max", FaultKind::HoursExceeded { heaviest, most }));
        }
    }
}

/// One person and one package have one open match, and nothing that belongs to a match stands in two of them.
fn check_matches(told: &Told<'_>, faults: &mut FolderFaults) {
    let mut open = HashSet::new();
    let mut names = HashSet::new();
    let mut of_matches = FileFaults::new(files::MATCHES, faults);
    for (line, record) in told.matches {
        if !record.state.is_final() && !open.insert((record.package.as_str(), record.expert.as_str())) {
            of_matches.push(*line, Fault::new("/expert", FaultKind::Duplicate { id: record.expert.to_string() }));
        }
        let asked = record.check_ins.0.iter().enumerate().map(|(at, told)| (format!("/check_ins/{at}/id"), &told.id));
        let back = record.evaluations.iter().enumerate().map(|(at, told)| (format!("/evaluations/{at}/id"), &told.id));
        for (pointer, id) in asked.chain(back).filter(|(_, id)| !names.insert(id.as_str())) {
            of_matches.push(*line, Fault::new(pointer, FaultKind::Duplicate { id: id.to_string() }));
        }
    }
}
