//! A consent that is taken back works at once; who is erased is nowhere any more.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use raakvlak_domain::experts::{Availability, Expert};
use raakvlak_domain::identifiers::{ExpertId, PackageId};
use raakvlak_domain::matches::{MatchState, Verb};
use raakvlak_domain::packages::PackageState;
use raakvlak_engine::gates::Gate;
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::matches::{CONTINUE, MatchFilter};
use raakvlak_store::{AuditQuery, Place, experts, packages};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{NEIGHBOUR, ORGANISATION, Town, expert_of, hours, of, work};
use serde_json::json;

use crate::common::{conflict, open_todos, standing, state, version};

/// Whether somebody stands in what a mediator sees of a package: the ranking, the near misses, the shortlist that was opened.
fn seen(town: &Town, package: &PackageId, id: &ExpertId) -> [bool; 3] {
    let ranked = town.desk.rank_package(&town.mediator, package).unwrap().answer;
    let shortlist = town.desk.shortlist(&town.mediator, package).unwrap();
    [
        ranked.shortlist.iter().any(|person| person.expert == *id),
        ranked.near_misses.iter().any(|miss| miss.expert == *id),
        shortlist.members.iter().any(|member| member.expert == *id),
    ]
}

/// Changes a profile as the person does.
fn tell(town: &Town, person: &Actor, change: impl FnOnce(&mut Expert)) {
    let id = expert_of(person);
    let mut profile = town.desk.expert(person, &id).unwrap();
    change(&mut profile.value);
    town.desk.update_expert(person, profile.value, &id, profile.version).unwrap();
}

on_both_databases!(a_no_works_at_once, |database| {
    let town = Town::on(&database);
    let (anna, ben) = (town.person("e-anna", json!({})), town.person("e-ben", json!({ "hours": { "min": 60, "max": 80 } })));
    let (id, package) = (expert_of(&anna), town.work("p-list", 1));
    let arranged = hours(4.0, "2026-12-01");
    town.desk.open_shortlist(&town.mediator, &package).unwrap();
    assert_eq!(seen(&town, &package, &id), [true, false, true]);
    assert_eq!(seen(&town, &package, &expert_of(&ben)), [false, true, false], "other hours would let him in");
    let open = [
        MatchState::Suggested,
        MatchState::Reviewed,
        MatchState::Offered,
        MatchState::Accepted,
        MatchState::Introduced,
        MatchState::Agreed,
    ];
    let at = |name: &str, state| town.led_to(state, &anna, &town.work(name, 1), &arranged);
    let matches: Vec<_> = open.iter().map(|state| at(&format!("p-{state}"), *state)).collect();
    let working = [at("p-confirmed", MatchState::Confirmed), at("p-active", MatchState::Active)];
    let declined = at("p-declined", MatchState::Declined);

    town.desk.set_consent(&anna, &id, false, version(&town, &id)).unwrap();
    assert_eq!(seen(&town, &package, &id), [false, false, false]);
    for (found, before) in matches.iter().zip(open) {
        assert_eq!(state(&town, found), MatchState::Withdrawn, "{before}");
        let told = if matches!(before, MatchState::Suggested | MatchState::Reviewed) { vec![] } else { vec![CONTINUE.to_owned()] };
        assert_eq!(open_todos(&town, found.as_str()), told, "{before}");
    }
    for found in &working {
        assert!(state(&town, found).takes_hours(), "work ends by a conversation, not by a form");
        assert_eq!(open_todos(&town, found.as_str()), [CONTINUE]);
    }
    assert_eq!(state(&town, &declined), MatchState::Declined);
    let query = AuditQuery { object_id: Some(matches[2].to_string()), limit: 1, ..AuditQuery::default() };
    assert_eq!(town.read(|db| db.audit_rows(&query))[0].action, "withdraw");
    assert_eq!(conflict(town.suggest(&anna, &package)), Conflict::NotAvailable);

    // What a mediator writes down for somebody counts as well, and is noted as theirs.
    town.desk.set_consent(&town.mediator, &id, true, version(&town, &id)).unwrap();
    assert_eq!(seen(&town, &package, &id), [true, false, true]);
    let mut profile = town.desk.expert(&town.mediator, &id).unwrap();
    profile.value.wants_to_be_matched = Some(false);
    town.desk.update_expert(&town.mediator, profile.value, &id, profile.version).unwrap();
    assert_eq!(seen(&town, &package, &id), [true, false, true], "but not in passing");
    tell(&town, &anna, |profile| profile.wants_to_be_matched = None);
    assert_eq!(seen(&town, &package, &id), [false, false, false]);
    // A near miss is gone as quickly.
    let ben_id = expert_of(&ben);
    town.desk.set_consent(&ben, &ben_id, false, version(&town, &ben_id)).unwrap();
    assert_eq!(seen(&town, &package, &ben_id), [false, false, false]);
    assert_eq!(town.desk.set_consent(&ben, &ben_id, true, 1).unwrap_err(), Error::Stale { current: 2 });
    for other in [&anna, &town.employee, &town.neighbour] {
        assert_eq!(town.desk.set_consent(other, &ben_id, true, 2).unwrap_err(), Error::NotFound);
    }
});

on_both_databases!(a_pause_and_an_avoided_organisation_stop_every_offer, |database| {
    let town = Town::on(&database);
    let arranged = hours(4.0, "2026-12-01");
    for (name, pause) in [("pause", true), ("avoid", false)] {
        let anna = town.person(&format!("e-{name}"), json!({}));
        let (id, package) = (expert_of(&anna), town.work(&format!("p-{name}"), 1));
        town.desk.open_shortlist(&town.mediator, &package).unwrap();
        let at = |state: MatchState| town.led_to(state, &anna, &town.work(&format!("p-{name}-{state}"), 1), &arranged);
        let matches = [MatchState::Reviewed, MatchState::Offered, MatchState::Accepted, MatchState::Agreed].map(at);
        if pause {
            town.desk.set_availability(&anna, &id, Availability::Paused, version(&town, &id)).unwrap();
        } else {
            tell(&town, &anna, |profile| profile.avoid = Some(vec![of(&json!(ORGANISATION))]));
        }
        assert_eq!(seen(&town, &package, &id), [false, false, false], "{name}");
        assert_eq!(conflict(town.suggest(&anna, &package)), Conflict::NotAvailable);
        match town.desk.explain(&town.mediator, &package, &id) {
            Ok(explained) => assert!(pause && !serde_json::to_string(&explained).unwrap().contains("avoided"), "{explained:?}"),
            Err(error) => assert!(!pause && error == Error::NotFound, "whom somebody avoids is nobody else's business: {error:?}"),
        }
        let profile = town.desk.expert(&town.mediator, &id).unwrap().value;
        assert_eq!(profile.avoid, None);
        for (found, verb) in matches.iter().zip([Verb::Offer, Verb::Rearrange, Verb::Introduce, Verb::Confirm]) {
            let outcome = town.decide(&town.mediator, found, town.decision(verb, Some(1), &arranged).unwrap());
            assert_eq!(conflict(outcome), Conflict::NotAvailable, "{verb}: and not a word about why");
        }
        if pause {
            town.desk.set_availability(&anna, &id, Availability::Standby, version(&town, &id)).unwrap();
            assert!(!seen(&town, &package, &id)[2], "only when called up");
            town.desk.set_availability(&anna, &id, Availability::Available, version(&town, &id)).unwrap();
        } else {
            tell(&town, &anna, |profile| profile.avoid = Some(vec![of(&json!(NEIGHBOUR))]));
        }
        assert_eq!(seen(&town, &package, &id), [true, false, true]);
        let again = town.decision(Verb::Confirm, Some(1), &arranged).unwrap();
        town.decide(&town.mediator, &matches[3], again).unwrap();
    }
});

on_both_databases!(a_no_while_others_are_ranking, |database| {
    let town = Town::on(&database);
    let (anna, package) = (town.person("e-anna", json!({})), town.work("p-1", 1));
    let id = expert_of(&anna);
    // Even while nothing is under way: a multiple of 4 means yes, 2 more means no. Odd while it is being changed.
    let phase = AtomicU64::new(0);
    let (stop, sure) = (AtomicBool::new(false), [AtomicU64::new(0), AtomicU64::new(0)]);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                let before = phase.load(Ordering::SeqCst);
                let list = town.desk.rank_package(&town.mediator, &package).unwrap().answer.shortlist;
                let there = list.iter().any(|person| person.expert == id);
                if before.is_multiple_of(2) && phase.load(Ordering::SeqCst) == before {
                    assert_eq!(there, before.is_multiple_of(4), "phase {before}");
                    sure[usize::from(there)].fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        for round in 0..30 {
            let until = |at: usize, count| {
                while sure[at].load(Ordering::SeqCst) < count {
                    std::thread::yield_now()
                }
            };
            phase.fetch_add(1, Ordering::SeqCst);
            town.desk.set_consent(&anna, &id, round % 2 == 1, version(&town, &id)).unwrap();
            phase.fetch_add(1, Ordering::SeqCst);
            until(round % 2, sure[round % 2].load(Ordering::SeqCst) + 1);
        }
        stop.store(true, Ordering::SeqCst);
    });
    assert!(sure.iter().all(|count| count.load(Ordering::SeqCst) >= 15), "{sure:?}");
});

on_both_databases!(who_is_erased_is_nowhere, |database| {
    let town = Town::on(&database);
    let canary = "canary-7f3a";
    let told = json!({
        "display_name": canary, "story": format!("{canary} story"), "contact": { "name": format!("{canary} Jansen"), "email": "c@canary-7f3a.nl" },
        "hours": { "min": 0, "max": 16 }, "income": { "benefit": "social_assistance" },
        "disclosure": { "contact": "organisation", "story": "organisation" },
    });
    let anna = town.person("e-x7f3a", told);
    let ben = town.person("e-ben", json!({}));
    let (id, package, full) = (expert_of(&anna), town.work("p-1", 2), town.work("p-2", 1));
    let arranged = hours(4.0, "2026-12-01");
    town.desk.open_shortlist(&town.mediator, &package).unwrap();
    let introduced = town.led_to(MatchState::Introduced, &anna, &package, &arranged);
    let active = town.led_to(MatchState::Active, &anna, &full, &arranged);
    town.desk.check_in(&anna, &active, of(&json!({ "energy": 1, "need": "talk", "text": canary }))).unwrap();
    assert_eq!(standing(&town, &full), PackageState::Filled);

    // First they take along everything there is.
    let export = serde_json::to_value(town.desk.export_expert(&anna, &id).unwrap()).unwrap();
    assert_eq!(export["expert"]["story"], format!("{canary} story"));
    assert_eq!(export["matches"].as_array().unwrap().len(), 2);
    assert!(export["matches"].to_string().contains("\"arrangement\""));
    assert!(export["consents"]["stories"]["given_at"].is_string(), "{}", export["consents"]);
    assert_eq!(town.desk.export_expert(&town.mediator, &id).unwrap_err(), Error::NotAllowed);
    let before = everything(&town, &anna, &package);
    assert!(before.contains(canary));
    let key = town.read(|db| experts::get(db, &id)).unwrap().key;
    let sealed = town.desk.store().keys().of(key).seal_text(&Place::of("expert_stories", "e-1"), "anything").unwrap();

    for other in [&ben, &town.employee] {
        assert_eq!(town.desk.erase_expert(other, &id).unwrap_err(), Error::NotFound);
    }
    assert_eq!(town.desk.erase_expert(&town.mediator, &id).unwrap_err(), Error::NotAllowed);
    town.desk.erase_expert(&anna, &id).unwrap();

    let after = everything(&town, &anna, &package);
    assert!(!after.contains(canary), "{after}");
    assert!(before.contains("\"e-x7f3a\"") && !after.contains("\"e-x7f3a\""), "{after}");
    assert!(after.contains("e-ben"), "others are still there");
    assert_eq!(standing(&town, &full), PackageState::Published, "the place has come free");
    for found in [&introduced, &active] {
        assert_eq!(town.desk.get_match(&town.mediator, found).unwrap_err(), Error::NotFound);
        assert!(open_todos(&town, found.as_str()).is_empty());
    }
    assert_eq!(town.desk.expert(&anna, &id).unwrap_err(), Error::NotFound);
    assert_eq!(town.desk.explain(&town.mediator, &package, &id).unwrap_err(), Error::NotFound);
    assert_eq!(town.desk.packages_of_expert(&anna, &id).unwrap_err(), Error::NotFound);
    assert_eq!(town.desk.erase_expert(&town.steward, &id).unwrap_err(), Error::NotFound);
    let opened = town.desk.store().keys().of(key).open_text(&Place::of("expert_stories", "e-1"), &sealed);
    assert!(format!("{opened:?}").contains("Unknown"), "the key is gone: {opened:?}");
    assert!(town.desk.store().verify_audit().unwrap().is_whole());
    // And who comes back begins anew.
    let again = town.desk.create_expert(&anna, of(&json!({ "id": "x" })), Some(anna.user.clone())).unwrap();
    assert_ne!(again.value.id, id);
});

/// Everything that anybody can read, as text.
fn everything(town: &Town, person: &Actor, package: &PackageId) -> String {
    let page = PageRequest::first(100);
    let mut all = String::new();
    for actor in [&town.mediator, &town.second, &town.steward, &town.auditor, &town.employee, &town.neighbour, person] {
        all += &format!("{:?}", town.desk.experts(actor, &page).map(|page| page.items));
        all += &format!("{:?}", town.desk.list_matches(actor, MatchFilter::default(), &page).map(|page| page.items));
        all += &format!("{:?}", town.desk.rank_package(actor, package).map(|ranked| ranked.answer));
        all += &format!("{:?}", town.desk.shortlist(actor, package));
        all += &format!("{:?}", town.desk.package(actor, package));
        all += &format!("{:?}", town.desk.todos(actor, false, &page).map(|page| page.items));
    }
    all += &format!("{:?}", town.read(|db| db.audit_rows(&AuditQuery { limit: 10_000, ..AuditQuery::default() })));
    all += &format!("{:?}", town.desk.store().changes_after(0, 10_000).unwrap());
    all
}

on_both_databases!(an_erased_person_leaves_a_ranking_that_is_under_way, |database| {
    let town = Town::on(&database);
    let package = town.work("p-1", 1);
    let people: Vec<Actor> = (0..20).map(|at| town.person(&format!("e-{at:02}"), json!({}))).collect();
    let gone = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while gone.load(Ordering::SeqCst) < people.len() as u64 {
                let before = gone.load(Ordering::SeqCst);
                let list = town.desk.rank_package(&town.mediator, &package).unwrap().answer.shortlist;
                let listed = list.iter().map(|person| person.expert.as_str().to_owned());
                assert!(listed.min().is_none_or(|first| first >= format!("e-{before:02}")));
            }
        });
        for person in &people {
            town.desk.erase_expert(person, &expert_of(person)).unwrap();
            gone.fetch_add(1, Ordering::SeqCst);
        }
    });
    assert_eq!(town.desk.rank_package(&town.mediator, &package).unwrap().answer.eligible, 0);
    let stored = town.read(|db| packages::get(db, &package)).unwrap();
    assert_eq!(serde_json::to_value(&stored.package.title).unwrap(), work("p-1", 1)["title"]);
});

on_both_databases!(who_changes_all_the_time_holds_up_nobody, |database| {
    let town = Town::on(&database);
    let package = town.work("p-1", 1);
    let (restless, calm) = (town.person("e-restless", json!({})), town.person("e-calm", json!({})));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                tell(&town, &restless, |expert| expert.display_name = None);
            }
        });
        for _ in 0..60 {
            let ranked = town.desk.rank_package(&town.mediator, &package);
            let listed = ranked.map(|ranked| ranked.answer.shortlist.iter().any(|person| person.expert == expert_of(&calm)));
            is_over.store(listed != Ok(true), Ordering::SeqCst);
            assert_eq!(listed, Ok(true));
        }
        is_over.store(true, Ordering::SeqCst);
    });
    assert_eq!(town.desk.rank_package(&town.mediator, &package).unwrap().answer.eligible, 2);
});

on_both_databases!(a_near_miss_tells_no_limit_that_is_shown_to_nobody, |database| {
    let town = Town::on(&database);
    let person = town.person("e-anna", json!({ "no_go": ["noise"] }));
    let id = town.work("p-loud", 1);
    let stored = town.read(|db| packages::get(db, &id)).unwrap();
    let loud = town.desk.package(&town.employee, &id).unwrap();
    let mut package = stored.package;
    package.tasks.iter_mut().for_each(|task| task.conditions = of(&json!(["noise"])));
    town.desk.update_package(&town.employee, package, &id, loud.version).unwrap();
    let near = || town.desk.near_misses(&town.mediator, &id).unwrap().len();
    assert_eq!(near(), 1);
    tell(&town, &person, |expert| expert.disclosure = of(&json!({ "limits": "nobody" })));
    assert_eq!(near(), 0);
    let barriers = town.desk.barriers(&town.mediator, &id).unwrap();
    assert!(barriers.iter().any(|barrier| barrier.gate == Gate::NoGo && barrier.alone == 1), "{barriers:?}");
});
