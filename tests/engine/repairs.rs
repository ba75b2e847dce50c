//! Repairs equal trying every set of changes with the naive matcher, on generated worlds with few people.

use crate::worlds::write_knob;
use raakvlak_domain::calendar::Date;
use raakvlak_service::exchange::{Folder as Read, Matching, read_knob, threads};
use raakvlak_service::places::Gazetteer;
use raakvlak_testkit::naive::{self, Folder, Knob};
use raakvlak_testkit::worlds::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How many worlds are compared.
const WORLDS: u64 = 14;

/// A package with fixed dayparts has too many moves for every set of three to be tried.
fn most_changes(package: &raakvlak_domain::packages::TaskPackage) -> usize {
    match package.dayparts.fixed.len() {
        0 if package.tasks.len() < 4 => 3,
        0 | 1 => 2,
        _ => 1,
    }
}

/// A package that asks nothing but to be there on a daypart, so that moving it matters most.
fn only_a_daypart(package: &mut Value, number: u64) {
    let daypart = ["mon_am", "wed_eve", "sat_pm"][number as usize % 3];
    package["dayparts"] = json!({ "fixed": [daypart], "flexible": 0 });
    package["hours"] = json!({ "min": 0, "max": 168 });
    package["tasks"].as_array_mut().unwrap().truncate(2);
    for task in package["tasks"].as_array_mut().unwrap() {
        task["conditions"] = json!([]);
        task["requirements"] = json!([]);
    }
    for key in ["place", "languages", "documents", "experience"] {
        package[key] = Value::Null;
    }
}

fn compare(world: &World, directory: &Path, met: &mut BTreeMap<String, usize>) {
    compare_changed(world, directory, met, &|_| ());
}

/// Compares a world after this change to each of its packages.
fn compare_changed(world: &World, directory: &Path, met: &mut BTreeMap<String, usize>, change: &dyn Fn(&mut Value)) {
    let path = directory.join(format!("world-{}", world.seed));
    world.write(&path).unwrap();
    let packages = fs::read_to_string(path.join("packages.jsonl")).unwrap();
    let changed = |line: &str| {
        let mut package: Value = serde_json::from_str(line).unwrap();
        change(&mut package);
        format!("{package}\n")
    };
    fs::write(path.join("packages.jsonl"), packages.lines().map(changed).collect::<String>()).unwrap();
    let naive = Folder::read(&path).unwrap();
    let gazetteer = Gazetteer::built_in();
    let read = Read::read(&path, &gazetteer).unwrap();
    let threads = threads::pool(Some(2)).unwrap();
    for (number, knob) in world.knobs().iter().enumerate() {
        let file = write_knob(&path, number, knob);
        let matching = Matching::new(&read, &gazetteer, read_knob(&file).unwrap(), Date::parse(&world.as_of()).unwrap(), &threads).unwrap();
        for package in read.packages.as_ref().unwrap() {
            let most = most_changes(package);
            let id = package.id.as_str();
            let fast = matching.repairs(id, 1_000_000).unwrap().unwrap();
            assert!(fast.repairs.iter().all(|repair| repair.eligible == repair.eligible_at_most), "nothing is better: {fast:?}");
            let told: Vec<Value> =
                fast.repairs.iter().map(|repair| json!({ "changes": repair.changes, "eligible": repair.eligible })).collect();
            let few = told.iter().filter(|repair| repair["changes"].as_array().unwrap().len() <= most).collect::<Vec<_>>();
            let slow = naive::repairs(&naive, id, most, &Knob::read(&file).unwrap(), &world.as_of()).unwrap();
            assert_eq!(json!({ "eligible": fast.eligible, "repairs": few }), slow, "{world:?} knob {number} package {id}");
            for repair in few {
                let changes = repair["changes"].as_array().unwrap();
                *met.entry(format!("{} changes", changes.len())).or_default() += 1;
                changes
                    .iter()
                    .flat_map(|change| change.as_object().unwrap().keys())
                    .for_each(|kind| *met.entry(kind.clone()).or_default() += 1);
            }
        }
    }
}

#[test]
fn repairs_equal_trying_every_set_of_changes() {
    let directory = tempfile::tempdir().unwrap();
    let mut met = BTreeMap::new();
    for seed in 0..WORLDS {
        let world = World { experts: 25, packages: 2, ..World::numbered(seed) };
        compare(&world, directory.path(), &mut met);
        let fixed = World { experts: 25, packages: 3, ..World::numbered(1_000 + seed) };
        compare_changed(&fixed, directory.path(), &mut met, &|package| only_a_daypart(package, seed));
    }
    for kind in ["1 changes", "2 changes", "3 changes", "leave_out", "move", "hours_from", "hours_to", "adaptation", "guidance", "remote"] {
        assert!(met.contains_key(kind), "{kind} was not met: {met:?}");
    }
}
