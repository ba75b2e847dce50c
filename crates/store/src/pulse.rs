//! Whether the database server is there: asked four times a second on a connection of its own, so that a request need not wait to find out.
//!
//! A server that is frozen or cut off answers nothing, and a request that asks it would hang. Any sign of life of any connection counts as a beat;
//! after [`SILENCE`] without one, requests are refused at once until the server answers again. A SQLite file has no pulse: it is always there.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Moment};

use crate::changes;
use crate::connection::{Address, AnyConnection};
use crate::dialect::{self, Purpose};
use crate::error::{StoreError, StoreResult};
use crate::keys::Keys;

/// How often the server is asked.
const BEAT: Duration = Duration::from_millis(250);

/// After how long without an answer the server counts as away.
const SILENCE: Duration = Duration::from_millis(1_500);

/// The latest sign of life, shared by everything that talks to the server.
#[derive(Debug)]
pub(crate) struct Pulse {
    always: bool,
    began: Moment,
    /// Milliseconds from `began` to the latest sign of life.
    latest: AtomicU64,
    stopped: AtomicBool,
    wake: (Mutex<()>, Condvar),
}

impl Pulse {
    pub(crate) fn new(address: &Address) -> Arc<Self> {
        let always = address.file().is_some();
        Arc::new(Self {
            always,
            began: Moment::now(),
            latest: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            wake: Default::default(),
        })
    }

    /// Notes a sign of life.
    pub(crate) fn beat(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.latest.fetch_max(now, Ordering::Relaxed);
    }

    /// Refuses when the server has been silent too long.
    pub(crate) fn check(&self) -> StoreResult<()> {
        let silent = self.began.elapsed().saturating_sub(Duration::from_millis(self.latest.load(Ordering::Relaxed)));
        if self.always || silent < SILENCE {
            return Ok(());
        }
        Err(StoreError::Unavailable(format!("the database server has been silent for {} ms", silent.as_millis())))
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.wake.1.notify_all();
    }

    fn rest(&self) {
        let guard = self.wake.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.wake.1.wait_timeout(guard, BEAT));
    }
}

/// The thread that asks. It also follows what other nodes change: their change feed, and keys that they destroyed.
#[derive(Debug)]
pub(crate) struct Watch {
    pulse: Arc<Pulse>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Watch {
    pub(crate) fn start(address: Address, pulse: Arc<Pulse>, keys: Arc<Keys>, feed: Arc<crate::feed::Feed>) -> StoreResult<Self> {
        let shared = pulse.clone();
        let work = move || {
            let mut connection = None;
            while !shared.stopped.load(Ordering::SeqCst) {
                match ask(&address, &mut connection) {
                    Ok(head) => {
                        shared.beat();
                        feed.move_to(head);
                    }
                    Err(error) => {
                        tracing::debug!(%error, "the database server did not answer");
                        connection = None;
                    }
                }
                if let Err(error) = keys.refresh() {
                    tracing::error!(%error, "the keys could not be read again");
                }
                shared.rest();
            }
        };
        let thread = std::thread::Builder::new()
            .name("store-pulse".to_owned())
            .spawn(work)
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(Self { pulse, thread: Mutex::new(Some(thread)) })
    }

    pub(crate) fn close(&self) {
        self.pulse.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A thread that waits for a server that is away is left behind: it ends by itself.
        if let Some(thread) = thread.filter(|_| self.pulse.check().is_ok()) {
            drop(thread.join());
        }
    }
}

fn ask(address: &Address, connection: &mut Option<AnyConnection>) -> StoreResult<i64> {
    let open = match connection.take() {
        Some(open) => open,
        None => dialect::connect(address, Purpose::Read)?,
    };
    let open = connection.insert(open);
    Ok(changes::head(open)?)
}
