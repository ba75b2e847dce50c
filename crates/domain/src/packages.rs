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
    /// A competence that a diploma shows.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct ShownCompetence {
        /// The competence.
        pub competence: CompetenceId,
        /// The level, 1 to 5.
        pub level: Level,
    }
    key(shown) { shown.competence.to_string() }
}

/// The built-in documents that a law asks for some work: none of them is a diploma that an organisation asks of its own accord.
pub const ASKED_BY_LAW: &[&str] = &[
    "care_registration",
    "conduct_certificate",
    "driving_licence_b",
    "driving_licence_c",
    "driving_licence_d",
    "security_clearance",
    "security_pass",
    "social_hygiene_certificate",
    "taxi_licence",
    "teaching_licence",
    "traffic_warden_certificate",
];

record! {
    /// A document that the work asks for.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct RequiredDocument {
        /// The document.
        pub document: TermId,
        /// How many days it takes to obtain one; not told: it must be there already.
        pub obtainable_days: Option<Days>,
        /// Whether it is a diploma: proof of learning that the organisation asks of its own accord. The threshold knob says what those mean; what a law asks
        /// is none.
        pub diploma: bool = false,
        /// What a diploma shows that somebody can.
        pub shows: Vec<ShownCompetence> = Vec::new(),
    }
    check(reading) {
        let is_law = document.as_ref().is_some_and(|document| ASKED_BY_LAW.contains(&document.as_str()));
        if is_law && diploma == Some(true) {
            reading.within("diploma", |reading| reading.fault(FaultKind::AskedByLaw));
        }
        if diploma == Some(false) && shows.as_ref().is_some_and(|shows| !shows.is_empty()) {
            reading.within("shows", |reading| reading.fault(FaultKind::Expected { value: "[]".into() }));
        }
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

/// So many tenths of an hour, where a knob starts.
fn start(tenths: u32) -> Hours {
    Hours::new(tenths).unwrap_or_default()
}

record! {
    /// A setting of the packages knob: how large the parts may be that a job is carved into. A missing key is its start value.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
    pub struct PackagesKnob {
        /// The fewest hours of tasks in a part.
        pub smallest: Hours = start(80),
        /// The most, above 0 and not under the fewest.
        pub largest: Hours = start(160),
        /// The most hours that it may take to be shown the ropes of a part; not told: any.
        pub onboarding_most: Option<Hours>,
    }
    check(reading) {
        let low = smallest.map_or(1, |smallest| smallest.get().max(1));
        if largest.is_some_and(|largest| largest.get() < low) {
            let low = crate::quantities::tenths(low);
            reading.within("largest", |reading| reading.fault(FaultKind::OutOfRange { low, high: "168".into() }));
        }
    }
}

impl Default for PackagesKnob {
    fn default() -> Self {
        Self { smallest: start(80), largest: start(160), onboarding_most: None }
    }
}

impl TaskPackage {
    /// The hours of all its tasks together, in tenths.
    #[must_use]
    pub fn task_hours(&self) -> u32 {
        self.tasks.iter().map(|task| task.hours.get()).sum()
    }

    /// How long it takes to be shown the ropes of a part whose tasks take so many tenths of an hour: its share of the whole, rounded up to a tenth.
    #[must_use]
    pub fn onboarding_of_part(&self, taken: u32) -> Option<Hours> {
        let (whole, all) = (u64::from(self.onboarding_hours?.get()), u64::from(self.task_hours().max(1)));
        let share = (whole * u64::from(taken)).div_ceil(all).min(whole);
        u32::try_from(share).ok().and_then(Hours::new)
    }

    /// The most tenths of an hour that the tasks of a part can take so that being shown its ropes takes no longer than this; `None` when any part will do.
    #[must_use]
    pub fn largest_with_onboarding(&self, most: Hours) -> Option<u32> {
        let whole = self.onboarding_hours.filter(|whole| *whole > most)?;
        let most = u64::from(most.get()) * u64::from(self.task_hours()) / u64::from(whole.get());
        u32::try_from(most).ok()
    }
}

/// The most tasks of one package.
pub const MOST_TASKS: usize = 100;

impl WithDerived for TaskPackage {
    const DERIVED: &'static [(&'static str, &'static str)] = &[("id", "new"), ("origin", ""), ("state", "draft")];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read;

    fn job(onboarding: u32, tasks: &[u32]) -> TaskPackage {
        let told: Vec<String> =
            tasks.iter().enumerate().map(|(at, tenths)| format!(r#"{{"id":"t{at}","hours":{}}}"#, f64::from(*tenths) / 10.0)).collect();
        let tasks = told.join(",");
        let onboarding = f64::from(onboarding) / 10.0;
        let text = format!(
            r#"{{"id":"p","organisation":"o","purpose":"a","title":"b","tasks":[{tasks}],"hours":{{"min":1,"max":2}},"work_form":"c","onboarding_hours":{onboarding}}}"#
        );
        read(&text).unwrap()
    }

    #[test]
    fn a_part_brings_its_share_of_the_onboarding() {
        let package = job(400, &[100, 60, 80]);
        assert_eq!(package.onboarding_of_part(240).map(Hours::get), Some(400));
        assert_eq!(package.onboarding_of_part(60).map(Hours::get), Some(100));
        assert_eq!(package.onboarding_of_part(1).map(Hours::get), Some(2), "rounded up");
        assert_eq!(TaskPackage { onboarding_hours: None, ..package }.onboarding_of_part(60), None);
    }

    #[test]
    fn the_largest_part_is_the_last_one_within_its_onboarding() {
        for (onboarding, most) in [(400, 80), (400, 399), (400, 400), (1, 0), (7, 3), (1_680, 1), (0, 0)] {
            let package = job(onboarding, &[100, 60, 77]);
            let largest = package.largest_with_onboarding(start(most));
            for taken in 1..=package.task_hours() {
                let is_within = package.onboarding_of_part(taken).is_some_and(|share| share.get() <= most);
                assert_eq!(is_within, largest.is_none_or(|largest| taken <= largest), "{taken} of {onboarding} at most {most}");
            }
        }
    }

    #[test]
    fn a_setting_of_the_packages_knob_has_a_start_and_sound_ends() {
        assert_eq!(read::<PackagesKnob>("{}").unwrap(), PackagesKnob::default());
        let faults = |text: &str| {
            let faults = read::<PackagesKnob>(text).unwrap_err();
            faults.into_iter().map(|fault| (fault.pointer, fault.kind.code())).collect::<Vec<_>>()
        };
        assert_eq!(faults(r#"{"smallest":12,"largest":11.9}"#), [("/largest".to_owned(), "out_of_range")]);
        assert_eq!(faults(r#"{"smallest":0,"largest":0}"#), [("/largest".to_owned(), "out_of_range")]);
        assert_eq!(faults(r#"{"smallest":20}"#), [("/largest".to_owned(), "out_of_range")], "the start value is held against it as well");
        let all = [
            ("/smallest".to_owned(), "too_precise"),
            ("/onboarding_most".to_owned(), "out_of_range"),
            ("/weekly".to_owned(), "unknown_key"),
        ];
        let mut found = faults(r#"{"smallest":1.25,"onboarding_most":200,"weekly":1}"#);
        found.sort();
        let mut all = all.to_vec();
        all.sort();
        assert_eq!(found, all);
    }
}
