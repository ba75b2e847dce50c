//! One person and the packages of a board: which gates are shut, a bit for each package.
#![allow(clippy::indexing_slicing, reason = "every column is as long as the board, and a place in a block is below its size")]

use std::ops::Range;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::dayparts::Daypart;
use raakvlak_domain::quantities::WHOLE;

use super::Board;
use super::columns::{Special, Ties};
use crate::abilities::Abilities;
use crate::asks::Ask;
use crate::demand::Promise;
use crate::distance::{Spot, metres};
use crate::gates::{Gate, hours, language};
use crate::lexicon::Lexicon;
use crate::pairs::range_left;
use crate::people::{Bar, Fact, Person};
use crate::pool::postings::BLOCK;
use crate::promising::AtMost;
use crate::words::bits_of;

/// One person held against a board on a day.
pub(super) struct Meeting<'a> {
    pub(super) board: &'a Board,
    pub(super) person: &'a Person,
    today: i32,
    /// What keeps the person out, kind by kind, as a word of the board and a mask of it.
    masks: [(usize, u64); Bar::COUNT],
    spot: Spot,
    /// For each different list of languages whether the person speaks too little.
    speaks_too_little: Vec<bool>,
    /// The packages of organisations that the person avoids, ascending.
    avoided: Vec<usize>,
}

/// What the person can and wants, for each package of a block.
pub(super) struct Promised {
    first: usize,
    competences: Vec<Promise>,
    /// The sum over the wishes of the best that can be learned towards each.
    wishes: Vec<u32>,
}

impl Promised {
    /// For the packages of the block with this number.
    pub(super) fn new(meeting: &Meeting, block: usize) -> Self {
        let Some(lexicon) = meeting.lexicon() else { return Self { first: 0, competences: Vec::new(), wishes: Vec::new() } };
        Self { first: block * BLOCK, competences: meeting.competences(block, lexicon), wishes: meeting.wishes(block, lexicon) }
    }
}

impl<'a> Meeting<'a> {
    pub(super) fn new(board: &'a Board, person: &'a Person, as_of: Date) -> Self {
        let columns = &board.columns;
        let mut avoided: Vec<usize> = person.avoid.iter().flat_map(|organisation| columns.of_organisation(organisation)).collect();
        avoided.sort_unstable();
        let told = person.told.has(Ask::Languages);
        let speaks_too_little = |asked: &super::columns::Languages| told && language::is_too_little(&person.languages, asked);
        Self {
            today: as_of.day_number(),
            masks: columns.bar_packing.masks(person.bars),
            spot: person.point.into(),
            speaks_too_little: columns.languages.iter().map(speaks_too_little).collect(),
            avoided,
            board,
            person,
        }
    }

    fn lexicon(&self) -> Option<&'a Lexicon> {
        self.board.demands.first().map(|demand| &*demand.work.lexicon)
    }

    /// What the person's competences promise each package of a block.
    fn competences(&self, block: usize, lexicon: &Lexicon) -> Vec<Promise> {
        let mut sums = vec![Promise::default(); BLOCK];
        let Some(block) = self.board.columns.asking.blocks().get(block) else { return sums };
        for held in &self.person.competences {
            for asked in lexicon.neighbours().for_have(held.competence()) {
                for asking in block.who(asked.competence) {
                    let level = u32::from(held.level().min(asking.level));
                    let worth = asked.value * level / u32::from(asking.level);
                    let sum = &mut sums[usize::from(asking.place)];
                    *sum = sum.with(asking.whole.times(worth as u16));
                }
            }
        }
        sums
    }

    /// What the packages of a block come to for the person's wishes.
    fn wishes(&self, block: usize, lexicon: &Lexicon) -> Vec<u32> {
        let mut sums = vec![0; BLOCK];
        let Some(block) = self.board.columns.learnable.blocks().get(block) else { return sums };
        for wish in &self.person.wishes {
            let mut best = vec![0; BLOCK];
            for learnable in lexicon.neighbours().for_asked(*wish) {
                for place in block.who(learnable.competence) {
                    let best: &mut u32 = &mut best[usize::from(*place)];
                    *best = learnable.value.max(*best);
                }
            }
            sums.iter_mut().zip(best).for_each(|(sum, best)| *sum += best);
        }
        sums
    }

    /// For each gate but the last, for which of these packages it is shut.
    pub(super) fn shut_for(&self, numbers: Range<usize>, promised: &Promised) -> [u64; Gate::COUNT] {
        let mut shut = [0; Gate::COUNT];
        let mut put = |gate: Gate, bits: u64| shut[gate as usize] = bits;
        put(Gate::Unavailable, self.barred(&numbers, Bar::Standing));
        put(Gate::Avoided, self.avoided(&numbers));
        put(Gate::WorkForm, self.barred(&numbers, Bar::WorkForm));
        put(Gate::NoGo, self.barred(&numbers, Bar::NoGo));
        put(Gate::Adaptation, self.barred(&numbers, Bar::Need));
        put(Gate::Hours, self.hours(&numbers));
        put(Gate::Dayparts, self.barred(&numbers, Bar::Daypart) | self.too_few_others(&numbers));
        put(Gate::Distance, self.distance(&numbers));
        put(Gate::Language, self.languages(&numbers));
        put(Gate::Document, self.documents(&numbers));
        put(Gate::Rule, self.special(&numbers, |special| special.blocks, |number| self.is_blocked(number)));
        put(Gate::Essential, self.special(&numbers, |special| special.threshold, |number| self.lacks_essentials(number)));
        put(Gate::Tie, self.ties(&numbers, promised));
        shut
    }

    fn barred(&self, numbers: &Range<usize>, bar: Bar) -> u64 {
        let (word, mask) = self.masks[bar as usize];
        if mask == 0 { 0 } else { bits_of(self.board.columns.bars[word][numbers.clone()].iter().map(|bars| bars & mask != 0)) }
    }

    /// The bits of one kind that the person and a package both have.
    pub(super) fn bars_with(&self, number: usize, bar: Bar) -> u64 {
        let bars = self.board.columns.bar(number, bar) & self.person.bars[bar as usize];
        match bar {
            Bar::Document if self.board.columns.special[number].obtainable => {
                bars & !self.board.demands[number].work.obtainable(self.today)
            }
            _ => bars,
        }
    }

    fn avoided(&self, numbers: &Range<usize>) -> u64 {
        let from = self.avoided.partition_point(|number| *number < numbers.start);
        let within = self.avoided[from..].iter().take_while(|number| **number < numbers.end);
        within.fold(0, |bits, number| bits | 1 << (number - numbers.start))
    }

    fn hours(&self, numbers: &Range<usize>) -> u64 {
        if !self.person.told.has(Ask::Hours) {
            return 0;
        }
        let left = range_left(self.person.hours);
        bits_of(self.board.columns.hours[numbers.clone()].iter().map(|asked| hours::are_apart(left, *asked)))
    }

    fn too_few_others(&self, numbers: &Range<usize>) -> u64 {
        bits_of(numbers.clone().map(|number| self.has_too_few_others(number)))
    }

    /// Whether fewer dayparts are left beside the fixed ones of a package than it asks.
    pub(super) fn has_too_few_others(&self, number: usize) -> bool {
        let (fixed, flexible) = self.board.columns.dayparts[number];
        let week = (1u32 << Daypart::ALL.len()) - 1;
        let available = !(self.person.bars[Bar::Daypart as usize] as u32) & week;
        (flexible > 0) & self.person.told.has(Ask::Dayparts) & ((available & !fixed).count_ones() < flexible)
    }

    fn distance(&self, numbers: &Range<usize>) -> u64 {
        if !self.person.told.has(Ask::Place) || !self.person.told.has(Ask::TravelKm) {
            return 0;
        }
        let is_beyond = |(number, journey): (usize, &Option<Spot>)| {
            let Some(journey) = journey else { return false };
            journey.is_beyond(self.spot, self.person.limit).unwrap_or_else(|| self.is_beyond_exactly(number))
        };
        bits_of(numbers.clone().zip(&self.board.columns.journeys[numbers.clone()]).map(is_beyond))
    }

    fn is_beyond_exactly(&self, number: usize) -> bool {
        self.board.demands[number].work.point.is_some_and(|point| metres(self.person.point, point) > self.person.limit)
    }

    fn languages(&self, numbers: &Range<usize>) -> u64 {
        bits_of(self.board.columns.spoken[numbers.clone()].iter().map(|list| self.speaks_too_little[*list as usize]))
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

    fn is_blocked(&self, number: usize) -> bool {
        self.board.demands[number].blocked.contains(&self.person.id)
    }

    fn abilities(&self, number: usize) -> Option<Abilities> {
        self.person.told.has(Ask::Competences).then(|| Abilities::of(&self.board.demands[number], &self.person.competences))
    }

    fn lacks_essentials(&self, number: usize) -> bool {
        self.abilities(number).is_some_and(|abilities| !abilities.essentials)
    }

    fn ties(&self, numbers: &Range<usize>, promised: &Promised) -> u64 {
        let ties = self.board.columns.ties[numbers.clone()].iter();
        bits_of(numbers.clone().zip(ties).map(|(number, ties)| self.is_loose(number, *ties, promised)))
    }

    /// Whether nothing in a package ties the person to it, for sure; see [`Gate::Tie`].
    fn is_loose(&self, number: usize, ties: Ties, promised: &Promised) -> bool {
        let told = |key: Ask| self.person.told.has(key);
        let asked = ties.experience.count_ones();
        let shared = (ties.experience & self.person.facts[Fact::Experience as usize]).count_ones();
        // A mean is under a whole number when the sum is under that number times as many.
        let knows_too_little = asked == 0 || (told(Ask::Experience) && shared * WHOLE < ties.tie_from * asked);
        let wishes = self.person.wishes.len() as u32;
        let at = number - promised.first;
        let learns_too_little = !ties.has_learnables || (wishes > 0 && promised.wishes[at] < ties.tie_from * wishes);
        let can_tie = asked > 0 || ties.has_learnables || ties.asks_competences;
        can_tie
            && knows_too_little
            && learns_too_little
            && (!ties.asks_competences || self.is_unable(number, ties, promised.competences[at]))
    }

    fn is_unable(&self, number: usize, ties: Ties, promise: Promise) -> bool {
        let at_most = AtMost::new(promise, ties.carry_from);
        let surely = ties.carried_by_everybody < ties.tie_from && !at_most.may_carry() && at_most.competence() < ties.tie_from;
        if surely {
            return self.person.told.has(Ask::Competences);
        }
        self.abilities(number).is_some_and(|abilities| abilities.tasks < ties.tie_from && abilities.competence < ties.tie_from)
    }
}
