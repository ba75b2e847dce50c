//! Two nodes on one PostgreSQL database: they write one after another, hear of each other, and share their keys.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use diesel::prelude::*;
use raakvlak_store::schema::counters;
use raakvlak_store::{KeyId, Place, Store, StoreError, StoreResult, Tx};
use raakvlak_testkit::database::{Kind, TestDatabase};

use crate::common::{act, names};

fn two_nodes() -> (TestDatabase, Store, Store) {
    let database = TestDatabase::new(Kind::Postgres);
    let (one, other) = (database.open(), database.open());
    (database, one, other)
}

/// Reads a number and writes it back one higher: loses a step whenever another does the same in between.
fn step(tx: &mut Tx<'_>) -> StoreResult<i64> {
    let seen: Option<i64> = counters::table.find("steps").select(counters::value).first(tx.connection()).optional()?;
    let next = seen.unwrap_or(0) + 1;
    match seen {
        None => drop(
            diesel::insert_into(counters::table).values((counters::name.eq("steps"), counters::value.eq(next))).execute(tx.connection())?,
        ),
        Some(_) => drop(diesel::update(counters::table.find("steps")).set(counters::value.eq(next)).execute(tx.connection())?),
    }
    Ok(next)
}

#[test]
fn no_step_is_lost_between_two_nodes() {
    let (_database, one, other) = two_nodes();
    let start = Arc::new(Barrier::new(16));
    let threads: Vec<_> = (0..16)
        .map(|writer| {
            let (store, start) = (if writer % 2 == 0 { one.clone() } else { other.clone() }, start.clone());
            std::thread::spawn(move || {
                start.wait();
                (0..50).map(|_| store.write(step).unwrap()).collect::<Vec<_>>()
            })
        })
        .collect();
    let mut seen: Vec<i64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    seen.sort_unstable();
    assert_eq!(seen, (1..=800).collect::<Vec<_>>());
}

#[test]
fn the_last_place_is_given_once() {
    let (_database, one, other) = two_nodes();
    for round in 0..150 {
        let start = Arc::new(Barrier::new(2));
        let threads: Vec<_> = [one.clone(), other.clone()]
            .into_iter()
            .map(|store| {
                let start = start.clone();
                std::thread::spawn(move || {
                    start.wait();
                    store.write(move |tx| {
                        let name = format!("capacity {round}");
                        let taken: i64 = counters::table.filter(counters::name.eq(&name)).count().get_result(tx.connection())?;
                        if taken > 0 {
                            return Err(StoreError::Stale { current: taken });
                        }
                        diesel::insert_into(counters::table)
                            .values((counters::name.eq(&name), counters::value.eq(1)))
                            .execute(tx.connection())?;
                        Ok(())
                    })
                })
            })
            .collect();
        let outcomes: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        // The loser sees what the winner did: a clear conflict, not a broken constraint.
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        assert!(outcomes.contains(&Err(StoreError::Stale { current: 1 })), "{outcomes:?}");
    }
}

#[test]
fn a_follower_that_remembers_the_highest_number_misses_nothing() {
    let (database, one, other) = two_nodes();
    let done = Arc::new(AtomicBool::new(false));
    let follower = {
        let (store, done) = (database.open(), done.clone());
        std::thread::spawn(move || follow(&store, &done))
    };
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = if writer % 2 == 0 { one.clone() } else { other.clone() };
            std::thread::spawn(move || {
                for number in 0..40 {
                    store.write(move |tx| act(tx, &format!("{writer}-{number:02}"))).unwrap();
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    done.store(true, Ordering::SeqCst);
    let seen = follower.join().unwrap();
    let expected: BTreeSet<String> = names(&one).into_iter().collect();
    assert_eq!(expected.len(), 320);
    assert_eq!(seen, expected);
    let report = one.verify_audit().unwrap();
    assert!(report.is_whole() && report.rows == 320, "{report:?}");
}

/// Reads the feed from the highest number on, until the writers are done and nothing new comes.
fn follow(store: &Store, done: &AtomicBool) -> BTreeSet<String> {
    let (mut seen, mut highest) = (BTreeSet::new(), 0);
    loop {
        let finished = done.load(Ordering::SeqCst);
        let page = store.changes_after(highest, 7).unwrap();
        if page.is_empty() && finished {
            return seen;
        }
        for change in page {
            assert_eq!(change.seq, highest + 1, "the feed has a gap");
            highest = change.seq;
            assert!(seen.insert(change.object_id));
        }
    }
}

#[test]
fn a_node_hears_of_what_another_changed() {
    let (_database, one, other) = two_nodes();
    one.write(|tx| act(tx, "news")).unwrap();
    assert_eq!(other.wait_for_changes(0, Duration::from_secs(10)), 1);
}

#[test]
fn a_key_made_on_one_node_opens_on_another_and_ends_on_both() {
    let (_database, one, other) = two_nodes();
    let place = Place::of("expert_stories", "e-1");
    let (id, sealed) = one
        .write(move |tx| {
            let id = tx.new_key()?;
            Ok::<_, StoreError>((id, tx.keys().of(id).seal_text(&place, "shared")?))
        })
        .unwrap();
    assert_eq!(other.keys().of(id).open_text(&place, &sealed).unwrap(), "shared");
    one.write(move |tx| tx.destroy_key(id)).unwrap();
    let ends = |store: &Store, id: KeyId| {
        (0..100).any(|_| {
            !store.keys().exists(id) || {
                std::thread::sleep(Duration::from_millis(50));
                false
            }
        })
    };
    assert!(ends(&one, id) && ends(&other, id));
}

#[test]
fn nodes_that_start_at_once_set_up_one_instance() {
    let database = TestDatabase::new(Kind::Postgres);
    let stores: Vec<_> = (0..6)
        .map(|_| {
            let options = database.options();
            std::thread::spawn(move || Store::open(&options).unwrap())
        })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    let instances: i64 =
        stores[0].read(|db| raakvlak_store::schema::instance::table.count().get_result(db.connection()).map_err(StoreError::from)).unwrap();
    assert_eq!(instances, 1);
}
