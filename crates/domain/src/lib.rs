//! The words of Raakvlak: people, packages, limits, disclosure, decisions and knobs.
//!
//! This room does no input or output, reads no clock and draws no random numbers: what it says depends on its arguments alone.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

#[macro_use]
pub mod reading;
#[macro_use]
pub mod identifiers;
pub mod arrangements;
pub mod calendar;
pub mod dayparts;
pub mod experts;
pub mod faults;
pub mod json;
pub mod knobs;
pub mod languages;
pub mod matches;
pub mod organisations;
pub mod packages;
pub mod places;
pub mod programmes;
pub mod quantities;
pub mod routing;
pub mod rules;
pub mod texts;
pub mod thresholds;
pub mod users;
pub mod vocabulary;
pub mod workload;
