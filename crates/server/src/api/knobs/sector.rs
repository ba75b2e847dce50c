//! The sector knob: how work that waits for a person is routed, how that stood, trying and turning it.

use actix_web::{get, post, put};
use raakvlak_domain::routing::SectorKnob;
use raakvlak_service::desk::Desk;
use raakvlak_service::knobs::KnobStanding;
use raakvlak_service::routing::knob::RoutingPreview;

use super::{knob, preview};

knob! {
    "sector": SectorKnob, KnobStanding<SectorKnob>;
    told by Desk::plain_knob, turned by Desk::turn_plain_knob;
    at "/knobs/sector";
    /// A turn of the sector knob.
    turn SectorTurn;
    /// Turn the sector knob
    ///
    /// Says what counts when work that waits for a person is given to somebody. Makes a version; none is ever changed. What is in somebody's hands stays
    /// there: `POST /todos/_route` deals it anew.
    example {"scope": "network", "setting": {"weights": {"sector": 8, "region": 2, "language": 4, "load": 4}, "reroute_after_days": 3, "most_open": 25}, "why": "Wie de sector kent, gaat voor."};
    versions at "/knobs/sector/versions";
}

preview! {
    "preview_sector_knob" at "/knobs/sector/preview";
    /// A setting of the sector knob to try in a scope.
    trial SectorTrial of SectorKnob;
    /// See what a setting of the sector knob would do
    ///
    /// For every open to-do in the scope who would get it, dealt anew under the setting that holds and under this one; and what everybody would have open.
    example {"scope": "network", "setting": {"weights": {"sector": 8, "region": 2, "language": 4, "load": 0}, "reroute_after_days": 3, "most_open": null}};
    answers RoutingPreview: "Every open to-do with who would get it before and after, and the load of each person.";
    read by Desk::preview_sector_knob;
}
