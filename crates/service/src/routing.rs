//! Routing at the desk: what waits for a person gets somebody who knows the way, with the reason; it is never lost, and never goes to who has an interest.
//!
//! A to-do goes to somebody in the same piece of writing work that opens it. Housekeeping looks at all of them again: what is nobody's, what waits with
//! somebody who cannot have it any more, and what waits too long. What was written down about an earlier giving never changes.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::{ExpertId, MatchId, OrganisationId, PackageId, UserId};
use raakvlak_domain::knobs::Scope;
use raakvlak_domain::languages::LanguageLevel;
use raakvlak_domain::matches::Party;
use raakvlak_domain::organisations::{Organisation, OrganisationKind};
use raakvlak_domain::places::Place;
use raakvlak_domain::routing::{RoutingWay, SectorKnob};
use raakvlak_domain::users::Role;
use raakvlak_engine::routing::{self as engine, Candidate, Reason, Routed, Work};
use raakvlak_store::todos::assignments::{self, Giving};
use raakvlak_store::todos::{self, StoredTodo, TodoQuery};
use raakvlak_store::{Action as Act, Db, KeyId, ObjectKind, Tx, experts, matches, organisations, packages, places, users};

use crate::actor::Actor;
use crate::desk::{Desk, new_id};
use crate::error::Error;
use crate::knobs::{narrowest, scopes_of};
use crate::places::Towns;

pub mod knob;
mod reasons;

pub use reasons::Because;
pub(crate) use reasons::{handed_over, undone, worded};

const DAY: i64 = 24 * 60 * 60;

/// What a to-do is about, as far as it counts for whose it is.
pub(crate) struct Errand {
    pub(crate) work: Work,
    /// The key of the person whom it is about.
    pub(crate) key: Option<KeyId>,
    /// The scopes in which it lies, narrowest first.
    pub(crate) scopes: Vec<Scope>,
    place: Option<Place>,
}

impl Errand {
    fn of(role: Role) -> Self {
        let none = Vec::new;
        let (sectors, regions, languages) = (none(), none(), none());
        let work = Work { role, sectors, regions, languages, expert: None, organisation: None, spoke: Vec::new(), passed: Vec::new() };
        Self { work, key: None, scopes: vec![Scope::Network], place: None }
    }
}

/// Opens a to-do, unless the same is open already, and gives it to whoever suits best.
pub(crate) fn open(tx: &mut Tx<'_>, kind: &str, about: ObjectKind, id: &str, due_at: Option<Instant>) -> Result<(), Error> {
    let todo = new_id();
    if !todos::open(tx, &todo, kind, about.as_str(), id, due_at)? {
        return Ok(());
    }
    let mut candidates = candidates(tx)?;
    give_first(tx, &todo, &mut candidates)
}

/// Opens many to-dos without a last day at once, each by its sort and what it is about.
pub(crate) fn open_all(tx: &mut Tx<'_>, to_open: &[(&str, ObjectKind, String)]) -> Result<(), Error> {
    let mut candidates = candidates(tx)?;
    for (kind, about, id) in to_open {
        let todo = new_id();
        if todos::open(tx, &todo, kind, about.as_str(), id, None)? {
            give_first(tx, &todo, &mut candidates)?;
        }
    }
    Ok(())
}

/// Gives a to-do that was just opened to whoever suits best.
fn give_first(tx: &mut Tx<'_>, todo: &str, candidates: &mut [Candidate]) -> Result<(), Error> {
    let found = todos::get(tx, todo)?.ok_or(Error::NotFound)?;
    let errand = errand(tx, &found)?;
    let (setting, _, _) = narrowest::<SectorKnob>(&mut **tx, &errand.scopes)?;
    let routed = engine::deal([(&errand.work, &setting)], candidates).pop().ok_or(Error::NotFound)?;
    give(tx, todo, RoutingWay::Routed, &routed, errand.key).map(drop)
}

/// Everybody to whom something can go, with what they have open.
pub(crate) fn candidates(db: &mut Db) -> Result<Vec<Candidate>, Error> {
    let open = todos::open_per_user(db)?;
    let found = users::active_in(db, &[Role::Mediator, Role::Steward])?;
    let candidate = |user: users::InRoles| Candidate {
        open: open.get(&user.id).copied().unwrap_or(0),
        user: user.id,
        roles: user.roles,
        sectors: user.sectors.iter().map(ToString::to_string).collect(),
        regions: user.regions.iter().map(ToString::to_string).collect(),
        languages: user.languages.iter().map(ToString::to_string).collect(),
        expert: user.expert,
        organisations: user.organisations,
    };
    Ok(found.into_iter().map(candidate).collect())
}

/// Gives a to-do to somebody, or to nobody, with the reason.
fn give(tx: &mut Tx<'_>, todo: &str, way: RoutingWay, routed: &Routed, key: Option<KeyId>) -> Result<StoredTodo, Error> {
    let because = written(&worded(&routed.because))?;
    let giving = Giving { way, to: routed.to.as_ref(), because: &because, why: None, by: None, key };
    Ok(assignments::give(tx, todo, &giving)?)
}

/// Reasons as they are kept.
pub(crate) fn written(because: &[Because]) -> Result<String, Error> {
    serde_json::to_string(because).map_err(|error| Error::Internal(error.to_string()))
}

/// Who stands on which side of what a to-do is about, and in which scopes it lies.
pub(crate) fn sides(db: &mut Db, todo: &StoredTodo) -> Result<Errand, Error> {
    let id = todo.object_id.as_str();
    Ok(match ObjectKind::parse(&todo.object_kind) {
        Some(ObjectKind::Match) => sides_of_match(db, id)?,
        Some(ObjectKind::Package) => PackageId::new(id).ok().map(|id| sides_of_package(db, &id)).transpose()?,
        Some(ObjectKind::Expert) => ExpertId::new(id).ok().map(|id| sides_of_expert(db, &id)).transpose()?,
        Some(ObjectKind::Rule) => Some(Errand::of(Role::Steward)),
        _ => None,
    }
    .unwrap_or_else(|| Errand::of(Role::Mediator)))
}

fn sides_of_match(db: &mut Db, id: &str) -> Result<Option<Errand>, Error> {
    let Some(id) = MatchId::new(id).ok() else { return Ok(None) };
    let Some(found) = matches::get(db, &id)? else { return Ok(None) };
    let mut errand = sides_of_package(db, &found.package)?;
    errand.key = Some(found.key);
    errand.work.expert = Some(found.expert);
    if let Some(version) = found.arrangement {
        let said = matches::yeses(db, &found.id, version)?.into_iter().filter(|yes| yes.party != Party::Mediator);
        errand.work.spoke = said.filter_map(|yes| yes.user).collect();
    }
    Ok(Some(errand))
}

fn sides_of_package(db: &mut Db, id: &PackageId) -> Result<Errand, Error> {
    let mut errand = Errand::of(Role::Mediator);
    if let Some(found) = packages::get(db, id)? {
        errand.scopes = scopes_of(&found.package);
        errand.work.organisation = Some(found.package.organisation);
        errand.place = found.package.place;
    }
    Ok(errand)
}

fn sides_of_expert(db: &mut Db, id: &ExpertId) -> Result<Errand, Error> {
    let mut errand = Errand::of(Role::Mediator);
    errand.work.expert = Some(id.clone());
    errand.key = experts::get(db, id)?.map(|found| found.key);
    Ok(errand)
}

/// All of what a to-do is about: its sides, and what somebody has to know for it.
pub(crate) fn errand(db: &mut Db, todo: &StoredTodo) -> Result<Errand, Error> {
    let mut errand = sides(db, todo)?;
    let mut place = errand.place.take();
    if let Some(organisation) = errand.work.organisation.clone() {
        let of = organisation_of(db, &organisation)?;
        errand.work.sectors = of.as_ref().map(sectors_of).unwrap_or_default();
        place = place.or(of.and_then(|organisation| organisation.place));
    }
    if let Some(expert) = errand.work.expert.clone()
        && let Some(found) = experts::get(db, &expert)?
    {
        errand.work.languages = languages_of(&found.expert);
        // Work that lies nowhere goes to whoever is near the person.
        place = place.or(found.expert.place);
    }
    errand.work.regions = place.map(|place| regions_of(db, &place)).transpose()?.unwrap_or_default();
    Ok(errand)
}

fn organisation_of(db: &mut Db, id: &OrganisationId) -> Result<Option<Organisation>, Error> {
    Ok(organisations::get(db, id)?.map(|stored| stored.organisation))
}

/// The sectors of an organisation: in its own words, and the word for what kind it is in both languages.
fn sectors_of(organisation: &Organisation) -> Vec<String> {
    let kind = organisation.kind;
    let own = organisation.sectors.iter().map(ToString::to_string);
    let general = (kind != OrganisationKind::Other).then(|| [kind.as_str().replace('_', " "), dutch(kind).to_owned()]);
    own.chain(general.into_iter().flatten()).collect()
}

fn dutch(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::Municipality => "gemeente",
        OrganisationKind::Care => "zorg",
        OrganisationKind::Education => "onderwijs",
        OrganisationKind::Defence => "defensie",
        OrganisationKind::Company => "bedrijf",
        OrganisationKind::Cooperative => "coöperatie",
        OrganisationKind::CitizensInitiative => "bewonersinitiatief",
        OrganisationKind::Other => "",
    }
}

/// The languages of somebody who speaks less Dutch than is needed to be alone in a talk; none for who speaks enough, or did not tell.
fn languages_of(expert: &Expert) -> Vec<String> {
    let Some(languages) = &expert.languages else { return Vec::new() };
    let dutch = languages.iter().find(|(language, _)| language.as_str() == "nl").map(|(_, level)| *level);
    if dutch.is_some_and(|level| level >= LanguageLevel::B1) {
        return Vec::new();
    }
    languages.keys().map(ToString::to_string).filter(|language| language != "nl").collect()
}

/// The names by which a mediator can have told the region of a place: its town and province, and for a postcode its code in the imported table.
fn regions_of(db: &mut Db, place: &Place) -> Result<Vec<String>, Error> {
    let towns = Towns::built_in();
    let (known, code) = match place {
        Place::Town { town } => (towns.find(town.as_str()).ok(), None),
        Place::Point(point) => (towns.nearest(*point), None),
        Place::Postcode { postcode } => {
            let area = places::get(db, "postcode", postcode.as_str())?;
            (area.as_ref().and_then(|area| towns.nearest(area.point)), area.and_then(|area| area.region))
        }
    };
    Ok(known.into_iter().flat_map(|town| [town.name.clone(), town.province.clone()]).chain(code).collect())
}

impl Desk {
    /// Looks at everything that waits for a person: gives out what is nobody's, takes away what somebody cannot have any more, and passes on what waited
    /// too long; gives how many went to somebody else. Run by the clock.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn route_waiting(&self) -> Result<usize, Error> {
        let now = self.now();
        let waiting = self.read(|db| waiting(db, now))?;
        if waiting.is_empty() {
            return Ok(0);
        }
        self.write(&Actor::system(), move |tx, actor| {
            let mut candidates = candidates(tx)?;
            let mut moved = 0;
            for todo in &waiting {
                moved += usize::from(pass_on(tx, actor, &mut candidates, todo)?);
            }
            Ok(moved)
        })
    }
}

/// The open to-dos that have to go to somebody else, or to somebody at all.
fn waiting(db: &mut Db, now: Instant) -> Result<Vec<String>, Error> {
    let candidates = candidates(db)?;
    let mut found = Vec::new();
    for todo in todos::list(db, &TodoQuery::default())? {
        let errand = sides(db, &todo)?;
        let (setting, _, _) = narrowest::<SectorKnob>(db, &errand.scopes)?;
        let can_go = || engine::suitable(&errand.work, &candidates, &setting).is_ok();
        let due = match (&todo.assigned_to, todo.assigned_at) {
            (Some(holder), Some(since)) => !may_keep(&errand.work, &candidates, holder) || waited_too_long(&setting, since, now),
            (Some(_), None) | (None, None) => true,
            (None, Some(_)) => can_go(),
        };
        if due {
            found.push(todo.id);
        }
    }
    Ok(found)
}

/// Whether somebody who has a to-do may go on having it.
pub(crate) fn may_keep(work: &Work, candidates: &[Candidate], holder: &UserId) -> bool {
    let held = candidates.iter().find(|candidate| candidate.user == *holder);
    held.is_some_and(|candidate| candidate.roles.contains(&work.role) && !engine::has_interest(candidate, work))
}

fn waited_too_long(setting: &SectorKnob, since: Instant, now: Instant) -> bool {
    since.plus_seconds(i64::from(setting.reroute_after_days.get()) * DAY) <= now
}

/// Gives a to-do to somebody else: first to who never had it, then to anybody but who has it now. Says whether it went.
fn pass_on(tx: &mut Tx<'_>, actor: &Actor, candidates: &mut [Candidate], todo: &str) -> Result<bool, Error> {
    let Some(found) = todos::get(tx, todo)?.filter(|found| found.closed_at.is_none()) else { return Ok(false) };
    let errand = errand(tx, &found)?;
    let (setting, _, _) = narrowest::<SectorKnob>(&mut **tx, &errand.scopes)?;
    let had: Vec<UserId> = assignments::of(tx, todo)?.into_iter().filter_map(|assignment| assignment.to).collect();
    let holder: Vec<UserId> = found.assigned_to.iter().cloned().collect();
    let routed = next(&errand.work, candidates, &setting, (had, &holder));
    let way = if found.assigned_at.is_none() { RoutingWay::Routed } else { RoutingWay::Rerouted };
    give(tx, todo, way, &routed, errand.key)?;
    note(tx, actor, &found, routed.to.as_ref(), candidates);
    Ok(routed.to != found.assigned_to)
}

fn next(work: &Work, candidates: &[Candidate], setting: &SectorKnob, (had, holder): (Vec<UserId>, &[UserId])) -> Routed {
    let without = |passed: Vec<UserId>| engine::route(&Work { passed, ..work.clone() }, candidates, setting);
    let never_had = without(had);
    if never_had.to.is_some() {
        return never_had;
    }
    let anybody_else = without(holder.to_vec());
    match holder.first().filter(|holder| anybody_else.to.is_none() && may_keep(work, candidates, holder)) {
        Some(holder) => Routed { to: Some(holder.clone()), because: vec![Reason::AllPassed] },
        None => anybody_else,
    }
}

/// Notes that a to-do went on, in the trail and in what everybody has open.
pub(crate) fn note(tx: &mut Tx<'_>, actor: &Actor, before: &StoredTodo, to: Option<&UserId>, candidates: &mut [Candidate]) {
    if before.assigned_to.as_ref() != to {
        tx.audit(actor.act(Role::Mediator, Act::Route, ObjectKind::Todo, &before.id).fields(&["assigned_to"]));
        for candidate in candidates {
            let had = u32::from(before.assigned_to.as_ref() == Some(&candidate.user));
            candidate.open = candidate.open.saturating_sub(had) + u32::from(to == Some(&candidate.user));
        }
    }
}
