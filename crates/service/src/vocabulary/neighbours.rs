//! The similar competences of every competence, computed once per version of the vocabulary.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use raakvlak_domain::vocabulary::Vocabulary;
use raakvlak_engine::similarity::{NeighbourList, Neighbours, Similarity};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Computes the list of every competence on these threads. `progress` is told after each list how many are done and how many there are in
/// all; it is
/// called from several threads at once.
#[must_use]
pub fn neighbours(vocabulary: &Arc<Vocabulary>, threads: &ThreadPool, progress: impl Fn(usize, usize) + Sync) -> Neighbours {
    let similarity = Similarity::new(Arc::clone(vocabulary));
    let size = similarity.size();
    let done = AtomicUsize::new(0);
    let lists: Vec<NeighbourList> = threads.install(|| {
        (0..u32::try_from(size).unwrap_or(u32::MAX))
            .into_par_iter()
            .map(|asked| {
                let list = similarity.list(asked);
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, size);
                list
            })
            .collect()
    });
    Neighbours::from_lists(lists)
}
