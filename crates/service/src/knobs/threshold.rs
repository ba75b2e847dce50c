//! The threshold knob: what turning it would do, and whom it keeps out alone. Nothing is saved and nobody is named.

use std::ops::ControlFlow;

use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::identifiers::PackageId;
use raakvlak_domain::knobs::{Knob, Scope};
use raakvlak_domain::quantities::BasisPoints;
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_domain::users::Role;
use raakvlak_engine::answer;
use raakvlak_engine::barriers::Barrier;
use raakvlak_engine::batch::in_order;
use raakvlak_engine::crew::Crew;
use raakvlak_engine::demand::Demand;
use raakvlak_engine::fairness::telling_fewer;
use raakvlak_engine::gates::Gate;
use raakvlak_store::Db;
use raakvlak_store::packages::StoredPackage;
use serde::Serialize;
use utoipa::ToSchema;

use super::{InForce, Settings, effective, narrowest, open_in, scopes_from};
use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest};
use crate::error::Error;
use crate::figures::large;
use crate::ranking::people::Snapshot;

/// So many packages are looked at at most, those first whose ids come first.
const MOST_PACKAGES: usize = 100;

/// What a setting of the threshold knob would do in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThresholdPreview {
    /// How many packages in the scope are open to matches.
    pub packages: usize,
    /// How many of them have a narrower setting of their own, so that nothing changes for them.
    pub set_elsewhere: usize,
    /// How many of the others were looked at: at most a hundred, those first whose ids come first.
    pub looked_at: usize,
    /// For how many of those something would change.
    pub changed: usize,
    /// How many people who can be matched told less than is asked before a first offer in this scope.
    pub asked_first_before: u32,
    /// How many would have.
    pub asked_first_after: u32,
    /// Each of those that were looked at.
    pub effects: Vec<ThresholdEffect>,
}

/// What a setting would do to one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThresholdEffect {
    /// The package.
    pub package: PackageId,
    /// Under the setting that holds.
    pub before: ThresholdCounts,
    /// Under the setting that is tried.
    pub after: ThresholdCounts,
}

/// What a setting comes to for one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThresholdCounts {
    /// How many people can be proposed.
    pub eligible: u32,
    /// How many people nothing but an essential requirement keeps out.
    pub by_essential: u32,
    /// How many people nothing but one diploma keeps out.
    pub by_diploma: u32,
    /// What the package lacks to be published, as JSON pointers. A package that is published already stays so.
    pub lacks: Vec<String>,
    /// Whether a mediator should have taken it in by now.
    pub waits: bool,
}

/// What holds of the whole report on whom the threshold keeps out, whichever page of it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThresholdReport {
    /// The day for which it holds.
    pub as_of: Date,
    /// How many packages in the scope are open to matches.
    pub packages: usize,
}

/// Whom the threshold keeps out of one package. Counts under ten are null for whoever sees no people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeptOutByThreshold {
    /// The package.
    pub package: PackageId,
    /// The value that an essential requirement must reach.
    pub essential_from: BasisPoints,
    /// How many people can be proposed.
    pub eligible: Option<u32>,
    /// How many people nothing but essential requirements keep out.
    pub alone: Option<u32>,
    /// How many people they keep out in all.
    pub all: Option<u32>,
    /// The same for each essential requirement.
    pub requirements: Vec<RequirementKeptOut>,
    /// The same for each diploma that is a gate.
    pub diplomas: Vec<RequirementKeptOut>,
}

/// Whom one requirement keeps out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RequirementKeptOut {
    /// The competence, or the document.
    pub requirement: String,
    /// How many people it alone keeps out.
    pub alone: Option<u32>,
    /// How many people it keeps out in all.
    pub all: Option<u32>,
}

impl Desk {
    /// What a setting of the threshold knob would do to the open packages of a scope: how many people could be proposed, whom a threshold alone keeps out, and
    /// what would be asked of organisations.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for anybody but mediators.
    pub fn preview_threshold_knob(&self, actor: &Actor, scope: &Scope, setting: &ThresholdKnob) -> Result<ThresholdPreview, Error> {
        authorise(actor, Action::PreviewKnob, &Object::Network)?;
        let (holds, all) = self.read(|db| {
            let scopes = scopes_from(db, scope)?;
            Ok((narrowest::<ThresholdKnob>(db, &scopes)?.0, trials_in(db, scope)?))
        })?;
        let (packages, set_elsewhere) = (all.len(), all.iter().filter(|trial| trial.is_set_elsewhere).count());
        let trials: Vec<Trial> = all.into_iter().filter(|trial| !trial.is_set_elsewhere).take(MOST_PACKAGES).collect();
        let snapshot = self.people()?;
        let effects = self.threshold_effects(&snapshot, &trials, setting)?;
        Ok(ThresholdPreview {
            packages,
            set_elsewhere,
            looked_at: effects.len(),
            changed: effects.iter().filter(|effect| effect.before != effect.after).count(),
            asked_first_before: telling_fewer(&snapshot.pool, holds.questions.get()),
            asked_first_after: telling_fewer(&snapshot.pool, setting.questions.get()),
            effects,
        })
    }

    /// Whom the threshold keeps out of the open packages of a scope, alone, by id: exact for a mediator, and from ten on for everybody else who reads
    /// figures. Only the packages of the page are ranked.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for who reads no figures.
    pub fn threshold_report(
        &self,
        actor: &Actor,
        scope: &Scope,
        request: &PageRequest,
    ) -> Result<(ThresholdReport, Page<KeptOutByThreshold>), Error> {
        let role = authorise(actor, Action::ReadFigures, &Object::Network)?;
        let (packages, page) = self.read(|db| page_of_trials(db, scope, request))?;
        let snapshot = self.people()?;
        let demands = page.items.iter().map(|trial| self.demand(&snapshot, &trial.stored.package, &trial.holds));
        let demands = demands.collect::<Result<Vec<_>, Error>>()?;
        let found = self.barriers_of(&snapshot, &demands);
        let count: fn(u32) -> Option<u32> = if role == Role::Mediator { Some } else { large };
        let items = page.items.iter().zip(&found).map(|(trial, found)| trial.kept_out(found, count)).collect();
        Ok((ThresholdReport { as_of: snapshot.day, packages }, Page { items, next: page.next }))
    }

    fn threshold_effects(&self, snapshot: &Snapshot, trials: &[Trial], setting: &ThresholdKnob) -> Result<Vec<ThresholdEffect>, Error> {
        let mut demands = Vec::with_capacity(2 * trials.len());
        for trial in trials {
            demands.push(self.demand(snapshot, &trial.stored.package, &trial.holds)?);
            demands.push(self.demand(snapshot, &trial.stored.package, &trial.holds.with_threshold(setting))?);
        }
        let found = self.barriers_of(snapshot, &demands);
        let now = self.now();
        let effect = |(trial, found): (&Trial, &[Found])| {
            let [before, after] = found else { return None };
            Some(ThresholdEffect {
                package: trial.stored.package.id.clone(),
                before: trial.counts(before, &trial.holds.threshold, now),
                after: trial.counts(after, setting, now),
            })
        };
        Ok(trials.iter().zip(found.chunks(2)).filter_map(effect).collect())
    }

    fn barriers_of(&self, snapshot: &Snapshot, demands: &[Demand]) -> Vec<Found> {
        let answered = |demand: &Demand, crew: Crew| {
            let answer = answer::answer(&snapshot.pool, demand, snapshot.day, crew);
            Found { eligible: answer.eligible, barriers: answer.barriers }
        };
        let mut found = Vec::with_capacity(demands.len());
        let _ = in_order(demands, self.matcher().threads(), answered, |one| {
            found.push(one);
            ControlFlow::Continue(())
        });
        found
    }
}

/// How many people can be proposed for a package, and what keeps the others out.
struct Found {
    eligible: u32,
    barriers: Vec<Barrier>,
}

impl Found {
    fn barrier(&self, gate: Gate) -> Option<&Barrier> {
        self.barriers.iter().find(|barrier| barrier.gate == gate)
    }
}

/// The open packages of a scope, each with what ranking goes by now.
fn trials_in(db: &mut Db, scope: &Scope) -> Result<Vec<Trial>, Error> {
    let settings = Settings::read(db)?;
    open_in(db, Knob::Threshold, scope)?.into_iter().map(|found| Trial::of(&settings, found)).collect()
}

/// A page of the open packages of a scope, by id, and how many there are in all.
fn page_of_trials(db: &mut Db, scope: &Scope, request: &PageRequest) -> Result<(usize, Page<Trial>), Error> {
    let open = open_in(db, Knob::Threshold, scope)?;
    let packages = open.len();
    let is_later = |stored: &StoredPackage| request.after.as_deref().is_none_or(|after| stored.package.id.as_str() > after);
    let rows = open.into_iter().filter(|(stored, _)| is_later(stored)).take(request.shown() + 1);
    let settings = Settings::read(db)?;
    let trials = rows.map(|found| Trial::of(&settings, found)).collect::<Result<Vec<_>, _>>()?;
    Ok((packages, Page::of(trials, request, |trial| trial.stored.package.id.to_string())))
}

/// A package with what ranking goes by for it.
struct Trial {
    stored: StoredPackage,
    holds: InForce,
    is_set_elsewhere: bool,
}

impl Trial {
    fn of(mut settings: &Settings, (stored, is_set_elsewhere): (StoredPackage, bool)) -> Result<Self, Error> {
        let holds = effective(&mut settings, &stored.package)?;
        Ok(Self { stored, holds, is_set_elsewhere })
    }

    fn counts(&self, found: &Found, setting: &ThresholdKnob, now: Instant) -> ThresholdCounts {
        let by_diploma = self.diplomas(found.barrier(Gate::Document)).map(|(_, alone, _)| alone).sum();
        ThresholdCounts {
            eligible: found.eligible,
            by_essential: found.barrier(Gate::Essential).map_or(0, |barrier| barrier.alone),
            by_diploma,
            lacks: setting.lacks(&self.stored.package).into_iter().map(|fault| fault.pointer).collect(),
            waits: waits_for_intake(&self.stored, setting, now),
        }
    }

    /// The diplomas of the package among what a gate asks, each with how many people it keeps out alone and in all.
    fn diplomas<'a>(&'a self, barrier: Option<&'a Barrier>) -> impl Iterator<Item = (&'a str, u32, u32)> {
        let documents = &self.stored.package.documents;
        let is_diploma = |id: &str| documents.iter().any(|asked| asked.diploma && asked.document.as_str() == id);
        let details = barrier.into_iter().flat_map(|barrier| &barrier.details);
        details.filter(move |detail| is_diploma(&detail.detail)).map(|detail| (detail.detail.as_str(), detail.alone, detail.all))
    }

    fn kept_out(&self, found: &Found, count: fn(u32) -> Option<u32>) -> KeptOutByThreshold {
        let essential = found.barrier(Gate::Essential);
        let row = |(requirement, alone, all): (&str, u32, u32)| RequirementKeptOut {
            requirement: requirement.to_owned(),
            alone: count(alone),
            all: count(all),
        };
        let details = essential.into_iter().flat_map(|barrier| &barrier.details);
        KeptOutByThreshold {
            package: self.stored.package.id.clone(),
            essential_from: self.holds.threshold.essential_from,
            eligible: count(found.eligible),
            alone: count(essential.map_or(0, |barrier| barrier.alone)),
            all: count(essential.map_or(0, |barrier| barrier.all)),
            requirements: details.map(|detail| row((&detail.detail, detail.alone, detail.all))).collect(),
            diplomas: self.diplomas(found.barrier(Gate::Document)).map(row).collect(),
        }
    }
}

/// Whether a published package that no mediator took in has waited longer than the knob says.
pub(crate) fn waits_for_intake(stored: &StoredPackage, setting: &ThresholdKnob, now: Instant) -> bool {
    let is_due = |(published, days): (Instant, raakvlak_domain::quantities::Days)| {
        published.plus_seconds(i64::from(days.get()) * 24 * 60 * 60) <= now
    };
    stored.taken_in_at.is_none() && stored.published_at.zip(setting.intake_days).is_some_and(is_due)
}
