//! What was kept with a match when it was made: the explanation of the engine, as far as words are made of it.

use raakvlak_domain::experts::Expert;
use raakvlak_domain::packages::TaskPackage;
use serde::Deserialize;

use super::hidden::hide_from_others;

/// See [`raakvlak_engine::explanation::Explanation`].
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Evidence {
    pub(super) score: u32,
    pub(super) criteria: Vec<Criterion>,
    pub(super) tasks: Vec<Task>,
    pub(super) experience: Experience,
    pub(super) development: Development,
    pub(super) energy: Vec<Energy>,
    pub(super) travel: Option<Travel>,
    pub(super) hours: Option<Hours>,
    pub(super) comfort: Comfort,
    pub(super) turn: Turn,
    pub(super) gates: Vec<Gate>,
    pub(super) to_obtain: Vec<String>,
    pub(super) asks: Vec<String>,
}

impl Evidence {
    /// The evidence kept as this text, for the person or for somebody else.
    pub(super) fn read(kept: &str, expert: &Expert, is_own: bool) -> serde_json::Result<Self> {
        let mut explanation = serde_json::from_str(kept)?;
        if !is_own {
            hide_from_others(&mut explanation, expert);
        }
        serde_json::from_value(explanation)
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Criterion {
    pub(super) criterion: String,
    pub(super) value: Option<u32>,
    pub(super) doubt: bool,
    pub(super) weight: u32,
    pub(super) share: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Task {
    task: String,
    /// Null when competences are not told.
    pub(super) value: Option<u32>,
    pub(super) carried: bool,
    pub(super) requirements: Vec<Requirement>,
}

impl Task {
    /// What the task is called in the package; the package's title when it has none of its own.
    pub(super) fn title<'a>(&'a self, package: &'a TaskPackage) -> &'a str {
        let task = package.tasks.iter().find(|task| task.id.as_str() == self.task);
        task.and_then(|task| task.title.as_ref()).map_or(package.title.as_str(), |title| title.as_str())
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Requirement {
    pub(super) competence: String,
    pub(super) answered: Option<Answered>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Answered {
    pub(super) competence: String,
    pub(super) similarity: Similar,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Similar {
    pub(super) value: u32,
    pub(super) way: Way,
    pub(super) ancestor: Option<String>,
    pub(super) occupations: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    Same,
    MoreSpecific,
    Kin,
    Together,
    Related,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Experience {
    pub(super) shared: Vec<String>,
    pub(super) others: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Development {
    pub(super) wishes: Vec<Wish>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Wish {
    pub(super) wish: String,
    pub(super) learnable: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Energy {
    pub(super) gives: Vec<String>,
    pub(super) drains: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Travel {
    pub(super) distance: u32,
    pub(super) limit: Option<u32>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Hours {
    pub(super) start_tenths: i64,
    pub(super) end_tenths: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Comfort {
    pub(super) disliked: Vec<String>,
    pub(super) helpful: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Turn {
    pub(super) days_waiting: u32,
    pub(super) days_aside: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Gate {
    pub(super) gate: String,
    pub(super) verdict: Verdict,
    pub(super) details: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Open,
    Shut,
    Unknown,
}
