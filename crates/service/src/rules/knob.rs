//! The rules knob: which rules it may name, and what a turn of it would do.

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::PackageId;
use raakvlak_domain::knobs::{Knob, Scope};
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::rules::RulesKnob;
use raakvlak_store::Db;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;
use crate::knobs::open_in;

/// What a turn of the rules knob would do to a package that is open to matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RulesEffect {
    /// The package.
    pub package: PackageId,
    /// How many people rules keep out of it now.
    pub kept_out_before: usize,
    /// How many they would keep out.
    pub kept_out_after: usize,
    /// How many of those can be proposed now.
    pub newly_kept_out: usize,
    /// How many are kept out now and would not be.
    pub let_in: usize,
}

impl Desk {
    /// What a setting of the rules knob would do in a scope that is not turned: for every open package in it, how many people it keeps out and lets in.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist, [`Error::Invalid`] for rules that do not exist, [`Error::NotAllowed`] for anybody but
    /// mediators.
    pub fn preview_rules_knob(&self, actor: &Actor, scope: &Scope, setting: &RulesKnob) -> Result<Vec<RulesEffect>, Error> {
        authorise(actor, Action::PreviewKnob, &Object::Network)?;
        let open = self.read(|db| {
            refuse_unknown(self, db, setting)?;
            open_in(db, Knob::Rules, scope)
        })?;
        let for_which_it_holds = open.iter().filter(|(_, is_set_elsewhere)| !is_set_elsewhere);
        for_which_it_holds.map(|(found, _)| self.rules_effect(&found.package, setting)).collect()
    }

    fn rules_effect(&self, package: &TaskPackage, setting: &RulesKnob) -> Result<RulesEffect, Error> {
        let (before, after) = (self.kept_out(package, None)?, self.kept_out(package, Some(setting))?);
        Ok(RulesEffect {
            package: package.id.clone(),
            kept_out_before: before.len(),
            kept_out_after: after.len(),
            newly_kept_out: after.difference(&before).count(),
            let_in: before.difference(&after).count(),
        })
    }
}

/// Rules that a setting names and that do not exist, all at once.
pub(crate) fn refuse_unknown(desk: &Desk, db: &mut Db, setting: &RulesKnob) -> Result<(), Error> {
    let book = desk.rule_keeper().book(db)?;
    let switches = setting.switches.iter().enumerate();
    let unknown = switches.filter(|(_, switch)| book.of(&switch.rule).is_empty());
    let faults: Vec<Fault> = unknown
        .map(|(at, switch)| Fault::new(format!("/setting/switches/{at}/rule"), FaultKind::Dangling { id: switch.rule.to_string() }))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
