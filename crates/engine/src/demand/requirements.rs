//! What a package asks of competences, turned round: for each competence that someone may have, which requirements it answers and how well.
#![allow(clippy::indexing_slicing, reason = "requirements are numbered by the list that they are looked up in")]

use std::collections::{BTreeMap, BTreeSet};

use raakvlak_domain::packages::{Need, Requirement, TaskPackage};
use raakvlak_domain::quantities::WHOLE;

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
#[derive(Debug)]
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
    /// For each thing asked, what a whole answer adds.
    heaviest: Vec<Share>,
}

/// What a whole answer adds, as shares in 4 096ths, rather more than less: to the mean over the distinct competences, and to the mean of the one task
/// that it adds most to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Share {
    competence: u16,
    task: u16,
}

impl Share {
    const WHOLE: u64 = 4_096;

    /// A weight as a share of all of them.
    fn of(weight: u64, weights: u64) -> u16 {
        (weight * Self::WHOLE).div_ceil(weights.max(1)) as u16
    }

    /// What an answer adds that is worth so much, in basis points.
    #[inline]
    pub(crate) fn times(self, worth: u16) -> Promise {
        let part = |share: u16| (u32::from(share) * u32::from(worth)).div_ceil(Self::WHOLE as u32 / Promise::QUARTERS) as u16;
        Promise { competence: part(self.competence), task: part(self.task) }
    }
}

/// How much answers add at most: to the mean over the distinct competences, and to the mean of the one task that each adds most to, every answer counting
/// in full although the best one alone counts for each thing asked. In quarters of basis points, rather more than less: so many people's fit the first cache.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Promise {
    competence: u16,
    task: u16,
}

impl Promise {
    const QUARTERS: u32 = 4;

    /// Both together.
    #[inline]
    pub(crate) fn with(self, other: Self) -> Self {
        Self { competence: self.competence.saturating_add(other.competence), task: self.task.saturating_add(other.task) }
    }

    /// The mean over the distinct competences is at most this, in basis points.
    #[inline]
    pub(crate) fn competence(self) -> u32 {
        (u32::from(self.competence) / Self::QUARTERS).min(WHOLE)
    }

    /// Whether the mean of some task that asks something may reach this value.
    #[inline]
    pub(crate) fn may_carry(self, carry_from: u32) -> bool {
        u32::from(self.task) >= carry_from * Self::QUARTERS
    }
}

const _: () = assert!(WHOLE * Promise::QUARTERS <= u16::MAX as u32, "a promise that is cut off is one of everything");

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
        let answers = answers(&asked, lexicon);
        let of_one = || answers.chunk_by(|(one, _), (other, _)| one == other);
        Ok(Self {
            distinct_weights: distinct.iter().map(|weighed| weighed.weight()).sum(),
            distinct,
            essentials,
            heaviest: vec![Share::default(); asked.len()],
            asked,
            answering: Sparse::new(of_one().filter_map(|answers| Some(answers.first()?.0))),
            answers: Rows::collect(of_one().map(|answers| answers.iter().map(|(_, answer)| *answer))),
        }
        .weighed())
    }

    /// Knows how heavily the distinct competences count.
    fn weighed(mut self) -> Self {
        for weighed in &self.distinct {
            self.heaviest[weighed.asked].competence = Share::of(weighed.weight(), self.distinct_weights);
        }
        self
    }

    /// Knows also how heavily what a task asks counts in it; together these requirements weigh `weights`.
    pub(crate) fn count_task(&mut self, requirements: &[Weighed], weights: u64) {
        let mut of_task = vec![0; self.asked.len()];
        requirements.iter().for_each(|weighed| of_task[weighed.asked] += weighed.weight());
        for (heaviest, weight) in self.heaviest.iter_mut().zip(of_task).filter(|(_, weight)| *weight > 0) {
            heaviest.task = heaviest.task.max(Share::of(weight, weights));
        }
    }

    /// What one task asks.
    pub(crate) fn of_task(&self, requirements: &[Requirement], lexicon: &Lexicon) -> Result<Vec<Weighed>, UnknownWord> {
        let weighed = |requirement: &Requirement| {
            let asked = self.asked.binary_search(&read(lexicon, requirement)?).unwrap_or(usize::MAX);
            Ok(Weighed { asked, need: requirement.need })
        };
        requirements.iter().map(weighed).collect()
    }

    /// What each competence that answers anything promises, at each level; ascending by competence.
    pub(crate) fn promises(&self) -> impl Iterator<Item = (u32, [Promise; 5])> {
        let rows = (0..self.answers.len()).map(|row| self.answers.row(row));
        self.answering.members().zip(rows.map(|answers| std::array::from_fn(|level| self.promised(answers, level))))
    }

    fn promised(&self, answers: &[Answer], level: usize) -> Promise {
        answers
            .iter()
            .fold(Promise::default(), |promise, answer| promise.with(self.heaviest[answer.asked as usize].times(answer.worth[level])))
    }

    /// What is asked, each with what a whole answer to it adds.
    pub(crate) fn whole_answers(&self) -> impl Iterator<Item = (Asked, Share)> {
        self.asked.iter().copied().zip(self.heaviest.iter().copied())
    }

    /// Where a competence that answers anything stands in [`Self::promises`].
    #[inline]
    pub(crate) fn place_of(&self, held: Held) -> Option<usize> {
        self.answering.find(held.competence())
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

/// Each competence that answers something, ascending, and how well: `sim · min(level, asked level) / asked level`, floored once.
fn answers(asked: &[Asked], lexicon: &Lexicon) -> Vec<(u32, Answer)> {
    let mut answers: Vec<(u32, Answer)> = Vec::new();
    for (one, number) in asked.iter().zip(0u32..) {
        let worth = |value: u32| [1u32, 2, 3, 4, 5].map(|level| (value * level.min(one.level.into()) / u32::from(one.level)) as u16);
        let neighbours = lexicon.neighbours().for_asked(one.competence);
        answers.extend(neighbours.map(|neighbour| (neighbour.competence, Answer { asked: number, worth: worth(neighbour.value) })));
    }
    answers.sort_unstable_by_key(|(competence, answer)| (*competence, answer.asked));
    answers
}
