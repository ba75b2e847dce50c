//! To-dos: what needs a person, oldest first, so that nothing is lost.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;

use crate::error::{StoreError, StoreResult};
use crate::schema::todos;
use crate::transaction::{Db, Tx};

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
    /// When it was opened.
    pub opened_at: Instant,
    /// Until when it should be done.
    pub due_at: Option<Instant>,
    /// When it was done.
    pub closed_at: Option<Instant>,
    /// The version that an update must name.
    pub version: i64,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = todos, treat_none_as_default_value = false)]
struct Row {
    id: String,
    kind: String,
    object_kind: String,
    object_id: String,
    region: String,
    sector: String,
    assigned_to: Option<String>,
    opened_at: i64,
    due_at: Option<i64>,
    closed_at: Option<i64>,
    closed_by: Option<String>,
    version: i64,
}

/// Opens a to-do, unless the same is open already.
///
/// # Errors
/// Any error of the database.
pub fn open(tx: &mut Tx<'_>, id: &str, kind: &str, object_kind: &str, object_id: &str, due_at: Option<Instant>) -> StoreResult<()> {
    let same = todos::table
        .filter(todos::kind.eq(kind))
        .filter(todos::object_kind.eq(object_kind))
        .filter(todos::object_id.eq(object_id))
        .filter(todos::closed_at.is_null());
    if same.count().get_result::<i64>(tx.connection())? > 0 {
        return Ok(());
    }
    let row = Row {
        id: id.to_owned(),
        kind: kind.to_owned(),
        object_kind: object_kind.to_owned(),
        object_id: object_id.to_owned(),
        region: String::new(),
        sector: String::new(),
        assigned_to: None,
        opened_at: tx.now().microseconds(),
        due_at: due_at.map(Instant::microseconds),
        closed_at: None,
        closed_by: None,
        version: 1,
    };
    diesel::insert_into(todos::table).values(&row).execute(tx.connection())?;
    Ok(())
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
    Ok(rows.into_iter().map(stored).collect())
}

/// The to-do with this id.
///
/// # Errors
/// Any error of the database.
pub fn get(db: &mut Db, id: &str) -> StoreResult<Option<StoredTodo>> {
    let row: Option<Row> = todos::table.find(id).select(Row::as_select()).first(db.connection()).optional()?;
    Ok(row.map(stored))
}

/// The open to-dos, oldest first (ids grow with time), after the one named.
///
/// # Errors
/// Any error of the database.
pub fn page(db: &mut Db, after: Option<&str>, limit: i64) -> StoreResult<Vec<StoredTodo>> {
    let open = todos::table.filter(todos::closed_at.is_null()).filter(todos::id.gt(after.unwrap_or_default()));
    let rows: Vec<Row> = open.order(todos::id).limit(limit).select(Row::as_select()).load(db.connection())?;
    Ok(rows.into_iter().map(stored).collect())
}

/// Takes away every to-do about a record that is erased.
///
/// # Errors
/// Any error of the database.
pub fn delete_about(tx: &mut Tx<'_>, object_kind: &str, object_id: &str) -> StoreResult<()> {
    let about = todos::table.filter(todos::object_kind.eq(object_kind)).filter(todos::object_id.eq(object_id));
    diesel::delete(about).execute(tx.connection())?;
    Ok(())
}

fn stored(row: Row) -> StoredTodo {
    StoredTodo {
        id: row.id,
        kind: row.kind,
        object_kind: row.object_kind,
        object_id: row.object_id,
        opened_at: Instant::from_microseconds(row.opened_at),
        due_at: row.due_at.map(Instant::from_microseconds),
        closed_at: row.closed_at.map(Instant::from_microseconds),
        version: row.version,
    }
}
