//! The dataset folder and the offline command line: what is refused and how it is told, what is written, and what is answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails loudly")]

mod answers;
mod bytes;
mod commands;
mod faults;
mod folders;
mod http;
mod places;
mod program;
mod references;
mod round_trip;
mod vocabularies;
mod whole;
