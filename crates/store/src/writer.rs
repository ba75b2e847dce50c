//! The one writer of a node: it takes everything that waits into one transaction, commits once, and only then answers.
//!
//! A commit that survives a power cut costs a flush of the disk, and a disk does only so many of them; so many requests share one. Each piece of work
//! runs inside a savepoint: when it fails, or panics, it alone is undone. Its audit rows and changes are added inside the same savepoint.
//! When the transaction as a whole fails, everybody in it hears so.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Duration, Instant as Moment};

use raakvlak_domain::calendar::Instant;

use crate::audit::anchor::Anchorer;
use crate::audit::{self, Head};
use crate::changes;
use crate::connection::Address;
use crate::dialect::{self, Purpose};
use crate::erasure;
use crate::error::{StoreError, StoreResult};
use crate::feed::Feed;
use crate::keys::{KeyId, Keys};
use crate::pulse::Pulse;
use crate::store::{Clock, Counters};
use crate::transaction::{Db, Notes, Tx};

/// At most so many pieces of work share a transaction.
const MOST_TOGETHER: usize = 256;

/// After this long a transaction takes nothing more in, so that the first in it need not wait long.
const LONGEST: Duration = Duration::from_millis(50);

/// How often somebody who waits for an answer looks whether the server is still there.
const GLANCE: Duration = Duration::from_millis(100);

/// What is sent to the writer.
pub(crate) enum Command {
    /// Work for a transaction.
    Work(Box<dyn Job>),
    /// Removing what deleted rows of these tables left behind.
    Scrub(Vec<&'static str>, SyncSender<StoreResult<()>>),
}

/// Work with the place where its answer goes.
pub(crate) trait Job: Send {
    /// Takes the work on; false when nobody waits for it any more.
    fn claim(&self) -> bool;
    /// Does the work; whether it went well.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Replaces the outcome by an error of the store.
    fn fail(&mut self, error: StoreError);
    /// Sends the outcome to whoever waits.
    fn answer(self: Box<Self>);
}

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const GIVEN_UP: u8 = 2;

/// A closure as a [`Job`].
struct Work<T, E, F> {
    closure: Option<F>,
    outcome: Option<Result<T, E>>,
    state: Arc<AtomicU8>,
    answer: SyncSender<Result<T, E>>,
}

impl<T, E, F> Job for Work<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn claim(&self) -> bool {
        self.state.compare_exchange(WAITING, TAKEN, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(closure) = self.closure.take() else { return false };
        let outcome = closure(tx);
        let good = outcome.is_ok();
        self.outcome = Some(outcome);
        good
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // Whoever asked may have gone; the work is done all the same.
            drop(self.answer.send(outcome));
        }
    }
}

/// Sends work to the writer and waits for its answer.
pub(crate) fn submit<T, E, F>(sender: &SyncSender<Command>, pulse: &Pulse, closure: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    pulse.check()?;
    let (answer, outcome) = std::sync::mpsc::sync_channel(1);
    let state = Arc::new(AtomicU8::new(WAITING));
    let work = Work { closure: Some(closure), outcome: None, state: state.clone(), answer };
    sender.try_send(Command::Work(Box::new(work))).map_err(|error| match error {
        std::sync::mpsc::TrySendError::Full(_) => StoreError::Busy,
        std::sync::mpsc::TrySendError::Disconnected(_) => StoreError::Closed,
    })?;
    await_answer(&outcome, pulse, &state)
}

/// Waits; when the server falls silent, work that was not begun is taken back, and of work that was begun it is not known what becomes of it.
fn await_answer<T, E: From<StoreError>>(outcome: &Receiver<Result<T, E>>, pulse: &Pulse, state: &AtomicU8) -> Result<T, E> {
    loop {
        match outcome.recv_timeout(GLANCE) {
            Ok(outcome) => return outcome,
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return Err(StoreError::Closed.into()),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
        }
        if let Err(away) = pulse.check() {
            let taken_back = state.compare_exchange(WAITING, GIVEN_UP, Ordering::SeqCst, Ordering::SeqCst).is_ok();
            return Err(if taken_back { away } else { StoreError::Unknown }.into());
        }
    }
}

/// Everything that the writer's thread works with.
pub(crate) struct Writer {
    pub(crate) address: Address,
    pub(crate) keys: Arc<Keys>,
    pub(crate) clock: Clock,
    pub(crate) pulse: Arc<Pulse>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) anchorer: Arc<Anchorer>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) receiver: Receiver<Command>,
    pub(crate) db: Option<Db>,
    /// A command that was met while a transaction was gathering work.
    pub(crate) put_off: Option<Command>,
    pub(crate) latest: Instant,
}

/// The ends of the two trails inside a transaction.
#[derive(Clone, Copy)]
struct Heads {
    audit: Head,
    changes: i64,
}

/// A transaction that is gathering work.
struct Batch {
    began: Moment,
    start: Heads,
    heads: Heads,
    jobs: Vec<Box<dyn Job>>,
    /// Keys made in this transaction.
    keys: Vec<KeyId>,
    /// Keys to destroy once it is committed.
    doomed: Vec<KeyId>,
}

/// What became of one piece of work.
enum Fate {
    Kept(Heads, Notes),
    Undone,
    /// The transaction itself is lost, with everything in it.
    Lost(StoreError),
}

impl Writer {
    /// Works until the store is closed and everything that waited is done.
    pub(crate) fn run(mut self) {
        while let Some(command) = self.put_off.take().or_else(|| self.receiver.recv().ok()) {
            match command {
                Command::Work(job) => self.serve(job),
                Command::Scrub(tables, answer) => drop(answer.send(self.scrub(&tables))),
            }
        }
    }

    fn scrub(&mut self, tables: &[&str]) -> StoreResult<()> {
        self.connected()?;
        let db = self.db.as_mut().ok_or(StoreError::Closed)?;
        dialect::scrub(db.connection(), tables)
    }

    fn connected(&mut self) -> StoreResult<()> {
        if self.db.is_none() {
            let connection = dialect::connect(&self.address, Purpose::Write)?;
            self.db = Some(Db::new(connection, self.keys.clone()));
        }
        Ok(())
    }

    fn serve(&mut self, first: Box<dyn Job>) {
        match self.begin() {
            Ok(batch) => self.gather(batch, first),
            Err(error) => {
                self.db = None;
                self.refuse(first, &error);
            }
        }
    }

    fn begin(&mut self) -> StoreResult<Batch> {
        // A connection that died while nothing happened is noticed here, before any work has begun: one more try on a new one.
        if self.db.is_some()
            && let Ok(batch) = self.try_begin()
        {
            return Ok(batch);
        }
        self.db = None;
        self.try_begin()
    }

    fn try_begin(&mut self) -> StoreResult<Batch> {
        self.connected()?;
        let db = self.db.as_mut().ok_or(StoreError::Closed)?;
        dialect::begin_write(db.connection())?;
        self.pulse.beat();
        let heads = Heads { audit: audit::head(db.connection())?, changes: changes::head(db.connection())? };
        Ok(Batch { began: Moment::now(), start: heads, heads, jobs: Vec::new(), keys: Vec::new(), doomed: Vec::new() })
    }

    /// Answers everything that waits with the same error.
    fn refuse(&mut self, first: Box<dyn Job>, error: &StoreError) {
        tracing::warn!(%error, "writes are refused");
        let mut next = Some(Command::Work(first));
        while let Some(Command::Work(mut job)) = next {
            if job.claim() {
                job.fail(error.clone());
                job.answer();
            }
            next = self.receiver.try_recv().ok();
        }
        self.put_off = next;
    }

    fn gather(&mut self, mut batch: Batch, first: Box<dyn Job>) {
        let mut next = Some(first);
        while let Some(job) = next {
            if job.claim()
                && let Err(error) = self.take_in(&mut batch, job)
            {
                return self.lose(batch, &error);
            }
            next = if batch.is_full() { None } else { self.next_job() };
        }
        self.finish(batch);
    }

    fn next_job(&mut self) -> Option<Box<dyn Job>> {
        match self.receiver.try_recv().ok()? {
            Command::Work(job) => Some(job),
            other => {
                self.put_off = Some(other);
                None
            }
        }
    }

    fn take_in(&mut self, batch: &mut Batch, mut job: Box<dyn Job>) -> StoreResult<()> {
        self.latest = self.latest.max((self.clock)());
        let now = self.latest;
        let db = self.db.as_mut().ok_or(StoreError::Closed)?;
        let fate = work_in_savepoint(db, now, batch.heads, job.as_mut());
        batch.jobs.push(job);
        match fate {
            Fate::Kept(heads, notes) => {
                batch.heads = heads;
                batch.keys.extend(notes.keys);
                batch.doomed.extend(notes.doomed);
                Ok(())
            }
            Fate::Undone => Ok(()),
            Fate::Lost(error) => Err(error),
        }
    }

    fn finish(&mut self, mut batch: Batch) {
        match self.commit(&batch) {
            Ok(()) => {
                self.pulse.beat();
                self.counters.note(batch.jobs.len());
                self.feed.move_to(batch.heads.changes);
                if batch.heads.audit != batch.start.audit {
                    self.anchorer.move_to(batch.heads.audit);
                }
                self.finish_erasures(&batch.doomed);
                batch.jobs.drain(..).for_each(Job::answer);
            }
            Err(error) => self.lose(batch, &error),
        }
    }

    fn commit(&mut self, batch: &Batch) -> StoreResult<()> {
        let db = self.db.as_mut().ok_or(StoreError::Closed)?;
        if batch.heads.changes != batch.start.changes {
            changes::set_head(db.connection(), batch.heads.changes)?;
        }
        db.keys().write(&batch.keys)?;
        dialect::commit(db.connection()).map_err(|error| match StoreError::from(error) {
            // The server may have committed before the line went dead.
            StoreError::Unavailable(_) => StoreError::Unknown,
            other => other,
        })
    }

    /// Destroys keys and scrubs, before the answer goes out. What fails here stays written down as promised, and is tried again at the next start.
    fn finish_erasures(&mut self, doomed: &[KeyId]) {
        if doomed.is_empty() {
            return;
        }
        let outcome = self.keys.destroy(doomed).map_err(StoreError::from).and_then(|()| {
            self.scrub(&erasure::TABLES)?;
            let db = self.db.as_mut().ok_or(StoreError::Closed)?;
            erasure::done(db.connection(), doomed)
        });
        if let Err(error) = outcome {
            tracing::error!(%error, "an erasure is not finished; it is tried again at the next start");
        }
    }

    fn lose(&mut self, mut batch: Batch, error: &StoreError) {
        tracing::warn!(%error, together = batch.jobs.len(), "a transaction was lost");
        if let Some(mut db) = self.db.take()
            && dialect::roll_back(db.connection()).is_ok()
        {
            self.db = Some(db);
        }
        if *error != StoreError::Unknown {
            self.keys.drop_unwritten(&batch.keys);
        }
        for mut job in batch.jobs.drain(..) {
            job.fail(error.clone());
            job.answer();
        }
    }
}

impl Batch {
    fn is_full(&self) -> bool {
        self.jobs.len() >= MOST_TOGETHER || self.began.elapsed() > LONGEST
    }
}

fn work_in_savepoint(db: &mut Db, now: Instant, heads: Heads, job: &mut dyn Job) -> Fate {
    if let Err(error) = dialect::execute(db.connection(), "SAVEPOINT work") {
        job.fail(error.into());
        return undo(db, &Notes::default());
    }
    let mut tx = Tx::new(db, now);
    let outcome = catch_unwind(AssertUnwindSafe(|| job.run(&mut tx)));
    let notes = std::mem::take(&mut tx.notes);
    match outcome {
        Ok(true) => keep(db, now, heads, job, notes),
        Ok(false) => undo(db, &notes),
        Err(_) => {
            tracing::error!("work in the store panicked and was undone");
            job.fail(StoreError::Panicked);
            undo(db, &notes)
        }
    }
}

fn keep(db: &mut Db, now: Instant, heads: Heads, job: &mut dyn Job, notes: Notes) -> Fate {
    match write_trails(db, now, heads, &notes) {
        Ok(heads) => Fate::Kept(heads, notes),
        Err(error) => {
            job.fail(error);
            undo(db, &notes)
        }
    }
}

fn write_trails(db: &mut Db, now: Instant, heads: Heads, notes: &Notes) -> StoreResult<Heads> {
    let (connection, keys) = db.parts();
    let audit = audit::append(connection, keys, heads.audit, now, &notes.acts)?;
    let changes = changes::append(connection, heads.changes, now, &notes.changed)?;
    dialect::execute(connection, "RELEASE SAVEPOINT work")?;
    Ok(Heads { audit, changes })
}

fn undo(db: &mut Db, notes: &Notes) -> Fate {
    db.keys().drop_unwritten(&notes.keys);
    match dialect::execute(db.connection(), "ROLLBACK TO SAVEPOINT work; RELEASE SAVEPOINT work") {
        Ok(()) => Fate::Undone,
        // A full disk makes SQLite end the whole transaction; a dead line leaves none.
        Err(error) => Fate::Lost(match StoreError::from(error) {
            StoreError::Internal(why) if why.contains("no such savepoint") => StoreError::Full,
            other => other,
        }),
    }
}

/// Asks the writer to remove what deleted rows left behind, and waits.
pub(crate) fn scrub(sender: &SyncSender<Command>, tables: Vec<&'static str>) -> StoreResult<()> {
    let (answer, outcome) = std::sync::mpsc::sync_channel(1);
    sender.send(Command::Scrub(tables, answer)).map_err(|_| StoreError::Closed)?;
    outcome.recv().map_err(|_| StoreError::Closed)?
}

/// The way to the writer, as long as the store is open.
pub(crate) type Mailbox = std::sync::Mutex<Option<SyncSender<Command>>>;
