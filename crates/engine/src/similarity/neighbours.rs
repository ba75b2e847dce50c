//! Lists of similar competences: of one asked competence, and of a whole vocabulary.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::ThreadPool;
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Desk, Similarity};
use crate::rows::Rows;

/// By which way a competence that someone has answers one that is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It is the one asked.
    #[default]
    Same,
    /// It lies below the one asked.
    MoreSpecific,
    /// Both are forms of something.
    Kin,
    /// Both are used in the same occupations: a reason to ask.
    Together,
    /// A curated relation.
    Related,
}

impl Way {
    /// Every way, in order.
    pub const ALL: [Self; 5] = [Self::Same, Self::MoreSpecific, Self::Kin, Self::Together, Self::Related];
}

/// A competence that counts for the one asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Neighbour {
    /// Its position in the vocabulary.
    pub competence: u32,
    /// How much it counts, in basis points, 2 000 to 10 000.
    pub value: u32,
    /// By which way.
    pub way: Way,
}

/// Everything that counts for one asked competence, by position.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NeighbourList {
    entries: Vec<Neighbour>,
}

impl NeighbourList {
    /// A list of these, which are ordered by position.
    pub(super) fn new(entries: Vec<Neighbour>) -> Self {
        Self { entries }
    }

    /// Everything that counts, by position in the vocabulary.
    #[must_use]
    pub fn entries(&self) -> &[Neighbour] {
        &self.entries
    }

    /// What this competence counts for the one asked; `None` when it does not.
    #[must_use]
    pub fn get(&self, have: u32) -> Option<Neighbour> {
        find(&self.entries, have)
    }
}

/// The lists of a whole vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours {
    lists: Rows<Packed>,
    /// For each competence the asked ones that it counts for.
    counts_for: Rows<Packed>,
}

impl Neighbours {
    /// Works out every list, on these threads; the outcome does not depend on how many there are.
    #[must_use]
    pub fn of(similarity: &Similarity, threads: &ThreadPool) -> Self {
        Self::watched(similarity, threads, |_| {})
    }

    /// Works out every list, on these threads. After each list `progress` is told how many are done, from several threads at once.
    #[must_use]
    pub fn watched(similarity: &Similarity, threads: &ThreadPool, progress: impl Fn(usize) + Sync) -> Self {
        let size = similarity.size();
        let done = AtomicUsize::new(0);
        let list = |desk: &mut Desk, asked: u32| {
            let list = similarity.list_on(desk, asked);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            list
        };
        Self::from_lists(threads.install(|| {
            let lists = (0..size as u32).into_par_iter().map_init(|| Desk::new(size), list);
            lists.collect::<Vec<NeighbourList>>()
        }))
    }

    /// These lists: one for each position of the vocabulary, in order.
    #[must_use]
    pub fn from_lists(lists: impl IntoIterator<Item = NeighbourList>) -> Self {
        let pack = |neighbour: Neighbour| Packed::new(neighbour.competence, neighbour);
        let lists = Rows::collect(lists.into_iter().map(|list| list.entries.into_iter().map(pack)));
        let entries = (0..lists.len() as u32).flat_map(|asked| {
            let entries = lists.row(asked as usize).iter();
            entries.map(move |entry| (entry.competence(), Packed::new(asked, entry.open(asked))))
        });
        let counts_for = Rows::gather(lists.len(), entries);
        Self { lists, counts_for }
    }

    /// How many lists there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.lists.len()
    }

    /// How many bytes of memory the lists take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lists.bytes() + self.counts_for.bytes()
    }

    /// The list of one asked competence.
    #[must_use]
    pub fn list(&self, asked: u32) -> NeighbourList {
        NeighbourList { entries: self.for_asked(asked).collect() }
    }

    /// What counts for the asked competence, by position.
    pub fn for_asked(&self, asked: u32) -> impl Iterator<Item = Neighbour> {
        self.lists.row(asked as usize).iter().map(move |entry| entry.open(asked))
    }

    /// The asked competences that this one counts for, by position: `competence` is the one asked.
    pub fn for_have(&self, have: u32) -> impl Iterator<Item = Neighbour> {
        self.counts_for.row(have as usize).iter().map(move |entry| entry.open(have))
    }

    /// What one competence counts for another; `None` when it does not.
    #[must_use]
    pub fn between(&self, have: u32, asked: u32) -> Option<Neighbour> {
        let list = self.lists.row(asked as usize);
        let at = list.binary_search_by_key(&have, |entry| entry.competence()).ok()?;
        list.get(at).map(|entry| entry.open(asked))
    }
}

fn find(entries: &[Neighbour], have: u32) -> Option<Neighbour> {
    let at = entries.binary_search_by_key(&have, |neighbour| neighbour.competence).ok()?;
    entries.get(at).copied()
}

/// A neighbour in six bytes: its position in two halves, then the value and the way; whether something is the same or more specific is told by
/// the positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Packed([u16; 3]);

impl Packed {
    fn new(competence: u32, neighbour: Neighbour) -> Self {
        let way = match neighbour.way {
            Way::Same | Way::MoreSpecific => 0,
            Way::Kin => 1,
            Way::Together => 2,
            Way::Related => 3,
        };
        Self([competence as u16, (competence >> 16) as u16, (neighbour.value << 2 | way) as u16])
    }

    fn competence(self) -> u32 {
        let [low, high, _] = self.0;
        u32::from(high) << 16 | u32::from(low)
    }

    fn open(self, of: u32) -> Neighbour {
        let [_, _, packed] = self.0;
        let way = match packed & 3 {
            0 if self.competence() == of => Way::Same,
            0 => Way::MoreSpecific,
            1 => Way::Kin,
            2 => Way::Together,
            _ => Way::Related,
        };
        Neighbour { competence: self.competence(), value: u32::from(packed >> 2), way }
    }
}
