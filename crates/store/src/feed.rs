//! Telling this process that the change feed has moved, whoever moved it.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

type Listener = Box<dyn Fn(i64) + Send + Sync>;

/// The latest number of the change feed that is known to be committed, and who wants to hear of it.
#[derive(Default)]
pub(crate) struct Feed {
    head: Mutex<i64>,
    moved: Condvar,
    listeners: Mutex<Vec<Listener>>,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Feed").field("head", &self.head()).finish_non_exhaustive()
    }
}

impl Feed {
    pub(crate) fn head(&self) -> i64 {
        *self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a committed head and tells the listeners when it is news.
    pub(crate) fn move_to(&self, seq: i64) {
        {
            let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
            if *head >= seq {
                return;
            }
            *head = seq;
        }
        self.moved.notify_all();
        for listener in self.listeners.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            listener(seq);
        }
    }

    pub(crate) fn listen(&self, listener: Listener) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// Waits until the head is past a number, at most so long; gives the head.
    pub(crate) fn wait(&self, after: i64, longest: Duration) -> i64 {
        let head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        let (head, _) = self.moved.wait_timeout_while(head, longest, |head| *head <= after).unwrap_or_else(PoisonError::into_inner);
        *head
    }
}
