//! Packages with every revision, as an export takes them out and an import brings them in.

use std::collections::HashMap;

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::packages::TaskPackage;

use super::{Row, body_of, read_body};
use crate::audit::ObjectKind;
use crate::error::StoreResult;
use crate::schema::{package_revisions, task_packages};
use crate::transaction::{Db, Tx};
use crate::users::user_id;

/// A package with every revision.
#[derive(Debug, Clone, PartialEq)]
pub struct WholePackage {
    /// The wording of the latest revision, with the state that holds now.
    pub package: TaskPackage,
    /// When a mediator took it in.
    pub taken_in_at: Option<Instant>,
    /// Which mediator.
    pub taken_in_by: Option<UserId>,
    /// When it was first published.
    pub published_at: Option<Instant>,
    /// Every revision from the first on; the last one holds the same wording as `package`.
    pub revisions: Vec<Revision>,
}

/// A wording that a package had.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// The wording.
    pub wording: TaskPackage,
    /// Who wrote it.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Instant,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = package_revisions, treat_none_as_default_value = false)]
struct RevisionRow {
    package_id: String,
    revision: i64,
    body: String,
    made_by: Option<String>,
    made_at: i64,
}

/// Every package, by id.
///
/// # Errors
/// Any error of the database.
pub fn all(db: &mut Db) -> StoreResult<Vec<WholePackage>> {
    let rows: Vec<Row> = task_packages::table.order(task_packages::id).select(Row::as_select()).load(db.connection())?;
    let revisions = package_revisions::table.order(package_revisions::revision).select(RevisionRow::as_select());
    let mut by_package: HashMap<String, Vec<Revision>> = HashMap::new();
    for row in revisions.load::<RevisionRow>(db.connection())? {
        let revision = Revision {
            wording: read_body(&row.body)?,
            made_by: row.made_by.as_deref().map(user_id).transpose()?,
            made_at: Instant::from_microseconds(row.made_at),
        };
        by_package.entry(row.package_id).or_default().push(revision);
    }
    rows.into_iter().map(|row| whole(row, &mut by_package)).collect()
}

fn whole(row: Row, by_package: &mut HashMap<String, Vec<Revision>>) -> StoreResult<WholePackage> {
    let mut revisions = by_package.remove(&row.id).unwrap_or_default();
    let latest = revisions.last().ok_or(crate::StoreError::NotFound)?.wording.clone();
    let taken_in_by = row.taken_in_by.as_deref().map(user_id).transpose()?;
    let super::StoredPackage { package, taken_in_at, published_at, .. } = super::stored(row, latest);
    if let Some(latest) = revisions.last_mut() {
        latest.wording = package.clone();
    }
    Ok(WholePackage { package, taken_in_at, taken_in_by, published_at, revisions })
}

/// Keeps a package as it is, with its revisions.
///
/// # Errors
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) when the id exists already, [`StoreError::Dangling`](crate::StoreError::Dangling) when the
/// organisation or programme does not.
pub fn insert(tx: &mut Tx<'_>, whole: &WholePackage) -> StoreResult<()> {
    let WholePackage { package, revisions, .. } = whole;
    let now = tx.now();
    let row = Row {
        id: package.id.to_string(),
        organisation_id: package.organisation.to_string(),
        programme_id: package.programme.as_ref().map(ToString::to_string),
        state: package.state.as_str().to_owned(),
        revision: i64::try_from(revisions.len()).unwrap_or(i64::MAX),
        capacity: i64::from(package.capacity.get()),
        taken_in_at: whole.taken_in_at.map(Instant::microseconds),
        taken_in_by: whole.taken_in_by.as_ref().map(ToString::to_string),
        published_at: whole.published_at.map(Instant::microseconds),
        version: 1,
        made_at: revisions.first().map_or(now, |revision| revision.made_at).microseconds(),
        changed_at: now.microseconds(),
    };
    diesel::insert_into(task_packages::table).values(&row).execute(tx.connection())?;
    for (revision, number) in revisions.iter().zip(1i64..) {
        let row = RevisionRow {
            package_id: package.id.to_string(),
            revision: number,
            body: body_of(&revision.wording)?,
            made_by: revision.made_by.as_ref().map(ToString::to_string),
            made_at: revision.made_at.microseconds(),
        };
        diesel::insert_into(package_revisions::table).values(&row).execute(tx.connection())?;
    }
    tx.changed(ObjectKind::Package, package.id.as_str());
    Ok(())
}

/// The ids of every package, each with the number of its latest revision, in order.
///
/// # Errors
/// Any error of the database.
pub fn ids(db: &mut Db) -> StoreResult<Vec<(String, i64)>> {
    let rows = task_packages::table.order(task_packages::id).select((task_packages::id, task_packages::revision));
    Ok(rows.load(db.connection())?)
}
