//! The desk: what someone may do, and doing it. It knows domain, engine and store, and nothing of HTTP.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod actor;
pub mod error;
pub mod exchange;
pub mod places;
pub mod vocabulary;
