//! Everything that differs between SQLite and PostgreSQL, and nothing else.
//!
//! On PostgreSQL every write of every node takes one advisory lock first in its transaction, so that writers run one after another: at READ COMMITTED
//! each statement then sees everything that was committed before, as if there were no other writer. That is serial by construction: two decisions
//! can never both be made on a state in which the other is missing. SQLite has one writer anyway, and `BEGIN IMMEDIATE` claims its place at once.

use std::path::Path;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::connection::{Address, AnyConnection};
use crate::error::{StoreError, StoreResult, is_full};

/// Runs the same code on the native connection, for what does not compile on [`AnyConnection`].
macro_rules! on_native {
    ($connection:expr, |$native:ident| $body:expr) => {
        match $connection {
            $crate::connection::AnyConnection::Sqlite($native) => $body,
            $crate::connection::AnyConnection::Postgres($native) => $body,
        }
    };
}
pub(crate) use on_native;

/// Marks a SQLite file as ours: 'RAAK'.
const APPLICATION: i64 = 0x5241_414B;

/// The lock that every writing transaction on PostgreSQL takes first.
const WRITERS_LOCK: i64 = 0x5241_414B_0001;
/// The lock around migrations and the first start.
const SETUP_LOCK: i64 = 0x5241_414B_0002;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Reading and writing.
    Write,
    /// Reading only.
    Read,
    /// Reading, and writing a copy elsewhere.
    Copy,
}

/// Connects and sets what every connection needs.
pub(crate) fn connect(address: &Address, purpose: Purpose) -> StoreResult<AnyConnection> {
    match address {
        Address::Sqlite(path) => connect_sqlite(path, purpose).map(AnyConnection::Sqlite),
        Address::Postgres(url) => connect_postgres(url).map(AnyConnection::Postgres),
    }
}

fn connect_sqlite(path: &Path, purpose: Purpose) -> StoreResult<SqliteConnection> {
    let refused = |why: String| StoreError::NotWritable { path: path.to_path_buf(), why };
    let text = path.to_str().ok_or_else(|| refused("the path is not UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(text).map_err(|error| refused(error.to_string()))?;
    // secure_delete overwrites freed content; FULL flushes the log before a commit is answered; auto_vacuum counts for a new file only.
    let common = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;";
    let special = match purpose {
        Purpose::Write => "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;",
        Purpose::Read => "PRAGMA query_only = ON;",
        Purpose::Copy => "",
    };
    connection.batch_execute(common).and_then(|()| connection.batch_execute(special)).map_err(|error| of_first_use(path, &error))?;
    Ok(connection)
}

/// What the first statement on a SQLite file says about the file.
fn of_first_use(path: &Path, error: &diesel::result::Error) -> StoreError {
    let text = error.to_string();
    if text.contains("file is not a database") || text.contains("malformed") {
        StoreError::NotADatabase { path: path.to_path_buf() }
    } else if is_full(&text) {
        StoreError::Full
    } else {
        StoreError::NotWritable { path: path.to_path_buf(), why: text }
    }
}

fn connect_postgres(url: &str) -> StoreResult<PgConnection> {
    let mut connection = PgConnection::establish(&with_limits(url))?;
    // A node that stops in the middle of a transaction must not hold up the others: the server ends its transaction.
    connection.batch_execute(
        "SET synchronous_commit = on; SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s'; \
         SET client_min_messages = warning; SET TIME ZONE 'UTC'",
    )?;
    Ok(connection)
}

/// Adds limits of time to the address, unless it has its own.
fn with_limits(url: &str) -> String {
    let limits = [("connect_timeout", "2"), ("tcp_user_timeout", "2000"), ("keepalives_idle", "2"), ("application_name", "raakvlak")];
    limits.iter().filter(|(name, _)| !url.contains(&format!("{name}="))).fold(url.to_owned(), |url, (name, value)| {
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{name}={value}")
    })
}

/// Opens a writing transaction: nobody else writes until it ends, on this node or another.
pub(crate) fn begin_write(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(native) => AnsiTransactionManager::begin_transaction_sql(native, "BEGIN IMMEDIATE"),
        AnyConnection::Postgres(native) => {
            AnsiTransactionManager::begin_transaction_sql(native, "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED")?;
            native.batch_execute(&format!("SELECT pg_advisory_xact_lock({WRITERS_LOCK})"))
        }
    }
}

/// Opens a reading transaction: everything in it is seen as of one moment.
pub(crate) fn begin_read(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(native) => AnsiTransactionManager::begin_transaction_sql(native, "BEGIN DEFERRED"),
        AnyConnection::Postgres(native) => {
            AnsiTransactionManager::begin_transaction_sql(native, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
    }
}

/// Commits the open transaction.
pub(crate) fn commit(connection: &mut AnyConnection) -> QueryResult<()> {
    on_native!(connection, |native| AnsiTransactionManager::commit_transaction(native))
}

/// Undoes the open transaction.
pub(crate) fn roll_back(connection: &mut AnyConnection) -> QueryResult<()> {
    on_native!(connection, |native| AnsiTransactionManager::rollback_transaction(native))
}

/// Runs plain statements.
pub(crate) fn execute(connection: &mut AnyConnection, statements: &str) -> QueryResult<()> {
    on_native!(connection, |native| native.batch_execute(statements))
}

/// Adds many rows with few statements. Both databases limit the values of one statement (SQLite to 32 766).
macro_rules! insert_many {
    ($connection:expr, $table:expr, $rows:expr) => {{
        let mut outcome: ::diesel::QueryResult<()> = Ok(());
        for rows in $rows.chunks(500) {
            outcome = $crate::dialect::on_native!($connection, |native| {
                ::diesel::RunQueryDsl::execute(::diesel::insert_into($table).values(rows), native).map(drop)
            });
            if outcome.is_err() {
                break;
            }
        }
        outcome
    }};
}
pub(crate) use insert_many;

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

fn number(connection: &mut SqliteConnection, query: &str) -> QueryResult<i64> {
    diesel::sql_query(query).get_result::<Number>(connection).map(|row| row.value)
}

/// Refuses a SQLite file of another program, and marks a new one as ours.
pub(crate) fn claim(connection: &mut AnyConnection, address: &Address) -> StoreResult<()> {
    let (AnyConnection::Sqlite(native), Address::Sqlite(path)) = (connection, address) else { return Ok(()) };
    let mark = number(native, "SELECT application_id AS value FROM pragma_application_id").map_err(|error| of_first_use(path, &error))?;
    if mark == APPLICATION {
        return Ok(());
    }
    let tables = number(native, "SELECT count(*) AS value FROM sqlite_master").map_err(|error| of_first_use(path, &error))?;
    if mark != 0 || tables > 0 {
        return Err(StoreError::ForeignDatabase { path: path.clone() });
    }
    native.batch_execute(&format!("PRAGMA application_id = {APPLICATION}")).map_err(|error| of_first_use(path, &error))
}

/// Refuses a server whose settings would lose acknowledged writes.
pub(crate) fn require_durable(connection: &mut AnyConnection) -> StoreResult<()> {
    let AnyConnection::Postgres(native) = connection else { return Ok(()) };
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let query = format!("SELECT current_setting('{setting}') AS value");
        let value = diesel::sql_query(query).get_result::<Setting>(native)?.value;
        if value == "off" || value == "local" {
            return Err(StoreError::NotDurable { setting, value });
        }
    }
    Ok(())
}

/// Lets one process at a time set the database up; PostgreSQL only, since a SQLite file has one owner.
pub(crate) fn lock_setup(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(native) => native.batch_execute(&format!("SELECT pg_advisory_lock({SETUP_LOCK})")),
    }
}

/// Ends [`lock_setup`].
pub(crate) fn unlock_setup(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(native) => native.batch_execute(&format!("SELECT pg_advisory_unlock({SETUP_LOCK})")),
    }
}

/// Removes what deleted rows left behind: free pages, dead rows, and on SQLite the write-ahead log.
pub(crate) fn scrub(connection: &mut AnyConnection, tables: &[&str]) -> StoreResult<()> {
    match connection {
        AnyConnection::Sqlite(native) => scrub_sqlite(native),
        AnyConnection::Postgres(native) => Ok(native.batch_execute("SET statement_timeout = '10min'").and_then(|()| {
            let vacuumed = tables.iter().try_for_each(|table| native.batch_execute(&format!("VACUUM {table}")));
            native.batch_execute("SET statement_timeout = '30s'").and(vacuumed)
        })?),
    }
}

/// Readers with an old snapshot keep the log alive; they are short, so a few tries are enough.
fn scrub_sqlite(native: &mut SqliteConnection) -> StoreResult<()> {
    diesel::sql_query("PRAGMA incremental_vacuum").execute(native)?;
    for _ in 0..100 {
        if diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Checkpoint>(native)?.busy == 0 {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(StoreError::Unavailable("a reader keeps the log of the database in use".to_owned()))
}

/// Writes a compact copy of a SQLite database to an empty file.
pub(crate) fn copy_to(connection: &mut AnyConnection, path: &str) -> StoreResult<()> {
    let AnyConnection::Sqlite(native) = connection else { return Err(StoreError::NoCopy) };
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(path).execute(native)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_limits_once() {
        let limited = with_limits("postgres://host/name");
        assert!(limited.starts_with("postgres://host/name?connect_timeout=2&"), "{limited}");
        let own = with_limits("postgres://host/name?connect_timeout=9");
        assert!(own.contains("connect_timeout=9") && !own.contains("connect_timeout=2"), "{own}");
    }
}
