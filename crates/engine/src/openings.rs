//! The smallest change on the side of the work that opens a gate.

use std::collections::BTreeMap;

use raakvlak_domain::dayparts::Daypart;
use raakvlak_domain::identifiers::TaskId;
use raakvlak_domain::packages::{PackageHours, Remote};
use serde::Serialize;
use utoipa::ToSchema;

/// A change that opens a gate, written as one key with what it changes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// Offering these adaptations as well, in byte order.
    Adaptations(Vec<String>),
    /// Leaving out these tasks, in their order.
    LeaveOut(Vec<TaskId>),
    /// Asking other hours.
    Hours(PackageHours),
    /// Moving dayparts.
    Move(BTreeMap<Daypart, Daypart>),
    /// Letting the work be done elsewhere as well.
    Remote(Remote),
    /// Guidance on these competences, in byte order.
    Guidance(Vec<String>),
    /// Another floor of the matcher knob, in basis points.
    Floor(u32),
}
