//! Erasure: nothing of the person can be read any more, in any file.

use diesel::prelude::*;
use raakvlak_store::schema::{erasures, outbox};
use raakvlak_store::{KeyId, Place, StoreError};
use raakvlak_testkit::database::Kind;
use raakvlak_testkit::on_both_databases;

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
                (outbox::id.eq(row), outbox::key_id.eq(key.to_string()), outbox::sealed.eq(&sealed)),
                (outbox::made_at.eq(0), outbox::due_at.eq(0), outbox::attempts.eq(0)),
            );
            diesel::insert_into(outbox::table).values(values).execute(tx.connection())?;
            Ok::<_, StoreError>((key, sealed))
        }
    };
    let (gone, sealed) = store.write(keep("gone")).unwrap();
    let (kept, other) = store.write(keep("kept")).unwrap();
    let before = std::fs::read(database.keys().join("keys")).unwrap();
    store
        .write(move |tx| {
            diesel::delete(outbox::table.find("gone")).execute(tx.connection())?;
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

fn on_disk(database: &raakvlak_testkit::database::TestDatabase, bytes: &[u8]) -> bool {
    std::fs::read_dir(database.data()).unwrap().flatten().any(|entry| {
        let content = std::fs::read(entry.path()).unwrap();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}
