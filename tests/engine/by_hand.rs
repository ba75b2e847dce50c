//! Answers worked out by hand from the page, against which the naive transcription itself is held.

use raakvlak_testkit::naive::{Candidate, Folder, Knob, Question, answers, shortlist};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// `a` over `b` and `c`, `b` over `d` and `e`, `c` over `f`; `g` stands alone. Seven concepts, so `IC(b) = 1 − ln 3 / ln 7 = 0.435425`,
/// `IC(c) = 1 − ln 2 / ln 7 = 0.643793`, `IC(a) = 1 − ln 6 / ln 7 = 0.079218`, and 1 for the others.
const BROADER: &str = "child,parent\nb,a\nc,a\nd,b\ne,b\nf,c\n";

/// Occupation `one` has `d` alone, `two` has `d`, `e`, `f` and `g`.
const LINKS: &str = "occupation,competence,relation\none,d,essential\ntwo,d,essential\ntwo,e,optional\ntwo,f,optional\ntwo,g,essential\n";

const ADAPTATIONS: &str =
    "id,label_nl,label_en,lifts\nquiet_place,,,noise\nlift_help,,,stairs\nwarm_room,,,cold\nz_both,,,stairs|cold\nbuddy,,,\n";

struct Files<'a> {
    competences: &'a [&'a str],
    broader: &'a str,
    related: &'a str,
    links: &'a str,
}

const SEVEN: Files =
    Files { competences: &["a", "b", "c", "d", "e", "f", "g"], broader: BROADER, related: "a,b\na,b\ng,f\n", links: LINKS };

fn folder(files: &Files, packages: &[Value], experts: &[Value]) -> Folder {
    let directory = tempfile::tempdir().unwrap();
    let vocabulary = directory.path().join("vocabulary");
    fs::create_dir(&vocabulary).unwrap();
    let concepts: String = files.competences.iter().map(|id| format!("{id},skill,,,,\n")).collect();
    write(&vocabulary, "competences.csv", &format!("id,kind,label_nl,label_en,alt_nl,alt_en\n{concepts}"));
    write(&vocabulary, "broader.csv", files.broader);
    write(&vocabulary, "related.csv", files.related);
    write(&vocabulary, "occupation_competences.csv", files.links);
    write(&vocabulary, "adaptations.csv", ADAPTATIONS);
    let lines = |records: &[Value]| records.iter().map(|record| format!("{record}\n")).collect::<String>();
    write(directory.path(), "packages.jsonl", &lines(packages));
    write(directory.path(), "experts.jsonl", &lines(experts));
    Folder::read(directory.path()).unwrap()
}

fn write(folder: &Path, file: &str, text: &str) {
    fs::write(folder.join(file), text).unwrap();
}

#[test]
fn the_same_or_something_more_specific_answers_a_competence() {
    let chain: Vec<String> = (0..7).map(|number| format!("k{number}")).collect();
    let chain: Vec<&str> = chain.iter().map(String::as_str).collect();
    let broader = "child,parent\nk1,k0\nk2,k1\nk3,k2\nk4,k3\nk5,k4\n";
    let straight = folder(&Files { competences: &chain, broader, related: "a,b\n", links: "occupation,competence,relation\n" }, &[], &[]);
    let values = (0..7).map(|step| straight.similarities().sim(&format!("k{step}"), "k0"));
    assert_eq!(values.collect::<Vec<_>>(), [10_000, 10_000, 9_500, 9_000, 8_500, 8_500, 0]);

    let short_cut = format!("{broader}k4,k0\n");
    let short =
        folder(&Files { competences: &chain, broader: &short_cut, related: "a,b\n", links: "occupation,competence,relation\n" }, &[], &[]);
    let values = (0..6).map(|step| short.similarities().sim(&format!("k{step}"), "k0"));
    assert_eq!(values.collect::<Vec<_>>(), [10_000, 10_000, 9_500, 9_000, 10_000, 9_500]);
}

#[test]
fn kin_is_lin_squared() {
    let folder = folder(&SEVEN, &[], &[]);
    let sim = |have: &str, asked: &str| folder.similarities().sim(have, asked);
    // 2 · 0.435425 / 1.435425 = 0.606684, squared 0.368066.
    assert_eq!(sim("b", "d"), 3_681);
    assert_eq!(sim("d", "b"), 10_000);
    // 2 · 0.643793 / 1.643793 = 0.783301, squared 0.613561.
    assert_eq!(sim("c", "f"), 6_136);
    // 2 · 0.079218 / (0.435425 + 0.643793) = 0.146807, squared 216 basis points: under 2 000 it counts as 0.
    assert_eq!(sim("b", "c"), 0);
    // No common ancestor.
    assert_eq!(sim("g", "b"), 0);
}

#[test]
fn done_by_the_same_people_is_worth_asking() {
    let folder = folder(&SEVEN, &[], &[]);
    let sim = |have: &str, asked: &str| folder.similarities().sim(have, asked);
    // One quarter over the root of (1 + 1/4) · 1/4 is 0.447214, either way round.
    assert_eq!((sim("d", "e"), sim("e", "d"), sim("f", "d")), (4_472, 4_472, 4_472));
    // One quarter over one quarter is capped.
    assert_eq!((sim("e", "f"), sim("g", "e")), (5_500, 5_500));
    // Related pairs count in either order, and more than together.
    assert_eq!((sim("g", "f"), sim("f", "g")), (6_000, 6_000));
    // The pair a, b is related, but b is below a, and above it kin is larger or related is.
    assert_eq!((sim("b", "a"), sim("a", "b")), (10_000, 6_000));
}

#[test]
fn a_concept_alone_is_similar_to_itself_only() {
    let files = Files { competences: &["only"], broader: "child,parent\n", related: "a,b\n", links: "occupation,competence,relation\n" };
    assert_eq!(folder(&files, &[], &[]).similarities().sim("only", "only"), 10_000);
}

#[test]
fn the_192_most_similar_stay_and_the_smaller_id_among_equals() {
    let ids: Vec<String> = (0..250).map(|number| format!("k{number:03}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let links: String = ids.iter().take(210).map(|id| format!("o,{id},essential\n")).collect();
    let links = format!("occupation,competence,relation\n{links}");
    let files = Files { competences: &ids, broader: "child,parent\nk240,k005\nk241,k240\n", related: "a,b\nk209,k005\n", links: &links };
    let folder = folder(&files, &[], &[]);
    let sim = |have: &str| folder.similarities().sim(have, "k005");
    assert_eq!((sim("k005"), sim("k240"), sim("k241")), (10_000, 10_000, 9_500));
    // The related one comes first, then 191 equals: k000 to k191 without k005 itself.
    assert_eq!((sim("k209"), sim("k000"), sim("k191"), sim("k192")), (6_000, 5_500, 5_500, 0));
    assert_eq!(folder.similarities().lost("k192", "k005"), Some(5_500));
    assert_eq!(folder.similarities().cut_off("k005"), (192 + 2, true));
}

/// People in rank order: `.` nothing, `a` aside, `u` unseen, `b` both.
fn kept(people: &str, size: usize, aside: usize, unseen: usize) -> String {
    let flags = |letter: char| Candidate { aside: "ab".contains(letter), unseen: "ub".contains(letter) };
    let candidates: Vec<Candidate> = people.chars().map(flags).collect();
    let places = shortlist(&candidates, size, aside, unseen);
    let shown = places.into_iter().map(|(position, rule)| format!("{position}{}", rule.map_or("", |rule| &rule[..1])));
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_shortlist_keeps_places() {
    assert_eq!(kept("......", 5, 0, 0), "0 1 2 3 4");
    assert_eq!(kept("...", 5, 2, 2), "0 1 2", "fewer people than places");
    // The best aside person replaces the lowest ranked one who is not, twice.
    assert_eq!(kept("......a.a", 5, 2, 0), "0 1 2 6a 8a");
    assert_eq!(kept("....a.a.a", 5, 2, 0), "0 1 2 4 6a", "the one inside who is aside stays");
    assert_eq!(kept("aaaaa.a", 5, 6, 0), "0 1 2 3 4", "where everyone is aside it stops");
    // An unseen person does not take the place of an aside one who is needed.
    assert_eq!(kept("......au.", 5, 1, 1), "0 1 2 6a 7u");
    assert_eq!(kept(".....aaauu", 5, 3, 2), "5a 6a 7a 8u 9u");
    assert_eq!(kept(".....aaauuu", 5, 3, 3), "5a 6a 7a 8u 9u", "no exchange leaves three aside");
    // One who is both may take the place of an aside one, the lowest ranked first.
    assert_eq!(kept(".....aab", 5, 2, 1), "0 1 2 5a 7u");
    // Fewer aside people than the quota: as many as there are after the first rule stay.
    assert_eq!(kept("a....u.u", 5, 3, 2), "0 1 2 5u 7u");
    assert_eq!(kept("uuuaau", 5, 2, 5), "0 1 2 3 4", "without an exchange that is possible it stops");
    assert_eq!(kept("uuuaau", 5, 1, 5), "0 1 2 3 5u");
    // The best ranked unseen person for whom an exchange is possible, also when a better one has none.
    assert_eq!(kept("uuuaaub", 5, 2, 5), "0 1 2 3 6u");
    // Sent away by the first rule, back by the second: among the best, so without a mark.
    assert_eq!(kept("....ua", 5, 1, 1), "0 1 2 4 5a");
}

/// The package against which the gates and criteria are worked out.
fn package() -> Value {
    json!({
        "id": "p-1", "organisation": "o-1", "purpose": "…", "title": "…", "work_form": "basic_job",
        "tasks": [
            {"id": "t1", "title": "…", "hours": 4, "requirements": [{"competence": "d", "level": 4, "need": "essential"}],
             "activities": ["talking"], "conditions": ["noise", "stairs"], "learnables": ["d"]},
            {"id": "t2", "title": "…", "hours": 6, "requirements": [{"competence": "c", "level": 2, "need": "desirable"}],
             "activities": ["phoning", "talking"], "conditions": ["cold"], "learnables": ["g", "d"]},
            {"id": "t3", "title": "…", "hours": 2, "conditions": ["dust"]}],
        "place": {"lat": 52.0, "lon": 5.0}, "start": "2026-12-21", "hours": {"min": 4, "max": 8},
        "dayparts": {"fixed": ["thu_pm", "tue_am"], "flexible": 1}, "adaptations": ["quiet_place"],
        "experience": ["debt", "poverty", "migration"], "languages": {"nl": "B1"},
        "documents": [{"document": "conduct_certificate", "obtainable_days": 28}, {"document": "driving_licence"}],
    })
}

fn expert() -> Value {
    json!({
        "id": "e-1", "registered": "2020-01-01", "last_offered": "2026-08-15", "last_shown": "2026-10-24", "aside_since": "2025-10-19",
        "wants_to_be_matched": true, "committed_hours": 4.5,
        "competences": [{"competence": "b", "level": 2, "source": "self"}, {"competence": "f", "level": 1, "source": "self"}],
        "experience": ["debt", "psychiatry"], "energy": {"gives": ["talking"], "drains": ["phoning"]}, "wishes": ["e", "b"],
        "no_go": ["heights"], "rather_not": ["cold", "noise"], "needs": ["quiet_place"], "helps": ["quiet_place", "buddy"],
        "hours": {"min": 8, "max": 20}, "dayparts": ["mon_am", "tue_am", "thu_pm"], "place": {"lat": 52.1, "lon": 5.0}, "travel_km": 15,
        "work_forms": ["basic_job"], "languages": {"nl": "B2"}, "documents": ["driving_licence"], "avoid": ["o-2"],
    })
}

fn with(base: Value, changes: Value) -> Value {
    let mut changed = base;
    for (key, value) in changes.as_object().unwrap() {
        changed[key] = value.clone();
    }
    changed
}

fn knob(changes: &Value) -> Knob {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "knob.json", &changes.to_string());
    Knob::read(&directory.path().join("knob.json")).unwrap()
}

fn asked(expert: Value, knob_file: Value) -> Value {
    let folder = folder(&SEVEN, &[package()], &[expert]);
    answers(&folder, &Question::All, &knob(&knob_file), "2026-11-23").unwrap().remove(0)
}

#[test]
fn every_criterion_has_the_value_of_the_page() {
    let answer = asked(expert(), json!({}));
    // tasks: only the two hours without requirements are carried. competence: d is 3681 · 2/4, c is 10 000 · 1/2, three against one.
    // development: e 5500 through g, b 10 000 through d. proximity: 11 120 m of 15 000 m. hours: 3.5 to 15.5 left, 19 wanted twice, 16 given.
    // comfort: cold out of stairs, cold and dust. turn: 100 days of 365. Together 43 794, over nine.
    let criteria = json!({"tasks": 1666, "competence": 2630, "experience": 3333, "development": 7750, "energy": 7000, "proximity": 2587,
        "hours": 8422, "comfort": 7667, "turn": 2739});
    let person = json!({"rank": 1, "expert": "e-1", "score": 4866, "turn": 2739, "kept_place": null, "criteria": criteria, "asks": []});
    assert_eq!(answer["shortlist"], json!([person]));
    assert_eq!(answer["barriers"], json!([]));
    let four: serde_json::Map<String, Value> = criteria.as_object().unwrap().keys().map(|name| (name.clone(), json!(4))).collect();
    let whole = json!({"package": "p-1", "as_of": "2026-11-23", "eligible": 1, "weights": {"asked": four, "applied": four},
        "shortlist": [person], "near_misses": [], "barriers": []});
    assert_eq!(answer.to_string(), whole.to_string(), "keys in the order of the exchange format");
}

#[test]
fn who_told_nothing_is_asked_everything() {
    let answer = asked(json!({"id": "e-1", "wants_to_be_matched": true}), json!({"doubt": 1_500, "floor": 10_000}));
    let person = &answer["shortlist"][0];
    assert_eq!(
        person["asks"],
        json!([
            "competences",
            "dayparts",
            "documents",
            "energy",
            "experience",
            "helps",
            "hours",
            "languages",
            "needs",
            "no_go",
            "place",
            "rather_not",
            "travel_km",
            "wishes",
            "work_forms"
        ])
    );
    assert_eq!((&person["criteria"]["tasks"], &person["criteria"]["turn"]), (&json!(1_500), &json!(0)));
    assert_eq!(person["score"], 8 * 1_500 / 9);
}

/// The only near miss of this person under this knob: the gate and its opening.
fn near_miss(changes: Value, knob_file: Value) -> Option<(String, Value)> {
    let answer = asked(with(expert(), changes), knob_file);
    assert_eq!(answer["eligible"], 0);
    let near_miss = answer["near_misses"].get(0)?;
    assert_eq!(answer["barriers"][0]["alone"], 1);
    Some((near_miss["gate"].as_str()?.to_owned(), near_miss["opening"].clone()))
}

#[test]
fn a_near_miss_says_the_smallest_change() {
    let cases = [
        (json!({"hours": {"min": 1, "max": 8}}), "hours", json!({"hours": {"min": 3.5, "max": 8}})),
        (json!({"hours": {"min": 14, "max": 20}}), "hours", json!({"hours": {"min": 4, "max": 9.5}})),
        (json!({"dayparts": ["wed_eve", "tue_am", "mon_pm"]}), "dayparts", json!({"move": {"thu_pm": "mon_pm"}})),
        (json!({"dayparts": ["sun_eve", "wed_eve", "mon_pm"]}), "dayparts", json!({"move": {"tue_am": "mon_pm", "thu_pm": "wed_eve"}})),
        (json!({"no_go": ["stairs"]}), "no_go", json!({"adaptations": ["lift_help"]})),
        (json!({"no_go": ["stairs", "cold", "noise"]}), "no_go", json!({"adaptations": ["z_both"]})),
        (json!({"no_go": ["dust"]}), "no_go", json!({"leave_out": ["t3"]})),
        (json!({"no_go": ["dust", "cold"]}), "no_go", json!({"leave_out": ["t2", "t3"]})),
        (json!({"needs": ["warm_room", "quiet_place", "buddy"]}), "adaptation", json!({"adaptations": ["buddy", "warm_room"]})),
        (json!({"travel_km": 11.119}), "distance", json!({"remote": "partly"})),
    ];
    for (changes, gate, opening) in cases {
        assert_eq!(near_miss(changes.clone(), json!({})), Some((gate.to_owned(), opening)), "{changes}");
    }
    assert_eq!(near_miss(json!({}), json!({"essential_from": 1_841})), Some(("essential".into(), json!({"guidance": ["d"]}))));
    assert_eq!(near_miss(json!({}), json!({"floor": 4_867})), Some(("score_floor".into(), json!({"floor": 4_866}))));
}

#[test]
fn nothing_opens_some_gates() {
    let cases = [
        json!({"hours": {"min": 1, "max": 4}}),
        json!({"hours": {"min": 0, "max": 4.5}}),
        json!({"dayparts": ["tue_am", "thu_pm"]}),
        json!({"no_go": ["dust", "cold", "stairs"]}),
        json!({"wants_to_be_matched": null}),
        json!({"availability": "standby"}),
        json!({"work_forms": []}),
        json!({"languages": {"nl": "A2"}}),
        json!({"documents": ["conduct_certificate"]}),
    ];
    for changes in cases {
        assert_eq!(near_miss(changes.clone(), json!({})), None, "{changes}");
    }
    let nothing_ties = json!({"competences": [], "experience": [], "wishes": ["a"]});
    assert_eq!(near_miss(nothing_ties, json!({"carry_from": 10_000, "tie_from": 10_000, "weights": null})), None);
}

#[test]
fn a_gate_at_its_very_edge_is_open() {
    let cases = [
        json!({"travel_km": 11.12}),
        json!({"hours": {"min": 1, "max": 8.5}}),
        json!({"hours": {"min": 12.5, "max": 40}}),
        json!({"languages": {"nl": "B1"}}),
        json!({"no_go": null, "needs": null, "dayparts": null, "work_forms": null, "languages": null, "documents": null}),
    ];
    for changes in cases {
        assert_eq!(asked(with(expert(), changes.clone()), json!({}))["eligible"], 1, "{changes}");
    }
    assert_eq!(asked(expert(), json!({"essential_from": 1_840}))["eligible"], 1);
    assert_eq!(asked(expert(), json!({"floor": 4_866}))["eligible"], 1);
}

#[test]
fn a_barrier_counts_whom_it_alone_keeps_out() {
    let people = [
        with(expert(), json!({"id": "e-1", "no_go": ["cold", "dust"]})),
        with(expert(), json!({"id": "e-2", "no_go": ["dust"]})),
        with(expert(), json!({"id": "e-3", "no_go": ["dust"], "avoid": ["o-1"]})),
        with(expert(), json!({"id": "e-4", "avoid": ["o-1"]})),
    ];
    let folder = folder(&SEVEN, &[package()], &people);
    let answer = answers(&folder, &Question::Package("p-1".into()), &Knob::start(), "2026-11-23").unwrap().remove(0);
    let details = json!([{"detail": "cold", "alone": 0, "all": 1}, {"detail": "dust", "alone": 1, "all": 3}]);
    assert_eq!(answer["barriers"], json!([{"gate": "no_go", "alone": 2, "all": 3, "details": details}]));
    assert_eq!(answer["eligible"], 0);

    let answer = answers(&folder, &Question::Expert("e-4".into()), &Knob::start(), "2026-11-23").unwrap().remove(0);
    assert_eq!(answer.to_string(), r#"{"expert":"e-4","as_of":"2026-11-23","packages":[],"barriers":[]}"#);
}
