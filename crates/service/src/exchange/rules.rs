//! A line of `rules.jsonl`: a version of a rule as it was written or ended here, with who, when and why.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::record;
use raakvlak_domain::rules::Rule;
use raakvlak_domain::texts::{Line, Prose};
use raakvlak_store::rules::StoredRule;
use serde::Serialize;

use crate::rules::{faults_of, overlap};

record! {
    /// A version of a rule.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct RuleLine {
        /// Names the version: the rule, a slash and the number.
        pub id: Line,
        /// The version itself.
        pub rule: Rule,
        /// Who wrote it; not told for one of those to start with that was ended here.
        pub made_by: Option<UserId>,
        /// When.
        pub made_at: Instant,
        /// Why.
        pub why: Prose,
        /// Who let it end.
        pub ended_by: Option<UserId>,
        /// When that was said.
        pub ended_at: Option<Instant>,
        /// Why it was let end.
        pub ended_why: Option<Prose>,
    }
    check(reading) {
        let expected = rule.as_ref().map(named).filter(|name| id.as_ref().is_some_and(|id| id.as_str() != name));
        if let Some(name) = expected {
            reading.within("id", |reading| reading.fault(FaultKind::Expected { value: name }));
        }
        if rule.as_ref().is_some_and(|rule| rule.number.get() == 0) {
            reading.within("rule", |reading| reading.within("number", |reading| {
                reading.fault(FaultKind::OutOfRange { low: "1".into(), high: "1000000".into() });
            }));
        }
    }
}

/// How a version is named in a folder.
pub(crate) fn named(rule: &Rule) -> String {
    format!("{}/{}", rule.id, rule.number.get())
}

impl RuleLine {
    /// The line of a version.
    ///
    /// # Errors
    ///
    /// The rule's id is so long that the version has no name.
    pub fn of(stored: StoredRule) -> Result<Self, FaultKind> {
        let StoredRule { rule, made_by, made_at, why, ended_by, ended_at, ended_why } = stored;
        Ok(Self { id: Line::new(&named(&rule))?, rule, made_by, made_at, why, ended_by, ended_at, ended_why })
    }

    /// The version that the line tells.
    #[must_use]
    pub fn stored(&self) -> StoredRule {
        let Self { rule, made_by, made_at, why, ended_by, ended_at, ended_why, .. } = self.clone();
        StoredRule { rule, made_by, made_at, why, ended_by, ended_at, ended_why }
    }

    /// What is wrong with the rule itself.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let at_rule = |fault: Fault| Fault::new(format!("/rule{}", fault.pointer), fault.kind);
        faults_of(&self.rule).into_iter().map(at_rule).collect()
    }
}

/// Versions that hold on the same days as another version of their rule, of the list or of those that are there already, each by its place in the list.
pub(super) fn overlapping(records: &[&RuleLine], there: &[Rule]) -> Vec<(usize, Fault)> {
    let told = |rule: &Rule| records.iter().any(|record| record.rule.id == rule.id && record.rule.number == rule.number);
    let mut faults = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let before = records.iter().take(at).map(|record| &record.rule);
        let others = before.chain(there.iter().filter(|rule| !told(rule))).filter(|rule| rule.id == record.rule.id);
        let found = others.filter_map(|other| overlap(&record.rule, other));
        faults.extend(found.map(|fault| (at, Fault::new(format!("/rule{}", fault.pointer), fault.kind))));
    }
    faults
}
