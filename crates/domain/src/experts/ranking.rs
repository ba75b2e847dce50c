//! What ranking reads of a profile: the same keys, with texts that stay where they are, so that a country's worth of profiles is quickly read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Availability, Commitment, Expert, ExpertHours};
use crate::calendar::Date;
use crate::dayparts::Daypart;
use crate::languages::LanguageLevel;
use crate::places::Place;
use crate::quantities::{Hours, Level, TravelDistance};
use crate::reading::{self, FromNode};

/// What ranking reads of a profile. Each key means what it means in [`Expert`]; `None` is not told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RankingProfile<'a> {
    /// Names the expert.
    pub id: &'a str,
    /// The day of registering.
    pub registered: Option<Date>,
    /// The day of the last offer that the person said yes to.
    pub last_offered: Option<Date>,
    /// The day on which the person was last in a shortlist that a mediator saved or opened.
    pub last_shown: Option<Date>,
    /// Since when the person has been kept outside the labour market.
    pub aside_since: Option<Date>,
    /// The answer to 'do you want to work?'.
    pub wants_to_be_matched: Option<bool>,
    /// Whether the person can be asked now.
    pub availability: Option<Availability>,
    /// Hours a week already taken by other work.
    pub committed_hours: Option<Hours>,
    /// Work the person already has elsewhere.
    pub commitments: Option<Vec<Commitment>>,
    /// What the person can, and how well.
    pub competences: Option<Vec<(&'a str, Level)>>,
    /// Domains of lived experience.
    pub experience: Option<Vec<&'a str>>,
    /// Activities that give energy.
    pub gives: Option<Vec<&'a str>>,
    /// Activities that drain energy.
    pub drains: Option<Vec<&'a str>>,
    /// Competences to develop.
    pub wishes: Option<Vec<&'a str>>,
    /// Conditions under which the person does not work.
    pub no_go: Option<Vec<&'a str>>,
    /// Conditions that the person would rather not have.
    pub rather_not: Option<Vec<&'a str>>,
    /// Adaptations without which it does not work.
    pub needs: Option<Vec<&'a str>>,
    /// Adaptations that help.
    pub helps: Option<Vec<&'a str>>,
    /// Hours a week wanted.
    pub hours: Option<ExpertHours>,
    /// Dayparts on which the person can work.
    pub dayparts: Option<Vec<Daypart>>,
    /// Where the person lives, as an area.
    pub place: Option<Place>,
    /// How far the person wants to travel.
    pub travel_km: Option<TravelDistance>,
    /// Forms of work that the person accepts.
    pub work_forms: Option<Vec<&'a str>>,
    /// Languages with their level, by language.
    pub languages: Option<Vec<(&'a str, LanguageLevel)>>,
    /// Documents that the person has.
    pub documents: Option<Vec<&'a str>>,
    /// Organisations that the person never wants to be matched with.
    pub avoid: Option<Vec<&'a str>>,
}

impl<'a> From<&'a Expert> for RankingProfile<'a> {
    fn from(expert: &'a Expert) -> Self {
        macro_rules! texts {
            ($told:expr) => {
                $told.as_ref().map(|told| told.iter().map(|id| id.as_str()).collect())
            };
        }
        let energy = expert.energy.as_ref();
        Self {
            id: expert.id.as_str(),
            registered: expert.registered,
            last_offered: expert.last_offered,
            last_shown: expert.last_shown,
            aside_since: expert.aside_since,
            wants_to_be_matched: expert.wants_to_be_matched,
            availability: expert.availability,
            committed_hours: expert.committed_hours,
            commitments: expert.commitments.clone(),
            competences: expert.competences.as_ref().map(|held| held.iter().map(|held| (held.competence.as_str(), held.level)).collect()),
            experience: texts!(expert.experience),
            gives: texts!(energy.and_then(|energy| energy.gives.as_ref())),
            drains: texts!(energy.and_then(|energy| energy.drains.as_ref())),
            wishes: texts!(expert.wishes),
            no_go: texts!(expert.no_go),
            rather_not: texts!(expert.rather_not),
            needs: texts!(expert.needs),
            helps: texts!(expert.helps),
            hours: expert.hours,
            dayparts: expert.dayparts.clone(),
            place: expert.place.clone(),
            travel_km: expert.travel_km,
            work_forms: texts!(expert.work_forms),
            languages: expert.languages.as_ref().map(|told| told.iter().map(|(language, level)| (language.as_str(), *level)).collect()),
            documents: texts!(expert.documents),
            avoid: texts!(expert.avoid),
        }
    }
}

impl<'a> RankingProfile<'a> {
    /// Reads the keys of a profile from a text that was written from a profile that had been read before: nothing is checked that was checked then.
    /// `None` when there is anything in it that needs more than a quick look, such as a text with an escape; [`Expert`] reads everything.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        let told: Told<'a> = serde_json::from_str(text).ok()?;
        let energy = told.energy.unwrap_or_default();
        let level = |held: HeldText<'a>| Some((held.competence, Level::new(held.level)?));
        let languages =
            |told: BTreeMap<&'a str, &'a str>| told.into_iter().map(|(id, level)| Some((id, LanguageLevel::from_word(level)?))).collect();
        Some(Self {
            aside_since: all(told.aside_since.map(|day| Date::parse(day).ok()))?,
            committed_hours: part(told.committed_hours)?,
            commitments: part(told.commitments)?,
            competences: all(told.competences.map(|held| held.into_iter().map(level).collect()))?,
            experience: told.experience,
            gives: energy.gives,
            drains: energy.drains,
            wishes: told.wishes,
            no_go: told.no_go,
            rather_not: told.rather_not,
            needs: told.needs,
            helps: told.helps,
            hours: part(told.hours)?,
            dayparts: all(told.dayparts.map(|words| words.into_iter().map(Daypart::from_word).collect()))?,
            place: part(told.place)?,
            travel_km: part(told.travel_km)?,
            work_forms: told.work_forms,
            languages: all(told.languages.map(languages))?,
            documents: told.documents,
            avoid: told.avoid,
            ..Self::default()
        })
    }
}

/// What was told, when all of it could be read; `None` when not.
#[expect(clippy::option_option, reason = "not told is not the same as not readable")]
fn all<T>(told: Option<Option<T>>) -> Option<Option<T>> {
    told.map_or(Some(None), |read| read.map(Some))
}

/// A part that has a form of its own, read as it always is; `None` when that finds a fault.
#[expect(clippy::option_option, reason = "not told is not the same as not readable")]
fn part<T: FromNode>(told: Option<&RawValue>) -> Option<Option<T>> {
    all(told.map(|raw| reading::read(raw.get()).ok()))
}

/// The keys as they are written.
#[derive(Deserialize)]
struct Told<'a> {
    aside_since: Option<&'a str>,
    #[serde(borrow)]
    committed_hours: Option<&'a RawValue>,
    #[serde(borrow)]
    commitments: Option<&'a RawValue>,
    #[serde(borrow)]
    competences: Option<Vec<HeldText<'a>>>,
    #[serde(borrow)]
    experience: Option<Vec<&'a str>>,
    #[serde(borrow)]
    energy: Option<EnergyText<'a>>,
    #[serde(borrow)]
    wishes: Option<Vec<&'a str>>,
    #[serde(borrow)]
    no_go: Option<Vec<&'a str>>,
    #[serde(borrow)]
    rather_not: Option<Vec<&'a str>>,
    #[serde(borrow)]
    needs: Option<Vec<&'a str>>,
    #[serde(borrow)]
    helps: Option<Vec<&'a str>>,
    #[serde(borrow)]
    hours: Option<&'a RawValue>,
    #[serde(borrow)]
    dayparts: Option<Vec<&'a str>>,
    #[serde(borrow)]
    place: Option<&'a RawValue>,
    #[serde(borrow)]
    travel_km: Option<&'a RawValue>,
    #[serde(borrow)]
    work_forms: Option<Vec<&'a str>>,
    #[serde(borrow)]
    languages: Option<BTreeMap<&'a str, &'a str>>,
    #[serde(borrow)]
    documents: Option<Vec<&'a str>>,
    #[serde(borrow)]
    avoid: Option<Vec<&'a str>>,
}

#[derive(Deserialize)]
struct HeldText<'a> {
    competence: &'a str,
    level: u8,
}

#[derive(Deserialize, Default)]
struct EnergyText<'a> {
    #[serde(borrow)]
    gives: Option<Vec<&'a str>>,
    #[serde(borrow)]
    drains: Option<Vec<&'a str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expert(text: &str) -> Expert {
        reading::read(text).unwrap()
    }

    /// Everything that can be told, and what can be told in several forms.
    const FULL: &str = r#"{"id":"e-1","aside_since":"2024-02-29","committed_hours":12.5,
        "commitments":[{"employer":"De \"Brug\"","hours":8,"dayparts":["mon_am"],"start":"2026-01-01","end":null}],
        "competences":[{"competence":"http://example.org/a","level":5,"source":"self"},{"competence":"b","level":1}],
        "experience":["debt","mental-health"],"energy":{"gives":["talking"],"drains":[]},"wishes":["b"],"no_go":[],"rather_not":["noise"],
        "needs":["quiet"],"helps":["buddy"],"hours":{"min":4,"max":16.5},"dayparts":["mon_am","tue_pm"],"place":{"postcode":"8011"},
        "travel_km":12.345,"work_forms":["paid"],"languages":{"nl":"B1","ar":"C2"},"documents":["vog"],"avoid":["o-1"]}"#;

    #[test]
    fn what_is_read_quickly_is_what_the_profile_says() {
        let places = [r#"{"lat":52.5,"lon":6.1}"#, r#"{"town":"Zwolle"}"#, "null"];
        let texts = places.map(|place| FULL.replace(r#"{"postcode":"8011"}"#, place));
        for text in texts.iter().map(String::as_str).chain([FULL, r#"{"id":"e-1"}"#, r#"{"id":"e-1","energy":{}}"#]) {
            let expert = expert(text);
            let written = serde_json::to_string(&expert).unwrap();
            let quick = RankingProfile::read(&written).unwrap();
            assert_eq!(RankingProfile { id: "e-1", ..quick }, RankingProfile::from(&expert), "{written}");
        }
    }

    #[test]
    fn what_needs_a_longer_look_is_left_to_the_profile() {
        for odd in [
            r#"{"wishes":["a\"b"]}"#,
            r#"{"competences":[{"competence":"a","level":6}]}"#,
            r#"{"competences":[{"level":1}]}"#,
            r#"{"dayparts":["never"]}"#,
            r#"{"languages":{"nl":"Z9"}}"#,
            r#"{"aside_since":"soon"}"#,
            r#"{"hours":{"min":-1,"max":2}}"#,
            r#"{"place":{"moon":1}}"#,
            "[]",
        ] {
            assert_eq!(RankingProfile::read(odd), None, "{odd}");
        }
    }
}
