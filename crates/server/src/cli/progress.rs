//! Shows that a long command is still busy: on a terminal only, and not before a second has passed.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a command may take before anything is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often what is shown moves.
const TICK: Duration = Duration::from_millis(120);

/// What is shown while something is done; it disappears when dropped.
pub(super) struct Progress {
    bar: ProgressBar,
    done: Option<Sender<()>>,
    waiting: Option<JoinHandle<()>>,
}

impl Progress {
    /// Something that takes this many steps; 0 when nobody knows how many.
    pub(super) fn new(steps: usize, message: String) -> Self {
        let bar = ProgressBar::with_draw_target(u64::try_from(steps).ok().filter(|steps| *steps > 0), ProgressDrawTarget::hidden());
        let template = if steps > 0 { "{msg} {bar:32} {pos}/{len} {eta}" } else { "{spinner} {msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(message);
        if !std::io::stderr().is_terminal() {
            return Self { bar, done: None, waiting: None };
        }
        let (done, finished) = channel();
        let shown = bar.clone();
        let waiting = std::thread::spawn(move || show_later(&shown, &finished));
        Self { bar, done: Some(done), waiting: Some(waiting) }
    }

    /// Does something, and shows now and then how many steps of it are done.
    pub(super) fn following<T>(&self, steps: impl Fn() -> usize + Sync, work: impl FnOnce() -> T) -> T {
        if self.done.is_none() {
            return work();
        }
        let finished = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !finished.load(Ordering::Relaxed) {
                    self.bar.set_position(steps() as u64);
                    std::thread::sleep(TICK);
                }
            });
            // Also when the work panics, so that nobody waits for ever.
            let _ends = Ends(&finished);
            work()
        })
    }

    /// One more step is done.
    pub(super) fn step(&self) {
        self.bar.inc(1);
    }
}

/// Says that something is finished when it goes out of scope.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn show_later(bar: &ProgressBar, finished: &Receiver<()>) {
    if finished.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(TICK);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(waiting) = self.waiting.take() {
            // It ends by itself as soon as nobody holds the other end.
            let _ = waiting.join();
        }
        self.bar.finish_and_clear();
    }
}
