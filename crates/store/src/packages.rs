//! Task packages: a row with where the package stands, and a revision for every wording it had.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{OrganisationId, PackageId, ProgrammeId, UserId};
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::reading;

use crate::audit::ObjectKind;
use crate::error::{StoreError, StoreResult};
use crate::schema::{package_revisions, task_packages};
use crate::transaction::{Db, Tx};

pub mod carried;

/// A package as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPackage {
    /// The wording of the revision, with the state that holds now.
    pub package: TaskPackage,
    /// The number of the revision, from 1 on.
    pub revision: i64,
    /// The version that an update must name.
    pub version: i64,
    /// When a mediator took it in.
    pub taken_in_at: Option<Instant>,
    /// When it was first published.
    pub published_at: Option<Instant>,
    /// When it was made.
    pub made_at: Instant,
    /// When it was last changed.
    pub changed_at: Instant,
}

/// Which packages to list. What is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageQuery {
    /// Only of these organisations.
    pub organisations: Option<Vec<OrganisationId>>,
    /// Only of this programme.
    pub programme: Option<ProgrammeId>,
    /// Only in these states.
    pub states: Option<Vec<PackageState>>,
    /// Only after this id.
    pub after: Option<String>,
    /// At most so many; everything when `None`.
    pub limit: Option<i64>,
}

impl PackageQuery {
    /// Every package that is open to matches.
    #[must_use]
    pub fn open() -> Self {
        Self { states: Some(vec![PackageState::Published]), ..Self::default() }
    }
}

#[derive(Debug, Clone, Queryable, Insertable, Selectable, AsChangeset)]
#[diesel(table_name = task_packages, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: String,
    organisation_id: String,
    programme_id: Option<String>,
    state: String,
    revision: i64,
    capacity: i64,
    taken_in_at: Option<i64>,
    taken_in_by: Option<String>,
    published_at: Option<i64>,
    version: i64,
    made_at: i64,
    changed_at: i64,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = package_revisions, treat_none_as_default_value = false)]
struct Revision<'a> {
    package_id: &'a str,
    revision: i64,
    body: String,
    made_by: Option<&'a str>,
    made_at: i64,
}

/// Keeps a new package as its first revision.
///
/// # Errors
/// [`StoreError::Duplicate`] when the id exists already, [`StoreError::Dangling`] when the organisation or programme does not.
pub fn insert(tx: &mut Tx<'_>, package: &TaskPackage, made_by: Option<&UserId>) -> StoreResult<StoredPackage> {
    let now = tx.now().microseconds();
    let row = Row {
        id: package.id.to_string(),
        organisation_id: package.organisation.to_string(),
        programme_id: package.programme.as_ref().map(ToString::to_string),
        state: package.state.as_str().to_owned(),
        revision: 1,
        capacity: i64::from(package.capacity.get()),
        taken_in_at: None,
        taken_in_by: None,
        published_at: (package.state == PackageState::Published).then_some(now),
        version: 1,
        made_at: now,
        changed_at: now,
    };
    diesel::insert_into(task_packages::table).values(&row).execute(tx.connection())?;
    insert_revision(tx, package, 1, made_by)?;
    tx.changed(ObjectKind::Package, package.id.as_str());
    Ok(stored(row, package.clone()))
}

/// Keeps a changed wording, built on this version. A package that was ever published gets a new revision, so that matches keep the one they were made
/// on; a draft is written over.
///
/// # Errors
/// [`StoreError::Stale`] when the package has changed since, [`StoreError::NotFound`] when there is none.
pub fn update(tx: &mut Tx<'_>, package: &TaskPackage, version: i64, made_by: Option<&UserId>) -> StoreResult<StoredPackage> {
    let mut row = fresh_row(tx, &package.id, version)?;
    if row.published_at.is_some() {
        row.revision += 1;
        insert_revision(tx, package, row.revision, made_by)?;
    } else {
        let body = body_of(package)?;
        let revision = package_revisions::table.find((package.id.as_str(), row.revision));
        diesel::update(revision).set(package_revisions::body.eq(body)).execute(tx.connection())?;
    }
    row.organisation_id = package.organisation.to_string();
    row.programme_id = package.programme.as_ref().map(ToString::to_string);
    row.capacity = i64::from(package.capacity.get());
    keep(tx, row, package.clone())
}

/// Moves a package to another state, built on this version.
///
/// # Errors
/// [`StoreError::Stale`] when the package has changed since, [`StoreError::NotFound`] when there is none.
pub fn set_state(tx: &mut Tx<'_>, id: &PackageId, state: PackageState, version: i64) -> StoreResult<StoredPackage> {
    let mut row = fresh_row(tx, id, version)?;
    row.state = state.as_str().to_owned();
    if state == PackageState::Published && row.published_at.is_none() {
        row.published_at = Some(tx.now().microseconds());
    }
    let package = wording(tx, id, row.revision)?;
    keep(tx, row, package)
}

/// Notes that a mediator took a package in: only from then on can its organisation learn how many people it reaches.
///
/// # Errors
/// [`StoreError::Stale`] when the package has changed since, [`StoreError::NotFound`] when there is none.
pub fn take_in(tx: &mut Tx<'_>, id: &PackageId, by: &UserId, version: i64) -> StoreResult<StoredPackage> {
    let mut row = fresh_row(tx, id, version)?;
    row.taken_in_at = Some(tx.now().microseconds());
    row.taken_in_by = Some(by.to_string());
    let package = wording(tx, id, row.revision)?;
    keep(tx, row, package)
}

/// The package with this id, in its latest revision.
///
/// # Errors
/// Any error of the database.
pub fn get(db: &mut Db, id: &PackageId) -> StoreResult<Option<StoredPackage>> {
    let Some(row) = row(db, id)? else { return Ok(None) };
    let package = wording(db, id, row.revision)?;
    Ok(Some(stored(row, package)))
}

/// A package as it was worded in a revision.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such revision.
pub fn wording(db: &mut Db, id: &PackageId, revision: i64) -> StoreResult<TaskPackage> {
    let body: String = package_revisions::table.find((id.as_str(), revision)).select(package_revisions::body).first(db.connection())?;
    read_body(&body)
}

/// The numbers of a package's revisions with the moment each was made, oldest first.
///
/// # Errors
/// Any error of the database.
pub fn revisions(db: &mut Db, id: &PackageId) -> StoreResult<Vec<(i64, Instant)>> {
    let rows = package_revisions::table.filter(package_revisions::package_id.eq(id.as_str())).order(package_revisions::revision);
    let rows: Vec<(i64, i64)> = rows.select((package_revisions::revision, package_revisions::made_at)).load(db.connection())?;
    Ok(rows.into_iter().map(|(revision, made_at)| (revision, Instant::from_microseconds(made_at))).collect())
}

/// The packages that a query asks for, by id.
///
/// # Errors
/// Any error of the database.
pub fn list(db: &mut Db, query: &PackageQuery) -> StoreResult<Vec<StoredPackage>> {
    let latest = package_revisions::package_id.eq(task_packages::id).and(package_revisions::revision.eq(task_packages::revision));
    let mut rows = task_packages::table.inner_join(package_revisions::table.on(latest)).into_boxed();
    if let Some(organisations) = &query.organisations {
        rows = rows.filter(task_packages::organisation_id.eq_any(organisations.iter().map(ToString::to_string).collect::<Vec<_>>()));
    }
    if let Some(programme) = &query.programme {
        rows = rows.filter(task_packages::programme_id.eq(programme.to_string()));
    }
    if let Some(states) = &query.states {
        rows = rows.filter(task_packages::state.eq_any(states.iter().map(|state| state.as_str()).collect::<Vec<_>>()));
    }
    if let Some(after) = &query.after {
        rows = rows.filter(task_packages::id.gt(after.clone()));
    }
    if let Some(limit) = query.limit {
        rows = rows.limit(limit);
    }
    let rows = rows.order(task_packages::id).select((Row::as_select(), package_revisions::body));
    let found: Vec<(Row, String)> = rows.load(db.connection())?;
    found.into_iter().map(|(row, body)| Ok(stored(row, read_body(&body)?))).collect()
}

fn row(db: &mut Db, id: &PackageId) -> StoreResult<Option<Row>> {
    Ok(task_packages::table.find(id.as_str()).select(Row::as_select()).first(db.connection()).optional()?)
}

fn fresh_row(tx: &mut Tx<'_>, id: &PackageId, version: i64) -> StoreResult<Row> {
    let row = row(tx, id)?.ok_or(StoreError::NotFound)?;
    if row.version == version { Ok(row) } else { Err(StoreError::Stale { current: row.version }) }
}

fn keep(tx: &mut Tx<'_>, mut row: Row, package: TaskPackage) -> StoreResult<StoredPackage> {
    row.version += 1;
    row.changed_at = tx.now().microseconds();
    diesel::update(task_packages::table.find(&row.id)).set(&row).execute(tx.connection())?;
    tx.changed(ObjectKind::Package, &row.id);
    Ok(stored(row, package))
}

fn insert_revision(tx: &mut Tx<'_>, package: &TaskPackage, revision: i64, made_by: Option<&UserId>) -> StoreResult<()> {
    let revision = Revision {
        package_id: package.id.as_str(),
        revision,
        body: body_of(package)?,
        made_by: made_by.map(UserId::as_str),
        made_at: tx.now().microseconds(),
    };
    diesel::insert_into(package_revisions::table).values(&revision).execute(tx.connection())?;
    Ok(())
}

fn body_of(package: &TaskPackage) -> StoreResult<String> {
    serde_json::to_string(package).map_err(|error| StoreError::Internal(error.to_string()))
}

fn read_body(body: &str) -> StoreResult<TaskPackage> {
    reading::read(body).map_err(|faults| {
        let first = faults.first().map(|fault| format!("{} {}", fault.pointer, fault.kind.code())).unwrap_or_default();
        StoreError::Corrupt { table: "package_revisions", why: first }
    })
}

/// The state is the row's: a revision keeps the one it was written in.
fn stored(row: Row, mut package: TaskPackage) -> StoredPackage {
    package.state = PackageState::from_word(&row.state).unwrap_or(PackageState::Closed);
    let moment = |at: Option<i64>| at.map(Instant::from_microseconds);
    StoredPackage {
        package,
        revision: row.revision,
        version: row.version,
        taken_in_at: moment(row.taken_in_at),
        published_at: moment(row.published_at),
        made_at: Instant::from_microseconds(row.made_at),
        changed_at: Instant::from_microseconds(row.changed_at),
    }
}
