//! Section 5: the shortlist and the two rules that keep places in it.

use std::collections::{BTreeMap, BTreeSet};

/// What the two rules look at in an eligible person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Aside for a year or longer.
    pub aside: bool,
    /// Not shown in the last thirty days.
    pub unseen: bool,
}

/// Who is in, by position in the ranking.
struct Places<'a> {
    ranked: &'a [Candidate],
    inside: BTreeSet<usize>,
    lifted: BTreeMap<usize, &'static str>,
}

/// The shortlist out of all eligible people in rank order: positions in that order, each with the rule that keeps its place, if one does.
///
/// `aside_quota` and `unseen_quota` are `⌈size · share / 100⌉` people.
pub fn shortlist(ranked: &[Candidate], size: usize, aside_quota: usize, unseen_quota: usize) -> Vec<(usize, Option<&'static str>)> {
    let mut places = Places { ranked, inside: (0..ranked.len().min(size)).collect(), lifted: BTreeMap::new() };
    places.keep_for_aside(aside_quota);
    let kept_aside = aside_quota.min(places.count(|candidate| candidate.aside));
    places.keep_for_unseen(unseen_quota, kept_aside);
    let mark = |position: usize| if position < size { None } else { places.lifted.get(&position).copied() };
    places.inside.iter().map(|position| (*position, mark(*position))).collect()
}

impl Places<'_> {
    fn is(&self, position: usize, wanted: impl Fn(&Candidate) -> bool) -> bool {
        self.ranked.get(position).is_some_and(wanted)
    }

    /// How many in the list are so.
    fn count(&self, wanted: impl Fn(&Candidate) -> bool + Copy) -> usize {
        self.inside.iter().filter(|position| self.is(**position, wanted)).count()
    }

    /// Those outside who are so, best ranked first.
    fn outside(&self, wanted: impl Fn(&Candidate) -> bool + Copy) -> Vec<usize> {
        (0..self.ranked.len()).filter(|position| !self.inside.contains(position) && self.is(*position, wanted)).collect()
    }

    fn exchange(&mut self, leaver: usize, newcomer: usize, rule: &'static str) {
        self.inside.remove(&leaver);
        self.inside.insert(newcomer);
        self.lifted.insert(newcomer, rule);
    }

    /// "while fewer than [the quota] in it have been aside for a year or longer and such an eligible person remains outside, the best ranked of them
    /// replaces the lowest ranked one who is not aside; where there is none, it stops."
    fn keep_for_aside(&mut self, quota: usize) {
        while self.count(|candidate| candidate.aside) < quota {
            let newcomer = self.outside(|candidate| candidate.aside).first().copied();
            let leaver = self.inside.iter().rev().copied().find(|position| self.is(*position, |candidate| !candidate.aside));
            let (Some(newcomer), Some(leaver)) = (newcomer, leaver) else { return };
            self.exchange(leaver, newcomer, "aside");
        }
    }

    /// "while fewer than [the quota] in it are unseen and such people remain outside: [...] make the first exchange that is possible and begin again;
    /// where none is, it stops."
    fn keep_for_unseen(&mut self, quota: usize, kept_aside: usize) {
        while self.count(|candidate| candidate.unseen) < quota {
            let Some((leaver, newcomer)) = self.first_exchange(kept_aside) else { return };
            self.exchange(leaver, newcomer, "unseen");
        }
    }

    /// "take them best ranked first; for each, look from the lowest ranked upward for somebody in the list who is not unseen and whose exchange
    /// leaves at least [`kept_aside`] aside people".
    fn first_exchange(&self, kept_aside: usize) -> Option<(usize, usize)> {
        for newcomer in self.outside(|candidate| candidate.unseen) {
            for leaver in self.inside.iter().rev().copied().filter(|position| self.is(*position, |candidate| !candidate.unseen)) {
                let others = self.inside.iter().copied().filter(|position| *position != leaver).chain([newcomer]);
                let aside = others.filter(|position| self.is(*position, |candidate| candidate.aside)).count();
                if aside >= kept_aside {
                    return Some((leaver, newcomer));
                }
            }
        }
        None
    }
}
