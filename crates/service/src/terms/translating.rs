//! What people say of themselves and what care says of them, as a need, in the words of employers, and as an adaptation of work. What is typed is used
//! and forgotten: it is not kept, not written to a log, and stands in no answer.

use std::sync::{Arc, OnceLock};

use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::{ClosedVocabulary, Competence, CompetenceKind, Competences, Label, Vocabulary};
use raakvlak_engine::link::LinkIndex;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Named, named};
use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;

const FILE: &str = include_str!("../../data/terms/terms.jsonl");

/// Under this score a text points to nothing, in basis points; found on phrases that no term was written from (docs/terms.md).
const LEAST: u32 = 2_000;

/// A term as it stands in its file. Care words lead in; they never lead out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    id: String,
    need_nl: String,
    need_en: String,
    employer_nl: String,
    employer_en: String,
    adaptations: Vec<String>,
    conditions: Vec<String>,
    care_nl: Vec<String>,
    care_en: Vec<String>,
    own_nl: Vec<String>,
    own_en: Vec<String>,
}

/// What a text may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Translation {
    /// What it may mean, most likely first; empty when nothing is known.
    pub meanings: Vec<Meaning>,
    /// What to do next, in plain Dutch.
    pub next_nl: &'static str,
    /// The same in English.
    pub next_en: &'static str,
}

/// A need, in the words of each side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Meaning {
    /// Names the term.
    pub term: String,
    /// How well it fits, in basis points.
    pub score: u32,
    /// The need in people's own words.
    pub need: Wordings,
    /// The same in the words of employers.
    pub employer: Wordings,
    /// What can be arranged at work.
    pub adaptations: Vec<Named>,
    /// What a profile could hold; nothing is filled in without the person's yes.
    pub could_fill: Vec<CouldFill>,
}

/// A wording that may be shown, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TermWordings)]
pub struct Wordings {
    /// In plain Dutch.
    pub nl: String,
    /// In English.
    pub en: String,
    /// Who may see it: `person`, `mediator`, and `organisation` only where the person discloses it after a yes.
    pub shown_to: &'static [&'static str],
}

/// A field of a profile that the person can fill in with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CouldFill {
    /// The field: `needs` or `rather_not`.
    pub field: &'static str,
    /// The values, from the vocabulary that holds.
    pub values: Vec<Named>,
    /// That the person has to say yes first: always.
    pub needs_yes: bool,
}

const FOUND_NL: &str = "Past hier iets van? Kies zelf wat je in je profiel zet. Er wordt niets bewaard van wat je typte.";
const FOUND_EN: &str = "Does one of these fit? Choose yourself what goes into your profile. Nothing of what you typed is kept.";
const NOTHING_NL: &str = "We herkennen dit niet. Probeer het in andere woorden: wat lukt niet op het werk, en wat helpt? Of kies zelf uit de lijst met \
     aanpassingen, of vraag je bemiddelaar.";
const NOTHING_EN: &str = "We do not recognise this. Try other words: what does not work at work, and what helps? Or choose from the list of \
     adaptations yourself, or ask your mediator.";

/// The terms, ready to be found.
struct Terms {
    terms: Vec<Term>,
    index: LinkIndex,
}

impl Terms {
    fn built_in() -> Result<&'static Self, Error> {
        static TERMS: OnceLock<Result<Terms, String>> = OnceLock::new();
        TERMS.get_or_init(Self::read).as_ref().map_err(|fault| Error::Internal(fault.clone()))
    }

    fn read() -> Result<Self, String> {
        let read = |line: &str| serde_json::from_str::<Term>(line).map_err(|error| format!("terms: {error}"));
        let mut terms = FILE.lines().filter(|line| !line.is_empty()).map(read).collect::<Result<Vec<_>, _>>()?;
        // A vocabulary is ordered by the bytes of its ids; what is found is a position in it.
        terms.sort_by(|one, other| one.id.as_bytes().cmp(other.id.as_bytes()));
        let competences: Competences = terms.iter().map(wordings).collect();
        let vocabulary = Vocabulary { broader: vec![Vec::new(); competences.len()], competences, ..Vocabulary::default() };
        Ok(Self { terms, index: LinkIndex::build(&vocabulary) })
    }

    fn find(&self, text: &str, language: Language, limit: usize) -> Vec<(&Term, u32)> {
        let linked = self.index.link(text, language, limit).into_iter().filter(|linked| linked.score >= LEAST);
        linked.filter_map(|linked| Some((self.terms.get(linked.competence as usize)?, linked.score))).collect()
    }
}

/// A term as the linker knows it: by every wording that leads to it.
fn wordings(term: &Term) -> Competence {
    let all = |care: &[String], own: &[String], employer: &String| care.iter().chain(own).chain([employer]).cloned().collect();
    Competence {
        id: term.id.clone(),
        kind: CompetenceKind::Skill,
        label: Label { nl: term.need_nl.clone(), en: term.need_en.clone() },
        alternatives_nl: all(&term.care_nl, &term.own_nl, &term.employer_nl),
        alternatives_en: all(&term.care_en, &term.own_en, &term.employer_en),
    }
}

impl Desk {
    /// What a text may mean, most likely first. The text is not kept and not noted anywhere.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn translate_term(&self, actor: &Actor, text: &str, language: Language, limit: usize) -> Result<Translation, Error> {
        authorise(actor, Action::ReadVocabulary, &Object::Network)?;
        let words = self.words()?;
        let found = Terms::built_in()?.find(text, language, limit);
        let meanings: Vec<Meaning> = found.into_iter().map(|(term, score)| meaning(term, score, words.lexicon.vocabulary())).collect();
        let (next_nl, next_en) = if meanings.is_empty() { (NOTHING_NL, NOTHING_EN) } else { (FOUND_NL, FOUND_EN) };
        Ok(Translation { meanings, next_nl, next_en })
    }
}

/// A term in the words of the vocabulary that holds; what that one does not know is left out.
fn meaning(term: &Term, score: u32, vocabulary: &Arc<Vocabulary>) -> Meaning {
    let adaptations = known(&term.adaptations, &vocabulary.adaptations);
    let conditions = known(&term.conditions, &vocabulary.conditions);
    let fill = |field, values: &Vec<Named>| (!values.is_empty()).then(|| CouldFill { field, values: values.clone(), needs_yes: true });
    let could_fill = [fill("needs", &adaptations), fill("rather_not", &conditions)].into_iter().flatten().collect();
    Meaning {
        term: term.id.clone(),
        score,
        need: Wordings { nl: term.need_nl.clone(), en: term.need_en.clone(), shown_to: &["person", "mediator"] },
        employer: Wordings {
            nl: term.employer_nl.clone(),
            en: term.employer_en.clone(),
            shown_to: &["person", "mediator", "organisation"],
        },
        adaptations,
        could_fill,
    }
}

fn known(ids: &[String], list: &ClosedVocabulary) -> Vec<Named> {
    let find = |id: &String| list.terms().iter().find(|term| term.id == *id);
    ids.iter().filter_map(find).map(|term| named(&term.id, &term.label)).collect()
}

#[cfg(test)]
mod tests;
