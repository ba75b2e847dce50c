//! Lists of different lengths, one after the other in one array.

use std::ops::Range;

use crate::words::bits_of;

/// For each number from 0 a list of items; all lists lie in one array, so that a million of them cost no million allocations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rows<T> {
    /// Where each list starts, and where the last one ends.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Rows<T> {
    /// These lists, in this order.
    pub(crate) fn collect<L: IntoIterator<Item = T>>(lists: impl IntoIterator<Item = L>) -> Self {
        let mut rows = Self { starts: vec![0], items: Vec::new() };
        lists.into_iter().for_each(|list| rows.push(list));
        rows
    }

    /// Adds a list at the end.
    pub(crate) fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.items.extend(list);
        self.starts.push(self.items.len() as u32);
    }

    /// The list with this number; empty when there is none.
    #[inline]
    pub(crate) fn row(&self, number: usize) -> &[T] {
        let (Some(start), Some(end)) = (self.starts.get(number), self.starts.get(number + 1)) else { return &[] };
        self.items.get(*start as usize..*end as usize).unwrap_or(&[])
    }

    /// Of at most sixty-four lists beside each other those that have an item, and those that have one for which this holds: a bit for each. Every item is
    /// looked at, list or no list, which is quicker than list by list as long as it holds for few.
    #[inline]
    pub(crate) fn ballot(&self, numbers: Range<usize>, holds: impl Fn(&T) -> bool) -> (u64, u64) {
        let starts = self.starts.get(numbers.start..=numbers.end).unwrap_or(&[]);
        let (first, end) = starts.first().zip(starts.last()).map_or((0, 0), |(first, end)| (*first as usize, *end as usize));
        let ends = starts.get(1..).unwrap_or(&[]);
        let some = bits_of(starts.iter().zip(ends).map(|(start, end)| start < end));
        let (mut found, mut list) = (0, 0);
        for (at, item) in (first..).zip(self.items.get(first..end).unwrap_or(&[])) {
            if holds(item) {
                list += ends.iter().skip(list).take_while(|end| **end as usize <= at).count();
                found |= 1 << list;
            }
        }
        (some, found)
    }

    /// How many lists there are.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many bytes the lists take.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.starts.as_slice()) + size_of_val(self.items.as_slice())
    }
}

impl<T: Copy + Default> Rows<T> {
    /// The lists of the items that belong to each number below `size`; items of one number keep the order in which they come.
    pub(crate) fn gather(size: usize, belonging: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        let mut starts = vec![0u32; size + 1];
        for (number, _) in belonging.clone() {
            if let Some(count) = starts.get_mut(number as usize + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut items = vec![T::default(); total as usize];
        for (number, item) in belonging {
            let Some(at) = next.get_mut(number as usize) else { continue };
            if let Some(place) = items.get_mut(*at as usize) {
                *place = item;
            }
            *at += 1;
        }
        Self { starts, items }
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn finds_lists_by_their_items() {
        let rows = Rows::collect([vec![1, 9], vec![], vec![2], vec![9, 3, 9], vec![], vec![9]]);
        assert_eq!(rows.ballot(0..6, |item| *item == 9), (0b10_1101, 0b10_1001));
        assert_eq!(rows.ballot(2..5, |item| *item == 9), (0b011, 0b010));
        assert_eq!(rows.ballot(1..2, |_| true), (0, 0));
        let many = Rows::collect((0..70).map(|number| vec![number; number % 3]));
        assert_eq!(many.ballot(0..64, |item| *item == 62).1, 1 << 62);
        assert_eq!(
            many.ballot(6..70, |item| item % 2 == 1),
            (0..64u64).fold((0, 0), |(some, odd), bit| {
                let (has_any, is_odd) = (u64::from(bit % 3 > 0), bit & 1);
                (some | has_any << bit, odd | (has_any & is_odd) << bit)
            })
        );
    }

    #[test]
    fn gathers_items_by_number_in_the_order_they_come() {
        let rows = Rows::gather(3, [(2, 'a'), (0, 'b'), (2, 'c')].into_iter());
        assert_eq!([rows.row(0), rows.row(1), rows.row(2), rows.row(3)], [&['b'][..], &[], &['a', 'c'], &[]]);
        assert_eq!(rows, Rows::collect([vec!['b'], vec![], vec!['a', 'c']]));
    }
}
