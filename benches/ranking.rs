//! How long it takes to rank people for work: a shortlist, a complete answer, a turned knob, all packages, the packages for one person, a person who
//! changes, and the lists of similar competences.
//!
//! `cargo bench -p raakvlak-benches --bench ranking`; with `RAAKVLAK_DATA` the competences are those of ESCO, with `RAAKVLAK_PEOPLE` so many people
//! take the place of the hundred thousand.
#![allow(clippy::expect_used, reason = "a measurement that cannot begin has to fail loudly")]

use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

use divan::{Bencher, black_box};
use raakvlak_benches::population::{Population, Shape, vocabulary};
use raakvlak_benches::world::{day, esco, person, point};
use raakvlak_domain::knobs::{MatcherKnob, Position, Weights};
use raakvlak_domain::vocabulary::Vocabulary;
use raakvlak_engine::answer::{answer, packages_for};
use raakvlak_engine::batch::in_order;
use raakvlak_engine::board::Board;
use raakvlak_engine::crew::Crew;
use raakvlak_engine::demand::Demand;
use raakvlak_engine::explanation::explain;
use raakvlak_engine::lexicon::Lexicon;
use raakvlak_engine::people::Person;
use raakvlak_engine::pool::{Change, Pool};
use raakvlak_engine::preview::preview;
use raakvlak_engine::shortlist::shortlist;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The one of the service, so that asking for memory takes as long as there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PACKAGES: u64 = 1_000;
const PEOPLE: [u64; 2] = [10_000, 100_000];

static THREADS: LazyLock<ThreadPool> = LazyLock::new(|| ThreadPoolBuilder::new().build().expect("threads"));
static ONE_THREAD: LazyLock<ThreadPool> = LazyLock::new(|| ThreadPoolBuilder::new().num_threads(1).build().expect("a thread"));
static VOCABULARY: LazyLock<Arc<Vocabulary>> = LazyLock::new(|| esco().unwrap_or_else(|| vocabulary(1)));
static LEXICON: LazyLock<Arc<Lexicon>> = LazyLock::new(|| Arc::new(Lexicon::new(Arc::clone(&VOCABULARY), threads())));
static POPULATION: LazyLock<Population> = LazyLock::new(|| Population::new(&VOCABULARY, 7));
static SMALL: LazyLock<Pool> = LazyLock::new(|| pool(PEOPLE[0], Shape::default()));
static LARGE: LazyLock<Pool> = LazyLock::new(|| pool(many(), Shape::default()));
static EVEN: LazyLock<Pool> = LazyLock::new(|| pool(many(), Shape::Even));
static SPARSE: LazyLock<Pool> = LazyLock::new(|| pool(many(), Shape::Sparse));
static DEMANDS: LazyLock<Vec<Demand>> = LazyLock::new(|| (0..PACKAGES).map(|number| demand(number, &MatcherKnob::default())).collect());

fn main() {
    let pool = of(PEOPLE[1]);
    println!("{} people, {} bytes a person; lists {} MB", pool.len(), pool.bytes() / pool.len(), LEXICON.neighbours().bytes() / 1_000_000);
    let eligible: u32 = DEMANDS.iter().take(50).map(|demand| shortlist(pool, demand, day(), threads()).eligible).sum();
    println!("{} eligible on average", eligible / 50);
    divan::main();
}

fn threads() -> &'static ThreadPool {
    &THREADS
}

fn one_thread() -> &'static ThreadPool {
    &ONE_THREAD
}

/// How many people the large pools have.
fn many() -> u64 {
    std::env::var("RAAKVLAK_PEOPLE").ok().and_then(|people| people.parse().ok()).unwrap_or(PEOPLE[1])
}

fn pool(people: u64, shape: Shape) -> Pool {
    let population = Population::new(&VOCABULARY, 7).shaped(shape);
    Pool::build((0..people).map(|number| person(&population, &VOCABULARY, number)))
}

fn of(people: u64) -> &'static Pool {
    if people == PEOPLE[0] { &SMALL } else { &LARGE }
}

fn demand(number: u64, knob: &MatcherKnob) -> Demand {
    let package = POPULATION.package(number);
    Demand::new(&package, &LEXICON, point(package.place.as_ref()), knob).expect("known words")
}

/// The packages one after the other, so that no single one decides what is measured.
fn in_turn(bencher: Bencher, mut measured: impl FnMut(&'static Demand)) {
    let mut demands = DEMANDS.iter().cycle();
    bencher.bench_local(|| demands.next().map(&mut measured));
}

#[divan::bench(args = PEOPLE)]
fn a_shortlist(bencher: Bencher, people: u64) {
    let pool = of(people);
    in_turn(bencher, |demand| _ = black_box(shortlist(pool, demand, day(), threads())));
}

/// The same in each shape of population; the work stays as it is.
#[divan::bench(args = Shape::ALL.map(Shape::name))]
fn a_shortlist_by_shape(bencher: Bencher, shape: &str) {
    let pool: &'static Pool = match shape {
        "even" => &EVEN,
        "sparse" => &SPARSE,
        _ => &LARGE,
    };
    in_turn(bencher, |demand| _ = black_box(shortlist(pool, demand, day(), threads())));
}

#[divan::bench(args = PEOPLE)]
fn b_shortlist_on_one_thread(bencher: Bencher, people: u64) {
    let pool = of(people);
    in_turn(bencher, |demand| _ = black_box(shortlist(pool, demand, day(), one_thread())));
}

#[divan::bench(args = PEOPLE)]
fn c_complete_answer(bencher: Bencher, people: u64) {
    let pool = of(people);
    in_turn(bencher, |demand| _ = black_box(answer(pool, demand, day(), threads())));
}

#[divan::bench(args = PEOPLE)]
fn d_turned_knob(bencher: Bencher, people: u64) {
    let pool = of(people);
    let weights = Weights::of_position(Position::Energy).unwrap_or_default();
    let turned = MatcherKnob { weights, ..MatcherKnob::default() };
    in_turn(bencher, |demand| _ = black_box(preview(pool, demand, &demand.turned(&turned), day(), threads())));
}

#[divan::bench(args = PEOPLE, sample_count = 3, sample_size = 1)]
fn e_shortlists_of_all_packages(people: u64) -> usize {
    batch(&DEMANDS, |demand, crew| shortlist(of(people), demand, day(), crew).places.len())
}

#[divan::bench(args = PEOPLE, sample_count = 3, sample_size = 1)]
fn f_complete_answers_of_100_packages(people: u64) -> usize {
    batch(DEMANDS.get(..100).unwrap_or(&DEMANDS), |demand, crew| answer(of(people), demand, day(), crew).shortlist.len())
}

fn batch(demands: &[Demand], one: impl Fn(&Demand, Crew) -> usize + Sync) -> usize {
    let mut sum = 0;
    let _ = in_order(demands, threads(), one, |count| {
        sum += count;
        ControlFlow::Continue(())
    });
    sum
}

/// Each package looked at by itself.
#[divan::bench]
fn g_packages_for_one_person(bencher: Bencher) {
    one_person_after_the_other(bencher, |pool, person| packages_for(pool, person, &DEMANDS, day(), threads()));
}

/// All of them looked at together.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 20)]
fn g_packages_for_one_person_on_a_board(bencher: Bencher, packages: u64) {
    let board = Board::new((0..packages).map(|number| demand(number, &MatcherKnob::default())).collect());
    one_person_after_the_other(bencher, |pool, person| board.packages_for(pool, person, day(), threads()));
}

/// The best twenty of them, and how many fit.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 100)]
fn g_best_packages_for_one_person(bencher: Bencher, packages: u64) {
    let board = Board::new((0..packages).map(|number| demand(number, &MatcherKnob::default())).collect());
    one_person_after_the_other(bencher, |pool, person| board.visit(pool, person, day()).best(20, threads()));
}

fn one_person_after_the_other<T>(bencher: Bencher, answer: impl Fn(&Pool, u32) -> T) {
    let (pool, mut person) = (of(PEOPLE[1]), 0);
    bencher.bench_local(|| {
        person = (person + 7_919) % pool.len() as u32;
        answer(pool, person)
    });
}

#[divan::bench]
fn h_explanation(bencher: Bencher) {
    let (pool, mut person) = (of(PEOPLE[1]), 0);
    in_turn(bencher, |demand| {
        person = (person + 7_919) % pool.len() as u32;
        black_box(explain(pool, person, demand, day()));
    });
}

#[divan::bench]
fn i_package_made_ready(bencher: Bencher) {
    let mut numbers = (0..PACKAGES).cycle();
    let package = || POPULATION.package(numbers.next().unwrap_or(0));
    bencher
        .with_inputs(package)
        .bench_local_values(|package| Demand::new(&package, &LEXICON, point(package.place.as_ref()), &MatcherKnob::default()));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn j_similar_competences_of_everything() -> Lexicon {
    Lexicon::new(Arc::clone(&VOCABULARY), threads())
}

/// One person changes, after so many others have since the pool was put together.
#[divan::bench(args = [0, 100, 1_000, 2_000])]
fn k_somebody_changes(bencher: Bencher, before: u64) {
    let people: Vec<Person> = (0..=before).map(|number| person(&POPULATION, &VOCABULARY, number)).collect();
    let changed = |range: &[Person]| range.iter().map(|person| Change::Is(Box::new(person.clone()))).collect::<Vec<_>>();
    let (last, others) = people.split_last().expect("somebody");
    let pool = of(PEOPLE[1]).changed(changed(others));
    bencher.bench_local(|| pool.changed(changed(std::slice::from_ref(last))));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn l_pool_put_together_again() -> Pool {
    of(PEOPLE[1]).renewed()
}
