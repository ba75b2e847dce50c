//! The audit trail against tampering: every change, deletion, reordering, insertion and truncation is found.

use diesel::prelude::*;
use raakvlak_store::audit::{Finding, Head};
use raakvlak_store::{Action, AuditEntry, AuditQuery, Digest, ObjectKind, Store, StoreError, StoreResult, Tx};
use raakvlak_testkit::database::{Kind, TestDatabase};
use raakvlak_testkit::on_both_databases;

use crate::common::Dice;

const ROWS: i64 = 12;

/// A trail in which every column is told in some row and not told in another.
fn trail(store: &Store) -> Head {
    for number in 1..=ROWS {
        store
            .write(move |tx| {
                let digest = |text: &str| tx.keys().digest("test", format!("{text} {number}").as_bytes());
                let mut entry = AuditEntry::new(
                    &format!("actor {}", number % 3),
                    "mediator",
                    Action::Update,
                    ObjectKind::Match,
                    &format!("m-{number}"),
                );
                if number % 2 == 0 {
                    entry = entry.fields(&["state", "hours"]).knob("k-1").reason(digest("reason"));
                }
                if number % 3 == 0 {
                    entry = entry.change(Some(digest("before")), Some(digest("after")));
                }
                tx.audit(entry);
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
    store.flush_anchor();
    store.anchor().read().unwrap().unwrap()
}

fn run(tx: &mut Tx<'_>, sql: &str) -> StoreResult<usize> {
    Ok(diesel::sql_query(sql).execute(tx.connection())?)
}

const NUMBERS: [&str; 2] = ["seq", "at"];
const TEXTS: [&str; 7] = ["actor", "actor_role", "action", "object_kind", "object_id", "fields", "knob_version"];
const BYTES: [&str; 5] = ["digest_reason", "digest_before", "digest_after", "previous_hash", "hash"];

/// Bytes as both databases write them.
fn bytes(kind: Kind, dice: &mut Dice, length: usize) -> String {
    let digits: String = (0..length).map(|_| format!("{:02x}", dice.below(256))).collect();
    if kind == Kind::Sqlite { format!("X'{digits}'") } else { format!("'\\x{digits}'") }
}

/// One random tampering, as SQL; each of them changes something.
fn tampering(kind: Kind, dice: &mut Dice) -> Vec<String> {
    let row = dice.below(ROWS as u64) as i64 + 1;
    match dice.below(8) {
        0 => {
            let column = NUMBERS[dice.below(2) as usize];
            let other = [1_000, -1_000, i64::from(u32::MAX)][dice.below(3) as usize] + dice.below(900) as i64;
            vec![format!("UPDATE audit SET {column} = {column} + {other} WHERE seq = {row}")]
        }
        1 => {
            let column = TEXTS[dice.below(7) as usize];
            let change =
                if dice.below(2) == 0 { format!("'forged {}'", dice.below(1_000_000)) } else { format!("coalesce({column}, '') || 'x'") };
            vec![format!("UPDATE audit SET {column} = {change} WHERE seq = {row}")]
        }
        2 => {
            let column = BYTES[dice.below(5) as usize];
            let length = [0, 1, 31, 32, 33][dice.below(5) as usize];
            vec![format!("UPDATE audit SET {column} = {} WHERE seq = {row}", bytes(kind, dice, length))]
        }
        3 => {
            // Taking away what was told: rows 6 and 12 tell everything.
            let column = ["knob_version", "digest_reason", "digest_before", "digest_after"][dice.below(4) as usize];
            vec![format!("UPDATE audit SET {column} = NULL WHERE seq = {}", [6, 12][dice.below(2) as usize])]
        }
        4 => vec![format!("DELETE FROM audit WHERE seq = {row}")],
        5 => {
            let other = (row % ROWS) + 1;
            vec![
                format!("UPDATE audit SET seq = -1 WHERE seq = {row}"),
                format!("UPDATE audit SET seq = {row} WHERE seq = {other}"),
                format!("UPDATE audit SET seq = {other} WHERE seq = -1"),
            ]
        }
        6 => {
            let columns =
                "at, actor, actor_role, action, object_kind, object_id, fields, knob_version, digest_reason, digest_before, digest_after";
            let at = [ROWS + 1, ROWS + 5, 0, -7][dice.below(4) as usize];
            let (previous, hash) = if dice.below(2) == 0 {
                (format!("(SELECT hash FROM audit WHERE seq = {ROWS})"), bytes(kind, dice, 32))
            } else {
                ("previous_hash".to_owned(), "hash".to_owned())
            };
            vec![format!(
                "INSERT INTO audit (seq, {columns}, previous_hash, hash) SELECT {at}, {columns}, {previous}, {hash} FROM audit WHERE seq = {row}"
            )]
        }
        _ => vec![format!("DELETE FROM audit WHERE seq >= {row}")],
    }
}

/// Tries tamperings, each undone again, and gives those that were not found.
fn missed(store: &Store, kind: Kind, seed: u64, tries: usize, anchor: Head) -> Vec<Vec<String>> {
    store
        .write(move |tx| {
            let mut dice = Dice(seed);
            let mut missed = Vec::new();
            for _ in 0..tries {
                let statements = tampering(kind, &mut dice);
                run(tx, "SAVEPOINT tampering")?;
                let mut changed = 0;
                for statement in &statements {
                    changed += run(tx, statement)?;
                }
                assert!(changed > 0, "{statements:?} changed nothing");
                if tx.verify_audit(Some(anchor))?.is_whole() {
                    missed.push(statements);
                }
                run(tx, "ROLLBACK TO SAVEPOINT tampering")?;
                run(tx, "RELEASE SAVEPOINT tampering")?;
            }
            Ok::<_, StoreError>(missed)
        })
        .unwrap()
}

fn all_found(kind: Kind, rounds: u64, each: usize) {
    let database = TestDatabase::new(kind);
    let store = database.open();
    let anchor = trail(&store);
    assert!(store.verify_audit().unwrap().is_whole());
    for round in 0..rounds {
        assert_eq!(missed(&store, kind, round, each, anchor), Vec::<Vec<String>>::new());
    }
    let report = store.verify_audit().unwrap();
    assert!(report.is_whole() && report.rows == ROWS, "{report:?}");
}

#[test]
fn ten_thousand_tamperings_are_found_on_sqlite() {
    all_found(Kind::Sqlite, 20, 500);
}

#[test]
fn a_thousand_tamperings_are_found_on_postgres() {
    all_found(Kind::Postgres, 10, 100);
}

on_both_databases!(rows_cut_off_the_end_are_missed, |database| {
    let store = database.open();
    trail(&store);
    store.write(|tx| run(tx, "DELETE FROM audit WHERE seq > 9")).unwrap();
    let report = store.verify_audit().unwrap();
    assert_eq!(report.findings, [Finding::CutOff { last: 9, anchored: ROWS }]);
    store.write(|tx| run(tx, "DELETE FROM audit")).unwrap();
    assert_eq!(store.verify_audit().unwrap().findings, [Finding::CutOff { last: 0, anchored: ROWS }]);
    // A trail that goes on after the cut does not grow over it.
    trail(&store);
    assert!(!store.verify_audit().unwrap().is_whole());
    // A steward who put a backup back says so, and the trail is whole from here on.
    store.accept_audit_head().unwrap();
    assert!(store.verify_audit().unwrap().is_whole());
    trail(&store);
    assert!(store.verify_audit().unwrap().is_whole());
});

on_both_databases!(an_anchor_survives_a_restart_and_a_torn_slot, |database| {
    let store = database.open();
    let anchor = trail(&store);
    assert_eq!(anchor.seq, ROWS);
    store.close();
    let store = database.open();
    assert_eq!(store.anchor().read().unwrap(), Some(anchor));
    let path = database.keys().join("audit-anchor");
    let whole = std::fs::read(&path).unwrap();
    for at in [3, 20, 50, 72 + 3, 72 + 20, 72 + 50] {
        let mut torn = whole.clone();
        torn[at] ^= 0xff;
        std::fs::write(&path, &torn).unwrap();
        let seen = store.anchor().read().unwrap().unwrap();
        // The other slot holds the head of whichever earlier commit was anchored before it.
        assert!((0..=ROWS).contains(&seen.seq), "{seen:?}");
        assert!(store.verify_audit().unwrap().is_whole());
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!(store.verify_audit().unwrap().findings, [Finding::NoAnchor]);
});

on_both_databases!(the_trail_is_listed_by_what_who_and_whom, |database| {
    let store = database.open();
    trail(&store);
    let list = |query: AuditQuery| -> Vec<i64> { store.read(|db| db.audit_rows(&query)).unwrap().into_iter().map(|row| row.seq).collect() };
    let all = AuditQuery { limit: 100, ..AuditQuery::default() };
    assert_eq!(list(all.clone()), (1..=ROWS).rev().collect::<Vec<_>>());
    assert_eq!(list(AuditQuery { actor: Some("actor 1".to_owned()), ..all.clone() }), [10, 7, 4, 1]);
    assert_eq!(list(AuditQuery { object_kind: Some(ObjectKind::Match), object_id: Some("m-4".to_owned()), ..all.clone() }), [4]);
    assert_eq!(list(AuditQuery { action: Some(Action::Read), ..all.clone() }), Vec::<i64>::new());
    assert_eq!(list(AuditQuery { before: Some(5), limit: 2, ..all }), [4, 3]);
    let row = store.read(|db| db.audit_rows(&AuditQuery { before: Some(3), limit: 1, ..AuditQuery::default() })).unwrap().remove(0);
    assert_eq!((row.fields, row.knob_version.as_deref()), (vec!["state".to_owned(), "hours".to_owned()], Some("k-1")));
});

#[test]
fn a_digest_tells_equal_from_different_and_nothing_else() {
    let database = TestDatabase::new(Kind::Sqlite);
    let store = database.open();
    let other = TestDatabase::new(Kind::Sqlite);
    let stranger = other.open();
    let digest = |store: &Store, text: &str| -> Digest { store.keys().digest("audit", text.as_bytes()) };
    assert_eq!(digest(&store, "a no"), digest(&store, "a no"));
    assert_ne!(digest(&store, "a no"), digest(&store, "a yes"));
    assert_ne!(digest(&store, "a no"), digest(&stranger, "a no"), "another instance has another key");
}
