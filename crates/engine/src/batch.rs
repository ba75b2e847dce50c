//! Many answers, worked out side by side and handed over one by one, in their order.
//!
//! What is kept in memory are the answers of one round, however many there are. Whoever takes them can stop at any of them.

use std::ops::ControlFlow;

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::crew::Crew;

/// How many answers each thread works out in a round: enough that threads seldom wait for each other, few enough that the first answers are there soon
/// and that stopping takes no time.
const AHEAD: usize = 8;

/// Works out an answer for each of these, and hands them over in order until `take` breaks off. With fewer of them than threads each answer is worked
/// out by all threads, else by one.
pub fn in_order<Q: Sync, A: Send>(
    questions: &[Q],
    threads: &ThreadPool,
    answer: impl Fn(&Q, Crew) -> A + Sync,
    mut take: impl FnMut(A) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let count = threads.current_num_threads().max(1);
    if questions.len() < count {
        return questions.iter().try_for_each(|question| take(answer(question, Crew::Threads(threads))));
    }
    for round in questions.chunks(count * AHEAD) {
        let answers: Vec<A> = threads.install(|| round.par_iter().with_max_len(1).map(|question| answer(question, Crew::Alone)).collect());
        answers.into_iter().try_for_each(&mut take)?;
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rayon::ThreadPoolBuilder;

    use super::*;

    #[test]
    fn answers_come_in_order_and_stop_when_told() {
        for (threads, questions, last) in [(1, 50, 20), (3, 200, 120), (4, 2, 1), (2, 0, 0)] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (asked, questions) = (AtomicUsize::new(0), (0..questions).collect::<Vec<usize>>());
            let mut taken = Vec::new();
            let ended = in_order(
                &questions,
                &pool,
                |question, _| {
                    asked.fetch_add(1, Ordering::Relaxed);
                    question * 2
                },
                |answer| {
                    taken.push(answer);
                    if answer == last * 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                },
            );
            let expected: Vec<usize> = questions.iter().map(|question| question * 2).take(last + 1).collect();
            assert_eq!((taken, ended.is_break()), (expected, !questions.is_empty()));
            assert!(asked.load(Ordering::Relaxed) <= (last + 1).next_multiple_of(threads * AHEAD), "no more than a round ahead");
        }
    }
}
