//! Versions and numbers count up from 1 without gaps, and a row's columns say what its body says.

use diesel::prelude::*;
use raakvlak_domain::identifiers::{KnobVersionId, PackageId};

use super::{Rule, Violation, ask};
use crate::error::{StoreError, StoreResult};
use crate::schema::task_packages;
use crate::transaction::Db;
use crate::{knobs, packages, rules};

/// The tables whose rows an update must name the version of.
const VERSIONED: &[&str] = &["users", "organisations", "programmes", "task_packages", "experts", "matches"];

/// Numbers that must go from 1 to what the row above them says, or to their own count.
const NUMBERED: &[(&str, &str)] = &[
    (
        "task_packages",
        "SELECT t.id AS record, 'revision' AS detail FROM task_packages t LEFT JOIN (SELECT package_id, count(*) AS n, min(revision) AS low, \
         max(revision) AS high FROM package_revisions GROUP BY package_id) r ON r.package_id = t.id \
         WHERE r.n IS NULL OR r.low <> 1 OR r.high <> t.revision OR r.n <> t.revision",
    ),
    (
        "matches",
        "SELECT t.id AS record, 'arrangement' AS detail FROM matches t LEFT JOIN (SELECT match_id, count(*) AS n, min(version) AS low, \
         max(version) AS high FROM arrangements GROUP BY match_id) r ON r.match_id = t.id \
         WHERE COALESCE(r.n, 0) <> COALESCE(t.arrangement, 0) OR COALESCE(r.high, 0) <> COALESCE(t.arrangement, 0) OR COALESCE(r.low, 1) <> 1",
    ),
    (
        "knob_versions",
        "SELECT min(id) AS record, 'number' AS detail FROM knob_versions GROUP BY knob, scope_kind, scope_id \
         HAVING count(*) <> max(number) OR min(number) <> 1",
    ),
    // Versions to start with are in the program, so that a rule's own may begin after those; but none stands twice or counts from below 1.
    ("rules", "SELECT id AS record, 'number' AS detail FROM rules WHERE number < 1"),
    (
        "vocabulary_versions",
        "SELECT min(id) AS record, 'number' AS detail FROM vocabulary_versions HAVING count(*) <> max(number) OR min(number) <> 1",
    ),
];

pub(super) fn check(db: &mut Db) -> StoreResult<Vec<Violation>> {
    let mut found = Vec::new();
    for table in VERSIONED {
        let query = format!("SELECT id AS record, 'version' AS detail FROM {table} WHERE version < 1");
        found.extend(ask(db, Rule::VersionWrong, table, &query)?);
    }
    for (table, query) in NUMBERED {
        found.extend(ask(db, Rule::VersionWrong, table, query)?);
    }
    for id in super::ids(db, "knob_versions")? {
        let outcome = KnobVersionId::new(&id).map_err(|_| corrupt_id()).and_then(|name| knobs::get(db, &name));
        if let Err(error) = outcome {
            found.push(Violation::of_error("knob_versions", &id, &error).ok_or(error)?);
        }
    }
    if let Err(error) = rules::all(db) {
        found.push(Violation::of_error("rules", "", &error).ok_or(error)?);
    }
    let rows = task_packages::table.order(task_packages::id);
    let rows = rows.select((task_packages::id, task_packages::revision, task_packages::capacity, task_packages::organisation_id));
    for (id, revision, capacity, organisation) in rows.load::<(String, i64, i64, String)>(db.connection())? {
        found.extend(compared(db, &id, revision, capacity, &organisation)?);
    }
    Ok(found)
}

fn corrupt_id() -> StoreError {
    StoreError::Corrupt { table: "knob_versions", why: "id".to_owned() }
}

/// Whether the columns of a package say what its latest wording says.
fn compared(db: &mut Db, id: &str, revision: i64, capacity: i64, organisation: &str) -> StoreResult<Option<Violation>> {
    const TABLE: &str = "task_packages";
    let Ok(name) = PackageId::new(id) else { return Ok(Some(Violation::new(Rule::Unreadable, TABLE, id, "id"))) };
    let wording = match packages::wording(db, &name, revision) {
        Ok(wording) => wording,
        Err(error) => return Violation::of_error(TABLE, id, &error).map(Some).ok_or(error),
    };
    let differs = i64::from(wording.capacity.get()) != capacity;
    let moved = wording.organisation.as_str() != organisation;
    let column = if differs { "capacity" } else { "organisation_id" };
    Ok((differs || moved).then(|| Violation::new(Rule::WordingDiffers, TABLE, id, column)))
}
