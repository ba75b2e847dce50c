//! How places in shortlists are spread over people: how many were shown, how unevenly, and in which groups.

use std::collections::BTreeMap;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::places::Point;
use raakvlak_domain::quantities::WHOLE;
use raakvlak_domain::vocabulary::Vocabulary;
use serde::Serialize;
use utoipa::ToSchema;

use crate::asks::Ask;
use crate::groups::{Dimension, Group, days_waiting, groups_of, is_matchable, is_never_asked};
use crate::pool::Pool;

/// Of fewer people than this nothing is said, so that no figure is about somebody.
pub const FEWEST: u32 = 10;

/// A group is worse off when the share of it that is shown falls by so much, in basis points: one in twenty.
const FALL: u32 = 500;

/// Places are spread worse when their Gini coefficient rises by so much, in basis points.
const RISE: u32 = 200;

/// In how many lists each person is, by their number in the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places(Vec<u32>);

impl Places {
    /// Nobody is in a list.
    #[must_use]
    pub fn none(pool: &Pool) -> Self {
        Self(vec![0; pool.numbers().max().map_or(0, |last| last as usize + 1)])
    }

    /// Somebody is in one more list.
    pub fn add(&mut self, person: u32) {
        if let Some(places) = self.0.get_mut(person as usize) {
            *places += 1;
        }
    }

    /// In how many lists somebody is.
    #[must_use]
    pub fn of(&self, person: u32) -> u32 {
        self.0.get(person as usize).copied().unwrap_or(0)
    }

    /// The people in a list here and in none there.
    pub fn only_here(&self, there: &Self) -> usize {
        self.0.iter().zip(&there.0).filter(|(here, there)| **here > 0 && **there == 0).count()
    }
}

/// How places are spread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Spread {
    /// How many people said yes to being matched and have not paused.
    pub people: u32,
    /// How many of them are in a list.
    pub shown: u32,
    /// How unevenly places are spread over them: the Gini coefficient in basis points. 0 when all have as many; near 10 000 when one has all.
    pub gini: u32,
    /// The same in groups of ten people or more.
    pub groups: Vec<GroupSpread>,
}

/// How a group does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupSpread {
    /// Which.
    #[serde(flatten)]
    pub group: Group,
    /// How many people are in it.
    pub people: u32,
    /// How many of them are in a list.
    pub shown: u32,
    /// How many places they have together.
    pub places: u32,
}

impl GroupSpread {
    /// The share that is shown, in basis points.
    fn share(&self) -> u32 {
        (u64::from(self.shown) * u64::from(WHOLE)).checked_div(self.people.into()).unwrap_or(0) as u32
    }
}

/// Something that gets worse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Alarm {
    /// The group of which fewer are shown; `None` when places as a whole are spread more unevenly.
    pub group: Option<Group>,
    /// The share of it that is shown, or the Gini coefficient, before, in basis points.
    pub before: u32,
    /// The same after.
    pub after: u32,
}

/// Somebody who can be matched.
#[derive(Debug, Clone, PartialEq)]
pub struct Matchable {
    /// The number in the pool.
    pub person: u32,
    /// The groups that they are in; that of their region is not known here.
    pub groups: Vec<Group>,
    /// Where they live, when that is told and known.
    pub place: Option<Point>,
    /// How many days they have waited since the last offer that they said yes to, or since registering.
    pub days_waiting: u32,
}

/// Everybody who said yes to being matched and has not paused.
pub fn matchable(pool: &Pool, vocabulary: &Vocabulary, as_of: Date) -> impl Iterator<Item = Matchable> {
    let people = pool.numbers().map(|number| (number, pool.person(number))).filter(|(_, person)| is_matchable(person));
    people.map(move |(number, person)| Matchable {
        person: number,
        groups: groups_of(&person, vocabulary, as_of),
        place: person.told.has(Ask::Place).then_some(person.point),
        days_waiting: days_waiting(&person, as_of),
    })
}

/// How many people have never been asked whether they want to be matched.
#[must_use]
pub fn never_asked(pool: &Pool) -> u32 {
    pool.numbers().filter(|number| is_never_asked(&pool.person(*number))).count() as u32
}

/// How many of those who can be matched told fewer than so many of the keys that matching asks for.
#[must_use]
pub fn telling_fewer(pool: &Pool, keys: u32) -> u32 {
    let matchable = pool.numbers().map(|number| pool.person(number)).filter(is_matchable);
    matchable.filter(|person| person.told.count() < keys).count() as u32
}

/// How these places are spread over the people who can be matched.
#[must_use]
pub fn spread(pool: &Pool, vocabulary: &Vocabulary, as_of: Date, places: &Places) -> Spread {
    let mut groups: BTreeMap<Group, GroupSpread> = BTreeMap::new();
    let mut counts = Vec::new();
    for Matchable { person, groups: of_person, .. } in matchable(pool, vocabulary, as_of) {
        let places = places.of(person);
        counts.push(places);
        for group in of_person {
            let spread = groups.entry(group.clone()).or_insert(GroupSpread { group, people: 0, shown: 0, places: 0 });
            spread.people += 1;
            spread.shown += u32::from(places > 0);
            spread.places += places;
        }
    }
    let shown = counts.iter().filter(|count| **count > 0).count() as u32;
    let mut groups: Vec<GroupSpread> = groups.into_values().collect();
    keep_large(&mut groups, |group| (group.group.dimension, group.people));
    Spread { people: counts.len() as u32, shown, gini: gini(counts), groups }
}

/// Leaves out groups of fewer than [`FEWEST`] people, and where those are so few together that they can be told from the others, the smallest of those.
pub fn keep_large<T>(groups: &mut Vec<T>, of: impl Fn(&T) -> (Dimension, u32)) {
    for dimension in Dimension::ALL {
        let mut sizes: Vec<u32> = groups.iter().map(&of).filter(|(its, _)| *its == dimension).map(|(_, people)| people).collect();
        sizes.sort_unstable();
        let mut left_out = 0;
        let mut smallest = 0;
        for size in sizes {
            if size >= FEWEST && (left_out == 0 || left_out >= FEWEST) {
                break;
            }
            left_out += size;
            smallest = size + 1;
        }
        groups.retain(|group| of(group).0 != dimension || of(group).1 >= smallest.max(FEWEST));
    }
}

/// What gets worse: groups of which a smaller share is shown, and places that are spread more unevenly.
#[must_use]
pub fn alarms(before: &Spread, after: &Spread) -> Vec<Alarm> {
    let fell = after.groups.iter().filter_map(|group| {
        let earlier = before.groups.iter().find(|earlier| earlier.group == group.group)?;
        let (before, after) = (earlier.share(), group.share());
        (after + FALL <= before).then(|| Alarm { group: Some(group.group.clone()), before, after })
    });
    let uneven = (before.gini + RISE <= after.gini).then_some(Alarm { group: None, before: before.gini, after: after.gini });
    uneven.into_iter().chain(fell).collect()
}

/// The Gini coefficient of these counts, in basis points: `(2·Σ i·x_i / Σ x − (n + 1)) / n` with the counts ascending and `i` from 1 (C. Gini, 1912).
#[must_use]
pub fn gini(mut counts: Vec<u32>) -> u32 {
    counts.sort_unstable();
    let (people, sum) = (counts.len() as u128, counts.iter().map(|count| u128::from(*count)).sum::<u128>());
    if sum == 0 {
        return 0;
    }
    let weighted: u128 = counts.iter().zip(1u128..).map(|(count, place)| place * u128::from(*count)).sum();
    // Never below 0: the weighted sum is least when all counts are equal, and then it is this very number.
    let above = 2 * weighted - (people + 1) * sum;
    (above * u128::from(WHOLE) / (people * sum)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coefficient_says_how_uneven() {
        assert_eq!([gini(vec![]), gini(vec![0, 0]), gini(vec![3, 3, 3]), gini(vec![7])], [0; 4]);
        assert_eq!(gini(vec![0, 0, 0, 5]), 7_500, "one of four has all");
        assert_eq!(gini(vec![4, 1, 3, 2]), 2_500);
    }

    #[test]
    fn a_small_group_cannot_be_told_from_what_is_left() {
        use Dimension::{Aside, Needs};
        let mut groups = vec![(Aside, 4), (Aside, 96), (Needs, 30), (Needs, 11), (Needs, 3), (Needs, 12)];
        keep_large(&mut groups, |group| *group);
        assert_eq!(groups, [(Needs, 30), (Needs, 12)], "with the four the others would be known, and with the eleven the three");
    }

    #[test]
    fn a_group_that_falls_behind_is_named() {
        let group = |shown| GroupSpread {
            group: Group { dimension: crate::groups::Dimension::Aside, value: "aside".into() },
            people: 20,
            shown,
            places: shown,
        };
        let spread = |shown, gini| Spread { people: 40, shown: 20, gini, groups: vec![group(shown)] };
        assert_eq!(alarms(&spread(10, 4_000), &spread(10, 4_199)), []);
        let found = alarms(&spread(10, 4_000), &spread(9, 4_200));
        let named: Vec<_> = found.iter().map(|alarm| (alarm.group.is_some(), alarm.before, alarm.after)).collect();
        assert_eq!(named, [(false, 4_000, 4_200), (true, 5_000, 4_500)]);
        assert_eq!(alarms(&spread(9, 4_200), &spread(10, 4_000)), [], "what gets better is no alarm");
    }
}
