//! The handlers of the API: one file per resource.

pub mod keys;
