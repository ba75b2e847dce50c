//! Programmes: a row each, and the organisations that joined. Which programmes an expert joined is told in the expert's own profile.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{OrganisationId, ProgrammeId};
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::reading;

use crate::audit::ObjectKind;
use crate::error::{StoreError, StoreResult};
use crate::schema::{programme_organisations, programmes};
use crate::transaction::{Db, Tx};

/// A programme as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredProgramme {
    /// The programme.
    pub programme: Programme,
    /// The version that an update must name.
    pub version: i64,
    /// When it was made.
    pub made_at: Instant,
    /// When it was last changed.
    pub changed_at: Instant,
}

#[derive(Debug, Clone, Queryable, Insertable, Selectable, AsChangeset)]
#[diesel(table_name = programmes)]
struct Row {
    id: String,
    name: String,
    body: String,
    version: i64,
    made_at: i64,
    changed_at: i64,
}

/// Keeps a new programme.
///
/// # Errors
/// [`StoreError::Duplicate`] when the id exists already.
pub fn insert(tx: &mut Tx<'_>, programme: &Programme) -> StoreResult<StoredProgramme> {
    let now = tx.now().microseconds();
    let (id, name) = (programme.id.to_string(), programme.name.to_string());
    let row = Row { id, name, body: body_of(programme)?, version: 1, made_at: now, changed_at: now };
    diesel::insert_into(programmes::table).values(&row).execute(tx.connection())?;
    tx.changed(ObjectKind::Programme, programme.id.as_str());
    stored(row)
}

/// Keeps a changed programme, built on this version.
///
/// # Errors
/// [`StoreError::Stale`] when it has changed since, [`StoreError::NotFound`] when there is none.
pub fn update(tx: &mut Tx<'_>, programme: &Programme, version: i64) -> StoreResult<StoredProgramme> {
    let mut row = fresh_row(tx, &programme.id, version)?;
    row.name = programme.name.to_string();
    row.body = body_of(programme)?;
    row.version += 1;
    row.changed_at = tx.now().microseconds();
    diesel::update(programmes::table.find(&row.id)).set(&row).execute(tx.connection())?;
    tx.changed(ObjectKind::Programme, &row.id);
    stored(row)
}

/// The programme with this id.
///
/// # Errors
/// Any error of the database.
pub fn get(db: &mut Db, id: &ProgrammeId) -> StoreResult<Option<StoredProgramme>> {
    row(db, id)?.map(stored).transpose()
}

/// A page of programmes by id, after the one named.
///
/// # Errors
/// Any error of the database.
pub fn page(db: &mut Db, after: Option<&str>, limit: i64) -> StoreResult<Vec<StoredProgramme>> {
    let rows = programmes::table.filter(programmes::id.gt(after.unwrap_or_default())).order(programmes::id).limit(limit);
    let rows: Vec<Row> = rows.select(Row::as_select()).load(db.connection())?;
    rows.into_iter().map(stored).collect()
}

/// Takes a programme away.
///
/// # Errors
/// [`StoreError::Stale`] when it has changed since, [`StoreError::NotFound`] when there is none, [`StoreError::Dangling`] while somebody is in it.
pub fn delete(tx: &mut Tx<'_>, id: &ProgrammeId, version: i64) -> StoreResult<()> {
    fresh_row(tx, id, version)?;
    diesel::delete(programmes::table.find(id.as_str())).execute(tx.connection())?;
    tx.changed(ObjectKind::Programme, id.as_str());
    Ok(())
}

/// Lets an organisation join; nothing happens when it did already.
///
/// # Errors
/// [`StoreError::Dangling`] when the programme or the organisation does not exist.
pub fn add_organisation(tx: &mut Tx<'_>, id: &ProgrammeId, organisation: &OrganisationId) -> StoreResult<()> {
    let there: i64 = programme_organisations::table.find((id.as_str(), organisation.as_str())).count().get_result(tx.connection())?;
    if there > 0 {
        return Ok(());
    }
    let row = (
        programme_organisations::programme_id.eq(id.as_str()),
        programme_organisations::organisation_id.eq(organisation.as_str()),
        programme_organisations::joined_at.eq(tx.now().microseconds()),
    );
    diesel::insert_into(programme_organisations::table).values(row).execute(tx.connection())?;
    tx.changed(ObjectKind::Programme, id.as_str());
    Ok(())
}

/// Lets an organisation leave; whether it was in.
///
/// # Errors
/// Any error of the database.
pub fn remove_organisation(tx: &mut Tx<'_>, id: &ProgrammeId, organisation: &OrganisationId) -> StoreResult<bool> {
    let row = programme_organisations::table.find((id.as_str(), organisation.as_str()));
    let removed = diesel::delete(row).execute(tx.connection())?;
    if removed > 0 {
        tx.changed(ObjectKind::Programme, id.as_str());
    }
    Ok(removed > 0)
}

/// The organisations in a programme, by id.
///
/// # Errors
/// Any error of the database.
pub fn organisations(db: &mut Db, id: &ProgrammeId) -> StoreResult<Vec<OrganisationId>> {
    let rows = programme_organisations::table.filter(programme_organisations::programme_id.eq(id.as_str()));
    let ids: Vec<String> =
        rows.order(programme_organisations::organisation_id).select(programme_organisations::organisation_id).load(db.connection())?;
    ids.iter().map(|id| OrganisationId::new(id).map_err(|_| corrupt("an organisation's id"))).collect()
}

/// Every programme that an organisation joined, with the organisation, in order.
///
/// # Errors
/// Any error of the database.
pub fn joined(db: &mut Db) -> StoreResult<Vec<(ProgrammeId, OrganisationId)>> {
    let rows = programme_organisations::table.order((programme_organisations::programme_id, programme_organisations::organisation_id));
    let pairs: Vec<(String, String)> =
        rows.select((programme_organisations::programme_id, programme_organisations::organisation_id)).load(db.connection())?;
    pairs
        .iter()
        .map(|(programme, organisation)| {
            let programme = ProgrammeId::new(programme).map_err(|_| corrupt("a programme's id"))?;
            Ok((programme, OrganisationId::new(organisation).map_err(|_| corrupt("an organisation's id"))?))
        })
        .collect()
}

fn row(db: &mut Db, id: &ProgrammeId) -> StoreResult<Option<Row>> {
    Ok(programmes::table.find(id.as_str()).select(Row::as_select()).first(db.connection()).optional()?)
}

fn fresh_row(tx: &mut Tx<'_>, id: &ProgrammeId, version: i64) -> StoreResult<Row> {
    let row = row(tx, id)?.ok_or(StoreError::NotFound)?;
    if row.version == version { Ok(row) } else { Err(StoreError::Stale { current: row.version }) }
}

fn body_of(programme: &Programme) -> StoreResult<String> {
    serde_json::to_string(programme).map_err(|error| StoreError::Internal(error.to_string()))
}

fn stored(row: Row) -> StoreResult<StoredProgramme> {
    Ok(StoredProgramme {
        programme: reading::read(&row.body).map_err(|_| corrupt("a programme"))?,
        version: row.version,
        made_at: Instant::from_microseconds(row.made_at),
        changed_at: Instant::from_microseconds(row.changed_at),
    })
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt { table: "programmes", why: why.to_owned() }
}
