//! To whom a to-do went: one row each time, never changed. Why it went there can tell of a person, so that lies sealed under that person's key.

use std::collections::HashMap;

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::routing::RoutingWay;

use super::{StoredTodo, get};
use crate::erasure::ERASED;
use crate::error::{StoreError, StoreResult};
use crate::keys::{KeyId, Keys, Place};
use crate::schema::{todo_assignments, todos};
use crate::transaction::{Db, Tx};
use crate::users::user_id;

const TABLE: &str = "todo_assignments";

/// How a to-do came to somebody, or to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Counts up from 1 within the to-do.
    pub number: i64,
    /// How.
    pub way: RoutingWay,
    /// Who got it; `None` when nobody did, or when they were erased since.
    pub to: Option<UserId>,
    /// Why they got it, as JSON.
    pub because: String,
    /// What was said with it when somebody handed it over.
    pub why: Option<String>,
    /// Who gave it; `None` for the program itself.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Instant,
}

/// A giving of a to-do.
#[derive(Debug, Clone)]
pub struct Giving<'a> {
    /// How.
    pub way: RoutingWay,
    /// Who gets it.
    pub to: Option<&'a UserId>,
    /// Why they get it, as JSON.
    pub because: &'a str,
    /// What is said with it.
    pub why: Option<&'a str>,
    /// Who gives it; `None` for the program itself.
    pub by: Option<&'a UserId>,
    /// The key of the person whom the to-do is about; `None` when it is about nobody.
    pub key: Option<KeyId>,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = todo_assignments, treat_none_as_default_value = false)]
struct Row {
    todo_id: String,
    number: i64,
    way: String,
    user_id: Option<String>,
    key_id: String,
    sealed: Vec<u8>,
    made_by: Option<String>,
    made_at: i64,
}

fn place(row: &str) -> Place<'_> {
    Place { table: TABLE, column: "sealed", row }
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt { table: TABLE, why: why.to_owned() }
}

/// Gives a to-do to somebody, or to nobody, and gives it back as it stands then.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such to-do.
pub fn give(tx: &mut Tx<'_>, todo: &str, giving: &Giving<'_>) -> StoreResult<StoredTodo> {
    let before: i64 = todo_assignments::table.filter(todo_assignments::todo_id.eq(todo)).count().get_result(tx.connection())?;
    let number = before + 1;
    let said = (giving.because, giving.why);
    let name = format!("{todo}/{number}");
    let envelope = giving.key.map_or_else(|| tx.keys().own(), |key| tx.keys().of(key));
    let (key, sealed) = (envelope.id(), envelope.seal_json(&place(&name), &said)?);
    let now = tx.now().microseconds();
    let row = Row {
        todo_id: todo.to_owned(),
        number,
        way: giving.way.as_str().to_owned(),
        user_id: giving.to.map(ToString::to_string),
        key_id: key.to_string(),
        sealed,
        made_by: giving.by.map(ToString::to_string),
        made_at: now,
    };
    diesel::insert_into(todo_assignments::table).values(&row).execute(tx.connection())?;
    // To whom it goes at first is a part of opening it: nobody saw it before.
    let newer = i64::from(giving.way != RoutingWay::Routed);
    let columns = (
        todos::assigned_to.eq(giving.to.map(ToString::to_string)),
        todos::assigned_at.eq(Some(now)),
        todos::version.eq(todos::version + newer),
    );
    diesel::update(todos::table.find(todo)).set(columns).execute(tx.connection())?;
    get(tx, todo)?.ok_or(StoreError::NotFound)
}

/// How a to-do went from one to the next, oldest first.
///
/// # Errors
/// Any error of the database or the keys.
pub fn of(db: &mut Db, todo: &str) -> StoreResult<Vec<Assignment>> {
    let rows = todo_assignments::table.filter(todo_assignments::todo_id.eq(todo)).order(todo_assignments::number);
    let rows: Vec<Row> = rows.select(Row::as_select()).load(db.connection())?;
    rows.into_iter().map(|row| opened(db.keys(), row)).collect()
}

/// The latest giving of each of these to-dos that was ever given to anybody.
///
/// # Errors
/// Any error of the database or the keys.
pub fn latest(db: &mut Db, todos: &[&str]) -> StoreResult<HashMap<String, Assignment>> {
    let mut found = HashMap::new();
    for ids in todos.chunks(500) {
        let rows = todo_assignments::table.filter(todo_assignments::todo_id.eq_any(ids)).order(todo_assignments::number);
        let rows: Vec<Row> = rows.select(Row::as_select()).load(db.connection())?;
        let last: HashMap<String, Row> = rows.into_iter().map(|row| (row.todo_id.clone(), row)).collect();
        for (todo, row) in last {
            found.insert(todo, opened(db.keys(), row)?);
        }
    }
    Ok(found)
}

pub(super) fn delete_of(tx: &mut Tx<'_>, todos: &[String]) -> StoreResult<()> {
    diesel::delete(todo_assignments::table.filter(todo_assignments::todo_id.eq_any(todos))).execute(tx.connection())?;
    Ok(())
}

fn opened(keys: &Keys, row: Row) -> StoreResult<Assignment> {
    let name = format!("{}/{}", row.todo_id, row.number);
    let text = keys.of_text(&row.key_id)?.open_text(&place(&name), &row.sealed)?;
    let (because, why): (String, Option<String>) = serde_json::from_str(&text).map_err(|_| corrupt("why somebody got it"))?;
    let person = |user: Option<String>| user.filter(|user| user != ERASED).map(|user| user_id(&user)).transpose();
    Ok(Assignment {
        number: row.number,
        way: RoutingWay::from_word(&row.way).ok_or_else(|| corrupt("a way"))?,
        to: person(row.user_id)?,
        because,
        why,
        made_by: person(row.made_by)?,
        made_at: Instant::from_microseconds(row.made_at),
    })
}
