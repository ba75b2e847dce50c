//! Parts that a job can be carved into: their hours, how many people can carry them, and the bounds on every carving.
#![allow(clippy::indexing_slicing, reason = "tasks are numbered by the list that their hours are in")]

use std::collections::HashMap;

use raakvlak_domain::packages::PackageHours;

use super::carriers::Carriers;
use super::{CarvingLimits, FEWEST_PEOPLE};
use crate::demand::Demand;

/// Tasks of a job, a bit each.
pub(super) type TaskSet = u128;

/// The numbers of the tasks in a set, ascending.
pub(super) fn tasks_of(mut set: TaskSet) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let task = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(task)
    })
}

/// How good a carving is: the greater, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Worth {
    /// In tenths.
    pub(super) hours: u32,
    pub(super) parts: std::cmp::Reverse<u32>,
    pub(super) smallest_group: u32,
}

impl Worth {
    /// What no parts at all are worth.
    pub(super) const NOTHING: Self = Self { hours: 0, parts: std::cmp::Reverse(0), smallest_group: u32::MAX };

    /// With one more part, of so many hours and people.
    pub(super) fn with(self, hours: u32, people: u32) -> Self {
        Self { hours: self.hours + hours, parts: std::cmp::Reverse(self.parts.0 + 1), smallest_group: self.smallest_group.min(people) }
    }
}

/// The parts of one job, with what is known of them.
pub(super) struct Parts {
    carriers: Carriers,
    job: PackageHours,
    task_hours: Vec<u32>,
    limits: CarvingLimits,
    /// How many people can carry a part: at most, or exactly once the matcher counted them.
    people: HashMap<TaskSet, u32>,
    steps: u64,
}

impl Parts {
    pub(super) fn new(carriers: Carriers, demand: &Demand, limits: CarvingLimits) -> Self {
        let task_hours = demand.work.tasks.iter().map(|task| task.hours as u32).collect();
        Self { carriers, job: demand.work.hours, task_hours, limits, people: HashMap::new(), steps: 0 }
    }

    pub(super) fn task_count(&self) -> usize {
        self.task_hours.len()
    }

    /// In tenths.
    pub(super) fn hours(&self, set: TaskSet) -> u32 {
        tasks_of(set).map(|task| self.task_hours[task]).sum()
    }

    /// Whether a set with so many hours is not too large for a part.
    pub(super) fn is_not_too_large(&self, hours: u32) -> bool {
        hours <= self.limits.largest.get()
    }

    /// Whether the hours of a set are those of a part.
    pub(super) fn has_the_hours(&self, hours: u32) -> bool {
        (self.limits.smallest.get()..=self.limits.largest.get()).contains(&hours)
    }

    /// How many people can carry a part, as far as is known: never fewer than there are.
    pub(super) fn people(&mut self, set: TaskSet) -> u32 {
        if let Some(people) = self.people.get(&set) {
            return *people;
        }
        self.steps += 1;
        let asked = self.job.of_part(self.hours(set));
        let people = self.carriers.count(set, asked);
        self.people.insert(set, people);
        people
    }

    /// Takes in what the matcher counted.
    pub(super) fn counted(&mut self, set: TaskSet, people: u32) {
        self.steps += 1;
        self.people.insert(set, people);
    }

    /// Whether a set is a part that enough people can carry, as far as is known.
    pub(super) fn is_open(&mut self, set: TaskSet) -> bool {
        self.has_the_hours(self.hours(set)) && self.people(set) >= FEWEST_PEOPLE
    }

    /// Notes steps that look at no part by itself.
    pub(super) fn step(&mut self, steps: u64) {
        self.steps += steps;
    }

    pub(super) fn is_out_of_steps(&self) -> bool {
        self.steps >= self.limits.steps
    }

    /// How many people can carry these tasks in some part that they are in, at most: the hours of that part may be any.
    pub(super) fn people_in_some_part(&mut self, set: TaskSet) -> u32 {
        let smallest = self.job.of_part(self.hours(set).max(self.limits.smallest.get()));
        let largest = self.job.of_part(self.limits.largest.get());
        self.carriers.count(set, PackageHours { min: smallest.min, max: largest.max })
    }

    /// How many people can carry a part that is still growing: those of the part that it is by now, or of any that it can become.
    pub(super) fn people_for_growing(&mut self, set: TaskSet) -> u32 {
        if self.has_the_hours(self.hours(set)) {
            return self.people(set);
        }
        self.steps += 1;
        self.people_in_some_part(set)
    }

    /// The tasks that can be in an open part at all: enough people carry them, together with others that bring the part to its hours.
    pub(super) fn usable(&mut self) -> TaskSet {
        let mut carried = Vec::new();
        for task in 0..self.task_count() {
            if self.is_not_too_large(self.task_hours[task]) && self.can_be_together(1 << task) {
                carried.push(task);
            }
        }
        let mut usable = 0;
        for task in &carried {
            if self.can_reach_the_hours(*task, &carried) {
                usable |= 1 << task;
            }
        }
        usable
    }

    /// Whether a task and all others that can be with it in a part take enough hours for one.
    fn can_reach_the_hours(&mut self, task: usize, others: &[usize]) -> bool {
        let (own, smallest) = (self.task_hours[task], self.limits.smallest.get());
        let mut reached = own;
        for other in others.iter().filter(|other| **other != task) {
            if reached >= smallest {
                break;
            }
            let hours = self.task_hours[*other];
            if self.is_not_too_large(own + hours) && self.can_be_together(1 << task | 1 << other) {
                reached += hours;
            }
        }
        reached >= smallest
    }

    fn can_be_together(&mut self, set: TaskSet) -> bool {
        self.people_in_some_part(set) >= FEWEST_PEOPLE
    }

    /// No carving has more hours in parts than this, in tenths.
    pub(super) fn hours_at_most(&mut self) -> u32 {
        let usable = self.usable();
        self.hours(usable)
    }

    /// So many hours take at least so many parts.
    pub(super) fn fewest_for(&self, hours: u32) -> u32 {
        hours.div_ceil(self.limits.largest.get().max(1))
    }
}
