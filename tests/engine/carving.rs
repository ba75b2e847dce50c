//! Carving equals trying every carving with the naive matcher, on generated worlds with small jobs and few people.

use crate::worlds::write_knob;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_domain::quantities::Hours;
use raakvlak_engine::carving::{Carving, CarvingLimits};
use raakvlak_service::exchange::{Folder as Read, Matching, read_knob, threads};
use raakvlak_service::places::Gazetteer;
use raakvlak_testkit::naive::{self, Folder, Knob};
use raakvlak_testkit::worlds::{Shape, World};
use serde_json::{Value, json};
use std::path::Path;

/// How many worlds are compared.
const WORLDS: u64 = 28;

/// A job of more tasks takes too long to try.
const MOST_TASKS: usize = 6;

/// The fewest and the most hours of a part, in tenths.
const SIZES: [(u32, u32); 3] = [(10, 80), (40, 160), (1, 1_680)];

/// How often what worth testing came up.
#[derive(Default)]
struct Met {
    parts: usize,
    left_over: usize,
    none: usize,
    floor_mattered: usize,
    shared: usize,
}

fn limits((smallest, largest): (u32, u32)) -> CarvingLimits {
    let hours = |tenths| Hours::new(tenths).unwrap();
    CarvingLimits { smallest: hours(smallest), largest: hours(largest), steps: 10_000_000 }
}

/// What the fast engine's carving is worth, in the shape of the naive one.
fn worth(carving: &Carving) -> Value {
    json!({
        "as_one_job": carving.as_one_job,
        "hours": carving.hours.get(),
        "parts": carving.parts.len(),
        "smallest_group": carving.parts.iter().map(|part| part.people).min(),
    })
}

fn compare(world: &World, directory: &Path, met: &mut Met) {
    let path = directory.join(format!("world-{}", world.seed));
    world.write(&path).unwrap();
    let naive = Folder::read(&path).unwrap();
    let gazetteer = Gazetteer::built_in();
    let read = Read::read(&path, &gazetteer).unwrap();
    let small = read.packages.as_ref().unwrap().iter().filter(|package| package.tasks.len() <= MOST_TASKS);
    let small: Vec<String> = small.map(|package| package.id.to_string()).collect();
    let threads = threads::pool(Some(2)).unwrap();
    for (number, knob) in world.knobs().iter().enumerate() {
        let file = write_knob(&path, number, knob);
        let fast_knob: MatcherKnob = read_knob(&file).unwrap();
        let matching = Matching::new(&read, &gazetteer, fast_knob, Date::parse(&world.as_of()).unwrap(), &threads).unwrap();
        for package in &small {
            for size in SIZES {
                let fast = matching.carving(package, limits(size)).unwrap().unwrap();
                let in_tenths = (i64::from(size.0), i64::from(size.1));
                let slow = naive::carving(&naive, package, in_tenths, &Knob::read(&file).unwrap(), &world.as_of()).unwrap();
                assert_eq!(worth(&fast), slow, "{world:?} knob {number} package {package} parts of {size:?} tenths: {fast:?}");
                let parts: Vec<Vec<String>> = fast.parts.iter().map(|part| part.tasks.iter().map(ToString::to_string).collect()).collect();
                let slow = naive::carrying_any(&naive, package, &parts, &Knob::read(&file).unwrap(), &world.as_of()).unwrap();
                assert_eq!(fast.people as usize, slow, "{world:?} knob {number} package {package}: {parts:?}");
                met.shared += usize::from(fast.people < fast.parts.iter().map(|part| part.people).sum());
                assert!(fast.proven && fast.hours == fast.hours_at_most, "a small job is carved as well as it can be");
                met.parts += usize::from(fast.parts.len() > 1);
                met.left_over += usize::from(!fast.parts.is_empty() && !fast.left_over.is_empty());
                met.none += usize::from(fast.parts.is_empty());
                met.floor_mattered += usize::from(number > 0 && fast.parts.len() > 1);
            }
        }
    }
}

#[test]
fn carving_equals_trying_every_carving() {
    let directory = tempfile::tempdir().unwrap();
    let mut met = Met::default();
    for seed in 0..WORLDS {
        let shape = if seed % 2 == 0 { Shape::Roomy } else { World::numbered(seed).shape };
        let world = World { experts: 25, packages: 3, shape, ..World::numbered(seed) };
        compare(&world, directory.path(), &mut met);
    }
    let Met { parts, left_over, none, floor_mattered, shared } = met;
    let enough = parts > 10 && left_over > 10 && none > 10 && floor_mattered > 5 && shared > 10;
    assert!(enough, "{parts} {left_over} {none} {floor_mattered} {shared}");
}
