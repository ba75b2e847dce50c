//! Names that many people share, each kept once and known by its number in order.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::RandomState;

/// A number that no name has.
const NOBODY_KNOWS: u32 = u32::MAX;

/// For each of these names its number, and the different names in order, by whose places they are numbered.
pub(crate) fn numbered<'a, T: Ord + Hash + Clone + 'a>(names: impl Iterator<Item = &'a T>) -> (Vec<u32>, Vec<T>) {
    let mut met: HashMap<&T, u32, RandomState> = HashMap::default();
    let as_met: Vec<u32> = names
        .map(|name| {
            let next = met.len() as u32;
            *met.entry(name).or_insert(next)
        })
        .collect();
    let mut in_order: Vec<(&T, u32)> = met.into_iter().collect();
    in_order.sort_unstable();
    let mut numbers = vec![NOBODY_KNOWS; in_order.len()];
    for ((_, met), number) in in_order.iter().zip(0..) {
        if let Some(place) = numbers.get_mut(*met as usize) {
            *place = number;
        }
    }
    let number = |met: u32| numbers.get(met as usize).copied().unwrap_or(NOBODY_KNOWS);
    (as_met.into_iter().map(number).collect(), in_order.into_iter().map(|(name, _)| name.clone()).collect())
}

/// The number of a name among names in order; one that no name has when it is not there.
pub(crate) fn number<T: Ord>(names: &[T], name: &T) -> u32 {
    names.binary_search(name).map_or(NOBODY_KNOWS, |at| at as u32)
}

#[cfg(test)]
mod tests {
    use super::{NOBODY_KNOWS, number, numbered};

    #[test]
    fn names_are_numbered_in_order_however_they_come() {
        let (numbers, names) = numbered(["c", "a", "c", "b", "a"].iter());
        assert_eq!((numbers, names.as_slice()), (vec![2, 0, 2, 1, 0], &["a", "b", "c"][..]));
        assert_eq!(["b", "d"].map(|name| number(&names, &name)), [1, NOBODY_KNOWS]);
        assert_eq!(numbered::<u8>([].iter()), (vec![], vec![]));
    }
}
