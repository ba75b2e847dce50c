//! The explanation for a mediator: everything that was weighed, but for what the person shows to nobody.

use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::packages::TaskPackage;

use super::evidence::{Answered, Evidence, Requirement, Verdict, Way};
use super::expert::{ForExpert, asked};
use super::{Part, Topic, listed};
use crate::exchange::matching::Gate;
use crate::wording::Wording;

/// What a mediator may see.
pub(super) struct ForMediator<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) package: &'a TaskPackage,
}

impl ForMediator<'_> {
    pub(super) fn parts(&self, wording: Wording) -> Vec<Part> {
        let as_for_expert = ForExpert { evidence: self.evidence, package: self.package };
        let about = |topic: &Topic| matches!(topic, Topic::Experience | Topic::Energy | Topic::Surroundings);
        let part = |topic, lines| Part { topic, lines };
        let mut parts = vec![part(Topic::Weighing, self.weighing(wording)), part(Topic::Tasks, self.tasks(wording))];
        parts.extend(as_for_expert.parts(wording).into_iter().filter(|part| about(&part.topic)).map(|part| in_third_person(part, wording)));
        parts.push(part(Topic::Turn, self.turn(wording)));
        parts.push(part(Topic::Limits, self.gates(wording)));
        parts.push(part(Topic::Ask, self.ask(wording)));
        parts
    }

    fn weighing(&self, wording: Wording) -> Vec<String> {
        let score = format!("{}: {} %.", wording.pick("Score", "Score"), wording.percent(self.evidence.score));
        let criterion = |found: &super::evidence::Criterion| {
            let named = Criterion::ALL.iter().copied().find(|criterion| criterion.as_str() == found.criterion)?;
            let doubt = if found.doubt { wording.pick(" (nog niet verteld)", " (not told yet)") } else { "" };
            Some(format!(
                "{}: {} %{doubt}, {} {}, {} {} %.",
                wording.criterion(named),
                wording.percent(found.value?),
                wording.pick("weegt", "weighs"),
                found.weight,
                wording.pick("geeft", "gives"),
                wording.percent(found.share)
            ))
        };
        std::iter::once(score).chain(self.evidence.criteria.iter().filter_map(criterion)).collect()
    }

    fn tasks(&self, wording: Wording) -> Vec<String> {
        let mut lines = Vec::new();
        for task in &self.evidence.tasks {
            let carried = if task.carried {
                wording.pick("kan dit dragen", "can carry this")
            } else {
                wording.pick("kan dit nog niet dragen", "cannot carry this yet")
            };
            lines.push(format!("{}: {carried}.", task.title(self.package)));
            lines.extend(
                task.requirements.iter().filter_map(|requirement| Some(answer(requirement, requirement.answered.as_ref()?, wording))),
            );
        }
        lines
    }

    fn turn(&self, wording: Wording) -> Vec<String> {
        let (waiting, aside) = (self.evidence.turn.days_waiting, self.evidence.turn.days_aside);
        let told = |nl: &str, en: &str, days: u32| {
            let unit = if days == 1 { wording.pick("dag", "day") } else { wording.pick("dagen", "days") };
            format!("{} {days} {unit}.", wording.pick(nl, en))
        };
        let waits = told("Wacht al", "Has waited for", waiting);
        // Nothing is said of who told nothing.
        let is_aside = (aside > 0).then(|| told("Staat langs de kant, al", "Has been aside for", aside));
        std::iter::once(waits).chain(is_aside).collect()
    }

    fn gates(&self, wording: Wording) -> Vec<String> {
        let named = self
            .evidence
            .gates
            .iter()
            .filter_map(|found| Some((Gate::ALL.iter().copied().find(|gate| gate.as_str() == found.gate)?, found)));
        named
            .filter_map(|(gate, found)| {
                let what = wording.gate(gate);
                let details =
                    listed(found.details.iter().map(|detail| wording.detail(gate, detail)).filter(|detail| !detail.is_empty()), wording);
                let details = if details.is_empty() { String::new() } else { format!(" ({details})") };
                match found.verdict {
                    Verdict::Open => None,
                    Verdict::Shut => Some(format!("{}: {what}{details}.", wording.pick("Houdt tegen", "Keeps out"))),
                    Verdict::Unknown => Some(format!("{}: {what}.", wording.pick("Nog niet bekend", "Not known yet"))),
                }
            })
            .collect()
    }

    fn ask(&self, wording: Wording) -> Vec<String> {
        let asks = listed(asked(self.evidence).map(|ask| wording.ask(ask).to_owned()), wording);
        if asks.is_empty() { Vec::new() } else { vec![format!("{} {asks}.", wording.pick("Vraag nog naar", "Still ask about"))] }
    }
}

/// By what a requirement is answered, and why that counts.
fn answer(requirement: &Requirement, answered: &Answered, wording: Wording) -> String {
    let (asked, has) = (wording.competence(&requirement.competence), wording.competence(&answered.competence));
    let similar = &answered.similarity;
    let value = wording.percent(similar.value);
    let why = match similar.way {
        Way::Same => return format!("‘{asked}’: {}.", wording.pick("kan dit", "can do this")),
        Way::MoreSpecific => wording.pick("dat is een vorm ervan", "which is a form of it").to_owned(),
        Way::Kin => {
            let ancestor = similar.ancestor.as_deref().map(|id| wording.competence(id)).unwrap_or_default();
            format!("{} ‘{ancestor}’", wording.pick("beide zijn vormen van", "both are forms of"))
        }
        Way::Together => {
            let occupation = similar.occupations.first().map(|id| wording.occupation(id)).unwrap_or_default();
            let (nl, en) = ("vaak gedaan door dezelfde mensen, bijvoorbeeld als", "often done by the same people, for instance as");
            format!("{} {occupation}: {}", wording.pick(nl, en), wording.pick("vraag ernaar", "ask about it"))
        }
        Way::Related => wording.pick("de twee horen bij elkaar", "the two belong together").to_owned(),
    };
    format!("‘{asked}’: {} ‘{has}’; {why} ({value} %).", wording.pick("heeft", "has"))
}

/// The same about somebody else.
fn in_third_person(part: Part, wording: Wording) -> Part {
    let prefix = wording.pick("Zo leest de persoon het: ", "As the person reads it: ");
    Part { topic: part.topic, lines: part.lines.into_iter().map(|line| format!("{prefix}{line}")).collect() }
}
