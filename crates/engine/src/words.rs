//! From the words of records to positions and masks; a word that is not in the vocabulary is refused, since a limit that is not understood
//! must not be dropped.

use std::ops::Range;

use raakvlak_domain::vocabulary::{ClosedVocabulary, Vocabulary};

use crate::lexicon::UnknownWord;

/// The position of a competence.
pub(crate) fn competence(vocabulary: &Vocabulary, id: &(impl AsRef<str> + ?Sized), key: &'static str) -> Result<u32, UnknownWord> {
    let id = id.as_ref();
    vocabulary.competence(id).ok_or_else(|| UnknownWord { key, id: id.to_owned() })
}

/// The bit of a term.
pub(crate) fn position(terms: &ClosedVocabulary, id: &(impl AsRef<str> + ?Sized), key: &'static str) -> Result<u8, UnknownWord> {
    let id = id.as_ref();
    terms.position(id).ok_or_else(|| UnknownWord { key, id: id.to_owned() })
}

/// The mask of terms.
pub(crate) fn mask(terms: &ClosedVocabulary, ids: &[impl AsRef<str>], key: &'static str) -> Result<u64, UnknownWord> {
    ids.iter().try_fold(0, |mask, id| Ok(mask | 1 << position(terms, id, key)?))
}

/// The mask of terms that may not have been told; none then.
pub(crate) fn told_mask(terms: &ClosedVocabulary, ids: Option<&Vec<impl AsRef<str>>>, key: &'static str) -> Result<u64, UnknownWord> {
    ids.map_or(Ok(0), |ids| mask(terms, ids, key))
}

/// The mask of the terms that were not told, when others were; none when nothing was told.
pub(crate) fn others(terms: &ClosedVocabulary, ids: Option<&[impl AsRef<str>]>, key: &'static str) -> Result<u64, UnknownWord> {
    let all = u64::MAX.checked_shr(u64::BITS - terms.terms().len() as u32).unwrap_or(0);
    ids.map_or(Ok(0), |ids| Ok(all & !mask(terms, ids, key)?))
}

/// The id of a term by its bit; empty for a bit without one.
pub(crate) fn term(terms: &ClosedVocabulary, bit: usize) -> &str {
    terms.terms().get(bit).map_or("", |term| term.id.as_str())
}

/// A bit for each of at most sixty-four answers, the first one lowest. Answers become bytes first and eight bytes a byte of bits, so that no answer waits
/// for the one before.
#[inline]
pub(crate) fn bits_of(answers: impl Iterator<Item = bool>) -> u64 {
    let mut bytes = [[0u8; 8]; 8];
    bytes.as_flattened_mut().iter_mut().zip(answers).for_each(|(byte, answer)| *byte = u8::from(answer));
    (0u32..).zip(bytes).fold(0, |bits, (at, eight)| bits | gathered(eight) << (8 * at))
}

/// The lowest bits of eight bytes that are 0 or 1, side by side: the product brings each of them to its place in the highest byte.
#[inline]
fn gathered(eight: [u8; 8]) -> u64 {
    u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Which of at most sixty-four numbers beside each other are among some that are ascending: a bit for each, the first one lowest.
#[inline]
pub(crate) fn within(ascending: &[u32], numbers: &Range<usize>) -> u64 {
    if ascending.is_empty() {
        return 0;
    }
    let from = ascending.partition_point(|number| (*number as usize) < numbers.start);
    let within = ascending.iter().skip(from).map(|number| *number as usize).take_while(|number| *number < numbers.end);
    within.fold(0, |bits, number| bits | 1 << (number - numbers.start))
}

/// Who is in at least so many of these sets: the sets are counted bit by bit, for all sixty-four at once. There are at most thirty-one of them.
#[inline]
pub(crate) fn in_at_least(least: u32, sets: impl Iterator<Item = u64>) -> u64 {
    let mut counts = [0u64; 5];
    for set in sets {
        let mut carried = set;
        for count in &mut counts {
            (*count, carried) = (*count ^ carried, *count & carried);
        }
    }
    let (mut more, mut as_many) = (0, u64::MAX);
    for (bit, count) in counts.iter().enumerate().rev() {
        if least >> bit & 1 == 1 {
            as_many &= count;
        } else {
            more |= as_many & count;
            as_many &= !count;
        }
    }
    more | as_many
}

/// The bits of a mask, lowest first.
pub(crate) fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (mask != 0).then(|| mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_sets_for_all_at_once(sets in prop::collection::vec(any::<u64>(), 0..32), least in 0u32..32) {
            let expected = bits_of((0..64).map(|bit| sets.iter().filter(|set| **set >> bit & 1 == 1).count() >= least as usize));
            prop_assert_eq!(in_at_least(least, sets.iter().copied()), expected);
        }

        #[test]
        fn finds_numbers_within(numbers in prop::collection::btree_set(0u32..300, 0..60), first in 0usize..250, count in 1usize..=64) {
            let ascending: Vec<u32> = numbers.iter().copied().collect();
            let expected = bits_of((first..first + count).map(|number| numbers.contains(&(number as u32))));
            prop_assert_eq!(within(&ascending, &(first..first + count)), expected);
        }
    }
}
