//! Every sort of fault is found, at its file, line and key; all of them at once, and nothing is used when there is one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use raakvlak_domain::languages::Language;
use raakvlak_service::exchange::Folder;
use raakvlak_service::places::Gazetteer;

use crate::folders::{EXPERT, Given, ORGANISATION, PACKAGE, told};

/// A line in a file of its own, and the faults expected of it.
const LINES: &[(&str, &str, &[&str])] = &[
    ("experts.jsonl", "{", &["experts.jsonl:1  not_json"]),
    ("experts.jsonl", "{} {}", &["experts.jsonl:1  not_json"]),
    (
        "experts.jsonl",
        "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
        &["experts.jsonl:1 /0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0 too_deep", "experts.jsonl:1  wrong_type"],
    ),
    ("experts.jsonl", "[]", &["experts.jsonl:1  wrong_type"]),
    ("experts.jsonl", r#"{"id":"e","Id":"f"}"#, &["experts.jsonl:1 /Id unknown_key"]),
    ("experts.jsonl", r#"{"id":"e","hours":{"min":0,"max":8,"mid":4}}"#, &["experts.jsonl:1 /hours/mid unknown_key"]),
    ("experts.jsonl", r#"{"id":"e","id":"e"}"#, &["experts.jsonl:1 /id duplicate_key"]),
    ("experts.jsonl", "{}", &["experts.jsonl:1 /id missing"]),
    ("experts.jsonl", r#"{"id":null}"#, &["experts.jsonl:1 /id missing"]),
    ("experts.jsonl", r#"{"id":7}"#, &["experts.jsonl:1 /id wrong_type"]),
    ("experts.jsonl", r#"{"id":""}"#, &["experts.jsonl:1 /id too_short"]),
    ("experts.jsonl", r#"{"id":"a\tb"}"#, &["experts.jsonl:1 /id control_character"]),
    ("experts.jsonl", r#"{"id":"e","wants_to_be_matched":"true"}"#, &["experts.jsonl:1 /wants_to_be_matched wrong_type"]),
    ("experts.jsonl", r#"{"id":"e","availability":"away"}"#, &["experts.jsonl:1 /availability not_one_of"]),
    ("experts.jsonl", r#"{"id":"e","registered":"2026-02-30"}"#, &["experts.jsonl:1 /registered not_a_date"]),
    ("experts.jsonl", r#"{"id":"e","contact":{"email":"nobody"}}"#, &["experts.jsonl:1 /contact/email not_an_address"]),
    ("experts.jsonl", r#"{"id":"e","hours":{"min":4}}"#, &["experts.jsonl:1 /hours/max missing"]),
    ("experts.jsonl", r#"{"id":"e","hours":{"min":4.25,"max":8}}"#, &["experts.jsonl:1 /hours/min too_precise"]),
    (
        "experts.jsonl",
        r#"{"id":"e","hours":{"min":-1,"max":1e9}}"#,
        &["experts.jsonl:1 /hours/min out_of_range", "experts.jsonl:1 /hours/max out_of_range"],
    ),
    (
        "experts.jsonl",
        r#"{"id":"e","dayparts":["mon_am","mon_am","mon"]}"#,
        &["experts.jsonl:1 /dayparts/1 duplicate", "experts.jsonl:1 /dayparts/2 not_one_of"],
    ),
    ("experts.jsonl", r#"{"id":"e","languages":{"nl":"B3"}}"#, &["experts.jsonl:1 /languages/nl not_one_of"]),
    ("experts.jsonl", r#"{"id":"e","place":{"lat":52}}"#, &["experts.jsonl:1 /place/lon missing"]),
    ("experts.jsonl", r#"{"id":"e","place":{"lat":91,"lon":4}}"#, &["experts.jsonl:1 /place/lat out_of_range"]),
    ("experts.jsonl", r#"{"id":"e","place":{"postcode":"1012","town":"Zwolle"}}"#, &["experts.jsonl:1 /place exactly_one"]),
    ("experts.jsonl", r#"{"id":"e","place":{"postcode":"9999"}}"#, &["experts.jsonl:1 /place/postcode unknown_place"]),
    (
        "experts.jsonl",
        r#"{"id":"e","commitments":[{"hours":4,"start":"2026-12-01","end":"2026-11-30"}]}"#,
        &["experts.jsonl:1 /commitments/0/end end_before_start"],
    ),
    (
        "packages.jsonl",
        "{}",
        &[
            "packages.jsonl:1 /id missing",
            "packages.jsonl:1 /organisation missing",
            "packages.jsonl:1 /purpose missing",
            "packages.jsonl:1 /title missing",
            "packages.jsonl:1 /tasks missing",
            "packages.jsonl:1 /hours missing",
            "packages.jsonl:1 /work_form missing",
        ],
    ),
    (
        "programmes.jsonl",
        r#"{"id":"g","name":"Programma","weights":{"tasks":0,"competence":0,"experience":0,"development":0,"energy":0,"proximity":0,"hours":0,"comfort":0,"turn":0}}"#,
        &["programmes.jsonl:1 /weights all_zero"],
    ),
    (
        "programmes.jsonl",
        r#"{"id":"g","name":"Programma","weights":{"tasks":11}}"#,
        &[
            "programmes.jsonl:1 /weights/tasks out_of_range",
            "programmes.jsonl:1 /weights/competence missing",
            "programmes.jsonl:1 /weights/experience missing",
            "programmes.jsonl:1 /weights/development missing",
            "programmes.jsonl:1 /weights/energy missing",
            "programmes.jsonl:1 /weights/proximity missing",
            "programmes.jsonl:1 /weights/hours missing",
            "programmes.jsonl:1 /weights/comfort missing",
            "programmes.jsonl:1 /weights/turn missing",
        ],
    ),
    ("organisations.jsonl", r#"{"id":"o","name":"O","kind":"bank"}"#, &["organisations.jsonl:1 /kind not_one_of"]),
    (
        "organisations.jsonl",
        r#"{"id":"o","name":"O","kind":"care","place":{"town":"Nergenshuizen"}}"#,
        &["organisations.jsonl:1 /place/town unknown_place"],
    ),
    ("users.jsonl", r#"{"name":"who"}"#, &["users.jsonl:1 /id missing"]),
    ("matches.jsonl", r#"{"id":"m","package":"p","expert":"e","state":"active"}"#, &["matches.jsonl:1 /arrangement missing"]),
    ("vocabulary/documents.csv", "id,label_nl,label_en\na,b\n", &["vocabulary/documents.csv:2  cells"]),
    ("vocabulary/documents.csv", "id,label_nl\na,b\n", &["vocabulary/documents.csv:1  columns"]),
    ("vocabulary/documents.csv", "id,label_nl,label_en\n\"a,b,c\n", &["vocabulary/documents.csv:2  unclosed_quote"]),
    ("vocabulary/documents.csv", "id,label_nl,label_en\na,b,c\na,b,c\n", &["vocabulary/documents.csv:3 /id duplicate"]),
    (
        "vocabulary/competences.csv",
        "id,kind,label_nl,label_en,alt_nl,alt_en\na,talent,,,,\n",
        &["vocabulary/competences.csv:2 /kind not_one_of"],
    ),
    (
        "vocabulary/competences.csv",
        "id,kind,label_nl,label_en,alt_nl,alt_en\na,skill,,,x||x,\n",
        &["vocabulary/competences.csv:2 /alt_nl/1 too_short", "vocabulary/competences.csv:2 /alt_nl/2 duplicate"],
    ),
];

#[test]
fn each_sort_of_fault_is_named_at_its_place() {
    for (file, contents, expected) in LINES {
        assert_eq!(Given::file(file, contents).faults(), *expected, "{file}: {contents}");
    }
}

/// A package with this instead of one of its keys.
fn package_with(key: &str, value: &str) -> String {
    let mut package: serde_json::Value = serde_json::from_str(PACKAGE).unwrap();
    package[key] = serde_json::from_str(value).unwrap();
    package.to_string()
}

#[test]
fn a_package_is_held_to_its_ranges() {
    let cases = [
        ("hours", r#"{"min":0,"max":0}"#, "/hours/max out_of_range"),
        ("hours", r#"{"min":8,"max":4}"#, "/hours/max end_before_start"),
        ("tasks", "[]", "/tasks too_few"),
        ("tasks", r#"[{"id":"t","hours":0}]"#, "/tasks/0/hours out_of_range"),
        ("tasks", r#"[{"id":"t","hours":1},{"id":"t","hours":1}]"#, "/tasks/1 duplicate"),
        (
            "tasks",
            r#"[{"id":"t","hours":1,"requirements":[{"competence":"rv:caring","level":6,"need":"essential"}]}]"#,
            "/tasks/0/requirements/0/level out_of_range",
        ),
        ("capacity", "0", "/capacity out_of_range"),
        ("remote", "\"maybe\"", "/remote not_one_of"),
        ("dayparts", r#"{"fixed":[],"flexible":22}"#, "/dayparts/flexible out_of_range"),
        ("purpose", "\"\"", "/purpose too_short"),
        ("title", &format!("\"{}\"", "x".repeat(201)), "/title too_long"),
        ("experience", &format!("[{}]", vec!["\"a\""; 1_001].join(",")), "/experience too_many"),
    ];
    for (key, value, expected) in cases {
        Given::file("packages.jsonl", package_with(key, value)).assert_faults(&[&format!("packages.jsonl:1 {expected}")]);
    }
}

#[test]
fn committed_hours_are_derived_where_matches_are_told() {
    let expert = r#"{"id":"e-1","committed_hours":4}"#;
    assert!(Given::file("experts.jsonl", expert).read().is_ok());
    Given::files(&[("experts.jsonl", expert), ("matches.jsonl", "")]).assert_faults(&["experts.jsonl:1 /committed_hours derived"]);
    assert!(Given::files(&[("experts.jsonl", r#"{"id":"e-1","committed_hours":null}"#), ("matches.jsonl", "")]).read().is_ok());
}

#[test]
fn the_same_id_twice_is_refused_on_the_second_line() {
    Given::file("experts.jsonl", format!("{EXPERT}\n{{\"id\":\"e-2\"}}\n{EXPERT}\n{EXPERT}\n"))
        .assert_faults(&["experts.jsonl:3 /id duplicate", "experts.jsonl:4 /id duplicate"]);
    // Also when one of the two is refused for something else.
    Given::file("experts.jsonl", format!("{{\"id\":\"e-1\",\"x\":1}}\n{EXPERT}\n"))
        .assert_faults(&["experts.jsonl:1 /x unknown_key", "experts.jsonl:2 /id duplicate"]);
}

#[test]
fn five_files_with_many_faults_are_all_told_in_order() {
    let experts: String = (0..60).map(|at| format!("{{\"id\":\"e-{at}\",\"hours\":7}}\n")).collect();
    let packages: String = (0..60).map(|_| "[]\n").collect();
    let given = Given::files(&[
        ("experts.jsonl", experts.as_str()),
        ("packages.jsonl", &packages),
        ("organisations.jsonl", "{\n\n{}\n"),
        ("vocabulary/conditions.csv", "id,label_nl,label_en\n,,\n"),
        ("vocabulary/competences.csv", "id\n"),
    ]);
    let faults = given.read().unwrap_err();
    assert_eq!((faults.faults.len(), faults.more, faults.total()), (100, 26, 126));
    let told = told(&faults);
    let start = [
        "vocabulary/competences.csv:1  columns",
        "vocabulary/conditions.csv:2 /id too_short",
        "organisations.jsonl:1  not_json",
        "organisations.jsonl:3 /id missing",
        "organisations.jsonl:3 /name missing",
        "organisations.jsonl:3 /kind missing",
        "packages.jsonl:1  wrong_type",
        "packages.jsonl:2  wrong_type",
    ];
    assert_eq!(told[..8], start);
    assert_eq!(told[65..68], ["packages.jsonl:60  wrong_type", "experts.jsonl:1 /hours wrong_type", "experts.jsonl:2 /hours wrong_type"]);
    let text = faults.text(Language::En);
    assert!(text.contains("\npackages.jsonl:60: /: This must be an object, not a list.\n"), "{text}");
    assert!(text.ends_with("\nAnd 26 more faults: 126 in all."), "{text}");
}

#[test]
fn a_broken_line_says_where_it_breaks() {
    let faults = Given::file("experts.jsonl", format!("{EXPERT}\n{{\"id\":}}\n")).read().unwrap_err();
    assert_eq!(faults.text(Language::En), "experts.jsonl:2: /: This is not valid JSON: look at line 2, column 7.");
}

#[test]
fn line_ends_marks_and_blank_lines_change_nothing() {
    let plain = Given::file("experts.jsonl", "{\"id\":\"e-1\"}\n{\"id\":\"e-2\"}").read().unwrap();
    for contents in ["\u{feff}{\"id\":\"e-1\"}\r\n{\"id\":\"e-2\"}\r\n", "\n{\"id\":\"e-1\"}\n \t\n\n{\"id\":\"e-2\"}\n\n\n"] {
        assert_eq!(Given::file("experts.jsonl", contents).read().unwrap().experts, plain.experts, "{contents:?}");
    }
}

#[test]
fn bytes_that_are_no_text_spoil_their_line_only() {
    let given = Given::file("experts.jsonl", b"{\"id\":\"e-1\"}\n{\"id\":\"\xff\"}\n{}\n");
    given.assert_faults(&["experts.jsonl:2  not_utf8", "experts.jsonl:3 /id missing"]);
}

#[test]
fn a_line_without_end_is_refused_and_the_next_is_read() {
    let mut contents = vec![b' '; 17 * 1024 * 1024];
    contents.extend_from_slice(b"\n{}\n");
    Given::file("experts.jsonl", &contents).assert_faults(&["experts.jsonl:1  too_long", "experts.jsonl:2 /id missing"]);
    Given::file("vocabulary/activities.csv", [b"id,label_nl,label_en\n", contents.as_slice()].concat())
        .assert_faults(&["vocabulary/activities.csv:2  too_long", "vocabulary/activities.csv:3  cells"]);
}

#[test]
fn what_is_no_file_cannot_be_read() {
    let given = Given::files(&[("packages.jsonl", PACKAGE)]);
    fs::create_dir(given.path().join("experts.jsonl")).unwrap();
    fs::create_dir(given.path().join("vocabulary/competences.csv")).unwrap();
    given.assert_faults(&["vocabulary/competences.csv:1  unreadable", "experts.jsonl:1  unreadable"]);
}

#[test]
fn a_folder_that_is_none_is_said_so() {
    let given = Given::file("experts.jsonl", EXPERT);
    let read = |path: &Path| Folder::read(path, &Gazetteer::built_in()).unwrap_err().faults[0].fault.kind.code();
    assert_eq!(read(&given.path().join("nowhere")), "file_missing");
    assert_eq!(read(&given.path().join("experts.jsonl")), "unreadable");
}

#[test]
fn files_that_are_no_part_of_the_folder_are_noticed() {
    let files = ["expert.jsonl", "competences.csv", "notes.txt", "postcodes.csv", "vocabulary/condition.csv", "vocabulary/notes.txt"];
    let folder = Given::files(&files.map(|file| (file, "x"))).read().unwrap();
    assert_eq!(folder.unknown, ["competences.csv", "expert.jsonl", "vocabulary/condition.csv"]);
    assert_eq!(folder.unread, ["notes.txt", "postcodes.csv", "vocabulary/notes.txt"]);
}

#[test]
fn a_file_that_is_absent_is_not_an_empty_one() {
    let folder = Given::files(&[("packages.jsonl", ""), ("organisations.jsonl", ORGANISATION)]).read().unwrap();
    assert_eq!(folder.packages, Some(Vec::new()));
    assert_eq!(folder.experts, None);
    assert!(folder.required_packages().unwrap().is_empty());
    assert_eq!(told(&folder.required_experts().unwrap_err()), ["experts.jsonl:1  file_missing"]);
}

#[test]
fn every_code_that_a_folder_can_have_is_tried() {
    let tried: BTreeSet<&str> =
        LINES.iter().flat_map(|(_, _, expected)| expected.iter()).filter_map(|line| line.rsplit(' ').next()).collect();
    let elsewhere =
        ["cycle", "dangling", "derived", "file_missing", "not_utf8", "too_few", "too_long", "too_many", "unknown_file", "unreadable"];
    // An instant stands in no record that a folder reads key by key, and the built-in list has no town that could be several.
    let all = [
        "all_zero",
        "cells",
        "columns",
        "control_character",
        "duplicate",
        "duplicate_key",
        "end_before_start",
        "exactly_one",
        "missing",
        "not_a_date",
        "not_an_address",
        "not_json",
        "not_one_of",
        "out_of_range",
        "too_deep",
        "too_precise",
        "too_short",
        "unclosed_quote",
        "unknown_key",
        "unknown_place",
        "wrong_type",
    ];
    assert_eq!(tried, all.into_iter().collect());
    assert!(elsewhere.iter().all(|code| !tried.contains(code)));
}
