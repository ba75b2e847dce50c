//! The threshold knob: what stands between people, work and each other, and how high it is.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;

use crate::faults::{Fault, FaultKind};
use crate::knobs::{MatcherKnob, MatcherSetting};
use crate::packages::{Need, Remote, RequiredDocument, Requirement, Task, TaskPackage};
use crate::quantities::{BasisPoints, Count, Days, Hours, tenths};

closed_words! {
    /// What a diploma means: a document that the organisation asks of its own accord. What the law asks is never touched by it.
    pub enum DiplomaMeaning {
        /// It must be there, as any other document.
        Gate = "gate",
        /// What it shows counts in the score, as competences that are desirable.
        Score = "score",
        /// Nothing.
        Nothing = "nothing",
    }
}

closed_words! {
    /// What an organisation can be asked to tell of a package before it is published, besides what every package tells.
    pub enum PackageField {
        /// Where it is done, unless it can be done from anywhere.
        Place = "place",
        /// The first day.
        Start = "start",
        /// When in the week.
        Dayparts = "dayparts",
        /// What one does in each task.
        TaskTitles = "task_titles",
        /// The activities of each task.
        Activities = "activities",
        /// At least one competence that one can develop.
        Learnables = "learnables",
        /// At least one adaptation on offer.
        Adaptations = "adaptations",
        /// What someone gets for it.
        Reward = "reward",
        /// What someone gets besides money.
        Recognition = "recognition",
        /// Guidance on offer.
        Guidance = "guidance",
        /// How long it takes to be shown the ropes.
        OnboardingHours = "onboarding_hours",
        /// Who pays for the work.
        Funding = "funding",
    }
}

/// How many questions of a profile there are that matching knows of.
pub const MOST_QUESTIONS: u32 = 15;

record! {
    /// A setting of the threshold knob. A missing key is its start value, with which nothing stands in the way but what people and packages tell.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, ToSchema)]
    pub struct ThresholdKnob {
        /// The value that an essential requirement must reach.
        pub essential_from: BasisPoints = BasisPoints::LOWEST,
        /// What a diploma means.
        pub diploma: DiplomaMeaning = DiplomaMeaning::Gate,
        /// The most hours that it may take to be shown the ropes of a package that is published; not told: any.
        pub onboarding_most: Option<Hours>,
        /// How many questions of a profile are answered before the first offer, 0 to 15. Nobody needs to answer any to be found.
        pub questions: Count = Count::LOWEST,
        /// What an organisation tells of a package before it is published.
        pub publish_fields: Vec<PackageField> = Vec::new(),
        /// After how many days a published package that no mediator took in becomes a to-do; not told: never.
        pub intake_days: Option<Days>,
    }
    check(reading) {
        if questions.is_some_and(|questions| questions.get() > MOST_QUESTIONS) {
            reading.within("questions", |reading| {
                reading.fault(FaultKind::OutOfRange { low: "0".into(), high: MOST_QUESTIONS.to_string() });
            });
        }
    }
}

impl Default for ThresholdKnob {
    fn default() -> Self {
        Self {
            essential_from: BasisPoints::LOWEST,
            diploma: DiplomaMeaning::Gate,
            onboarding_most: None,
            questions: Count::LOWEST,
            publish_fields: Vec::new(),
            intake_days: None,
        }
    }
}

impl ThresholdKnob {
    /// What the matcher goes by: a setting of its own knob, with the threshold that this one says.
    #[must_use]
    pub fn with(&self, matcher: MatcherSetting) -> MatcherKnob {
        MatcherKnob { essential_from: self.essential_from, ..matcher.into() }
    }

    /// What a package asks under this setting. A diploma that is no gate is not asked; where it counts in the score, each task that asks competences asks
    /// for what it shows as well, as desirable. Where no task asks any, a score has no ground for it.
    #[must_use]
    pub fn asked_of<'a>(&self, package: &'a TaskPackage) -> Cow<'a, TaskPackage> {
        if self.diploma == DiplomaMeaning::Gate || !package.documents.iter().any(|asked| asked.diploma) {
            return Cow::Borrowed(package);
        }
        let mut asked = package.clone();
        let (diplomas, documents): (Vec<RequiredDocument>, Vec<RequiredDocument>) =
            asked.documents.into_iter().partition(|document| document.diploma);
        asked.documents = documents;
        if self.diploma == DiplomaMeaning::Score {
            asked.tasks.iter_mut().filter(|task| !task.requirements.is_empty()).for_each(|task| ask_what_they_show(task, &diplomas));
        }
        Cow::Owned(asked)
    }

    /// What a package lacks to be published under this setting, everything at once.
    #[must_use]
    pub fn lacks(&self, package: &TaskPackage) -> Vec<Fault> {
        let lacking = self.publish_fields.iter().flat_map(|field| field.lacking(package));
        let mut faults: Vec<Fault> = lacking.map(|pointer| Fault::new(pointer, FaultKind::Missing)).collect();
        if let Some(most) = self.onboarding_most.filter(|most| package.onboarding_hours.is_some_and(|hours| hours > *most)) {
            let range = FaultKind::OutOfRange { low: "0".into(), high: tenths(most.get()) };
            faults.push(Fault::new("/onboarding_hours", range));
        }
        faults
    }
}

fn ask_what_they_show(task: &mut Task, diplomas: &[RequiredDocument]) {
    for shown in diplomas.iter().flat_map(|diploma| &diploma.shows) {
        if !task.requirements.iter().any(|asked| asked.competence == shown.competence) {
            let (competence, level) = (shown.competence.clone(), shown.level);
            task.requirements.push(Requirement { competence, level, need: Need::Desirable });
        }
    }
}

impl PackageField {
    /// Where a package does not tell this, as JSON pointers.
    fn lacking(self, package: &TaskPackage) -> Vec<String> {
        let one = |is_missing: bool, pointer: &str| if is_missing { vec![pointer.to_owned()] } else { Vec::new() };
        let per_task = |is_missing: fn(&Task) -> bool, key: &str| {
            let tasks = package.tasks.iter().enumerate().filter(|(_, task)| is_missing(task));
            tasks.map(|(at, _)| format!("/tasks/{at}/{key}")).collect()
        };
        match self {
            Self::Place => one(package.place.is_none() && package.remote != Remote::Fully, "/place"),
            Self::Start => one(package.start.is_none(), "/start"),
            Self::Dayparts => one(package.dayparts.fixed.is_empty() && package.dayparts.flexible.get() == 0, "/dayparts"),
            Self::TaskTitles => per_task(|task| task.title.is_none(), "title"),
            Self::Activities => per_task(|task| task.activities.is_empty(), "activities"),
            Self::Learnables => one(package.tasks.iter().all(|task| task.learnables.is_empty()), "/tasks/0/learnables"),
            Self::Adaptations => one(package.adaptations.is_empty(), "/adaptations"),
            Self::Reward => one(package.reward.is_none(), "/reward"),
            Self::Recognition => one(package.recognition.is_empty(), "/recognition"),
            Self::Guidance => one(package.guidance.is_none(), "/guidance"),
            Self::OnboardingHours => one(package.onboarding_hours.is_none(), "/onboarding_hours"),
            Self::Funding => one(package.funding.is_none(), "/funding"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read;

    const DIPLOMA: &str =
        r#"{"document":"care_diploma","diploma":true,"shows":[{"competence":"c1","level":3},{"competence":"c2","level":2}]}"#;

    fn package(tasks: &str) -> TaskPackage {
        let documents = format!(r#"[{{"document":"conduct_certificate"}},{DIPLOMA}]"#);
        let text = format!(
            r#"{{"id":"p","organisation":"o","purpose":"a","title":"b","tasks":[{tasks}],"hours":{{"min":1,"max":2}},"work_form":"c","documents":{documents}}}"#
        );
        read(&text).unwrap()
    }

    fn knob(told: &str) -> ThresholdKnob {
        read(told).unwrap()
    }

    #[test]
    fn a_diploma_is_a_gate_a_score_or_nothing() {
        let asks_one = r#"{"id":"t1","hours":1,"requirements":[{"competence":"c1","level":1,"need":"essential"}]},{"id":"t2","hours":1}"#;
        let package = package(asks_one);
        assert_eq!(*ThresholdKnob::default().asked_of(&package), package);
        let nothing = knob(r#"{"diploma":"nothing"}"#).asked_of(&package).into_owned();
        assert_eq!(
            nothing.documents.iter().map(|asked| asked.document.as_str()).collect::<Vec<_>>(),
            ["conduct_certificate"],
            "the law's stays"
        );
        assert_eq!(nothing.tasks, package.tasks);
        let score = knob(r#"{"diploma":"score"}"#).asked_of(&package).into_owned();
        assert_eq!(score.documents, nothing.documents);
        let asked: Vec<Vec<(&str, u8, Need)>> = score
            .tasks
            .iter()
            .map(|task| task.requirements.iter().map(|asked| (asked.competence.as_str(), asked.level.get(), asked.need)).collect())
            .collect();
        assert_eq!(
            asked,
            [vec![("c1", 1, Need::Essential), ("c2", 2, Need::Desirable)], vec![]],
            "once each, and only where competences are asked"
        );
    }

    #[test]
    fn what_the_law_asks_is_no_diploma() {
        let codes = |text: &str| {
            let faults = read::<RequiredDocument>(text).unwrap_err();
            faults.into_iter().map(|fault| (fault.pointer, fault.kind.code())).collect::<Vec<_>>()
        };
        assert_eq!(codes(r#"{"document":"conduct_certificate","diploma":true}"#), [("/diploma".to_owned(), "asked_by_law")]);
        let shows = r#"{"document":"own_transport","shows":[{"competence":"c1","level":3}]}"#;
        assert_eq!(codes(shows), [("/shows".to_owned(), "expected")]);
    }

    #[test]
    fn everything_that_a_package_lacks_is_named() {
        let all: Vec<String> = PackageField::ALL.iter().map(|field| format!("\"{field}\"")).collect();
        let knob = knob(&format!(r#"{{"publish_fields":[{}],"onboarding_most":2}}"#, all.join(",")));
        let bare =
            TaskPackage { onboarding_hours: Hours::new(21), ..package(r#"{"id":"t1","hours":1},{"id":"t2","hours":1,"title":"Koken"}"#) };
        let found: Vec<String> = knob.lacks(&bare).into_iter().map(|fault| fault.pointer).collect();
        let expected = [
            "/place",
            "/start",
            "/dayparts",
            "/tasks/0/title",
            "/tasks/0/activities",
            "/tasks/1/activities",
            "/tasks/0/learnables",
            "/adaptations",
            "/reward",
            "/recognition",
            "/guidance",
            "/funding",
            "/onboarding_hours",
        ];
        assert_eq!(found, expected);
        assert_eq!(ThresholdKnob::default().lacks(&bare), []);
        let anywhere = TaskPackage { remote: Remote::Fully, ..bare };
        assert!(!knob.lacks(&anywhere).iter().any(|fault| fault.pointer == "/place"));
    }

    #[test]
    fn a_setting_names_every_fault() {
        let told = r#"{"essential_from":10001,"diploma":"wish","questions":16,"publish_fields":["reward","reward","salary"],"intake_days":-1,"sector":1}"#;
        let faults = read::<ThresholdKnob>(told).unwrap_err();
        let mut found: Vec<(String, &str)> = faults.into_iter().map(|fault| (fault.pointer, fault.kind.code())).collect();
        found.sort();
        let expected = [
            ("/diploma", "not_one_of"),
            ("/essential_from", "out_of_range"),
            ("/intake_days", "out_of_range"),
            ("/publish_fields/1", "duplicate"),
            ("/publish_fields/2", "not_one_of"),
            ("/questions", "out_of_range"),
            ("/sector", "unknown_key"),
        ];
        assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        assert_eq!(read::<ThresholdKnob>("{}").unwrap(), ThresholdKnob::default());
    }
}
