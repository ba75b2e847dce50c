//! One connection type for both databases, and the address that says which of the two.
#![allow(missing_docs, reason = "the derive makes public types that only its own code uses")]

use std::path::{Path, PathBuf};

use diesel::{PgConnection, SqliteConnection};

use crate::error::{StoreError, StoreResult};

/// A connection to either database; queries are written once for this type.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// To a SQLite file.
    Sqlite(SqliteConnection),
    /// To a PostgreSQL server.
    Postgres(PgConnection),
}

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A SQLite file, as an absolute path.
    Sqlite(PathBuf),
    /// A PostgreSQL server, as libpq reads it.
    Postgres(String),
}

impl Address {
    /// Reads `sqlite:PATH` (also `sqlite://PATH`), `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// [`StoreError::UnknownScheme`] for anything else: an address that is not understood must never become an empty file;
    /// [`StoreError::InMemory`] for a SQLite database without a path.
    pub fn parse(url: &str) -> StoreResult<Self> {
        let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
        match scheme {
            "sqlite" => Self::of_path(rest.strip_prefix("//").unwrap_or(rest)),
            "postgres" | "postgresql" if rest.starts_with("//") => Ok(Self::Postgres(url.to_owned())),
            _ => Err(StoreError::UnknownScheme { scheme: scheme.to_owned() }),
        }
    }

    fn of_path(path: &str) -> StoreResult<Self> {
        if path.is_empty() || path.starts_with(":memory:") || path.starts_with("file:") {
            return Err(StoreError::InMemory);
        }
        let absolute = std::path::absolute(path).map_err(|error| StoreError::NotWritable { path: path.into(), why: error.to_string() })?;
        Ok(Self::Sqlite(absolute))
    }

    /// The SQLite file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_kinds_of_address() {
        assert_eq!(Address::parse("sqlite:/var/lib/raakvlak.sqlite"), Ok(Address::Sqlite("/var/lib/raakvlak.sqlite".into())));
        assert_eq!(Address::parse("sqlite:///var/lib/raakvlak.sqlite"), Ok(Address::Sqlite("/var/lib/raakvlak.sqlite".into())));
        assert!(Address::parse("sqlite:here.sqlite").unwrap().file().unwrap().is_absolute());
        assert_eq!(Address::parse("postgres://host/name"), Ok(Address::Postgres("postgres://host/name".to_owned())));
        assert_eq!(Address::parse("postgresql://host/name"), Ok(Address::Postgres("postgresql://host/name".to_owned())));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for url in
            ["mysql://host/name", "postgress://host/name", "raakvlak.sqlite", "/var/lib/raakvlak.sqlite", "", "postgres:host", "SQLITE:x"]
        {
            assert!(matches!(Address::parse(url), Err(StoreError::UnknownScheme { .. })), "{url}");
        }
        for url in ["sqlite:", "sqlite::memory:", "sqlite://", "sqlite:file:x?mode=memory"] {
            assert_eq!(Address::parse(url), Err(StoreError::InMemory), "{url}");
        }
    }
}
