//! The naive matcher: `docs/matching.md` sections 1 to 6 and the answers of `match`, written sentence by sentence, slow and easy to check.
//!
//! It shares no function with the engine or the domain. It reads a dataset folder by itself, computes with plain sets and loops, and is what
//! the fast engine is compared with. Someone who doubts it holds each function against the sentence that its comment quotes.
//!
//! It does not check a folder: whatever a careful import would refuse is out of its reach. Places are coordinates only, committed hours are
//! those in the folder, and no rule is active, so the gate `rule` is always open.

mod answers;
mod carving;
mod criteria;
mod gates;
mod knobs;
mod openings;
mod pairs;
mod records;
mod repairs;
mod shortlists;
mod similarity;
mod thresholds;
mod vocabulary;

pub use knobs::Knob;
pub(crate) use pairs::metres_between;
pub use records::Folder;
pub use shortlists::{Candidate, shortlist};
pub use similarity::Similarities;
pub use thresholds::Threshold;

use jiff::civil::Date;
use serde_json::Value;
use std::io;

/// What the `match` command can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// One package: its shortlist, near misses and barriers (`--package ID`).
    Package(String),
    /// Every package in file order, one line each (`--all`).
    All,
    /// The best packages for one person (`--expert ID`).
    Expert(String),
}

/// The JSON lines that `match` answers, with keys in the order of the exchange format.
///
/// `as_of` is a civil date (`2026-11-23`). Fails on a date that cannot be read and on an id that the folder does not hold.
pub fn answers(folder: &Folder, question: &Question, knob: &Knob, as_of: &str) -> io::Result<Vec<Value>> {
    let as_of: Date = as_of.parse().map_err(io::Error::other)?;
    let asking = answers::Asking { folder, knob, as_of };
    match question {
        Question::All => Ok(folder.packages.iter().map(|package| asking.for_package(package)).collect()),
        Question::Package(id) => {
            let package = folder.packages.iter().find(|package| package.id == *id).ok_or_else(|| unknown(id))?;
            Ok(vec![asking.for_package(package)])
        }
        Question::Expert(id) => {
            let expert = folder.experts.iter().find(|expert| expert.id == *id).ok_or_else(|| unknown(id))?;
            Ok(vec![asking.for_expert(expert)])
        }
    }
}

/// The gates that are shut, for every package with every expert: package id, expert id, names of gates in the order of section 3.
///
/// This is what the answers do not show of `avoided`. Fails on a date that cannot be read.
pub fn shut_gates(folder: &Folder, knob: &Knob, as_of: &str) -> io::Result<Vec<(String, String, Vec<&'static str>)>> {
    let as_of: Date = as_of.parse().map_err(io::Error::other)?;
    Ok(answers::Asking { folder, knob, as_of }.shut_gates())
}

/// What the best carving of a package is worth, by trying every one: `as_one_job`, `hours` in tenths, `parts` and `smallest_group`. The hours of parts
/// are in tenths.
///
/// Fails on a date that cannot be read and on an id that the folder does not hold.
pub fn carving(folder: &Folder, package: &str, (smallest, largest): (i64, i64), knob: &Knob, as_of: &str) -> io::Result<Value> {
    let as_of: Date = as_of.parse().map_err(io::Error::other)?;
    let package = folder.packages.iter().find(|found| found.id == *package).ok_or_else(|| unknown(package))?;
    Ok(answers::Asking { folder, knob, as_of }.carving(package, records::Tenths(smallest), records::Tenths(largest)))
}

/// How many people are eligible for at least one of these parts of a package, each a list of tasks, and can carry all of it.
///
/// Fails on a date that cannot be read and on an id that the folder does not hold.
pub fn carrying_any(folder: &Folder, package: &str, parts: &[Vec<String>], knob: &Knob, as_of: &str) -> io::Result<usize> {
    let as_of: Date = as_of.parse().map_err(io::Error::other)?;
    let package = folder.packages.iter().find(|found| found.id == *package).ok_or_else(|| unknown(package))?;
    Ok(answers::Asking { folder, knob, as_of }.carrying_any(package, parts))
}

/// The best repairs of a package with at most so many changes, by trying every set: `eligible` as it stands, and `repairs`, each with its `changes` and
/// how many are `eligible` after them.
///
/// Fails on a date that cannot be read and on an id that the folder does not hold.
pub fn repairs(folder: &Folder, package: &str, most: usize, knob: &Knob, as_of: &str) -> io::Result<Value> {
    let as_of: Date = as_of.parse().map_err(io::Error::other)?;
    let package = folder.packages.iter().find(|found| found.id == *package).ok_or_else(|| unknown(package))?;
    Ok(answers::Asking { folder, knob, as_of }.repairs(package, most))
}

fn unknown(id: &str) -> io::Error {
    io::Error::other(format!("no such id in the folder: {id}"))
}
