//! Keys and people belong together: whoever is there has a key, whoever is gone has none, and what is sealed opens.

use std::collections::HashSet;

use diesel::prelude::*;

use super::{Rule, Violation};
use crate::error::StoreResult;
use crate::keys::{KeyId, Place};
use crate::schema::{erasures, experts, idempotency, outbox, users};
use crate::transaction::Db;

pub(super) fn check(db: &mut Db) -> StoreResult<Vec<Violation>> {
    // A key that was made or destroyed by another process since is a key made or destroyed.
    db.keys().refresh()?;
    let mut found = Vec::new();
    let owners = owners(db, &mut found)?;
    letters(db, &owners, &mut found)?;
    answers(db, &owners, &mut found)?;
    let promised: Vec<String> = erasures::table.select(erasures::key_id).load(db.connection())?;
    found.extend(promised.iter().map(|key| Violation::new(Rule::ErasureOpen, "erasures", key, "asked_at")));
    let strays = db.keys().ids().into_iter().map(|key| key.to_string()).filter(|key| !owners.contains(key) && !promised.contains(key));
    found.extend(strays.map(|key| Violation::new(Rule::KeyWithoutPerson, "keys", &key, "key_id")));
    Ok(found)
}

/// The ids of the keys that people have; people without one are found on the way.
fn owners(db: &mut Db, found: &mut Vec<Violation>) -> StoreResult<HashSet<String>> {
    let of_users: Vec<(String, String)> = users::table.order(users::id).select((users::id, users::key_id)).load(db.connection())?;
    let of_experts: Vec<(String, String)> =
        experts::table.order(experts::id).select((experts::id, experts::key_id)).load(db.connection())?;
    let mut owners = HashSet::new();
    for (table, rows) in [("users", of_users), ("experts", of_experts)] {
        for (id, key) in rows {
            if !exists(db, &key) {
                found.push(Violation::new(Rule::KeyMissing, table, &id, "key_id"));
            } else if owners.contains(&key) {
                found.push(Violation::new(Rule::KeyMissing, table, &id, "key_id of somebody else"));
            }
            owners.insert(key);
        }
    }
    Ok(owners)
}

fn exists(db: &Db, key: &str) -> bool {
    KeyId::parse(key).is_ok_and(|key| db.keys().exists(key))
}

type Letter = (String, String, Vec<u8>, Option<i64>);

fn letters(db: &mut Db, owners: &HashSet<String>, found: &mut Vec<Violation>) -> StoreResult<()> {
    const TABLE: &str = "outbox";
    let rows = outbox::table.order(outbox::id).select((outbox::id, outbox::key_id, outbox::sealed, outbox::sent_at));
    for (id, key, sealed, sent_at) in rows.load::<Letter>(db.connection())? {
        if !owners.contains(&key) {
            found.push(Violation::new(Rule::GoneNamed, TABLE, &id, "key_id"));
        } else if sent_at.is_some() {
            found.extend((!sealed.is_empty()).then(|| Violation::new(Rule::LetterKept, TABLE, &id, "sealed")));
        } else {
            found.extend(opened(db, TABLE, &id, &key, &Place::of(TABLE, &id), &sealed));
        }
    }
    Ok(())
}

type Answer = (String, Option<String>, Vec<u8>);

fn answers(db: &mut Db, owners: &HashSet<String>, found: &mut Vec<Violation>) -> StoreResult<()> {
    const TABLE: &str = "idempotency";
    let rows = idempotency::table.order(idempotency::actor).select((idempotency::actor, idempotency::key_id, idempotency::sealed_answer));
    for (actor, key, sealed) in rows.load::<Answer>(db.connection())? {
        let key = key.unwrap_or_default();
        if !owners.contains(&key) {
            found.push(Violation::new(Rule::GoneNamed, TABLE, &actor, "key_id"));
            continue;
        }
        let place = Place { table: TABLE, column: "sealed_answer", row: &actor };
        found.extend(opened(db, TABLE, &actor, &key, &place, &sealed));
    }
    Ok(())
}

/// Whether a sealed text opens; of what it says nothing is looked at.
fn opened(db: &Db, table: &'static str, id: &str, key: &str, place: &Place<'_>, sealed: &[u8]) -> Option<Violation> {
    let outcome = db.keys().of_text(key).and_then(|envelope| envelope.open_text(place, sealed));
    outcome.err().and_then(|error| Violation::of_error(table, id, &error.into()))
}
