//! The answers of the command line, held against the published worlds.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::commands::answered;

/// A published world: its name, the knob file, and the day that it is asked on.
const WORLDS: [(&str, Option<&str>, &str); 2] = [("plain", None, "2026-11-23"), ("roomy", Some("roomy.knob.json"), "2026-12-04")];

fn conformance() -> Option<PathBuf> {
    let Some(data) = std::env::var_os("RAAKVLAK_DATA") else {
        println!("skipped: RAAKVLAK_DATA is not set");
        return None;
    };
    Some(Path::new(&data).join("conformance"))
}

fn asked(folder: &Path, knob: Option<PathBuf>, as_of: &str, question: &[&str]) -> String {
    let mut arguments = vec!["match".to_owned(), folder.display().to_string(), "--as-of".into(), as_of.into(), "--json".into()];
    arguments.extend(question.iter().map(|word| (*word).to_owned()));
    if let Some(knob) = knob {
        arguments.extend(["--knob".to_owned(), knob.display().to_string()]);
    }
    answered(&arguments)
}

#[test]
fn the_published_answers_are_given() {
    let Some(data) = conformance() else { return };
    for (world, knob, as_of) in WORLDS {
        let expected = std::fs::read_to_string(data.join(format!("{world}.expected.jsonl"))).unwrap();
        let lines = asked(&data.join(world), knob.map(|knob| data.join(knob)), as_of, &["--all"]);
        assert_eq!(lines.lines().count(), expected.lines().count());
        for (line, expected) in lines.lines().zip(expected.lines()) {
            let mut answer: Value = serde_json::from_str(line).unwrap();
            for near_miss in answer["near_misses"].as_array_mut().unwrap() {
                assert!(near_miss.as_object_mut().unwrap().shift_remove("opening").is_some());
            }
            assert_eq!(answer, serde_json::from_str::<Value>(expected).unwrap());
        }
    }
}

#[test]
fn one_package_is_answered_as_among_all() {
    let Some(data) = conformance() else { return };
    let all = asked(&data.join("plain"), None, "2026-11-23", &["--all"]);
    for line in all.lines().take(3) {
        let answer: Value = serde_json::from_str(line).unwrap();
        let one = asked(&data.join("plain"), None, "2026-11-23", &["--package", answer["package"].as_str().unwrap(), "--threads", "1"]);
        assert_eq!(one.trim_end(), line);
    }
}

#[test]
fn an_expert_is_answered_from_the_same_scores() {
    let Some(data) = conformance() else { return };
    let all = asked(&data.join("plain"), None, "2026-11-23", &["--all"]);
    let listed = all.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let (package, person) = listed
        .flat_map(|answer| {
            answer["shortlist"].as_array().unwrap().iter().map(|person| (answer["package"].clone(), person.clone())).collect::<Vec<_>>()
        })
        .next()
        .unwrap();
    let answer = asked(&data.join("plain"), None, "2026-11-23", &["--expert", person["expert"].as_str().unwrap()]);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let found = answer["packages"].as_array().unwrap().iter().find(|found| found["package"] == package).unwrap();
    assert_eq!(found["score"], person["score"]);
    assert_eq!(found["criteria"], person["criteria"]);
    assert_eq!(found["asks"], person["asks"]);
}
