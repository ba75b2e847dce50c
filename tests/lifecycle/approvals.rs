//! No match is confirmed without three yeses on one and the same arrangement.

use raakvlak_domain::matches::{MatchState, Party, Verb};
use raakvlak_service::error::{Conflict, Error};
use raakvlak_store::matches::{self, Step};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{ORGANISATION, Town, expert_of, hours};
use serde_json::json;

use crate::common::{conflict, state};

on_both_databases!(a_changed_arrangement_asks_everybody_anew, |database| {
    let town = Town::on(&database);
    let (anna, package) = (town.person("e-anna", json!({})), town.work("p-1", 1));
    let (first, other) = (hours(4.0, "2026-12-01"), hours(5.0, "2026-12-01"));
    let yes = |verb, version| town.decision(verb, Some(version), &first).unwrap();
    for from in [MatchState::Offered, MatchState::Accepted, MatchState::Introduced, MatchState::Agreed] {
        let id = town.led_to(from, &anna, &package, &first);
        town.step(&id, Verb::Rearrange, &anna, &other);
        let found = town.stored(&id);
        assert_eq!((found.state, found.arrangement), (MatchState::Offered, Some(2)));
        assert!(town.read(|db| matches::yeses(db, &id, 2)).is_empty(), "no yes goes over to another version");
        for version in [1, 3] {
            let outcome = town.decide(&anna, &id, yes(Verb::Accept, version));
            assert_eq!(conflict(outcome), Conflict::ArrangementChanged { current: 2 });
        }
        town.decide(&anna, &id, yes(Verb::Accept, 2)).unwrap();
        town.step(&id, Verb::Introduce, &anna, &other);
        assert_eq!(conflict(town.decide(&town.employee, &id, yes(Verb::Agree, 1))), Conflict::ArrangementChanged { current: 2 });
        town.decide(&town.employee, &id, yes(Verb::Agree, 2)).unwrap();
        assert_eq!(conflict(town.decide(&town.mediator, &id, yes(Verb::Confirm, 1))), Conflict::ArrangementChanged { current: 2 });
        let confirmed = town.decide(&town.mediator, &id, yes(Verb::Confirm, 2)).unwrap().value;
        let view = confirmed.arrangement.unwrap();
        assert_eq!(view.yeses.iter().map(|yes| yes.party).collect::<Vec<_>>(), [Party::Expert, Party::Mediator, Party::Organisation]);
        assert_eq!((view.version, view.arrangement.hours.get()), (2, 50));
        let old = town.desk.arrangement(&town.mediator, &id, 1).unwrap();
        assert_eq!(old.arrangement.hours.get(), 40, "what was said before stays readable");
        town.step(&id, Verb::EndEarly, &anna, &first);
    }
});

on_both_databases!(a_yes_that_is_missing_stops_a_confirmation, |database| {
    let town = Town::on(&database);
    let package = town.work("p-1", 20);
    let arranged = hours(4.0, "2026-12-01");
    // Each of the two sides may have said yes to the first version, to the second, or to none.
    for (at, (expert, organisation)) in [(0, 0), (1, 1), (2, 0), (0, 2), (2, 1), (1, 2), (2, 2)].into_iter().enumerate() {
        let anna = town.person(&format!("e-{at}"), json!({}));
        let id = town.led_to(MatchState::Offered, &anna, &package, &arranged);
        town.step(&id, Verb::Rearrange, &anna, &arranged);
        // Whatever a careless hand leaves in the database: the state says agreed.
        let (found, name) = (town.stored(&id), id.clone());
        let written = town.desk.store().write(move |tx| {
            let step = Step {
                verb: Verb::Agree,
                to: MatchState::Agreed,
                actor: None,
                party: Party::Organisation,
                reason: None,
                arrangement: None,
                deadline: None,
            };
            matches::advance(tx, &found, &step)?;
            for (party, version) in [(Party::Expert, expert), (Party::Organisation, organisation)] {
                if version > 0 {
                    matches::approve(tx, &name, version, party, None)?;
                }
            }
            Ok::<_, raakvlak_store::StoreError>(())
        });
        written.unwrap();
        let outcome = town.decide(&town.mediator, &id, town.decision(Verb::Confirm, Some(2), &arranged).unwrap());
        if (expert, organisation) == (2, 2) {
            assert_eq!(outcome.unwrap().value.state, MatchState::Confirmed);
        } else {
            assert_eq!(conflict(outcome), Conflict::ApprovalMissing, "{expert} {organisation}");
            assert_eq!(state(&town, &id), MatchState::Agreed);
        }
    }
});

on_both_databases!(who_has_an_interest_does_not_confirm, |database| {
    let town = Town::on(&database);
    let (anna, package) = (town.person("e-anna", json!({})), town.work("p-1", 1));
    let id = town.led_to(MatchState::Introduced, &anna, &package, &hours(4.0, "2026-12-01"));
    let yes = |verb| town.decision(verb, Some(1), &hours(4.0, "2026-12-01")).unwrap();
    // One who said yes for the organisation, and left it since.
    let member = town.user("u-member", &["mediator", "organisation"], &[ORGANISATION], None);
    town.decide(&member, &id, yes(Verb::Agree)).unwrap();
    let mut former = member.clone();
    former.organisations.clear();
    for actor in [&member, &former] {
        assert_eq!(conflict(town.decide(actor, &id, yes(Verb::Confirm))), Conflict::Interest);
    }
    // One who speaks for it and has said nothing yet.
    let silent = town.user("u-silent", &["mediator"], &[ORGANISATION], None);
    assert_eq!(conflict(town.decide(&silent, &id, yes(Verb::Confirm))), Conflict::Interest);
    // The person herself.
    let mut herself = anna.clone();
    herself.roles = vec![raakvlak_domain::users::Role::Expert, raakvlak_domain::users::Role::Mediator];
    assert_eq!(conflict(town.decide(&herself, &id, yes(Verb::Confirm))), Conflict::Interest);
    for actor in [&anna, &town.employee, &town.steward] {
        assert_eq!(town.decide(actor, &id, yes(Verb::Confirm)).unwrap_err(), Error::NotAllowed);
    }
    town.decide(&town.second, &id, yes(Verb::Confirm)).unwrap();
    assert_eq!(town.stored(&id).expert, expert_of(&anna));
});
