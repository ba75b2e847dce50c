//! Workload: whether all the work that someone has fits the week, in every week.

use crate::arrangements::Arrangement;
use crate::calendar::Date;
use crate::experts::Commitment;
use crate::quantities::Hours;

/// Work that takes hours a week for a time, in stretches that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    stretches: Vec<Stretch>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    first: i32,
    last: i32,
    tenths: u32,
}

impl From<&Commitment> for Obligation {
    fn from(commitment: &Commitment) -> Self {
        let first = commitment.start.map_or(i32::MIN, Date::day_number);
        let last = commitment.end.map_or(i32::MAX, Date::day_number);
        Self { stretches: vec![Stretch { first, last, tenths: commitment.hours.get() }] }
    }
}

impl From<&Arrangement> for Obligation {
    fn from(arrangement: &Arrangement) -> Self {
        let last_day = arrangement.end.map_or(i32::MAX, Date::day_number);
        let mut first = arrangement.start.day_number();
        let mut stretches = Vec::with_capacity(arrangement.build_up.len() + 1);
        for step in &arrangement.build_up {
            let last = step.until.day_number().min(last_day);
            stretches.push(Stretch { first, last, tenths: step.hours.get() });
            first = first.max(last.saturating_add(1));
        }
        stretches.push(Stretch { first, last: last_day, tenths: arrangement.hours.get() });
        stretches.retain(|stretch| stretch.first <= stretch.last);
        Self { stretches }
    }
}

impl Obligation {
    /// The hours it takes in the week of this day, in tenths: the most of any of its stretches in that week.
    #[must_use]
    pub fn tenths_in_week_of(&self, day: Date) -> u32 {
        self.tenths_in_week(week_of(day.day_number()))
    }

    fn tenths_in_week(&self, week: i32) -> u32 {
        let overlapping = self.stretches.iter().filter(|stretch| week_of(stretch.first) <= week && week <= week_of(stretch.last));
        overlapping.map(|stretch| stretch.tenths).max().unwrap_or(0)
    }
}

/// What somebody does outside what is arranged here: their commitments, and, where they told more hours than those, the rest of the hours told, week by
/// week. So the greater of the two counts in every week.
#[must_use]
pub fn outside_work(told: Option<Hours>, commitments: &[Commitment]) -> Vec<Obligation> {
    let mut work: Vec<Obligation> = commitments.iter().map(Obligation::from).collect();
    let rest = rest_of(told, &work);
    if !rest.is_empty() {
        work.push(Obligation { stretches: rest });
    }
    work
}

/// The commitments that say the same as these commitments and these hours told together.
#[must_use]
pub fn as_commitments(told: Option<Hours>, commitments: &[Commitment]) -> Vec<Commitment> {
    let work: Vec<Obligation> = commitments.iter().map(Obligation::from).collect();
    let rest = rest_of(told, &work).into_iter().filter_map(|stretch| {
        let day = |number: i32, open: i32| if number == open { Some(None) } else { Date::from_day_number(number).map(Some) };
        let (start, end) = (day(stretch.first, i32::MIN)?, day(stretch.last, i32::MAX).unwrap_or(None));
        Some(Commitment { employer: None, hours: Hours::new(stretch.tenths)?, dayparts: Vec::new(), start, end })
    });
    commitments.iter().cloned().chain(rest).collect()
}

/// In which whole weeks how many hours are left of those told, beside this work.
fn rest_of(told: Option<Hours>, work: &[Obligation]) -> Vec<Stretch> {
    let told = told.map_or(0, Hours::get);
    if told == 0 {
        return Vec::new();
    }
    let stretches = work.iter().flat_map(|obligation| &obligation.stretches);
    let bounded = stretches.flat_map(|stretch| [week_of(stretch.first), week_of(stretch.last).saturating_add(1)]);
    let (lowest, highest) = (week_of(i32::MIN), week_of(i32::MAX));
    let mut weeks: Vec<i32> = bounded.filter(|week| lowest < *week && *week < highest).chain([lowest, highest]).collect();
    weeks.sort_unstable();
    weeks.dedup();
    let mut rest: Vec<Stretch> = Vec::new();
    for (from, until) in weeks.iter().zip(weeks.iter().skip(1)) {
        let taken: u32 = work.iter().map(|obligation| obligation.tenths_in_week(*from)).sum();
        let left = told.saturating_sub(taken);
        let first = if *from == lowest { i32::MIN } else { first_day_of(*from) };
        let last = if *until == highest { i32::MAX } else { first_day_of(*until) - 1 };
        match rest.last_mut() {
            Some(before) if left > 0 && before.tenths == left && before.last.saturating_add(1) == first => before.last = last,
            _ if left > 0 => rest.push(Stretch { first, last, tenths: left }),
            _ => {}
        }
    }
    rest
}

/// The Monday of a week, as a day number.
fn first_day_of(week: i32) -> i32 {
    week.saturating_mul(7).saturating_sub(3)
}

/// The number of the week, Monday first, since the week of 1970-01-01 (a Thursday).
fn week_of(day: i32) -> i32 {
    day.saturating_add(3).div_euclid(7)
}

/// The most hours that all this work together takes in any week from the week of `from` on, in tenths of an hour.
#[must_use]
pub fn heaviest_week(obligations: &[Obligation], from: Date) -> u32 {
    let first = week_of(from.day_number());
    // The sum can only grow where something begins, so the weeks in which something begins are all that need looking at.
    let starts = obligations.iter().flat_map(|obligation| &obligation.stretches).map(|stretch| week_of(stretch.first));
    starts
        .chain([first])
        .filter(|week| *week >= first)
        .map(|week| obligations.iter().map(|obligation| obligation.tenths_in_week(week)).sum())
        .max()
        .unwrap_or(0)
}

/// Whether all this work together stays within the most hours a week that someone wants, in every week from that of `from` on.
#[must_use]
pub fn fits(obligations: &[Obligation], most: Hours, from: Date) -> bool {
    heaviest_week(obligations, from) <= most.get()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read;

    fn commitment(hours: &str, start: &str, end: &str) -> Obligation {
        let text = format!(r#"{{"hours":{hours},"start":{start},"end":{end}}}"#);
        Obligation::from(&read::<Commitment>(&text).unwrap())
    }

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn adds_what_meets_in_one_week() {
        // 2026-11-23 is a Monday: the first ends on the Wednesday of the week in which the second begins.
        let work = [commitment("10", "null", "\"2026-11-25\""), commitment("12", "\"2026-11-27\"", "null")];
        assert_eq!(heaviest_week(&work, day("2026-11-23")), 220);
        assert_eq!(heaviest_week(&work, day("2026-11-30")), 120);
    }

    #[test]
    fn follows_a_build_up() {
        let text = r#"{"hours":16,"start":"2026-11-23","build_up":[{"until":"2026-11-29","hours":4},{"until":"2026-12-06","hours":8}]}"#;
        let arrangement = Obligation::from(&read::<Arrangement>(text).unwrap());
        let hours: Vec<u32> = ["2026-11-22", "2026-11-23", "2026-11-30", "2026-12-07", "2030-01-01"]
            .iter()
            .map(|text| arrangement.tenths_in_week_of(day(text)))
            .collect();
        assert_eq!(hours, vec![0, 40, 80, 160, 160]);
        assert!(fits(&[arrangement], Hours::new(160).unwrap(), day("2026-11-23")));
    }

    #[test]
    fn the_greater_of_hours_told_and_commitments_counts_in_every_week() {
        let read = |text: &str| read::<Commitment>(text).unwrap();
        let begun = read(r#"{"hours":12,"end":"2026-12-02"}"#);
        let later = read(r#"{"hours":3.5,"start":"2027-01-06","end":"2027-01-20"}"#);
        let told = Hours::new(80);
        for commitments in
            [vec![], vec![begun.clone()], vec![later.clone()], vec![begun.clone(), later.clone()], vec![begun.clone(), begun]]
        {
            let plain: Vec<Obligation> = commitments.iter().map(Obligation::from).collect();
            let both = outside_work(told, &commitments);
            let carried: Vec<Obligation> = as_commitments(told, &commitments).iter().map(Obligation::from).collect();
            for week in 0..20 {
                let day = day("2026-11-02").plus_days(week * 7 + week % 7);
                let hours = |work: &[Obligation]| work.iter().map(|obligation| obligation.tenths_in_week_of(day)).sum::<u32>();
                assert_eq!(hours(&both), hours(&plain).max(80), "{day} {commitments:?}");
                assert_eq!(hours(&carried), hours(&both), "{day} {commitments:?}");
            }
            assert_eq!(heaviest_week(&both, day("2026-11-02")), heaviest_week(&plain, day("2026-11-02")).max(80));
        }
        assert_eq!(as_commitments(told, &[]), vec![read(r#"{"hours":8}"#)]);
        assert_eq!(as_commitments(Hours::new(20), std::slice::from_ref(&later)).len(), 3);
        assert_eq!(as_commitments(Hours::new(0), std::slice::from_ref(&later)), vec![later]);
    }

    #[test]
    fn sees_a_later_peak() {
        let work = [commitment("8", "null", "null"), commitment("30", "\"2027-03-01\"", "\"2027-03-31\"")];
        assert_eq!(heaviest_week(&work, day("2026-11-23")), 380);
        assert_eq!(heaviest_week(&work, day("2027-04-05")), 80);
    }
}
