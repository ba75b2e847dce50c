//! Whose it is what waits for a person: who knows the way, never who stands on a side, never lost; and handing it over.

use raakvlak_domain::identifiers::{MatchId, OrganisationId, PackageId, UserId};
use raakvlak_domain::knobs::{Knob, Scope};
use raakvlak_domain::matches::{MatchState, Verb};
use raakvlak_domain::routing::{HandOver, RoutingWay, SectorKnob};
use raakvlak_domain::users::{Role, UserState};
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::matches::{CONTINUE, REVIEW};
use raakvlak_service::todos::TodoView;
use raakvlak_service::users::Permissions;
use raakvlak_store::todos::{self, StoredTodo, TodoQuery, assignments};
use raakvlak_store::{Action, AuditQuery, organisations, users};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{ORGANISATION, Town, expert_of, hours, of, prose, together};
use serde_json::{Value, json};

use crate::common::{Dice, conflict, open_todos};

const DAY: i64 = 86_400;

/// What somebody knows of: sectors, regions, languages.
fn knows(town: &Town, user: &UserId, [sectors, regions, languages]: [&[&str]; 3]) {
    let version = town.read(|db| users::get(db, user)).unwrap().version;
    let permissions = Permissions {
        roles: vec![Role::Mediator],
        sectors: of(&json!(sectors)),
        regions: of(&json!(regions)),
        languages: of(&json!(languages)),
    };
    town.desk.change_roles(&town.steward, user, permissions, version).unwrap();
}

fn open(town: &Town) -> Vec<StoredTodo> {
    town.read(|db| todos::list(db, &TodoQuery::default()))
}

/// The one open to-do about a record, as a mediator sees it.
fn todo_about(town: &Town, about: &str) -> TodoView {
    let page = town.desk.todos(&town.mediator, false, &PageRequest::first(100)).unwrap();
    let found: Vec<TodoView> = page.items.into_iter().map(|item| item.value).filter(|todo| todo.object == about).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

/// Why somebody has it, in Dutch.
fn because(todo: &TodoView) -> Vec<String> {
    todo.because.as_array().unwrap().iter().map(|reason| reason["nl"].as_str().unwrap().to_owned()).collect()
}

fn holder(todo: &TodoView) -> Option<&str> {
    todo.assigned_to.as_ref().map(UserId::as_str)
}

fn turn(town: &Town, scope: &Scope, setting: Value) {
    let number = town.desk.plain_knob::<SectorKnob>(&town.mediator, scope).unwrap().number;
    town.desk.turn_plain_knob(&town.mediator, scope, Some(of::<SectorKnob>(&setting)), prose("Zo loopt het beter."), number).unwrap();
}

fn joins(town: &Town, user: &UserId, organisation: &str) {
    let (organisation, user): (OrganisationId, UserId) = (of(&json!(organisation)), user.clone());
    town.desk.store().write(move |tx| organisations::add_member(tx, &organisation, &user)).unwrap();
}

fn version(town: &Town, todo: &str) -> i64 {
    town.read(|db| todos::get(db, todo)).unwrap().version
}

fn hand(to: &Actor) -> HandOver {
    HandOver { to: to.user.clone(), why: prose("Jij kent deze persoon.") }
}

on_both_databases!(work_goes_to_who_knows_the_way_and_says_why, |database| {
    let town = Town::on(&database);
    knows(&town, &town.mediator.user, [&["zorg"], &[], &[]]);
    knows(&town, &town.second.user, [&[], &["Overijssel"], &["ar"]]);
    let anna = town.person("e-anna", json!({ "languages": { "ar": "C1", "nl": "A2" } }));
    let ben = town.person("e-ben", json!({ "languages": { "ar": "C1", "nl": "B1" } }));
    let package = town.work("p-1", 9);
    // Overijssel, since the organisation is in Zwolle, and Arabic weigh more than care.
    let about = town.suggest(&anna, &package).unwrap();
    let todo = todo_about(&town, about.as_str());
    assert_eq!((holder(&todo), todo.kind.as_str()), (Some("u-second"), REVIEW));
    assert_eq!(because(&todo), ["werkt in Overijssel", "spreekt Arabisch", "had niets anders open"]);
    // Who speaks Dutch well needs no other language; what is left is even, and the least busy goes first.
    let about = town.suggest(&ben, &package).unwrap();
    let todo = todo_about(&town, about.as_str());
    assert_eq!((holder(&todo), because(&todo)), (Some("u-mediator"), vec!["kent de sector zorg".into(), "had niets anders open".into()]));
    // The knob says that the region counts for nothing here.
    turn(&town, &Scope::Package(package.clone()), json!({ "weights": { "sector": 9, "region": 0, "language": 3, "load": 1 } }));
    let cas = town.person("e-cas", json!({ "languages": { "ar": "C1", "nl": "A2" } }));
    let todo = todo_about(&town, town.suggest(&cas, &package).unwrap().as_str());
    assert_eq!(holder(&todo), Some("u-mediator"), "{:?}", because(&todo));
    let mine = town.desk.todos(&town.second, true, &PageRequest::first(9)).unwrap().items;
    assert_eq!(mine.iter().map(|item| item.value.object.as_str()).collect::<Vec<_>>().len(), 1);
});

on_both_databases!(who_stands_on_a_side_never_gets_it_and_it_is_not_lost, |database| {
    let town = Town::on(&database);
    let package = town.work("p-1", 9);
    // One mediator speaks for the organisation, the other is the person.
    joins(&town, &town.mediator.user, ORGANISATION);
    let person = town.person("e-anna", json!({}));
    let expert = expert_of(&person);
    let both = town.user("u-both", &["expert", "mediator"], &[], None);
    let second = town.read(|db| users::get(db, &town.second.user)).unwrap();
    town.desk.set_user_state(&town.steward, &town.second.user, UserState::Blocked, second.version).unwrap();
    let (owner, own) = (both.user.clone(), expert.clone());
    town.desk.store().write(move |tx| raakvlak_store::experts::set_user(tx, &own, &owner)).unwrap();
    let about = town.suggest(&person, &package).unwrap();
    let todo = todo_about(&town, about.as_str());
    assert_eq!((holder(&todo), because(&todo)), (None, vec!["iedereen hoort zelf bij een van beide kanten".to_owned()]));
    assert_eq!(town.desk.route_waiting().unwrap(), 0);
    let history = |id: &str| town.read(|db| assignments::of(db, id));
    assert_eq!(history(&todo.id).len(), 1, "nothing is written down while nothing changes");
    // Somebody without an interest comes: it goes there.
    let version = town.read(|db| users::get(db, &town.second.user)).unwrap().version;
    town.desk.set_user_state(&town.steward, &town.second.user, UserState::Active, version).unwrap();
    assert_eq!(town.desk.route_waiting().unwrap(), 1);
    assert_eq!(holder(&todo_about(&town, about.as_str())), Some("u-second"));
    // And away again as soon as they join the organisation; a colleague cannot give it to them by hand either.
    joins(&town, &town.second.user, ORGANISATION);
    assert_eq!(town.desk.route_waiting().unwrap(), 1);
    let after = todo_about(&town, about.as_str());
    assert_eq!(holder(&after), None);
    let over = || town.desk.hand_over_todo(&town.mediator, &after.id, hand(&town.second), self::version(&town, &after.id));
    assert_eq!(conflict(over()), Conflict::Interest);
    assert_eq!(
        history(&after.id).iter().map(|given| given.way).collect::<Vec<_>>(),
        [RoutingWay::Routed, RoutingWay::Rerouted, RoutingWay::Rerouted]
    );
});

on_both_databases!(the_check_names_what_stays_with_who_has_an_interest, |database| {
    let town = Town::on(&database);
    let package = town.work("p-1", 9);
    let about = town.suggest(&town.person("e-anna", json!({})), &package).unwrap();
    let found = || {
        town.desk.store().flush_anchor();
        town.desk.check(|| {}).unwrap().violations
    };
    assert_eq!(found(), []);
    // Whoever has it joins the organisation. It is taken away within the minute: only where nothing does so, the check says so.
    let kept = todo_about(&town, about.as_str());
    joins(&town, &of(&json!(holder(&kept).unwrap())), ORGANISATION);
    assert_eq!(found(), []);
    town.clock.advance(3_600);
    let named: Vec<_> =
        found().into_iter().map(|violation| (violation.rule, violation.table, violation.record, violation.detail)).collect();
    assert_eq!(named, [("todo_interest", "todos", kept.id.clone(), REVIEW.to_owned())]);
    town.desk.route_waiting().unwrap();
    assert_ne!(holder(&todo_about(&town, about.as_str())), holder(&kept));
    assert_eq!(found(), []);
});

on_both_databases!(who_said_yes_for_a_side_does_not_get_the_confirmation, |database| {
    let town = Town::on(&database);
    let anna = town.person("e-anna", json!({}));
    let package = town.work("p-1", 1);
    let found = town.led_to(MatchState::Introduced, &anna, &package, &hours(4.0, "2026-12-07"));
    // Somebody who agreed for the organisation and left it since.
    let agreeing = town.user("u-aaa", &["organisation", "mediator"], &[ORGANISATION], None);
    let yes = town.decision(Verb::Agree, town.stored(&found).arrangement, &Value::Null).unwrap();
    town.decide(&agreeing, &found, yes).unwrap();
    town.desk.remove_member(&town.steward, &of(&json!(ORGANISATION)), &agreeing.user).unwrap();
    assert_eq!(open_todos(&town, found.as_str()), [CONTINUE]);
    turn(&town, &Scope::Network, json!({ "reroute_after_days": 1 }));
    for _ in 0..6 {
        assert_ne!(holder(&todo_about(&town, found.as_str())), Some("u-aaa"), "the smallest id, and never theirs");
        town.clock.advance(DAY);
        town.desk.route_waiting().unwrap();
    }
});

on_both_databases!(what_waits_too_long_goes_on_and_what_nobody_else_can_have_stays, |database| {
    let town = Town::on(&database);
    let anna = town.person("e-anna", json!({}));
    let about = town.suggest(&anna, &town.work("p-1", 1)).unwrap();
    let now = || holder(&todo_about(&town, about.as_str())).unwrap().to_owned();
    assert_eq!(now(), "u-mediator");
    town.clock.advance(3 * DAY - 1);
    assert_eq!((town.desk.route_waiting().unwrap(), now().as_str()), (0, "u-mediator"));
    town.clock.advance(1);
    assert_eq!((town.desk.route_waiting().unwrap(), now().as_str()), (1, "u-second"));
    town.clock.advance(3 * DAY);
    assert_eq!((town.desk.route_waiting().unwrap(), now().as_str()), (1, "u-mediator"), "after everybody had it, anybody else again");
    let second = town.read(|db| users::get(db, &town.second.user)).unwrap();
    town.desk.set_user_state(&town.steward, &town.second.user, UserState::Blocked, second.version).unwrap();
    town.clock.advance(3 * DAY);
    assert_eq!((town.desk.route_waiting().unwrap(), now().as_str()), (0, "u-mediator"));
    assert_eq!(because(&todo_about(&town, about.as_str())), ["niemand anders kan het overnemen"]);
    let trail = AuditQuery { action: Some(Action::Route), limit: 9, ..AuditQuery::default() };
    assert_eq!(town.read(|db| db.audit_rows(&trail)).len(), 2, "one row for each that went to somebody else");
    assert!(town.desk.store().verify_audit().unwrap().is_whole());
});

on_both_databases!(a_hand_over_names_its_reason_and_can_be_undone, |database| {
    let town = Town::on(&database);
    let anna = town.person("e-anna", json!({}));
    let about = town.suggest(&anna, &town.work("p-1", 1)).unwrap();
    let id = todo_about(&town, about.as_str()).id;
    let at = version(&town, &id);
    let hand_over = |to: &Actor, version| town.desk.hand_over_todo(&town.mediator, &id, hand(to), version);
    assert!(matches!(hand_over(&town.steward, at), Err(Error::Invalid(faults)) if faults[0].pointer == "/to"), "no mediator");
    assert!(matches!(hand_over(&town.mediator, at), Err(Error::Invalid(_))), "they have it already");
    assert_eq!(hand_over(&town.second, at - 1).unwrap_err(), Error::Stale { current: at });
    let two = together(2, |_| hand_over(&town.second, at));
    assert_eq!(two.iter().filter(|outcome| outcome.is_ok()).count(), 1, "of two at once one wins: {two:?}");
    let todo = todo_about(&town, about.as_str());
    assert_eq!((holder(&todo), because(&todo)[0].as_str()), (Some("u-second"), "een collega droeg het over"));
    let detail = town.desk.todo_detail(&town.second, &id).unwrap().value;
    let last = detail.assignments.last().unwrap();
    assert_eq!((last.why.as_deref(), last.made_by.as_ref()), (Some("Jij kent deze persoon."), Some(&town.mediator.user)));
    assert_eq!(detail.can_go_to.iter().map(|to| to.user.as_str()).collect::<Vec<_>>(), ["u-mediator"]);
    // The one of the trail has no words.
    let trail = AuditQuery { action: Some(Action::HandOver), limit: 9, ..AuditQuery::default() };
    assert_eq!(town.read(|db| db.audit_rows(&trail)).len(), 1);
    let undo = || town.desk.undo_hand_over(&town.second, &id, version(&town, &id));
    assert_eq!(undo().unwrap().value.assigned_to.as_ref(), Some(&town.mediator.user));
    assert_eq!(conflict(undo()), Conflict::NotHandedOver);
    // A steward sees no people, and so does not know of this.
    assert_eq!(town.desk.todo(&town.steward, &id).unwrap_err(), Error::NotFound);
    assert!(town.desk.todos(&town.steward, false, &PageRequest::first(9)).unwrap().items.is_empty());
    assert_eq!(town.desk.todo(&town.auditor, &id).unwrap_err(), Error::NotAllowed);
});

on_both_databases!(a_preview_shows_what_dealing_does, |database| {
    let town = Town::on(&database);
    knows(&town, &town.mediator.user, [&["zorg"], &[], &[]]);
    let packages: Vec<PackageId> = (0..6).map(|at| town.work(&format!("p-{at}"), 9)).collect();
    let matches: Vec<MatchId> =
        (0..6).map(|at| town.suggest(&town.person(&format!("e-{at}"), json!({})), &packages[at]).unwrap()).collect();
    let by_hand = todo_about(&town, matches[0].as_str());
    let to = if holder(&by_hand) == Some("u-second") { &town.mediator } else { &town.second };
    town.desk.hand_over_todo(&town.mediator, &by_hand.id, hand(to), version(&town, &by_hand.id)).unwrap();
    // One package has a setting of its own, which a turn for the network does not touch.
    turn(&town, &Scope::Package(packages[1].clone()), json!({ "weights": { "sector": 0, "region": 0, "language": 0, "load": 1 } }));
    let setting: SectorKnob = of(&json!({ "weights": { "sector": 0, "load": 9 } }));
    let preview = town.desk.preview_sector_knob(&town.mediator, &Scope::Network, &setting).unwrap();
    assert_eq!((preview.todos.len(), preview.handed_over), (5, 1));
    assert!(preview.todos.iter().any(|effect| effect.before != effect.after), "the knob does something: {preview:?}");
    let before: Vec<StoredTodo> = open(&town);
    assert_eq!(preview.load.iter().map(|load| load.now).sum::<u32>(), 6);
    assert!(
        preview
            .load
            .iter()
            .all(|load| before.iter().filter(|todo| todo.assigned_to.as_ref() == Some(&load.user)).count() as u32 == load.now)
    );
    turn(&town, &Scope::Network, json!({ "weights": { "sector": 0, "load": 9 } }));
    assert_eq!(open(&town), before, "what is in somebody's hands stays there");
    let dealt = town.desk.deal_todos(&town.mediator, &Scope::Network).unwrap();
    assert_eq!((dealt.dealt, dealt.unassigned), (5, 0));
    let after = open(&town);
    for effect in &preview.todos {
        let found = after.iter().find(|todo| todo.id == effect.todo).unwrap();
        assert_eq!(found.assigned_to, effect.after, "{effect:?}");
    }
    for load in &preview.load {
        let has = after.iter().filter(|todo| todo.assigned_to.as_ref() == Some(&load.user)).count();
        assert_eq!(has as u32, load.after, "{load:?}");
    }
    assert_eq!(todo_about(&town, matches[0].as_str()).assigned_to.as_ref(), Some(&to.user), "by hand is by hand");
    assert_eq!(town.desk.deal_todos(&town.mediator, &Scope::Network).unwrap().moved, 0, "dealt twice is dealt once");
});

on_both_databases!(of_two_turns_at_once_one_wins_and_a_gone_scope_is_said, |database| {
    let town = Town::on(&database);
    let setting = |days: u32| Some(of::<SectorKnob>(&json!({ "reroute_after_days": days })));
    for round in 0..5 {
        let turn = |at: usize| town.desk.turn_plain_knob(&town.mediator, &Scope::Network, setting(at as u32 + 1), prose("Sneller."), round);
        let outcomes = together(4, turn);
        let winner = outcomes.iter().position(Result::is_ok).unwrap();
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(Error::Stale { current: round as i64 + 1 })).count(), 3);
        let standing = town.desk.plain_knob::<SectorKnob>(&town.auditor, &Scope::Network).unwrap();
        assert_eq!((standing.setting.reroute_after_days.get(), standing.number), (winner as u32 + 1, round + 1));
    }
    let gone = Scope::Package(of(&json!("p-gone")));
    assert_eq!(town.desk.turn_plain_knob(&town.mediator, &gone, setting(2), prose("Sneller."), 0).unwrap_err(), Error::NotFound);
    assert_eq!(town.desk.preview_sector_knob(&town.mediator, &gone, &SectorKnob::default()).unwrap_err(), Error::NotFound);
    assert_eq!(town.desk.deal_todos(&town.mediator, &gone).unwrap_err(), Error::NotFound);
    let versions = town.desk.versions_of_knob(&town.mediator, Knob::Sector, &Scope::Network, &PageRequest::first(9)).unwrap().items;
    assert_eq!(versions.iter().map(|version| version.number).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
});

on_both_databases!(what_was_written_about_somebody_goes_with_them, |database| {
    let town = Town::on(&database);
    knows(&town, &town.second.user, [&[], &[], &["ar"]]);
    let anna = town.person("e-anna", json!({ "languages": { "ar": "C1", "nl": "A1" } }));
    let about = town.suggest(&anna, &town.work("p-1", 1)).unwrap();
    let id = todo_about(&town, about.as_str()).id;
    assert!(because(&todo_about(&town, about.as_str())).contains(&"spreekt Arabisch".to_owned()));
    let bytes: Vec<u8> = town.read(|db| {
        use diesel::prelude::*;
        use raakvlak_store::schema::todo_assignments::dsl as table;
        Ok(table::todo_assignments.filter(table::todo_id.eq(&id)).select(table::sealed).first(db.connection())?)
    });
    assert!(!String::from_utf8_lossy(&bytes).contains("Arab"), "it lies sealed");
    // The mediator goes: it is nobody's, and then somebody else's.
    town.desk.erase_user(&town.steward, &town.second.user).unwrap();
    assert_eq!(holder(&todo_about(&town, about.as_str())), None);
    assert_eq!(town.desk.route_waiting().unwrap(), 1);
    assert_eq!(holder(&todo_about(&town, about.as_str())), Some("u-mediator"));
    assert_eq!(town.read(|db| assignments::of(db, &id))[0].to, None, "who is erased is named nowhere");
    // The person goes: so does everything about them.
    town.desk.erase_expert(&anna, &expert_of(&anna)).unwrap();
    assert!(open(&town).is_empty() && town.read(|db| assignments::of(db, &id)).is_empty());
});

/// Whether each open to-do has somebody who may have it, or nobody may.
fn is_sound(town: &Town) {
    let people = town.read(|db| users::active_in(db, &[Role::Mediator]));
    for todo in open(town) {
        let found = town.stored(&of(&json!(todo.object_id)));
        let apart = |user: &users::InRoles| {
            user.roles.contains(&Role::Mediator)
                && user.expert.as_ref() != Some(&found.expert)
                && !user.organisations.contains(&found.organisation)
        };
        match &todo.assigned_to {
            Some(holder) => assert!(people.iter().any(|user| user.id == *holder && apart(user)), "{todo:?}"),
            None => assert!(!people.iter().any(apart), "{todo:?}"),
        }
    }
}

on_both_databases!(whatever_happens_in_whatever_order_nothing_is_lost_or_with_who_has_an_interest, |database| {
    let town = Town::on(&database);
    let mut dice = Dice(20_261_123);
    let mediators: Vec<Actor> = (0..4).map(|at| town.user(&format!("u-m{at}"), &["mediator"], &[], None)).collect();
    let package = town.work("p-1", 99);
    for step in 0..60 {
        let somebody = &mediators[dice.below(4)].user;
        let kept = town.read(|db| users::get(db, somebody)).unwrap();
        match dice.below(7) {
            0 | 1 => drop(town.suggest(&town.person(&format!("e-{step}"), json!({})), &package).unwrap()),
            2 => {
                let state = if dice.below(2) == 0 { UserState::Blocked } else { UserState::Active };
                town.desk.set_user_state(&town.steward, somebody, state, kept.version).unwrap();
            }
            3 if !kept.user.organisations.iter().any(|id| id.as_str() == ORGANISATION) => joins(&town, somebody, ORGANISATION),
            3 => town.desk.remove_member(&town.steward, &of(&json!(ORGANISATION)), somebody).unwrap(),
            4 => turn(&town, &Scope::Network, json!({ "weights": { "sector": dice.below(11), "load": 1 + dice.below(10) } })),
            5 => town.clock.advance(dice.below(5) as i64 * DAY),
            _ => {
                let waiting = open(&town);
                if let Some(todo) = waiting.get(dice.below(waiting.len().max(1))) {
                    let over = HandOver { to: somebody.clone(), why: prose("Kijk jij?") };
                    let ended = town.desk.hand_over_todo(&town.mediator, &todo.id, over, todo.version);
                    assert!(!matches!(ended, Err(Error::Internal(_) | Error::Stale { .. } | Error::NotFound)), "{ended:?}");
                }
            }
        }
        town.desk.route_waiting().unwrap();
        is_sound(&town);
        if step % 20 == 19 {
            town.desk.deal_todos(&town.steward, &Scope::Network).unwrap();
            is_sound(&town);
        }
    }
    assert!(open(&town).len() > 5);
    assert!(town.desk.store().verify_audit().unwrap().is_whole());
});
