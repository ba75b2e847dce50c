//! The verbs after the suggestion: each leads from a state to the next when what it needs is there.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::faults::Fault;
use raakvlak_domain::matches::{Approval, MatchState, Offer, Party, Rejection, Verb, check_deadline};
use raakvlak_domain::texts::Prose;
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_engine::asks::Asks;
use raakvlak_store::matches::{self, MatchQuery, Step, StoredMatch};
use raakvlak_store::{Tx, experts, packages};

use super::suggesting::check_person;
use super::{CHECK_IN, CONTINUE, MatchView, REVIEW, limits, note_step, permitted, view};
use crate::actor::Actor;
use crate::authorise::Action;
use crate::desk::{Desk, Versioned};
use crate::error::{Conflict, Error};
use crate::knobs::{narrowest, scopes_of};
use crate::ranking::words::Words;
use crate::rules::book::RuleBook;
use crate::rules::matches::{keep_judged, refuse_blocked};
use raakvlak_domain::identifiers::{ExpertId, MatchId};
use raakvlak_domain::users::Role;
use raakvlak_store::{ObjectKind, todos};

/// What somebody decides, with what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Writes down why this could fit.
    Review(Prose),
    /// Sees no fit, with a reason that the person may read.
    Dismiss(Prose),
    /// Asks the expert.
    Offer(Offer),
    /// Changes what is arranged, and asks the expert again.
    Rearrange(Offer),
    /// Says yes, as the expert.
    Accept(Approval),
    /// Says no, as the expert; a no needs no reason.
    Decline(Option<Prose>),
    /// Lets the organisation meet the expert.
    Introduce(Option<Prose>),
    /// Says yes, as the organisation.
    Agree(Approval),
    /// Says no, as the organisation.
    Reject(Rejection),
    /// Confirms, as a mediator.
    Confirm(Approval),
    /// Begins the work.
    Start,
    /// Ends the work before its time.
    EndEarly(Option<Prose>),
    /// Closes work that came to its end.
    Close(Option<Prose>),
    /// Steps back, as the expert.
    Withdraw(Option<Prose>),
    /// Puts a question.
    Ask(Prose),
    /// Answers one.
    Answer(Prose),
}

/// How a decision ended.
pub type Reply = Result<Versioned<MatchView>, Error>;

impl Decision {
    /// The verb.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match self {
            Self::Review(_) => Verb::Review,
            Self::Dismiss(_) => Verb::Dismiss,
            Self::Offer(_) => Verb::Offer,
            Self::Rearrange(_) => Verb::Rearrange,
            Self::Accept(_) => Verb::Accept,
            Self::Decline(_) => Verb::Decline,
            Self::Introduce(_) => Verb::Introduce,
            Self::Agree(_) => Verb::Agree,
            Self::Reject(_) => Verb::Reject,
            Self::Confirm(_) => Verb::Confirm,
            Self::Start => Verb::Start,
            Self::EndEarly(_) => Verb::EndEarly,
            Self::Close(_) => Verb::Close,
            Self::Withdraw(_) => Verb::Withdraw,
            Self::Ask(_) => Verb::Ask,
            Self::Answer(_) => Verb::Answer,
        }
    }

    /// What is said with it.
    fn text(&self) -> Option<String> {
        let prose = match self {
            Self::Review(text) | Self::Dismiss(text) | Self::Ask(text) | Self::Answer(text) => Some(text),
            Self::Offer(offer) | Self::Rearrange(offer) => offer.text.as_ref(),
            Self::Accept(yes) | Self::Agree(yes) | Self::Confirm(yes) => yes.text.as_ref(),
            Self::Reject(no) => return Some(reason_of(no)),
            Self::Decline(text) | Self::Introduce(text) | Self::EndEarly(text) | Self::Close(text) | Self::Withdraw(text) => text.as_ref(),
            Self::Start => None,
        };
        prose.map(ToString::to_string)
    }

    fn offer(&self) -> Option<&Offer> {
        match self {
            Self::Offer(offer) | Self::Rearrange(offer) => Some(offer),
            _ => None,
        }
    }

    /// The yes that is given with it, and whose it is.
    fn approval(&self) -> Option<(Party, &Approval)> {
        match self {
            Self::Accept(approval) => Some((Party::Expert, approval)),
            Self::Agree(approval) => Some((Party::Organisation, approval)),
            Self::Confirm(approval) => Some((Party::Mediator, approval)),
            _ => None,
        }
    }
}

/// An organisation's no: the typed reason, and what was said with it.
fn reason_of(no: &Rejection) -> String {
    match &no.text {
        Some(text) => format!("{}: {text}", no.reason),
        None => no.reason.to_string(),
    }
}

impl Desk {
    /// Does what somebody decided about a match, built on the version of it that they saw.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such match that the actor may know of, [`Error::NotAllowed`] when the verb is not theirs,
    /// [`Error::Stale`] when the match has changed since, [`Error::Conflict`] when it cannot be done as things stand, [`Error::Invalid`] when what
    /// goes with it is not right.
    pub fn decide(&self, actor: &Actor, id: &MatchId, decision: Decision, version: i64) -> Reply {
        let (desk, id) = (self.clone(), id.clone());
        let words = decision.offer().map(|_| self.words()).transpose()?;
        self.write(actor, move |tx, actor| {
            let found = matches::get(tx, &id)?.ok_or(Error::NotFound)?;
            let role = permitted(tx, actor, &found, Action::Use(decision.verb()))?;
            if found.version != version {
                return Err(Error::Stale { current: found.version });
            }
            let to = leads_to(&found, decision.verb())?;
            let rules = desk.rule_keeper().book(tx)?;
            check(tx, actor, &found, &decision, words.as_deref(), &rules)?;
            let done = take(tx, actor, role, &found, &decision, to)?;
            keep_judged(tx, &rules, &done, decision.verb())?;
            view(tx, &done, role)
        })
    }

    /// Lets every offer run out whose deadline has passed; gives how many. Run by the clock.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn expire_offers(&self) -> Result<usize, Error> {
        self.write(&Actor::system(), move |tx, actor| {
            let query = MatchQuery { due: Some(tx.now()), limit: Some(500), ..MatchQuery::default() };
            let due = matches::list(tx, &query)?;
            for found in &due {
                let role = permitted(tx, actor, found, Action::Use(Verb::Expire))?;
                let step = step(Verb::Expire, MatchState::Expired, None, Party::Clock, None);
                let done = matches::advance(tx, found, &step)?;
                note_step(tx, actor, role, act_of(Verb::Expire), Some(found), &done, None)?;
                follow(tx, actor, role, found, &done, Verb::Expire)?;
            }
            Ok(due.len())
        })
    }
}

fn leads_to(found: &StoredMatch, verb: Verb) -> Result<MatchState, Error> {
    verb.leads_to(found.state).ok_or(Error::Conflict(Conflict::Transition { state: found.state, verb }))
}

/// What must hold before the step is taken.
fn check(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &StoredMatch,
    decision: &Decision,
    words: Option<&Words>,
    rules: &RuleBook,
) -> Result<(), Error> {
    if let Some((offer, words)) = decision.offer().zip(words) {
        check_offer(offer, tx.now(), words)?;
        check_open(tx, found)?;
    }
    if decision.verb() == Verb::Offer {
        check_questions(tx, found)?;
    }
    if let Some((_, approval)) = decision.approval() {
        check_version(found, approval)?;
    }
    match decision {
        Decision::Accept(_) => check_in_time(found, tx.now()),
        Decision::Introduce(_) => check_open(tx, found),
        Decision::Confirm(_) => check_confirmation(tx, actor, found, rules),
        _ => Ok(()),
    }
}

fn check_offer(offer: &Offer, now: Instant, words: &Words) -> Result<(), Error> {
    let mut faults = words.faults_of_arrangement(&offer.arrangement, "/arrangement");
    if let Err(kind) = check_deadline(offer.deadline, now) {
        faults.push(Fault::new("/deadline", kind));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// The person can still be asked, for a package that is not over.
fn check_open(tx: &mut Tx<'_>, found: &StoredMatch) -> Result<(), Error> {
    let package = packages::get(tx, &found.package)?.ok_or(Error::NotFound)?.package;
    if package.state == raakvlak_domain::packages::PackageState::Closed {
        return Err(Error::Conflict(Conflict::PackageNotOpen));
    }
    let person = experts::get(tx, &found.expert)?.ok_or(Error::NotFound)?;
    check_person(&person.expert, &package)
}

/// Before a first offer the person told as much as the threshold knob asks. Until then they can be found and reviewed like everybody else.
fn check_questions(tx: &mut Tx<'_>, found: &StoredMatch) -> Result<(), Error> {
    let package = packages::get(tx, &found.package)?.ok_or(Error::NotFound)?.package;
    let least = narrowest::<ThresholdKnob>(&mut **tx, &scopes_of(&package))?.0.questions.get();
    if least == 0 {
        return Ok(());
    }
    let told = Asks::told_by(&experts::get(tx, &found.expert)?.ok_or(Error::NotFound)?.expert).count();
    let query = MatchQuery { expert: Some(found.expert.clone()), ..MatchQuery::default() };
    let is_first = matches::list(tx, &query)?.iter().all(|other| other.arrangement.is_none());
    if told < least && is_first { Err(Error::Conflict(Conflict::QuestionsFirst { told, least })) } else { Ok(()) }
}

/// A yes counts for the version that it names, and only while that version holds.
fn check_version(found: &StoredMatch, approval: &Approval) -> Result<(), Error> {
    let current = found.arrangement.unwrap_or(0);
    if current == i64::from(approval.arrangement_version.get()) {
        Ok(())
    } else {
        Err(Error::Conflict(Conflict::ArrangementChanged { current: u32::try_from(current).unwrap_or(u32::MAX) }))
    }
}

fn check_in_time(found: &StoredMatch, now: Instant) -> Result<(), Error> {
    match found.deadline {
        Some(deadline) if deadline <= now => Err(Error::Conflict(Conflict::DeadlinePassed)),
        _ => Ok(()),
    }
}

/// Both other yeses are there on the version that holds, the mediator has no interest, and nobody's limit breaks.
fn check_confirmation(tx: &mut Tx<'_>, actor: &Actor, found: &StoredMatch, rules: &RuleBook) -> Result<(), Error> {
    if actor.is_expert(&found.expert) || actor.organisations.contains(&found.organisation) {
        return Err(Error::Conflict(Conflict::Interest));
    }
    let version = found.arrangement.ok_or(Error::Conflict(Conflict::ApprovalMissing))?;
    let yeses = matches::yeses(tx, &found.id, version)?;
    let said = |party| yeses.iter().any(|yes| yes.party == party);
    if !(said(Party::Expert) && said(Party::Organisation)) {
        return Err(Error::Conflict(Conflict::ApprovalMissing));
    }
    if yeses.iter().any(|yes| yes.user.as_ref() == Some(&actor.user)) {
        return Err(Error::Conflict(Conflict::Interest));
    }
    check_open(tx, found)?;
    limits::check_places(tx, &found.package)?;
    let person = experts::get(tx, &found.expert)?.ok_or(Error::NotFound)?.expert;
    let arrangement = matches::arrangement(tx, found, version)?;
    let today = tx.now().date_in_amsterdam();
    limits::check_hours(tx, &person, &arrangement, today)?;
    refuse_blocked(tx, rules, found, &arrangement)
}

/// Takes the step and does what follows from it.
fn take(
    tx: &mut Tx<'_>,
    actor: &Actor,
    role: Role,
    found: &StoredMatch,
    decision: &Decision,
    to: MatchState,
) -> Result<StoredMatch, Error> {
    let verb = decision.verb();
    let text = decision.text();
    let mut step = step(verb, to, Some(actor), party_of(role), text.as_deref());
    if let Some(offer) = decision.offer() {
        step.arrangement = Some(&offer.arrangement);
        step.deadline = Some(offer.deadline);
    }
    let done = matches::advance(tx, found, &step)?;
    if let Some((party, approval)) = decision.approval() {
        matches::approve(tx, &found.id, i64::from(approval.arrangement_version.get()), party, Some(&actor.user))?;
    }
    note_step(tx, actor, role, act_of(verb), Some(found), &done, text.as_deref())?;
    follow(tx, actor, role, found, &done, verb)?;
    Ok(done)
}

/// Ends every open match of somebody who took back their yes. Of confirmed work a mediator is told, since it ends by a conversation.
pub(crate) fn withdraw_open(tx: &mut Tx<'_>, actor: &Actor, role: Role, expert: &ExpertId) -> Result<(), Error> {
    let open = MatchState::ALL.iter().copied().filter(|state| !state.is_final()).collect();
    let query = MatchQuery { expert: Some(expert.clone()), states: Some(open), ..MatchQuery::default() };
    for found in matches::list(tx, &query)? {
        if found.state.takes_hours() {
            crate::routing::open(tx, CONTINUE, ObjectKind::Match, found.id.as_str(), None)?;
            continue;
        }
        let step = step(Verb::Withdraw, MatchState::Withdrawn, Some(actor).filter(|actor| !actor.is_system()), Party::Expert, None);
        let done = matches::advance(tx, &found, &step)?;
        note_step(tx, actor, role, act_of(Verb::Withdraw), Some(&found), &done, None)?;
        follow(tx, actor, role, &found, &done, Verb::Withdraw)?;
    }
    Ok(())
}

/// What follows from a step: a date noted, to-dos opened or done, a place taken or freed, questions planned.
fn follow(tx: &mut Tx<'_>, actor: &Actor, role: Role, before: &StoredMatch, after: &StoredMatch, verb: Verb) -> Result<(), Error> {
    if verb == Verb::Accept {
        let today = tx.now().date_in_amsterdam();
        experts::set_last_offered(tx, &after.expert, today)?;
    }
    follow_todos(tx, actor, party_of(role), before, after, verb)?;
    crate::mail::matches::post_step(tx, actor, before, after, verb)?;
    if before.state.takes_hours() != after.state.takes_hours() {
        limits::settle_places(tx, actor, role, &after.package)?;
        crate::experts::settle_hours_todo(tx, actor, &after.expert)?;
    }
    if verb == Verb::Start { super::feedback::plan(tx, after) } else { Ok(()) }
}

/// What a mediator has to do next, and what is done now.
fn follow_todos(tx: &mut Tx<'_>, actor: &Actor, party: Party, before: &StoredMatch, after: &StoredMatch, verb: Verb) -> Result<(), Error> {
    let (kind, id) = (ObjectKind::Match.as_str(), after.id.as_str());
    let by = (!actor.is_system()).then_some(&actor.user);
    let mediating = party == Party::Mediator;
    // A question that is answered is not yet a yes that is followed.
    let waiting = matches!(after.state, MatchState::Accepted | MatchState::Agreed);
    let done = match verb {
        Verb::Review => &[REVIEW][..],
        Verb::Answer if mediating && !waiting => &[CONTINUE],
        Verb::Offer | Verb::Introduce | Verb::Rearrange | Verb::Confirm => &[CONTINUE],
        Verb::Dismiss | Verb::Withdraw => &[REVIEW, CONTINUE],
        Verb::EndEarly | Verb::Close => &[CONTINUE, CHECK_IN],
        _ => &[],
    };
    for sort in done {
        todos::close_about(tx, sort, kind, id, by)?;
    }
    let opens = match verb {
        Verb::Accept | Verb::Decline | Verb::Expire | Verb::Agree | Verb::Reject => true,
        Verb::Ask | Verb::Answer | Verb::EndEarly => !mediating,
        Verb::Withdraw => before.arrangement.is_some(),
        _ => false,
    };
    if opens { crate::routing::open(tx, CONTINUE, ObjectKind::Match, id, None) } else { Ok(()) }
}

fn step<'a>(verb: Verb, to: MatchState, actor: Option<&'a Actor>, party: Party, reason: Option<&'a str>) -> Step<'a> {
    Step { verb, to, actor: actor.map(|actor| &actor.user), party, reason, arrangement: None, deadline: None }
}

/// On which side somebody in this role stands.
fn party_of(role: Role) -> Party {
    match role {
        Role::Expert => Party::Expert,
        Role::Organisation => Party::Organisation,
        Role::Mediator | Role::Steward | Role::Auditor => Party::Mediator,
    }
}

/// How the trail calls a verb.
fn act_of(verb: Verb) -> raakvlak_store::Action {
    use raakvlak_store::Action as Act;
    match verb {
        Verb::Suggest => Act::Suggest,
        Verb::Review => Act::Review,
        Verb::Dismiss => Act::Dismiss,
        Verb::Offer => Act::Offer,
        Verb::Ask => Act::Ask,
        Verb::Answer => Act::Answer,
        Verb::Accept => Act::Accept,
        Verb::Decline => Act::Decline,
        Verb::Expire => Act::Expire,
        Verb::Introduce => Act::Introduce,
        Verb::Agree => Act::Agree,
        Verb::Reject => Act::Reject,
        Verb::Rearrange => Act::Rearrange,
        Verb::Confirm => Act::Confirm,
        Verb::Start => Act::Start,
        Verb::EndEarly => Act::EndEarly,
        Verb::Close => Act::Close,
        Verb::Withdraw => Act::Withdraw,
    }
}
