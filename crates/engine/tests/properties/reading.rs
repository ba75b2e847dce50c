//! Words that are not in the vocabulary are refused, and rules keep out whom they name.

use raakvlak_domain::identifiers::{CompetenceId, ExpertId, TermId};
use raakvlak_domain::knobs::{MatcherKnob, Weights};
use raakvlak_domain::quantities::{BasisPoints, Hours};
use raakvlak_engine::answer::answer;
use raakvlak_engine::demand::Demand;
use raakvlak_engine::explanation::explain;
use raakvlak_engine::gates::{Gate, Verdict};
use raakvlak_engine::people::Person;
use raakvlak_engine::ranking::rank;

use crate::town::{Dice, Town, day, threads};

fn term(id: &str) -> TermId {
    TermId::new(id).unwrap()
}

#[test]
fn a_limit_that_is_not_understood_is_not_dropped() {
    let town = Town::new(&mut Dice::new(1), 1, 1);
    let mut expert = town.experts[0].clone();
    expert.no_go = Some(vec![term("c00"), term("unheard_of")]);
    let fault = Person::new(&expert, town.lexicon.vocabulary(), None, Hours::LOWEST).unwrap_err();
    assert_eq!((fault.key, fault.id.as_str()), ("no_go", "unheard_of"));

    let mut package = town.packages[0].clone();
    package.tasks[0].learnables = vec![CompetenceId::new("k99").unwrap()];
    let fault = Demand::new(&package, &town.lexicon, None, &MatcherKnob::default()).unwrap_err();
    assert_eq!((fault.key, fault.id.as_str()), ("learnables", "k99"));
    assert_eq!(fault.to_string(), "learnables: 'k99' is not in the vocabulary");
}

#[test]
fn a_rule_keeps_out_whom_it_names_and_no_one_else() {
    let town = Town::new(&mut Dice::new(2), 200, 1);
    let pool = town.pool();
    let demand = &town.demands(&MatcherKnob::default())[0];
    let before = rank(&pool, demand, day(), &threads(1));
    let best = pool.id(before.first().expect("somebody is eligible").person).clone();
    let demand = demand.blocking([best.clone(), ExpertId::new("e-unknown").unwrap()]);
    assert_eq!(rank(&pool, &demand, day(), &threads(1)), before[1..]);
    let explanation = explain(&pool, pool.position(&best).unwrap(), &demand, day());
    let shut: Vec<_> = explanation.gates.iter().filter(|gate| gate.verdict == Verdict::Shut).map(|gate| gate.gate).collect();
    assert_eq!(shut, [Gate::Rule]);
    let answer = answer(&pool, &demand, day(), &threads(1));
    let barrier = answer.barriers.iter().find(|barrier| barrier.gate == Gate::Rule).unwrap();
    assert_eq!((barrier.alone, barrier.all, barrier.details[0].detail.as_str()), (1, 1, ""));
    assert!(answer.near_misses.iter().all(|miss| miss.expert != best), "nothing opens it");
}

#[test]
fn the_floor_shuts_nobody_where_only_silent_criteria_have_weight() {
    let mut town = Town::new(&mut Dice::new(6), 200, 1);
    town.packages[0].experience = vec![];
    let knob =
        MatcherKnob { weights: Weights::new([0, 0, 10, 0, 0, 0, 0, 0, 0]).unwrap(), floor: BasisPoints::HIGHEST, ..MatcherKnob::default() };
    let pool = town.pool();
    let ranking = rank(&pool, &town.demands(&knob)[0], day(), &threads(1));
    assert!(!ranking.is_empty() && ranking.iter().all(|ranked| ranked.score == 0));
    assert!(ranking.is_sorted_by_key(|ranked| (std::cmp::Reverse(ranked.turn), pool.id(ranked.person))));
}
