//! Experts: a bare row each, and everything told about them in sealed groups, one table per group.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::{ExpertId, ProgrammeId, UserId};
use raakvlak_domain::reading;

use crate::audit::ObjectKind;
use crate::dialect::insert_many;
use crate::error::{StoreError, StoreResult};
use crate::keys::{KeyId, Keys};
use crate::schema::{experts, programme_experts};
use crate::transaction::{Db, Tx};

pub mod groups;

pub use groups::{Consent, Group};

/// An expert as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredExpert {
    /// The profile.
    pub expert: Expert,
    /// The key that seals it.
    pub key: KeyId,
    /// The user that this expert is, when they can sign in.
    pub user: Option<UserId>,
    /// The version that an update must name.
    pub version: i64,
    /// When it was last changed.
    pub changed_at: Instant,
}

#[derive(Debug, Clone, Queryable, Insertable, Selectable, AsChangeset)]
#[diesel(table_name = experts, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: String,
    key_id: String,
    user_id: Option<String>,
    registered: Option<String>,
    wants_to_be_matched: Option<bool>,
    wants_since: Option<i64>,
    availability: Option<String>,
    last_offered: Option<String>,
    last_shown: Option<String>,
    version: i64,
    made_at: i64,
    changed_at: i64,
}

/// The keys of a profile that stand in the bare row, in order: what ranking reads again before an answer leaves, and dates without a value of anybody's.
const BARE: [&str; 6] = ["id", "registered", "wants_to_be_matched", "availability", "last_offered", "last_shown"];

impl Row {
    fn of(expert: &Expert, key: KeyId, user: Option<&UserId>, version: i64, now: Instant) -> Self {
        Self {
            id: expert.id.to_string(),
            key_id: key.to_string(),
            user_id: user.map(ToString::to_string),
            registered: text(expert.registered),
            wants_to_be_matched: expert.wants_to_be_matched,
            wants_since: None,
            availability: expert.availability.map(|availability| availability.as_str().to_owned()),
            last_offered: text(expert.last_offered),
            last_shown: text(expert.last_shown),
            version,
            made_at: now.microseconds(),
            changed_at: now.microseconds(),
        }
    }

    fn bare_json(&self) -> StoreResult<String> {
        let values =
            serde_json::json!([self.id, self.registered, self.wants_to_be_matched, self.availability, self.last_offered, self.last_shown]);
        let values = values.as_array().cloned().unwrap_or_default();
        let map: serde_json::Map<String, serde_json::Value> = BARE.iter().map(|key| (*key).to_owned()).zip(values).collect();
        serde_json::to_string(&map).map_err(|error| StoreError::Internal(error.to_string()))
    }
}

fn text(date: Option<Date>) -> Option<String> {
    date.map(|date| date.to_string())
}

/// Keeps a new expert, with a key of their own.
///
/// # Errors
/// [`StoreError::Duplicate`] when the id exists already, [`StoreError::Dangling`] when the user or a programme does not.
pub fn insert(tx: &mut Tx<'_>, expert: &Expert, user: Option<&UserId>) -> StoreResult<StoredExpert> {
    let key = tx.new_key()?;
    let now = tx.now();
    let mut row = Row::of(expert, key, user, 1, now);
    row.wants_since = expert.wants_to_be_matched.map(|_| now.microseconds());
    diesel::insert_into(experts::table).values(&row).execute(tx.connection())?;
    groups::insert_all(tx, expert, key)?;
    join_all(tx, expert)?;
    tx.changed(ObjectKind::Expert, expert.id.as_str());
    stored(row, expert.clone())
}

/// Keeps a changed profile, built on this version.
///
/// # Errors
/// [`StoreError::Stale`] when the profile has changed since, [`StoreError::NotFound`] when there is none.
pub fn update(tx: &mut Tx<'_>, expert: &Expert, version: i64) -> StoreResult<StoredExpert> {
    let mut row = row(tx, &expert.id)?.ok_or(StoreError::NotFound)?;
    if row.version != version {
        return Err(StoreError::Stale { current: row.version });
    }
    let key = KeyId::parse(&row.key_id)?;
    let now = tx.now().microseconds();
    if row.wants_to_be_matched != expert.wants_to_be_matched {
        row.wants_since = expert.wants_to_be_matched.map(|_| now);
    }
    row.registered = text(expert.registered);
    row.wants_to_be_matched = expert.wants_to_be_matched;
    row.availability = expert.availability.map(|availability| availability.as_str().to_owned());
    row.last_offered = text(expert.last_offered);
    row.last_shown = text(expert.last_shown);
    row.version += 1;
    row.changed_at = now;
    diesel::update(experts::table.find(&row.id)).set(&row).execute(tx.connection())?;
    groups::update_changed(tx, expert, key)?;
    diesel::delete(programme_experts::table.filter(programme_experts::expert_id.eq(&row.id))).execute(tx.connection())?;
    join_all(tx, expert)?;
    tx.changed(ObjectKind::Expert, expert.id.as_str());
    stored(row, expert.clone())
}

/// Notes the day of the last offer that somebody said yes to. It is no change of theirs, so their version stays.
///
/// # Errors
/// Any error of the database.
pub fn set_last_offered(tx: &mut Tx<'_>, id: &ExpertId, day: Date) -> StoreResult<()> {
    let row = experts::table.find(id.as_str());
    diesel::update(row).set(experts::last_offered.eq(Some(day.to_string()))).execute(tx.connection())?;
    tx.changed(ObjectKind::Expert, id.as_str());
    Ok(())
}

/// Ties an expert to the user that they are.
///
/// # Errors
/// [`StoreError::Duplicate`] when that user is another expert already, [`StoreError::NotFound`] when there is no such expert.
pub fn set_user(tx: &mut Tx<'_>, id: &ExpertId, user: &UserId) -> StoreResult<()> {
    let changed =
        diesel::update(experts::table.find(id.as_str())).set(experts::user_id.eq(Some(user.as_str()))).execute(tx.connection())?;
    if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// The expert with this id.
///
/// # Errors
/// [`StoreError::Key`] when the person's key is gone.
pub fn get(db: &mut Db, id: &ExpertId) -> StoreResult<Option<StoredExpert>> {
    Ok(get_all(db, std::slice::from_ref(id))?.pop())
}

/// The expert that a user is.
///
/// # Errors
/// Any error of the database.
pub fn of_user(db: &mut Db, user: &UserId) -> StoreResult<Option<ExpertId>> {
    let rows = experts::table.filter(experts::user_id.eq(user.as_str()));
    let id: Option<String> = rows.select(experts::id).first(db.connection()).optional()?;
    id.map(|id| identifier(&id)).transpose()
}

/// The experts with these ids that exist, by id.
///
/// # Errors
/// [`StoreError::Key`] when a person's key is gone.
pub fn get_all(db: &mut Db, ids: &[ExpertId]) -> StoreResult<Vec<StoredExpert>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let names: Vec<&str> = chunk.iter().map(ExpertId::as_str).collect();
        let rows = experts::table.filter(experts::id.eq_any(&names)).order(experts::id).select(Row::as_select()).load(db.connection())?;
        found.extend(with_groups(db, rows, Some(&names))?);
    }
    Ok(found)
}

/// A page of experts by id, after the one named.
///
/// # Errors
/// [`StoreError::Key`] when a person's key is gone.
pub fn page(db: &mut Db, after: Option<&str>, limit: i64) -> StoreResult<Vec<StoredExpert>> {
    let rows: Vec<Row> = experts::table
        .filter(experts::id.gt(after.unwrap_or_default()))
        .order(experts::id)
        .limit(limit)
        .select(Row::as_select())
        .load(db.connection())?;
    let names: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    with_groups(db, rows, Some(&names))
}

/// Everyone, by id: what a pool is made of.
///
/// # Errors
/// [`StoreError::Key`] when a person's key is gone.
pub fn all(db: &mut Db) -> StoreResult<Vec<StoredExpert>> {
    let rows = experts::table.order(experts::id).select(Row::as_select()).load(db.connection())?;
    with_groups(db, rows, None)
}

/// The ids of everyone, in order: who is still there after somebody was erased.
///
/// # Errors
/// Any error of the database.
pub fn ids(db: &mut Db) -> StoreResult<Vec<ExpertId>> {
    let ids: Vec<String> = experts::table.order(experts::id).select(experts::id).load(db.connection())?;
    ids.iter().map(|id| identifier(id)).collect()
}

/// How many experts there are.
///
/// # Errors
/// Any error of the database.
pub fn count(db: &mut Db) -> StoreResult<i64> {
    Ok(experts::table.count().get_result(db.connection())?)
}

/// The consents of an expert, per group.
///
/// # Errors
/// Any error of the database.
pub fn consents(db: &mut Db, id: &ExpertId) -> StoreResult<BTreeMap<Group, Consent>> {
    groups::consents(db, id)
}

/// The consents of everybody who gave any, by expert.
///
/// # Errors
/// Any error of the database.
pub fn all_consents(db: &mut Db) -> StoreResult<HashMap<String, BTreeMap<Group, Consent>>> {
    groups::all_consents(db)
}

/// Keeps when somebody gave and took back each consent, for an import.
///
/// # Errors
/// Any error of the database or the keys.
pub fn set_consents(tx: &mut Tx<'_>, expert: &StoredExpert, consents: &BTreeMap<Group, Consent>) -> StoreResult<()> {
    groups::set_consents(tx, expert.expert.id.as_str(), expert.key, consents)
}

/// Takes an expert's own rows away; the key must be promised to be destroyed in the same transaction ([`Tx::destroy_key`]).
///
/// # Errors
/// [`StoreError::Dangling`] when a match or shortlist still names the person: those go first.
pub fn delete(tx: &mut Tx<'_>, id: &ExpertId) -> StoreResult<()> {
    groups::delete_all(tx, id)?;
    diesel::delete(programme_experts::table.filter(programme_experts::expert_id.eq(id.as_str()))).execute(tx.connection())?;
    diesel::delete(experts::table.find(id.as_str())).execute(tx.connection())?;
    tx.changed(ObjectKind::Expert, id.as_str());
    Ok(())
}

fn row(db: &mut Db, id: &ExpertId) -> StoreResult<Option<Row>> {
    Ok(experts::table.find(id.as_str()).select(Row::as_select()).first(db.connection()).optional()?)
}

#[derive(Insertable)]
#[diesel(table_name = programme_experts)]
struct Joined<'a> {
    programme_id: &'a str,
    expert_id: &'a str,
    joined_at: i64,
}

fn join_all(tx: &mut Tx<'_>, expert: &Expert) -> StoreResult<()> {
    let joined_at = tx.now().microseconds();
    let programmes = expert.programmes.iter().flatten();
    let rows: Vec<Joined<'_>> =
        programmes.map(|programme| Joined { programme_id: programme.as_str(), expert_id: expert.id.as_str(), joined_at }).collect();
    Ok(insert_many!(tx.connection(), programme_experts::table, rows)?)
}

fn with_groups(db: &mut Db, rows: Vec<Row>, ids: Option<&[&str]>) -> StoreResult<Vec<StoredExpert>> {
    let mut told = groups::told(db, ids)?;
    let mut joined = programmes_of(db, ids)?;
    let keys = db.keys();
    rows.into_iter().filter(|row| is_there(&row.key_id, keys)).map(|row| assembled(row, &mut told, &mut joined, keys)).collect()
}

/// Whether somebody is still there: a snapshot from just before an erasure shows rows of whom the key is destroyed by now.
pub(crate) fn is_there(key: &str, keys: &Keys) -> bool {
    KeyId::parse(key).map_or(true, |key| keys.exists(key))
}

fn programmes_of(db: &mut Db, ids: Option<&[&str]>) -> StoreResult<HashMap<String, Vec<ProgrammeId>>> {
    let mut query = programme_experts::table.select((programme_experts::expert_id, programme_experts::programme_id)).into_boxed();
    if let Some(ids) = ids {
        query = query.filter(programme_experts::expert_id.eq_any(ids));
    }
    let pairs: Vec<(String, String)> = query.order(programme_experts::programme_id).load(db.connection())?;
    let mut joined: HashMap<String, Vec<ProgrammeId>> = HashMap::new();
    for (expert, programme) in pairs {
        let programme = ProgrammeId::new(&programme).map_err(|_| corrupt("a programme's id"))?;
        joined.entry(expert).or_default().push(programme);
    }
    Ok(joined)
}

fn assembled(row: Row, told: &mut groups::Told, joined: &mut HashMap<String, Vec<ProgrammeId>>, keys: &Keys) -> StoreResult<StoredExpert> {
    let key = KeyId::parse(&row.key_id)?;
    let mut parts = vec![row.bare_json()?];
    for (group, sealed) in told.remove(&row.id).unwrap_or_default() {
        parts.push(keys.of(key).open_text(&group.place(&row.id), &sealed)?);
    }
    let mut expert = read_merged(&parts)?;
    expert.programmes = joined.remove(&row.id);
    stored(row, expert)
}

/// Reads the groups as the one record that they were. Each part is an object of ours, so its outer braces can be taken off.
fn read_merged(parts: &[String]) -> StoreResult<Expert> {
    let inner = |part: &String| part.get(1..part.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let text = parts.iter().map(inner).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",");
    reading::read(&format!("{{{text}}}")).map_err(|faults| {
        let first = faults.first().map(|fault| format!("{} {}", fault.pointer, fault.kind.code())).unwrap_or_default();
        StoreError::Corrupt { table: "experts", why: first }
    })
}

fn stored(row: Row, expert: Expert) -> StoreResult<StoredExpert> {
    let user = row.user_id.as_deref().map(|id| UserId::new(id).map_err(|_| corrupt("a user's id"))).transpose()?;
    let key = KeyId::parse(&row.key_id)?;
    Ok(StoredExpert { expert, key, user, version: row.version, changed_at: Instant::from_microseconds(row.changed_at) })
}

fn identifier(id: &str) -> StoreResult<ExpertId> {
    ExpertId::new(id).map_err(|_| corrupt("an expert's id"))
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt { table: "experts", why: why.to_owned() }
}
