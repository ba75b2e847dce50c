//! Carving: a job's tasks as packages that at least three people can carry whole, for work organised differently.
//!
//! Most hours in such packages first, then the fewest of them, then the largest smallest group. A job of at most [`EXACT_UP_TO`] tasks is carved as
//! well as it can be; a larger one by improving a good beginning, with bounds that tell how much better it could be at most. Whoever asks says in
//! how many steps; a clock is not looked at, so that the same question always has the same answer.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::identifiers::{PackageId, TaskId};
use raakvlak_domain::packages::{PackageHours, TaskPackage};
use raakvlak_domain::quantities::{Hours, TotalHours, WHOLE};
use serde::Serialize;
use utoipa::ToSchema;

use crate::crew::Crew;
use crate::criteria::{Reading, read, tasks::Tasks};
use crate::demand::Demand;
use crate::gates;
use crate::lexicon::UnknownWord;
use crate::pairs::{Pair, Question};
use crate::pool::Pool;
use crate::ranking::{Gathering, scan};
use crate::stretch::Stretch;

mod carriers;
mod exact;
mod improving;
mod parts;

use carriers::Carriers;
use parts::{Parts, TaskSet, tasks_of};

/// A part is open when at least so many people can carry it.
pub const FEWEST_PEOPLE: u32 = 3;

/// A job of at most so many tasks is carved as well as it can be.
pub const EXACT_UP_TO: usize = 14;

/// How a job may be carved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarvingLimits {
    /// The fewest hours of tasks in a part.
    pub smallest: Hours,
    /// The most.
    pub largest: Hours,
    /// How many steps may be taken; a step looks at one part.
    pub steps: u64,
}

/// A job carved into parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Carving {
    /// The job.
    pub package: PackageId,
    /// The day for which it holds.
    pub as_of: Date,
    /// How many people are eligible for the job as it stands and can carry all of it.
    pub as_one_job: u32,
    /// The parts, in the order of their first tasks.
    pub parts: Vec<Part>,
    /// How many people are eligible for at least one of the parts and can carry all of it.
    pub people: u32,
    /// The tasks that are in no part, in their order.
    pub left_over: Vec<TaskId>,
    /// The hours of the tasks in parts.
    pub hours: TotalHours,
    /// No carving has more hours in parts than this.
    pub hours_at_most: TotalHours,
    /// No carving with these hours has fewer parts than this.
    pub parts_at_least: u32,
    /// Whether no carving is better: not in hours, nor in parts, nor in the smallest group.
    pub proven: bool,
}

/// A part of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Part {
    /// Its tasks, in their order.
    pub tasks: Vec<TaskId>,
    /// The hours that these take.
    pub hours: Hours,
    /// The hours that it asks.
    pub asks: PackageHours,
    /// How many people are eligible for it and can carry all of it.
    pub people: u32,
}

/// Carves a job; `demand` is the same job made ready. The outcome does not depend on how many threads there are.
///
/// # Errors
///
/// A word of the job that is not in the vocabulary that the demand was made ready with.
pub fn carve<'a>(
    pool: &Pool,
    package: &TaskPackage,
    demand: &Demand,
    limits: CarvingLimits,
    as_of: Date,
    crew: impl Into<Crew<'a>>,
) -> Result<Carving, UnknownWord> {
    let crew = crew.into();
    let counter = Counter { pool, package, demand, as_of, crew };
    let carriers = Carriers::of(pool, demand, as_of, crew);
    let mut parts = Parts::new(carriers, demand, limits);
    let (sets, proven) = settled(&mut parts, &counter)?;
    let mut answer = counter.answer(&mut parts, &sets)?;
    answer.proven = proven;
    if proven {
        answer.hours_at_most = answer.hours;
        answer.parts_at_least = answer.parts.len() as u32;
    }
    Ok(answer)
}

/// The best parts, each counted by the matcher itself, and whether nothing is better. What was thought of a part before it was counted is never too
/// little, so that the best carving of which every part is counted is the best of all.
fn settled(parts: &mut Parts, counter: &Counter) -> Result<(Vec<TaskSet>, bool), UnknownWord> {
    let is_small = parts.task_count() <= EXACT_UP_TO;
    let mut best = Vec::new();
    loop {
        let found = if is_small { exact::best(parts) } else { improving::best(parts, best) };
        let mut is_as_thought = true;
        for set in &found {
            let thought = parts.people(*set);
            let people = counter.people(*set)?;
            parts.counted(*set, people);
            is_as_thought &= if is_small { people == thought } else { people >= FEWEST_PEOPLE };
        }
        best = found;
        if is_as_thought || parts.is_out_of_steps() {
            best.retain(|set| parts.is_open(*set));
            return Ok((best, is_small && is_as_thought));
        }
        best.retain(|set| parts.is_open(*set));
    }
}

/// Counts people with the matcher itself.
struct Counter<'a> {
    pool: &'a Pool,
    package: &'a TaskPackage,
    demand: &'a Demand,
    as_of: Date,
    crew: Crew<'a>,
}

impl Counter<'_> {
    fn package_of(&self, set: TaskSet) -> Option<TaskPackage> {
        let ids: Vec<&TaskId> = tasks_of(set).filter_map(|task| self.package.tasks.get(task)).map(|task| &task.id).collect();
        self.package.part(|id| ids.contains(&id))
    }

    /// How many people are eligible for the part with these tasks and can carry all of it.
    fn people(&self, set: TaskSet) -> Result<u32, UnknownWord> {
        let Some(package) = self.package_of(set) else { return Ok(0) };
        Ok(self.carrying(&self.demand.of_other_work(&package, &[])?))
    }

    fn carrying(&self, demand: &Demand) -> u32 {
        let question = Question::new(self.pool, demand, self.as_of);
        let Carrying(people) = scan(&question, self.crew, &|| Carrying(0));
        people
    }

    /// How many people are eligible for any of these parts and can carry all of it.
    fn people_in_any(&self, sets: &[TaskSet]) -> Result<u32, UnknownWord> {
        let mut everybody = WhoCarries(Vec::new());
        for package in sets.iter().filter_map(|set| self.package_of(*set)) {
            let demand = self.demand.of_other_work(&package, &[])?;
            let question = Question::new(self.pool, &demand, self.as_of);
            everybody.merge(scan(&question, self.crew, &|| WhoCarries(Vec::new())));
        }
        everybody.0.sort_unstable();
        everybody.0.dedup();
        Ok(everybody.0.len() as u32)
    }

    fn answer(&self, parts: &mut Parts, sets: &[TaskSet]) -> Result<Carving, UnknownWord> {
        let mut sets = sets.to_vec();
        sets.sort_unstable_by_key(|set| set.trailing_zeros());
        let all = sets.iter().fold(0, |all, set| all | set);
        let hours: u32 = sets.iter().map(|set| parts.hours(*set)).sum();
        let left_over = self.package.tasks.iter().enumerate().filter(|(at, _)| all >> at & 1 == 0);
        Ok(Carving {
            package: self.package.id.clone(),
            as_of: self.as_of,
            as_one_job: self.carrying(self.demand),
            left_over: left_over.map(|(_, task)| task.id.clone()).collect(),
            hours: TotalHours::new(hours).unwrap_or_default(),
            hours_at_most: TotalHours::new(parts.hours_at_most().max(hours)).unwrap_or_default(),
            parts_at_least: parts.fewest_for(hours),
            people: self.people_in_any(&sets)?,
            parts: sets.iter().filter_map(|set| self.part(parts, *set)).collect(),
            proven: false,
        })
    }

    fn part(&self, parts: &mut Parts, set: TaskSet) -> Option<Part> {
        let package = self.package_of(set)?;
        Some(Part {
            hours: Hours::new(parts.hours(set))?,
            asks: package.hours,
            people: parts.people(set),
            tasks: package.tasks.into_iter().map(|task| task.id).collect(),
        })
    }
}

/// How many are eligible and can carry all of the work.
struct Carrying(u32);

impl Gathering for Carrying {
    const EVERYBODY: bool = false;

    fn add(&mut self, stretch: &Stretch) {
        gates::each_let_in(stretch, |pair| self.0 += u32::from(carries_whole(pair)));
    }

    fn merge(&mut self, other: Self) {
        self.0 += other.0;
    }
}

/// Who is eligible and can carry all of the work, by their numbers in the pool.
struct WhoCarries(Vec<u32>);

impl Gathering for WhoCarries {
    const EVERYBODY: bool = false;

    fn add(&mut self, stretch: &Stretch) {
        gates::each_let_in(stretch, |pair| {
            if carries_whole(pair) {
                self.0.push(pair.inquiry.in_pool(pair.number).0);
            }
        });
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// Whether somebody can carry every task, for sure: who has not told their competences cannot be counted on where any are asked.
fn carries_whole(pair: &Pair) -> bool {
    match read::<Tasks>(pair) {
        Reading::Silent => true,
        Reading::Doubt => false,
        Reading::Known(value) => value == WHOLE,
    }
}
