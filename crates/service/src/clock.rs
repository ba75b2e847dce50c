//! The one clock that everything at the desk reads; tests hold it still and move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use raakvlak_domain::calendar::{Date, Instant};

/// The clock. Cloning gives another handle on the same clock.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    /// Microseconds after 1970-01-01T00:00:00Z.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at this moment until it is moved.
    #[must_use]
    pub fn fixed(at: Instant) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.microseconds()))))
    }

    /// Moves a fixed clock on by so many seconds, for every handle on it; the clock of the machine cannot be moved and stays as it is.
    pub fn advance(&self, seconds: i64) {
        if let Source::Fixed(at) = &self.0 {
            at.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
        }
    }

    /// This moment.
    #[must_use]
    pub fn now(&self) -> Instant {
        match &self.0 {
            Source::System => Instant::from(jiff::Timestamp::now()),
            Source::Fixed(at) => Instant::from_microseconds(at.load(Ordering::SeqCst)),
        }
    }

    /// The day it is in Amsterdam.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().date_in_amsterdam()
    }

    /// This clock as the store reads it.
    pub(crate) fn for_store(&self) -> raakvlak_store::Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_for_every_handle() {
        let clock = Clock::fixed(Instant::from_microseconds(0));
        let other = clock.clone();
        clock.advance(90_000);
        assert_eq!(other.now().to_string(), "1970-01-02T01:00:00Z");
        assert_eq!(other.today().to_string(), "1970-01-02");
        let day = Instant::from("2026-06-30T22:00:00Z".parse::<jiff::Timestamp>().unwrap());
        assert_eq!(Clock::fixed(day).today().to_string(), "2026-07-01", "it is already tomorrow in Amsterdam");
    }
}
