//! Several closed vocabularies side by side in a few words: how many bits each one takes is seen from those who use it.
#![allow(clippy::indexing_slicing, reason = "a field is one of the fields, and its word one of the words")]

/// Where one field lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    word: usize,
    shift: u32,
    /// The bits of the field, before they are shifted.
    mask: u64,
}

impl Place {
    /// The field of a record whose words are found with `word`.
    #[inline]
    pub(crate) fn of(self, word: impl Fn(usize) -> u64) -> u64 {
        word(self.word) >> self.shift & self.mask
    }
}

/// How fields of at most 64 bits each are laid into words; none lies across two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packing<const FIELDS: usize> {
    places: [Place; FIELDS],
    words: usize,
}

impl<const FIELDS: usize> Packing<FIELDS> {
    /// The packing in which everything fits that any of these records has.
    pub(crate) fn of(records: impl Iterator<Item = [u64; FIELDS]>) -> Self {
        let mut used = [0u64; FIELDS];
        for record in records {
            for (used, value) in used.iter_mut().zip(record) {
                *used |= value;
            }
        }
        Self::of_widths(used.map(|used| u64::BITS - used.leading_zeros()))
    }

    /// Each field goes into the first word that has room for it.
    fn of_widths(widths: [u32; FIELDS]) -> Self {
        let mut filled: Vec<u32> = Vec::new();
        let places = widths.map(|width| {
            let word = filled.iter().position(|bits| bits + width <= u64::BITS).unwrap_or(filled.len());
            if word == filled.len() {
                filled.push(0);
            }
            let shift = filled[word].min(u64::BITS - 1);
            filled[word] += width;
            Place { word, shift, mask: u64::MAX.checked_shr(u64::BITS - width).unwrap_or(0) }
        });
        Self { places, words: filled.len() }
    }

    /// How many words a record takes.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// A record as words. Bits that nobody uses are left out.
    pub(crate) fn pack(&self, record: [u64; FIELDS]) -> Vec<u64> {
        let mut words = vec![0; self.words];
        for (place, value) in self.places.iter().zip(record) {
            words[place.word] |= (value & place.mask) << place.shift;
        }
        words
    }

    /// One field of a record whose words are found with `word`.
    #[inline]
    pub(crate) fn field(&self, field: usize, word: impl Fn(usize) -> u64) -> u64 {
        self.places[field].of(word)
    }

    /// Where a field lies.
    #[inline]
    pub(crate) fn place(&self, field: usize) -> Place {
        self.places[field]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Packing;

    proptest! {
        #[test]
        fn what_is_packed_comes_out_again(records in prop::collection::vec((prop::array::uniform5(any::<u64>()), prop::array::uniform5(0u32..=64)), 1..20)) {
            let records: Vec<[u64; 5]> = records
                .into_iter()
                .map(|(values, shifts)| std::array::from_fn(|at| values[at].checked_shr(shifts[at]).unwrap_or(0)))
                .collect();
            let packing = Packing::of(records.iter().copied());
            for record in records {
                let words = packing.pack(record);
                prop_assert_eq!(std::array::from_fn(|field| packing.field(field, |word| words[word])), record);
            }
        }
    }

    #[test]
    fn small_fields_share_a_word() {
        let packing = Packing::of([[0xf, 0xffff, 1 << 30, 0]].into_iter());
        assert_eq!(packing.words(), 1);
        assert_eq!(Packing::of([[u64::MAX, 1, u64::MAX]].into_iter()).words(), 3);
        assert_eq!(packing.pack([u64::MAX, 0, 0, u64::MAX]), vec![0xf], "bits that nobody has");
    }
}
