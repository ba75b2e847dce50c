//! Names that many people share, each kept once and known by its number in order.

use std::collections::BTreeSet;

use super::NOBODY_KNOWS;

/// The names, while numbers are handed out.
pub(crate) struct Interned<'a, T>(Vec<&'a T>);

impl<'a, T: Ord + Clone> Interned<'a, T> {
    pub(crate) fn of(names: impl Iterator<Item = &'a T>) -> Self {
        Self(names.collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// The number of a name.
    pub(crate) fn number(&self, name: &T) -> u32 {
        self.0.binary_search(&name).map_or(NOBODY_KNOWS, |at| at as u32)
    }

    /// The names in the order of their numbers.
    pub(crate) fn names(&self) -> Vec<T> {
        self.0.iter().map(|name| (*name).clone()).collect()
    }
}

/// The number of a name among names in order; [`NOBODY_KNOWS`] when it is not there.
pub(crate) fn number<T: Ord>(names: &[T], name: &T) -> u32 {
    names.binary_search(name).map_or(NOBODY_KNOWS, |at| at as u32)
}
