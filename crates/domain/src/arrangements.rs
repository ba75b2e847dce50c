//! Arrangements: what both sides say yes to. Every change is a new version, and a yes names the version it was given to.

use serde::Serialize;
use utoipa::ToSchema;

use crate::calendar::Date;
use crate::dayparts::Daypart;
use crate::faults::FaultKind;
use crate::identifiers::TermId;
use crate::packages::{Guidance, Reward};
use crate::quantities::Hours;
use crate::texts::{Line, Prose};

record! {
    /// A step of a build-up: until this day, these hours.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
    pub struct BuildUpStep {
        /// The last day of the step.
        pub until: Date,
        /// Hours a week during the step.
        pub hours: Hours,
    }
    key(step) { step.until.to_string() }
}

record! {
    /// What is arranged.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Arrangement {
        /// Hours a week once built up, above 0.
        pub hours: Hours,
        /// When in the week.
        pub dayparts: Vec<Daypart> = Vec::new(),
        /// The first day.
        pub start: Date,
        /// The last day; not told: no end in sight.
        pub end: Option<Date>,
        /// How the hours build up, in order of time.
        pub build_up: Vec<BuildUpStep> = Vec::new(),
        /// Adaptations that are made.
        pub adaptations: Vec<TermId> = Vec::new(),
        /// Guidance that is given.
        pub guidance: Option<Guidance>,
        /// What the person gets.
        pub reward: Option<Reward>,
        /// Support measures that are used.
        pub instruments: Vec<Line> = Vec::new(),
        /// What else was agreed.
        pub notes: Option<Prose>,
    }
    check(reading) {
        if hours.is_some_and(|hours| hours.get() == 0) {
            reading.within("hours", |reading| reading.fault(FaultKind::OutOfRange { low: "0.1".into(), high: "168".into() }));
        }
        if start.zip(end.flatten()).is_some_and(|(start, end)| end < start) {
            reading.within("end", |reading| reading.fault(FaultKind::EndBeforeStart));
        }
        for (at, pair) in build_up.iter().flatten().zip(build_up.iter().flatten().skip(1)).enumerate() {
            if pair.1.until <= pair.0.until {
                reading.within("build_up", |reading| reading.within(at + 1, |reading| reading.fault(FaultKind::EndBeforeStart)));
            }
        }
    }
}
