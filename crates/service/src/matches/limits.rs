//! What a confirmation must never break: a person's hours in any week, a package's places.

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::{ExpertId, PackageId};
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::users::Role;
use raakvlak_domain::workload::heaviest_week;
use raakvlak_store::matches::{self, MatchQuery};
use raakvlak_store::{Action as Act, Db, Tx, packages};

use crate::actor::Actor;
use crate::error::{Conflict, Error};
use crate::ranking::people::obligations;

/// Refuses an arrangement that, beside all confirmed work and commitments, would take more hours in some week than the person wants at most.
/// Somebody who has not told a most has no limit to break; it stays a question.
pub(super) fn check_hours(db: &mut Db, person: &Expert, arrangement: &Arrangement, today: Date) -> Result<(), Error> {
    let Some(hours) = person.hours else { return Ok(()) };
    let arranged = matches::taking_hours_of(db, &person.id)?;
    let all = arranged.iter().map(|(_, arrangement)| arrangement).chain([arrangement]);
    let heaviest = heaviest_week(&obligations(person, all), today.min(arrangement.start));
    let most = hours.max.get();
    if heaviest <= most { Ok(()) } else { Err(Error::Conflict(Conflict::Hours { heaviest, most })) }
}

/// Refuses a confirmation on a package whose places are all taken.
pub(super) fn check_places(db: &mut Db, package: &PackageId) -> Result<(), Error> {
    let stored = packages::get(db, package)?.ok_or(Error::NotFound)?;
    let taken = matches::places_taken(db, package)?;
    if taken < i64::from(stored.package.capacity.get()) { Ok(()) } else { Err(Error::Conflict(Conflict::Capacity)) }
}

/// Holds a package's state against its places: filled once the last is taken, open again when one has come free.
pub(crate) fn settle_places(tx: &mut Tx<'_>, actor: &Actor, role: Role, package: &PackageId) -> Result<(), Error> {
    let stored = packages::get(tx, package)?.ok_or(Error::NotFound)?;
    let full = matches::places_taken(tx, package)? >= i64::from(stored.package.capacity.get());
    let to = match stored.package.state {
        PackageState::Published if full => PackageState::Filled,
        PackageState::Filled if !full => PackageState::Published,
        _ => return Ok(()),
    };
    let settled = packages::set_state(tx, package, to, stored.version)?;
    crate::packages::note(tx, actor, role, Act::Update, Some(&stored), &settled)
}

/// Refuses fewer places than are taken.
pub(crate) fn check_capacity(db: &mut Db, package: &TaskPackage) -> Result<(), Error> {
    let taken = matches::places_taken(db, &package.id)?;
    if taken <= i64::from(package.capacity.get()) { Ok(()) } else { Err(Error::Conflict(Conflict::Capacity)) }
}

/// The packages in which somebody takes a place.
pub(crate) fn packages_with_places_of(db: &mut Db, expert: &ExpertId) -> Result<Vec<PackageId>, Error> {
    let states = MatchState::ALL.iter().copied().filter(|state| state.takes_hours()).collect();
    let query = MatchQuery { expert: Some(expert.clone()), states: Some(states), ..MatchQuery::default() };
    Ok(matches::list(db, &query)?.into_iter().map(|found| found.package).collect())
}
