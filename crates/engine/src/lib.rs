//! The matcher: who fits, how much, and why.
//!
//! Pure: it knows the words of the domain only, reads no clock, draws no random numbers and never sees a name. The same question gives the
//! same answer to the last bit, on any number of threads.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod answer;
pub mod asks;
pub mod barriers;
pub mod batch;
pub mod board;
pub mod carving;
pub mod crew;
pub mod criteria;
pub mod demand;
pub mod explanation;
pub mod fairness;
pub mod gates;
pub mod groups;
pub mod lexicon;
pub mod link;
pub mod near_misses;
pub mod openings;
pub mod people;
pub mod pool;
pub mod preview;
mod promising;
pub mod ranking;
pub mod repair;
pub mod routing;
pub mod shortlist;
pub mod similarity;

mod abilities;
mod distance;
mod named;
mod pairs;
mod rounding;
mod rows;
mod stretch;
mod words;
