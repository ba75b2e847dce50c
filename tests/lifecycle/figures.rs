//! Figures on the demonstration region, counted once more from what single questions answer.

use std::collections::{BTreeMap, BTreeSet};

use raakvlak_domain::experts::{Availability, Expert};
use raakvlak_domain::identifiers::{ExpertId, PackageId, ProgrammeId};
use raakvlak_domain::knobs::{MatcherSetting, Position, Scope, Weights};
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::packages::PackageState;
use raakvlak_engine::groups::Dimension;
use raakvlak_service::actor::Actor;
use raakvlak_service::error::Error;
use raakvlak_service::figures::{Period, Why};
use raakvlak_store::matches::{self, MatchQuery};
use raakvlak_store::packages::PackageQuery;
use raakvlak_store::{Action, AuditQuery, experts, packages, programmes};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Empty, prose};

use crate::demo::mediator_of;

type Lists = BTreeMap<PackageId, Vec<ExpertId>>;

/// The list of every open package as single questions give it.
fn lists(town: &Empty) -> Lists {
    let open = PackageQuery { states: Some(vec![PackageState::Published]), ..PackageQuery::default() };
    let ids = town.read(|db| packages::list(db, &open)).into_iter().map(|found| found.package.id);
    ids.map(|id| {
        let answer = town.desk.rank_package(&Actor::system(), &id).unwrap().answer;
        (id, answer.shortlist.into_iter().map(|person| person.expert).collect())
    })
    .collect()
}

fn people_in(lists: &Lists) -> BTreeSet<&ExpertId> {
    lists.values().flatten().collect()
}

fn matchable(town: &Empty) -> Vec<Expert> {
    let everybody = town.read(experts::all).into_iter().map(|found| found.expert);
    everybody.filter(|expert| expert.wants_to_be_matched == Some(true) && expert.availability != Some(Availability::Paused)).collect()
}

fn programme_of(town: &Empty, id: &PackageId) -> Option<ProgrammeId> {
    town.read(|db| packages::get(db, id)).unwrap().package.programme
}

fn begins_with_weights(town: &Empty, id: &ProgrammeId) -> bool {
    town.read(|db| programmes::get(db, id)).unwrap().programme.start_weights().is_some()
}

on_both_databases!(a_setting_tried_on_everything_says_what_turning_the_knob_does, |database| {
    let town = Empty::on(&database);
    town.desk.fill_demo().unwrap();
    let mediator = mediator_of(&town);
    let before = lists(&town);
    let setting = MatcherSetting { weights: Weights::of_position(Position::Energy).unwrap(), ..MatcherSetting::default() };
    let programme = before.keys().find_map(|id| programme_of(&town, id)).expect("a package in a programme");
    let within: Vec<&PackageId> = before.keys().filter(|id| programme_of(&town, id).as_ref() == Some(&programme)).collect();
    let one = within[0].clone();
    for (scope, reached) in
        [(Scope::Package(one.clone()), 1), (Scope::Programme(programme.clone()), within.len()), (Scope::Network, before.len())]
    {
        let now = lists(&town);
        let found = town.desk.preview_scope(&mediator, &scope, &setting).unwrap();
        let built_on = town.desk.knob(&mediator, &scope).unwrap().number;
        town.desk.turn_knob(&mediator, &scope, Some(setting), prose("Zoals geprobeerd"), built_on).unwrap();
        let then = lists(&town);
        assert_eq!(found.packages, reached);
        let ours = |lists: &Lists| -> Lists {
            let is_ours = |id: &PackageId| match &scope {
                Scope::Package(only) => id == only,
                Scope::Programme(_) => within.contains(&id),
                Scope::Network => true,
            };
            lists.iter().filter(|(id, _)| is_ours(id)).map(|(id, list)| (id.clone(), list.clone())).collect()
        };
        let (now, then) = (ours(&now), ours(&then));
        assert_eq!(found.changed, now.iter().filter(|(id, list)| then[*id] != **list).count(), "{scope:?}");
        let (shown, shown_then) = (people_in(&now), people_in(&then));
        assert_eq!(found.enter, shown_then.difference(&shown).count());
        assert_eq!(found.leave, shown.difference(&shown_then).count());
        assert_eq!((found.before.shown as usize, found.after.shown as usize), (shown.len(), shown_then.len()));
        assert_eq!(found.before.people as usize, matchable(&town).len());
        // What was turned on the way down holds there, and so do the weights with which another programme starts.
        let starts = |id: &&PackageId| programme_of(&town, id).is_some_and(|of| of != programme && begins_with_weights(&town, &of));
        let elsewhere = match &scope {
            Scope::Package(_) => (0, 0),
            Scope::Programme(_) => (1, 0),
            Scope::Network => (within.len() + before.keys().filter(starts).count(), before.keys().filter(starts).count()),
        };
        assert_eq!((found.set_elsewhere, found.weights_elsewhere), elsewhere, "{scope:?}");
        assert!(found.changed > 0 || found.set_elsewhere > 0, "the knob does something in {scope:?}");
    }
    let unknown = Scope::Package(PackageId::new("p-nowhere").unwrap());
    assert!(matches!(town.desk.preview_scope(&mediator, &unknown, &setting), Err(Error::NotFound)));
    let again = town.desk.preview_scope(&mediator, &Scope::Network, &setting).unwrap();
    assert_eq!((again.changed, again.enter, again.leave, again.alarms.len()), (0, 0, 0, 0), "what holds already changes nothing");
});

on_both_databases!(the_unseen_are_in_no_opened_list_and_are_told_why, |database| {
    let town = Empty::on(&database);
    town.desk.fill_demo().unwrap();
    let mediator = mediator_of(&town);
    let nobody_shown = town.desk.unseen(&mediator, Period { from: Some(town.desk.today()), until: None }).unwrap();
    assert_eq!(nobody_shown.unseen, nobody_shown.people, "nothing was opened today");
    let open: Vec<PackageId> = lists(&town).into_keys().take(12).collect();
    let shown: BTreeSet<ExpertId> =
        open.iter().flat_map(|id| town.desk.open_shortlist(&mediator, id).unwrap().members).map(|member| member.expert).collect();
    let found = town.desk.unseen(&mediator, Period { from: Some(town.desk.today()), until: None }).unwrap();
    let everybody = matchable(&town);
    assert_eq!(found.people, Some(everybody.len() as u32));
    let unseen = everybody.iter().filter(|expert| !shown.contains(&expert.id)).count();
    assert_eq!(found.unseen, Some(unseen as u32));
    assert_eq!(found.causes.iter().map(|cause| cause.people.unwrap()).sum::<u32>(), unseen as u32);
    assert_eq!(found.listed.len(), unseen.min(100));
    assert!(found.listed.is_sorted_by_key(|person| std::cmp::Reverse(person.days_waiting)));
    for person in &found.listed {
        assert!(!shown.contains(&person.expert));
        let answer = town.desk.packages_of_expert(&Actor::system(), &person.expert).unwrap();
        let fits = !answer.packages.is_empty();
        assert_eq!(fits, matches!(person.why, Why::Question | Why::Outranked), "{person:?}");
        let asks = answer.packages.iter().any(|package| package.asks.iter().next().is_some());
        assert_eq!(person.why == Why::Question, fits && asks, "{person:?}");
        if let Some(gate) = person.gate {
            let barrier = answer.barriers.iter().find(|barrier| barrier.gate == gate).expect("a gate that is shut");
            assert!(answer.barriers.iter().all(|other| (other.alone, other.all) <= (barrier.alone, barrier.all)));
        }
    }
    let read = town.read(|db| db.audit_rows(&AuditQuery { action: Some(Action::Read), limit: 10_000, ..AuditQuery::default() }));
    let looked = read.iter().filter(|row| row.fields.iter().any(|field| field == "unseen")).count();
    assert!(looked >= found.listed.len(), "everybody who is named can read that they were looked at");
});

on_both_databases!(fairness_counts_what_happened, |database| {
    let town = Empty::on(&database);
    town.desk.fill_demo().unwrap();
    let mediator = mediator_of(&town);
    let open: Vec<PackageId> = lists(&town).into_keys().take(20).collect();
    let lists: Lists = open
        .iter()
        .map(|id| (id.clone(), town.desk.open_shortlist(&mediator, id).unwrap().members.into_iter().map(|member| member.expert).collect()))
        .collect();
    let found = town.desk.fairness(&mediator, Period { from: Some(town.desk.today()), until: None }).unwrap();
    let everybody: BTreeSet<ExpertId> = matchable(&town).into_iter().map(|expert| expert.id).collect();
    let large = |count: usize| (count >= 10).then_some(count as u32);
    assert_eq!((found.all.people, found.all.shown), (large(everybody.len()), large(people_in(&lists).len())));
    let offered: BTreeSet<ExpertId> = town
        .read(|db| matches::list(db, &MatchQuery::default()))
        .into_iter()
        .filter(|found| town.read(|db| matches::history(db, found)).iter().any(|event| event.to == MatchState::Offered))
        .map(|found| found.expert)
        .filter(|expert| everybody.contains(expert))
        .collect();
    let ever =
        town.desk.fairness(&mediator, Period { from: Some(raakvlak_domain::calendar::Date::parse("2020-01-01").unwrap()), until: None });
    assert_eq!(ever.unwrap().all.offered, large(offered.len()));
    let provinces: Vec<&str> =
        found.groups.iter().filter(|group| group.group.dimension == Dimension::Region).map(|group| group.group.value.as_str()).collect();
    assert!(provinces.contains(&"Overijssel"), "{provinces:?}");
    assert!(found.gini > 0 && found.groups.iter().all(|group| group.share.people.is_some()), "{found:?}");
    let aside: Vec<u32> =
        found.groups.iter().filter(|group| group.group.value.ends_with("aside")).filter_map(|group| group.share.people).collect();
    assert_eq!(aside.iter().sum::<u32>(), everybody.len() as u32, "everybody is aside or not");
    let backwards = Period { from: Some(town.desk.today().plus_days(1)), until: None };
    assert!(matches!(town.desk.fairness(&mediator, backwards), Err(Error::Invalid(_))));
});
