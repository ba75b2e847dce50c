//! No confirmation takes more hours than a person wants in any week, or more places than there are; also with two at the same instant.

use std::sync::Barrier;

use raakvlak_domain::experts::Expert;
use raakvlak_domain::matches::{MatchState, Verb};
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::Desk;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::experts::HOURS_EXCEEDED;
use raakvlak_service::matches::Reply;
use raakvlak_store::packages;
use raakvlak_testkit::database::Kind;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Town, expert_of, hours, of};
use serde_json::{Value, json};

use crate::common::{conflict, open_todos, standing, state, version};

/// Confirms a match of this person with this arranged, on work of its own.
fn confirm(town: &Town, person: &Actor, name: &str, arranged: &Value) -> Reply {
    let id = town.led_to(MatchState::Agreed, person, &town.work(name, 1), arranged);
    town.decide(&town.second, &id, town.decision(Verb::Confirm, Some(1), arranged).unwrap())
}

on_both_databases!(every_week_counts, |database| {
    let town = Town::on(&database);
    let told = json!({ "hours": { "min": 0, "max": 16 }, "commitments": [{ "hours": 4 }, { "hours": 3, "start": "2027-02-01", "end": "2027-02-28" }] });
    let anna = town.person("e-anna", told);
    let build_up = json!({ "hours": 3, "start": "2026-12-01", "end": "2027-01-31", "build_up": [{ "until": "2026-12-13", "hours": 8 }] });
    confirm(&town, &anna, "p-1", &build_up).unwrap();
    // 4 hours elsewhere and 8 in the first two weeks: 4 are left then.
    let outcome = confirm(&town, &anna, "p-2", &json!({ "hours": 4.1, "start": "2026-12-09", "end": "2026-12-10" }));
    assert_eq!(conflict(outcome), Conflict::Hours { heaviest: 161, most: 160 });
    confirm(&town, &anna, "p-3", &json!({ "hours": 4, "start": "2026-12-09", "end": "2026-12-10" })).unwrap();
    // From the week after on 3 hours are arranged: 9 are left, until the work in February begins, which leaves 9 as well.
    let outcome = confirm(&town, &anna, "p-4", &hours(9.1, "2026-12-14"));
    assert_eq!(conflict(outcome), Conflict::Hours { heaviest: 161, most: 160 });
    confirm(&town, &anna, "p-5", &hours(9.0, "2026-12-14")).unwrap();
    let outcome = confirm(&town, &anna, "p-6", &hours(0.1, "2027-02-22"));
    assert_eq!(conflict(outcome), Conflict::Hours { heaviest: 161, most: 160 });
    // Of hours that are told without a period and the commitments the greater counts, in every week.
    let ben = town.person("e-ben", json!({ "hours": { "min": 0, "max": 16 }, "committed_hours": 10, "commitments": [{ "hours": 4 }] }));
    assert_eq!(conflict(confirm(&town, &ben, "p-7", &hours(6.1, "2026-12-14"))), Conflict::Hours { heaviest: 161, most: 160 });
    confirm(&town, &ben, "p-8", &hours(6.0, "2026-12-14")).unwrap();
    // Somebody who told no most has no limit to break.
    confirm(&town, &town.person("e-cleo", json!({})), "p-9", &hours(100.0, "2026-12-14")).unwrap();
});

on_both_databases!(less_is_always_possible_and_asks_for_a_talk, |database| {
    let town = Town::on(&database);
    let anna = town.person("e-anna", json!({ "hours": { "min": 0, "max": 16 } }));
    let id = expert_of(&anna);
    let arranged = hours(12.0, "2026-12-01");
    let work = town.led_to(MatchState::Active, &anna, &town.work("p-1", 1), &arranged);
    let tell = |actor: &Actor, most: f64| {
        let profile = town.desk.expert(actor, &id).unwrap();
        let expert = Expert { hours: Some(of(&json!({ "min": 0, "max": most }))), ..profile.value };
        town.desk.update_expert(actor, expert, &id, profile.version).unwrap()
    };
    tell(&anna, 12.0);
    assert!(open_todos(&town, id.as_str()).is_empty());
    for _ in 0..2 {
        tell(&anna, 4.0);
        assert_eq!(open_todos(&town, id.as_str()), [HOURS_EXCEEDED], "once, however often it is said");
    }
    assert_eq!(state(&town, &work), MatchState::Active, "the work goes on until people have talked");
    tell(&town.mediator, 20.0);
    assert!(open_todos(&town, id.as_str()).is_empty());
    tell(&anna, 4.0);
    town.step(&work, Verb::EndEarly, &anna, &arranged);
    assert!(open_todos(&town, id.as_str()).is_empty(), "there is nothing left to talk about");
    let old = town.desk.expert(&anna, &id).unwrap();
    let stale = town.desk.update_expert(&anna, old.value, &id, old.version - 1);
    assert_eq!(stale.unwrap_err(), Error::Stale { current: version(&town, &id) });
});

on_both_databases!(places_are_taken_and_come_free, |database| {
    let town = Town::on(&database);
    let package = town.work("p-1", 2);
    let arranged = hours(4.0, "2026-12-01");
    let people: Vec<Actor> = (0..4).map(|at| town.person(&format!("e-{at}"), json!({}))).collect();
    let agreed: Vec<_> = people.iter().map(|person| town.led_to(MatchState::Agreed, person, &package, &arranged)).collect();
    let confirm = |at: usize| town.decide(&town.mediator, &agreed[at], town.decision(Verb::Confirm, Some(1), &arranged).unwrap());
    confirm(0).unwrap();
    assert_eq!(standing(&town, &package), PackageState::Published);
    confirm(1).unwrap();
    assert_eq!(standing(&town, &package), PackageState::Filled);
    assert_eq!(conflict(confirm(2)), Conflict::Capacity);
    let late = town.person("e-late", json!({}));
    assert_eq!(conflict(town.suggest(&late, &package)), Conflict::PackageNotOpen);

    let with_places = |places: u32| {
        let stored = town.read(|db| packages::get(db, &package)).unwrap();
        let wording = TaskPackage { capacity: of(&json!(places)), ..stored.package };
        town.desk.update_package(&town.employee, wording, &package, stored.version)
    };
    assert_eq!(conflict(with_places(1)), Conflict::Capacity, "fewer places than are taken");
    assert_eq!(with_places(3).unwrap().value.state, PackageState::Published);
    confirm(2).unwrap();
    assert_eq!(conflict(confirm(3)), Conflict::Capacity);
    let move_on = |to: PackageState| {
        let at = town.read(|db| packages::get(db, &package)).unwrap().version;
        match to {
            PackageState::Paused => town.desk.pause_package(&town.employee, &package, at),
            PackageState::Closed => town.desk.close_package(&town.employee, &package, at),
            _ => town.desk.publish_package(&town.employee, &package, at),
        }
    };
    assert_eq!(move_on(PackageState::Paused).unwrap().value.state, PackageState::Paused);
    assert_eq!(move_on(PackageState::Published).unwrap().value.state, PackageState::Filled, "opening does not make room");
    town.step(&agreed[0], Verb::Withdraw, &people[0], &arranged);
    assert_eq!(standing(&town, &package), PackageState::Published);
    town.step(&agreed[1], Verb::EndEarly, &people[1], &arranged);
    assert_eq!(with_places(1).unwrap().value.state, PackageState::Filled);
    move_on(PackageState::Closed).unwrap();
    assert_eq!(conflict(confirm(3)), Conflict::PackageNotOpen);
    assert_eq!(conflict(move_on(PackageState::Paused)), Conflict::PackageState { state: PackageState::Closed });
    town.step(&agreed[2], Verb::Start, &people[2], &arranged);
    assert_eq!(standing(&town, &package), PackageState::Closed, "work that is under way goes on");
});

/// Does two things at the same instant.
fn at_once<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    let start = Barrier::new(2);
    std::thread::scope(|scope| {
        let one = scope.spawn(|| {
            start.wait();
            one()
        });
        start.wait();
        let other = other();
        (one.join().unwrap(), other)
    })
}

/// How many times two decide at once.
fn rounds() -> usize {
    std::env::var("RAAKVLAK_ROUNDS").map_or(50, |rounds| rounds.parse().expect("RAAKVLAK_ROUNDS is a number"))
}

/// How many rounds one town sees: with more people every ranking takes longer, and nothing else is learned.
const ROUNDS_OF_TOWN: usize = 250;

on_both_databases!(two_mediators_in_the_same_instant, |database| {
    let mut left = rounds();
    let mut first_won = confirm_at_once(&database, left.min(ROUNDS_OF_TOWN));
    left = left.saturating_sub(ROUNDS_OF_TOWN);
    while left > 0 {
        let another = raakvlak_testkit::database::TestDatabase::new(database.kind());
        first_won += confirm_at_once(&another, left.min(ROUNDS_OF_TOWN));
        left = left.saturating_sub(ROUNDS_OF_TOWN);
    }
    println!("the first of two won {first_won} of {} times", rounds());
});

/// Two confirm at once, so many times, one of them always in vain; gives how often the first won.
fn confirm_at_once(database: &raakvlak_testkit::database::TestDatabase, rounds: usize) -> usize {
    let town = Town::on(database);
    // On PostgreSQL the second mediator sits at a desk on another node.
    let elsewhere = (database.kind() == Kind::Postgres).then(|| town.another_desk());
    let other: &Desk = elsewhere.as_ref().unwrap_or(&town.desk);
    let arranged = hours(8.0, "2026-12-01");
    let yes = town.decision(Verb::Confirm, Some(1), &arranged).unwrap();
    let mut first_won = 0;
    for round in 0..rounds {
        let person = |name: &str| town.person(&format!("e-{name}-{round}"), json!({ "hours": { "min": 0, "max": 10 } }));
        let work = |name: &str, places| town.work(&format!("p-{name}-{round}"), places);
        // One person in two jobs; one place for two people; one match twice.
        let (anna, shared) = (person("a"), work("a", 1));
        let pair = match round % 3 {
            0 => [work("b", 1), work("c", 1)].map(|work| town.led_to(MatchState::Agreed, &anna, &work, &arranged)),
            1 => [&anna, &person("b")].map(|person| town.led_to(MatchState::Agreed, person, &shared, &arranged)),
            _ => {
                let id = town.led_to(MatchState::Agreed, &anna, &shared, &arranged);
                [id.clone(), id]
            }
        };
        let versions = [town.stored(&pair[0]).version, town.stored(&pair[1]).version];
        let outcomes = at_once(
            || town.desk.decide(&town.mediator, &pair[0], yes.clone(), versions[0]),
            || other.decide(&town.second, &pair[1], yes.clone(), versions[1]),
        );
        let (won, lost) = match outcomes {
            (Ok(won), Err(lost)) => {
                first_won += 1;
                (won, lost)
            }
            (Err(lost), Ok(won)) => (won, lost),
            both => panic!("round {round}: {both:?}"),
        };
        assert_eq!(won.value.state, MatchState::Confirmed);
        match round % 3 {
            0 => assert_eq!(lost, Error::Conflict(Conflict::Hours { heaviest: 160, most: 100 })),
            1 => assert_eq!(lost, Error::Conflict(Conflict::Capacity)),
            _ => assert_eq!(lost, Error::Stale { current: won.version }),
        }
    }
    if let Some(desk) = &elsewhere {
        desk.close();
    }
    let report = town.desk.check(|| {}).unwrap();
    assert!(report.whole, "{:#?}", report.violations);
    first_won
}

on_both_databases!(a_limit_that_is_lowered_at_the_same_instant, |database| {
    let town = Town::on(&database);
    let arranged = hours(8.0, "2026-12-01");
    let yes = town.decision(Verb::Confirm, Some(1), &arranged).unwrap();
    for round in 0..20 {
        let anna = town.person(&format!("e-{round}"), json!({ "hours": { "min": 0, "max": 10 } }));
        let id = expert_of(&anna);
        let work = town.led_to(MatchState::Agreed, &anna, &town.work(&format!("p-{round}"), 1), &arranged);
        let at = town.stored(&work).version;
        let profile = town.desk.expert(&anna, &id).unwrap();
        let less = Expert { hours: Some(of(&json!({ "min": 0, "max": 4 }))), ..profile.value };
        let (confirmed, told) = at_once(
            || town.desk.decide(&town.mediator, &work, yes.clone(), at),
            || town.desk.update_expert(&anna, less, &id, profile.version),
        );
        told.unwrap();
        match confirmed {
            Ok(_) => assert_eq!(open_todos(&town, id.as_str()), [HOURS_EXCEEDED]),
            Err(error) => assert_eq!(error, Error::Conflict(Conflict::Hours { heaviest: 80, most: 40 })),
        }
    }
});
