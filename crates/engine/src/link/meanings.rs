//! Which terms stand for which others: as the vocabulary's own wordings show, and as everyday words were listed by hand.

use std::collections::BTreeMap;

use raakvlak_domain::languages::Language;

use crate::rows::Rows;

use super::associations::{Pair, Table, learn};
use super::index::Meaning;
use super::reading::Draft;
use super::synonyms;

/// The most terms that stand for one term.
const MOST: usize = 10;
/// A weaker tie is left out.
const LEAST: f32 = 0.08;
/// No learned tie is stronger: a word stands best for itself.
const BEST: f32 = 0.95;

/// By term: the terms that stand for it, best first.
pub(crate) fn meanings(draft: &mut Draft) -> Rows<Meaning> {
    let everyday = everyday(draft);
    let mut found = Ties { weight_of_one_side: f64::from(draft.analysis.weights.one_sided), rows: vec![BTreeMap::new(); draft.terms()] };
    let weights = draft.analysis.weights;
    if weights.synonym > 0.0 {
        let within = learn(&pairs(draft, Language::Nl, Language::Nl), draft.terms());
        found.add(&within, &within, weights.synonym);
    }
    let out = learn(&pairs(draft, Language::Nl, Language::En), draft.terms());
    let back = learn(&pairs(draft, Language::En, Language::Nl), draft.terms());
    found.add(&out, &back, weights.translation);
    found.add(&back, &out, weights.translation);
    for (from, to) in everyday {
        found.tie(from, to, weights.everyday);
    }
    Rows::collect(found.rows.into_iter().map(best_first))
}

fn best_first(row: BTreeMap<u32, f32>) -> Vec<Meaning> {
    let mut row: Vec<Meaning> = row.into_iter().map(|(term, strength)| Meaning { term, strength }).collect();
    row.sort_by(|one, other| other.strength.total_cmp(&one.strength).then(one.term.cmp(&other.term)));
    row.truncate(MOST);
    row
}

/// By term: how strongly each other term stands for it.
struct Ties {
    weight_of_one_side: f64,
    rows: Vec<BTreeMap<u32, f32>>,
}

impl Ties {
    fn tie(&mut self, from: u32, to: u32, strength: f32) {
        if from != to
            && strength >= LEAST
            && let Some(row) = self.rows.get_mut(from as usize)
        {
            let known = row.entry(to).or_default();
            *known = known.max(strength.min(BEST));
        }
    }

    /// Adds what was learned; where both directions agree the tie is stronger (after P. Liang, B. Taskar and D. Klein, 2006): the
    /// geometric mean of the two chances.
    fn add(&mut self, table: &Table, back: &Table, weight: f32) {
        for (row, from) in table.iter().zip(0u32..) {
            for &(to, chance) in row {
                let back = back.get(to as usize).and_then(|row| row.iter().find(|(known, _)| *known == from));
                let reverse = back.map_or(self.weight_of_one_side * chance, |&(_, chance)| chance);
                self.tie(from, to, (chance * reverse).sqrt() as f32 * weight);
            }
        }
    }
}

/// The pairs of wordings of one thing in these languages of which at least one is a label.
fn pairs(draft: &Draft, from: Language, to: Language) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for wordings in draft.concepts.iter().chain(&draft.occupations) {
        for (at, (_, one)) in wordings.iter().enumerate().filter(|(_, (language, _))| *language == from) {
            let others = wordings.iter().enumerate().filter(|(other, (language, _))| *other != at && *language == to);
            let others = others.filter(|(other, _)| at.min(*other) < LABELS);
            pairs.extend(others.map(|(_, (_, other))| Pair { from: one.clone(), to: other.clone() }));
        }
    }
    pairs
}

/// The labels stand first among the wordings of a thing, one in each language.
const LABELS: usize = 2;

/// The pairs of everyday words, both ways.
fn everyday(draft: &mut Draft) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    for language in [Language::Nl, Language::En] {
        for group in synonyms::groups(language) {
            let terms: Vec<u32> = group.into_iter().map(|word| draft.everyday(word, language)).collect();
            pairs.extend(terms.iter().flat_map(|&from| terms.iter().map(move |&to| (from, to))));
        }
    }
    pairs
}
