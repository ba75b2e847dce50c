//! What is kept of people in memory follows the store, and forgets whoever is erased.

use std::time::{Duration, Instant};

use raakvlak_service::actor::Actor;
use raakvlak_service::ranking::InMemory;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Town, expert_of};
use serde_json::json;

/// What is kept in memory, with as many bytes as `bytes` as soon as that is so.
fn settled(town: &Town, wanted: InMemory) -> InMemory {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let found = town.desk.follow_changes().unwrap().expect("people were read");
        if found == wanted || Instant::now() > patience {
            return found;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

on_both_databases!(whoever_is_erased_leaves_memory, |database| {
    let town = Town::on(&database);
    let package = town.work("p-list", 1);
    let kept = |town: &Town| {
        town.desk.rank_package(&town.mediator, &package).unwrap();
        town.desk.follow_changes().unwrap().unwrap()
    };
    assert_eq!(town.desk.follow_changes().unwrap(), None, "nobody has asked for a ranking");
    for name in ["e-anna", "e-carla"] {
        drop(town.person(name, json!({})));
    }
    let two = kept(&town);
    let ben = expert_of(&town.person("e-ben", json!({})));
    // On another day everybody is read anew, so that he is no newcomer any more.
    town.clock.advance(24 * 60 * 60);
    let three = kept(&town);
    assert!((two.people, three.people) == (2, 3) && three.bytes > two.bytes);

    town.desk.erase_expert(&Actor::system(), &ben).unwrap();
    assert_eq!(settled(&town, two), two, "nothing is kept of him");
});
