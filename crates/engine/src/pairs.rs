//! One person and one package, with what several gates and criteria look at: the range of hours left, the distance, the answers to requirements.
#![allow(clippy::indexing_slicing, reason = "a pair is made of a number that its layer has, and every column is as long as the layer")]

use std::cell::OnceCell;
use std::sync::OnceLock;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::languages::LanguageLevel;
use raakvlak_domain::packages::Remote;

use crate::abilities::{Abilities, requirement_values};
use crate::asks::{Ask, Asks};
use crate::crew::Crew;
use crate::criteria::{Narrowed, Outcome, turn};
use crate::demand::{Demand, Work};
use crate::distance::{Spot, metres};
use crate::gates::language;
use crate::named::Named;
use crate::people::{Bar, Dates, Fact, Held};
use crate::pool::Pool;
use crate::pool::layer::Layer;
use crate::pool::numbers::Numbers;
use crate::pool::planes::Selection;
use crate::promising::{AtMost, Promising};

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
        Self { pool, demand, base: Inquiry::of_base(pool, demand, as_of), recent: Inquiry::of_recent(pool, demand, as_of) }
    }

    /// Finds out beforehand what pays when everybody is looked at.
    pub(crate) fn put_to_everybody(mut self, crew: Crew) -> Self {
        for inquiry in [&mut self.base, &mut self.recent] {
            inquiry.promising = OnceLock::from(Promising::of_everybody(inquiry.layer, self.demand, crew));
            let answers = inquiry.layer.language_answers().map(|spoken| language::is_too_little(spoken, &inquiry.languages)).collect();
            inquiry.speaking_too_little = Some(answers);
        }
        self
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
    /// The languages asked, by the numbers of this layer.
    pub(crate) languages: Vec<(u32, LanguageLevel)>,
    /// Who never wants to be matched with the organisation.
    pub(crate) avoiding: Named<'a>,
    /// What keeps people out of this work, kind by kind.
    pub(crate) bars: [u64; Bar::COUNT],
    /// The planes of the layer in which they are.
    pub(crate) barring: Selection<{ Bar::COUNT }>,
    /// The planes of the dayparts that are not fixed.
    pub(crate) other_dayparts: Vec<usize>,
    /// The documents that there is time to obtain.
    obtainable: u64,
    /// Whom a rule blocks.
    pub(crate) blocked: Named<'a>,
    /// What everybody's competences come to at most, where that was found out.
    pub(crate) promising: OnceLock<Promising>,
    /// Which of the different answers about languages are not enough, where that was found out.
    pub(crate) speaking_too_little: Option<Vec<bool>>,
}

impl<'a> Inquiry<'a> {
    fn of_base(pool: &'a Pool, demand: &'a Demand, as_of: Date) -> Self {
        let (base, gone) = pool.base();
        Self::new(pool, base, Some(gone), demand, as_of)
    }

    fn of_recent(pool: &'a Pool, demand: &'a Demand, as_of: Date) -> Self {
        Self::new(pool, pool.recent(), None, demand, as_of)
    }

    /// A demand put to the layer that the person with this number in the pool is in, and their number there.
    pub(crate) fn of_person(pool: &'a Pool, person: u32, demand: &'a Demand, as_of: Date) -> (Self, usize) {
        let number = person as usize;
        match number.checked_sub(pool.base().0.len()) {
            None => (Self::of_base(pool, demand, as_of), number),
            Some(recent) => (Self::of_recent(pool, demand, as_of), recent),
        }
    }

    /// The same for criteria and scores alone: nothing that only gates look at is made ready.
    pub(crate) fn for_scoring(pool: &'a Pool, person: u32, demand: &'a Demand, as_of: Date) -> (Self, usize) {
        let number = person as usize;
        let (layer, gone, at) = match number.checked_sub(pool.base().0.len()) {
            None => (pool.base().0, Some(pool.base().1), number),
            Some(recent) => (pool.recent(), None, recent),
        };
        let inquiry = Self {
            pool,
            layer,
            gone,
            demand,
            today: as_of.day_number(),
            languages: Vec::new(),
            avoiding: Named::NOBODY,
            bars: [0; Bar::COUNT],
            barring: Selection::NONE,
            other_dayparts: Vec::new(),
            obtainable: 0,
            blocked: Named::NOBODY,
            promising: OnceLock::new(),
            speaking_too_little: None,
        };
        (inquiry, at)
    }

    fn new(pool: &'a Pool, layer: &'a Layer, gone: Option<&'a Numbers>, demand: &'a Demand, as_of: Date) -> Self {
        let work = &*demand.work;
        let today = as_of.day_number();
        let obtainable = work.obtainable(today);
        let bars = work.bars(work.documents() & !obtainable);
        let mut blocked: Vec<u32> = demand.blocked.iter().filter_map(|id| layer.position(id)).collect();
        blocked.sort_unstable();
        Self {
            languages: work.languages.iter().map(|(language, level)| (layer.language(language), *level)).collect(),
            avoiding: Named::among(layer.len(), layer.avoiding(&work.organisation)),
            barring: layer.bars.select(bars),
            other_dayparts: layer.bars.planes(Bar::Daypart as usize, work.other_dayparts().into()),
            obtainable,
            bars,
            blocked: Named::among(layer.len(), blocked),
            promising: OnceLock::new(),
            speaking_too_little: None,
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
            told: self.layer.told[number],
            distance: OnceCell::new(),
            abilities: OnceCell::new(),
            outcome: OnceCell::new(),
        }
    }

    /// What of this kind keeps the person with this number in the layer out.
    #[inline]
    pub(crate) fn bars_of(&self, number: usize, bar: Bar) -> u64 {
        self.layer.bars.bits(number, bar as usize, self.bars[bar as usize])
    }

    /// Where everybody has to come, when they have to.
    #[inline]
    pub(crate) fn journey(&self) -> Option<Spot> {
        self.demand.work.spot.filter(|_| self.demand.work.remote == Remote::None)
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

/// The hours left of the fewest and the most that somebody wants and those already given away; see [`Pair::range_left`].
#[inline]
pub(crate) fn range_left(hours: [u16; 3]) -> (i64, i64) {
    let [min, max, committed] = hours.map(i64::from);
    ((min - committed).max(0), max - committed)
}

/// One person and one package. What is worked out is kept, so that gates and criteria can both ask for it.
#[derive(Debug)]
pub(crate) struct Pair<'a> {
    pub(crate) inquiry: &'a Inquiry<'a>,
    pub(crate) layer: &'a Layer,
    pub(crate) demand: &'a Demand,
    pub(crate) number: usize,
    /// What the person told.
    pub(crate) told: Asks,
    distance: OnceCell<Option<u32>>,
    abilities: OnceCell<Option<Abilities>>,
    outcome: OnceCell<Outcome>,
}

impl<'a> Pair<'a> {
    pub(crate) fn work(&self) -> &'a Work {
        &self.demand.work
    }

    /// Whether the person told this.
    #[inline]
    pub(crate) fn told(&self, key: Ask) -> bool {
        self.told.has(key)
    }

    /// What of this kind keeps the two apart: the bits that both have.
    #[inline]
    pub(crate) fn barred(&self, bar: Bar) -> u64 {
        self.inquiry.bars_of(self.number, bar)
    }

    /// Whether anything of this kind keeps the two apart.
    #[inline]
    pub(crate) fn is_barred(&self, bar: Bar) -> bool {
        self.barred(bar) != 0
    }

    /// What the person told of this kind; none when they did not.
    #[inline]
    pub(crate) fn fact(&self, fact: Fact) -> u64 {
        self.layer.fact(self.number, fact)
    }

    /// What there is to ask this person for this package.
    pub(crate) fn asks(&self) -> Asks {
        self.work().reasons.without(self.told)
    }

    /// The hours a week that the person has left, in tenths: the end may lie before the start and below 0. `None` when hours are not told.
    #[inline]
    pub(crate) fn range_left(&self) -> Option<(i64, i64)> {
        self.told(Ask::Hours).then(|| range_left(self.layer.hours[self.number]))
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

    /// The same, with a distance that is quickly found and never too long.
    #[inline]
    pub(crate) fn distance_at_least_and_limit(&self) -> Option<(u32, u32)> {
        let spot = self.work().spot.filter(|_| self.told(Ask::Place) && self.told(Ask::TravelKm))?;
        let reach = self.layer.reach[self.number];
        Some((spot.metres_at_least(reach.spot), reach.limit))
    }

    /// Whether the work is further away than the person wants to travel; not so when either is not told.
    #[inline]
    pub(crate) fn is_beyond_limit(&self) -> bool {
        let Some(spot) = self.work().spot.filter(|_| self.told(Ask::Place) && self.told(Ask::TravelKm)) else { return false };
        let reach = self.layer.reach[self.number];
        let beyond = spot.is_beyond(reach.spot, reach.limit);
        beyond.unwrap_or_else(|| self.distance_and_limit().is_some_and(|(distance, limit)| distance > limit))
    }

    fn days_since(&self, day: i32) -> u32 {
        Dates::days_since(day, self.inquiry.today)
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

    /// Whether the person has been aside for a year or longer.
    #[inline]
    pub(crate) fn is_aside(&self) -> bool {
        let since = self.layer.dates[self.number].aside_since;
        since != Dates::NOT_TOLD && since <= self.inquiry.today - 365
    }

    /// Whose turn it is: the value of that criterion.
    #[inline]
    pub(crate) fn turn(&self) -> u32 {
        turn::of_days(self.days_waiting(), self.days_aside())
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
        let work_out = || self.told(Ask::Competences).then(|| Abilities::of(self.demand, self.competences()));
        *self.abilities.get_or_init(work_out)
    }

    /// What the person's competences come to, where that was worked out already.
    #[inline]
    pub(crate) fn abilities_so_far(&self) -> Option<Abilities> {
        self.abilities.get().copied().flatten()
    }

    /// What the person's competences come to at most, where that was found out.
    #[inline]
    pub(crate) fn abilities_at_most(&self) -> Option<AtMost> {
        self.inquiry.promising.get().map(|promising| promising.get(self.number))
    }

    /// How well each thing asked is answered: the best of the person's competences for it.
    pub(crate) fn requirement_values(&self) -> Vec<u32> {
        requirement_values(self.demand, self.competences())
    }

    /// The criteria and the score.
    #[inline]
    pub(crate) fn outcome(&self) -> &Outcome {
        self.outcome.get_or_init(|| Outcome::of(self))
    }

    /// Whether the score may be this or more, found out without what takes longest.
    #[inline]
    pub(crate) fn may_score(&self, score: u32) -> bool {
        Narrowed::of(self, score, 0).may_be(self.demand.weight_sum, score)
    }

    /// The documents that are missing and that there is time to obtain; none when documents are not told.
    pub(crate) fn missing_obtainable(&self) -> u64 {
        self.layer.bars.bits(self.number, Bar::Document as usize, self.inquiry.obtainable)
    }
}
