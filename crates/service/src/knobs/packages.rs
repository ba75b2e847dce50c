//! What turning the packages knob would do: how the open packages of a scope would be carved, before and after. Nothing is saved and nobody is named.

use raakvlak_domain::identifiers::PackageId;
use raakvlak_domain::knobs::{Knob, Scope};
use raakvlak_domain::packages::{PackagesKnob, TaskPackage};
use raakvlak_domain::quantities::TotalHours;
use serde::Serialize;
use utoipa::ToSchema;

use super::{narrowest, open_in, scopes_of};
use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::carving::{Carving, Sizes, within_threshold};
use crate::desk::Desk;
use crate::error::Error;

/// So many packages are carved at most, those first whose ids come first.
const MOST_PACKAGES: usize = 50;

/// How many parts are looked at for each carving: enough for every job of up to fourteen tasks.
const STEPS: u64 = 20_000;

/// What a setting of the packages knob would do in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PackagesPreview {
    /// How many packages in the scope are open to matches.
    pub packages: usize,
    /// How many of them have a narrower setting of their own, so that nothing changes for them.
    pub set_elsewhere: usize,
    /// How many of the others were carved: at most fifty, those first whose ids come first.
    pub looked_at: usize,
    /// How many of those would be carved otherwise.
    pub changed: usize,
    /// Each of those that were carved, before and after.
    pub effects: Vec<PackagesEffect>,
}

/// How one package is carved before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PackagesEffect {
    /// The package.
    pub package: PackageId,
    /// How many people can carry it as one job.
    pub as_one_job: u32,
    /// Under the setting that holds.
    pub before: CarvedCounts,
    /// Under the setting that is tried.
    pub after: CarvedCounts,
}

/// What a carving comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CarvedCounts {
    /// How many parts.
    pub parts: usize,
    /// The hours of the tasks in them.
    pub hours: TotalHours,
    /// How many tasks are in none.
    pub left_over: usize,
    /// How many people can be proposed for at least one part.
    pub people: u32,
    /// How many people can be proposed for the part that has the fewest; `None` without parts.
    pub smallest_group: Option<u32>,
}

impl From<&Carving> for CarvedCounts {
    fn from(carving: &Carving) -> Self {
        Self {
            parts: carving.parts.len(),
            hours: carving.hours,
            left_over: carving.left_over.len(),
            people: carving.people,
            smallest_group: carving.parts.iter().map(|part| part.people).min(),
        }
    }
}

impl Desk {
    /// What a setting of the packages knob would do to the open packages of a scope: how many parts each would be carved into, and how many people could be
    /// proposed for one.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for anybody but mediators.
    pub fn preview_packages_knob(&self, actor: &Actor, scope: &Scope, setting: &PackagesKnob) -> Result<PackagesPreview, Error> {
        authorise(actor, Action::PreviewKnob, &Object::Network)?;
        let (open, set_elsewhere): (Vec<_>, Vec<_>) =
            self.read(|db| open_in(db, Knob::Packages, scope))?.into_iter().partition(|(_, is_set_elsewhere)| !is_set_elsewhere);
        let looked_at = open.iter().take(MOST_PACKAGES);
        let effects = looked_at.map(|(found, _)| self.packages_effect(&found.package, setting)).collect::<Result<Vec<_>, _>>()?;
        Ok(PackagesPreview {
            packages: open.len() + set_elsewhere.len(),
            set_elsewhere: set_elsewhere.len(),
            looked_at: effects.len(),
            changed: effects.iter().filter(|effect| effect.before != effect.after).count(),
            effects,
        })
    }

    fn packages_effect(&self, package: &TaskPackage, setting: &PackagesKnob) -> Result<PackagesEffect, Error> {
        let (knob, holds) = self.read(|db| {
            let knob = super::effective(db, package)?;
            Ok((knob, narrowest::<PackagesKnob>(db, &scopes_of(package))?.0))
        })?;
        let sizes = |setting: PackagesKnob| Sizes::of(package, within_threshold(setting, &knob.threshold));
        let before = self.carved(package, &knob, sizes(holds), STEPS)?.answer;
        let after = match (sizes(holds), sizes(*setting)) {
            (same, other) if same == other => before.clone(),
            (_, other) => self.carved(package, &knob, other, STEPS)?.answer,
        };
        let (as_one_job, before, after) = (before.as_one_job, CarvedCounts::from(&before), CarvedCounts::from(&after));
        Ok(PackagesEffect { package: package.id.clone(), as_one_job, before, after })
    }
}
