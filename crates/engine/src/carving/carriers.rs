//! Who can carry which tasks of a job, as a bit for each person in a column for each task.
#![allow(clippy::indexing_slicing, reason = "columns are as many as tasks and as long as there are people")]

use std::collections::HashMap;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::packages::{Need, PackageHours};

use super::parts::{TaskSet, tasks_of};
use crate::abilities::task_value;
use crate::asks::Ask;
use crate::crew::Crew;
use crate::demand::{Demand, TaskWork};
use crate::gates::{Gate, hours::are_apart, shut_for};
use crate::pairs::{Pair, Question};
use crate::people::Bar;
use crate::pool::Pool;
use crate::ranking::{Gathering, scan};
use crate::stretch::Stretch;

/// The gates that say the same of every part of a job.
const SAME_FOR_EVERY_PART: [Gate; 9] = [
    Gate::Unavailable,
    Gate::Avoided,
    Gate::WorkForm,
    Gate::Adaptation,
    Gate::Dayparts,
    Gate::Distance,
    Gate::Language,
    Gate::Document,
    Gate::Rule,
];

/// The people whom nothing keeps out that is the same for every part, by what they can carry.
pub(super) struct Carriers {
    columns: Vec<Vec<u64>>,
    ranges: Vec<(i64, i64)>,
    /// Who has time for parts that ask these hours.
    in_time: HashMap<(u32, u32), Vec<u64>>,
    words: usize,
}

impl Carriers {
    pub(super) fn of(pool: &Pool, demand: &Demand, as_of: Date, crew: Crew) -> Self {
        let question = Question::new(pool, demand, as_of).put_to_everybody(crew);
        let Found(people) = scan(&question, crew, &|| Found(Vec::new()));
        let words = people.len().div_ceil(64);
        let mut columns = vec![vec![0; words]; demand.work.tasks.len()];
        for (at, (carried, _)) in people.iter().enumerate() {
            tasks_of(*carried).for_each(|task| columns[task][at / 64] |= 1 << (at % 64));
        }
        Self { columns, ranges: people.into_iter().map(|(_, range)| range).collect(), in_time: HashMap::new(), words }
    }

    /// How many can carry all of these tasks and have time for these hours.
    pub(super) fn count(&mut self, tasks: TaskSet, asked: PackageHours) -> u32 {
        let (columns, ranges, words) = (&self.columns, &self.ranges, self.words);
        let key = (asked.min.get(), asked.max.get());
        let in_time = self.in_time.entry(key).or_insert_with(|| {
            let mut column = vec![0; words];
            let in_time = ranges.iter().enumerate().filter(|(_, range)| !are_apart(**range, asked));
            in_time.for_each(|(at, _)| column[at / 64] |= 1u64 << (at % 64));
            column
        });
        let columns: Vec<&[u64]> = tasks_of(tasks).map(|task| columns[task].as_slice()).collect();
        count_in_all(in_time, &columns)
    }
}

/// So many words at a time, which stay where the processor finds them quickest.
const AT_ONCE: usize = 16;

/// How many have a bit in the first column and in all others.
fn count_in_all(first: &[u64], others: &[&[u64]]) -> u32 {
    let mut count = 0;
    for (block, words) in first.chunks(AT_ONCE).enumerate() {
        let mut all = [0; AT_ONCE];
        all[..words.len()].copy_from_slice(words);
        for column in others {
            let here = &column[block * AT_ONCE..block * AT_ONCE + words.len()];
            all.iter_mut().zip(here).for_each(|(all, here)| *all &= here);
        }
        count += all.iter().map(|word| word.count_ones()).sum::<u32>();
    }
    count
}

/// Each person's tasks and range of hours left.
struct Found(Vec<(TaskSet, (i64, i64))>);

impl Gathering for Found {
    const EVERYBODY: bool = true;

    fn add(&mut self, stretch: &Stretch) {
        let shut = shut_for(stretch);
        let kept_out = SAME_FOR_EVERY_PART.iter().fold(0, |kept_out, gate| kept_out | shut[*gate as usize]);
        for (_, pair) in stretch.pairs(stretch.here & !kept_out) {
            let range = pair.range_left().unwrap_or((i64::MIN, i64::MAX));
            let carried = carried(&pair);
            if carried != 0 && range.0 <= range.1 {
                self.0.push((carried, range));
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// The tasks that somebody can carry and that no gate keeps them from.
fn carried(pair: &Pair) -> TaskSet {
    let values = pair.told(Ask::Competences).then(|| pair.requirement_values());
    let refused = pair.barred(Bar::NoGo);
    let can_carry =
        |task: &TaskWork| task.requirements.is_empty() || values.as_ref().is_some_and(|values| answers(pair.demand, task, values));
    let tasks = pair.work().tasks.iter().enumerate();
    tasks.filter(|(_, task)| task.conditions & refused == 0 && can_carry(task)).fold(0, |set, (at, _)| set | 1 << at)
}

/// Whether these values carry the task, and reach what is essential in it.
fn answers(demand: &Demand, task: &TaskWork, values: &[u32]) -> bool {
    let threshold = demand.knob.essential_from.get();
    let reached = |asked: usize| values[asked] >= threshold;
    task_value(task, values) >= demand.knob.carry_from.get()
        && task.requirements.iter().all(|weighed| weighed.need != Need::Essential || reached(weighed.asked))
}
