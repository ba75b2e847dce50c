//! What keeps one person out of the packages of a board.
#![allow(clippy::indexing_slicing, reason = "gates, lists of languages and what is asked are numbered by the very lists")]

use std::collections::BTreeMap;
use std::ops::Range;

use raakvlak_domain::dayparts::Daypart;

use super::Board;
use super::visit::Visit;
use crate::abilities::requirement_values;
use crate::barriers::{Count, Report, count_sets, once_and_more};
use crate::gates::{Gate, language};
use crate::people::Bar;
use crate::words::bits;

/// How many packages each gate keeps out, and each detail of it.
pub(super) struct Counts {
    gates: [Count; Gate::COUNT],
    /// Of the gates whose details are bits, of documents, and of dayparts.
    details: BTreeMap<Gate, Vec<Count>>,
    /// For each different list of languages.
    languages: Vec<Count>,
    /// For each competence that is essential somewhere.
    essentials: BTreeMap<u32, Count>,
}

/// The gates whose details are bits that are the same whatever the day.
const OF_BITS: [(Gate, Bar); 4] =
    [(Gate::Unavailable, Bar::Standing), (Gate::WorkForm, Bar::WorkForm), (Gate::NoGo, Bar::NoGo), (Gate::Adaptation, Bar::Need)];

impl Counts {
    pub(super) fn new(board: &Board) -> Self {
        let of_bits =
            OF_BITS.iter().map(|(gate, _)| *gate).chain([Gate::Document]).map(|gate| (gate, vec![Count::default(); u64::BITS as usize]));
        let dayparts = (Gate::Dayparts, vec![Count::default(); Daypart::ALL.len() + 1]);
        Self {
            gates: [Count::default(); Gate::COUNT],
            details: of_bits.chain([dayparts]).collect(),
            languages: vec![Count::default(); board.columns.languages.len()],
            essentials: BTreeMap::new(),
        }
    }

    /// Counts those of these packages for which these gates are shut.
    pub(super) fn add(&mut self, visit: &Visit, numbers: &Range<usize>, shut: &[u64; Gate::COUNT]) {
        let ((once, _), first) = (once_and_more(shut), numbers.start);
        for (count, shut) in self.gates.iter_mut().zip(shut) {
            count.add_many(*shut, once);
        }
        let is_once = |bit: usize| once >> bit & 1 == 1;
        for (gate, bar) in OF_BITS {
            let only_gate = shut[gate as usize] & once;
            self.count(gate, only_gate, |each| visit.barred_each(first, bar).for_each(|(detail, barred)| each(detail, barred)));
        }
        self.count(Gate::Dayparts, shut[Gate::Dayparts as usize] & once, |each| {
            visit.barred_each(first, Bar::Daypart).for_each(|(daypart, barred)| each(daypart, barred));
            each(Daypart::ALL.len(), visit.with_too_few_others(numbers));
        });
        bits(shut[Gate::Document as usize]).for_each(|bit| self.add_documents(visit, first + bit, is_once(bit)));
        for bit in bits(shut[Gate::Language as usize]) {
            self.languages[visit.board.columns.spoken[first + bit] as usize].add(is_once(bit));
        }
        bits(shut[Gate::Essential as usize]).for_each(|bit| self.add_essentials(visit, first + bit, is_once(bit)));
    }

    fn count(&mut self, gate: Gate, only_gate: u64, each_set: impl Fn(&mut dyn FnMut(usize, u64))) {
        if let Some(details) = self.details.get_mut(&gate) {
            count_sets(details, only_gate, each_set);
        }
    }

    fn add_documents(&mut self, visit: &Visit, number: usize, only_gate: bool) {
        let missing = visit.bars_with(number, Bar::Document);
        let alone = only_gate && missing.is_power_of_two();
        if let Some(details) = self.details.get_mut(&Gate::Document) {
            bits(missing).for_each(|document| details[document].add(alone));
        }
    }

    fn add_essentials(&mut self, visit: &Visit, number: usize, only_gate: bool) {
        let demand = &visit.board.demands[number];
        let (values, threshold) = (requirement_values(demand, &visit.person.competences), demand.knob.essential_from.get());
        let under = |asked: &[usize]| asked.iter().any(|asked| values[*asked] < threshold);
        let missing: Vec<u32> = demand
            .work
            .requirements
            .essentials
            .iter()
            .filter(|essential| under(&essential.asked))
            .map(|essential| essential.competence)
            .collect();
        for competence in &missing {
            self.essentials.entry(*competence).or_default().add(only_gate && missing.len() == 1);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        let all = |counts: &mut [Count], others: &[Count]| counts.iter_mut().zip(others).for_each(|(count, other)| count.merge(*other));
        all(&mut self.gates, &other.gates);
        all(&mut self.languages, &other.languages);
        for (gate, others) in other.details {
            self.details.entry(gate).and_modify(|details| all(details, &others));
        }
        for (competence, count) in other.essentials {
            self.essentials.entry(competence).or_default().merge(count);
        }
    }

    /// Adds the counts, by name, to a report.
    pub(super) fn report<'a>(&self, visit: &Visit<'a>, report: &mut Report<'a>) {
        let board = visit.board;
        let Some(demand) = board.demands.first() else { return };
        for (gate, count) in Gate::ALL.iter().zip(&self.gates) {
            report.count(*gate, *count);
            match self.details.get(gate) {
                Some(details) => {
                    details.iter().enumerate().for_each(|(at, count)| report.detail(*gate, gate.detail_name(demand, at), *count))
                }
                None if !matches!(gate, Gate::Language | Gate::Essential) => report.detail(*gate, "", *count),
                None => {}
            }
        }
        for (asked, count) in board.columns.languages.iter().zip(&self.languages).filter(|(_, count)| count.all > 0) {
            let missing: Vec<_> = asked.iter().filter(|asked| language::is_missing(&visit.person.languages, asked)).collect();
            let alone = if missing.len() == 1 { count.alone } else { 0 };
            missing.iter().for_each(|(language, _)| report.detail(Gate::Language, language.as_str(), Count { alone, ..*count }));
        }
        for (competence, count) in &self.essentials {
            let competence = demand.vocabulary().competences.get(*competence as usize);
            report.detail(Gate::Essential, competence.map_or("", |competence| competence.id.as_str()), *count);
        }
    }
}
