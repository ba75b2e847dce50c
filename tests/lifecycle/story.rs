//! One match from an empty store to its close, through everybody's hands.

use raakvlak_domain::knobs::{MatcherSetting, Scope};
use raakvlak_domain::matches::{CheckIn, Evaluation, MatchState, Party, Suggestion, Verb};
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::matches::{CHECK_IN, CONTINUE, MatchFilter, REVIEW};
use raakvlak_store::{AuditQuery, AuditRow, ObjectKind};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Town, expert_of, hours, of, prose, work};
use serde_json::json;

use crate::common::{conflict, open_todos, standing, state, version};

/// Everything that was done to a record of a sort, oldest first.
fn trail(town: &Town, kind: ObjectKind, id: &str) -> Vec<AuditRow> {
    let query = AuditQuery { object_kind: Some(kind), object_id: Some(id.to_owned()), limit: 1_000, ..AuditQuery::default() };
    let mut rows = town.read(|db| db.audit_rows(&query));
    rows.reverse();
    rows
}

fn acts(rows: &[AuditRow]) -> Vec<&str> {
    rows.iter().map(|row| row.action.as_str()).collect()
}

on_both_databases!(a_match_is_made_lived_and_closed, |database| {
    let town = Town::on(&database);
    let knob = town.desk.turn_knob(&town.mediator, &Scope::Network, Some(MatcherSetting::default()), prose("to begin with"), 0).unwrap();
    let knob = knob.version.unwrap();

    // An organisation writes work down and publishes it; a mediator takes it in.
    let mut draft: TaskPackage = of(&work("whatever", 1));
    draft.state = PackageState::Published;
    let made = town.desk.create_package(&town.employee, draft).unwrap();
    assert_eq!((made.value.state, made.version), (PackageState::Draft, 1), "the id and the state are ours");
    let package = made.value.id.clone();
    assert_ne!(package.as_str(), "whatever");
    assert_eq!(town.desk.package(&town.neighbour, &package).unwrap_err(), Error::NotFound);
    let published = town.desk.publish_package(&town.employee, &package, 1).unwrap();
    let taken_in = town.desk.take_in_package(&town.mediator, &package, published.version).unwrap();
    assert_eq!(taken_in.value.state, PackageState::Published);

    // Somebody makes their own profile, and then says yes.
    let newcomer = town.user("u-anna", &["expert"], &[], None);
    let profile = of(&json!({
        "id": "x", "display_name": "Anna", "hours": { "min": 2, "max": 12 }, "story": "I bake at night",
        "contact": { "name": "Anna Jansen", "phone": "06" }, "disclosure": { "contact": "organisation", "story": "nobody" },
    }));
    let made = town.desk.create_expert(&newcomer, profile, Some(newcomer.user.clone())).unwrap();
    let anna = town.desk.actor_for_user(&newcomer.user).unwrap();
    let id = expert_of(&anna);
    assert_eq!((&made.value.id, made.value.registered), (&id, Some(town.desk.today())));
    assert!(town.desk.open_shortlist(&town.mediator, &package).unwrap().members.is_empty(), "nobody is asked before their yes");
    town.desk.set_consent(&anna, &id, true, made.version).unwrap();

    // A mediator finds them.
    let shortlist = town.desk.open_shortlist(&town.mediator, &package).unwrap();
    assert_eq!(shortlist.members.iter().map(|member| &member.expert).collect::<Vec<_>>(), [&id]);
    assert_eq!(shortlist.knob_version.as_ref(), Some(&knob));
    let suggestion = Suggestion { package: package.clone(), expert: Some(id.clone()), why: Some(prose("she bakes")) };
    let made = town.desk.suggest(&town.mediator, suggestion.clone()).unwrap();
    let found = made.value.id.clone();
    assert_eq!(made.value.matcher_version.as_ref(), Some(&knob));
    assert_eq!(made.value.assessment.as_ref().unwrap()["eligible"], true);
    assert_eq!(open_todos(&town, found.as_str()), [REVIEW]);
    assert_eq!(conflict(town.desk.suggest(&town.mediator, suggestion)), Conflict::AlreadyMatched);

    // From a suggestion to an agreement.
    let arranged = hours(6.5, "2026-12-01");
    let step = |verb| town.step(&found, verb, &anna, &arranged);
    step(Verb::Review);
    assert!(open_todos(&town, found.as_str()).is_empty());
    step(Verb::Offer);
    let ask = town.decision(Verb::Ask, None, &arranged).unwrap();
    town.decide(&anna, &found, ask).unwrap();
    assert_eq!(open_todos(&town, found.as_str()), [CONTINUE], "a question waits for an answer");
    step(Verb::Answer);
    assert!(open_todos(&town, found.as_str()).is_empty());
    step(Verb::Accept);
    assert_eq!(open_todos(&town, found.as_str()), [CONTINUE]);
    assert_eq!(town.desk.get_match(&town.employee, &found).unwrap_err(), Error::NotFound);
    step(Verb::Introduce);
    assert!(open_todos(&town, found.as_str()).is_empty());
    let seen = town.desk.get_match(&town.employee, &found).unwrap().value;
    assert_eq!((seen.assessment, seen.matcher_version), (None, None), "how somebody was ranked is the mediator's");
    let disclosed = seen.disclosed.unwrap();
    assert_eq!(disclosed.display_name.as_deref(), Some("Anna"));
    let shown = serde_json::to_value(disclosed.shown).unwrap();
    assert_eq!(shown.as_object().unwrap().keys().collect::<Vec<_>>(), ["contact"], "only what is disclosed");
    step(Verb::Agree);
    assert_eq!(open_todos(&town, found.as_str()), [CONTINUE]);
    assert_eq!(standing(&town, &package), PackageState::Published);
    step(Verb::Confirm);
    assert!(open_todos(&town, found.as_str()).is_empty());
    assert_eq!(standing(&town, &package), PackageState::Filled);
    assert!(town.desk.package(&anna, &package).is_ok(), "the one whose work it is goes on reading it");

    // The work: both sides are asked how it goes.
    step(Verb::Start);
    let planned = town.desk.check_ins(&town.mediator, &found).unwrap();
    assert_eq!(planned.iter().filter(|asked| asked.side == Party::Expert).count(), 3);
    assert_eq!(planned.iter().filter(|asked| asked.side == Party::Organisation).count(), 3);
    town.clock.advance(15 * 86_400);
    let answer: CheckIn = of(&json!({ "energy": 2, "need": "talk", "text": "the nights are short" }));
    town.desk.check_in(&anna, &found, answer.clone()).unwrap();
    assert_eq!(open_todos(&town, found.as_str()), [CHECK_IN]);
    town.desk.check_in(&town.employee, &found, of(&json!({ "energy": 5 }))).unwrap();
    let told = town.desk.check_ins(&town.mediator, &found).unwrap();
    assert_eq!((told.len(), told.iter().filter(|asked| asked.answer.is_some()).count()), (6, 2), "the first question of each side");
    town.desk.check_in(&anna, &found, answer).unwrap();
    assert_eq!(town.desk.check_ins(&anna, &found).unwrap().len(), 4, "whenever she wants, and her own alone");
    assert_eq!(town.desk.check_ins(&town.employee, &found).unwrap_err(), Error::NotAllowed);
    let look_back: Evaluation = of(&json!({ "rating": 5, "again": true }));
    conflict(town.desk.evaluate(&anna, &found, look_back.clone()));
    step(Verb::Close);
    assert!(open_todos(&town, found.as_str()).is_empty());
    assert_eq!((state(&town, &found), standing(&town, &package)), (MatchState::Closed, PackageState::Published));
    for side in [&anna, &town.employee] {
        town.desk.evaluate(side, &found, look_back.clone()).unwrap();
        assert_eq!(conflict(town.desk.evaluate(side, &found, look_back.clone())), Conflict::Exists);
    }
    assert_eq!(town.desk.evaluate(&town.mediator, &found, look_back.clone()).unwrap_err(), Error::NotAllowed);
    conflict(town.desk.check_in(&anna, &found, of(&json!({ "energy": 3 }))));

    // What everybody reads of it afterwards.
    let history = town.desk.match_history(&town.mediator, &found).unwrap();
    use Verb::{Accept, Agree, Answer, Ask, Close, Confirm, Introduce, Offer, Review, Start, Suggest};
    let verbs = [Suggest, Review, Offer, Ask, Answer, Accept, Introduce, Agree, Confirm, Start, Close];
    assert_eq!(history.iter().map(|event| event.verb).collect::<Vec<_>>(), verbs);
    assert_eq!(history[1].text.as_deref(), Some("it could fit"));
    let own = town.desk.match_history(&anna, &found).unwrap();
    assert_eq!((own.len(), own[1].text.as_deref(), own[4].text.as_deref()), (verbs.len(), None, Some("at nine")));
    assert_eq!(town.desk.match_history(&town.employee, &found).unwrap_err(), Error::NotAllowed);
    assert_eq!(town.desk.match_history(&town.neighbour, &found).unwrap_err(), Error::NotFound);
    let yeses = town.desk.arrangement(&anna, &found, 1).unwrap().yeses;
    assert_eq!(yeses.iter().map(|yes| yes.party).collect::<Vec<_>>(), [Party::Expert, Party::Mediator, Party::Organisation]);
    let listed = |actor| town.desk.list_matches(actor, MatchFilter::default(), &PageRequest::first(10)).unwrap().items.len();
    assert_eq!([listed(&anna), listed(&town.employee), listed(&town.neighbour), listed(&town.mediator)], [1, 1, 0, 1]);

    // And the trail: every step once, with the version of the knob that counted.
    let rows = trail(&town, ObjectKind::Match, found.as_str());
    let steps: Vec<&AuditRow> = rows.iter().filter(|row| !["check_in", "evaluate"].contains(&row.action.as_str())).collect();
    assert_eq!(steps.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), verbs.map(Verb::as_str));
    assert!(steps.iter().all(|row| row.knob_version.as_deref() == Some(knob.as_str())), "{steps:?}");
    assert_eq!(steps[8].actor, town.mediator.pseudonym);
    assert_eq!(
        (steps[8].actor_role.as_str(), steps[5].actor_role.as_str(), steps[7].actor_role.as_str()),
        ("mediator", "expert", "organisation")
    );
    assert_eq!(rows.len(), verbs.len() + 3 + 2);
    let of_package = trail(&town, ObjectKind::Package, package.as_str());
    assert_eq!(acts(&of_package), ["create", "publish", "take_in", "update", "update"], "filled and open again are noted as well");
    let report = town.desk.store().verify_audit().unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(version(&town, &id), 2, "no step of a match changes her profile under her hands");
});
