//! The head of the audit chain, kept outside the database, so that rows cut off the end are missed.
//!
//! The file has two slots, `sequence number (8) | hash (32) | checksum (32)`, that are written in turn and flushed: a crash while one is written
//! leaves the other. Several nodes share it, so a head is only ever replaced by a later one, under a lock of the operating system.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::error::{StoreError, StoreResult};
use crate::keys::{Digest, Keys};

const NAME: &str = "audit-anchor";
const SLOT: usize = 8 + 32 + 32;

/// The last row of a chain: its number and hash. The default is the head of an empty chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The number of the row; 0 when there is none.
    pub seq: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// The file with the head.
#[derive(Debug, Clone)]
pub struct Anchor {
    path: PathBuf,
    keys: Arc<Keys>,
}

impl Anchor {
    /// The anchor in the folder of these keys; the file comes into being with the first head.
    #[must_use]
    pub fn beside(keys: &Arc<Keys>) -> Self {
        Self { path: keys.folder().join(NAME), keys: keys.clone() }
    }

    /// The latest head that was written; `None` when none ever was.
    ///
    /// # Errors
    /// [`StoreError::NotWritable`] when the file cannot be read.
    pub fn read(&self) -> StoreResult<Option<Head>> {
        match File::open(&self.path) {
            Ok(file) => file.lock_shared().and_then(|()| self.latest(&file)).map(|(head, _)| head).map_err(|error| self.fault(&error)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.fault(&error)),
        }
    }

    /// Writes a later head and flushes; an earlier one is passed over.
    ///
    /// # Errors
    /// [`StoreError::NotWritable`] when the file cannot be written.
    pub fn write(&self, head: Head) -> StoreResult<()> {
        self.put(head, |known| known.is_none_or(|known| known.seq < head.seq))
    }

    /// Writes a head that need not be later, as after a backup was put back and a steward accepted it.
    ///
    /// # Errors
    /// [`StoreError::NotWritable`] when the file cannot be written.
    pub fn reset(&self, head: Head) -> StoreResult<()> {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(self.fault(&error));
        }
        self.put(head, |_| true)
    }

    fn put(&self, head: Head, wanted: impl FnOnce(Option<Head>) -> bool) -> StoreResult<()> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.path).map_err(|error| self.fault(&error))?;
        let write = || {
            file.lock()?;
            let (known, free) = self.latest(&file)?;
            if wanted(known) { self.write_slot(&file, head, free) } else { Ok(()) }
        };
        write().map_err(|error| self.fault(&error))
    }

    fn write_slot(&self, mut file: &File, head: Head, slot: u64) -> std::io::Result<()> {
        let mut bytes = Vec::with_capacity(SLOT);
        bytes.extend_from_slice(&head.seq.to_be_bytes());
        bytes.extend_from_slice(&head.hash);
        bytes.extend_from_slice(&self.checksum(&bytes).0);
        file.seek(SeekFrom::Start(slot * SLOT as u64))?;
        file.write_all(&bytes)?;
        file.sync_data()
    }

    /// The later of the two heads, and which slot may be overwritten.
    fn latest(&self, mut file: &File) -> std::io::Result<(Option<Head>, u64)> {
        let mut bytes = Vec::with_capacity(2 * SLOT);
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        let mut slots = bytes.chunks(SLOT).map(|slot| self.decoded(slot));
        let (first, second) = (slots.next().flatten(), slots.next().flatten());
        Ok(match (first, second) {
            (Some(first), Some(second)) if second.seq > first.seq => (Some(second), 0),
            (Some(first), _) => (Some(first), 1),
            (None, other) => (other, 0),
        })
    }

    fn decoded(&self, slot: &[u8]) -> Option<Head> {
        let (seq, rest) = slot.split_first_chunk::<8>()?;
        let (hash, check) = rest.split_first_chunk::<32>()?;
        let told = self.checksum(slot.get(..8 + 32)?);
        (check == told.0).then(|| Head { seq: i64::from_be_bytes(*seq), hash: *hash })
    }

    /// Keyed, so that only who has the keys can move the anchor.
    fn checksum(&self, bytes: &[u8]) -> Digest {
        self.keys.digest("audit anchor", bytes)
    }

    fn fault(&self, error: &std::io::Error) -> StoreError {
        StoreError::NotWritable { path: self.path.clone(), why: error.to_string() }
    }
}

#[derive(Default)]
struct Next {
    head: Option<Head>,
    writing: bool,
    closed: bool,
}

/// Writes heads in a thread of its own, the latest only, so that no answer waits for a second flush.
pub(crate) struct Anchorer {
    next: Arc<(Mutex<Next>, Condvar)>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Anchorer {
    pub(crate) fn start(anchor: Anchor) -> StoreResult<Self> {
        let next = Arc::new((Mutex::new(Next::default()), Condvar::new()));
        let shared = next.clone();
        let thread = std::thread::Builder::new()
            .name("store-anchor".to_owned())
            .spawn(move || keep_anchored(&anchor, &shared))
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(Self { next, thread: Mutex::new(Some(thread)) })
    }

    /// Hands over a head that is committed.
    pub(crate) fn move_to(&self, head: Head) {
        let (next, changed) = &*self.next;
        next.lock().unwrap_or_else(PoisonError::into_inner).head = Some(head);
        changed.notify_all();
    }

    /// Waits until every head handed over is on the disk.
    pub(crate) fn flush(&self) {
        let (next, changed) = &*self.next;
        let waiting = |next: &mut Next| next.head.is_some() || next.writing;
        drop(changed.wait_while(next.lock().unwrap_or_else(PoisonError::into_inner), waiting));
    }

    /// Writes the last head and ends the thread.
    pub(crate) fn close(&self) {
        self.next.0.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.next.1.notify_all();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            drop(thread.join());
        }
    }
}

fn keep_anchored(anchor: &Anchor, shared: &(Mutex<Next>, Condvar)) {
    let (next, changed) = shared;
    loop {
        let Ok(mut waiting) =
            changed.wait_while(next.lock().unwrap_or_else(PoisonError::into_inner), |next| next.head.is_none() && !next.closed)
        else {
            return;
        };
        let Some(head) = waiting.head.take() else { return };
        waiting.writing = true;
        drop(waiting);
        if let Err(error) = anchor.write(head) {
            tracing::error!(%error, seq = head.seq, "the head of the audit chain could not be anchored");
        }
        next.lock().unwrap_or_else(PoisonError::into_inner).writing = false;
        changed.notify_all();
    }
}
