//! Puts the region into an empty store, with somebody to sign in as for each role.

use raakvlak_domain::identifiers::{ExpertId, OrganisationId, UserId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::texts::{EmailAddress, Line};
use raakvlak_domain::users::{Role, User, UserState};
use raakvlak_store::{Action as Act, ObjectKind, Tx, experts, organisations, users};

use super::{Region, internal};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{Conflict, Error};
use crate::imports::{self, Records};

/// Somebody to sign in as for each role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoUsers {
    /// The users with their role, in the order in which they are shown.
    pub users: Vec<(Role, UserId)>,
}

/// Who found the organisations trustworthy.
const MEDIATOR: &str = "u-bemiddelaar";

/// Who they are: the role, the id, the name.
const WHO: [(Role, &str, &str); 6] = [
    (Role::Expert, "u-deelnemer", "Deelnemer"),
    (Role::Organisation, "u-organisatie", "Medewerker van een organisatie"),
    (Role::Mediator, MEDIATOR, "Bemiddelaar"),
    (Role::Mediator, "u-bemiddelaar-2", "Tweede bemiddelaar"),
    (Role::Steward, "u-beheerder", "Beheerder"),
    (Role::Auditor, "u-controleur", "Controleur"),
];

impl Desk {
    /// Fills an empty store with the region; a store that has the region keeps it as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when the store holds other people already; any error of the store.
    pub fn fill_demo(&self) -> Result<DemoUsers, Error> {
        let region = Region::on(self.today())?;
        let users = DemoUsers { users: WHO.iter().map(|(role, id, _)| Ok((*role, user_id(id)?))).collect::<Result<_, Error>>()? };
        let filled = users.clone();
        self.write(&Actor::system(), move |tx, actor| {
            let (_, first) = filled.users.first().ok_or(Error::NotFound)?;
            if users::get(tx, first)?.is_some() {
                return Ok(());
            }
            if experts::count(tx)? + organisations::count(tx)? > 0 {
                return Err(Error::Conflict(Conflict::Exists));
            }
            fill(tx, region)?;
            tx.audit(actor.act(Role::Steward, Act::Import, ObjectKind::Dataset, "demo"));
            Ok(())
        })?;
        Ok(users)
    }
}

fn fill(tx: &mut Tx<'_>, region: Region) -> Result<(), Error> {
    let Region { organisations, programmes, packages, experts } = region;
    // Somebody who said yes and can be asked, so that whoever signs in as an expert finds packages.
    let own = experts.iter().find(|person| {
        person.wants_to_be_matched == Some(true) && person.availability != Some(raakvlak_domain::experts::Availability::Paused)
    });
    let own = own.map(|person| person.id.clone());
    let organisation = packages.first().map(|package| package.organisation.clone());
    let vetted: Vec<OrganisationId> = organisations.iter().map(|organisation| organisation.id.clone()).collect();
    imports::insert(tx, &Records { organisations, programmes, packages, experts, ..Records::default() })?;
    let mediator = user_id(MEDIATOR)?;
    for id in &vetted {
        organisations::vet(tx, id, Some(&mediator), 1)?;
    }
    WHO.iter().try_for_each(|(role, id, name)| add_user(tx, *role, id, name, own.as_ref(), organisation.as_ref()))
}

fn add_user(
    tx: &mut Tx<'_>,
    role: Role,
    id: &str,
    name: &str,
    expert: Option<&ExpertId>,
    organisation: Option<&OrganisationId>,
) -> Result<(), Error> {
    let id = user_id(id)?;
    let address = format!("{}@demo.invalid", id.as_str().trim_start_matches("u-"));
    let user = User {
        id: id.clone(),
        name: Some(Line::new(name).map_err(internal)?),
        email: Some(EmailAddress::new(&address).map_err(internal)?),
        language: Language::Nl,
        roles: vec![role],
        expert: None,
        organisations: Vec::new(),
        regions: Vec::new(),
        sectors: Vec::new(),
        state: UserState::Active,
    };
    users::insert(tx, &user)?;
    match (role, expert, organisation) {
        (Role::Expert, Some(expert), _) => experts::set_user(tx, expert, &id)?,
        (Role::Organisation, _, Some(organisation)) => organisations::add_member(tx, organisation, &id)?,
        _ => {}
    }
    Ok(())
}

fn user_id(id: &str) -> Result<UserId, Error> {
    UserId::new(id).map_err(internal)
}
