//! Closed vocabularies turned round into bit planes: for each bit that anybody has, a word that says who of sixty-four people beside each other has it.
//!
//! Whom some of these bits keep out is found for sixty-four people by looking at those bits alone, a word each: a bit-sliced index (O'Neil and Quass,
//! Improved Query Performance with Variant Indexes, 1997).
#![allow(
    clippy::indexing_slicing,
    reason = "a field is one of the fields, and every plane and number comes from these planes or their layer"
)]

use super::zones::ZONE;
use crate::words::bits;

/// So many words of a plane lie beside each other: those of one zone, whose other planes follow.
const WORDS: usize = ZONE / u64::BITS as usize;

/// The bit planes of some people, field by field; a bit that nobody has takes no room.
#[derive(Debug)]
pub(crate) struct Planes<const FIELDS: usize> {
    fields: [Field; FIELDS],
    /// How many planes there are.
    count: usize,
    words: Vec<u64>,
}

/// The planes of one field.
#[derive(Debug, Clone, Copy, Default)]
struct Field {
    first: usize,
    /// The bits that anybody has: one plane each, in their order.
    used: u64,
}

/// Some of the planes, field by field.
#[derive(Debug)]
pub(crate) struct Selection<const FIELDS: usize> {
    planes: Vec<usize>,
    fields: [Selected; FIELDS],
}

/// What is selected of one field.
#[derive(Debug, Clone, Copy, Default)]
struct Selected {
    start: usize,
    bits: u64,
}

impl<const FIELDS: usize> Planes<FIELDS> {
    /// The planes of so many records, each of which is a word for each field.
    pub(crate) fn of(count: usize, records: impl Iterator<Item = [u64; FIELDS]> + Clone) -> Self {
        let mut planes = Self { fields: [Field::default(); FIELDS], count: 0, words: Vec::new() };
        for record in records.clone() {
            planes.fields.iter_mut().zip(record).for_each(|(field, value)| field.used |= value);
        }
        for field in &mut planes.fields {
            field.first = planes.count;
            planes.count += field.used.count_ones() as usize;
        }
        planes.words = vec![0; count.div_ceil(ZONE) * planes.count * WORDS];
        for (number, record) in records.enumerate() {
            for (field, value) in record.into_iter().enumerate() {
                let used = planes.fields[field].used;
                for bit in bits(value) {
                    let plane = planes.fields[field].first + (used & ((1 << bit) - 1)).count_ones() as usize;
                    let at = planes.place(number, plane);
                    planes.words[at] |= 1 << (number % 64);
                }
            }
        }
        planes
    }

    /// The planes of these bits of each field.
    pub(crate) fn select(&self, wanted: [u64; FIELDS]) -> Selection<FIELDS> {
        let mut selection = Selection::NONE;
        for (number, wanted) in wanted.into_iter().enumerate() {
            selection.fields[number] = Selected { start: selection.planes.len(), bits: self.fields[number].used & wanted };
            selection.planes.extend(self.planes(number, wanted));
        }
        selection
    }

    /// The planes of these bits of one field.
    pub(crate) fn planes(&self, field: usize, wanted: u64) -> Vec<usize> {
        let Field { first, used } = self.fields[field];
        (first..).zip(bits(used)).filter(|(_, bit)| wanted >> bit & 1 == 1).map(|(plane, _)| plane).collect()
    }

    /// Who of the sixty-four people from this number on, a multiple of sixty-four, has the bit of a plane.
    #[inline]
    pub(crate) fn having(&self, first: usize, plane: usize) -> u64 {
        self.words[self.place(first, plane)]
    }

    /// Who of them has the bit of any of these planes.
    #[inline]
    pub(crate) fn having_any(&self, first: usize, planes: &[usize]) -> u64 {
        planes.iter().fold(0, |having, plane| having | self.having(first, *plane))
    }

    /// For each bit that is selected of a field who of them has it.
    #[inline]
    pub(crate) fn each(&self, first: usize, selection: &Selection<FIELDS>, field: usize) -> impl Iterator<Item = (usize, u64)> {
        bits(selection.fields[field].bits).zip(selection.of(field)).map(move |(bit, plane)| (bit, self.having(first, *plane)))
    }

    /// Which of these bits of a field the person with this number has.
    #[inline]
    pub(crate) fn bits(&self, number: usize, field: usize, wanted: u64) -> u64 {
        let Field { first, used } = self.fields[field];
        let planes = (first..).zip(bits(used)).filter(|(_, bit)| wanted >> bit & 1 == 1);
        planes.fold(0, |found, (plane, bit)| found | (self.having(number, plane) >> (number % 64) & 1) << bit)
    }

    /// For each zone the bits of each field that everybody in it has.
    pub(crate) fn shared(&self, count: usize) -> impl Iterator<Item = [u64; FIELDS]> {
        (0..count).step_by(ZONE).map(move |first| {
            let words = || (first..count.min(first + ZONE)).step_by(64);
            let is_shared = |plane: usize| words().all(|number| self.having(number, plane) == u64::MAX >> (64 - (count - number).min(64)));
            self.fields.map(|Field { first, used }| {
                let planes = (first..).zip(bits(used));
                planes.filter(|(plane, _)| is_shared(*plane)).fold(0, |shared, (_, bit)| shared | 1 << bit)
            })
        })
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.words.as_slice())
    }

    /// Where the word of a plane lies that the person with this number is in.
    #[inline]
    fn place(&self, number: usize, plane: usize) -> usize {
        (number / ZONE * self.count + plane) * WORDS + number % ZONE / 64
    }
}

impl<const FIELDS: usize> Selection<FIELDS> {
    /// Nothing.
    pub(crate) const NONE: Self = Self { planes: Vec::new(), fields: [Selected { start: 0, bits: 0 }; FIELDS] };

    /// The planes of every field.
    #[inline]
    pub(crate) fn all(&self) -> &[usize] {
        &self.planes
    }

    /// The planes of one field.
    #[inline]
    pub(crate) fn of(&self, field: usize) -> &[usize] {
        let Selected { start, bits } = self.fields[field];
        &self.planes[start..start + bits.count_ones() as usize]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bits far apart, some in nobody.
    fn records() -> impl Strategy<Value = Vec<[u64; 3]>> {
        let word = || any::<u64>().prop_map(|word| word & 0x8000_0000_0010_0407);
        prop::collection::vec(prop_oneof![prop::array::uniform3(word()), Just([7, 0, 1 << 63])], 1..700)
    }

    proptest! {
        #[test]
        fn who_has_which_bit_is_found_from_either_side(records in records(), wanted in prop::array::uniform3(any::<u64>())) {
            let planes = Planes::of(records.len(), records.iter().copied());
            let selection = planes.select(wanted);
            for (number, record) in records.iter().enumerate() {
                let (first, bit) = (number / 64 * 64, number % 64);
                let has = |word: u64| word >> bit & 1 == 1;
                let kept: [u64; 3] = std::array::from_fn(|field| record[field] & wanted[field]);
                prop_assert_eq!(has(planes.having_any(first, selection.all())), kept != [0; 3]);
                for (field, kept) in kept.into_iter().enumerate() {
                    prop_assert_eq!(planes.bits(number, field, wanted[field]), kept);
                    prop_assert_eq!(planes.bits(number, field, u64::MAX), record[field]);
                    prop_assert_eq!(has(planes.having_any(first, selection.of(field))), kept != 0);
                    let found = planes.each(first, &selection, field).filter(|(_, who)| has(*who)).fold(0, |found, (at, _)| found | 1 << at);
                    prop_assert_eq!(found, kept);
                }
            }
        }

        #[test]
        fn a_zone_shares_what_everybody_in_it_has(records in records()) {
            let planes = Planes::of(records.len(), records.iter().copied());
            let expected = records.chunks(ZONE).map(|zone| zone.iter().fold([u64::MAX; 3], |shared, record| std::array::from_fn(|field| shared[field] & record[field])));
            prop_assert_eq!(planes.shared(records.len()).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        }
    }
}
