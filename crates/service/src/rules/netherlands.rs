//! The rules and support measures to start with in the Netherlands, with where each was read and when.

use std::sync::{Arc, OnceLock};

use raakvlak_domain::reading::{FromNode, read};
use raakvlak_domain::rules::{Instrument, Rule};

use super::judging::SoundRule;

const RULES: &str = include_str!("../../data/rules/rules.jsonl");
const INSTRUMENTS: &str = include_str!("../../data/rules/instruments.jsonl");

/// The rules to start with, by id and number. A line that cannot be read is a mistake of ours, which a test finds.
pub(crate) fn rules() -> &'static [Arc<SoundRule>] {
    static READ: OnceLock<Vec<Arc<SoundRule>>> = OnceLock::new();
    READ.get_or_init(|| {
        let mut rules: Vec<Arc<SoundRule>> = records::<Rule>(RULES).filter_map(|rule| SoundRule::new(rule).ok().map(Arc::new)).collect();
        rules.sort_by(|one, other| (&one.rule.id, one.rule.number).cmp(&(&other.rule.id, other.rule.number)));
        rules
    })
}

/// The support measures, by id.
#[must_use]
pub fn instruments() -> &'static [Instrument] {
    static READ: OnceLock<Vec<Instrument>> = OnceLock::new();
    READ.get_or_init(|| {
        let mut instruments: Vec<Instrument> = records(INSTRUMENTS).collect();
        instruments.sort_by(|one, other| one.id.cmp(&other.id));
        instruments
    })
}

fn records<T: FromNode>(text: &str) -> impl Iterator<Item = T> {
    text.lines().filter_map(|line| read(line).ok())
}

#[cfg(test)]
mod tests;
