//! The generated worlds: that they are the same for the same seed, and that a batch of them reaches every corner of the contract.

use raakvlak_domain::experts::{Expert, RankingProfile};
use raakvlak_domain::reading::read;
use raakvlak_testkit::naive::{Folder, Knob, Question, answers, shut_gates};
use raakvlak_testkit::worlds::{Shape, Vocabulary, World};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// How many worlds the batch has in which every corner must be met; the comparisons with the fast engine take the same ones first.
const BATCH: u64 = 63;

/// Each corner with the number of times that it was met.
#[derive(Default)]
struct Corners(BTreeMap<String, usize>);

impl Corners {
    fn met(&mut self, corner: impl Into<String>) {
        *self.0.entry(corner.into()).or_default() += 1;
    }

    fn met_if(&mut self, really: bool, corner: &str) {
        if really {
            self.met(corner);
        }
    }
}

/// The knob in a file next to the folder.
pub(crate) fn write_knob(folder: &Path, number: usize, knob: &Value) -> std::path::PathBuf {
    let file = folder.with_extension(format!("knob{number}.json"));
    fs::write(&file, knob.to_string()).unwrap();
    file
}

fn look_at_world(corners: &mut Corners, world: &World, directory: &Path) {
    let path = directory.join(format!("world-{}", world.seed));
    world.write(&path).unwrap();
    let folder = Folder::read(&path).unwrap();
    for (number, knob) in world.knobs().iter().enumerate() {
        look_at_knob(corners, knob);
        let knob = Knob::read(&write_knob(&path, number, knob)).unwrap();
        for answer in answers(&folder, &Question::All, &knob, &world.as_of()).unwrap() {
            look_at_answer(corners, &answer);
        }
        look_at_gates(corners, &folder, &knob, &world.as_of());
        for expert in folder.expert_ids().into_iter().take(3) {
            let answer = &answers(&folder, &Question::Expert(expert), &knob, &world.as_of()).unwrap()[0];
            corners.met_if(list(answer, "packages").len() > 1, "several packages for one person");
            corners.met_if(list(answer, "packages").is_empty(), "no package for one person");
        }
    }
    look_at_lists(corners, &folder, &path);
    look_at_people(corners, &path);
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn look_at_knob(corners: &mut Corners, knob: &Value) {
    for (key, extremes) in [
        ("size", [5, 100]),
        ("aside_share", [0, 100]),
        ("unseen_share", [0, 100]),
        ("floor", [0, 10_000]),
        ("tie_from", [0, 10_000]),
        ("essential_from", [0, 10_000]),
        ("doubt", [0, 10_000]),
        ("carry_from", [0, 10_000]),
    ] {
        corners.met_if(knob[key] == extremes[0], &format!("{key} at its least"));
        corners.met_if(knob[key] == extremes[1], &format!("{key} at its most"));
    }
    let weights = || knob["weights"].as_object().into_iter().flat_map(|weights| weights.values());
    corners.met_if(weights().any(|weight| *weight == 0), "a weight of zero");
}

fn look_at_answer(corners: &mut Corners, answer: &Value) {
    let eligible = answer["eligible"].as_u64().unwrap();
    corners.met_if(eligible > 100, "more than a hundred eligible");
    corners.met_if(eligible == 0, "nobody eligible");
    let applied = answer["weights"]["applied"].as_object().unwrap();
    corners.met_if(applied.values().all(|weight| *weight == 0), "only silent criteria have weight");
    for criterion in answer["weights"]["asked"].as_object().unwrap().keys() {
        corners.met_if(!applied.contains_key(criterion), &format!("{criterion} silent"));
    }
    for barrier in list(answer, "barriers") {
        let several = list(barrier, "details").iter().map(|detail| detail["all"].as_u64().unwrap()).sum::<u64>();
        corners.met_if(several > barrier["all"].as_u64().unwrap(), &format!("{} shut for two details at once", text(&barrier["gate"])));
    }
    list(answer, "near_misses").iter().for_each(|near_miss| look_at_near_miss(corners, near_miss));
    look_at_shortlist(corners, list(answer, "shortlist"));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn look_at_near_miss(corners: &mut Corners, near_miss: &Value) {
    let gate = text(&near_miss["gate"]);
    for (kind, opening) in near_miss["opening"].as_object().unwrap() {
        corners.met(format!("{gate} opened by {kind}"));
        let several = opening.as_array().map_or_else(|| opening.as_object().map_or(0, |moves| moves.len()), Vec::len);
        corners.met_if(several > 1, &format!("{gate} opened by several {kind}"));
        corners.met_if(opening["min"].is_f64() || opening["max"].is_f64(), "an opening with half hours");
    }
}

fn look_at_shortlist(corners: &mut Corners, shortlist: &[Value]) {
    for person in shortlist {
        corners.met_if(person["kept_place"].is_string(), &format!("kept place {}", person["kept_place"]));
        list(person, "asks").iter().for_each(|ask| corners.met(format!("asks {}", text(ask))));
        for criterion in person["criteria"].as_object().unwrap() {
            corners.met_if(criterion.1 == 0, &format!("{} at 0", criterion.0));
            corners.met_if(criterion.1 == 10_000, &format!("{} at 10 000", criterion.0));
        }
    }
    for pair in shortlist.windows(2) {
        let same = |key: &str| pair[0][key] == pair[1][key];
        corners.met_if(same("score") && same("turn"), "order by id");
        corners.met_if(same("score") && !same("turn"), "order by turn");
        let letters = |person: &Value| text(&person["expert"]).encode_utf16().collect::<Vec<_>>();
        corners.met_if(same("score") && same("turn") && letters(&pair[0]) > letters(&pair[1]), "order by bytes that differs from UTF-16");
    }
    let kept = |rule: &str| shortlist.iter().any(|person| person["kept_place"] == rule);
    corners.met_if(kept("aside") && kept("unseen"), "both rules keep places in one list");
}

fn look_at_gates(corners: &mut Corners, folder: &Folder, knob: &Knob, as_of: &str) {
    for (_, _, shut) in shut_gates(folder, knob, as_of).unwrap() {
        shut.iter().for_each(|gate| corners.met(format!("{gate} shut")));
        corners.met_if(shut.len() == 1, &format!("{} alone", shut.first().unwrap_or(&"none")));
    }
}

/// Whether lists of similar competences are cut off, and whether somebody has what was cut off.
fn look_at_lists(corners: &mut Corners, folder: &Folder, path: &Path) {
    let asked: BTreeSet<String> = lines(path, "packages.jsonl").iter().flat_map(requirements).collect();
    let held: BTreeSet<String> = lines(path, "experts.jsonl").iter().flat_map(held).collect();
    for asked in asked {
        let (_, tie) = folder.similarities().cut_off(&asked);
        corners.met_if(tie, "a list cut off among equals");
        corners.met_if(
            held.iter().any(|held| folder.similarities().lost(held, &asked).is_some()),
            "a competence that found no place in the list",
        );
        for held in &held {
            let value = folder.similarities().sim(held, &asked);
            corners.met_if(value == 6_000, "related competences");
            corners.met_if((8_500..10_000).contains(&value), "descendants further down");
            corners.met_if(value == 8_500, "descendants four steps down or more");
            corners.met_if((2_000..5_500).contains(&value), "kin or together in part");
        }
    }
}

fn lines(path: &Path, file: &str) -> Vec<Value> {
    fs::read_to_string(path.join(file)).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn requirements(package: &Value) -> Vec<String> {
    let asked = list(package, "tasks").iter().flat_map(|task| list(task, "requirements"));
    asked.map(|asked| text(&asked["competence"]).to_owned()).collect()
}

fn held(expert: &Value) -> Vec<String> {
    list(expert, "competences").iter().map(|held| text(&held["competence"]).to_owned()).collect()
}

fn look_at_people(corners: &mut Corners, path: &Path) {
    let experts = lines(path, "experts.jsonl");
    corners.met_if(experts.is_empty(), "an empty pool");
    corners.met_if(experts.len() == 1, "one person alone");
    let hours = |expert: &Value, end: &str| expert["hours"][end].as_f64();
    for expert in &experts {
        corners.met_if(expert["travel_km"] == 0, "a travel limit of 0");
        corners.met_if(hours(expert, "max") < hours(expert, "min"), "wanted hours that end before they start");
        let committed = expert["committed_hours"].as_f64();
        corners.met_if(committed > hours(expert, "max") && hours(expert, "max").is_some(), "less than nothing left");
        corners.met_if(committed > Some(0.0) && committed == hours(expert, "max"), "nothing left");
        for key in ["competences", "wishes", "no_go", "needs", "dayparts", "languages", "documents", "work_forms", "experience"] {
            let value = expert.get(key);
            corners.met_if(value.is_none(), &format!("{key} missing"));
            corners.met_if(value == Some(&Value::Null), &format!("{key} null"));
            corners.met_if(value.is_some_and(|told| told.to_string().len() == 2), &format!("{key} told none"));
        }
    }
}

const GATES: [&str; 13] = [
    "unavailable",
    "avoided",
    "work_form",
    "no_go",
    "adaptation",
    "hours",
    "dayparts",
    "distance",
    "language",
    "document",
    "essential",
    "tie",
    "score_floor",
];

const CRITERIA: [&str; 9] = ["tasks", "competence", "experience", "development", "energy", "proximity", "hours", "comfort", "turn"];

/// Every corner that a batch has to meet. No world has an active rule.
fn wanted_corners() -> Vec<String> {
    let plain = "no_go opened by adaptations|no_go opened by several adaptations|no_go opened by leave_out|no_go opened by several leave_out|\
        adaptation opened by adaptations|adaptation opened by several adaptations|hours opened by hours|an opening with half hours|\
        dayparts opened by move|dayparts opened by several move|distance opened by remote|essential opened by guidance|\
        essential opened by several guidance|score_floor opened by floor|kept place \"aside\"|kept place \"unseen\"|\
        both rules keep places in one list|more than a hundred eligible|nobody eligible|only silent criteria have weight|a weight of zero|\
        order by id|order by turn|order by bytes that differs from UTF-16|a list cut off among equals|\
        a competence that found no place in the list|related competences|descendants further down|descendants four steps down or more|\
        kin or together in part|an empty pool|one person alone|a travel limit of 0|wanted hours that end before they start|\
        less than nothing left|nothing left|several packages for one person|no package for one person|none alone";
    let mut wanted: Vec<String> =
        plain.replace("none alone", "unavailable shut for two details at once").split('|').map(str::to_owned).collect();
    wanted.extend(GATES.iter().flat_map(|gate| [format!("{gate} shut"), format!("{gate} alone")]));
    wanted.extend(
        ["no_go", "adaptation", "dayparts", "language", "document", "essential"].map(|gate| format!("{gate} shut for two details at once")),
    );
    wanted.extend(CRITERIA.iter().take(6).chain(["comfort"].iter()).map(|criterion| format!("{criterion} silent")));
    wanted.extend(CRITERIA.iter().flat_map(|criterion| [format!("{criterion} at 0"), format!("{criterion} at 10 000")]));
    let asks =
        "competences dayparts documents energy experience helps hours languages needs no_go place rather_not travel_km wishes work_forms";
    wanted.extend(asks.split(' ').map(|ask| format!("asks {ask}")));
    let settings = ["size", "aside_share", "unseen_share", "floor", "tie_from", "essential_from", "doubt", "carry_from"];
    wanted.extend(settings.iter().flat_map(|key| [format!("{key} at its least"), format!("{key} at its most")]));
    let keys = ["competences", "wishes", "no_go", "needs", "dayparts", "languages", "documents", "work_forms", "experience"];
    wanted.extend(keys.iter().flat_map(|key| ["missing", "null", "told none"].map(|how| format!("{key} {how}"))));
    wanted
}

#[test]
fn a_batch_of_worlds_reaches_every_corner() {
    let directory = tempfile::tempdir().unwrap();
    let mut corners = Corners::default();
    for seed in 0..BATCH {
        look_at_world(&mut corners, &World::numbered(seed), directory.path());
    }
    let counts: Vec<String> = corners.0.iter().map(|(corner, times)| format!("{times:>7} {corner}")).collect();
    println!("{}", counts.join("\n"));
    let never: Vec<String> = wanted_corners().into_iter().filter(|corner| !corners.0.contains_key(corner)).collect();
    assert!(never.is_empty(), "the worlds no longer reach: {never:#?}");
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let here = fs::read_dir(folder).unwrap().chain(fs::read_dir(folder.join("vocabulary")).unwrap()).map(|entry| entry.unwrap().path());
    here.filter(|path| path.is_file())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn a_seed_always_makes_the_same_world() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, seed: u64| {
        World::numbered(seed).write(&directory.path().join(name)).unwrap();
        files(&directory.path().join(name))
    };
    assert_eq!(write("one", 5), write("same", 5));
    assert_ne!(write("one", 5)["experts.jsonl"], write("other", 14)["experts.jsonl"]);
}

#[test]
fn a_world_as_large_as_esco_can_be_asked() {
    let directory = tempfile::tempdir().unwrap();
    let world = World { seed: 1, shape: Shape::Even, experts: 40, packages: 1, vocabulary: Vocabulary::EscoShaped };
    world.write(directory.path()).unwrap();
    let concepts = fs::read_to_string(directory.path().join("vocabulary/competences.csv")).unwrap();
    assert_eq!(concepts.lines().count(), 1 + 14_579);
    let folder = Folder::read(directory.path()).unwrap();
    let answers = answers(&folder, &Question::All, &Knob::start(), &world.as_of()).unwrap();
    assert_eq!(answers.len(), 1);
}

#[test]
fn a_world_can_stand_on_a_given_vocabulary() {
    let Some(data) = std::env::var_os("RAAKVLAK_DATA") else {
        println!("skipped: RAAKVLAK_DATA is not set");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let vocabulary = Vocabulary::Given(Path::new(&data).join("esco/vocabulary"));
    let world = World { seed: 3, shape: Shape::Even, experts: 40, packages: 1, vocabulary };
    world.write(directory.path()).unwrap();
    let folder = Folder::read(directory.path()).unwrap();
    let answers = answers(&folder, &Question::All, &Knob::start(), &world.as_of()).unwrap();
    assert!(!list(&answers[0], "barriers").is_empty());
}

/// What ranking reads of a profile at a quick look is what the profile says, whatever people tell.
#[test]
fn profiles_are_quickly_read_as_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let mut people = 0;
    for seed in 0..40 {
        let path = directory.path().join(format!("world-{seed}"));
        World::numbered(seed).write(&path).unwrap();
        for line in fs::read_to_string(path.join("experts.jsonl")).unwrap().lines() {
            let expert: Expert = read(line).unwrap();
            let written = serde_json::to_string(&expert).unwrap();
            let told = RankingProfile::from(&expert);
            let Some(quick) = RankingProfile::read(&written) else {
                assert!(written.contains('\\'), "only what is escaped takes a longer look: {written}");
                continue;
            };
            let RankingProfile { id, registered, last_offered, last_shown, wants_to_be_matched, availability, .. } = told;
            assert_eq!(
                RankingProfile { id, registered, last_offered, last_shown, wants_to_be_matched, availability, ..quick },
                told,
                "{line}"
            );
            people += 1;
        }
    }
    assert!(people > 1_000, "{people}");
}
