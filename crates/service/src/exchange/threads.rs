//! A pool of threads of one's own, so that a long computation never takes the threads that others share.

pub use rayon::ThreadPool;
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

/// A pool of so many threads; one for each core when not told.
///
/// # Errors
///
/// The system gives no more threads.
pub fn pool(threads: Option<usize>) -> Result<ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).thread_name(|at| format!("raakvlak-{at}")).build()
}
