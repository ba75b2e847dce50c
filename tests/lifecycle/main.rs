//! The life of a match at the desk, on both databases: what leads where, by whom, and what can never happen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test says what went wrong by stopping"
)]

mod approvals;
mod canaries;
mod carving;
mod check;
mod commands;
mod common;
mod consent;
mod demo;
mod explanations;
mod faults;
mod figures;
mod limits;
mod memory;
mod model;
mod open_packages;
mod packages_knob;
mod ranking;
mod routing;
mod rules;
mod story;
mod threshold_knob;
mod trace;
mod transitions;
