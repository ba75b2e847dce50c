//! Rules in the life of work and matches: whom they keep out of a list, what they refuse, who hears what of them, and how they are written.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::PackageId;
use raakvlak_domain::knobs::{Knob, Scope};
use raakvlak_domain::matches::{MatchState, Verb};
use raakvlak_domain::reading::Fresh;
use raakvlak_domain::rules::{Effect, Possibility, Rule, RulesKnob};
use raakvlak_domain::users::Role;
use raakvlak_engine::gates::Gate;
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::Error;
use raakvlak_service::rules::judging::{Report, RuleTrouble};
use raakvlak_service::rules::trouble::{RULE_CONTRADICTS, RULE_FAILED};
use raakvlak_service::rules::trying::{OwnCase, Trial};
use raakvlak_service::rules::{RuleRecord, RuleVersion};
use raakvlak_store::packages;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Town, expert_of, of, prose, work};
use serde_json::{Value, json};

use crate::common::open_todos;

/// Paid work that asks so many hours at least.
pub(crate) fn paid(town: &Town, id: &str, least: u32) -> PackageId {
    let mut told = work(id, 2);
    told["hours"] = json!({ "min": least, "max": 40 });
    told["reward"] = json!({ "kind": "paid", "amount": 16 });
    told["work_form"] = json!("regular_job");
    let package = of::<raakvlak_domain::packages::TaskPackage>(&told);
    let name = package.id.clone();
    town.desk.store().write(move |tx| packages::insert(tx, &package, None).map(drop)).unwrap();
    name
}

fn arranged(hours: f64) -> Value {
    json!({ "hours": hours, "start": "2026-12-07", "reward": { "kind": "paid", "amount": 16 } })
}

/// How many people can be proposed, and how many a rule keeps out.
fn listed(town: &Town, package: &PackageId) -> (u32, u32) {
    let answer = town.desk.rank_package(&town.mediator, package).unwrap().answer;
    let kept_out = answer.barriers.iter().find(|barrier| barrier.gate == Gate::Rule).map_or(0, |barrier| barrier.all);
    (answer.eligible, kept_out)
}

pub(crate) fn switched(rule: &str, act: &str) -> RulesKnob {
    of(&json!({ "switches": [{ "rule": rule, "act": act }] }))
}

/// What comes out of one rule.
fn outcome(report: &Report, rule: &str) -> Option<Possibility> {
    report.outcomes.iter().find(|outcome| outcome.rule.as_str() == rule).map(|outcome| outcome.outcome)
}

pub(crate) fn rule(told: &Value) -> Rule {
    let both = json!({ "nl": "Een regel", "en": "A rule" });
    let mut whole = json!({ "title": both, "decided_by": both, "text": both, "effect": "warn" });
    whole.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
    of::<Fresh<Rule>>(&whole).0
}

/// The places and codes of everything that is wrong.
#[track_caller]
fn faults<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<(String, &'static str)> {
    match outcome {
        Err(Error::Invalid(faults)) => faults.into_iter().map(|fault| (fault.pointer, fault.kind.code())).collect(),
        other => panic!("no faults: {other:?}"),
    }
}

on_both_databases!(what_blocks_keeps_people_out_of_a_list_until_the_knob_lets_them_in, |database| {
    let town = Town::on(&database);
    let package = paid(&town, "p-1", 30);
    let busy = town.person("e-busy", json!({ "commitments": [{ "hours": 36 }] }));
    for (id, told) in [("e-free", json!({ "commitments": [] })), ("e-silent", json!({})), ("e-just", json!({ "committed_hours": 30 }))] {
        let _ = town.person(id, told);
    }
    // 36 and 30 hours are more than the law lets an employee work; who told nothing is kept out of nothing.
    assert_eq!(listed(&town, &package), (3, 1));
    let off = switched("weekly_hours", "off");
    let effect = town.desk.preview_rules_knob(&town.mediator, &Scope::Network, &off).unwrap();
    assert_eq!((effect[0].kept_out_before, effect[0].kept_out_after, effect[0].let_in, effect[0].newly_kept_out), (1, 0, 1, 0));
    let turn = |scope: &Scope, setting: Option<RulesKnob>, on| {
        town.desk.turn_plain_knob(&town.mediator, scope, setting, prose("we praten er eerst over"), on)
    };
    turn(&Scope::Network, Some(switched("weekly_hours", "warn")), 0).unwrap();
    assert_eq!(listed(&town, &package), (4, 0));
    // The narrowest setting holds, here for the package alone, until it is taken away.
    let of_package = Scope::Package(package.clone());
    turn(&of_package, Some(RulesKnob::default()), 0).unwrap();
    assert_eq!(listed(&town, &package), (3, 1));
    assert!(town.desk.preview_rules_knob(&town.mediator, &Scope::Network, &off).unwrap().is_empty(), "nothing in the network hangs on it");
    let standing = turn(&of_package, None, 1).unwrap();
    assert_eq!((standing.setting.act(&of(&json!("weekly_hours"))).as_str(), standing.number), ("warn", 2));
    turn(&Scope::Network, Some(RulesKnob::default()), 1).unwrap();
    assert_eq!(listed(&town, &package), (3, 1));
    // Somebody works less elsewhere: they can be proposed at once.
    let id = expert_of(&busy);
    let profile = town.desk.expert(&busy, &id).unwrap();
    let expert = Expert { commitments: Some(vec![of(&json!({ "hours": 12 }))]), ..profile.value };
    town.desk.update_expert(&busy, expert, &id, profile.version).unwrap();
    assert_eq!(listed(&town, &package), (4, 0));
    assert_eq!(town.desk.versions_of_knob(&town.mediator, Knob::Rules, &Scope::Network, &PageRequest::first(9)).unwrap().items.len(), 2);
});

on_both_databases!(the_rules_knob_is_turned_by_who_may_and_names_rules_that_exist, |database| {
    let town = Town::on(&database);
    let setting = of(&json!({ "switches": [{ "rule": "weekly_hours", "act": "off" }, { "rule": "no-such-rule", "act": "off" }] }));
    let turn = |actor: &Actor, setting: RulesKnob, on| {
        town.desk.turn_plain_knob(actor, &Scope::Network, Some(setting), prose("waarom"), on).map(|standing| standing.number)
    };
    assert_eq!(faults(turn(&town.steward, setting, 0)), [("/setting/switches/1/rule".to_owned(), "dangling")]);
    let anna = town.person("e-anna", json!({}));
    for actor in [&anna, &town.employee, &town.auditor] {
        assert_eq!(turn(actor, RulesKnob::default(), 0), Err(Error::NotAllowed));
    }
    assert_eq!(turn(&town.steward, switched("weekly_hours", "off"), 0), Ok(1));
    assert_eq!(turn(&town.mediator, RulesKnob::default(), 0), Err(Error::Stale { current: 1 }));
    assert_eq!(town.desk.knob(&town.mediator, &Scope::Network).unwrap().number, 0, "the matcher knob counts for itself");
});

on_both_databases!(a_confirmation_is_refused_by_name_and_what_came_out_is_kept, |database| {
    let town = Town::on(&database);
    let package = paid(&town, "p-1", 2);
    let anna = town.person("e-anna", json!({ "commitments": [{ "hours": 36 }], "income": { "benefit": "social_assistance" } }));
    let found = town.led_to(MatchState::Agreed, &anna, &package, &arranged(24.5));
    let confirm = |on| town.decide(&town.second, &found, town.decision(Verb::Confirm, Some(on), &arranged(24.5)).unwrap());
    match confirm(1) {
        Err(Error::RuleBlocks(blocking)) => {
            assert_eq!(blocking.iter().map(|blocking| blocking.rule.as_str()).collect::<Vec<_>>(), ["weekly_hours"]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(town.stored(&found).state, MatchState::Agreed);
    for verb in [Verb::Rearrange, Verb::Accept, Verb::Introduce, Verb::Agree] {
        town.step(&found, verb, &anna, &arranged(24.0));
    }
    confirm(2).unwrap();
    let told = town.desk.match_rules(&town.mediator, &found).unwrap();
    let verbs: Vec<Option<Verb>> = told.before.iter().map(|step| step.verb).collect();
    assert_eq!(verbs, [Verb::Review, Verb::Offer, Verb::Rearrange, Verb::Confirm].map(Some));
    let kept = |at: usize| -> String {
        let outcomes = told.before[at].report["outcomes"].as_array().unwrap();
        outcomes.iter().find(|outcome| outcome["rule"] == "weekly_hours").unwrap()["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!([0, 1, 2, 3].map(kept), ["unknown", "not", "possible", "possible"]);
    assert_eq!(outcome(&told.now, "weekly_hours"), Some(Possibility::Possible), "the match itself does not count twice");
    assert!(!told.now.notice_nl.is_empty() && told.now.outcomes.iter().all(|outcome| !outcome.decided_by.nl.as_str().is_empty()));
});

on_both_databases!(what_touches_an_income_is_for_the_persons_own_eyes, |database| {
    let town = Town::on(&database);
    let package = paid(&town, "p-1", 2);
    let told = json!({ "commitments": [], "income": { "benefit": "disabled_young" }, "disclosure": { "income": "organisation" } });
    let anna = town.person("e-anna", told);
    let found = town.led_to(MatchState::Introduced, &anna, &package, &arranged(16.0));
    let own = town.desk.match_rules(&anna, &found).unwrap();
    assert_eq!(outcome(&own.now, "no_risk_policy"), Some(Possibility::Possible));
    let mediating = town.desk.match_rules(&town.mediator, &found).unwrap();
    assert_eq!(outcome(&mediating.now, "no_risk_policy"), Some(Possibility::Unknown), "it exists, and has to be asked");
    let shown = mediating.now.outcomes.iter().filter(|outcome| outcome.touches_income);
    assert!(shown.clone().count() > 0 && shown.clone().all(|outcome| outcome.effect == Effect::Instrument));
    let kept = serde_json::to_string(&own.before).unwrap();
    assert!(!kept.contains("disabled_young"));
    let measures = |actor: &Actor| {
        let found = town.desk.match_instruments(actor, &found).unwrap();
        found.into_iter().map(|told| (told.instrument.id.to_string(), told.outcome)).collect::<Vec<_>>()
    };
    assert!(measures(&anna).contains(&("no_risk_policy".to_owned(), Possibility::Possible)));
    assert!(measures(&town.mediator).iter().all(|(_, outcome)| *outcome == Possibility::Unknown));
    assert!(!measures(&anna).iter().any(|(id, _)| id == "wage_cost_subsidy") || measures(&anna).len() > 3);
    for actor in [&town.employee, &town.steward] {
        assert_eq!(town.desk.match_rules(actor, &found).unwrap_err(), Error::NotAllowed);
        assert_eq!(town.desk.match_instruments(actor, &found).unwrap_err(), Error::NotAllowed);
    }
    assert_eq!(town.desk.match_rules(&town.neighbour, &found).unwrap_err(), Error::NotFound);
});

on_both_databases!(somebody_asks_for_themselves_and_nothing_of_it_is_kept, |database| {
    let town = Town::on(&database);
    let package = paid(&town, "p-1", 2);
    let anna = town.person("e-anna", json!({ "commitments": [], "income": { "benefit": "social_assistance" } }));
    let ask = |actor: &Actor, answers: Value| {
        town.desk.own_rules(actor, &of::<OwnCase>(&json!({ "package": package, "arrangement": arranged(8.0), "answers": answers })))
    };
    let silent = ask(&anna, json!({})).unwrap();
    assert_eq!(outcome(&silent, "earning_beside_social_assistance"), Some(Possibility::Unknown));
    let asked = silent.outcomes.iter().find(|outcome| outcome.rule.as_str() == "earning_beside_social_assistance").unwrap();
    assert_eq!(asked.ask.iter().map(|ask| ask.key.as_str()).collect::<Vec<_>>(), ["answers.told_municipality"]);
    let told = ask(&anna, json!({ "told_municipality": true })).unwrap();
    assert_eq!(outcome(&told, "earning_beside_social_assistance"), Some(Possibility::Possible));
    assert_eq!(ask(&anna, json!({})).unwrap(), silent);
    // Work that goes on into the next year is told of the version that comes then, which blocks nothing yet.
    let later: Vec<_> = silent.outcomes.iter().filter(|outcome| outcome.from.is_some()).collect();
    assert!(later.iter().any(|outcome| outcome.rule.as_str() == "earning_beside_social_assistance" && !outcome.blocks), "{later:?}");
    assert_eq!(ask(&town.mediator, json!({})).unwrap_err(), Error::NotFound);
});

on_both_databases!(a_rule_is_written_with_every_fault_named_and_ends_without_a_trace_lost, |database| {
    let town = Town::on(&database);
    let write = |actor: &Actor, told: Value| town.desk.write_rule(actor, rule(&told), prose("afgesproken"));
    let wrong =
        json!({ "id": "buddy", "applies": "work.frm == 'x'", "when": "arrangement.hours >", "effect": "instrument", "instrument": "none" });
    let expected = [("/applies", "unknown_name"), ("/when", "not_an_expression"), ("/instrument", "dangling")];
    assert_eq!(faults(write(&town.steward, wrong)), expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    let quiet = json!({ "id": "buddy", "when": "person.benefit == 'none'" });
    assert_eq!(faults(write(&town.steward, quiet)), [("/touches_income".to_owned(), "expected")]);
    for actor in [&town.mediator, &town.employee] {
        assert_eq!(write(actor, json!({ "id": "buddy", "when": "true" })).unwrap_err(), Error::NotAllowed);
    }
    let first = write(&town.steward, json!({ "id": "buddy", "when": "arrangement.guidance_hours >= 1.0" })).unwrap();
    assert_eq!(first.value.versions.iter().map(|version| version.rule.number.get()).collect::<Vec<_>>(), [1]);
    let second = json!({ "id": "buddy", "when": "true", "valid_from": "2027-01-01" });
    assert_eq!(faults(write(&town.steward, second.clone())), [("/valid_from".to_owned(), "overlaps")]);
    let end = |id: &str, day: &str, on: i64| {
        town.desk.end_rule(&town.steward, &of(&json!(id)), (of(&json!(1)), of(&json!(day))), prose("voorbij"), on)
    };
    assert_eq!(faults(end("buddy", "2026-11-21", first.version)), [("/last_day".to_owned(), "out_of_range")]);
    assert_eq!(end("buddy", "2026-12-31", first.version + 1).unwrap_err(), Error::Stale { current: first.version });
    let ended = end("buddy", "2026-12-31", first.version).unwrap();
    let both = write(&town.steward, second).unwrap();
    assert!(ended.version != first.version && both.version != ended.version);
    // One of those to start with can end as well, and goes on standing there.
    let weekly = of(&json!("weekly_hours"));
    let before = town.desk.rule(&town.mediator, &weekly).unwrap();
    let after = end("weekly_hours", "2026-11-22", before.version).unwrap();
    let told = |record: &RuleRecord| record.versions.iter().map(|version| (version.holds, version.written_here)).collect::<Vec<_>>();
    assert_eq!((told(&before.value), told(&after.value)), (vec![(true, false)], vec![(false, false)]));
    assert_eq!(after.value.versions[0].ended_by.as_ref(), Some(&town.steward.user));
    let package = paid(&town, "p-1", 30);
    let _ = town.person("e-busy", json!({ "commitments": [{ "hours": 36 }] }));
    assert_eq!(listed(&town, &package), (1, 0), "it holds no more");
    assert_eq!(town.desk.rules(&town.auditor, &PageRequest::first(100)).unwrap().items.len(), 37);
    let mut pages: Vec<RuleVersion> = Vec::new();
    let mut request = PageRequest::first(10);
    while let Some(next) = {
        let page = town.desk.rules(&town.auditor, &request).unwrap();
        pages.extend(page.items);
        page.next
    } {
        request = PageRequest::after(&next, 10);
    }
    assert_eq!(pages, town.desk.rules(&town.auditor, &PageRequest::first(100)).unwrap().items);
});

on_both_databases!(a_rule_is_tried_before_it_goes_live, |database| {
    let town = Town::on(&database);
    let package = paid(&town, "p-1", 2);
    let anna = town.person("e-anna", json!({ "commitments": [], "documents": ["teaching_licence"], "income": { "benefit": "none" } }));
    let both = json!({ "nl": "Een regel", "en": "A rule" });
    let tried = |actor: &Actor, when: &str, case: Value| {
        let mut trial = case;
        trial["rule"] = json!({ "id": "new", "title": both, "when": when, "effect": "warn", "decided_by": both, "text": both });
        town.desk.try_rules(actor, of::<Trial>(&trial))
    };
    let here = json!({ "package": package, "expert": expert_of(&anna) });
    let report = |outcome: Result<_, Error>| -> Report {
        let tried: raakvlak_service::rules::trying::Tried = outcome.unwrap();
        tried.report
    };
    assert_eq!(
        outcome(&report(tried(&town.mediator, "'teaching_licence' in person.documents", here.clone())), "new"),
        Some(Possibility::Possible)
    );
    assert_eq!(tried(&town.steward, "true", here.clone()).unwrap_err(), Error::NotAllowed, "a steward sees nobody's profile");
    let told = json!({ "person": { "documents": [] } });
    assert_eq!(outcome(&report(tried(&town.steward, "'x' in person.documents", told.clone())), "new"), Some(Possibility::Not));
    let failed = report(tried(&town.steward, "person.documents[3] == 'x'", told));
    assert_eq!((failed.outcomes[0].outcome, failed.outcomes[0].trouble), (Possibility::Unknown, Some(RuleTrouble::Failed)));
    assert_eq!(faults(tried(&town.mediator, "persn.documents == []", here)), [("/rule/when".to_owned(), "unknown_name")]);
    let whole = town.desk.try_rules(&town.mediator, of::<Trial>(&json!({ "package": package, "arrangement": arranged(61.0) }))).unwrap();
    assert!(whole.silent.iter().any(|id| id.as_str() == "volunteer_allowance"), "{:?}", whole.silent);
    let seen = town.desk.my_views(&anna, &PageRequest::first(20)).unwrap();
    assert_eq!(
        seen.items.iter().filter(|view| view.role == Role::Mediator.as_str()).count(),
        1,
        "a trial on somebody who is here is a look"
    );
});

on_both_databases!(a_rule_that_goes_wrong_blocks_nobody_and_says_so, |database| {
    let town = Town::on(&database);
    let told = json!({ "id": "broken", "when": "person.documents[2] == 'x'", "effect": "block", "at_shortlist": true, "status": "in_force",
        "sources": [{ "title": "a law", "read": "2026-11-23" }] });
    town.desk.write_rule(&town.steward, rule(&told), prose("om te proberen")).unwrap();
    let package = paid(&town, "p-1", 2);
    let anna = town.person("e-anna", json!({ "commitments": [], "documents": [] }));
    let _ =
        town.person("e-third", json!({ "commitments": [], "documents": ["teaching_licence", "driving_licence_b", "care_registration"] }));
    assert_eq!(listed(&town, &package), (1, 1), "only of who has three documents it can be told");
    let found = town.led_to(MatchState::Confirmed, &anna, &package, &arranged(8.0));
    let told = town.desk.match_rules(&town.mediator, &found).unwrap();
    let broken = told.now.outcomes.iter().find(|outcome| outcome.rule.as_str() == "broken").unwrap();
    assert_eq!((broken.outcome, broken.blocks, broken.trouble), (Possibility::Unknown, false, Some(RuleTrouble::Failed)));
});

on_both_databases!(a_rule_that_goes_wrong_is_a_to_do_for_a_steward_until_it_is_put_right, |database| {
    let town = Town::on(&database);
    let told = json!({ "id": "broken", "when": "person.documents[2] == 'x'", "effect": "block", "at_shortlist": true, "status": "in_force",
        "sources": [{ "title": "a law", "read": "2026-11-23" }] });
    let kept = town.desk.write_rule(&town.steward, rule(&told), prose("om te proberen")).unwrap();
    let package = paid(&town, "p-1", 2);
    let _ = town.person("e-anna", json!({ "commitments": [], "documents": [] }));
    assert_eq!(town.desk.look_after_rules().unwrap(), 0);
    assert!(open_todos(&town, "broken").is_empty(), "nobody was judged by it yet");
    listed(&town, &package);
    for _ in 0..2 {
        town.desk.look_after_rules().unwrap();
        assert_eq!(open_todos(&town, "broken"), [RULE_FAILED], "once");
    }
    let mine = town.desk.todos(&town.steward, true, &PageRequest::first(9)).unwrap().items;
    assert_eq!(mine.len(), 1, "a steward writes rules, so a steward has it");
    assert_eq!(mine[0].value.object, "broken");
    // The next version begins today, and the one that went wrong ends yesterday: then it is right again, by itself.
    town.clock.advance(60);
    let yesterday = day_before(&town);
    town.desk.end_rule(&town.steward, &of(&json!("broken")), (of(&json!(1)), yesterday), prose("het ging mis"), kept.version).unwrap();
    let right = json!({ "id": "broken", "when": "'x' in person.documents", "valid_from": town.desk.today() });
    town.desk.write_rule(&town.steward, rule(&right), prose("zo gaat het goed")).unwrap();
    assert_eq!((town.desk.look_after_rules().unwrap(), open_todos(&town, "broken").len()), (1, 0));
    listed(&town, &package);
    town.desk.look_after_rules().unwrap();
    assert!(open_todos(&town, "broken").is_empty());
});

on_both_databases!(two_versions_on_one_day_are_a_to_do_too, |database| {
    let town = Town::on(&database);
    let told = |number: u32| {
        let mut told = rule(&json!({ "id": "twice", "when": "true" }));
        told.number = of(&json!(number));
        told
    };
    let kept = town.desk.write_rule(&town.steward, told(1), prose("de eerste")).unwrap();
    // As another program's set may bring it in beside what is kept here.
    let second = raakvlak_store::rules::StoredRule {
        rule: told(2),
        made_by: Some(town.steward.user.clone()),
        made_at: town.desk.now(),
        why: prose("de tweede"),
        ended_by: None,
        ended_at: None,
        ended_why: None,
    };
    town.desk.store().write(move |tx| raakvlak_store::rules::insert(tx, &second)).unwrap();
    town.desk.look_after_rules().unwrap();
    assert_eq!(open_todos(&town, "twice"), [RULE_CONTRADICTS]);
    let current = town.desk.rule(&town.steward, &of(&json!("twice"))).unwrap().version.max(kept.version);
    let yesterday = day_before(&town);
    town.desk.end_rule(&town.steward, &of(&json!("twice")), (of(&json!(1)), yesterday), prose("er is een nieuwe"), current).unwrap();
    assert_eq!((town.desk.look_after_rules().unwrap(), open_todos(&town, "twice").len()), (1, 0));
});

fn day_before(town: &Town) -> Date {
    Date::from_day_number(town.desk.today().day_number() - 1).unwrap()
}
