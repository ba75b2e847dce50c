//! The desk ranks like the dataset folder with the same people in it, whatever has changed meanwhile, and like a desk that has just been opened.

use std::collections::{BTreeMap, HashMap};

use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::{Availability, Expert};
use raakvlak_domain::identifiers::{ExpertId, MatchId, PackageId};
use raakvlak_domain::knobs::{Criterion, MatcherKnob, MatcherSetting, Position, Scope, Weights};
use raakvlak_domain::matches::{MatchState, Origin, Party, Verb};
use raakvlak_service::actor::Actor;
use raakvlak_service::exchange::matching::{ExpertAnswer, PackageAnswer};
use raakvlak_service::exchange::{Folder, Matching, threads};
use raakvlak_service::places::Gazetteer;
use raakvlak_service::shortlists::Ranked;
use raakvlak_store::matches::{self, NewMatch, Step};
use raakvlak_store::packages::PackageQuery;
use raakvlak_store::{StoreError, experts, packages};
use raakvlak_testkit::database::TestDatabase;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Empty, hours, of, prose};
use serde_json::json;

use crate::common::Dice;
use crate::demo::mediator_of;

fn all_packages(town: &Empty) -> Vec<PackageId> {
    town.read(|db| packages::list(db, &PackageQuery::default())).into_iter().map(|found| found.package.id).collect()
}

fn everyone(town: &Empty) -> Vec<Expert> {
    town.read(experts::all).into_iter().map(|found| found.expert).collect()
}

fn ranked(town: &Empty) -> BTreeMap<PackageId, Ranked> {
    let rank = |id: PackageId| (id.clone(), town.desk.rank_package(&Actor::system(), &id).unwrap());
    all_packages(town).into_iter().map(rank).collect()
}

fn answers(town: &Empty) -> BTreeMap<PackageId, PackageAnswer> {
    ranked(town).into_iter().map(|(id, ranked)| (id, ranked.answer)).collect()
}

/// The folder that the desk exports now.
fn exported(town: &Empty, database: &TestDatabase, name: &str) -> Folder {
    let path = database.folder().join(name);
    town.desk.export(&Actor::system(), &path).unwrap();
    Folder::read(&path, &Gazetteer::built_in()).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Holds every ranking, and the packages of some people, against the folder.
fn assert_like_folder(town: &Empty, folder: &Folder) {
    let (gazetteer, threads) = (Gazetteer::built_in(), threads::pool(Some(2)).unwrap());
    let found = ranked(town);
    let mut by_knob: HashMap<MatcherKnob, Matching<'_>> = HashMap::new();
    for ranked in found.values() {
        by_knob.entry(ranked.knob).or_insert_with(|| {
            Matching::new(folder, &gazetteer, ranked.knob, town.desk.today(), &threads).unwrap_or_else(|faults| panic!("{faults}"))
        });
    }
    for (id, ranked) in &found {
        let expected = by_knob[&ranked.knob].package(id.as_str()).unwrap().unwrap();
        assert_eq!(ranked.answer, expected, "{id}");
    }
    for person in everyone(town).iter().step_by(37) {
        let answer = town.desk.packages_of_expert(&Actor::system(), &person.id).unwrap();
        let per_knob: HashMap<&MatcherKnob, ExpertAnswer> =
            by_knob.iter().map(|(knob, matching)| (knob, matching.expert(person.id.as_str()).unwrap().unwrap())).collect();
        let expected: BTreeMap<PackageId, (u32, String)> = found
            .iter()
            .filter_map(|(id, ranked)| {
                let listed = per_knob[&ranked.knob].packages.iter().find(|listed| listed.package == *id)?;
                Some((id.clone(), (listed.score, format!("{:?} {:?}", listed.criteria, listed.asks))))
            })
            .collect();
        let told = answer
            .packages
            .iter()
            .map(|listed| (listed.package.clone(), (listed.score, format!("{:?} {:?}", listed.criteria, listed.asks))));
        assert_eq!(told.collect::<BTreeMap<_, _>>(), expected, "{}", person.id);
        let order: Vec<_> = answer.packages.iter().map(|listed| (std::cmp::Reverse(listed.score), listed.package.clone())).collect();
        assert!(order.is_sorted());
    }
}

/// Changes somebody in one of the ways in which people change.
fn change(town: &Empty, dice: &mut Dice, number: usize) {
    let people = everyone(town);
    let id = dice.one(&people).id.clone();
    let stored = town.read(|db| experts::get(db, &id)).unwrap();
    let system = Actor::system();
    let mut expert = stored.expert.clone();
    match dice.below(8) {
        0 => drop(town.desk.set_consent(&system, &id, dice.below(2) == 0, stored.version).unwrap()),
        1 => drop(town.desk.set_availability(&system, &id, *dice.one(Availability::ALL), stored.version).unwrap()),
        2 => town.desk.erase_expert(&system, &id).unwrap(),
        3 => {
            let mut twin = dice.one(&people).clone();
            twin.display_name = Some(of(&json!(format!("Newcomer {number}"))));
            town.desk.create_expert(&system, twin, None).unwrap();
        }
        4 => {
            let max = dice.below(30) + 1;
            expert.hours = Some(of(&json!({ "min": dice.below(max), "max": max })));
            town.desk.update_expert(&system, expert, &id, stored.version).unwrap();
        }
        5 => {
            expert.competences.clone_from(&dice.one(&people).competences);
            expert.place.clone_from(&dice.one(&people).place);
            town.desk.update_expert(&system, expert, &id, stored.version).unwrap();
        }
        _ => {
            // What only the person themself tells.
            let organisation = town.read(|db| packages::list(db, &PackageQuery::default()))[dice.below(60)].package.organisation.clone();
            expert.avoid = Some(vec![organisation]);
            expert.no_go.clone_from(&dice.one(&people).no_go);
            let kept = town.desk.store().write(move |tx| experts::update(tx, &expert, stored.version).map(drop));
            kept.unwrap();
        }
    }
}

on_both_databases!(it_ranks_like_the_folder_and_like_a_new_desk, |database| {
    let mut town = Empty::on(&database);
    town.desk.fill_demo().unwrap();
    assert_like_folder(&town, &exported(&town, &database, "first"));
    let some: Vec<PackageId> = all_packages(&town).into_iter().step_by(12).collect();
    let mut dice = Dice(7);
    for number in 0..120 {
        change(&town, &mut dice, number);
        // The people in memory follow one change at a time, and now and then several.
        if number % 3 == 0 {
            town.desk.rank_package(&Actor::system(), dice.one(&some)).unwrap();
        }
    }
    assert_like_folder(&town, &exported(&town, &database, "second"));
    let followed = answers(&town);
    town.reopen();
    assert_eq!(followed, answers(&town));
});

on_both_databases!(confirmed_work_takes_hours_at_once, |database| {
    let mut town = Empty::on(&database);
    town.desk.fill_demo().unwrap();
    let before = answers(&town);
    let wish = |person: &Expert| person.hours.map_or(0, |hours| hours.max.get());
    // Somebody who stands in lists, and whose whole week is now taken.
    let listed: Vec<ExpertId> = before.values().flat_map(|answer| &answer.shortlist).map(|person| person.expert.clone()).collect();
    let person = everyone(&town).into_iter().find(|person| wish(person) > 0 && listed.contains(&person.id)).unwrap();
    let (id, expert, most) = (of::<MatchId>(&json!("m-1")), person.id.clone(), f64::from(wish(&person)) / 10.0);
    let taken = move |tx: &mut raakvlak_store::Tx<'_>| {
        let package = of(&json!("p-01"));
        let new = NewMatch {
            id: &id,
            package: &package,
            revision: 1,
            expert: &expert,
            origin: Origin::Shortlist,
            score: None,
            matcher_version: None,
        };
        let arrangement = of(&hours(most, "2026-12-01"));
        let step =
            |verb, to, arrangement| Step { verb, to, actor: None, party: Party::Mediator, reason: None, arrangement, deadline: None };
        let made = matches::insert(tx, &new, &step(Verb::Suggest, MatchState::Suggested, None))?;
        let offered = matches::advance(tx, &made, &step(Verb::Offer, MatchState::Offered, Some(&arrangement)))?;
        matches::advance(tx, &offered, &step(Verb::Confirm, MatchState::Confirmed, None))?;
        Ok::<_, StoreError>(())
    };
    town.desk.store().write(taken).unwrap();
    let after = answers(&town);
    assert!(after.values().all(|answer| answer.shortlist.iter().all(|listed| listed.expert != person.id)), "no hours are left");
    assert_ne!(before, after);
    town.reopen();
    assert_eq!(after, answers(&town));
});

on_both_databases!(a_list_that_was_opened_counts_from_the_day_after, |database| {
    let mut town = Empty::on(&database);
    town.desk.fill_demo().unwrap();
    let mediator = mediator_of(&town);
    let (opened, before) = (town.desk.today(), answers(&town));
    let told: BTreeMap<ExpertId, Option<Date>> = everyone(&town).into_iter().map(|person| (person.id, person.last_shown)).collect();
    let lists: Vec<_> = all_packages(&town).iter().take(8).map(|id| town.desk.open_shortlist(&mediator, id).unwrap()).collect();
    for list in &lists {
        let answer = &before[&list.package];
        assert_eq!(list.as_of, opened);
        let listed: Vec<_> = answer.shortlist.iter().map(|person| (&person.expert, person.score, person.kept_place.is_some())).collect();
        assert_eq!(list.members.iter().map(|member| (&member.expert, member.score, member.kept_place)).collect::<Vec<_>>(), listed);
        assert_eq!(town.desk.shortlist(&mediator, &list.package).unwrap(), *list);
    }
    assert_eq!(before, answers(&town), "opening a list changes no list of that day");
    let shown =
        |folder: Folder| folder.experts.unwrap().into_iter().map(|person| (person.id, person.last_shown)).collect::<BTreeMap<_, _>>();
    assert_eq!(shown(exported(&town, &database, "same-day")), told);

    town.clock.advance(86_400);
    let expected: BTreeMap<ExpertId, Option<Date>> = told
        .into_iter()
        .map(|(id, last)| {
            let listed = lists.iter().any(|list| list.members.iter().any(|member| member.expert == id));
            (id, if listed { Some(opened) } else { last })
        })
        .collect();
    let folder = exported(&town, &database, "day-after");
    assert_eq!(shown(folder.clone()), expected);
    assert_like_folder(&town, &folder);
    let followed = answers(&town);
    town.reopen();
    assert_eq!(followed, answers(&town));
});

on_both_databases!(what_is_tried_out_is_what_comes, |database| {
    let town = Empty::on(&database);
    town.desk.fill_demo().unwrap();
    let mediator = mediator_of(&town);
    let setting = MatcherSetting { weights: Weights::of_position(Position::Development).unwrap(), ..MatcherSetting::default() };
    for id in all_packages(&town).iter().step_by(6) {
        let before = town.desk.rank_package(&mediator, id).unwrap();
        let preview = town.desk.preview_knob(&mediator, id, &setting).unwrap();
        assert_eq!((&preview.before.shortlist, preview.before.eligible), (&before.answer.shortlist, before.answer.eligible));
        assert_eq!(town.desk.rank_package(&mediator, id).unwrap().answer, before.answer, "trying out changes nothing");
        let standing = town.desk.turn_knob(&mediator, &Scope::Package(id.clone()), Some(setting), prose("to see"), 0).unwrap();
        let after = town.desk.rank_package(&mediator, id).unwrap();
        assert_eq!((&preview.after.shortlist, preview.after.eligible), (&after.answer.shortlist, after.answer.eligible));
        assert_eq!((after.knob, &after.knob_version), (setting.into(), &standing.version));
        for listed in after.answer.shortlist.iter().take(3) {
            let explained = town.desk.explain(&mediator, id, &listed.expert).unwrap();
            assert_eq!((&explained["score"], &explained["eligible"]), (&json!(listed.score), &json!(true)));
            for (at, criterion) in Criterion::ALL.iter().enumerate() {
                let told = &explained["criteria"][at];
                assert_eq!(told["criterion"], json!(criterion));
                assert_eq!(told["value"], json!(listed.criteria.get(*criterion)), "{id} {}", listed.expert);
            }
        }
        for miss in after.answer.near_misses.iter().take(3) {
            assert!(!town.desk.explain(&mediator, id, &miss.expert).unwrap()["eligible"].as_bool().unwrap());
        }
    }
});
