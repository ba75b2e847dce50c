//! The change feed: numbered without gaps up to its head, and with the last change of every record.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{Rule, Violation, ask};
use crate::audit::ObjectKind;
use crate::changes;
use crate::error::StoreResult;
use crate::schema::changes as rows;
use crate::transaction::Db;

const TABLE: &str = "changes";

/// The tables whose rows say when they were last changed, by the word for their sort in the feed.
const FOLLOWED: &[(ObjectKind, &str)] = &[
    (ObjectKind::User, "users"),
    (ObjectKind::Organisation, "organisations"),
    (ObjectKind::Programme, "programmes"),
    (ObjectKind::Package, "task_packages"),
    (ObjectKind::Expert, "experts"),
    (ObjectKind::Match, "matches"),
];

#[derive(QueryableByName)]
struct Extent {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    first: i64,
    #[diesel(sql_type = BigInt)]
    last: i64,
}

pub(super) fn check(db: &mut Db) -> StoreResult<Vec<Violation>> {
    let (head, cleared) = (changes::head(db.connection())?, changes::cleared(db.connection())?);
    let query = "SELECT count(*) AS count, COALESCE(min(seq), 0) AS first, COALESCE(max(seq), 0) AS last FROM changes";
    let extent: Extent = diesel::sql_query(query).get_result(db.connection())?;
    let mut found = Vec::new();
    let whole = match extent.count {
        0 => head == cleared,
        count => extent.first == cleared + 1 && extent.last == head && count == head - cleared,
    };
    if !whole {
        let detail = format!("{} rows from {} to {}, due from {} to {head}", extent.count, extent.first, extent.last, cleared + 1);
        found.push(Violation::new(Rule::FeedIncomplete, TABLE, "", detail));
    }
    let kinds: Vec<String> = rows::table.select(rows::kind).distinct().load(db.connection())?;
    let unknown = kinds.iter().filter(|kind| ObjectKind::parse(kind).is_none());
    found.extend(unknown.map(|_| Violation::new(Rule::Unreadable, TABLE, "", "kind")));
    let known_from = known_from(db, cleared)?;
    for (kind, table) in FOLLOWED {
        let query = format!(
            "SELECT t.id AS record, 'changed_at' AS detail FROM {table} t LEFT JOIN \
             (SELECT object_id, max(at) AS at FROM changes WHERE kind = '{}' GROUP BY object_id) c ON c.object_id = t.id \
             WHERE t.changed_at > COALESCE(c.at, {known_from})",
            kind.as_str()
        );
        found.extend(ask(db, Rule::FeedIncomplete, table, &query)?);
    }
    Ok(found)
}

/// Changes before this moment may have been cleared away.
fn known_from(db: &mut Db, cleared: i64) -> StoreResult<i64> {
    if cleared == 0 {
        return Ok(-1);
    }
    let first: Option<i64> = rows::table.select(diesel::dsl::min(rows::at)).first(db.connection())?;
    Ok(first.unwrap_or(i64::MAX))
}
