//! Without the person's own yes nobody is matched; nor while they are paused, or on standby for work that is no call-up.

use super::Guard;
use crate::demand::Demand;
use crate::people::Bar;

/// The details, in the order of the bits of [`crate::people::Standing`].
const DETAILS: [&str; 4] = ["no", "not_asked", "paused", "standby"];

/// See [`super::Gate::Unavailable`].
pub(crate) struct Unavailable;

impl Guard for Unavailable {
    const BAR: Option<Bar> = Some(Bar::Standing);

    fn detail_count(_: &Demand) -> usize {
        DETAILS.len()
    }

    fn detail_name(_: &Demand, detail: usize) -> &str {
        DETAILS.get(detail).copied().unwrap_or_default()
    }
}
