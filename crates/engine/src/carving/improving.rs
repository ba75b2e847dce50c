//! A good carving of a job with many tasks: parts are grown task by task, and then changed for as long as that makes the carving better.
#![allow(clippy::indexing_slicing, reason = "parts are numbered by the list that they are in")]

use std::cmp::Reverse;

use super::FEWEST_PEOPLE;
use super::parts::{Parts, TaskSet, Worth, tasks_of};

/// With which task a part begins.
#[derive(Clone, Copy)]
enum Seed {
    /// The one that the fewest people can carry.
    Hardest,
    /// The one that takes the most hours.
    Longest,
    /// The first one.
    First,
}

/// The best parts found: of several beginnings, each improved. Parts that stand already are kept as one of the beginnings.
pub(super) fn best(parts: &mut Parts, standing: Vec<TaskSet>) -> Vec<TaskSet> {
    let usable = parts.usable();
    let is_new = standing.is_empty();
    let mut best = Attempt::new(parts, usable, standing);
    best.grow(parts, Seed::Hardest);
    best.improve(parts);
    for seed in [Seed::Hardest, Seed::Longest, Seed::First].into_iter().skip(usize::from(is_new)) {
        let mut attempt = Attempt::new(parts, usable, Vec::new());
        attempt.grow(parts, seed);
        attempt.improve(parts);
        if attempt.worth(parts) > best.worth(parts) {
            best = attempt;
        }
    }
    best.sets
}

/// A carving that is being worked on.
struct Attempt {
    sets: Vec<TaskSet>,
    left: TaskSet,
}

impl Attempt {
    fn new(parts: &mut Parts, usable: TaskSet, mut sets: Vec<TaskSet>) -> Self {
        sets.retain(|set| parts.is_open(*set));
        let taken = sets.iter().fold(0, |taken, set| taken | set);
        Self { sets, left: usable & !taken }
    }

    fn worth(&self, parts: &mut Parts) -> Worth {
        self.sets.iter().fold(Worth::NOTHING, |worth, set| worth.with(parts.hours(*set), parts.people(*set)))
    }

    /// Grows parts out of the tasks that are left; a task from which none grows stays over.
    fn grow(&mut self, parts: &mut Parts, seed: Seed) {
        let mut seeds = self.left;
        while let Some(first) = first_of(parts, seeds & self.left, seed) {
            seeds &= !(1 << first);
            let part = grown(parts, 1 << first, self.left);
            if parts.is_open(part) {
                self.sets.push(part);
                self.left &= !part;
            }
        }
    }

    /// Changes parts for as long as that makes the carving better and there are steps left.
    fn improve(&mut self, parts: &mut Parts) {
        while !parts.is_out_of_steps()
            && (self.take_in(parts)
                || self.take_in_by_moving(parts)
                || self.begin_another(parts)
                || self.join(parts)
                || self.dissolve(parts)
                || self.widen_the_smallest(parts))
        {}
    }

    /// Puts these parts in the place of those with these numbers, when that is better.
    fn replace(&mut self, parts: &mut Parts, old: &[usize], new: &[TaskSet]) -> bool {
        if parts.is_out_of_steps() || !new.iter().all(|set| parts.has_the_hours(parts.hours(*set))) {
            return false;
        }
        let others = || self.sets.iter().enumerate().filter(|(at, _)| !old.contains(at)).map(|(_, set)| *set);
        let size = |sets: &mut dyn Iterator<Item = TaskSet>| {
            sets.fold((0, Reverse(0)), |(hours, Reverse(count)), set| (hours + parts.hours(set), Reverse(count + 1)))
        };
        let (now, then) = (size(&mut self.sets.iter().copied()), size(&mut others().chain(new.iter().copied())));
        if then < now || !new.iter().all(|set| parts.people(*set) >= FEWEST_PEOPLE) {
            return false;
        }
        let changed = Self { sets: others().chain(new.iter().copied()).collect(), left: 0 };
        if changed.worth(parts) <= self.worth(parts) {
            return false;
        }
        let all = |sets: &[TaskSet]| sets.iter().fold(0, |all, set| all | set);
        self.left = (self.left | all(&self.sets)) & !all(&changed.sets);
        self.sets = changed.sets;
        true
    }

    /// A task that is left goes into a part, or takes the place of a shorter one.
    fn take_in(&mut self, parts: &mut Parts) -> bool {
        let (left, sets) = (self.left, self.sets.clone());
        tasks_of(left).any(|task| {
            sets.iter().enumerate().any(|(at, set)| {
                self.replace(parts, &[at], &[set | 1 << task])
                    || tasks_of(*set).any(|given| self.replace(parts, &[at], &[set & !(1 << given) | 1 << task]))
            })
        })
    }

    /// A task that is left takes the place of one that goes into another part.
    fn take_in_by_moving(&mut self, parts: &mut Parts) -> bool {
        let (left, sets) = (self.left, self.sets.clone());
        tasks_of(left).any(|task| {
            pairs(sets.len()).any(|(from, to)| {
                tasks_of(sets[from]).any(|moved| {
                    let new = [sets[from] & !(1 << moved) | 1 << task, sets[to] | 1 << moved];
                    self.replace(parts, &[from, to], &new)
                })
            })
        })
    }

    /// A part begins with a task that is left, and takes tasks from parts that can spare them.
    fn begin_another(&mut self, parts: &mut Parts) -> bool {
        tasks_of(self.left).any(|first| {
            let (mut sets, mut part) = (self.sets.clone(), grown(parts, 1 << first, self.left));
            while !parts.has_the_hours(parts.hours(part)) {
                let Some((from, task)) = best_spared(parts, &sets, part) else { return false };
                sets[from] &= !(1 << task);
                part |= 1 << task;
            }
            let all: Vec<usize> = (0..sets.len()).collect();
            sets.push(part);
            self.replace(parts, &all, &sets)
        })
    }

    /// Two parts become one.
    fn join(&mut self, parts: &mut Parts) -> bool {
        let sets = self.sets.clone();
        pairs(sets.len()).any(|(one, other)| one < other && self.replace(parts, &[one, other], &[sets[one] | sets[other]]))
    }

    /// The tasks of a part are shared out over the others.
    fn dissolve(&mut self, parts: &mut Parts) -> bool {
        (0..self.sets.len()).any(|at| {
            let mut sets = self.sets.clone();
            let given = sets.swap_remove(at);
            for task in tasks_of(given) {
                let fits = |parts: &mut Parts, set: TaskSet| if parts.is_open(set) { parts.people(set) } else { 0 };
                let best =
                    (0..sets.len()).max_by_key(|to| fits(parts, sets[*to] | 1 << task)).filter(|to| fits(parts, sets[*to] | 1 << task) > 0);
                let Some(to) = best else { return false };
                sets[to] |= 1 << task;
            }
            let all: Vec<usize> = (0..self.sets.len()).collect();
            self.replace(parts, &all, &sets)
        })
    }

    /// The part that the fewest can carry gives a task away, or exchanges it.
    fn widen_the_smallest(&mut self, parts: &mut Parts) -> bool {
        let sets = self.sets.clone();
        let Some(smallest) = (0..sets.len()).min_by_key(|at| parts.people(sets[*at])) else { return false };
        tasks_of(sets[smallest]).any(|given| {
            let rest = sets[smallest] & !(1 << given);
            (0..sets.len()).filter(|to| *to != smallest).any(|to| {
                self.replace(parts, &[smallest, to], &[rest, sets[to] | 1 << given])
                    || tasks_of(sets[to]).any(|taken| {
                        let new = [rest | 1 << taken, sets[to] & !(1 << taken) | 1 << given];
                        self.replace(parts, &[smallest, to], &new)
                    })
            })
        })
    }
}

/// The task with which a part begins.
fn first_of(parts: &mut Parts, left: TaskSet, seed: Seed) -> Option<usize> {
    match seed {
        Seed::Hardest => tasks_of(left).min_by_key(|task| parts.people_in_some_part(1 << *task)),
        Seed::Longest => tasks_of(left).max_by_key(|task| (parts.hours(1 << *task), Reverse(*task))),
        Seed::First => tasks_of(left).next(),
    }
}

/// The part grown from these tasks with those that are left: always with the one that keeps the most people, for as long as enough are kept.
fn grown(parts: &mut Parts, mut part: TaskSet, left: TaskSet) -> TaskSet {
    loop {
        let hours = parts.hours(part);
        let fitting: Vec<usize> = tasks_of(left & !part).filter(|task| parts.is_not_too_large(hours + parts.hours(1 << *task))).collect();
        let kept = |task: &usize| (parts.people_for_growing(part | 1 << *task), parts.hours(1 << *task), Reverse(*task));
        match fitting.iter().map(kept).max() {
            Some((people, _, Reverse(task))) if people >= FEWEST_PEOPLE => part |= 1 << task,
            _ => return part,
        }
    }
}

/// The part and the task in it that it can spare and that keeps the most people when it comes to this one.
fn best_spared(parts: &mut Parts, sets: &[TaskSet], part: TaskSet) -> Option<(usize, usize)> {
    let all = sets.iter().enumerate().flat_map(|(at, set)| tasks_of(*set).map(move |task| (at, task)));
    let mut best = None;
    for (at, task) in all {
        let (given, taken) = (sets[at] & !(1 << task), part | 1 << task);
        if parts.has_the_hours(parts.hours(given)) && parts.is_not_too_large(parts.hours(taken)) {
            best = best.max(Some((parts.people_for_growing(taken), Reverse(at), Reverse(task))));
        }
    }
    best.filter(|(people, ..)| *people >= FEWEST_PEOPLE).map(|(_, Reverse(at), Reverse(task))| (at, task))
}

/// Every two different numbers under this one.
fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |one| (0..count).map(move |other| (one, other))).filter(|(one, other)| one != other)
}
