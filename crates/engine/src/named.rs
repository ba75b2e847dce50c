//! People of a layer who are named one by one, where nearly every zone has none of them.
#![allow(clippy::indexing_slicing, reason = "there is a bit for every zone of the layer, and everybody named is in one of them")]

use std::borrow::Cow;
use std::ops::Range;

use crate::pool::zones::ZONE;
use crate::words::within;

/// Some people of a layer.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    /// Their numbers, ascending.
    numbers: Cow<'a, [u32]>,
    /// A bit for each zone in which there is any of them, so that in all others nobody is looked up.
    zones: Vec<u64>,
}

impl<'a> Named<'a> {
    /// Nobody.
    pub(crate) const NOBODY: Self = Self { numbers: Cow::Borrowed(&[]), zones: Vec::new() };

    /// The people with these numbers, which are ascending, in a layer of so many.
    pub(crate) fn among(count: usize, numbers: impl Into<Cow<'a, [u32]>>) -> Self {
        let numbers = numbers.into();
        if numbers.is_empty() {
            return Self::NOBODY;
        }
        let mut zones = vec![0; count.div_ceil(ZONE * u64::BITS as usize)];
        numbers.iter().map(|number| *number as usize / ZONE).for_each(|zone| zones[zone / 64] |= 1 << (zone % 64));
        Self { numbers, zones }
    }

    /// Whether the person with this number is one of them.
    #[inline]
    pub(crate) fn has(&self, number: usize) -> bool {
        self.has_any_in(number / ZONE) && self.numbers.binary_search(&(number as u32)).is_ok()
    }

    /// Which of at most sixty-four people beside each other, all of one zone, are among them: a bit for each, the first one lowest.
    #[inline]
    pub(crate) fn within(&self, numbers: &Range<usize>) -> u64 {
        if self.has_any_in(numbers.start / ZONE) { within(&self.numbers, numbers) } else { 0 }
    }

    #[inline]
    fn has_any_in(&self, zone: usize) -> bool {
        self.zones.get(zone / 64).is_some_and(|zones| zones >> (zone % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn knows_who_is_named(numbers in prop::collection::btree_set(0u32..40_000, 0..60), first in 0usize..625) {
            let ascending: Vec<u32> = numbers.iter().copied().collect();
            let named = Named::among(40_000, ascending.as_slice());
            let stretch = first * 64..first * 64 + 64;
            prop_assert_eq!(named.within(&stretch), within(&ascending, &stretch));
            for number in stretch.chain(ascending.iter().map(|number| *number as usize)) {
                prop_assert_eq!(named.has(number), numbers.contains(&(number as u32)));
            }
        }
    }
}
