//! The matcher's answers, held against the page: by hand, by the published worlds, and by a naive transcription on generated worlds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails loudly")]

mod agreement;
mod by_hand;
mod carving;
mod conformance;
mod differences;
mod fast;
mod repairs;
mod thresholds;
mod worlds;
