//! What is measured: one file per question beside this folder, and here what the questions are asked of.

pub mod held_out;
pub mod population;
pub mod world;
