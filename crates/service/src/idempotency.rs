//! Idempotency keys: a request that is sent twice acts once, and gets the same answer for a day (draft-ietf-httpapi-idempotency-key-header).
//!
//! The key is taken in the transaction of the act itself, with the answer beside it where the answer can be made there. So two requests with one key
//! cannot both act, also at the same moment and on two nodes, and a crash leaves either both the act and its key or neither.
//! The answer lies sealed under the actor's own key and goes with them. A request that did not act (an error) takes no key.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use raakvlak_domain::identifiers::UserId;
use raakvlak_store::idempotency::{self, StoredAnswer};
use raakvlak_store::{KeyId, Tx};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{Conflict, Error};

/// How long an answer is kept, in seconds: a day.
pub const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// The status of an act whose answer is not kept yet.
const ACTED: i64 = 0;

/// How often, and after how long each time, the answer of a request that acted at the same moment is looked for.
const LOOKS: (u32, Duration) = (40, Duration::from_millis(50));

/// An answer as it is kept and given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status, from 100 on.
    pub status: u16,
    /// The headers that belong to it, such as the version and the place of what was made.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn kept(&self) -> Result<String, Error> {
        let kept = Kept { headers: self.headers.clone(), body: self.body.clone() };
        serde_json::to_string(&kept).map_err(|error| Error::Internal(error.to_string()))
    }

    fn from_kept(answer: &StoredAnswer) -> Result<Self, Error> {
        let kept: Kept = serde_json::from_str(&answer.body).map_err(|error| Error::Internal(error.to_string()))?;
        let status = u16::try_from(answer.status).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { status, headers: kept.headers, body: kept.body })
    }
}

type Render = Box<dyn Fn(&dyn Any) -> Option<Answer> + Send + Sync>;

/// The key of one request, on the handle of the desk that serves it.
pub(crate) struct Once {
    actor: UserId,
    key: KeyId,
    key_digest: Vec<u8>,
    request_digest: Vec<u8>,
    render: Render,
    state: AtomicU8,
}

/// Nothing happened yet.
const FRESH: u8 = 0;
/// The key was taken by another request.
const SECOND: u8 = 1;
/// This request acted, and its answer has still to be kept.
const MARKED: u8 = 2;
/// This request acted, and its answer is kept.
const ANSWERED: u8 = 3;

impl Once {
    fn is(&self, state: u8) -> bool {
        self.state.load(Ordering::SeqCst) == state
    }

    /// Refuses to act when another request took the key; must be called before the act, in its transaction.
    pub(crate) fn refuse_second(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let now = tx.now();
        if !self.is(FRESH) || idempotency::find(tx, &self.actor, &self.key_digest, now)?.is_none() {
            return Ok(());
        }
        self.state.store(SECOND, Ordering::SeqCst);
        Err(Error::Conflict(Conflict::IdempotencyKeyReused))
    }

    /// Takes the key for what was done, in its transaction.
    pub(crate) fn keep(&self, tx: &mut Tx<'_>, value: &dyn Any) -> Result<(), Error> {
        if !self.is(FRESH) {
            return Ok(());
        }
        let answer = (self.render)(value);
        let status = answer.as_ref().map_or(ACTED, |answer| i64::from(answer.status));
        let body = answer.as_ref().map(Answer::kept).transpose()?.unwrap_or_default();
        let expires_at = tx.now().plus_seconds(KEPT_SECONDS);
        let kept = StoredAnswer { request_digest: self.request_digest.clone(), status, body, expires_at };
        idempotency::insert(tx, &self.actor, self.key, &self.key_digest, &kept)?;
        self.state.store(if status == ACTED { MARKED } else { ANSWERED }, Ordering::SeqCst);
        Ok(())
    }
}

impl Desk {
    /// Does something at most once under an idempotency key, and gives the answer that belongs to it: the one made now, or the one kept.
    ///
    /// `act` gets a handle on the desk whose first successful write takes the key. `answer` makes the answer of what `act` gives; when `act` gives the
    /// result of its write as it is, the answer is kept in the same transaction, and else right after.
    ///
    /// # Errors
    ///
    /// [`Conflict::IdempotencyKeyReused`] when the key was used for another request; [`Conflict::AlreadyDone`] when the request acted, and a crash
    /// came before its answer was kept; what `act` gives.
    pub fn once<T: Send + 'static>(
        &self,
        actor: &Actor,
        key: &str,
        request_digest: &[u8; 32],
        act: impl FnOnce(&Self) -> Result<T, Error>,
        answer: impl Fn(&T) -> Answer + Send + Sync + 'static,
    ) -> Result<Answer, Error> {
        let Some(own_key) = actor.key else {
            return act(self).map(|value| answer(&value));
        };
        let key_digest = self.store().keys().digest("idempotency key", key.as_bytes()).to_vec();
        if let Some(kept) = self.kept(&actor.user, &key_digest)? {
            return self.replay(kept, &actor.user, &key_digest, request_digest);
        }
        let answer = Arc::new(answer);
        let render = answer.clone();
        let once = Arc::new(Once {
            actor: actor.user.clone(),
            key: own_key,
            key_digest,
            request_digest: request_digest.to_vec(),
            render: Box::new(move |value| value.downcast_ref::<T>().map(|value| render(value))),
            state: AtomicU8::new(FRESH),
        });
        let mut desk = self.clone();
        desk.once = Some(once.clone());
        self.conclude(&once, act(&desk), |value| answer(value))
    }

    fn conclude<T>(&self, once: &Arc<Once>, done: Result<T, Error>, answer: impl Fn(&T) -> Answer) -> Result<Answer, Error> {
        if once.is(SECOND) {
            let kept = self.kept(&once.actor, &once.key_digest)?.ok_or(Error::Conflict(Conflict::AlreadyDone))?;
            return self.replay(kept, &once.actor, &once.key_digest, &once.request_digest);
        }
        let answer = answer(&done?);
        if once.is(MARKED) {
            let (once, status, body) = (once.clone(), i64::from(answer.status), answer.kept()?);
            self.store().write(move |tx| idempotency::fill(tx, &once.actor, once.key, &once.key_digest, status, &body))?;
        }
        Ok(answer)
    }

    fn kept(&self, actor: &UserId, key_digest: &[u8]) -> Result<Option<StoredAnswer>, Error> {
        let now = self.now();
        self.read(|db| Ok(idempotency::find(db, actor, key_digest, now)?))
    }

    /// The kept answer; when the request acted a moment ago its answer may still be on its way.
    fn replay(&self, kept: StoredAnswer, actor: &UserId, key_digest: &[u8], request_digest: &[u8]) -> Result<Answer, Error> {
        if kept.request_digest != request_digest {
            return Err(Error::Conflict(Conflict::IdempotencyKeyReused));
        }
        let mut kept = kept;
        for _ in 0..LOOKS.0 {
            if kept.status != ACTED {
                return Answer::from_kept(&kept);
            }
            std::thread::sleep(LOOKS.1);
            kept = self.kept(actor, key_digest)?.ok_or(Error::Conflict(Conflict::AlreadyDone))?;
        }
        Err(Error::Conflict(Conflict::AlreadyDone))
    }
}
