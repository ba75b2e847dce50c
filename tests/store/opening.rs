//! Opening a store: what is refused, and how clearly.

use std::fs;

use raakvlak_store::{KeyId, Place, Store, StoreError, StoreOptions};
use raakvlak_testkit::database::{Kind, TestDatabase};
use raakvlak_testkit::on_both_databases;

use crate::common;

fn refusal(options: &StoreOptions) -> StoreError {
    Store::open(options).expect_err("this must not open")
}

#[test]
fn an_unknown_scheme_is_named_and_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for url in ["mysql://host/name", "sqlte:raakvlak.sqlite", "raakvlak.sqlite", ""] {
        let error = refusal(&StoreOptions::new(url, folder.path()));
        assert!(matches!(&error, StoreError::UnknownScheme { .. }), "{url}: {error}");
        assert!(error.to_string().contains("sqlite:") && error.to_string().contains("postgres://"), "{error}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_database_in_memory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(refusal(&StoreOptions::new("sqlite::memory:", folder.path())), StoreError::InMemory);
}

#[test]
fn a_folder_that_is_not_there_or_not_writable_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nowhere").join("raakvlak.sqlite");
    let error = refusal(&StoreOptions::new(&format!("sqlite:{}", missing.display()), folder.path()));
    assert_eq!(error, StoreError::NoFolder { path: folder.path().join("nowhere") });
    let error = refusal(&StoreOptions::new("sqlite:/proc/raakvlak.sqlite", folder.path()));
    assert!(matches!(&error, StoreError::NotWritable { path, .. } if path.ends_with("raakvlak.sqlite")), "{error}");
    let error = refusal(&StoreOptions::new(&format!("sqlite:{}", folder.path().display()), folder.path()));
    assert!(matches!(error, StoreError::NotWritable { .. }), "{error}");
}

#[test]
fn keys_that_cannot_be_written_are_named() {
    let database = TestDatabase::new(Kind::Sqlite);
    let error = refusal(&StoreOptions { keys: "/proc/keys".into(), ..database.options() });
    assert!(error.to_string().contains("/proc/keys"), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.sqlite");
    let text = "Dear reader, ".repeat(1_000);
    fs::write(&file, &text).unwrap();
    let options = StoreOptions { migrate: true, ..StoreOptions::new(&format!("sqlite:{}", file.display()), &folder.path().join("keys")) };
    assert_eq!(refusal(&options), StoreError::NotADatabase { path: file.clone() });
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_database_of_another_program_is_left_as_it_is() {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.sqlite");
    SqliteConnection::establish(file.to_str().unwrap()).unwrap().batch_execute("CREATE TABLE recipes (name TEXT)").unwrap();
    let options = StoreOptions { migrate: true, ..StoreOptions::new(&format!("sqlite:{}", file.display()), &folder.path().join("keys")) };
    assert_eq!(refusal(&options), StoreError::ForeignDatabase { path: file });
}

#[test]
fn a_second_instance_on_one_file_is_refused_until_the_first_closes() {
    let database = TestDatabase::new(Kind::Sqlite);
    let first = database.open();
    assert!(matches!(refusal(&database.options()), StoreError::InUse { .. }));
    let link = database.folder().join("link.sqlite");
    std::os::unix::fs::symlink(database.data().join("raakvlak.sqlite"), &link).unwrap();
    let by_link = StoreOptions { url: format!("sqlite:{}", link.display()), ..database.options() };
    assert!(matches!(refusal(&by_link), StoreError::InUse { .. }), "another way to the same file");
    first.write(|tx| common::add(tx, "one")).unwrap();
    let reader = Store::open(&StoreOptions { read_only: true, ..database.options() }).unwrap();
    assert_eq!(common::names(&reader), ["one"]);
    assert_eq!(reader.write(|tx| common::add(tx, "two")), Err(StoreError::ReadOnly));
    first.close();
    assert_eq!(first.write(|tx| common::add(tx, "three")), Err(StoreError::Closed));
    assert_eq!(common::names(&database.open()), ["one"]);
}

#[test]
fn a_new_database_needs_its_migrations() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("new.sqlite").display());
    let options = StoreOptions::new(&url, &folder.path().join("keys"));
    let error = refusal(&options);
    assert!(matches!(&error, StoreError::Behind { pending } if pending.len() > 1 && pending[0].contains("foundation")), "{error}");
    let store = Store::open(&StoreOptions { migrate: true, ..options.clone() }).unwrap();
    store.close();
    Store::open(&options).unwrap();
}

on_both_databases!(keys_of_another_database_are_refused, |database| {
    let store = database.open();
    store.close();
    let stranger = TestDatabase::new(Kind::Sqlite);
    drop(stranger.open());
    let error = refusal(&StoreOptions { keys: stranger.keys(), ..database.options() });
    assert_eq!(error, StoreError::WrongKeys { path: stranger.keys() });
    fs::remove_dir_all(database.keys()).unwrap();
    let error = refusal(&database.options());
    assert!(matches!(error, StoreError::Key(_)), "{error}");
    assert!(!database.keys().exists(), "keys that are lost are not made anew in silence");
});

on_both_databases!(a_database_that_a_newer_program_migrated_is_refused, |database| {
    use diesel::RunQueryDsl;
    let store = database.open();
    let newer = "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20991231000001', CURRENT_TIMESTAMP)";
    store.write(move |tx| diesel::sql_query(newer).execute(tx.connection()).map_err(StoreError::from)).unwrap();
    store.close();
    assert_eq!(refusal(&database.options()), StoreError::Ahead { newest: "20991231000001".to_owned() });
});

on_both_databases!(what_was_sealed_opens_after_a_restart, |database| {
    let store = database.open();
    let place = Place::of("expert_stories", "e-1");
    let (id, sealed) = store
        .write(move |tx| {
            let id = tx.new_key()?;
            let sealed = tx.keys().of(id).seal_text(&place, "my story")?;
            Ok::<_, StoreError>((id.to_string(), sealed))
        })
        .unwrap();
    store.close();
    let store = database.open();
    let envelope = store.keys().of(KeyId::parse(&id).unwrap());
    assert_eq!(envelope.open_text(&place, &sealed).unwrap(), "my story");
});

#[test]
fn postgres_that_does_not_flush_is_refused() {
    let database = TestDatabase::new(Kind::Postgres);
    let error = refusal(&StoreOptions { require_durable: true, ..database.options() });
    assert_eq!(error, StoreError::NotDurable { setting: "fsync", value: "off".to_owned() });
}

#[test]
fn a_copy_is_whole_and_opens_with_the_keys() {
    let database = TestDatabase::new(Kind::Sqlite);
    let store = database.open();
    store.write(|tx| common::act(tx, "one")).unwrap();
    let copy = database.folder().join("copy.sqlite");
    store.copy_to(&copy).unwrap();
    assert!(matches!(store.copy_to(&copy), Err(StoreError::NotWritable { .. })), "a copy is not written over");
    store.write(|tx| common::act(tx, "two")).unwrap();
    store.close();
    let restored = Store::open(&StoreOptions { url: format!("sqlite:{}", copy.display()), ..database.options() }).unwrap();
    assert_eq!(common::names(&restored), ["one"]);
    // The anchor has seen more than the copy holds: putting an old copy back does not pass for the whole trail.
    assert!(!restored.verify_audit().unwrap().is_whole());
    let postgres = TestDatabase::new(Kind::Postgres);
    assert_eq!(postgres.open().copy_to(&copy), Err(StoreError::NoCopy));
}

#[test]
fn looking_at_a_database_that_is_not_there_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nothing.sqlite");
    let options = StoreOptions { read_only: true, ..StoreOptions::new(&format!("sqlite:{}", file.display()), folder.path()) };
    assert_eq!(refusal(&options), StoreError::NoDatabase { path: file.clone() });
    assert!(!file.exists());
}
