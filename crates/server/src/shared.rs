//! What all requests share, and the way to do blocking work for one of them.

use std::sync::Arc;
use std::time::Duration;

use raakvlak_service::error::Error;
use raakvlak_service::transfers::Transfers;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::configuration::Settings;
use crate::door::Door;
use crate::limits::{Limits, Turn, rankings_at_once};
use crate::paging::Cursors;
use crate::problem::Problem;
use crate::rankers::Rankers;
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
    /// The threads on which people are ranked.
    rankers: Rankers,
    /// Imports and exports that run by themselves.
    pub transfers: Transfers,
    /// The description of the API, as it is served.
    pub document: Arc<str>,
    /// What holds.
    pub settings: Settings,
}

/// What keeps a server from beginning.
#[derive(Debug, thiserror::Error)]
pub enum CannotBegin {
    /// The token keys cannot be read or made.
    #[error(transparent)]
    Keys(#[from] KeyRingError),
    /// The system gives no threads.
    #[error("no threads to rank people on: {0}")]
    Threads(std::io::Error),
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
    /// The token keys cannot be read or made, or the system gives no threads.
    pub fn new(door: Arc<dyn Door>, settings: Settings) -> Result<Self, CannotBegin> {
        let folder = settings.data_folder();
        std::fs::create_dir_all(&folder).map_err(|error| KeyRingError::File { path: folder.clone(), why: error.to_string() })?;
        let ring = KeyRing::open(&folder, door.now())?;
        let secrets = ring.derived_secrets("cursors");
        let tokens = Tokens::new(ring, &settings.public_address(), settings.access_token_seconds.get());
        let cursors = Cursors::new(secrets.iter().map(Vec::as_slice));
        let place = folder.join("transfers");
        let transfers = Transfers::in_folder(&place).map_err(|error| KeyRingError::File { path: place.clone(), why: error.to_string() })?;
        let document = crate::documentation::text(&settings).into();
        let rankers = Rankers::new(rankings_at_once(&settings)).map_err(CannotBegin::Threads)?;
        Ok(Self { door, tokens, cursors, limits: Limits::new(&settings), rankers, transfers, document, settings })
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
        self.done(spawn_blocking(holding(place, work))).await
    }

    /// What comes of work that was begun.
    async fn done<T>(&self, begun: JoinHandle<Result<T, Error>>) -> Result<T, Problem> {
        match self.unless_away(begun).await? {
            Ok(done) => done.map_err(Problem::from),
            Err(_) => Err(Problem::Desk(Error::Internal("the work stopped unexpectedly".into()))),
        }
    }

    /// Ranks people on a thread for rankings, when it is this request's turn.
    ///
    /// # Errors
    ///
    /// As [`Shared::blocking`]; [`Problem::Crowded`] also when too many wait to rank.
    pub async fn ranking<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Problem> {
        let held = (self.turn_to_rank().await?, self.limits.place()?);
        self.done(self.rankers.spawn(holding(held, work))).await
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

/// Work that holds its place and its turn for as long as it runs, also when nobody waits for its answer any more.
fn holding<H, T>(held: H, work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    move || {
        let _held = held;
        work()
    }
}
