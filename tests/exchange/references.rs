//! Whatever a record refers to must exist, and is named where it stands when it does not.

use crate::folders::{EXPERT, Given, ORGANISATION, PACKAGE};

#[test]
fn every_reference_of_an_expert_is_followed() {
    let expert = r#"{"id":"e","competences":[{"competence":"rv:caring","level":1},{"competence":"c","level":1}],"experience":["x"],
        "energy":{"gives":["talking","x"],"drains":["y"]},"wishes":["w"],"no_go":["noise","n"],"rather_not":["r"],"needs":["a"],"helps":["h"],
        "work_forms":["volunteering","v"],"documents":["d"],"avoid":["o-1","o-2"],"programmes":["g"]}"#
        .replace('\n', "");
    let without_lists = [
        "experts.jsonl:1 /competences/1/competence dangling",
        "experts.jsonl:1 /experience/0 dangling",
        "experts.jsonl:1 /energy/gives/1 dangling",
        "experts.jsonl:1 /energy/drains/0 dangling",
        "experts.jsonl:1 /wishes/0 dangling",
        "experts.jsonl:1 /no_go/1 dangling",
        "experts.jsonl:1 /rather_not/0 dangling",
        "experts.jsonl:1 /needs/0 dangling",
        "experts.jsonl:1 /helps/0 dangling",
        "experts.jsonl:1 /work_forms/1 dangling",
        "experts.jsonl:1 /documents/0 dangling",
    ];
    Given::file("experts.jsonl", &expert).assert_faults(&without_lists);
    let lists = [("experts.jsonl", expert.as_str()), ("organisations.jsonl", ORGANISATION), ("programmes.jsonl", "")];
    let with_lists = [&without_lists[..], &["experts.jsonl:1 /avoid/1 dangling", "experts.jsonl:1 /programmes/0 dangling"]].concat();
    Given::files(&lists).assert_faults(&with_lists);
}

#[test]
fn every_reference_of_a_package_is_followed() {
    let package = r#"{"id":"p","organisation":"o-2","programme":"g","purpose":"w","title":"t","tasks":[{"id":"t","hours":1,
        "requirements":[{"competence":"c","level":1,"need":"essential"}],"activities":["a"],"conditions":["noise","b"],"learnables":["l"]}],
        "hours":{"min":1,"max":2},"work_form":"f","adaptations":["x"],"experience":["y"],"documents":[{"document":"z"}]}"#
        .replace('\n', "");
    let expected = [
        "packages.jsonl:1 /organisation dangling",
        "packages.jsonl:1 /programme dangling",
        "packages.jsonl:1 /tasks/0/requirements/0/competence dangling",
        "packages.jsonl:1 /tasks/0/activities/0 dangling",
        "packages.jsonl:1 /tasks/0/conditions/1 dangling",
        "packages.jsonl:1 /tasks/0/learnables/0 dangling",
        "packages.jsonl:1 /work_form dangling",
        "packages.jsonl:1 /adaptations/0 dangling",
        "packages.jsonl:1 /experience/0 dangling",
        "packages.jsonl:1 /documents/0/document dangling",
    ];
    let lists = [("packages.jsonl", package.as_str()), ("organisations.jsonl", ORGANISATION), ("programmes.jsonl", "")];
    Given::files(&lists).assert_faults(&expected);
    Given::file("packages.jsonl", &package).assert_faults(&expected[2..]);
}

#[test]
fn a_match_refers_to_people_and_packages() {
    let line = r#"{"id":"m","package":"p-2","expert":"e-2","state":"suggested"}"#;
    assert!(Given::file("matches.jsonl", line).read().is_ok());
    Given::files(&[("matches.jsonl", line), ("packages.jsonl", PACKAGE), ("experts.jsonl", EXPERT)])
        .assert_faults(&["matches.jsonl:1 /package dangling", "matches.jsonl:1 /expert dangling"]);
}

#[test]
fn what_was_refused_is_not_missed_a_second_time() {
    let organisation = r#"{"id":"o-1","name":"O","kind":"bank"}"#;
    Given::files(&[("organisations.jsonl", organisation), ("packages.jsonl", PACKAGE)])
        .assert_faults(&["organisations.jsonl:1 /kind not_one_of"]);
    // A line whose id cannot be read could have been any of them.
    Given::files(&[("organisations.jsonl", "{\"id\":\"o-1\",\n"), ("packages.jsonl", PACKAGE)])
        .assert_faults(&["organisations.jsonl:1  not_json"]);
    let expert = r#"{"id":"e","no_go":["loud","other"],"competences":[{"competence":"any","level":1}]}"#;
    let files = [
        ("vocabulary/conditions.csv", "id,label_nl,label_en\nloud,,,\nother,,\n"),
        ("vocabulary/competences.csv", "id,kind\n"),
        ("experts.jsonl", expert),
    ];
    Given::files(&files).assert_faults(&[
        "vocabulary/competences.csv:1  columns",
        "vocabulary/conditions.csv:2  cells",
        "experts.jsonl:1 /no_go/0 dangling",
    ]);
}
