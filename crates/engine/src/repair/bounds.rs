//! For every set of changes, how many people it can let in at most, from what keeps each person out.
//!
//! Changes that do the same for nearly everybody are of one kind: moving one daypart, whichever way, and other hours at one end, however many. What
//! is counted are the smallest sets of kinds that let somebody in; a set of changes lets in those whose kinds are all in it.
#![allow(clippy::indexing_slicing, reason = "kinds are numbered by the tables that they are looked up in")]

use std::collections::{BTreeMap, BTreeSet};

use super::MOST_CHANGES;
use super::barred::{Barred, Row};
use super::changes::{Change, Effect, conditions_without, numbers};
use crate::demand::Demand;
use crate::words::bits;

/// No change at this place of a set.
const NONE: u16 = u16::MAX;

/// A set of changes by their numbers, ascending; [`NONE`] behind them.
pub(super) type Numbers = [u16; MOST_CHANGES];

/// The changes of a set.
pub(super) fn in_set(set: &Numbers) -> &[u16] {
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

/// How many people sets of kinds let in, by the sets.
type Counts = BTreeMap<Vec<Kind>, u32>;

/// How many people sets of changes let in at most.
pub(super) struct Bounds<'a> {
    changes: &'a [Change],
    task_count: usize,
    /// Those who are tied to the work as it stands.
    tied: Counts,
    /// Those who are not, and whom leaving out a task may tie.
    untied: Counts,
    /// Whom the floor alone keeps out.
    under_the_floor: u32,
}

impl<'a> Bounds<'a> {
    pub(super) fn of(barred: &Barred, demand: &Demand, changes: &'a [Change]) -> Self {
        let mut bounds =
            Self { changes, task_count: demand.work.tasks.len(), tied: Counts::new(), untied: Counts::new(), under_the_floor: 0 };
        let opening = Opening { demand, fixed: barred.asked.fixed, changes };
        for (row, people) in &barred.rows {
            if row.is_under_the_floor {
                bounds.under_the_floor += people;
                continue;
            }
            let mut sets = BTreeSet::new();
            opening.smallest(row, &mut Vec::new(), &mut sets);
            let counts = if row.has_no_tie { &mut bounds.untied } else { &mut bounds.tied };
            sets.into_iter().for_each(|set| *counts.entry(set).or_default() += people);
        }
        bounds
    }

    /// Every set of so many changes in which no change is sure to be idle, with how many people it lets in at most.
    pub(super) fn promising(&self, number: usize) -> Vec<(u32, Numbers)> {
        let live: BTreeSet<Kind> = self.tied.keys().chain(self.untied.keys()).flatten().copied().collect();
        let is_live = |change: &Change| live.contains(&Kind::of(change.effect)) || self.may_count(change.effect);
        let candidates = self.changes.iter().enumerate().filter(|(_, change)| is_live(change)).map(|(at, _)| at as u16);
        let candidates: Vec<u16> = candidates.collect();
        let mut found = Vec::new();
        self.extend(&candidates, &mut Vec::new(), number, &mut found);
        found
    }

    /// Whether a change may let somebody in by changing a score or a tie alone.
    fn may_count(&self, effect: Effect) -> bool {
        let ties = matches!(effect, Effect::LeaveOut(_)) && !self.untied.is_empty();
        ties || effect.counts_in_scores() && self.under_the_floor > 0
    }

    fn extend(&self, candidates: &[u16], set: &mut Vec<u16>, number: usize, found: &mut Vec<(u32, Numbers)>) {
        if set.len() == number {
            found.extend(self.at_most(set).map(|at_most| (at_most, std::array::from_fn(|at| set.get(at).copied().unwrap_or(NONE)))));
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

    /// How many people these changes let in at most; `None` when one of them is sure to be idle, or when no task would be left.
    fn at_most(&self, set: &[u16]) -> Option<u32> {
        let effects: Vec<Effect> = set.iter().map(|at| self.effect(*at)).collect();
        let left_out = effects.iter().filter(|effect| matches!(effect, Effect::LeaveOut(_))).count();
        if left_out == self.task_count {
            return None;
        }
        let kinds: Vec<Kind> = effects.iter().map(|effect| Kind::of(*effect)).collect();
        let (mut people, mut useful) = (0, 0u32);
        for some in 0..1u32 << kinds.len() {
            let mut key: Vec<Kind> = bits(some.into()).map(|at| kinds[at]).collect();
            key.sort_unstable();
            let untied = if left_out > 0 { self.untied.get(&key) } else { None };
            let count = self.tied.get(&key).unwrap_or(&0) + untied.unwrap_or(&0);
            people += count;
            useful |= if count > 0 { some } else { 0 };
        }
        if effects.iter().any(|effect| effect.counts_in_scores()) {
            people += self.under_the_floor;
        }
        let is_useful = |(at, effect): (usize, &Effect)| useful >> at & 1 == 1 || self.may_count(*effect);
        effects.iter().enumerate().all(is_useful).then_some(people)
    }
}

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
