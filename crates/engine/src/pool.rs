//! An unchanging picture of everybody who can be matched. A change makes the next picture in the time that the change takes, however many people
//! there are: most people are shared between the two.
#![allow(clippy::indexing_slicing, reason = "an order is kept for each of the people who changed")]

use std::collections::BTreeMap;
use std::sync::Arc;

use raakvlak_domain::identifiers::ExpertId;

use crate::people::Person;

pub(crate) mod interned;
pub(crate) mod layer;
mod names;
pub(crate) mod neighbourhood;
pub(crate) mod numbers;
pub(crate) mod packing;
pub(crate) mod planes;
mod points;
pub(crate) mod postings;
pub(crate) mod zones;

use layer::Layer;
use numbers::Numbers;

/// From this many people who changed on, a pool is better put together again: until then a change takes a few milliseconds at most.
const MANY_CHANGES: usize = 2_048;

/// Everybody who can be matched, at one moment. All of them are read with one version of the vocabulary. Cheap to copy.
///
/// People have dense numbers: first those who were there when the pool was put together, then those who came or changed since.
#[derive(Debug, Clone)]
pub struct Pool {
    base: Arc<Layer>,
    /// Whose number in the base is not theirs any more: they left, or are among the recent ones.
    gone: Arc<Numbers>,
    recent: Arc<Layer>,
    /// For each of the recent ones, in the order of ids, the place in the order of all ids; see [`Pool::base_order`].
    recent_orders: Arc<[u64]>,
}

/// What became of somebody.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// New, or not as before.
    Is(Box<Person>),
    /// Not there any more.
    Left(ExpertId),
}

impl Pool {
    /// The pool of these people; of two with the same id the later one counts.
    #[must_use]
    pub fn build(people: impl IntoIterator<Item = Person>) -> Self {
        let mut people: Vec<Person> = people.into_iter().collect();
        people.sort_by(|one, other| one.id.cmp(&other.id));
        people.dedup_by(|later, kept| {
            let is_same = later.id == kept.id;
            if is_same {
                std::mem::swap(later, kept);
            }
            is_same
        });
        Self::of_layer(Layer::build(people))
    }

    fn of_layer(base: Layer) -> Self {
        Self {
            gone: Arc::new(Numbers::none(base.len())),
            base: Arc::new(base),
            recent: Arc::new(Layer::build(Vec::new())),
            recent_orders: Arc::default(),
        }
    }

    /// The pool after these changes, in their order. The pool itself stays as it is, for whoever is still reading it.
    #[must_use]
    pub fn changed(&self, changes: impl IntoIterator<Item = Change>) -> Self {
        let mut recent: BTreeMap<ExpertId, Person> = self.recent_people().map(|person| (person.id.clone(), person)).collect();
        let mut gone = Numbers::clone(&self.gone);
        for change in changes {
            let id = match change {
                Change::Is(person) => {
                    let id = person.id.clone();
                    recent.insert(id.clone(), *person);
                    id
                }
                Change::Left(id) => {
                    recent.remove(&id);
                    id
                }
            };
            if let Some(number) = self.base.position(&id) {
                gone.insert(number as usize);
            }
        }
        // Byte order of ids, which is the order of the map.
        let orders = recent.keys().zip(0u64..).map(|(id, at)| (self.base.before(id.as_str()) as u64) << 32 | at).collect();
        Self {
            base: Arc::clone(&self.base),
            gone: Arc::new(gone),
            recent: Arc::new(Layer::build(recent.into_values().collect())),
            recent_orders: orders,
        }
    }

    /// Whether so much has changed that the pool is better put together again.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        self.recent.len() + self.gone.count() > MANY_CHANGES
    }

    /// The same people put together again: nothing is left of who they were before, nor of those who left.
    #[must_use]
    pub fn renewed(&self) -> Self {
        let staying = (0..self.base.len()).filter(|number| !self.gone.has(*number));
        let people = staying.map(|number| self.base.person(known_id(self.base.id(number)), number));
        Self::of_layer(Layer::build(people.chain(self.recent_people()).collect()))
    }

    /// Whether anything is still kept of somebody who left or has changed since.
    #[must_use]
    pub fn remembers(&self, id: &ExpertId) -> bool {
        self.base.position(id).is_some_and(|number| self.gone.has(number as usize))
    }

    /// The ids of everybody, in no order in particular.
    pub fn ids(&self) -> impl Iterator<Item = ExpertId> {
        self.numbers().map(|number| self.id(number))
    }

    fn recent_people(&self) -> impl Iterator<Item = Person> {
        (0..self.recent.len()).map(|number| self.recent.person(known_id(self.recent.id(number)), number))
    }

    /// How many people there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.base.len() - self.gone.count() + self.recent.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of an expert in this pool.
    #[must_use]
    pub fn position(&self, id: &ExpertId) -> Option<u32> {
        let recent = self.recent.position(id).map(|number| number + self.base.len() as u32);
        recent.or_else(|| self.base.position(id).filter(|number| !self.gone.has(*number as usize)))
    }

    /// The numbers of everybody.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        let base = (0..self.base.len()).filter(|number| !self.gone.has(*number));
        base.chain(self.base.len()..self.base.len() + self.recent.len()).map(|number| number as u32)
    }

    /// The id of the expert with this number.
    ///
    /// # Panics
    ///
    /// When nobody in this pool has the number.
    #[must_use]
    pub fn id(&self, number: u32) -> ExpertId {
        let number = number as usize;
        known_id(number.checked_sub(self.base.len()).map_or_else(|| self.base.id(number), |recent| self.recent.id(recent)))
    }

    /// Somebody as they were put in.
    pub(crate) fn person(&self, number: u32) -> Person {
        let (layer, at) = match (number as usize).checked_sub(self.base.len()) {
            None => (&self.base, number as usize),
            Some(recent) => (&self.recent, recent),
        };
        layer.person(known_id(layer.id(at)), at)
    }

    /// Those who were there, with who of them is gone.
    pub(crate) fn base(&self) -> (&Layer, &Numbers) {
        (&self.base, &self.gone)
    }

    /// Those who came or changed.
    pub(crate) fn recent(&self) -> &Layer {
        &self.recent
    }

    /// Where somebody of the base stands among all ids: after those recent ones who come between the one before and this one.
    #[inline]
    pub(crate) fn base_order(order: u32) -> u64 {
        u64::from(order) << 32 | u64::from(u32::MAX)
    }

    /// Where somebody of the recent ones stands among all ids.
    #[inline]
    pub(crate) fn recent_order(&self, order: u32) -> u64 {
        self.recent_orders[order as usize]
    }

    /// How many bytes of memory the people take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.base.bytes() + self.gone.bytes() + self.recent.bytes() + size_of_val(&*self.recent_orders)
    }
}

/// The id that a text of a layer was taken from.
#[allow(
    clippy::expect_used,
    reason = "every text in a layer was an id, and a number outside it is a fault of the caller that must not pass unseen"
)]
fn known_id(text: &str) -> ExpertId {
    ExpertId::new(text).expect("the number of somebody in the pool")
}
