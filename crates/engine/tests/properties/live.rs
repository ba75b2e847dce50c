//! People who come, change and leave: the pool after that is the pool of whoever is there now.

use std::collections::BTreeMap;

use proptest::prelude::*;
use raakvlak_domain::identifiers::ExpertId;
use raakvlak_engine::answer::{answer, packages_for};
use raakvlak_engine::explanation::explain;
use raakvlak_engine::people::Person;
use raakvlak_engine::pool::{Change, Pool};
use raakvlak_engine::shortlist::shortlist;

use crate::town::{Dice, Town, day, knob, threads};

/// So many people change in one step, at most.
const AT_ONCE: u64 = 5;

/// Everybody of a town, of whom some are there and others come, change and leave.
struct Village {
    town: Town,
    there: BTreeMap<ExpertId, Person>,
    pool: Pool,
}

impl Village {
    fn new(dice: &mut Dice, people: u64) -> Self {
        let town = Town::new(dice, people, 2);
        let there: BTreeMap<ExpertId, Person> =
            town.experts.iter().filter(|_| dice.below(100) < 60).map(|expert| (expert.id.clone(), town.person(expert))).collect();
        let pool = Pool::build(there.values().cloned());
        Self { town, there, pool }
    }

    /// Somebody comes under their own id, takes on what somebody else is like, or leaves.
    fn change(&mut self, dice: &mut Dice) -> Change {
        let pick = |dice: &mut Dice| self.town.experts[dice.below(self.town.experts.len() as u64) as usize].clone();
        let id = pick(dice).id;
        if dice.below(100) < 35 {
            self.there.remove(&id);
            return Change::Left(id);
        }
        let like = raakvlak_domain::experts::Expert { id: id.clone(), ..pick(dice) };
        let person = self.town.person(&like);
        self.there.insert(id, person.clone());
        Change::Is(Box::new(person))
    }

    fn step(&mut self, dice: &mut Dice) {
        let changes: Vec<Change> = (0..dice.below(AT_ONCE)).map(|_| self.change(dice)).collect();
        self.pool = self.pool.changed(changes);
        if dice.below(100) < 15 {
            self.pool = self.pool.renewed();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_pool_that_changed_is_the_pool_of_whoever_is_there(seed in any::<u64>(), steps in 1usize..14) {
        let mut dice = Dice::new(seed);
        let mut village = Village::new(&mut dice, 70);
        let demands = village.town.demands(&knob(&mut dice));
        for _ in 0..steps {
            village.step(&mut dice);
            let afresh = Pool::build(village.there.values().cloned());
            prop_assert_eq!(village.pool.len(), afresh.len());
            for demand in &demands {
                prop_assert_eq!(answer(&village.pool, demand, day(), &threads(2)), answer(&afresh, demand, day(), &threads(1)));
                prop_assert_eq!(shortlist(&village.pool, demand, day(), &threads(1)).eligible, shortlist(&afresh, demand, day(), &threads(1)).eligible);
            }
            for (id, _) in village.there.iter().take(5) {
                let [number, other] = [&village.pool, &afresh].map(|pool| pool.position(id).unwrap());
                prop_assert_eq!(village.pool.id(number), id.clone());
                let packages = |pool: &Pool, number| packages_for(pool, number, &demands, day(), &threads(1));
                prop_assert_eq!(packages(&village.pool, number), packages(&afresh, other));
                let explained = |pool: &Pool, number| serde_json::to_string(&explain(pool, number, &demands[0], day())).unwrap();
                prop_assert_eq!(explained(&village.pool, number), explained(&afresh, other));
            }
        }
    }

    #[test]
    fn whoever_left_is_not_found(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let mut village = Village::new(&mut dice, 20);
        let ids: Vec<ExpertId> = village.there.keys().cloned().collect();
        for id in ids {
            village.pool = village.pool.changed([Change::Left(id.clone())]);
            prop_assert_eq!(village.pool.position(&id), None);
            prop_assert!(village.pool.ids().all(|other| other != id));
            prop_assert!(village.pool.remembers(&id) && !village.pool.renewed().remembers(&id));
        }
        prop_assert!(village.pool.is_empty() && village.pool.renewed().is_empty());
    }
}

/// However many changes there were, a pool that is put together again is no larger than one made afresh.
#[test]
fn memory_does_not_grow_with_the_number_of_changes() {
    let mut dice = Dice::new(5);
    let mut village = Village::new(&mut dice, 200);
    for _ in 0..400 {
        village.step(&mut dice);
        if village.pool.is_worn() {
            village.pool = village.pool.renewed();
        }
    }
    let afresh = Pool::build(village.there.values().cloned());
    assert_eq!(village.pool.renewed().bytes(), afresh.bytes());
}
