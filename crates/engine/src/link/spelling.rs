//! Finds the known words that a misspelt or unseen word is close to: shared trigrams propose, edit distance and a shared beginning decide.

use std::collections::HashMap;

/// How many of the words that share trigrams are compared letter by letter.
const CANDIDATES: usize = 16;
/// The least share of trigrams in common, in 1/1024.
const SHARED: u32 = 400;
/// Two words that share their beginning are close from this Jaro-Winkler similarity.
const ALIKE: f64 = 0.86;
/// How many letters such words share at the beginning.
const BEGINNING: usize = 4;

/// The words of one language by their trigrams.
#[derive(Debug, Default)]
pub(crate) struct Spelling {
    words: Vec<String>,
    trigrams: HashMap<[char; 3], Vec<u32>>,
}

impl Spelling {
    /// Makes the index of these words, which stand in order, each once.
    pub(crate) fn new(words: Vec<String>) -> Self {
        let mut trigrams: HashMap<[char; 3], Vec<u32>> = HashMap::new();
        for (word, at) in words.iter().zip(0u32..) {
            for trigram in trigrams_of(word) {
                trigrams.entry(trigram).or_default().push(at);
            }
        }
        Self { words, trigrams }
    }

    /// The other words nearest to this one with their closeness in 0..=1, closest first, then in order of their bytes. A word that is
    /// itself known is no typing error: only words that begin alike are near it then.
    pub(crate) fn nearest(&self, word: &str, known: bool, limit: usize) -> Vec<(&str, f32)> {
        let proposed = self.proposed(word).into_iter().filter_map(|at| self.words.get(at as usize)).filter(|other| *other != word);
        let mut near: Vec<(&str, f32)> = proposed.filter_map(|other| Some((other.as_str(), closeness(word, other, known)?))).collect();
        near.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(other.0)));
        near.truncate(limit);
        near
    }

    /// The words that share most trigrams.
    fn proposed(&self, word: &str) -> Vec<u32> {
        let wanted = trigrams_of(word);
        let mut shared = vec![0u8; self.words.len()];
        let mut touched = Vec::new();
        for &at in wanted.iter().filter_map(|trigram| self.trigrams.get(trigram)).flatten() {
            if let Some(count) = shared.get_mut(at as usize) {
                *count = count.saturating_add(1);
                if *count == 2 {
                    touched.push(at);
                }
            }
        }
        let share = |at: u32| {
            let both = wanted.len() + self.words.get(at as usize)?.len() + 2;
            Some(u32::from(*shared.get(at as usize)?) * 2048 / both as u32)
        };
        let mut found: Vec<(u32, u32)> =
            touched.into_iter().filter_map(|at| Some((share(at)?, at))).filter(|(share, _)| *share > SHARED).collect();
        found.sort_unstable_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        found.truncate(CANDIDATES);
        found.into_iter().map(|(_, at)| at).collect()
    }
}

/// How close two different words are: by restricted Damerau-Levenshtein distance (F. Damerau, 1964) for typing errors, else by
/// Jaro-Winkler (W. Winkler, 1990), which favours a shared beginning and so other forms of one word; `None` when they are not close.
fn closeness(word: &str, other: &str, known: bool) -> Option<f32> {
    let shared = word.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    if known && shared < BEGINNING {
        return None;
    }
    let length = word.chars().count().max(other.chars().count());
    let allowed = match length {
        ..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    let distance = strsim::osa_distance(word, other);
    if distance <= allowed {
        return Some(1.0 - distance as f32 * 0.5 / length as f32);
    }
    if shared < BEGINNING {
        return None;
    }
    let alike = strsim::jaro_winkler(word, other);
    (alike >= ALIKE).then_some((alike * alike * 0.8) as f32)
}

fn trigrams_of(word: &str) -> Vec<[char; 3]> {
    let padded: Vec<char> = "  ".chars().chain(word.chars()).chain([' ']).collect();
    let mut found: Vec<[char; 3]> = padded.windows(3).filter_map(|three| three.try_into().ok()).collect();
    found.sort_unstable();
    found.dedup();
    found
}
