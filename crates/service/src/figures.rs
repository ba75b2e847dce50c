//! Figures: how places, offers and matches are spread over people, and who is shown to nobody. Counts of fewer than ten are left out for whoever sees no
//! people, so that no figure is about somebody.

use std::collections::{BTreeMap, HashMap};

use raakvlak_domain::calendar::Date;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::ExpertId;
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::places::Point;
use raakvlak_engine::fairness::{FEWEST, Matchable, gini, keep_large, matchable};
use raakvlak_engine::groups::{Dimension, Group};
use raakvlak_store::figures;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;
use crate::places::Towns;

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
        let (mut people, mut regions) = (Vec::new(), Regions::default());
        let mut groups: BTreeMap<Group, Vec<Fate>> = BTreeMap::new();
        for found in matchable(&snapshot.pool, snapshot.words.lexicon.vocabulary(), snapshot.day) {
            let fate = counts.fate_of(&snapshot.pool.id(found.person), &found);
            people.push(fate);
            let region = Group { dimension: Dimension::Region, value: regions.of(found.place).to_owned() };
            found.groups.into_iter().chain([region]).for_each(|group| groups.entry(group).or_default().push(fate));
        }
        let mut groups: Vec<(Group, Vec<Fate>)> = groups.into_iter().collect();
        keep_large(&mut groups, |(group, people)| (group.dimension, people.len() as u32));
        let gini = gini(people.iter().map(|fate| fate.places).collect());
        let mut groups: Vec<GroupShare> =
            groups.into_iter().map(|(group, people)| GroupShare { group, share: Share::of(&people) }).collect();
        hide_what_can_be_worked_out(&mut groups, &people);
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

/// The provinces of points, each looked up once.
#[derive(Default)]
struct Regions(HashMap<(u64, u64), &'static str>);

impl Regions {
    fn of(&mut self, place: Option<Point>) -> &'static str {
        let Some(point) = place else { return "not_told" };
        let nearest = || Towns::built_in().nearest(point).map_or("not_told", |town| town.province.as_str());
        self.0.entry((point.lat.to_bits(), point.lon.to_bits())).or_insert_with(nearest)
    }
}

/// A column of the figures: how it is counted, and where it stands in a share.
type Column = (fn(&Fate) -> bool, fn(&mut Share) -> &mut Option<u32>);

/// The columns that add up over groups.
const COLUMNS: [Column; 3] = [
    (|fate| fate.places > 0, |share| &mut share.shown),
    (|fate| fate.offered, |share| &mut share.offered),
    (|fate| fate.confirmed, |share| &mut share.confirmed),
];

/// Takes out further counts where what is left out could be worked out from the sum over everybody: of groups that add up, the smallest ones that are shown,
/// until what is left out comes to ten or more.
fn hide_what_can_be_worked_out(groups: &mut [GroupShare], people: &[Fate]) {
    for dimension in Dimension::ALL.into_iter().filter(|dimension| dimension.adds_up()) {
        let mut of_dimension: Vec<&mut Share> =
            groups.iter_mut().filter(|group| group.group.dimension == dimension).map(|group| &mut group.share).collect();
        let in_groups: u32 = of_dimension.iter().filter_map(|share| share.people).sum();
        for (holds, of) in COLUMNS {
            let all = people.iter().filter(|fate| holds(fate)).count() as u32;
            let mut column: Vec<&mut Option<u32>> = of_dimension.iter_mut().map(|share| of(share)).collect();
            hide(&mut column, all, (in_groups as usize) < people.len());
        }
    }
}

/// Takes out the smallest counts that are shown, as long as those that are not come to fewer than ten together. `others` says that groups are left out.
fn hide(column: &mut [&mut Option<u32>], all: u32, others: bool) {
    loop {
        let left = all.saturating_sub(column.iter().filter_map(|count| **count).sum());
        let hidden = others || column.iter().any(|count| count.is_none());
        let smallest = column.iter_mut().filter(|count| count.is_some()).min_by_key(|count| ***count);
        match smallest {
            Some(smallest) if hidden && left < FEWEST => **smallest = None,
            _ => return,
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
    fn what_is_left_out_cannot_be_worked_out_from_the_rest() {
        let hidden = |counts: &[u32], all: u32, others: bool| {
            let mut shown: Vec<Option<u32>> = counts.iter().map(|count| large(*count)).collect();
            hide(&mut shown.iter_mut().collect::<Vec<_>>(), all, others);
            shown
        };
        assert_eq!(hidden(&[40, 30, 20], 90, false), [Some(40), Some(30), Some(20)], "nothing is left out");
        assert_eq!(hidden(&[40, 30, 4], 74, false), [Some(40), None, None], "the four would be 74 less 70");
        assert_eq!(hidden(&[40, 30, 0], 70, false), [Some(40), None, None], "nor that it was nobody");
        assert_eq!(hidden(&[40, 9, 8], 57, false), [Some(40), None, None], "seventeen of two says nothing of one");
        assert_eq!(hidden(&[40, 30], 73, true), [Some(40), None], "a group that is left out as a whole had three");
        assert_eq!(hidden(&[40, 4], 44, false), [None, None]);
    }

    #[test]
    fn a_place_lies_in_a_province() {
        let mut regions = Regions::default();
        let zwolle = Point { lat: 52.51, lon: 6.09 };
        assert_eq!([regions.of(Some(zwolle)), regions.of(Some(zwolle)), regions.of(None)], ["Overijssel", "Overijssel", "not_told"]);
        assert_eq!(regions.0.len(), 1);
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
