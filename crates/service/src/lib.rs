//! The desk: what someone may do, and doing it. It knows domain, engine and store, and nothing of HTTP.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod actor;
pub mod audit;
pub mod authorise;
pub mod carving;
pub mod check;
pub mod clock;
pub mod demo;
pub mod desk;
pub mod error;
pub mod exchange;
pub mod experts;
pub mod explanations;
pub mod exports;
pub mod figures;
pub mod fitting;
pub mod housekeeping;
pub mod idempotency;
pub mod imports;
pub mod knobs;
pub mod mail;
pub mod matches;
pub mod organisations;
pub mod packages;
pub mod places;
pub mod programmes;
pub mod ranking;
pub mod rules;
pub mod sessions;
pub mod shortlists;
pub mod terms;
pub mod todos;
pub mod transfers;
pub mod users;
pub mod vocabulary;
pub mod wording;
