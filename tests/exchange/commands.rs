//! What is typed, what is answered, and with which exit status.

use raakvlak_server::cli::{Streams, run};
use serde_json::Value;

use crate::folders::{Given, PACKAGE};

/// What a command wrote, and how it ended.
pub(crate) struct Ended {
    pub(crate) status: u8,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// Runs a command with this input.
pub(crate) fn typed_with(input: &[u8], arguments: &[impl AsRef<str>]) -> Ended {
    let (mut input, mut output, mut errors) = (input, Vec::new(), Vec::new());
    let words = std::iter::once("raakvlak").chain(arguments.iter().map(AsRef::as_ref)).map(Into::into);
    let status = run(words, &mut Streams { input: &mut input, output: &mut output, errors: &mut errors });
    Ended { status, output: String::from_utf8(output).unwrap(), errors: String::from_utf8(errors).unwrap() }
}

/// Runs a command.
pub(crate) fn typed(arguments: &[impl AsRef<str>]) -> Ended {
    typed_with(b"", arguments)
}

/// What a command answers that has nothing to complain about.
#[track_caller]
pub(crate) fn answered(arguments: &[impl AsRef<str>]) -> String {
    let ended = typed(arguments);
    assert_eq!((ended.status, ended.errors.as_str()), (0, ""));
    ended.output
}

/// A world of one package, two people who fit, one who almost does and one who was never asked.
fn small_world() -> Given {
    let package = PACKAGE.replace("\"id\":\"t\",", "\"id\":\"t\",\"conditions\":[\"noise\"],\"activities\":[\"talking\"],");
    let experts = r#"{"id":"e-1","wants_to_be_matched":true,"registered":"2025-11-23","energy":{"gives":["talking"]}}
{"id":"e-2","wants_to_be_matched":true,"aside_since":"2020-01-01","hours":{"min":4,"max":8},"rather_not":[]}
{"id":"e-3","wants_to_be_matched":true,"registered":"2026-11-01","no_go":["noise"],"hours":{"min":2,"max":6.5}}
{"id":"e-4"}
"#;
    Given::files(&[
        ("packages.jsonl", format!("{package}\n").as_str()),
        ("experts.jsonl", experts),
        ("vocabulary/conditions.csv", "id,label_nl,label_en\nnoise,lawaai,noise\n"),
        ("vocabulary/activities.csv", "id,label_nl,label_en\ntalking,praten,talking\n"),
        ("vocabulary/adaptations.csv", "id,label_nl,label_en,lifts\nquiet_place,een rustige werkplek,a quiet workplace,noise\n"),
    ])
}

fn asked(given: &Given, more: &[&str]) -> Ended {
    let folder = given.path().display().to_string();
    typed(&[&["match", &folder, "--as-of", "2026-11-23"], more].concat())
}

#[test]
fn the_json_of_a_package_has_its_keys_in_their_order() {
    let answer = asked(&small_world(), &["--package", "p-1", "--json"]).output;
    let expected = concat!(
        r#"{"package":"p-1","as_of":"2026-11-23","eligible":2,"#,
        r#""weights":{"asked":{"tasks":4,"competence":4,"experience":4,"development":4,"energy":4,"proximity":4,"hours":4,"comfort":4,"turn":4},"#,
        r#""applied":{"energy":4,"hours":4,"comfort":4,"turn":4}},"#,
        r#""shortlist":[{"rank":1,"expert":"e-2","score":8000,"turn":10000,"kept_place":null,"#,
        r#""criteria":{"energy":2000,"hours":10000,"comfort":10000,"turn":10000},"asks":["energy","helps","needs","no_go","work_forms"]},"#,
        r#"{"rank":2,"expert":"e-1","score":6000,"turn":10000,"kept_place":null,"#,
        r#""criteria":{"energy":10000,"hours":2000,"comfort":2000,"turn":10000},"asks":["helps","hours","needs","no_go","rather_not","work_forms"]}],"#,
        r#""near_misses":[{"expert":"e-3","gate":"no_go","would_score":3650,"opening":{"adaptations":["quiet_place"]}}],"#,
        r#""barriers":[{"gate":"unavailable","alone":1,"all":1,"details":[{"detail":"not_asked","alone":1,"all":1}]},"#,
        r#"{"gate":"no_go","alone":1,"all":1,"details":[{"detail":"noise","alone":1,"all":1}]}]}"#,
        "\n"
    );
    assert_eq!(answer, expected);
}

#[test]
fn the_json_of_an_expert_has_its_keys_in_their_order() {
    let answer = asked(&small_world(), &["--expert", "e-1", "--json"]).output;
    let start = r#"{"expert":"e-1","as_of":"2026-11-23","packages":[{"rank":1,"package":"p-1","score":6000,"criteria":{"energy":10000,"#;
    assert!(answer.starts_with(start), "{answer}");
    assert!(answer.ends_with("\"work_forms\"]}],\"barriers\":[]}\n"), "{answer}");
}

#[test]
fn a_mediator_reads_a_table() {
    let dutch = asked(&small_world(), &["--package", "p-1"]).output;
    let expected = "\
p-1 · what
Mensen die dit kunnen doen: 2. Stand van 23 november 2026.

Shortlist
  nr  deskundige  score  energie   uren  prettig  beurt  plek  vragen
   1  e-2          80,0     20,0  100,0    100,0  100,0        energie, wat helpt, wat nodig is, wat niet kan, vormen van werk
   2  e-1          60,0    100,0   20,0     20,0  100,0        wat helpt, uren, wat nodig is, wat niet kan, wat liever niet, vormen van werk

Net niet
  deskundige  zou halen  wat in de weg staat         wat helpt
  e-3              36,5  omstandigheid die niet kan  bied ook aan: een rustige werkplek

Drempels
  drempel                     alleen hierdoor  in totaal
  niet beschikbaar                          1          1
    nog niet gevraagd                       1          1
  omstandigheid die niet kan                1          1
    lawaai                                  1          1
";
    assert_eq!(dutch, expected);
    let english = asked(&small_world(), &["--package", "p-1", "--language", "en"]).output;
    assert!(english.contains("People who could do this: 2. As of 23 November 2026."), "{english}");
    assert!(english.contains("also offer: a quiet workplace"), "{english}");
    let person = asked(&small_world(), &["--expert", "e-3", "--language", "en"]).output;
    assert!(person.contains("Packages: -") && person.contains("condition that is a no-go"), "{person}");
}

#[test]
fn the_knob_and_the_day_change_the_answer() {
    let given = small_world();
    let knob = Given::file("knob.json", r#"{"size":5,"doubt":10000,"weights":null}"#);
    let knob = knob.path().join("knob.json").display().to_string();
    let answer: Value = serde_json::from_str(&asked(&given, &["--package", "p-1", "--json", "--knob", &knob]).output).unwrap();
    assert_eq!(answer["shortlist"][0]["score"], 10_000);
    let folder = given.path().display().to_string();
    let earlier = answered(&["match", &folder, "--expert", "e-1", "--as-of", "2025-11-24", "--json"]);
    assert!(earlier.contains(r#""turn":27"#), "{earlier}");
    let today: Value = serde_json::from_str(&answered(&["match", &folder, "--all", "--json"])).unwrap();
    assert_eq!(today["as_of"].as_str().unwrap().len(), 10);
}

#[test]
fn committed_hours_follow_from_matches() {
    let expert = r#"{"id":"e","wants_to_be_matched":true,"hours":{"min":4,"max":8}}"#;
    let line = |state: &str| {
        format!(r#"{{"id":"m","package":"p-1","expert":"e","state":"{state}","arrangement":{{"hours":7,"start":"2026-01-01"}}}}"#)
    };
    let eligible = |state: &str| {
        let files = [("packages.jsonl", PACKAGE.to_owned()), ("experts.jsonl", expert.to_owned()), ("matches.jsonl", line(state))];
        let answer: Value = serde_json::from_str(&asked(&Given::files(&files), &["--all", "--json"]).output).unwrap();
        answer["eligible"].as_u64().unwrap()
    };
    assert_eq!(["agreed", "confirmed", "active", "closed"].map(eligible), [1, 0, 0, 1]);
}

#[test]
fn faults_go_to_the_errors_and_nothing_is_answered() {
    let given = Given::files(&[("packages.jsonl", PACKAGE), ("experts.jsonl", "{}\n[]\n")]);
    let ended = asked(&given, &["--all", "--json", "--language", "en"]);
    assert_eq!((ended.status, ended.output.as_str()), (1, ""));
    assert_eq!(ended.errors, "experts.jsonl:1: /id: This must be given.\nexperts.jsonl:2: /: This must be an object, not a list.\n");
    let missing = asked(&Given::file("packages.jsonl", PACKAGE), &["--all", "--language", "en"]);
    assert_eq!((missing.status, missing.errors.as_str()), (1, "experts.jsonl:1: /: This file is missing.\n"));
}

#[test]
fn who_is_not_there_is_said_so() {
    let given = small_world();
    let ended = asked(&given, &["--package", "p-9"]);
    assert_eq!((ended.status, ended.output.as_str()), (1, ""));
    assert!(ended.errors.starts_with("Er is geen pakket 'p-9' in /"), "{}", ended.errors);
    let ended = asked(&given, &["--expert", "e\u{1b}[0m", "--language", "en"]);
    assert!(ended.errors.starts_with("There is no expert 'e\\u{1b}[0m' in /"), "{}", ended.errors);
    assert_eq!(ended.status, 1);
}

#[test]
fn every_fault_of_a_knob_file_is_told() {
    let knob = Given::file("knob.json", "{\"weights\":{\"tasks\":11},\"size\":4,\n\"sizes\":5,\"doubt\":0.5}");
    let path = knob.path().join("knob.json").display().to_string();
    let ended = asked(&small_world(), &["--all", "--knob", &path, "--language", "en"]);
    assert_eq!(ended.status, 1);
    let places: Vec<&str> =
        ended.errors.lines().map(|line| line.strip_prefix(&format!("{path}:1: ")).unwrap().split(": ").next().unwrap()).collect();
    assert_eq!(places[0], "/sizes");
    assert!(["/weights/tasks", "/weights/turn", "/size", "/doubt"].iter().all(|place| places.contains(place)), "{}", ended.errors);
    assert_eq!(asked(&small_world(), &["--all", "--knob", "/nowhere"]).status, 1);
}

#[test]
fn what_is_typed_wrongly_ends_with_two() {
    let wrong: [&[&str]; 9] = [
        &["march"],
        &["match"],
        &["match", "x"],
        &["match", "x", "--all", "--package", "p"],
        &["match", "x", "--all", "--as-of", "23-11-2026"],
        &["match", "x", "--all", "--threads", "0"],
        &["match", "x", "--all", "--language", "fr"],
        &["vocabulary", "link", "--limit", "0"],
        &[],
    ];
    for arguments in wrong {
        let ended = typed(arguments);
        assert_eq!((ended.status, ended.output.as_str()), (2, ""), "{arguments:?}");
        assert!(!ended.errors.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_shows_examples_and_is_no_fault() {
    for arguments in [&["match", "--help"][..], &["vocabulary", "link", "--help"], &["vocabulary", "check", "--help"]] {
        assert!(answered(arguments).contains("raakvlak "), "{arguments:?}");
        assert!(answered(arguments).contains("Example"), "{arguments:?}");
    }
    assert!(answered(&["--version"]).starts_with("raakvlak "));
}

#[test]
fn files_that_are_not_read_are_told() {
    let given = small_world();
    std::fs::write(given.path().join("experts-old.jsonl"), "?").unwrap();
    let ended = asked(&given, &["--all", "--json"]);
    assert_eq!(ended.status, 0);
    assert_eq!(ended.errors, "experts-old.jsonl: hoort niet bij de map en is niet gelezen\n");
}

#[test]
fn texts_are_linked_in_their_order_one_line_each() {
    let texts = "koken voor een groep\n\n  \nhelpen bij het wassen\r\nkoken voor een groep";
    let ended = typed_with(texts.as_bytes(), &["vocabulary", "link", "--limit", "3", "--json", "--threads", "2"]);
    assert_eq!((ended.status, ended.errors.as_str()), (0, ""));
    let answers: Vec<Value> = ended.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said: Vec<&str> = answers.iter().map(|answer| answer["text"].as_str().unwrap()).collect();
    assert_eq!(said, ["koken voor een groep", "", "  ", "helpen bij het wassen", "koken voor een groep"]);
    assert_eq!(answers[0], answers[4]);
    assert_eq!(answers[1]["concepts"], Value::Array(Vec::new()));
    let concepts = answers[0]["concepts"].as_array().unwrap();
    assert!((1..=3).contains(&concepts.len()));
    assert_eq!(concepts[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["competence", "label", "score", "matched"]);
    assert!(concepts.is_sorted_by(|one, other| one["score"].as_u64() >= other["score"].as_u64()));
    assert!(ended.output.starts_with(r#"{"text":"koken voor een groep","concepts":[{"competence":"#));
}

#[test]
fn a_folder_brings_its_own_words() {
    let competences = "id,kind,label_nl,label_en,alt_nl,alt_en\nx:1,skill,fietsen plakken,,band plakken,\n";
    let given = Given::file("vocabulary/competences.csv", competences);
    let folder = given.path().display().to_string();
    let answer = answered(&["vocabulary", "link", "banden plakken", "--folder", &folder, "--json"]);
    assert!(
        answer.starts_with(r#"{"text":"banden plakken","concepts":[{"competence":"x:1","label":"fietsen plakken","score":"#),
        "{answer}"
    );
    assert!(answered(&["vocabulary", "link", "banden plakken", "--folder", &folder]).contains("x:1"));
    assert!(answered(&["vocabulary", "check", &folder]).starts_with("       1  competenties\n"));
    let broken = Given::file("vocabulary/competences.csv", format!("{competences}x:1,skill,,,,\n"));
    let ended = typed(&["vocabulary", "check", &broken.path().display().to_string(), "--language", "en"]);
    assert_eq!((ended.status, ended.errors.as_str()), (1, "vocabulary/competences.csv:3: /id: 'x:1' stands here twice.\n"));
}

#[test]
fn a_text_that_is_none_ends_the_linking_after_what_came_before() {
    let ended = typed_with(b"koken\n\xff\nkoken\n", &["vocabulary", "link", "--json", "--language", "en"]);
    assert_eq!((ended.status, ended.output.lines().count()), (1, 1));
    assert_eq!(ended.errors, "-:2: /: The text is not valid UTF-8.\n");
}
