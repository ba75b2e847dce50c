//! How long it takes to organise work differently, and how far the answer may be from the best one: a job of a hundred tasks, and smaller ones.
//!
//! `cargo bench -p raakvlak-benches --bench carving`; with `RAAKVLAK_DATA` the competences are those of ESCO, with `RAAKVLAK_PEOPLE` so many people
//! take the place of the hundred thousand.
#![allow(clippy::expect_used, reason = "a measurement that cannot begin has to fail loudly")]

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use raakvlak_benches::population::{Population, vocabulary};
use raakvlak_benches::world::{day, esco, person, point};
use raakvlak_domain::identifiers::TaskId;
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_domain::packages::{PackageHours, TaskPackage};
use raakvlak_domain::quantities::{BasisPoints, Hours};
use raakvlak_domain::vocabulary::Vocabulary;
use raakvlak_engine::carving::{CarvingLimits, carve};
use raakvlak_engine::demand::Demand;
use raakvlak_engine::lexicon::Lexicon;
use raakvlak_engine::pool::Pool;
use raakvlak_engine::repair::{repairs, steps_among};
use rayon::{ThreadPool, ThreadPoolBuilder};

const TASKS: [usize; 4] = [6, 14, 40, 100];

/// From which value a task counts as carried: as it starts, and so low that most people can carry many of these tasks, which come from everywhere.
const CARRY_FROM: [u32; 2] = [6_000, 2_000];

/// How often each question is asked; the quickest counts.
const TIMES: usize = 3;

static THREADS: LazyLock<ThreadPool> = LazyLock::new(|| ThreadPoolBuilder::new().build().expect("threads"));
static VOCABULARY: LazyLock<Arc<Vocabulary>> = LazyLock::new(|| esco().unwrap_or_else(|| vocabulary(1)));
static LEXICON: LazyLock<Arc<Lexicon>> = LazyLock::new(|| Arc::new(Lexicon::new(Arc::clone(&VOCABULARY), &THREADS)));

fn main() {
    let population = Population::new(&VOCABULARY, 7);
    let people = std::env::var("RAAKVLAK_PEOPLE").ok().and_then(|people| people.parse().ok()).unwrap_or(100_000);
    let pool = Pool::build((0..people).map(|number| person(&population, &VOCABULARY, number)));
    println!("{} people", pool.len());
    for (tasks, carry_from) in TASKS.iter().flat_map(|tasks| CARRY_FROM.map(|carry_from| (*tasks, carry_from))) {
        for first in [0, 400, 800] {
            let knob = MatcherKnob { carry_from: BasisPoints::new(carry_from).expect("a threshold"), ..MatcherKnob::default() };
            let job = job(&population, first, tasks);
            measure_carving(&pool, &job, &knob);
            measure_repair(&pool, &job, &knob);
        }
    }
}

fn measure_carving(pool: &Pool, job: &TaskPackage, knob: &MatcherKnob) {
    let demand = Demand::new(job, &LEXICON, point(job.place.as_ref()), knob).expect("known words");
    let limits = CarvingLimits { smallest: hours(80), largest: hours(160), steps: 200_000 };
    let (milliseconds, carving) = quickest(|| carve(pool, job, &demand, limits, day(), &*THREADS).expect("known words"));
    println!(
        "{:>3} tasks, carried from {:>5}: {milliseconds:>6} ms; as one job {}, as {} packages (at least {}) {:?}; {} of at most {} tenths of an hour{}",
        job.tasks.len(),
        knob.carry_from.get(),
        carving.as_one_job,
        carving.parts.len(),
        carving.parts_at_least,
        carving.parts.iter().map(|part| part.people).collect::<Vec<_>>(),
        carving.hours.get(),
        carving.hours_at_most.get(),
        if carving.proven { "; proven best" } else { "" },
    );
}

fn measure_repair(pool: &Pool, job: &TaskPackage, knob: &MatcherKnob) {
    let demand = Demand::new(job, &LEXICON, point(job.place.as_ref()), knob).expect("known words");
    let (milliseconds, found) = quickest(|| repairs(pool, job, &demand, steps_among(pool.len()), day(), &*THREADS).expect("known words"));
    let sets: Vec<String> = found
        .repairs
        .iter()
        .map(|set| format!("{} changes {} (at most {})", set.changes.len(), set.eligible, set.eligible_at_most))
        .collect();
    println!("      repaired: {milliseconds:>6} ms; {} people now; {}", found.eligible, sets.join(", "));
}

fn quickest<T>(question: impl Fn() -> T) -> (u128, T) {
    let asked = || {
        let began = Instant::now();
        let answer = question();
        (began.elapsed().as_millis(), answer)
    };
    (0..TIMES).map(|_| asked()).min_by_key(|(milliseconds, _)| *milliseconds).expect("asked at least once")
}

/// A job with the tasks of invented packages from this number on, the whole country as its reach.
fn job(population: &Population, first: u64, tasks: usize) -> TaskPackage {
    let mut job = population.package(first);
    let all = (first..).flat_map(|number| population.package(number).tasks);
    job.tasks = all.take(tasks).collect();
    for (number, task) in job.tasks.iter_mut().enumerate() {
        task.id = TaskId::new(&format!("t{number}")).expect("an id");
    }
    let ids: BTreeSet<&TaskId> = job.tasks.iter().map(|task| &task.id).collect();
    assert_eq!(ids.len(), job.tasks.len());
    job.hours = PackageHours { min: hours(240), max: hours(400) };
    job
}

fn hours(tenths: u32) -> Hours {
    Hours::new(tenths).expect("hours of a week")
}
