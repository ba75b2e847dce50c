//! One person before the packages of a board: which gates are shut, package by package or with a bit for each of sixty-four.
#![allow(clippy::indexing_slicing, reason = "every column is as long as the board, and a place in a block is below its size")]

use std::ops::Range;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::dayparts::Daypart;
use raakvlak_domain::identifiers::PackageId;
use raakvlak_domain::quantities::WHOLE;

use super::Board;
use super::columns::{Languages, Special};
use super::promised::Promised;
use crate::abilities::Abilities;
use crate::asks::Ask;
use crate::criteria::turn;
use crate::distance::{Spot, metres};
use crate::gates::{Gate, hours, language, tie};
use crate::pairs::{Inquiry, Pair, range_left};
use crate::people::{Bar, Dates, Fact, Held, Person};
use crate::pool::Pool;
use crate::pool::planes::Selection;
use crate::promising::AtMost;
use crate::rows::Rows;
use crate::similarity::Neighbour;
use crate::stretch::MOST;
use crate::words::{bits_of, within};

/// One person before a board on a day.
#[derive(Debug)]
pub struct Visit<'a> {
    pub(super) board: &'a Board,
    pub(super) person: Person,
    pub(super) as_of: Date,
    pool: &'a Pool,
    /// The person's number in the pool.
    number: u32,
    today: i32,
    /// The planes of the board in which what keeps the person out is.
    barring: Selection<{ Bar::COUNT }>,
    /// What keeps the person out whatever the day: all but documents, which may still be obtained.
    pub(super) lasting: [u64; Bar::COUNT],
    /// The planes of that.
    lastingly_barring: Vec<usize>,
    /// What the person's competences answer, each with the one that does.
    pub(super) answering: Vec<(Neighbour, Held)>,
    /// For each wish what helps it on.
    pub(super) teaching: Rows<Neighbour>,
    /// Where the person lives and how far they go in metres, when both are told.
    pub(super) travels: Option<(Spot, u32)>,
    /// The hours left, when hours are told.
    pub(super) range_left: Option<(i64, i64)>,
    /// Whose turn it is.
    pub(super) turn: u32,
    /// For each different list of languages whether the person speaks too little.
    speaks_too_little: Vec<bool>,
    /// The packages of organisations that the person avoids, ascending.
    avoided: Vec<u32>,
    /// The packages that a rule keeps the person out of, ascending; beside those whose demand says so.
    ruled_out: Vec<u32>,
}

impl<'a> Visit<'a> {
    pub(super) fn new(board: &'a Board, pool: &'a Pool, number: u32, as_of: Date) -> Self {
        let (columns, person, today) = (&board.columns, pool.person(number), as_of.day_number());
        let told = |key: Ask| person.told.has(key);
        let mut avoided: Vec<u32> = person.avoid.iter().flat_map(|organisation| columns.of_organisation(organisation)).collect();
        avoided.sort_unstable();
        let speaks_too_little = |asked: &Languages| told(Ask::Languages) && language::is_too_little(&person.languages, asked);
        let mut lasting = person.bars;
        lasting[Bar::Document as usize] = 0;
        let (answering, teaching) = asked_of(board, &person);
        let days = |day: i32| Dates::days_since(day, today);
        Self {
            barring: columns.bars.select(person.bars),
            lastingly_barring: columns.bars.select(lasting).all().to_vec(),
            lasting,
            answering,
            teaching,
            travels: (told(Ask::Place) && told(Ask::TravelKm)).then(|| (person.point.into(), person.limit)),
            range_left: told(Ask::Hours).then(|| range_left(person.hours)),
            turn: turn::of_days(days(person.dates.waiting_since), days(person.dates.aside_since)),
            speaks_too_little: columns.languages.iter().map(speaks_too_little).collect(),
            avoided,
            ruled_out: Vec::new(),
            board,
            person,
            as_of,
            pool,
            number,
            today,
        }
    }

    /// The same where rules keep the person out of these packages; those that are not on the board are passed over.
    #[must_use]
    pub fn kept_out_of<'p>(mut self, packages: impl IntoIterator<Item = &'p PackageId>) -> Self {
        let numbers = packages.into_iter().filter_map(|id| self.board.columns.number(&self.board.demands, id));
        self.ruled_out = numbers.collect();
        self.ruled_out.sort_unstable();
        self
    }

    /// Looks at the person and one package.
    pub(super) fn with_pair<T>(&self, number: usize, look: impl FnOnce(&Pair) -> T) -> T {
        let (inquiry, person) = Inquiry::for_scoring(self.pool, self.number, &self.board.demands[number], self.as_of);
        look(&inquiry.pair(person))
    }

    /// For which of these packages no bar keeps the person out; documents aside, which may still be obtained.
    #[inline]
    pub(super) fn unbarred(&self, numbers: Range<usize>) -> u64 {
        !self.board.columns.bars.having_any(numbers.start, &self.lastingly_barring) & u64::MAX >> (MOST - numbers.len())
    }

    /// Whether a gate keeps the person out of a package that no bar keeps them out of, the floor of the score left aside.
    #[inline]
    pub(super) fn is_kept_out(&self, number: usize, promised: &Promised) -> bool {
        let special = self.board.columns.special[number];
        let quickly = self.misses_hours(number) | self.has_too_few_others(number) | self.speaks_too_little(number);
        quickly
            || self.is_too_far(number)
            || self.lacks_documents(number)
            || self.avoided.binary_search(&(number as u32)).is_ok()
            || self.is_ruled_out(number, special)
            || (special.threshold && self.lacks_essentials(number))
            || self.is_loose(number, promised)
    }

    /// For each gate but the last, for which of these packages it is shut.
    pub(super) fn shut_for(&self, numbers: &Range<usize>, promised: &Promised) -> [u64; Gate::COUNT] {
        let mut shut = [0; Gate::COUNT];
        let mut put = |gate: Gate, bits: u64| shut[gate as usize] = bits;
        put(Gate::Unavailable, self.barred(numbers, Bar::Standing));
        put(Gate::Avoided, within(&self.avoided, numbers));
        put(Gate::WorkForm, self.barred(numbers, Bar::WorkForm));
        put(Gate::NoGo, self.barred(numbers, Bar::NoGo));
        put(Gate::Adaptation, self.barred(numbers, Bar::Need));
        put(Gate::Hours, bits_of(numbers.clone().map(|number| self.misses_hours(number))));
        put(Gate::Dayparts, self.barred(numbers, Bar::Daypart) | self.with_too_few_others(numbers));
        put(Gate::Distance, bits_of(numbers.clone().map(|number| self.is_too_far(number))));
        put(Gate::Language, bits_of(numbers.clone().map(|number| self.speaks_too_little(number))));
        put(Gate::Document, self.documents(numbers));
        put(
            Gate::Rule,
            within(&self.ruled_out, numbers) | self.special(numbers, |special| special.blocks, |number| self.is_blocked(number)),
        );
        put(Gate::Essential, self.special(numbers, |special| special.threshold, |number| self.lacks_essentials(number)));
        put(Gate::Tie, bits_of(numbers.clone().map(|number| self.is_loose(number, promised))));
        shut
    }

    fn barred(&self, numbers: &Range<usize>, bar: Bar) -> u64 {
        self.board.columns.bars.having_any(numbers.start, self.barring.of(bar as usize))
    }

    /// For each bit of this kind that the person has, which of the packages from this number on have it too.
    pub(super) fn barred_each(&self, first: usize, bar: Bar) -> impl Iterator<Item = (usize, u64)> {
        self.board.columns.bars.each(first, &self.barring, bar as usize)
    }

    /// The bits of one kind that the person and a package both have.
    pub(super) fn bars_with(&self, number: usize, bar: Bar) -> u64 {
        let bars = self.board.columns.bars.bits(number, bar as usize, self.person.bars[bar as usize]);
        match bar {
            Bar::Document if self.board.columns.special[number].obtainable => bars & !self.board.columns.obtainable(number, self.today),
            _ => bars,
        }
    }

    #[inline]
    fn misses_hours(&self, number: usize) -> bool {
        self.range_left.is_some_and(|left| hours::are_apart(left, self.board.columns.hours[number]))
    }

    /// Whether fewer dayparts are left beside the fixed ones of a package than it asks.
    #[inline]
    fn has_too_few_others(&self, number: usize) -> bool {
        let (fixed, flexible) = self.board.columns.dayparts[number];
        let available = !(self.person.bars[Bar::Daypart as usize] as u32) & Daypart::WEEK;
        (flexible > 0) & self.person.told.has(Ask::Dayparts) & ((available & !fixed).count_ones() < flexible)
    }

    /// The same for each of these packages.
    pub(super) fn with_too_few_others(&self, numbers: &Range<usize>) -> u64 {
        bits_of(numbers.clone().map(|number| self.has_too_few_others(number)))
    }

    #[inline]
    fn is_too_far(&self, number: usize) -> bool {
        let Some(((from, limit), journey)) = self.travels.zip(self.board.columns.journeys[number]) else { return false };
        journey.is_beyond(from, limit).unwrap_or_else(|| self.is_beyond_exactly(number))
    }

    fn is_beyond_exactly(&self, number: usize) -> bool {
        self.board.demands[number].work.point.is_some_and(|point| metres(self.person.point, point) > self.person.limit)
    }

    #[inline]
    fn speaks_too_little(&self, number: usize) -> bool {
        self.speaks_too_little[self.board.columns.spoken[number] as usize]
    }

    #[inline]
    fn lacks_documents(&self, number: usize) -> bool {
        !self.barring.of(Bar::Document as usize).is_empty() && self.bars_with(number, Bar::Document) != 0
    }

    fn documents(&self, numbers: &Range<usize>) -> u64 {
        let missing = self.barred(numbers, Bar::Document);
        let in_time = self.special(numbers, |special| special.obtainable, |number| self.bars_with(number, Bar::Document) == 0);
        missing & !in_time
    }

    /// Those of these packages for which this is so, asked only where something is special.
    fn special(&self, numbers: &Range<usize>, is_special: impl Fn(&Special) -> bool, holds: impl Fn(usize) -> bool) -> u64 {
        let special = self.board.columns.special[numbers.clone()].iter();
        bits_of(numbers.clone().zip(special).map(|(number, special)| is_special(special) && holds(number)))
    }

    #[inline]
    fn is_ruled_out(&self, number: usize, special: Special) -> bool {
        (special.blocks && self.is_blocked(number)) || self.ruled_out.binary_search(&(number as u32)).is_ok()
    }

    fn is_blocked(&self, number: usize) -> bool {
        self.board.demands[number].blocked.contains(&self.person.id)
    }

    fn abilities(&self, number: usize) -> Option<Abilities> {
        self.person.told.has(Ask::Competences).then(|| Abilities::of(&self.board.demands[number], &self.person.competences))
    }

    fn lacks_essentials(&self, number: usize) -> bool {
        self.abilities(number).is_some_and(|abilities| !abilities.essentials)
    }

    /// Whether nothing in a package ties the person to it, for sure; see [`Gate::Tie`].
    #[inline]
    fn is_loose(&self, number: usize, promised: &Promised) -> bool {
        let ties = &self.board.columns.ties[number];
        let told = |key: Ask| self.person.told.has(key);
        let asked = ties.experience.count_ones();
        let shared = (ties.experience & self.person.facts[Fact::Experience as usize]).count_ones();
        // A mean is under a whole number when the sum is under that number times as many.
        let knows_too_little = asked == 0 || (told(Ask::Experience) && shared * WHOLE < ties.tie_from * asked);
        let wishes = self.person.wishes.len() as u32;
        let learns_too_little = !ties.has_learnables || (wishes > 0 && promised.wishes(number) < ties.tie_from * wishes);
        let can_tie = asked > 0 || ties.has_learnables || ties.asks_competences;
        can_tie
            && knows_too_little
            && learns_too_little
            && (!ties.asks_competences || self.is_unable(number, promised.at_most(number, ties.carry_from)))
    }

    #[inline]
    fn is_unable(&self, number: usize, at_most: AtMost) -> bool {
        let ties = &self.board.columns.ties[number];
        let surely = ties.carried_by_everybody < ties.tie_from && tie::falls_short(at_most, ties.tie_from);
        if surely {
            return self.person.told.has(Ask::Competences);
        }
        self.abilities(number).is_some_and(|abilities| abilities.tasks < ties.tie_from && abilities.competence < ties.tie_from)
    }
}

/// What a person's competences answer, each with the one that does, and for each wish what helps it on.
fn asked_of(board: &Board, person: &Person) -> (Vec<(Neighbour, Held)>, Rows<Neighbour>) {
    let Some(demand) = board.demands.first() else { return (Vec::new(), Rows::collect::<[Neighbour; 0]>([])) };
    let neighbours = demand.work.lexicon.neighbours();
    let mut answering = Vec::new();
    for held in &person.competences {
        answering.extend(neighbours.for_have(held.competence()).map(|asked| (asked, *held)));
    }
    (answering, Rows::collect(person.wishes.iter().map(|wish| neighbours.for_asked(*wish))))
}
