//! Lets somebody see how far a long import is, and stop it while nothing has been written.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How far an import is.
#[derive(Debug, Default)]
pub struct Watch {
    file: Mutex<Option<&'static str>>,
    lines: AtomicUsize,
    faults: AtomicUsize,
    cancelled: AtomicBool,
    writing: AtomicBool,
}

impl Watch {
    /// Begins with a file.
    pub(super) fn begins(&self, file: &'static str) {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
    }

    /// So many more lines were read; so many faults were found in all.
    pub(super) fn has_read(&self, lines: usize, faults: usize) {
        self.lines.fetch_add(lines, Ordering::Relaxed);
        self.faults.store(faults, Ordering::Relaxed);
    }

    /// From here on it can no longer be stopped; whether it may go on.
    pub(crate) fn begins_to_write(&self) -> bool {
        // Whoever cancels looks at this flag after setting theirs, so that one of the two sees the other.
        self.writing.store(true, Ordering::SeqCst);
        !self.cancelled.load(Ordering::SeqCst)
    }

    /// The file that is being read.
    #[must_use]
    pub fn file(&self) -> Option<&'static str> {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many lines of records were read.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines.load(Ordering::Relaxed)
    }

    /// How many faults were found.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.faults.load(Ordering::Relaxed)
    }

    /// Whether the records are being written.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.writing.load(Ordering::SeqCst)
    }

    /// Whether it was stopped.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// Stops it; whether that was in time, before anything was written.
    pub fn cancel(&self) -> bool {
        self.cancelled.store(true, Ordering::SeqCst);
        !self.is_writing()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_it_is_stopped_or_it_writes() {
        let stopped = Watch::default();
        assert!(stopped.cancel());
        assert!(!stopped.begins_to_write());
        let written = Watch::default();
        assert!(written.begins_to_write());
        assert!(!written.cancel());
    }
}
