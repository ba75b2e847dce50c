//! Section 6: the matcher knob, as a knob file gives it.

use serde::Deserialize;
use std::fs;
use std::io;
use std::path::Path;

/// The nine criteria in the order of section 6.
pub(super) const CRITERIA: [&str; 9] =
    ["tasks", "competence", "experience", "development", "energy", "proximity", "hours", "comfort", "turn"];

/// A setting of the matcher knob together with the threshold knob's `essential_from`. Basis points, whole per cent, and a number of people.
#[derive(Debug, Clone)]
pub struct Knob {
    /// In the order of section 6.
    pub(super) weights: [(&'static str, i64); 9],
    pub(super) carry_from: i64,
    pub(super) floor: i64,
    pub(super) tie_from: i64,
    pub(super) doubt: i64,
    pub(super) aside_share: i64,
    pub(super) unseen_share: i64,
    pub(super) size: i64,
    pub(super) essential_from: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnobFile {
    weights: Option<Weights>,
    carry_from: Option<i64>,
    floor: Option<i64>,
    tie_from: Option<i64>,
    doubt: Option<i64>,
    aside_share: Option<i64>,
    unseen_share: Option<i64>,
    size: Option<i64>,
    essential_from: Option<i64>,
}

/// "`weights`, when given, names all nine".
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Weights {
    tasks: i64,
    competence: i64,
    experience: i64,
    development: i64,
    energy: i64,
    proximity: i64,
    hours: i64,
    comfort: i64,
    turn: i64,
}

impl Weights {
    fn in_order(&self) -> [(&'static str, i64); 9] {
        [
            ("tasks", self.tasks),
            ("competence", self.competence),
            ("experience", self.experience),
            ("development", self.development),
            ("energy", self.energy),
            ("proximity", self.proximity),
            ("hours", self.hours),
            ("comfort", self.comfort),
            ("turn", self.turn),
        ]
    }
}

impl Knob {
    /// The start value of every position: `balanced`.
    pub fn start() -> Knob {
        Knob {
            weights: CRITERIA.map(|name| (name, 4)),
            carry_from: 6_000,
            floor: 2_000,
            tie_from: 1_000,
            doubt: 2_000,
            aside_share: 30,
            unseen_share: 20,
            size: 20,
            essential_from: 0,
        }
    }

    /// The setting in a knob file: "a missing or null key means the start value". Fails on a file that cannot be read or parsed.
    pub fn read(path: &Path) -> io::Result<Knob> {
        let file: KnobFile = serde_json::from_str(&fs::read_to_string(path)?)?;
        let start = Knob::start();
        Ok(Knob {
            weights: file.weights.map_or(start.weights, |weights| weights.in_order()),
            carry_from: file.carry_from.unwrap_or(start.carry_from),
            floor: file.floor.unwrap_or(start.floor),
            tie_from: file.tie_from.unwrap_or(start.tie_from),
            doubt: file.doubt.unwrap_or(start.doubt),
            aside_share: file.aside_share.unwrap_or(start.aside_share),
            unseen_share: file.unseen_share.unwrap_or(start.unseen_share),
            size: file.size.unwrap_or(start.size),
            essential_from: file.essential_from.unwrap_or(start.essential_from),
        })
    }

    /// `⌈size · share / 100⌉`.
    pub(super) fn quota(&self, share: i64) -> usize {
        ((self.size * share + 99) / 100) as usize
    }
}
