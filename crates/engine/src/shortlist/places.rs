//! The two rules that keep places in a shortlist.
#![allow(clippy::indexing_slicing, reason = "positions are those of the candidates")]

use super::KeptPlace;
use crate::ranking::Rank;

/// The list while the rules are applied. Candidates are in rank order; the first `size` start inside.
struct Places<'a> {
    candidates: &'a [Rank],
    inside: Vec<bool>,
    lifted: Vec<Option<KeptPlace>>,
}

/// Who is in the list, in rank order, each with the rule that keeps the place where the person is not among the best `size`.
pub(super) fn keep(candidates: &[Rank], size: usize, aside_quota: usize, unseen_quota: usize) -> Vec<(Rank, Option<KeptPlace>)> {
    let inside = (0..candidates.len()).map(|at| at < size).collect();
    let mut places = Places { candidates, inside, lifted: vec![None; candidates.len()] };
    places.keep_for_aside(aside_quota);
    let fewest_aside = aside_quota.min(places.count(Rank::is_aside));
    places.keep_for_unseen(unseen_quota, fewest_aside);
    let kept = |at: usize| places.lifted[at].filter(|_| at >= size);
    (0..candidates.len()).filter(|at| places.inside[*at]).map(|at| (candidates[at], kept(at))).collect()
}

impl Places<'_> {
    /// How many inside are so.
    fn count(&self, so: fn(Rank) -> bool) -> usize {
        self.members(true).filter(|at| so(self.candidates[*at])).count()
    }

    /// Those inside or outside, best ranked first.
    fn members(&self, inside: bool) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.candidates.len()).filter(move |at| self.inside[*at] == inside)
    }

    fn exchange(&mut self, leaving: usize, coming: usize, rule: KeptPlace) {
        self.inside[leaving] = false;
        self.inside[coming] = true;
        self.lifted[coming] = Some(rule);
    }

    /// While too few inside have been aside, the best ranked such person outside replaces the lowest ranked one inside who has not.
    fn keep_for_aside(&mut self, quota: usize) {
        while self.count(Rank::is_aside) < quota {
            let coming = self.members(false).find(|at| self.candidates[*at].is_aside());
            let leaving = self.members(true).rev().find(|at| !self.candidates[*at].is_aside());
            let (Some(coming), Some(leaving)) = (coming, leaving) else { return };
            self.exchange(leaving, coming, KeptPlace::Aside);
        }
    }

    /// While too few inside are unseen, the first exchange is made that leaves enough people who have been aside.
    fn keep_for_unseen(&mut self, quota: usize, fewest_aside: usize) {
        while self.count(Rank::is_unseen) < quota {
            let Some((leaving, coming)) = self.possible_exchange(fewest_aside) else { return };
            self.exchange(leaving, coming, KeptPlace::Unseen);
        }
    }

    /// Newcomers best ranked first; for each, those who can leave from the lowest ranked upward.
    fn possible_exchange(&self, fewest_aside: usize) -> Option<(usize, usize)> {
        let aside = self.count(Rank::is_aside);
        let left = |leaving: usize, coming: usize| {
            aside + usize::from(self.candidates[coming].is_aside()) - usize::from(self.candidates[leaving].is_aside())
        };
        self.members(false).filter(|coming| self.candidates[*coming].is_unseen()).find_map(|coming| {
            let mut leaving = self.members(true).rev().filter(|leaving| !self.candidates[*leaving].is_unseen());
            leaving.find(|leaving| left(*leaving, coming) >= fewest_aside).map(|leaving| (leaving, coming))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use raakvlak_domain::knobs::{MatcherKnob, ShortlistSize};
    use raakvlak_domain::quantities::Percent;

    use super::*;
    use crate::shortlist::{Candidates, Place};

    /// `a` aside, `u` unseen, `b` both, `.` neither.
    fn ranks(marks: &str) -> Vec<Rank> {
        marks.bytes().zip(0..).map(|(mark, at)| Rank::test(at, matches!(mark, b'a' | b'b'), matches!(mark, b'u' | b'b'))).collect()
    }

    /// The places in the list; `A` and `U` for those that a rule keeps.
    fn kept(marks: &str, size: usize, aside: usize, unseen: usize) -> String {
        let candidates = ranks(marks);
        let list = keep(&candidates, size, aside, unseen);
        let mark = |rank: &Rank| match list.iter().find(|(listed, _)| listed == rank) {
            None => '-',
            Some((_, None)) => 'x',
            Some((_, Some(KeptPlace::Aside))) => 'A',
            Some((_, Some(KeptPlace::Unseen))) => 'U',
        };
        candidates.iter().map(mark).collect()
    }

    #[test]
    fn the_best_replace_the_lowest() {
        assert_eq!(kept("......aa", 5, 2, 0), "xxx---AA");
        assert_eq!(kept("a.....a.", 5, 2, 0), "xxxx--A-");
        assert_eq!(kept("aaaaa..a", 5, 5, 0), "xxxxx---");
        assert_eq!(kept(".......", 5, 2, 1), "xxxxx--", "nobody to keep a place for");
        assert_eq!(kept("..a", 5, 2, 2), "xxx", "everybody is in it");
    }

    #[test]
    fn the_second_rule_leaves_the_first_its_people() {
        assert_eq!(kept("...aau", 5, 2, 1), "xx-xxU", "the lowest two are aside and stay");
        assert_eq!(kept("aaaaau", 5, 5, 1), "xxxxx-", "nobody can leave");
        assert_eq!(kept("aaaaau", 5, 4, 1), "xxxx-U");
        assert_eq!(kept("aaaaaub", 5, 5, 1), "xxxx--U", "one who is aside as well can take the place of one who is aside");
        assert_eq!(kept("....uaa", 5, 2, 1), "xx--xAA", "the unseen one whom the first rule put out comes back for another");
    }

    #[test]
    fn whoever_comes_back_among_the_best_is_not_marked() {
        // The first rule puts out the fifth, who is unseen; the second brings them back in place of the fourth.
        assert_eq!(kept("....ua", 5, 1, 1), "xxx-xA");
    }

    proptest! {
        /// Keeping only those who can come in gives the same list as looking at everybody.
        #[test]
        fn the_candidates_suffice(marks in "[aub.]{0,160}", size in 5u32..12, aside in 0u32..=100, unseen in 0u32..=100) {
            let knob = MatcherKnob {
                size: ShortlistSize::new(size).unwrap(),
                aside_share: Percent::new(aside).unwrap(),
                unseen_share: Percent::new(unseen).unwrap(),
                ..MatcherKnob::default()
            };
            let everybody = ranks(&marks);
            let mut candidates = Candidates::new(&knob);
            everybody.iter().for_each(|rank| candidates.keep(*rank));
            let quota = |share: u32| (size * share).div_ceil(100) as usize;
            let expected = keep(&everybody, size as usize, quota(aside), quota(unseen));
            let expected: Vec<Place> = expected.into_iter().map(|(rank, kept)| Place { ranked: rank.into(), kept }).collect();
            prop_assert_eq!(candidates.shortlist(&knob).places, expected);
        }
    }
}
