//! Why a match was thought of, in words: for the person, for the organisation and for the mediator. Each voice is made from a type that holds what its
//! reader may see, so that it cannot tell what it never had.

use raakvlak_domain::identifiers::MatchId;
use raakvlak_domain::languages::Language;
use raakvlak_store::{experts, packages};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::Action;
use crate::desk::Desk;
use crate::error::Error;
use crate::matches::{note_read, readable};
use crate::wording::Wording;

mod evidence;
mod expert;
pub(crate) mod hidden;
mod mediator;
mod organisation;

use evidence::Evidence;
use expert::ForExpert;
use mediator::ForMediator;
use organisation::ForOrganisation;

raakvlak_domain::closed_words! {
    /// For whom an explanation is written.
    pub enum Voice {
        /// For the person whom it is about: everything, and what to tell.
        Expert = "expert",
        /// For the organisation: what this person can carry and what they disclose.
        Organisation = "organisation",
        /// For the mediator: everything that was weighed.
        Mediator = "mediator",
    }
}

/// What a part of an explanation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExplanationTopic)]
pub enum Topic {
    /// What of the work somebody can carry.
    Tasks,
    /// What they know from life.
    Experience,
    /// What can be learned here.
    Learning,
    /// What gives and drains energy.
    Energy,
    /// How far it is.
    Travel,
    /// The hours.
    Hours,
    /// What suits and what does not.
    Surroundings,
    /// How long somebody has waited.
    Turn,
    /// What does not fit.
    Limits,
    /// What to ask or to tell.
    Ask,
    /// What is still to be obtained.
    Obtain,
    /// How it was weighed.
    Weighing,
}

/// A part of an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ExplanationPart)]
pub struct Part {
    /// What it is about.
    pub topic: Topic,
    /// What there is to say, in sentences.
    pub lines: Vec<String>,
}

/// Why a match was thought of, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WordedExplanation {
    /// The match.
    #[serde(rename = "match")]
    pub of: MatchId,
    /// For whom it is written.
    pub voice: Voice,
    /// The language.
    pub language: Language,
    /// Its parts; none when the person was in no ranking when the match was made.
    pub parts: Vec<Part>,
}

impl Desk {
    /// Why a match was thought of, as it was worked out then, in the words of one voice.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no match that the actor may know of; [`Error::NotAllowed`] for a voice that is not for them.
    pub fn worded_explanation(&self, actor: &Actor, id: &MatchId, voice: Voice, language: Language) -> Result<WordedExplanation, Error> {
        let words = self.words()?;
        let action = match voice {
            Voice::Expert => Action::ExplainToExpert,
            Voice::Organisation => Action::ExplainToOrganisation,
            Voice::Mediator => Action::ExplainToMediator,
        };
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (found, role) = readable(tx, actor, &id, action)?;
            note_read(tx, actor, role, &found)?;
            let expert = experts::get(tx, &found.expert)?.ok_or(Error::NotFound)?.expert;
            let package = packages::wording(tx, &found.package, found.revision)?;
            let wording = Wording { language, vocabulary: words.lexicon.vocabulary() };
            // Also in the person's own voice a mediator reads no more than the person shows.
            let evidence = found.score.as_deref().map(|kept| Evidence::read(kept, &expert, actor.is_expert(&expert.id))).transpose();
            let evidence = evidence.map_err(|error| Error::Internal(format!("a kept explanation cannot be read: {error}")))?;
            let parts = evidence.map_or_else(Vec::new, |evidence| match voice {
                Voice::Expert => ForExpert { evidence: &evidence, package: &package }.parts(wording),
                Voice::Organisation => ForOrganisation::of(&evidence, &package, &crate::experts::disclosed(&expert)).parts(wording),
                Voice::Mediator => ForMediator { evidence: &evidence, package: &package }.parts(wording),
            });
            Ok(WordedExplanation {
                of: id.clone(),
                voice,
                language,
                parts: parts.into_iter().filter(|part| !part.lines.is_empty()).collect(),
            })
        })
    }
}

/// What a list holds, in words: `a, b en c`.
fn listed(items: impl IntoIterator<Item = String>, wording: Wording) -> String {
    let items: Vec<String> = items.into_iter().collect();
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {} {last}", others.join(", "), wording.pick("en", "and")),
    }
}
