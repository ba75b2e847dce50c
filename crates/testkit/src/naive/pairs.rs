//! One package and one expert, with what several gates and criteria look at: present conditions, range left, distance, days.

use super::criteria::Criterion;
use super::knobs::{CRITERIA, Knob};
use super::records::{Expert, Folder, Package, listed};
use super::similarity::nearest;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// "R = 6 371 008.8 m".
const EARTH_RADIUS: f64 = 6_371_008.8;

/// What there is to know when one expert is held against one package.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) folder: &'a Folder,
    pub(super) knob: &'a Knob,
    pub(super) as_of: Date,
    pub(super) package: &'a Package,
    pub(super) expert: &'a Expert,
}

/// What the pair comes to.
pub(super) struct Assessment {
    /// The gates that are shut, in the order of section 3, each with its details.
    pub(super) shut: Vec<(&'static str, Vec<String>)>,
    /// In the order of section 6, silent ones included.
    pub(super) criteria: Vec<(&'static str, Criterion)>,
    pub(super) score: i64,
    pub(super) turn: i64,
}

impl<'a> Pair<'a> {
    /// "All gates are evaluated"; `score_floor` after all others, since it asks that "every other gate is not shut".
    pub(super) fn assess(&self) -> Assessment {
        let criteria: Vec<_> = CRITERIA.iter().map(|name| (*name, self.criterion(name))).collect();
        let score = self.score(&criteria);
        let mut shut = self.shut_gates(&criteria);
        if shut.is_empty() && self.score_floor_shuts(&criteria, score) {
            shut.push(("score_floor", vec![String::new()]));
        }
        Assessment { shut, criteria, score, turn: self.turn() }
    }

    /// "**Score** = `Σ weight·criterion / Σ weight` over the criteria that are not silent"; "when only silent criteria have weight every score is
    /// 0".
    fn score(&self, criteria: &[(&'static str, Criterion)]) -> i64 {
        let mut sum = 0;
        let mut weights = 0;
        for ((_, criterion), (_, weight)) in criteria.iter().zip(self.knob.weights) {
            if let Some(value) = self.value(*criterion) {
                sum += weight * value;
                weights += weight;
            }
        }
        if weights == 0 { 0 } else { sum / weights }
    }

    /// "Where the expert has not told what a criterion needs, its value is the matcher knob's **doubt**". Nothing for a silent criterion.
    pub(super) fn value(&self, criterion: Criterion) -> Option<i64> {
        match criterion {
            Criterion::Silent => None,
            Criterion::Doubt => Some(self.knob.doubt),
            Criterion::Known(value) => Some(value),
        }
    }

    /// "The conditions **present** are those of any task, less those that an adaptation on offer lifts."
    pub(super) fn present(&self) -> BTreeSet<&'a str> {
        let lifted: BTreeSet<&str> = self.package.on_offer().iter().flat_map(|adaptation| self.lifted_by(adaptation)).collect();
        let of_any_task = self.package.tasks.iter().flat_map(|task| task.conditions()).map(String::as_str);
        of_any_task.filter(|condition| !lifted.contains(condition)).collect()
    }

    pub(super) fn lifted_by(&self, adaptation: &str) -> impl Iterator<Item = &'a str> {
        self.folder.lifts.get(adaptation).into_iter().flatten().map(String::as_str)
    }

    /// The present conditions that are a no-go.
    pub(super) fn no_goes_present(&self) -> BTreeSet<&'a str> {
        let no_go = listed(&self.expert.no_go);
        self.present().into_iter().filter(|condition| no_go.iter().any(|other| other == condition)).collect()
    }

    /// "`[max(0, min − committed), max − committed]`" in tenths of an hour; nothing when hours are not told.
    pub(super) fn range_left(&self) -> Option<(i64, i64)> {
        let hours = self.expert.hours?;
        let committed = self.committed();
        Some(((hours.min.0 - committed).max(0), hours.max.0 - committed))
    }

    /// Exchange: "the greater of `committed_hours` and the `commitments`", these in their heaviest week from that of `as_of` on; tried for each week
    /// up to the last in which one of them begins.
    fn committed(&self) -> i64 {
        let told = self.expert.committed_hours.map_or(0, |committed| committed.0);
        let commitments = listed(&self.expert.commitments);
        let until = commitments.iter().filter_map(|commitment| commitment.start).max().unwrap_or(self.as_of);
        let mut monday = monday_of(self.as_of);
        let mut heaviest = told;
        while monday <= until.max(self.as_of) {
            let sunday = monday.saturating_add(6.days());
            let meets = |from: Option<Date>, to: Option<Date>| from.is_none_or(|from| from <= sunday) && to.is_none_or(|to| to >= monday);
            let met = commitments.iter().filter(|commitment| meets(commitment.start, commitment.end));
            heaviest = heaviest.max(met.map(|commitment| commitment.hours.0).sum());
            monday = monday.saturating_add(7.days());
        }
        heaviest.min(1_680)
    }

    /// Metres between both places, when both are told.
    pub(super) fn distance(&self) -> Option<i64> {
        let (package, expert) = (self.package.place?, self.expert.place?);
        Some(metres_between((package.lat, package.lon), (expert.lat, expert.lon)))
    }

    /// The travel limit in metres, when it is told.
    pub(super) fn travel_limit(&self) -> Option<i64> {
        self.expert.travel_km.map(|limit| limit.0)
    }

    /// Whole days from `date` to `as_of`: "a date after `as_of` counts as 0 days ago".
    pub(super) fn days_ago(&self, date: Date) -> i64 {
        days_between(date, self.as_of).max(0)
    }

    /// "aside = since `aside_since` when the expert shared it".
    pub(super) fn days_aside(&self) -> i64 {
        self.expert.aside_since.map_or(0, |since| self.days_ago(since))
    }

    /// "unseen (`last_shown` not told or `as_of − last_shown ≥ 30` days)".
    pub(super) fn unseen(&self) -> bool {
        self.expert.last_shown.is_none_or(|shown| self.days_ago(shown) >= 30)
    }
}

/// Calendar days from `from` to `to`, negative when `to` comes first.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

fn monday_of(date: Date) -> Date {
    date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
}

/// "the haversine distance (`2R·asin(√a)` [...] rounded to metres)" between two places, each north and east in degrees.
pub(crate) fn metres_between(one: (f64, f64), other: (f64, f64)) -> i64 {
    let north = (other.0 - one.0).to_radians();
    let east = (other.1 - one.1).to_radians();
    let a = (north / 2.0).sin().powi(2) + one.0.to_radians().cos() * other.0.to_radians().cos() * (east / 2.0).sin().powi(2);
    nearest(2.0 * EARTH_RADIUS * a.sqrt().asin())
}
