//! The words around a concept: of its parents, of related concepts, and of the occupations that ask for it.

use raakvlak_domain::vocabulary::Vocabulary;

use super::index::Posting;
use super::reading::{Draft, Parallel};

/// A weight under this is left out.
const LEAST: f32 = 0.05;

/// Terms that lend themselves to a concept, and how much.
type Lender<'a> = (&'a [u32], f32);

/// By term: the concepts around which it stands, with its weight there, at most 1.
pub(crate) fn surroundings(vocabulary: &Vocabulary, draft: &Draft) -> Vec<Vec<Posting>> {
    let concepts: Vec<Vec<u32>> = draft.concepts.iter().map(terms_of).collect();
    let occupations: Vec<Vec<u32>> = draft.occupations.iter().map(terms_of).collect();
    let lenders = lenders(vocabulary, draft, &concepts, &occupations);
    let mut rows = vec![Vec::new(); draft.terms()];
    let mut sums = vec![0.0f32; draft.terms()];
    for (lenders, place) in lenders.iter().zip(0u32..) {
        for (term, weight) in add_up(lenders, &mut sums) {
            if let Some(row) = rows.get_mut(term as usize) {
                row.push(Posting { place, weight });
            }
        }
    }
    rows
}

/// The terms of all wordings of one thing, each once.
fn terms_of(parallel: &Parallel) -> Vec<u32> {
    let mut terms: Vec<u32> = parallel.iter().flat_map(|(_, plain)| plain).copied().collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// By concept: who lends it terms.
fn lenders<'a>(vocabulary: &Vocabulary, draft: &Draft, concepts: &'a [Vec<u32>], occupations: &'a [Vec<u32>]) -> Vec<Vec<Lender<'a>>> {
    let weights = &draft.analysis.weights;
    let mut lenders: Vec<Vec<Lender<'a>>> = vec![Vec::new(); concepts.len()];
    let mut lend = |to: usize, terms: Option<&'a Vec<u32>>, weight: f32| {
        if let (Some(lenders), Some(terms)) = (lenders.get_mut(to), terms) {
            lenders.push((terms, weight));
        }
    };
    for (child, parents) in vocabulary.broader.iter().enumerate() {
        parents.iter().for_each(|parent| lend(child, concepts.get(*parent as usize), weights.parent));
    }
    for &(one, other) in &vocabulary.related {
        lend(one as usize, concepts.get(other as usize), weights.related);
        lend(other as usize, concepts.get(one as usize), weights.related);
    }
    let asked = asked(vocabulary);
    for (occupation, terms) in vocabulary.occupations.iter().zip(occupations) {
        for &competence in &occupation.competences {
            let by = asked.get(competence as usize).copied().unwrap_or(0.0);
            lend(competence as usize, Some(terms), weights.occupation / (by + 2.0));
        }
    }
    lenders
}

/// By concept: how many occupations ask for it.
fn asked(vocabulary: &Vocabulary) -> Vec<f32> {
    let mut asked = vec![0.0; vocabulary.competences.len()];
    for &competence in vocabulary.occupations.iter().flat_map(|occupation| &occupation.competences) {
        if let Some(asked) = asked.get_mut(competence as usize) {
            *asked += 1.0;
        }
    }
    asked
}

/// The terms that lenders lend, each with the sum of the weights; `sums` is all zeros before and after.
fn add_up(lenders: &[Lender<'_>], sums: &mut [f32]) -> Vec<(u32, f32)> {
    let mut touched = Vec::new();
    for &(terms, weight) in lenders {
        for &term in terms {
            if let Some(sum) = sums.get_mut(term as usize) {
                if *sum == 0.0 {
                    touched.push(term);
                }
                *sum += weight;
            }
        }
    }
    let summed = touched.into_iter().map(|term| (term, sums.get_mut(term as usize).map_or(0.0, std::mem::take)));
    summed.filter(|(_, weight)| *weight >= LEAST).map(|(term, weight)| (term, weight.min(1.0))).collect()
}
