//! What all requests share, and the way to do blocking work for one of them.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use raakvlak_service::error::Error;
use raakvlak_service::transfers::Transfers;

use crate::configuration::Settings;
use crate::door::Door;
use crate::limits::{Limits, Turn};
use crate::paging::Cursors;
use crate::problem::Problem;
use crate::tokens::{KeyRing, KeyRingError, Tokens};

/// How often it is looked at whether the store that work waits for is still there.
const GLANCE: Duration = Duration::from_millis(100);

/// What all requests share.
pub struct Shared {
    /// The desk.
    pub door: Arc<dyn Door>,
    /// Makes and checks access tokens.
    pub tokens: Tokens,
    /// Seals and opens cursors.
    pub cursors: Cursors,
    /// How much may be asked.
    pub limits: Limits,
    /// Imports and exports that run by themselves.
    pub transfers: Transfers,
    /// The description of the API, as it is served.
    pub document: Arc<str>,
    /// What holds.
    pub settings: Settings,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

impl Shared {
    /// What the requests of one server share; the token keys are read from the data folder, or made there.
    ///
    /// # Errors
    ///
    /// The token keys cannot be read or made.
    pub fn new(door: Arc<dyn Door>, settings: Settings) -> Result<Self, KeyRingError> {
        let folder = settings.data_folder();
        std::fs::create_dir_all(&folder).map_err(|error| KeyRingError::File { path: folder.clone(), why: error.to_string() })?;
        let ring = KeyRing::open(&folder, door.now())?;
        let secrets = ring.derived_secrets("cursors");
        let tokens = Tokens::new(ring, &settings.public_address(), settings.access_token_seconds.get());
        let cursors = Cursors::new(secrets.iter().map(Vec::as_slice));
        let place = folder.join("transfers");
        let transfers = Transfers::in_folder(&place).map_err(|error| KeyRingError::File { path: place.clone(), why: error.to_string() })?;
        let document = crate::documentation::text(&settings).into();
        Ok(Self { door, tokens, cursors, limits: Limits::new(&settings), transfers, document, settings })
    }

    /// Does blocking work on a thread for such work. Work that waits for a store that fell silent is no longer waited for: its thread goes on by
    /// itself, and the answer comes in time.
    ///
    /// # Errors
    ///
    /// [`Problem::Crowded`] when every place is taken; [`Error::Unavailable`] when the store fell silent; what the work says; an internal error when it
    /// panics.
    pub async fn blocking<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Problem> {
        let place = self.limits.place()?;
        let placed = move || {
            // The place is held for as long as the work runs, also when nobody waits for its answer any more.
            let _place = place;
            work()
        };
        let done = self.unless_away(web::block(placed)).await?;
        match done {
            Ok(done) => done.map_err(Problem::from),
            Err(_) => Err(Problem::Desk(Error::Internal("the work stopped unexpectedly".into()))),
        }
    }
    /// Ranks people on a thread for blocking work, when it is this request's turn.
    ///
    /// # Errors
    ///
    /// As [`Shared::blocking`]; [`Problem::Crowded`] also when too many wait to rank.
    pub async fn ranking<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Problem> {
        let turn = self.turn_to_rank().await?;
        let in_turn = move || {
            let _turn = turn;
            work()
        };
        self.blocking(in_turn).await
    }

    /// Waits for a turn to rank.
    ///
    /// # Errors
    ///
    /// [`Problem::Crowded`] when too many wait already; [`Error::Unavailable`] when the store fell silent.
    pub async fn turn_to_rank(&self) -> Result<Turn, Problem> {
        self.unless_away(self.limits.turn_to_rank()).await?
    }

    /// What comes of waiting, as long as the store is there.
    async fn unless_away<T>(&self, waiting: impl Future<Output = T>) -> Result<T, Problem> {
        let mut waiting = std::pin::pin!(waiting);
        loop {
            match tokio::time::timeout(GLANCE, &mut waiting).await {
                Ok(done) => return Ok(done),
                Err(_) if self.door.is_away() => {
                    return Err(Problem::Desk(Error::Unavailable("the store fell silent while it was asked".into())));
                }
                Err(_) => {}
            }
        }
    }
}
