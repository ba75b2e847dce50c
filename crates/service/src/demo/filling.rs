//! Puts the region into an empty store, with somebody to sign in as for each role.

use raakvlak_domain::identifiers::{ExpertId, OrganisationId, TermId, UserId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::packages::PackageState;
use raakvlak_domain::texts::{EmailAddress, Line};
use raakvlak_domain::users::{Role, User, UserState};
use raakvlak_store::{Action as Act, ObjectKind, Tx, experts, organisations, users};

use super::{Region, internal};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{Conflict, Error};
use crate::imports::{self, Records};
use crate::packages::INTAKE;
use crate::routing;

/// Somebody to sign in as for each role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoUsers {
    /// The users with their role, in the order in which they are shown.
    pub users: Vec<(Role, UserId)>,
}

/// Who found the organisations trustworthy.
const MEDIATOR: &str = "u-bemiddelaar";

/// Somebody in the region.
struct Who {
    role: Role,
    id: &'static str,
    name: &'static str,
    /// Where a mediator knows the way.
    regions: &'static [&'static str],
    sectors: &'static [&'static str],
    languages: &'static [&'static str],
}

impl Who {
    const fn in_role(role: Role, id: &'static str, name: &'static str) -> Self {
        Self { role, id, name, regions: &[], sectors: &[], languages: &[] }
    }
}

/// Who they are. The mediators know different sectors, regions and languages, so that one sees to whom work goes.
const WHO: [Who; 7] = [
    Who::in_role(Role::Expert, "u-deelnemer", "Deelnemer"),
    Who::in_role(Role::Organisation, "u-organisatie", "Medewerker van een organisatie"),
    Who {
        regions: &["Zwolle", "Kampen"],
        sectors: &["zorg", "ervaringskennis"],
        languages: &["ar", "en"],
        ..Who::in_role(Role::Mediator, MEDIATOR, "Bemiddelaar")
    },
    Who {
        regions: &["Deventer", "Olst"],
        sectors: &["techniek", "onderwijs", "defensie"],
        languages: &["pl", "de"],
        ..Who::in_role(Role::Mediator, "u-bemiddelaar-2", "Tweede bemiddelaar")
    },
    Who {
        regions: &["Gelderland", "Raalte"],
        sectors: &["gemeente", "buurtwerk", "voedsel"],
        languages: &["ti", "uk"],
        ..Who::in_role(Role::Mediator, "u-bemiddelaar-3", "Derde bemiddelaar")
    },
    Who::in_role(Role::Steward, "u-beheerder", "Beheerder"),
    Who::in_role(Role::Auditor, "u-controleur", "Controleur"),
];

impl Desk {
    /// Fills an empty store with the region; a store that has the region keeps it as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when the store holds other people already; any error of the store.
    pub fn fill_demo(&self) -> Result<DemoUsers, Error> {
        let region = Region::on(self.today())?;
        let users = DemoUsers { users: WHO.iter().map(|who| Ok((who.role, user_id(who.id)?))).collect::<Result<_, Error>>()? };
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
    let published = packages.iter().filter(|package| package.state == PackageState::Published);
    let to_take_in: Vec<_> = published.map(|package| (INTAKE, ObjectKind::Package, package.id.to_string())).collect();
    let vetted: Vec<OrganisationId> = organisations.iter().map(|organisation| organisation.id.clone()).collect();
    imports::insert(tx, &Records { organisations, programmes, packages, experts, ..Records::default() })?;
    let mediator = user_id(MEDIATOR)?;
    for id in &vetted {
        organisations::vet(tx, id, Some(&mediator), 1)?;
    }
    WHO.iter().try_for_each(|who| add_user(tx, who, own.as_ref(), organisation.as_ref()))?;
    // What is published has to be taken in by one of the mediators, who are here only now: that is their first work.
    routing::open_all(tx, &to_take_in)
}

fn add_user(tx: &mut Tx<'_>, who: &Who, expert: Option<&ExpertId>, organisation: Option<&OrganisationId>) -> Result<(), Error> {
    let id = user_id(who.id)?;
    let address = format!("{}@demo.invalid", id.as_str().trim_start_matches("u-"));
    let lines = |texts: &[&str]| texts.iter().map(|text| Line::new(text).map_err(internal)).collect::<Result<Vec<_>, _>>();
    let user = User {
        id: id.clone(),
        name: Some(Line::new(who.name).map_err(internal)?),
        email: Some(EmailAddress::new(&address).map_err(internal)?),
        language: Language::Nl,
        roles: vec![who.role],
        expert: None,
        organisations: Vec::new(),
        regions: lines(who.regions)?,
        sectors: lines(who.sectors)?,
        languages: who.languages.iter().map(|code| TermId::new(code).map_err(internal)).collect::<Result<_, _>>()?,
        state: UserState::Active,
    };
    users::insert(tx, &user)?;
    match (who.role, expert, organisation) {
        (Role::Expert, Some(expert), _) => experts::set_user(tx, expert, &id)?,
        (Role::Organisation, _, Some(organisation)) => organisations::add_member(tx, organisation, &id)?,
        _ => {}
    }
    Ok(())
}

fn user_id(id: &str) -> Result<UserId, Error> {
    UserId::new(id).map_err(internal)
}
