//! Matches at the desk: each verb of a match's life, who sees what of it, and what is checked before it is done.
//!
//! Every verb is one piece of writing work: it reads the match, authorises, holds the version and the state against what was asked, checks what the
//! verb needs, takes the step, and notes it. Pieces of writing work run one after another, so what was checked still holds when it is kept.

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{ExpertId, KnobVersionId, MatchId, OrganisationId, PackageId};
use raakvlak_domain::matches::{CheckIn, Evaluation, MatchState, Origin, Party, Verb};
use raakvlak_domain::users::Role;
use raakvlak_engine::explanation::Explanation;
use raakvlak_store::matches::{self, Event, MatchQuery, StoredMatch, Yes};
use raakvlak_store::{Action as Act, Db, Keys, ObjectKind, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned, new_id};
use crate::error::{Conflict, Error};
use crate::experts::Disclosed;
use crate::explanations::hidden::hide_from_others;
use crate::rules::matches::{JudgedStep, judged_steps};

mod deciding;
mod feedback;
mod limits;
mod suggesting;
mod trace;

pub(crate) use deciding::withdraw_open;
pub use deciding::{Decision, Reply};
pub use feedback::CheckInView;
pub(crate) use limits::{check_capacity, packages_with_places_of, settle_places};
pub use trace::MatchKnob;

/// The sort of to-do that a suggestion opens: a mediator has to look at it.
pub const REVIEW: &str = "review_match";
/// The sort of to-do that an answer, a question or an offer that ran out opens: a mediator has to go on.
pub const CONTINUE: &str = "continue_match";
/// The sort of to-do that a request for a talk, support or a pause opens.
pub const CHECK_IN: &str = "check_in";

/// A match as one reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MatchView {
    /// Names the match.
    pub id: MatchId,
    /// The package.
    pub package: PackageId,
    /// The revision of the package that the match was made on.
    pub revision: i64,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The expert.
    pub expert: ExpertId,
    /// Where it stands.
    pub state: MatchState,
    /// How it came to be.
    pub origin: Origin,
    /// What is arranged now, with every yes to it; `None` before an offer.
    pub arrangement: Option<ArrangementView>,
    /// Until when an answer to the offer is awaited.
    pub deadline: Option<Instant>,
    /// The score and its explanation as computed, without what the person shows to nobody; for a mediator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Explanation>)]
    pub assessment: Option<serde_json::Value>,
    /// The version of the matcher knob that produced it; for a mediator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matcher_version: Option<KnobVersionId>,
    /// The person as they disclose themselves; for an organisation alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosed: Option<Disclosed>,
    /// When it was made.
    pub made_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

/// A version of an arrangement with every yes to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ArrangementView {
    /// Its version, from 1 on.
    pub version: i64,
    /// What is arranged.
    pub arrangement: Arrangement,
    /// Who said yes to this version, and when.
    pub yeses: Vec<YesView>,
}

/// A yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct YesView {
    /// Whose.
    pub party: Party,
    /// When.
    pub at: Instant,
}

/// A step of a match as it is read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventView {
    /// Counts up from 1.
    pub seq: i64,
    /// What was done.
    pub verb: Verb,
    /// Where the match stood before.
    pub from: Option<MatchState>,
    /// Where it stood after.
    pub to: MatchState,
    /// On which side the one who did it stands.
    pub party: Party,
    /// When.
    pub at: Instant,
    /// The version of the arrangement that held after.
    pub arrangement: Option<i64>,
    /// What was said with it, as far as the reader may read it.
    pub text: Option<String>,
}

/// A match as the person of it can take it along.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExportedMatch {
    /// The match.
    #[serde(rename = "match")]
    pub found: MatchView,
    /// Every step of it, oldest first.
    pub history: Vec<EventView>,
    /// What came out of the rules at steps of it, oldest first.
    pub rules: Vec<JudgedStep>,
}

/// Which matches to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatchFilter {
    /// Only on this package.
    pub package: Option<PackageId>,
    /// Only of this expert.
    pub expert: Option<ExpertId>,
    /// Only in this state.
    pub state: Option<MatchState>,
}

impl Desk {
    /// The match with this id, as the actor may see it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of.
    pub fn get_match(&self, actor: &Actor, id: &MatchId) -> Result<Versioned<MatchView>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (found, role) = readable(tx, actor, &id, Action::ReadMatch)?;
            note_read(tx, actor, role, &found)?;
            view(tx, &found, role)
        })
    }

    /// A page of the matches that the actor may see.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for roles that see no matches.
    pub fn list_matches(&self, actor: &Actor, filter: MatchFilter, request: &PageRequest) -> Result<Page<Versioned<MatchView>>, Error> {
        let request = request.clone();
        self.write(actor, move |tx, actor| {
            let role = listing_role(actor)?;
            let found = listed(tx, actor, role, filter, &request)?;
            let page = Page::of(found, &request, |found| found.id.to_string());
            let mut items = Vec::with_capacity(page.items.len());
            for found in &page.items {
                note_read(tx, actor, role, found)?;
                items.push(view(tx, found, role)?);
            }
            Ok(Page { items, next: page.next })
        })
    }

    /// Every step of a match, oldest first. What an organisation said with a no is read by mediators alone.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of.
    pub fn match_history(&self, actor: &Actor, id: &MatchId) -> Result<Vec<EventView>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (found, role) = readable(tx, actor, &id, Action::ReadHistory)?;
            note_read(tx, actor, role, &found)?;
            Ok(matches::history(tx, &found)?.into_iter().map(|event| event_view(event, role)).collect())
        })
    }

    /// A version of a match's arrangement with every yes to it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such match or version that the actor may know of.
    pub fn arrangement(&self, actor: &Actor, id: &MatchId, version: i64) -> Result<ArrangementView, Error> {
        self.read(|db| {
            let (found, _) = readable(db, actor, id, Action::ReadMatch)?;
            arrangement_view(db, &found, version)
        })
    }
}

/// The match, when the actor may do this to it, with the role in which they may.
pub(crate) fn readable(db: &mut Db, actor: &Actor, id: &MatchId, action: Action) -> Result<(StoredMatch, Role), Error> {
    let found = matches::get(db, id)?.ok_or(Error::NotFound)?;
    let role = permitted(db, actor, &found, action)?;
    Ok((found, role))
}

fn permitted(db: &mut Db, actor: &Actor, found: &StoredMatch, action: Action) -> Result<Role, Error> {
    let introduced = is_introduced(db, found)?;
    authorise(actor, action, &Object::Match { expert: &found.expert, organisation: &found.organisation, introduced })
}

/// Whether the organisation has met this person in this match; once met, a changed arrangement does not make it forget.
fn is_introduced(db: &mut Db, found: &StoredMatch) -> Result<bool, Error> {
    Ok(found.state.is_known_to_organisation() || matches::was_introduced(db, &found.id)?)
}

/// The role in which somebody lists matches; the widest when they have several.
fn listing_role(actor: &Actor) -> Result<Role, Error> {
    let role = authorise(actor, Action::ListMatches, &Object::Network)?;
    Ok(if actor.has(Role::Mediator) { Role::Mediator } else { role })
}

fn listed(tx: &mut Tx<'_>, actor: &Actor, role: Role, filter: MatchFilter, request: &PageRequest) -> Result<Vec<StoredMatch>, Error> {
    let mut query = MatchQuery {
        package: filter.package,
        expert: filter.expert,
        states: filter.state.map(|state| vec![state]),
        after: request.after.clone(),
        limit: Some(request.rows()),
        ..MatchQuery::default()
    };
    match role {
        Role::Mediator | Role::Steward => {}
        Role::Organisation => {
            query.organisations = Some(actor.organisations.clone());
            query.introduced = true;
        }
        _ => match (&actor.expert, &query.expert) {
            (Some(own), None) => query.expert = Some(own.clone()),
            (Some(own), Some(asked)) if own == asked => {}
            _ => return Ok(Vec::new()),
        },
    }
    Ok(matches::list(tx, &query)?)
}

/// What a role sees of a match.
pub(crate) fn view(db: &mut Db, found: &StoredMatch, role: Role) -> Result<Versioned<MatchView>, Error> {
    let arrangement = found.arrangement.map(|version| arrangement_view(db, found, version)).transpose()?;
    let mediating = matches!(role, Role::Mediator | Role::Steward);
    let assessment = if mediating { assessment(db, found)? } else { None };
    let disclosed = if role == Role::Organisation { Some(disclosed_to_organisation(db, found)?) } else { None };
    let view = MatchView {
        id: found.id.clone(),
        package: found.package.clone(),
        revision: found.revision,
        organisation: found.organisation.clone(),
        expert: found.expert.clone(),
        state: found.state,
        origin: found.origin,
        arrangement,
        deadline: found.deadline,
        assessment,
        matcher_version: found.matcher_version.clone().filter(|_| mediating),
        disclosed,
        made_at: found.made_at,
        changed_at: found.changed_at,
    };
    Ok(Versioned::new(view, found.version))
}

/// The explanation as it was kept, without what the person shows to nobody now.
fn assessment(db: &mut Db, found: &StoredMatch) -> Result<Option<serde_json::Value>, Error> {
    let Some(kept) = found.score.as_deref() else { return Ok(None) };
    let expert = raakvlak_store::experts::get(db, &found.expert)?.ok_or(Error::NotFound)?.expert;
    let mut explanation =
        serde_json::from_str(kept).map_err(|error| Error::Internal(format!("a kept explanation cannot be read: {error}")))?;
    hide_from_others(&mut explanation, &expert);
    Ok(Some(explanation))
}

fn disclosed_to_organisation(db: &mut Db, found: &StoredMatch) -> Result<Disclosed, Error> {
    let stored = raakvlak_store::experts::get(db, &found.expert)?.ok_or(Error::NotFound)?;
    Ok(crate::experts::disclosed(&stored.expert))
}

fn arrangement_view(db: &mut Db, found: &StoredMatch, version: i64) -> Result<ArrangementView, Error> {
    let arrangement = matches::arrangement(db, found, version)?;
    let yeses = matches::yeses(db, &found.id, version)?;
    let yeses = yeses.into_iter().map(|Yes { party, at, .. }| YesView { party, at }).collect();
    Ok(ArrangementView { version, arrangement, yeses })
}

/// The texts that the two sides wrote for the mediator are read by the mediator; the person reads their own and the mediator's.
fn event_view(event: Event, role: Role) -> EventView {
    let readable = match role {
        Role::Mediator | Role::Steward => true,
        _ => matches!(event.party, Party::Expert | Party::Mediator) && event.verb != Verb::Review,
    };
    EventView {
        seq: event.seq,
        verb: event.verb,
        from: event.from,
        to: event.to,
        party: event.party,
        at: event.at,
        arrangement: event.arrangement,
        text: event.reason.filter(|_| readable),
    }
}

/// Notes that somebody other than the person read of them.
pub(crate) fn note_read(tx: &mut Tx<'_>, actor: &Actor, role: Role, found: &StoredMatch) -> Result<(), Error> {
    if actor.is_expert(&found.expert) {
        return Ok(());
    }
    let name = pseudonym(tx.keys(), found)?;
    tx.audit(actor.act(role, Act::Read, ObjectKind::Expert, &name).fields(&["match"]));
    Ok(())
}

/// How the trail names the person of a match.
fn pseudonym(keys: &Keys, found: &StoredMatch) -> Result<String, Error> {
    Ok(keys.pseudonym(found.key, found.expert.as_str()).map_err(raakvlak_store::StoreError::from)?)
}

/// What is kept of somebody's matches, as they can take it along.
pub(crate) fn export_of(db: &mut Db, expert: &ExpertId) -> Result<Vec<ExportedMatch>, Error> {
    let query = MatchQuery { expert: Some(expert.clone()), ..MatchQuery::default() };
    let found = matches::list(db, &query)?;
    found
        .iter()
        .map(|found| {
            let history = matches::history(db, found)?.into_iter().map(|event| event_view(event, Role::Expert)).collect();
            let rules = judged_steps(db, found)?;
            Ok(ExportedMatch { found: view(db, found, Role::Expert)?.value, history, rules })
        })
        .collect()
}

/// Notes a step in the trail: who, in which role, what, with digests of what was said and of how the match stood before and after.
fn note_step(
    tx: &mut Tx<'_>,
    actor: &Actor,
    role: Role,
    act: Act,
    before: Option<&StoredMatch>,
    after: &StoredMatch,
    reason: Option<&str>,
) -> Result<(), Error> {
    let digest = |text: &str| tx.keys().digest_for(after.key, "audited match", text.as_bytes()).map_err(raakvlak_store::StoreError::from);
    let standing = |found: &StoredMatch| format!("{}/{}/{}", found.state, found.arrangement.unwrap_or(0), found.version);
    let before = before.map(|before| digest(&standing(before))).transpose()?;
    let after_digest = digest(&standing(after))?;
    let reason = reason.map(digest).transpose()?;
    let mut entry = actor.act(role, act, ObjectKind::Match, after.id.as_str()).change(before, Some(after_digest));
    if let Some(reason) = reason {
        entry = entry.reason(reason);
    }
    if let Some(version) = &after.matcher_version {
        entry = entry.knob(version.as_str());
    }
    tx.audit(entry);
    Ok(())
}
