//! Whether what a match tells of itself holds together: its history leads to its state, and every state that needs a yes has it on the right version.

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::matches::{MatchState, Party, Verb};
use raakvlak_store::erasure::ERASED;

use super::{ArrangementRecord, MatchRecord, StepRecord};

/// Everything in a match that does not hold together.
pub(in crate::exchange) fn faults(record: &MatchRecord) -> Vec<Fault> {
    let mut found = Vec::new();
    let version = walk(record, &mut found);
    check_versions(record, version, &mut found);
    check_yeses(record, &mut found);
    check_feedback(record, &mut found);
    let steps = record.history.0.len();
    for (at, judged) in record.rules.0.iter().enumerate().filter(|(_, judged)| !(1..=steps).contains(&(judged.seq.get() as usize))) {
        let kind = FaultKind::Dangling { id: judged.seq.get().to_string() };
        found.push(Fault::new(format!("/rules/{at}/seq"), kind));
    }
    found
}

fn expected(pointer: impl Into<String>, value: impl ToString) -> Fault {
    Fault::new(pointer, FaultKind::Expected { value: value.to_string() })
}

/// Follows the steps; answers with the version of the arrangement that holds after them, 0 before an offer.
fn walk(record: &MatchRecord, found: &mut Vec<Fault>) -> u32 {
    let mut standing = None;
    let mut version = 0;
    for (step, number) in record.history.0.iter().zip(1u32..) {
        let at = format!("/history/{}", number - 1);
        if step.seq.get() != number {
            found.push(expected(format!("{at}/seq"), number));
        }
        check_step(step, standing, &at, found);
        version += u32::from(makes_version(step.verb));
        if step.arrangement.map_or(0, |told| told.get()) != version {
            found.push(expected(format!("{at}/arrangement"), if version == 0 { "null".to_owned() } else { version.to_string() }));
        }
        standing = Some(step.to);
    }
    match standing {
        None => found.push(Fault::new("/history", FaultKind::TooFew { least: 1 })),
        Some(state) if state != record.state => found.push(expected("/state", state)),
        Some(_) => {}
    }
    version
}

fn makes_version(verb: Verb) -> bool {
    matches!(verb, Verb::Offer | Verb::Rearrange)
}

fn check_step(step: &StepRecord, standing: Option<MatchState>, at: &str, found: &mut Vec<Fault>) {
    if step.from != standing {
        found.push(expected(format!("{at}/from"), standing.map_or("null", MatchState::as_str)));
    }
    let to = match standing {
        None => (step.verb == Verb::Suggest).then_some(MatchState::Suggested),
        Some(state) => step.verb.leads_to(state),
    };
    match to {
        None => found.push(Fault::new(format!("{at}/verb"), FaultKind::DoesNotFollow)),
        Some(to) if to != step.to => found.push(expected(format!("{at}/to"), to)),
        Some(_) => {}
    }
    if !step.verb.parties().contains(&step.party) {
        let allowed = step.verb.parties().iter().map(ToString::to_string).collect();
        found.push(Fault::new(format!("{at}/party"), FaultKind::NotOneOf { allowed }));
    }
}

fn check_versions(record: &MatchRecord, version: u32, found: &mut Vec<Fault>) {
    for ((at, told), number) in record.versions().zip(1u32..) {
        if told.version.get() != number {
            found.push(expected(format!("{at}/version"), number));
        }
    }
    match (record.versions().count(), version as usize) {
        (told, held) if told == held => {}
        (0, _) => found.push(Fault::new("/arrangement", FaultKind::Missing)),
        (_, 0) => found.push(expected("/arrangement", "null")),
        (_, held) => found.push(expected("/arrangement/version", held)),
    }
}

/// The sides whose yes a state needs.
fn needed(state: MatchState) -> &'static [Party] {
    match state {
        MatchState::Accepted | MatchState::Introduced => &[Party::Expert],
        MatchState::Agreed => &[Party::Expert, Party::Organisation],
        MatchState::Confirmed | MatchState::Active | MatchState::Ended | MatchState::Closed => {
            &[Party::Expert, Party::Organisation, Party::Mediator]
        }
        _ => &[],
    }
}

/// A yes is a step of its own, by the same person at the same moment, on the version that held.
fn check_yeses(record: &MatchRecord, found: &mut Vec<Fault>) {
    let current = record.arrangement.as_ref();
    let said = |party: &&Party| current.is_some_and(|version| version.yeses.iter().any(|yes| yes.party == **party));
    let missing: Vec<&'static str> = needed(record.state).iter().filter(|party| !said(party)).map(|party| party.as_str()).collect();
    if !missing.is_empty() {
        let version = current.map_or(0, |version| version.version.get());
        found.push(Fault::new("/arrangement/yeses", FaultKind::ApprovalMissing { parties: missing, version }));
    }
    for (at, version) in record.versions() {
        check_yeses_of(record, version, &at, found);
    }
}

fn check_yeses_of(record: &MatchRecord, version: &ArrangementRecord, at: &str, found: &mut Vec<Fault>) {
    let mediator = version.yeses.iter().find(|yes| yes.party == Party::Mediator).and_then(|yes| yes.user.as_ref());
    for (place, yes) in version.yeses.iter().enumerate() {
        let at = format!("{at}/yeses/{place}");
        let step = record.history.0.iter().find(|step| gives(step.verb) == Some(yes.party) && step.arrangement == Some(version.version));
        match step {
            None => found.push(Fault::new(&at, FaultKind::DoesNotFollow)),
            Some(step) if step.at != yes.at => found.push(expected(format!("{at}/at"), step.at)),
            Some(step) if step.actor != yes.user => {
                found.push(expected(format!("{at}/user"), step.actor.as_ref().map_or("null", |user| user.as_str())));
            }
            Some(_) => {}
        }
        // Who confirms has no side in it.
        if yes.party != Party::Mediator && yes.user.is_some() && yes.user.as_ref() == mediator.filter(|user| user.as_str() != ERASED) {
            found.push(Fault::new(format!("{at}/user"), FaultKind::SamePerson));
        }
    }
    let steps = record.history.0.iter().enumerate().filter(|(_, step)| step.arrangement == Some(version.version));
    for (place, step) in steps {
        if let Some(party) = gives(step.verb)
            && !version.yeses.iter().any(|yes| yes.party == party)
        {
            let kind = FaultKind::ApprovalMissing { parties: vec![party.as_str()], version: version.version.get() };
            found.push(Fault::new(format!("/history/{place}/verb"), kind));
        }
    }
}

/// Whose yes a verb gives.
fn gives(verb: Verb) -> Option<Party> {
    match verb {
        Verb::Accept => Some(Party::Expert),
        Verb::Agree => Some(Party::Organisation),
        Verb::Confirm => Some(Party::Mediator),
        _ => None,
    }
}

fn check_feedback(record: &MatchRecord, found: &mut Vec<Fault>) {
    const SIDES: [Party; 2] = [Party::Expert, Party::Organisation];
    let sides = || FaultKind::NotOneOf { allowed: SIDES.iter().map(ToString::to_string).collect() };
    for (at, told) in record.check_ins.0.iter().enumerate() {
        if !SIDES.contains(&told.side) {
            found.push(Fault::new(format!("/check_ins/{at}/side"), sides()));
        }
        match (&told.answered_at, &told.answer) {
            (Some(_), None) => found.push(Fault::new(format!("/check_ins/{at}/answer"), FaultKind::Missing)),
            (None, Some(_)) => found.push(Fault::new(format!("/check_ins/{at}/answered_at"), FaultKind::Missing)),
            _ => {}
        }
    }
    for (at, told) in record.evaluations.iter().enumerate() {
        if !SIDES.contains(&told.side) {
            found.push(Fault::new(format!("/evaluations/{at}/side"), sides()));
        }
    }
}
