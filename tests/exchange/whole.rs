//! Everything that a store has goes out and comes in elsewhere: the same in meaning, and the same bytes when it goes out again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use raakvlak_domain::experts::Expert;
use raakvlak_domain::knobs::{MatcherSetting, Scope};
use raakvlak_domain::matches::{MatchState, Verb};
use raakvlak_domain::packages::PackagesKnob;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::reading::Fresh;
use raakvlak_domain::rules::{Rule, RulesKnob};
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_service::actor::Actor;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::exchange::watch::Watch;
use raakvlak_service::experts::HOURS_EXCEEDED;
use raakvlak_service::imports::{Done, Refused};
use raakvlak_store::matches::carried;
use raakvlak_store::{erasure, experts, knobs, matches, organisations, packages, todos, users};
use raakvlak_testkit::database::{Kind, TestDatabase};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Empty, ORGANISATION, Town, expert_of, hours, of, path, prose};
use serde_json::{Value, json};

use crate::folders::told;

/// The other of the two databases.
fn other(kind: Kind) -> Kind {
    match kind {
        Kind::Sqlite => Kind::Postgres,
        Kind::Postgres => Kind::Sqlite,
    }
}

/// Every file under a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for part in [folder.to_owned(), folder.join("vocabulary")] {
        for entry in std::fs::read_dir(part).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            all.insert(entry.path().strip_prefix(folder).unwrap().display().to_string(), std::fs::read(entry.path()).unwrap());
        }
    }
    all
}

fn assert_same_bytes(first: &Path, second: &Path) {
    let (one, two) = (contents(first), contents(second));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        let pairs = bytes.split(|byte| *byte == b'\n').zip(two[name].split(|byte| *byte == b'\n'));
        for (line, (one, two)) in pairs.enumerate() {
            assert_eq!(String::from_utf8_lossy(one), String::from_utf8_lossy(two), "{name}:{}", line + 1);
        }
        assert_eq!(bytes.len(), two[name].len(), "{name}");
    }
}

fn brought_in(desk: &raakvlak_service::desk::Desk, folder: &Path) -> Result<Done, Refused> {
    desk.import(&Actor::system(), folder, false, &Watch::default())
}

/// A town with a match in every state, and everything else that can be told of them.
fn full(database: &TestDatabase) -> Town {
    let town = Town::on(database);
    for why in ["to begin with", "again"] {
        let number = u64::from(why == "again");
        town.desk.turn_knob(&town.mediator, &Scope::Network, Some(MatcherSetting::default()), prose(why), number).unwrap();
    }
    let parts: PackagesKnob = of(&json!({ "smallest": 4, "largest": 12, "onboarding_most": 8 }));
    town.desk.turn_plain_knob(&town.mediator, &Scope::Network, Some(parts), prose("smaller parts"), 0).unwrap();
    let threshold: ThresholdKnob =
        of(&json!({ "essential_from": 100, "diploma": "score", "publish_fields": ["reward"], "intake_days": 7 }));
    town.desk.turn_plain_knob(&town.mediator, &Scope::Network, Some(threshold), prose("a low threshold"), 0).unwrap();
    ruled(&town);
    let bakery = of(&json!(ORGANISATION));
    town.desk.vet_organisation(&town.mediator, &bakery, true, 1).unwrap();
    let programme = of(&json!({ "id": "x", "name": "Zorgreserve", "position": "energy" }));
    let programme = town.desk.create_programme(&town.steward, programme).unwrap().value.id;
    town.desk.enrol_organisation(&town.steward, &programme, &bakery, true).unwrap();
    let scope = Scope::Programme(programme);
    town.desk.turn_knob(&town.mediator, &scope, Some(MatcherSetting::default()), prose("of its own"), 0).unwrap();
    town.desk.turn_knob(&town.mediator, &scope, None, prose("nothing of its own"), 1).unwrap();
    let arranged = json!({ "hours": 4.5, "start": "2026-12-01", "end": "2027-06-30", "build_up": [{ "until": "2026-12-13", "hours": 2 }],
        "dayparts": ["mon_am"], "adaptations": ["quiet_place"], "instruments": ["jobcoach"], "notes": "samen \"rustig\" beginnen" });
    for state in MatchState::ALL {
        let person = town.person(
            &format!("e-{state}"),
            json!({ "hours": { "min": 0, "max": 16 }, "committed_hours": 3.5, "commitments": [{ "hours": 2, "end": "2026-12-20" }] }),
        );
        let found = town.led_to(*state, &person, &town.work(&format!("p-{state}"), 1), &arranged);
        if *state == MatchState::Active {
            town.clock.advance(15 * 86_400);
            town.desk.check_in(&person, &found, of(&json!({ "energy": 2, "need": "talk", "text": "de nachten zijn kort" }))).unwrap();
            town.desk.check_in(&town.employee, &found, of(&json!({ "energy": 5 }))).unwrap();
        }
        if *state == MatchState::Active {
            town.clock.advance(30 * 86_400);
            town.desk.ask_how_it_goes().unwrap();
            let active = town.read(carried::all).into_iter().find(|whole| whole.id == found).unwrap();
            assert!(active.check_ins.iter().any(|asked| asked.put && asked.check_in.answer.is_none()), "a question that is due was put");
        }
        if *state == MatchState::Closed {
            town.desk.evaluate(&person, &found, of(&json!({ "rating": 5, "again": true, "text": "fijn" }))).unwrap();
        }
    }
    rearranged(&town, &arranged);
    reworded(&town, &arranged);
    told_and_taken_back(&town);
    lowered(&town);
    let gone = town.user("u-gone", &["mediator"], &[], None);
    town.desk.turn_knob(&gone, &Scope::Network, Some(MatcherSetting::default()), prose("by somebody who left"), 2).unwrap();
    town.desk.erase_user(&Actor::system(), &gone.user).unwrap();
    town
}

/// A rule in two versions, one of those to start with that ended, and a turn of the rules knob.
fn ruled(town: &Town) {
    let both = json!({ "nl": "Een maatje", "en": "A buddy" });
    let written = |told: Value| {
        let mut whole = json!({ "id": "buddy", "title": both, "decided_by": both, "text": both, "effect": "warn",
            "when": "arrangement.guidance_hours >= 1.0" });
        whole.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        town.desk.write_rule(&town.steward, of::<Fresh<Rule>>(&whole).0, prose("afgesproken")).unwrap()
    };
    written(json!({ "valid_until": "2026-12-31" }));
    written(json!({ "valid_from": "2027-01-01", "when": "arrangement.guidance_hours >= 2.0" }));
    let (id, day) = (of(&json!("call_up_notice")), of(&json!("2027-03-31")));
    let version = town.desk.rule(&town.steward, &id).unwrap().version;
    town.desk.end_rule(&town.steward, &id, (of(&json!(1)), day), prose("voorbij"), version).unwrap();
    let setting: RulesKnob = of(&json!({ "switches": [{ "rule": "buddy", "act": "off" }] }));
    town.desk.turn_plain_knob(&town.mediator, &Scope::Network, Some(setting), prose("eerst zonder"), 0).unwrap();
}

/// Somebody said yes, something changed, and they said yes again, with a question in between.
fn rearranged(town: &Town, arranged: &Value) {
    let person = town.person("e-rearranged", json!({}));
    let found = town.led_to(MatchState::Agreed, &person, &town.work("p-rearranged", 2), arranged);
    town.step(&found, Verb::Rearrange, &person, &hours(6.0, "2027-01-04"));
    let ask = town.decision(Verb::Ask, None, arranged).unwrap();
    town.decide(&person, &found, ask).unwrap();
    for verb in [Verb::Answer, Verb::Accept, Verb::Introduce, Verb::Agree, Verb::Confirm] {
        town.clock.advance(60);
        town.step(&found, verb, &person, arranged);
    }
}

/// A match keeps the wording that it was made on.
fn reworded(town: &Town, arranged: &Value) {
    let package = town.work("p-reworded", 3);
    let person = town.person("e-reworded", json!({}));
    let _ = town.led_to(MatchState::Offered, &person, &package, arranged);
    let stored = town.read(|db| packages::get(db, &package)).unwrap();
    let worded = TaskPackage { title: of(&json!("Bakker en bezorger")), ..stored.package };
    let version = town.desk.update_package(&town.employee, worded, &package, stored.version).unwrap().version;
    town.desk.take_in_package(&town.mediator, &package, version).unwrap();
}

/// Every optional thing about a person, and a consent that was taken back.
fn told_and_taken_back(town: &Town) {
    let told = json!({
        "display_name": "Noor", "aside_since": "2021-05-01", "answered_on": "2026-10-01", "last_offered": "2026-09-01", "story": "regel een\nregel twee",
        "contact": { "name": "Noor Visser", "email": "noor@example.org", "phone": "06" }, "income": { "benefit": "sickness" },
        "experience": ["debt"], "energy": { "gives": ["talking"], "drains": [] }, "no_go": ["night_work"], "needs": ["quiet_place"], "wishes": [],
        "place": { "lat": 52.370_001, "lon": 4.9 }, "travel_km": 12.125, "languages": { "nl": "B1" }, "documents": ["conduct_certificate"],
        "work_forms": ["volunteering"], "avoid": ["o-school"], "disclosure": { "story": "organisation", "income": "mediator" },
    });
    let person = town.person("e-told", told);
    let id = expert_of(&person);
    let profile = town.desk.expert(&person, &id).unwrap();
    town.clock.advance(3_600);
    let without = Expert { story: None, income: None, ..profile.value };
    town.desk.update_expert(&person, without, &id, profile.version).unwrap();
    let programme = town.read(|db| raakvlak_store::programmes::page(db, None, 1)).remove(0).programme.id;
    town.desk.enrol_expert(&person, &programme, &id, true).unwrap();
}

/// Somebody wants fewer hours than they have confirmed.
fn lowered(town: &Town) {
    let person = town.person("e-lowered", json!({ "hours": { "min": 0, "max": 16 } }));
    let id = expert_of(&person);
    let _ = town.led_to(MatchState::Confirmed, &person, &town.work("p-lowered", 1), &hours(12.0, "2026-12-01"));
    let profile = town.desk.expert(&person, &id).unwrap();
    let fewer = Expert { hours: Some(of(&json!({ "min": 0, "max": 8 }))), ..profile.value };
    town.desk.update_expert(&person, fewer, &id, profile.version).unwrap();
}

on_both_databases!(everything_comes_back_from_the_other_database, |database| {
    let town = full(&database);
    let place = tempfile::tempdir().unwrap();
    let (first, second) = (place.path().join("first"), place.path().join("second"));
    let out = town.desk.export(&Actor::system(), &first).unwrap();
    assert_eq!((out.matches, out.knobs, out.rules), (MatchState::ALL.len() + 3, 8, 3));
    for word in ["sign_in", "session", "refresh", "key_id", "digest"] {
        assert!(
            contents(&first).iter().all(|(name, bytes)| name.starts_with("vocabulary") || !String::from_utf8_lossy(bytes).contains(word)),
            "{word}"
        );
    }

    let elsewhere = TestDatabase::new(other(database.kind()));
    let copy = Empty::on(&elsewhere);
    copy.clock.advance(100 * 86_400);
    let dry = copy.desk.import(&Actor::system(), &first, true, &Watch::default()).unwrap_or_else(|refused| panic!("{refused:?}"));
    assert_eq!(copy.read(experts::count) + copy.read(users::count), 0, "a dry run keeps nothing");
    let done = brought_in(&copy.desk, &first).unwrap();
    assert_eq!((&done, done.counts.vocabulary), (&dry, false), "the words are those in force already");
    assert_eq!((done.counts.matches, done.counts.users, done.counts.experts), (out.matches, out.users, out.experts));
    copy.desk.export(&Actor::system(), &second).unwrap();
    assert_same_bytes(&first, &second);

    // The same in meaning, as the rows tell.
    assert_eq!(town.read(carried::all), copy.read(carried::all));
    assert_eq!(town.read(knobs::all), copy.read(knobs::all));
    assert_eq!(town.read(experts::all_consents), copy.read(experts::all_consents));
    let vetted = |found: Vec<(organisations::StoredOrganisation, _)>| -> Vec<_> {
        found.into_iter().map(|(found, by)| (found.organisation, found.vetted_at, by)).collect()
    };
    assert_eq!(vetted(town.read(organisations::all)), vetted(copy.read(organisations::all)));
    assert_eq!(town.read(packages::carried::all), copy.read(packages::carried::all));
    // What waits for a mediator waits there too, and life goes on.
    let open: Vec<String> = copy
        .read(|db| todos::list(db, &todos::TodoQuery::default()))
        .into_iter()
        .map(|todo| format!("{} {}", todo.kind, todo.object_id))
        .collect();
    assert!(open.contains(&format!("{HOURS_EXCEEDED} e-lowered")), "{open:?}");
    let checked = copy.desk.check(|| ()).unwrap();
    assert!(checked.whole, "{:#?}", checked.violations);
    let mediator = copy.desk.actor_for_user(&town.mediator.user).unwrap();
    let agreed = carried_in(&copy, MatchState::Agreed);
    let version = copy.read(|db| matches::get(db, &agreed)).unwrap().version;
    let confirm = town.decision(Verb::Confirm, Some(1), &json!({})).unwrap();
    let confirmed = copy.desk.decide(&mediator, &agreed, confirm, version).unwrap();
    assert_eq!(confirmed.value.state, MatchState::Confirmed);
});

fn carried_in(town: &Empty, state: MatchState) -> raakvlak_domain::identifiers::MatchId {
    town.read(carried::all).into_iter().find(|whole| whole.state == state).unwrap().id
}

on_both_databases!(an_imported_person_can_be_erased_altogether, |database| {
    let town = full(&database);
    let place = tempfile::tempdir().unwrap();
    let first = place.path().join("first");
    town.desk.export(&Actor::system(), &first).unwrap();
    let copy_of = TestDatabase::new(other(database.kind()));
    let copy = Empty::on(&copy_of);
    brought_in(&copy.desk, &first).unwrap();
    let (expert, user) = (of(&json!("e-active")), of(&json!("u-e-active")));
    copy.desk
        .store()
        .write(move |tx| {
            erasure::erase_expert(tx, &expert)?;
            erasure::erase_user(tx, &user)
        })
        .unwrap();
    let second = place.path().join("second");
    copy.desk.export(&Actor::system(), &second).unwrap();
    for (name, bytes) in contents(&second) {
        assert!(!String::from_utf8_lossy(&bytes).contains("e-active"), "{name}");
    }
    assert!(contents(&first).values().any(|bytes| String::from_utf8_lossy(bytes).contains("e-active")));
});

/// A full folder, with one file of it changed.
fn spoiled(first: &Path, file: &str, change: impl Fn(&str) -> String) -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("spoiled");
    std::fs::create_dir_all(path.join("vocabulary")).unwrap();
    for (name, bytes) in contents(first) {
        let bytes = if name == file { change(std::str::from_utf8(&bytes).unwrap()).into_bytes() } else { bytes };
        std::fs::write(path.join(name), bytes).unwrap();
    }
    (place, path)
}

/// The line of a file that holds this text, as JSON, changed.
fn changed_line(text: &str, having: &str, change: &dyn Fn(&mut Value)) -> String {
    let mut hits = 0;
    let lines = text.lines().map(|line| {
        if !line.contains(having) {
            return line.to_owned();
        }
        hits += 1;
        let mut record: Value = serde_json::from_str(line).unwrap();
        change(&mut record);
        record.to_string()
    });
    let lines: Vec<String> = lines.collect();
    assert_eq!(hits, 1, "{having}");
    lines.join("\n")
}

/// A file, what the line of it holds that is changed, how, and which faults that makes.
type Case<'a> = (&'a str, &'a str, &'a dyn Fn(&mut Value), &'a [&'a str]);

#[test]
fn a_folder_that_breaks_a_promise_is_refused_with_every_fault() {
    let town = full(&TestDatabase::new(Kind::Sqlite));
    let place = tempfile::tempdir().unwrap();
    let first = place.path().join("first");
    town.desk.export(&Actor::system(), &first).unwrap();
    let copy_of = TestDatabase::new(Kind::Sqlite);
    let copy = Empty::on(&copy_of);
    let cases: [Case<'_>; 22] = [
        // Confirmed without a yes, or with a yes to another version, or by one person for two sides.
        (
            "matches.jsonl",
            r#""state":"confirmed","origin":"shortlist","arrangement":{"version":1,"arrangement":{"hours":4.5"#,
            &|record| drop(record["arrangement"]["yeses"].as_array_mut().unwrap().remove(2)),
            &["/arrangement/yeses approval_missing", "/history/5/verb approval_missing"],
        ),
        (
            "matches.jsonl",
            r#""expert":"e-agreed""#,
            &|record| record["arrangement"]["yeses"] = json!([]),
            &["/arrangement/yeses approval_missing", "/history/3/verb approval_missing", "/history/5/verb approval_missing"],
        ),
        (
            "matches.jsonl",
            r#""expert":"e-rearranged""#,
            &|record| {
                let yeses = record["earlier"][0]["yeses"].take();
                (record["earlier"][0]["yeses"], record["arrangement"]["yeses"]) = (json!([]), yeses);
            },
            &["/arrangement/yeses approval_missing", "/arrangement/yeses/0/at expected"],
        ),
        (
            "matches.jsonl",
            r#""expert":"e-active""#,
            &|record| {
                let mediator = record["arrangement"]["yeses"][1]["user"].clone();
                record["arrangement"]["yeses"][0]["user"] = mediator;
            },
            &["/arrangement/yeses/0/user expected", "/arrangement/yeses/0/user same_person"],
        ),
        // A history that leads elsewhere.
        (
            "matches.jsonl",
            r#""expert":"e-offered""#,
            &|record| record["state"] = json!("confirmed"),
            &["/state expected", "/arrangement/yeses approval_missing"],
        ),
        (
            "matches.jsonl",
            r#""expert":"e-suggested""#,
            &|record| record["knobs"][0]["version"] = json!("k-none"),
            &["/knobs/0/version dangling"],
        ),
        (
            "matches.jsonl",
            r#""expert":"e-reviewed""#,
            &|record| record["knobs"][0]["from"] = json!("start"),
            &["/knobs/0/version expected"],
        ),
        ("matches.jsonl", r#""expert":"e-suggested""#, &|record| record["history"] = json!([]), &["/history too_few"]),
        (
            "matches.jsonl",
            r#""expert":"e-reviewed""#,
            &|record| {
                record["history"][1]["verb"] = json!("introduce");
                record["history"][1]["party"] = json!("expert");
            },
            &["/history/1/verb does_not_follow", "/history/1/party not_one_of"],
        ),
        // What is referred to.
        (
            "matches.jsonl",
            r#""expert":"e-dismissed""#,
            &|record| {
                record["package"] = json!("p-nowhere");
                record["history"][0]["actor"] = json!("u-nobody");
                record["matcher_version"] = json!("k-never");
            },
            &["/package dangling", "/history/0/actor dangling", "/matcher_version dangling"],
        ),
        ("matches.jsonl", r#""expert":"e-expired""#, &|record| record["revision"] = json!(2), &["/revision out_of_range"]),
        (
            "users.jsonl",
            r#""id":"u-employee""#,
            &|record| {
                record["organisations"] = json!(["o-nowhere"]);
                record["expert"] = json!("e-told");
            },
            &["/organisations/0 dangling"],
        ),
        ("knobs.jsonl", r#""why":"again""#, &|record| record["number"] = json!(7), &["/number expected"]),
        (
            "knobs.jsonl",
            r#""why":"again""#,
            &|record| record["setting"]["essential_from"] = json!(3_000),
            &["/setting/essential_from of_knob"],
        ),
        ("knobs.jsonl", r#""why":"of its own""#, &|record| record["scope_id"] = json!("i-none"), &["/scope_id dangling"]),
        ("organisations.jsonl", r#""id":"o-bakery""#, &|record| record["vetted_by"] = json!("u-nobody"), &["/vetted_by dangling"]),
        // Hours, places, and consent.
        ("experts.jsonl", r#""id":"e-lowered""#, &|record| record["hours_exceeded"] = json!(false), &["/hours/max hours_exceeded"]),
        ("experts.jsonl", r#""id":"e-told""#, &|record| record["story"] = json!("toch"), &["/story consent_withdrawn"]),
        ("experts.jsonl", r#""id":"e-told""#, &|record| record["committed_hours"] = json!(4), &["/committed_hours derived"]),
        ("matches.jsonl", r#""expert":"e-withdrawn""#, &|record| record["history"][0]["note"] = json!(1), &["/history/0/note unknown_key"]),
        (
            "matches.jsonl",
            r#""expert":"e-closed""#,
            &|record| record["check_ins"][0]["answer"] = json!({ "energy": 3 }),
            &["/check_ins/0/answered_at missing"],
        ),
        (
            "packages.jsonl",
            r#""id":"p-reworded""#,
            &|record| record["earlier"][0]["wording"]["tasks"] = json!([]),
            &["/earlier/0/wording/tasks too_few"],
        ),
    ];
    for (file, having, change, expected) in cases {
        let (_place, path) = spoiled(&first, file, |text| changed_line(text, having, change));
        let Err(Refused::Faults(faults)) = brought_in(&copy.desk, &path) else { panic!("{having} is not refused") };
        let found: Vec<String> = told(&faults).iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect();
        for fault in expected {
            assert!(found.contains(&(*fault).to_owned()), "{having}: {fault} is not among {found:?}");
        }
        assert!(told(&faults).iter().any(|line| line.starts_with(file)), "{having}: {:?}", told(&faults));
        assert_eq!(copy.read(experts::count) + copy.read(users::count), 0, "{having}: something was kept");
    }
    // Two people on one place.
    let (_place, path) = spoiled(&first, "matches.jsonl", |text| {
        changed_line(text, r#""expert":"e-active""#, &|record| record["package"] = json!("p-confirmed"))
    });
    let Err(Refused::Faults(faults)) = brought_in(&copy.desk, &path) else { panic!("not refused") };
    assert!(told(&faults).iter().any(|line| line.ends_with("/capacity places_exceeded")), "{faults}");
    // A whole folder comes in once.
    brought_in(&copy.desk, &first).unwrap();
    let Err(Refused::Faults(faults)) = brought_in(&copy.desk, &first) else { panic!("not refused") };
    assert!(faults.total() > 60 && faults.faults.iter().all(|fault| fault.fault.kind.code() == "exists"), "{faults}");
}

on_both_databases!(what_comes_beside_is_held_against_what_is_there, |database| {
    let town = Town::on(&database);
    let person = town.person("e-1", json!({ "hours": { "min": 0, "max": 8 } }));
    let arranged = hours(5.0, "2026-12-01");
    let _ = town.led_to(MatchState::Confirmed, &person, &town.work("p-1", 2), &arranged);
    let place = tempfile::tempdir().unwrap();
    let (first, more) = (place.path().join("first"), place.path().join("more"));
    town.desk.export(&Actor::system(), &first).unwrap();
    // The same match once more, under another name, on another package.
    let second = town.work("p-2", 1);
    std::fs::create_dir(&more).unwrap();
    let matches = std::fs::read_to_string(first.join("matches.jsonl")).unwrap();
    let id = serde_json::from_str::<Value>(&matches).unwrap()["id"].as_str().unwrap().to_owned();
    let again = matches.replace(&id, "m-again").replace("\"p-1\"", &format!("\"{second}\""));
    std::fs::write(more.join("matches.jsonl"), &again).unwrap();
    let before = town.read(matches::carried::ids).len();
    let refused = brought_in(&town.desk, &more).unwrap_err();
    assert_eq!(refused, Refused::Failed(Error::Conflict(Conflict::Hours { heaviest: 100, most: 80 })));
    assert_eq!(town.read(matches::carried::ids).len(), before, "nothing is kept");
    std::fs::write(more.join("matches.jsonl"), again.replace("\"hours\":5", "\"hours\":3")).unwrap();
    brought_in(&town.desk, &more).unwrap();
    assert_eq!(town.read(matches::carried::ids).len(), before + 1);
});

#[test]
fn a_state_can_be_reached_by_its_path() {
    // The story above is only full while every state has a path.
    assert!(MatchState::ALL.iter().filter(|state| path(**state).is_empty()).count() == 1);
}

on_both_databases!(hours_told_count_the_same_on_every_side, |database| {
    let committed = |town: &Town| {
        let path = tempfile::tempdir().unwrap().keep();
        town.desk.export(&Actor::system(), &path.join("out")).unwrap();
        std::fs::read_to_string(path.join("out/experts.jsonl")).unwrap()
    };
    let town = Town::on(&database);
    let told = json!({ "hours": { "min": 0, "max": 16 }, "committed_hours": 10, "commitments": [{ "hours": 4 }] });
    let ben = town.person("e-ben", told);
    assert!(committed(&town).contains(r#""committed_hours":10"#), "without matches it is told as it was");
    let agreed = town.led_to(MatchState::Agreed, &ben, &town.work("p-1", 1), &hours(6.1, "2026-12-01"));
    let confirm = town.decision(Verb::Confirm, Some(1), &json!({})).unwrap();
    let refused = town.decide(&town.second, &agreed, confirm).unwrap_err();
    assert_eq!(refused, Error::Conflict(Conflict::Hours { heaviest: 161, most: 160 }), "the greater of the two, and what is arranged");
    let line = committed(&town);
    assert!(line.contains(r#""committed_hours":null"#), "{line}");
    let commitments: Value = serde_json::from_str::<Value>(&line).unwrap()["commitments"].clone();
    let hours: Vec<f64> = commitments.as_array().unwrap().iter().map(|one| one["hours"].as_f64().unwrap()).collect();
    assert_eq!(hours, [4.0, 6.0]);
});

#[test]
fn the_command_line_brings_in_tells_what_it_left_and_tries_first() {
    let database = TestDatabase::new(Kind::Sqlite);
    let given = crate::folders::Given::files(&[
        ("experts.jsonl", r#"{"id":"e-1","place":{"postcode":"1012"}}"#),
        ("notes.txt", "for later"),
        ("postcodes.csv", "postcode,lat,lon,municipality,region\n1012,52.37,4.90,GM0363,AM18\n"),
    ]);
    let folder = given.path().display().to_string();
    let url = format!("--database-url={}", database.url());
    let data = format!("--data-dir={}", database.folder().join("cli").display());
    let typed = |words: &[&str]| crate::commands::typed(&[words, &[url.as_str(), data.as_str(), "--language=en"]].concat());
    let unknown = typed(&["import", &folder]);
    assert_eq!((unknown.status, unknown.output.as_str()), (1, ""), "{}", unknown.errors);
    assert!(unknown.errors.starts_with("experts.jsonl:1: /place/postcode: We do not know the postcode 1012."), "{}", unknown.errors);
    assert!(unknown.errors.contains("raakvlak places import"), "{}", unknown.errors);
    let places = typed(&["places", "import", &format!("{folder}/postcodes.csv")]);
    assert_eq!(places.status, 0, "{}", places.errors);
    let dry = typed(&["import", &folder, "--dry-run"]);
    assert_eq!(dry.status, 0, "{}", dry.errors);
    assert!(dry.errors.contains("notes.txt: is no part of the folder") && dry.errors.contains("Nothing was kept"), "{}", dry.errors);
    assert!(dry.output.contains(r#""experts":1"#), "{}", dry.output);
    let done = typed(&["import", &folder]);
    assert_eq!((done.status, done.output.as_str()), (0, dry.output.as_str()), "{}", done.errors);
    let again = typed(&["import", &folder]);
    assert_eq!((again.status, again.errors.as_str()), (1, "experts.jsonl:1: /id: 'e-1' exists already.\n"));
}
