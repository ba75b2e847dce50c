//! One person and one package, with what several gates and criteria look at: the range of hours left, the distance, the answers to requirements.
#![allow(clippy::indexing_slicing, reason = "a pair is made of a number that its pool has, and every column is as long as the pool")]

use std::cell::OnceCell;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::languages::LanguageLevel;
use raakvlak_domain::quantities::WHOLE;

use crate::asks::{Ask, Asks};
use crate::criteria::{self, Outcome};
use crate::demand::{Demand, TaskWork, Work};
use crate::distance::{Spot, metres};
use crate::people::{Dates, Held, Profile};
use crate::pool::Pool;

/// A demand put to a pool on a day.
#[derive(Debug)]
pub(crate) struct Inquiry<'a> {
    pub(crate) pool: &'a Pool,
    pub(crate) demand: &'a Demand,
    today: i32,
    spot: Option<Spot>,
    /// The languages asked, by the numbers of this pool.
    pub(crate) languages: Vec<(u32, LanguageLevel)>,
    pub(crate) organisation: u32,
    /// The documents that must be there already.
    pub(crate) documents: u64,
    /// The documents that there is time to obtain.
    pub(crate) obtainable: u64,
    /// Whom a rule blocks, ascending.
    pub(crate) blocked: Vec<u32>,
}

impl<'a> Inquiry<'a> {
    pub(crate) fn new(pool: &'a Pool, demand: &'a Demand, as_of: Date) -> Self {
        let work = &*demand.work;
        let today = as_of.day_number();
        let (obtainable, documents) = work.documents.iter().partition::<Vec<_>, _>(|(_, days)| is_obtainable(*days, work.start, today));
        let mask = |documents: Vec<&(u8, Option<u32>)>| documents.into_iter().fold(0, |mask, (bit, _)| mask | 1 << bit);
        Self {
            languages: work.languages.iter().map(|(language, level)| (pool.language(language), *level)).collect(),
            spot: work.point.map(Spot::from),
            organisation: pool.organisation(&work.organisation),
            documents: mask(documents.into_iter().collect()),
            obtainable: mask(obtainable.into_iter().collect()),
            blocked: demand.blocked.iter().filter_map(|id| pool.position(id)).collect(),
            pool,
            demand,
            today,
        }
    }

    /// This demand and the person with this number.
    #[inline]
    pub(crate) fn pair(&'a self, number: usize) -> Pair<'a> {
        Pair {
            inquiry: self,
            pool: self.pool,
            demand: self.demand,
            number,
            distance: OnceCell::new(),
            abilities: OnceCell::new(),
            outcome: OnceCell::new(),
        }
    }
}

/// A document can be obtained in time when it is told how long that takes, and there is that much time or no haste.
fn is_obtainable(days: Option<u32>, start: Option<i32>, today: i32) -> bool {
    days.is_some_and(|days| start.is_none_or(|start| start <= today || i64::from(today) + i64::from(days) <= i64::from(start)))
}

/// What someone's competences come to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Abilities {
    /// The share of the hours in tasks that the person can carry.
    pub(crate) tasks: u32,
    /// How well the distinct requirements are met.
    pub(crate) competence: u32,
    /// Whether every essential requirement reaches its threshold.
    pub(crate) essentials: bool,
}

/// One person and one package. What is worked out is kept, so that gates and criteria can both ask for it.
#[derive(Debug)]
pub(crate) struct Pair<'a> {
    pub(crate) inquiry: &'a Inquiry<'a>,
    pub(crate) pool: &'a Pool,
    pub(crate) demand: &'a Demand,
    pub(crate) number: usize,
    distance: OnceCell<Option<u32>>,
    abilities: OnceCell<Option<Abilities>>,
    outcome: OnceCell<Outcome>,
}

/// The most requirements whose values are kept without asking for memory.
const FEW: usize = 32;

impl<'a> Pair<'a> {
    pub(crate) fn work(&self) -> &'a Work {
        &self.demand.work
    }

    /// Whether the person told this.
    #[inline]
    pub(crate) fn told(&self, key: Ask) -> bool {
        self.pool.told[self.number].has(key)
    }

    /// What is read of the person only when no quick gate keeps them out.
    #[inline]
    pub(crate) fn profile(&self) -> &'a Profile {
        &self.pool.profiles[self.number]
    }

    /// What there is to ask this person for this package.
    pub(crate) fn asks(&self) -> Asks {
        self.work().reasons.without(self.pool.told[self.number])
    }

    /// The hours a week that the person has left, in tenths: the end may lie before the start and below 0. `None` when hours are not told.
    #[inline]
    pub(crate) fn range_left(&self) -> Option<(i64, i64)> {
        let [min, max, committed] = self.pool.hours[self.number].map(i64::from);
        self.told(Ask::Hours).then_some(((min - committed).max(0), max - committed))
    }

    /// How far the work is, in metres; `None` when it is nowhere, or when the person's place is not told.
    #[inline]
    pub(crate) fn distance(&self) -> Option<u32> {
        let measure = || self.told(Ask::Place).then(|| Some(metres(self.profile().point, self.work().point?))).flatten();
        *self.distance.get_or_init(measure)
    }

    /// The distance and the person's limit, in metres, when both are known.
    #[inline]
    pub(crate) fn distance_and_limit(&self) -> Option<(u32, u32)> {
        if !self.told(Ask::TravelKm) {
            return None;
        }
        Some((self.distance()?, self.pool.reach[self.number].limit))
    }

    /// Whether the work is further away than the person wants to travel; not so when either is not told.
    #[inline]
    pub(crate) fn is_beyond_limit(&self) -> bool {
        let Some(spot) = self.inquiry.spot.filter(|_| self.told(Ask::Place) && self.told(Ask::TravelKm)) else { return false };
        let reach = self.pool.reach[self.number];
        let beyond = spot.is_beyond(reach.spot, reach.limit);
        beyond.unwrap_or_else(|| self.distance_and_limit().is_some_and(|(distance, limit)| distance > limit))
    }

    fn days_since(&self, day: i32) -> u32 {
        if day == Dates::NOT_TOLD { 0 } else { u32::try_from(self.inquiry.today - day).unwrap_or(0) }
    }

    /// How many days the person has waited.
    #[inline]
    pub(crate) fn days_waiting(&self) -> u32 {
        self.days_since(self.profile().dates.waiting_since)
    }

    /// How many days the person has been aside; 0 when that is not told.
    #[inline]
    pub(crate) fn days_aside(&self) -> u32 {
        self.days_since(self.profile().dates.aside_since)
    }

    /// Whether the person has been in no shortlist that a mediator opened for thirty days.
    #[inline]
    pub(crate) fn is_unseen(&self) -> bool {
        let last_shown = self.profile().dates.last_shown;
        last_shown == Dates::NOT_TOLD || self.days_since(last_shown) >= 30
    }

    /// The person's competences, by position, then level.
    #[inline]
    pub(crate) fn competences(&self) -> &'a [Held] {
        self.pool.competences.row(self.number)
    }

    /// What the person wishes to develop.
    #[inline]
    pub(crate) fn wishes(&self) -> &'a [u32] {
        self.pool.wishes.row(self.number)
    }

    /// What the person's competences come to; `None` when they are not told.
    #[inline]
    pub(crate) fn abilities(&self) -> Option<Abilities> {
        *self.abilities.get_or_init(|| self.told(Ask::Competences).then(|| self.work_out_abilities()))
    }

    fn work_out_abilities(&self) -> Abilities {
        let asked = self.work().requirements.asked.len();
        if asked <= FEW {
            let mut values = [0; FEW];
            self.fill(&mut values);
            self.abilities_of(&values)
        } else {
            self.abilities_of(&self.requirement_values())
        }
    }

    /// How well each thing asked is answered: the best of the person's competences for it.
    pub(crate) fn requirement_values(&self) -> Vec<u32> {
        let mut values = vec![0; self.work().requirements.asked.len()];
        self.fill(&mut values);
        values
    }

    #[inline]
    fn fill(&self, values: &mut [u32]) {
        self.work().requirements.each_answer(self.competences(), |asked, _, worth| {
            let value = &mut values[asked];
            *value = worth.max(*value);
        });
    }

    #[inline]
    fn abilities_of(&self, values: &[u32]) -> Abilities {
        let threshold = self.demand.knob.essential_from.get();
        let essentials = &self.work().requirements.essentials;
        Abilities {
            tasks: criteria::tasks::share_carried(self.demand, values),
            competence: criteria::competence::mean(self.work(), values),
            essentials: threshold == 0
                || essentials.iter().all(|essential| essential.asked.iter().all(|asked| values[*asked] >= threshold)),
        }
    }

    /// The criteria and the score.
    #[inline]
    pub(crate) fn outcome(&self) -> &Outcome {
        self.outcome.get_or_init(|| Outcome::of(self))
    }

    /// The documents that are missing and that there is time to obtain; none when documents are not told.
    pub(crate) fn missing_obtainable(&self) -> u64 {
        if self.told(Ask::Documents) { self.inquiry.obtainable & !self.profile().documents } else { 0 }
    }
}

/// How well a task's requirements are met: the weighted mean; the whole when it has none.
pub(crate) fn task_value(task: &TaskWork, values: &[u32]) -> u32 {
    weighted_sum(&task.requirements, values).checked_div(task.weight_sum).map_or(WHOLE, |mean| mean as u32)
}

/// `Σ w·v` over what is asked.
#[inline]
pub(crate) fn weighted_sum(asked: &[crate::demand::Weighed], values: &[u32]) -> u64 {
    asked.iter().map(|weighed| weighed.weight() * u64::from(values[weighed.asked])).sum()
}
