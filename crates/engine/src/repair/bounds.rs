//! For every set of changes, how many people it can let in at most, from what keeps each person out.
//!
//! Changes that do the same for nearly everybody are of one kind: moving one daypart, whichever way, and other hours at one end, however many. What
//! is counted are the smallest sets of kinds that let somebody in; a set of changes lets in those whose kinds are all in it.
#![allow(clippy::indexing_slicing, reason = "kinds are numbered by the tables that they are looked up in")]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::MOST_CHANGES;
use super::barred::{Barred, Row};
use super::changes::{Change, Effect, conditions_without, numbers};
use crate::demand::Demand;
use crate::words::bits;

/// No change at this place of a set.
const NONE: u16 = u16::MAX;

/// A set of changes by their numbers, ascending; [`NONE`] behind them.
type Numbers = [u16; MOST_CHANGES];

/// The changes of a set.
fn in_set(set: &Numbers) -> &[u16] {
    let count = set.iter().filter(|at| **at != NONE).count();
    &set[..count]
}

/// What changes of one kind do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    LeaveOut(usize),
    /// From this daypart.
    Move(u32),
    HoursFrom,
    HoursTo,
    Adaptation(u64),
    Guidance(usize),
    Remote,
}

impl Kind {
    fn of(effect: Effect) -> Self {
        match effect {
            Effect::LeaveOut(task) => Self::LeaveOut(task),
            Effect::Move(from, _) => Self::Move(from),
            Effect::HoursFrom(..) => Self::HoursFrom,
            Effect::HoursTo(..) => Self::HoursTo,
            Effect::Adaptation(adaptation, _) => Self::Adaptation(adaptation),
            Effect::Guidance(essential) => Self::Guidance(essential),
            Effect::Remote => Self::Remote,
        }
    }
}

/// How many people sets of changes let in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LetIn {
    /// At most, when the floor and a missing tie keep out nobody whom the changes may spare that.
    pub(super) at_most: u32,
    /// When they keep out everybody whom they keep out of the work as it stands.
    pub(super) likely: u32,
}

/// A set of changes with how many people it lets in, as far as kinds tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promising {
    pub(super) let_in: LetIn,
    numbers: Numbers,
}

impl Promising {
    /// The changes.
    pub(super) fn set(&self) -> &[u16] {
        in_set(&self.numbers)
    }
}

/// How many people the smallest sets of kinds let in; kinds are numbered.
#[derive(Debug, Default)]
struct Tally {
    kinds: usize,
    nothing: u32,
    one: Vec<u32>,
    /// By the one number and the other.
    two: Vec<u32>,
    three: HashMap<[u16; MOST_CHANGES], u32>,
    is_empty: bool,
}

impl Tally {
    fn of(kinds: usize, counts: &BTreeMap<Vec<u16>, u32>) -> Self {
        let (one, two) = (vec![0; kinds], vec![0; kinds * kinds]);
        let mut tally = Self { kinds, nothing: 0, one, two, three: HashMap::new(), is_empty: counts.is_empty() };
        for (set, people) in counts {
            match *set.as_slice() {
                [] => tally.nothing = *people,
                [kind] => tally.one[usize::from(kind)] = *people,
                [one, other] => {
                    let pair = tally.pair(one, other);
                    tally.two[pair] = *people;
                }
                [one, other, third] => _ = tally.three.insert([one, other, third], *people),
                _ => {}
            }
        }
        tally
    }

    fn pair(&self, one: u16, other: u16) -> usize {
        usize::from(one.min(other)) * self.kinds + usize::from(one.max(other))
    }

    /// How many people kinds let in that are all needed, for each choice among these, where a bit stands for each of them; a kind that lets in nobody
    /// has no number.
    fn by_choice(&self, kinds: [Option<u16>; MOST_CHANGES]) -> [u32; 1 << MOST_CHANGES] {
        let one = |kind: Option<u16>| kind.map_or(0, |kind| self.one[usize::from(kind)]);
        let two = |one: Option<u16>, other: Option<u16>| one.zip(other).map_or(0, |(one, other)| self.two[self.pair(one, other)]);
        let three = || {
            let [Some(first), Some(second), Some(third)] = kinds else { return 0 };
            let mut key = [first, second, third];
            key.sort_unstable();
            self.three.get(&key).copied().unwrap_or(0)
        };
        let [first, second, third] = kinds;
        [self.nothing, one(first), one(second), two(first, second), one(third), two(first, third), two(second, third), three()]
    }
}

/// How many people sets of changes let in at most.
pub(super) struct Bounds<'a> {
    changes: &'a [Change],
    /// The number of each change's kind; `None` when no change of that kind lets anybody in.
    kinds: Vec<Option<u16>>,
    task_count: usize,
    /// Those who are tied to the work as it stands.
    tied: Tally,
    /// Those who are not, and whom leaving out a task may tie.
    untied: Tally,
    /// Whom the floor alone keeps out.
    under_the_floor: u32,
}

impl<'a> Bounds<'a> {
    pub(super) fn of(barred: &Barred, demand: &Demand, changes: &'a [Change]) -> Self {
        let opening = Opening { demand, fixed: barred.asked.fixed, changes };
        let (mut tied, mut untied, mut under_the_floor) = (Counts::new(), Counts::new(), 0);
        for (row, people) in &barred.rows {
            if row.is_under_the_floor {
                under_the_floor += people;
                continue;
            }
            let mut sets = BTreeSet::new();
            opening.smallest(row, &mut Vec::new(), &mut sets);
            let counts = if row.has_no_tie { &mut untied } else { &mut tied };
            sets.into_iter().for_each(|set| *counts.entry(set).or_default() += people);
        }
        let live: BTreeSet<Kind> = tied.keys().chain(untied.keys()).flatten().copied().collect();
        let numbers: BTreeMap<Kind, u16> = live.into_iter().zip(0..).collect();
        let numbered = |counts: Counts| -> BTreeMap<Vec<u16>, u32> {
            counts.into_iter().map(|(set, people)| (set.iter().map(|kind| numbers[kind]).collect(), people)).collect()
        };
        Self {
            changes,
            kinds: changes.iter().map(|change| numbers.get(&Kind::of(change.effect)).copied()).collect(),
            task_count: demand.work.tasks.len(),
            tied: Tally::of(numbers.len(), &numbered(tied)),
            untied: Tally::of(numbers.len(), &numbered(untied)),
            under_the_floor,
        }
    }

    /// Every set of so many changes in which no change is sure to be idle.
    pub(super) fn promising(&self, number: usize) -> Vec<Promising> {
        let candidates =
            (0u16..).zip(self.changes).filter(|(at, change)| self.kinds[usize::from(*at)].is_some() || self.may_count(change.effect));
        let candidates: Vec<u16> = candidates.map(|(at, _)| at).collect();
        let mut found = Vec::new();
        self.extend(&candidates, &mut Vec::new(), number, &mut found);
        found
    }

    /// Whether a change may let somebody in by changing a score or a tie alone.
    fn may_count(&self, effect: Effect) -> bool {
        let ties = matches!(effect, Effect::LeaveOut(_)) && !self.untied.is_empty;
        ties || effect.counts_in_scores() && self.under_the_floor > 0
    }

    fn extend(&self, candidates: &[u16], set: &mut Vec<u16>, number: usize, found: &mut Vec<Promising>) {
        if set.len() == number {
            let numbers = std::array::from_fn(|at| set.get(at).copied().unwrap_or(NONE));
            found.extend(self.let_in(set).map(|let_in| Promising { let_in, numbers }));
            return;
        }
        for (at, change) in candidates.iter().enumerate() {
            let effect = self.effect(*change);
            if set.iter().all(|other| self.effect(*other).goes_with(effect)) {
                set.push(*change);
                self.extend(&candidates[at + 1..], set, number, found);
                set.pop();
            }
        }
    }

    fn effect(&self, change: u16) -> Effect {
        self.changes[usize::from(change)].effect
    }

    /// How many people these changes let in; `None` when one of them is sure to be idle, or when no task would be left.
    fn let_in(&self, set: &[u16]) -> Option<LetIn> {
        let left_out = set.iter().filter(|at| matches!(self.effect(**at), Effect::LeaveOut(_))).count();
        if left_out == self.task_count {
            return None;
        }
        let kinds = std::array::from_fn(|at| set.get(at).and_then(|change| self.kinds[usize::from(*change)]));
        let tied = self.tied.by_choice(kinds);
        let untied = if left_out > 0 { self.untied.by_choice(kinds) } else { Default::default() };
        let counts_in_scores = set.iter().any(|at| self.effect(*at).counts_in_scores());
        let is_useful = |(at, change): (usize, &u16)| {
            let with = (0..1usize << MOST_CHANGES).filter(|choice| choice >> at & 1 == 1);
            with.map(|choice| tied[choice] + untied[choice]).any(|people| people > 0) || self.may_count(self.effect(*change))
        };
        let likely = tied.iter().sum();
        let at_most = likely + untied.iter().sum::<u32>() + if counts_in_scores { self.under_the_floor } else { 0 };
        set.iter().enumerate().all(is_useful).then_some(LetIn { at_most, likely })
    }
}

/// How many people sets of kinds let in, by the sets.
type Counts = BTreeMap<Vec<Kind>, u32>;

/// Finds out which kinds of changes let people in.
struct Opening<'a> {
    demand: &'a Demand,
    fixed: u32,
    changes: &'a [Change],
}

impl Opening<'_> {
    /// Adds the sets of kinds, of at most so many, that let in the people of a row beyond those in `taken`; each thing that keeps them out is taken
    /// away in every way there is.
    fn smallest(&self, row: &Row, taken: &mut Vec<Kind>, sets: &mut BTreeSet<Vec<Kind>>) {
        let Some(ways) = self.ways(row, taken) else {
            let mut set = taken.clone();
            set.sort_unstable();
            sets.insert(set);
            return;
        };
        if taken.len() < MOST_CHANGES {
            for way in ways {
                taken.push(way);
                self.smallest(row, taken, sets);
                taken.pop();
            }
        }
    }

    /// The kinds of changes of which one is needed next; `None` when nothing keeps these people out any more.
    fn ways(&self, row: &Row, taken: &[Kind]) -> Option<Vec<Kind>> {
        let is_taken = |kind: &Kind| taken.contains(kind);
        let offered =
            taken.iter().fold(0, |offered, kind| if let Kind::Adaptation(adaptation) = kind { offered | adaptation } else { offered });
        if let Some(need) = bits(row.needs & !offered).next() {
            return Some(vec![Kind::Adaptation(1 << need)]);
        }
        let missing = row.dayparts.map_or(0, |available| self.fixed & !available);
        let moved = taken.iter().fold(0, |moved, kind| if let Kind::Move(from) = kind { moved | from } else { moved });
        if let Some(daypart) = bits((missing & !moved).into()).next() {
            return Some(vec![Kind::Move(1 << daypart)]);
        }
        if row.is_far && !is_taken(&Kind::Remote) {
            return Some(vec![Kind::Remote]);
        }
        let (fewer, more) = row.hours_missing(self.demand);
        for (missing, kind) in [(fewer, Kind::HoursFrom), (more, Kind::HoursTo)] {
            if missing > 0 && !is_taken(&kind) {
                return Some(if self.can_differ(kind, missing) { vec![kind] } else { Vec::new() });
            }
        }
        self.ways_by_tasks(row, taken, offered)
    }

    /// Whether the hours can differ by so many at this end.
    fn can_differ(&self, kind: Kind, missing: u32) -> bool {
        self.changes.iter().any(|change| match change.effect {
            Effect::HoursFrom(_, hours) | Effect::HoursTo(_, hours) => Kind::of(change.effect) == kind && hours >= missing,
            _ => false,
        })
    }

    /// The same for conditions and essential requirements, which leaving out tasks takes away as well.
    fn ways_by_tasks(&self, row: &Row, taken: &[Kind], offered: u64) -> Option<Vec<Kind>> {
        let left_out =
            taken.iter().fold(0, |left_out, kind| if let Kind::LeaveOut(task) = kind { left_out | 1u128 << task } else { left_out });
        let present = row.no_go & conditions_without(self.demand, left_out) & !self.demand.work.lifted_by(offered);
        if let Some(condition) = bits(present).next() {
            let lifting =
                self.changes.iter().filter(|change| matches!(change.effect, Effect::Adaptation(_, lifts) if lifts >> condition & 1 == 1));
            let tasks = self.demand.work.tasks.iter().enumerate();
            let carrying = tasks.filter(|(_, task)| task.conditions >> condition & 1 == 1).fold(0, |all, (at, _)| all | 1u128 << at);
            let ways = lifting.map(|change| Kind::of(change.effect)).chain(numbers(carrying & !left_out).next().map(Kind::LeaveOut));
            return Some(ways.collect());
        }
        let unreached =
            row.unreached.iter().find(|(essential, tasks)| tasks & !left_out != 0 && !taken.contains(&Kind::Guidance(*essential)))?;
        Some([Kind::Guidance(unreached.0)].into_iter().chain(numbers(unreached.1 & !left_out).next().map(Kind::LeaveOut)).collect())
    }
}
