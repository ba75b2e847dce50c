//! The front doors: the REST API and the command line.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod api;
pub mod app;
pub mod arrival;
pub mod authentication;
pub mod body;
pub mod cli;
pub mod configuration;
pub mod documentation;
pub mod door;
pub mod etag;
pub mod headers;
pub mod health;
pub mod idempotency;
pub mod limits;
pub mod negotiation;
pub mod operations;
pub mod paging;
pub mod parameters;
pub mod problem;
pub(crate) mod rankers;
pub mod routes;
pub mod shared;
pub mod telemetry;
pub mod tokens;
