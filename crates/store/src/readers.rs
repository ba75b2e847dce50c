//! Connections for reading: as many at once as were asked for, each piece of work in a transaction that sees one moment.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::connection::Address;
use crate::dialect::{self, Purpose};
use crate::error::{StoreError, StoreResult};
use crate::keys::Keys;
use crate::pulse::Pulse;
use crate::transaction::Db;

/// How long a reader waits for its turn.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// The pool of reading connections.
pub(crate) struct Readers {
    address: Address,
    keys: Arc<Keys>,
    pulse: Arc<Pulse>,
    size: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Db>,
    out: usize,
}

/// A connection that is out on loan; dropped without [`Loan::give_back`] it is closed, and only its place returns to the pool.
struct Loan<'a> {
    readers: &'a Readers,
    db: Option<Db>,
}

impl Readers {
    pub(crate) fn new(address: Address, keys: Arc<Keys>, pulse: Arc<Pulse>, size: usize) -> Self {
        Self { address, keys, pulse, size: size.max(1), state: Mutex::default(), freed: Condvar::new() }
    }

    /// Runs work in a reading transaction.
    pub(crate) fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&mut Db) -> Result<T, E>) -> Result<T, E> {
        self.pulse.check()?;
        let mut loan = self.borrow()?;
        let db = loan.begin()?;
        self.pulse.beat();
        let outcome = work(db);
        // Nothing was written: a commit that fails only says that this connection is no good any more.
        if dialect::commit(db.connection()).is_ok() {
            loan.give_back();
        }
        outcome
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn borrow(&self) -> StoreResult<Loan<'_>> {
        let full = |state: &mut State| state.out >= self.size;
        let (mut state, wait) = self.freed.wait_timeout_while(self.state(), PATIENCE, full).unwrap_or_else(PoisonError::into_inner);
        if wait.timed_out() {
            return Err(StoreError::Unavailable("every reading connection is in use".to_owned()));
        }
        state.out += 1;
        Ok(Loan { readers: self, db: state.idle.pop() })
    }

    /// Closes the idle connections.
    pub(crate) fn close(&self) {
        self.state().idle.clear();
    }
}

impl Loan<'_> {
    /// Opens the transaction; connections that died while they were idle are passed over.
    fn begin(&mut self) -> StoreResult<&mut Db> {
        while let Some(mut db) = self.db.take() {
            if dialect::begin_read(db.connection()).is_ok() {
                return Ok(self.db.insert(db));
            }
            self.db = self.readers.state().idle.pop();
        }
        let mut db = Db::new(dialect::connect(&self.readers.address, Purpose::Read)?, self.readers.keys.clone());
        dialect::begin_read(db.connection())?;
        Ok(self.db.insert(db))
    }

    fn give_back(mut self) {
        if let Some(db) = self.db.take() {
            self.readers.state().idle.push(db);
        }
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.readers.state().out -= 1;
        self.readers.freed.notify_one();
    }
}
