//! The open packages in memory are those of the store at every moment, whatever was written since somebody last asked what fits them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::{ExpertId, PackageId};
use raakvlak_domain::knobs::{Knob, MatcherSetting, Position, Scope, Weights};
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::rules::RulesKnob;
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_domain::users::Role;
use raakvlak_engine::gates::Gate;
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::{Desk, DeskSettings, PageRequest};
use raakvlak_service::error::Error;
use raakvlak_service::exchange::matching::ExpertAnswer;
use raakvlak_service::places::{Gazetteer, PostcodeArea, Postcodes};
use raakvlak_store::packages::PackageQuery;
use raakvlak_store::{experts, knobs, organisations, packages, programmes, rules};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Empty, Town, expert_of, of, prose, together, work};
use serde_json::{Value, json};

use crate::common::Dice;
use crate::rules::{paid, rule, switched};

/// A desk beside the one at hand, which remembers nothing.
fn beside(settings: &DeskSettings) -> Desk {
    Desk::open(DeskSettings { read_only: true, ..settings.clone() }).unwrap()
}

fn fitting(desk: &Desk, expert: &ExpertId) -> ExpertAnswer {
    desk.packages_of_expert(&Actor::system(), expert).unwrap()
}

fn ids(answer: &ExpertAnswer) -> Vec<&str> {
    answer.packages.iter().map(|listed| listed.package.as_str()).collect()
}

fn stored(town: &Empty, query: &PackageQuery) -> Vec<packages::StoredPackage> {
    town.read(|db| packages::list(db, query))
}

/// The gates that are shut for this package, as its own explanation has them; `None` when it says nothing.
fn explained(town: &Empty, package: &PackageId, expert: &ExpertId) -> Option<(Value, Vec<String>)> {
    match town.desk.explain(&Actor::system(), package, expert) {
        Err(Error::NotFound) => None,
        explanation => {
            let explanation = explanation.unwrap();
            let shut = explanation["gates"].as_array().unwrap().iter().filter(|gate| gate["verdict"] == "shut");
            let shut = shut.map(|gate| gate["gate"].as_str().unwrap().to_owned()).collect();
            Some((explanation, shut))
        }
    }
}

/// Holds what fits somebody against each open package of the store by itself, and gives how many were looked at and how many a rule keeps them out of.
fn assert_like_one_by_one(town: &Empty, expert: &ExpertId) -> (usize, usize) {
    let answer = fitting(&town.desk, expert);
    let mut expected = Vec::new();
    let mut barriers: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let (mut all_told, mut by_rule) = (true, 0);
    let open = stored(town, &PackageQuery::open());
    for found in &open {
        let id = &found.package.id;
        let Some((explanation, shut)) = explained(town, id, expert) else {
            all_told = false;
            continue;
        };
        all_told &= explanation["gates"].as_array().unwrap().len() == Gate::ALL.len() - 1;
        by_rule += usize::from(shut.iter().any(|gate| gate == "rule"));
        for gate in &shut {
            let (alone, all) = barriers.entry(gate.clone()).or_default();
            *alone += u32::from(shut.len() == 1);
            *all += 1;
        }
        if explanation["eligible"] == true {
            expected.push((std::cmp::Reverse(explanation["score"].as_u64().unwrap()), id.clone(), explanation["asks"].clone()));
        }
    }
    expected.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    let told: Vec<_> = answer
        .packages
        .iter()
        .map(|listed| (std::cmp::Reverse(u64::from(listed.score)), listed.package.clone(), serde_json::to_value(listed.asks).unwrap()))
        .collect();
    assert_eq!(told, expected, "{expert}");
    // Who keeps limits to themselves, or avoids somebody, is not explained whole to others.
    if all_told {
        let counted: BTreeMap<String, (u32, u32)> = answer
            .barriers
            .iter()
            .map(|barrier| (serde_json::to_value(barrier.gate).unwrap().as_str().unwrap().to_owned(), (barrier.alone, barrier.all)))
            .collect();
        assert_eq!(counted, barriers, "{expert}");
    }
    (open.len(), by_rule)
}

/// Somewhere where a knob can be turned.
fn scope(town: &Empty, dice: &mut Dice) -> Scope {
    let open = stored(town, &PackageQuery::open());
    match dice.below(3) {
        0 => Scope::Network,
        1 => Scope::Programme(dice.one(&town.read(|db| programmes::page(db, None, 100))).programme.id.clone()),
        _ => Scope::Package(dice.one(&open).package.id.clone()),
    }
}

/// Turns a knob somewhere, or takes its setting away where there is one.
fn turn(town: &Empty, dice: &mut Dice, knob: Knob) {
    let (system, scope) = (Actor::system(), scope(town, dice));
    let latest = town.read(|db| knobs::latest(db, knob, &scope));
    let built_on = latest.as_ref().map_or(0, |version| version.number);
    let is_taken_away = latest.is_some_and(|version| version.setting.is_some()) && scope != Scope::Network && dice.below(2) == 0;
    let why = || prose("om te proberen");
    match knob {
        Knob::Matcher => {
            let weights = Weights::of_position(*dice.one(&[Position::Energy, Position::Competence, Position::Balanced])).unwrap();
            let setting = MatcherSetting { weights, floor: of(&json!(dice.below(5) * 1_500)), ..MatcherSetting::default() };
            town.desk.turn_knob(&system, &scope, (!is_taken_away).then_some(setting), why(), built_on).map(drop).unwrap();
        }
        Knob::Threshold => {
            let diploma = *dice.one(&["gate", "score", "nothing"]);
            let setting = of::<ThresholdKnob>(&json!({ "essential_from": dice.below(3) * 4_000, "diploma": diploma }));
            town.desk.turn_plain_knob(&system, &scope, (!is_taken_away).then_some(setting), why(), built_on).map(drop).unwrap();
        }
        _ => {
            let act = *dice.one(&["off", "warn", "as_written"]);
            let mut names: Vec<String> = town.read(rules::all).into_iter().map(|kept| kept.rule.id.to_string()).collect();
            names.push("weekly_hours".to_owned());
            let switches: Vec<Value> = names.into_iter().map(|rule| json!({ "rule": rule, "act": act })).collect();
            let setting = of::<RulesKnob>(&json!({ "switches": switches }));
            town.desk.turn_plain_knob(&system, &scope, (!is_taken_away).then_some(setting), why(), built_on).map(drop).unwrap();
        }
    }
}

/// Writes something that can count for what fits somebody; says what.
fn write(town: &Empty, dice: &mut Dice, number: usize) -> String {
    let system = Actor::system();
    let all = stored(town, &PackageQuery::default());
    let in_state = |state: &[PackageState]| all.iter().filter(|found| state.contains(&found.package.state)).collect::<Vec<_>>();
    let (open, aside) = (in_state(&[PackageState::Published]), in_state(&[PackageState::Draft, PackageState::Paused]));
    let kind = number % 11;
    match kind {
        0 => {
            let found = dice.one(&open);
            town.desk.pause_package(&system, &found.package.id, found.version).map(drop).unwrap();
        }
        1 if !aside.is_empty() => {
            let found = dice.one(&aside);
            town.desk.publish_package(&system, &found.package.id, found.version).map(drop).unwrap();
        }
        1 | 2 => {
            let found = dice.one(&open);
            town.desk.close_package(&system, &found.package.id, found.version).map(drop).unwrap();
        }
        3 => {
            // New work, like some that there is, first as a draft that nobody finds.
            let made = town.desk.create_package(&system, dice.one(&open).package.clone()).unwrap();
            let found = fitting(&town.desk, &of(&json!("e-nobody-else")));
            assert!(found.packages.iter().all(|listed| listed.package != made.value.id));
            town.desk.publish_package(&system, &made.value.id, made.version).map(drop).unwrap();
        }
        4 => {
            let (found, other) = (dice.one(&open), dice.one(&open));
            let (hours, tasks, programme) = (other.package.hours, other.package.tasks.clone(), other.package.programme.clone());
            let package = TaskPackage { hours, tasks, programme, ..found.package.clone() };
            town.desk.update_package(&system, package, &found.package.id, found.version).map(drop).unwrap();
        }
        5 => turn(town, dice, Knob::Matcher),
        6 => turn(town, dice, Knob::Threshold),
        7 => turn(town, dice, Knob::Rules),
        8 => {
            let mut found = dice.one(&town.read(|db| programmes::page(db, None, 100))).clone();
            found.programme.position = *dice.one(&[None, Some(Position::Development), Some(Position::TaskPackage)]);
            let id = found.programme.id.clone();
            town.desk.update_programme(&system, found.programme, &id, found.version).map(drop).unwrap();
        }
        9 => {
            let told = json!({ "id": format!("tried-{number}"), "effect": "block", "at_shortlist": true, "status": "in_force",
                "applies": format!("work.organisation_kind == '{}'", dice.one(&["company", "care"])),
                "when": format!("person.hours_max <= {}.0", 8 + dice.below(24)),
                "sources": [{ "title": "a law", "read": "2026-11-23" }] });
            town.desk.write_rule(&system, rule(&told), prose("om te proberen")).map(drop).unwrap();
        }
        _ => {
            let (found, _) = dice.one(&town.read(organisations::all)).clone();
            let told = raakvlak_domain::organisations::Organisation {
                kind: of(&json!(dice.one(&["company", "care", "other"]))),
                ..found.organisation
            };
            town.desk.update_organisation(&system, told.clone(), &told.id, found.version).map(drop).unwrap();
        }
    }
    format!("write {number} of kind {kind}")
}

on_both_databases!(what_fits_is_what_the_store_says_after_every_write, |database| {
    let town = Empty::on(&database);
    let who = town.desk.fill_demo().unwrap();
    let (_, user) = who.users.iter().find(|(role, _)| *role == Role::Expert).unwrap();
    let asking = town.desk.actor_for_user(user).unwrap();
    let twin = Expert { id: of(&json!("e-nobody-else")), ..town.read(experts::all).swap_remove(3).expert };
    town.desk.store().write(move |tx| experts::insert(tx, &twin, None).map(drop)).unwrap();
    let people: Vec<ExpertId> = town.read(experts::ids);
    let mut dice = Dice(11);
    let (mut looked_at, mut by_rule) = (0, 0);
    for number in 0..44 {
        let what = write(&town, &mut dice, number);
        println!("{what}");
        let fresh = beside(&town.settings);
        for _ in 0..5 {
            let somebody = dice.one(&people);
            assert_eq!(fitting(&town.desk, somebody), fitting(&fresh, somebody), "{what}: {somebody}");
        }
        let (count, page) = town.desk.fitting_packages(&asking, &PageRequest::first(7)).unwrap();
        let all = fitting(&town.desk, &expert_of(&asking)).packages;
        assert_eq!(count.fitting as usize, all.len(), "{what}");
        assert!(page.items.iter().map(|listed| &listed.package).eq(all.iter().take(7).map(|listed| &listed.package)), "{what}");
        if number % 3 == 0 {
            let (open, kept_out) = assert_like_one_by_one(&town, dice.one(&people));
            looked_at += open;
            by_rule += kept_out;
        }
    }
    assert!(looked_at > 300 && by_rule > 0, "{looked_at} packages looked at, {by_rule} kept out by a rule");
    let fresh = beside(&town.settings);
    for somebody in &people {
        assert_eq!(fitting(&town.desk, somebody), fitting(&fresh, somebody), "{somebody}");
    }
});

on_both_databases!(another_table_of_places_counts_for_the_open_packages_too, |database| {
    let town = Town::on(&database);
    let area = |name: &str| {
        let point = Gazetteer::built_in().point(&of(&json!({ "town": name }))).unwrap();
        Postcodes::of([PostcodeArea { postcode: "8011".into(), point, municipality: String::new(), region: String::new() }])
    };
    let mut told = work("p-near", 1);
    told["place"] = json!({ "postcode": "8011" });
    let package = of::<TaskPackage>(&told);
    town.desk.store().write(move |tx| packages::insert(tx, &package, None).map(drop)).unwrap();
    let anna = expert_of(&town.person("e-anna", json!({ "place": { "town": "Zwolle" }, "travel_km": 10 })));
    for (name, expected) in [("Zwolle", &["p-near"][..]), ("Groningen", &[]), ("Zwolle", &["p-near"])] {
        town.desk.import_postcodes(&town.steward, &area(name)).unwrap();
        assert_eq!(ids(&fitting(&town.desk, &anna)), expected, "{name}");
    }
});

on_both_databases!(a_rule_keeps_somebody_out_until_the_knob_or_what_they_tell_says_otherwise, |database| {
    let town = Town::on(&database);
    let (one, other) = (paid(&town, "p-1", 30), paid(&town, "p-2", 30));
    let busy = town.person("e-busy", json!({ "commitments": [{ "hours": 36 }] }));
    let found = || {
        let (count, page) = town.desk.fitting_packages(&busy, &PageRequest::first(9)).unwrap();
        let answer = town.desk.packages_of_expert(&busy, &expert_of(&busy)).unwrap();
        let by_rule = answer.barriers.iter().find(|barrier| barrier.gate == Gate::Rule).map_or(0, |barrier| barrier.all);
        assert_eq!((count.fitting, by_rule), (answer.packages.len() as u32, 2 - answer.packages.len() as u32));
        page.items.into_iter().map(|listed| listed.package).collect::<Vec<_>>()
    };
    assert_eq!(found(), []);
    let turn = |scope: Scope, act: &str, on| {
        town.desk
            .turn_plain_knob(&town.mediator, &scope, Some(switched("weekly_hours", act)), prose("we praten erover"), on)
            .map(drop)
            .unwrap();
    };
    turn(Scope::Package(other.clone()), "warn", 0);
    assert_eq!(found(), std::slice::from_ref(&other));
    turn(Scope::Network, "off", 0);
    assert_eq!(found(), [one.clone(), other.clone()]);
    turn(Scope::Network, "as_written", 1);
    assert_eq!(found(), std::slice::from_ref(&other));
    let id = expert_of(&busy);
    let profile = town.desk.expert(&busy, &id).unwrap();
    let expert = Expert { commitments: Some(vec![of(&json!({ "hours": 12 }))]), ..profile.value };
    town.desk.update_expert(&busy, expert, &id, profile.version).unwrap();
    assert_eq!(found(), [one, other], "who works less elsewhere is kept out of nothing any more");
});

on_both_databases!(who_missed_changes_reads_all_packages_again, |database| {
    let town = Town::on(&database);
    let anna = expert_of(&town.person("e-anna", json!({})));
    let open: Vec<PackageId> = ["p-0", "p-1"].iter().map(|id| town.work(id, 1)).collect();
    assert_eq!(ids(&fitting(&town.desk, &anna)), ["p-0", "p-1"]);
    let version = town.read(|db| packages::get(db, &open[0])).unwrap().version;
    town.desk.pause_package(&town.mediator, &open[0], version).unwrap();
    let cleared = town.desk.store().write(|tx| tx.clear_changes(tx.now().plus_seconds(1))).unwrap();
    assert!(cleared > 0);
    assert_eq!(ids(&fitting(&town.desk, &anna)), ["p-1"]);
});

on_both_databases!(a_closed_package_is_gone_at_once_and_a_page_is_a_part_of_the_list, |database| {
    let town = Town::on(&database);
    let anna = town.person("e-anna", json!({}));
    let open: Vec<PackageId> = (0..7).map(|number| town.work(&format!("p-{number}"), 1)).collect();
    let page = |after: Option<&str>, limit| {
        let request = PageRequest { after: after.map(str::to_owned), limit };
        let (count, page) = town.desk.fitting_packages(&anna, &request).unwrap();
        (count.fitting, page.items.into_iter().map(|listed| listed.package).collect::<Vec<_>>(), page.next)
    };
    assert_eq!(page(None, 100), (7, open.clone(), None));
    let (fitting_in_all, first, next) = page(None, 3);
    assert_eq!((fitting_in_all, first.as_slice(), next.as_deref()), (7, &open[..3], Some("3")));
    assert_eq!(page(Some("3"), 3), (7, open[3..6].to_vec(), Some("6".to_owned())));
    assert_eq!(page(Some("6"), 3), (7, open[6..].to_vec(), None));
    assert_eq!(page(Some("7"), 3), (7, vec![], None));
    assert!(matches!(town.desk.fitting_packages(&anna, &PageRequest::after("x", 3)), Err(Error::Invalid(_))));

    let version = |id: &PackageId| town.read(|db| packages::get(db, id)).unwrap().version;
    town.desk.close_package(&town.mediator, &open[1], version(&open[1])).unwrap();
    assert_eq!(page(None, 2), (6, vec![open[0].clone(), open[2].clone()], Some("2".to_owned())));
    assert_eq!(ids(&town.desk.packages_of_expert(&town.mediator, &expert_of(&anna)).unwrap()), ["p-0", "p-2", "p-3", "p-4", "p-5", "p-6"]);
    // Who said yes and takes it back is offered nothing by the very next question.
    let id = expert_of(&anna);
    town.desk.set_consent(&anna, &id, false, crate::common::version(&town, &id)).unwrap();
    assert_eq!(page(None, 2), (0, vec![], None));
});

on_both_databases!(who_asks_while_others_write_never_gets_what_was_closed_before_they_asked, |database| {
    let town = Town::on(&database);
    let asking: Vec<Actor> = (0..2).map(|number| town.person(&format!("e-{number}"), json!({}))).collect();
    let work: Vec<PackageId> = (0..30).map(|number| town.work(&format!("p-{number:02}"), 1)).collect();
    let gone: Mutex<BTreeSet<PackageId>> = Mutex::default();
    let setting = |number: usize| MatcherSetting { floor: of(&json!(number * 100)), ..MatcherSetting::default() };
    together(3, |thread| {
        if let Some(actor) = asking.get(thread) {
            let mut last = work.len();
            while last > 10 {
                let gone_before = gone.lock().unwrap().clone();
                let found = town.desk.packages_of_expert(actor, &expert_of(actor)).unwrap();
                assert!(found.packages.iter().all(|listed| !gone_before.contains(&listed.package)), "{gone_before:?}");
                assert!(found.packages.len() <= last, "nothing was published");
                last = found.packages.len();
            }
            return;
        }
        for (number, id) in work.iter().take(20).enumerate() {
            let version = town.read(|db| packages::get(db, id)).unwrap().version;
            town.desk.close_package(&town.mediator, id, version).unwrap();
            gone.lock().unwrap().insert(id.clone());
            town.desk.turn_knob(&town.mediator, &Scope::Network, Some(setting(number)), prose("onderweg"), number as u64).unwrap();
        }
    });
    let fresh = beside(&town.settings);
    for actor in &asking {
        let id = expert_of(actor);
        let found = fitting(&town.desk, &id);
        assert_eq!((found.packages.len(), &found), (10, &fitting(&fresh, &id)));
    }
});
