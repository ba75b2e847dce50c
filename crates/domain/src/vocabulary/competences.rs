//! The competences of a vocabulary, and where each of them stands.
//!
//! Reading somebody's profile is for a good part looking up competences, whose ids are long and lie all over memory as they are listed. The ids are therefore
//! also kept one after the other in one text, with a table of positions by hash beside it: a search touches little memory, and that lies close together.

use std::hash::BuildHasher;
use std::ops::Deref;
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::Competence;

/// A list of competences, ordered by the bytes of their ids. It is made once and never changes, so that positions in it hold.
#[derive(Debug, Clone, Default)]
pub struct Competences {
    list: Vec<Competence>,
    /// Made when it is first asked.
    positions: OnceLock<Positions>,
}

impl Competences {
    /// The position of the competence with this id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<u32> {
        self.positions.get_or_init(|| Positions::of(&self.list)).find(id)
    }
}

impl From<Vec<Competence>> for Competences {
    fn from(list: Vec<Competence>) -> Self {
        Self { list, positions: OnceLock::new() }
    }
}

impl FromIterator<Competence> for Competences {
    fn from_iter<T: IntoIterator<Item = Competence>>(list: T) -> Self {
        Vec::from_iter(list).into()
    }
}

impl Deref for Competences {
    type Target = [Competence];

    fn deref(&self) -> &Self::Target {
        &self.list
    }
}

impl PartialEq for Competences {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl Eq for Competences {}

/// Positions by hash; nobody from outside chooses which ids there are, but where they fall differs from one process to the next all the same.
#[derive(Debug, Clone)]
struct Positions {
    hashing: RandomState,
    table: HashTable<u32>,
    /// Every id, one after the other.
    ids: String,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Positions {
    fn of(list: &[Competence]) -> Self {
        let (ids, mut end) = (list.iter().map(|known| known.id.as_str()).collect(), 0);
        let ends = list.iter().map(|known| {
            end += known.id.len();
            end
        });
        let hashing = RandomState::default();
        let mut positions = Self { table: HashTable::with_capacity(list.len()), ids, ends: ends.collect(), hashing };
        for (known, at) in list.iter().zip(0..) {
            let hash = |at: &u32| positions.hashing.hash_one(list.get(*at as usize).map_or("", |known| known.id.as_str()));
            positions.table.insert_unique(positions.hashing.hash_one(known.id.as_str()), at, hash);
        }
        positions
    }

    fn find(&self, id: &str) -> Option<u32> {
        self.table.find(self.hashing.hash_one(id), |at| self.id(*at as usize) == Some(id)).copied()
    }

    fn id(&self, at: usize) -> Option<&str> {
        let start = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.ids.get(start..*self.ends.get(at)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{CompetenceKind, Label};

    fn known(id: &str) -> Competence {
        Competence {
            id: id.to_owned(),
            kind: CompetenceKind::Skill,
            label: Label::default(),
            alternatives_nl: vec![],
            alternatives_en: vec![],
        }
    }

    #[test]
    fn every_competence_is_found_where_it_stands() {
        let list: Competences = ["", "a", "ab", "é", "éé"].map(known).into_iter().collect();
        assert_eq!(["", "a", "ab", "é", "éé"].map(|id| list.position(id)), [Some(0), Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(["b", "aab", "abé"].map(|id| list.position(id)), [None; 3]);
        assert_eq!(Competences::default().position("a"), None);
        let many: Competences = (0..5_000).map(|number| known(&format!("{:x}", number * 7_919))).collect();
        assert!(many.iter().zip(0..).all(|(known, at)| many.position(&known.id) == Some(at)));
        assert_eq!(many.position("zz"), None);
    }

    #[test]
    fn a_copy_is_the_same_list() {
        let list: Competences = ["a", "c"].map(known).into_iter().collect();
        assert_eq!(list.position("c"), Some(1));
        let copy = list.clone();
        assert_eq!((copy.position("c"), &copy), (Some(1), &list));
        assert_ne!(list, ["a", "d"].map(known).into_iter().collect());
    }
}
