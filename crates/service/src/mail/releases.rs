//! Fixed moments at which some letters leave, so that when a letter comes tells nothing of why.

use raakvlak_domain::calendar::{Date, Instant, TIME_ZONE};

/// The hour of the day, in Amsterdam.
const HOUR: i8 = 10;

/// The next moment of release after this one: ten in the morning, today or tomorrow.
pub(super) fn next(now: Instant) -> Instant {
    let today = now.date_in_amsterdam();
    [today, today.plus_days(1)].into_iter().filter_map(moment).find(|moment| *moment > now).unwrap_or(now)
}

fn moment(day: Date) -> Option<Instant> {
    day.civil().at(HOUR, 0, 0, 0).in_tz(TIME_ZONE).ok().map(|moment| Instant::from(moment.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_leave_at_ten_in_summer_and_in_winter() {
        let at = |text: &str| Instant::from(text.parse::<jiff::Timestamp>().unwrap());
        for (now, release) in [
            ("2026-11-23T08:59:59Z", "2026-11-23T09:00:00Z"),
            ("2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z"),
            ("2026-11-23T23:30:00Z", "2026-11-24T09:00:00Z"),
            ("2026-07-01T12:00:00Z", "2026-07-02T08:00:00Z"),
            ("2026-10-24T12:00:00Z", "2026-10-25T09:00:00Z"),
        ] {
            assert_eq!(next(at(now)), at(release), "{now}");
        }
    }
}
