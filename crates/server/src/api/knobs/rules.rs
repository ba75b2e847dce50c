//! The rules knob: which rules act, and how.

use actix_web::{get, post, put};
use raakvlak_domain::rules::RulesKnob;
use raakvlak_service::desk::Desk;
use raakvlak_service::knobs::KnobStanding;
use raakvlak_service::rules::knob::RulesEffect;

use super::{knob, preview};

knob! {
    "rules": RulesKnob, KnobStanding<RulesKnob>;
    told by Desk::plain_knob, turned by Desk::turn_plain_knob;
    at "/knobs/rules";
    /// A turn of the rules knob.
    turn RulesTurn;
    /// Turn the rules knob
    ///
    /// Says which rules act and how; a rule that is not named acts as it is written. Makes a version; none is ever changed.
    example {"scope": "network", "setting": {"switches": [{"rule": "weekly_hours", "act": "warn"}]}, "why": "We bespreken lange weken liever eerst."};
    versions at "/knobs/rules/versions";
}

preview! {
    "preview_rules_knob" at "/knobs/rules/preview";
    /// A setting of the rules knob to try in a scope.
    trial RulesTrial of RulesKnob;
    /// See what a setting of the rules knob would do
    ///
    /// For every open package in the scope: how many people rules keep out now, and how many they would.
    example {"scope": "network", "setting": {"switches": [{"rule": "weekly_hours", "act": "off"}]}};
    answers Vec<RulesEffect>: "The packages, with how many people it keeps out and lets in.";
    read by Desk::preview_rules_knob;
}
