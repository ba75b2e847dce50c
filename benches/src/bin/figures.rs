//! Prints the figures of `docs/performance.md`, of one population: `figures [people] [shape] [packages]`.
//!
//! Shortlists and complete answers are medians over packages, and over people for the other direction, of each the quickest of five; a batch is the quickest
//! and the median of nine. With `RAAKVLAK_DATA` the competences are those of ESCO. Questions of one kind take turns, so that a busy minute of the machine
//! falls on all of them.
#![allow(clippy::expect_used, reason = "a measurement that cannot begin has to fail loudly")]

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use raakvlak_benches::population::{Population, Shape, vocabulary};
use raakvlak_benches::world::{day, esco, person, point};
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_engine::answer::answer;
use raakvlak_engine::batch::in_order;
use raakvlak_engine::board::Board;
use raakvlak_engine::crew::Crew;
use raakvlak_engine::demand::Demand;
use raakvlak_engine::lexicon::Lexicon;
use raakvlak_engine::pool::{Change, Pool};
use raakvlak_engine::shortlist::shortlist;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The one of the service, so that asking for memory takes as long as there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// So many packages are asked one by one.
const ASKED: usize = 200;
/// The quickest of so many counts.
const TIMES: usize = 5;
/// So many batches are timed.
const BATCHES: usize = 9;
/// So many people are held against all packages.
const PEOPLE: usize = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, otherwise: u64| arguments.get(at).map_or(otherwise, |number| number.parse().expect("a number"));
    let (people, packages) = (number(0, 100_000), number(2, 1_000));
    let shape = arguments
        .get(1)
        .map_or(Shape::default(), |name| Shape::ALL.into_iter().find(|shape| shape.name() == name).expect("even, skewed or sparse"));
    World::new(people, shape, packages).print();
}

struct World {
    pool: Pool,
    demands: Vec<Demand>,
    one: ThreadPool,
    all: ThreadPool,
}

fn threads(number: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(number).build().expect("threads")
}

impl World {
    fn new(people: u64, shape: Shape, packages: u64) -> Self {
        let (one, all) = (threads(1), threads(0));
        let vocabulary = esco().unwrap_or_else(|| vocabulary(1));
        let lexicon = Arc::new(Lexicon::new(Arc::clone(&vocabulary), &all));
        let population = Population::new(&vocabulary, 7).shaped(shape);
        let pool = Pool::build((0..people).map(|number| person(&population, &vocabulary, number)));
        let demand = |number| {
            let package = population.package(number);
            Demand::new(&package, &lexicon, point(package.place.as_ref()), &MatcherKnob::default()).expect("known words")
        };
        println!(
            "{people} people, {}; {} bytes a person; {packages} packages; milliseconds",
            shape.name(),
            pool.bytes() / pool.len().max(1)
        );
        Self { pool, demands: (0..packages).map(demand).collect(), one, all }
    }

    fn print(&self) {
        let asked = self.demands.get(..ASKED).unwrap_or(&self.demands);
        let list = |demand: &Demand, crew: &ThreadPool| drop(black_box(shortlist(&self.pool, demand, day(), crew)));
        let whole = |demand: &Demand, crew: &ThreadPool| drop(black_box(answer(&self.pool, demand, day(), crew)));
        let names = ["shortlist, one thread", "shortlist, all threads", "complete answer, one thread", "complete answer, all threads"];
        let questions: [&dyn Fn(&Demand); 4] =
            [&|demand| list(demand, &self.one), &|demand| list(demand, &self.all), &|demand| whole(demand, &self.one), &|demand| {
                whole(demand, &self.all);
            }];
        names.iter().zip(quickest(asked, questions)).for_each(|(name, times)| row(name, times));
        row("a batch of shortlists", self.batches(&self.demands, |demand, crew| shortlist(&self.pool, demand, day(), crew).places.len()));
        row(
            "a batch of complete answers",
            self.batches(&self.demands, |demand, crew| answer(&self.pool, demand, day(), crew).shortlist.len()),
        );
        self.print_other_direction();
        self.print_changes();
    }

    fn batches(&self, demands: &[Demand], one: impl Fn(&Demand, Crew) -> usize + Sync) -> Vec<f64> {
        let batch = || {
            in_order(demands, &self.all, &one, |count| {
                black_box(count);
                ControlFlow::Continue(())
            })
        };
        (0..BATCHES).map(|_| timed(|| _ = batch())).collect()
    }

    /// The packages for one person. Each person asked once tells how long it takes when nothing of the board is near.
    fn print_other_direction(&self) {
        let mut board = None;
        row("putting all packages on a board", vec![timed(|| board = Some(Board::new(self.demands.clone())))]);
        let board = board.expect("a board");
        let people: Vec<u32> = (0..PEOPLE).map(|at| (at * self.pool.len() / PEOPLE) as u32).collect();
        let best = |person: u32, crew: &ThreadPool| board.visit(&self.pool, person, day()).best(20, crew);
        let mut asked_once = Vec::new();
        let mut fits = |person: &u32| {
            let mut eligible = 0;
            let took = timed(|| eligible = best(*person, &self.all).eligible);
            asked_once.extend((eligible > 0).then_some(took));
            eligible > 0
        };
        let fitting: Vec<u32> = people.into_iter().filter(|person| fits(person)).collect();
        row("the best packages for a person, each asked once", asked_once);
        let questions: [&dyn Fn(&u32); 2] =
            [&|person| drop(black_box(best(*person, &self.one))), &|person| drop(black_box(best(*person, &self.all)))];
        let names = ["the best packages for a person, one thread", "the best packages for a person, all threads"];
        names.iter().zip(quickest(&fitting, questions)).for_each(|(name, times)| row(name, times));
    }

    fn print_changes(&self) {
        let somebody = self.pool.id(0);
        row(
            "one person leaves",
            (0..ASKED).map(|_| timed(|| drop(black_box(self.pool.changed([Change::Left(somebody.clone())]))))).collect(),
        );
        row("the pool put together again", (0..TIMES).map(|_| timed(|| drop(black_box(self.pool.renewed())))).collect());
    }
}

fn timed(act: impl FnOnce()) -> f64 {
    let started = Instant::now();
    act();
    started.elapsed().as_secs_f64() * 1e3
}

/// For each question and each of those it is asked about, the quickest of the rounds.
fn quickest<T, const N: usize>(about: &[T], questions: [&dyn Fn(&T); N]) -> [Vec<f64>; N] {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| vec![f64::INFINITY; about.len()]);
    for _ in 0..TIMES {
        for (question, times) in questions.iter().zip(&mut times) {
            for (one, quickest) in about.iter().zip(times) {
                *quickest = quickest.min(timed(|| question(one)));
            }
        }
    }
    times
}

fn row(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let mean = times.iter().sum::<f64>() / times.len().max(1) as f64;
    let [first, median] = [0, times.len() / 2].map(|at| times.get(at).copied().unwrap_or(f64::NAN));
    println!("  {name:50} median {median:10.4}   mean {mean:10.4}   least {first:10.4}");
}
