//! Something in the work ties to this person: what they can, know from life, or want to learn.

use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::quantities::WHOLE;

use super::Guard;
use crate::asks::Ask;
use crate::criteria::{Measure, Reading, competence::Competence, development::Development, experience::Experience, read, tasks::Tasks};
use crate::pairs::Pair;
use crate::people::Fact;
use crate::promising::AtMost;
use crate::stretch::Stretch;
use crate::words::bits;

/// See [`super::Gate::Tie`].
pub(crate) struct Tie;

impl Guard for Tie {
    /// Some of what ties is not silent, and all of that is known and under the threshold.
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        pair.demand.can_tie() && is_loose::<Experience>(pair) && is_loose::<Development>(pair) && is_unable(pair)
    }

    /// What is quickly read first, so that competences are looked at only where they decide.
    fn shut_for(stretch: &Stretch) -> u64 {
        let demand = stretch.demand();
        if !demand.can_tie() {
            return 0;
        }
        let mut loose = stretch.here;
        if !demand.is_silent(Criterion::Experience) {
            loose = knowing_too_little(stretch);
        }
        if !demand.is_silent(Criterion::Development) {
            loose = learning_too_little(stretch, loose);
        }
        if demand.is_silent(Criterion::Tasks) {
            return loose;
        }
        let (unable, told) = (surely_unable(stretch), loose & stretch.told(Ask::Competences));
        loose & unable | stretch.among(told & !unable, is_unable)
    }

    /// Nothing ties for sure, and something may.
    fn is_decided(pair: &Pair) -> bool {
        let threshold = pair.demand.knob.tie_from.get();
        let readings = TIES.map(|read| read(pair));
        let ties = readings.iter().any(|reading| matches!(reading, Reading::Known(value) if *value >= threshold));
        ties || !readings.contains(&Reading::Doubt)
    }
}

/// What can tie.
const TIES: [fn(&Pair) -> Reading; 4] = [read::<Experience>, read::<Development>, read::<Tasks>, read::<Competence>];

/// Whether this does not tie the person to the work, for sure.
#[inline]
fn is_loose<M: Measure>(pair: &Pair) -> bool {
    match read::<M>(pair) {
        Reading::Silent => true,
        Reading::Doubt => false,
        Reading::Known(value) => value < pair.demand.knob.tie_from.get(),
    }
}

/// Those who told what they know from life, and share too little of it with the work: `⌊shared · whole / asked⌋` under the threshold. Mostly a single
/// domain is enough, and nothing need be counted.
fn knowing_too_little(stretch: &Stretch) -> u64 {
    let asked = stretch.demand().work.experience;
    let enough = (stretch.demand().knob.tie_from.get() * asked.count_ones()).div_ceil(WHOLE);
    let too_little = match enough {
        0 => 0,
        1 => stretch.ballot_of(Fact::Experience, |known| known & asked == 0),
        enough => stretch.ballot_of(Fact::Experience, |known| (known & asked).count_ones() < enough),
    };
    stretch.told(Ask::Experience) & too_little
}

/// Those among `some` who have wishes that the work helps on too little: their mean under the threshold. Most people's it does not help on at all.
fn learning_too_little(stretch: &Stretch, some: u64) -> u64 {
    let (work, threshold) = (&stretch.demand().work, stretch.demand().knob.tie_from.get());
    if threshold == 0 {
        return 0;
    }
    let is_little = |wishes: &[u32]| wishes.iter().map(|wish| work.wish_value(*wish)).sum::<u32>() < threshold * wishes.len() as u32;
    let (wishing, helped) = stretch.wishing(|wish| work.helps_on(wish));
    let enough = bits(some & helped).filter(|bit| !is_little(stretch.wishes(*bit))).fold(0, |enough, bit| enough | 1 << bit);
    some & wishing & !enough
}

/// Those whom nothing that they can do ties to the work, as far as that was found out beforehand.
fn surely_unable(stretch: &Stretch) -> u64 {
    let (knob, unable) = (&stretch.demand().knob, stretch.demand().unable);
    let threshold = knob.tie_from.get();
    match stretch.inquiry.promising.get() {
        Some(promising) if unable.tasks < threshold => {
            stretch.told(Ask::Competences) & stretch.ballot_of_promises(promising, |at_most| falls_short(at_most, threshold))
        }
        _ => 0,
    }
}

/// Whether what competences come to at most is under the threshold; tasks that everybody carries left aside.
#[inline]
pub(crate) fn falls_short(at_most: AtMost, threshold: u32) -> bool {
    !at_most.may_carry() & (at_most.competence() < threshold)
}

/// Whether nothing that the person can do ties them to the work, for sure. Tasks and competence are silent together.
#[inline]
fn is_unable(pair: &Pair) -> bool {
    let threshold = pair.demand.knob.tie_from.get();
    if pair.demand.is_silent(Criterion::Tasks) {
        return true;
    }
    if !pair.told(Ask::Competences) {
        return false;
    }
    let surely = pair.demand.unable.tasks < threshold && pair.abilities_at_most().is_some_and(|at_most| falls_short(at_most, threshold));
    surely || pair.abilities().is_some_and(|abilities| abilities.tasks < threshold && abilities.competence < threshold)
}
