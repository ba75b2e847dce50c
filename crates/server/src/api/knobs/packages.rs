//! The packages knob: how large the parts may be that a job is carved into.

use actix_web::{get, post, put};
use raakvlak_domain::packages::PackagesKnob;
use raakvlak_service::desk::Desk;
use raakvlak_service::knobs::{KnobStanding, PackagesPreview};

use super::{knob, preview};

knob! {
    "packages": PackagesKnob, KnobStanding<PackagesKnob>;
    told by Desk::plain_knob, turned by Desk::turn_plain_knob;
    at "/knobs/packages";
    /// A turn of the packages knob.
    turn PackagesTurn;
    /// Turn the packages knob
    ///
    /// Says how large the parts of a job may be where nobody says otherwise. Makes a version; none is ever changed.
    example {"scope": "network", "setting": {"smallest": 4, "largest": 12, "onboarding_most": 8}, "why": "Kleine pakketten, en niet te lang inwerken."};
    versions at "/knobs/packages/versions";
}

preview! {
    "preview_packages_knob" at "/knobs/packages/preview";
    /// A setting of the packages knob to try in a scope.
    trial PackagesTrial of PackagesKnob;
    /// See what a setting of the packages knob would do
    ///
    /// For every open package in the scope, at most fifty: how many parts it is carved into and how many people can be proposed for one, now and then. It names
    /// nobody and saves nothing.
    example {"scope": "network", "setting": {"smallest": 4, "largest": 12}};
    answers PackagesPreview: "The packages, each carved before and after.";
    rank by Desk::preview_packages_knob;
}
