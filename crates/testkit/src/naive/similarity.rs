//! Section 2: how similar a competence that someone has is to the one that is asked.

use super::vocabulary::Vocabulary;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::rc::Rc;

/// "an asked competence keeps its 192 most similar by that value".
const KEPT: usize = 192;

/// The similarities of one vocabulary, each asked competence worked out when it is first asked.
#[derive(Debug)]
pub struct Similarities {
    vocabulary: Vocabulary,
    ancestors: Vec<BTreeSet<usize>>,
    information: Vec<f64>,
    lists: RefCell<BTreeMap<usize, Rc<AskedList>>>,
}

/// What the competences of the vocabulary are worth for one asked competence, in basis points.
#[derive(Debug, Default)]
pub(super) struct AskedList {
    values: BTreeMap<usize, i64>,
    /// Those that found no place among the 192, with the value that they would have had.
    cut_off: BTreeMap<usize, i64>,
}

impl Similarities {
    pub(super) fn of(vocabulary: Vocabulary) -> Similarities {
        let numbers = 0..vocabulary.ids.len();
        let ancestors: Vec<_> = numbers.clone().map(|concept| vocabulary.ancestors_and_self(concept)).collect();
        let size = vocabulary.ids.len();
        let information = numbers.map(|concept| information(vocabulary.steps_down(concept).len(), size)).collect();
        Similarities { vocabulary, ancestors, information, lists: RefCell::default() }
    }

    /// `sim(have, asked)` in basis points; a competence outside the vocabulary is similar to itself alone.
    pub fn sim(&self, have: &str, asked: &str) -> i64 {
        if have == asked {
            return 10_000;
        }
        let (Some(have), Some(asked)) = (self.number(have), self.number(asked)) else { return 0 };
        // Without a value worth a place, and not below it, there is no need to work the whole list out.
        if !self.is_below(have, asked) && self.otherwise(have, asked) < 2_000 {
            return 0;
        }
        self.list(asked).values.get(&have).copied().unwrap_or(0)
    }

    fn is_below(&self, have: usize, asked: usize) -> bool {
        self.ancestors.get(have).is_some_and(|above| above.contains(&asked))
    }

    /// How many competences count for `asked` besides itself, and whether one with the value of the last kept found no place.
    pub fn cut_off(&self, asked: &str) -> (usize, bool) {
        let Some(asked) = self.number(asked) else { return (0, false) };
        let list = self.list(asked);
        let best_outside = list.cut_off.values().max();
        (list.values.len(), best_outside.is_some_and(|best| list.values.values().any(|value| value == best)))
    }

    /// What `have` would be worth for `asked`, when it found no place among the 192.
    pub fn lost(&self, have: &str, asked: &str) -> Option<i64> {
        self.list(self.number(asked)?).cut_off.get(&self.number(have)?).copied()
    }

    fn number(&self, id: &str) -> Option<usize> {
        self.vocabulary.numbers.get(id).copied()
    }

    fn list(&self, asked: usize) -> Rc<AskedList> {
        if let Some(list) = self.lists.borrow().get(&asked) {
            return Rc::clone(list);
        }
        let list = Rc::new(self.work_out(asked));
        self.lists.borrow_mut().insert(asked, Rc::clone(&list));
        list
    }

    /// "itself and its descendants all count and take none of these places"; of the others "below 2 000 it counts as 0" and the 192 best
    /// stay, "ties: smaller id first, by its bytes".
    fn work_out(&self, asked: usize) -> AskedList {
        let below = self.vocabulary.steps_down(asked);
        let others = (0..self.vocabulary.ids.len()).filter(|have| *have != asked && !below.contains_key(have));
        let mut similar: Vec<(i64, usize)> = others.map(|have| (self.otherwise(have, asked), have)).collect();
        similar.retain(|(value, _)| *value >= 2_000);
        similar.sort_by_key(|(value, have)| (-value, *have));
        let cut_off = similar.split_off(similar.len().min(KEPT));
        let mut values: BTreeMap<usize, i64> = similar.into_iter().map(|(value, have)| (have, value)).collect();
        values.extend(below.into_iter().map(|(have, steps)| (have, descendant(steps))));
        AskedList { values, cut_off: cut_off.into_iter().map(|(value, have)| (have, value)).collect() }
    }

    /// "Otherwise [...] the largest of" kin, together and related.
    fn otherwise(&self, have: usize, asked: usize) -> i64 {
        let related = if self.vocabulary.related.contains(&(have, asked)) { 6_000 } else { 0 };
        self.kin(have, asked).max(self.together(have, asked)).max(related)
    }

    /// "`lin · lin · 10 000` rounded to nearest, capped at 8 000".
    fn kin(&self, have: usize, asked: usize) -> i64 {
        let lin = self.lin(have, asked);
        nearest(lin * lin * 10_000.0).min(8_000)
    }

    /// "`lin = 2 · IC(best common ancestor) / (IC(have) + IC(asked))`, 0 when there is no common ancestor or both IC are 0"; "*best* is the
    /// common ancestor with the highest IC".
    fn lin(&self, have: usize, asked: usize) -> f64 {
        let empty = BTreeSet::new();
        let above_have = self.ancestors.get(have).unwrap_or(&empty);
        let above_asked = self.ancestors.get(asked).unwrap_or(&empty);
        let best = above_have.intersection(above_asked).map(|ancestor| self.information(*ancestor)).max_by(f64::total_cmp);
        let (of_have, of_asked) = (self.information(have), self.information(asked));
        match best {
            Some(best) if of_have != 0.0 || of_asked != 0.0 => 2.0 * best / (of_have + of_asked),
            _ => 0.0,
        }
    }

    fn information(&self, concept: usize) -> f64 {
        self.information.get(concept).copied().unwrap_or(0.0)
    }

    /// "`Σ over o linked to both of 1/n(o) / √(Σ over o of asked 1/n(o) · Σ over o of have 1/n(o))`, times 10 000 (the sums first, one root of
    /// the product), rounded to nearest, capped at 5 500"; "Sums over occupations run in byte order of their ids".
    fn together(&self, have: usize, asked: usize) -> i64 {
        let none = BTreeSet::new();
        let of_have = self.vocabulary.occupations_of.get(&have).unwrap_or(&none);
        let of_asked = self.vocabulary.occupations_of.get(&asked).unwrap_or(&none);
        let of_both: BTreeSet<usize> = of_asked.intersection(of_have).copied().collect();
        if of_both.is_empty() {
            return 0;
        }
        let root = (self.shares(of_asked) * self.shares(of_have)).sqrt();
        nearest(self.shares(&of_both) / root * 10_000.0).min(5_500)
    }

    /// `Σ 1/n(o)`, "with `n(o)` the number of competences linked to occupation `o`".
    fn shares(&self, occupations: &BTreeSet<usize>) -> f64 {
        let linked = occupations.iter().filter_map(|occupation| self.vocabulary.competences_of.get(*occupation));
        linked.fold(0.0, |sum, competences| sum + 1.0 / competences.len() as f64)
    }
}

/// "`IC(c) = 1 - ln(1 + descendants(c)) / ln(size of the vocabulary)` (0 in a vocabulary of one [...])".
fn information(descendants: usize, size: usize) -> f64 {
    if size <= 1 {
        return 0.0;
    }
    1.0 - ((1 + descendants) as f64).ln() / (size as f64).ln()
}

/// "10 000 at one step of the shortest path, 500 less for every further step, never under 8 500".
fn descendant(steps: i64) -> i64 {
    (10_000 - 500 * (steps - 1)).max(8_500)
}

/// "Rounding to nearest means `⌊x + 0.5 + 10⁻⁹⌋`."
pub(super) fn nearest(x: f64) -> i64 {
    (x + 0.5 + 1e-9).floor() as i64
}
