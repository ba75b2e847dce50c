//! What holds whatever people and work there are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "tests fail loudly")]

mod differently;
mod explaining;
mod live;
mod previewing;
mod reading;
mod routing;
mod same_answer;
mod town;
