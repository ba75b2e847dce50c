//! What rows refer to is there: the foreign keys of the schema, and the names that stand in plain columns.

use super::{Rule, Violation, ask};
use crate::erasure::ERASED;
use crate::error::StoreResult;
use crate::transaction::Db;

/// A reference of the schema: the table, its record as SQL, its columns, and the table and columns that they refer to.
struct Reference(&'static str, &'static str, &'static [&'static str], &'static str, &'static [&'static str]);

const REVISION: &[&str] = &["package_id", "revision"];

/// Every foreign key of the schema. A database that enforces them has no row that breaks one; a copy that was put together by hand may.
const REFERENCES: &[Reference] = &[
    Reference("user_roles", "c.user_id", &["user_id"], "users", &["id"]),
    Reference("sign_in_codes", "c.user_id", &["user_id"], "users", &["id"]),
    Reference("sessions", "c.id", &["user_id"], "users", &["id"]),
    Reference("organisation_members", "c.user_id", &["user_id"], "users", &["id"]),
    Reference("organisation_members", "c.user_id", &["organisation_id"], "organisations", &["id"]),
    Reference("programme_organisations", "c.organisation_id", &["organisation_id"], "organisations", &["id"]),
    Reference("programme_organisations", "c.organisation_id", &["programme_id"], "programmes", &["id"]),
    Reference("task_packages", "c.id", &["organisation_id"], "organisations", &["id"]),
    Reference("task_packages", "c.id", &["programme_id"], "programmes", &["id"]),
    Reference("package_revisions", "c.package_id", &["package_id"], "task_packages", &["id"]),
    Reference("experts", "c.id", &["user_id"], "users", &["id"]),
    Reference("programme_experts", "c.expert_id", &["expert_id"], "experts", &["id"]),
    Reference("programme_experts", "c.expert_id", &["programme_id"], "programmes", &["id"]),
    Reference("expert_contacts", "c.expert_id", &["expert_id"], "experts", &["id"]),
    Reference("expert_stories", "c.expert_id", &["expert_id"], "experts", &["id"]),
    Reference("expert_competences", "c.expert_id", &["expert_id"], "experts", &["id"]),
    Reference("expert_experience", "c.expert_id", &["expert_id"], "experts", &["id"]),
    Reference("expert_limits", "c.expert_id", &["expert_id"], "experts", &["id"]),
    Reference("expert_income", "c.expert_id", &["expert_id"], "experts", &["id"]),
    Reference("expert_documents", "c.expert_id", &["expert_id"], "experts", &["id"]),
    Reference("expert_practicals", "c.expert_id", &["expert_id"], "experts", &["id"]),
    Reference("expert_disclosures", "c.expert_id", &["expert_id"], "experts", &["id"]),
    Reference("shortlists", "c.id", REVISION, "package_revisions", REVISION),
    Reference("shortlists", "c.id", &["knob_version"], "knob_versions", &["id"]),
    Reference("shortlist_members", "c.shortlist_id", &["shortlist_id"], "shortlists", &["id"]),
    Reference("shortlist_members", "c.shortlist_id", &["expert_id"], "experts", &["id"]),
    Reference("matches", "c.id", REVISION, "package_revisions", REVISION),
    Reference("matches", "c.id", &["expert_id"], "experts", &["id"]),
    Reference("matches", "c.id", &["matcher_version"], "knob_versions", &["id"]),
    Reference("matches", "c.id", &["id", "arrangement"], "arrangements", &["match_id", "version"]),
    Reference("arrangements", "c.match_id", &["match_id"], "matches", &["id"]),
    Reference("match_events", "c.match_id", &["match_id"], "matches", &["id"]),
    Reference("match_events", "c.match_id", &["match_id", "arrangement"], "arrangements", &["match_id", "version"]),
    Reference("approvals", "c.match_id", &["match_id", "arrangement"], "arrangements", &["match_id", "version"]),
    Reference("check_ins", "c.id", &["match_id"], "matches", &["id"]),
    Reference("evaluations", "c.id", &["match_id"], "matches", &["id"]),
    Reference("match_rules", "c.match_id", &["match_id", "seq"], "match_events", &["match_id", "seq"]),
    Reference("match_rules", "c.match_id", &["rules_version"], "knob_versions", &["id"]),
    Reference("match_knobs", "c.match_id", &["match_id"], "matches", &["id"]),
    Reference("match_knobs", "c.match_id", &["version_id"], "knob_versions", &["id"]),
    Reference("todos", "c.id", &["assigned_to"], "users", &["id"]),
    Reference("todo_assignments", "c.todo_id", &["todo_id"], "todos", &["id"]),
    Reference("user_languages", "c.user_id", &["user_id"], "users", &["id"]),
    Reference("vocabulary_files", "c.version_id", &["version_id"], "vocabulary_versions", &["id"]),
    Reference("neighbour_lists", "c.version_id", &["version_id"], "vocabulary_versions", &["id"]),
];

/// Columns that name a user as the one who did something, without being a reference; the record as SQL.
const WHO: &[(&str, &str, &str)] = &[
    ("approvals", "c.match_id", "user_id"),
    ("arrangements", "c.match_id", "made_by"),
    ("idempotency", "c.actor", "actor"),
    ("knob_versions", "c.id", "made_by"),
    ("match_events", "c.match_id", "actor"),
    ("matches", "c.id", "made_by"),
    ("organisations", "c.id", "vetted_by"),
    ("package_revisions", "c.package_id", "made_by"),
    ("rules", "c.id", "ended_by"),
    ("rules", "c.id", "made_by"),
    ("shortlists", "c.id", "made_by"),
    ("sign_in_codes", "c.user_id", "made_by"),
    ("task_packages", "c.id", "taken_in_by"),
    ("todo_assignments", "c.todo_id", "made_by"),
    ("todo_assignments", "c.todo_id", "user_id"),
    ("todos", "c.id", "closed_by"),
    ("vocabulary_versions", "c.id", "made_by"),
];

/// Where a record of a sort stands, by the word for the sort.
const SORTS: &[(&str, &str)] = &[("user", "users"), ("expert", "experts"), ("match", "matches")];

pub(super) fn check(db: &mut Db) -> StoreResult<Vec<Violation>> {
    let mut found = Vec::new();
    for reference in REFERENCES {
        found.extend(ask(db, Rule::ReferenceBroken, reference.0, &reference.query())?);
    }
    for (table, record, column) in WHO {
        let query = format!(
            "SELECT {record} AS record, '{column}' AS detail FROM {table} c LEFT JOIN users p ON p.id = c.{column} \
             WHERE c.{column} IS NOT NULL AND p.id IS NULL AND c.{column} NOT IN ('{ERASED}', 'system')"
        );
        found.extend(ask(db, Rule::GoneNamed, table, &query)?);
    }
    for (sort, parent) in SORTS {
        for (table, record, kind) in [("todos", "c.id", "object_kind"), ("changes", "CAST(c.seq AS TEXT)", "kind")] {
            let query = format!(
                "SELECT {record} AS record, '{sort}' AS detail FROM {table} c LEFT JOIN {parent} p ON p.id = c.object_id \
                 WHERE c.{kind} = '{sort}' AND c.object_id <> '' AND p.id IS NULL"
            );
            found.extend(ask(db, Rule::GoneNamed, table, &query)?);
        }
    }
    Ok(found)
}

impl Reference {
    /// The rows whose columns are all told and that refer to nothing.
    fn query(&self) -> String {
        let Self(table, record, columns, parent, keys) = self;
        let pairs: Vec<String> = columns.iter().zip(*keys).map(|(column, key)| format!("p.{key} = c.{column}")).collect();
        let told: Vec<String> = columns.iter().map(|column| format!("c.{column} IS NOT NULL")).collect();
        let first = keys.first().copied().unwrap_or("id");
        format!(
            "SELECT {record} AS record, '{}' AS detail FROM {table} c LEFT JOIN {parent} p ON {} WHERE {} AND p.{first} IS NULL",
            columns.join(", "),
            pairs.join(" AND "),
            told.join(" AND ")
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every reference that the migrations declare and leave, as `table.columns -> parent`.
    fn declared() -> BTreeSet<String> {
        let mut table = "";
        let mut found = BTreeSet::new();
        let migrations = [
            include_str!("../../../../migrations/sqlite/2026-11-23-000001_foundation/up.sql"),
            include_str!("../../../../migrations/sqlite/2026-11-23-000002_rules/up.sql"),
            include_str!("../../../../migrations/sqlite/2026-11-23-000003_knob_trace/up.sql"),
            include_str!("../../../../migrations/sqlite/2026-11-23-000004_routing/up.sql"),
            include_str!("../../../../migrations/sqlite/2026-11-23-000005_unused_columns/up.sql"),
        ];
        for line in migrations.iter().flat_map(|migration| migration.lines()).map(str::trim) {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                table = rest.trim_end_matches(" (");
            }
            if let Some((altered, column)) = line.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" DROP COLUMN ")) {
                let dropped = format!("{altered}.{} -> ", column.trim_end_matches(';'));
                found.retain(|reference: &String| !reference.starts_with(&dropped));
            }
            let Some((before, after)) = line.split_once("REFERENCES ") else { continue };
            let columns = match before.strip_prefix("FOREIGN KEY (") {
                Some(columns) => columns.trim_end_matches(") ").to_owned(),
                None => before.split(' ').next().unwrap_or_default().to_owned(),
            };
            found.insert(format!("{table}.{columns} -> {}", after.split(' ').next().unwrap_or_default()));
        }
        found
    }

    #[test]
    fn every_declared_reference_is_checked() {
        let checked: BTreeSet<String> = REFERENCES
            .iter()
            .map(|Reference(table, _, columns, parent, _)| format!("{table}.{} -> {parent}", columns.join(", ")))
            .collect();
        let declared = declared();
        assert!(declared.len() > 30, "{declared:?}");
        let missing: Vec<&String> = declared.difference(&checked).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
