//! What goes wrong with a rule opens a to-do for stewards: once for each rule and sort of trouble, closed again when the rule is put right.

use std::collections::BTreeSet;

use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::identifiers::RuleId;
use raakvlak_store::todos::{self, TodoQuery};
use raakvlak_store::{ObjectKind, StoreError, Tx};

use super::book::{RuleBook, Version};
use super::judging::{Report, RuleTrouble};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::Error;
use crate::routing;

/// The sort of to-do that a rule opens which went wrong on some values.
pub const RULE_FAILED: &str = "rule_failed";
/// The sort of to-do that a rule opens which would have run long.
pub const RULE_TOO_LONG: &str = "rule_too_long";
/// The sort of to-do that a rule opens of which two versions hold on one day, so that it can say two things at once.
pub const RULE_CONTRADICTS: &str = "rule_contradicts";

const KINDS: [&str; 3] = [RULE_FAILED, RULE_TOO_LONG, RULE_CONTRADICTS];

/// Rules that went wrong, and how.
pub(crate) type Troubled = BTreeSet<(RuleId, RuleTrouble)>;

fn kind_of(trouble: RuleTrouble) -> &'static str {
    match trouble {
        RuleTrouble::Failed => RULE_FAILED,
        RuleTrouble::TooLong => RULE_TOO_LONG,
    }
}

/// Opens what the troubles in a report ask for.
pub(crate) fn note(tx: &mut Tx<'_>, report: &Report) -> Result<(), Error> {
    let troubled = report.outcomes.iter().filter_map(|outcome| Some((outcome.rule.clone(), outcome.trouble?))).collect();
    open(tx, &troubled)
}

fn open(tx: &mut Tx<'_>, troubled: &Troubled) -> Result<(), Error> {
    troubled.iter().try_for_each(|(rule, trouble)| routing::open(tx, kind_of(*trouble), ObjectKind::Rule, rule.as_str(), None))
}

impl Desk {
    /// Opens a to-do for every rule that went wrong in a ranking, cannot be judged any more, or says two things on one day, and closes those of rules that
    /// were put right; gives how many were closed. Run by the clock.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn look_after_rules(&self) -> Result<usize, Error> {
        let mut troubled = self.rule_keeper().take_troubled();
        let today = self.today();
        let (book, waiting) = self.read(|db| {
            let waiting = todos::list(db, &TodoQuery { object_kind: Some(ObjectKind::Rule.as_str()), ..TodoQuery::default() })?;
            Ok::<_, Error>((self.rule_keeper().book(db)?, waiting))
        })?;
        let broken = counting(&book, today).filter(|version| version.sound.is_broken());
        troubled.extend(broken.map(|version| (version.sound.rule.id.clone(), RuleTrouble::Failed)));
        let doubled = doubled(&book, today);
        let done: Vec<(String, String)> = waiting
            .into_iter()
            .filter(|todo| KINDS.contains(&todo.kind.as_str()))
            .filter(|todo| match RuleId::new(&todo.object_id) {
                Ok(rule) if todo.kind == RULE_CONTRADICTS => !doubled.contains(&rule),
                Ok(rule) => is_put_right(&book, &rule, todo.opened_at, today),
                Err(_) => true,
            })
            .map(|todo| (todo.kind, todo.object_id))
            .collect();
        if troubled.is_empty() && doubled.is_empty() && done.is_empty() {
            return Ok(0);
        }
        self.write(&Actor::system(), move |tx, _| {
            open(tx, &troubled)?;
            doubled.iter().try_for_each(|rule| routing::open(tx, RULE_CONTRADICTS, ObjectKind::Rule, rule.as_str(), None))?;
            let close = |(kind, rule): &(String, String)| todos::close_about(tx, kind, ObjectKind::Rule.as_str(), rule, None);
            let closed = done.iter().map(close).sum::<Result<usize, StoreError>>()?;
            Ok(closed)
        })
    }
}

/// The versions that hold today or come to hold.
fn counting(book: &RuleBook, today: Date) -> impl Iterator<Item = &Version> {
    book.versions().filter(move |version| version.sound.rule.valid_until.is_none_or(|until| until >= today))
}

/// The rules of which two versions hold on one day.
fn doubled(book: &RuleBook, today: Date) -> BTreeSet<RuleId> {
    let counting: Vec<&Version> = counting(book, today).collect();
    let overlap = |one: &Version, other: &Version| {
        let begins = |version: &Version| version.sound.rule.valid_from.unwrap_or(today).max(today);
        let day = begins(one).max(begins(other));
        one.sound.rule.id == other.sound.rule.id && one.sound.rule.holds_on(day) && other.sound.rule.holds_on(day)
    };
    let pairs = counting.iter().enumerate().flat_map(|(at, one)| counting.iter().skip(at + 1).map(move |other| (one, other)));
    pairs.filter(|(one, other)| overlap(one, other)).map(|(one, _)| one.sound.rule.id.clone()).collect()
}

/// Whether no version counts any more that was there when the trouble was noted, and none is broken.
fn is_put_right(book: &RuleBook, rule: &RuleId, since: Instant, today: Date) -> bool {
    let newer = |version: &Version| version.kept.as_ref().is_some_and(|kept| kept.made_by.is_some() && kept.made_at > since);
    counting(book, today).filter(|version| version.sound.rule.id == *rule).all(|version| newer(version) && !version.sound.is_broken())
}
