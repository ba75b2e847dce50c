//! What keeps people and work apart: per gate and per detail, how many it keeps out, and how many it alone keeps out.
#![allow(clippy::indexing_slicing, reason = "tallies are as long as the lists of gates and details that they count")]

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::demand::Demand;
use crate::gates::Gate;
use crate::pairs::Pair;
use crate::stretch::Stretch;
use crate::words::bits;

/// What one gate keeps out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Barrier {
    /// The gate.
    pub gate: Gate,
    /// How many it alone keeps out.
    pub alone: u32,
    /// How many it keeps out.
    pub all: u32,
    /// The same for each of its details, in byte order.
    pub details: Vec<BarrierDetail>,
}

/// What one detail of a gate keeps out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BarrierDetail {
    /// The condition, the adaptation, the daypart, ...; empty where the gate says it all.
    pub detail: String,
    /// How many it alone keeps out: the only detail of the only gate.
    pub alone: u32,
    /// How many it keeps out.
    pub all: u32,
}

/// How many are kept out.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Count {
    pub(crate) alone: u32,
    pub(crate) all: u32,
}

impl Count {
    pub(crate) fn add(&mut self, alone: bool) {
        self.alone += u32::from(alone);
        self.all += 1;
    }

    /// Counts those whom a gate keeps out; `once` are those whom only one gate does.
    #[inline]
    pub(crate) fn add_many(&mut self, shut: u64, once: u64) {
        self.all += shut.count_ones();
        self.alone += (shut & once).count_ones();
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.alone += other.alone;
        self.all += other.all;
    }
}

/// The counts of one demand while they are made: per gate, then per detail of it.
pub(crate) struct Tally {
    gates: Vec<(Count, Vec<Count>)>,
}

impl Tally {
    pub(crate) fn new(demand: &Demand) -> Self {
        Self { gates: Gate::ALL.iter().map(|gate| (Count::default(), vec![Count::default(); gate.detail_count(demand)])).collect() }
    }

    /// Counts those of some people whom these gates keep out; `once` are those whom only one keeps out.
    pub(crate) fn add(&mut self, stretch: &Stretch, shut: &[u64; Gate::COUNT], once: u64) {
        for ((gate, shut), (count, details)) in Gate::ALL.iter().zip(shut).zip(&mut self.gates) {
            count.add_many(*shut, once);
            match details.as_mut_slice() {
                _ if *shut == 0 => {}
                [only] => *only = *count,
                details if gate.is_at_once() => count_sets(details, *shut & once, |each| gate.detail_sets(stretch, each)),
                details => bits(*shut).for_each(|bit| add_details(details, *gate, &stretch.pair(bit), once >> bit & 1 == 1)),
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for ((count, details), (other_count, other_details)) in self.gates.iter_mut().zip(other.gates) {
            count.merge(other_count);
            details.iter_mut().zip(other_details).for_each(|(count, other)| count.merge(other));
        }
    }

    /// Adds the counts, by name, to a report.
    pub(crate) fn report<'a>(&self, demand: &'a Demand, report: &mut Report<'a>) {
        for (gate, (count, details)) in Gate::ALL.iter().zip(&self.gates).filter(|(_, (count, _))| count.all > 0) {
            let (total, named) = report.gates.entry(*gate).or_default();
            total.merge(*count);
            for (at, count) in details.iter().enumerate().filter(|(_, count)| count.all > 0) {
                named.entry(gate.detail_name(demand, at)).or_default().merge(*count);
            }
        }
    }
}

/// Counts for each detail of a gate those whom it keeps out, who are given detail by detail; `only_gate` are those whom no other gate keeps out.
#[inline]
pub(crate) fn count_sets(details: &mut [Count], only_gate: u64, each_set: impl Fn(&mut dyn FnMut(usize, u64))) {
    let (mut some, mut more) = (0, 0);
    each_set(&mut |detail, kept_out| {
        details[detail].all += kept_out.count_ones();
        (some, more) = (some | kept_out, more | some & kept_out);
    });
    let alone = only_gate & some & !more;
    if alone != 0 {
        each_set(&mut |detail, kept_out| details[detail].alone += (kept_out & alone).count_ones());
    }
}

/// Counts a person whom these details of a gate keep out, which are not told of all at once; when `only_gate` no other gate does.
fn add_details(details: &mut [Count], gate: Gate, pair: &Pair, only_gate: bool) {
    let (mut number, mut last) = (0, 0);
    gate.details(pair, |detail| {
        details[detail].all += 1;
        (number, last) = (number + 1, detail);
    });
    details[last].alone += u32::from(only_gate && number == 1);
}

/// The counts of one demand or more, by the names of the details.
#[derive(Debug, Default)]
pub(crate) struct Report<'a> {
    gates: BTreeMap<Gate, (Count, BTreeMap<&'a str, Count>)>,
}

impl<'a> Report<'a> {
    /// Counts one package or person that is kept out by these details of gates, which stand gate by gate.
    pub(crate) fn add(&mut self, demand: &'a Demand, details: &[(Gate, usize)]) {
        let of_gates = || details.chunk_by(|(one, _), (other, _)| one == other);
        let only_gate = of_gates().nth(1).is_none();
        for details in of_gates() {
            let Some((gate, _)) = details.first() else { continue };
            let (count, named) = self.gates.entry(*gate).or_default();
            count.add(only_gate);
            for (_, detail) in details {
                named.entry(gate.detail_name(demand, *detail)).or_default().add(only_gate && details.len() == 1);
            }
        }
    }

    /// Adds what a gate keeps out.
    pub(crate) fn count(&mut self, gate: Gate, count: Count) {
        if count.all > 0 {
            self.gates.entry(gate).or_default().0.merge(count);
        }
    }

    /// Adds what a detail of a gate keeps out.
    pub(crate) fn detail(&mut self, gate: Gate, name: &'a str, count: Count) {
        if count.all > 0 {
            self.gates.entry(gate).or_default().1.entry(name).or_default().merge(count);
        }
    }

    /// The barriers, in the order of the gates. That an expert avoids an organisation is nobody else's business: it is not among them.
    pub(crate) fn barriers(self) -> Vec<Barrier> {
        let detail = |(detail, count): (&str, Count)| BarrierDetail { detail: detail.to_owned(), alone: count.alone, all: count.all };
        let told = self.gates.into_iter().filter(|(gate, _)| *gate != Gate::Avoided);
        let barrier = |(gate, (count, details)): (Gate, (Count, BTreeMap<_, _>))| Barrier {
            gate,
            alone: count.alone,
            all: count.all,
            details: details.into_iter().map(detail).collect(),
        };
        told.map(barrier).collect()
    }
}

/// Who is in exactly one of these sets, and who in more.
#[inline]
pub(crate) fn once_and_more(sets: &[u64]) -> (u64, u64) {
    let (some, more) = sets.iter().fold((0, 0), |(some, more), set| (some | set, more | (some & set)));
    (some & !more, more)
}
