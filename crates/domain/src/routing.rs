//! The sector knob: what counts when work that waits for a person is given to somebody, and how long it may wait.

use serde::Serialize;
use utoipa::ToSchema;

use crate::faults::FaultKind;
use crate::identifiers::UserId;
use crate::knobs::{ScopeKind, Weight};
use crate::quantities::{Capacity, WaitingDays};
use crate::texts::{Line, Prose};

/// The weight that each criterion starts with.
const START: Weight = Weight::at_most_heaviest(4);

record! {
    /// How heavily each criterion counts, 0 to 10; not all of them zero.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
    pub struct RoutingWeights {
        /// Whether somebody knows the sector of the work.
        pub sector: Weight = START,
        /// Whether somebody works in the region of the work, or where the person lives.
        pub region: Weight = START,
        /// Whether somebody speaks a language of a person who speaks little Dutch.
        pub language: Weight = START,
        /// How little somebody has open already.
        pub load: Weight = START,
    }
    check(reading) {
        if [sector, region, language, load].iter().all(|weight| weight.is_some_and(|weight| weight.get() == 0)) {
            reading.fault(FaultKind::AllZero);
        }
    }
}

impl Default for RoutingWeights {
    fn default() -> Self {
        Self { sector: START, region: START, language: START, load: START }
    }
}

/// After how many days waiting work goes to somebody else, where nobody says otherwise.
fn start_days() -> WaitingDays {
    WaitingDays::new(3).unwrap_or(WaitingDays::LOWEST)
}

record! {
    /// A setting of the sector knob; a missing key is its start value.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
    pub struct SectorKnob {
        /// How heavily each criterion counts.
        pub weights: RoutingWeights = RoutingWeights::default(),
        /// After how many days work that waits with somebody goes to somebody else.
        pub reroute_after_days: WaitingDays = start_days(),
        /// How much somebody has open at most; not told: as much as comes.
        pub most_open: Option<Capacity>,
    }
}

impl Default for SectorKnob {
    fn default() -> Self {
        Self { weights: RoutingWeights::default(), reroute_after_days: start_days(), most_open: None }
    }
}

closed_words! {
    /// How a to-do came to somebody.
    pub enum RoutingWay {
        /// It was given to whoever suits best when it was opened.
        Routed = "routed",
        /// It waited too long, or whoever had it could not have it any more.
        Rerouted = "rerouted",
        /// Everything open in a scope was dealt anew.
        Dealt = "dealt",
        /// Somebody handed it over by hand.
        HandedOver = "handed_over",
        /// A handing over was undone.
        Undone = "undone",
    }
}

record! {
    /// A handing over.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct HandOver {
        /// To whom.
        pub to: UserId,
        /// Why, in own words; whoever gets it reads this.
        pub why: Prose,
    }
}

record! {
    /// For what open to-dos are dealt anew.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Dealing {
        /// The sort of scope.
        pub scope: ScopeKind,
        /// The programme or package; left out for the network.
        pub id: Option<Line>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read;

    fn faults(text: &str) -> Vec<(String, &'static str)> {
        read::<SectorKnob>(text).unwrap_err().into_iter().map(|fault| (fault.pointer, fault.kind.code())).collect()
    }

    #[test]
    fn what_is_left_out_stands_at_its_start() {
        assert_eq!(read::<SectorKnob>("{}").unwrap(), SectorKnob::default());
        assert_eq!(
            serde_json::to_string(&SectorKnob::default()).unwrap(),
            r#"{"weights":{"sector":4,"region":4,"language":4,"load":4},"reroute_after_days":3,"most_open":null}"#
        );
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let zero = r#"{"sector":0,"region":0,"language":0,"load":0}"#;
        assert_eq!(
            faults(&format!(r#"{{"weights":{zero},"reroute_after_days":0,"most_open":0,"pace":1}}"#)),
            [
                ("/pace".to_owned(), "unknown_key"),
                ("/weights".to_owned(), "all_zero"),
                ("/reroute_after_days".to_owned(), "out_of_range"),
                ("/most_open".to_owned(), "out_of_range"),
            ]
        );
        assert_eq!(faults(r#"{"weights":{"load":11},"reroute_after_days":91}"#).len(), 2);
    }
}
