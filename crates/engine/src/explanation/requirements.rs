//! Which competence answered each requirement, how well and by which way.
#![allow(clippy::indexing_slicing, reason = "requirements and competences are numbered by the lists that they are looked up in")]

use raakvlak_domain::identifiers::TaskId;
use raakvlak_domain::packages::Need;
use raakvlak_domain::quantities::Hours;
use raakvlak_domain::vocabulary::Vocabulary;
use serde::Serialize;
use utoipa::ToSchema;

use crate::abilities::task_value;
use crate::asks::Ask;
use crate::demand::{TaskWork, Weighed};
use crate::lexicon::Lexicon;
use crate::pairs::Pair;
use crate::people::Held;
use crate::similarity::{Evidence, Way};

/// How similar two competences are, and what makes them so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Similar {
    /// In basis points.
    pub value: u32,
    /// By which way.
    pub way: Way,
    /// How many steps the one lies below the other, when it is more specific.
    pub steps: Option<u32>,
    /// The common ancestor that says most, when they are kin.
    pub ancestor: Option<String>,
    /// The occupations in which both are used, when that is the way; those with the fewest competences first.
    pub occupations: Vec<String>,
}

/// The competence that answers a requirement best.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Answered {
    /// Which of the person's competences.
    pub competence: String,
    /// The person's level, 1 to 5.
    pub level: u8,
    /// How similar it is to the one asked.
    pub similarity: Similar,
}

/// A requirement of a task, and how it is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RequirementExplained {
    /// What is asked.
    pub competence: String,
    /// The level asked, 1 to 5.
    pub level: u8,
    /// How strongly.
    pub need: Need,
    /// How well it is met, in basis points.
    pub value: u32,
    /// By what; `None` when by nothing.
    pub answered: Option<Answered>,
}

/// A task, and whether the person can carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskExplained {
    /// Which.
    pub task: TaskId,
    /// Hours a week.
    pub hours: Hours,
    /// How well its requirements are met, in basis points; `None` when competences are not told.
    pub value: Option<u32>,
    /// Whether that is enough to carry it.
    pub carried: bool,
    /// Its requirements, in order.
    pub requirements: Vec<RequirementExplained>,
}

/// Every task.
pub(super) fn tasks(pair: &Pair) -> Vec<TaskExplained> {
    let values = pair.requirement_values();
    let best = best_answers(pair);
    let explained = pair.work().tasks.iter().map(|task| {
        let value = (pair.told(Ask::Competences) || task.requirements.is_empty()).then(|| task_value(task, &values));
        TaskExplained {
            task: task.id.clone(),
            hours: hours(task),
            value,
            carried: value.is_some_and(|value| value >= pair.demand.knob.carry_from.get()),
            requirements: task.requirements.iter().map(|weighed| requirement(pair, *weighed, &values, &best)).collect(),
        }
    });
    explained.collect()
}

fn hours(task: &TaskWork) -> Hours {
    Hours::new(task.hours as u32).unwrap_or(Hours::HIGHEST)
}

/// For each thing asked the competence that answers it best; of equal answers the more similar one, then the one with the smallest id.
fn best_answers(pair: &Pair) -> Vec<Option<Held>> {
    let requirements = &pair.work().requirements;
    let mut best: Vec<Option<(u32, u32, Held)>> = vec![None; requirements.asked.len()];
    requirements.each_answer(pair.competences(), |asked, held, worth| {
        let neighbour = pair.work().lexicon.neighbours().between(held.competence(), requirements.asked[asked].competence);
        let similarity = neighbour.map_or(0, |neighbour| neighbour.value);
        if best[asked].is_none_or(|(best_worth, best_similarity, _)| (worth, similarity) > (best_worth, best_similarity)) {
            best[asked] = Some((worth, similarity, held));
        }
    });
    best.into_iter().map(|best| best.map(|(_, _, held)| held)).collect()
}

fn requirement(pair: &Pair, weighed: Weighed, values: &[u32], best: &[Option<Held>]) -> RequirementExplained {
    let asked = pair.work().requirements.asked[weighed.asked];
    let lexicon = &pair.work().lexicon;
    RequirementExplained {
        competence: name(lexicon.vocabulary(), asked.competence),
        level: asked.level,
        need: weighed.need,
        value: values[weighed.asked],
        answered: best[weighed.asked].and_then(|held| {
            let similarity = similar(lexicon, held.competence(), asked.competence)?;
            Some(Answered { competence: name(lexicon.vocabulary(), held.competence()), level: held.level(), similarity })
        }),
    }
}

/// The id of a competence.
pub(super) fn name(vocabulary: &Vocabulary, competence: u32) -> String {
    vocabulary.competences.get(competence as usize).map_or_else(String::new, |competence| competence.id.clone())
}

/// How similar `have` is to `asked` and why; `None` when it does not count.
#[must_use]
pub fn similar(lexicon: &Lexicon, have: u32, asked: u32) -> Option<Similar> {
    let neighbour = lexicon.neighbours().between(have, asked)?;
    let mut similar = Similar { value: neighbour.value, way: neighbour.way, steps: None, ancestor: None, occupations: Vec::new() };
    match lexicon.similarity().evidence(have, asked, neighbour.way) {
        Evidence::Same | Evidence::Related => {}
        Evidence::MoreSpecific { steps } => similar.steps = Some(steps),
        Evidence::Kin { ancestor } => similar.ancestor = Some(name(lexicon.vocabulary(), ancestor)),
        Evidence::Together { occupations } => {
            let id = |occupation: &u32| lexicon.vocabulary().occupations.get(*occupation as usize).map(|occupation| occupation.id.clone());
            similar.occupations = occupations.iter().filter_map(id).collect();
        }
    }
    Some(similar)
}
