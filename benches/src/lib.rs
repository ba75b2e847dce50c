//! The questions that are measured; one file per question in this folder.
