//! What the front doors ask of the desk before any handler does: the time, who somebody is, and whether the desk is open.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;
use raakvlak_service::actor::Actor;
use raakvlak_service::error::Error;

/// The desk, as far as every request needs it. All but [`Door::now`] may wait for the store.
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
}
