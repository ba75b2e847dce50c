//! Every verb from every state by everybody: exactly what the table of the domain says, and nothing else.

use raakvlak_domain::identifiers::MatchId;
use raakvlak_domain::matches::{MatchState, Party, Verb};
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::matches::MatchFilter;
use raakvlak_store::experts;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{NEIGHBOUR, Town, expert_of, hours, of};
use serde_json::{Value, json};

use crate::common::state;

/// What the table says of somebody on this side, or on none; `met` is whether the organisation has met the person.
fn expected(side: Side, verb: Verb, from: MatchState, met: bool) -> Result<MatchState, Error> {
    let party = match side {
        Side::Stranger => return Err(Error::NotFound),
        Side::Organisation if !met => return Err(Error::NotFound),
        Side::Onlooker => return Err(Error::NotAllowed),
        Side::Organisation => Party::Organisation,
        Side::Expert => Party::Expert,
        Side::Mediator => Party::Mediator,
    };
    if !verb.parties().contains(&party) {
        return Err(Error::NotAllowed);
    }
    verb.leads_to(from).ok_or(Error::Conflict(Conflict::Transition { state: from, verb }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Expert,
    Organisation,
    Mediator,
    /// Somebody who may know that matches exist, and may do nothing to them.
    Onlooker,
    /// Somebody who may not know of this one.
    Stranger,
}

fn decidable() -> impl Iterator<Item = Verb> {
    Verb::ALL.iter().copied().filter(|verb| !matches!(verb, Verb::Suggest | Verb::Expire))
}

/// Whether the way to a state leads by an introduction.
fn met(state: MatchState) -> bool {
    raakvlak_testkit::town::path(state).contains(&Verb::Introduce)
}

struct Made<'a> {
    town: &'a Town,
    number: usize,
    arranged: Value,
}

impl Made<'_> {
    /// A match in this state, of somebody new on new work.
    fn in_state(&mut self, state: MatchState) -> (MatchId, Actor) {
        self.number += 1;
        let person = self.town.person(&format!("e-{}", self.number), json!({}));
        let package = self.town.work(&format!("p-{}", self.number), 3);
        (self.town.led_to(state, &person, &package, &self.arranged), person)
    }
}

on_both_databases!(only_what_the_table_says, |database| {
    let town = Town::on(&database);
    let stranger = town.person("e-stranger", json!({}));
    let system = Actor::system();
    let mut made = Made { town: &town, number: 0, arranged: hours(2.0, "2026-12-01") };
    let (mut refused, mut done) = (0, 0);
    for from in MatchState::ALL.iter().copied() {
        let (id, person) = made.in_state(from);
        let everybody = [
            (Side::Expert, &person),
            (Side::Organisation, &town.employee),
            (Side::Mediator, &town.second),
            (Side::Onlooker, &town.steward),
            (Side::Onlooker, &town.auditor),
            (Side::Onlooker, &system),
            (Side::Stranger, &stranger),
            (Side::Stranger, &town.neighbour),
        ];
        let before = town.stored(&id);
        let mut allowed = Vec::new();
        for verb in decidable() {
            for (side, actor) in everybody {
                let decision = town.decision(verb, before.arrangement, &made.arranged).unwrap();
                match expected(side, verb, from, met(from)) {
                    Ok(to) => {
                        for stale in [before.version - 1, before.version + 1] {
                            let outcome = town.desk.decide(actor, &id, decision.clone(), stale);
                            assert_eq!(outcome.unwrap_err(), Error::Stale { current: before.version }, "{verb} from {from} by {side:?}");
                        }
                        allowed.push((verb, side, to));
                    }
                    Err(error) => {
                        let outcome = town.desk.decide(actor, &id, decision, before.version);
                        assert_eq!(outcome.unwrap_err(), error, "{verb} from {from} by {side:?}");
                        refused += 1;
                    }
                }
            }
        }
        assert_eq!(town.stored(&id), before, "a refusal leaves nothing behind");
        for (verb, side, to) in allowed {
            let (id, person) = made.in_state(from);
            let actor = match side {
                Side::Expert => &person,
                Side::Organisation => &town.employee,
                _ => &town.second,
            };
            let decision = town.decision(verb, town.stored(&id).arrangement, &made.arranged).unwrap();
            let answer = town.decide(actor, &id, decision).unwrap_or_else(|error| panic!("{verb} from {from} by {side:?}: {error}"));
            assert_eq!((answer.value.state, answer.version), (to, town.stored(&id).version));
            assert_eq!(state(&town, &id), to, "{verb} from {from} by {side:?}");
            done += 1;
        }
    }
    // Review 1, dismiss 2, offer 1, rearrange 4, accept, decline, introduce, agree, reject and confirm 6, start 2, end early 6, close 2,
    // withdraw 8, ask and answer from 8 states by two sides 32.
    assert_eq!(done, 64);
    assert_eq!(refused, 16 * 8 * 15 - done);
    assert!(town.desk.store().verify_audit().unwrap().is_whole());
});

on_both_databases!(only_the_clock_lets_an_offer_run_out, |database| {
    let town = Town::on(&database);
    let mut made = Made { town: &town, number: 0, arranged: hours(2.0, "2026-12-01") };
    let open: Vec<MatchId> = MatchState::ALL.iter().map(|state| made.in_state(*state).0).collect();
    let before: Vec<MatchState> = open.iter().map(|id| state(&town, id)).collect();
    // Making the expired one has moved the clock; the offer made before it ran out then as well.
    town.clock.advance(3 * 86_400);
    town.desk.expire_offers().unwrap();
    for (id, before) in open.iter().zip(before) {
        let after = if before == MatchState::Offered { MatchState::Expired } else { before };
        assert_eq!(state(&town, id), after);
    }
    assert_eq!(town.desk.expire_offers().unwrap(), 0);
    let (id, person) = made.in_state(MatchState::Offered);
    town.clock.advance(2 * 86_400);
    let yes = town.decision(Verb::Accept, Some(1), &made.arranged).unwrap();
    assert_eq!(town.decide(&person, &id, yes).unwrap_err(), Error::Conflict(Conflict::DeadlinePassed), "at the deadline it is too late");
});

/// Everything that somebody can ask about a match, as text.
fn answers(town: &Town, actor: &Actor, id: &MatchId, version: i64) -> Vec<String> {
    let mut answers = vec![
        format!("{:?}", town.desk.get_match(actor, id)),
        format!("{:?}", town.desk.match_history(actor, id)),
        format!("{:?}", town.desk.arrangement(actor, id, 1)),
        format!("{:?}", town.desk.check_ins(actor, id)),
        format!("{:?}", town.desk.check_in(actor, id, of(&json!({ "energy": 3 })))),
        format!("{:?}", town.desk.evaluate(actor, id, of(&json!({ "rating": 3 })))),
    ];
    for verb in decidable() {
        let decision = town.decision(verb, Some(1), &hours(2.0, "2026-12-01")).unwrap();
        answers.push(format!("{:?}", town.desk.decide(actor, id, decision, version)));
    }
    answers
}

fn listed(town: &Town, actor: &Actor, filter: MatchFilter) -> usize {
    town.desk.list_matches(actor, filter, &PageRequest::first(100)).unwrap().items.len()
}

on_both_databases!(an_organisation_learns_nothing_before_it_meets_somebody, |database| {
    let town = Town::on(&database);
    let nothing: MatchId = of(&json!("m-nothing"));
    let mut made = Made { town: &town, number: 0, arranged: hours(2.0, "2026-12-01") };
    for from in MatchState::ALL.iter().copied() {
        let (id, person) = made.in_state(from);
        let (expert, found) = (expert_of(&person), town.stored(&id));
        let of_person = MatchFilter { expert: Some(expert.clone()), ..MatchFilter::default() };
        let of_work = MatchFilter { package: Some(found.package.clone()), state: Some(from), expert: None };
        for (actor, knows) in [(&town.employee, met(from)), (&town.neighbour, false)] {
            assert_eq!(listed(&town, actor, of_person.clone()), usize::from(knows), "{from}");
            assert_eq!(listed(&town, actor, of_work.clone()), usize::from(knows), "{from}");
            if !knows {
                assert_eq!(answers(&town, actor, &id, found.version), answers(&town, actor, &nothing, found.version), "{from}");
                assert_eq!(
                    format!("{:?}", town.desk.expert(actor, &expert)),
                    format!("{:?}", town.desk.expert(actor, &of(&json!("e-no"))))
                );
            }
            assert!(town.desk.explain(actor, &found.package, &expert).is_err());
            assert!(town.desk.rank_package(actor, &found.package).is_err());
            assert!(town.desk.shortlist(actor, &found.package).is_err());
        }
    }
    let total = MatchState::ALL.iter().filter(|state| met(**state)).count();
    assert_eq!(listed(&town, &town.employee, MatchFilter::default()), total);
    assert_eq!(listed(&town, &town.neighbour, MatchFilter::default()), 0);
    let both = town.user("u-both", &["organisation"], &[NEIGHBOUR, "o-bakery"], None);
    assert_eq!(listed(&town, &both, MatchFilter::default()), total);
});

on_both_databases!(who_was_met_is_not_forgotten, |database| {
    let town = Town::on(&database);
    let mut made = Made { town: &town, number: 0, arranged: hours(2.0, "2026-12-01") };
    let (id, person) = made.in_state(MatchState::Introduced);
    town.step(&id, Verb::Rearrange, &person, &hours(3.0, "2026-12-01"));
    assert_eq!(state(&town, &id), MatchState::Offered);
    assert_eq!(town.desk.get_match(&town.employee, &id).unwrap().value.state, MatchState::Offered);
    assert_eq!(listed(&town, &town.employee, MatchFilter::default()), 1);
    assert_eq!(town.desk.get_match(&town.neighbour, &id).unwrap_err(), Error::NotFound);
    town.step(&id, Verb::Withdraw, &person, &made.arranged);
    assert_eq!(town.desk.get_match(&town.employee, &id).unwrap().value.state, MatchState::Withdrawn);
    // A changed arrangement of somebody whom nobody met stays unknown.
    let (id, person) = made.in_state(MatchState::Accepted);
    town.step(&id, Verb::Rearrange, &person, &hours(3.0, "2026-12-01"));
    assert_eq!(town.desk.get_match(&town.employee, &id).unwrap_err(), Error::NotFound);
    assert_eq!(town.read(experts::count), 2);
});
