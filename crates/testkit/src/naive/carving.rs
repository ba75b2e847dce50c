//! Carving by trying everything: every way to put a job's tasks into parts or leave them over.

use super::answers::Asking;
use super::criteria::Criterion;
use super::records::{Expert, Package, Tenths};
use serde_json::{Value, json};
use std::cmp::Reverse;

/// What decides between one carving and another: "most hours in open parts, then fewest parts, then the largest smallest group".
type Worth = (i64, Reverse<usize>, Option<usize>);

impl Asking<'_> {
    /// What the best carving is worth.
    pub(super) fn carving(&self, package: &Package, smallest: Tenths, largest: Tenths) -> Value {
        let choices = 1_usize << package.tasks.len();
        let open: Vec<Option<(i64, usize)>> = (0..choices)
            .map(|choice| self.part(package, choice))
            .map(|part| part.filter(|(hours, people)| (smallest.0..=largest.0).contains(hours) && *people >= 3))
            .collect();
        let mut best = (0, Reverse(0), None);
        try_all(&open, choices - 1, best, &mut best);
        let (hours, Reverse(parts), smallest_group) = best;
        json!({ "as_one_job": self.carrying(package), "hours": hours, "parts": parts, "smallest_group": smallest_group })
    }

    /// The hours of the tasks that are chosen, and how many people are eligible for the part that they make and carry all of it: "either end of its
    /// hours is that of the whole, or the hours of its tasks when those are fewer".
    fn part(&self, package: &Package, choice: usize) -> Option<(i64, usize)> {
        let part = self.part_of(package, |at| choice >> at & 1 == 1)?;
        Some((part.tasks.iter().map(|task| task.hours.0).sum(), self.carrying(&part)))
    }

    fn part_of(&self, package: &Package, is_in_it: impl Fn(usize) -> bool) -> Option<Package> {
        let mut part = package.clone();
        let chosen = package.tasks.iter().enumerate().filter(|(at, _)| is_in_it(*at));
        part.tasks = chosen.map(|(_, task)| task.clone()).collect();
        let hours: i64 = part.tasks.iter().map(|task| task.hours.0).sum();
        part.hours.min = Tenths(hours.min(package.hours.min.0));
        part.hours.max = Tenths(hours.min(package.hours.max.0));
        (!part.tasks.is_empty()).then_some(part)
    }

    /// How many people carry at least one of these parts, each a list of tasks.
    pub(super) fn carrying_any(&self, package: &Package, parts: &[Vec<String>]) -> usize {
        let is_in = |tasks: &[String], at: usize| package.tasks.get(at).is_some_and(|task| tasks.contains(&task.id));
        let parts: Vec<Package> = parts.iter().filter_map(|tasks| self.part_of(package, |at| is_in(tasks, at))).collect();
        self.folder.experts.iter().filter(|expert| parts.iter().any(|part| self.carries(part, expert))).count()
    }

    /// How many people are eligible and have no task that they cannot carry, or might not.
    fn carrying(&self, package: &Package) -> usize {
        self.folder.experts.iter().filter(|expert| self.carries(package, expert)).count()
    }

    fn carries(&self, package: &Package, expert: &Expert) -> bool {
        let carries =
            |criterion: &(&str, Criterion)| criterion.0 != "tasks" || matches!(criterion.1, Criterion::Silent | Criterion::Known(10_000));
        let assessment = self.assess(package, expert).1;
        assessment.shut.is_empty() && assessment.criteria.iter().all(carries)
    }
}

/// The first of the tasks that are left stays over, or is in an open part with any of the others.
fn try_all(open: &[Option<(i64, usize)>], left: usize, so_far: Worth, best: &mut Worth) {
    if so_far > *best {
        *best = so_far;
    }
    if left == 0 {
        return;
    }
    let first = left & left.wrapping_neg();
    try_all(open, left & !first, so_far, best);
    for part in (0..=left).filter(|part| part & first != 0 && part & !left == 0) {
        if let Some((hours, people)) = open.get(part).copied().flatten() {
            let group = so_far.2.map_or(people, |group| group.min(people));
            try_all(open, left & !part, (so_far.0 + hours, Reverse(so_far.1.0 + 1), Some(group)), best);
        }
    }
}
