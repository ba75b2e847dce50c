//! The words, the day and the people that several measurements ask about.
#![allow(clippy::expect_used, reason = "a measurement that cannot begin has to fail loudly")]

use std::path::Path;
use std::sync::Arc;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::places::{Place, Point};
use raakvlak_domain::quantities::Hours;
use raakvlak_domain::vocabulary::Vocabulary;
use raakvlak_engine::people::Person;

use crate::population::{Population, furnished};

/// ESCO with closed vocabularies beside it; `None` where `RAAKVLAK_DATA` does not lead to it.
#[must_use]
pub fn esco() -> Option<Arc<Vocabulary>> {
    let folder = Path::new(&std::env::var_os("RAAKVLAK_DATA")?).join("esco");
    let tables = raakvlak_service::exchange::Folder::read_vocabulary(&folder).ok()?;
    Some(furnished(&tables.vocabulary))
}

/// The day that is asked about.
///
/// # Panics
///
/// Never: it is a day.
#[must_use]
pub fn day() -> Date {
    Date::parse("2026-11-23").expect("a day")
}

/// Where a place lies that is told as a point.
#[must_use]
pub fn point(place: Option<&Place>) -> Option<Point> {
    match place {
        Some(Place::Point(point)) => Some(*point),
        _ => None,
    }
}

/// The person with this number, as the matcher reads them.
///
/// # Panics
///
/// When the population has words that the vocabulary does not have.
#[must_use]
pub fn person(population: &Population, vocabulary: &Vocabulary, number: u64) -> Person {
    let expert = population.expert(number);
    let committed = expert.committed_hours.unwrap_or(Hours::LOWEST);
    Person::new(&expert, vocabulary, point(expert.place.as_ref()), committed).expect("known words")
}
