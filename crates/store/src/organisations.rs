//! Organisations: a row each, the users who speak for them, and whether a mediator found them trustworthy.

use std::collections::HashMap;

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{OrganisationId, UserId};
use raakvlak_domain::organisations::{Organisation, OrganisationKind};
use raakvlak_domain::reading;

use crate::audit::ObjectKind;
use crate::error::{StoreError, StoreResult};
use crate::schema::{organisation_members, organisations};
use crate::transaction::{Db, Tx};

/// An organisation as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredOrganisation {
    /// The organisation.
    pub organisation: Organisation,
    /// When it was found trustworthy; `None` when it was not yet.
    pub vetted_at: Option<Instant>,
    /// The version that an update must name.
    pub version: i64,
    /// When it was made.
    pub made_at: Instant,
    /// When it was last changed.
    pub changed_at: Instant,
}

#[derive(Debug, Clone, Queryable, Insertable, Selectable, AsChangeset)]
#[diesel(table_name = organisations, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: String,
    name: String,
    kind: Option<String>,
    vetted_at: Option<i64>,
    vetted_by: Option<String>,
    body: String,
    version: i64,
    made_at: i64,
    changed_at: i64,
}

impl Row {
    fn tell(&mut self, organisation: &Organisation) -> StoreResult<()> {
        self.name = organisation.name.to_string();
        self.kind = Some(organisation.kind.as_str().to_owned());
        self.body = serde_json::to_string(organisation).map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(())
    }
}

/// Keeps a new organisation.
///
/// # Errors
/// [`StoreError::Duplicate`] when the id exists already.
pub fn insert(tx: &mut Tx<'_>, organisation: &Organisation) -> StoreResult<StoredOrganisation> {
    let now = tx.now().microseconds();
    let mut row = Row {
        id: organisation.id.to_string(),
        name: String::new(),
        kind: None,
        vetted_at: None,
        vetted_by: None,
        body: String::new(),
        version: 1,
        made_at: now,
        changed_at: now,
    };
    row.tell(organisation)?;
    diesel::insert_into(organisations::table).values(&row).execute(tx.connection())?;
    tx.changed(ObjectKind::Organisation, organisation.id.as_str());
    stored(row)
}

/// Keeps by whom and when an organisation was found trustworthy, for an import.
///
/// # Errors
/// Any error of the database.
pub fn set_vetted(tx: &mut Tx<'_>, id: &OrganisationId, at: Option<Instant>, by: Option<&UserId>) -> StoreResult<()> {
    let columns = (organisations::vetted_at.eq(at.map(Instant::microseconds)), organisations::vetted_by.eq(by.map(ToString::to_string)));
    diesel::update(organisations::table.find(id.as_str())).set(columns).execute(tx.connection())?;
    Ok(())
}

/// Every organisation by id, with who found it trustworthy.
///
/// # Errors
/// Any error of the database.
pub fn all(db: &mut Db) -> StoreResult<Vec<(StoredOrganisation, Option<UserId>)>> {
    let rows: Vec<Row> = organisations::table.order(organisations::id).select(Row::as_select()).load(db.connection())?;
    rows.into_iter()
        .map(|row| {
            let by = row.vetted_by.as_deref().map(UserId::new).transpose().map_err(|_| corrupt("a user's id"))?;
            Ok((stored(row)?, by))
        })
        .collect()
}

/// What kind each organisation is.
///
/// # Errors
/// Any error of the database.
pub fn kinds(db: &mut Db) -> StoreResult<HashMap<OrganisationId, OrganisationKind>> {
    let rows: Vec<(String, Option<String>)> =
        organisations::table.select((organisations::id, organisations::kind)).load(db.connection())?;
    let kind = |(id, kind): (String, Option<String>)| {
        let id = OrganisationId::new(&id).map_err(|_| corrupt("an organisation's id"))?;
        Ok((id, kind.as_deref().and_then(OrganisationKind::from_word).ok_or_else(|| corrupt("an organisation's kind"))?))
    };
    rows.into_iter().map(kind).collect()
}

/// Keeps a changed organisation, built on this version.
///
/// # Errors
/// [`StoreError::Stale`] when it has changed since, [`StoreError::NotFound`] when there is none.
pub fn update(tx: &mut Tx<'_>, organisation: &Organisation, version: i64) -> StoreResult<StoredOrganisation> {
    let mut row = fresh_row(tx, &organisation.id, version)?;
    row.tell(organisation)?;
    keep(tx, row)
}

/// Notes that an organisation was found trustworthy, or is not any more.
///
/// # Errors
/// [`StoreError::Stale`] when it has changed since, [`StoreError::NotFound`] when there is none.
pub fn vet(tx: &mut Tx<'_>, id: &OrganisationId, by: Option<&UserId>, version: i64) -> StoreResult<StoredOrganisation> {
    let mut row = fresh_row(tx, id, version)?;
    row.vetted_at = by.map(|_| tx.now().microseconds());
    row.vetted_by = by.map(ToString::to_string);
    keep(tx, row)
}

/// The organisation with this id.
///
/// # Errors
/// Any error of the database.
pub fn get(db: &mut Db, id: &OrganisationId) -> StoreResult<Option<StoredOrganisation>> {
    row(db, id)?.map(stored).transpose()
}

/// A page of organisations by id, after the one named.
///
/// # Errors
/// Any error of the database.
pub fn page(db: &mut Db, after: Option<&str>, limit: i64) -> StoreResult<Vec<StoredOrganisation>> {
    let rows = organisations::table.filter(organisations::id.gt(after.unwrap_or_default())).order(organisations::id).limit(limit);
    let rows: Vec<Row> = rows.select(Row::as_select()).load(db.connection())?;
    rows.into_iter().map(stored).collect()
}

/// A page of the organisations that were found trustworthy and of those named, by id, after the one named.
///
/// # Errors
/// Any error of the database.
pub fn page_known(db: &mut Db, own: &[OrganisationId], after: Option<&str>, limit: i64) -> StoreResult<Vec<StoredOrganisation>> {
    let own: Vec<&str> = own.iter().map(OrganisationId::as_str).collect();
    let known = organisations::table.filter(organisations::vetted_at.is_not_null().or(organisations::id.eq_any(own)));
    let rows = known.filter(organisations::id.gt(after.unwrap_or_default())).order(organisations::id).limit(limit);
    let rows: Vec<Row> = rows.select(Row::as_select()).load(db.connection())?;
    rows.into_iter().map(stored).collect()
}

/// How many organisations there are.
///
/// # Errors
/// Any error of the database.
pub fn count(db: &mut Db) -> StoreResult<i64> {
    Ok(organisations::table.count().get_result(db.connection())?)
}

/// Takes an organisation away.
///
/// # Errors
/// [`StoreError::Stale`] when it has changed since, [`StoreError::NotFound`] when there is none, [`StoreError::Dangling`] while it has packages, members
/// or a programme.
pub fn delete(tx: &mut Tx<'_>, id: &OrganisationId, version: i64) -> StoreResult<()> {
    fresh_row(tx, id, version)?;
    diesel::delete(organisations::table.find(id.as_str())).execute(tx.connection())?;
    tx.changed(ObjectKind::Organisation, id.as_str());
    Ok(())
}

/// Lets a user speak for an organisation; nothing happens when they do already.
///
/// # Errors
/// [`StoreError::Dangling`] when the organisation or the user does not exist.
pub fn add_member(tx: &mut Tx<'_>, id: &OrganisationId, user: &UserId) -> StoreResult<()> {
    if is_member(tx, id, user)? {
        return Ok(());
    }
    let row = (
        organisation_members::organisation_id.eq(id.as_str()),
        organisation_members::user_id.eq(user.as_str()),
        organisation_members::joined_at.eq(tx.now().microseconds()),
    );
    diesel::insert_into(organisation_members::table).values(row).execute(tx.connection())?;
    tx.changed(ObjectKind::User, user.as_str());
    Ok(())
}

/// Ends that a user speaks for an organisation; whether they did.
///
/// # Errors
/// Any error of the database.
pub fn remove_member(tx: &mut Tx<'_>, id: &OrganisationId, user: &UserId) -> StoreResult<bool> {
    let removed = diesel::delete(organisation_members::table.find((id.as_str(), user.as_str()))).execute(tx.connection())?;
    if removed > 0 {
        tx.changed(ObjectKind::User, user.as_str());
    }
    Ok(removed > 0)
}

/// Whether a user speaks for an organisation.
///
/// # Errors
/// Any error of the database.
pub fn is_member(db: &mut Db, id: &OrganisationId, user: &UserId) -> StoreResult<bool> {
    let rows = organisation_members::table.find((id.as_str(), user.as_str()));
    Ok(rows.count().get_result::<i64>(db.connection())? > 0)
}

/// Since when a user speaks for an organisation; `None` when they do not.
///
/// # Errors
/// Any error of the database.
pub fn joined_at(db: &mut Db, id: &OrganisationId, user: &UserId) -> StoreResult<Option<Instant>> {
    let rows = organisation_members::table.find((id.as_str(), user.as_str())).select(organisation_members::joined_at);
    Ok(rows.first::<i64>(db.connection()).optional()?.map(Instant::from_microseconds))
}

/// The users who speak for an organisation, by id.
///
/// # Errors
/// Any error of the database.
pub fn members(db: &mut Db, id: &OrganisationId) -> StoreResult<Vec<UserId>> {
    let rows =
        organisation_members::table.filter(organisation_members::organisation_id.eq(id.as_str())).order(organisation_members::user_id);
    let ids: Vec<String> = rows.select(organisation_members::user_id).load(db.connection())?;
    ids.iter().map(|id| UserId::new(id).map_err(|_| corrupt("a user's id"))).collect()
}

/// The organisations that a user speaks for, by id.
///
/// # Errors
/// Any error of the database.
pub fn of_user(db: &mut Db, user: &UserId) -> StoreResult<Vec<OrganisationId>> {
    let rows =
        organisation_members::table.filter(organisation_members::user_id.eq(user.as_str())).order(organisation_members::organisation_id);
    let ids: Vec<String> = rows.select(organisation_members::organisation_id).load(db.connection())?;
    ids.iter().map(|id| OrganisationId::new(id).map_err(|_| corrupt("an organisation's id"))).collect()
}

fn row(db: &mut Db, id: &OrganisationId) -> StoreResult<Option<Row>> {
    Ok(organisations::table.find(id.as_str()).select(Row::as_select()).first(db.connection()).optional()?)
}

fn fresh_row(tx: &mut Tx<'_>, id: &OrganisationId, version: i64) -> StoreResult<Row> {
    let row = row(tx, id)?.ok_or(StoreError::NotFound)?;
    if row.version == version { Ok(row) } else { Err(StoreError::Stale { current: row.version }) }
}

fn keep(tx: &mut Tx<'_>, mut row: Row) -> StoreResult<StoredOrganisation> {
    row.version += 1;
    row.changed_at = tx.now().microseconds();
    diesel::update(organisations::table.find(&row.id)).set(&row).execute(tx.connection())?;
    tx.changed(ObjectKind::Organisation, &row.id);
    stored(row)
}

fn stored(row: Row) -> StoreResult<StoredOrganisation> {
    Ok(StoredOrganisation {
        organisation: reading::read(&row.body).map_err(|_| corrupt("an organisation"))?,
        vetted_at: row.vetted_at.map(Instant::from_microseconds),
        version: row.version,
        made_at: Instant::from_microseconds(row.made_at),
        changed_at: Instant::from_microseconds(row.changed_at),
    })
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt { table: "organisations", why: why.to_owned() }
}
