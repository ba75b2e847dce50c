//! The store itself: opening it, its two doors (`read` and `write`), and closing it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Moment};

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;

use crate::audit::anchor::{Anchor, Anchorer};
use crate::audit::{AuditReport, Head};
use crate::changes::{self, Change};
use crate::connection::{Address, AnyConnection};
use crate::dialect::{self, Purpose};
use crate::error::{StoreError, StoreResult};
use crate::feed::Feed;
use crate::keys::Keys;
use crate::migrations;
use crate::pulse::{Pulse, Watch};
use crate::readers::Readers;
use crate::schema::instance;
use crate::transaction::{Db, Tx};
use crate::writer::{self, Command, Mailbox, Writer};

/// The clock that the store reads; tests move it.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The clock of the system.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| Instant::from(jiff::Timestamp::now()))
}

/// At most so many writes wait; more are refused as [`StoreError::Busy`].
const QUEUE: usize = 4_096;

/// How long another process may take to let go of a SQLite file before it counts as in use.
const LETTING_GO: Duration = Duration::from_millis(500);

/// How to open a store.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite:PATH`, `postgres://…` or `postgresql://…`.
    pub url: String,
    /// The folder of the keys and of the audit anchor; best on another disk than the database, and never in its backups.
    pub keys: PathBuf,
    /// How many connections read at once.
    pub readers: usize,
    /// Whether to run missing migrations; without it a database that lacks some is refused.
    pub migrate: bool,
    /// Whether to refuse a server whose settings would lose acknowledged writes.
    pub require_durable: bool,
    /// Whether to open for reading only: beside a running instance, without a writer.
    pub read_only: bool,
    /// The clock.
    pub clock: Clock,
}

impl StoreOptions {
    /// The usual options: four readers, no migrations, durable, with the clock of the system.
    #[must_use]
    pub fn new(url: &str, keys: &Path) -> Self {
        Self {
            url: url.to_owned(),
            keys: keys.to_path_buf(),
            readers: 4,
            migrate: false,
            require_durable: true,
            read_only: false,
            clock: system_clock(),
        }
    }
}

impl std::fmt::Debug for StoreOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        formatter.debug_struct("StoreOptions").field("keys", &self.keys).field("readers", &self.readers).finish_non_exhaustive()
    }
}

/// How much was written: pieces of work, and transactions that they shared.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    works: AtomicU64,
    commits: AtomicU64,
}

impl Counters {
    pub(crate) fn note(&self, works: usize) {
        self.works.fetch_add(works as u64, Ordering::Relaxed);
        self.commits.fetch_add(1, Ordering::Relaxed);
    }
}

/// How much was written since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteCounts {
    /// Pieces of work that were answered.
    pub works: u64,
    /// Transactions that they shared; each cost one flush.
    pub commits: u64,
}

/// The store. Cloning gives another handle on the same one; the last to go closes it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    address: Address,
    keys: Arc<Keys>,
    clock: Clock,
    readers: Readers,
    pulse: Arc<Pulse>,
    feed: Arc<Feed>,
    counters: Arc<Counters>,
    anchor: Anchor,
    mailbox: Mailbox,
    workers: Mutex<Option<Workers>>,
    read_only: bool,
}

/// The threads of an open store, and its hold on the file.
struct Workers {
    writer: Option<JoinHandle<()>>,
    anchorer: Option<Arc<Anchorer>>,
    watch: Option<Watch>,
    lock: Option<File>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store: checks the address, takes hold of a SQLite file, runs or demands the migrations, opens the keys, and finishes erasures that
    /// a crash interrupted.
    ///
    /// # Errors
    /// [`StoreError::UnknownScheme`], [`StoreError::InMemory`], [`StoreError::NoFolder`], [`StoreError::NotWritable`], [`StoreError::NotADatabase`],
    /// [`StoreError::ForeignDatabase`], [`StoreError::InUse`], [`StoreError::Behind`], [`StoreError::Ahead`], [`StoreError::NotDurable`],
    /// [`StoreError::WrongKeys`], [`StoreError::Key`] or [`StoreError::Unavailable`], each for what its name says.
    pub fn open(options: &StoreOptions) -> StoreResult<Self> {
        let address = Address::parse(&options.url)?;
        let lock = if options.read_only { None } else { hold(&address)? };
        let mut connection = if options.read_only { look_at(&address)? } else { dialect::connect(&address, Purpose::Write)? };
        let keys = set_up(&mut connection, &address, options)?;
        let pulse = Pulse::new(&address);
        pulse.beat();
        let store = Self::assemble(options, &address, keys, &pulse);
        store.start(&address, connection, lock)?;
        if !options.read_only {
            let resumed = store.write(|tx| tx.resume_erasures())?;
            if resumed > 0 {
                tracing::info!(resumed, "erasures that were interrupted have been finished");
            }
        }
        Ok(store)
    }

    fn assemble(options: &StoreOptions, address: &Address, keys: Arc<Keys>, pulse: &Arc<Pulse>) -> Self {
        let inner = Inner {
            address: address.clone(),
            readers: Readers::new(address.clone(), keys.clone(), pulse.clone(), options.readers),
            anchor: Anchor::beside(&keys),
            keys,
            clock: options.clock.clone(),
            pulse: pulse.clone(),
            feed: Arc::default(),
            counters: Arc::default(),
            mailbox: Mailbox::default(),
            workers: Mutex::default(),
            read_only: options.read_only,
        };
        Self { inner: Arc::new(inner) }
    }

    fn start(&self, address: &Address, mut connection: AnyConnection, lock: Option<File>) -> StoreResult<()> {
        let inner = &self.inner;
        inner.feed.move_to(changes::head(&mut connection)?);
        let watch = match address {
            Address::Sqlite(_) => None,
            Address::Postgres(_) => Some(Watch::start(address.clone(), inner.pulse.clone(), inner.keys.clone(), inner.feed.clone())?),
        };
        let (writer, anchorer) =
            if inner.read_only { (None, None) } else { self.start_writer(address, connection).map(|(w, a)| (Some(w), Some(a)))? };
        *inner.workers.lock().unwrap_or_else(PoisonError::into_inner) = Some(Workers { writer, anchorer, watch, lock });
        Ok(())
    }

    fn start_writer(&self, address: &Address, connection: AnyConnection) -> StoreResult<(JoinHandle<()>, Arc<Anchorer>)> {
        let inner = &self.inner;
        let (sender, receiver) = sync_channel::<Command>(QUEUE);
        let anchorer = Arc::new(Anchorer::start(inner.anchor.clone())?);
        let writer = Writer {
            address: address.clone(),
            keys: inner.keys.clone(),
            clock: inner.clock.clone(),
            pulse: inner.pulse.clone(),
            feed: inner.feed.clone(),
            anchorer: anchorer.clone(),
            counters: inner.counters.clone(),
            receiver,
            db: Some(Db::new(connection, inner.keys.clone())),
            put_off: None,
            latest: (inner.clock)(),
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        *inner.mailbox.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        Ok((thread, anchorer))
    }

    /// Runs work that writes, and answers when it is safe on the disk. Work that gives an error, or panics, leaves nothing behind.
    ///
    /// Work of several callers shares a transaction; each piece still happens as if alone, one after another, also across nodes. It must not wait for
    /// anything but the database, and must not call the store.
    ///
    /// # Errors
    /// What the work gives; [`StoreError::Busy`], [`StoreError::Unavailable`], [`StoreError::Full`] and [`StoreError::Panicked`] (nothing was done);
    /// [`StoreError::Unknown`] (the line went dead during the commit); [`StoreError::ReadOnly`] and [`StoreError::Closed`].
    pub fn write<T, E>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let sender = self.inner.mailbox()?;
        writer::submit(&sender, &self.inner.pulse, work)
    }

    /// Runs work that reads; all of it is seen as of one moment, after every write that was answered on this node before.
    ///
    /// # Errors
    /// What the work gives; [`StoreError::Unavailable`] when the database is away or every connection is in use for too long.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&mut Db) -> Result<T, E>) -> Result<T, E> {
        self.inner.readers.read(work)
    }

    /// The keys, for digests outside a transaction.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// The moment by the store's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        (self.inner.clock)()
    }

    /// Whether the database answers: refused at once when it is known to be away, and asked otherwise.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not.
    pub fn check(&self) -> StoreResult<()> {
        self.read(|db| db.changes_head().map(drop))
    }

    /// Whether the database is known to be away at this moment; asks nothing and never waits.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.inner.pulse.check().is_err()
    }

    /// The changes after a number, oldest first, at most `limit`; see [`Db::changes_after`].
    ///
    /// # Errors
    /// [`StoreError::ChangesGone`] when some of them have been cleared away.
    pub fn changes_after(&self, seq: i64, limit: i64) -> StoreResult<Vec<Change>> {
        self.read(|db| db.changes_after(seq, limit))
    }

    /// Waits until there is a change after a number, at most so long; gives the number of the latest change. On PostgreSQL the changes of other
    /// nodes are noticed within a quarter of a second.
    #[must_use]
    pub fn wait_for_changes(&self, after: i64, longest: Duration) -> i64 {
        self.inner.feed.wait(after, longest)
    }

    /// Calls a listener with the number of the latest change, after each commit that changed something. It must be quick: the writer waits for it.
    pub fn on_changes(&self, listener: impl Fn(i64) + Send + Sync + 'static) {
        self.inner.feed.listen(Box::new(listener));
    }

    /// Computes the whole audit trail again and holds it against its anchor.
    ///
    /// # Errors
    /// Any error of the database or of the anchor's file; what is wrong with the trail stands in the report.
    pub fn verify_audit(&self) -> StoreResult<AuditReport> {
        // The anchor first: rows that are written in between are later than it.
        let anchor = self.inner.anchor.read()?;
        self.verify_audit_against(anchor)
    }

    /// Computes the whole audit trail again and holds it against a head that was kept elsewhere.
    ///
    /// # Errors
    /// Any error of the database.
    pub fn verify_audit_against(&self, anchor: Option<Head>) -> StoreResult<AuditReport> {
        self.read(|db| db.verify_audit(anchor))
    }

    /// Accepts the trail as it ends now, as after a backup was put back; gives the head that is anchored from here on.
    ///
    /// # Errors
    /// Any error of the database or of the anchor's file.
    pub fn accept_audit_head(&self) -> StoreResult<Head> {
        let head = self.read(|db| crate::audit::head(db.connection()))?;
        self.inner.anchor.reset(head)?;
        Ok(head)
    }

    /// The anchor of the audit trail, for keeping its head elsewhere too.
    #[must_use]
    pub fn anchor(&self) -> &Anchor {
        &self.inner.anchor
    }

    /// Waits until the anchor of the audit trail has caught up with every commit that was answered.
    pub fn flush_anchor(&self) {
        let anchorer =
            self.inner.workers.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|workers| workers.anchorer.clone());
        if let Some(anchorer) = anchorer {
            anchorer.flush();
        }
    }

    /// How much was written since the store was opened.
    #[must_use]
    pub fn write_counts(&self) -> WriteCounts {
        let counters = &self.inner.counters;
        WriteCounts { works: counters.works.load(Ordering::Relaxed), commits: counters.commits.load(Ordering::Relaxed) }
    }

    /// Removes what deleted rows left behind: free pages, dead rows, the write-ahead log.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when readers keep the log in use.
    pub fn scrub(&self) -> StoreResult<()> {
        writer::scrub(&self.inner.mailbox()?, crate::erasure::TABLES.to_vec())
    }

    /// Writes a copy of a SQLite database to a new file, as of one moment, while the store goes on. The keys are no part of it.
    ///
    /// # Errors
    /// [`StoreError::NotWritable`] when the file exists or cannot be written; [`StoreError::NoCopy`] on PostgreSQL, whose own tools do this.
    pub fn copy_to(&self, path: &Path) -> StoreResult<()> {
        let Address::Sqlite(_) = &self.inner.address else { return Err(StoreError::NoCopy) };
        let refused = |why: String| StoreError::NotWritable { path: path.to_path_buf(), why };
        let text = path.to_str().ok_or_else(|| refused("the path is not UTF-8".to_owned()))?;
        if path.exists() {
            return Err(refused("it exists already".to_owned()));
        }
        private(path).map_err(|error| refused(error.to_string()))?;
        let mut connection = dialect::connect(&self.inner.address, Purpose::Copy)?;
        dialect::copy_to(&mut connection, text)
    }

    /// Does what still waits, and closes: everything after it gives [`StoreError::Closed`].
    pub fn close(&self) {
        self.inner.close();
    }
}

impl Inner {
    fn mailbox(&self) -> StoreResult<std::sync::mpsc::SyncSender<Command>> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(StoreError::Closed)
    }

    fn close(&self) {
        drop(self.mailbox.lock().unwrap_or_else(PoisonError::into_inner).take());
        let Some(workers) = self.workers.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        self.readers.close();
        if let Some(writer) = workers.writer {
            drop(writer.join());
        }
        if let Some(anchorer) = workers.anchorer {
            anchorer.close();
        }
        if let Some(watch) = workers.watch {
            watch.close();
        }
        drop(workers.lock);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// Runs the missing migrations of a database, and gives their versions; for the command of that name.
///
/// # Errors
/// As [`Store::open`]; [`StoreError::Migration`] when one fails.
pub fn migrate(url: &str) -> StoreResult<Vec<String>> {
    let address = Address::parse(url)?;
    let _lock = hold(&address)?;
    let mut connection = dialect::connect(&address, Purpose::Write)?;
    dialect::claim(&mut connection, &address)?;
    migrations::refuse_newer(&mut connection)?;
    alone(&mut connection, migrations::run)
}

/// Undoes every migration: the database is empty afterwards. For tests of the way back.
///
/// # Errors
/// As [`migrate`].
pub fn undo_migrations(url: &str) -> StoreResult<()> {
    let address = Address::parse(url)?;
    let _lock = hold(&address)?;
    let mut connection = dialect::connect(&address, Purpose::Write)?;
    dialect::claim(&mut connection, &address)?;
    alone(&mut connection, migrations::undo_all)
}

/// Runs work while no other node sets the database up.
fn alone<T>(connection: &mut AnyConnection, work: impl FnOnce(&mut AnyConnection) -> StoreResult<T>) -> StoreResult<T> {
    dialect::lock_setup(connection)?;
    let outcome = work(connection);
    dialect::unlock_setup(connection)?;
    outcome
}

/// Connects for reading only; a file that is not there must not come into being by looking at it.
fn look_at(address: &Address) -> StoreResult<AnyConnection> {
    match address.file() {
        Some(path) if !path.is_file() => Err(StoreError::NoDatabase { path: path.to_path_buf() }),
        _ => dialect::connect(address, Purpose::Read),
    }
}

/// Takes hold of a SQLite file, so that a second instance is refused; makes the file when there is none.
fn hold(address: &Address) -> StoreResult<Option<File>> {
    let Some(path) = address.file() else { return Ok(None) };
    let refused = |path: &Path, error: std::io::Error| StoreError::NotWritable { path: path.to_path_buf(), why: error.to_string() };
    let folder = path.parent().unwrap_or(Path::new("/"));
    if !folder.is_dir() {
        return Err(StoreError::NoFolder { path: folder.to_path_buf() });
    }
    private(path).map_err(|error| refused(path, error))?;
    // Links are followed first: two ways to one file must meet in one lock.
    let real = path.canonicalize().map_err(|error| refused(path, error))?;
    let mut name = real.into_os_string();
    name.push(".lock");
    let beside = PathBuf::from(name);
    let lock = private(&beside).map_err(|error| refused(&beside, error))?;
    let began = Moment::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Some(lock)),
            // A process that is just ending, or one that is just being made out of its owner, lets go within moments.
            Err(std::fs::TryLockError::WouldBlock) if began.elapsed() < LETTING_GO => std::thread::sleep(Duration::from_millis(20)),
            Err(std::fs::TryLockError::WouldBlock) => return Err(StoreError::InUse { path: path.to_path_buf() }),
            Err(std::fs::TryLockError::Error(error)) => return Err(refused(&beside, error)),
        }
    }
}

/// Opens a file that only its owner may read, making it when there is none.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Checks or makes everything that an instance needs before its first transaction.
fn set_up(connection: &mut AnyConnection, address: &Address, options: &StoreOptions) -> StoreResult<Arc<Keys>> {
    dialect::claim(connection, address)?;
    if options.require_durable {
        dialect::require_durable(connection)?;
    }
    alone(connection, |connection| {
        migrations::refuse_newer(connection)?;
        let pending = migrations::pending(connection)?;
        if !pending.is_empty() {
            if !options.migrate || options.read_only {
                return Err(StoreError::Behind { pending });
            }
            migrations::run(connection)?;
        }
        open_keys(connection, options)
    })
}

/// Opens the keys that belong to this database; a new database gets them.
fn open_keys(connection: &mut AnyConnection, options: &StoreOptions) -> StoreResult<Arc<Keys>> {
    let known: Option<(String, Vec<u8>)> = instance::table.select((instance::id, instance::key_check)).first(connection).optional()?;
    let Some((id, check)) = known else { return begin_instance(connection, options) };
    let keys = Keys::open(&options.keys, false)?;
    if keys.digest("instance", id.as_bytes()).0.as_slice() == check {
        Ok(Arc::new(keys))
    } else {
        Err(StoreError::WrongKeys { path: options.keys.clone() })
    }
}

fn begin_instance(connection: &mut AnyConnection, options: &StoreOptions) -> StoreResult<Arc<Keys>> {
    if options.read_only {
        return Err(StoreError::ReadOnly);
    }
    let keys = Arc::new(Keys::open(&options.keys, true)?);
    let id = uuid::Uuid::now_v7().to_string();
    let check = keys.digest("instance", id.as_bytes()).to_vec();
    let row = (instance::id.eq(id), instance::made_at.eq((options.clock)().microseconds()), instance::key_check.eq(check));
    // From the first row of the trail on there is an anchor to hold it against.
    Anchor::beside(&keys).write(Head::default())?;
    diesel::insert_into(instance::table).values(row).execute(connection)?;
    Ok(keys)
}
