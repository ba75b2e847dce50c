//! Section 4: the nine criteria of one package and one expert.

use super::pairs::Pair;
use super::records::{Need, Requirement, Task, listed};
use std::collections::BTreeMap;

/// What one criterion says: nothing, the benefit of the doubt, or a value in basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Criterion {
    /// "A criterion that `p` gives no ground for is **silent**".
    Silent,
    /// "the expert has not told what [the] criterion needs".
    Doubt,
    /// Worked out from what is told.
    Known(i64),
}

use Criterion::{Doubt, Known, Silent};

impl Pair<'_> {
    pub(super) fn criterion(&self, name: &str) -> Criterion {
        match name {
            "tasks" => self.tasks(),
            "competence" => self.competence(),
            "experience" => self.experience(),
            "development" => self.development(),
            "energy" => self.energy(),
            "proximity" => self.proximity(),
            "hours" => self.wanted_hours(),
            "comfort" => self.comfort(),
            "turn" => Known(self.turn()),
            _ => Silent,
        }
    }

    /// "`v(r) = max over the expert's (c, l) of sim(c, r.c) · min(l, r.level) / r.level`, 0 without competences".
    pub(super) fn requirement_value(&self, asked: &str, level: i64) -> i64 {
        let held = listed(&self.expert.competences).iter();
        let values = held.map(|held| self.folder.similarities.sim(&held.competence, asked) * held.level.min(level) / level);
        values.max().unwrap_or(0)
    }

    /// "`t_j = Σ w_r·v(r) / Σ w_r` over `R_j`; 10 000 when `R_j` is empty".
    fn task_value(&self, task: &Task) -> i64 {
        let values =
            task.requirements().iter().map(|asked| (need_weight(asked.need), self.requirement_value(&asked.competence, asked.level)));
        weighted_mean(values).unwrap_or(10_000)
    }

    /// "`Σ h_j·[t_j ≥ carry_from]·10 000 / Σ h_j` [...] Silent when no task has a requirement. Doubt when competences are not told."
    fn tasks(&self) -> Criterion {
        if self.package.all_requirements().next().is_none() {
            return Silent;
        }
        if self.expert.competences.is_none() {
            return Doubt;
        }
        let carried = |task: &Task| if self.task_value(task) >= self.knob.carry_from { 10_000 } else { 0 };
        weighted_mean(self.package.tasks.iter().map(|task| (task.hours.0, carried(task)))).map_or(Silent, Known)
    }

    /// "over the package's distinct required competences (highest level, strongest need): `Σ w·v / Σ w`. Silent when there are none. Doubt when
    /// competences are not told."
    fn competence(&self) -> Criterion {
        let mut distinct: BTreeMap<&str, (i64, Need)> = BTreeMap::new();
        for Requirement { competence, level, need } in self.package.all_requirements() {
            let strongest = distinct.entry(competence).or_insert((*level, *need));
            *strongest = (strongest.0.max(*level), strongest.1.max(*need));
        }
        if distinct.is_empty() {
            return Silent;
        }
        if self.expert.competences.is_none() {
            return Doubt;
        }
        let values = distinct.into_iter().map(|(asked, (level, need))| (need_weight(need), self.requirement_value(asked, level)));
        weighted_mean(values).map_or(Silent, Known)
    }

    /// "`|asked domains ∩ expert's domains| · 10 000 / |asked|`. Silent when none asked."
    fn experience(&self) -> Criterion {
        let asked = listed(&self.package.experience);
        if asked.is_empty() {
            return Silent;
        }
        let Some(lived) = &self.expert.experience else { return Doubt };
        let shared = asked.iter().filter(|domain| lived.contains(domain)).count();
        Known(shared as i64 * 10_000 / asked.len() as i64)
    }

    /// "`Σ over wishes of max over learnables of sim(learnable, wish) / number of wishes`; doubt without wishes, told or not. Silent when the
    /// package has no learnables."
    fn development(&self) -> Criterion {
        let learnables = self.package.learnables();
        if learnables.is_empty() {
            return Silent;
        }
        let wishes = listed(&self.expert.wishes);
        if wishes.is_empty() {
            return Doubt;
        }
        let best = |wish: &String| learnables.iter().map(|learnable| self.folder.similarities.sim(learnable, wish)).max().unwrap_or(0);
        Known(wishes.iter().map(best).sum::<i64>() / wishes.len() as i64)
    }

    /// "`Σ h_j·x_j / Σ h_j` over tasks with activities [...] One of gives and drains missing counts as none; doubt when both are missing. Silent
    /// when no task has activities."
    fn energy(&self) -> Criterion {
        if self.package.tasks.iter().all(|task| task.activities().is_empty()) {
            return Silent;
        }
        let Some((gives, drains)) = self.gives_and_drains() else { return Doubt };
        let active = self.package.tasks.iter().filter(|task| !task.activities().is_empty());
        let values = active.map(|task| (task.hours.0, energy_of_task(task, gives, drains)));
        weighted_mean(values).map_or(Silent, Known)
    }

    /// What gives and what drains; nothing when neither is told.
    pub(super) fn gives_and_drains(&self) -> Option<(&[String], &[String])> {
        let energy = self.expert.energy.as_ref()?;
        if energy.gives.is_none() && energy.drains.is_none() {
            return None;
        }
        Some((listed(&energy.gives), listed(&energy.drains)))
    }

    /// "`10 000 − ⌊10 000·distance / travel limit⌋` in metres; 0 whenever the distance exceeds the limit; limit 0: 10 000 at distance 0. Doubt
    /// when the expert's place or travel limit is not told. Silent for a fully remote package and for one without a place."
    fn proximity(&self) -> Criterion {
        if self.package.remote() == "fully" || self.package.place.is_none() {
            return Silent;
        }
        match (self.distance(), self.travel_limit()) {
            (Some(distance), Some(limit)) if distance > limit => Known(0),
            (Some(_), Some(0)) => Known(10_000),
            (Some(distance), Some(limit)) => Known(10_000 - 10_000 * distance / limit),
            _ => Doubt,
        }
    }

    /// "`w` = sum of both ends of the range left (its end not under its start) [...]; `f` = `w` clamped to `[2·package min, 2·package max]`;
    /// `max(0, 10 000 − ⌊10 000·|w − f| / w⌋)`; `w` = 0: 10 000 when `f` = 0, else 0. Never silent; doubt when hours are not told."
    fn wanted_hours(&self) -> Criterion {
        let Some((start, end)) = self.range_left() else { return Doubt };
        let w = start + end.max(start);
        let f = w.clamp(2 * self.package.hours.min.0, 2 * self.package.hours.max.0);
        if w == 0 {
            return Known(if f == 0 { 10_000 } else { 0 });
        }
        Known((10_000 - 10_000 * (w - f).abs() / w).max(0))
    }

    /// "with `loss = 10 000·|rather-not ∩ present| / |present|` (0 when nothing is present): `10 000 − loss + min(loss / 2, 1 000·|helpful ∩ on
    /// offer|)`. Of rather-not and helpful a missing one counts as none; doubt when both are missing. Silent when the package has neither
    /// conditions nor adaptations."
    fn comfort(&self) -> Criterion {
        if !self.package.has_conditions() && self.package.on_offer().is_empty() {
            return Silent;
        }
        if self.expert.rather_not.is_none() && self.expert.helps.is_none() {
            return Doubt;
        }
        let present = self.present();
        let disliked = listed(&self.expert.rather_not).iter().filter(|condition| present.contains(condition.as_str())).count() as i64;
        let loss = if present.is_empty() { 0 } else { 10_000 * disliked / present.len() as i64 };
        let helpful = listed(&self.expert.helps).iter().filter(|adaptation| self.package.on_offer().contains(adaptation)).count() as i64;
        Known(10_000 - loss + (loss / 2).min(1_000 * helpful))
    }

    /// "`min(10 000, max(10 000·days waiting / 365, 10 000·days aside / 1 825))`: waiting since `last_offered`, else since registering [...] Never
    /// silent, never on doubt": who told no date at all has not waited.
    pub(super) fn turn(&self) -> i64 {
        let since = self.expert.last_offered.or(self.expert.registered);
        let waiting = since.map_or(0, |since| self.days_ago(since));
        (10_000 * waiting / 365).max(10_000 * self.days_aside() / 1_825).min(10_000)
    }
}

/// "`x_j` = 10 000 when one gives energy and none drains, 0 when one drains and none gives, else 5 000".
fn energy_of_task(task: &Task, gives: &[String], drains: &[String]) -> i64 {
    let one_gives = task.activities().iter().any(|activity| gives.contains(activity));
    let one_drains = task.activities().iter().any(|activity| drains.contains(activity));
    match (one_gives, one_drains) {
        (true, false) => 10_000,
        (false, true) => 0,
        _ => 5_000,
    }
}

/// "need weight: essential 3, desirable 1".
fn need_weight(need: Need) -> i64 {
    match need {
        Need::Essential => 3,
        Need::Desirable => 1,
    }
}

/// `Σ weight·value / Σ weight`, floored; nothing without any weight.
fn weighted_mean(weighted: impl Iterator<Item = (i64, i64)>) -> Option<i64> {
    let (sum, weights) = weighted.fold((0, 0), |(sum, weights), (weight, value)| (sum + weight * value, weights + weight));
    if weights == 0 { None } else { Some(sum / weights) }
}
