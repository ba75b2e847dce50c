//! The writer: work that fails hurts nobody else, many share a flush, and what is answered is there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use raakvlak_domain::calendar::Instant;
use raakvlak_store::{AuditQuery, StoreError, StoreOptions};
use raakvlak_testkit::database::Kind;
use raakvlak_testkit::on_both_databases;

use crate::common::{act, add, names};

on_both_databases!(work_that_fails_leaves_nothing_behind, |database| {
    let store = database.open();
    let outcome = store.write(|tx| {
        act(tx, "gone")?;
        Err::<(), _>(StoreError::NotFound)
    });
    assert_eq!(outcome, Err(StoreError::NotFound));
    assert_eq!(store.keys().count(), 0, "the key was forgotten too");
    store.write(|tx| act(tx, "kept")).unwrap();
    assert_eq!(names(&store), ["kept"]);
    assert_eq!(store.changes_after(0, 10).unwrap().iter().map(|change| change.seq).collect::<Vec<_>>(), [1]);
    let rows = store.read(|db| db.audit_rows(&AuditQuery { limit: 10, ..AuditQuery::default() })).unwrap();
    assert_eq!(rows.iter().map(|row| (row.seq, row.object_id.as_str())).collect::<Vec<_>>(), [(1, "kept")]);
    assert!(store.verify_audit().unwrap().is_whole());
});

on_both_databases!(work_that_panics_is_undone_and_the_writer_goes_on, |database| {
    let store = database.open();
    let outcome = store.write(|tx| -> Result<(), StoreError> {
        add(tx, "gone")?;
        std::panic::resume_unwind(Box::new("on purpose"));
    });
    assert_eq!(outcome, Err(StoreError::Panicked));
    store.write(|tx| add(tx, "kept")).unwrap();
    assert_eq!(names(&store), ["kept"]);
});

on_both_databases!(a_reader_that_panics_gives_its_place_back, |database| {
    let store = database.open();
    for _ in 0..10 {
        let store = store.clone();
        let outcome =
            std::thread::spawn(move || store.read(|_| -> Result<(), StoreError> { std::panic::resume_unwind(Box::new("on purpose")) }))
                .join();
        assert!(outcome.is_err());
    }
    assert!(names(&store).is_empty());
});

on_both_databases!(a_statement_that_fails_and_is_passed_over_undoes_its_work_only, |database| {
    let store = database.open();
    store.write(|tx| add(tx, "there")).unwrap();
    let outcome = store.write(|tx| {
        add(tx, "before")?;
        drop(add(tx, "there"));
        Ok::<_, StoreError>(())
    });
    store.write(|tx| add(tx, "after")).unwrap();
    // SQLite undoes the one statement; PostgreSQL refuses what follows it, so that the whole piece of work is undone.
    let expected: &[&str] = if outcome.is_ok() { &["after", "before", "there"] } else { &["after", "there"] };
    assert_eq!(names(&store), expected);
});

on_both_databases!(constraints_have_their_own_errors, |database| {
    use diesel::prelude::*;
    use raakvlak_store::schema::{programme_organisations, users};
    let store = database.open();
    store.write(|tx| add(tx, "there")).unwrap();
    assert_eq!(store.write(|tx| add(tx, "there")), Err(StoreError::Duplicate));
    let dangling = store.write(|tx| {
        let row = (
            programme_organisations::programme_id.eq("none"),
            programme_organisations::organisation_id.eq("none"),
            programme_organisations::joined_at.eq(0),
        );
        diesel::insert_into(programme_organisations::table).values(row).execute(tx.connection())?;
        Ok::<_, StoreError>(())
    });
    assert_eq!(dangling, Err(StoreError::Dangling));
    let missing = store.read(|db| Ok::<_, StoreError>(users::table.find("nobody").select(users::id).first::<String>(db.connection())?));
    assert_eq!(missing, Err(StoreError::NotFound));
    let forbidden = store.read(|db| diesel::delete(users::table).execute(db.connection()).map_err(StoreError::from));
    assert!(forbidden.is_err(), "a reader cannot write");
});

on_both_databases!(many_writers_share_few_flushes_and_hurt_nobody, |database| {
    const WRITERS: usize = 64;
    const EACH: usize = 10;
    let store = database.open();
    let before = store.write_counts();
    let start = Arc::new(Barrier::new(WRITERS));
    let threads: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (store, start) = (store.clone(), start.clone());
            std::thread::spawn(move || {
                start.wait();
                for number in 0..EACH {
                    let name = format!("{writer:02}-{number:02}");
                    let outcome = store.write(move |tx| {
                        act(tx, &name)?;
                        // Every fifth writer fails at the end of its work, and one in eight panics.
                        assert!(writer % 8 != 3, "on purpose");
                        if writer % 5 == 0 { Err(StoreError::NotFound) } else { Ok(()) }
                    });
                    match (writer % 8 == 3, writer % 5 == 0) {
                        (true, _) => assert_eq!(outcome, Err(StoreError::Panicked)),
                        (_, true) => assert_eq!(outcome, Err(StoreError::NotFound)),
                        _ => assert_eq!(outcome, Ok(())),
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let good = (0..WRITERS).filter(|writer| writer % 8 != 3 && writer % 5 != 0).count() * EACH;
    assert_eq!(names(&store).len(), good);
    assert_eq!(store.keys().count(), good);
    let counts = store.write_counts();
    let (works, commits) = (counts.works - before.works, counts.commits - before.commits);
    assert_eq!(works, (WRITERS * EACH) as u64);
    assert!(commits * 4 <= works, "{works} pieces of work took {commits} commits");
    let changes = store.changes_after(0, 10_000).unwrap();
    assert_eq!(changes.iter().map(|change| change.seq).collect::<Vec<_>>(), (1..=good as i64).collect::<Vec<_>>());
    let report = store.verify_audit().unwrap();
    assert!(report.is_whole() && report.rows == good as i64, "{report:?}");
});

on_both_databases!(a_store_that_closes_does_what_waits, |database| {
    let store = database.open();
    let threads: Vec<_> = (0..200)
        .map(|number| {
            let store = store.clone();
            std::thread::spawn(move || store.write(move |tx| add(tx, &format!("{number:03}"))).map(|()| format!("{number:03}")))
        })
        .collect();
    std::thread::sleep(Duration::from_millis(5));
    store.close();
    let mut kept: Vec<String> = threads.into_iter().filter_map(|thread| thread.join().unwrap().ok()).collect();
    kept.sort();
    assert_eq!(names(&database.open()), kept, "answered as done is there, refused is not");
});

on_both_databases!(time_comes_from_the_clock_and_never_goes_back, |database| {
    use std::sync::atomic::AtomicI64;
    let hand = Arc::new(AtomicI64::new(1_000_000));
    let shown = hand.clone();
    let store = raakvlak_store::Store::open(&StoreOptions {
        clock: Arc::new(move || Instant::from_microseconds(shown.load(Ordering::SeqCst))),
        ..database.options()
    })
    .unwrap();
    let moment = |store: &raakvlak_store::Store| store.write(|tx| Ok::<_, StoreError>(tx.now().microseconds())).unwrap();
    assert_eq!(moment(&store), 1_000_000);
    hand.store(5_000_000, Ordering::SeqCst);
    assert_eq!(moment(&store), 5_000_000);
    hand.store(4_000_000, Ordering::SeqCst);
    assert_eq!(moment(&store), 5_000_000);
    store.write(|tx| act(tx, "row")).unwrap();
    assert_eq!(store.changes_after(0, 1).unwrap()[0].at.microseconds(), 5_000_000);
});

on_both_databases!(a_reader_sees_one_moment, |database| {
    let store = database.open();
    store.write(|tx| add(tx, "first")).unwrap();
    let other = store.clone();
    let (before, after) = store
        .read(|db| {
            let count = |db: &mut raakvlak_store::Db| {
                use diesel::prelude::*;
                raakvlak_store::schema::places::table.count().get_result::<i64>(db.connection()).map_err(StoreError::from)
            };
            let before = count(db)?;
            other.write(|tx| add(tx, "second"))?;
            Ok::<_, StoreError>((before, count(db)?))
        })
        .unwrap();
    assert_eq!((before, after), (1, 1));
    assert_eq!(names(&store).len(), 2);
});

on_both_databases!(nothing_happens_when_the_audit_row_cannot_be_written, |database| {
    use diesel::RunQueryDsl;
    let store = database.open();
    let refuse = match database.kind() {
        Kind::Sqlite => "CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END",
        Kind::Postgres => "ALTER TABLE audit ADD CONSTRAINT refuse CHECK (seq < 0)",
    };
    store.write(move |tx| diesel::sql_query(refuse).execute(tx.connection()).map_err(StoreError::from)).unwrap();
    let outcome = store.write(|tx| act(tx, "unseen"));
    assert!(matches!(outcome, Err(StoreError::Internal(_))), "{outcome:?}");
    assert!(names(&store).is_empty());
    assert_eq!(store.changes_after(0, 10).unwrap(), []);
    store.write(|tx| add(tx, "without a trail")).unwrap();
    assert_eq!(names(&store), ["without a trail"]);
});

on_both_databases!(listeners_hear_of_a_change, |database| {
    let store = database.open();
    let heard = Arc::new(AtomicBool::new(false));
    let ear = heard.clone();
    store.on_changes(move |seq| ear.store(seq == 1, Ordering::SeqCst));
    let waiter = {
        let store = store.clone();
        std::thread::spawn(move || store.wait_for_changes(0, Duration::from_secs(20)))
    };
    store.write(|tx| act(tx, "row")).unwrap();
    assert_eq!(waiter.join().unwrap(), 1);
    assert!(heard.load(Ordering::SeqCst));
    assert_eq!(store.wait_for_changes(1, Duration::from_millis(1)), 1, "nothing new within a millisecond");
});
