//! Checking a whole instance: everything that must always hold, computed anew from what is stored, and every violation by name.
//!
//! What rows, keys and trails must look like is checked by the store; what a match's life, a person's hours, a package's places and what waits for
//! somebody must look like is checked here. It only reads, so it can look at an instance that is stopped and at one that runs: a violation counts when
//! a second look, at a later moment, finds it too.

use std::collections::HashSet;

use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::languages::Language;
use raakvlak_store::check::{self, Violation};
use raakvlak_store::{Db, StoreResult};
use serde::Serialize;

use crate::desk::Desk;
use crate::error::Error;

mod matches;
mod records;
mod todos;
mod words;

pub use raakvlak_store::check::Rule;

/// The tables whose records are read one by one.
const TABLES: [&str; 7] = ["users", "organisations", "programmes", "experts", "task_packages", "matches", "todos"];

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Whether everything holds.
    pub whole: bool,
    /// How many records were read.
    pub records: usize,
    /// How many rows the audit trail has.
    pub audit_rows: i64,
    /// Everything that does not hold, by rule and record.
    pub violations: Vec<FoundViolation>,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundViolation {
    /// The code of the rule.
    pub rule: &'static str,
    /// The number of the invariant that the rule is a part of.
    pub invariant: Option<u8>,
    /// The table.
    pub table: &'static str,
    /// The record, by its id; empty when it is about the table as such.
    pub record: String,
    /// What was found: states, numbers and names of columns, never a value.
    pub detail: String,
    #[serde(skip)]
    kind: Rule,
}

impl FoundViolation {
    /// The violation as one line for people.
    #[must_use]
    pub fn line(&self, language: Language) -> String {
        let detail = if self.detail.is_empty() { String::new() } else { format!(" ({})", self.detail) };
        let place = if self.record.is_empty() { self.table.to_owned() } else { format!("{} {}", self.table, self.record) };
        format!("{place}: {} [{}]{detail}", words::of(self.kind, language), self.rule)
    }
}

impl From<Violation> for FoundViolation {
    fn from(violation: Violation) -> Self {
        let Violation { rule, table, record, detail } = violation;
        Self { rule: rule.code(), invariant: rule.invariant(), table, record, detail, kind: rule }
    }
}

/// What one look at the store saw.
struct Look {
    records: usize,
    audit_rows: i64,
    violations: Vec<Violation>,
}

impl Desk {
    /// How many records [`Desk::check`] reads one by one.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached.
    pub fn check_size(&self) -> Result<usize, Error> {
        self.read(|db| TABLES.iter().map(|table| Ok(check::ids(db, table)?.len())).sum())
    }

    /// Checks everything that must always hold; `step` is called for each record that was read.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached. What does not hold is no error but stands in the report.
    pub fn check(&self, step: impl Fn()) -> Result<CheckReport, Error> {
        let first = self.look(&step)?;
        if first.violations.is_empty() {
            return Ok(report(first));
        }
        // What a running instance was about to finish is finished by now, and what somebody did meanwhile is another record's.
        let mut second = self.look(&|| {})?;
        let known: HashSet<&Violation> = first.violations.iter().collect();
        second.violations.retain(|violation| known.contains(violation));
        Ok(report(second))
    }

    fn look(&self, step: &dyn Fn()) -> Result<Look, Error> {
        // The anchor first: rows that are written in between are later than it.
        let anchor = self.store().anchor().read()?;
        let (now, today) = (self.now(), self.today());
        self.read(|db| {
            let trail = db.verify_audit(anchor)?;
            let broken = trail.findings.iter().map(|finding| Violation::new(Rule::TrailBroken, "audit", "", finding.to_string()));
            let mut violations: Vec<Violation> = broken.collect();
            violations.extend(check::rows(db)?);
            let mut records = 0;
            for table in TABLES {
                for id in check::ids(db, table)? {
                    violations.extend(records::check(&mut At { db, id: &id, now, today, found: Vec::new() }, table)?);
                    records += 1;
                    step();
                }
            }
            violations.sort();
            violations.dedup();
            Ok(Look { records, audit_rows: trail.rows, violations })
        })
    }
}

fn report(look: Look) -> CheckReport {
    let Look { records, audit_rows, violations } = look;
    CheckReport {
        whole: violations.is_empty(),
        records,
        audit_rows,
        violations: violations.into_iter().map(FoundViolation::from).collect(),
    }
}

/// What was read of a record. One that cannot be read is a violation, and the check goes on; a database that cannot be read ends it.
fn read<T>(found: &mut Vec<Violation>, table: &'static str, id: &str, outcome: StoreResult<T>) -> StoreResult<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) => Violation::of_error(table, id, &error).map(|violation| found.push(violation)).ok_or(error).map(|()| None),
    }
}

/// What a look at one record is given.
struct At<'a> {
    db: &'a mut Db,
    id: &'a str,
    now: Instant,
    today: Date,
    found: Vec<Violation>,
}

impl At<'_> {
    fn violate(&mut self, rule: Rule, table: &'static str, detail: impl Into<String>) {
        self.found.push(Violation::new(rule, table, self.id, detail));
    }
}
