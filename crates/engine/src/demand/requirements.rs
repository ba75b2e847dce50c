//! What a package asks of competences, turned round: for each competence that someone may have, which requirements it answers and how well.
#![allow(clippy::indexing_slicing, reason = "requirements are numbered by the list that they are looked up in")]

use std::collections::{BTreeMap, BTreeSet};

use raakvlak_domain::packages::{Need, Requirement, TaskPackage};

use super::sparse::Sparse;
use crate::lexicon::{Lexicon, UnknownWord};
use crate::people::Held;
use crate::rows::Rows;
use crate::words::competence;

/// A competence asked at a level. Several tasks may ask the same one; it is answered once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    pub(crate) competence: u32,
    pub(crate) level: u8,
}

/// An [`Asked`] by its number, with how heavily it counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weighed {
    pub(crate) asked: usize,
    pub(crate) need: Need,
}

impl Weighed {
    /// Essential counts for three, desirable for one.
    pub(crate) fn weight(self) -> u64 {
        match self.need {
            Need::Essential => 3,
            Need::Desirable => 1,
        }
    }
}

/// A competence that is essential, at one level or more.
#[derive(Debug, Clone)]
pub(crate) struct Essential {
    pub(crate) competence: u32,
    pub(crate) asked: Vec<usize>,
}

/// How a competence answers something asked.
#[derive(Debug, Clone, Copy, Default)]
struct Answer {
    asked: u32,
    /// In basis points, for a person's level 1 to 5.
    worth: [u16; 5],
}

/// Everything that a package asks of competences.
#[derive(Debug, Default)]
pub(crate) struct Requirements {
    /// By competence, then level.
    pub(crate) asked: Vec<Asked>,
    /// Each distinct competence at its highest level, with its strongest need.
    pub(crate) distinct: Vec<Weighed>,
    /// The weights of those together.
    pub(crate) distinct_weights: u64,
    /// In byte order of the competences.
    pub(crate) essentials: Vec<Essential>,
    answering: Sparse,
    answers: Rows<Answer>,
}

impl Default for Rows<Answer> {
    fn default() -> Self {
        Self::collect(std::iter::empty::<Vec<Answer>>())
    }
}

impl Requirements {
    pub(crate) fn new(package: &TaskPackage, lexicon: &Lexicon) -> Result<Self, UnknownWord> {
        let mut all = Vec::new();
        for requirement in package.tasks.iter().flat_map(|task| &task.requirements) {
            all.push((read(lexicon, requirement)?, requirement.need));
        }
        let asked: Vec<Asked> = all.iter().map(|(asked, _)| *asked).collect::<BTreeSet<_>>().into_iter().collect();
        let number = |wanted: Asked| asked.binary_search(&wanted).unwrap_or(usize::MAX);
        let mut distinct: BTreeMap<u32, (u8, Need)> = BTreeMap::new();
        let mut essentials: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        for (one, need) in &all {
            let strongest = distinct.entry(one.competence).or_insert((one.level, *need));
            *strongest = (strongest.0.max(one.level), strongest.1.min(*need));
            if *need == Need::Essential {
                essentials.entry(one.competence).or_default().insert(number(*one));
            }
        }
        let distinct: Vec<Weighed> =
            distinct.into_iter().map(|(competence, (level, need))| Weighed { asked: number(Asked { competence, level }), need }).collect();
        let essentials =
            essentials.into_iter().map(|(competence, asked)| Essential { competence, asked: asked.into_iter().collect() }).collect();
        let (answering, answers) = answers(&asked, lexicon);
        Ok(Self {
            asked,
            distinct_weights: distinct.iter().map(|weighed| weighed.weight()).sum(),
            distinct,
            essentials,
            answering,
            answers,
        })
    }

    /// What one task asks.
    pub(crate) fn of_task(&self, requirements: &[Requirement], lexicon: &Lexicon) -> Result<Vec<Weighed>, UnknownWord> {
        let weighed = |requirement: &Requirement| {
            let asked = self.asked.binary_search(&read(lexicon, requirement)?).unwrap_or(usize::MAX);
            Ok(Weighed { asked, need: requirement.need })
        };
        requirements.iter().map(weighed).collect()
    }

    /// What is answered by these competences: for each answer the number of what is asked, the competence, and how well it answers.
    #[inline]
    pub(crate) fn each_answer(&self, competences: &[Held], mut each: impl FnMut(usize, Held, u32)) {
        for held in competences {
            let Some(row) = self.answering.find(held.competence()) else { continue };
            for answer in self.answers.row(row) {
                each(answer.asked as usize, *held, u32::from(answer.worth[usize::from(held.level()) - 1]));
            }
        }
    }
}

fn read(lexicon: &Lexicon, requirement: &Requirement) -> Result<Asked, UnknownWord> {
    let competence = competence(lexicon.vocabulary(), &requirement.competence, "requirements")?;
    Ok(Asked { competence, level: requirement.level.get() })
}

/// `sim · min(level, asked level) / asked level`, floored once.
fn answers(asked: &[Asked], lexicon: &Lexicon) -> (Sparse, Rows<Answer>) {
    let mut answers: Vec<(u32, Answer)> = Vec::new();
    for (one, number) in asked.iter().zip(0u32..) {
        let worth = |value: u32| [1u32, 2, 3, 4, 5].map(|level| (value * level.min(one.level.into()) / u32::from(one.level)) as u16);
        let neighbours = lexicon.neighbours().for_asked(one.competence);
        answers.extend(neighbours.map(|neighbour| (neighbour.competence, Answer { asked: number, worth: worth(neighbour.value) })));
    }
    answers.sort_unstable_by_key(|(competence, answer)| (*competence, answer.asked));
    let of_one = || answers.chunk_by(|(one, _), (other, _)| one == other);
    let competences = Sparse::new(of_one().filter_map(|answers| Some(answers.first()?.0)));
    (competences, Rows::collect(of_one().map(|answers| answers.iter().map(|(_, answer)| *answer))))
}
