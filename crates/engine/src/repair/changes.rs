//! The changes that a repair is made of: what each is called, what it makes of a package, and which go together.

use raakvlak_domain::dayparts::Daypart;
use raakvlak_domain::identifiers::{CompetenceId, TaskId, TermId};
use raakvlak_domain::packages::{PackageHours, Remote, TaskPackage};
use raakvlak_domain::quantities::Hours;
use serde::Serialize;
use utoipa::ToSchema;

use crate::demand::Demand;
use crate::words::bits;

/// Hours are moved by at most so many whole hours, at either end.
const MOST_HOURS: u32 = 4;

/// One change on the side of the work, written as one key with what it changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkChange {
    /// Leaving out this task; the hours asked stay as they are.
    LeaveOut(TaskId),
    /// Doing on another daypart what was done on a fixed one.
    Move(DaypartMove),
    /// Asking no more hours than this at the least.
    HoursFrom(Hours),
    /// Accepting as many hours as this.
    HoursTo(Hours),
    /// Offering this adaptation as well.
    Adaptation(TermId),
    /// Guidance on this competence, so that nobody needs to bring it; it counts in scores as before.
    Guidance(CompetenceId),
    /// Letting the work partly be done elsewhere.
    Remote(Remote),
}

/// A daypart that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct DaypartMove {
    /// The fixed one.
    pub from: Daypart,
    /// What it becomes.
    pub to: Daypart,
}

/// A change, with what it does to what keeps people out.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) told: WorkChange,
    pub(super) effect: Effect,
}

/// What a change does, in the numbers and masks of a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// The number of the task.
    LeaveOut(usize),
    /// From and to, as bits.
    Move(u32, u32),
    /// In tenths, and how many hours fewer.
    HoursFrom(i64, u32),
    /// In tenths, and how many hours more.
    HoursTo(i64, u32),
    /// Its bit, and the conditions that it lifts.
    Adaptation(u64, u64),
    /// The number among what is essential.
    Guidance(usize),
    Remote,
}

impl Effect {
    /// Whether both can be in one set.
    pub(super) fn goes_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Move(from, to), Self::Move(other_from, other_to)) => from != other_from && to != other_to,
            (Self::HoursFrom(..), Self::HoursFrom(..)) | (Self::HoursTo(..), Self::HoursTo(..)) => false,
            _ => self != other,
        }
    }

    /// Whether it can change a score, so that also who is kept out by the floor alone may come in.
    pub(super) fn counts_in_scores(self) -> bool {
        matches!(self, Self::LeaveOut(_) | Self::HoursFrom(..) | Self::HoursTo(..) | Self::Adaptation(..))
    }
}

/// Every change there is to make, in the order in which they are preferred: smaller hours before greater ones, dayparts in the order of the week, all
/// tasks as the package has them, and all else in byte order of the names.
pub(super) fn all(package: &TaskPackage, demand: &Demand) -> Vec<Change> {
    let mut all = Vec::new();
    all.extend(tasks(package));
    all.extend(moves(demand));
    all.extend(hours(package.hours));
    all.extend(adaptations(demand));
    all.extend(guidance(demand));
    if demand.work.remote == Remote::None && demand.work.point.is_some() {
        all.push(Change { told: WorkChange::Remote(Remote::Partly), effect: Effect::Remote });
    }
    all
}

fn tasks(package: &TaskPackage) -> impl Iterator<Item = Change> {
    let several = package.tasks.iter().enumerate().filter(|_| package.tasks.len() > 1);
    several.map(|(at, task)| Change { told: WorkChange::LeaveOut(task.id.clone()), effect: Effect::LeaveOut(at) })
}

fn moves(demand: &Demand) -> impl Iterator<Item = Change> {
    let fixed = demand.work.fixed;
    let to = move |from: Daypart| Daypart::of_mask(free(fixed)).map(move |to| DaypartMove { from, to });
    let change = |moved: DaypartMove| Change {
        told: WorkChange::Move(moved),
        effect: Effect::Move(Daypart::mask(&[moved.from]), Daypart::mask(&[moved.to])),
    };
    Daypart::of_mask(fixed).flat_map(to).map(change)
}

/// The dayparts that are not fixed.
fn free(fixed: u32) -> u32 {
    Daypart::mask(Daypart::ALL) & !fixed
}

fn hours(asked: PackageHours) -> impl Iterator<Item = Change> {
    let fewer = (1..=MOST_HOURS).filter_map(move |hours| {
        let min = Hours::new(asked.min.get().checked_sub(hours * 10)?)?;
        Some(Change { told: WorkChange::HoursFrom(min), effect: Effect::HoursFrom(min.get().into(), hours) })
    });
    let more = (1..=MOST_HOURS).filter_map(move |hours| {
        let max = Hours::new(asked.max.get() + hours * 10)?;
        Some(Change { told: WorkChange::HoursTo(max), effect: Effect::HoursTo(max.get().into(), hours) })
    });
    fewer.chain(more)
}

fn adaptations(demand: &Demand) -> impl Iterator<Item = Change> {
    let (vocabulary, offered) = (demand.vocabulary(), demand.work.offered);
    let mut named: Vec<(&str, usize)> = vocabulary.adaptations.terms().iter().map(|term| term.id.as_str()).zip(0..).collect();
    named.retain(|(_, bit)| offered >> bit & 1 == 0);
    named.sort_unstable();
    named.into_iter().filter_map(|(name, bit)| {
        let effect = Effect::Adaptation(1 << bit, demand.work.lifted_by(1 << bit));
        Some(Change { told: WorkChange::Adaptation(TermId::new(name).ok()?), effect })
    })
}

fn guidance(demand: &Demand) -> impl Iterator<Item = Change> {
    let has_threshold = demand.knob.essential_from.get() > 0;
    let essentials = demand.work.requirements.essentials.iter().enumerate().filter(move |_| has_threshold);
    essentials.filter_map(|(at, essential)| {
        let competence = demand.vocabulary().competences.get(essential.competence as usize)?;
        Some(Change { told: WorkChange::Guidance(CompetenceId::new(&competence.id).ok()?), effect: Effect::Guidance(at) })
    })
}

/// The package after these changes, and the competences that there is guidance on.
pub(super) fn changed(package: &TaskPackage, changes: &[&WorkChange]) -> (TaskPackage, Vec<CompetenceId>) {
    let (mut package, mut guided) = (package.clone(), Vec::new());
    for change in changes {
        match change {
            WorkChange::LeaveOut(task) => package.tasks.retain(|kept| kept.id != *task),
            WorkChange::Move(DaypartMove { from, to }) => {
                package.dayparts.fixed.iter_mut().filter(|fixed| *fixed == from).for_each(|fixed| *fixed = *to);
            }
            WorkChange::HoursFrom(min) => package.hours.min = *min,
            WorkChange::HoursTo(max) => package.hours.max = *max,
            WorkChange::Adaptation(adaptation) => package.adaptations.push(adaptation.clone()),
            WorkChange::Guidance(competence) => guided.push(competence.clone()),
            WorkChange::Remote(remote) => package.remote = *remote,
        }
    }
    (package, guided)
}

/// The conditions of the tasks that are not left out.
pub(super) fn conditions_without(demand: &Demand, left_out: u128) -> u64 {
    let kept = demand.work.tasks.iter().enumerate().filter(|(at, _)| left_out >> at & 1 == 0);
    kept.fold(0, |conditions, (_, task)| conditions | task.conditions) & !demand.work.lifted_by(demand.work.offered)
}

/// The numbers of the tasks in a set.
pub(super) fn numbers(tasks: u128) -> impl Iterator<Item = usize> {
    let (low, high) = (tasks as u64, (tasks >> 64) as u64);
    bits(low).chain(bits(high).map(|bit| bit + 64))
}
