//! The same question has the same answer: on any number of threads, in whichever order people came, and from whichever side it is asked.

use proptest::prelude::*;
use raakvlak_domain::identifiers::{ExpertId, PackageId};
use raakvlak_domain::knobs::Criterion;
use raakvlak_engine::answer::{ExpertAnswer, PackageAnswer, answer, packages_for};
use raakvlak_engine::board::{Board, Fitting};
use raakvlak_engine::demand::Demand;
use raakvlak_engine::explanation::{Explanation, explain};
use raakvlak_engine::gates::{Gate, Verdict};
use raakvlak_engine::pool::Pool;
use raakvlak_engine::ranking::rank;
use raakvlak_engine::shortlist::shortlist;

use crate::town::{Dice, Town, day, knob, threads};

/// Large enough to be looked at in several parts.
const MANY: u64 = 9_000;

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let mut dice = Dice::new(1);
    let town = Town::new(&mut dice, MANY, 6);
    let pool = town.pool();
    let written = |answer: &PackageAnswer| serde_json::to_string(answer).unwrap();
    let mut eligible = 0;
    for demand in town.demands(&knob(&mut dice)) {
        let on = |number| answer(&pool, &demand, day(), &threads(number));
        let one = on(1);
        eligible += one.eligible;
        for number in [2, 3, 7] {
            assert_eq!(written(&one), written(&on(number)));
        }
        assert_eq!(rank(&pool, &demand, day(), &threads(1)), rank(&pool, &demand, day(), &threads(3)));
    }
    assert!(eligible > 0, "somebody is eligible");
}

/// Among many, what competences come to at most is found out beforehand; each person by themselves is asked without that.
#[test]
fn a_list_among_many_says_of_everybody_what_they_are_told() {
    let mut dice = Dice::new(3);
    let town = Town::new(&mut dice, MANY, 4);
    let pool = town.pool();
    let (mut listed, mut missed) = (0, 0);
    for demand in town.demands(&knob(&mut dice)) {
        let everybody: Vec<_> = (0..pool.len() as u32).map(|person| explain(&pool, person, &demand, day())).collect();
        let mut told: Vec<_> = everybody.iter().filter(|told| told.eligible).map(|told| (told.expert.clone(), told.score)).collect();
        let ranking = rank(&pool, &demand, day(), &threads(2));
        let mut ranked: Vec<_> = ranking.iter().map(|ranked| (pool.id(ranked.person), ranked.score)).collect();
        told.sort();
        ranked.sort();
        assert_eq!(ranked, told);
        let (short, complete) = (shortlist(&pool, &demand, day(), &threads(2)), answer(&pool, &demand, day(), &threads(2)));
        let places: Vec<_> = short.places.iter().map(|place| (pool.id(place.ranked.person), place.ranked.score, place.kept)).collect();
        let expected: Vec<_> = complete.shortlist.iter().map(|person| (person.expert.clone(), person.score, person.kept_place)).collect();
        assert_eq!((short.eligible as usize, places), (told.len(), expected));
        let size = demand.knob().size.get() as usize;
        let unlifted = short.places.iter().filter(|place| place.kept.is_none());
        assert!(unlifted.clone().all(|place| ranking.iter().take(size).any(|ranked| *ranked == place.ranked)));
        let mut nearly: Vec<_> = everybody.iter().filter_map(missed_by_one).collect();
        nearly.sort();
        missed += nearly.len();
        nearly.truncate(size);
        let misses = complete.near_misses.iter().map(|miss| (miss.would_score, miss.expert.clone(), miss.gate));
        assert_eq!(
            misses.collect::<Vec<_>>(),
            nearly.into_iter().map(|(_, score, expert, gate)| (score, expert, gate)).collect::<Vec<_>>()
        );
        listed += told.len();
    }
    assert!(listed > 1_000 && missed > 1_000, "many are eligible, and many nearly");
}

/// Somebody whom one gate alone keeps out that something opens: what is missing to a whole score and a whole turn, the score, who and which.
fn missed_by_one(told: &Explanation) -> Option<([u32; 2], u32, ExpertId, Gate)> {
    let mut shut = told.gates.iter().filter(|gate| gate.verdict == Verdict::Shut);
    let gate = shut.next().filter(|gate| gate.opening.is_some())?;
    let turn = told.criteria.iter().find(|criterion| criterion.criterion == Criterion::Turn)?.value?;
    let missing = [told.score, turn].map(|value| 10_000 - value);
    shut.next().is_none().then(|| (missing, told.score, told.expert.clone(), gate.gate))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_does_not_matter(seed in any::<u64>(), shuffle in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 60, 2);
        let knob = knob(&mut dice);
        let mut people: Vec<_> = town.experts.iter().map(|expert| town.person(expert)).collect();
        let straight = Pool::build(people.clone());
        let mut dice = Dice::new(shuffle);
        for at in (1..people.len()).rev() {
            people.swap(at, dice.below(at as u64 + 1) as usize);
        }
        let shuffled = Pool::build(people);
        for demand in town.demands(&knob) {
            prop_assert_eq!(answer(&straight, &demand, day(), &threads(1)), answer(&shuffled, &demand, day(), &threads(1)));
        }
    }

    #[test]
    fn a_shortlist_is_the_one_of_the_complete_answer(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 90, 3);
        let pool = town.pool();
        for demand in town.demands(&knob(&mut dice)) {
            let complete = answer(&pool, &demand, day(), &threads(1));
            let short = shortlist(&pool, &demand, day(), &threads(1));
            let ranking = rank(&pool, &demand, day(), &threads(1));
            prop_assert_eq!((short.eligible, complete.eligible as usize), (complete.eligible, ranking.len()));
            let listed: Vec<_> = complete.shortlist.iter().map(|person| (person.expert.clone(), person.score, person.kept_place)).collect();
            let places: Vec<_> = short.places.iter().map(|place| (pool.id(place.ranked.person), place.ranked.score, place.kept)).collect();
            prop_assert_eq!(listed, places);
            let unlifted = short.places.iter().filter(|place| place.kept.is_none());
            let size = demand.knob().size.get() as usize;
            prop_assert!(unlifted.clone().all(|place| ranking.iter().take(size).any(|ranked| *ranked == place.ranked)));
            prop_assert_eq!(short.places.len(), ranking.len().min(size));
        }
    }

    #[test]
    fn both_directions_agree(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 25, 5);
        let (pool, demands) = (town.pool(), town.demands(&knob(&mut dice)));
        let rankings: Vec<_> = demands.iter().map(|demand| rank(&pool, demand, day(), &threads(1))).collect();
        for expert in &town.experts {
            let number = pool.position(&expert.id).unwrap();
            let found = packages_for(&pool, number, &demands, day(), &threads(1));
            let mut expected: Vec<_> = demands.iter().zip(&rankings).filter_map(|(demand, ranking)| {
                let ranked = ranking.iter().find(|ranked| ranked.person == number)?;
                Some((std::cmp::Reverse(ranked.score), demand.package().clone()))
            }).collect();
            expected.sort();
            let listed: Vec<_> = found.packages.iter().map(|listed| (std::cmp::Reverse(listed.score), listed.package.clone())).collect();
            prop_assert_eq!(listed, expected);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_board_says_the_same_as_package_by_package(seed in any::<u64>(), packages in 0u64..140) {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 12, packages);
        let demands: Vec<_> = (0..3).flat_map(|_| town.demands(&knob(&mut dice))).collect();
        let pool = town.pool();
        let barred = pool.ids().next().into_iter();
        // A third of the packages under each setting, and a rule that keeps somebody from some of them.
        let demands: Vec<_> = demands.into_iter().enumerate().filter(|(at, _)| at % 3 == at / packages.max(1) as usize)
            .map(|(at, demand)| if at % 5 == 0 { demand.blocking(barred.clone()) } else { demand }).collect();
        let board = Board::new(demands.clone());
        for expert in &town.experts {
            let number = pool.position(&expert.id).unwrap();
            let expected = packages_for(&pool, number, &demands, day(), &threads(1));
            for most in [0, 1, 7, demands.len()] {
                assert_beginning(&board.visit(&pool, number, day()).best(most, &threads(2)), &expected, most);
            }
            prop_assert_eq!(board.packages_for(&pool, number, day(), &threads(2)), expected);
        }
    }

    /// A rule of the moment keeps somebody out as one that the package carries does.
    #[test]
    fn rules_of_the_moment_keep_out(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 8, 40);
        let (pool, demands) = (town.pool(), town.demands(&knob(&mut dice)));
        let board = Board::new(demands.clone());
        for expert in &town.experts {
            let number = pool.position(&expert.id).unwrap();
            let ruled_out: Vec<_> = demands.iter().filter(|_| dice.below(5) < 2).map(|demand| demand.package().clone()).collect();
            let blocking = |demand: &Demand| {
                let blocks = ruled_out.contains(demand.package());
                if blocks { demand.blocking([expert.id.clone()]) } else { demand.clone() }
            };
            let blocked: Vec<_> = demands.iter().map(blocking).collect();
            let expected = packages_for(&pool, number, &blocked, day(), &threads(1));
            let nowhere = [PackageId::new("p-nowhere").unwrap()];
            let visit = board.visit(&pool, number, day()).kept_out_of(ruled_out.iter().chain(&nowhere));
            assert_beginning(&visit.best(5, &threads(1)), &expected, 5);
            prop_assert_eq!(visit.answer(&threads(1)), expected);
        }
    }
}

/// What is found of the best is the beginning of everything, and counts all of it.
fn assert_beginning(found: &Fitting, all: &ExpertAnswer, most: usize) {
    assert_eq!(found.eligible as usize, all.packages.len());
    assert_eq!(found.packages, all.packages[..most.min(all.packages.len())]);
}

/// More than fit one block.
#[test]
fn a_large_board_does_not_depend_on_threads() {
    let mut dice = Dice::new(11);
    let town = Town::new(&mut dice, 6, 9_000);
    let (pool, demands) = (town.pool(), town.demands(&knob(&mut dice)));
    let board = Board::new(demands.clone());
    for person in 0..6 {
        let expected = packages_for(&pool, person, &demands, day(), &threads(2));
        assert!(!expected.barriers.is_empty());
        assert_eq!(board.packages_for(&pool, person, day(), &threads(1)), expected);
        assert_eq!(board.packages_for(&pool, person, day(), &threads(3)), expected);
        for most in [20, 9_000] {
            let visit = board.visit(&pool, person, day());
            assert_beginning(&visit.best(most, &threads(1)), &expected, most);
            assert_beginning(&visit.best(most, &threads(3)), &expected, most);
        }
    }
}

#[test]
fn many_packages_for_one_person_do_not_depend_on_threads() {
    let mut dice = Dice::new(3);
    let town = Town::new(&mut dice, 20, 150);
    let (pool, demands) = (town.pool(), town.demands(&knob(&mut dice)));
    for person in 0..20 {
        let on = |number| packages_for(&pool, person, &demands, day(), &threads(number));
        assert_eq!(on(1), on(3));
    }
}

#[test]
fn of_two_with_the_same_id_the_later_counts() {
    let town = Town::new(&mut Dice::new(9), 2, 1);
    let [first, second] = [&town.experts[0], &town.experts[1]].map(|expert| {
        let mut expert = expert.clone();
        expert.id = ExpertId::new("e-same").unwrap();
        town.person(&expert)
    });
    let both = Pool::build([first, second.clone()]);
    let later = Pool::build([second]);
    assert_eq!((both.len(), both.position(&ExpertId::new("e-same").unwrap())), (1, Some(0)));
    let demand = &town.demands(&knob(&mut Dice::new(4)))[0];
    assert_eq!(answer(&both, demand, day(), &threads(1)), answer(&later, demand, day(), &threads(1)));
}

#[test]
fn nobody_is_an_answer_too() {
    let town = Town::new(&mut Dice::new(5), 0, 1);
    let answer = answer(&town.pool(), &town.demands(&knob(&mut Dice::new(4)))[0], day(), &threads(2));
    assert_eq!((answer.eligible, answer.shortlist.len(), answer.near_misses.len(), answer.barriers.len()), (0, 0, 0, 0));
}
