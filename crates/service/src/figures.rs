//! Figures: how places, offers and matches are spread over people, and who is shown to nobody. Counts of fewer than ten are left out for whoever sees no
//! people, so that no figure is about somebody.

use std::collections::{BTreeMap, HashMap};

use raakvlak_domain::calendar::Date;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::ExpertId;
use raakvlak_domain::matches::MatchState;
use raakvlak_engine::fairness::{FEWEST, Matchable, gini, keep_large, matchable};
use raakvlak_engine::groups::Group;
use raakvlak_store::figures;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;

mod unseen;

pub use unseen::{Unseen, UnseenCause, UnseenPerson, Why};

/// So many days are looked at when nobody says otherwise: a quarter of a year.
const QUARTER: u32 = 90;

/// How places, offers and matches are spread over people. A count under ten is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fairness {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Everybody who said yes to being matched and has not paused.
    #[serde(flatten)]
    pub all: Share,
    /// How unevenly places in opened shortlists are spread over them: the Gini coefficient in basis points. 0 when all have as many; near 10 000 when one
    /// has all.
    pub gini: u32,
    /// The same in groups.
    pub groups: Vec<GroupShare>,
}

/// What became of some people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Share {
    /// How many there are.
    pub people: Option<u32>,
    /// How many were in a shortlist that a mediator opened.
    pub shown: Option<u32>,
    /// How many had an offer.
    pub offered: Option<u32>,
    /// How many had a match confirmed.
    pub confirmed: Option<u32>,
    /// For how many days half of them have waited at most, since the last offer that they said yes to or since registering.
    pub median_days_waiting: Option<u32>,
}

/// What became of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupShare {
    /// Which.
    #[serde(flatten)]
    pub group: Group,
    /// What became of it.
    #[serde(flatten)]
    pub share: Share,
}

/// A first and a last day; either may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// The first day; a quarter of a year before the last when left out.
    pub from: Option<Date>,
    /// The last day; today when left out.
    pub until: Option<Date>,
}

impl Period {
    fn days(self, today: Date) -> Result<(Date, Date), Error> {
        let until = self.until.unwrap_or(today);
        let quarter_earlier = Date::from_day_number(until.day_number() - QUARTER as i32).unwrap_or(until);
        let from = self.from.unwrap_or(quarter_earlier);
        if from > until {
            return Err(Error::Invalid(vec![Fault::new(
                "/until",
                FaultKind::OutOfRange { low: from.to_string(), high: today.to_string() },
            )]));
        }
        Ok((from, until))
    }
}

impl Desk {
    /// How places, offers and matches were spread over people in a period.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when the last day lies before the first; [`Error::NotAllowed`] for who reads no figures.
    pub fn fairness(&self, actor: &Actor, period: Period) -> Result<Fairness, Error> {
        authorise(actor, Action::ReadFigures, &Object::Network)?;
        let snapshot = self.people()?;
        let (from, until) = period.days(snapshot.day)?;
        let (begins, ends) = (from.start_in_amsterdam(), until.plus_days(1).start_in_amsterdam());
        let counts = self.read(|db| {
            Ok(Counts {
                shown: figures::shown(db, from, until)?.into_iter().collect(),
                offered: figures::came_into(db, MatchState::Offered, begins, ends)?.into_iter().collect(),
                confirmed: figures::came_into(db, MatchState::Confirmed, begins, ends)?.into_iter().collect(),
            })
        })?;
        let mut people = Vec::new();
        let mut groups: BTreeMap<Group, Vec<Fate>> = BTreeMap::new();
        for found in matchable(&snapshot.pool, snapshot.words.lexicon.vocabulary(), snapshot.day) {
            let fate = counts.fate_of(&snapshot.pool.id(found.person), &found);
            people.push(fate);
            found.groups.into_iter().for_each(|group| groups.entry(group).or_default().push(fate));
        }
        let mut groups: Vec<(Group, Vec<Fate>)> = groups.into_iter().collect();
        keep_large(&mut groups, |(group, people)| (group.dimension, people.len() as u32));
        let gini = gini(people.iter().map(|fate| fate.places).collect());
        let groups = groups.into_iter().map(|(group, people)| GroupShare { group, share: Share::of(&people) }).collect();
        Ok(Fairness { from, until, all: Share::of(&people), gini, groups })
    }
}

/// How often each person was shown, asked and placed.
struct Counts {
    shown: HashMap<ExpertId, i64>,
    offered: HashMap<ExpertId, i64>,
    confirmed: HashMap<ExpertId, i64>,
}

impl Counts {
    fn fate_of(&self, id: &ExpertId, found: &Matchable) -> Fate {
        Fate {
            places: self.shown.get(id).map_or(0, |places| u32::try_from(*places).unwrap_or(u32::MAX)),
            offered: self.offered.contains_key(id),
            confirmed: self.confirmed.contains_key(id),
            days_waiting: found.days_waiting,
        }
    }
}

/// What became of one person.
#[derive(Debug, Clone, Copy)]
struct Fate {
    places: u32,
    offered: bool,
    confirmed: bool,
    days_waiting: u32,
}

impl Share {
    fn of(people: &[Fate]) -> Self {
        let count = |holds: &dyn Fn(&Fate) -> bool| large(people.iter().filter(|fate| holds(fate)).count() as u32);
        let mut waiting: Vec<u32> = people.iter().map(|fate| fate.days_waiting).collect();
        waiting.sort_unstable();
        Self {
            people: large(people.len() as u32),
            shown: count(&|fate| fate.places > 0),
            offered: count(&|fate| fate.offered),
            confirmed: count(&|fate| fate.confirmed),
            median_days_waiting: large(people.len() as u32).and_then(|_| waiting.get((waiting.len() - 1) / 2).copied()),
        }
    }
}

/// A count that is large enough to be about nobody.
pub(crate) fn large(count: u32) -> Option<u32> {
    (count >= FEWEST).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_are_about_nobody() {
        let fate = |at: u32| Fate { places: at % 2, offered: at < 10, confirmed: at < 9, days_waiting: at };
        let people: Vec<Fate> = (0..21).map(fate).collect();
        let expected = Share { people: Some(21), shown: Some(10), offered: Some(10), confirmed: None, median_days_waiting: Some(10) };
        assert_eq!(Share::of(&people), expected);
        let few = Share { people: None, shown: None, offered: None, confirmed: None, median_days_waiting: None };
        assert_eq!((Share::of(&people[..9]), Share::of(&[])), (few.clone(), few));
    }

    #[test]
    fn a_period_ends_after_it_begins() {
        let day = |text: &str| Date::parse(text).unwrap();
        let today = day("2026-11-23");
        assert_eq!(Period::default().days(today).unwrap(), (day("2026-08-25"), today));
        let backwards = Period { from: Some(day("2026-11-02")), until: Some(day("2026-11-01")) };
        assert!(matches!(backwards.days(today), Err(Error::Invalid(_))));
    }
}
