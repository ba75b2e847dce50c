//! Erasure: nothing of the person can be read any more, in any file.

use std::collections::BTreeSet;

use diesel::prelude::*;
use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::identifiers::{ExpertId, OrganisationId, PackageId, UserId};
use raakvlak_store::connection::AnyConnection;
use raakvlak_store::idempotency::StoredAnswer;
use raakvlak_store::schema::{TABLES, erasures, outbox as letters};
use raakvlak_store::shortlists::{Member, StoredShortlist};
use raakvlak_store::{Action, AuditEntry, KeyId, Keys, ObjectKind, Place, Store, StoreError};
use raakvlak_store::{erasure, experts, idempotency, matches, organisations, outbox, shortlists, todos, users};
use raakvlak_testkit::database::{Kind, TestDatabase};
use raakvlak_testkit::on_both_databases;

use crate::records::{full_expert, full_match, reading, stage, user, write};

on_both_databases!(an_interrupted_erasure_is_finished_at_the_next_start, |database| {
    let store = database.open();
    let place = Place::of("outbox", "l-1");
    let (key, sealed) = store
        .write(move |tx| {
            let key = tx.new_key()?;
            Ok::<_, StoreError>((key, tx.keys().of(key).seal_text(&place, "a letter")?))
        })
        .unwrap();
    // The promise as a crash leaves it: written down, and not kept yet.
    store
        .write(move |tx| {
            let row = (erasures::key_id.eq(key.to_string()), erasures::asked_at.eq(0));
            diesel::insert_into(erasures::table).values(row).execute(tx.connection()).map_err(StoreError::from)
        })
        .unwrap();
    assert!(store.keys().exists(key));
    store.close();
    let store = database.open();
    assert!(!store.keys().exists(key));
    assert!(store.keys().of(key).open_text(&place, &sealed).is_err());
    let open: i64 = store.read(|db| erasures::table.count().get_result(db.connection()).map_err(StoreError::from)).unwrap();
    assert_eq!(open, 0, "the promise is struck out");
});

on_both_databases!(the_key_is_gone_from_the_disk_when_the_answer_comes, |database| {
    let store = database.open();
    let keep = |row: &'static str| {
        move |tx: &mut raakvlak_store::Tx<'_>| {
            let key = tx.new_key()?;
            let sealed = tx.keys().of(key).seal_text(&Place::of("outbox", row), "canary-7f3a")?;
            let values = (
                (letters::id.eq(row), letters::key_id.eq(key.to_string()), letters::sealed.eq(&sealed)),
                (letters::made_at.eq(0), letters::due_at.eq(0), letters::attempts.eq(0)),
            );
            diesel::insert_into(letters::table).values(values).execute(tx.connection())?;
            Ok::<_, StoreError>((key, sealed))
        }
    };
    let (gone, sealed) = store.write(keep("gone")).unwrap();
    let (kept, other) = store.write(keep("kept")).unwrap();
    let before = std::fs::read(database.keys().join("keys")).unwrap();
    store
        .write(move |tx| {
            diesel::delete(letters::table.find("gone")).execute(tx.connection())?;
            tx.destroy_key(gone)
        })
        .unwrap();
    let after = std::fs::read(database.keys().join("keys")).unwrap();
    assert_eq!(before.len(), after.len());
    let id = u128::from_str_radix(&gone.to_string(), 16).unwrap().to_be_bytes();
    assert!(before.windows(16).any(|window| window == id) && !after.windows(16).any(|window| window == id));
    assert!(store.keys().of(gone).open_text(&Place::of("outbox", "gone"), &sealed).is_err());
    assert_eq!(store.keys().of(kept).open_text(&Place::of("outbox", "kept"), &other).unwrap(), "canary-7f3a");
    if database.kind() == Kind::Sqlite {
        assert!(!on_disk(&database, &sealed), "the sealed text of the erased row is overwritten");
        assert!(on_disk(&database, &other), "the other one is there, so this test can find one");
    }
    assert!(KeyId::parse(&gone.to_string()).is_ok());
});

/// Every row of every table as text, bytes as hexadecimal digits.
fn dump(store: &Store) -> Vec<(&'static str, String)> {
    let query = |table: &str, columns: &[String]| {
        let texts: Vec<String> = columns.iter().map(|column| format!("coalesce({column}, '-')")).collect();
        format!("SELECT {} AS line FROM {table}", texts.join(" || ' | ' || "))
    };
    TABLES
        .into_iter()
        .flat_map(|table| {
            let columns: Vec<String> = columns(store, table);
            let rows: Vec<Line> =
                store.read(|db| diesel::sql_query(query(table, &columns)).load(db.connection()).map_err(StoreError::from)).unwrap();
            rows.into_iter().map(move |row| (table, row.line.to_lowercase()))
        })
        .collect()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// How each column of a table is written as text.
fn columns(store: &Store, table: &str) -> Vec<String> {
    let on_sqlite = format!(
        "SELECT CASE type WHEN 'BLOB' THEN 'hex(' || name || ')' ELSE 'CAST(' || name || ' AS TEXT)' END AS line FROM pragma_table_info('{table}')"
    );
    let on_postgres = format!(
        "SELECT CASE data_type WHEN 'bytea' THEN 'encode(' || column_name || ', ''hex'')' ELSE column_name || '::text' END AS line \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
    );
    store
        .read(|db| {
            let query = match db.connection() {
                AnyConnection::Sqlite(_) => on_sqlite,
                AnyConnection::Postgres(_) => on_postgres,
            };
            let rows: Vec<Line> = diesel::sql_query(query).load(db.connection())?;
            Ok::<_, StoreError>(rows.into_iter().map(|row| row.line).collect())
        })
        .unwrap()
}

fn holds(dump: &[(&'static str, String)], text: &str) -> Vec<&'static str> {
    let as_bytes: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    dump.iter().filter(|(_, line)| line.contains(&text.to_lowercase()) || line.contains(&as_bytes)).map(|(table, _)| *table).collect()
}

/// A person with everything that the store can know of one: profile, match, shortlist, letters, to-dos, kept answers, a user of their own.
fn whole_person(store: &Store) {
    stage(store, "canary");
    full_match(store, "canary");
    write(store, |tx| {
        let expert = experts::get(tx, &ExpertId::new("e-1").unwrap())?.unwrap();
        let own = users::insert(tx, &user("u-own", Some("canary@example.org"), r#"["expert"]"#))?;
        experts::set_user(tx, &expert.expert.id, &own.user.id)?;
        organisations::add_member(tx, &OrganisationId::new("o-1").unwrap(), &own.user.id)?;
        for (letter, key) in [("l-1", expert.key), ("l-2", own.key)] {
            outbox::insert(tx, letter, key, "canary letter", tx.now())?;
        }
        let answer = StoredAnswer {
            request_digest: vec![1],
            status: 200,
            body: "canary answer".to_owned(),
            expires_at: Instant::from_microseconds(i64::MAX),
        };
        idempotency::insert(tx, &own.user.id, own.key, b"one", &answer)?;
        idempotency::insert(tx, &UserId::new("u-mediator").unwrap(), expert.key, b"other", &answer)?;
        todos::open(tx, "d-1", "look", "expert", "e-1", None)?;
        todos::open(tx, "d-2", "look", "match", "m-1", None)?;
        let member = Member { expert: expert.expert.id.clone(), score: 5_000, kept_place: false };
        let list = StoredShortlist {
            id: "s-1".to_owned(),
            package: PackageId::new("p-1").unwrap(),
            revision: 1,
            as_of: Date::parse("2026-11-23").unwrap(),
            knob_version: None,
            pool_version: 1,
            made_at: tx.now(),
            members: vec![member],
        };
        shortlists::insert(tx, &list, &own.user.id)
    });
}

on_both_databases!(a_whole_person_is_erased_from_every_table_and_file, |database| {
    let store = database.open();
    whole_person(&store);
    write(&store, |tx| {
        let other = full_expert("e-2", "neighbour");
        experts::insert(tx, &other, None).map(drop)
    });
    let before = dump(&store);
    assert_eq!(holds(&before, "canary"), Vec::<&str>::new(), "nothing that somebody told is in the database as it was told");
    assert!(holds(&before, "e-1").contains(&"changes") && holds(&before, "u-own").len() >= 5);
    let (expert, own) = reading(&store, |db| {
        let expert = experts::get(db, &ExpertId::new("e-1").unwrap())?.unwrap();
        Ok((expert.key, users::get(db, &UserId::new("u-own").unwrap())?.unwrap().key))
    });
    let sealed: Vec<Vec<u8>> =
        [expert, own].into_iter().map(|key| store.keys().of(key).seal_text(&Place::of("t", "r"), "canary").unwrap()).collect();
    let pseudonym = store.keys().pseudonym(expert, "e-1").unwrap();

    let named = pseudonym.clone();
    write(&store, move |tx| {
        tx.audit(AuditEntry::new("somebody", "expert", Action::Erase, ObjectKind::Expert, &named));
        erasure::erase_expert(tx, &ExpertId::new("e-1").unwrap())?;
        erasure::erase_user(tx, &UserId::new("u-own").unwrap())
    });

    let after = dump(&store);
    for trace in ["e-1", "u-own", "m-1", &expert.to_string(), &own.to_string(), "canary"] {
        assert_eq!(holds(&after, trace), Vec::<&str>::new(), "{trace}");
    }
    assert_eq!(holds(&after, &pseudonym), ["audit"], "the trail tells that it happened");
    assert!(store.verify_audit().unwrap().is_whole());
    // What anybody kept a copy of can be opened with no key that is left.
    for sealed in &sealed {
        for key in [expert, own] {
            assert!(store.keys().of(key).open_text(&Place::of("t", "r"), sealed).is_err());
        }
        assert!(store.keys().own().open_text(&Place::of("t", "r"), sealed).is_err());
    }
    let on_disk = Keys::open(&database.keys(), false).unwrap();
    assert!(!on_disk.exists(expert) && !on_disk.exists(own), "the keys are gone from their file too");
    assert_eq!(reading(&store, |db| experts::get(db, &ExpertId::new("e-2").unwrap())).unwrap().expert, full_expert("e-2", "neighbour"));
    // A follower reads everything anew when it meets a change without an id.
    let changes = store.changes_after(0, 1_000).unwrap();
    assert_eq!(changes.iter().map(|change| change.seq).collect::<Vec<_>>(), (1..=changes.len() as i64).collect::<Vec<_>>());
    assert!(changes.iter().rev().take(6).any(|change| change.kind == "expert" && change.object_id.is_empty()));
    let again = store.write(|tx| erasure::erase_expert(tx, &ExpertId::new("e-1").unwrap()));
    assert_eq!(again, Err(StoreError::NotFound));
    no_ciphertext_is_left(&database, &before, &after);
});

/// No sealed value that belonged to the erased person lies in any file any more: not in the database, not in its log.
fn no_ciphertext_is_left(database: &TestDatabase, before: &[(&'static str, String)], after: &[(&'static str, String)]) {
    if database.kind() != Kind::Sqlite {
        return;
    }
    let gone: Vec<Vec<u8>> = sealed_values(before).difference(&sealed_values(after)).cloned().collect();
    assert!(gone.len() > 15, "{} sealed values went", gone.len());
    for value in &gone {
        assert!(!on_disk(database, value), "a sealed value of {} bytes is left", value.len());
    }
    for value in sealed_values(after).iter().take(5) {
        assert!(on_disk(database, value), "what is kept can be found, so what is gone would be");
    }
}

/// The long hexadecimal values of a dump, as bytes: only a part of each, since a long one may be spread over pages.
fn sealed_values(dump: &[(&'static str, String)]) -> BTreeSet<Vec<u8>> {
    let personal = |table: &str| table != "audit" && table != "instance" && table != "sessions";
    dump.iter()
        .filter(|(table, _)| personal(table))
        .flat_map(|(_, line)| line.split(" | "))
        .filter(|value| value.len() >= 2 * 80 && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .map(|value| (0..64).map(|at| u8::from_str_radix(&value[2 * at..2 * at + 2], 16).unwrap()).collect())
        .collect()
}

on_both_databases!(where_a_user_did_something_stands_a_word_after_erasure, |database| {
    let store = database.open();
    stage(&store, "canary");
    let id = full_match(&store, "canary");
    write(&store, |tx| erasure::erase_user(tx, &UserId::new("u-mediator").unwrap()));
    let found = reading(&store, |db| matches::get(db, &id)).unwrap();
    let history = reading(&store, |db| matches::history(db, &found));
    assert_eq!(history[0].actor.as_ref().map(UserId::as_str), Some(erasure::ERASED));
    assert_eq!(holds(&dump(&store), "u-mediator"), Vec::<&str>::new());
});

fn on_disk(database: &TestDatabase, bytes: &[u8]) -> bool {
    std::fs::read_dir(database.data()).unwrap().flatten().any(|entry| {
        let content = std::fs::read(entry.path()).unwrap();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}
