//! The demonstration region: as large as it says, alive on every side, and the same when it is taken out and brought in again.

use std::collections::BTreeMap;
use std::path::Path;

use raakvlak_domain::identifiers::PackageId;
use raakvlak_domain::knobs::{MatcherSetting, Position, Weights};
use raakvlak_domain::users::Role;
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::exchange::watch::Watch;
use raakvlak_service::imports::Refused;
use raakvlak_store::packages::PackageQuery;
use raakvlak_store::todos::{self, TodoQuery};
use raakvlak_store::{experts, organisations, packages, programmes, users};
use raakvlak_testkit::database::TestDatabase;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Empty, Town};
use serde_json::json;

use crate::common::conflict;

/// Every file under a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for part in [folder.to_owned(), folder.join("vocabulary")] {
        for entry in std::fs::read_dir(part).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            all.insert(entry.path().strip_prefix(folder).unwrap().display().to_string(), std::fs::read(entry.path()).unwrap());
        }
    }
    all
}

on_both_databases!(the_region_fills_an_empty_store_once, |database| {
    let town = Empty::on(&database);
    let who = town.desk.fill_demo().unwrap();
    let count = |town: &Empty| {
        let organisations = town.read(|db| organisations::page(db, None, 1_000));
        let all = town.read(|db| packages::list(db, &PackageQuery::default())).len();
        assert!(organisations.iter().all(|found| found.vetted_at.is_some()), "organisations that nobody trusts show nothing");
        [organisations.len(), town.read(|db| programmes::page(db, None, 1_000)).len(), all, town.read(experts::count) as usize]
    };
    assert_eq!(count(&town), [28, 8, 60, 400]);
    let (head, rows) = (town.read(|db| db.changes_head()), town.desk.store().verify_audit().unwrap().rows);
    assert_eq!(town.desk.fill_demo().unwrap(), who);
    assert_eq!((town.read(|db| db.changes_head()), town.desk.store().verify_audit().unwrap().rows), (head, rows), "nothing has changed");
    // Each of the roles can sit down at once.
    for (role, id) in &who.users {
        let actor = town.desk.actor_for_user(id).unwrap();
        assert!(actor.has(*role));
        let page = PageRequest::first(10);
        match role {
            Role::Expert => assert!(!town.desk.packages_of_expert(&actor, actor.expert.as_ref().unwrap()).unwrap().packages.is_empty()),
            Role::Organisation => assert!(!town.desk.packages(&actor, Default::default(), &page).unwrap().items.is_empty()),
            Role::Mediator => assert_eq!(town.desk.experts(&actor, &page).unwrap().items.len(), 10),
            Role::Steward | Role::Auditor => assert!(town.desk.experts(&actor, &page).is_err()),
        }
    }
    assert_eq!(town.read(users::count), 7);
    // What has to be taken in is spread over the mediators by what they know, and none of it is nobody's.
    let mut shares: BTreeMap<String, usize> = BTreeMap::new();
    for todo in town.read(|db| todos::list(db, &TodoQuery::default())) {
        *shares.entry(todo.assigned_to.unwrap().to_string()).or_default() += 1;
    }
    println!("to take in: {shares:?}");
    assert_eq!((shares.len(), shares.values().sum::<usize>()), (3, 60));
    assert!(shares.values().all(|share| *share >= 10), "{shares:?}");
});

on_both_databases!(a_store_with_others_in_it_is_left_alone, |database| {
    let town = Town::on(&database);
    assert_eq!(conflict(town.desk.fill_demo()), Conflict::Exists);
    assert_eq!(town.read(experts::count), 0);
});

on_both_databases!(there_is_somebody_for_the_work_and_the_knob_matters, |database| {
    let town = Empty::on(&database);
    town.desk.fill_demo().unwrap();
    let mediator = mediator_of(&town);
    let all: Vec<PackageId> =
        town.read(|db| packages::list(db, &PackageQuery::default())).into_iter().map(|found| found.package.id).collect();
    let eligible: Vec<u32> = all.iter().map(|id| town.desk.rank_package(&mediator, id).unwrap().answer.eligible).collect();
    let roomy = eligible.iter().filter(|count| **count >= 25).count();
    println!("eligible per package: {eligible:?}; {roomy} have 25 or more");
    assert!(roomy >= 30, "{eligible:?}");
    for position in Position::ALL.iter().filter(|position| **position != Position::Custom) {
        let setting = MatcherSetting { weights: Weights::of_position(*position).unwrap(), ..MatcherSetting::default() };
        let moved: usize = all.iter().map(|id| town.desk.preview_knob(&mediator, id, &setting).unwrap().moves.len()).sum();
        println!("{position}: {moved} moves");
        assert!(moved > 0, "{position} changes nobody anywhere");
    }
});

on_both_databases!(it_comes_back_as_it_went, |database| {
    let town = Empty::on(&database);
    town.desk.fill_demo().unwrap();
    let (first, second) = (database.folder().join("first"), database.folder().join("second"));
    let out = town.desk.export(&Actor::system(), &first).unwrap();
    assert_eq!([out.organisations, out.programmes, out.packages, out.experts], [28, 8, 60, 400]);
    let other = TestDatabase::new(database.kind());
    let copy = Empty::on(&other);
    let bring = |actor: &Actor| copy.desk.import(actor, &first, false, &Watch::default());
    assert_eq!(bring(&mediator_of(&town)).unwrap_err(), Refused::Failed(Error::NotAllowed));
    let counts = bring(&Actor::system()).unwrap().counts;
    assert!(!counts.vocabulary, "the words are those in force already");
    assert_eq!((counts.packages, counts.experts), (60, 400));
    copy.desk.export(&Actor::system(), &second).unwrap();
    let (one, two) = (contents(&first), contents(&second));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(two[name] == *bytes, "{name} differs");
    }
    // And it ranks the same there.
    let ask = |town: &Empty| {
        let id: PackageId = raakvlak_testkit::town::of(&json!("p-01"));
        town.desk.rank_package(&Actor::system(), &id).unwrap().answer
    };
    assert_eq!(ask(&town), ask(&copy));
    let Refused::Faults(faults) = bring(&Actor::system()).unwrap_err() else { panic!("it came in twice") };
    assert_eq!((faults.total(), faults.faults[0].fault.kind.code()), (28 + 8 + 60 + 400 + 2 * 7, "exists"), "every id, and every address");
});

pub(crate) fn mediator_of(town: &Empty) -> Actor {
    town.desk.actor_for_user(&raakvlak_testkit::town::of(&json!("u-bemiddelaar"))).unwrap()
}
