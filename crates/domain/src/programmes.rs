//! Programmes: named initiatives that organisations and experts join, each with its own setting of the knob.

use serde::Serialize;
use utoipa::ToSchema;

use crate::identifiers::ProgrammeId;
use crate::knobs::{Position, Weights};
use crate::quantities::Capacity;
use crate::reading::WithDerived;
use crate::texts::{Line, Prose};

record! {
    /// A programme.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Programme {
        /// Names the programme.
        #[schema(read_only)]
        pub id: ProgrammeId,
        /// What it is called.
        pub name: Line,
        /// Why it exists, in Dutch.
        pub purpose_nl: Option<Prose>,
        /// Why it exists, in English.
        pub purpose_en: Option<Prose>,
        /// Where its knob starts.
        pub position: Option<Position>,
        /// Its own weights, when the knob stands on `custom`.
        pub weights: Option<Weights>,
        /// Why the knob stands so, in Dutch.
        pub why_nl: Option<Prose>,
        /// Why the knob stands so, in English.
        pub why_en: Option<Prose>,
        /// How many people one intake takes.
        pub capacity_per_intake: Option<Capacity>,
    }
}

impl Programme {
    /// The weights with which this programme starts; `None` when it says nothing about them.
    #[must_use]
    pub fn start_weights(&self) -> Option<Weights> {
        match self.position? {
            Position::Custom => self.weights,
            position => Weights::of_position(position),
        }
    }
}

impl WithDerived for Programme {
    const DERIVED: &'static [(&'static str, &'static str)] = &[("id", "new")];
}
