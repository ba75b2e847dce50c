//! Coming in and leaving: links by e-mail, codes on paper, sessions that are renewed, and who stands behind a session now.
//!
//! Whoever asks for a link gets the same answer, after the same time, whether the address is known or not. A code works once, also when sixteen use
//! it at the same moment. A refresh token works once; one that comes back a second time was copied by somebody, and ends its whole session.

use std::time::{Duration, Instant as Moment};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{OrganisationId, UserId};
use raakvlak_domain::texts::EmailAddress;
use raakvlak_domain::users::{Role, User, UserState};
use raakvlak_store::sessions::{self, NewCode, NewToken, Standing, StoredCode, StoredToken};
use raakvlak_store::users::{self, StoredUser};
use raakvlak_store::{Action as Act, AuditEntry, Keys, ObjectKind, StoreError, Tx, organisations};

use crate::actor::Actor;
use crate::authorise::{Action, authorise};
use crate::desk::Desk;
use crate::error::Error;
use crate::mail::letters::{ADDRESS, LINK_SECONDS};
use crate::mail::{self, Letter};
use crate::users::{actor_of, pseudonym, readable};

pub mod codes;

use codes::{Code, PAPER_TRIES};

pub use raakvlak_store::sessions::OpenSession;

/// For how long a code on paper works, in seconds: two weeks.
pub const PAPER_SECONDS: i64 = 14 * 24 * 60 * 60;

/// For how long a session holds without being renewed, in seconds: two weeks.
pub const IDLE_SECONDS: i64 = 14 * 24 * 60 * 60;

/// For how long a session can be renewed, in seconds: ninety days after it began somebody signs in anew.
pub const LONGEST_SECONDS: i64 = 90 * 24 * 60 * 60;

/// How many links one person gets in an hour at most; more are not sent, and nobody hears of it.
pub const LINKS_AN_HOUR: i64 = 5;

/// Requests whose duration would tell whether an address is known are answered no sooner than this.
const EVEN_TIME: Duration = Duration::from_millis(150);

/// In the audit trail, whoever is not signed in.
const VISITOR: &str = "visitor";

/// The sorts of codes, as the store keeps them.
pub(crate) const LINK: &str = "link";
pub(crate) const PAPER: &str = "paper";
pub(crate) const INVITATION: &str = "invitation";

/// Somebody who came in, or came in further.
#[derive(Clone)]
pub struct SignedIn {
    /// Who.
    pub actor: Actor,
    /// The session.
    pub session: String,
    /// What renews the session, once. It is nowhere kept.
    pub refresh_token: String,
    /// Until when it can be renewed.
    pub expires_at: Instant,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token must not come into a log.
        formatter.debug_struct("SignedIn").field("session", &self.session).finish_non_exhaustive()
    }
}

/// A code on paper, to be written or printed now: it is nowhere kept.
#[derive(Clone, PartialEq, Eq)]
pub struct PaperCode {
    /// The code, in groups of four.
    pub code: String,
    /// Until when it works.
    pub expires_at: Instant,
}

impl std::fmt::Debug for PaperCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PaperCode").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Desk {
    /// Sends a sign-in link to an address, when somebody has it. The answer is the same when nobody does.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached.
    pub fn request_sign_in(&self, email: &EmailAddress) -> Result<(), Error> {
        let email = email.clone();
        let send = move |tx: &mut Tx<'_>| {
            let known = users::find_by_email(tx, &email)?.filter(|stored| stored.user.state == UserState::Active);
            let Some(stored) = known else { return Ok(()) };
            let an_hour_ago = tx.now().plus_seconds(-3_600);
            if sessions::codes_since(tx, &stored.user.id, LINK, an_hour_ago)? >= LINKS_AN_HOUR {
                return Ok(());
            }
            send_link(tx, &stored)
        };
        evenly(|| self.store().write(send))
    }

    /// Makes a code on paper for somebody without e-mail; one made before does not work any more. It lets them in once.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] and [`Error::NotAllowed`]; [`Error::Conflict`] is not among them: a blocked user gets [`Error::NotAllowed`].
    pub fn make_paper_code(&self, actor: &Actor, user: &UserId) -> Result<PaperCode, Error> {
        let user = user.clone();
        self.write(actor, move |tx, actor| {
            let (stored, role) = readable(tx, actor, &user, Action::MakePaperCode)?;
            if stored.user.state != UserState::Active {
                return Err(Error::NotAllowed);
            }
            sessions::drop_codes(tx, &user, PAPER)?;
            let expires_at = tx.now().plus_seconds(PAPER_SECONDS);
            let code = keep_paper_code(tx, &user, actor, expires_at)?;
            let name = pseudonym(tx.keys(), stored.key, &user)?;
            tx.audit(actor.act(role, Act::Request, ObjectKind::Session, &name));
            Ok(PaperCode { code: code.written(), expires_at })
        })
    }

    /// Lets somebody in with a code, from a link or from paper; an invitation makes them a member as well.
    ///
    /// # Errors
    ///
    /// [`Error::NotSignedIn`] for every code that does not work, whatever the reason; [`Error::Invalid`] for a code on paper with a typing error, which
    /// costs no try.
    pub fn redeem_code(&self, text: &str) -> Result<SignedIn, Error> {
        let code = match Code::read(text) {
            Ok(code) => code,
            Err(codes::Unreadable::Mistyped) => return Err(Error::Invalid(vec![Fault::new("/code", FaultKind::Mistyped)])),
            Err(codes::Unreadable::NoCode) => return Err(Error::NotSignedIn),
        };
        // What is counted must be kept although nobody comes in.
        self.store().write(move |tx| redeem(tx, &code))?.ok_or(Error::NotSignedIn)
    }

    /// Renews a session: the token is used up, and a new one takes its place.
    ///
    /// # Errors
    ///
    /// [`Error::NotSignedIn`]; also for a token that was used before, which ends the session.
    pub fn renew_session(&self, refresh_token: &str) -> Result<SignedIn, Error> {
        let token = URL_SAFE_NO_PAD.decode(refresh_token).map_err(|_| Error::NotSignedIn)?;
        if token.len() != 32 {
            return Err(Error::NotSignedIn);
        }
        self.store().write(move |tx| renew(tx, &token))?.ok_or(Error::NotSignedIn)
    }

    /// Opens a session for a user without a code: for whoever runs the program itself.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but the system; [`Error::NotFound`]; [`Error::NotSignedIn`] when the user is blocked.
    pub fn open_session(&self, actor: &Actor, user: &UserId) -> Result<SignedIn, Error> {
        if !actor.is_system() {
            return Err(Error::NotAllowed);
        }
        let user = user.clone();
        self.write(actor, move |tx, actor| {
            let (stored, name) = active(tx, &user)?;
            tx.audit(actor.act(Role::Steward, Act::SignIn, ObjectKind::Session, &name));
            open(tx, stored)
        })
    }

    /// Opens a session that cannot be renewed and ends by itself: for a program that acts for a user for a short while. The roles that it acts in are
    /// noted.
    ///
    /// # Errors
    ///
    /// As [`Desk::open_session`].
    pub fn open_short_session(&self, actor: &Actor, user: &UserId, seconds: u32) -> Result<SignedIn, Error> {
        if !actor.is_system() {
            return Err(Error::NotAllowed);
        }
        let user = user.clone();
        self.write(actor, move |tx, actor| {
            let (stored, name) = active(tx, &user)?;
            let roles: Vec<&'static str> = stored.user.roles.iter().map(|role| role.as_str()).collect();
            tx.audit(actor.act(Role::Steward, Act::SignIn, ObjectKind::Session, &name).fields(&roles));
            let (session, last) = (timed_id(tx.now()), tx.now().plus_seconds(seconds.into()));
            issue_until(tx, stored, session, last)
        })
    }

    /// Who stands behind a session now: what they may do is read anew at every request.
    ///
    /// # Errors
    ///
    /// [`Error::NotSignedIn`] when the session ended or ran out, or the user was blocked.
    pub fn actor_for_session(&self, session: &str) -> Result<Actor, Error> {
        let now = self.now();
        self.read(|db| {
            let Standing { user, key, language, roles, expert, organisations } =
                sessions::standing(db, session, now)?.ok_or(Error::NotSignedIn)?;
            let pseudonym = pseudonym(db.keys(), key, &user)?;
            Ok(Actor { user, session: Some(session.to_owned()), roles, expert, organisations, language, key: Some(key), pseudonym })
        })
    }

    /// The actor that a user is, without a session: for whoever runs the program itself.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such user; [`Error::NotSignedIn`] when they are blocked.
    pub fn actor_for_user(&self, user: &UserId) -> Result<Actor, Error> {
        self.read(|db| {
            let stored = users::get(db, user)?.ok_or(Error::NotFound)?;
            if stored.user.state == UserState::Active { actor_of(db.keys(), stored, None) } else { Err(Error::NotSignedIn) }
        })
    }

    /// The actor's own sessions that hold, oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached.
    pub fn sessions(&self, actor: &Actor) -> Result<Vec<OpenSession>, Error> {
        let now = self.now();
        self.read(|db| Ok(sessions::open_of(db, &actor.user, now)?))
    }

    /// Ends the session that the actor came in on. Once more is fine.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached.
    pub fn sign_out(&self, actor: &Actor) -> Result<(), Error> {
        self.write(actor, |tx, actor| {
            let Some(session) = &actor.session else { return Ok(()) };
            if sessions::end(tx, session)? {
                let role = actor.roles.first().copied().unwrap_or(Role::Expert);
                tx.audit(actor.act(role, Act::SignOut, ObjectKind::Session, &actor.pseudonym));
            }
            Ok(())
        })
    }

    /// Ends every session of a user, and every way in that is still open.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] and [`Error::NotAllowed`].
    pub fn sign_out_everywhere(&self, actor: &Actor, user: &UserId) -> Result<(), Error> {
        let user = user.clone();
        self.write(actor, move |tx, actor| {
            let (stored, role) = readable(tx, actor, &user, Action::EndSessions)?;
            sessions::end_all(tx, &user)?;
            sessions::drop_all_codes(tx, &user)?;
            let name = pseudonym(tx.keys(), stored.key, &user)?;
            tx.audit(actor.act(role, Act::SignOut, ObjectKind::Session, &name));
            Ok(())
        })
    }
}

/// Does something, and answers no sooner than after a fixed time, so that the duration does not tell what was found.
pub(crate) fn evenly<T>(work: impl FnOnce() -> T) -> T {
    let began = Moment::now();
    let outcome = work();
    std::thread::sleep(EVEN_TIME.saturating_sub(began.elapsed()));
    outcome
}

/// Makes a link for a user and posts it.
fn send_link(tx: &mut Tx<'_>, stored: &StoredUser) -> Result<(), Error> {
    let code = Code::for_link(tx.keys())?;
    keep_code(tx, &code, &stored.user.id, LINK, None, tx.now().plus_seconds(LINK_SECONDS), None)?;
    mail::post(tx, &stored.user.id, &Letter::SignIn { link: link_to(&code) })?;
    let name = pseudonym(tx.keys(), stored.key, &stored.user.id)?;
    tx.audit(AuditEntry::new(VISITOR, VISITOR, Act::Request, ObjectKind::Session, &name));
    Ok(())
}

/// The address of the page with the button. What follows the `#` goes to no server, and so into no log.
pub(crate) fn link_to(code: &Code) -> String {
    format!("{ADDRESS}/sign-in#{}", code.in_link())
}

/// Keeps the digests of a code.
pub(crate) fn keep_code(
    tx: &mut Tx<'_>,
    code: &Code,
    user: &UserId,
    kind: &str,
    organisation: Option<&OrganisationId>,
    expires_at: Instant,
    made_by: Option<&UserId>,
) -> Result<(), Error> {
    let (digest, secret_digest) = code.digests(tx.keys());
    Ok(sessions::insert_code(tx, &NewCode { digest, secret_digest, user, kind, organisation, expires_at, made_by })?)
}

/// The first parts of codes on paper are short, so that one may be taken: another is drawn then.
fn keep_paper_code(tx: &mut Tx<'_>, user: &UserId, actor: &Actor, expires_at: Instant) -> Result<Code, Error> {
    for _ in 0..100 {
        let code = Code::for_paper(tx.keys())?;
        let (digest, _) = code.digests(tx.keys());
        if sessions::find_code(tx, digest)?.is_none() {
            keep_code(tx, &code, user, PAPER, None, expires_at, Some(&actor.user))?;
            return Ok(code);
        }
    }
    Err(Error::TooMany { retry_after: 3_600 })
}

/// Uses a code up; `None` when it does not let anybody in.
fn redeem(tx: &mut Tx<'_>, code: &Code) -> Result<Option<SignedIn>, Error> {
    let (digest, secret_digest) = code.digests(tx.keys());
    let Some(kept) = sessions::find_code(tx, digest)? else { return Ok(None) };
    let Some(stored) = users::get(tx, &kept.user)? else { return Ok(None) };
    let name = pseudonym(tx.keys(), stored.key, &kept.user)?;
    if !may_come_in(tx, &kept, &stored, &secret_digest.0)? {
        tx.audit(AuditEntry::new(VISITOR, VISITOR, Act::Refuse, ObjectKind::Session, &name));
        return Ok(None);
    }
    sessions::use_code(tx, &kept)?;
    sessions::drop_codes(tx, &kept.user, LINK)?;
    let stored = match &kept.organisation {
        Some(organisation) => join(tx, stored, organisation)?,
        None => stored,
    };
    let role = stored.user.roles.first().map_or(VISITOR, |role| role.as_str());
    tx.audit(AuditEntry::new(&name, role, Act::SignIn, ObjectKind::Session, &name));
    open(tx, stored).map(Some)
}

/// Whether a code lets its user in; a wrong second part counts as a try.
fn may_come_in(tx: &mut Tx<'_>, kept: &StoredCode, stored: &StoredUser, secret_digest: &[u8]) -> Result<bool, Error> {
    let fits = verify_slices_are_equal(&kept.secret_digest, secret_digest).is_ok();
    let open = !kept.used && kept.expires_at > tx.now() && kept.tries < PAPER_TRIES && stored.user.state == UserState::Active;
    if open && !fits {
        sessions::count_try(tx, kept)?;
    }
    Ok(open && fits)
}

/// Makes the invited user a member.
fn join(tx: &mut Tx<'_>, mut stored: StoredUser, organisation: &OrganisationId) -> Result<StoredUser, Error> {
    if !stored.user.roles.contains(&Role::Organisation) {
        stored.user.roles.push(Role::Organisation);
        let user = User { roles: stored.user.roles.clone(), ..stored.user.clone() };
        stored = users::update(tx, &user, stored.version)?;
    }
    organisations::add_member(tx, organisation, &stored.user.id)?;
    let name = pseudonym(tx.keys(), stored.key, &stored.user.id)?;
    let role = Role::Organisation.as_str();
    tx.audit(AuditEntry::new(&name, role, Act::Join, ObjectKind::Organisation, organisation.as_str()).fields(&["members"]));
    users::get(tx, &stored.user.id)?.ok_or(Error::NotFound)
}

/// A user who is not blocked, with the name under which they stand in the trail.
fn active(tx: &mut Tx<'_>, user: &UserId) -> Result<(StoredUser, String), Error> {
    let stored = users::get(tx, user)?.ok_or(Error::NotFound)?;
    if stored.user.state != UserState::Active {
        return Err(Error::NotSignedIn);
    }
    let name = pseudonym(tx.keys(), stored.key, user)?;
    Ok((stored, name))
}

/// Opens a session for a user. Its name tells when it began.
fn open(tx: &mut Tx<'_>, stored: StoredUser) -> Result<SignedIn, Error> {
    let session = timed_id(tx.now());
    issue(tx, stored, session)
}

/// Issues the next refresh token of a session.
fn issue(tx: &mut Tx<'_>, stored: StoredUser, session: String) -> Result<SignedIn, Error> {
    let last = began_at(&session).plus_seconds(LONGEST_SECONDS);
    let expires_at = tx.now().plus_seconds(IDLE_SECONDS).min(last);
    issue_until(tx, stored, session, expires_at)
}

fn issue_until(tx: &mut Tx<'_>, stored: StoredUser, session: String, expires_at: Instant) -> Result<SignedIn, Error> {
    let token = tx.keys().random_bytes::<32>().map_err(StoreError::from)?;
    let digest = refresh_digest(tx.keys(), &token);
    let id = timed_id(tx.now());
    sessions::insert_token(tx, &NewToken { id: &id, user: &stored.user.id, session: &session, digest, expires_at })?;
    let actor = actor_of(tx.keys(), stored, Some(session.clone()))?;
    Ok(SignedIn { actor, session, refresh_token: URL_SAFE_NO_PAD.encode(token), expires_at })
}

/// Renews a session; `None` when the token does not do that.
fn renew(tx: &mut Tx<'_>, token: &[u8]) -> Result<Option<SignedIn>, Error> {
    let digest = refresh_digest(tx.keys(), token);
    let Some(kept) = sessions::find_token(tx, digest)? else { return Ok(None) };
    let Some(stored) = users::get(tx, &kept.user)? else { return Ok(None) };
    if kept.revoked || kept.expires_at <= tx.now() || stored.user.state != UserState::Active {
        return Ok(None);
    }
    if kept.replaced {
        return end_copied(tx, &kept, &stored).map(|()| None);
    }
    sessions::replace_token(tx, &kept.id)?;
    issue(tx, stored, kept.session).map(Some)
}

/// Two have the same token, and nobody knows who of them is the user: both are out.
fn end_copied(tx: &mut Tx<'_>, kept: &StoredToken, stored: &StoredUser) -> Result<(), Error> {
    if sessions::end(tx, &kept.session)? {
        let name = pseudonym(tx.keys(), stored.key, &stored.user.id)?;
        tx.audit(AuditEntry::new(VISITOR, VISITOR, Act::Refuse, ObjectKind::Session, &name).fields(&["refresh_token"]));
    }
    Ok(())
}

fn refresh_digest(keys: &Keys, token: &[u8]) -> raakvlak_store::Digest {
    keys.digest("refresh token", token)
}

/// A UUID of version 7 of this moment, by the desk's own clock.
fn timed_id(at: Instant) -> String {
    let microseconds = u64::try_from(at.microseconds()).unwrap_or(0);
    let nanoseconds = u32::try_from(microseconds % 1_000_000 * 1_000).unwrap_or(0);
    uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, microseconds / 1_000_000, nanoseconds)).to_string()
}

/// When a session began, to the millisecond, as its name tells.
fn began_at(session: &str) -> Instant {
    let time = uuid::Uuid::parse_str(session).ok().and_then(|id| id.get_timestamp()).map_or((0, 0), |time| time.to_unix());
    Instant::from_microseconds(i64::try_from(time.0).unwrap_or(0) * 1_000_000 + i64::from(time.1 / 1_000))
}

/// Whether the actor may read something of their own ([`Action::ReadViews`] and the like).
pub(crate) fn own(actor: &Actor, action: Action) -> Result<Role, Error> {
    authorise(actor, action, &crate::authorise::Object::User { id: &actor.user, roles: &actor.roles })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_tells_when_it_began() {
        let at = Instant::from("2026-11-23T09:30:00.123Z".parse::<jiff::Timestamp>().unwrap());
        assert_eq!(began_at(&timed_id(at)), at);
        assert_ne!(timed_id(at), timed_id(at));
        assert_eq!(began_at("nonsense"), Instant::from_microseconds(0), "can be renewed no more");
    }
}
