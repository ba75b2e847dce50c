//! Trying rules on a case before they go live, and a person's own look at what they say. Nothing of it is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{ExpertId, PackageId, RuleId};
use raakvlak_domain::organisations::OrganisationKind;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::reading::Fresh;
use raakvlak_domain::record;
use raakvlak_domain::rules::{Rule, RulesKnob};
use raakvlak_domain::texts::Line;
use raakvlak_store::matches::{self, MatchQuery};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx, experts};
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::{Case, kind_of, others_of};
use super::facts::{OtherWork, Reader};
use super::judging::{Report, SoundRule, judge_all};
use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;
use crate::knobs::{narrowest, scopes_of};
use crate::packages::readable;

record! {
    /// A case to try rules on: work, a person and an arrangement, each of which may be left out. Nothing of it is kept.
    #[derive(Debug, Clone, PartialEq, ToSchema)]
    #[schema(as = RuleTrial)]
    pub struct Trial {
        /// A rule that is not kept yet; left out: the rules that are in force.
        #[schema(value_type = Option<Rule>)]
        pub rule: Option<Fresh<Rule>>,
        /// Only these of the rules in force; left out: all.
        pub rules: Option<Vec<RuleId>>,
        /// A package that is here.
        pub package: Option<PackageId>,
        /// Or work that is not here.
        #[schema(value_type = Option<TaskPackage>)]
        pub work: Option<Fresh<TaskPackage>>,
        /// What kind of organisation that work belongs to.
        pub organisation_kind: Option<OrganisationKind>,
        /// A person who is here: what a mediator sees of them counts.
        pub expert: Option<ExpertId>,
        /// Or a person who is not here: everything that is told of them counts.
        #[schema(value_type = Option<Expert>)]
        pub person: Option<Fresh<Expert>>,
        /// What is arranged.
        pub arrangement: Option<Arrangement>,
        /// Answers to what the rules ask, by key.
        #[schema(value_type = BTreeMap<String, bool>)]
        pub answers: BTreeMap<Line, bool> = BTreeMap::new(),
        /// The day that counts as today.
        pub day: Option<Date>,
    }
    check(reading) {
        let both = |one: bool, other: bool| one && other;
        if both(package.as_ref().is_some_and(Option::is_some), work.as_ref().is_some_and(Option::is_some)) {
            reading.within("work", |reading| reading.fault(FaultKind::ExactlyOne { of: &["package", "work"] }));
        }
        if both(expert.as_ref().is_some_and(Option::is_some), person.as_ref().is_some_and(Option::is_some)) {
            reading.within("person", |reading| reading.fault(FaultKind::ExactlyOne { of: &["expert", "person"] }));
        }
    }
}

record! {
    /// What somebody wants to know of the rules for work that they could do. Answers are used and forgotten.
    #[derive(Debug, Clone, PartialEq, ToSchema)]
    pub struct OwnCase {
        /// The package.
        pub package: PackageId,
        /// What would be arranged; left out: what was arranged last in a match on this package, if anything was.
        pub arrangement: Option<Arrangement>,
        /// Answers to what the rules ask, by key.
        #[schema(value_type = BTreeMap<String, bool>)]
        pub answers: BTreeMap<Line, bool> = BTreeMap::new(),
    }
}

/// What came out of a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RuleTrialOutcome)]
pub struct Tried {
    /// What came out.
    pub report: Report,
    /// The rules that have nothing to say about this case.
    pub silent: Vec<RuleId>,
}

/// Work, a person and what they do beside it, as they are here.
struct Found {
    work: Option<(TaskPackage, Option<OrganisationKind>)>,
    person: Option<Expert>,
    others: Vec<OtherWork>,
    reader: Reader,
    arrangement: Option<Arrangement>,
}

impl Desk {
    /// Tries rules on a case: those in force, or one that is not kept yet. Of a person who is here it counts what a mediator sees; that they were looked
    /// at is noted.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with every fault of the rule or case; [`Error::NotFound`] for a package or person that the actor may not know of;
    /// [`Error::NotAllowed`] for anybody but mediators and stewards.
    pub fn try_rules(&self, actor: &Actor, trial: Trial) -> Result<Tried, Error> {
        let (desk, today) = (self.clone(), self.today());
        self.write(actor, move |tx, actor| {
            authorise(actor, Action::TryRule, &Object::Network)?;
            let rules = desk.rules_of(tx, &trial)?;
            let found = found_for(tx, actor, &trial)?;
            let case = found.case(&trial.answers, trial.day.unwrap_or(today));
            let days = case.days();
            let outcomes = judge_all(&rules, &RulesKnob::default(), &case.facts(), case.reader, days);
            let spoke = |id: &RuleId| outcomes.iter().any(|outcome| outcome.rule == *id);
            let mut silent: Vec<RuleId> = rules.iter().map(|sound| sound.rule.id.clone()).filter(|id| !spoke(id)).collect();
            silent.dedup();
            Ok(Tried { report: Report::new(days.0, outcomes), silent })
        })
    }

    fn rules_of(&self, db: &mut Db, trial: &Trial) -> Result<Vec<Arc<SoundRule>>, Error> {
        if let Some(Fresh(rule)) = &trial.rule {
            let faults = super::faults_of(rule);
            let at_rule = |fault: Fault| Fault::new(format!("/rule{}", fault.pointer), fault.kind);
            if !faults.is_empty() {
                return Err(Error::Invalid(faults.into_iter().map(at_rule).collect()));
            }
            return Ok(vec![Arc::new(SoundRule::kept(rule.clone()))]);
        }
        let book = self.rule_keeper().book(db)?;
        let unknown = trial.rules.iter().flatten().enumerate().filter(|(_, id)| book.of(id).is_empty());
        let faults: Vec<Fault> =
            unknown.map(|(at, id)| Fault::new(format!("/rules/{at}"), FaultKind::Dangling { id: id.to_string() })).collect();
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let asked = |sound: &&Arc<SoundRule>| trial.rules.as_ref().is_none_or(|ids| ids.contains(&sound.rule.id));
        Ok(book.rules().iter().filter(asked).cloned().collect())
    }

    /// What the rules say to somebody about work that they could do, their income included: it is for their own eyes. Nothing of it is kept.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for who has no profile, and for a package that they may not know of.
    pub fn own_rules(&self, actor: &Actor, asked: &OwnCase) -> Result<Report, Error> {
        let own = actor.expert.clone().ok_or(Error::NotFound)?;
        let today = self.today();
        self.read(|db| {
            let (stored, _) = readable(db, actor, &asked.package, Action::ReadPackage)?;
            let kind = kind_of(db, &stored.package.organisation)?;
            let query = MatchQuery { package: Some(asked.package.clone()), expert: Some(own.clone()), ..MatchQuery::default() };
            let matched = matches::list(db, &query)?.pop();
            let arranged = matched.as_ref().and_then(|found| Some((found, found.arrangement?)));
            let arrangement = match (&asked.arrangement, arranged) {
                (Some(asked), _) => Some(asked.clone()),
                (None, Some((found, version))) => Some(matches::arrangement(db, found, version)?),
                (None, None) => None,
            };
            let others = others_of(db, &own, matched.as_ref().map(|found| &found.id))?;
            let person = experts::get(db, &own)?.ok_or(Error::NotFound)?.expert;
            let (knob, _, _) = narrowest::<RulesKnob>(db, &scopes_of(&stored.package))?;
            let book = self.rule_keeper().book(db)?;
            let work = Some((stored.package, kind));
            let found = Found { work, person: Some(person), others, reader: Reader::Own, arrangement };
            Ok(found.case(&asked.answers, today).judge(&book, &knob))
        })
    }
}

impl Found {
    fn case<'a>(&'a self, answers: &BTreeMap<Line, bool>, today: Date) -> Case<'a> {
        Case {
            work: self.work.as_ref().map(|(package, kind)| (package, *kind)),
            person: self.person.as_ref(),
            others: self.others.clone(),
            arrangement: self.arrangement.as_ref(),
            answers: answers.iter().map(|(key, answer)| (key.to_string(), *answer)).collect(),
            reader: self.reader,
            today,
        }
    }
}

fn found_for(tx: &mut Tx<'_>, actor: &Actor, trial: &Trial) -> Result<Found, Error> {
    let work = match (&trial.package, &trial.work) {
        (Some(id), _) => {
            let (stored, _) = readable(tx, actor, id, Action::ReadPackage)?;
            let kind = kind_of(tx, &stored.package.organisation)?;
            Some((stored.package, kind.or(trial.organisation_kind)))
        }
        (None, Some(Fresh(work))) => Some((work.clone(), trial.organisation_kind)),
        (None, None) => None,
    };
    let (person, others, reader) = match (&trial.expert, &trial.person) {
        (Some(id), _) => (Some(seen(tx, actor, id)?), others_of(tx, id, None)?, Reader::Mediator),
        (None, told) => (told.as_ref().map(|told| told.0.clone()), Vec::new(), Reader::Own),
    };
    Ok(Found { work, person, others, reader, arrangement: trial.arrangement.clone() })
}

/// Somebody who is here, and a note that they were looked at.
fn seen(tx: &mut Tx<'_>, actor: &Actor, id: &ExpertId) -> Result<Expert, Error> {
    let role = authorise(actor, Action::ReadExpert, &Object::Expert { id })?;
    let found = experts::get(tx, id)?.ok_or(Error::NotFound)?;
    let name = crate::experts::pseudonym(tx, &found)?;
    tx.audit(actor.act(role, Act::Read, ObjectKind::Expert, &name).fields(&["rules"]));
    Ok(found.expert)
}
