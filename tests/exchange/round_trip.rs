//! What is written reads back the same, and writing that again gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use raakvlak_service::exchange::{Folder, write};
use raakvlak_service::vocabulary::built_in;
use serde_json::{Value, json};

use crate::folders::{EXPERT, Given, read};

/// Every file under a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for part in [folder.to_owned(), folder.join("vocabulary")] {
        for entry in fs::read_dir(part).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            let name = entry.path().strip_prefix(folder).unwrap().display().to_string();
            all.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    all
}

/// Writes a folder twice, the second time from what the first one reads as, and answers with the first writing.
fn written_twice(folder: &Folder) -> (Folder, BTreeMap<String, Vec<u8>>) {
    let place = tempfile::tempdir().unwrap();
    let (first, second) = (place.path().join("first"), place.path().join("second"));
    write(folder, &first).unwrap();
    let again = read(&first).unwrap_or_else(|faults| panic!("{faults}"));
    write(&again, &second).unwrap();
    assert_eq!(contents(&first), contents(&second));
    (again, contents(&first))
}

fn text() -> impl Strategy<Value = String> {
    "[a-zé\"\\\\, |'<&\u{1F600}]{1,12}"
}

fn term(of: &'static str) -> impl Strategy<Value = Vec<String>> {
    let vocabulary = &built_in().vocabulary;
    let closed = match of {
        "conditions" => &vocabulary.conditions,
        "adaptations" => &vocabulary.adaptations,
        "activities" => &vocabulary.activities,
        "experience" => &vocabulary.experience,
        "work_forms" => &vocabulary.work_forms,
        _ => &vocabulary.documents,
    };
    let ids: Vec<String> = closed.terms().iter().map(|term| term.id.clone()).collect();
    let most = ids.len();
    subsequence(ids, 0..=most)
}

fn competences() -> impl Strategy<Value = Vec<String>> {
    let ids: Vec<String> = built_in().vocabulary.competences.iter().map(|competence| competence.id.clone()).collect();
    btree_set(select(ids), 0..6).prop_map(|ids| ids.into_iter().collect())
}

fn dayparts() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(vec!["mon_am", "mon_eve", "tue_pm", "wed_am", "sat_pm", "sun_eve"], 0..=6)
}

fn place() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-90.0..=90.0f64, -180.0..=180.0f64).prop_map(|(lat, lon)| json!({ "lat": lat, "lon": lon })),
        Just(json!({"postcode": "1012"})),
        Just(json!({"town": "zwolle"})),
    ]
}

fn date() -> impl Strategy<Value = String> {
    (1900..2200u32, 1..=12u32, 1..=28u32).prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
}

fn hours() -> impl Strategy<Value = f64> {
    (0..=1_680u32).prop_map(|tenths| f64::from(tenths) / 10.0)
}

fn languages() -> impl Strategy<Value = Value> {
    vec(select(vec!["A1", "B2", "C2"]), 0..3).prop_map(|levels| {
        Value::Object(["nl", "ar", "en"].map(String::from).into_iter().zip(levels.into_iter().map(Value::from)).collect())
    })
}

/// A key that is given, null, or left out.
fn maybe<T: Into<Value> + std::fmt::Debug>(
    key: &'static str,
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<(&'static str, Option<Value>)> {
    let value = value.prop_map(|value| Some(value.into()));
    prop_oneof![3 => value, 1 => Just(Some(Value::Null)), 1 => Just(None)].prop_map(move |value| (key, value)).boxed()
}

fn object(keys: Vec<BoxedStrategy<(&'static str, Option<Value>)>>) -> impl Strategy<Value = serde_json::Map<String, Value>> {
    keys.prop_map(|pairs| pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}

fn expert() -> impl Strategy<Value = serde_json::Map<String, Value>> {
    let held =
        competences().prop_map(|ids| ids.into_iter().map(|id| json!({"level": 3, "competence": id, "source": "self"})).collect::<Vec<_>>());
    let energy = (option::of(term("activities")), option::of(term("activities")))
        .prop_map(|(gives, drains)| json!({"drains": drains, "gives": gives}));
    object(vec![
        maybe("display_name", text()),
        maybe("registered", date()),
        maybe("last_offered", date()),
        maybe("aside_since", date()),
        maybe("wants_to_be_matched", any::<bool>()),
        maybe("availability", select(vec!["available", "standby", "paused"])),
        maybe("committed_hours", hours()),
        maybe("competences", held),
        maybe("experience", term("experience")),
        maybe("energy", energy),
        maybe("wishes", competences()),
        maybe("no_go", term("conditions")),
        maybe("needs", term("adaptations")),
        maybe("hours", (hours(), hours()).prop_map(|(max, min)| json!({"max": max, "min": min}))),
        maybe("dayparts", dayparts()),
        maybe("place", place()),
        maybe("travel_km", (0..20_000_000u32).prop_map(|metres| f64::from(metres) / 1_000.0)),
        maybe("work_forms", term("work_forms")),
        maybe("languages", languages()),
        maybe("documents", term("documents")),
        maybe("avoid", btree_set(text(), 0..3).prop_map(|ids| ids.into_iter().collect::<Vec<_>>())),
        maybe("story", text()),
        maybe("contact", (text(), Just("a@b.nl")).prop_map(|(name, email)| json!({"name": name, "email": email}))),
        maybe("commitments", hours().prop_map(|hours| json!([{ "hours": hours, "employer": "E" }]))),
        maybe("disclosure", Just(json!({"story": "organisation"}))),
    ])
}

fn package() -> impl Strategy<Value = serde_json::Map<String, Value>> {
    let task = (1..=1_680u32, competences(), term("activities"), term("conditions"), competences()).prop_map(|(tenths, asked, activities, conditions, learnables)| {
        let requirements: Vec<Value> = asked.into_iter().map(|id| json!({"need": "essential", "level": 2, "competence": id})).collect();
        json!({"id": "t", "hours": f64::from(tenths) / 10.0, "requirements": requirements, "activities": activities, "conditions": conditions, "learnables": learnables})
    });
    let given = (text(), text(), task, (0..800u32, 1..800u32), select(vec!["volunteering", "basic_job"])).prop_map(
        |(purpose, title, task, (min, more), form)| {
            let hours = json!({"min": f64::from(min) / 10.0, "max": f64::from(min + more) / 10.0});
            json!({"organisation": "o", "purpose": purpose, "title": title, "tasks": [task], "hours": hours, "work_form": form})
        },
    );
    let more = object(vec![
        maybe("programme", text()),
        maybe("place", place()),
        maybe("remote", select(vec!["none", "partly", "fully"])),
        maybe("start", date()),
        maybe("dayparts", dayparts().prop_map(|fixed| json!({"fixed": fixed, "flexible": 2}))),
        maybe("capacity", 1..1_000u32),
        maybe("call_up", any::<bool>()),
        maybe("adaptations", term("adaptations")),
        maybe("experience", term("experience")),
        maybe("languages", languages()),
        maybe("reward", Just(json!({"kind": "paid", "amount": 14.06}))),
        maybe("state", select(vec!["draft", "closed"])),
    ]);
    (given, more).prop_map(|(given, more)| given.as_object().cloned().into_iter().flatten().chain(more).collect())
}

fn lines(records: Vec<serde_json::Map<String, Value>>) -> String {
    let named = records.into_iter().enumerate().map(|(at, mut record)| {
        record.insert("id".into(), format!("r-{at}").into());
        Value::Object(record).to_string() + "\r\n"
    });
    named.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn generated_records_survive(experts in vec(expert(), 0..4), packages in vec(package(), 0..3)) {
        let files = [
            ("experts.jsonl", lines(experts)),
            ("packages.jsonl", lines(packages)),
            ("knobs.jsonl", "{\"number\":1.50,\"id\":\"k\",\"ünknown\":[null,true,{}]}\n".to_owned()),
        ];
        let folder = Given::files(&files).read().unwrap_or_else(|faults| panic!("{faults}"));
        let (again, written) = written_twice(&folder);
        prop_assert_eq!(&again, &folder);
        prop_assert_eq!(&written["knobs.jsonl"], files[2].1.as_bytes());
    }

    #[test]
    fn generated_vocabularies_survive(
        labels in vec((text(), text(), "[a-z ]{1,6}"), 1..8),
        pairs in btree_set((0..8usize, 0..8usize), 0..12),
        lifts in subsequence(vec!["x", "y", "z"], 0..=3),
    ) {
        let folder = Given::files(&vocabulary_files(&labels, &pairs, &lifts)).read().unwrap_or_else(|faults| panic!("{faults}"));
        let (again, _) = written_twice(&folder);
        prop_assert_eq!(again, folder);
    }
}

/// A vocabulary that is told in no particular order: competences with these labels and alternatives, and relations between these pairs of
/// them.
fn vocabulary_files(labels: &[(String, String, String)], pairs: &BTreeSet<(usize, usize)>, lifts: &[&str]) -> Vec<(&'static str, String)> {
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let competences = labels.iter().enumerate().rev();
    let competences = competences.map(|(at, (nl, en, other))| format!("c{at},skill,{},{},{other}|other,\n", cell(nl), cell(en)));
    // From a smaller to a larger number only, so that there is no cycle.
    let pairs: Vec<_> = pairs.iter().filter(|(one, other)| one < other && *other < labels.len()).rev().collect();
    let related: String = pairs.iter().map(|(one, other)| format!("c{other},c{one}\n")).collect();
    let broader: String = pairs.iter().map(|(one, other)| format!("c{one},c{other}\n")).collect();
    let links: BTreeSet<(usize, usize)> = pairs.iter().map(|(one, other)| (other % 2, *one)).collect();
    let links = links.iter().rev().map(|(occupation, competence)| {
        let relation = if competence % 2 == 0 { "essential" } else { "optional" };
        format!("o{occupation},c{competence},{relation}\n")
    });
    vec![
        ("vocabulary/competences.csv", format!("id,kind,label_nl,label_en,alt_nl,alt_en\n{}", competences.collect::<String>())),
        ("vocabulary/broader.csv", format!("child,parent\n{broader}")),
        ("vocabulary/related.csv", format!("a,b\n{related}")),
        ("vocabulary/occupations.csv", "id,code,label_nl,label_en,alt_nl\no1,,,,\no0,1,\"a,\"\"b\"\"\",,x|y\n".to_owned()),
        ("vocabulary/occupation_competences.csv", format!("occupation,competence,relation\n{}", links.collect::<String>())),
        ("vocabulary/conditions.csv", "id,label_nl,label_en\nz,,\nx,,\ny,,\n".to_owned()),
        ("vocabulary/adaptations.csv", format!("id,label_nl,label_en,lifts\nq,,,\na,,,{}\n", lifts.join("|"))),
    ]
}

#[test]
fn a_record_is_written_with_its_keys_in_their_order() {
    let folder = Given::file("experts.jsonl", "{\"no_go\":[],\"hours\":{\"max\":16.0,\"min\":4.50},\"id\":\"e-1\"}").read().unwrap();
    let (_, written) = written_twice(&folder);
    let text = String::from_utf8(written["experts.jsonl"].clone()).unwrap();
    assert!(text.starts_with(r#"{"id":"e-1","display_name":null,"registered":null,"#), "{text}");
    assert!(text.contains(r#""no_go":[],"#) && text.contains(r#""hours":{"min":4.5,"max":16},"#), "{text}");
    assert!(!written.contains_key("packages.jsonl"));
    assert_eq!(written.len(), 12);
}

#[test]
fn a_place_that_is_taken_is_left_alone() {
    let folder = Given::file("experts.jsonl", EXPERT).read().unwrap();
    let taken = Given::file("something", "mine");
    let error = write(&folder, taken.path()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    assert!(error.to_string().contains(&taken.path().display().to_string()));
    assert_eq!(fs::read(taken.path().join("something")).unwrap(), b"mine");
    let free = tempfile::tempdir().unwrap();
    write(&folder, free.path()).unwrap();
    assert!(free.path().join("experts.jsonl").is_file());
}

#[test]
fn a_real_vocabulary_survives() {
    let Some(data) = std::env::var_os("RAAKVLAK_DATA") else {
        println!("skipped: RAAKVLAK_DATA is not set");
        return;
    };
    let folder = read(&Path::new(&data).join("esco")).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(folder.vocabulary.vocabulary.competences.len(), 14_579);
    let (again, _) = written_twice(&folder);
    assert!(again.vocabulary == folder.vocabulary, "the words differ");
}
