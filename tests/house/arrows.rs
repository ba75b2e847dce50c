//! Which room may know which: no other arrow than those of the map.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The rooms, each with those it knows.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("engine", &["domain"]),
    ("store", &["domain"]),
    ("service", &["domain", "engine", "store"]),
    ("server", &["domain", "service"]),
    ("testkit", &["domain", "engine", "server", "service", "store"]),
];

/// The packages beside the rooms, which may use all of them.
const BESIDE: &[&str] = &["tests", "benches"];

/// Crates that would let a room do what it must not: input and output, randomness, time, threads, HTTP, SQL.
const KEPT_OUT: &[(&str, &[&str])] = &[
    ("domain", &["actix-web", "diesel", "rand", "rayon", "tokio", "tracing"]),
    ("engine", &["actix-web", "diesel", "rand", "tokio", "tracing"]),
    ("store", &["actix-web", "jsonwebtoken", "tokio"]),
    ("service", &["actix-web", "diesel", "jsonwebtoken", "utoipa-actix-web"]),
    ("server", &["diesel", "libsqlite3-sys", "pq-sys"]),
];

/// What each package depends on: (kind, names); kind is empty for ordinary dependencies.
fn dependencies() -> BTreeMap<String, Vec<(String, String)>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(super::root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of_package = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        (
            room(&text(&package["name"])),
            dependencies.map(|dependency| (text(&dependency["kind"]), room(&text(&dependency["name"])))).collect(),
        )
    };
    metadata["packages"].as_array().unwrap().iter().map(of_package).collect()
}

fn room(name: &str) -> String {
    name.strip_prefix("raakvlak-").unwrap_or(name).to_owned()
}

#[test]
fn no_arrow_but_those_of_the_map() {
    let all = dependencies();
    let rooms: BTreeSet<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    let known: BTreeSet<&str> = rooms.iter().copied().chain(BESIDE.iter().copied()).collect();
    assert_eq!(all.keys().map(String::as_str).collect::<BTreeSet<_>>(), known, "a package without a place on the map");
    let known = &known;
    for (from, allowed) in ARROWS {
        let used = |of_tests: bool| -> BTreeSet<&str> {
            let mine = all[*from].iter().filter(move |(kind, name)| (kind == "dev") == of_tests && known.contains(name.as_str()));
            mine.map(|(_, name)| name.as_str()).collect()
        };
        assert_eq!(used(false), allowed.iter().copied().collect(), "what {from} knows");
        assert!(used(true).is_subset(&BTreeSet::from(["testkit"])), "{from} uses more than the toy town in its tests: {:?}", used(true));
    }
}

#[test]
fn no_room_uses_what_is_kept_out_of_it() {
    let all = dependencies();
    for (room, kept_out) in KEPT_OUT {
        let used: Vec<&str> = all[*room].iter().filter(|(kind, _)| kind != "dev").map(|(_, name)| name.as_str()).collect();
        for name in *kept_out {
            assert!(!used.contains(name), "{room} uses {name}");
        }
    }
}
