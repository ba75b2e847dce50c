//! The threshold knob, before any gate: "a document that the organisation asks of its own accord" is a gate, a score or nothing.

use super::knobs::Knob;
use super::records::{Folder, Need, Requirement, listed};
use serde::Deserialize;
use serde_json::Value;
use std::io;

/// What of the threshold knob touches a ranking; a missing key is its start value.
#[derive(Debug, Clone, Deserialize)]
pub struct Threshold {
    #[serde(default)]
    essential_from: i64,
    #[serde(default = "gate")]
    diploma: String,
}

fn gate() -> String {
    "gate".to_owned()
}

impl Threshold {
    /// The setting in this JSON. Fails when it is none.
    pub fn of(setting: &Value) -> io::Result<Threshold> {
        Threshold::deserialize(setting).map_err(io::Error::other)
    }

    /// "What the threshold knob says must reach the engine": whatever else says so of `essential_from` does not count.
    pub fn over(&self, knob: &Knob) -> Knob {
        Knob { essential_from: self.essential_from, ..knob.clone() }
    }

    /// What the packages ask: "`gate`: as any other document; `score`: what it shows is asked as desirable of each task that asks competences and does not ask
    /// that one already; `nothing`: not at all".
    pub fn apply(&self, folder: &mut Folder) {
        for package in folder.packages.iter_mut().filter(|_| self.diploma != "gate") {
            let documents = package.documents.take().unwrap_or_default();
            let (diplomas, others): (Vec<_>, Vec<_>) = documents.into_iter().partition(|asked| asked.diploma == Some(true));
            package.documents = Some(others);
            let shown = diplomas.iter().flat_map(|diploma| listed(&diploma.shows)).filter(|_| self.diploma == "score");
            for shown in shown {
                for requirements in package.tasks.iter_mut().filter_map(|task| task.requirements.as_mut()).filter(|asked| !asked.is_empty())
                {
                    if requirements.iter().all(|asked| asked.competence != shown.competence) {
                        let (competence, level) = (shown.competence.clone(), shown.level);
                        requirements.push(Requirement { competence, level, need: Need::Desirable });
                    }
                }
            }
        }
    }
}
