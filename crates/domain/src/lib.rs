//! The words of Raakvlak: people, packages, limits, disclosure, decisions and knobs.
//!
//! This room does no input or output, reads no clock and draws no random numbers: what it says depends on its arguments alone.

pub mod vocabulary;
