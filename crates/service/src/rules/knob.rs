//! The rules knob: which rules act and how, in a scope; turning it, and what that would do.

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{KnobVersionId, PackageId};
use raakvlak_domain::knobs::{Knob, Scope, Setting};
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::rules::RulesKnob;
use raakvlak_domain::texts::Prose;
use raakvlak_store::packages::{self, PackageQuery};
use raakvlak_store::{Db, knobs};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest};
use crate::error::Error;
use crate::knobs::{Asked, Source, VersionView, narrowest, scopes_from, scopes_of, shown, turn};

/// How the rules knob stands in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RulesStanding {
    /// Which knob.
    pub knob: Knob,
    /// The sort of scope: `network`, `programme` or `package`.
    pub scope: &'static str,
    /// The record that the scope is about; `None` for the network.
    pub id: Option<String>,
    /// The setting that holds here.
    pub setting: RulesKnob,
    /// Where it comes from: the scope itself, a wider one, or where the knob starts.
    pub from: Source,
    /// The version that holds here; `None` when no version does.
    pub version: Option<KnobVersionId>,
    /// How many versions this scope itself has had; the next turn must name it.
    pub number: u64,
}

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
    /// How the rules knob stands in a scope.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for who reads no knobs.
    pub fn rules_knob(&self, actor: &Actor, scope: &Scope) -> Result<RulesStanding, Error> {
        authorise(actor, Action::ReadKnob, &Object::Network)?;
        self.read(|db| standing(db, scope))
    }

    /// The versions of the rules knob in a scope, newest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for who reads no knobs.
    pub fn rules_knob_versions(&self, actor: &Actor, scope: &Scope, request: &PageRequest) -> Result<Page<VersionView>, Error> {
        authorise(actor, Action::ReadKnob, &Object::Network)?;
        let before = request.number()?;
        self.read(|db| {
            scopes_from(db, scope)?;
            let found = knobs::versions(db, Knob::Rules, scope, before, request.rows())?;
            Ok(Page::of(found, request, |version| version.number.to_string()).map(shown))
        })
    }

    /// Turns the rules knob in a scope, as [`Desk::turn_knob`] turns the matcher's.
    ///
    /// # Errors
    ///
    /// As there, and [`Error::Invalid`] for rules that do not exist, all at once.
    pub fn turn_rules_knob(
        &self,
        actor: &Actor,
        scope: &Scope,
        setting: Option<RulesKnob>,
        why: Prose,
        built_on: u64,
    ) -> Result<RulesStanding, Error> {
        let (desk, scope) = (self.clone(), scope.clone());
        self.write(actor, move |tx, actor| {
            authorise(actor, Action::TurnKnob, &Object::Network)?;
            refuse_unknown(&desk, tx, setting.as_ref())?;
            let asked = Asked { scope, setting: setting.map(Setting::Rules), why, built_on };
            turn(tx, actor, Knob::Rules, asked, standing, |standing| &standing.setting)
        })
    }

    /// What a setting of the rules knob would do in a scope that is not turned: for every open package in it, how many people it keeps out and lets in.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist, [`Error::Invalid`] for rules that do not exist, [`Error::NotAllowed`] for anybody but
    /// mediators.
    pub fn preview_rules_knob(&self, actor: &Actor, scope: &Scope, setting: &RulesKnob) -> Result<Vec<RulesEffect>, Error> {
        authorise(actor, Action::PreviewKnob, &Object::Network)?;
        let open = self.read(|db| {
            refuse_unknown(self, db, Some(setting))?;
            scopes_from(db, scope)?;
            open_in(db, scope)
        })?;
        open.iter().map(|package| self.rules_effect(package, setting)).collect()
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

/// The open packages for which a turn in this scope would count: those that no narrower setting holds for.
fn open_in(db: &mut Db, scope: &Scope) -> Result<Vec<TaskPackage>, Error> {
    let query = PackageQuery { states: Some(vec![PackageState::Published]), ..PackageQuery::default() };
    let mut open = Vec::new();
    for found in packages::list(db, &query)? {
        let scopes = scopes_of(&found.package);
        let Some(at) = scopes.iter().position(|of| of == scope) else { continue };
        let narrower = scopes.get(..at).unwrap_or_default();
        if narrowest::<RulesKnob>(db, narrower)?.1.is_none() {
            open.push(found.package);
        }
    }
    Ok(open)
}

fn standing(db: &mut Db, scope: &Scope) -> Result<RulesStanding, Error> {
    let scopes = scopes_from(db, scope)?;
    let (setting, version, from) = narrowest::<RulesKnob>(db, &scopes)?;
    let number = knobs::latest(db, Knob::Rules, scope)?.map_or(0, |version| version.number);
    Ok(RulesStanding { knob: Knob::Rules, scope: scope.kind(), id: scope.id().map(str::to_owned), setting, from, version, number })
}

fn refuse_unknown(desk: &Desk, db: &mut Db, setting: Option<&RulesKnob>) -> Result<(), Error> {
    let book = desk.rule_keeper().book(db)?;
    let switches = setting.iter().flat_map(|setting| &setting.switches).enumerate();
    let unknown = switches.filter(|(_, switch)| book.of(&switch.rule).is_empty());
    let faults: Vec<Fault> = unknown
        .map(|(at, switch)| Fault::new(format!("/setting/switches/{at}/rule"), FaultKind::Dangling { id: switch.rule.to_string() }))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
