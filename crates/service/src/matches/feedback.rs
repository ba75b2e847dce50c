//! How work goes and how it went: check-ins at set times and whenever somebody wants, and a look back at the end.

use raakvlak_store::matches::feedback::{self, StoredCheckIn};

use super::{Act, Action, CHECK_IN, CheckIn, Desk, Error, Evaluation, MatchId, MatchState, ObjectKind, Party, Role, StoredMatch, Tx, Verb};
use super::{Actor, Conflict, new_id, note_read, readable};
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::matches::CheckInNeed;
use serde::Serialize;
use utoipa::ToSchema;

/// After how many days both sides are asked how it goes: soon, once it is no longer new, and after a season.
const ASKED_AFTER_DAYS: [i64; 3] = [14, 42, 91];

/// A moment at which one side is asked how it goes, with the answer once it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckInView {
    /// Names the check-in.
    pub id: String,
    /// The match.
    pub match_id: MatchId,
    /// Who is asked.
    pub side: Party,
    /// When the question is due.
    pub due_at: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// The answer.
    pub answer: Option<CheckIn>,
}

impl Desk {
    /// Tells how it goes. It answers the oldest question that is due for that side, or stands on its own.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when the work has not begun or is over.
    pub fn check_in(&self, actor: &Actor, id: &MatchId, answer: CheckIn) -> Result<String, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (found, role) = readable(tx, actor, &id, Action::CheckIn)?;
            if found.state != MatchState::Active {
                return Err(Error::Conflict(Conflict::Transition { state: found.state, verb: Verb::Answer }));
            }
            let side = side_of(role);
            let name = feedback::answer(tx, &new_id(), &found, side, &answer)?;
            tx.audit(actor.act(role, Act::CheckIn, ObjectKind::Match, found.id.as_str()));
            if answer.need != CheckInNeed::None {
                crate::routing::open(tx, CHECK_IN, ObjectKind::Match, found.id.as_str(), None)?;
            }
            Ok(name)
        })
    }

    /// How it goes, as both sides told it: all of it for a mediator, their own for the expert.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such match that the actor may know of.
    pub fn check_ins(&self, actor: &Actor, id: &MatchId) -> Result<Vec<CheckInView>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (found, role) = readable(tx, actor, &id, Action::ReadCheckIns)?;
            note_read(tx, actor, role, &found)?;
            let mut all = feedback::check_ins_of(tx, &found)?;
            if role == Role::Expert {
                all.retain(|check_in| check_in.side == Party::Expert);
            }
            Ok(all.into_iter().map(shown).collect())
        })
    }

    /// Looks back on a match that is over. It becomes part of no person's score.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when the work is not over, or that side looked back already.
    pub fn evaluate(&self, actor: &Actor, id: &MatchId, evaluation: Evaluation) -> Result<Evaluation, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (found, role) = readable(tx, actor, &id, Action::Evaluate)?;
            if !matches!(found.state, MatchState::Ended | MatchState::Closed) {
                return Err(Error::Conflict(Conflict::Transition { state: found.state, verb: Verb::Close }));
            }
            feedback::evaluate(tx, &new_id(), &found, side_of(role), &evaluation)?;
            tx.audit(actor.act(role, Act::Evaluate, ObjectKind::Match, found.id.as_str()));
            Ok(evaluation)
        })
    }
}

/// Plans when both sides are asked how it goes.
pub(super) fn plan(tx: &mut Tx<'_>, found: &StoredMatch) -> Result<(), Error> {
    let now = tx.now();
    for days in ASKED_AFTER_DAYS {
        for side in [Party::Expert, Party::Organisation] {
            feedback::plan(tx, &new_id(), found, side, now.plus_seconds(days * 86_400))?;
        }
    }
    Ok(())
}

fn shown(found: StoredCheckIn) -> CheckInView {
    let StoredCheckIn { id, match_id, side, due_at, answered_at, answer } = found;
    CheckInView { id, match_id, side, due_at, answered_at, answer }
}

fn side_of(role: Role) -> Party {
    if role == Role::Organisation { Party::Organisation } else { Party::Expert }
}
