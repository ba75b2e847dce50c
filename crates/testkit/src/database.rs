//! A database per test, cheaply, on both kinds: a copy of a migrated template.
//!
//! ```ignore
//! on_both_databases!(keeps_what_it_answered, |database| {
//!     let store = database.open();
//!     …
//! });
//! ```
//!
//! makes two tests, `keeps_what_it_answered::sqlite` and `keeps_what_it_answered::postgres`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use raakvlak_store::{Store, StoreOptions};
use tempfile::TempDir;

pub mod cluster;

use cluster::Cluster;

/// The two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A SQLite file.
    Sqlite,
    /// A database in a PostgreSQL cluster of the tests' own.
    Postgres,
}

/// Makes a test for each database from one body: `on_both_databases!(name, |database| { … })`.
#[macro_export]
macro_rules! on_both_databases {
    ($(#[$attribute:meta])* $name:ident, |$database:ident| $body:block) => {
        mod $name {
            use super::*;

            fn on($database: $crate::database::TestDatabase) $body

            $(#[$attribute])*
            #[test]
            fn sqlite() {
                on($crate::database::TestDatabase::new($crate::database::Kind::Sqlite));
            }

            $(#[$attribute])*
            #[test]
            fn postgres() {
                on($crate::database::TestDatabase::new($crate::database::Kind::Postgres));
            }
        }
    };
}

/// A database with all migrations and nothing in it, with a folder for its keys; gone when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    kind: Kind,
    folder: TempDir,
    url: String,
    /// The name in the shared cluster, for PostgreSQL.
    name: Option<String>,
}

impl TestDatabase {
    /// A fresh database.
    ///
    /// # Panics
    /// When the machine lacks what it needs, with a text that says what.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let folder = made(tempfile::Builder::new().prefix("raakvlak-").tempdir(), "a temporary folder");
        // The data lies one level down, so that a test can look at every file of it and at nothing else.
        made(std::fs::create_dir(folder.path().join("data")), "the data folder");
        match kind {
            Kind::Sqlite => Self::sqlite(folder),
            Kind::Postgres => Self::postgres(folder),
        }
    }

    fn sqlite(folder: TempDir) -> Self {
        let file = folder.path().join("data").join("raakvlak.sqlite");
        made(std::fs::copy(sqlite_template(), &file), "a copy of the template");
        Self { kind: Kind::Sqlite, url: format!("sqlite:{}", file.display()), folder, name: None }
    }

    fn postgres(folder: TempDir) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let cluster = Cluster::shared();
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        cluster.copy_template(&name);
        Self { kind: Kind::Postgres, url: cluster.url(&name), folder, name: Some(name) }
    }

    /// Which of the two it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name in the shared cluster; `None` for SQLite.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The folder of its keys, made by the first store that opens it.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// The folder of its files: the SQLite database and its companions; empty for PostgreSQL.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder that lives as long as the database.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The options to open it with. The shared PostgreSQL cluster does not flush, for speed; tests of durability start a cluster of their own.
    #[must_use]
    pub fn options(&self) -> StoreOptions {
        StoreOptions { require_durable: false, readers: 3, ..StoreOptions::new(&self.url, &self.keys()) }
    }

    /// Opens a store on it.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn open(&self) -> Store {
        made(Store::open(&self.options()), "the store")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            Cluster::shared().drop_database(name);
        }
    }
}

/// A migrated SQLite file, made once for each test process.
fn sqlite_template() -> &'static Path {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("raakvlak-template-{}", schema_digest()));
        let ready = folder.join("ready.sqlite");
        if !ready.exists() {
            made(std::fs::create_dir_all(&folder), "the template's folder");
            let draft = folder.join(format!("draft-{}.sqlite", std::process::id()));
            drop(std::fs::remove_file(&draft));
            made(raakvlak_store::migrate(&format!("sqlite:{}", draft.display())), "the migrations");
            made(std::fs::rename(&draft, &ready), "the template");
        }
        ready
    })
}

/// Tells one set of migrations from another, so that a template is never older than the program.
pub(crate) fn schema_digest() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files = Vec::new();
    collect(&migrations, &mut files);
    files.sort();
    for file in files {
        file.hash(&mut hasher);
        made(std::fs::read(&file), "a migration").hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in made(std::fs::read_dir(folder), "the migrations").flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// What came of making something a test cannot do without.
#[allow(clippy::panic, reason = "a test that cannot begin must say why and stop")]
pub(crate) fn made<T, E: std::fmt::Display>(outcome: Result<T, E>, what: &str) -> T {
    outcome.unwrap_or_else(|error| panic!("{what} could not be made: {error}"))
}
