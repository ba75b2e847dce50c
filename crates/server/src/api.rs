//! The handlers of the API: one file per resource.

pub mod answers;
pub mod audit;
pub mod carving;
pub mod experts;
pub mod exports;
pub mod imports;
pub mod keys;
pub mod knobs;
pub mod matches;
pub mod me;
pub mod organisations;
pub mod packages;
pub mod programmes;
pub mod reports;
pub mod rules;
pub mod templates;
pub mod todos;
pub mod tokens;
pub mod users;
pub mod vocabulary;
