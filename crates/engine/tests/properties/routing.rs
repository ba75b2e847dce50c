//! Routing: never to somebody with an interest, never lost, and the same whatever order people stand in.

use proptest::prelude::*;
use raakvlak_domain::identifiers::{ExpertId, OrganisationId, UserId};
use raakvlak_domain::reading::read;
use raakvlak_domain::routing::SectorKnob;
use raakvlak_domain::users::Role;
use raakvlak_engine::routing::{Candidate, Work, deal, has_interest, route};

const WORDS: [&str; 4] = ["zorg", "onderwijs", "techniek", "ouderenzorg"];

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned), 0..3)
}

fn user(number: u8) -> UserId {
    UserId::new(&format!("u-{number}")).unwrap()
}

fn expert() -> impl Strategy<Value = Option<ExpertId>> {
    prop::option::of((0u8..4).prop_map(|number| ExpertId::new(&format!("e-{number}")).unwrap()))
}

fn organisation() -> impl Strategy<Value = OrganisationId> {
    (0u8..4).prop_map(|number| OrganisationId::new(&format!("o-{number}")).unwrap())
}

prop_compose! {
    fn candidates()(
        told in prop::collection::vec((words(), words(), words(), expert(), prop::collection::vec(organisation(), 0..2), 0u32..6, any::<bool>()), 0..7),
    ) -> Vec<Candidate> {
        let candidate = |(number, told): (usize, _)| {
            let (sectors, regions, languages, expert, organisations, open, mediates) = told;
            let roles = if mediates { vec![Role::Mediator] } else { vec![Role::Steward] };
            Candidate { user: user(number as u8), roles, sectors, regions, languages, expert, organisations, open }
        };
        told.into_iter().enumerate().map(candidate).collect()
    }
}

prop_compose! {
    fn work()(
        sectors in words(), regions in words(), languages in words(), expert in expert(), organisation in prop::option::of(organisation()),
        spoke in prop::collection::vec((0u8..7).prop_map(user), 0..2), passed in prop::collection::vec((0u8..7).prop_map(user), 0..3),
    ) -> Work {
        Work { role: Role::Mediator, sectors, regions, languages, expert, organisation, spoke, passed }
    }
}

prop_compose! {
    fn knob()(weights in prop::array::uniform4(0u8..=10), most in prop::option::of(1u32..6)) -> SectorKnob {
        let [sector, region, language, load] = weights;
        let load = if weights == [0; 4] { 1 } else { load };
        let most = most.map_or("null".to_owned(), |most| most.to_string());
        let weights = format!(r#"{{"sector":{sector},"region":{region},"language":{language},"load":{load}}}"#);
        read(&format!(r#"{{"weights":{weights},"most_open":{most}}}"#)).unwrap()
    }
}

/// Whether somebody may have this, written out once more.
fn may(candidate: &Candidate, work: &Work, knob: &SectorKnob) -> bool {
    let apart = (work.expert.is_none() || candidate.expert != work.expert)
        && work.organisation.as_ref().is_none_or(|organisation| !candidate.organisations.contains(organisation))
        && !work.spoke.contains(&candidate.user);
    let free = knob.most_open.is_none_or(|most| candidate.open < most.get());
    candidate.roles.contains(&work.role) && apart && free && !work.passed.contains(&candidate.user)
}

proptest! {
    #[test]
    fn work_goes_to_somebody_who_may_have_it_whenever_there_is_one(work in work(), people in candidates(), knob in knob()) {
        let routed = route(&work, &people, &knob);
        match &routed.to {
            Some(to) => {
                let chosen = people.iter().find(|candidate| candidate.user == *to).unwrap();
                prop_assert!(may(chosen, &work, &knob) && !has_interest(chosen, &work));
            }
            None => prop_assert!(!people.iter().any(|candidate| may(candidate, &work, &knob))),
        }
        prop_assert!(!routed.because.is_empty(), "a reason is always told");
    }

    #[test]
    fn the_order_in_which_people_stand_decides_nothing(work in work(), people in candidates(), knob in knob()) {
        let mut turned = people.clone();
        turned.reverse();
        prop_assert_eq!(route(&work, &people, &knob), route(&work, &turned, &knob));
    }

    #[test]
    fn however_often_the_knob_is_turned_nothing_is_lost_or_counted_twice(
        works in prop::collection::vec(work(), 0..12), people in candidates(), knobs in prop::collection::vec(knob(), 1..5),
    ) {
        for knob in &knobs {
            let mut after = people.clone();
            let routed = deal(works.iter().map(|work| (work, knob)), &mut after);
            prop_assert_eq!(routed.len(), works.len());
            for (candidate, before) in after.iter().zip(&people) {
                let got = routed.iter().filter(|routed| routed.to.as_ref() == Some(&candidate.user)).count();
                prop_assert_eq!(candidate.open, before.open + got as u32);
                prop_assert!(knob.most_open.is_none_or(|most| got == 0 || candidate.open <= most.get()));
            }
            for (work, routed) in works.iter().zip(&routed) {
                let chosen = people.iter().find(|candidate| Some(&candidate.user) == routed.to.as_ref());
                prop_assert!(chosen.is_none_or(|chosen| !has_interest(chosen, work)));
            }
        }
    }
}
