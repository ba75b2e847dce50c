//! The house itself: which room knows which, what every file begins with, and that what is written down still holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by stopping")]

mod access;
mod arrows;
mod files;
mod openapi;

use std::path::PathBuf;

/// The folder of the whole project.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
