//! Tests of the store on both databases: what it promises, and who tries to break it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test says what went wrong by stopping"
)]

mod audit;
mod away;
mod changes;
mod common;
mod durability;
mod erasure;
mod nodes;
mod opening;
mod powercut;
mod records;
mod schema;
mod writing;
