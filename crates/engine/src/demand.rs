//! A package made ready for matching: its words turned into masks and numbers once, so that each person is looked at quickly.

use std::collections::BTreeSet;
use std::sync::Arc;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::dayparts::Daypart;
use raakvlak_domain::identifiers::{CompetenceId, ExpertId, OrganisationId, PackageId, TaskId, TermId};
use raakvlak_domain::knobs::{CRITERIA, Criterion, MatcherKnob};
use raakvlak_domain::languages::LanguageLevel;
use raakvlak_domain::packages::{PackageHours, Remote, Task, TaskPackage};
use raakvlak_domain::places::Point;
use raakvlak_domain::vocabulary::Vocabulary;

use crate::abilities::Abilities;
use crate::asks::{Ask, Asks};
use crate::criteria;
use crate::distance::Spot;
use crate::lexicon::{Lexicon, UnknownWord};
use crate::people::{Bar, Standing};
use crate::words::{bits, competence, mask, position};

mod requirements;
mod sparse;

pub(crate) use requirements::{Promise, Requirements, Share, Weighed};
use sparse::Sparse;

/// A package under one setting of the matcher knob, ready for matching. Cheap to copy.
#[derive(Debug, Clone)]
pub struct Demand {
    pub(crate) work: Arc<Work>,
    pub(crate) knob: MatcherKnob,
    /// The weights that count: 0 for silent criteria.
    pub(crate) weights: [u64; CRITERIA],
    pub(crate) weight_sum: u64,
    /// What competences come to that answer nothing.
    pub(crate) unable: Abilities,
    pub(crate) blocked: Arc<BTreeSet<ExpertId>>,
}

/// What a package asks and offers, whatever the knob.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) lexicon: Arc<Lexicon>,
    pub(crate) package: PackageId,
    pub(crate) organisation: OrganisationId,
    pub(crate) tasks: Vec<TaskWork>,
    pub(crate) requirements: Requirements,
    /// The hours of all tasks together, in tenths.
    pub(crate) task_hours: u64,
    pub(crate) learnables: Vec<u32>,
    wishes: Sparse,
    wish_values: Vec<u16>,
    /// The conditions present: of any task, and not lifted by an adaptation on offer.
    pub(crate) present: u64,
    pub(crate) offered: u64,
    pub(crate) experience: u64,
    pub(crate) languages: Vec<(TermId, LanguageLevel)>,
    pub(crate) documents: Vec<(u8, Option<u32>)>,
    pub(crate) start: Option<i32>,
    pub(crate) hours: PackageHours,
    pub(crate) fixed: u32,
    pub(crate) flexible: u32,
    pub(crate) remote: Remote,
    pub(crate) point: Option<Point>,
    /// The same, quicker to compare.
    pub(crate) spot: Option<Spot>,
    pub(crate) call_up: bool,
    pub(crate) work_form: u8,
    pub(crate) silent: [bool; CRITERIA],
    /// What this package gives a reason to ask.
    pub(crate) reasons: Asks,
    /// What has to be told, each of it, for no criterion to stand on doubt. That is not enough: also having no wishes is a doubt, and one of two answers
    /// about surroundings is needed.
    pub(crate) needed: Asks,
}

/// A task, ready for matching.
#[derive(Debug)]
pub(crate) struct TaskWork {
    pub(crate) id: TaskId,
    /// In tenths.
    pub(crate) hours: u64,
    pub(crate) requirements: Vec<Weighed>,
    pub(crate) weight_sum: u64,
    pub(crate) activities: u64,
    pub(crate) conditions: u64,
}

impl Demand {
    /// Makes a package ready. `point` is where its place lies.
    ///
    /// # Errors
    ///
    /// The first word of the package that is not in the vocabulary.
    pub fn new(package: &TaskPackage, lexicon: &Arc<Lexicon>, point: Option<Point>, knob: &MatcherKnob) -> Result<Self, UnknownWord> {
        let work = Arc::new(Work::new(package, Arc::clone(lexicon), point)?);
        let unable = Abilities { tasks: 0, competence: 0, essentials: true };
        Ok(Self { work, knob: *knob, weights: [0; CRITERIA], weight_sum: 0, unable, blocked: Arc::default() }.turned(knob))
    }

    /// Other work under the same setting, at the same place and with the same people blocked: a package after a change to it, or a part of it. Nothing
    /// is essential of the competences that `guided` names.
    ///
    /// # Errors
    ///
    /// The first word of the package that is not in the vocabulary.
    pub fn of_other_work(&self, package: &TaskPackage, guided: &[CompetenceId]) -> Result<Self, UnknownWord> {
        let mut work = Work::new(package, Arc::clone(&self.work.lexicon), self.work.point)?;
        for guided in guided {
            let guided = competence(self.vocabulary(), guided, "guided")?;
            work.requirements.essentials.retain(|essential| essential.competence != guided);
        }
        Ok(Self { work: Arc::new(work), ..self.clone() }.turned(&self.knob))
    }

    /// The same package under another setting of the knob.
    #[must_use]
    pub fn turned(&self, knob: &MatcherKnob) -> Self {
        let mut weights = knob.weights.all().map(u64::from);
        for (weight, silent) in weights.iter_mut().zip(self.work.silent) {
            *weight *= u64::from(!silent);
        }
        let turned = Self { knob: *knob, weights, weight_sum: weights.iter().sum(), ..self.clone() };
        Self { unable: Abilities::none(&turned), ..turned }
    }

    /// The same package, kept from these experts by rules that block the combination.
    #[must_use]
    pub fn blocking(&self, experts: impl IntoIterator<Item = ExpertId>) -> Self {
        Self { blocked: Arc::new(experts.into_iter().collect()), ..self.clone() }
    }

    /// The package.
    #[must_use]
    pub fn package(&self) -> &PackageId {
        &self.work.package
    }

    /// The setting of the knob.
    #[must_use]
    pub fn knob(&self) -> &MatcherKnob {
        &self.knob
    }

    /// Whether the package gives no ground for a criterion.
    #[must_use]
    pub fn is_silent(&self, criterion: Criterion) -> bool {
        self.work.silent.get(criterion as usize).copied().unwrap_or(true)
    }

    /// The weight of a criterion that counts: 0 when it is silent.
    #[inline]
    pub(crate) fn weight(&self, criterion: Criterion) -> u64 {
        self.weights.get(criterion as usize).copied().unwrap_or(0)
    }

    /// Whether there is anything in the work that can tie somebody to it.
    pub(crate) fn can_tie(&self) -> bool {
        let ties = [Criterion::Tasks, Criterion::Competence, Criterion::Experience, Criterion::Development];
        !ties.iter().all(|criterion| self.is_silent(*criterion))
    }

    /// The words that the package is described with.
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        self.work.lexicon.vocabulary()
    }
}

impl Work {
    fn new(package: &TaskPackage, lexicon: Arc<Lexicon>, point: Option<Point>) -> Result<Self, UnknownWord> {
        let vocabulary = lexicon.vocabulary();
        let mut requirements = Requirements::new(package, &lexicon)?;
        let tasks = package.tasks.iter().map(|task| TaskWork::new(task, &requirements, &lexicon)).collect::<Result<Vec<_>, _>>()?;
        tasks.iter().for_each(|task| requirements.count_task(&task.requirements, task.weight_sum));
        let learnables = learnables(package, vocabulary)?;
        let wish_values = wish_values(&learnables, &lexicon);
        let offered = mask(&vocabulary.adaptations, &package.adaptations, "adaptations")?;
        let carried = tasks.iter().fold(0, |conditions, task| conditions | task.conditions);
        let mut work = Self {
            package: package.id.clone(),
            organisation: package.organisation.clone(),
            task_hours: tasks.iter().map(|task| task.hours).sum(),
            requirements,
            learnables,
            wishes: Sparse::new(wish_values.iter().map(|(wish, _)| *wish)),
            wish_values: wish_values.iter().map(|(_, value)| *value).collect(),
            present: carried & !lifted(vocabulary, offered),
            offered,
            experience: mask(&vocabulary.experience, &package.experience, "experience")?,
            languages: package.languages.iter().map(|(language, level)| (language.clone(), *level)).collect(),
            documents: documents(package, vocabulary)?,
            start: package.start.map(Date::day_number),
            hours: package.hours,
            fixed: Daypart::mask(&package.dayparts.fixed),
            flexible: package.dayparts.flexible.get(),
            remote: package.remote,
            point,
            spot: point.map(Spot::from),
            call_up: package.call_up,
            work_form: position(&vocabulary.work_forms, &package.work_form, "work_form")?,
            silent: [false; CRITERIA],
            reasons: Asks::default(),
            needed: Asks::default(),
            tasks,
            lexicon,
        };
        work.silent = criteria::silent(&work);
        work.reasons = work.reasons_to_ask();
        work.needed = work.needed_for_criteria();
        Ok(work)
    }

    /// Whether anything that can be learned here helps on a wish.
    #[inline]
    pub(crate) fn helps_on(&self, wish: u32) -> bool {
        self.wishes.has(wish)
    }

    /// The best that can be learned here towards a wish, in basis points.
    #[inline]
    pub(crate) fn wish_value(&self, wish: u32) -> u32 {
        let value = self.wishes.find(wish).and_then(|row| self.wish_values.get(row));
        value.map_or(0, |value| u32::from(*value))
    }

    /// The dayparts that are not fixed.
    pub(crate) fn other_dayparts(&self) -> u32 {
        !self.fixed & Daypart::WEEK
    }

    /// Whether any task asks a competence.
    pub(crate) fn asks_competences(&self) -> bool {
        !self.requirements.asked.is_empty()
    }

    /// Whether any task has activities.
    pub(crate) fn has_activities(&self) -> bool {
        self.tasks.iter().any(|task| task.activities != 0)
    }

    /// Whether there are conditions or adaptations, so that comfort means something. Lifted conditions leave their adaptation.
    pub(crate) fn has_surroundings(&self) -> bool {
        self.present != 0 || self.offered != 0
    }

    /// Where one has to be, when one has to be anywhere.
    pub(crate) fn destination(&self) -> Option<Point> {
        self.point.filter(|_| self.remote != Remote::Fully)
    }

    /// Where everybody has to come, when they have to.
    #[inline]
    pub(crate) fn journey(&self) -> Option<Point> {
        self.point.filter(|_| self.remote == Remote::None)
    }

    /// What keeps people out of this work, kind by kind; these documents must be there already.
    pub(crate) fn bars(&self, documents: u64) -> [u64; Bar::COUNT] {
        let standby = if self.call_up { 0 } else { Standing::STANDBY };
        [
            (Standing::NO | Standing::NOT_ASKED | Standing::PAUSED | standby).into(),
            1 << self.work_form,
            self.present,
            !self.offered,
            self.fixed.into(),
            documents,
        ]
    }

    /// The documents that are asked.
    pub(crate) fn documents(&self) -> u64 {
        self.documents.iter().fold(0, |mask, (bit, _)| mask | 1 << bit)
    }

    /// Those of them that there is time to obtain on this day.
    pub(crate) fn obtainable(&self, today: i32) -> u64 {
        obtainable(&self.documents, self.start, today)
    }

    /// What these adaptations lift.
    pub(crate) fn lifted_by(&self, adaptations: u64) -> u64 {
        lifted(self.lexicon.vocabulary(), adaptations)
    }

    fn needed_for_criteria(&self) -> Asks {
        let travels = self.destination().is_some();
        Asks::of(&[
            (Ask::Competences, self.asks_competences()),
            (Ask::Energy, self.has_activities()),
            (Ask::Experience, self.experience != 0),
            (Ask::Hours, true),
            (Ask::Place, travels),
            (Ask::TravelKm, travels),
            (Ask::Wishes, !self.learnables.is_empty()),
        ])
    }

    fn reasons_to_ask(&self) -> Asks {
        let travels = self.destination().is_some();
        Asks::of(&[
            (Ask::Competences, self.asks_competences()),
            (Ask::Dayparts, self.fixed != 0 || self.flexible > 0),
            (Ask::Documents, !self.documents.is_empty()),
            (Ask::Energy, self.has_activities()),
            (Ask::Experience, self.experience != 0),
            (Ask::Helps, self.has_surroundings()),
            (Ask::Hours, true),
            (Ask::Languages, !self.languages.is_empty()),
            (Ask::Needs, true),
            (Ask::NoGo, self.present != 0),
            (Ask::Place, travels),
            (Ask::RatherNot, self.has_surroundings()),
            (Ask::TravelKm, travels),
            (Ask::Wishes, !self.learnables.is_empty()),
            (Ask::WorkForms, true),
        ])
    }
}

impl TaskWork {
    fn new(task: &Task, requirements: &Requirements, lexicon: &Lexicon) -> Result<Self, UnknownWord> {
        let requirements = requirements.of_task(&task.requirements, lexicon)?;
        Ok(Self {
            id: task.id.clone(),
            hours: task.hours.get().into(),
            weight_sum: requirements.iter().map(|weighed| weighed.weight()).sum(),
            requirements,
            activities: mask(&lexicon.vocabulary().activities, &task.activities, "activities")?,
            conditions: mask(&lexicon.vocabulary().conditions, &task.conditions, "conditions")?,
        })
    }
}

fn lifted(vocabulary: &Vocabulary, adaptations: u64) -> u64 {
    bits(adaptations).filter_map(|bit| vocabulary.lifts.get(bit)).fold(0, |lifted, conditions| lifted | conditions)
}

fn learnables(package: &TaskPackage, vocabulary: &Vocabulary) -> Result<Vec<u32>, UnknownWord> {
    let ids = package.tasks.iter().flat_map(|task| &task.learnables);
    let learnables = ids.map(|id: &CompetenceId| competence(vocabulary, id, "learnables")).collect::<Result<BTreeSet<_>, _>>()?;
    Ok(learnables.into_iter().collect())
}

/// For each wish that something here helps, by position, the most that one of the learnables counts for it: the wish is the one asked.
fn wish_values(learnables: &[u32], lexicon: &Lexicon) -> Vec<(u32, u16)> {
    let helped = learnables.iter().flat_map(|learnable| lexicon.neighbours().for_have(*learnable));
    let mut values: Vec<(u32, u16)> = helped.map(|neighbour| (neighbour.competence, neighbour.value as u16)).collect();
    values.sort_unstable_by_key(|(wish, value)| (*wish, std::cmp::Reverse(*value)));
    values.dedup_by_key(|(wish, _)| *wish);
    values
}

fn documents(package: &TaskPackage, vocabulary: &Vocabulary) -> Result<Vec<(u8, Option<u32>)>, UnknownWord> {
    let read = |required: &raakvlak_domain::packages::RequiredDocument| {
        Ok((position(&vocabulary.documents, &required.document, "documents")?, required.obtainable_days.map(|days| days.get())))
    };
    package.documents.iter().map(read).collect()
}

/// Those of these documents that there is time to obtain on this day, before this start.
#[inline]
pub(crate) fn obtainable(documents: &[(u8, Option<u32>)], start: Option<i32>, today: i32) -> u64 {
    let in_time = documents.iter().filter(|(_, days)| is_obtainable(*days, start, today));
    in_time.fold(0, |mask, (bit, _)| mask | 1 << bit)
}

/// A document can be obtained in time when it is told how long that takes, and there is that much time or no haste.
fn is_obtainable(days: Option<u32>, start: Option<i32>, today: i32) -> bool {
    days.is_some_and(|days| start.is_none_or(|start| start <= today || i64::from(today) + i64::from(days) <= i64::from(start)))
}
