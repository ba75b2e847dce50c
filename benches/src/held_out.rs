//! Wordings that are kept from a vocabulary and then looked up in it, and the plain methods that linking is measured against.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::{Competence, Vocabulary};
use raakvlak_service::exchange::Folder;
use raakvlak_service::exchange::faults::FolderFaults;
use raakvlak_service::vocabulary::built_in;

/// ESCO from the data folder that the environment variable `RAAKVLAK_DATA` names, else the built-in vocabulary.
///
/// # Errors
///
/// Everything that is wrong with the files.
pub fn vocabulary() -> Result<Vocabulary, FolderFaults> {
    match std::env::var_os("RAAKVLAK_DATA") {
        Some(data) => Ok(Vocabulary::clone(&Folder::read_vocabulary(&Path::new(&data).join("esco"))?.vocabulary)),
        None => Ok(Vocabulary::clone(&built_in().vocabulary)),
    }
}

/// A text to look up, and the positions of the competences that are right.
#[derive(Debug, Clone)]
pub struct Question {
    /// The text.
    pub text: String,
    /// The right answers; one of them is enough.
    pub right: BTreeSet<u32>,
}

/// Numbers that look random and are the same for the same seed (G. Steele, D. Lea and C. Flood's SplitMix, 2014).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice with a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number under `end`, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }

    /// Some of the items, drawn without putting back.
    pub fn draw<T>(&mut self, mut items: Vec<T>, count: usize) -> Vec<T> {
        let count = count.min(items.len());
        for at in 0..count {
            let other = at + self.below(items.len() - at);
            items.swap(at, other);
        }
        items.truncate(count);
        items
    }
}

/// Takes a random fifth of the Dutch alternative wordings out. A wording that stands with several concepts goes from all of them, and each
/// of them is a right answer.
#[must_use]
pub fn hold_out_wordings(vocabulary: &Vocabulary, seed: u64) -> (Vocabulary, Vec<Question>) {
    let mut right: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for (competence, position) in vocabulary.competences.iter().zip(0u32..) {
        for text in &competence.alternatives_nl {
            right.entry(text).or_default().insert(position);
        }
    }
    let all: Vec<Question> = right.into_iter().map(|(text, right)| Question { text: text.to_owned(), right }).collect();
    let fifth = all.len() / 5;
    let questions = Dice::new(seed).draw(all, fifth);
    (without(vocabulary, &questions), questions)
}

/// Takes a random fifth of the rows of Dutch alternative wordings out. A wording that stands with several concepts may stay with some of
/// them; the right answer is the concept that it was taken from, and no other.
#[must_use]
pub fn hold_out_rows(vocabulary: &Vocabulary, seed: u64) -> (Vocabulary, Vec<Question>) {
    let rows = vocabulary.competences.iter().zip(0u32..).flat_map(|(competence, position)| {
        let question = move |text: &String| Question { text: text.clone(), right: BTreeSet::from([position]) };
        competence.alternatives_nl.iter().map(question)
    });
    let all: Vec<Question> = rows.collect();
    let fifth = all.len() / 5;
    let questions = Dice::new(seed).draw(all, fifth);
    (without(vocabulary, &questions), questions)
}

/// The vocabulary in which the right answers no longer have the texts of the questions.
fn without(vocabulary: &Vocabulary, questions: &[Question]) -> Vocabulary {
    let mut gone: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for question in questions {
        for position in &question.right {
            gone.entry(*position).or_default().insert(&question.text);
        }
    }
    let left = |(mut competence, position): (Competence, u32)| {
        if let Some(gone) = gone.get(&position) {
            competence.alternatives_nl.retain(|text| !gone.contains(text.as_str()));
        }
        competence
    };
    let competences = vocabulary.competences.iter().cloned().zip(0..).map(left).collect();
    Vocabulary { competences, ..vocabulary.clone() }
}

/// Labels in which one random edit was made: a letter left out, put in, exchanged for another, or swapped with the next. Every concept with
/// the same label is right.
#[must_use]
pub fn misspelt_labels(vocabulary: &Vocabulary, language: Language, count: usize, seed: u64) -> Vec<Question> {
    let mut right: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for (competence, position) in vocabulary.competences.iter().zip(0u32..) {
        right.entry(label(competence, language)).or_default().insert(position);
    }
    let long_enough = right.into_iter().filter(|(text, _)| text.chars().count() >= 4);
    let mut dice = Dice::new(seed);
    let drawn = dice.draw(long_enough.collect(), count);
    drawn.into_iter().map(|(text, right)| Question { text: misspell(text, &mut dice), right }).collect()
}

fn label(competence: &Competence, language: Language) -> &str {
    match language {
        Language::Nl => &competence.label.nl,
        Language::En => &competence.label.en,
    }
}

fn misspell(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = dice.below(letters.len() - 1);
    let letter = char::from(b'a' + dice.below(26) as u8);
    match dice.below(4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letter),
        2 => letters.splice(at..=at, [letter]).for_each(drop),
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}

/// A way to look texts up: the positions of the best concepts, best first.
pub trait Method {
    /// The best concepts for a text.
    fn best(&self, text: &str, limit: usize) -> Vec<u32>;
}

/// Every wording of one language, compared with the text as a whole by Jaro-Winkler similarity (1990).
#[derive(Debug)]
pub struct JaroWinkler(Vec<(u32, String)>);

impl JaroWinkler {
    /// The wordings of a vocabulary in a language.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary, language: Language) -> Self {
        Self(wordings(vocabulary, language))
    }
}

impl Method for JaroWinkler {
    fn best(&self, text: &str, limit: usize) -> Vec<u32> {
        let text = text.to_lowercase();
        best(self.0.iter().map(|(position, wording)| (*position, strsim::jaro_winkler(&text, wording))), limit)
    }
}

/// Every wording of one language, compared with the text by the words they share.
#[derive(Debug)]
pub struct Overlap {
    wordings: Vec<(u32, BTreeSet<String>)>,
    rarity: HashMap<String, f64>,
}

impl Overlap {
    /// All words count the same: Jaccard's measure (1901).
    #[must_use]
    pub fn plain(vocabulary: &Vocabulary, language: Language) -> Self {
        let split = |(position, text): (u32, String)| (position, split(&text));
        Self { wordings: wordings(vocabulary, language).into_iter().map(split).collect(), rarity: HashMap::new() }
    }

    /// Rare words count more (inverse document frequency).
    #[must_use]
    pub fn by_rarity(vocabulary: &Vocabulary, language: Language) -> Self {
        let mut overlap = Self::plain(vocabulary, language);
        let mut counts: HashMap<String, f64> = HashMap::new();
        for word in overlap.wordings.iter().flat_map(|(_, words)| words) {
            *counts.entry(word.clone()).or_default() += 1.0;
        }
        let all = overlap.wordings.len() as f64;
        overlap.rarity = counts.into_iter().map(|(word, count)| (word, (1.0 + all / count).ln())).collect();
        overlap
    }

    fn weight(&self, word: &str) -> f64 {
        if self.rarity.is_empty() { 1.0 } else { self.rarity.get(word).copied().unwrap_or(10.0) }
    }
}

impl Method for Overlap {
    fn best(&self, text: &str, limit: usize) -> Vec<u32> {
        let asked = split(text);
        let sum = |words: &mut dyn Iterator<Item = &String>| words.map(|word| self.weight(word)).sum::<f64>();
        let score = |words: &BTreeSet<String>| {
            let shared = sum(&mut asked.intersection(words));
            if shared == 0.0 { 0.0 } else { shared / sum(&mut asked.union(words)) }
        };
        best(self.wordings.iter().map(|(position, words)| (*position, score(words))), limit)
    }
}

fn split(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn wordings(vocabulary: &Vocabulary, language: Language) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for (competence, position) in vocabulary.competences.iter().zip(0u32..) {
        let alternatives = match language {
            Language::Nl => &competence.alternatives_nl,
            Language::En => &competence.alternatives_en,
        };
        let all = alternatives.iter().map(String::as_str).chain([label(competence, language)]);
        found.extend(all.filter(|text| !text.is_empty()).map(|text| (position, text.to_lowercase())));
    }
    found
}

/// The concepts with the best wordings; what scores 0 is not found.
fn best(scores: impl Iterator<Item = (u32, f64)>, limit: usize) -> Vec<u32> {
    let mut best: BTreeMap<u32, f64> = BTreeMap::new();
    for (position, score) in scores.filter(|(_, score)| *score > 0.0) {
        let known = best.entry(position).or_default();
        *known = known.max(score);
    }
    let mut ranked: Vec<(u32, f64)> = best.into_iter().collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    ranked.into_iter().take(limit).map(|(position, _)| position).collect()
}
