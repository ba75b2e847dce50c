//! Templates and texts for task packages that an organisation can borrow, so that the first one need not be written from nothing.

use std::sync::OnceLock;

use raakvlak_domain::identifiers::{CompetenceId, TaskId, TermId};
use raakvlak_domain::packages::PackageHours;
use raakvlak_domain::quantities::Hours;
use raakvlak_domain::reading::{FromNode, read};
use raakvlak_domain::record;
use raakvlak_domain::rules::InBoth;
use raakvlak_domain::texts::Line;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;

const PACKAGES: &str = include_str!("../data/templates/packages.jsonl");
const TEXTS: &str = include_str!("../data/templates/texts.jsonl");

record! {
    /// A package to begin with: everything but who asks, where and when.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct PackageTemplate {
        /// Names the template.
        pub id: TermId,
        /// What it could be called.
        pub title: InBoth,
        /// Why this work is needed.
        pub purpose: InBoth,
        /// For whom the template is.
        pub when: InBoth,
        /// The form of work.
        pub work_form: TermId,
        /// Hours a week.
        pub hours: PackageHours,
        /// The work.
        pub tasks: Vec<TemplateTask>,
        /// Adaptations that go well with it.
        pub adaptations: Vec<TermId>,
        /// Guidance that goes well with it.
        pub guidance: TemplateGuidance,
        /// What someone could get besides money.
        pub recognition: Vec<InBoth>,
        /// Hours it takes to be shown the ropes.
        pub onboarding_hours: Hours,
    }
}

record! {
    /// A task of a template.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct TemplateTask {
        /// Names the task within its template.
        pub id: TaskId,
        /// What one does.
        pub title: InBoth,
        /// Hours a week.
        pub hours: Hours,
        /// The activities that it consists of.
        pub activities: Vec<TermId>,
        /// The conditions under which it is usually done.
        pub conditions: Vec<TermId>,
        /// Competences that one can develop in it.
        pub learnables: Vec<CompetenceId>,
    }
}

record! {
    /// Guidance of a template.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct TemplateGuidance {
        /// Hours a week.
        pub hours: Hours,
        /// Who gives it, and how.
        pub text: InBoth,
    }
}

record! {
    /// A sentence to borrow, or a hint, for one field of a package.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct BorrowedText {
        /// The field.
        pub field: Line,
        /// The sentence; dots stand for what only you know.
        pub text: InBoth,
    }
}

/// What an organisation can borrow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Templates {
    /// Packages to begin with.
    pub packages: &'static [PackageTemplate],
    /// Sentences and hints for single fields.
    pub texts: &'static [BorrowedText],
}

impl Desk {
    /// The templates and texts that an organisation can borrow.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for who reads no words.
    pub fn templates(&self, actor: &Actor) -> Result<Templates, Error> {
        static READ: OnceLock<(Vec<PackageTemplate>, Vec<BorrowedText>)> = OnceLock::new();
        authorise(actor, Action::ReadVocabulary, &Object::Network)?;
        let (packages, texts) = READ.get_or_init(|| (records(PACKAGES), records(TEXTS)));
        Ok(Templates { packages, texts })
    }
}

/// A line that cannot be read is a mistake of ours, which a test finds.
fn records<T: FromNode>(text: &str) -> Vec<T> {
    text.lines().filter_map(|line| read(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use raakvlak_domain::packages::TaskPackage;
    use raakvlak_domain::thresholds::{PackageField, ThresholdKnob};
    use serde_json::json;

    use super::*;
    use crate::exchange::references::Known;
    use crate::places::Gazetteer;

    /// A template as the draft that somebody makes of it, in a language.
    fn draft(template: &PackageTemplate, pick: fn(&InBoth) -> String) -> TaskPackage {
        let task = |task: &TemplateTask| {
            json!({
                "id": task.id, "title": pick(&task.title), "hours": task.hours, "activities": task.activities, "conditions": task.conditions,
                "learnables": task.learnables,
            })
        };
        let told = json!({
            "id": "p", "organisation": "o", "title": pick(&template.title), "purpose": pick(&template.purpose), "work_form": template.work_form,
            "hours": template.hours, "tasks": template.tasks.iter().map(task).collect::<Vec<_>>(), "adaptations": template.adaptations,
            "guidance": { "hours": template.guidance.hours, "text": pick(&template.guidance.text) },
            "recognition": template.recognition.iter().map(pick).collect::<Vec<_>>(), "onboarding_hours": template.onboarding_hours,
        });
        read(&told.to_string()).unwrap()
    }

    #[test]
    fn a_template_is_a_package_but_for_who_where_and_when() {
        let templates = records::<PackageTemplate>(PACKAGES);
        assert_eq!(templates.len(), PACKAGES.lines().count(), "a line cannot be read");
        assert_eq!(templates.iter().map(|template| &template.id).collect::<BTreeSet<_>>().len(), templates.len());
        let (gazetteer, tables) = (Gazetteer::built_in(), crate::vocabulary::built_in());
        let words = Known::words_only(&*tables.vocabulary, &gazetteer);
        let strict = ThresholdKnob { publish_fields: PackageField::ALL.to_vec(), ..ThresholdKnob::default() };
        for template in &templates {
            for pick in [|both: &InBoth| both.nl.to_string(), |both: &InBoth| both.en.to_string()] {
                let package = draft(template, pick);
                assert_eq!(words.package(&package), [], "{}", template.id);
                let lacks: Vec<String> = strict.lacks(&package).into_iter().map(|fault| fault.pointer).collect();
                assert_eq!(lacks, ["/place", "/start", "/dayparts", "/reward", "/funding"], "{}", template.id);
            }
        }
    }

    #[test]
    fn a_text_is_for_a_field_of_a_package() {
        let texts = records::<BorrowedText>(TEXTS);
        assert_eq!(texts.len(), TEXTS.lines().count(), "a line cannot be read");
        for text in &texts {
            let field = text.field.as_str();
            assert!(TaskPackage::KEYS.contains(&field) || ["task_titles", "requirements"].contains(&field), "{field}");
        }
    }
}
