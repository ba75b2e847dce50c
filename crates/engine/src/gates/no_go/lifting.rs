//! The fewest adaptations that together lift some conditions; of the smallest sets, the first in order of names.
//!
//! This is the set cover problem, which is hard in general; the vocabularies have at most 64 values, and the search always branches on the
//! condition that the fewest adaptations lift.

use raakvlak_domain::vocabulary::Vocabulary;

use crate::words::bits;

/// An adaptation with what it lifts of the conditions in question.
type Lift<'a> = (&'a str, u64);

/// The names of the fewest adaptations that lift all of these conditions, in byte order; `None` when none do.
pub(super) fn fewest(vocabulary: &Vocabulary, conditions: u64) -> Option<Vec<String>> {
    let names = vocabulary.adaptations.terms().iter().map(|term| term.id.as_str());
    let mut lifts: Vec<Lift> = names.zip(&vocabulary.lifts).map(|(name, lifted)| (name, lifted & conditions)).collect();
    lifts.retain(|(_, lifted)| *lifted != 0);
    lifts.sort_unstable();
    let number = (1..=conditions.count_ones()).find(|number| coverable(&lifts, conditions, *number))?;
    Some(first_in_order(&lifts, conditions, number))
}

/// Whether this many of the adaptations lift all of the conditions.
fn coverable(lifts: &[Lift], conditions: u64, number: u32) -> bool {
    if conditions == 0 {
        return true;
    }
    let most = lifts.iter().map(|(_, lifted)| (lifted & conditions).count_ones()).max().unwrap_or(0);
    if number == 0 || most * number < conditions.count_ones() {
        return false;
    }
    let lifting = |condition: usize| lifts.iter().filter(move |(_, lifted)| lifted >> condition & 1 == 1);
    let hardest = bits(conditions).min_by_key(|condition| lifting(*condition).count());
    hardest.is_some_and(|condition| lifting(condition).any(|(_, lifted)| coverable(lifts, conditions & !lifted, number - 1)))
}

/// Takes the adaptations in order, each one with which the later ones can still lift what is left.
fn first_in_order(lifts: &[Lift], mut conditions: u64, mut number: u32) -> Vec<String> {
    let mut taken = Vec::new();
    for (at, (name, lifted)) in lifts.iter().enumerate() {
        let later = lifts.get(at + 1..).unwrap_or_default();
        if number > 0 && coverable(later, conditions & !lifted, number - 1) {
            taken.push((*name).to_owned());
            conditions &= !lifted;
            number -= 1;
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use raakvlak_domain::vocabulary::{ClosedVocabulary, Label, Term};

    use super::*;

    fn vocabulary(lifts: &[(&str, u64)]) -> Vocabulary {
        let term = |(id, _): &(&str, u64)| Term { id: (*id).to_owned(), label: Label::default() };
        let adaptations = ClosedVocabulary::new(lifts.iter().map(term).collect()).unwrap();
        Vocabulary { adaptations, lifts: lifts.iter().map(|(_, lifted)| *lifted).collect(), ..Vocabulary::default() }
    }

    #[test]
    fn fewest_go_before_names() {
        let vocabulary = vocabulary(&[("z", 0b0111), ("a", 0b0001), ("b", 0b0010), ("c", 0b0100), ("y", 0b1001), ("x", 0b1000)]);
        assert_eq!(fewest(&vocabulary, 0b0111).unwrap(), ["z"]);
        assert_eq!(fewest(&vocabulary, 0b0001).unwrap(), ["a"]);
        assert_eq!(fewest(&vocabulary, 0b1111).unwrap(), ["x", "z"]);
        assert_eq!(fewest(&vocabulary, 0b1011).unwrap(), ["b", "y"]);
        assert_eq!(fewest(&vocabulary, 0b1_0000), None);
    }

    #[test]
    fn the_hardest_cases_take_no_time() {
        // Sixty-four adaptations that each lift four conditions, spread as evenly as can be.
        let names: Vec<String> = (0..64).map(|number| format!("a{number:02}")).collect();
        let spread = |number: u32| (0..4).fold(0u64, |lifted, part| lifted | 1 << ((number * 7 + part * part * 5 + part) % 64));
        let lifts: Vec<(&str, u64)> = names.iter().map(String::as_str).zip((0..64).map(spread)).collect();
        let conditions = 0xffff_0f0f;
        let names = fewest(&vocabulary(&lifts), conditions).unwrap();
        let lifted = lifts.iter().filter(|(name, _)| names.iter().any(|taken| taken == name)).fold(0, |all, (_, lifted)| all | lifted);
        assert_eq!(lifted & conditions, conditions);
    }
}
