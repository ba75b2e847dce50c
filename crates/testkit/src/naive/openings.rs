//! The smallest change that opens the one gate that is shut, for a near miss.

use super::pairs::Pair;
use super::records::Tenths;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// "Dayparts: `mon tue wed thu fri sat sun` × `am pm eve`".
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const PARTS: [&str; 3] = ["am", "pm", "eve"];

/// Every daypart, in the order of the week.
pub(super) fn week() -> Vec<String> {
    DAYS.iter().flat_map(|day| PARTS.iter().map(move |part| format!("{day}_{part}"))).collect()
}

impl Pair<'_> {
    /// What opens `gate`, by the last column of section 3; nothing when nothing does.
    pub(super) fn opening(&self, gate: &str, score: i64) -> Option<Value> {
        match gate {
            "no_go" => self.without_the_no_go(),
            "adaptation" => Some(json!({ "adaptations": self.adaptations_not_on_offer() })),
            "hours" => self.other_hours(),
            "dayparts" => self.moved_dayparts(),
            "distance" => Some(json!({ "remote": "partly" })),
            "essential" => Some(json!({ "guidance": self.essentials_under_threshold() })),
            "score_floor" => Some(json!({ "floor": score })),
            _ => None,
        }
    }

    /// "adaptations of the vocabulary that lift all of them [...] (fewest, then names)"; "or leaving out the tasks that carry them, when a task
    /// remains (no mixing)".
    fn without_the_no_go(&self) -> Option<Value> {
        let conditions = self.no_goes_present();
        let useful: Vec<&str> = self.folder.lifts.keys().map(String::as_str).collect();
        let useful: Vec<&str> = useful.into_iter().filter(|one| self.lifted_by(one).any(|lifted| conditions.contains(lifted))).collect();
        let lifting = (1..=conditions.len()).find_map(|number| self.lifting_all(&conditions, &useful, number));
        lifting.map(|adaptations| json!({ "adaptations": adaptations })).or_else(|| self.without_tasks(&conditions))
    }

    /// The first choice, in order of names, of `number` out of the `useful` adaptations that together lift all `conditions`.
    fn lifting_all<'a>(&self, conditions: &BTreeSet<&str>, useful: &[&'a str], number: usize) -> Option<Vec<&'a str>> {
        if number == 0 {
            return conditions.is_empty().then(Vec::new);
        }
        useful.iter().enumerate().find_map(|(index, adaptation)| {
            let lifted: BTreeSet<&str> = self.lifted_by(adaptation).collect();
            let remaining = conditions.difference(&lifted).copied().collect();
            let rest = self.lifting_all(&remaining, useful.get(index + 1..)?, number - 1)?;
            Some([vec![*adaptation], rest].concat())
        })
    }

    /// "leaving out the tasks that carry them, when a task remains".
    fn without_tasks(&self, conditions: &BTreeSet<&str>) -> Option<Value> {
        let tasks = self.package.tasks.iter();
        let carrying = tasks.filter(|task| task.conditions().iter().any(|condition| conditions.contains(condition.as_str())));
        let carrying: Vec<&str> = carrying.map(|task| task.id.as_str()).collect();
        (carrying.len() < self.package.tasks.len()).then(|| json!({ "leave_out": carrying }))
    }

    /// "other package hours, when the range left has its end not before its start and above 0": "the package hours nearest to today's (smallest
    /// |Δmin| + |Δmax|, then smallest |Δmin|)". The nearest have their ends at today's or at an end of the range left.
    fn other_hours(&self) -> Option<Value> {
        let (start, end) = self.range_left().filter(|(start, end)| end >= start && *end > 0)?;
        let (min, max) = (self.package.hours.min.0, self.package.hours.max.0);
        let ends = [min, max, start, end];
        let choices = ends.iter().flat_map(|new_min| ends.iter().map(move |new_max| (*new_min, *new_max)));
        let open = choices.filter(|(new_min, new_max)| *new_max > 0 && new_min <= new_max && end >= *new_min && start <= *new_max);
        let moved = |new_min: i64, new_max: i64| ((new_min - min).abs() + (new_max - max).abs(), (new_min - min).abs());
        let (new_min, new_max) = open.min_by_key(|(new_min, new_max)| moved(*new_min, *new_max))?;
        Some(json!({ "hours": { "min": hours(Tenths(new_min)), "max": hours(Tenths(new_max)) } }))
    }

    /// "moving dayparts, when the person has at least fixed + flexible in all": each missing fixed daypart, in weekday order, to the person's next
    /// daypart that is not a fixed one already.
    fn moved_dayparts(&self) -> Option<Value> {
        let available = self.expert.dayparts.as_ref()?;
        let fixed = self.package.fixed_dayparts();
        if (available.len() as i64) < fixed.len() as i64 + self.package.flexible_dayparts() {
            return None;
        }
        let week = week();
        let missing = week.iter().filter(|daypart| fixed.contains(daypart) && !available.contains(daypart));
        let free = week.iter().filter(|daypart| available.contains(daypart) && !fixed.contains(daypart));
        let moves: Map<String, Value> = missing.zip(free).map(|(from, to)| (from.clone(), json!(to))).collect();
        Some(json!({ "move": moves }))
    }
}

/// Hours as the folder writes them: whole, or with one decimal.
pub(super) fn hours(Tenths(tenths): Tenths) -> Value {
    if tenths % 10 == 0 { json!(tenths / 10) } else { json!(tenths as f64 / 10.0) }
}
