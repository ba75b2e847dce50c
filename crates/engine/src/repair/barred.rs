//! What keeps people from a package that a change on the side of the work could take away.
#![allow(clippy::indexing_slicing, reason = "gates, essentials and changes are numbered by the lists that they are in")]

use raakvlak_domain::calendar::Date;
use raakvlak_domain::packages::Need;

use super::MOST_CHANGES;
use super::bounds::LetIn;
use super::changes::{Change, Effect, conditions_without};
use crate::asks::Ask;
use crate::crew::Crew;
use crate::demand::Demand;
use crate::gates::{Gate, shut_for};
use crate::pairs::{Pair, Question};
use crate::people::Bar;
use crate::pool::Pool;
use crate::ranking::{Gathering, scan};
use crate::stretch::Stretch;

/// The gates that no change opens.
const NOTHING_OPENS: [Gate; 6] = [Gate::Unavailable, Gate::Avoided, Gate::WorkForm, Gate::Language, Gate::Document, Gate::Rule];

/// An essential requirement that somebody does not reach: its number, and the tasks that have it.
pub(super) type Unreached = (usize, u128);

/// What keeps people out who are alike in it, as the work stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    /// Conditions present.
    pub(super) no_go: u64,
    /// Adaptations needed and not on offer.
    pub(super) needs: u64,
    /// The hours left, in tenths.
    range: (i64, i64),
    /// When they can come; `None` when not told.
    pub(super) dayparts: Option<u32>,
    pub(super) is_far: bool,
    pub(super) unreached: Vec<Unreached>,
    pub(super) has_no_tie: bool,
    /// Nothing but the floor keeps them out.
    pub(super) is_under_the_floor: bool,
}

/// The people whom up to three changes may let in, alike ones together.
pub(super) struct Barred {
    pub(super) rows: Vec<(Row, u32)>,
    pub(super) asked: Asked,
}

/// What the work asks of those who come, before or after changes.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The tasks that are not left out, a bit each.
    left_out: u128,
    conditions: u64,
    offered: u64,
    hours: (i64, i64),
    pub(super) fixed: u32,
    flexible: u32,
    is_remote: bool,
    guided: Vec<usize>,
    scores_differ: bool,
}

impl Asked {
    fn of(demand: &Demand) -> Self {
        let work = &demand.work;
        Self {
            left_out: 0,
            conditions: work.present,
            offered: 0,
            hours: (work.hours.min.get().into(), work.hours.max.get().into()),
            fixed: work.fixed,
            flexible: work.flexible,
            is_remote: false,
            guided: Vec::new(),
            scores_differ: false,
        }
    }

    fn after(&self, demand_conditions: impl Fn(u128) -> u64, effects: impl Iterator<Item = Effect>) -> Self {
        let (mut asked, mut lifted) = (self.clone(), 0);
        for effect in effects {
            asked.scores_differ |= effect.counts_in_scores();
            match effect {
                Effect::LeaveOut(task) => asked.left_out |= 1 << task,
                Effect::Move(from, to) => asked.fixed = asked.fixed & !from | to,
                Effect::HoursFrom(min, _) => asked.hours.0 = min,
                Effect::HoursTo(max, _) => asked.hours.1 = max,
                Effect::Adaptation(adaptation, lifts) => {
                    asked.offered |= adaptation;
                    lifted |= lifts;
                }
                Effect::Guidance(essential) => asked.guided.push(essential),
                Effect::Remote => asked.is_remote = true,
            }
        }
        asked.conditions = demand_conditions(asked.left_out) & !lifted;
        asked
    }

    /// Whether nothing of what is looked at here keeps these people out. Scores and ties that may differ are taken for enough.
    fn lets_in(&self, row: &Row) -> bool {
        let in_time = |available: u32| {
            let others = (available & !self.fixed).count_ones();
            self.fixed & !available == 0 && others >= self.flexible
        };
        row.no_go & self.conditions == 0
            && row.needs & !self.offered == 0
            && row.range.1 >= self.hours.0
            && row.range.0 <= self.hours.1
            && row.dayparts.is_none_or(in_time)
            && (self.is_remote || !row.is_far)
            && (self.left_out != 0 || !row.has_no_tie)
            && (self.scores_differ || !row.is_under_the_floor)
            && row.unreached.iter().all(|(essential, tasks)| tasks & !self.left_out == 0 || self.guided.contains(essential))
    }
}

impl Barred {
    pub(super) fn of(pool: &Pool, demand: &Demand, as_of: Date, crew: Crew) -> Self {
        let question = Question::new(pool, demand, as_of).put_to_everybody(crew);
        let Found(mut rows) = scan(&question, crew, &|| Found(Vec::new()));
        rows.retain(|row| row.is_within_reach(demand));
        rows.sort_unstable();
        let rows = rows.chunk_by(|one, other| one == other).filter_map(|alike| Some((alike.first()?.clone(), alike.len() as u32)));
        Self { rows: rows.collect(), asked: Asked::of(demand) }
    }

    /// How many people these changes let in: of those whom they may spare the floor or a missing tie, everybody at most, and likely nobody.
    pub(super) fn let_in(&self, demand: &Demand, changes: &[Change], set: &[u16]) -> LetIn {
        let effects = set.iter().map(|at| changes[usize::from(*at)].effect);
        let asked = self.asked.after(|left_out| conditions_without(demand, left_out), effects);
        let let_in = self.rows.iter().filter(|(row, _)| asked.lets_in(row));
        let_in.fold(LetIn::default(), |let_in, (row, people)| {
            let likely = if row.has_no_tie || row.is_under_the_floor { 0 } else { *people };
            LetIn { at_most: let_in.at_most + people, likely: let_in.likely + likely }
        })
    }
}

impl Row {
    fn of(pair: &Pair, shut: impl Fn(Gate) -> bool) -> Self {
        let not_there = pair.layer.bar(pair.number, Bar::Daypart) as u32;
        Self {
            no_go: pair.barred(Bar::NoGo),
            needs: pair.barred(Bar::Need),
            range: pair.range_left().unwrap_or((i64::MIN, i64::MAX)),
            dayparts: pair.told(Ask::Dayparts).then_some(!not_there),
            is_far: shut(Gate::Distance),
            unreached: if shut(Gate::Essential) { unreached(pair) } else { Vec::new() },
            has_no_tie: shut(Gate::Tie),
            is_under_the_floor: shut(Gate::ScoreFloor),
        }
    }

    /// In how many whole hours the fewest must come down and the most go up.
    pub(super) fn hours_missing(&self, demand: &Demand) -> (u32, u32) {
        let (min, max) = (i64::from(demand.work.hours.min.get()), i64::from(demand.work.hours.max.get()));
        let whole = |tenths: i64| u32::try_from(tenths.clamp(0, 16_800)).unwrap_or(0).div_ceil(10);
        (whole(min.saturating_sub(self.range.1)), whole(self.range.0.saturating_sub(max)))
    }

    /// Whether few enough changes could let these people in.
    fn is_within_reach(&self, demand: &Demand) -> bool {
        let work = &demand.work;
        let missing = self.dayparts.map_or(0, |available| work.fixed & !available).count_ones();
        let enough = self.dayparts.is_none_or(|available| {
            available.count_ones() >= work.fixed.count_ones() + work.flexible
                || missing == 0 && (available & !work.fixed).count_ones() >= work.flexible
        });
        let (fewer, more) = self.hours_missing(demand);
        let changes = self.needs.count_ones() + missing + u32::from(fewer > 0) + u32::from(more > 0) + u32::from(self.is_far);
        self.range.0 <= self.range.1 && enough && changes as usize <= MOST_CHANGES
    }
}

/// The essential requirements that somebody does not reach, each with the tasks that have it.
fn unreached(pair: &Pair) -> Vec<Unreached> {
    let (work, values, threshold) = (pair.work(), pair.requirement_values(), pair.demand.knob.essential_from.get());
    let having = |asked: usize| {
        let tasks = work.tasks.iter().enumerate();
        let having =
            tasks.filter(|(_, task)| task.requirements.iter().any(|weighed| weighed.asked == asked && weighed.need == Need::Essential));
        having.fold(0u128, |tasks, (at, _)| tasks | 1 << at)
    };
    let all = work.requirements.essentials.iter().enumerate();
    let under =
        all.flat_map(|(at, essential)| essential.asked.iter().filter(|asked| values[**asked] < threshold).map(move |asked| (at, *asked)));
    under.map(|(at, asked)| (at, having(asked))).collect()
}

/// What keeps each person out.
struct Found(Vec<Row>);

impl Gathering for Found {
    const EVERYBODY: bool = true;

    fn add(&mut self, stretch: &Stretch) {
        let shut = shut_for(stretch);
        let kept_out = NOTHING_OPENS.iter().fold(0, |kept_out, gate| kept_out | shut[*gate as usize]);
        let rows = stretch.pairs(stretch.here & !kept_out);
        self.0.extend(rows.map(|(bit, pair)| Row::of(&pair, |gate| shut[gate as usize] >> bit & 1 == 1)));
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
