//! Near misses: people whom exactly one gate keeps out, and one that something opens.

use raakvlak_domain::identifiers::ExpertId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::gates::{self, Gate};
use crate::openings::Opening;
use crate::pairs::Question;
use crate::ranking::Rank;

/// Somebody whom one change would let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NearMiss {
    /// Who.
    pub expert: ExpertId,
    /// The gate that is shut.
    pub gate: Gate,
    /// The score on the package as it stands now, in basis points.
    pub would_score: u32,
    /// The smallest change that opens the gate.
    pub opening: Opening,
}

impl NearMiss {
    /// The near miss of somebody who has this rank among them.
    pub(crate) fn of(question: &Question, rank: Rank) -> Option<Self> {
        let pair = question.pair(rank.person());
        let gate = gates::shut(&pair).only()?;
        let opening = gate.opening(&pair)?;
        Some(Self { expert: question.pool.id(rank.person()), gate, would_score: rank.score(), opening })
    }
}
