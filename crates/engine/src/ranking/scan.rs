//! Looking at people: zone by zone, passing over the zones in which nobody fits, and sixty-four at a time over the bars.

use std::ops::Range;

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::pairs::{Inquiry, Pair, Question};
use crate::pool::zones::{ZONE, members};

/// Something that is gathered from pairs, in any order and in parts that are put together afterwards.
pub(crate) trait Gathering: Send {
    /// Whether it wants to see those whom a bar keeps out, too.
    const BARRED_TOO: bool;

    /// Takes in one pair.
    fn add(&mut self, pair: &Pair);
    /// Takes in what another part gathered.
    fn merge(&mut self, other: Self);
}

/// So many zones are looked at in one go; no more than that are not worth waking other threads for.
const STRETCH: usize = 8;

/// Looks at everybody who may be of interest: in parts on these threads when there are many, else here and now.
pub(crate) fn scan<G: Gathering>(question: &Question, threads: &ThreadPool, empty: &(impl Fn() -> G + Sync)) -> G {
    let zones = zones::<G>(question);
    let look_at = |mut gathering: G, zones: &[(&Inquiry, usize)]| {
        zones.iter().for_each(|(inquiry, zone)| look::<G>(inquiry, *zone, &mut gathering));
        gathering
    };
    if zones.len() <= STRETCH || threads.current_num_threads() == 1 {
        return look_at(empty(), &zones);
    }
    let merged = |mut one: G, other: G| {
        one.merge(other);
        one
    };
    threads.install(|| zones.par_chunks(STRETCH).fold(empty, look_at).reduce(empty, merged))
}

/// The zones in which somebody may be of interest.
fn zones<'a, G: Gathering>(question: &'a Question) -> Vec<(&'a Inquiry<'a>, usize)> {
    let all = |inquiry: &'a Inquiry<'a>| (0..inquiry.layer.zones.len()).map(move |zone| (inquiry, zone));
    let zones = all(&question.base).chain(all(&question.recent));
    zones.filter(|(inquiry, zone)| G::BARRED_TOO || !is_passed_over(inquiry, *zone)).collect()
}

/// Whether nobody in a zone can be eligible: one bar keeps all of them out, or all of them live too far away.
fn is_passed_over(inquiry: &Inquiry, zone: usize) -> bool {
    let zones = &inquiry.layer.zones;
    zones.bars(zone, &inquiry.packed) || inquiry.journey().is_some_and(|from| zones.is_beyond(zone, from))
}

fn look<G: Gathering>(inquiry: &Inquiry, zone: usize, gathering: &mut G) {
    let numbers = members(zone, inquiry.layer.len());
    for first in numbers.clone().step_by(64) {
        each_of_interest::<G>(inquiry, first..numbers.end.min(first + 64), |number| gathering.add(&inquiry.pair(number)));
    }
}

/// Those of at most 64 people who are there, and whom no bar keeps out where that matters.
#[inline]
fn each_of_interest<G: Gathering>(inquiry: &Inquiry, numbers: Range<usize>, mut each: impl FnMut(usize)) {
    let everybody = u64::MAX >> (64 - numbers.len());
    let here = everybody & !inquiry.gone.map_or(0, |gone| gone.from(numbers.start));
    let interesting = if G::BARRED_TOO { here } else { here & inquiry.layer.unbarred(numbers.start, numbers.len(), &inquiry.packed) };
    crate::words::bits(interesting).for_each(|bit| each(numbers.start + bit));
}

const _: () = assert!(ZONE.is_multiple_of(64), "a set of numbers is read 64 at a time");
