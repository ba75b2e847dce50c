//! The threads on which people are ranked for requests.
//!
//! Every thread keeps some of the memory that it once worked with. Rankings take much of it, so they go to a few threads of their own, and not to whichever
//! of the many that do blocking work is free.

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// Threads that work rankings out.
#[derive(Debug)]
pub(crate) struct Rankers {
    threads: Handle,
    /// What the threads belong to; there until it is dropped.
    runtime: Option<Runtime>,
}

impl Rankers {
    /// At most so many threads, which come when they are needed.
    ///
    /// # Errors
    ///
    /// The system gives none.
    pub(crate) fn new(most: usize) -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().thread_name("raakvlak-rank").max_blocking_threads(most).build()?;
        Ok(Self { threads: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Does work on one of them.
    pub(crate) fn spawn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        self.threads.spawn_blocking(work)
    }
}

impl Drop for Rankers {
    /// Waits for nobody: whoever drops this may be a thread that must not wait.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
