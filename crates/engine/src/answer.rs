//! The complete answers: for one package and for one expert, with the keys in the order in which they are written.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::identifiers::{ExpertId, PackageId};
use raakvlak_domain::knobs::{CRITERIA, Criterion, Weights};
use rayon::ThreadPool;
use rayon::prelude::*;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::asks::Asks;
use crate::barriers::{Barrier, Report, Tally, once_and_more};
use crate::crew::Crew;
use crate::demand::Demand;
use crate::gates::{self, Gate};
use crate::near_misses::NearMiss;
use crate::pairs::{Inquiry, Pair, Question};
use crate::pool::Pool;
use crate::pool::zones::ZONE;
use crate::ranking::{Gathering, Rank, Top, scan, threads_for};
use crate::shortlist::{Candidates, KeptPlace, Place};
use crate::stretch::Stretch;

/// A number for each criterion that is not silent, in order; written with the criteria as keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = std::collections::BTreeMap<String, u32>)]
pub struct PerCriterion(pub [Option<u32>; CRITERIA]);

impl PerCriterion {
    /// The number of a criterion; `None` for a silent one.
    #[must_use]
    pub fn get(&self, criterion: Criterion) -> Option<u32> {
        self.0.get(criterion as usize).copied().flatten()
    }
}

impl Serialize for PerCriterion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named = Criterion::ALL.iter().zip(self.0);
        serializer.collect_map(named.filter_map(|(criterion, number)| Some((criterion.as_str(), number?))))
    }
}

/// The weights that were asked for and those that counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct WeightsUsed {
    /// As the knob says.
    pub asked: Weights,
    /// Without the silent criteria.
    pub applied: PerCriterion,
}

/// Somebody in a shortlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListedPerson {
    /// The place in the list, from 1.
    pub rank: u32,
    /// Who.
    pub expert: ExpertId,
    /// The score, in basis points.
    pub score: u32,
    /// Whose turn it is, in basis points.
    pub turn: u32,
    /// The rule that keeps the place, when the person is not among the best.
    pub kept_place: Option<KeptPlace>,
    /// The value of each criterion, in basis points.
    pub criteria: PerCriterion,
    /// What to ask.
    pub asks: Asks,
}

/// The complete answer for a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PackageAnswer {
    /// The package.
    pub package: PackageId,
    /// The day for which it holds.
    pub as_of: Date,
    /// How many people no gate keeps out.
    pub eligible: u32,
    /// The weights.
    pub weights: WeightsUsed,
    /// The shortlist.
    pub shortlist: Vec<ListedPerson>,
    /// People whom one change would let in, the best first, at most as many as the shortlist may have.
    pub near_misses: Vec<NearMiss>,
    /// What keeps people out.
    pub barriers: Vec<Barrier>,
}

/// A package for which somebody is eligible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListedPackage {
    /// The place in the list, from 1.
    pub rank: u32,
    /// Which.
    pub package: PackageId,
    /// The score, in basis points.
    pub score: u32,
    /// The value of each criterion, in basis points.
    pub criteria: PerCriterion,
    /// What to ask.
    pub asks: Asks,
}

/// The complete answer for an expert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExpertAnswer {
    /// The expert.
    pub expert: ExpertId,
    /// The day for which it holds.
    pub as_of: Date,
    /// Every package for which the person is eligible, the highest score first, then the smallest id.
    pub packages: Vec<ListedPackage>,
    /// What keeps packages out.
    pub barriers: Vec<Barrier>,
}

/// The complete answer for a package. It does not depend on how many threads there are.
#[must_use]
pub fn answer<'a>(pool: &Pool, demand: &Demand, as_of: Date, crew: impl Into<Crew<'a>>) -> PackageAnswer {
    let crew = crew.into();
    let work_out = || {
        let question = Question::new(pool, demand, as_of).put_to_everybody(crew);
        let everything = scan(&question, crew, &|| Everything::new(demand));
        (question, everything)
    };
    // Both steps share the same threads out, which are woken once for them.
    let (question, everything) = match threads_for::<Everything>(crew, pool.len().div_ceil(ZONE)) {
        Some(threads) => threads.install(work_out),
        None => work_out(),
    };
    let shortlist = everything.candidates.shortlist(&demand.knob);
    let mut report = Report::default();
    everything.tally.report(demand, &mut report);
    PackageAnswer {
        package: demand.package().clone(),
        as_of,
        eligible: shortlist.eligible,
        weights: weights_used(demand),
        shortlist: listed_people(&question, &shortlist.places),
        near_misses: everything.near_misses.sorted().into_iter().filter_map(|rank| NearMiss::of(&question, rank)).collect(),
        barriers: report.barriers(),
    }
}

/// The weights asked for and those that count for a demand.
#[must_use]
pub fn weights_used(demand: &Demand) -> WeightsUsed {
    let mut applied = demand.knob.weights.all().map(|weight| Some(u32::from(weight)));
    for (weight, silent) in applied.iter_mut().zip(demand.work.silent) {
        *weight = weight.filter(|_| !silent);
    }
    WeightsUsed { asked: demand.knob.weights, applied: PerCriterion(applied) }
}

/// The people of a shortlist of this pool and demand, with their criteria and what to ask.
#[must_use]
pub fn listed(pool: &Pool, demand: &Demand, as_of: Date, places: &[Place]) -> Vec<ListedPerson> {
    listed_people(&Question::new(pool, demand, as_of), places)
}

fn listed_people(question: &Question, places: &[Place]) -> Vec<ListedPerson> {
    let person = |(place, rank): (&Place, u32)| {
        let pair = question.pair(place.ranked.person);
        ListedPerson {
            rank,
            expert: question.pool.id(place.ranked.person),
            score: place.ranked.score,
            turn: place.ranked.turn,
            kept_place: place.kept,
            criteria: PerCriterion(pair.outcome().values(question.demand)),
            asks: pair.asks(),
        }
    };
    places.iter().zip(1..).map(person).collect()
}

/// All that a complete answer counts.
struct Everything {
    candidates: Candidates,
    near_misses: Top,
    tally: Tally,
}

impl Everything {
    fn new(demand: &Demand) -> Self {
        let near_misses = Top::new(demand.knob.size.get() as usize);
        Self { candidates: Candidates::new(&demand.knob), near_misses, tally: Tally::new(demand) }
    }
}

impl Gathering for Everything {
    const EVERYBODY: bool = true;

    fn add(&mut self, stretch: &Stretch) {
        let shut = gates::shut_unless(stretch, |pair| self.candidates.weigh(pair));
        let (once, _) = once_and_more(&shut);
        self.tally.add(stretch, &shut, once);
        for (gate, shut) in Gate::ALL.iter().zip(shut) {
            for (_, pair) in stretch.pairs(shut & once) {
                if gate.can_open(&pair) && pair.may_score(self.near_misses.least_score()) {
                    self.near_misses.put(Rank::of(&pair));
                }
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.candidates.merge(other.candidates);
        self.near_misses.merge(other.near_misses);
        self.tally.merge(other.tally);
    }
}

/// The complete answer for the expert with this number in the pool: the other way round, over these packages, each under its own setting of the
/// knob. It does not depend on how many threads there are.
#[must_use]
pub fn packages_for(pool: &Pool, person: u32, demands: &[Demand], as_of: Date, threads: &ThreadPool) -> ExpertAnswer {
    let judge = |demand: &Demand| judged(pool, person, demand, as_of);
    let judged: Vec<Judged> = match demands.len() {
        0..64 => demands.iter().map(judge).collect(),
        _ => threads.install(|| demands.par_iter().map(judge).collect()),
    };
    let mut report = Report::default();
    let mut packages = Vec::new();
    for (demand, judged) in demands.iter().zip(judged) {
        match judged {
            Judged::Eligible(package) => packages.push(package),
            Judged::KeptOut(details) => report.add(demand, &details),
        }
    }
    packages.sort_by(|one, other| other.score.cmp(&one.score).then_with(|| one.package.cmp(&other.package)));
    packages.iter_mut().zip(1..).for_each(|(package, rank)| package.rank = rank);
    ExpertAnswer { expert: pool.id(person), as_of, packages, barriers: report.barriers() }
}

/// What became of one package for one person.
enum Judged {
    Eligible(ListedPackage),
    /// By these details of gates, gate by gate.
    KeptOut(Vec<(Gate, usize)>),
}

fn judged(pool: &Pool, person: u32, demand: &Demand, as_of: Date) -> Judged {
    let (inquiry, number) = Inquiry::of_person(pool, person, demand, as_of);
    let pair = inquiry.pair(number);
    let shut = gates::shut(&pair);
    if !shut.is_empty() {
        let mut details = Vec::new();
        shut.iter().for_each(|gate| gate.details(&pair, |detail| details.push((gate, detail))));
        return Judged::KeptOut(details);
    }
    Judged::Eligible(listed_package(&pair))
}

/// A package for which the person is eligible; its place in the list is not known yet.
pub(crate) fn listed_package(pair: &Pair) -> ListedPackage {
    let outcome = pair.outcome();
    ListedPackage {
        rank: 0,
        package: pair.demand.package().clone(),
        score: outcome.score,
        criteria: PerCriterion(outcome.values(pair.demand)),
        asks: pair.asks(),
    }
}
