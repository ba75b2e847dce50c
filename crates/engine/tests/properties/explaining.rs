//! An explanation says the same as the answer, and its parts add up.

use proptest::prelude::*;
use raakvlak_engine::answer::{answer, weights_used};
use raakvlak_engine::explanation::{Explanation, explain};
use raakvlak_engine::gates::{Gate, Verdict};
use raakvlak_engine::ranking::rank;

use crate::town::{Dice, Town, day, knob, threads};

/// What must hold of any explanation.
fn check(explanation: &Explanation) -> Result<(), TestCaseError> {
    let shares: u32 = explanation.criteria.iter().map(|criterion| criterion.share).sum();
    prop_assert_eq!(shares, explanation.score);
    let shut: Vec<_> = explanation.gates.iter().filter(|gate| gate.verdict == Verdict::Shut).collect();
    prop_assert_eq!(explanation.eligible, shut.is_empty());
    prop_assert!(shut.iter().all(|gate| !gate.details.is_empty() && gate.details.is_sorted()));
    let floor = explanation.gates.last().unwrap();
    prop_assert_eq!(floor.gate, Gate::ScoreFloor);
    prop_assert!(floor.verdict != Verdict::Shut || shut.len() == 1, "the floor shuts nobody whom another gate keeps out");
    for requirement in explanation.tasks.iter().flat_map(|task| &task.requirements) {
        let value = requirement.answered.as_ref().map_or(0, |answered| {
            answered.similarity.value * u32::from(answered.level.min(requirement.level)) / u32::from(requirement.level)
        });
        prop_assert_eq!(requirement.value, value);
    }
    let tasks_hours: u32 = explanation.tasks.iter().map(|task| task.hours.get()).sum();
    let carried: u32 = explanation.tasks.iter().filter(|task| task.carried).map(|task| task.hours.get()).sum();
    let tasks = &explanation.criteria[0];
    prop_assert!(tasks.doubt || tasks.value.is_none_or(|value| value == carried * 10_000 / tasks_hours));
    let wishes = &explanation.development.wishes;
    let development = &explanation.criteria[3];
    if let (Some(value), false) = (development.value, development.doubt) {
        prop_assert_eq!(value, wishes.iter().map(|wish| wish.value).sum::<u32>() / wishes.len() as u32);
    }
    prop_assert!(wishes.iter().all(|wish| wish.similarity.as_ref().map_or(0, |similar| similar.value) == wish.value));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn parts_add_up(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 30, 3);
        let pool = town.pool();
        for demand in town.demands(&knob(&mut dice)) {
            let ranking = rank(&pool, &demand, day(), &threads(1));
            for person in 0..pool.len() as u32 {
                let explanation = explain(&pool, person, &demand, day());
                check(&explanation)?;
                let ranked = ranking.iter().find(|ranked| ranked.person == person);
                prop_assert_eq!(explanation.eligible, ranked.is_some());
                prop_assert!(ranked.is_none_or(|ranked| ranked.score == explanation.score));
            }
        }
    }

    #[test]
    fn answers_say_the_same(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 80, 2);
        let pool = town.pool();
        for demand in town.demands(&knob(&mut dice)) {
            let answer = answer(&pool, &demand, day(), &threads(1));
            prop_assert_eq!(answer.weights, weights_used(&demand));
            for person in &answer.shortlist {
                let explanation = explain(&pool, pool.position(&person.expert).unwrap(), &demand, day());
                let values: Vec<_> = explanation.criteria.iter().map(|criterion| criterion.value).collect();
                prop_assert_eq!(&values[..], &person.criteria.0[..]);
                prop_assert_eq!(&explanation.asks, &person.asks);
            }
            for miss in &answer.near_misses {
                let explanation = explain(&pool, pool.position(&miss.expert).unwrap(), &demand, day());
                let gate = explanation.gates.iter().find(|gate| gate.gate == miss.gate).unwrap();
                prop_assert_eq!((gate.verdict, gate.opening.as_ref(), explanation.score), (Verdict::Shut, Some(&miss.opening), miss.would_score));
            }
            for barrier in &answer.barriers {
                prop_assert!(barrier.all >= barrier.alone && barrier.gate != Gate::Avoided);
                prop_assert!(barrier.details.iter().all(|detail| detail.all >= detail.alone && detail.all <= barrier.all));
                prop_assert!(barrier.details.is_sorted_by_key(|detail| &detail.detail));
            }
        }
    }
}
