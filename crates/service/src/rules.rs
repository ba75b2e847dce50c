//! Rules at the desk: what is known of legislation, kept as data, tried on a case, and judged where work and people meet.
//!
//! Nothing here is advice: every outcome says who decides.

use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{RuleId, UserId};
use raakvlak_domain::quantities::Count;
use raakvlak_domain::rules::{Instrument, Rule};
use raakvlak_domain::texts::Prose;
use raakvlak_store::rules::{self, StoredRule};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned, digest_of};
use crate::error::Error;

pub(crate) mod blocking;
pub(crate) mod book;
pub(crate) mod cases;
pub(crate) mod expression;
pub(crate) mod facts;
pub mod fields;
pub mod judging;
pub mod knob;
pub mod matches;
pub mod netherlands;
pub mod trouble;
pub mod trying;

use book::{RuleBook, Version};
use judging::SoundRule;

/// A version of a rule as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleVersion {
    /// The version.
    pub rule: Rule,
    /// Whether it was written here; else it is one of the rules to start with.
    pub written_here: bool,
    /// Whether it holds today.
    pub holds: bool,
    /// Who wrote it.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Option<Instant>,
    /// Why, in own words.
    pub why: Option<Prose>,
    /// Who let it end.
    pub ended_by: Option<UserId>,
    /// When that was said.
    pub ended_at: Option<Instant>,
    /// Why it was let end.
    pub ended_why: Option<Prose>,
}

/// A rule with all its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleRecord {
    /// The rule.
    pub id: RuleId,
    /// Its versions, by number.
    pub versions: Vec<RuleVersion>,
}

impl Desk {
    /// A page of the versions of all rules, by rule and number.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when there is no such position.
    pub fn rules(&self, actor: &Actor, request: &PageRequest) -> Result<Page<RuleVersion>, Error> {
        authorise(actor, Action::ReadRule, &Object::Network)?;
        let (today, after) = (self.today(), request.after.as_deref().map(position).transpose()?);
        self.read(|db| {
            let book = self.rule_keeper().book(db)?;
            let later = book.versions().filter(|version| after.as_ref().is_none_or(|after| *after < place(version)));
            let rows = usize::try_from(request.rows()).unwrap_or(usize::MAX);
            let found: Vec<RuleVersion> = later.take(rows).map(|version| shown(version, today)).collect();
            Ok(Page::of(found, request, |version| format!("{}/{}", version.rule.number.get(), version.rule.id)))
        })
    }

    /// A rule with all its versions.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none.
    pub fn rule(&self, actor: &Actor, id: &RuleId) -> Result<Versioned<RuleRecord>, Error> {
        authorise(actor, Action::ReadRule, &Object::Network)?;
        let today = self.today();
        self.read(|db| {
            let book = self.rule_keeper().book(db)?;
            record(&book, id, today)
        })
    }

    /// The support measures, by id.
    ///
    /// # Errors
    ///
    /// None but those of who may ask.
    pub fn instruments(&self, actor: &Actor) -> Result<Vec<Instrument>, Error> {
        authorise(actor, Action::ReadRule, &Object::Network)?;
        Ok(netherlands::instruments().to_vec())
    }

    /// Writes a version of a rule: the first one of a new rule, or the next one of a rule that is there.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with every fault of its conditions, of the measure that it names, and with every version that holds on the same days;
    /// [`Error::NotAllowed`] for anybody but stewards.
    pub fn write_rule(&self, actor: &Actor, rule: Rule, why: Prose) -> Result<Versioned<RuleRecord>, Error> {
        let desk = self.clone();
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::WriteRule, &Object::Network)?;
            let book = RuleBook::new(rules::all(tx)?);
            let rule = numbered(&book, rule)?;
            let stored = StoredRule {
                rule,
                made_by: Some(actor.user.clone()),
                made_at: tx.now(),
                why,
                ended_by: None,
                ended_at: None,
                ended_why: None,
            };
            rules::insert(tx, &stored)?;
            let (reason, digest) = (digest_of(tx.keys(), None, &stored.why)?, digest_of(tx.keys(), None, &stored.rule)?);
            let entry = actor.act(role, Act::Create, ObjectKind::Rule, stored.rule.id.as_str());
            tx.audit(entry.fields(&["version"]).reason(reason).change(None, Some(digest)));
            record_now(&desk, tx, &stored.rule.id)
        })
    }

    /// Lets a version of a rule end on a day. `built_on` is the version of the record that was looked at ([`Desk::rule`]).
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such version; [`Error::Stale`] when the rule has changed since; [`Error::Invalid`] for a day before the
    /// version began, before yesterday, or after its end; [`Error::NotAllowed`] for anybody but stewards.
    pub fn end_rule(
        &self,
        actor: &Actor,
        id: &RuleId,
        (number, last_day): (Count, Date),
        why: Prose,
        built_on: i64,
    ) -> Result<Versioned<RuleRecord>, Error> {
        let (desk, id) = (self.clone(), id.clone());
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::WriteRule, &Object::Network)?;
            let book = RuleBook::new(rules::all(tx)?);
            let versions = book.of(&id);
            let version = versions.iter().find(|version| version.sound.rule.number == number).ok_or(Error::NotFound)?;
            let current = mark_of(&versions);
            if current != built_on {
                return Err(Error::Stale { current });
            }
            let before = &version.sound.rule;
            let after = ending(before, last_day, tx.now().date_in_amsterdam())?;
            end(tx, actor, version, &after, &why)?;
            let digest = |rule: &Rule| digest_of(tx.keys(), None, rule);
            let (digest_before, digest_after, reason) = (digest(before)?, digest(&after)?, digest_of(tx.keys(), None, &why)?);
            let entry = actor.act(role, Act::Close, ObjectKind::Rule, id.as_str()).fields(&["valid_until"]);
            tx.audit(entry.reason(reason).change(Some(digest_before), Some(digest_after)));
            record_now(&desk, tx, &id)
        })
    }
}

/// The rule with its number, when everything about it is sound beside the versions that are there.
fn numbered(book: &RuleBook, rule: Rule) -> Result<Rule, Error> {
    let versions = book.of(&rule.id);
    let last = versions.last().map_or(0, |version| version.sound.rule.number.get());
    let rule = Rule { number: Count::new(last + 1).unwrap_or(Count::HIGHEST), ..rule };
    let mut faults = faults_of(&rule);
    faults.extend(versions.iter().filter_map(|version| overlap(&rule, &version.sound.rule)));
    if faults.is_empty() { Ok(rule) } else { Err(Error::Invalid(faults)) }
}

/// What is wrong with the conditions of a rule and with the measure that it names.
pub(crate) fn faults_of(rule: &Rule) -> Vec<Fault> {
    let mut faults = SoundRule::new(rule.clone()).err().unwrap_or_default();
    let known = |id| netherlands::instruments().iter().any(|instrument| instrument.id == id);
    if let Some(id) = rule.instrument.clone().filter(|id| !known(id.clone())) {
        faults.push(Fault::new("/instrument", FaultKind::Dangling { id: id.to_string() }));
    }
    faults
}

/// The fault of two versions that hold on the same days, at the day from which they do.
pub(crate) fn overlap(rule: &Rule, other: &Rule) -> Option<Fault> {
    if !rule.overlaps(other) {
        return None;
    }
    let from = rule.valid_from.max(other.valid_from);
    let until = rule.valid_until.into_iter().chain(other.valid_until).min();
    let kind =
        FaultKind::Overlaps { number: other.number.get(), from: from.map(|day| day.to_string()), until: until.map(|day| day.to_string()) };
    Some(Fault::new("/valid_from", kind))
}

/// The version as it ends on this day. What held before yesterday stays as it was, so that what was decided then can still be understood.
fn ending(rule: &Rule, last_day: Date, today: Date) -> Result<Rule, Error> {
    let yesterday = Date::from_day_number(today.day_number() - 1).unwrap_or(today);
    let earliest = rule.valid_from.map_or(yesterday, |from| from.max(yesterday));
    let latest = rule.valid_until;
    if last_day < earliest || latest.is_some_and(|latest| latest < last_day) {
        let high = latest.map_or_else(|| "9999-12-31".to_owned(), |day| day.to_string());
        return Err(Error::Invalid(vec![Fault::new("/last_day", FaultKind::OutOfRange { low: earliest.to_string(), high })]));
    }
    Ok(Rule { valid_until: Some(last_day), ..rule.clone() })
}

/// Keeps the end of a version; of one to start with, the version itself comes to stand here.
fn end(tx: &mut Tx<'_>, actor: &Actor, version: &Version, after: &Rule, why: &Prose) -> Result<(), Error> {
    if version.kept.is_some() {
        return Ok(rules::end(tx, after, &actor.user, why)?);
    }
    let now = tx.now();
    let stored = StoredRule {
        rule: after.clone(),
        made_by: None,
        made_at: now,
        why: why.clone(),
        ended_by: Some(actor.user.clone()),
        ended_at: Some(now),
        ended_why: Some(why.clone()),
    };
    Ok(rules::insert(tx, &stored)?)
}

fn record_now(desk: &Desk, db: &mut Db, id: &RuleId) -> Result<Versioned<RuleRecord>, Error> {
    let book = RuleBook::new(rules::all(db)?);
    record(&book, id, desk.today())
}

fn record(book: &RuleBook, id: &RuleId, today: Date) -> Result<Versioned<RuleRecord>, Error> {
    let versions = book.of(id);
    if versions.is_empty() {
        return Err(Error::NotFound);
    }
    let mark = mark_of(&versions);
    let versions = versions.into_iter().map(|version| shown(version, today)).collect();
    Ok(Versioned::new(RuleRecord { id: id.clone(), versions }, mark))
}

/// The version of the record: it counts the versions, and the last moment at which one was ended.
fn mark_of(versions: &[&Version]) -> i64 {
    let ended = versions.iter().filter_map(|version| version.kept.as_ref()?.ended_at).map(Instant::microseconds).max();
    i64::try_from(versions.len()).unwrap_or(i64::MAX).saturating_add(ended.unwrap_or(0))
}

fn shown(version: &Version, today: Date) -> RuleVersion {
    let rule = version.sound.rule.clone();
    let kept = version.kept.as_ref();
    let here = kept.filter(|kept| kept.made_by.is_some());
    RuleVersion {
        written_here: here.is_some(),
        holds: rule.holds_on(today),
        made_by: here.and_then(|kept| kept.made_by.clone()),
        made_at: here.map(|kept| kept.made_at),
        why: here.map(|kept| kept.why.clone()),
        ended_by: kept.and_then(|kept| kept.ended_by.clone()),
        ended_at: kept.and_then(|kept| kept.ended_at),
        ended_why: kept.and_then(|kept| kept.ended_why.clone()),
        rule,
    }
}

/// Where a version stands among all.
fn place(version: &Version) -> (RuleId, u32) {
    (version.sound.rule.id.clone(), version.sound.rule.number.get())
}

/// Reads a position: the number, and then the rule, whose id may hold anything.
fn position(text: &str) -> Result<(RuleId, u32), Error> {
    let read = || Some((text.split_once('/')?.1, text.split_once('/')?.0.parse().ok()?));
    let found = read().and_then(|(id, number): (&str, u32)| Some((RuleId::new(id).ok()?, number)));
    found.ok_or_else(|| Error::Invalid(vec![Fault::new("/cursor", FaultKind::Dangling { id: text.to_owned() })]))
}
