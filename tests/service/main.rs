//! Tests of the desk on both databases: what it lets people do, and who tries to do more.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test says what went wrong by stopping"
)]

mod access;
mod audit;
mod idempotency;
mod knobs;
mod mail;
mod organisations;
mod programmes;
mod sessions;
mod town;
mod users;
