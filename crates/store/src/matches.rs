//! Matches: where each stands, every step it took, what was arranged and who said yes to which version.

use std::collections::HashMap;

use diesel::prelude::*;
use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{ExpertId, KnobVersionId, MatchId, OrganisationId, PackageId, UserId};
use raakvlak_domain::matches::{MatchState, Origin, Party, Verb};
use raakvlak_domain::reading;

use crate::audit::ObjectKind;
use crate::error::{StoreError, StoreResult};
use crate::experts::is_there;
use crate::keys::{KeyId, Keys, Place};
use crate::schema::{approvals, arrangements, experts, match_events, matches, task_packages};
use crate::transaction::{Db, Tx};

/// So many matches are named in one query.
const CHUNK: usize = 500;

pub mod asking;
pub mod carried;
pub mod feedback;
pub mod judged;
pub mod trace;

/// A match as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMatch {
    /// Names the match.
    pub id: MatchId,
    /// The package.
    pub package: PackageId,
    /// The revision of the package that the match was made on.
    pub revision: i64,
    /// The organisation whose package it is.
    pub organisation: OrganisationId,
    /// The expert.
    pub expert: ExpertId,
    /// The expert's key, which seals every text of the match.
    pub key: KeyId,
    /// Where it stands.
    pub state: MatchState,
    /// How it came to be.
    pub origin: Origin,
    /// The score and its explanation as computed, as JSON.
    pub score: Option<String>,
    /// The version of the matcher knob that produced the score.
    pub matcher_version: Option<KnobVersionId>,
    /// The version of the arrangement that holds; `None` before an offer.
    pub arrangement: Option<i64>,
    /// Until when an answer to the offer is awaited.
    pub deadline: Option<Instant>,
    /// How many steps it took.
    pub events: i64,
    /// The version that an update must name.
    pub version: i64,
    /// When it was made.
    pub made_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

/// A match to be made.
#[derive(Debug, Clone)]
pub struct NewMatch<'a> {
    /// Names the match.
    pub id: &'a MatchId,
    /// The package.
    pub package: &'a PackageId,
    /// Its revision.
    pub revision: i64,
    /// The expert.
    pub expert: &'a ExpertId,
    /// How it came to be.
    pub origin: Origin,
    /// The score and its explanation, as JSON.
    pub score: Option<&'a str>,
    /// The version of the matcher knob that produced them.
    pub matcher_version: Option<&'a KnobVersionId>,
}

/// A step of a match.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// What was done.
    pub verb: Verb,
    /// The state that it leads to.
    pub to: MatchState,
    /// Who did it; `None` for the clock.
    pub actor: Option<&'a UserId>,
    /// On which side they stand.
    pub party: Party,
    /// What they said with it.
    pub reason: Option<&'a str>,
    /// What is arranged from now on; voids every yes given before.
    pub arrangement: Option<&'a Arrangement>,
    /// Until when an answer is awaited from now on; the old one stays when `None`.
    pub deadline: Option<Instant>,
}

/// A step as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Counts up from 1.
    pub seq: i64,
    /// What was done.
    pub verb: Verb,
    /// Where the match stood before; `None` for its first step.
    pub from: Option<MatchState>,
    /// Where it stood after.
    pub to: MatchState,
    /// Who did it; `None` for the clock.
    pub actor: Option<UserId>,
    /// On which side they stand.
    pub party: Party,
    /// When.
    pub at: Instant,
    /// The version of the arrangement that held after.
    pub arrangement: Option<i64>,
    /// What they said with it.
    pub reason: Option<String>,
}

/// A yes to a version of an arrangement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yes {
    /// Whose.
    pub party: Party,
    /// Who gave it.
    pub user: Option<UserId>,
    /// When.
    pub at: Instant,
}

/// Which matches to list. What is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatchQuery {
    /// Only on this package.
    pub package: Option<PackageId>,
    /// Only of this expert.
    pub expert: Option<ExpertId>,
    /// Only on packages of these organisations.
    pub organisations: Option<Vec<OrganisationId>>,
    /// Only in these states.
    pub states: Option<Vec<MatchState>>,
    /// Only offers whose deadline lies at or before this moment.
    pub due: Option<Instant>,
    /// Only those in which the organisation has met the person.
    pub introduced: bool,
    /// Only after this id.
    pub after: Option<String>,
    /// At most so many; everything when `None`.
    pub limit: Option<i64>,
}

#[derive(Debug, Clone, Queryable, Insertable, Selectable, AsChangeset)]
#[diesel(table_name = matches, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: String,
    package_id: String,
    revision: i64,
    expert_id: String,
    state: String,
    origin: String,
    sealed_score: Option<Vec<u8>>,
    matcher_version: Option<String>,
    arrangement: Option<i64>,
    deadline: Option<i64>,
    events: i64,
    made_by: Option<String>,
    version: i64,
    made_at: i64,
    changed_at: i64,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = match_events, treat_none_as_default_value = false)]
struct EventRow {
    match_id: String,
    seq: i64,
    verb: String,
    from_state: Option<String>,
    to_state: String,
    actor: Option<String>,
    role: String,
    at: i64,
    arrangement: Option<i64>,
    sealed_reason: Option<Vec<u8>>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = arrangements, treat_none_as_default_value = false)]
struct ArrangementRow<'a> {
    match_id: &'a str,
    version: i64,
    hours_tenths: i64,
    starts: String,
    ends: Option<String>,
    sealed: Vec<u8>,
    made_by: Option<&'a str>,
    made_at: i64,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = approvals, treat_none_as_default_value = false)]
struct ApprovalRow {
    match_id: String,
    arrangement: i64,
    party: String,
    user_id: Option<String>,
    at: i64,
}

/// Makes a match, with its first step.
///
/// # Errors
/// [`StoreError::Dangling`] when the package's revision or the expert does not exist.
pub fn insert(tx: &mut Tx<'_>, new: &NewMatch<'_>, step: &Step<'_>) -> StoreResult<StoredMatch> {
    let key = key_of(tx, new.expert)?;
    let now = tx.now().microseconds();
    let seal = |text: &str| tx.keys().of(key).seal_text(&score_place(new.id), text);
    let row = Row {
        id: new.id.to_string(),
        package_id: new.package.to_string(),
        revision: new.revision,
        expert_id: new.expert.to_string(),
        state: step.to.as_str().to_owned(),
        origin: new.origin.as_str().to_owned(),
        sealed_score: new.score.map(seal).transpose()?,
        matcher_version: new.matcher_version.map(ToString::to_string),
        arrangement: None,
        deadline: None,
        events: 1,
        made_by: step.actor.map(ToString::to_string),
        version: 1,
        made_at: now,
        changed_at: now,
    };
    diesel::insert_into(matches::table).values(&row).execute(tx.connection())?;
    insert_event(tx, new.id, 1, None, step, None, key)?;
    tx.changed(ObjectKind::Match, new.id.as_str());
    get(tx, new.id)?.ok_or(StoreError::NotFound)
}

/// Takes a match a step further, built on the version of `current`.
///
/// # Errors
/// [`StoreError::Stale`] when the match has changed since.
pub fn advance(tx: &mut Tx<'_>, current: &StoredMatch, step: &Step<'_>) -> StoreResult<StoredMatch> {
    let now = tx.now();
    let arrangement = match step.arrangement {
        Some(arrangement) => Some(insert_arrangement(tx, current, arrangement, step.actor)?),
        None => current.arrangement,
    };
    let seq = current.events + 1;
    let deadline = step.deadline.or(current.deadline).map(Instant::microseconds);
    let columns = (
        matches::state.eq(step.to.as_str()),
        matches::arrangement.eq(arrangement),
        matches::deadline.eq(deadline),
        matches::events.eq(seq),
        matches::version.eq(current.version + 1),
        matches::changed_at.eq(now.microseconds()),
    );
    let row = matches::table.find(current.id.as_str()).filter(matches::version.eq(current.version));
    if diesel::update(row).set(columns).execute(tx.connection())? == 0 {
        let found = get(tx, &current.id)?.ok_or(StoreError::NotFound)?;
        return Err(StoreError::Stale { current: found.version });
    }
    insert_event(tx, &current.id, seq, Some(current.state), step, arrangement, current.key)?;
    tx.changed(ObjectKind::Match, current.id.as_str());
    get(tx, &current.id)?.ok_or(StoreError::NotFound)
}

/// Keeps a yes of one side to a version of the arrangement.
///
/// # Errors
/// [`StoreError::Duplicate`] when that side said yes to it already, [`StoreError::Dangling`] when there is no such version.
pub fn approve(tx: &mut Tx<'_>, id: &MatchId, arrangement: i64, party: Party, user: Option<&UserId>) -> StoreResult<()> {
    let row = ApprovalRow {
        match_id: id.to_string(),
        arrangement,
        party: party.as_str().to_owned(),
        user_id: user.map(ToString::to_string),
        at: tx.now().microseconds(),
    };
    diesel::insert_into(approvals::table).values(&row).execute(tx.connection())?;
    Ok(())
}

/// Every yes to a version of a match's arrangement.
///
/// # Errors
/// Any error of the database.
pub fn yeses(db: &mut Db, id: &MatchId, arrangement: i64) -> StoreResult<Vec<Yes>> {
    let rows = approvals::table.filter(approvals::match_id.eq(id.as_str())).filter(approvals::arrangement.eq(arrangement));
    let rows: Vec<ApprovalRow> = rows.order(approvals::party).select(ApprovalRow::as_select()).load(db.connection())?;
    rows.into_iter()
        .map(|row| {
            let party = Party::from_word(&row.party).ok_or_else(|| corrupt("a party"))?;
            Ok(Yes { party, user: user(row.user_id)?, at: Instant::from_microseconds(row.at) })
        })
        .collect()
}

/// The match with this id.
///
/// # Errors
/// Any error of the database.
pub fn get(db: &mut Db, id: &MatchId) -> StoreResult<Option<StoredMatch>> {
    let rows = matches::table.inner_join(experts::table).inner_join(task_packages::table.on(task_packages::id.eq(matches::package_id)));
    let found: Option<Found> = rows
        .filter(matches::id.eq(id.as_str()))
        .select((Row::as_select(), experts::key_id, task_packages::organisation_id))
        .first(db.connection())
        .optional()?;
    found.filter(|found| is_there(&found.1, db.keys())).map(|found| stored(found, db.keys())).transpose()
}

/// The matches that a query asks for, by id.
///
/// # Errors
/// Any error of the database.
pub fn list(db: &mut Db, query: &MatchQuery) -> StoreResult<Vec<StoredMatch>> {
    let rows = matches::table.inner_join(experts::table).inner_join(task_packages::table.on(task_packages::id.eq(matches::package_id)));
    let mut rows = rows.into_boxed();
    if let Some(package) = &query.package {
        rows = rows.filter(matches::package_id.eq(package.to_string()));
    }
    if let Some(expert) = &query.expert {
        rows = rows.filter(matches::expert_id.eq(expert.to_string()));
    }
    if let Some(organisations) = &query.organisations {
        rows = rows.filter(task_packages::organisation_id.eq_any(organisations.iter().map(ToString::to_string).collect::<Vec<_>>()));
    }
    if let Some(states) = &query.states {
        rows = rows.filter(matches::state.eq_any(states.iter().map(|state| state.as_str()).collect::<Vec<_>>()));
    }
    if let Some(due) = query.due {
        rows = rows.filter(matches::state.eq(MatchState::Offered.as_str())).filter(matches::deadline.le(due.microseconds()));
    }
    if query.introduced {
        let met = match_events::table.filter(match_events::verb.eq(Verb::Introduce.as_str())).select(match_events::match_id);
        rows = rows.filter(matches::id.eq_any(met));
    }
    if let Some(after) = &query.after {
        rows = rows.filter(matches::id.gt(after.clone()));
    }
    if let Some(limit) = query.limit {
        rows = rows.limit(limit);
    }
    let rows = rows.order(matches::id).select((Row::as_select(), experts::key_id, task_packages::organisation_id));
    let found: Vec<Found> = rows.load(db.connection())?;
    found.into_iter().filter(|found| is_there(&found.1, db.keys())).map(|found| stored(found, db.keys())).collect()
}

/// Whose match it is; nothing of it is opened.
///
/// # Errors
/// Any error of the database.
pub fn expert_of(db: &mut Db, id: &MatchId) -> StoreResult<Option<ExpertId>> {
    let expert: Option<String> = matches::table.find(id.as_str()).select(matches::expert_id).first(db.connection()).optional()?;
    expert.map(|id| ExpertId::new(&id).map_err(|_| corrupt("an expert's id"))).transpose()
}

/// Whether the organisation has met the person in this match.
///
/// # Errors
/// Any error of the database.
pub fn was_introduced(db: &mut Db, id: &MatchId) -> StoreResult<bool> {
    let met = match_events::table.filter(match_events::match_id.eq(id.as_str())).filter(match_events::verb.eq(Verb::Introduce.as_str()));
    Ok(met.count().get_result::<i64>(db.connection())? > 0)
}

/// Every step of a match, oldest first.
///
/// # Errors
/// [`StoreError::Key`] when the person's key is gone.
pub fn history(db: &mut Db, found: &StoredMatch) -> StoreResult<Vec<Event>> {
    let rows = match_events::table.filter(match_events::match_id.eq(found.id.as_str())).order(match_events::seq);
    let rows: Vec<EventRow> = rows.select(EventRow::as_select()).load(db.connection())?;
    rows.into_iter().map(|row| event(row, found.key, db.keys())).collect()
}

/// A version of a match's arrangement.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such version.
pub fn arrangement(db: &mut Db, found: &StoredMatch, version: i64) -> StoreResult<Arrangement> {
    let sealed: Vec<u8> = arrangements::table.find((found.id.as_str(), version)).select(arrangements::sealed).first(db.connection())?;
    opened_arrangement(db.keys(), found, version, &sealed)
}

fn opened_arrangement(keys: &Keys, found: &StoredMatch, version: i64, sealed: &[u8]) -> StoreResult<Arrangement> {
    let row = arrangement_row(&found.id, version);
    let text = keys.of(found.key).open_text(&Place::of("arrangements", &row), sealed)?;
    reading::read(&text).map_err(|_| corrupt("an arrangement"))
}

/// What is arranged in each of these matches in which anything is, with whose match it is.
///
/// # Errors
/// [`StoreError::Key`] when a person's key is gone; [`StoreError::Corrupt`] when a version is not there.
pub fn arranged(db: &mut Db, found: &[StoredMatch]) -> StoreResult<Vec<(ExpertId, Arrangement)>> {
    let mut arranged = Vec::new();
    for chunk in found.chunks(CHUNK) {
        let ids: Vec<&str> = chunk.iter().map(|found| found.id.as_str()).collect();
        let rows = arrangements::table.filter(arrangements::match_id.eq_any(&ids));
        let rows: Vec<(String, i64, Vec<u8>)> =
            rows.select((arrangements::match_id, arrangements::version, arrangements::sealed)).load(db.connection())?;
        let mut sealed: HashMap<(String, i64), Vec<u8>> = rows.into_iter().map(|(id, version, sealed)| ((id, version), sealed)).collect();
        for (found, version) in chunk.iter().filter_map(|found| Some((found, found.arrangement?))) {
            let sealed = sealed.remove(&(found.id.to_string(), version)).ok_or_else(|| corrupt("a match without its arrangement"))?;
            arranged.push((found.expert.clone(), opened_arrangement(db.keys(), found, version, &sealed)?));
        }
    }
    Ok(arranged)
}

/// How many versions a match's arrangement has had.
///
/// # Errors
/// Any error of the database.
pub fn arrangement_versions(db: &mut Db, id: &MatchId) -> StoreResult<Vec<(i64, Instant)>> {
    let rows = arrangements::table.filter(arrangements::match_id.eq(id.as_str())).order(arrangements::version);
    let rows: Vec<(i64, i64)> = rows.select((arrangements::version, arrangements::made_at)).load(db.connection())?;
    Ok(rows.into_iter().map(|(version, at)| (version, Instant::from_microseconds(at))).collect())
}

/// What is arranged in every match of a person that takes hours.
///
/// # Errors
/// [`StoreError::Key`] when the person's key is gone.
pub fn taking_hours_of(db: &mut Db, expert: &ExpertId) -> StoreResult<Vec<(MatchId, Arrangement)>> {
    let query = MatchQuery { expert: Some(expert.clone()), states: Some(taking_hours()), ..MatchQuery::default() };
    let found = list(db, &query)?;
    found
        .into_iter()
        .map(|found| {
            let version = found.arrangement.ok_or_else(|| corrupt("a confirmed match without an arrangement"))?;
            Ok((found.id.clone(), arrangement(db, &found, version)?))
        })
        .collect()
}

/// How many places of a package are taken.
///
/// # Errors
/// Any error of the database.
pub fn places_taken(db: &mut Db, package: &PackageId) -> StoreResult<i64> {
    let states: Vec<&str> = taking_hours().iter().map(|state| state.as_str()).collect();
    let rows = matches::table.filter(matches::package_id.eq(package.as_str())).filter(matches::state.eq_any(states));
    Ok(rows.count().get_result(db.connection())?)
}

/// Whether a match between this person and this package is still open.
///
/// # Errors
/// Any error of the database.
pub fn is_open_between(db: &mut Db, package: &PackageId, expert: &ExpertId) -> StoreResult<bool> {
    let open: Vec<&str> = MatchState::ALL.iter().filter(|state| !state.is_final()).map(|state| state.as_str()).collect();
    let rows = matches::table
        .filter(matches::package_id.eq(package.as_str()))
        .filter(matches::expert_id.eq(expert.as_str()))
        .filter(matches::state.eq_any(open));
    Ok(rows.count().get_result::<i64>(db.connection())? > 0)
}

/// Takes every match of a person away, with all that belongs to it.
///
/// # Errors
/// Any error of the database.
pub fn delete_of(tx: &mut Tx<'_>, expert: &ExpertId) -> StoreResult<usize> {
    let ids: Vec<String> = matches::table.filter(matches::expert_id.eq(expert.as_str())).select(matches::id).load(tx.connection())?;
    feedback::delete_of(tx, &ids)?;
    judged::delete_of(tx, &ids)?;
    trace::delete_of(tx, &ids)?;
    let connection = tx.connection();
    diesel::delete(approvals::table.filter(approvals::match_id.eq_any(&ids))).execute(connection)?;
    diesel::delete(arrangements::table.filter(arrangements::match_id.eq_any(&ids))).execute(connection)?;
    diesel::delete(match_events::table.filter(match_events::match_id.eq_any(&ids))).execute(connection)?;
    diesel::delete(matches::table.filter(matches::id.eq_any(&ids))).execute(connection)?;
    for id in &ids {
        tx.changed(ObjectKind::Match, id);
    }
    Ok(ids.len())
}

type Found = (Row, String, String);

fn taking_hours() -> Vec<MatchState> {
    MatchState::ALL.iter().copied().filter(|state| state.takes_hours()).collect()
}

fn key_of(db: &mut Db, expert: &ExpertId) -> StoreResult<KeyId> {
    let key: Option<String> = experts::table.find(expert.as_str()).select(experts::key_id).first(db.connection()).optional()?;
    Ok(KeyId::parse(&key.ok_or(StoreError::Dangling)?)?)
}

fn score_place(id: &MatchId) -> Place<'_> {
    Place { table: "matches", column: "sealed_score", row: id.as_str() }
}

fn event_row(id: &str, seq: i64) -> String {
    format!("{id}\u{1f}{seq}")
}

fn arrangement_row(id: &MatchId, version: i64) -> String {
    format!("{id}\u{1f}{version}")
}

fn insert_event(
    tx: &mut Tx<'_>,
    id: &MatchId,
    seq: i64,
    from: Option<MatchState>,
    step: &Step<'_>,
    arrangement: Option<i64>,
    key: KeyId,
) -> StoreResult<()> {
    let place = event_row(id.as_str(), seq);
    let place = Place { table: "match_events", column: "sealed_reason", row: &place };
    let sealed_reason = step.reason.map(|reason| tx.keys().of(key).seal_text(&place, reason)).transpose()?;
    let row = EventRow {
        match_id: id.to_string(),
        seq,
        verb: step.verb.as_str().to_owned(),
        from_state: from.map(|state| state.as_str().to_owned()),
        to_state: step.to.as_str().to_owned(),
        actor: step.actor.map(ToString::to_string),
        role: step.party.as_str().to_owned(),
        at: tx.now().microseconds(),
        arrangement,
        sealed_reason,
    };
    diesel::insert_into(match_events::table).values(&row).execute(tx.connection())?;
    Ok(())
}

fn insert_arrangement(tx: &mut Tx<'_>, current: &StoredMatch, arrangement: &Arrangement, by: Option<&UserId>) -> StoreResult<i64> {
    let version = current.arrangement.unwrap_or(0) + 1;
    let place = arrangement_row(&current.id, version);
    let sealed = tx.keys().of(current.key).seal_json(&Place::of("arrangements", &place), arrangement)?;
    let row = ArrangementRow {
        match_id: current.id.as_str(),
        version,
        hours_tenths: i64::from(arrangement.hours.get()),
        starts: arrangement.start.to_string(),
        ends: arrangement.end.map(|end| end.to_string()),
        sealed,
        made_by: by.map(UserId::as_str),
        made_at: tx.now().microseconds(),
    };
    diesel::insert_into(arrangements::table).values(&row).execute(tx.connection())?;
    Ok(version)
}

fn stored((row, key, organisation): Found, keys: &Keys) -> StoreResult<StoredMatch> {
    let key = KeyId::parse(&key)?;
    let id = MatchId::new(&row.id).map_err(|_| corrupt("a match's id"))?;
    let score = row.sealed_score.as_deref().map(|sealed| keys.of(key).open_text(&score_place(&id), sealed)).transpose()?;
    let moment = Instant::from_microseconds;
    Ok(StoredMatch {
        package: PackageId::new(&row.package_id).map_err(|_| corrupt("a package's id"))?,
        revision: row.revision,
        organisation: OrganisationId::new(&organisation).map_err(|_| corrupt("an organisation's id"))?,
        expert: ExpertId::new(&row.expert_id).map_err(|_| corrupt("an expert's id"))?,
        key,
        state: MatchState::from_word(&row.state).ok_or_else(|| corrupt("a state"))?,
        origin: Origin::from_word(&row.origin).ok_or_else(|| corrupt("an origin"))?,
        score,
        matcher_version: row
            .matcher_version
            .as_deref()
            .map(|id| KnobVersionId::new(id).map_err(|_| corrupt("a version's id")))
            .transpose()?,
        arrangement: row.arrangement,
        deadline: row.deadline.map(moment),
        events: row.events,
        version: row.version,
        made_at: moment(row.made_at),
        changed_at: moment(row.changed_at),
        id,
    })
}

fn event(row: EventRow, key: KeyId, keys: &Keys) -> StoreResult<Event> {
    let place = event_row(&row.match_id, row.seq);
    let place = Place { table: "match_events", column: "sealed_reason", row: &place };
    let state = |word: &str| MatchState::from_word(word).ok_or_else(|| corrupt("a state"));
    Ok(Event {
        seq: row.seq,
        verb: Verb::from_word(&row.verb).ok_or_else(|| corrupt("a verb"))?,
        from: row.from_state.as_deref().map(state).transpose()?,
        to: state(&row.to_state)?,
        actor: user(row.actor)?,
        party: Party::from_word(&row.role).ok_or_else(|| corrupt("a party"))?,
        at: Instant::from_microseconds(row.at),
        arrangement: row.arrangement,
        reason: row.sealed_reason.as_deref().map(|sealed| keys.of(key).open_text(&place, sealed)).transpose()?,
    })
}

fn user(id: Option<String>) -> StoreResult<Option<UserId>> {
    id.map(|id| UserId::new(&id).map_err(|_| corrupt("a user's id"))).transpose()
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt { table: "matches", why: why.to_owned() }
}
