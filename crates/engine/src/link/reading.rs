//! Reads a vocabulary into an index for linking.

use std::collections::{BTreeMap, HashMap};

use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::{Competence, CompetenceKind, Occupation, Vocabulary};

use crate::rows::Rows;

use super::LinkWeights;
use super::analysis::{Analysis, PieceKind, telling};
use super::compounds::Compounds;
use super::index::{Index, Lexicon, Meaning, Posting, Wording};
use super::meanings::meanings;
use super::rarity::rarity;
use super::spelling::Spelling;
use super::surroundings::surroundings;
use super::synonyms;
use super::words::{Stemmers, is_silent, words};

/// A term in a wording, with its share.
pub(crate) type Share = (u32, f32);

/// The plain terms of the wordings of one concept or one occupation, the labels first.
pub(crate) type Parallel = Vec<(Language, Vec<u32>)>;

/// What has been read so far.
pub(crate) struct Draft {
    pub(crate) analysis: Analysis,
    nl: Words,
    en: Words,
    /// By term: its language.
    languages: Vec<Language>,
    wordings: Vec<Wording>,
    /// By wording: the text itself.
    texts: Vec<String>,
    /// By wording: its terms.
    contents: Vec<Vec<Share>>,
    /// By wording: whether it names something to do.
    acts: Vec<bool>,
    /// By concept.
    pub(crate) concepts: Vec<Parallel>,
    /// By occupation.
    pub(crate) occupations: Vec<Parallel>,
}

/// The words of one language while reading.
#[derive(Default)]
struct Words {
    terms: HashMap<String, u32>,
    written: BTreeMap<String, u32>,
    /// Words that were taken apart before.
    seen: HashMap<String, Vec<(u32, f32, PieceKind)>>,
}

/// Reads a vocabulary.
pub(crate) fn read(vocabulary: &Vocabulary, weights: LinkWeights) -> Index {
    let mut draft = Draft::new(vocabulary, weights);
    for (competence, concept) in vocabulary.competences.iter().zip(0u32..) {
        draft.read_competence(competence, concept);
    }
    for occupation in &vocabulary.occupations {
        draft.read_occupation(occupation);
    }
    draft.finish(vocabulary)
}

impl Draft {
    fn new(vocabulary: &Vocabulary, weights: LinkWeights) -> Self {
        let stemmers = Stemmers::new();
        let compounds = compounds(vocabulary, &stemmers);
        Self {
            analysis: Analysis { stemmers, compounds, weights },
            nl: Words::default(),
            en: Words::default(),
            languages: Vec::new(),
            wordings: Vec::new(),
            texts: Vec::new(),
            contents: Vec::new(),
            acts: Vec::new(),
            concepts: Vec::new(),
            occupations: Vec::new(),
        }
    }

    fn words(&mut self, language: Language) -> &mut Words {
        match language {
            Language::Nl => &mut self.nl,
            Language::En => &mut self.en,
        }
    }

    /// How many terms there are.
    pub(crate) fn terms(&self) -> usize {
        self.languages.len()
    }

    fn term(&mut self, stem: String, language: Language) -> u32 {
        let next = self.languages.len() as u32;
        let term = *self.words(language).terms.entry(stem).or_insert(next);
        if term == next {
            self.languages.push(language);
        }
        term
    }

    /// The term of a word of the list of everyday words, which may stand in no wording.
    pub(crate) fn everyday(&mut self, word: &str, language: Language) -> u32 {
        let term = self.term(self.analysis.stemmers.stem(word, language), language);
        self.words(language).written.entry(word.to_owned()).or_insert(term);
        term
    }

    /// The terms of a word, remembered, so that no word is taken apart twice.
    fn take_apart(&mut self, word: &str, language: Language) -> Vec<(u32, f32, PieceKind)> {
        if let Some(known) = self.words(language).seen.get(word) {
            return known.clone();
        }
        let mut terms = Vec::new();
        for piece in self.analysis.take_apart(word, language) {
            let term = self.term(piece.stem, language);
            terms.push((term, piece.share, piece.kind));
            if piece.kind != PieceKind::Letters {
                self.words(language).written.entry(piece.word).or_insert(term);
            }
        }
        self.words(language).seen.insert(word.to_owned(), terms.clone());
        terms
    }

    /// The terms of a wording with their shares, and the plain ones by themselves.
    fn read(&mut self, text: &str, language: Language) -> (Vec<Share>, Vec<u32>) {
        let mut content: Vec<Share> = Vec::new();
        let mut plain = Vec::new();
        for word in telling(&words(text), language) {
            for (term, share, kind) in self.take_apart(&word.text, language) {
                match content.iter_mut().find(|known| known.0 == term) {
                    Some(known) => known.1 = known.1.max(share),
                    None => {
                        content.push((term, share));
                        plain.extend((kind == PieceKind::Plain).then_some(term));
                    }
                }
            }
        }
        (content, plain)
    }

    fn read_competence(&mut self, competence: &Competence, concept: u32) {
        let trust = self.analysis.weights.alternative;
        let labels = [(&competence.label.nl, Language::Nl, 1.0), (&competence.label.en, Language::En, 1.0)].into_iter();
        let nl = competence.alternatives_nl.iter().map(|text| (text, Language::Nl, trust));
        let en = competence.alternatives_en.iter().map(|text| (text, Language::En, trust));
        let mut parallel = Parallel::new();
        for (text, language, trust) in labels.chain(nl).chain(en) {
            let (content, plain) = self.read(text, language);
            if !content.is_empty() {
                self.wordings.push(Wording { concept, mass: 0.0, trust });
                self.texts.push(text.clone());
                self.contents.push(content);
                self.acts.push(competence.kind == CompetenceKind::Skill && plain.len() > 1);
                parallel.push((language, plain));
            }
        }
        self.concepts.push(parallel);
    }

    fn read_occupation(&mut self, occupation: &Occupation) {
        let labels = [(&occupation.label.nl, Language::Nl), (&occupation.label.en, Language::En)].into_iter();
        let alternatives = occupation.alternatives_nl.iter().map(|text| (text, Language::Nl));
        let read = labels.chain(alternatives).map(|(text, language)| (language, self.read(text, language).1));
        let parallel = read.filter(|(_, plain)| !plain.is_empty()).collect();
        self.occupations.push(parallel);
    }

    /// By term: how much it tells. Rare words tell more; so do words that other wordings of the same concept use again; words that say
    /// what is done tell less than words that say with what.
    fn rarity(&self) -> Vec<f32> {
        let counts = self.counts();
        let all = |wanted| self.concepts.iter().filter(|parallel| parallel.iter().any(|(language, _)| *language == wanted)).count() as u64;
        let (nl, en) = (all(Language::Nl), all(Language::En));
        let weights = &self.analysis.weights;
        let told = self.languages.iter().zip(&counts).map(|(language, count)| {
            let all = if *language == Language::Nl { nl } else { en };
            rarity(*count, all, weights.steep)
        });
        let (kept, verbs) = (self.kept(), self.verbs());
        let factors = kept.iter().zip(&verbs).map(|(kept, verb)| (1.0 - weights.kept + weights.kept * kept) * (1.0 - weights.verb * verb));
        told.zip(factors).map(|(told, factor)| told * factor).collect()
    }

    /// By term: in the wordings of how many concepts it stands.
    fn counts(&self) -> Vec<u64> {
        let mut last = vec![u32::MAX; self.terms()];
        let mut counts = vec![0; self.terms()];
        for (wording, content) in self.wordings.iter().zip(&self.contents) {
            for &(term, _) in content {
                if let (Some(last), Some(count)) = (last.get_mut(term as usize), counts.get_mut(term as usize)) {
                    *count += u64::from(*last != wording.concept);
                    *last = wording.concept;
                }
            }
        }
        counts
    }

    /// By term: how much more often than other terms it stands in another wording of the same thing as well; at most 2, 1 on average.
    fn kept(&self) -> Vec<f32> {
        let mut said = vec![0.0f32; self.terms()];
        let mut again = vec![0.0f32; self.terms()];
        for wordings in self.concepts.iter().chain(&self.occupations) {
            let weight = 1.0 / wordings.len() as f32;
            for (at, (language, one)) in wordings.iter().enumerate() {
                let others = wordings.iter().enumerate().filter(|(other, (spoken, _))| *other != at && spoken == language);
                for (_, (_, other)) in others {
                    for term in one {
                        add(&mut said, *term, weight);
                        add(&mut again, *term, if other.contains(term) { weight } else { 0.0 });
                    }
                }
            }
        }
        let mean = again.iter().sum::<f32>() / said.iter().sum::<f32>();
        let share = |(said, again): (&f32, &f32)| ((again + KEPT_PRIOR * mean) / (said + KEPT_PRIOR) / mean).min(2.0);
        if mean > 0.0 { said.iter().zip(&again).map(share).collect() } else { vec![1.0; self.terms()] }
    }

    /// By term: in which share of the skills it stands at the place of the verb: last in Dutch, first in English.
    fn verbs(&self) -> Vec<f32> {
        let mut uses = vec![1.0f32; self.terms()];
        let mut verbs = vec![0.0f32; self.terms()];
        let wordings = self.concepts.iter().flatten().zip(&self.acts);
        for ((language, plain), acts) in wordings.filter(|((_, plain), _)| plain.len() > 1) {
            plain.iter().for_each(|term| add(&mut uses, *term, 1.0));
            let verb = if *language == Language::Nl { plain.last() } else { plain.first() };
            if let Some(verb) = verb.filter(|_| *acts) {
                add(&mut verbs, *verb, 1.0);
            }
        }
        verbs.iter().zip(&uses).map(|(verbs, uses)| verbs / uses).collect()
    }

    fn finish(mut self, vocabulary: &Vocabulary) -> Index {
        let meanings = meanings(&mut self);
        let mut rarity = self.rarity();
        self.lend_rarity(&mut rarity, &meanings);
        let mut postings: Vec<Vec<Posting>> = vec![Vec::new(); self.terms()];
        for ((wording, content), place) in self.wordings.iter_mut().zip(&self.contents).zip(0u32..) {
            for &(term, share) in content {
                let weight = share * rarity.get(term as usize).copied().unwrap_or(0.0);
                wording.mass += weight;
                if let Some(row) = postings.get_mut(term as usize) {
                    row.push(Posting { place, weight });
                }
            }
        }
        let around = surroundings(vocabulary, &self);
        let standing = self.standing(vocabulary);
        Index {
            analysis: self.analysis,
            nl: self.nl.finish(),
            en: self.en.finish(),
            rarity,
            meanings,
            texts: self.texts,
            wordings: self.wordings,
            postings: Rows::collect(postings),
            surroundings: Rows::collect(around),
            standing,
        }
    }

    /// Words that stand in no wording tell as much as the first word that stands for them.
    fn lend_rarity(&self, rarity: &mut [f32], meanings: &Rows<Meaning>) {
        for (term, _) in self.counts().iter().enumerate().filter(|(_, count)| **count == 0) {
            let lent = meanings.row(term).first().and_then(|first| rarity.get(first.term as usize).copied());
            if let (Some(own), Some(lent)) = (rarity.get_mut(term), lent) {
                *own = lent;
            }
        }
    }

    fn standing(&self, vocabulary: &Vocabulary) -> Vec<(f32, f32)> {
        let weights = &self.analysis.weights;
        let both = vocabulary.competences.iter().zip(&self.concepts);
        let standing = both.map(|(competence, parallel)| {
            let group = if competence.kind == CompetenceKind::Group { weights.group } else { 1.0 };
            let spoken = |wanted| parallel.iter().any(|(language, _)| *language == wanted);
            let factor = |wanted| if spoken(wanted) { group } else { group * weights.unlabelled };
            (factor(Language::Nl), factor(Language::En))
        });
        standing.collect()
    }
}

/// After how many wordings a word's own record of being used again counts as much as that of all words.
const KEPT_PRIOR: f32 = 5.0;

fn add(sums: &mut [f32], term: u32, weight: f32) {
    if let Some(sum) = sums.get_mut(term as usize) {
        *sum += weight;
    }
}

impl Words {
    fn finish(self) -> Lexicon {
        let spelling = Spelling::new(self.written.keys().filter(|word| word.len() > 2).cloned().collect());
        Lexicon { terms: self.terms, words: self.written.into_iter().collect(), spelling }
    }
}

/// Every word of every Dutch wording, counted; everyday words stay whole.
fn compounds(vocabulary: &Vocabulary, stemmers: &Stemmers) -> Compounds {
    let mut compounds = Compounds::default();
    let competences = vocabulary.competences.iter().flat_map(|known| known.alternatives_nl.iter().chain([&known.label.nl]));
    let occupations = vocabulary.occupations.iter().flat_map(|known| known.alternatives_nl.iter().chain([&known.label.nl]));
    for wording in competences.chain(occupations) {
        for word in words(wording).iter().filter(|word| !is_silent(&word.text, Language::Nl)) {
            compounds.count(&word.text, stemmers);
        }
    }
    synonyms::groups(Language::Nl).flatten().for_each(|word| compounds.keep(word));
    compounds
}
