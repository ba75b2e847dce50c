//! Who was in no shortlist, and why: a question that nobody asked, a limit that no package meets, the distance, or always others first.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::identifiers::ExpertId;
use raakvlak_domain::users::Role;
use raakvlak_engine::answer::ExpertAnswer;
use raakvlak_engine::asks::Asks;
use raakvlak_engine::batch::in_order;
use raakvlak_engine::board::Board;
use raakvlak_engine::crew::Crew;
use raakvlak_engine::fairness::{Matchable, matchable, never_asked};
use raakvlak_engine::gates::Gate;
use raakvlak_store::{Action as Act, ObjectKind, experts, figures};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Period, large};
use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;
use crate::ranking::people::Snapshot;

/// So many people are named at most, those first who have waited longest.
const MOST: usize = 100;

/// Who was in no opened shortlist. Counts under ten are null for whoever sees no people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unseen {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Everybody who said yes to being matched and has not paused.
    pub people: Option<u32>,
    /// How many of them were in no shortlist.
    pub unseen: Option<u32>,
    /// How many people besides have never been asked whether they want to be matched.
    pub never_asked: Option<u32>,
    /// What kept them out, with the packages and people of today.
    pub causes: Vec<UnseenCause>,
    /// Who they are, those first who have waited longest, at most a hundred; for mediators only.
    pub listed: Vec<UnseenPerson>,
}

/// What kept somebody out of every list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UnseenWhy)]
pub enum Why {
    /// They fit, and could come higher when they are asked what they have not told.
    Question,
    /// They fit and told what is asked, but others always came first.
    Outranked,
    /// All that could fit is too far away.
    Distance,
    /// A limit that no package meets, the distance apart.
    Limit,
    /// Nothing is open to matches that could be looked at.
    NoWork,
}

/// How many people one thing kept out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnseenCause {
    /// What it is.
    pub why: Why,
    /// For a limit, the gate that is shut most often, and most often alone.
    pub gate: Option<Gate>,
    /// How many people.
    pub people: Option<u32>,
}

/// Somebody who was in no list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnseenPerson {
    /// Who.
    pub expert: ExpertId,
    /// What kept them out.
    pub why: Why,
    /// For a limit, the gate.
    pub gate: Option<Gate>,
    /// What to ask them: whatever a package that fits gives reason to ask.
    pub asks: Asks,
    /// How many days they have waited.
    pub days_waiting: u32,
}

impl Desk {
    /// Who was in no shortlist in a period, and what keeps them out today.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when the last day lies before the first; [`Error::NotAllowed`] for who reads no figures.
    pub fn unseen(&self, actor: &Actor, period: Period) -> Result<Unseen, Error> {
        let role = authorise(actor, Action::ReadFigures, &Object::Network)?;
        let snapshot = self.people()?;
        let (from, until) = period.days(snapshot.day)?;
        let shown: HashSet<ExpertId> = self.read(|db| Ok(figures::shown(db, from, until)?.into_iter().map(|(id, _)| id).collect()))?;
        let everybody: Vec<Matchable> = matchable(&snapshot.pool, snapshot.words.lexicon.vocabulary(), snapshot.day).collect();
        let people = everybody.len() as u32;
        let unseen: Vec<Matchable> = everybody.into_iter().filter(|found| !shown.contains(&snapshot.pool.id(found.person))).collect();
        let mut found = self.causes(&snapshot, &unseen)?;
        found.sort_by(|one, other| other.days_waiting.cmp(&one.days_waiting).then_with(|| one.expert.cmp(&other.expert)));
        let sees_people = role == Role::Mediator;
        let count = |count: u32| if sees_people { Some(count) } else { large(count) };
        let report = Unseen {
            from,
            until,
            people: count(people),
            unseen: count(found.len() as u32),
            never_asked: count(never_asked(&snapshot.pool)),
            causes: counted(&found).into_iter().map(|((why, gate), people)| UnseenCause { why, gate, people: count(people) }).collect(),
            listed: if sees_people { found.into_iter().take(MOST).collect() } else { Vec::new() },
        };
        self.note_unseen(actor, role, report)
    }

    /// What keeps each of these out.
    fn causes(&self, snapshot: &Snapshot, unseen: &[Matchable]) -> Result<Vec<UnseenPerson>, Error> {
        let board = self.board_under_rules(snapshot)?;
        let cause = |found: &Matchable, crew: Crew| cause_of(&board.packages_for(&snapshot.pool, found.person, snapshot.day, crew), found);
        let mut causes = Vec::with_capacity(unseen.len());
        let _ = in_order(unseen, self.matcher().threads(), cause, |cause| {
            causes.push(cause);
            ControlFlow::Continue(())
        });
        Ok(causes)
    }

    /// The open packages, each kept from whom the rules keep out of it.
    fn board_under_rules(&self, snapshot: &Snapshot) -> Result<Arc<Board>, Error> {
        let open = self.open_packages(snapshot)?;
        if open.guarded.is_empty() {
            return Ok(Arc::clone(&open.board));
        }
        let demands = open.iter().map(|open| self.demand_of_open(open)).collect::<Result<Vec<_>, _>>()?;
        Ok(Arc::new(Board::new(demands)))
    }

    /// Notes for everybody who is named that somebody read of them; who has gone meanwhile, or taken back their yes, is left out.
    fn note_unseen(&self, actor: &Actor, role: Role, mut report: Unseen) -> Result<Unseen, Error> {
        if report.listed.is_empty() {
            return Ok(report);
        }
        self.write(actor, move |tx, actor| {
            let ids: Vec<ExpertId> = report.listed.iter().map(|person| person.expert.clone()).collect();
            let found = experts::get_all(tx, &ids)?;
            let willing =
                |expert: &ExpertId| found.iter().any(|found| found.expert.id == *expert && found.expert.wants_to_be_matched == Some(true));
            report.listed.retain(|person| willing(&person.expert));
            for stored in found.iter().filter(|stored| report.listed.iter().any(|person| person.expert == stored.expert.id)) {
                let name = crate::experts::pseudonym(tx, stored)?;
                tx.audit(actor.act(role, Act::Read, ObjectKind::Expert, &name).fields(&["unseen"]));
            }
            Ok(report)
        })
    }
}

fn counted(found: &[UnseenPerson]) -> BTreeMap<(Why, Option<Gate>), u32> {
    let mut counts = BTreeMap::new();
    for person in found {
        *counts.entry((person.why, person.gate)).or_default() += 1;
    }
    counts
}

/// What keeps somebody out who has this answer. The gate that keeps out most packages alone; where none does so alone, most packages. Whom somebody avoids
/// is not among the barriers, and so never a cause.
fn cause_of(answer: &ExpertAnswer, found: &Matchable) -> UnseenPerson {
    let asks = answer.packages.iter().fold(Asks::default(), |asks, package| asks.with(package.asks));
    let shut = answer.barriers.iter().rev().max_by_key(|barrier| (barrier.alone, barrier.all)).map(|barrier| barrier.gate);
    let (why, gate) = match (answer.packages.is_empty(), shut) {
        (false, _) if asks != Asks::default() => (Why::Question, None),
        (false, _) => (Why::Outranked, None),
        (true, Some(Gate::Distance)) => (Why::Distance, None),
        (true, Some(gate)) => (Why::Limit, Some(gate)),
        (true, None) => (Why::NoWork, None),
    };
    UnseenPerson { expert: answer.expert.clone(), why, gate, asks, days_waiting: found.days_waiting }
}
