//! Suggesting a match: a mediator from a shortlist or a call-up, an expert by showing interest.

use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{ExpertId, KnobVersionId, MatchId};
use raakvlak_domain::matches::{MatchState, Origin, Party, Suggestion, Verb};
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::users::Role;
use raakvlak_store::matches::trace::{self, KnobInForce};
use raakvlak_store::matches::{self, NewMatch, Step};
use raakvlak_store::packages::{self, StoredPackage};
use raakvlak_store::{Action as Act, ObjectKind, Tx, experts};

use super::{MatchView, REVIEW, note_step, view};
use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Versioned, new_id};
use crate::error::{Conflict, Error};
use crate::packages::internal;
use crate::shortlists::can_be_asked;

impl Desk {
    /// Suggests a match. An expert who shows interest leaves `expert` out; a mediator names somebody who said yes to being matched.
    ///
    /// The score and its explanation are computed now and kept with the match, with how every knob stood.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when the package is not open, the person cannot be asked, or the two have an open match already.
    pub fn suggest(&self, actor: &Actor, suggestion: Suggestion) -> Result<Versioned<MatchView>, Error> {
        let expert = expert_of(actor, &suggestion)?;
        let own = actor.is_expert(&expert);
        let assessed = self.assessed(actor, &suggestion, &expert)?;
        self.write(actor, move |tx, actor| {
            let (package, role) = suggestable(tx, actor, &suggestion, &expert)?;
            let new = NewMatch {
                id: &MatchId::new(&new_id()).map_err(internal)?,
                package: &suggestion.package,
                revision: package.revision,
                expert: &expert,
                origin: origin(own, &package.package),
                score: assessed.score.as_deref(),
                matcher_version: assessed.version.as_ref(),
            };
            let step = Step {
                verb: Verb::Suggest,
                to: MatchState::Suggested,
                actor: (!actor.is_system()).then_some(&actor.user),
                party: if own { Party::Expert } else { Party::Mediator },
                reason: suggestion.why.as_ref().map(raakvlak_domain::texts::Prose::as_str),
                arrangement: None,
                deadline: None,
            };
            let made = matches::insert(tx, &new, &step)?;
            trace::insert(tx, &made.id, &assessed.knobs)?;
            note_step(tx, actor, role, Act::Suggest, None, &made, step.reason)?;
            crate::routing::open(tx, REVIEW, ObjectKind::Match, made.id.as_str(), None)?;
            view(tx, &made, role)
        })
    }

    /// What is kept with a match of how it came about; no score when the person is not in the ranking (any more).
    fn assessed(&self, actor: &Actor, suggestion: &Suggestion, expert: &ExpertId) -> Result<Assessed, Error> {
        let (package, knob, knobs) = self.read(|db| {
            let stored = packages::get(db, &suggestion.package)?.ok_or(Error::NotFound)?;
            let object = Object::Match { expert, organisation: &stored.package.organisation, introduced: false };
            authorise(actor, Action::Use(Verb::Suggest), &object)?;
            let knob = crate::knobs::effective(db, &stored.package)?;
            let knobs = crate::knobs::all_in_force(db, &stored.package)?;
            Ok((stored.package, knob, knobs))
        })?;
        match self.explanation_for(&package, &knob, expert) {
            Ok(found) => {
                let json = serde_json::to_string(&found.answer).map_err(|error| Error::Internal(error.to_string()))?;
                Ok(Assessed { score: Some(json), version: knob.version, knobs })
            }
            Err(Error::NotFound) => Ok(Assessed { score: None, version: None, knobs }),
            Err(error) => Err(error),
        }
    }
}

/// What is kept with a match of how it came about.
struct Assessed {
    /// The score and its explanation, as JSON.
    score: Option<String>,
    /// The version of the matcher knob that made it, where one alone did.
    version: Option<KnobVersionId>,
    /// How every knob stood.
    knobs: Vec<KnobInForce>,
}

/// Whom a suggestion is about.
fn expert_of(actor: &Actor, suggestion: &Suggestion) -> Result<ExpertId, Error> {
    match (&suggestion.expert, &actor.expert) {
        (Some(expert), _) => Ok(expert.clone()),
        (None, Some(own)) => Ok(own.clone()),
        (None, None) if actor.has(Role::Mediator) => Err(Error::Invalid(vec![Fault::new("/expert", FaultKind::Missing)])),
        // Whoever has no profile cannot show interest, and nobody but a mediator names another.
        (None, None) => Err(Error::NotAllowed),
    }
}

fn suggestable(tx: &mut Tx<'_>, actor: &Actor, suggestion: &Suggestion, expert: &ExpertId) -> Result<(StoredPackage, Role), Error> {
    let stored = packages::get(tx, &suggestion.package)?.ok_or(Error::NotFound)?;
    let object = Object::Match { expert, organisation: &stored.package.organisation, introduced: false };
    let role = authorise(actor, Action::Use(Verb::Suggest), &object)?;
    let person = experts::get(tx, expert)?.ok_or(Error::NotFound)?;
    if stored.package.state != PackageState::Published {
        // To an expert a package that is not open does not exist.
        return Err(if role == Role::Expert { Error::NotFound } else { Error::Conflict(Conflict::PackageNotOpen) });
    }
    check_person(&person.expert, &stored.package)?;
    if matches::is_open_between(tx, &suggestion.package, expert)? {
        return Err(Error::Conflict(Conflict::AlreadyMatched));
    }
    Ok((stored, role))
}

/// A mediator is never told that it is the organisation that somebody avoids.
pub(super) fn check_person(person: &Expert, package: &TaskPackage) -> Result<(), Error> {
    if can_be_asked(person, package) { Ok(()) } else { Err(Error::Conflict(Conflict::NotAvailable)) }
}

fn origin(own: bool, package: &TaskPackage) -> Origin {
    match (own, package.call_up) {
        (true, _) => Origin::Interest,
        (false, true) => Origin::CallUp,
        (false, false) => Origin::Shortlist,
    }
}
