//! Who works out an answer: the thread that asks, or all threads of a pool.

use rayon::ThreadPool;

/// Who works out an answer. The answer does not depend on it.
#[derive(Debug, Clone, Copy)]
pub enum Crew<'a> {
    /// The thread that asks, on its own: best where many answers are worked out side by side.
    Alone,
    /// The threads of a pool: best for one answer that somebody waits for.
    Threads(&'a ThreadPool),
}

impl<'a> From<&'a ThreadPool> for Crew<'a> {
    fn from(threads: &'a ThreadPool) -> Self {
        Self::Threads(threads)
    }
}

impl<'a> Crew<'a> {
    /// The threads to share so many parts out over; `None` when there is nothing to share, or nobody to share it with.
    pub(crate) fn for_parts(self, parts: usize) -> Option<&'a ThreadPool> {
        match self {
            Self::Threads(threads) if parts > 1 && threads.current_num_threads() > 1 => Some(threads),
            _ => None,
        }
    }
}
