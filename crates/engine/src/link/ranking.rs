//! Scores the concepts for one phrase.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use raakvlak_domain::languages::Language;

use super::analysis::{Piece, PieceKind};
use super::index::{Index, Meaning};
use super::rarity::UNKNOWN;

/// A concept that a phrase points to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    /// The concept.
    pub(crate) concept: u32,
    /// Its wording that fits best.
    pub(crate) wording: u32,
    /// How well it fits; about 1 when the phrase is a wording of it.
    pub(crate) score: f32,
}

/// From this strength on a meaning is looked for in the surroundings of concepts too.
const CLEAR: f32 = 0.5;
/// The share of the surroundings that counts as full marks: no concept's surroundings say all of a text.
const USUAL: f32 = 0.5;
/// The shortest word for which other words are looked for that are written nearly alike, in bytes.
const SHORTEST: usize = 4;

/// A sum to which each piece of a phrase adds once, at its best.
#[derive(Clone, Copy)]
struct Tally {
    sum: f32,
    piece: u32,
    best: f32,
    /// In a wording: the weight of its terms that were asked for.
    heard: f32,
}

impl Tally {
    const NOTHING: Self = Self { sum: 0.0, piece: u32::MAX, best: 0.0, heard: 0.0 };

    #[inline]
    fn add(&mut self, piece: u32, value: f32) {
        let before = if self.piece == piece { self.best } else { 0.0 };
        if value > before {
            self.piece = piece;
            self.best = value;
            self.sum += value - before;
        }
    }
}

/// The best concepts for the pieces of a phrase, best first; equal ones in order of the concept.
pub(crate) fn rank(index: &Index, pieces: &[Piece], language: Language, limit: usize) -> Vec<Hit> {
    let mut tallies = Tallies::new(index);
    for (piece, number) in pieces.iter().zip(0u32..) {
        tallies.ask(index, piece, number, language);
    }
    let mut hits = tallies.hits(index, language);
    if limit < hits.len() {
        hits.select_nth_unstable_by(limit, better);
        hits.truncate(limit);
    }
    hits.sort_unstable_by(better);
    hits
}

/// The higher score first; equal ones in order of the concept.
pub(crate) fn better(one: &Hit, other: &Hit) -> Ordering {
    other.score.total_cmp(&one.score).then(one.concept.cmp(&other.concept))
}

/// What a phrase has found so far.
struct Tallies {
    wordings: Vec<Tally>,
    concepts: Vec<Tally>,
    around: Vec<Tally>,
    asked: f32,
}

impl Tallies {
    fn new(index: &Index) -> Self {
        let concepts = vec![Tally::NOTHING; index.standing.len()];
        Self { wordings: vec![Tally::NOTHING; index.wordings.len()], around: concepts.clone(), concepts, asked: 0.0 }
    }

    fn ask(&mut self, index: &Index, piece: &Piece, number: u32, language: Language) {
        let found = meanings(index, piece, language);
        let rarity = piece.share * found.rarity;
        self.asked += rarity;
        for meaning in found.meanings {
            self.look_up(index, meaning, number, rarity * meaning.strength);
        }
    }

    fn look_up(&mut self, index: &Index, meaning: Meaning, piece: u32, value: f32) {
        for posting in index.postings.row(meaning.term as usize) {
            if let Some(tally) = self.wordings.get_mut(posting.place as usize) {
                tally.add(piece, value);
                tally.heard += posting.weight * meaning.strength;
            }
            if let Some(wording) = index.wordings.get(posting.place as usize)
                && let Some(tally) = self.concepts.get_mut(wording.concept as usize)
            {
                tally.add(piece, value * wording.trust);
            }
        }
        if meaning.strength >= CLEAR && index.analysis.weights.around > 0.0 {
            for posting in index.surroundings.row(meaning.term as usize) {
                if let Some(tally) = self.around.get_mut(posting.place as usize) {
                    tally.add(piece, value * posting.weight);
                }
            }
        }
    }

    /// The concepts of which a wording was touched, in their order.
    fn hits(&self, index: &Index, language: Language) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for ((wording, tally), number) in index.wordings.iter().zip(&self.wordings).zip(0u32..).filter(|((_, tally), _)| tally.sum > 0.0) {
            let said = (tally.sum / self.asked).min(1.0);
            let heard = (tally.heard / wording.mass).min(1.0);
            let score = wording.trust * balance(said, heard, index.analysis.weights.said);
            match hits.last_mut().filter(|last| last.concept == wording.concept) {
                Some(last) if last.score >= score => {}
                Some(last) => (last.score, last.wording) = (score, number),
                None => hits.push(Hit { concept: wording.concept, wording: number, score }),
            }
        }
        hits.iter_mut().for_each(|hit| hit.score = self.score(index, hit, language));
        hits
    }

    /// The best wording, all wordings together, and what stands around the concept.
    fn score(&self, index: &Index, hit: &Hit, language: Language) -> f32 {
        let weights = &index.analysis.weights;
        let part = |tallies: &[Tally]| tallies.get(hit.concept as usize).map_or(0.0, |tally| tally.sum / self.asked);
        let own = (hit.score + weights.together * part(&self.concepts)) / (1.0 + weights.together);
        let standing = index.standing.get(hit.concept as usize).map_or(1.0, |&(nl, en)| match language {
            Language::Nl => nl,
            Language::En => en,
        });
        (own + weights.around * part(&self.around)) / (1.0 + weights.around * USUAL) * standing
    }
}

/// The weighted harmonic mean of how much of the text the wording covers and how much of the wording the text covers (C. van
/// Rijsbergen's F, 1979).
fn balance(said: f32, heard: f32, weight_of_said: f32) -> f32 {
    said * heard / (weight_of_said * heard + (1.0 - weight_of_said) * said)
}

/// What a piece stands for.
struct Found {
    /// How much the piece tells.
    rarity: f32,
    /// The terms that it stands for, in order of the term.
    meanings: Vec<Meaning>,
}

fn meanings(index: &Index, piece: &Piece, language: Language) -> Found {
    let starts = starts(index, piece, language);
    let rarity = starts.first().map_or(UNKNOWN, |first| index.rarity(first.term));
    if piece.kind == PieceKind::Letters {
        return Found { rarity: if starts.is_empty() { 0.0 } else { rarity }, meanings: starts };
    }
    let mut found: BTreeMap<u32, f32> = BTreeMap::new();
    let mut add = |term: u32, strength: f32| {
        let known = found.entry(term).or_default();
        *known = known.max(strength);
    };
    for start in starts {
        add(start.term, start.strength);
        for further in index.meanings.row(start.term as usize) {
            add(further.term, start.strength * further.strength);
        }
    }
    Found { rarity, meanings: found.into_iter().map(|(term, strength)| Meaning { term, strength }).collect() }
}

/// The terms that are written like the piece or nearly so, the nearest first.
fn starts(index: &Index, piece: &Piece, language: Language) -> Vec<Meaning> {
    let weights = &index.analysis.weights;
    let own = index.lexicon(language).terms.get(&piece.stem).map(|&term| Meaning { term, strength: 1.0 });
    let mut starts: Vec<Meaning> = own.into_iter().collect();
    if piece.kind == PieceKind::Letters {
        return starts;
    }
    let other = if language == Language::Nl { Language::En } else { Language::Nl };
    let stem = index.analysis.stemmers.stem(&piece.word, other);
    let strength = if own.is_some() { weights.foreign } else { FOREIGN_ONLY };
    starts.extend(index.lexicon(other).terms.get(&stem).map(|&term| Meaning { term, strength }));
    let weight = if own.is_some() { weights.alike } else { weights.spelling };
    if weight > 0.0 && piece.word.len() >= SHORTEST {
        let near = index.nearest(&piece.word, language, own.is_some()).into_iter();
        starts.extend(near.map(|near| Meaning { strength: near.strength * weight, ..near }));
    }
    starts
}

/// A word that is known in the other language only.
const FOREIGN_ONLY: f32 = 0.9;
