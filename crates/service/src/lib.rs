//! The desk: what someone may do, and doing it. It knows domain, engine and store, and nothing of HTTP.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod actor;
pub mod authorise;
pub mod clock;
pub mod desk;
pub mod error;
pub mod exchange;
pub mod experts;
pub mod idempotency;
pub mod knobs;
pub mod mail;
pub mod matches;
pub mod packages;
pub mod places;
mod ranking;
pub mod shortlists;
pub mod vocabulary;
pub mod demo;
pub mod imports;
pub mod audit;
pub mod organisations;
pub mod programmes;
