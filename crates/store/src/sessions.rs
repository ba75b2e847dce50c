//! Ways in and stays: sign-in codes and sessions, of which only digests are kept.
//!
//! A code has two parts. By the digest of the first it is found, by the digest of the second it is checked, so that wrong tries can be counted.
//! A session is a family of refresh tokens: each row is one token, the latest has not been replaced, and the family's name is the session's id.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{ExpertId, OrganisationId, UserId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::users::{Role, UserState};

use crate::error::{StoreError, StoreResult};
use crate::keys::{Digest, KeyId};
use crate::schema::{experts, organisation_members, sessions, sign_in_codes, user_roles, users};
use crate::transaction::{Db, Tx};
use crate::users::{organisation_id, user_id};

/// A sign-in code as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCode {
    /// The digest of its first part.
    pub digest: Vec<u8>,
    /// Who comes in with it.
    pub user: UserId,
    /// Which sort of code it is.
    pub kind: String,
    /// The digest of its second part.
    pub secret_digest: Vec<u8>,
    /// How often a wrong second part was tried.
    pub tries: i64,
    /// The organisation that it is an invitation to.
    pub organisation: Option<OrganisationId>,
    /// Until when it can be used.
    pub expires_at: Instant,
    /// Whether it was used.
    pub used: bool,
}

/// A new code.
#[derive(Debug, Clone, Copy)]
pub struct NewCode<'a> {
    /// The digest of its first part.
    pub digest: Digest,
    /// The digest of its second part.
    pub secret_digest: Digest,
    /// Who comes in with it.
    pub user: &'a UserId,
    /// Which sort of code it is.
    pub kind: &'a str,
    /// The organisation that it is an invitation to.
    pub organisation: Option<&'a OrganisationId>,
    /// Until when it can be used.
    pub expires_at: Instant,
    /// Who made it, when it was not the user.
    pub made_by: Option<&'a UserId>,
}

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = sign_in_codes, treat_none_as_default_value = false)]
struct CodeRow {
    digest: Vec<u8>,
    user_id: String,
    kind: String,
    secret_digest: Vec<u8>,
    tries: i64,
    organisation_id: Option<String>,
    made_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    made_by: Option<String>,
}

/// Keeps a code.
///
/// # Errors
/// [`StoreError::Duplicate`] when one with the same first part exists.
pub fn insert_code(tx: &mut Tx<'_>, code: &NewCode<'_>) -> StoreResult<()> {
    let row = CodeRow {
        digest: code.digest.to_vec(),
        user_id: code.user.to_string(),
        kind: code.kind.to_owned(),
        secret_digest: code.secret_digest.to_vec(),
        tries: 0,
        organisation_id: code.organisation.map(ToString::to_string),
        made_at: tx.now().microseconds(),
        expires_at: code.expires_at.microseconds(),
        used_at: None,
        made_by: code.made_by.map(ToString::to_string),
    };
    diesel::insert_into(sign_in_codes::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// The code with this first part.
///
/// # Errors
/// Any error of the database.
pub fn find_code(db: &mut Db, digest: Digest) -> StoreResult<Option<StoredCode>> {
    let row: Option<CodeRow> = sign_in_codes::table.find(digest.to_vec()).select(CodeRow::as_select()).first(db.connection()).optional()?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(StoredCode {
        digest: row.digest,
        user: user_id(&row.user_id)?,
        kind: row.kind,
        secret_digest: row.secret_digest,
        tries: row.tries,
        organisation: row.organisation_id.as_deref().map(organisation_id).transpose()?,
        expires_at: Instant::from_microseconds(row.expires_at),
        used: row.used_at.is_some(),
    }))
}

/// Counts a wrong try.
///
/// # Errors
/// Any error of the database.
pub fn count_try(tx: &mut Tx<'_>, code: &StoredCode) -> StoreResult<()> {
    let row = sign_in_codes::table.find(&code.digest);
    diesel::update(row).set(sign_in_codes::tries.eq(sign_in_codes::tries + 1)).execute(tx.connection())?;
    Ok(())
}

/// Uses a code up.
///
/// # Errors
/// [`StoreError::NotFound`] when it was used already.
pub fn use_code(tx: &mut Tx<'_>, code: &StoredCode) -> StoreResult<()> {
    let now = tx.now().microseconds();
    let row = sign_in_codes::table.find(&code.digest).filter(sign_in_codes::used_at.is_null());
    let used = diesel::update(row).set(sign_in_codes::used_at.eq(now)).execute(tx.connection())?;
    if used == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// Takes away the codes of one sort that a user has not used.
///
/// # Errors
/// Any error of the database.
pub fn drop_codes(tx: &mut Tx<'_>, user: &UserId, kind: &str) -> StoreResult<usize> {
    let open = sign_in_codes::table
        .filter(sign_in_codes::user_id.eq(user.as_str()))
        .filter(sign_in_codes::kind.eq(kind))
        .filter(sign_in_codes::used_at.is_null());
    Ok(diesel::delete(open).execute(tx.connection())?)
}

/// Takes away every code of a user.
///
/// # Errors
/// Any error of the database.
pub fn drop_all_codes(tx: &mut Tx<'_>, user: &UserId) -> StoreResult<usize> {
    Ok(diesel::delete(sign_in_codes::table.filter(sign_in_codes::user_id.eq(user.as_str()))).execute(tx.connection())?)
}

/// How many codes of one sort were made for a user since a moment, used or not.
///
/// # Errors
/// Any error of the database.
pub fn codes_since(db: &mut Db, user: &UserId, kind: &str, since: Instant) -> StoreResult<i64> {
    let made = sign_in_codes::table
        .filter(sign_in_codes::user_id.eq(user.as_str()))
        .filter(sign_in_codes::kind.eq(kind))
        .filter(sign_in_codes::made_at.gt(since.microseconds()));
    Ok(made.count().get_result(db.connection())?)
}

/// How many invitations were made for an organisation since a moment, used or not.
///
/// # Errors
/// Any error of the database.
pub fn invitations_since(db: &mut Db, organisation: &OrganisationId, since: Instant) -> StoreResult<i64> {
    let made = sign_in_codes::table
        .filter(sign_in_codes::organisation_id.eq(organisation.as_str()))
        .filter(sign_in_codes::made_at.gt(since.microseconds()));
    Ok(made.count().get_result(db.connection())?)
}

/// A refresh token as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// Names the row.
    pub id: String,
    /// Whose it is.
    pub user: UserId,
    /// The session that it belongs to.
    pub session: String,
    /// When it was made.
    pub issued_at: Instant,
    /// Until when it can be used.
    pub expires_at: Instant,
    /// Whether a newer one took its place.
    pub replaced: bool,
    /// Whether the session was ended.
    pub revoked: bool,
}

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
struct TokenRow {
    id: String,
    user_id: String,
    family: String,
    refresh_digest: Vec<u8>,
    issued_at: i64,
    expires_at: i64,
    replaced_at: Option<i64>,
    revoked_at: Option<i64>,
}

/// A new refresh token.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// Names the row.
    pub id: &'a str,
    /// Whose it is.
    pub user: &'a UserId,
    /// The session that it belongs to.
    pub session: &'a str,
    /// The digest of the token.
    pub digest: Digest,
    /// Until when it can be used.
    pub expires_at: Instant,
}

/// Keeps a refresh token, the first of its session or the next.
///
/// # Errors
/// Any error of the database.
pub fn insert_token(tx: &mut Tx<'_>, token: &NewToken<'_>) -> StoreResult<()> {
    let row = TokenRow {
        id: token.id.to_owned(),
        user_id: token.user.to_string(),
        family: token.session.to_owned(),
        refresh_digest: token.digest.to_vec(),
        issued_at: tx.now().microseconds(),
        expires_at: token.expires_at.microseconds(),
        replaced_at: None,
        revoked_at: None,
    };
    diesel::insert_into(sessions::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// The refresh token with this digest.
///
/// # Errors
/// Any error of the database.
pub fn find_token(db: &mut Db, digest: Digest) -> StoreResult<Option<StoredToken>> {
    let found = sessions::table.filter(sessions::refresh_digest.eq(digest.to_vec()));
    let row: Option<TokenRow> = found.select(TokenRow::as_select()).first(db.connection()).optional()?;
    row.map(token).transpose()
}

fn token(row: TokenRow) -> StoreResult<StoredToken> {
    Ok(StoredToken {
        id: row.id,
        user: user_id(&row.user_id)?,
        session: row.family,
        issued_at: Instant::from_microseconds(row.issued_at),
        expires_at: Instant::from_microseconds(row.expires_at),
        replaced: row.replaced_at.is_some(),
        revoked: row.revoked_at.is_some(),
    })
}

/// Notes that a newer token took the place of this one.
///
/// # Errors
/// Any error of the database.
pub fn replace_token(tx: &mut Tx<'_>, id: &str) -> StoreResult<()> {
    let now = tx.now().microseconds();
    diesel::update(sessions::table.find(id)).set(sessions::replaced_at.eq(now)).execute(tx.connection())?;
    Ok(())
}

/// Ends a session; gives whether it was still open.
///
/// # Errors
/// Any error of the database.
pub fn end(tx: &mut Tx<'_>, session: &str) -> StoreResult<bool> {
    let now = tx.now().microseconds();
    let open = sessions::table.filter(sessions::family.eq(session)).filter(sessions::revoked_at.is_null());
    Ok(diesel::update(open).set(sessions::revoked_at.eq(now)).execute(tx.connection())? > 0)
}

/// Ends every session of a user; gives how many tokens that concerned.
///
/// # Errors
/// Any error of the database.
pub fn end_all(tx: &mut Tx<'_>, user: &UserId) -> StoreResult<usize> {
    let now = tx.now().microseconds();
    let open = sessions::table.filter(sessions::user_id.eq(user.as_str())).filter(sessions::revoked_at.is_null());
    Ok(diesel::update(open).set(sessions::revoked_at.eq(now)).execute(tx.connection())?)
}

/// Who stands behind a session, and what they may do: read for every request, and nothing that is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The user.
    pub user: UserId,
    /// The user's own key.
    pub key: KeyId,
    /// The language that the user reads.
    pub language: Language,
    /// The roles, in the order of [`Role::ALL`].
    pub roles: Vec<Role>,
    /// The expert that the user is.
    pub expert: Option<ExpertId>,
    /// The organisations that the user speaks for, by id.
    pub organisations: Vec<OrganisationId>,
}

/// Who stands behind a session that holds: not ended, its latest token not run out, its user not blocked.
///
/// # Errors
/// Any error of the database.
pub fn standing(db: &mut Db, session: &str, now: Instant) -> StoreResult<Option<Standing>> {
    let open = sessions::table
        .inner_join(users::table)
        .filter(sessions::family.eq(session))
        .filter(sessions::replaced_at.is_null())
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now.microseconds()))
        .filter(users::state.eq(UserState::Active.as_str()));
    let found: Option<(String, String, String)> =
        open.select((users::id, users::key_id, users::language)).first(db.connection()).optional()?;
    let Some((id, key, language)) = found else { return Ok(None) };
    let connection = db.connection();
    let roles: Vec<String> = user_roles::table
        .filter(user_roles::user_id.eq(&id))
        .filter(user_roles::region.eq(""))
        .filter(user_roles::sector.eq(""))
        .select(user_roles::role)
        .load(connection)?;
    let expert: Option<String> = experts::table.filter(experts::user_id.eq(&id)).select(experts::id).first(connection).optional()?;
    let organisations: Vec<String> = organisation_members::table
        .filter(organisation_members::user_id.eq(&id))
        .order(organisation_members::organisation_id)
        .select(organisation_members::organisation_id)
        .load(connection)?;
    let mut roles = roles.iter().map(|role| Role::from_word(role).ok_or_else(|| corrupt("a role"))).collect::<StoreResult<Vec<_>>>()?;
    roles.sort_unstable();
    Ok(Some(Standing {
        user: user_id(&id)?,
        key: KeyId::parse(&key)?,
        language: Language::from_word(&language).ok_or_else(|| corrupt("a language"))?,
        roles,
        expert: expert.map(|id| ExpertId::new(&id).map_err(|_| corrupt("an expert's id"))).transpose()?,
        organisations: organisations.iter().map(|id| organisation_id(id)).collect::<StoreResult<_>>()?,
    }))
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt { table: "users", why: why.to_owned() }
}

/// A session that holds, for its own user to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// The session.
    pub session: String,
    /// When it was last renewed.
    pub renewed_at: Instant,
    /// Until when it holds unless it is renewed.
    pub expires_at: Instant,
}

/// The sessions of a user that hold, oldest first.
///
/// # Errors
/// Any error of the database.
pub fn open_of(db: &mut Db, user: &UserId, now: Instant) -> StoreResult<Vec<OpenSession>> {
    let open = sessions::table
        .filter(sessions::user_id.eq(user.as_str()))
        .filter(sessions::replaced_at.is_null())
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now.microseconds()));
    let rows: Vec<TokenRow> = open.order((sessions::issued_at, sessions::id)).select(TokenRow::as_select()).load(db.connection())?;
    let session = |row: TokenRow| OpenSession {
        session: row.family,
        renewed_at: Instant::from_microseconds(row.issued_at),
        expires_at: Instant::from_microseconds(row.expires_at),
    };
    Ok(rows.into_iter().map(session).collect())
}

/// Clears away codes and tokens that ran out before a moment; gives how many.
///
/// # Errors
/// Any error of the database.
pub fn clear(tx: &mut Tx<'_>, before: Instant) -> StoreResult<usize> {
    let before = before.microseconds();
    let codes = diesel::delete(sign_in_codes::table.filter(sign_in_codes::expires_at.lt(before))).execute(tx.connection())?;
    let tokens = diesel::delete(sessions::table.filter(sessions::expires_at.lt(before))).execute(tx.connection())?;
    Ok(codes + tokens)
}

/// Takes every code and token of a user away.
pub(crate) fn delete_of(tx: &mut Tx<'_>, user: &UserId) -> StoreResult<()> {
    drop_all_codes(tx, user)?;
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user.as_str()))).execute(tx.connection())?;
    Ok(())
}
