//! Section 3: which gates are shut for one package and one expert, and the details that exchange names for each.

use super::criteria::Criterion;
use super::pairs::{Pair, days_between};
use super::records::{AskedDocument, Need, listed};
use std::collections::BTreeSet;

/// One empty detail: "all others one empty detail".
fn one_empty(shut: bool) -> Vec<String> {
    if shut { vec![String::new()] } else { Vec::new() }
}

impl Pair<'_> {
    /// The shut gates but `score_floor`, "in this order", each with its details. Without details a gate is not shut: it is open, or what it
    /// needs was not told ("what an expert has not told never shuts a gate"). No rule is active here.
    pub(super) fn shut_gates(&self, criteria: &[(&'static str, Criterion)]) -> Vec<(&'static str, Vec<String>)> {
        let gates = vec![
            ("unavailable", self.unavailable()),
            ("avoided", self.avoided()),
            ("work_form", self.work_form()),
            ("no_go", self.no_go()),
            ("adaptation", self.adaptations_not_on_offer()),
            ("hours", self.hours()),
            ("dayparts", self.dayparts()),
            ("distance", self.too_far()),
            ("language", self.languages()),
            ("document", self.documents()),
            ("rule", Vec::new()),
            ("essential", self.essentials_under_threshold()),
            ("tie", self.no_tie(criteria)),
        ];
        gates.into_iter().filter(|(_, details)| !details.is_empty()).collect()
    }

    /// "not said yes to being matched (never asked counts too), or paused, or standby while the package is no call-up"; "`availability` not told
    /// means available".
    fn unavailable(&self) -> Vec<String> {
        let answer = match self.expert.wants_to_be_matched {
            None => Some("not_asked"),
            Some(false) => Some("no"),
            Some(true) => None,
        };
        let availability = match self.expert.availability.as_deref() {
            Some("paused") => Some("paused"),
            Some("standby") if self.package.call_up != Some(true) => Some("standby"),
            _ => None,
        };
        answer.into_iter().chain(availability).map(str::to_owned).collect()
    }

    /// "the expert never wants to be matched with this organisation".
    fn avoided(&self) -> Vec<String> {
        one_empty(listed(&self.expert.avoid).contains(&self.package.organisation))
    }

    /// "the package's work form is not among the accepted ones".
    fn work_form(&self) -> Vec<String> {
        let refused = self.expert.work_forms.as_ref().is_some_and(|accepted| !accepted.contains(&self.package.work_form));
        if refused { vec![self.package.work_form.clone()] } else { Vec::new() }
    }

    /// "a present condition is a no-go".
    fn no_go(&self) -> Vec<String> {
        self.no_goes_present().into_iter().map(str::to_owned).collect()
    }

    /// "a needed adaptation is not on offer".
    pub(super) fn adaptations_not_on_offer(&self) -> Vec<String> {
        let missing = listed(&self.expert.needs).iter().filter(|need| !self.package.on_offer().contains(need));
        missing.cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// "the range left [...] has its end before its start, or its end < package min, or its start > package max".
    fn hours(&self) -> Vec<String> {
        let asked = self.package.hours;
        let shut = self.range_left().is_some_and(|(start, end)| end < start || end < asked.min.0 || start > asked.max.0);
        one_empty(shut)
    }

    /// "a fixed daypart of the package is not available, or fewer of the person's other dayparts remain than the flexible ones asked"; the details
    /// are "each missing fixed daypart, and empty when too few others remain".
    fn dayparts(&self) -> Vec<String> {
        let Some(available) = &self.expert.dayparts else { return Vec::new() };
        let fixed = self.package.fixed_dayparts();
        let others = available.iter().filter(|daypart| !fixed.contains(daypart)).count() as i64;
        let missing = fixed.iter().filter(|daypart| !available.contains(daypart)).cloned();
        missing.chain(one_empty(others < self.package.flexible_dayparts())).collect()
    }

    /// "remote is `none`, both places and the travel limit are told, and the distance exceeds the limit".
    fn too_far(&self) -> Vec<String> {
        let beyond = matches!((self.distance(), self.travel_limit()), (Some(distance), Some(limit)) if distance > limit);
        one_empty(self.package.remote() == "none" && beyond)
    }

    /// "a required language is not listed, or under the required level".
    fn languages(&self) -> Vec<String> {
        let Some(spoken) = &self.expert.languages else { return Vec::new() };
        let asked = self.package.languages.iter().flatten();
        let lacking = asked.filter(|(language, level)| spoken.get(*language).is_none_or(|spoken| spoken < *level));
        lacking.map(|(language, _)| language.clone()).collect()
    }

    /// "a required document [...] is missing, unless [it can be obtained in time]: then a to-do".
    fn documents(&self) -> Vec<String> {
        let Some(held) = &self.expert.documents else { return Vec::new() };
        let missing = listed(&self.package.documents).iter().filter(|asked| !held.contains(&asked.document) && !self.obtainable(asked));
        missing.map(|asked| asked.document.clone()).collect()
    }

    /// "`obtainable_days` is told and (no start told, or start ≤ `as_of`, or `as_of + obtainable_days` ≤ start)".
    fn obtainable(&self, asked: &AskedDocument) -> bool {
        match (asked.obtainable_days, self.package.start) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(days), Some(start)) => start <= self.as_of || days <= days_between(self.as_of, start),
        }
    }

    /// "a requirement with need essential (its own level) stays under the threshold knob's `essential_from`"; the details are the competences.
    pub(super) fn essentials_under_threshold(&self) -> Vec<String> {
        if self.expert.competences.is_none() {
            return Vec::new();
        }
        let essential = self.package.all_requirements().filter(|asked| asked.need == Need::Essential);
        let essential = essential.filter(|asked| !self.package.guided.contains(&asked.competence));
        let under = essential.filter(|asked| self.requirement_value(&asked.competence, asked.level) < self.knob.essential_from);
        under.map(|asked| asked.competence.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// "at least one of tasks, competence, experience, development is not silent, those that are not are all under `tie_from`, and none of them
    /// stands on doubt".
    fn no_tie(&self, criteria: &[(&'static str, Criterion)]) -> Vec<String> {
        let of_the_work = ["tasks", "competence", "experience", "development"];
        let tying = criteria.iter().filter(|(name, criterion)| of_the_work.contains(name) && *criterion != Criterion::Silent);
        let tying: Vec<Criterion> = tying.map(|(_, criterion)| *criterion).collect();
        let under = |criterion: &Criterion| matches!(criterion, Criterion::Known(value) if *value < self.knob.tie_from);
        one_empty(!tying.is_empty() && tying.iter().all(under))
    }

    /// "every other gate is not shut, the score is under the matcher knob's `floor`, and no criterion that is not silent, also of weight 0, stands on
    /// doubt"; "when only silent criteria have weight [...] the floor shuts nobody". The caller sees to the other gates.
    pub(super) fn score_floor_shuts(&self, criteria: &[(&'static str, Criterion)], score: i64) -> bool {
        let on_doubt = criteria.iter().any(|(_, criterion)| *criterion == Criterion::Doubt);
        let heard =
            criteria.iter().zip(self.knob.weights).any(|((_, criterion), (_, weight))| *criterion != Criterion::Silent && weight > 0);
        score < self.knob.floor && !on_doubt && heard
    }
}
