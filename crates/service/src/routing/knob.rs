//! The sector knob: what a turn of it would do to what waits for a person, and dealing that anew. A turn itself pulls nothing out of anybody's hands.

use std::collections::BTreeMap;

use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::knobs::Scope;
use raakvlak_domain::routing::{RoutingWay, SectorKnob};
use raakvlak_domain::texts::Line;
use raakvlak_engine::routing::{Candidate, Routed, Work, deal};
use raakvlak_store::todos::assignments;
use raakvlak_store::todos::{self, StoredTodo, TodoQuery};
use raakvlak_store::{Db, users};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Because, Errand, candidates, errand, give, note, worded};
use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;
use crate::knobs::{narrowest, scopes_from};

/// What a turn of the sector knob would do to the open to-dos of a scope, when they were dealt anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoutingPreview {
    /// Every open to-do of the scope that can move, oldest first.
    pub todos: Vec<RoutingEffect>,
    /// What everybody would have open.
    pub load: Vec<RoutingLoad>,
    /// How many to-dos of the scope stay where they are, since somebody handed them over by hand.
    pub handed_over: usize,
}

/// Who would have a to-do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoutingEffect {
    /// The to-do.
    pub todo: String,
    /// What sort of thing has to be done.
    pub kind: String,
    /// Who has it now.
    pub now: Option<UserId>,
    /// Who would get it when it was dealt anew under the setting that holds.
    pub before: Option<UserId>,
    /// Who would get it under the setting to try.
    pub after: Option<UserId>,
    /// Why, under the setting to try.
    pub because: Vec<Because>,
}

/// How much somebody has open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoutingLoad {
    /// Who.
    pub user: UserId,
    /// What they are called.
    pub name: Option<Line>,
    /// How much they have open now, in every scope.
    pub now: u32,
    /// How much they would have when this scope was dealt anew under the setting that holds.
    pub before: u32,
    /// How much they would have under the setting to try.
    pub after: u32,
}

/// What came of dealing anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Dealt {
    /// How many to-dos were dealt.
    pub dealt: usize,
    /// How many of them went to somebody else.
    pub moved: usize,
    /// How many of them are nobody's now.
    pub unassigned: usize,
}

impl Desk {
    /// Who would get every open to-do of a scope under a setting that is not turned, and what everybody would have open: what [`Desk::deal_todos`] does
    /// after the turn. To-dos for which a narrower setting holds keep that one.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for anybody but mediators.
    pub fn preview_sector_knob(&self, actor: &Actor, scope: &Scope, setting: &SectorKnob) -> Result<RoutingPreview, Error> {
        authorise(actor, Action::PreviewKnob, &Object::Network)?;
        self.read(|db| {
            scopes_from(db, scope)?;
            let hand = Hand::of(db, scope)?;
            let tried: Vec<SectorKnob> = hand.cards.iter().map(|card| if card.narrower { card.setting } else { *setting }).collect();
            let holding: Vec<SectorKnob> = hand.cards.iter().map(|card| card.setting).collect();
            let [before, after] = [holding, tried].map(|settings| hand.dealt(&settings));
            let todos = hand.cards.iter().zip(before.0.iter().zip(&after.0)).map(|(card, (before, after))| RoutingEffect {
                todo: card.todo.id.clone(),
                kind: card.todo.kind.clone(),
                now: card.todo.assigned_to.clone(),
                before: before.to.clone(),
                after: after.to.clone(),
                because: worded(&after.because),
            });
            Ok(RoutingPreview { todos: todos.collect(), load: hand.load(db, &before.1, &after.1)?, handed_over: hand.handed_over })
        })
    }

    /// Deals the open to-dos of a scope anew, oldest first, each under the setting that holds for it. What somebody handed over by hand stays.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for anybody but mediators and stewards.
    pub fn deal_todos(&self, actor: &Actor, scope: &Scope) -> Result<Dealt, Error> {
        let scope = scope.clone();
        self.write(actor, move |tx, actor| {
            authorise(actor, Action::RouteTodos, &Object::Network)?;
            scopes_from(tx, &scope)?;
            let hand = Hand::of(tx, &scope)?;
            let settings: Vec<SectorKnob> = hand.cards.iter().map(|card| card.setting).collect();
            let (routed, _) = hand.dealt(&settings);
            let mut moved = 0;
            for (card, routed) in hand.cards.iter().zip(&routed) {
                if routed.to != card.todo.assigned_to {
                    give(tx, &card.todo.id, RoutingWay::Dealt, routed, card.errand.key)?;
                    note(tx, actor, &card.todo, routed.to.as_ref(), &mut []);
                    moved += 1;
                }
            }
            let unassigned = routed.iter().filter(|routed| routed.to.is_none()).count();
            Ok(Dealt { dealt: routed.len(), moved, unassigned })
        })
    }
}

/// The open to-dos of a scope that can be dealt, and everybody to whom they can go with what they have open outside of these.
struct Hand {
    cards: Vec<Card>,
    candidates: Vec<Candidate>,
    handed_over: usize,
}

struct Card {
    todo: StoredTodo,
    errand: Errand,
    /// The setting that holds for it.
    setting: SectorKnob,
    /// Whether a setting of a narrower scope than the one asked about holds for it.
    narrower: bool,
}

impl Hand {
    fn of(db: &mut Db, scope: &Scope) -> Result<Self, Error> {
        let open = todos::list(db, &TodoQuery::default())?;
        let ids: Vec<&str> = open.iter().map(|todo| todo.id.as_str()).collect();
        let latest = assignments::latest(db, &ids)?;
        let by_hand = |todo: &StoredTodo| latest.get(&todo.id).is_some_and(|given| given.way == RoutingWay::HandedOver);
        let (mut cards, mut handed_over, mut candidates) = (Vec::new(), 0, candidates(db)?);
        for todo in open {
            let errand = errand(db, &todo)?;
            let Some(at) = errand.scopes.iter().position(|of| of == scope) else { continue };
            if by_hand(&todo) {
                handed_over += 1;
                continue;
            }
            let narrower = narrowest::<SectorKnob>(db, errand.scopes.get(..at).unwrap_or_default())?.1.is_some();
            let (setting, _, _) = narrowest::<SectorKnob>(db, &errand.scopes)?;
            if let Some(holder) = candidates.iter_mut().find(|candidate| Some(&candidate.user) == todo.assigned_to.as_ref()) {
                holder.open = holder.open.saturating_sub(1);
            }
            cards.push(Card { todo, errand, setting, narrower });
        }
        Ok(Self { cards, candidates, handed_over })
    }

    /// To whom each goes under these settings, and what everybody has then.
    fn dealt(&self, settings: &[SectorKnob]) -> (Vec<Routed>, Vec<Candidate>) {
        let mut candidates = self.candidates.clone();
        let works: Vec<&Work> = self.cards.iter().map(|card| &card.errand.work).collect();
        (deal(works.into_iter().zip(settings), &mut candidates), candidates)
    }

    fn load(&self, db: &mut Db, before: &[Candidate], after: &[Candidate]) -> Result<Vec<RoutingLoad>, Error> {
        let mut held: BTreeMap<&UserId, u32> = BTreeMap::new();
        for card in &self.cards {
            if let Some(holder) = &card.todo.assigned_to {
                *held.entry(holder).or_default() += 1;
            }
        }
        let one = |((candidate, before), after): ((&Candidate, &Candidate), &Candidate)| {
            let name = users::get(db, &candidate.user)?.and_then(|stored| stored.user.name);
            let now = candidate.open + held.get(&candidate.user).copied().unwrap_or(0);
            Ok(RoutingLoad { user: candidate.user.clone(), name, now, before: before.open, after: after.open })
        };
        let concerned =
            |((candidate, _), _): &((&Candidate, _), _)| self.cards.iter().any(|card| candidate.roles.contains(&card.errand.work.role));
        self.candidates.iter().zip(before).zip(after).filter(concerned).map(one).collect()
    }
}
