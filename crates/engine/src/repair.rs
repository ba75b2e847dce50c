//! Repair: the set of one, of two and of three changes on the side of the work that lets the most people in.
//!
//! How many each set lets in is counted by the matcher on the changed work. Which sets are counted, and in which order, follows from what keeps each
//! person out: that gives for every set a number that it cannot exceed, and sets are counted from the greatest number down, until no other can beat
//! the best. Whoever asks says how many steps may be taken; when they are used up, what is left tells how much better the best set could be at most.

use std::collections::BTreeMap;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::identifiers::PackageId;
use raakvlak_domain::packages::TaskPackage;
use serde::Serialize;
use utoipa::ToSchema;

use crate::crew::Crew;
use crate::demand::Demand;
use crate::gates;
use crate::lexicon::UnknownWord;
use crate::pairs::Question;
use crate::pool::Pool;
use crate::ranking::{Gathering, scan};
use crate::stretch::Stretch;

mod barred;
mod bounds;
mod changes;

pub use changes::WorkChange;

use barred::Barred;
use bounds::{Bounds, LetIn, Promising};
use changes::Change;

/// A set has at most so many changes.
pub const MOST_CHANGES: usize = 3;

/// How many people are looked at, for each number of changes, in an answer that takes about a second at most: a set is worked out with everybody.
const PEOPLE_LOOKED_AT: usize = 5_000_000;

/// How many sets may be looked at for each number of changes among so many people, for an answer within about a second.
#[must_use]
pub fn steps_among(people: usize) -> u64 {
    let steps = PEOPLE_LOOKED_AT / people.max(1);
    steps.clamp(20, 5_000) as u64
}

/// What would let people in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Repairs {
    /// The package.
    pub package: PackageId,
    /// The day for which it holds.
    pub as_of: Date,
    /// How many people are eligible as the work stands.
    pub eligible: u32,
    /// The best set of one, of two and of three changes; a number of changes is absent where in every set of so many that was looked at one is idle.
    pub repairs: Vec<Repair>,
}

/// The best set of so many changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Repair {
    /// The changes; without any of them fewer people would be eligible.
    pub changes: Vec<WorkChange>,
    /// How many people are eligible after them.
    pub eligible: u32,
    /// No set of so many changes lets in more than this; the same as `eligible` when that is proven.
    pub eligible_at_most: u32,
}

/// The best repairs of a package; `demand` is the same package made ready. At most so many sets are looked at for each number of changes. The outcome
/// does not depend on how many threads there are.
///
/// # Errors
///
/// A word of the package that is not in the vocabulary that the demand was made ready with.
pub fn repairs<'a>(
    pool: &Pool,
    package: &TaskPackage,
    demand: &Demand,
    steps: u64,
    as_of: Date,
    crew: impl Into<Crew<'a>>,
) -> Result<Repairs, UnknownWord> {
    let crew = crew.into();
    let changes = changes::all(package, demand);
    let barred = Barred::of(pool, demand, as_of, crew);
    let mut counter = Counter { pool, package, demand, as_of, crew, changes: &changes, counted: BTreeMap::new() };
    let bounds = Bounds::of(&barred, demand, &changes);
    let mut repairs = Vec::new();
    let mut smaller = None;
    for number in 1..=MOST_CHANGES {
        let Some((repair, set)) = best(&mut counter, &bounds, &barred, number, steps, smaller.as_ref())? else { continue };
        repairs.push(repair);
        smaller = Some(set);
    }
    Ok(Repairs { package: package.id.clone(), as_of, eligible: counter.eligible(&[])?, repairs })
}

/// Changes by their numbers, ascending.
type Set = Vec<u16>;

/// The best set of so many changes of which none is idle. Of sets that are equally good it is the first one in the order of changes. What grows out of
/// `smaller`, the best of one change less, is looked at first: where few steps are taken, that is where a useful set is likeliest found.
fn best(
    counter: &mut Counter,
    bounds: &Bounds,
    barred: &Barred,
    number: usize,
    steps: u64,
    smaller: Option<&Set>,
) -> Result<Option<(Repair, Set)>, UnknownWord> {
    let sets = bounds.promising(number);
    let let_in = |set: &[u16]| barred.let_in(counter.demand, counter.changes, set);
    let grown = grown(smaller, &sets, let_in);
    let steps = usize::try_from(steps).unwrap_or(usize::MAX);
    let sets = first_of(sets, steps.saturating_add(1));
    let mut best = Best(None);
    for set in grown {
        counter.consider(&set, &mut best)?;
    }
    let mut at_most_left = 0;
    for (step, promising) in sets.iter().enumerate() {
        let (at_most, set) = (promising.let_in.at_most, promising.set());
        if best.people().is_some_and(|people| at_most < people) {
            break;
        }
        if step >= steps {
            at_most_left = at_most;
            break;
        }
        if best.is_beaten_by(at_most, set) && best.is_beaten_by(barred.let_in(counter.demand, counter.changes, set).at_most, set) {
            counter.consider(set, &mut best)?;
        }
    }
    let repair = |(people, set): (u32, Set)| Repair {
        changes: set.iter().filter_map(|at| counter.change(*at)).map(|change| change.told.clone()).collect(),
        eligible: people,
        eligible_at_most: people.max(at_most_left),
    };
    Ok(best.0.map(|(people, set)| (repair((people, set.clone())), set)))
}

/// So many of these sets, those first that let in the most people at most; the others are never looked at and need no order among each other.
fn first_of(mut sets: Vec<Promising>, count: usize) -> Vec<Promising> {
    let order = |one: &Promising, other: &Promising| other.let_in.at_most.cmp(&one.let_in.at_most).then_with(|| one.set().cmp(other.set()));
    if count < sets.len() {
        sets.select_nth_unstable_by(count, order);
        sets.truncate(count);
    }
    sets.sort_unstable_by(order);
    sets
}

/// So many sets that grow out of a smaller one are looked at.
const GROWN: usize = 10;

/// Of the sets with all changes of a smaller one, those that likely let in the most people.
fn grown(smaller: Option<&Set>, sets: &[Promising], let_in: impl Fn(&[u16]) -> LetIn) -> Vec<Set> {
    let Some(smaller) = smaller else { return Vec::new() };
    let growing = sets.iter().map(Promising::set).filter(|set| smaller.iter().all(|at| set.contains(at)));
    let mut grown: Vec<(u32, Set)> = growing.map(|set| (let_in(set).likely, set.to_vec())).collect();
    grown.sort_unstable_by(|(one, set), (other, another)| other.cmp(one).then_with(|| set.cmp(another)));
    grown.into_iter().take(GROWN).map(|(_, set)| set).collect()
}

/// The best set found so far.
struct Best(Option<(u32, Set)>);

impl Best {
    fn people(&self) -> Option<u32> {
        self.0.as_ref().map(|(people, _)| *people)
    }

    /// Whether a set that lets in so many people would be better.
    fn is_beaten_by(&self, people: u32, set: &[u16]) -> bool {
        self.0.as_ref().is_none_or(|(most, first)| people > *most || people == *most && set < first.as_slice())
    }
}

/// Counts people with the matcher itself.
struct Counter<'a> {
    pool: &'a Pool,
    package: &'a TaskPackage,
    demand: &'a Demand,
    as_of: Date,
    crew: Crew<'a>,
    changes: &'a [Change],
    counted: BTreeMap<Set, u32>,
}

impl Counter<'_> {
    fn change(&self, at: u16) -> Option<&Change> {
        self.changes.get(usize::from(at))
    }

    /// How many people are eligible after these changes.
    fn eligible(&mut self, set: &[u16]) -> Result<u32, UnknownWord> {
        if let Some(people) = self.counted.get(set) {
            return Ok(*people);
        }
        let told: Vec<&WorkChange> = set.iter().filter_map(|at| self.change(*at)).map(|change| &change.told).collect();
        let (package, guided) = changes::changed(self.package, &told);
        let demand = self.demand.of_other_work(&package, &guided)?;
        let question = Question::new(self.pool, &demand, self.as_of);
        let Eligible(people) = scan(&question, self.crew, &|| Eligible(0));
        self.counted.insert(set.to_vec(), people);
        Ok(people)
    }

    /// Takes a set for the best when it is better and none of its changes is idle.
    fn consider(&mut self, set: &[u16], best: &mut Best) -> Result<(), UnknownWord> {
        let people = self.eligible(set)?;
        if best.is_beaten_by(people, set) && self.is_minimal(set)? {
            *best = Best(Some((people, set.to_vec())));
        }
        Ok(())
    }

    /// Whether no change in the set is idle: without it fewer people would be eligible.
    fn is_minimal(&mut self, set: &[u16]) -> Result<bool, UnknownWord> {
        let people = self.eligible(set)?;
        for left_out in set {
            let others: Set = set.iter().filter(|at| *at != left_out).copied().collect();
            if self.eligible(&others)? >= people {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// How many are eligible.
struct Eligible(u32);

impl Gathering for Eligible {
    const EVERYBODY: bool = false;

    fn add(&mut self, stretch: &Stretch) {
        gates::each_let_in(stretch, |_| self.0 += 1);
    }

    fn merge(&mut self, other: Self) {
        self.0 += other.0;
    }
}
