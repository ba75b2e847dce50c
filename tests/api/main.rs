//! The API over real HTTP: the form of every answer, and what each operation does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by stopping")]

mod bodies;
mod documents;
mod figures;
mod forms;
mod installation;
mod languages;
mod limits;
mod parameters;
mod probes;
mod stopping;
mod story;
mod tokens;
