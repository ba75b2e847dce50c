//! The facts behind each criterion.

use raakvlak_domain::identifiers::TaskId;
use raakvlak_domain::vocabulary::ClosedVocabulary;
use serde::Serialize;
use utoipa::ToSchema;

use super::requirements::{Similar, name, similar};
use crate::criteria;
use crate::pairs::Pair;

/// The asked domains of lived experience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Experience {
    /// Those that the person knows.
    pub shared: Vec<String>,
    /// The others.
    pub others: Vec<String>,
}

/// What the person wishes and what can be learned here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Development {
    /// Each wish, by id.
    pub wishes: Vec<WishAnswer>,
}

/// A wish, and what helps it best.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WishAnswer {
    /// The wish.
    pub wish: String,
    /// How well it is answered, in basis points.
    pub value: u32,
    /// What can be learned here that is most similar; `None` when nothing is.
    pub learnable: Option<String>,
    /// How similar that is.
    pub similarity: Option<Similar>,
}

/// What a task does to someone's energy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EnergyOfTask {
    /// Which.
    pub task: TaskId,
    /// In basis points: all when something gives energy and nothing drains it.
    pub value: u32,
    /// Its activities that give energy.
    pub gives: Vec<String>,
    /// Its activities that drain energy.
    pub drains: Vec<String>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Travel {
    /// The distance in metres.
    pub distance: u32,
    /// How far the person wants to travel, in metres; `None` when that is not told.
    pub limit: Option<u32>,
}

/// The hours a week that the person has left, in tenths; the end may lie before the start, and under 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct HoursLeft {
    /// The fewest.
    pub start_tenths: i64,
    /// The most.
    pub end_tenths: i64,
}

/// What of the surroundings does not suit, and what helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Comfort {
    /// The conditions present that the person would rather not have.
    pub disliked: Vec<String>,
    /// The adaptations on offer that help.
    pub helpful: Vec<String>,
}

/// How long the person has waited and has been aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TurnExplained)]
pub struct Turn {
    /// Days since the last offer that the person said yes to, else since registering.
    pub days_waiting: u32,
    /// Days since the person was kept outside the labour market; 0 when that is not told.
    pub days_aside: u32,
}

fn ids(terms: &ClosedVocabulary, mask: u64) -> Vec<String> {
    terms.ids_of(mask).map(str::to_owned).collect()
}

pub(super) fn experience(pair: &Pair) -> Experience {
    let terms = &pair.demand.vocabulary().experience;
    let shared = criteria::experience::shared(pair);
    Experience { shared: ids(terms, shared), others: ids(terms, pair.work().experience & !shared) }
}

pub(super) fn development(pair: &Pair) -> Development {
    if pair.work().learnables.is_empty() {
        return Development { wishes: Vec::new() };
    }
    Development { wishes: pair.wishes().iter().map(|wish| wish_answer(pair, *wish)).collect() }
}

/// The learnable that counts most for a wish; of equals the one with the smallest id.
fn wish_answer(pair: &Pair, wish: u32) -> WishAnswer {
    let lexicon = &pair.work().lexicon;
    let value = pair.work().wish_value(wish);
    let counting = |learnable: &&u32| lexicon.neighbours().between(**learnable, wish).is_some_and(|neighbour| neighbour.value == value);
    let learnable = pair.work().learnables.iter().find(counting).copied();
    WishAnswer {
        wish: name(lexicon.vocabulary(), wish),
        value,
        learnable: learnable.map(|learnable| name(lexicon.vocabulary(), learnable)),
        similarity: learnable.and_then(|learnable| similar(lexicon, learnable, wish)),
    }
}

pub(super) fn energy(pair: &Pair) -> Vec<EnergyOfTask> {
    let terms = &pair.demand.vocabulary().activities;
    let tasks = pair.work().tasks.iter().filter(|task| task.activities != 0);
    let explained = tasks.map(|task| {
        let [gives, drains] = criteria::energy::gives_and_drains(pair, task);
        EnergyOfTask {
            task: task.id.clone(),
            value: criteria::energy::of_activities([gives, drains]),
            gives: ids(terms, gives),
            drains: ids(terms, drains),
        }
    });
    explained.collect()
}

pub(super) fn travel(pair: &Pair) -> Option<Travel> {
    pair.work().destination()?;
    let distance = pair.distance()?;
    Some(Travel { distance, limit: pair.distance_and_limit().map(|(_, limit)| limit) })
}

pub(super) fn hours(pair: &Pair) -> Option<HoursLeft> {
    pair.range_left().map(|(start, end)| HoursLeft { start_tenths: start, end_tenths: end })
}

pub(super) fn comfort(pair: &Pair) -> Comfort {
    let vocabulary = pair.demand.vocabulary();
    let (disliked, helpful) = (criteria::comfort::disliked(pair), criteria::comfort::helpful(pair));
    Comfort { disliked: ids(&vocabulary.conditions, disliked), helpful: ids(&vocabulary.adaptations, helpful) }
}

pub(super) fn turn(pair: &Pair) -> Turn {
    Turn { days_waiting: pair.days_waiting(), days_aside: pair.days_aside() }
}
