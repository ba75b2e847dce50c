//! The best carving of a job with few tasks: of every set of its tasks the best carving is found from those of smaller sets.
#![allow(clippy::indexing_slicing, reason = "sets of tasks are numbered by the lists that they are looked up in")]

use super::parts::{Parts, TaskSet, Worth};

/// The best parts, as far as the people of each are known. Of carvings that are equally good it is always the same one.
pub(super) fn best(parts: &mut Parts) -> Vec<TaskSet> {
    let sets = 1usize << parts.task_count();
    parts.step(sets as u64);
    let open = open_parts(parts, sets);
    let mut best = vec![(Worth::NOTHING, 0usize); sets];
    for set in 1..sets {
        let first = set & set.wrapping_neg();
        let others = set & !first;
        // The first task stays over, or it is in a part with some of the others.
        let mut found = (best[others].0, 0);
        let mut some = others;
        loop {
            let part = some | first;
            if let Some((hours, people)) = open[part] {
                let worth = best[set & !part].0.with(hours, people);
                if worth > found.0 {
                    found = (worth, part);
                }
            }
            if some == 0 {
                break;
            }
            some = (some - 1) & others;
        }
        best[set] = found;
    }
    taken(&best, sets - 1)
}

/// For each set of tasks that is an open part, its hours and people.
fn open_parts(parts: &mut Parts, sets: usize) -> Vec<Option<(u32, u32)>> {
    let part = |set: usize| {
        let set = set as TaskSet;
        parts.is_open(set).then(|| (parts.hours(set), parts.people(set)))
    };
    (0..sets).map(part).collect()
}

fn taken(best: &[(Worth, usize)], mut left: usize) -> Vec<TaskSet> {
    let mut taken = Vec::new();
    while left != 0 {
        match best[left].1 {
            0 => left &= left - 1,
            part => {
                taken.push(part as TaskSet);
                left &= !part;
            }
        }
    }
    taken
}
