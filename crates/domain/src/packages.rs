//! Task packages: work as a bundle of tasks with a purpose, not as a job.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::calendar::Date;
use crate::dayparts::Daypart;
use crate::faults::FaultKind;
use crate::identifiers::{CompetenceId, OrganisationId, PackageId, ProgrammeId, TaskId, TermId};
use crate::languages::LanguageLevel;
use crate::places::Place;
use crate::quantities::{Capacity, Count, Days, Euros, Hours, Level};
use crate::reading::WithDerived;
use crate::texts::{Line, Prose};

closed_words! {
    /// How strongly a task needs a competence.
    pub enum Need {
        /// The task cannot be done without it.
        Essential = "essential",
        /// It helps.
        Desirable = "desirable",
    }
}

closed_words! {
    /// How far the work can be done from elsewhere.
    pub enum Remote {
        /// Only on the spot.
        None = "none",
        /// Some of it.
        Partly = "partly",
        /// All of it.
        Fully = "fully",
    }
}

closed_words! {
    /// Where a package stands.
    pub enum PackageState {
        /// Being written; nobody is matched to it.
        Draft = "draft",
        /// Open to matches.
        Published = "published",
        /// Closed to new matches for a while.
        Paused = "paused",
        /// Every place is confirmed.
        Filled = "filled",
        /// Over.
        Closed = "closed",
    }
}

closed_words! {
    /// What someone gets for the work, besides recognition.
    pub enum RewardKind {
        /// A wage.
        Paid = "paid",
        /// An allowance for expenses.
        Allowance = "allowance",
        /// No money.
        None = "none",
    }
}

record! {
    /// What a task asks of a competence.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Requirement {
        /// The competence asked.
        pub competence: CompetenceId,
        /// The level asked, 1 to 5.
        pub level: Level,
        /// How strongly.
        pub need: Need,
    }
    key(requirement) { requirement.competence.to_string() }
}

record! {
    /// A part of the work that one can name, with its own hours and demands.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Task {
        /// Names the task within its package.
        pub id: TaskId,
        /// What one does.
        pub title: Option<Line>,
        /// Hours a week, above 0.
        pub hours: Hours,
        /// The competences asked.
        pub requirements: Vec<Requirement> = Vec::new(),
        /// The activities that it consists of, which give some people energy and drain others.
        pub activities: Vec<TermId> = Vec::new(),
        /// The conditions under which it is done.
        pub conditions: Vec<TermId> = Vec::new(),
        /// Competences that one can develop in it, because the organisation guides it.
        pub learnables: Vec<CompetenceId> = Vec::new(),
    }
    check(reading) {
        if hours.is_some_and(|hours| hours.get() == 0) {
            reading.within("hours", |reading| reading.fault(FaultKind::OutOfRange { low: "0.1".into(), high: "168".into() }));
        }
    }
    key(task) { task.id.to_string() }
}

record! {
    /// Hours a week that a package asks.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
    pub struct PackageHours {
        /// The fewest.
        pub min: Hours,
        /// The most, above 0 and not under the fewest.
        pub max: Hours,
    }
    check(reading) {
        if max.is_some_and(|max| max.get() == 0) {
            reading.within("max", |reading| reading.fault(FaultKind::OutOfRange { low: "0.1".into(), high: "168".into() }));
        } else if min.zip(max).is_some_and(|(min, max)| max < min) {
            reading.within("max", |reading| reading.fault(FaultKind::EndBeforeStart));
        }
    }
}

record! {
    /// The dayparts that a package asks.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
    pub struct PackageDayparts {
        /// Dayparts on which the work is done.
        pub fixed: Vec<Daypart> = Vec::new(),
        /// How many more are asked, whichever they are.
        pub flexible: Count = Count::LOWEST,
    }
    check(reading) {
        if flexible.is_some_and(|flexible| flexible.get() > 21) {
            reading.within("flexible", |reading| reading.fault(FaultKind::OutOfRange { low: "0".into(), high: "21".into() }));
        }
    }
}

record! {
    /// A document that the work asks for.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct RequiredDocument {
        /// The document.
        pub document: TermId,
        /// How many days it takes to obtain one; not told: it must be there already.
        pub obtainable_days: Option<Days>,
    }
    key(required) { required.document.to_string() }
}

record! {
    /// What someone gets for the work.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Reward {
        /// Which sort.
        pub kind: RewardKind,
        /// Euros an hour, when told.
        pub amount: Option<Euros>,
        /// More about it.
        pub text: Option<Prose>,
    }
}

record! {
    /// Guidance on offer.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Guidance {
        /// Hours a week of a buddy or job coach.
        pub hours: Hours,
        /// Who gives it, and how.
        pub text: Option<Prose>,
    }
}

record! {
    /// The job that a package was carved out of.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct PackageOrigin {
        /// The job.
        pub package: PackageId,
        /// The revision of it that was carved.
        pub revision: Count,
    }
}

record! {
    /// A package as an organisation posts it. Only `id`, `organisation`, `purpose`, `title`, `tasks`, `hours` and `work_form` must be given.
    #[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
    pub struct TaskPackage {
        /// Names the package.
        #[schema(read_only)]
        pub id: PackageId,
        /// Whose work it is.
        pub organisation: OrganisationId,
        /// The programme that it belongs to.
        pub programme: Option<ProgrammeId>,
        /// Why this work is needed: where it all starts.
        pub purpose: Prose,
        /// What it is called.
        pub title: Line,
        /// The work, at least one task.
        pub tasks: Vec<Task>,
        /// Where it is done.
        pub place: Option<Place>,
        /// How far it can be done from elsewhere.
        pub remote: Remote = Remote::None,
        /// The first day; not told: at once.
        pub start: Option<Date>,
        /// The last day; not told: standing work.
        pub end: Option<Date>,
        /// Hours a week.
        pub hours: PackageHours,
        /// When in the week.
        pub dayparts: PackageDayparts = PackageDayparts::default(),
        /// How many people it has a place for.
        pub capacity: Capacity = Capacity::LOWEST,
        /// Whether people are called up for it, also those on standby.
        pub call_up: bool = false,
        /// The form of work.
        pub work_form: TermId,
        /// Adaptations on offer.
        pub adaptations: Vec<TermId> = Vec::new(),
        /// Domains of lived experience that are asked.
        pub experience: Vec<TermId> = Vec::new(),
        /// Languages asked, each with its level.
        pub languages: BTreeMap<TermId, LanguageLevel> = BTreeMap::new(),
        /// Documents asked.
        pub documents: Vec<RequiredDocument> = Vec::new(),
        /// What someone gets for it.
        pub reward: Option<Reward>,
        /// What someone gets besides money: a certificate, a reference, points.
        pub recognition: Vec<Line> = Vec::new(),
        /// Guidance on offer.
        pub guidance: Option<Guidance>,
        /// Hours it takes to be shown the ropes.
        pub onboarding_hours: Option<Hours>,
        /// Who pays for the work.
        pub funding: Option<Line>,
        /// What it was carved out of, when it was.
        #[schema(read_only)]
        pub origin: Option<PackageOrigin>,
        /// Where it stands; a package in a folder is published unless it says otherwise.
        #[schema(read_only)]
        pub state: PackageState = PackageState::Published,
    }
    check(reading) {
        if tasks.as_ref().is_some_and(Vec::is_empty) {
            reading.within("tasks", |reading| reading.fault(FaultKind::TooFew { least: 1 }));
        }
        if tasks.as_ref().is_some_and(|tasks| tasks.len() > MOST_TASKS) {
            reading.within("tasks", |reading| reading.fault(FaultKind::TooMany { most: MOST_TASKS }));
        }
        if start.flatten().zip(end.flatten()).is_some_and(|(start, end)| end < start) {
            reading.within("end", |reading| reading.fault(FaultKind::EndBeforeStart));
        }
    }
}

impl TaskPackage {
    /// The part of this package that consists of these of its tasks, as a package of its own; `None` when none of its tasks is among them.
    ///
    /// A part asks no more than its tasks take: either end of its hours is that of the whole, or the hours of its tasks when those are fewer. Place,
    /// dayparts, languages, documents and all else are those of the whole.
    #[must_use]
    pub fn part(&self, is_in_it: impl Fn(&TaskId) -> bool) -> Option<Self> {
        let tasks: Vec<Task> = self.tasks.iter().filter(|task| is_in_it(&task.id)).cloned().collect();
        let taken = tasks.iter().map(|task| task.hours.get()).sum();
        (!tasks.is_empty()).then(|| Self { tasks, hours: self.hours.of_part(taken), ..self.clone() })
    }
}

impl PackageHours {
    /// The hours that a part asks whose tasks take so many tenths of an hour.
    #[must_use]
    pub fn of_part(self, taken: u32) -> Self {
        let taken = Hours::new(taken).unwrap_or(Hours::HIGHEST);
        Self { min: self.min.min(taken), max: self.max.min(taken) }
    }
}

/// The most tasks of one package.
pub const MOST_TASKS: usize = 100;

impl WithDerived for TaskPackage {
    const DERIVED: &'static [(&'static str, &'static str)] = &[("id", "new"), ("origin", ""), ("state", "draft")];
}
