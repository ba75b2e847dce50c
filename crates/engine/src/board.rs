//! Packages beside each other, so that one person is held against all of them at once: the other direction of a ranking.
//!
//! [`packages_for`](crate::answer::packages_for) gives the same answer package by package. A board pays where many people ask the same packages.
#![allow(clippy::indexing_slicing, reason = "packages are numbered by the list that the columns were made of")]

use raakvlak_domain::calendar::Date;

use crate::answer::ExpertAnswer;
use crate::crew::Crew;
use crate::demand::Demand;
use crate::pool::Pool;
use crate::pool::neighbourhood::along_the_curve;

mod answering;
mod best;
mod columns;
mod counts;
mod promised;
mod visit;
mod weighing;

pub use best::Fitting;
pub use visit::Visit;

use columns::Columns;
use weighing::Weighing;

/// Packages, each under its own setting of the knob. All of them are read with one version of the vocabulary.
#[derive(Debug)]
pub struct Board {
    /// Those that can be done from anywhere, then those that lie near each other beside each other.
    demands: Vec<Demand>,
    columns: Columns,
    weighing: Weighing,
}

impl Board {
    /// The board of these packages, each of which occurs once.
    #[must_use]
    pub fn new(mut demands: Vec<Demand>) -> Self {
        demands.sort_by_cached_key(neighbourhood);
        Self { columns: Columns::of(&demands), weighing: Weighing::of(&demands), demands }
    }

    /// How many packages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.demands.len()
    }

    /// Whether there is no package.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.demands.is_empty()
    }

    /// The expert with this number in the pool before the board, on a day. They are read with the same version of the vocabulary.
    #[must_use]
    pub fn visit<'a>(&'a self, pool: &'a Pool, person: u32, as_of: Date) -> Visit<'a> {
        Visit::new(self, pool, person, as_of)
    }

    /// The complete answer for an expert: see [`Visit::answer`].
    #[must_use]
    pub fn packages_for<'c>(&self, pool: &Pool, person: u32, as_of: Date, crew: impl Into<Crew<'c>>) -> ExpertAnswer {
        self.visit(pool, person, as_of).answer(crew)
    }
}

/// By this packages are ordered: whether one has to come, and where to along a curve that fills the map.
fn neighbourhood(demand: &Demand) -> Option<u32> {
    demand.work.journey().map(along_the_curve)
}
