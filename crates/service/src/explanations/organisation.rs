//! The explanation for an organisation that has met somebody: which tasks this person can carry, and what they chose to disclose. How it was weighed, what is
//! asked of the person and what keeps others out is not in its input.

use std::collections::BTreeSet;

use raakvlak_domain::packages::TaskPackage;

use super::evidence::Evidence;
use super::{Part, Topic, listed};
use crate::experts::Disclosed;
use crate::wording::Wording;

/// What the organisation may see.
pub(super) struct ForOrganisation {
    name: Option<String>,
    /// The tasks that the person can carry, each with those of their disclosed competences that answer it, by id.
    tasks: Vec<(String, Vec<String>)>,
    /// The domains of lived experience that are asked, known and disclosed, by id.
    experience: Vec<String>,
    /// What they disclosed that they want to learn and can learn here, by id.
    learning: Vec<String>,
    /// The adaptations that they disclosed to need, by id.
    needs: Vec<String>,
    /// The documents that they disclosed and that are asked, by id.
    documents: Vec<String>,
}

impl ForOrganisation {
    /// Takes from the evidence what is disclosed, and the tasks that can be carried.
    pub(super) fn of(evidence: &Evidence, package: &TaskPackage, disclosed: &Disclosed) -> Self {
        let shown = &disclosed.shown;
        let told: BTreeSet<&str> = shown.competences.iter().flatten().map(|held| held.competence.as_str()).collect();
        let domains: BTreeSet<&str> = shown.experience.iter().flatten().map(|domain| domain.as_str()).collect();
        let wishes: BTreeSet<&str> = shown.wishes.iter().flatten().map(|wish| wish.as_str()).collect();
        let carried = evidence.tasks.iter().filter(|task| task.carried);
        let answers = |task: &super::evidence::Task| {
            let answered = task.requirements.iter().filter_map(|requirement| requirement.answered.as_ref());
            let mut competences: Vec<String> =
                answered.map(|answered| answered.competence.clone()).filter(|competence| told.contains(competence.as_str())).collect();
            competences.dedup();
            competences
        };
        let asked: BTreeSet<&str> = package.documents.iter().map(|asked| asked.document.as_str()).collect();
        Self {
            name: disclosed.display_name.clone(),
            tasks: carried.map(|task| (task.title(package).to_owned(), answers(task))).collect(),
            experience: evidence.experience.shared.iter().filter(|domain| domains.contains(domain.as_str())).cloned().collect(),
            learning: evidence
                .development
                .wishes
                .iter()
                .filter(|wish| wish.learnable.is_some() && wishes.contains(wish.wish.as_str()))
                .map(|wish| wish.wish.clone())
                .collect(),
            needs: shown.needs.iter().flatten().map(ToString::to_string).collect(),
            documents: shown
                .documents
                .iter()
                .flatten()
                .map(ToString::to_string)
                .filter(|document| asked.contains(document.as_str()))
                .collect(),
        }
    }

    pub(super) fn parts(&self, wording: Wording) -> Vec<Part> {
        let name = self.name.as_deref().unwrap_or(wording.pick("Deze persoon", "This person"));
        let part = |topic, line: Option<String>| Part { topic, lines: line.into_iter().collect() };
        let one = |items: Vec<String>, nl: &str, en: &str| {
            let items = listed(items, wording);
            (!items.is_empty()).then(|| format!("{name} {} {items}.", wording.pick(nl, en)))
        };
        let competence = |ids: &[String]| ids.iter().map(|id| wording.competence(id)).collect::<Vec<_>>();
        let terms = |closed, ids: &[String]| ids.iter().map(|id| wording.term(closed, id)).collect::<Vec<_>>();
        let vocabulary = wording.vocabulary;
        vec![
            Part {
                topic: Topic::Tasks,
                lines: self.tasks.iter().map(|(title, competences)| task(title, &competence(competences), wording)).collect(),
            },
            part(
                Topic::Experience,
                one(terms(&vocabulary.experience, &self.experience), "kent dit uit eigen leven:", "knows this from life:"),
            ),
            part(Topic::Learning, one(competence(&self.learning), "wil dit graag leren:", "would like to learn this:")),
            part(
                Topic::Surroundings,
                one(terms(&vocabulary.adaptations, &self.needs), "heeft dit nodig om goed te werken:", "needs this to work well:"),
            ),
            part(Topic::Obtain, one(terms(&vocabulary.documents, &self.documents), "heeft deze documenten:", "has these documents:")),
        ]
    }
}

fn task(title: &str, competences: &[String], wording: Wording) -> String {
    let because = listed(competences.iter().cloned(), wording);
    let can = wording.pick("kan dit werk dragen", "can carry this work");
    if because.is_empty() { format!("{title}: {can}.") } else { format!("{title}: {can} ({because}).") }
}
