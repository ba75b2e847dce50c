//! What the clock asks: clearing away what has had its time, and asking how it goes at the moments that were planned.

use raakvlak_domain::knobs::{Knob, KnobVersion, Setting};
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_domain::users::Role;
use raakvlak_store::matches::{self, asking};
use raakvlak_store::packages::{self, PackageQuery};
use raakvlak_store::{Action as Act, ObjectKind, Tx, idempotency, knobs, outbox, sessions, shortlists, todos};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::Error;
use crate::knobs::{Settings, narrowest, scopes_of, waits_for_intake};
use crate::mail;
use crate::packages::INTAKE;

const DAY: i64 = 24 * 60 * 60;

/// For how long codes, sessions and letters are kept after their time, in seconds: a week, in which somebody may ask what happened.
const KEPT_AFTERWARDS: i64 = 7 * DAY;

/// For how long changes are kept for followers, in seconds; one that was away longer reads everything anew.
const CHANGES_KEPT: i64 = 30 * DAY;

/// For how long an opened shortlist is kept, in seconds: longer than the year after which having been shown counts no more in anybody's turn.
const SHORTLISTS_KEPT: i64 = 400 * DAY;

/// How many questions are put in one go.
const QUESTIONS: i64 = 100;

impl Desk {
    /// Clears away what has had its time: codes and sessions that ran out, kept answers, letters that were sent, shortlists of more than a year ago, and
    /// changes that every follower has seen. To be called now and then; gives how many rows went. That it happened stands in the trail.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached.
    pub fn clear_away(&self) -> Result<usize, Error> {
        self.write(&Actor::system(), |tx, actor| {
            let before = |seconds: i64| tx.now().plus_seconds(-seconds);
            let (afterwards, old_changes, old_lists) = (before(KEPT_AFTERWARDS), before(CHANGES_KEPT), before(SHORTLISTS_KEPT));
            let cleared = sessions::clear(tx, afterwards)?
                + idempotency::clear(tx)?
                + outbox::clear(tx, afterwards)?
                + shortlists::clear(tx, old_lists)?
                + tx.clear_changes(old_changes)?;
            if cleared > 0 {
                tx.audit(actor.act(Role::Steward, Act::Clear, ObjectKind::Instance, ""));
            }
            Ok(cleared)
        })
    }

    /// Opens a to-do for every published package that waits longer for a mediator to take it in than the threshold knob says, once for each; gives how many.
    /// Run by the clock.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn remind_of_intakes(&self) -> Result<usize, Error> {
        let names_days = |version: &KnobVersion| matches!(&version.setting, Some(Setting::Threshold(knob)) if knob.intake_days.is_some());
        // Where nobody set a number of days, nothing is read every round.
        if !self.read(|db| Ok(knobs::all_latest(db, Knob::Threshold)?.iter().any(names_days)))? {
            return Ok(0);
        }
        self.write(&Actor::system(), |tx, _| {
            let (settings, mut opened) = (Settings::read(tx)?, 0);
            for stored in packages::list(tx, &PackageQuery::open())? {
                let knob = narrowest::<ThresholdKnob>(&mut &settings, &scopes_of(&stored.package))?.0;
                let (kind, id) = (ObjectKind::Package.as_str(), stored.package.id.as_str());
                if waits_for_intake(&stored, &knob, tx.now()) && todos::about(tx, INTAKE, kind, id)?.is_empty() {
                    crate::routing::open(tx, INTAKE, ObjectKind::Package, id, None)?;
                    opened += 1;
                }
            }
            Ok(opened)
        })
    }

    /// Asks both sides how it goes where the planned moment has come and the work goes on; gives how many letters were written. Run by the clock.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    pub fn ask_how_it_goes(&self) -> Result<usize, Error> {
        self.write(&Actor::system(), |tx, _| {
            let mut written = 0;
            for due in asking::take_due(tx, QUESTIONS)? {
                written += ask(tx, &due)?;
            }
            Ok(written)
        })
    }
}

/// Writes the letters of one question. Work that is over asks nothing any more.
fn ask(tx: &mut Tx<'_>, due: &asking::DueQuestion) -> Result<usize, Error> {
    match matches::get(tx, &due.match_id)? {
        Some(found) if found.state == MatchState::Active => mail::matches::post_question(tx, &found, due.side),
        _ => Ok(0),
    }
}
