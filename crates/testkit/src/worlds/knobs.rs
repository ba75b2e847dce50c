//! Knob files of chance: the positions, the extremes, missing and null keys, and weights on next to nothing.

use super::dice::Dice;
use serde_json::{Map, Value, json};

const CRITERIA: [&str; 9] = ["tasks", "competence", "experience", "development", "energy", "proximity", "hours", "comfort", "turn"];

const POSITIONS: [[i64; 9]; 4] =
    [[8, 2, 4, 1, 3, 2, 2, 2, 2], [2, 8, 4, 1, 2, 2, 2, 2, 2], [2, 2, 3, 8, 4, 2, 2, 3, 3], [2, 2, 3, 4, 8, 2, 2, 4, 3]];

/// A knob file; at least one weight is above 0.
pub(crate) fn knob(dice: &mut Dice) -> Value {
    let mut knob = Map::new();
    let settings: [(&str, &[i64], i64); 8] = [
        ("carry_from", &[0, 1, 5_000, 5_500, 5_501, 6_000, 8_000, 10_000], 10_000),
        ("floor", &[0, 1, 2_000, 4_000, 6_000, 10_000], 7_000),
        ("tie_from", &[0, 1, 1_000, 2_500, 5_000, 10_000], 4_000),
        ("doubt", &[0, 1, 2_000, 5_000, 10_000], 10_000),
        ("aside_share", &[0, 1, 30, 50, 100], 100),
        ("unseen_share", &[0, 1, 20, 60, 100], 100),
        ("size", &[5, 6, 20, 100], 40),
        ("essential_from", &[0, 0, 1, 2_000, 5_500, 10_000], 6_000),
    ];
    if dice.chance(85) {
        let weights = CRITERIA.iter().map(|name| (*name).to_owned()).zip(weights(dice).map(Value::from));
        knob.insert("weights".to_owned(), Value::Object(weights.collect()));
    }
    for (key, extremes, highest) in settings {
        let value = if dice.chance(60) { dice.pick(extremes) } else { dice.between(if key == "size" { 5 } else { 0 }, highest) };
        match dice.between(0, 9) {
            0 => None,
            1 => knob.insert(key.to_owned(), Value::Null),
            _ => knob.insert(key.to_owned(), json!(value)),
        };
    }
    Value::Object(knob)
}

/// A knob file under which hardly anyone is shut out by a threshold, with lists shorter than the people who want to be in them.
pub(crate) fn mild(dice: &mut Dice) -> Value {
    let share = |dice: &mut Dice| dice.pick(&[0, 10, 20, 40, 60, 100]);
    json!({
        "floor": dice.pick(&[0, 500]),
        "tie_from": dice.pick(&[0, 0, 200]),
        "size": dice.pick(&[5, 5, 7, 10, 25, 100]),
        "aside_share": share(dice),
        "unseen_share": share(dice),
    })
}

/// A position, all of chance, all alike, or one or two criteria that alone have weight.
fn weights(dice: &mut Dice) -> [i64; 9] {
    match dice.between(0, 9) {
        0..=2 => dice.pick(&POSITIONS),
        3..=5 => {
            let mut weights = [0; 9].map(|_: i64| dice.between(0, 10));
            weights[dice.between(0, 8) as usize] = 10;
            weights
        }
        6 => [10; 9],
        _ => {
            let mut weights = [0; 9];
            for _ in 0..dice.between(1, 2) {
                weights[dice.between(0, 8) as usize] = dice.between(1, 10);
            }
            weights
        }
    }
}
