//! Favours wordings that are nearly the text itself, letter for letter: what was meant is plain then, whatever its words mean elsewhere.

use super::index::Index;
use super::ranking::{Hit, better};
use super::words::{Word, words};

/// How many of the best concepts are looked at.
pub(crate) const LOOKED_AT: usize = 10;
/// From this share of equal letters on a wording is nearly the text.
const NEARLY: f32 = 0.88;

/// Raises those of the best concepts whose best wording is nearly the text, by restricted Damerau-Levenshtein distance.
pub(crate) fn favour(index: &Index, text: &[Word], hits: &mut [Hit]) {
    let text = joined(text);
    let best = hits.len().min(LOOKED_AT);
    let Some(best) = hits.get_mut(..best) else { return };
    for hit in best.iter_mut() {
        let wording = index.texts.get(hit.wording as usize).map_or("", String::as_str);
        let same = likeness(&text, &joined(&words(wording)));
        if same >= NEARLY {
            hit.score += index.analysis.weights.literal * same * same;
        }
    }
    best.sort_unstable_by(better);
}

fn joined(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The share of letters that need no edit, 0..=1; texts of very different lengths are not compared.
fn likeness(one: &str, other: &str) -> f32 {
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    if long == 0 || (short as f32) < NEARLY * 0.9 * long as f32 {
        return 0.0;
    }
    let letters = one.chars().count().max(other.chars().count());
    1.0 - (strsim::osa_distance(one, other).min(letters)) as f32 / letters as f32
}
