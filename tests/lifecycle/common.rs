//! What the tests of a match's life share.

use raakvlak_domain::identifiers::{ExpertId, MatchId, PackageId};
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::packages::PackageState;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_store::todos::{self, StoredTodo, TodoQuery};
use raakvlak_store::{experts, packages};
use raakvlak_testkit::town::Town;

/// Where a package stands.
pub(crate) fn standing(town: &Town, package: &PackageId) -> PackageState {
    town.read(|db| packages::get(db, package)).unwrap().package.state
}

/// Where a match stands.
pub(crate) fn state(town: &Town, id: &MatchId) -> MatchState {
    town.stored(id).state
}

/// The version of a profile.
pub(crate) fn version(town: &Town, expert: &ExpertId) -> i64 {
    town.read(|db| experts::get(db, expert)).unwrap().version
}

/// The sorts of to-do that are open about a record, in order.
pub(crate) fn open_todos(town: &Town, about: &str) -> Vec<String> {
    let all: Vec<StoredTodo> = town.read(|db| todos::list(db, &TodoQuery::default()));
    let mut kinds: Vec<String> = all.into_iter().filter(|todo| todo.object_id == about).map(|todo| todo.kind).collect();
    kinds.sort();
    kinds
}

/// What was in the way.
#[track_caller]
pub(crate) fn conflict<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Conflict {
    match outcome {
        Err(Error::Conflict(conflict)) => conflict,
        other => panic!("no conflict: {other:?}"),
    }
}

/// Numbers that look random and are the same for the same seed (Steele, Lea and Flood 2014, SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    /// One of these.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
