//! The migrations, built into the program: the same names on both databases.

use diesel::migration::{MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::AnyConnection;
use crate::dialect::on_native;
use crate::error::{StoreError, StoreResult};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Migration(error.to_string())
}

fn source(connection: &AnyConnection) -> EmbeddedMigrations {
    match connection {
        AnyConnection::Sqlite(_) => SQLITE,
        AnyConnection::Postgres(_) => POSTGRES,
    }
}

/// The names of the migrations that were not run yet, oldest first.
pub(crate) fn pending(connection: &mut AnyConnection) -> StoreResult<Vec<String>> {
    let source = source(connection);
    on_native!(connection, |native| {
        let pending = native.pending_migrations(source).map_err(failed)?;
        Ok(pending.iter().map(|migration| migration.name().to_string()).collect())
    })
}

/// Runs what was not run yet and gives the versions that were.
pub(crate) fn run(connection: &mut AnyConnection) -> StoreResult<Vec<String>> {
    let source = source(connection);
    on_native!(connection, |native| {
        let run = native.run_pending_migrations(source).map_err(failed)?;
        Ok(run.iter().map(ToString::to_string).collect())
    })
}

/// Undoes every migration.
pub(crate) fn undo_all(connection: &mut AnyConnection) -> StoreResult<()> {
    let source = source(connection);
    on_native!(connection, |native| native.revert_all_migrations(source).map(drop).map_err(failed))
}

/// Refuses a database that a newer program has migrated.
pub(crate) fn refuse_newer(connection: &mut AnyConnection) -> StoreResult<()> {
    let known = known(connection)?;
    let applied: Vec<MigrationVersion<'_>> = on_native!(connection, |native| native.applied_migrations().map_err(failed)?);
    match applied.iter().map(ToString::to_string).find(|version| !known.contains(version)) {
        Some(newest) => Err(StoreError::Ahead { newest }),
        None => Ok(()),
    }
}

fn known(connection: &AnyConnection) -> StoreResult<Vec<String>> {
    let versions = match connection {
        AnyConnection::Sqlite(_) => versions_of::<diesel::sqlite::Sqlite>(&SQLITE)?,
        AnyConnection::Postgres(_) => versions_of::<diesel::pg::Pg>(&POSTGRES)?,
    };
    Ok(versions)
}

fn versions_of<B: diesel::backend::Backend>(source: &EmbeddedMigrations) -> StoreResult<Vec<String>> {
    let migrations = MigrationSource::<B>::migrations(source).map_err(failed)?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}
