//! Users: who can come in, in which roles, and where to reach them. Name and address lie sealed; an address is found by its digest.

use std::collections::HashMap;

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{ExpertId, OrganisationId, TermId, UserId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::reading;
use raakvlak_domain::record;
use raakvlak_domain::texts::{EmailAddress, Line};
use raakvlak_domain::users::{Role, User, UserState};
use serde::Serialize;

use crate::audit::ObjectKind;
use crate::dialect::insert_many;
use crate::error::{StoreError, StoreResult};
use crate::keys::{Digest, KeyId, Keys, Place};
use crate::schema::{experts, organisation_members, user_languages, user_roles, users};
use crate::transaction::{Db, Tx};

const TABLE: &str = "users";

/// A user as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUser {
    /// The user.
    pub user: User,
    /// The user's own key.
    pub key: KeyId,
    /// The version that an update must name.
    pub version: i64,
    /// When the user was made.
    pub made_at: Instant,
    /// When the user was last changed.
    pub changed_at: Instant,
}

record! {
    /// What lies sealed in a user's row.
    #[derive(Debug, Serialize)]
    pub struct Contact {
        /// What to call this person.
        pub name: Option<Line>,
        /// Where letters go.
        pub email: Option<EmailAddress>,
    }
}

#[derive(Debug, Clone, Queryable, Insertable, Selectable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: String,
    key_id: String,
    email_digest: Option<Vec<u8>>,
    sealed_contact: Vec<u8>,
    language: String,
    state: String,
    version: i64,
    made_at: i64,
    changed_at: i64,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = user_roles)]
struct RoleRow {
    user_id: String,
    role: String,
    region: String,
    sector: String,
    made_at: i64,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = user_languages)]
struct LanguageRow {
    user_id: String,
    language: String,
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt { table: TABLE, why: why.to_owned() }
}

fn place(id: &UserId) -> Place<'_> {
    Place { table: TABLE, column: "sealed_contact", row: id.as_str() }
}

/// The digest by which an address is found: without regard to case.
#[must_use]
pub fn email_digest(keys: &Keys, email: &EmailAddress) -> Digest {
    keys.digest("e-mail", email.folded().as_bytes())
}

/// Keeps a new user, with a key of their own. The expert and the organisations of the record are not kept here: they name the user, not the other
/// way round ([`crate::experts::set_user`], [`crate::organisations::add_member`]).
///
/// # Errors
/// [`StoreError::Duplicate`] when the id or the address exists already.
pub fn insert(tx: &mut Tx<'_>, user: &User) -> StoreResult<StoredUser> {
    let key = tx.new_key()?;
    let now = tx.now().microseconds();
    let row = Row {
        id: user.id.to_string(),
        key_id: key.to_string(),
        email_digest: user.email.as_ref().map(|email| email_digest(tx.keys(), email).to_vec()),
        sealed_contact: sealed_contact(tx.keys(), key, user)?,
        language: user.language.to_string(),
        state: user.state.to_string(),
        version: 1,
        made_at: now,
        changed_at: now,
    };
    diesel::insert_into(users::table).values(&row).execute(tx.connection())?;
    set_roles(tx, user)?;
    tx.changed(ObjectKind::User, user.id.as_str());
    stored(tx, row)
}

/// Keeps a changed user, built on this version. The expert and the organisations stay what they are.
///
/// # Errors
/// [`StoreError::Stale`] when the user has changed since, [`StoreError::NotFound`] when there is none, [`StoreError::Duplicate`] when another
/// user has the address.
pub fn update(tx: &mut Tx<'_>, user: &User, version: i64) -> StoreResult<StoredUser> {
    let mut row = row(tx, &user.id)?.ok_or(StoreError::NotFound)?;
    if row.version != version {
        return Err(StoreError::Stale { current: row.version });
    }
    let key = KeyId::parse(&row.key_id)?;
    row.email_digest = user.email.as_ref().map(|email| email_digest(tx.keys(), email).to_vec());
    row.sealed_contact = sealed_contact(tx.keys(), key, user)?;
    row.language = user.language.to_string();
    row.state = user.state.to_string();
    row.version += 1;
    row.changed_at = tx.now().microseconds();
    diesel::update(users::table.find(user.id.as_str())).set(&row).execute(tx.connection())?;
    set_roles(tx, user)?;
    tx.changed(ObjectKind::User, user.id.as_str());
    stored(tx, row)
}

/// The user with this id.
///
/// # Errors
/// Any error of the database or the keys.
pub fn get(db: &mut Db, id: &UserId) -> StoreResult<Option<StoredUser>> {
    row(db, id)?.map(|row| stored(db, row)).transpose()
}

/// The user with this address.
///
/// # Errors
/// Any error of the database or the keys.
pub fn find_by_email(db: &mut Db, email: &EmailAddress) -> StoreResult<Option<StoredUser>> {
    let digest = email_digest(db.keys(), email).to_vec();
    let row = users::table.filter(users::email_digest.eq(digest)).select(Row::as_select()).first(db.connection()).optional()?;
    row.map(|row: Row| stored(db, row)).transpose()
}

/// The users after an id, in the order of ids; with a role, only those who have it.
///
/// # Errors
/// Any error of the database or the keys.
pub fn list(db: &mut Db, role: Option<Role>, after: Option<&str>, limit: i64) -> StoreResult<Vec<StoredUser>> {
    let mut query = users::table.into_boxed();
    if let Some(role) = role {
        let having = user_roles::table.filter(user_roles::role.eq(role.as_str())).select(user_roles::user_id);
        query = query.filter(users::id.eq_any(having));
    }
    if let Some(after) = after {
        query = query.filter(users::id.gt(after.to_owned()));
    }
    let rows: Vec<Row> = query.order(users::id).limit(limit).select(Row::as_select()).load(db.connection())?;
    stored_all(db, rows)
}

/// The key of every user who has one of these roles.
///
/// # Errors
/// Any error of the database.
pub fn keys_by_role(db: &mut Db, roles: &[Role]) -> StoreResult<Vec<(UserId, KeyId)>> {
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let having = user_roles::table.filter(user_roles::role.eq_any(words)).select(user_roles::user_id);
    let rows: Vec<(String, String)> =
        users::table.filter(users::id.eq_any(having)).select((users::id, users::key_id)).load(db.connection())?;
    rows.iter().map(|(id, key)| Ok((user_id(id)?, KeyId::parse(key)?))).collect()
}

/// What a user does here and knows of, without their name and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InRoles {
    /// The user.
    pub id: UserId,
    /// The roles.
    pub roles: Vec<Role>,
    /// The expert that this user is.
    pub expert: Option<ExpertId>,
    /// The organisations that this user speaks for.
    pub organisations: Vec<OrganisationId>,
    /// The regions that a mediator works in.
    pub regions: Vec<Line>,
    /// The sectors that a mediator knows.
    pub sectors: Vec<Line>,
    /// The languages that a mediator speaks.
    pub languages: Vec<TermId>,
}

/// Everybody who can sign in and acts in one of these roles, in the order of ids. Nothing that is sealed is opened for it.
///
/// # Errors
/// Any error of the database.
pub fn active_in(db: &mut Db, roles: &[Role]) -> StoreResult<Vec<InRoles>> {
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let having = user_roles::table.filter(user_roles::role.eq_any(words)).select(user_roles::user_id);
    let active = users::table.filter(users::id.eq_any(having)).filter(users::state.eq(UserState::Active.as_str()));
    let found: Vec<String> = active.order(users::id).select(users::id).load(db.connection())?;
    let ids: Vec<&str> = found.iter().map(String::as_str).collect();
    let mut ties = ties(db, &ids)?;
    ids.iter().map(|id| in_roles(user_id(id)?, &mut ties)).collect()
}

/// How many users there are, blocked ones included.
///
/// # Errors
/// Any error of the database.
pub fn count(db: &mut Db) -> StoreResult<i64> {
    Ok(users::table.count().get_result(db.connection())?)
}

/// Takes a user's own rows away; everything else that is theirs goes first, see [`crate::erasure::erase_user`].
///
/// # Errors
/// [`StoreError::Dangling`] while something still names the user.
pub(crate) fn delete(tx: &mut Tx<'_>, id: &UserId) -> StoreResult<()> {
    diesel::delete(user_roles::table.filter(user_roles::user_id.eq(id.as_str()))).execute(tx.connection())?;
    diesel::delete(user_languages::table.filter(user_languages::user_id.eq(id.as_str()))).execute(tx.connection())?;
    diesel::delete(users::table.find(id.as_str())).execute(tx.connection())?;
    tx.changed(ObjectKind::User, id.as_str());
    Ok(())
}

fn row(db: &mut Db, id: &UserId) -> StoreResult<Option<Row>> {
    Ok(users::table.find(id.as_str()).select(Row::as_select()).first(db.connection()).optional()?)
}

fn sealed_contact(keys: &Keys, key: KeyId, user: &User) -> StoreResult<Vec<u8>> {
    keys.of(key).seal_json(&place(&user.id), &Contact { name: user.name.clone(), email: user.email.clone() })
}

/// One row for each role, and for a mediator one for each region, each sector and each language.
fn set_roles(tx: &mut Tx<'_>, user: &User) -> StoreResult<()> {
    let made_at = tx.now().microseconds();
    let row = |role: &str, region: &str, sector: &str| RoleRow {
        user_id: user.id.to_string(),
        role: role.to_owned(),
        region: region.to_owned(),
        sector: sector.to_owned(),
        made_at,
    };
    let mut rows: Vec<RoleRow> = user.roles.iter().map(|role| row(role.as_str(), "", "")).collect();
    rows.extend(user.regions.iter().map(|region| row(Role::Mediator.as_str(), region.as_str(), "")));
    rows.extend(user.sectors.iter().map(|sector| row(Role::Mediator.as_str(), "", sector.as_str())));
    diesel::delete(user_roles::table.filter(user_roles::user_id.eq(user.id.as_str()))).execute(tx.connection())?;
    insert_many!(tx.connection(), user_roles::table, rows)?;
    diesel::delete(user_languages::table.filter(user_languages::user_id.eq(user.id.as_str()))).execute(tx.connection())?;
    let spoken = |language: &TermId| LanguageRow { user_id: user.id.to_string(), language: language.to_string() };
    let languages: Vec<LanguageRow> = user.languages.iter().map(spoken).collect();
    insert_many!(tx.connection(), user_languages::table, languages)?;
    Ok(())
}

fn stored(db: &mut Db, row: Row) -> StoreResult<StoredUser> {
    stored_all(db, vec![row])?.pop().ok_or(StoreError::NotFound)
}

/// What other tables say of users.
struct Ties {
    roles: HashMap<String, Vec<RoleRow>>,
    experts: HashMap<String, String>,
    organisations: HashMap<String, Vec<String>>,
    languages: HashMap<String, Vec<String>>,
}

fn stored_all(db: &mut Db, rows: Vec<Row>) -> StoreResult<Vec<StoredUser>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let mut ties = ties(db, &ids)?;
    rows.into_iter().map(|row| assembled(db.keys(), row, &mut ties)).collect()
}

fn ties(db: &mut Db, ids: &[&str]) -> StoreResult<Ties> {
    let roles: Vec<RoleRow> = user_roles::table
        .filter(user_roles::user_id.eq_any(ids))
        .order((user_roles::user_id, user_roles::role, user_roles::region, user_roles::sector))
        .select(RoleRow::as_select())
        .load(db.connection())?;
    let experts: Vec<(Option<String>, String)> =
        experts::table.filter(experts::user_id.eq_any(ids)).select((experts::user_id, experts::id)).load(db.connection())?;
    let organisations: Vec<(String, String)> = organisation_members::table
        .filter(organisation_members::user_id.eq_any(ids))
        .order((organisation_members::user_id, organisation_members::organisation_id))
        .select((organisation_members::user_id, organisation_members::organisation_id))
        .load(db.connection())?;
    let languages: Vec<LanguageRow> = user_languages::table
        .filter(user_languages::user_id.eq_any(ids))
        .order((user_languages::user_id, user_languages::language))
        .select(LanguageRow::as_select())
        .load(db.connection())?;
    Ok(Ties {
        roles: grouped(roles.into_iter().map(|row| (row.user_id.clone(), row))),
        experts: experts.into_iter().filter_map(|(user, expert)| Some((user?, expert))).collect(),
        organisations: grouped(organisations),
        languages: grouped(languages.into_iter().map(|row| (row.user_id, row.language))),
    })
}

fn grouped<T>(pairs: impl IntoIterator<Item = (String, T)>) -> HashMap<String, Vec<T>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}

fn assembled(keys: &Keys, row: Row, ties: &mut Ties) -> StoreResult<StoredUser> {
    let (id, key) = (user_id(&row.id)?, KeyId::parse(&row.key_id)?);
    let text = keys.of(key).open_text(&place(&id), &row.sealed_contact)?;
    let contact: Contact = reading::read(&text).map_err(|_| corrupt("a contact"))?;
    let InRoles { roles, expert, organisations, regions, sectors, languages, .. } = in_roles(id.clone(), ties)?;
    let user = User {
        id,
        name: contact.name,
        email: contact.email,
        language: Language::from_word(&row.language).ok_or_else(|| corrupt("a language"))?,
        roles,
        expert,
        organisations,
        regions,
        sectors,
        languages,
        state: UserState::from_word(&row.state).ok_or_else(|| corrupt("a state"))?,
    };
    let [made_at, changed_at] = [row.made_at, row.changed_at].map(Instant::from_microseconds);
    Ok(StoredUser { user, key, version: row.version, made_at, changed_at })
}

/// What a user does here, from the rows about them.
fn in_roles(id: UserId, ties: &mut Ties) -> StoreResult<InRoles> {
    let roles = ties.roles.remove(id.as_str()).unwrap_or_default();
    let line = |text: &String| Line::new(text).map_err(|_| corrupt("a region or sector"));
    let expert = ties.experts.remove(id.as_str()).map(|id| ExpertId::new(&id).map_err(|_| corrupt("an expert's id"))).transpose()?;
    let organisations = ties.organisations.remove(id.as_str()).unwrap_or_default();
    let languages = ties.languages.remove(id.as_str()).unwrap_or_default();
    Ok(InRoles {
        id,
        roles: own_roles(&roles)?,
        expert,
        organisations: organisations.iter().map(|id| organisation_id(id)).collect::<StoreResult<_>>()?,
        regions: roles.iter().map(|role| &role.region).filter(|region| !region.is_empty()).map(line).collect::<StoreResult<_>>()?,
        sectors: roles.iter().map(|role| &role.sector).filter(|sector| !sector.is_empty()).map(line).collect::<StoreResult<_>>()?,
        languages: languages.iter().map(|code| TermId::new(code).map_err(|_| corrupt("a language"))).collect::<StoreResult<_>>()?,
    })
}

/// The roles themselves, in the order of [`Role::ALL`].
fn own_roles(rows: &[RoleRow]) -> StoreResult<Vec<Role>> {
    let bare = rows.iter().filter(|row| row.region.is_empty() && row.sector.is_empty());
    let mut roles = bare.map(|row| Role::from_word(&row.role).ok_or_else(|| corrupt("a role"))).collect::<StoreResult<Vec<_>>>()?;
    roles.sort_unstable();
    Ok(roles)
}

pub(crate) fn user_id(text: &str) -> StoreResult<UserId> {
    UserId::new(text).map_err(|_| corrupt("a user's id"))
}

pub(crate) fn organisation_id(text: &str) -> StoreResult<OrganisationId> {
    OrganisationId::new(text).map_err(|_| corrupt("an organisation's id"))
}
