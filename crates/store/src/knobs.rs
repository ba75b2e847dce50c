//! Knobs: every turn is a version of its own that never changes; the latest one of a scope holds.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{KnobVersionId, PackageId, ProgrammeId, UserId};
use raakvlak_domain::json;
use raakvlak_domain::knobs::{Knob, KnobVersion, Scope, Setting};
use raakvlak_domain::reading::{self, Reading};
use raakvlak_domain::texts::Prose;

use crate::audit::ObjectKind;
use crate::error::{StoreError, StoreResult};
use crate::schema::knob_versions;
use crate::transaction::{Db, Tx};

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = knob_versions, treat_none_as_default_value = false)]
struct Row {
    id: String,
    knob: String,
    scope_kind: String,
    scope_id: String,
    number: i64,
    body: String,
    made_by: Option<String>,
    made_at: i64,
    why: Option<String>,
}

/// A turn of a knob.
#[derive(Debug, Clone)]
pub struct Turn<'a> {
    /// Names the new version.
    pub id: &'a KnobVersionId,
    /// Which knob.
    pub knob: Knob,
    /// For what it holds.
    pub scope: &'a Scope,
    /// The setting; `None` takes the scope's own setting away.
    pub setting: Option<Setting>,
    /// Who turns it.
    pub by: &'a UserId,
    /// Why.
    pub why: &'a Prose,
}

/// Turns a knob: makes the next version, built on this number (0 when there was none).
///
/// # Errors
/// [`StoreError::Stale`] when the knob was turned since.
pub fn turn(tx: &mut Tx<'_>, turn: &Turn<'_>, built_on: u64) -> StoreResult<KnobVersion> {
    let current = latest(tx, turn.knob, turn.scope)?.map_or(0, |version| version.number);
    if current != built_on {
        return Err(StoreError::Stale { current: i64::try_from(current).unwrap_or(i64::MAX) });
    }
    let version = KnobVersion {
        id: turn.id.clone(),
        knob: turn.knob,
        scope: turn.scope.clone(),
        number: current + 1,
        setting: turn.setting.clone(),
        made_by: turn.by.clone(),
        made_at: tx.now(),
        why: turn.why.clone(),
    };
    insert(tx, &version)?;
    Ok(version)
}

/// Keeps a version as it is, for an import.
///
/// # Errors
/// [`StoreError::Duplicate`] when the id, or the number within its scope, exists already.
pub fn insert(tx: &mut Tx<'_>, version: &KnobVersion) -> StoreResult<()> {
    let row = Row {
        id: version.id.to_string(),
        knob: version.knob.as_str().to_owned(),
        scope_kind: version.scope.kind().to_owned(),
        scope_id: version.scope.id().unwrap_or_default().to_owned(),
        number: i64::try_from(version.number).unwrap_or(i64::MAX),
        body: serde_json::to_string(&version.setting).map_err(|error| StoreError::Internal(error.to_string()))?,
        made_by: Some(version.made_by.to_string()),
        made_at: version.made_at.microseconds(),
        why: Some(version.why.to_string()),
    };
    diesel::insert_into(knob_versions::table).values(&row).execute(tx.connection())?;
    tx.changed(ObjectKind::Knob, version.id.as_str());
    Ok(())
}

/// The version with this id.
///
/// # Errors
/// Any error of the database.
pub fn get(db: &mut Db, id: &KnobVersionId) -> StoreResult<Option<KnobVersion>> {
    let row: Option<Row> = knob_versions::table.find(id.as_str()).select(Row::as_select()).first(db.connection()).optional()?;
    row.map(version).transpose()
}

/// The latest version in a scope, which holds there; also one that takes the scope's setting away.
///
/// # Errors
/// Any error of the database.
pub fn latest(db: &mut Db, knob: Knob, scope: &Scope) -> StoreResult<Option<KnobVersion>> {
    Ok(versions(db, knob, scope, None, 1)?.pop())
}

/// The versions in a scope, newest first, with a lower number than `before`.
///
/// # Errors
/// Any error of the database.
pub fn versions(db: &mut Db, knob: Knob, scope: &Scope, before: Option<u64>, limit: i64) -> StoreResult<Vec<KnobVersion>> {
    let before = before.map_or(i64::MAX, |number| i64::try_from(number).unwrap_or(i64::MAX));
    let rows: Vec<Row> = knob_versions::table
        .filter(knob_versions::knob.eq(knob.as_str()))
        .filter(knob_versions::scope_kind.eq(scope.kind()))
        .filter(knob_versions::scope_id.eq(scope.id().unwrap_or_default()))
        .filter(knob_versions::number.lt(before))
        .order(knob_versions::number.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(db.connection())?;
    rows.into_iter().map(version).collect()
}

/// Every version of every knob, by scope and then by number, the network first.
///
/// # Errors
/// Any error of the database.
pub fn all(db: &mut Db) -> StoreResult<Vec<KnobVersion>> {
    let rows: Vec<Row> = knob_versions::table.select(Row::as_select()).load(db.connection())?;
    let mut versions = rows.into_iter().map(version).collect::<StoreResult<Vec<_>>>()?;
    versions.sort_by(|one, other| (one.knob, &one.scope, one.number).cmp(&(other.knob, &other.scope, other.number)));
    Ok(versions)
}

/// The latest version of every scope in which the knob was ever turned, the network first.
///
/// # Errors
/// Any error of the database.
pub fn all_latest(db: &mut Db, knob: Knob) -> StoreResult<Vec<KnobVersion>> {
    let mut rows: Vec<Row> = knob_versions::table
        .filter(knob_versions::knob.eq(knob.as_str()))
        .order((knob_versions::scope_kind, knob_versions::scope_id, knob_versions::number.desc()))
        .select(Row::as_select())
        .load(db.connection())?;
    // Only the first of each scope, which is its latest, is read.
    rows.dedup_by(|later, kept| (&later.scope_kind, &later.scope_id) == (&kept.scope_kind, &kept.scope_id));
    let mut found = rows.into_iter().map(version).collect::<StoreResult<Vec<_>>>()?;
    found.sort_by(|one, other| one.scope.cmp(&other.scope));
    Ok(found)
}

fn version(row: Row) -> StoreResult<KnobVersion> {
    let knob = Knob::from_word(&row.knob).ok_or_else(|| corrupt("a knob"))?;
    Ok(KnobVersion {
        id: KnobVersionId::new(&row.id).map_err(|_| corrupt("a version's id"))?,
        knob,
        scope: scope(&row.scope_kind, &row.scope_id)?,
        number: u64::try_from(row.number).map_err(|_| corrupt("a number"))?,
        setting: setting(knob, &row.body)?,
        made_by: UserId::new(&row.made_by.unwrap_or_default()).map_err(|_| corrupt("a user's id"))?,
        made_at: Instant::from_microseconds(row.made_at),
        why: reading::read(&serde_json::Value::String(row.why.unwrap_or_default()).to_string()).map_err(|_| corrupt("a reason"))?,
    })
}

/// The setting of a version; `None` where it takes the scope's own setting away.
fn setting(knob: Knob, body: &str) -> StoreResult<Option<Setting>> {
    if body == "null" {
        return Ok(None);
    }
    let mut reading = Reading::default();
    let setting = json::parse(body, &mut reading).and_then(|node| Setting::from_node(knob, &node, &mut reading));
    setting.filter(|_| reading.count() == 0).map(Some).ok_or_else(|| corrupt("a setting"))
}

fn scope(kind: &str, id: &str) -> StoreResult<Scope> {
    match kind {
        "network" => Ok(Scope::Network),
        "programme" => ProgrammeId::new(id).map(Scope::Programme).map_err(|_| corrupt("a programme's id")),
        "package" => PackageId::new(id).map(Scope::Package).map_err(|_| corrupt("a package's id")),
        _ => Err(corrupt("a scope")),
    }
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt { table: "knob_versions", why: why.to_owned() }
}
