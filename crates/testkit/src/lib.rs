//! The toy town: what tests need to make people, work and whole worlds, and a slow matcher to hold the fast one against.

pub mod app;
pub mod contract;
pub mod database;
pub mod http;
pub mod naive;
pub mod town;
pub mod worlds;
