//! Under every setting of the threshold knob the fast engine and the naive matcher agree, each with its own reading of what a diploma means.

use crate::differences::line_difference;
use crate::worlds::write_knob;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_domain::reading::read;
use raakvlak_domain::thresholds::{DiplomaMeaning, ThresholdKnob};
use raakvlak_engine::gates::Gate;
use raakvlak_service::exchange::{Folder as Read, Matching, read_knob, threads};
use raakvlak_service::places::Gazetteer;
use raakvlak_testkit::naive::{Folder, Knob, Question, Threshold, answers};
use raakvlak_testkit::worlds::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

/// How many worlds are compared.
const WORLDS: u64 = 24;

/// How often what worth testing came up.
#[derive(Default)]
struct Met {
    kept_out_by_diploma: u32,
    let_in: u32,
    scored_otherwise: usize,
    kept_out_by_essential: u32,
}

/// Makes every other document a diploma that shows two competences of this world.
fn with_diplomas(path: &Path) {
    let file = path.join("packages.jsonl");
    let mut packages: Vec<Value> = fs::read_to_string(&file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let asked = |package: &Value| {
        let tasks = package["tasks"].as_array().unwrap().clone();
        tasks.into_iter().flat_map(|task| task["requirements"].as_array().cloned().unwrap_or_default()).collect::<Vec<_>>()
    };
    let known: BTreeSet<String> = packages.iter().flat_map(asked).map(|asked| asked["competence"].as_str().unwrap().to_owned()).collect();
    let known: Vec<String> = known.into_iter().collect();
    let mut number = 0;
    for document in packages.iter_mut().filter_map(|package| package["documents"].as_array_mut()).flatten() {
        number += 1;
        let shows: BTreeSet<&String> = (0..2).filter_map(|at| known.get((number * 3 + at * 7) % known.len().max(1))).collect();
        let shows: Vec<Value> = shows.into_iter().map(|competence| json!({ "competence": competence, "level": 1 + number % 5 })).collect();
        if number % 2 == 0 {
            (document["diploma"], document["shows"]) = (json!(true), json!(shows));
        }
    }
    let lines: Vec<String> = packages.iter().map(Value::to_string).collect();
    fs::write(&file, lines.join("\n")).unwrap();
}

fn settings() -> Vec<Value> {
    let all = DiplomaMeaning::ALL
        .iter()
        .flat_map(|diploma| [0, 1, 2_500, 9_000].map(|from| json!({ "diploma": diploma, "essential_from": from })));
    all.collect()
}

/// What the engine answers under a setting: the translation comes before it, on the packages.
fn fast(path: &Path, knob: MatcherKnob, threshold: &ThresholdKnob, as_of: &str) -> Vec<(String, u32, u32, u32)> {
    let gazetteer = Gazetteer::built_in();
    let mut folder = Read::read(path, &gazetteer).unwrap();
    let asked = folder.packages.unwrap_or_default().iter().map(|package| threshold.asked_of(package).into_owned()).collect();
    folder.packages = Some(asked);
    let threads = threads::pool(Some(2)).unwrap();
    let knob = threshold.with(knob.into());
    let matching = Matching::new(&folder, &gazetteer, knob, Date::parse(as_of).unwrap(), &threads).unwrap();
    let mut lines = Vec::new();
    matching
        .all(|answer| {
            let alone = |gate| answer.barriers.iter().find(|barrier| barrier.gate == gate).map_or(0, |barrier| barrier.alone);
            let line = serde_json::to_string(&answer).unwrap();
            lines.push((line, answer.eligible, alone(Gate::Document), alone(Gate::Essential)));
            ControlFlow::Continue(())
        })
        .unwrap();
    lines
}

fn compare(world: &World, directory: &Path, met: &mut Met) {
    let path = directory.join(format!("world-{}", world.seed));
    world.write(&path).unwrap();
    with_diplomas(&path);
    let file = write_knob(&path, 0, &world.knobs()[0]);
    let (knob, naive_knob) = (read_knob(&file).unwrap(), Knob::read(&file).unwrap());
    let mut as_a_gate = Vec::new();
    for setting in settings() {
        let threshold: ThresholdKnob = read(&setting.to_string()).unwrap();
        let found = fast(&path, knob, &threshold, &world.as_of());
        let mut folder = Folder::read(&path).unwrap();
        let naive = Threshold::of(&setting).unwrap();
        naive.apply(&mut folder);
        let slow = answers(&folder, &Question::All, &naive.over(&naive_knob), &world.as_of()).unwrap();
        assert_eq!(found.len(), slow.len());
        for ((line, ..), slow) in found.iter().zip(&slow) {
            if let Some(difference) = line_difference(&slow.to_string(), line) {
                panic!("{world:?} under {setting}, {}: {difference}", slow["package"]);
            }
        }
        if setting["essential_from"] != json!(0) {
            met.kept_out_by_essential += found.iter().map(|(.., essential)| essential).sum::<u32>();
        } else if threshold.diploma == DiplomaMeaning::Gate {
            met.kept_out_by_diploma += found.iter().map(|(_, _, document, _)| document).sum::<u32>();
            as_a_gate = found;
        } else {
            met.let_in += found.iter().zip(&as_a_gate).map(|(now, gate)| now.1.saturating_sub(gate.1)).sum::<u32>();
            met.scored_otherwise += found.iter().zip(&as_a_gate).filter(|(now, gate)| now.0 != gate.0).count();
        }
    }
}

#[test]
fn both_matchers_agree_under_every_setting_of_the_threshold_knob() {
    let directory = tempfile::tempdir().unwrap();
    let mut met = Met::default();
    for seed in 0..WORLDS {
        let world = World { experts: 60, packages: 5, ..World::numbered(seed) };
        compare(&world, directory.path(), &mut met);
    }
    let Met { kept_out_by_diploma, let_in, scored_otherwise, kept_out_by_essential } = met;
    let enough = kept_out_by_diploma > 10 && let_in > 10 && scored_otherwise > 10 && kept_out_by_essential > 10;
    assert!(enough, "{kept_out_by_diploma} {let_in} {scored_otherwise} {kept_out_by_essential}");
}
