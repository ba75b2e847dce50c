//! Yeses: each was given by somebody, in a step of its own, and the one who confirmed stands on neither side.

use super::{Rule, Violation, ask};
use crate::error::StoreResult;
use crate::transaction::Db;

const QUESTIONS: &[(Rule, &str)] = &[
    (Rule::YesWithoutPerson, "SELECT match_id AS record, party AS detail FROM approvals WHERE user_id IS NULL"),
    (
        Rule::YesWithoutStep,
        "SELECT p.match_id AS record, p.party AS detail FROM approvals p LEFT JOIN match_events e ON e.match_id = p.match_id \
         AND e.arrangement = p.arrangement AND e.at = p.at AND COALESCE(e.actor, '') = COALESCE(p.user_id, '') \
         AND e.verb = CASE p.party WHEN 'expert' THEN 'accept' WHEN 'organisation' THEN 'agree' WHEN 'mediator' THEN 'confirm' END \
         WHERE e.seq IS NULL",
    ),
    (
        Rule::Interest,
        "SELECT p.match_id AS record, o.party AS detail FROM approvals p JOIN approvals o ON o.match_id = p.match_id \
         AND o.arrangement = p.arrangement AND o.user_id = p.user_id AND o.party <> p.party \
         WHERE p.party = 'mediator' AND p.user_id <> 'erased'",
    ),
    (
        Rule::Interest,
        "SELECT p.match_id AS record, 'expert' AS detail FROM approvals p JOIN matches m ON m.id = p.match_id \
         JOIN experts e ON e.id = m.expert_id AND e.user_id = p.user_id WHERE p.party = 'mediator'",
    ),
    (
        // Who speaks for the organisation since a later day did not when they confirmed.
        Rule::Interest,
        "SELECT p.match_id AS record, 'organisation' AS detail FROM approvals p JOIN matches m ON m.id = p.match_id \
         JOIN task_packages t ON t.id = m.package_id JOIN organisation_members o ON o.organisation_id = t.organisation_id \
         AND o.user_id = p.user_id AND o.joined_at < p.at WHERE p.party = 'mediator'",
    ),
];

pub(super) fn check(db: &mut Db) -> StoreResult<Vec<Violation>> {
    let mut found = Vec::new();
    for (rule, query) in QUESTIONS {
        found.extend(ask(db, *rule, "approvals", query)?);
    }
    Ok(found)
}
