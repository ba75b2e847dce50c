//! Looking at people: zone by zone, passing over the zones in which nobody fits, and sixty-four people at a time.
#![allow(clippy::indexing_slicing, reason = "every zone lies in one of the blocks")]

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::crew::Crew;
use crate::pairs::{Inquiry, Question};
use crate::pool::postings::BLOCK;
use crate::pool::zones::{ZONE, members};
use crate::promising::Promising;
use crate::stretch::{MOST, Stretch};

/// Something that is gathered from people, in any order and in parts that are put together afterwards.
pub(crate) trait Gathering: Send {
    /// Whether it wants to see also those who cannot be eligible.
    const EVERYBODY: bool;

    /// Takes in some people.
    fn add(&mut self, stretch: &Stretch);
    /// Takes in what another part gathered.
    fn merge(&mut self, other: Self);
}

/// So many zones are looked at in one go.
const STRETCH: usize = 8;

/// No more zones than this are worth waking other threads for, which takes as long as looking at some thirty of them, and on a machine that is lent out
/// twice that; who wants to see everybody looks longer.
const fn alone<G: Gathering>() -> usize {
    if G::EVERYBODY { STRETCH } else { 8 * STRETCH }
}

/// The threads that share so many zones out; `None` where that does not pay.
pub(crate) fn threads_for<G: Gathering>(crew: Crew<'_>, zones: usize) -> Option<&ThreadPool> {
    crew.for_parts(zones).filter(|_| zones > alone::<G>())
}

/// Looks at everybody who may be of interest: in parts when there are many and the crew is more than one, else here and now.
pub(crate) fn scan<G: Gathering>(question: &Question, crew: Crew, empty: &(impl Fn() -> G + Sync)) -> G {
    let zones = zones::<G>(question);
    let look_at = |mut gathering: G, zones: &[(&Inquiry, usize)]| {
        zones.iter().for_each(|(inquiry, zone)| look::<G>(inquiry, *zone, &mut gathering));
        gathering
    };
    let merged = |mut one: G, other: G| {
        one.merge(other);
        one
    };
    match threads_for::<G>(crew, zones.len()) {
        Some(threads) => threads.install(|| {
            find_out_beforehand(question, &zones, crew);
            zones.par_chunks(STRETCH).fold(empty, look_at).reduce(empty, merged)
        }),
        None => {
            find_out_beforehand(question, &zones, Crew::Alone);
            look_at(empty(), &zones)
        }
    }
}

/// The zones in which somebody may be of interest.
fn zones<'a, G: Gathering>(question: &'a Question) -> Vec<(&'a Inquiry<'a>, usize)> {
    let all = |inquiry: &'a Inquiry<'a>| (0..inquiry.layer.zones.len()).map(move |zone| (inquiry, zone));
    let zones = all(&question.base).chain(all(&question.recent));
    zones.filter(|(inquiry, zone)| G::EVERYBODY || !is_passed_over(inquiry, *zone)).collect()
}

/// From so many zones of a block on it pays to find out beforehand what the competences of everybody in it come to at most.
const WORTH_IT: usize = 8;

/// Finds out what competences come to at most where many people of the base may be of interest, unless that is known already.
fn find_out_beforehand(question: &Question, zones: &[(&Inquiry, usize)], crew: Crew) {
    let base = &question.base;
    let Some(postings) = base.layer.postings.as_ref().filter(|_| base.promising.get().is_none() && question.demand.work.asks_competences())
    else {
        return;
    };
    let mut left = vec![0; postings.blocks().len()];
    let of_base = zones.iter().filter(|(inquiry, _)| std::ptr::eq(*inquiry, base));
    of_base.for_each(|(_, zone)| left[zone * ZONE / BLOCK] += 1);
    if left.iter().any(|left| *left >= WORTH_IT) {
        base.promising.get_or_init(|| Promising::of_blocks(postings, question.demand, crew, |block| left[block] >= WORTH_IT));
    }
}

/// Whether nobody in a zone can be eligible: one bar keeps all of them out, or all of them live too far away.
fn is_passed_over(inquiry: &Inquiry, zone: usize) -> bool {
    let zones = &inquiry.layer.zones;
    zones.bars(zone, &inquiry.bars) || inquiry.journey().is_some_and(|from| zones.is_beyond(zone, from))
}

fn look<G: Gathering>(inquiry: &Inquiry, zone: usize, gathering: &mut G) {
    let numbers = members(zone, inquiry.layer.len());
    for first in numbers.clone().step_by(MOST) {
        gathering.add(&Stretch::new(inquiry, first..numbers.end.min(first + MOST)));
    }
}

const _: () = assert!(ZONE.is_multiple_of(MOST), "a zone is a whole number of stretches");
