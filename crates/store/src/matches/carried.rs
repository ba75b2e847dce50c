//! Matches with everything that belongs to them, as an export takes them out and an import brings them in: each step, every version of the arrangement, who
//! said yes to which and when, and how it went.

use std::collections::HashMap;

use diesel::prelude::*;
use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{ExpertId, KnobVersionId, MatchId, PackageId};
use raakvlak_domain::matches::{Evaluation, MatchState, Origin, Party};
use raakvlak_domain::reading;

use super::asking::PLANNED;
use super::feedback::{CheckInRow, EvaluationRow, StoredCheckIn, check_in};
use super::judged::{self, Judged, Row as JudgedRow};
use super::trace::{self, KnobInForce, Row as TraceRow};
use super::{ApprovalRow, ArrangementRow, Event, EventRow, MatchQuery, Row, StoredMatch, Yes};
use super::{arrangement_row, corrupt, event, event_row, key_of, list, score_place, user};
use crate::audit::ObjectKind;
use crate::error::{StoreError, StoreResult};
use crate::keys::{Keys, Place};
use crate::schema::{approvals, arrangements, check_ins, evaluations, match_events, matches};
use crate::transaction::{Db, Tx};

/// A match with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeMatch {
    /// Names the match.
    pub id: MatchId,
    /// The package.
    pub package: PackageId,
    /// The revision of the package that the match was made on.
    pub revision: i64,
    /// The expert.
    pub expert: ExpertId,
    /// Where it stands.
    pub state: MatchState,
    /// How it came to be.
    pub origin: Origin,
    /// The score and its explanation as computed, as JSON.
    pub score: Option<String>,
    /// The version of the matcher knob that produced the score.
    pub matcher_version: Option<KnobVersionId>,
    /// How the knobs stood when it was made, in the order of the knobs.
    pub knobs: Vec<KnobInForce>,
    /// What came out of the rules at steps of it, oldest first.
    pub rules: Vec<Judged>,
    /// Until when an answer to the offer is awaited.
    pub deadline: Option<Instant>,
    /// Every version of the arrangement, the first one first; the last one holds.
    pub arrangements: Vec<WholeArrangement>,
    /// Every step, oldest first; at least the suggestion.
    pub history: Vec<Event>,
    /// When each side is asked how it goes, with the answers, in the order in which they were due.
    pub check_ins: Vec<WholeCheckIn>,
    /// How each side looked back.
    pub evaluations: Vec<WholeEvaluation>,
}

/// A version of an arrangement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeArrangement {
    /// What is arranged.
    pub arrangement: Arrangement,
    /// Every yes to it, by party.
    pub yeses: Vec<Yes>,
}

/// A moment at which one side is asked how it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeCheckIn {
    /// The moment, and the answer once it is given.
    pub check_in: StoredCheckIn,
    /// Whether the question was put.
    pub put: bool,
}

/// A look back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeEvaluation {
    /// Names it.
    pub id: String,
    /// Whose.
    pub side: Party,
    /// When.
    pub made_at: Instant,
    /// What was told.
    pub evaluation: Evaluation,
}

/// Every match, by id.
///
/// # Errors
/// [`StoreError::Key`](crate::StoreError::Key) when a person's key is gone.
pub fn all(db: &mut Db) -> StoreResult<Vec<WholeMatch>> {
    let found = list(db, &MatchQuery::default())?;
    let mut parts = Parts::read(db)?;
    found.into_iter().map(|found| parts.whole(db, found)).collect()
}

/// The rows that belong to matches, by the match that they belong to.
struct Parts {
    events: HashMap<String, Vec<EventRow>>,
    arrangements: HashMap<String, Vec<(i64, Vec<u8>)>>,
    approvals: HashMap<String, Vec<ApprovalRow>>,
    check_ins: HashMap<String, Vec<CheckInRow>>,
    evaluations: HashMap<String, Vec<EvaluationRow>>,
    judged: HashMap<String, Vec<JudgedRow>>,
    trace: HashMap<String, Vec<TraceRow>>,
}

impl Parts {
    fn read(db: &mut Db) -> StoreResult<Self> {
        let judged = grouped(judged::rows(db)?, |row| row.match_id.clone());
        let trace = grouped(trace::rows(db)?, |row| row.match_id.clone());
        let connection = db.connection();
        let events: Vec<EventRow> = match_events::table.order(match_events::seq).select(EventRow::as_select()).load(connection)?;
        let versions = arrangements::table.order(arrangements::version);
        let versions: Vec<(String, i64, Vec<u8>)> =
            versions.select((arrangements::match_id, arrangements::version, arrangements::sealed)).load(connection)?;
        let yeses: Vec<ApprovalRow> = approvals::table.order(approvals::party).select(ApprovalRow::as_select()).load(connection)?;
        let asked = check_ins::table.order((check_ins::due_at, check_ins::id));
        let asked: Vec<CheckInRow> = asked.select(CheckInRow::as_select()).load(connection)?;
        let backs: Vec<EvaluationRow> = evaluations::table.order(evaluations::side).select(EvaluationRow::as_select()).load(connection)?;
        Ok(Self {
            events: grouped(events, |row| row.match_id.clone()),
            arrangements: versions.into_iter().fold(HashMap::new(), |mut all, (id, version, sealed)| {
                all.entry(id).or_insert_with(Vec::new).push((version, sealed));
                all
            }),
            approvals: grouped(yeses, |row| row.match_id.clone()),
            check_ins: grouped(asked, |row| row.match_id.clone()),
            evaluations: grouped(backs, |row| row.match_id.clone()),
            judged,
            trace,
        })
    }

    fn whole(&mut self, db: &mut Db, found: StoredMatch) -> StoreResult<WholeMatch> {
        let id = found.id.as_str();
        let keys = db.keys();
        let steps = self.events.remove(id).unwrap_or_default();
        let asked = self.check_ins.remove(id).unwrap_or_default();
        let backs = self.evaluations.remove(id).unwrap_or_default();
        let judged = self.judged.remove(id).unwrap_or_default();
        let traced = self.trace.remove(id).unwrap_or_default();
        Ok(WholeMatch {
            history: steps.into_iter().map(|row| event(row, found.key, keys)).collect::<StoreResult<_>>()?,
            check_ins: asked.into_iter().map(|row| whole_check_in(row, &found, keys)).collect::<StoreResult<_>>()?,
            evaluations: backs.into_iter().map(|row| evaluation(db, &found, row)).collect::<StoreResult<_>>()?,
            rules: judged.into_iter().map(|row| judged::judged(db, &found, row)).collect::<StoreResult<_>>()?,
            knobs: trace::in_order(traced)?,
            arrangements: self.arrangements(db, &found)?,
            id: found.id,
            package: found.package,
            revision: found.revision,
            expert: found.expert,
            state: found.state,
            origin: found.origin,
            score: found.score,
            matcher_version: found.matcher_version,
            deadline: found.deadline,
        })
    }

    fn arrangements(&mut self, db: &mut Db, found: &StoredMatch) -> StoreResult<Vec<WholeArrangement>> {
        let versions = self.arrangements.remove(found.id.as_str()).unwrap_or_default();
        let yeses = self.approvals.remove(found.id.as_str()).unwrap_or_default();
        let envelope = db.keys().of(found.key);
        let whole = versions.into_iter().map(|(version, sealed)| {
            let text = envelope.open_text(&Place::of("arrangements", &arrangement_row(&found.id, version)), &sealed)?;
            let of_this = yeses.iter().filter(|row| row.arrangement == version).map(yes).collect::<StoreResult<_>>()?;
            Ok(WholeArrangement { arrangement: reading::read(&text).map_err(|_| corrupt("an arrangement"))?, yeses: of_this })
        });
        whole.collect()
    }
}

fn grouped<T>(rows: Vec<T>, of: impl Fn(&T) -> String) -> HashMap<String, Vec<T>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(of(&row)).or_default().push(row);
    }
    groups
}

fn yes(row: &ApprovalRow) -> StoreResult<Yes> {
    let party = Party::from_word(&row.party).ok_or_else(|| corrupt("a party"))?;
    Ok(Yes { party, user: user(row.user_id.clone())?, at: Instant::from_microseconds(row.at) })
}

fn whole_check_in(row: CheckInRow, found: &StoredMatch, keys: &Keys) -> StoreResult<WholeCheckIn> {
    Ok(WholeCheckIn { put: row.version > PLANNED, check_in: check_in(row, found, keys)? })
}

fn evaluation(db: &Db, found: &StoredMatch, row: EvaluationRow) -> StoreResult<WholeEvaluation> {
    let text = db.keys().of(found.key).open_text(&Place::of("evaluations", &row.id), &row.sealed)?;
    Ok(WholeEvaluation {
        side: Party::from_word(&row.side).ok_or_else(|| corrupt("a side"))?,
        made_at: Instant::from_microseconds(row.made_at),
        evaluation: reading::read(&text).map_err(|_| corrupt("an evaluation"))?,
        id: row.id,
    })
}

/// The ids of every match, in order.
///
/// # Errors
/// Any error of the database.
pub fn ids(db: &mut Db) -> StoreResult<Vec<String>> {
    Ok(matches::table.order(matches::id).select(matches::id).load(db.connection())?)
}

/// Keeps a match as it is. What its parts say of each other is the caller's to check.
///
/// # Errors
/// [`StoreError::Dangling`](crate::StoreError::Dangling) when the package's revision, the expert or the knob version does not exist,
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) when the id does already.
pub fn insert(tx: &mut Tx<'_>, whole: &WholeMatch) -> StoreResult<()> {
    let key = key_of(tx, &whole.expert)?;
    let (first, last) = (whole.history.first(), whole.history.last());
    let now = tx.now();
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    let row = Row {
        id: whole.id.to_string(),
        package_id: whole.package.to_string(),
        revision: whole.revision,
        expert_id: whole.expert.to_string(),
        state: whole.state.as_str().to_owned(),
        origin: whole.origin.as_str().to_owned(),
        sealed_score: whole.score.as_deref().map(|text| tx.keys().of(key).seal_text(&score_place(&whole.id), text)).transpose()?,
        matcher_version: whole.matcher_version.as_ref().map(ToString::to_string),
        arrangement: (!whole.arrangements.is_empty()).then_some(count(whole.arrangements.len())),
        deadline: whole.deadline.map(Instant::microseconds),
        events: count(whole.history.len()),
        made_by: first.and_then(|step| step.actor.as_ref()).map(ToString::to_string),
        version: count(whole.history.len()).max(1),
        made_at: first.map_or(now, |step| step.at).microseconds(),
        changed_at: last.map_or(now, |step| step.at).microseconds(),
    };
    diesel::insert_into(matches::table).values(&row).execute(tx.connection())?;
    trace::insert(tx, &whole.id, &whole.knobs)?;
    insert_steps(tx, whole, key)?;
    insert_arrangements(tx, whole, key)?;
    insert_feedback(tx, whole, key)?;
    let kept = super::get(tx, &whole.id)?.ok_or(StoreError::NotFound)?;
    whole.rules.iter().try_for_each(|judged| judged::insert(tx, &kept, judged))?;
    tx.changed(ObjectKind::Match, whole.id.as_str());
    Ok(())
}

fn insert_steps(tx: &mut Tx<'_>, whole: &WholeMatch, key: crate::KeyId) -> StoreResult<()> {
    for step in &whole.history {
        let place = event_row(whole.id.as_str(), step.seq);
        let place = Place { table: "match_events", column: "sealed_reason", row: &place };
        let row = EventRow {
            match_id: whole.id.to_string(),
            seq: step.seq,
            verb: step.verb.as_str().to_owned(),
            from_state: step.from.map(|state| state.as_str().to_owned()),
            to_state: step.to.as_str().to_owned(),
            actor: step.actor.as_ref().map(ToString::to_string),
            role: step.party.as_str().to_owned(),
            at: step.at.microseconds(),
            arrangement: step.arrangement,
            sealed_reason: step.reason.as_deref().map(|reason| tx.keys().of(key).seal_text(&place, reason)).transpose()?,
        };
        diesel::insert_into(match_events::table).values(&row).execute(tx.connection())?;
    }
    Ok(())
}

/// A version was made by the step after which it first held.
fn insert_arrangements(tx: &mut Tx<'_>, whole: &WholeMatch, key: crate::KeyId) -> StoreResult<()> {
    for (whole_arrangement, version) in whole.arrangements.iter().zip(1i64..) {
        let WholeArrangement { arrangement, yeses } = whole_arrangement;
        let step = whole.history.iter().find(|step| step.arrangement == Some(version));
        let place = arrangement_row(&whole.id, version);
        let row = ArrangementRow {
            match_id: whole.id.as_str(),
            version,
            hours_tenths: i64::from(arrangement.hours.get()),
            starts: arrangement.start.to_string(),
            ends: arrangement.end.map(|end| end.to_string()),
            sealed: tx.keys().of(key).seal_json(&Place::of("arrangements", &place), arrangement)?,
            made_by: step.and_then(|step| step.actor.as_ref()).map(|by| by.as_str()),
            made_at: step.map_or(tx.now(), |step| step.at).microseconds(),
        };
        diesel::insert_into(arrangements::table).values(&row).execute(tx.connection())?;
        for yes in yeses {
            let row = ApprovalRow {
                match_id: whole.id.to_string(),
                arrangement: version,
                party: yes.party.as_str().to_owned(),
                user_id: yes.user.as_ref().map(ToString::to_string),
                at: yes.at.microseconds(),
            };
            diesel::insert_into(approvals::table).values(&row).execute(tx.connection())?;
        }
    }
    Ok(())
}

fn insert_feedback(tx: &mut Tx<'_>, whole: &WholeMatch, key: crate::KeyId) -> StoreResult<()> {
    for WholeCheckIn { check_in: told, put } in &whole.check_ins {
        let seal = |answer| tx.keys().of(key).seal_json(&Place::of("check_ins", &told.id), answer);
        let row = CheckInRow {
            id: told.id.clone(),
            match_id: whole.id.to_string(),
            side: told.side.as_str().to_owned(),
            due_at: told.due_at.microseconds(),
            answered_at: told.answered_at.map(Instant::microseconds),
            sealed: told.answer.as_ref().map(seal).transpose()?,
            version: if *put || told.answer.is_some() { PLANNED + 1 } else { PLANNED },
            made_at: tx.now().microseconds(),
        };
        diesel::insert_into(check_ins::table).values(&row).execute(tx.connection())?;
    }
    for told in &whole.evaluations {
        let row = EvaluationRow {
            id: told.id.clone(),
            match_id: whole.id.to_string(),
            side: told.side.as_str().to_owned(),
            sealed: tx.keys().of(key).seal_json(&Place::of("evaluations", &told.id), &told.evaluation)?,
            made_at: told.made_at.microseconds(),
        };
        diesel::insert_into(evaluations::table).values(&row).execute(tx.connection())?;
    }
    Ok(())
}
