//! Writes the people and packages of one comparison as tables that other programs can read, and our own answers with how long they took.
//!
//! `peers_world FOLDER PEOPLE SHAPE`; `benches/compare` runs it beside the peers. The question is one that every peer can ask in full: the gates of
//! availability, form of work, no-go, adaptation, hours, dayparts, distance and language, and the criteria competence, experience, proximity, hours
//! and turn. Here the other gates and criteria are worked out all the same; they weigh nothing.
#![allow(clippy::expect_used, reason = "a measurement that cannot begin has to fail loudly")]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use raakvlak_benches::population::{Population, Shape, vocabulary};
use raakvlak_benches::world::{day, point};
use raakvlak_domain::calendar::Date;
use raakvlak_domain::dayparts::Daypart;
use raakvlak_domain::experts::{Availability, Expert};
use raakvlak_domain::identifiers::TermId;
use raakvlak_domain::knobs::{MatcherKnob, ShortlistSize, Weights};
use raakvlak_domain::packages::{Need, Remote, TaskPackage};
use raakvlak_domain::quantities::{BasisPoints, Hours, Percent};
use raakvlak_domain::vocabulary::{ClosedVocabulary, Vocabulary};
use raakvlak_engine::answer::{answer, listed};
use raakvlak_engine::demand::Demand;
use raakvlak_engine::lexicon::Lexicon;
use raakvlak_engine::people::Person;
use raakvlak_engine::pool::{Change, Pool};
use raakvlak_engine::shortlist::shortlist;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::{Value, json};

/// What the service runs on.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// So many packages are asked of everybody.
const PACKAGES: u64 = 30;
/// Every package is asked so many times in succession, in so many rounds at least and then on until so much time has passed, as of every peer. The quickest
/// counts, since the machine may be doing something else.
const TIMES: usize = 3;
const ROUNDS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(1);

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, people, shape] = arguments.as_slice() else { return Err("peers_world FOLDER PEOPLE SHAPE".into()) };
    let shape = Shape::ALL.into_iter().find(|known| known.name() == shape).ok_or("even, skewed or sparse")?;
    let world = World::new(people.parse()?, shape);
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;
    world.write_people(folder)?;
    fs::write(folder.join("packages.json"), serde_json::to_string(&world.packages())?)?;
    fs::write(folder.join("ours.json"), serde_json::to_string(&world.answers())?)?;
    Ok(())
}

/// The people and packages of one comparison.
struct World {
    people: u64,
    population: Population,
    vocabulary: Arc<Vocabulary>,
    lexicon: Arc<Lexicon>,
}

fn threads(number: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(number).build().expect("threads")
}

/// Only what every peer can work out counts, nobody is kept out by a score, and no places are kept.
fn knob() -> MatcherKnob {
    MatcherKnob {
        weights: Weights::new([0, 4, 4, 0, 0, 4, 4, 0, 4]).expect("weights"),
        floor: BasisPoints::LOWEST,
        tie_from: BasisPoints::LOWEST,
        aside_share: Percent::LOWEST,
        unseen_share: Percent::LOWEST,
        size: ShortlistSize::new(20).expect("a size"),
        ..MatcherKnob::default()
    }
}

fn mask(words: &ClosedVocabulary, ids: &[TermId]) -> u64 {
    ids.iter().filter_map(|id| words.position(id.as_str())).fold(0, |mask, bit| mask | 1 << bit)
}

fn level_of(languages: impl IntoIterator<Item = (TermId, u8)>) -> u8 {
    languages.into_iter().find(|(language, _)| language.as_str() == "nl").map_or(0, |(_, level)| level)
}

impl World {
    fn new(people: u64, shape: Shape) -> Self {
        let vocabulary = vocabulary(1);
        let lexicon = Arc::new(Lexicon::new(Arc::clone(&vocabulary), &threads(2)));
        Self { people, population: Population::new(&vocabulary, 7).shaped(shape), vocabulary, lexicon }
    }

    /// `experts.csv` and `held.csv`.
    fn write_people(&self, folder: &Path) -> Outcome<()> {
        let mut experts = BufWriter::new(File::create(folder.join("experts.csv"))?);
        let mut held = BufWriter::new(File::create(folder.join("held.csv"))?);
        writeln!(
            experts,
            "expert,able,standby,forms,no_go,needs,hours_min,hours_max,committed,dayparts,lat,lon,travel,nl,waiting,aside,experience,competent"
        )?;
        writeln!(held, "expert,competence,level")?;
        for number in 0..self.people {
            let expert = self.population.expert(number);
            writeln!(experts, "{}", self.row(number, &expert))?;
            for one in expert.competences.iter().flatten() {
                let competence = self.vocabulary.competence(one.competence.as_str()).ok_or("a known competence")?;
                writeln!(held, "{number},{competence},{}", one.level.get())?;
            }
        }
        Ok(())
    }

    /// What is not told is left empty; whatever keeps nobody out is a mask of nothing or of everything.
    fn row(&self, number: u64, expert: &Expert) -> String {
        let words = &self.vocabulary;
        let told = |value: Option<String>| value.unwrap_or_default();
        let days = |date: Option<Date>| date.map_or(0, |date| (day().day_number() - date.day_number()).max(0));
        let point = point(expert.place.as_ref());
        let able = expert.wants_to_be_matched == Some(true) && expert.availability != Some(Availability::Paused);
        let columns = [
            number.to_string(),
            u8::from(able).to_string(),
            u8::from(expert.availability == Some(Availability::Standby)).to_string(),
            expert.work_forms.as_ref().map_or(u64::from(u32::MAX), |forms| mask(&words.work_forms, forms)).to_string(),
            mask(&words.conditions, expert.no_go.as_deref().unwrap_or_default()).to_string(),
            mask(&words.adaptations, expert.needs.as_deref().unwrap_or_default()).to_string(),
            told(expert.hours.map(|hours| hours.min.get().to_string())),
            told(expert.hours.map(|hours| hours.max.get().to_string())),
            expert.committed_hours.map_or(0, Hours::get).to_string(),
            told(expert.dayparts.as_deref().map(|dayparts| Daypart::mask(dayparts).to_string())),
            told(point.map(|point| point.lat.to_string())),
            told(point.map(|point| point.lon.to_string())),
            told(expert.travel_km.map(|limit| limit.get().to_string())),
            told(
                expert
                    .languages
                    .as_ref()
                    .map(|spoken| level_of(spoken.iter().map(|(id, level)| (id.clone(), *level as u8 + 1))).to_string()),
            ),
            days(expert.last_offered.or(expert.registered)).to_string(),
            days(expert.aside_since).to_string(),
            told(expert.experience.as_deref().map(|domains| mask(&words.experience, domains).to_string())),
            u8::from(expert.competences.is_some()).to_string(),
        ];
        columns.join(",")
    }

    fn packages(&self) -> Value {
        (0..PACKAGES).map(|number| self.package(&self.population.package(number))).collect()
    }

    /// A package as masks and numbers, and for everything asked what each competence is worth at each level.
    fn package(&self, package: &TaskPackage) -> Value {
        let words = &self.vocabulary;
        let offered = mask(&words.adaptations, &package.adaptations);
        let lifted = words
            .lifts
            .iter()
            .enumerate()
            .filter(|(bit, _)| offered >> bit & 1 == 1)
            .fold(0, |lifted, (_, conditions)| lifted | conditions);
        let present = package.tasks.iter().fold(0, |present, task| present | mask(&words.conditions, &task.conditions)) & !lifted;
        let destination = point(package.place.as_ref()).filter(|_| package.remote != Remote::Fully);
        json!({
            "form": words.work_forms.position(package.work_form.as_str()),
            "present": present, "offered": offered, "call_up": package.call_up,
            "hours": [package.hours.min.get(), package.hours.max.get()],
            "fixed": Daypart::mask(&package.dayparts.fixed), "flexible": package.dayparts.flexible.get(),
            "place": destination.map(|point| [point.lat, point.lon]), "on_site": package.remote == Remote::None,
            "nl": level_of(package.languages.iter().map(|(id, level)| (id.clone(), *level as u8 + 1))),
            "experience": mask(&words.experience, &package.experience),
            "asked": self.asked(package),
        })
    }

    /// `[weight, [[competence, worth at level 1, .., worth at level 5], ..]]` for each distinct competence asked.
    fn asked(&self, package: &TaskPackage) -> Value {
        let mut strongest = std::collections::BTreeMap::new();
        for requirement in package.tasks.iter().flat_map(|task| &task.requirements) {
            let competence = self.vocabulary.competence(requirement.competence.as_str()).expect("a known competence");
            let (level, weight) = strongest.entry(competence).or_insert((0, 0));
            *level = requirement.level.get().max(*level);
            *weight = (if requirement.need == Need::Essential { 3 } else { 1 }).max(*weight);
        }
        let worth = |asked: u32, level: u8| -> Vec<Vec<u32>> {
            let at = |value: u32, have: u32| value * have.min(level.into()) / u32::from(level);
            let neighbours = self.lexicon.neighbours().for_asked(asked);
            neighbours
                .map(|neighbour| [neighbour.competence].into_iter().chain((1..=5).map(|have| at(neighbour.value, have))).collect())
                .collect()
        };
        strongest.into_iter().map(|(asked, (level, weight))| json!([weight, worth(asked, level)])).collect()
    }

    fn person(&self, number: u64) -> Person {
        // Documents, languages but one, and organisations to avoid are left out of the question: see the top of this file.
        let expert = Expert { documents: None, avoid: None, ..self.population.expert(number) };
        let committed = expert.committed_hours.unwrap_or(Hours::LOWEST);
        Person::new(&expert, &self.vocabulary, point(expert.place.as_ref()), committed).expect("known words")
    }

    fn demand(&self, number: u64) -> Demand {
        let package = TaskPackage { documents: vec![], ..self.population.package(number) };
        Demand::new(&package, &self.lexicon, point(package.place.as_ref()), &knob()).expect("known words")
    }

    /// For each package the list, and how many milliseconds each kind of question takes.
    fn answers(&self) -> Value {
        let started = Instant::now();
        let pool = Pool::build((0..self.people).map(|number| self.person(number)));
        let built = started.elapsed();
        let demands: Vec<Demand> = (0..PACKAGES).map(|number| self.demand(number)).collect();
        let (one, two) = (threads(1), threads(2));
        let list = |demand: &Demand| -> Value {
            let places = shortlist(&pool, demand, day(), &two).places;
            let people = listed(&pool, demand, day(), &places).into_iter();
            people
                .map(|person| json!([person.expert.as_str().trim_start_matches("e-").parse::<u64>().unwrap_or(u64::MAX), person.score]))
                .collect()
        };
        let somebody = self.person(1);
        json!({
            "people": pool.len(),
            "bytes_a_person": pool.bytes() / pool.len().max(1),
            "made_and_built_ms": built.as_secs_f64() * 1e3,
            "lists": demands.iter().map(list).collect::<Vec<_>>(),
            "shortlist, one thread": times(&demands, |demand| shortlist(&pool, demand, day(), &one)),
            "shortlist, two threads": times(&demands, |demand| shortlist(&pool, demand, day(), &two)),
            "complete answer, two threads": times(&demands, |demand| answer(&pool, demand, day(), &two)),
            "one person changed": times(&demands, |_| pool.changed([Change::Is(Box::new(somebody.clone()))])),
        })
    }
}

/// For each demand the quickest of the rounds, in milliseconds.
fn times<T>(demands: &[Demand], mut ask: impl FnMut(&Demand) -> T) -> Vec<f64> {
    let mut quickest = vec![f64::INFINITY; demands.len()];
    let (began, mut rounds) = (Instant::now(), 0);
    while rounds < ROUNDS || began.elapsed() < PATIENCE {
        for (demand, quickest) in demands.iter().zip(&mut quickest) {
            for _ in 0..TIMES {
                let started = Instant::now();
                std::hint::black_box(ask(demand));
                *quickest = quickest.min(started.elapsed().as_secs_f64() * 1e3);
            }
        }
        rounds += 1;
    }
    quickest
}
