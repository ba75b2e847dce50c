//! Repairs by trying everything: every set of one, of two and of three changes to a package.
#![allow(clippy::indexing_slicing, reason = "changes are numbered by the list that they are in")]

use super::answers::Asking;
use super::openings::{hours, week};
use super::records::{Expert, Need, Package, Tenths};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// A change: what it is called, what it changes, and what keeps it from going together with another (two changes with a word in common do not).
struct Change {
    told: Value,
    apply: Box<dyn Fn(&mut Package)>,
    excludes: Vec<String>,
}

/// The gates that nothing on the side of the work opens.
const NOTHING_OPENS: [&str; 6] = ["unavailable", "avoided", "work_form", "language", "document", "rule"];

impl Asking<'_> {
    /// The best set of one change, of two, and so on up to so many.
    pub(super) fn repairs(&self, package: &Package, most: usize) -> Value {
        let changes = self.changes(package);
        let is_stuck = |expert: &&Expert| self.assess(package, expert).1.shut.iter().any(|(gate, _)| NOTHING_OPENS.contains(gate));
        let people: Vec<&Expert> = self.folder.experts.iter().filter(|expert| !is_stuck(expert)).collect();
        let mut counted = HashMap::new();
        let mut sets = vec![Vec::new()];
        let mut repairs = Vec::new();
        self.count(package, &people, &changes, &[], &mut counted);
        for _ in 0..most {
            sets = longer(&sets, &changes);
            sets.retain(|set| self.count(package, &people, &changes, set, &mut counted).is_some());
            let minimal = |set: &&Vec<usize>| without_one(set).all(|others| counted.get(&others) < counted.get(*set));
            // Of equal ones the last is given; the first one is asked.
            let best = sets.iter().rev().filter(minimal).max_by_key(|set| counted.get(*set));
            let told = |set: &Vec<usize>| set.iter().map(|at| changes[*at].told.clone()).collect::<Vec<_>>();
            repairs.extend(best.map(|set| json!({ "changes": told(set), "eligible": counted.get(set) })));
        }
        json!({ "eligible": counted.get(&Vec::new()), "repairs": repairs })
    }

    /// How many are eligible after these changes; nothing when no task is left.
    fn count(
        &self,
        package: &Package,
        people: &[&Expert],
        changes: &[Change],
        set: &[usize],
        counted: &mut HashMap<Vec<usize>, usize>,
    ) -> Option<usize> {
        let mut changed = package.clone();
        set.iter().for_each(|at| (changes[*at].apply)(&mut changed));
        if changed.tasks.is_empty() {
            return None;
        }
        let eligible = people.iter().filter(|expert| self.assess(&changed, expert).1.shut.is_empty()).count();
        counted.insert(set.to_vec(), eligible);
        Some(eligible)
    }

    /// "leave out a task, move a daypart, other hours, an adaptation, guidance, partly remote", each in its order.
    fn changes(&self, package: &Package) -> Vec<Change> {
        let mut changes = Vec::new();
        for task in &package.tasks {
            let id = task.id.clone();
            changes.push(change(json!({ "leave_out": id }), &[], move |package| package.tasks.retain(|task| task.id != id)));
        }
        let fixed = package.fixed_dayparts();
        for from in week().into_iter().filter(|from| fixed.contains(from)) {
            for to in week().into_iter().filter(|to| !fixed.contains(to)) {
                let (told, words) = (json!({ "move": { "from": from, "to": to } }), [format!("from {from}"), format!("to {to}")]);
                let from = from.clone();
                changes.push(change(told, &words, move |package| moved(package, &from, &to)));
            }
        }
        changes.extend(other_hours(package));
        for adaptation in self.folder.lifts.keys().filter(|adaptation| !package.on_offer().contains(adaptation)) {
            let offered = adaptation.clone();
            let offer = move |package: &mut Package| package.adaptations.get_or_insert_default().push(offered.clone());
            changes.push(change(json!({ "adaptation": adaptation }), &[], offer));
        }
        let essential = package.all_requirements().filter(|asked| asked.need == Need::Essential && self.knob.essential_from > 0);
        for competence in essential.map(|asked| asked.competence.clone()).collect::<BTreeSet<_>>() {
            let told = json!({ "guidance": competence });
            changes.push(change(told, &[], move |package| package.guided.extend([competence.clone()])));
        }
        if package.remote() == "none" && package.place.is_some() {
            changes.push(change(json!({ "remote": "partly" }), &[], |package| package.remote = Some("partly".to_owned())));
        }
        changes
    }
}

fn change(told: Value, words: &[String], apply: impl Fn(&mut Package) + 'static) -> Change {
    Change { told, apply: Box::new(apply), excludes: words.to_vec() }
}

fn moved(package: &mut Package, from: &str, to: &str) {
    let fixed = package.dayparts.as_mut().and_then(|dayparts| dayparts.fixed.as_mut());
    fixed.into_iter().flatten().filter(|daypart| *daypart == from).for_each(|daypart| *daypart = to.to_owned());
}

/// "the fewest up to four whole hours down, not under none, or the most up to four whole hours up"
fn other_hours(package: &Package) -> Vec<Change> {
    let mut changes = Vec::new();
    for whole in 1..=4 {
        let min = package.hours.min.0 - 10 * whole;
        if min >= 0 {
            let told = json!({ "hours_from": hours(Tenths(min)) });
            changes.push(change(told, &["fewest".to_owned()], move |package| package.hours.min = Tenths(min)));
        }
    }
    for whole in 1..=4 {
        let max = package.hours.max.0 + 10 * whole;
        if max <= 1_680 {
            let told = json!({ "hours_to": hours(Tenths(max)) });
            changes.push(change(told, &["most".to_owned()], move |package| package.hours.max = Tenths(max)));
        }
    }
    changes
}

/// These sets with one later change each that goes with the others.
fn longer(sets: &[Vec<usize>], changes: &[Change]) -> Vec<Vec<usize>> {
    let mut longer = Vec::new();
    for set in sets {
        let first = set.last().map_or(0, |last| last + 1);
        for at in first..changes.len() {
            let goes_with = |other: &usize| changes[*other].excludes.iter().all(|word| !changes[at].excludes.contains(word));
            if set.iter().all(goes_with) {
                longer.push(set.iter().copied().chain([at]).collect());
            }
        }
    }
    longer
}

/// The set without each of its changes.
fn without_one(set: &[usize]) -> impl Iterator<Item = Vec<usize>> {
    set.iter().map(|left_out| set.iter().filter(|at| *at != left_out).copied().collect())
}
