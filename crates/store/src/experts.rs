//! Experts: a bare row each, and everything told about them in sealed groups, one table per group.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::experts::{Availability, Expert, RankingProfile};
use raakvlak_domain::identifiers::{ExpertId, ProgrammeId, UserId};
use raakvlak_domain::json::{self, Node};
use raakvlak_domain::reading::{FromNode, Reading};

use crate::audit::ObjectKind;
use crate::dialect::insert_many;
use crate::error::{StoreError, StoreResult};
use crate::keys::{KeyError, KeyId, Keys};
use crate::schema::{experts, programme_experts};
use crate::transaction::{Db, Tx};

pub mod groups;

pub use groups::{Consent, Group};
use groups::{Whose, rows_of};

/// So many people are named in one query.
const CHUNK: usize = 500;
/// So many people are read at once where everybody is: enough for a query to be worth it, and few enough to be held in memory.
const STRETCH: i64 = 2_000;

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

#[derive(Debug, Clone, Default, Queryable, Insertable, Selectable, AsChangeset)]
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

    /// The keys of a profile that stand in the bare row: what ranking reads again before an answer leaves, and dates without a value of anybody's.
    fn bare(&self) -> [(&'static str, Option<Node<'_>>); 6] {
        fn told(value: &Option<String>) -> Option<Node<'_>> {
            value.as_deref().map(|value| Node::Text(value.into()))
        }
        [
            ("id", Some(Node::Text(self.id.as_str().into()))),
            ("registered", told(&self.registered)),
            ("wants_to_be_matched", self.wants_to_be_matched.map(Node::Bool)),
            ("availability", told(&self.availability)),
            ("last_offered", told(&self.last_offered)),
            ("last_shown", told(&self.last_shown)),
        ]
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
    for chunk in ids.chunks(CHUNK) {
        let names: Vec<&str> = chunk.iter().map(ExpertId::as_str).collect();
        let rows = experts::table.filter(experts::id.eq_any(&names)).order(experts::id).select(Row::as_select()).load(db.connection())?;
        found.extend(opened(sealed(db, rows, Whose::These(&names), Group::ALL)?, db.keys())?);
    }
    Ok(found)
}

/// A page of experts by id, after the one named.
///
/// # Errors
/// [`StoreError::Key`] when a person's key is gone.
pub fn page(db: &mut Db, after: Option<&str>, limit: i64) -> StoreResult<Vec<StoredExpert>> {
    let after = after.unwrap_or_default();
    let stretch = stretch(db, after, limit, Group::ALL)?;
    opened(stretch, db.keys())
}

/// Everyone, by id.
///
/// # Errors
/// [`StoreError::Key`] when a person's key is gone.
pub fn all(db: &mut Db) -> StoreResult<Vec<StoredExpert>> {
    let mut everyone = Vec::new();
    let mut after = String::new();
    loop {
        let stretch = stretch(db, &after, STRETCH, Group::ALL)?;
        let Some(last) = stretch.last() else { return Ok(everyone) };
        after.clone_from(&last.row.id);
        everyone.extend(opened(stretch, db.keys())?);
    }
}

/// The next people by id, after the one named, with what ranking reads of them, still sealed: opening them is work for another thread than that of
/// the database. There is nobody left when there are none.
///
/// # Errors
/// Any error of the database.
pub fn next_to_rank(db: &mut Db, after: Option<&str>) -> StoreResult<Vec<SealedExpert>> {
    stretch(db, after.unwrap_or_default(), STRETCH, Group::RANKED)
}

/// These people with what ranking reads of them, still sealed.
///
/// # Errors
/// Any error of the database.
pub fn these_to_rank(db: &mut Db, ids: &[ExpertId]) -> StoreResult<Vec<SealedExpert>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let names: Vec<&str> = chunk.iter().map(ExpertId::as_str).collect();
        let rows = experts::table.filter(experts::id.eq_any(&names)).order(experts::id).select(Row::as_select()).load(db.connection())?;
        found.extend(sealed(db, rows, Whose::These(&names), Group::RANKED)?);
    }
    Ok(found)
}

fn stretch(db: &mut Db, after: &str, limit: i64, groups: &[Group]) -> StoreResult<Vec<SealedExpert>> {
    let rows: Vec<Row> =
        experts::table.filter(experts::id.gt(after)).order(experts::id).limit(limit).select(Row::as_select()).load(db.connection())?;
    let last = rows.last().map_or_else(String::new, |row| row.id.clone());
    sealed(db, rows, Whose::Between(after, &last), groups)
}

/// The ids of everyone, in order: who is still there after somebody was erased.
///
/// # Errors
/// Any error of the database.
pub fn ids(db: &mut Db) -> StoreResult<Vec<ExpertId>> {
    let ids: Vec<String> = experts::table.order(experts::id).select(experts::id).load(db.connection())?;
    ids.iter().map(|id| identifier(id)).collect()
}

/// Who of these people is there.
///
/// # Errors
/// Any error of the database.
pub fn existing(db: &mut Db, ids: &[ExpertId]) -> StoreResult<BTreeSet<ExpertId>> {
    let mut found = BTreeSet::new();
    for chunk in ids.chunks(CHUNK) {
        let names: Vec<&str> = chunk.iter().map(ExpertId::as_str).collect();
        let there: Vec<String> = experts::table.filter(experts::id.eq_any(&names)).select(experts::id).load(db.connection())?;
        for id in there {
            found.insert(identifier(&id)?);
        }
    }
    Ok(found)
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

/// Puts the rows of each person together. All lists are in the order of ids.
fn sealed(db: &mut Db, rows: Vec<Row>, whose: Whose<'_>, groups: &[Group]) -> StoreResult<Vec<SealedExpert>> {
    // Which programmes somebody joined is nothing that ranking reads.
    let mut programmes = if groups == Group::RANKED { HashMap::new() } else { programmes_of(db, whose)? };
    let mut people: Vec<SealedExpert> = rows
        .into_iter()
        .map(|row| SealedExpert { programmes: programmes.remove(&row.id), row, told: Vec::with_capacity(groups.len()) })
        .collect();
    for group in groups {
        let mut of_people = people.iter_mut();
        for (id, text) in group.load(db, whose)? {
            if let Some(person) = of_people.find(|person| person.row.id == id) {
                person.told.push((*group, text));
            }
        }
    }
    Ok(people)
}

fn opened(people: Vec<SealedExpert>, keys: &Keys) -> StoreResult<Vec<StoredExpert>> {
    let read = |person: SealedExpert| person.open(keys)?.map(OpenedExpert::read).transpose();
    people.into_iter().filter_map(|person| read(person).transpose()).collect()
}

/// Whether somebody is still there: a snapshot from just before an erasure shows rows of whom the key is destroyed by now.
pub(crate) fn is_there(key: &str, keys: &Keys) -> bool {
    KeyId::parse(key).map_or(true, |key| keys.exists(key))
}

fn programmes_of(db: &mut Db, whose: Whose<'_>) -> StoreResult<HashMap<String, Vec<ProgrammeId>>> {
    let query = programme_experts::table.select((programme_experts::expert_id, programme_experts::programme_id));
    let query = rows_of!(programme_experts, query, whose).then_order_by(programme_experts::programme_id);
    let pairs: Vec<(String, String)> = query.load(db.connection())?;
    let mut joined: HashMap<String, Vec<ProgrammeId>> = HashMap::new();
    for (expert, programme) in pairs {
        let programme = ProgrammeId::new(&programme).map_err(|_| corrupt("a programme's id"))?;
        joined.entry(expert).or_default().push(programme);
    }
    Ok(joined)
}

/// The rows of one person, with what is told of them as it lies in the database.
#[derive(Debug)]
pub struct SealedExpert {
    row: Row,
    told: Vec<(Group, Vec<u8>)>,
    programmes: Option<Vec<ProgrammeId>>,
}

impl SealedExpert {
    /// Whose rows they are.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.row.id
    }

    /// Opens what was read; the rest of the profile is as if it were not told. `None` when the person has been erased since.
    ///
    /// # Errors
    /// [`StoreError::Key`] when something does not open.
    pub fn open(self, keys: &Keys) -> StoreResult<Option<OpenedExpert>> {
        let opener = match keys.opener(KeyId::parse(&self.row.key_id)?) {
            Err(KeyError::Unknown) => return Ok(None),
            opener => opener?,
        };
        let mut told = String::with_capacity(self.told.iter().map(|(_, sealed)| sealed.len()).sum());
        for (group, mut sealed) in self.told {
            add_keys(&mut told, opener.open_text(&group.place(&self.row.id), &mut sealed)?)?;
        }
        told.push_str(if told.is_empty() { "{}" } else { "}" });
        Ok(Some(OpenedExpert { row: self.row, told, programmes: self.programmes }))
    }
}

/// Adds the keys of an object to those of another that is still open.
fn add_keys(told: &mut String, text: &str) -> StoreResult<()> {
    let keys = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).ok_or_else(|| corrupt("a group is no object"))?;
    if !keys.is_empty() {
        told.push(if told.is_empty() { '{' } else { ',' });
        told.push_str(keys);
    }
    Ok(())
}

/// One person with what was opened of what they told.
#[derive(Debug, Clone)]
pub struct OpenedExpert {
    row: Row,
    /// The keys of the groups that were opened, as one object.
    told: String,
    programmes: Option<Vec<ProgrammeId>>,
}

impl OpenedExpert {
    /// What ranking reads of the profile, at a quick look; `None` when there is more to it, and [`Self::read`] has to look.
    #[must_use]
    pub fn ranking_profile(&self) -> Option<RankingProfile<'_>> {
        let day = |day: &Option<String>| day.as_deref().map_or(Some(None), |day| Date::parse(day).ok().map(Some));
        let availability = self.row.availability.as_deref();
        Some(RankingProfile {
            id: &self.row.id,
            registered: day(&self.row.registered)?,
            last_offered: day(&self.row.last_offered)?,
            last_shown: day(&self.row.last_shown)?,
            wants_to_be_matched: self.row.wants_to_be_matched,
            availability: availability.map_or(Some(None), |word| Availability::from_word(word).map(Some))?,
            ..RankingProfile::read(&self.told)?
        })
    }

    /// The profile.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it is none.
    pub fn read(self) -> StoreResult<StoredExpert> {
        let mut expert = read_merged(&self.row, &self.told)?;
        expert.programmes = self.programmes;
        stored(self.row, expert)
    }
}

/// Reads the row and the keys of the groups as the one record that they were.
fn read_merged(row: &Row, told: &str) -> StoreResult<Expert> {
    let mut reading = Reading::default();
    let mut pairs: Vec<(Cow<'_, str>, Node<'_>)> = Vec::with_capacity(Expert::KEYS.len());
    pairs.extend(row.bare().into_iter().filter_map(|(key, value)| Some((key.into(), value?))));
    let Some(Node::Object(told)) = json::parse(told, &mut reading) else { return Err(corrupt("a group is no object")) };
    pairs.extend(told);
    let expert = Expert::from_node(&Node::Object(pairs), &mut reading);
    match (expert, reading.into_faults().first()) {
        (Some(expert), None) => Ok(expert),
        (_, fault) => Err(corrupt(&fault.map(|fault| format!("{} {}", fault.pointer, fault.kind.code())).unwrap_or_default())),
    }
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
