//! A database server that goes away: said within two seconds, and back by itself.

use std::time::{Duration, Instant};

use raakvlak_store::{Store, StoreError, StoreOptions};
use raakvlak_testkit::database::cluster::Cluster;

use crate::common::{add, names};

/// What somebody who asks may wait for.
const PROMISED: Duration = Duration::from_secs(2);
/// How soon after its return the database must be used again.
const BACK: Duration = Duration::from_secs(5);

struct Place {
    cluster: Cluster,
    _keys: tempfile::TempDir,
    store: Store,
}

fn place() -> Place {
    let cluster = Cluster::durable();
    cluster.create_database("raakvlak");
    let keys = tempfile::tempdir().unwrap();
    let options = StoreOptions { migrate: true, ..StoreOptions::new(&cluster.url("raakvlak"), &keys.path().join("keys")) };
    let store = Store::open(&options).unwrap();
    Place { cluster, _keys: keys, store }
}

fn refused_in_time(store: &Store, name: &'static str) {
    let began = Instant::now();
    let written = store.write(move |tx| add(tx, name));
    assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
    assert!(began.elapsed() < PROMISED, "a write was refused after {:?}", began.elapsed());
    let began = Instant::now();
    let read = store.check();
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    assert!(began.elapsed() < PROMISED, "a read was refused after {:?}", began.elapsed());
}

fn back_in_time(store: &Store, name: &'static str) {
    let began = Instant::now();
    while store.check().is_err() || store.write(move |tx| add(tx, name)).is_err() {
        assert!(began.elapsed() < BACK, "not back after {:?}", began.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_server_that_stops_and_starts_again() {
    let place = place();
    place.store.write(|tx| add(tx, "before")).unwrap();
    for round in 0..2 {
        place.cluster.stop();
        refused_in_time(&place.store, "meanwhile");
        std::thread::sleep(Duration::from_millis(1_800 * round));
        refused_in_time(&place.store, "later");
        place.cluster.start();
        back_in_time(&place.store, if round == 0 { "after" } else { "after all" });
    }
    assert_eq!(names(&place.store), ["after", "after all", "before"]);
}

#[test]
fn a_server_that_is_killed_and_starts_again() {
    let place = place();
    place.store.write(|tx| add(tx, "before")).unwrap();
    place.cluster.kill();
    refused_in_time(&place.store, "meanwhile");
    place.cluster.start();
    back_in_time(&place.store, "after");
    assert_eq!(names(&place.store), ["after", "before"]);
}

/// A frozen server takes what is sent and answers nothing: work that was begun stays unknown, all else is refused.
#[test]
fn a_server_that_freezes_and_thaws() {
    let place = place();
    place.store.write(|tx| add(tx, "before")).unwrap();
    let processes: Vec<String> = place.cluster.processes().iter().map(ToString::to_string).collect();
    let signal = |name: &str| assert!(std::process::Command::new("kill").arg(name).args(&processes).status().unwrap().success());
    signal("-STOP");
    let began = Instant::now();
    let begun = place.store.write(|tx| add(tx, "begun"));
    assert!(matches!(begun, Err(StoreError::Unavailable(_) | StoreError::Unknown)), "{begun:?}");
    assert!(began.elapsed() < PROMISED, "answered after {:?}", began.elapsed());
    refused_in_time(&place.store, "meanwhile");
    signal("-CONT");
    back_in_time(&place.store, "after");
    let there = names(&place.store);
    assert!(there.contains(&"after".to_owned()) && !there.contains(&"meanwhile".to_owned()), "{there:?}");
}
