//! What the front doors ask of the desk before any handler does: the time, who somebody is, and whether the desk is open.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::Desk;
use raakvlak_service::error::Error;

/// The desk, as far as every request needs it. All but [`Door::now`] and [`Door::is_away`] may wait for the store.
pub trait Door: Send + Sync {
    /// This moment.
    fn now(&self) -> Instant;

    /// The user of a session, as the store knows them now.
    ///
    /// # Errors
    ///
    /// [`Error::NotSignedIn`] when the session ended or is another's, or the user was blocked; [`Error::Unavailable`].
    fn admit(&self, user: &UserId, session: &str) -> Result<Actor, Error>;

    /// Whether requests can be answered.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached.
    fn is_open(&self) -> Result<(), Error>;

    /// Whether the store is known to be away at this moment; never waits.
    fn is_away(&self) -> bool {
        false
    }

    /// The desk itself, for the handlers; `None` where only what lies around them is tried.
    fn desk(&self) -> Option<Desk> {
        None
    }
}

impl Door for Desk {
    fn now(&self) -> Instant {
        Self::now(self)
    }

    fn admit(&self, user: &UserId, session: &str) -> Result<Actor, Error> {
        let actor = self.actor_for_session(session)?;
        if actor.user == *user { Ok(actor) } else { Err(Error::NotSignedIn) }
    }

    fn is_open(&self) -> Result<(), Error> {
        Ok(self.store().check()?)
    }

    fn is_away(&self) -> bool {
        self.store().is_away()
    }

    fn desk(&self) -> Option<Desk> {
        Some(self.clone())
    }
}
