//! What turning the matcher knob would do to everybody: in a programme, or in the whole network. Nothing is saved, and nobody counts as shown.

use std::ops::ControlFlow;

use raakvlak_domain::knobs::{MatcherKnob, MatcherSetting, Scope};
use raakvlak_engine::batch::in_order;
use raakvlak_engine::crew::Crew;
use raakvlak_engine::demand::Demand;
use raakvlak_engine::fairness::{Alarm, Places, Spread, alarms, spread};
use raakvlak_engine::shortlist::shortlist;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Settings, Source, resolved, scopes_from, scopes_of};
use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;
use crate::ranking::packages::OpenPackage;
use crate::ranking::people::Snapshot;

/// What a setting would do to the lists of all packages in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScopePreview {
    /// How many packages in the scope are open to matches.
    pub packages: usize,
    /// How many of them a narrower setting holds for: their own, that of their programme, or the weights with which their programme starts.
    pub set_elsewhere: usize,
    /// How many of those hold with the weights with which their programme starts: for them everything but the weights of the setting would count. For the
    /// others nothing would change.
    pub weights_elsewhere: usize,
    /// In how many of them the list would hold others, or the same people in another order.
    pub changed: usize,
    /// How many people would be in a list who are in none now.
    pub enter: usize,
    /// How many people would be in no list any more.
    pub leave: usize,
    /// How places are spread now.
    pub before: Spread,
    /// How they would be spread.
    pub after: Spread,
    /// What would get worse. Somebody has to have seen it before the knob is turned.
    pub alarms: Vec<Alarm>,
}

impl Desk {
    /// What a setting would do to the shortlists of every open package in a scope: how many people would be shown who are not now, the other way round, and
    /// whether places would be spread less fairly. It names nobody.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for anybody but mediators and stewards.
    pub fn preview_scope(&self, actor: &Actor, scope: &Scope, setting: &MatcherSetting) -> Result<ScopePreview, Error> {
        authorise(actor, Action::TurnKnob, &Object::Network)?;
        self.read(|db| scopes_from(db, scope).map(drop))?;
        let snapshot = self.people()?;
        let open = self.open_packages(&snapshot)?;
        let within = open.iter().filter(|open| scopes_of(&open.package).contains(scope));
        let trials = within.map(|package| Trial::of(&open.settings, package, scope, setting)).collect::<Result<Vec<_>, _>>()?;
        let outcome = self.tried(&snapshot, &trials)?;
        let spread = |places: &Places| spread(&snapshot.pool, snapshot.words.lexicon.vocabulary(), snapshot.day, places);
        let (before, after) = (spread(&outcome.before), spread(&outcome.after));
        Ok(ScopePreview {
            packages: trials.len(),
            set_elsewhere: trials.iter().filter(|trial| trial.narrower != Source::Start).count(),
            weights_elsewhere: trials.iter().filter(|trial| trial.narrower == Source::ProgrammeStart).count(),
            changed: outcome.changed,
            enter: outcome.after.only_here(&outcome.before),
            leave: outcome.before.only_here(&outcome.after),
            alarms: alarms(&before, &after),
            before,
            after,
        })
    }

    fn tried(&self, snapshot: &Snapshot, trials: &[Trial<'_>]) -> Result<Outcome, Error> {
        let demands = trials.iter().map(|trial| {
            let before = self.demand_of_open(trial.open)?;
            let after = (trial.open.knob.matcher != trial.after).then(|| before.turned(&trial.after));
            Ok((before, after))
        });
        let demands: Vec<(Demand, Option<Demand>)> = demands.collect::<Result<_, Error>>()?;
        let listed = |demand: &Demand, crew: Crew| -> Vec<u32> {
            shortlist(&snapshot.pool, demand, snapshot.day, crew).places.iter().map(|place| place.ranked.person).collect()
        };
        let both = |(before, after): &(Demand, Option<Demand>), crew: Crew| {
            let lists = listed(before, crew);
            let turned = after.as_ref().map_or_else(|| lists.clone(), |after| listed(after, crew));
            (lists, turned)
        };
        let mut outcome = Outcome { before: Places::none(&snapshot.pool), after: Places::none(&snapshot.pool), changed: 0 };
        let _ = in_order(&demands, self.matcher().threads(), both, |(before, after)| {
            outcome.changed += usize::from(before != after);
            before.into_iter().for_each(|person| outcome.before.add(person));
            after.into_iter().for_each(|person| outcome.after.add(person));
            ControlFlow::Continue(())
        });
        Ok(outcome)
    }
}

/// An open package, with the setting that would hold for it.
struct Trial<'a> {
    open: &'a OpenPackage,
    after: MatcherKnob,
    /// Where what holds more narrowly than the scope comes from; the start where nothing does.
    narrower: Source,
}

impl<'a> Trial<'a> {
    fn of(mut settings: &Settings, open: &'a OpenPackage, scope: &Scope, setting: &MatcherSetting) -> Result<Self, Error> {
        // What is set more narrowly goes on counting; the weights with which a programme starts stand on top of what the network says.
        let scopes: Vec<Scope> = scopes_of(&open.package).into_iter().take_while(|found| found != scope).collect();
        let (found, _, narrower) = resolved(&mut settings, &scopes)?;
        let after = open.knob.with_matcher(match narrower {
            Source::Start | Source::Network => *setting,
            Source::ProgrammeStart => MatcherSetting { weights: found.weights, ..*setting },
            Source::Package | Source::Programme => found,
        });
        Ok(Self { open, after: after.matcher, narrower })
    }
}

/// Who is in which list before and after.
struct Outcome {
    before: Places,
    after: Places,
    changed: usize,
}
