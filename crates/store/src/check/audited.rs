//! What changed has its row in the trail: every step of a match, every turn of a knob, and the moments at which work was published and parties were vetted.
//!
//! A change and its row are written in one transaction and therefore bear the same moment.

use super::{Rule, Violation, ask};
use crate::error::StoreResult;
use crate::transaction::Db;

/// The words of the trail for the steps of a match; they are the verbs themselves.
const VERBS: &str = "'suggest', 'review', 'dismiss', 'offer', 'ask', 'answer', 'accept', 'decline', 'expire', 'introduce', 'agree', 'reject', \
                     'rearrange', 'confirm', 'start', 'end_early', 'close', 'withdraw'";

/// Moments that stand in a row: the table, the column, the word for the sort in the trail, and the acts that set it.
const MOMENTS: &[(&str, &str, &str, &str)] = &[
    ("task_packages", "published_at", "package", "'publish', 'create', 'update'"),
    ("task_packages", "taken_in_at", "package", "'take_in'"),
    ("organisations", "vetted_at", "organisation", "'vet'"),
];

pub(super) fn check(db: &mut Db) -> StoreResult<Vec<Violation>> {
    // What came in with a dataset has its row as a whole, and steps from before that row none of their own.
    let steps = "SELECT e.match_id AS record, e.verb AS detail FROM match_events e \
                 LEFT JOIN audit a ON a.object_kind = 'match' AND a.object_id = e.match_id \
                 AND ((a.action = e.verb AND a.at = e.at) OR (a.action = 'import' AND a.at >= e.at)) WHERE a.seq IS NULL";
    let mut found = ask(db, Rule::NotAudited, "match_events", steps)?;
    let acts = format!(
        "SELECT a.object_id AS record, a.action AS detail FROM audit a JOIN matches m ON m.id = a.object_id \
         LEFT JOIN match_events e ON e.match_id = a.object_id AND e.verb = a.action AND e.at = a.at \
         WHERE a.object_kind = 'match' AND a.action IN ({VERBS}) AND e.seq IS NULL"
    );
    found.extend(ask(db, Rule::NotAudited, "match_events", &acts)?);
    let turns = "SELECT k.id AS record, 'turn' AS detail FROM knob_versions k LEFT JOIN audit a ON a.object_kind = 'knob' \
                 AND a.action IN ('turn', 'import') AND a.knob_version = k.id GROUP BY k.id HAVING count(a.seq) <> 1";
    found.extend(ask(db, Rule::NotAudited, "knob_versions", turns)?);
    for (table, column, kind, acts) in MOMENTS {
        let query = format!(
            "SELECT t.id AS record, '{column}' AS detail FROM {table} t LEFT JOIN audit a ON (a.at = t.{column} AND \
             ((a.object_kind = '{kind}' AND a.object_id = t.id AND a.action IN ({acts})) OR (a.object_kind = 'dataset' AND a.action = 'import'))) \
             OR (a.at >= t.{column} AND a.object_kind = '{kind}' AND a.object_id = t.id AND a.action = 'import') \
             WHERE t.{column} IS NOT NULL AND a.seq IS NULL"
        );
        found.extend(ask(db, Rule::NotAudited, table, &query)?);
    }
    Ok(found)
}
