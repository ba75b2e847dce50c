//! The archetypes that people are drawn from, as they stand in their file.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::Error;

const FILE: &str = include_str!("../../data/demo/archetypes.json");

/// Two ends, both included.
pub(super) type Range = [u64; 2];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Archetypes {
    pub(super) first_names: Vec<String>,
    pub(super) towns: Vec<WeightedTown>,
    pub(super) daypart_patterns: BTreeMap<String, Vec<String>>,
    pub(super) dayparts_kept_percent: u64,
    pub(super) not_told_percent: BTreeMap<String, u64>,
    pub(super) wants_percent: BTreeMap<String, u64>,
    pub(super) availability_percent: BTreeMap<String, u64>,
    pub(super) registered_days_ago: Range,
    pub(super) offered_percent: u64,
    pub(super) offered_days_ago: Range,
    pub(super) shown_percent: u64,
    pub(super) shown_days_ago: Range,
    pub(super) source_percent: BTreeMap<String, u64>,
    pub(super) archetypes: Vec<Archetype>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WeightedTown {
    pub(super) town: String,
    pub(super) weight: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draw<T> {
    pub(super) pool: Vec<T>,
    pub(super) count: Range,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompetenceDraw {
    pub(super) competence: String,
    pub(super) level: Range,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HoursDraw {
    pub(super) min: u64,
    pub(super) max: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommitmentDraw {
    pub(super) percent: u64,
    pub(super) hours: Range,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Archetype {
    /// Its name, for whoever maintains the file.
    #[serde(rename = "key")]
    _key: String,
    /// What it is, for whoever maintains the file.
    #[serde(rename = "about")]
    _about: String,
    pub(super) weight: u64,
    pub(super) competences: Draw<CompetenceDraw>,
    pub(super) experience: Draw<String>,
    pub(super) gives: Draw<String>,
    pub(super) drains: Draw<String>,
    pub(super) wishes: Draw<String>,
    pub(super) no_go: Draw<String>,
    pub(super) rather_not: Draw<String>,
    pub(super) needs: Draw<String>,
    pub(super) helps: Draw<String>,
    pub(super) hours: Vec<HoursDraw>,
    pub(super) dayparts: Vec<String>,
    pub(super) travel_km: Range,
    pub(super) work_forms: Draw<String>,
    pub(super) languages: Vec<BTreeMap<String, String>>,
    pub(super) documents: Draw<String>,
    pub(super) aside_percent: u64,
    pub(super) aside_years: Range,
    pub(super) standby_percent: u64,
    pub(super) commitments: Option<CommitmentDraw>,
    pub(super) stories: Vec<String>,
    pub(super) first_names: Option<Vec<String>>,
}

/// The archetypes.
pub(super) fn read() -> Result<Archetypes, Error> {
    serde_json::from_str(FILE).map_err(|error| Error::Internal(format!("demo archetypes: {error}")))
}
