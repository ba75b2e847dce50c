//! The threshold knob: what stands between people, work and each other, from the ranking to the first offer and from a draft to a mediator's desk.

use std::sync::Arc;

use raakvlak_domain::identifiers::{PackageId, ProgrammeId};
use raakvlak_domain::knobs::{MatcherSetting, Scope};
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_service::actor::Actor;
use raakvlak_service::carving::AskedSizes;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::knobs::Source;
use raakvlak_service::organisations::Direction;
use raakvlak_store::packages;
use raakvlak_testkit::app::TestServer;
use raakvlak_testkit::town::{Town, hours, of, prose, work};
use raakvlak_testkit::{contract, on_both_databases};
use serde_json::{Value, json};

use super::common::{conflict, open_todos};

/// Cooking, which somebody can do, nearly do, or not do, for which a certificate of conduct and a diploma are asked.
fn kitchen(town: &Town, id: &str) -> PackageId {
    let mut told = work(id, 3);
    told["state"] = json!("published");
    told["tasks"] =
        json!([{ "id": "t1", "hours": 4, "requirements": [{ "competence": "rv:cook-together", "level": 3, "need": "essential" }] }]);
    told["documents"] = json!([
        { "document": "conduct_certificate" },
        { "document": "vocational_diploma", "diploma": true, "shows": [{ "competence": "rv:cook-healthy", "level": 2 }] },
    ]);
    let package = of::<TaskPackage>(&told);
    let id = package.id.clone();
    town.desk.store().write(move |tx| packages::insert(tx, &package, None).map(drop)).unwrap();
    id
}

fn cooks(town: &Town) {
    let able = |id: &str, competence: &str, level: u8, documents: &[&str]| {
        let told = json!({ "competences": [{ "competence": competence, "level": level }], "documents": documents });
        let _ = town.person(id, told);
    };
    able("e-both", "rv:cook-together", 3, &["conduct_certificate", "vocational_diploma"]);
    able("e-law", "rv:cook-together", 3, &["conduct_certificate"]);
    able("e-diploma", "rv:cook-together", 3, &["vocational_diploma"]);
    able("e-little", "rv:cook-together", 1, &["conduct_certificate", "vocational_diploma"]);
}

fn knob(told: &Value) -> ThresholdKnob {
    of(told)
}

fn turn(town: &Town, scope: &Scope, told: &Value, built_on: u64) {
    town.desk.turn_plain_knob(&town.mediator, scope, Some(knob(told)), prose("Zo afgesproken"), built_on).unwrap();
}

/// Who can be proposed.
fn listed(town: &Town, package: &PackageId) -> Vec<String> {
    let answer = town.desk.rank_package(&town.mediator, package).unwrap().answer;
    let mut listed: Vec<String> = answer.shortlist.iter().map(|person| person.expert.to_string()).collect();
    listed.sort();
    listed
}

on_both_databases!(a_diploma_means_what_the_knob_says_and_the_law_what_it_says, |database| {
    let town = Town::on(&database);
    cooks(&town);
    let id = kitchen(&town, "p-kitchen");
    assert_eq!(listed(&town, &id), ["e-both", "e-little"], "at the start a diploma is a gate");
    turn(&town, &Scope::Network, &json!({ "diploma": "score" }), 0);
    assert_eq!(listed(&town, &id), ["e-both", "e-law", "e-little"], "what the law asks stays a gate");
    let law = of(&json!("e-law"));
    let explained = town.desk.explain(&town.mediator, &id, &law).unwrap();
    let told = serde_json::to_string(&explained).unwrap();
    assert!(told.contains("rv:cook-healthy"), "what it shows is asked instead: {told}");
    turn(&town, &Scope::Package(id.clone()), &json!({ "diploma": "nothing" }), 0);
    assert_eq!(listed(&town, &id), ["e-both", "e-law", "e-little"]);
    let told = serde_json::to_string(&town.desk.explain(&town.mediator, &id, &law).unwrap()).unwrap();
    assert!(!told.contains("rv:cook-healthy"), "{told}");
});

on_both_databases!(the_threshold_reaches_every_answer_from_one_place, |database| {
    let town = Town::on(&database);
    cooks(&town);
    let id = kitchen(&town, "p-kitchen");
    turn(&town, &Scope::Network, &json!({ "essential_from": 5_000 }), 0);
    let ranked = town.desk.rank_package(&town.mediator, &id).unwrap();
    assert_eq!(ranked.knob.essential_from.get(), 5_000);
    assert_eq!(listed(&town, &id), ["e-both"], "a third of the level is under it");
    let setting = MatcherSetting { floor: of(&json!(0)), ..MatcherSetting::default() };
    let preview = town.desk.preview_knob(&town.mediator, &id, &setting).unwrap();
    assert!(
        preview.moves.iter().all(|moved| moved.expert.as_str() == "e-both"),
        "a preview of the matcher keeps the threshold: {preview:?}"
    );
    let turned = town.desk.turn_knob(&town.mediator, &Scope::Package(id.clone()), Some(setting), prose("Zonder bodem"), 0).unwrap();
    assert!(turned.version.is_some());
    assert_eq!(listed(&town, &id), ["e-both"], "a setting of the matcher's own scope leaves it as it is");
    let little = of(&json!("e-little"));
    let gates = town.desk.explain(&town.mediator, &id, &little).unwrap()["gates"].clone();
    assert!(gates.as_array().unwrap().iter().any(|gate| gate["gate"] == "essential" && gate["verdict"] == "shut"), "{gates}");
    assert_eq!(town.desk.packages_of_expert(&town.mediator, &little).unwrap().packages, []);
    let repairs = town.desk.repairs(&town.mediator, &id).unwrap();
    assert!(serde_json::to_string(&repairs).unwrap().contains("guidance"), "guidance would help: {repairs:?}");
    assert_eq!(town.desk.carve_package(&town.mediator, &id, AskedSizes::default()).unwrap().carving.as_one_job, 1);
    let unseen = town.desk.unseen(&town.mediator, Default::default()).unwrap();
    let why = unseen.listed.iter().find(|person| person.expert == little).unwrap();
    assert_eq!(serde_json::to_value(why.gate).unwrap(), json!("essential"));
});

on_both_databases!(a_preview_and_a_report_say_whom_it_keeps_out_alone, |database| {
    let town = Town::on(&database);
    cooks(&town);
    for number in 0..10 {
        let told = json!({ "competences": [{ "competence": "rv:cook-together", "level": 1 }], "documents": ["conduct_certificate", "vocational_diploma"] });
        let _ = town.person(&format!("e-more-{number}"), told);
    }
    let id = kitchen(&town, "p-kitchen");
    let _ = town.work("p-other", 1);
    let tried =
        knob(&json!({ "essential_from": 5_000, "diploma": "nothing", "questions": 3, "publish_fields": ["reward"], "onboarding_most": 4 }));
    let preview = town.desk.preview_threshold_knob(&town.mediator, &Scope::Network, &tried).unwrap();
    assert_eq!((preview.packages, preview.set_elsewhere, preview.looked_at, preview.changed), (2, 0, 2, 2));
    assert_eq!((preview.asked_first_before, preview.asked_first_after), (0, 14), "everybody told two things");
    let effect = preview.effects.iter().find(|effect| effect.package == id).unwrap();
    assert_eq!((effect.before.eligible, effect.before.by_essential, effect.before.by_diploma), (12, 0, 1));
    assert_eq!((effect.after.eligible, effect.after.by_essential, effect.after.by_diploma), (2, 11, 0));
    assert_eq!(effect.after.lacks, ["/reward"]);
    assert_eq!(town.desk.plain_knob::<ThresholdKnob>(&town.mediator, &Scope::Network).unwrap().from, Source::Start, "nothing is saved");

    turn(&town, &Scope::Network, &json!({ "essential_from": 5_000 }), 0);
    let every = PageRequest::first(100);
    let (exact, page) = town.desk.threshold_report(&town.mediator, &Scope::Network, &every).unwrap();
    assert_eq!((exact.packages, page.items.len(), page.next), (2, 2, None));
    let of_kitchen = page.items.iter().find(|row| row.package == id).unwrap();
    assert_eq!((of_kitchen.eligible, of_kitchen.alone, of_kitchen.all), (Some(1), Some(11), Some(11)));
    assert_eq!((of_kitchen.requirements[0].requirement.as_str(), of_kitchen.requirements[0].alone), ("rv:cook-together", Some(11)));
    assert_eq!((of_kitchen.diplomas[0].requirement.as_str(), of_kitchen.diplomas[0].alone), ("vocational_diploma", Some(1)));
    let (_, rough) = town.desk.threshold_report(&town.auditor, &Scope::Package(id.clone()), &every).unwrap();
    let row = &rough.items[0];
    assert_eq!(
        (row.eligible, row.alone, row.requirements[0].alone, row.diplomas[0].alone),
        (None, Some(11), Some(11), None),
        "under ten is about somebody"
    );
    for other in [&town.employee, &town.neighbour] {
        assert_eq!(town.desk.threshold_report(other, &Scope::Network, &every).unwrap_err(), Error::NotAllowed);
    }
    turn(&town, &Scope::Package(id), &json!({}), 0);
    let preview = town.desk.preview_threshold_knob(&town.mediator, &Scope::Network, &tried).unwrap();
    assert_eq!((preview.packages, preview.set_elsewhere, preview.looked_at), (2, 1, 1));
});

on_both_databases!(questions_come_before_a_first_offer_and_never_before_being_found, |database| {
    let town = Town::on(&database);
    let package = town.work("p-1", 3);
    let quiet = town.person("e-quiet", json!({ "hours": { "min": 2, "max": 10 } }));
    turn(&town, &Scope::Network, &json!({ "questions": 3 }), 0);
    assert_eq!(listed(&town, &package), ["e-quiet"], "found without telling more");
    let id = town.led_to(MatchState::Reviewed, &quiet, &package, &hours(4.0, "2026-12-07"));
    let offer = || town.decision(raakvlak_domain::matches::Verb::Offer, None, &hours(4.0, "2026-12-07")).unwrap();
    assert_eq!(conflict(town.decide(&town.mediator, &id, offer())), Conflict::QuestionsFirst { told: 1, least: 3 });
    turn(&town, &Scope::Package(package.clone()), &json!({ "questions": 1 }), 0);
    town.decide(&town.mediator, &id, offer()).unwrap();
    town.desk.turn_plain_knob::<ThresholdKnob>(&town.mediator, &Scope::Package(package), None, prose("Terug"), 1).unwrap();
    let second = town.work("p-2", 3);
    let id = town.led_to(MatchState::Reviewed, &quiet, &second, &hours(2.0, "2026-12-07"));
    town.decide(&town.mediator, &id, offer()).unwrap();
    assert!(town.desk.check(|| ()).unwrap().whole);
});

on_both_databases!(what_a_package_lacks_is_named_when_it_is_published, |database| {
    let town = Town::on(&database);
    turn(&town, &Scope::Network, &json!({ "publish_fields": ["reward", "task_titles", "guidance"], "onboarding_most": 4 }), 0);
    let mut told = work("new", 1);
    told["onboarding_hours"] = json!(8);
    let draft = town.desk.create_package(&town.employee, of::<TaskPackage>(&told)).unwrap();
    let Err(Error::Invalid(faults)) = town.desk.publish_package(&town.employee, &draft.value.id, draft.version) else { panic!("faults") };
    let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/reward", "/tasks/0/title", "/guidance", "/onboarding_hours"]);
    told["onboarding_hours"] = json!(4);
    told["reward"] = json!({ "kind": "none" });
    told["guidance"] = json!({ "hours": 1 });
    told["tasks"] = json!([{ "id": "t1", "title": "Bakken", "hours": 4 }]);
    let whole = town.desk.update_package(&town.employee, of::<TaskPackage>(&told), &draft.value.id, draft.version).unwrap();
    let open = town.desk.publish_package(&town.employee, &draft.value.id, whole.version).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut told = told.clone();
        change(&mut told);
        of::<TaskPackage>(&told)
    };
    let poorer = with(&|told| told["guidance"] = Value::Null);
    let Err(Error::Invalid(faults)) = town.desk.update_package(&town.employee, poorer, &draft.value.id, open.version) else {
        panic!("a fault")
    };
    assert_eq!(faults[0].pointer, "/guidance", "what was told stays told while it is open");
    turn(&town, &Scope::Network, &json!({ "publish_fields": ["funding"] }), 1);
    let other = with(&|told| told["title"] = json!("Bakker in de buurt"));
    town.desk.update_package(&town.employee, other, &draft.value.id, open.version).expect("what was never asked holds nothing back");
    let carved = town.desk.carve_package(&town.mediator, &draft.value.id, AskedSizes::default()).unwrap();
    assert_eq!(carved.sizes.onboarding_most, None);
});

on_both_databases!(work_that_waits_for_a_mediator_becomes_a_to_do_once, |database| {
    let town = Town::on(&database);
    let waits = town.work("p-waits", 1);
    assert_eq!(town.desk.remind_of_intakes().unwrap(), 0, "nobody asked for it");
    turn(&town, &Scope::Network, &json!({ "intake_days": 7 }), 0);
    town.clock.advance(7 * 86_400 - 1);
    assert_eq!(town.desk.remind_of_intakes().unwrap(), 0);
    town.clock.advance(1);
    assert_eq!((town.desk.remind_of_intakes().unwrap(), town.desk.remind_of_intakes().unwrap()), (1, 0));
    assert_eq!(open_todos(&town, waits.as_str()), ["take_in_package"]);
    let version = town.desk.package(&town.mediator, &waits).unwrap().version;
    town.desk.take_in_package(&town.mediator, &waits, version).unwrap();
    assert_eq!((open_todos(&town, waits.as_str()), town.desk.remind_of_intakes().unwrap()), (Vec::new(), 0));
    let paused = town.work("p-paused", 1);
    town.clock.advance(8 * 86_400);
    assert_eq!(town.desk.remind_of_intakes().unwrap(), 1);
    let version = town.desk.package(&town.mediator, &paused).unwrap().version;
    town.desk.pause_package(&town.mediator, &paused, version).unwrap();
    assert_eq!(open_todos(&town, paused.as_str()), Vec::<String>::new());
    assert!(town.desk.check(|| ()).unwrap().whole);
});

on_both_databases!(turning_it_is_as_turning_any_knob, |database| {
    let town = Town::on(&database);
    turn(&town, &Scope::Network, &json!({ "questions": 2 }), 0);
    let again =
        |scope: &Scope, setting, built_on| town.desk.turn_plain_knob::<ThresholdKnob>(&town.steward, scope, setting, prose("Zo"), built_on);
    assert_eq!(again(&Scope::Network, Some(ThresholdKnob::default()), 0).unwrap_err(), Error::Stale { current: 1 });
    assert!(matches!(again(&Scope::Network, None, 1), Err(Error::Invalid(_))), "the network's setting stays");
    let gone = Scope::Programme(ProgrammeId::new("gone").unwrap());
    assert_eq!(again(&gone, Some(ThresholdKnob::default()), 0).unwrap_err(), Error::NotFound);
    assert_eq!(town.desk.preview_threshold_knob(&town.mediator, &gone, &ThresholdKnob::default()).unwrap_err(), Error::NotFound);
    assert_eq!(town.desk.threshold_report(&town.mediator, &gone, &PageRequest::first(1)).unwrap_err(), Error::NotFound);
    for other in [&town.auditor, &town.employee] {
        let turned = town.desk.turn_plain_knob(other, &Scope::Network, Some(ThresholdKnob::default()), prose("Zo"), 1);
        assert_eq!(turned.unwrap_err(), Error::NotAllowed);
    }
});

on_both_databases!(what_an_organisation_changed_is_told_in_fields_and_counts, |database| {
    let town = Town::on(&database);
    let mut told = work("new", 2);
    told["tasks"] = json!([{ "id": "t1", "hours": 4, "conditions": ["noise", "standing"] }]);
    let draft = town.desk.create_package(&town.employee, of::<TaskPackage>(&told)).unwrap();
    let id = draft.value.id.clone();
    let mut version = town.desk.publish_package(&town.employee, &id, draft.version).unwrap().version;
    let mut change = |told: &Value| {
        town.clock.advance(86_400);
        version = town.desk.update_package(&town.employee, of::<TaskPackage>(told), &id, version).unwrap().version;
    };
    told["tasks"][0]["conditions"] = json!(["standing"]);
    told["adaptations"] = json!(["seat"]);
    change(&told);
    told["hours"] = json!({ "min": 8, "max": 40 });
    told["title"] = json!("Bakker");
    change(&told);
    told["hours"] = json!({ "min": 4, "max": 20 });
    change(&told);
    let _ = town.work("p-untouched", 1);
    let found = town.desk.work_changes(&town.employee, &of(&json!(raakvlak_testkit::town::ORGANISATION))).unwrap();
    assert_eq!((found.published, found.revised, found.revisions, found.easier, found.harder), (2, 1, 3, 1, 1));
    let fields: Vec<(&str, usize, usize, usize)> =
        found.fields.iter().map(|field| (field.field, field.times, field.easier, field.harder)).collect();
    assert_eq!(fields, [("adaptations", 1, 1, 0), ("conditions", 1, 1, 0), ("hours", 2, 0, 1), ("title", 1, 0, 0)]);
    let latest = &found.changes[0];
    assert_eq!(
        (latest.revision, latest.fields[0].field, latest.fields[0].direction),
        (4, "hours", Direction::Otherwise),
        "from four on, and twenty at most"
    );
    assert_eq!(town.desk.work_changes(&town.mediator, &found.organisation).unwrap(), found);
    assert_eq!(town.desk.work_changes(&town.neighbour, &found.organisation).unwrap_err(), Error::NotFound);
    assert_eq!(town.desk.work_changes(&town.auditor, &found.organisation).unwrap_err(), Error::NotAllowed);
});

/// Every page of a report over the line, each held against the document, by following the links: its packages, and how many there are on each page.
fn paged(server: &TestServer, token: &str, target: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut items, mut sizes, mut at) = (Vec::new(), Vec::new(), target.to_owned());
    loop {
        let answer = server.get(&at).token(token).send();
        contract::check("GET", &at, &answer);
        assert_eq!((answer.status, &answer.json()["packages"]), (200, &json!(123)), "the whole, on every page: {}", answer.text());
        let page = answer.json()["items"].as_array().unwrap().clone();
        sizes.push(page.len());
        items.extend(page);
        let Some(link) = answer.header("Link") else {
            assert_eq!(answer.json()["next"], Value::Null);
            return (items, sizes);
        };
        at = link.trim_start_matches('<').split_once('>').unwrap().0.to_owned();
        assert!(at.ends_with(answer.json()["next"].as_str().unwrap()), "{link}");
    }
}

on_both_databases!(the_report_comes_in_pages_that_hold_every_package_once, |database| {
    let town = Town::on(&database);
    cooks(&town);
    let mut names: Vec<String> = (0..123).map(|number| format!("p-{number}")).collect();
    names.iter().for_each(|name| drop(kitchen(&town, name)));
    names.sort();
    let server = TestServer::start(Arc::new(town.desk.clone()), |_| {}, |_| {});
    let session = town.desk.open_session(&Actor::system(), &town.mediator.user).unwrap().session;
    let token = server.tokens().issue(&town.mediator.user, &session, town.desk.now()).unwrap().text;
    let target = "/api/v1/reports/threshold?scope=network";
    for (limit, sizes) in [("", vec![20, 20, 20, 20, 20, 20, 3]), ("&limit=50", vec![50, 50, 23]), ("&limit=41", vec![41, 41, 41])] {
        let (items, found) = paged(&server, &token, &format!("{target}{limit}"));
        assert_eq!(found, sizes);
        assert_eq!(items.iter().map(|item| item["package"].as_str().unwrap()).collect::<Vec<_>>(), names);
        assert!(items.iter().all(|item| (&item["eligible"], &item["diplomas"][0]["alone"]) == (&json!(2), &json!(1))), "also on the last");
    }
    // A package that closes between two pages takes nobody else's place.
    let first = server.get(&format!("{target}&limit=2")).token(&token).send();
    let last = of::<PackageId>(&first.json()["items"][1]["package"]);
    town.desk.close_package(&town.mediator, &last, 1).unwrap();
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let second = server.get(&format!("{target}&limit=2&cursor={next}")).token(&token).send().json();
    assert_eq!((&second["packages"], &second["items"][0]["package"]), (&json!(122), &json!(names[2])));

    let faults = |query: &str| server.get(&format!("/api/v1/reports/threshold?{query}")).token(&token).send().faults();
    assert_eq!(faults("scope=network&limit=101").len(), 1);
    assert_eq!(faults(&format!("scope=package&id=p-1&cursor={next}")).len(), 1, "a cursor of another list");
});
