//! What was answered survives a kill -9 at any moment: of the process that writes, of the database server, and of the power under SQLite.
//!
//! `RAAKVLAK_KILLS` says how many times; 20 when it is not told, and a quarter of that for the server, which takes seconds to recover.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use diesel::prelude::*;
use raakvlak_store::schema::places;
use raakvlak_store::{KeyId, Store, StoreError, StoreOptions};
use raakvlak_testkit::database::cluster::Cluster;
use raakvlak_testkit::database::{Kind, TestDatabase};

use crate::common::{Dice, act};
use crate::powercut;

fn kills() -> u64 {
    std::env::var("RAAKVLAK_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// Not a test by itself: the process that is killed. It writes from several threads and says what was answered.
#[test]
#[ignore = "run by the tests of durability, which kill it"]
fn child_that_writes() {
    let (Ok(url), Ok(keys), Ok(cycle)) = (std::env::var("KILLED_URL"), std::env::var("KILLED_KEYS"), std::env::var("KILLED_CYCLE")) else {
        return;
    };
    if std::env::var_os("KILLED_BY_POWER_CUT").is_some() {
        powercut::install();
    }
    let store = Store::open(&StoreOptions { require_durable: false, ..StoreOptions::new(&url, keys.as_ref()) }).unwrap();
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let (store, cycle) = (store.clone(), cycle.clone());
            std::thread::spawn(move || {
                for number in 0.. {
                    let name = format!("{cycle}-{thread}-{number}");
                    let wanted = name.clone();
                    if let Ok(key) = store.write(move |tx| act(tx, &wanted)) {
                        // One write of a whole line: a killed process says a thing or does not.
                        std::io::stdout().write_all(format!("answered {name} {key}\n").as_bytes()).unwrap();
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// How the child ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Killed: what it wrote is in the hands of the operating system.
    Kill,
    /// Killed, with all lost that was not flushed.
    PowerCut,
}

fn start_child(options: &StoreOptions, cycle: u64, end: End) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    if end == End::PowerCut {
        command.env("KILLED_BY_POWER_CUT", "yes");
    }
    command
        .args(["durability::child_that_writes", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env("KILLED_URL", &options.url)
        .env("KILLED_KEYS", &options.keys)
        .env("KILLED_CYCLE", cycle.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets a child write for a while after its first answer, does something terrible, and gives what it said was answered.
fn answered(options: &StoreOptions, cycle: u64, end: End, dice: &mut Dice, terrible: impl FnOnce(&mut Child)) -> Vec<(String, String)> {
    let mut child = start_child(options, cycle, end);
    let output = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        // libtest begins its line without ending it, so the first answer may follow on the same line.
        for line in output.lines().map_while(Result::ok) {
            let Some((_, told)) = line.split_once("answered ") else { continue };
            let (name, key) = told.split_once(' ').unwrap();
            sender.send((name.to_owned(), key.to_owned())).unwrap();
        }
    });
    let mut told = vec![receiver.recv_timeout(Duration::from_secs(60)).expect("the child answers")];
    std::thread::sleep(Duration::from_micros(dice.below(60_000)));
    terrible(&mut child);
    drop(child.kill());
    child.wait().unwrap();
    reader.join().unwrap();
    told.extend(receiver.try_iter());
    told
}

/// Everything that was answered is there, with its key, its change and its audit row; nothing is there by halves.
fn check(options: &StoreOptions, all: &[(String, String)]) {
    let store = Store::open(options).expect("the store opens after the kill");
    let rows: Vec<(String, Option<String>)> =
        store.read(|db| places::table.select((places::name, places::region)).load(db.connection()).map_err(StoreError::from)).unwrap();
    let there: std::collections::BTreeMap<&str, &str> = rows.iter().map(|(name, key)| (name.as_str(), key.as_deref().unwrap())).collect();
    for (name, key) in all {
        assert_eq!(there.get(name.as_str()), Some(&key.as_str()), "{name} was answered and is lost");
    }
    for key in there.values() {
        assert!(store.keys().exists(KeyId::parse(key).unwrap()), "a row without its key");
    }
    let report = store.verify_audit().unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!(report.rows, rows.len() as i64);
    assert_eq!(store.read(|db| db.changes_head()).unwrap(), rows.len() as i64);
    store.close();
}

fn survives_kills_of_the_writer(options: &StoreOptions, end: End) {
    let (mut all, mut dice) = (Vec::new(), Dice(7));
    for cycle in 0..kills() {
        all.extend(answered(options, cycle, end, &mut dice, |child| child.kill().unwrap()));
        check(options, &all);
    }
    assert!(all.len() as u64 >= kills());
}

#[test]
fn survives_kills_of_the_process_on_sqlite() {
    let database = TestDatabase::new(Kind::Sqlite);
    drop(database.open());
    survives_kills_of_the_writer(&database.options(), End::Kill);
}

#[test]
fn survives_power_cuts_on_sqlite() {
    let database = TestDatabase::new(Kind::Sqlite);
    drop(database.open());
    survives_kills_of_the_writer(&database.options(), End::PowerCut);
}

#[test]
fn survives_kills_of_the_process_on_postgres() {
    let database = TestDatabase::new(Kind::Postgres);
    drop(database.open());
    survives_kills_of_the_writer(&database.options(), End::Kill);
}

#[test]
fn survives_kills_of_the_server() {
    let cluster = Cluster::durable();
    cluster.create_database("raakvlak");
    let keys = tempfile::tempdir().unwrap();
    let options = StoreOptions { migrate: true, ..StoreOptions::new(&cluster.url("raakvlak"), &keys.path().join("keys")) };
    Store::open(&options).expect("the durable settings are accepted").close();
    let (mut all, mut dice) = (Vec::new(), Dice(11));
    for cycle in 0..kills().div_ceil(4) {
        all.extend(answered(&options, cycle, End::Kill, &mut dice, |_| cluster.kill()));
        cluster.start();
        check(&options, &all);
    }
}
