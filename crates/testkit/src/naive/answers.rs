//! The answers of `match`: every package against every expert, ranked, counted and written in the shape of the exchange format.

use super::criteria::Criterion;
use super::knobs::Knob;
use super::pairs::{Assessment, Pair};
use super::records::{Expert, Folder, Package, listed};
use super::shortlists::{Candidate, shortlist};
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Which folder is asked, under which knob, as of which day.
pub(super) struct Asking<'a> {
    pub(super) folder: &'a Folder,
    pub(super) knob: &'a Knob,
    pub(super) as_of: Date,
}

/// The gates in the order of section 3.
const GATES: [&str; 14] = [
    "unavailable",
    "avoided",
    "work_form",
    "no_go",
    "adaptation",
    "hours",
    "dayparts",
    "distance",
    "language",
    "document",
    "rule",
    "essential",
    "tie",
    "score_floor",
];

type Assessed<'a> = (Pair<'a>, Assessment);

impl Asking<'_> {
    pub(super) fn assess<'a>(&'a self, package: &'a Package, expert: &'a Expert) -> Assessed<'a> {
        let pair = Pair { folder: self.folder, knob: self.knob, as_of: self.as_of, package, expert };
        (pair, pair.assess())
    }

    /// Package, expert and shut gates of every pair.
    pub(super) fn shut_gates(&self) -> Vec<(String, String, Vec<&'static str>)> {
        let pairs = self.folder.packages.iter().flat_map(|package| self.folder.experts.iter().map(move |expert| (package, expert)));
        let named = pairs.map(|(package, expert)| {
            let shut = self.assess(package, expert).1.shut.into_iter().map(|(gate, _)| gate).collect();
            (package.id.clone(), expert.id.clone(), shut)
        });
        named.collect()
    }

    /// The answer for one package.
    pub(super) fn for_package(&self, package: &Package) -> Value {
        let all: Vec<Assessed> = self.folder.experts.iter().map(|expert| self.assess(package, expert)).collect();
        let eligible = ranked(all.iter().filter(|(_, assessment)| assessment.shut.is_empty()).collect());
        json!({
            "package": package.id,
            "as_of": self.as_of.to_string(),
            "eligible": eligible.len(),
            "weights": self.weights(package),
            "shortlist": self.shortlist(&eligible),
            "near_misses": self.near_misses(&all),
            "barriers": barriers(&all),
        })
    }

    /// The answer for one expert: "`packages_for(e)`, the packages for which `e` is eligible [...] by score descending then package id ascending".
    pub(super) fn for_expert(&self, expert: &Expert) -> Value {
        let all: Vec<Assessed> = self.folder.packages.iter().map(|package| self.assess(package, expert)).collect();
        let mut eligible: Vec<&Assessed> = all.iter().filter(|(_, assessment)| assessment.shut.is_empty()).collect();
        eligible.sort_by_key(|(pair, assessment)| (Reverse(assessment.score), &pair.package.id));
        let packages = eligible.iter().enumerate().map(|(index, (pair, assessment))| {
            json!({
                "rank": index + 1,
                "package": pair.package.id,
                "score": assessment.score,
                "criteria": heard(pair, assessment),
                "asks": asks(pair),
            })
        });
        json!({
            "expert": expert.id,
            "as_of": self.as_of.to_string(),
            "packages": packages.collect::<Vec<_>>(),
            "barriers": barriers(&all),
        })
    }

    /// "the weights asked for and the weights applied (without the silent criteria)"; "silence depends on the package alone", so whoever is asked
    /// tells it, also somebody who told nothing.
    fn weights(&self, package: &Package) -> Value {
        let nobody: Expert = match serde_json::from_str(r#"{"id":""}"#) {
            Ok(nobody) => nobody,
            Err(_) => return Value::Null,
        };
        let (_, assessment) = self.assess(package, &nobody);
        let asked: Map<String, Value> = self.knob.weights.iter().map(|(name, weight)| (name.to_string(), json!(weight))).collect();
        let mut applied = asked.clone();
        for (name, criterion) in assessment.criteria {
            if criterion == Criterion::Silent {
                applied.shift_remove(name);
            }
        }
        json!({ "asked": asked, "applied": applied })
    }

    fn shortlist(&self, eligible: &[&Assessed]) -> Vec<Value> {
        let candidates: Vec<Candidate> =
            eligible.iter().map(|(pair, _)| Candidate { aside: pair.days_aside() >= 365, unseen: pair.unseen() }).collect();
        let quotas = (self.knob.quota(self.knob.aside_share), self.knob.quota(self.knob.unseen_share));
        let places = shortlist(&candidates, self.knob.size as usize, quotas.0, quotas.1);
        let people = places.into_iter().filter_map(|(position, kept)| Some((eligible.get(position)?, kept)));
        people.enumerate().map(|(index, ((pair, assessment), kept))| listed_person(index + 1, pair, assessment, kept)).collect()
    }

    /// "A **near miss** is an expert for whom exactly one gate is shut and something that opens it exists [...] ranked as the shortlist by
    /// `would_score`"; "`near_misses`: at most `size`".
    fn near_misses(&self, all: &[Assessed]) -> Vec<Value> {
        let one_shut = ranked(all.iter().filter(|(_, assessment)| assessment.shut.len() == 1).collect());
        let misses = one_shut.into_iter().filter_map(|(pair, assessment)| {
            let (gate, _) = assessment.shut.first()?;
            let opening = pair.opening(gate, assessment.score)?;
            Some(json!({ "expert": pair.expert.id, "gate": gate, "would_score": assessment.score, "opening": opening }))
        });
        misses.take(self.knob.size as usize).collect()
    }
}

/// "Rank: score descending, then `turn` descending, then expert id ascending by its bytes."
fn ranked<'a>(mut people: Vec<&'a Assessed<'a>>) -> Vec<&'a Assessed<'a>> {
    people.sort_by_key(|(pair, assessment)| (Reverse(assessment.score), Reverse(assessment.turn), &pair.expert.id));
    people
}

fn listed_person(rank: usize, pair: &Pair, assessment: &Assessment, kept: Option<&str>) -> Value {
    json!({
        "rank": rank,
        "expert": pair.expert.id,
        "score": assessment.score,
        "turn": assessment.turn,
        "kept_place": kept,
        "criteria": heard(pair, assessment),
        "asks": asks(pair),
    })
}

/// "`criteria` and `applied` without the silent ones".
fn heard(pair: &Pair, assessment: &Assessment) -> Map<String, Value> {
    let values = assessment.criteria.iter().filter_map(|(name, criterion)| Some((name.to_string(), json!(pair.value(*criterion)?))));
    values.collect()
}

/// "`barriers`: the gates that shut for somebody, in the order of matching.md 3, without `avoided`; `alone` counts [those] for whom this gate is the
/// only one shut (for a detail: and this the only detail of it), `all` everyone for whom it is shut [...]; details in byte order."
fn barriers(all: &[Assessed]) -> Vec<Value> {
    let listed = GATES.iter().filter(|gate| **gate != "avoided");
    let counted = listed.map(|gate| (gate, barrier(gate, all))).filter(|(_, (_, all, _))| *all > 0);
    let shown = counted.map(|(gate, (alone, all, details))| {
        let details = details.into_iter().map(|(detail, (alone, all))| json!({ "detail": detail, "alone": alone, "all": all }));
        json!({ "gate": gate, "alone": alone, "all": all, "details": details.collect::<Vec<_>>() })
    });
    shown.collect()
}

/// For one gate: whom it alone keeps out, whom it keeps out at all, and both per detail.
fn barrier(gate: &str, all: &[Assessed]) -> (usize, usize, BTreeMap<String, (usize, usize)>) {
    let mut totals = (0, 0, BTreeMap::<String, (usize, usize)>::new());
    for (_, assessment) in all {
        let only_gate = assessment.shut.len() == 1;
        for (_, details) in assessment.shut.iter().filter(|(shut, _)| *shut == gate) {
            totals.0 += usize::from(only_gate);
            totals.1 += 1;
            for detail in details {
                let counts = totals.2.entry(detail.clone()).or_default();
                counts.0 += usize::from(only_gate && details.len() == 1);
                counts.1 += 1;
            }
        }
    }
    totals
}

/// "`asks` are the expert's keys that are missing or null [...] and that this package gives a reason to ask, whatever the weights [...] In order of
/// name."
fn asks(pair: &Pair) -> Vec<&'static str> {
    let (package, expert) = (pair.package, pair.expert);
    let of_comfort = package.has_conditions() || !package.on_offer().is_empty();
    let of_dayparts = !package.fixed_dayparts().is_empty() || package.flexible_dayparts() > 0;
    let of_place = package.remote() != "fully" && package.place.is_some();
    let of_languages = package.languages.as_ref().is_some_and(|languages| !languages.is_empty());
    let questions = [
        ("competences", expert.competences.is_none(), package.all_requirements().next().is_some()),
        ("dayparts", expert.dayparts.is_none(), of_dayparts),
        ("documents", expert.documents.is_none(), !listed(&package.documents).is_empty()),
        ("energy", pair.gives_and_drains().is_none(), package.tasks.iter().any(|task| !task.activities().is_empty())),
        ("experience", expert.experience.is_none(), !listed(&package.experience).is_empty()),
        ("helps", expert.helps.is_none(), of_comfort),
        ("hours", expert.hours.is_none(), true),
        ("languages", expert.languages.is_none(), of_languages),
        ("needs", expert.needs.is_none(), true),
        ("no_go", expert.no_go.is_none(), !pair.present().is_empty()),
        ("place", expert.place.is_none(), of_place),
        ("rather_not", expert.rather_not.is_none(), of_comfort),
        ("travel_km", expert.travel_km.is_none(), of_place),
        ("wishes", expert.wishes.is_none(), !package.learnables().is_empty()),
        ("work_forms", expert.work_forms.is_none(), true),
    ];
    questions.into_iter().filter(|(_, missing, reason)| *missing && *reason).map(|(key, _, _)| key).collect()
}
