//! The demonstration region: eight initiatives, their organisations and work, and invented people drawn from archetypes, the same for the same seed.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::reading::{self, FromNode};

use crate::error::Error;

mod archetypes;
mod dice;
mod filling;
mod people;

pub use filling::DemoUsers;

const ORGANISATIONS: &str = include_str!("../data/demo/organisations.jsonl");
const PROGRAMMES: &str = include_str!("../data/demo/programmes.jsonl");
const PACKAGES: &str = include_str!("../data/demo/packages.jsonl");

/// How many people live in the region.
pub const PEOPLE: usize = 400;

/// The seed that they are drawn with.
pub const SEED: u64 = 2026;

/// Everything in the region, before it is kept anywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// The organisations.
    pub organisations: Vec<Organisation>,
    /// The initiatives.
    pub programmes: Vec<Programme>,
    /// The work.
    pub packages: Vec<TaskPackage>,
    /// The people.
    pub experts: Vec<Expert>,
}

impl Region {
    /// The region as it is on a day: dates of people lie so many days before it.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] when the built-in content is not right, which a test would have said.
    pub fn on(day: Date) -> Result<Self, Error> {
        Ok(Self {
            organisations: lines("organisations", ORGANISATIONS)?,
            programmes: lines("programmes", PROGRAMMES)?,
            packages: lines("packages", PACKAGES)?,
            experts: people::draw(SEED, PEOPLE, day)?,
        })
    }
}

fn lines<T: FromNode>(name: &str, text: &str) -> Result<Vec<T>, Error> {
    let read = |(at, line): (usize, &str)| {
        reading::read(line).map_err(|faults| {
            let codes: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.kind.code())).collect();
            Error::Internal(format!("demo {name}, line {}: {}", at + 1, codes.join(", ")))
        })
    };
    text.lines().enumerate().filter(|(_, line)| !line.is_empty()).map(read).collect()
}

fn internal(fault: FaultKind) -> Error {
    Error::Internal(format!("demo: {}", fault.code()))
}
