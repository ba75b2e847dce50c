//! The groups for which fairness is watched. Sex, age and origin are not kept, so there are no groups of them.
#![allow(clippy::indexing_slicing, reason = "a kind of bar is one of those that a person has")]

use raakvlak_domain::calendar::Date;
use raakvlak_domain::languages::LanguageLevel;
use raakvlak_domain::vocabulary::Vocabulary;
use serde::Serialize;
use utoipa::ToSchema;

use crate::asks::{Ask, Asks};
use crate::people::{Bar, Dates, Person, Standing};
use crate::words::{bits, term};

/// What people are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Aside for a year or longer, or not: `aside`, `not_aside`.
    Aside,
    /// In no list that a mediator opened for thirty days, or in one: `unseen`, `seen`.
    Unseen,
    /// How much of the profile is told: `little` (under a third), `some`, `much` (two thirds or more).
    Profile,
    /// Whether something has to be adapted: `needs`, `none`, `not_told`.
    Needs,
    /// How well the person speaks Dutch: `under_b1`, `b1_or_more`, `not_told`.
    Language,
    /// A form of work that the person accepts; somebody who told none accepts `not_told`. A person is in several of these groups.
    WorkForm,
    /// The province in which the person lives; `not_told` when the place is not told or not known.
    Region,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 7] = [Self::Aside, Self::Unseen, Self::Profile, Self::Needs, Self::Language, Self::WorkForm, Self::Region];

    /// Whether everybody is in exactly one group of it, so that the groups add up to everybody.
    #[must_use]
    pub fn adds_up(self) -> bool {
        self != Self::WorkForm
    }
}

/// A group of people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
pub struct Group {
    /// What they are told apart by.
    pub dimension: Dimension,
    /// What they have in common.
    pub value: String,
}

/// How many keys of a profile there are.
const KEYS: usize = Ask::ALL.len();

/// Whether somebody can be found at all: they said yes to being matched, and have not paused.
pub(crate) fn is_matchable(person: &Person) -> bool {
    let closed = Standing::NO | Standing::NOT_ASKED | Standing::PAUSED;
    Standing::from_bits(person.bars[Bar::Standing as usize]).among(closed) == 0
}

/// Whether nobody has asked them whether they want to be matched.
pub(crate) fn is_never_asked(person: &Person) -> bool {
    Standing::from_bits(person.bars[Bar::Standing as usize]).among(Standing::NOT_ASKED) != 0
}

/// The groups that somebody is in on a day.
pub(crate) fn groups_of(person: &Person, vocabulary: &Vocabulary, as_of: Date) -> Vec<Group> {
    let one = |dimension, value: &str| Group { dimension, value: value.to_owned() };
    let today = as_of.day_number();
    let mut groups = vec![
        one(Dimension::Aside, if is_aside(person.dates, today) { "aside" } else { "not_aside" }),
        one(Dimension::Unseen, if is_unseen(person.dates, today) { "unseen" } else { "seen" }),
        one(Dimension::Profile, fullness(person.told)),
        one(Dimension::Needs, needs(person)),
        one(Dimension::Language, dutch(person)),
    ];
    groups.extend(work_forms(person, vocabulary).into_iter().map(|form| one(Dimension::WorkForm, form)));
    groups
}

fn is_aside(dates: Dates, today: i32) -> bool {
    dates.aside_since != Dates::NOT_TOLD && i64::from(today) - i64::from(dates.aside_since) >= 365
}

fn is_unseen(dates: Dates, today: i32) -> bool {
    dates.last_shown == Dates::NOT_TOLD || i64::from(today) - i64::from(dates.last_shown) >= 30
}

/// How many days somebody has waited.
pub(crate) fn days_waiting(person: &Person, as_of: Date) -> u32 {
    let since = person.dates.waiting_since;
    if since == Dates::NOT_TOLD { 0 } else { u32::try_from(i64::from(as_of.day_number()) - i64::from(since)).unwrap_or(0) }
}

fn fullness(told: Asks) -> &'static str {
    match told.iter().count() * 3 / KEYS {
        0 => "little",
        1 => "some",
        _ => "much",
    }
}

fn needs(person: &Person) -> &'static str {
    match (person.told.has(Ask::Needs), person.bars[Bar::Need as usize]) {
        (false, _) => "not_told",
        (true, 0) => "none",
        (true, _) => "needs",
    }
}

fn dutch(person: &Person) -> &'static str {
    let level = person.languages.iter().find(|(language, _)| language.as_str() == "nl").map(|(_, level)| *level);
    match level {
        _ if !person.told.has(Ask::Languages) => "not_told",
        Some(level) if level >= LanguageLevel::B1 => "b1_or_more",
        _ => "under_b1",
    }
}

fn work_forms<'a>(person: &Person, vocabulary: &'a Vocabulary) -> Vec<&'a str> {
    if !person.told.has(Ask::WorkForms) {
        return vec!["not_told"];
    }
    let all = u64::MAX.checked_shr(u64::BITS - vocabulary.work_forms.terms().len() as u32).unwrap_or(0);
    bits(all & !person.bars[Bar::WorkForm as usize]).map(|form| term(&vocabulary.work_forms, form)).collect()
}
