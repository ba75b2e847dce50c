//! One person and one package, with what several gates and criteria look at: the range of hours left, the distance, the answers to requirements.
#![allow(clippy::indexing_slicing, reason = "a pair is made of a number that its layer has, and every column is as long as the layer")]

use std::cell::OnceCell;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::languages::LanguageLevel;
use raakvlak_domain::packages::Remote;
use raakvlak_domain::quantities::WHOLE;

use crate::asks::{Ask, Asks};
use crate::criteria::{self, Outcome};
use crate::demand::{Demand, TaskWork, Work};
use crate::distance::{Spot, metres};
use crate::people::{Bar, Dates, Fact, Held};
use crate::pool::Pool;
use crate::pool::layer::Layer;
use crate::pool::numbers::Numbers;

/// A demand put to a pool on a day: to those who were there when the pool was put together, and to those who came or changed since.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub(crate) pool: &'a Pool,
    pub(crate) demand: &'a Demand,
    pub(crate) base: Inquiry<'a>,
    pub(crate) recent: Inquiry<'a>,
}

impl<'a> Question<'a> {
    pub(crate) fn new(pool: &'a Pool, demand: &'a Demand, as_of: Date) -> Self {
        let (base, gone) = pool.base();
        let base = Inquiry::new(pool, base, Some(gone), demand, as_of);
        let recent = Inquiry::new(pool, pool.recent(), None, demand, as_of);
        Self { pool, demand, base, recent }
    }

    /// This demand and the person with this number in the pool.
    #[inline]
    pub(crate) fn pair(&'a self, number: u32) -> Pair<'a> {
        let number = number as usize;
        number.checked_sub(self.base.layer.len()).map_or_else(|| self.base.pair(number), |recent| self.recent.pair(recent))
    }
}

/// A demand put to one layer of a pool on a day.
#[derive(Debug)]
pub(crate) struct Inquiry<'a> {
    pool: &'a Pool,
    pub(crate) layer: &'a Layer,
    /// Who of the base is there no more; `None` for the recent ones.
    pub(crate) gone: Option<&'a Numbers>,
    pub(crate) demand: &'a Demand,
    today: i32,
    spot: Option<Spot>,
    /// The languages asked, by the numbers of this layer.
    pub(crate) languages: Vec<(u32, LanguageLevel)>,
    pub(crate) organisation: u32,
    /// What keeps people out of this work, kind by kind.
    bars: [u64; Bar::COUNT],
    /// The same, packed as the layer is.
    pub(crate) packed: Vec<u64>,
    /// The documents that there is time to obtain.
    obtainable: u64,
    /// Whom a rule blocks, ascending.
    pub(crate) blocked: Vec<u32>,
}

impl<'a> Inquiry<'a> {
    fn new(pool: &'a Pool, layer: &'a Layer, gone: Option<&'a Numbers>, demand: &'a Demand, as_of: Date) -> Self {
        let work = &*demand.work;
        let today = as_of.day_number();
        let (obtainable, documents) = work.documents.iter().partition::<Vec<&_>, _>(|(_, days)| is_obtainable(*days, work.start, today));
        let mask = |documents: Vec<&(u8, Option<u32>)>| documents.into_iter().fold(0, |mask, (bit, _)| mask | 1 << bit);
        let bars = work.bars(mask(documents));
        let mut blocked: Vec<u32> = demand.blocked.iter().filter_map(|id| layer.position(id)).collect();
        blocked.sort_unstable();
        Self {
            languages: work.languages.iter().map(|(language, level)| (layer.language(language), *level)).collect(),
            spot: work.point.map(Spot::from),
            organisation: layer.organisation(&work.organisation),
            packed: layer.pack(bars),
            obtainable: mask(obtainable),
            bars,
            blocked,
            pool,
            layer,
            gone,
            demand,
            today,
        }
    }

    /// This demand and the person with this number in the layer.
    #[inline]
    pub(crate) fn pair(&'a self, number: usize) -> Pair<'a> {
        Pair {
            inquiry: self,
            layer: self.layer,
            demand: self.demand,
            number,
            distance: OnceCell::new(),
            abilities: OnceCell::new(),
            outcome: OnceCell::new(),
        }
    }

    /// Where everybody has to come, when they have to.
    #[inline]
    pub(crate) fn journey(&self) -> Option<Spot> {
        self.spot.filter(|_| self.demand.work.remote == Remote::None)
    }

    /// The number in the pool of somebody in the layer, and their place in the order of all ids.
    #[inline]
    pub(crate) fn in_pool(&self, number: usize) -> (u32, u64) {
        let order = self.layer.order[number];
        match self.gone {
            Some(_) => (number as u32, Pool::base_order(order)),
            None => ((self.pool.base().0.len() + number) as u32, self.pool.recent_order(order)),
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
    pub(crate) layer: &'a Layer,
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
        self.layer.told[self.number].has(key)
    }

    /// What of this kind keeps the two apart: the bits that both have.
    #[inline]
    pub(crate) fn barred(&self, bar: Bar) -> u64 {
        self.layer.bar(self.number, bar) & self.inquiry.bars[bar as usize]
    }

    /// What the person told of this kind; none when they did not.
    #[inline]
    pub(crate) fn fact(&self, fact: Fact) -> u64 {
        self.layer.fact(self.number, fact)
    }

    /// What there is to ask this person for this package.
    pub(crate) fn asks(&self) -> Asks {
        self.work().reasons.without(self.layer.told[self.number])
    }

    /// The hours a week that the person has left, in tenths: the end may lie before the start and below 0. `None` when hours are not told.
    #[inline]
    pub(crate) fn range_left(&self) -> Option<(i64, i64)> {
        let [min, max, committed] = self.layer.hours[self.number].map(i64::from);
        self.told(Ask::Hours).then_some(((min - committed).max(0), max - committed))
    }

    /// How far the work is, in metres; `None` when it is nowhere, or when the person's place is not told.
    #[inline]
    pub(crate) fn distance(&self) -> Option<u32> {
        let measure = || self.told(Ask::Place).then(|| Some(metres(self.layer.point(self.number), self.work().point?))).flatten();
        *self.distance.get_or_init(measure)
    }

    /// The distance and the person's limit, in metres, when both are known.
    #[inline]
    pub(crate) fn distance_and_limit(&self) -> Option<(u32, u32)> {
        if !self.told(Ask::TravelKm) {
            return None;
        }
        Some((self.distance()?, self.layer.reach[self.number].limit))
    }

    /// Whether the work is further away than the person wants to travel; not so when either is not told.
    #[inline]
    pub(crate) fn is_beyond_limit(&self) -> bool {
        let Some(spot) = self.inquiry.spot.filter(|_| self.told(Ask::Place) && self.told(Ask::TravelKm)) else { return false };
        let reach = self.layer.reach[self.number];
        let beyond = spot.is_beyond(reach.spot, reach.limit);
        beyond.unwrap_or_else(|| self.distance_and_limit().is_some_and(|(distance, limit)| distance > limit))
    }

    fn days_since(&self, day: i32) -> u32 {
        if day == Dates::NOT_TOLD { 0 } else { u32::try_from(self.inquiry.today - day).unwrap_or(0) }
    }

    /// How many days the person has waited.
    #[inline]
    pub(crate) fn days_waiting(&self) -> u32 {
        self.days_since(self.layer.dates[self.number].waiting_since)
    }

    /// How many days the person has been aside; 0 when that is not told.
    #[inline]
    pub(crate) fn days_aside(&self) -> u32 {
        self.days_since(self.layer.dates[self.number].aside_since)
    }

    /// Whether the person has been in no shortlist that a mediator opened for thirty days.
    #[inline]
    pub(crate) fn is_unseen(&self) -> bool {
        let last_shown = self.layer.dates[self.number].last_shown;
        last_shown == Dates::NOT_TOLD || self.days_since(last_shown) >= 30
    }

    /// The person's competences, by position, then level.
    #[inline]
    pub(crate) fn competences(&self) -> &'a [Held] {
        self.layer.competences.row(self.number)
    }

    /// What the person wishes to develop.
    #[inline]
    pub(crate) fn wishes(&self) -> &'a [u32] {
        self.layer.wishes.row(self.number)
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
        self.layer.bar(self.number, Bar::Document) & self.inquiry.obtainable
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
