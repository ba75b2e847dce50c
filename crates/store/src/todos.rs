//! To-dos: what needs a person, oldest first, so that nothing is lost; and to whom each went, when and why.

use std::collections::HashMap;

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;

use crate::error::{StoreError, StoreResult};
use crate::schema::todos;
use crate::transaction::{Db, Tx};
use crate::users::user_id;

pub mod assignments;

/// Something that a person has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTodo {
    /// Names the to-do.
    pub id: String,
    /// What sort of thing has to be done; the words are the service's.
    pub kind: String,
    /// The sort of record that it is about.
    pub object_kind: String,
    /// The record that it is about.
    pub object_id: String,
    /// Who has it; `None` when it is nobody's.
    pub assigned_to: Option<UserId>,
    /// Since when they have it, or since when it is nobody's; `None` when it was never given to anybody.
    pub assigned_at: Option<Instant>,
    /// When it was opened.
    pub opened_at: Instant,
    /// Until when it should be done.
    pub due_at: Option<Instant>,
    /// When it was done.
    pub closed_at: Option<Instant>,
    /// The version that an update must name.
    pub version: i64,
}

/// Which open to-dos to list. What is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TodoQuery {
    /// Only those that this user has.
    pub assigned_to: Option<UserId>,
    /// Only about records of this sort.
    pub object_kind: Option<&'static str>,
    /// Only after this id.
    pub after: Option<String>,
    /// At most so many; everything when `None`.
    pub limit: Option<i64>,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = todos, treat_none_as_default_value = false)]
struct Row {
    id: String,
    kind: String,
    object_kind: String,
    object_id: String,
    assigned_to: Option<String>,
    opened_at: i64,
    due_at: Option<i64>,
    closed_at: Option<i64>,
    closed_by: Option<String>,
    version: i64,
    assigned_at: Option<i64>,
}

/// Opens a to-do, unless the same is open already; says whether it did.
///
/// # Errors
/// Any error of the database.
pub fn open(tx: &mut Tx<'_>, id: &str, kind: &str, object_kind: &str, object_id: &str, due_at: Option<Instant>) -> StoreResult<bool> {
    let same = todos::table
        .filter(todos::kind.eq(kind))
        .filter(todos::object_kind.eq(object_kind))
        .filter(todos::object_id.eq(object_id))
        .filter(todos::closed_at.is_null());
    if same.count().get_result::<i64>(tx.connection())? > 0 {
        return Ok(false);
    }
    let row = Row {
        id: id.to_owned(),
        kind: kind.to_owned(),
        object_kind: object_kind.to_owned(),
        object_id: object_id.to_owned(),
        assigned_to: None,
        opened_at: tx.now().microseconds(),
        due_at: due_at.map(Instant::microseconds),
        closed_at: None,
        closed_by: None,
        version: 1,
        assigned_at: None,
    };
    diesel::insert_into(todos::table).values(&row).execute(tx.connection())?;
    Ok(true)
}

/// Closes a to-do, built on this version.
///
/// # Errors
/// [`StoreError::Stale`] when it has changed since, [`StoreError::NotFound`] when there is none.
pub fn close(tx: &mut Tx<'_>, id: &str, by: &UserId, version: i64) -> StoreResult<StoredTodo> {
    let found = get(tx, id)?.ok_or(StoreError::NotFound)?;
    if found.version != version || found.closed_at.is_some() {
        return Err(StoreError::Stale { current: found.version });
    }
    let now = tx.now().microseconds();
    diesel::update(todos::table.find(id))
        .set((todos::closed_at.eq(Some(now)), todos::closed_by.eq(Some(by.as_str())), todos::version.eq(version + 1)))
        .execute(tx.connection())?;
    get(tx, id)?.ok_or(StoreError::NotFound)
}

/// Closes every open to-do about a record, since what had to be done was done.
///
/// # Errors
/// Any error of the database.
pub fn close_about(tx: &mut Tx<'_>, kind: &str, object_kind: &str, object_id: &str, by: Option<&UserId>) -> StoreResult<usize> {
    let now = tx.now().microseconds();
    let open = todos::table
        .filter(todos::kind.eq(kind))
        .filter(todos::object_kind.eq(object_kind))
        .filter(todos::object_id.eq(object_id))
        .filter(todos::closed_at.is_null());
    let columns = (todos::closed_at.eq(Some(now)), todos::closed_by.eq(by.map(UserId::as_str)), todos::version.eq(todos::version + 1));
    Ok(diesel::update(open).set(columns).execute(tx.connection())?)
}

/// Every to-do of a sort about a record, open or done, oldest first.
///
/// # Errors
/// Any error of the database.
pub fn about(db: &mut Db, kind: &str, object_kind: &str, object_id: &str) -> StoreResult<Vec<StoredTodo>> {
    let rows = todos::table.filter(todos::kind.eq(kind)).filter(todos::object_kind.eq(object_kind)).filter(todos::object_id.eq(object_id));
    let rows: Vec<Row> = rows.order(todos::id).select(Row::as_select()).load(db.connection())?;
    rows.into_iter().map(stored).collect()
}

/// The to-do with this id.
///
/// # Errors
/// Any error of the database.
pub fn get(db: &mut Db, id: &str) -> StoreResult<Option<StoredTodo>> {
    let row: Option<Row> = todos::table.find(id).select(Row::as_select()).first(db.connection()).optional()?;
    row.map(stored).transpose()
}

/// The open to-dos of a query, oldest first (ids grow with time).
///
/// # Errors
/// Any error of the database.
pub fn list(db: &mut Db, query: &TodoQuery) -> StoreResult<Vec<StoredTodo>> {
    let after = query.after.clone().unwrap_or_default();
    let mut open = todos::table.filter(todos::closed_at.is_null()).filter(todos::id.gt(after)).into_boxed();
    if let Some(user) = &query.assigned_to {
        open = open.filter(todos::assigned_to.eq(Some(user.to_string())));
    }
    if let Some(kind) = query.object_kind {
        open = open.filter(todos::object_kind.eq(kind));
    }
    let limit = query.limit.unwrap_or(i64::MAX);
    let rows: Vec<Row> = open.order(todos::id).limit(limit).select(Row::as_select()).load(db.connection())?;
    rows.into_iter().map(stored).collect()
}

/// How many open to-dos everybody has who has any.
///
/// # Errors
/// Any error of the database.
pub fn open_per_user(db: &mut Db) -> StoreResult<HashMap<UserId, u32>> {
    let open = todos::table.filter(todos::closed_at.is_null()).filter(todos::assigned_to.is_not_null());
    let rows: Vec<(Option<String>, i64)> =
        open.group_by(todos::assigned_to).select((todos::assigned_to, diesel::dsl::count_star())).load(db.connection())?;
    let told = rows.into_iter().filter_map(|(user, count)| user.map(|user| (user, count)));
    told.map(|(user, count)| Ok((user_id(&user)?, u32::try_from(count).unwrap_or(u32::MAX)))).collect()
}

/// Takes away every to-do about a record that is erased, with everything about to whom it went.
///
/// # Errors
/// Any error of the database.
pub fn delete_about(tx: &mut Tx<'_>, object_kind: &str, object_id: &str) -> StoreResult<()> {
    let about = todos::table.filter(todos::object_kind.eq(object_kind)).filter(todos::object_id.eq(object_id));
    let ids: Vec<String> = about.select(todos::id).load(tx.connection())?;
    assignments::delete_of(tx, &ids)?;
    diesel::delete(todos::table.filter(todos::id.eq_any(&ids))).execute(tx.connection())?;
    Ok(())
}

fn stored(row: Row) -> StoreResult<StoredTodo> {
    Ok(StoredTodo {
        id: row.id,
        kind: row.kind,
        object_kind: row.object_kind,
        object_id: row.object_id,
        assigned_to: row.assigned_to.map(|user| user_id(&user)).transpose()?,
        assigned_at: row.assigned_at.map(Instant::from_microseconds),
        opened_at: Instant::from_microseconds(row.opened_at),
        due_at: row.due_at.map(Instant::from_microseconds),
        closed_at: row.closed_at.map(Instant::from_microseconds),
        version: row.version,
    })
}
