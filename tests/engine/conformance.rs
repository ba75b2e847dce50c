//! The published worlds with their expected answers: whoever computes the page must give exactly these.

use crate::differences::first_difference;
use crate::fast::fast_answer;
use raakvlak_testkit::naive::{Folder, Knob, Question, answers};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A published world: its name, the knob file, and the day that it is asked on.
const WORLDS: [(&str, Option<&str>, &str); 2] = [("plain", None, "2026-11-23"), ("roomy", Some("roomy.knob.json"), "2026-12-04")];

fn conformance_folder() -> Option<PathBuf> {
    let Some(data) = std::env::var_os("RAAKVLAK_DATA") else {
        println!("skipped: RAAKVLAK_DATA is not set");
        return None;
    };
    Some(Path::new(&data).join("conformance"))
}

/// The expected answers leave out `opening`.
fn without_openings(mut answer: Value) -> Value {
    for near_miss in answer["near_misses"].as_array_mut().unwrap() {
        near_miss.as_object_mut().unwrap().shift_remove("opening").expect("a near miss names what opens it");
    }
    answer
}

fn assert_as_expected(world: &str, expected: &str, actual: Vec<Value>) {
    let expected: Vec<Value> = expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!expected.is_empty(), "{world}: no expected answers");
    assert_eq!(actual.len(), expected.len(), "{world}: one answer per package");
    for (actual, expected) in actual.into_iter().zip(expected) {
        let package = expected["package"].to_string();
        if let Some(difference) = first_difference(&expected, &without_openings(actual)) {
            panic!("{world}, package {package}: {difference}");
        }
    }
}

#[test]
fn the_naive_matcher_gives_the_published_answers() {
    let Some(data) = conformance_folder() else { return };
    for (world, knob, as_of) in WORLDS {
        let folder = Folder::read(&data.join(world)).unwrap();
        let knob = knob.map_or_else(Knob::start, |file| Knob::read(&data.join(file)).unwrap());
        let expected = fs::read_to_string(data.join(format!("{world}.expected.jsonl"))).unwrap();
        assert_as_expected(world, &expected, answers(&folder, &Question::All, &knob, as_of).unwrap());
    }
}

#[test]
fn the_engine_gives_the_published_answers() {
    let Some(data) = conformance_folder() else { return };
    for (world, knob, as_of) in WORLDS {
        let knob = knob.map(|file| data.join(file));
        let expected = fs::read_to_string(data.join(format!("{world}.expected.jsonl"))).unwrap();
        let actual = fast_answer(&data.join(world), Question::All, knob.as_deref(), as_of);
        assert_as_expected(world, &expected, actual.lines().map(|line| serde_json::from_str(line).unwrap()).collect());
    }
}
