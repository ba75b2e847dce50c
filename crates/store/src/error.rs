//! What can go wrong in the store: one closed list, without a value of anybody's in it, so that it can be logged as it is.

use std::path::PathBuf;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::keys::KeyError;

/// A result of the store.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why the store did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database address has a scheme that does not exist here.
    #[error("unknown database address '{scheme}': use sqlite:PATH, postgres://… or postgresql://…")]
    UnknownScheme {
        /// What stood before the first colon, or the whole text when there was none.
        scheme: String,
    },
    /// A database in memory cannot be shared by a writer and its readers and would not survive a restart.
    #[error("a database in memory keeps nothing: give a path, as in sqlite:data/raakvlak.sqlite")]
    InMemory,
    /// The folder of a file does not exist.
    #[error("the folder {} does not exist", path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("{} cannot be written: {why}", path.display())]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        why: String,
    },
    /// There is no file to look at.
    #[error("there is no database at {}", path.display())]
    NoDatabase {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is not a SQLite database.
    #[error("{} is not a SQLite database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The database belongs to another program.
    #[error("{} is a database of another program", path.display())]
    ForeignDatabase {
        /// The file.
        path: PathBuf,
    },
    /// Another process has the database open for writing.
    #[error("{} is in use by another process", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The database misses migrations.
    #[error("the database is older than this program: run the migrations ({})", pending.join(", "))]
    Behind {
        /// The names of the migrations that were not run yet, oldest first.
        pending: Vec<String>,
    },
    /// The database has a migration that this program does not know.
    #[error("the database is newer than this program: it has migration {newest}")]
    Ahead {
        /// The version of the newest migration in the database.
        newest: String,
    },
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migration(String),
    /// A setting of the database server would lose acknowledged writes.
    #[error("the database server would lose acknowledged writes: {setting} is {value}")]
    NotDurable {
        /// The name of the setting.
        setting: &'static str,
        /// What it is set to.
        value: String,
    },
    /// The file of keys does not belong to this database.
    #[error("the keys in {} do not belong to this database", path.display())]
    WrongKeys {
        /// The folder of the keys.
        path: PathBuf,
    },
    /// Something is wrong with a key or with what it sealed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There is no such row.
    #[error("there is no such record")]
    NotFound,
    /// The row has changed since the version that the update was built on.
    #[error("the record has changed: it is at version {current} now")]
    Stale {
        /// The version that the row has now.
        current: i64,
    },
    /// A row with this identity exists already.
    #[error("a record with this identity exists already")]
    Duplicate,
    /// A row refers to one that does not exist, or is still referred to.
    #[error("a record refers to one that does not exist, or is still referred to")]
    Dangling,
    /// The changes asked for have been cleared away; a follower has to read everything anew.
    #[error("changes up to {cleared} have been cleared away")]
    ChangesGone {
        /// The sequence number up to which changes are no longer kept.
        cleared: i64,
    },
    /// The store was opened to read only.
    #[error("the store is open for reading only")]
    ReadOnly,
    /// This database is copied with its own tools.
    #[error("a PostgreSQL database is copied with its own tools (pg_dump, pg_basebackup)")]
    NoCopy,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// More writes wait than the store takes in.
    #[error("too many writes are waiting")]
    Busy,
    /// The database cannot be reached, or not in time. Nothing was done.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The database went away during the commit: whether the change was kept is not known. Asking again with the same idempotency key is safe.
    #[error("the database went away during the commit; the change may or may not have been kept")]
    Unknown,
    /// No room is left on the disk.
    #[error("no room is left on the disk")]
    Full,
    /// The work itself panicked; its changes were undone.
    #[error("the work stopped unexpectedly and was undone")]
    Panicked,
    /// A row holds something that this program never writes.
    #[error("a row of {table} cannot be read: {why}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Anything else; the text is for the log.
    #[error("the database refused: {0}")]
    Internal(String),
}

impl StoreError {
    /// Whether asking again later can help, with nothing changed.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_) | Self::Unknown | Self::Full)
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, information) => of_database(kind, information.message()),
            DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            DieselError::BrokenTransactionManager => Self::Unavailable("the connection is broken".to_owned()),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<diesel::ConnectionError> for StoreError {
    fn from(error: diesel::ConnectionError) -> Self {
        let text = error.to_string();
        // The first line says enough; further lines of libpq repeat it for every address tried.
        Self::Unavailable(text.lines().next().unwrap_or_default().to_owned())
    }
}

fn of_database(kind: DatabaseErrorKind, message: &str) -> StoreError {
    match kind {
        DatabaseErrorKind::UniqueViolation => StoreError::Duplicate,
        DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation => StoreError::Dangling,
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            StoreError::Unavailable("the connection was closed".to_owned())
        }
        _ => of_message(message),
    }
}

/// Whether a database says that there is no room left.
pub(crate) fn is_full(message: &str) -> bool {
    ["database or disk is full", "No space left on device", "disk I/O error", "Disk quota exceeded"]
        .iter()
        .any(|part| message.contains(part))
}

/// SQLite and PostgreSQL tell a few conditions by their wording alone.
fn of_message(message: &str) -> StoreError {
    let has = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
    if is_full(message) {
        StoreError::Full
    } else if has(&["terminating connection", "canceling statement", "lock timeout", "database is locked", "the database system is"]) {
        StoreError::Unavailable(message.lines().next().unwrap_or_default().to_owned())
    } else {
        StoreError::Internal(message.to_owned())
    }
}
