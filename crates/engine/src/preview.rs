//! What turning the knob would do: the shortlist before and after, and who rises, falls, enters and leaves.

use std::collections::BTreeMap;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::identifiers::ExpertId;
use rayon::ThreadPool;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{ListedPerson, WeightsUsed, listed, weights_used};
use crate::demand::Demand;
use crate::pool::Pool;
use crate::shortlist::shortlist;

/// A shortlist under one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShortlistUnder {
    /// How many people no gate keeps out.
    pub eligible: u32,
    /// The weights.
    pub weights: WeightsUsed,
    /// The list.
    pub shortlist: Vec<ListedPerson>,
}

/// What becomes of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ShortlistChange)]
pub enum Change {
    /// To a better place.
    Rises,
    /// To a worse place.
    Falls,
    /// Into the list.
    Enters,
    /// Out of the list.
    Leaves,
    /// The same place.
    Stays,
}

/// What becomes of one person of either list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ShortlistMove)]
pub struct Move {
    /// Who.
    pub expert: ExpertId,
    /// What becomes of them.
    pub change: Change,
    /// The place before, from 1.
    pub before: Option<u32>,
    /// The place after, from 1.
    pub after: Option<u32>,
}

/// The shortlist before and after, and what becomes of everybody in either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preview {
    /// Under the first setting.
    pub before: ShortlistUnder,
    /// Under the second.
    pub after: ShortlistUnder,
    /// Everybody in the list after, in its order, then those who left, in the order before.
    pub moves: Vec<Move>,
}

/// What another setting would do; both demands are of the same package.
#[must_use]
pub fn preview(pool: &Pool, before: &Demand, after: &Demand, as_of: Date, threads: &ThreadPool) -> Preview {
    let [before, after] = [before, after].map(|demand| under(pool, demand, as_of, threads));
    let moves = moves(&before.shortlist, &after.shortlist);
    Preview { before, after, moves }
}

fn under(pool: &Pool, demand: &Demand, as_of: Date, threads: &ThreadPool) -> ShortlistUnder {
    let found = shortlist(pool, demand, as_of, threads);
    ShortlistUnder { eligible: found.eligible, weights: weights_used(demand), shortlist: listed(pool, demand, as_of, &found.places) }
}

fn moves(before: &[ListedPerson], after: &[ListedPerson]) -> Vec<Move> {
    let ranks = |list: &[ListedPerson]| list.iter().map(|person| (person.expert.clone(), person.rank)).collect::<BTreeMap<_, _>>();
    let (ranks_before, ranks_after) = (ranks(before), ranks(after));
    let left = before.iter().filter(|person| !ranks_after.contains_key(&person.expert));
    let people = after.iter().chain(left).map(|person| person.expert.clone());
    let place = |ranks: &BTreeMap<ExpertId, u32>, expert: &ExpertId| ranks.get(expert).copied();
    people.map(|expert| moved(place(&ranks_before, &expert), place(&ranks_after, &expert), expert)).collect()
}

fn moved(before: Option<u32>, after: Option<u32>, expert: ExpertId) -> Move {
    let change = match (before, after) {
        (None, _) => Change::Enters,
        (_, None) => Change::Leaves,
        (Some(before), Some(after)) => match after.cmp(&before) {
            std::cmp::Ordering::Less => Change::Rises,
            std::cmp::Ordering::Greater => Change::Falls,
            std::cmp::Ordering::Equal => Change::Stays,
        },
    };
    Move { expert, change, before, after }
}
