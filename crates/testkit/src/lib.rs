//! The toy town: what tests need to make people, work and whole worlds, and a slow matcher to hold the fast one against.

pub mod database;
pub mod naive;
pub mod worlds;
