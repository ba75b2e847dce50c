//! The dataset folder as the naive matcher reads it: experts, packages and the closed vocabulary of adaptations.

use super::similarity::Similarities;
use super::vocabulary::Vocabulary;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

/// A parsed dataset folder, ready to be asked.
#[derive(Debug)]
pub struct Folder {
    pub(super) packages: Vec<Package>,
    pub(super) experts: Vec<Expert>,
    /// Adaptation id to the conditions that it lifts, in byte order of the ids.
    pub(super) lifts: BTreeMap<String, Vec<String>>,
    pub(super) similarities: Similarities,
}

impl Folder {
    /// Reads the folder at `path`, which brings its own vocabulary of competences and adaptations along.
    ///
    /// Fails on a file that cannot be read or parsed, naming the file and the line.
    pub fn read(path: &Path) -> io::Result<Folder> {
        let vocabulary = path.join("vocabulary");
        Ok(Folder {
            packages: read_lines(&path.join("packages.jsonl"))?,
            experts: read_lines(&path.join("experts.jsonl"))?,
            lifts: read_lifts(&vocabulary.join("adaptations.csv"))?,
            similarities: Similarities::of(Vocabulary::read(&vocabulary)?),
        })
    }

    /// The ids of the packages, in file order.
    pub fn package_ids(&self) -> Vec<String> {
        self.packages.iter().map(|package| package.id.clone()).collect()
    }

    /// The ids of the experts, in file order.
    pub fn expert_ids(&self) -> Vec<String> {
        self.experts.iter().map(|expert| expert.id.clone()).collect()
    }

    /// How similar competences are in this folder's vocabulary.
    pub fn similarities(&self) -> &Similarities {
        &self.similarities
    }
}

fn read_lines<Record: DeserializeOwned>(path: &Path) -> io::Result<Vec<Record>> {
    let text = fs::read_to_string(path).map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let place = || format!("{}:{}", path.display(), index + 1);
            serde_json::from_str(line).map_err(|error| io::Error::other(format!("{}: {error}", place())))
        })
        .collect()
}

#[derive(Deserialize)]
struct AdaptationRow {
    id: String,
    lifts: String,
}

fn read_lifts(path: &Path) -> io::Result<BTreeMap<String, Vec<String>>> {
    let mut lifts = BTreeMap::new();
    for row in csv::Reader::from_path(path)?.deserialize() {
        let row: AdaptationRow = row?;
        let conditions = row.lifts.split('|').filter(|condition| !condition.is_empty()).map(str::to_owned).collect();
        lifts.insert(row.id, conditions);
    }
    Ok(lifts)
}

/// Hours in tenths of an hour; the folder writes them with at most one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tenths(pub(super) i64);

impl<'de> Deserialize<'de> for Tenths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tenths, D::Error> {
        let hours = f64::deserialize(deserializer)?;
        Ok(Tenths((hours * 10.0).round() as i64))
    }
}

/// A distance in metres; the folder writes it in kilometres with at most three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Metres(pub(super) i64);

impl<'de> Deserialize<'de> for Metres {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Metres, D::Error> {
        let kilometres = f64::deserialize(deserializer)?;
        Ok(Metres((kilometres * 1_000.0).round() as i64))
    }
}

/// Hours per week from `min` to `max`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Range {
    pub(super) min: Tenths,
    pub(super) max: Tenths,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Place {
    pub(super) lat: f64,
    pub(super) lon: f64,
}

/// An expert; `None` is *not told*, an empty list is *told: none*.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Expert {
    pub(super) id: String,
    pub(super) registered: Option<Date>,
    pub(super) last_offered: Option<Date>,
    pub(super) last_shown: Option<Date>,
    pub(super) aside_since: Option<Date>,
    pub(super) wants_to_be_matched: Option<bool>,
    pub(super) availability: Option<String>,
    pub(super) committed_hours: Option<Tenths>,
    pub(super) commitments: Option<Vec<Commitment>>,
    pub(super) competences: Option<Vec<Held>>,
    pub(super) experience: Option<Vec<String>>,
    pub(super) energy: Option<Energy>,
    pub(super) wishes: Option<Vec<String>>,
    pub(super) no_go: Option<Vec<String>>,
    pub(super) rather_not: Option<Vec<String>>,
    pub(super) needs: Option<Vec<String>>,
    pub(super) helps: Option<Vec<String>>,
    pub(super) hours: Option<Range>,
    pub(super) dayparts: Option<Vec<String>>,
    pub(super) place: Option<Place>,
    pub(super) travel_km: Option<Metres>,
    pub(super) work_forms: Option<Vec<String>>,
    pub(super) languages: Option<BTreeMap<String, String>>,
    pub(super) documents: Option<Vec<String>>,
    pub(super) avoid: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Held {
    pub(super) competence: String,
    pub(super) level: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Commitment {
    pub(super) hours: Tenths,
    pub(super) start: Option<Date>,
    pub(super) end: Option<Date>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Energy {
    pub(super) gives: Option<Vec<String>>,
    pub(super) drains: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Package {
    pub(super) id: String,
    pub(super) organisation: String,
    pub(super) tasks: Vec<Task>,
    pub(super) place: Option<Place>,
    pub(super) remote: Option<String>,
    pub(super) start: Option<Date>,
    pub(super) hours: Range,
    pub(super) dayparts: Option<AskedDayparts>,
    pub(super) call_up: Option<bool>,
    pub(super) work_form: String,
    pub(super) adaptations: Option<Vec<String>>,
    pub(super) experience: Option<Vec<String>>,
    pub(super) languages: Option<BTreeMap<String, String>>,
    pub(super) documents: Option<Vec<AskedDocument>>,
    /// The competences that a repair gives guidance on: nothing is essential of them.
    #[serde(skip)]
    pub(super) guided: BTreeSet<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) hours: Tenths,
    pub(super) requirements: Option<Vec<Requirement>>,
    pub(super) activities: Option<Vec<String>>,
    pub(super) conditions: Option<Vec<String>>,
    pub(super) learnables: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Requirement {
    pub(super) competence: String,
    pub(super) level: i64,
    pub(super) need: Need,
}

/// Ordered so that the stronger need is the larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Need {
    Desirable,
    Essential,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct AskedDayparts {
    pub(super) fixed: Option<Vec<String>>,
    pub(super) flexible: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct AskedDocument {
    pub(super) document: String,
    pub(super) obtainable_days: Option<i64>,
    pub(super) diploma: Option<bool>,
    pub(super) shows: Option<Vec<Held>>,
}

/// A list of a package that was left out asks for, or offers, nothing.
pub(super) fn listed<Item>(list: &Option<Vec<Item>>) -> &[Item] {
    list.as_deref().unwrap_or_default()
}

impl Task {
    pub(super) fn requirements(&self) -> &[Requirement] {
        listed(&self.requirements)
    }

    pub(super) fn activities(&self) -> &[String] {
        listed(&self.activities)
    }

    pub(super) fn conditions(&self) -> &[String] {
        listed(&self.conditions)
    }

    pub(super) fn learnables(&self) -> &[String] {
        listed(&self.learnables)
    }
}

impl Package {
    /// Exchange: "`remote` is `none` [...] when left out".
    pub(super) fn remote(&self) -> &str {
        self.remote.as_deref().unwrap_or("none")
    }

    pub(super) fn fixed_dayparts(&self) -> &[String] {
        self.dayparts.as_ref().map(|dayparts| listed(&dayparts.fixed)).unwrap_or_default()
    }

    pub(super) fn flexible_dayparts(&self) -> i64 {
        self.dayparts.as_ref().and_then(|dayparts| dayparts.flexible).unwrap_or(0)
    }

    pub(super) fn on_offer(&self) -> &[String] {
        listed(&self.adaptations)
    }

    pub(super) fn all_requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.tasks.iter().flat_map(Task::requirements)
    }

    pub(super) fn has_conditions(&self) -> bool {
        self.tasks.iter().any(|task| !task.conditions().is_empty())
    }

    /// The learnables of all tasks, each once.
    pub(super) fn learnables(&self) -> BTreeSet<&str> {
        self.tasks.iter().flat_map(Task::learnables).map(String::as_str).collect()
    }
}
