//! Days and moments. Days are calendar days in Europe/Amsterdam; moments are in UTC.

use jiff::civil;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::faults::FaultKind;
use crate::json::Node;
use crate::reading::{FromNode, Reading};

/// The first and the last year that a date may have; outside lie only typing errors.
pub const YEARS: (i16, i16) = (1900, 2199);

/// The time zone in which today is decided.
pub const TIME_ZONE: &str = "Europe/Amsterdam";

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, format = "date", example = "2026-11-23")]
pub struct Date(civil::Date);

impl Date {
    /// The day written like this: `2026-11-23`.
    ///
    /// # Errors
    ///
    /// [`FaultKind::NotADate`], or a year outside [`YEARS`].
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        let well_formed = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
        if !well_formed {
            return Err(FaultKind::NotADate);
        }
        let date: civil::Date = text.parse().map_err(|_| FaultKind::NotADate)?;
        if (YEARS.0..=YEARS.1).contains(&date.year()) {
            Ok(Self(date))
        } else {
            Err(FaultKind::OutOfRange { low: format!("{}-01-01", YEARS.0), high: format!("{}-12-31", YEARS.1) })
        }
    }

    /// This day of the calendar.
    #[must_use]
    pub fn from_civil(date: civil::Date) -> Self {
        Self(date)
    }

    /// The day of the calendar.
    #[must_use]
    pub fn civil(self) -> civil::Date {
        self.0
    }

    /// The number of days since 1970-01-01, negative before.
    #[must_use]
    pub fn day_number(self) -> i32 {
        let since = self.0.duration_since(civil::date(1970, 1, 1)).as_hours() / 24;
        i32::try_from(since).unwrap_or(i32::MAX)
    }

    /// The day so many days after 1970-01-01, negative before; `None` outside [`YEARS`].
    #[must_use]
    pub fn from_day_number(number: i32) -> Option<Self> {
        let day = civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(i64::from(number)).ok()?).ok()?;
        (YEARS.0..=YEARS.1).contains(&day.year()).then_some(Self(day))
    }

    /// How many days ago this day was as seen from `as_of`; a day after it counts as 0 days ago.
    #[must_use]
    pub fn days_before(self, as_of: Self) -> u32 {
        u32::try_from(as_of.day_number() - self.day_number()).unwrap_or(0)
    }

    /// The moment at which this day begins in Amsterdam.
    #[must_use]
    pub fn start_in_amsterdam(self) -> Instant {
        let zone = jiff::tz::TimeZone::get(TIME_ZONE).unwrap_or(jiff::tz::TimeZone::UTC);
        self.0
            .to_zoned(zone)
            .map_or(Instant::from_microseconds(i64::from(self.day_number()) * 86_400_000_000), |zoned| zoned.timestamp().into())
    }

    /// The day so many days later.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(i64::from(days.min(1_000_000)))))
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromNode for Date {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let Node::Text(text) = node else {
            reading.fault(FaultKind::WrongType { expected: "a text", found: node.type_name() });
            return None;
        };
        Self::parse(text).map_err(|kind| reading.fault(kind)).ok()
    }
}

/// A moment, to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, format = "date-time", example = "2026-11-23T09:30:00Z")]
pub struct Instant(i64);

impl Instant {
    /// The moment so many microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_microseconds(microseconds: i64) -> Self {
        Self(microseconds)
    }

    /// Microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn microseconds(self) -> i64 {
        self.0
    }

    /// The day it is in Amsterdam at this moment.
    #[must_use]
    pub fn date_in_amsterdam(self) -> Date {
        let zone = jiff::tz::TimeZone::get(TIME_ZONE).unwrap_or(jiff::tz::TimeZone::UTC);
        Date(self.timestamp().to_zoned(zone).date())
    }

    /// The moment so many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl From<jiff::Timestamp> for Instant {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.timestamp().fmt(formatter)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromNode for Instant {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let instant = match node {
            Node::Text(text) => text.parse::<jiff::Timestamp>().ok(),
            _ => None,
        };
        if instant.is_none() {
            reading.fault(FaultKind::NotAnInstant);
        }
        instant.map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_days() {
        let day = |text| Date::parse(text).unwrap();
        assert_eq!(day("1970-01-02").day_number(), 1);
        assert_eq!(day("1969-12-31").day_number(), -1);
        assert_eq!(day("2026-01-01").days_before(day("2026-11-23")), 326);
        assert_eq!(day("2026-12-01").days_before(day("2026-11-23")), 0);
        assert_eq!(day("2026-11-23").plus_days(28), day("2026-12-21"));
        for text in ["1900-01-01", "1969-12-31", "2026-11-23", "2199-12-31"] {
            assert_eq!(Date::from_day_number(day(text).day_number()), Some(day(text)));
        }
        assert_eq!([i32::MIN, i32::MAX].map(Date::from_day_number), [None, None]);
    }

    #[test]
    fn refuses_what_is_no_day() {
        for text in ["2026-02-30", "2026-1-1", "20261123", "2026-11-23T00:00", "", "1899-12-31", "+002026-11-23"] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn today_turns_at_midnight_in_amsterdam() {
        let instant = Instant::from("2026-06-30T22:30:00Z".parse::<jiff::Timestamp>().unwrap());
        assert_eq!(instant.date_in_amsterdam().to_string(), "2026-07-01");
    }
}
