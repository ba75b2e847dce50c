//! Rules in a match's life: judged and kept at the steps where somebody decides, refused at a confirmation, and read back with what is needed.

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::identifiers::{KnobVersionId, MatchId};
use raakvlak_domain::matches::Verb;
use raakvlak_domain::rules::{Instrument, Possibility, RulesKnob};
use raakvlak_domain::users::Role;
use raakvlak_store::matches::judged::{self, Judged};
use raakvlak_store::matches::{self, StoredMatch};
use raakvlak_store::{Db, Tx, experts, packages};
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::{Case, kind_of, others_of};
use super::facts::Reader;
use super::judging::{NOTICE_EN, NOTICE_NL, Outcome, Report, ToAsk};
use super::netherlands::instruments;
use super::trouble;
use crate::actor::Actor;
use crate::authorise::Action;
use crate::desk::Desk;
use crate::error::{Blocking, Error};
use crate::knobs::{narrowest, scopes_of};
use crate::matches::{note_read, readable};
use crate::rules::book::RuleBook;

/// What the rules say of a match.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MatchRules {
    /// What they say now, of what is arranged.
    pub now: Report,
    /// What they said at the steps at which they were judged, oldest first.
    pub before: Vec<JudgedStep>,
}

/// What the rules said at a step of a match.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JudgedStep {
    /// The number of the step.
    pub seq: i64,
    /// What was done.
    pub verb: Option<Verb>,
    /// When.
    pub at: Option<Instant>,
    /// The version of the rules knob that held; none when it stood where it starts.
    pub rules_version: Option<KnobVersionId>,
    /// What came out.
    #[schema(value_type = Report)]
    pub report: serde_json::Value,
}

/// A support measure for a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatchInstrument {
    /// The measure: what it does, who asks for it, where, and who decides.
    pub instrument: Instrument,
    /// Possible, or unknown until something is asked.
    pub outcome: Possibility,
    /// What to ask.
    pub ask: Vec<ToAsk>,
    /// That this is no legal advice, in plain Dutch.
    pub notice_nl: &'static str,
    /// The same in English.
    pub notice_en: &'static str,
}

impl Desk {
    /// What the rules say of a match: to the person with their income, to a mediator without.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such match that the actor may know of; [`Error::NotAllowed`] for the organisation.
    pub fn match_rules(&self, actor: &Actor, id: &MatchId) -> Result<MatchRules, Error> {
        let (desk, id) = (self.clone(), id.clone());
        self.write(actor, move |tx, actor| {
            let (found, role) = readable(tx, actor, &id, Action::ReadMatchRules)?;
            note_read(tx, actor, role, &found)?;
            let book = desk.rule_keeper().book(tx)?;
            let today = tx.now().date_in_amsterdam();
            let (now, _) = judge(tx, &book, &found, None, (reader_in(role), today))?;
            trouble::note(tx, &now)?;
            Ok(MatchRules { now, before: judged_steps(tx, &found)? })
        })
    }

    /// The support measures that may help with a match, with who asks for each and where.
    ///
    /// # Errors
    ///
    /// As [`Desk::match_rules`].
    pub fn match_instruments(&self, actor: &Actor, id: &MatchId) -> Result<Vec<MatchInstrument>, Error> {
        let rules = self.match_rules(actor, id)?;
        Ok(rules.now.outcomes.iter().filter(|outcome| outcome.outcome != Possibility::Not).filter_map(suggested).collect())
    }
}

fn suggested(outcome: &Outcome) -> Option<MatchInstrument> {
    let id = outcome.instrument.as_ref().filter(|_| outcome.from.is_none())?;
    let instrument = instruments().iter().find(|instrument| instrument.id == *id)?.clone();
    Some(MatchInstrument { instrument, outcome: outcome.outcome, ask: outcome.ask.clone(), notice_nl: NOTICE_NL, notice_en: NOTICE_EN })
}

fn reader_in(role: Role) -> Reader {
    if role == Role::Expert { Reader::Own } else { Reader::Mediator }
}

/// What comes out for a match under an arrangement, the one that holds when `None`; with the version of the rules knob.
fn judge(
    db: &mut Db,
    book: &RuleBook,
    found: &StoredMatch,
    arrangement: Option<&Arrangement>,
    (reader, today): (Reader, Date),
) -> Result<(Report, Option<KnobVersionId>), Error> {
    let package = packages::wording(db, &found.package, found.revision)?;
    let kind = kind_of(db, &found.organisation)?;
    let person = experts::get(db, &found.expert)?.ok_or(Error::NotFound)?.expert;
    let kept = match (arrangement, found.arrangement) {
        (None, Some(version)) => Some(matches::arrangement(db, found, version)?),
        _ => None,
    };
    let (knob, version, _) = narrowest::<RulesKnob>(db, &scopes_of(&package))?;
    let case = Case {
        work: Some((&package, kind)),
        person: Some(&person),
        others: others_of(db, &found.expert, Some(&found.id))?,
        arrangement: arrangement.or(kept.as_ref()),
        answers: Vec::new(),
        reader,
        today,
    };
    Ok((case.judge(book, &knob), version))
}

/// What came out of the rules at the steps of a match at which they were judged, oldest first.
pub(crate) fn judged_steps(db: &mut Db, found: &StoredMatch) -> Result<Vec<JudgedStep>, Error> {
    let history = matches::history(db, found)?;
    let steps = judged::list(db, found)?.into_iter().map(|judged| {
        let event = history.iter().find(|event| event.seq == judged.seq);
        let report = serde_json::from_str(&judged.report).map_err(|error| Error::Internal(error.to_string()))?;
        let (verb, at) = (event.map(|event| event.verb), event.map(|event| event.at));
        Ok(JudgedStep { seq: judged.seq, verb, at, rules_version: judged.rules_version, report })
    });
    steps.collect()
}

/// The verbs at which the rules are judged and what came out is kept.
fn is_judged(verb: Verb) -> bool {
    matches!(verb, Verb::Review | Verb::Offer | Verb::Rearrange | Verb::Confirm)
}

/// Keeps what the rules say at a step that the match has just taken, as a mediator sees it.
pub(crate) fn keep_judged(tx: &mut Tx<'_>, book: &RuleBook, done: &StoredMatch, verb: Verb) -> Result<(), Error> {
    if !is_judged(verb) {
        return Ok(());
    }
    let today = tx.now().date_in_amsterdam();
    let (report, rules_version) = judge(tx, book, done, None, (Reader::Mediator, today))?;
    trouble::note(tx, &report)?;
    let report = serde_json::to_string(&report).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(judged::insert(tx, done, &Judged { seq: done.events, rules_version, report })?)
}

/// Refuses a confirmation that a rule holds back, with every rule that does. What is unknown holds nothing back: it is a question.
pub(crate) fn refuse_blocked(tx: &mut Tx<'_>, book: &RuleBook, found: &StoredMatch, arrangement: &Arrangement) -> Result<(), Error> {
    let today = tx.now().date_in_amsterdam();
    let (report, _) = judge(tx, book, found, Some(arrangement), (Reader::Mediator, today))?;
    let blocking = report.outcomes.into_iter().filter(|outcome| outcome.blocks);
    let blocking: Vec<Blocking> = blocking.map(|Outcome { rule, title, decided_by, .. }| Blocking { rule, title, decided_by }).collect();
    if blocking.is_empty() { Ok(()) } else { Err(Error::RuleBlocks(blocking)) }
}
