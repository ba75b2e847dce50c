//! The threshold knob: what stands between people and work, and how high it is.

use actix_web::{get, post, put};
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_service::desk::Desk;
use raakvlak_service::knobs::{KnobStanding, ThresholdPreview};

use super::{knob, preview};

knob! {
    "threshold": ThresholdKnob, KnobStanding<ThresholdKnob>;
    told by Desk::plain_knob, turned by Desk::turn_plain_knob;
    at "/knobs/threshold";
    /// A turn of the threshold knob.
    turn ThresholdTurn;
    /// Turn the threshold knob
    ///
    /// Says what an essential requirement must reach, what a diploma means, and what is asked of people and organisations first. What the law asks it cannot
    /// lower. Makes a version; none is ever changed.
    example {"scope": "network", "setting": {"essential_from": 3000, "diploma": "score", "questions": 4, "publish_fields": ["reward", "guidance"], "intake_days": 7}, "why": "Diploma's tellen mee, maar houden niemand tegen."};
    versions at "/knobs/threshold/versions";
}

preview! {
    "preview_threshold_knob" at "/knobs/threshold/preview";
    /// A setting of the threshold knob to try in a scope.
    trial ThresholdTrial of ThresholdKnob;
    /// See what a setting of the threshold knob would do
    ///
    /// For every open package in the scope, at most a hundred: how many people could be proposed, whom a threshold alone keeps out, and what the organisation
    /// would have to tell. It names nobody and saves nothing.
    example {"scope": "network", "setting": {"essential_from": 3000, "diploma": "nothing"}};
    answers ThresholdPreview: "The packages, each before and after.";
    rank by Desk::preview_threshold_knob;
}
