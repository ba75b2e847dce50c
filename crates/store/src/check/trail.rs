//! The shape of the audit trail: words of the closed lists, pseudonyms, names of fields and digests; nothing that could be a value of anybody's.

use diesel::prelude::*;

use super::{Rule, Violation};
use crate::audit::{Action, ObjectKind, Row, SYSTEM};
use crate::error::StoreResult;
use crate::keys::{KEY_LENGTH, KeyId};
use crate::schema::{audit, knob_versions};
use crate::transaction::Db;

const TABLE: &str = "audit";

/// How many rows are read at once.
const PAGE: i64 = 1_000;

/// Who acts without being signed in.
const VISITOR: &str = "visitor";

/// The longest name of a field.
const LONGEST_FIELD: usize = 40;

pub(super) fn check(db: &mut Db) -> StoreResult<Vec<Violation>> {
    let versions: Vec<String> = knob_versions::table.select(knob_versions::id).load(db.connection())?;
    let mut found = Vec::new();
    let mut after = i64::MIN;
    loop {
        let rows: Vec<Row> = audit::table.filter(audit::seq.gt(after)).order(audit::seq).limit(PAGE).load(db.connection())?;
        for row in &rows {
            let seq = row.seq.to_string();
            found.extend(faults(row).map(|(rule, column)| Violation::new(rule, TABLE, &seq, column)));
            if row.knob_version.as_ref().is_some_and(|version| !versions.contains(version)) {
                found.push(Violation::new(Rule::ReferenceBroken, TABLE, &seq, "knob_version"));
            }
        }
        match rows.last() {
            Some(last) if rows.len() == PAGE as usize => after = last.seq,
            _ => return Ok(found),
        }
    }
}

/// The columns that do not hold what they may.
fn faults(row: &Row) -> impl Iterator<Item = (Rule, &'static str)> {
    let kind = ObjectKind::parse(&row.object_kind);
    let of_person = matches!(kind, Some(ObjectKind::User | ObjectKind::Expert | ObjectKind::Session));
    let digest = |digest: &Option<Vec<u8>>| digest.as_ref().is_none_or(|bytes| bytes.len() == KEY_LENGTH);
    let is_name = |name: &str| {
        name.len() <= LONGEST_FIELD && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    [
        (row.actor == SYSTEM || row.actor == VISITOR || is_pseudonym(&row.actor), Rule::TrailHoldsValue, "actor"),
        (is_name(&row.actor_role), Rule::TrailHoldsValue, "actor_role"),
        (Action::parse(&row.action).is_some(), Rule::Unreadable, "action"),
        (kind.is_some(), Rule::Unreadable, "object_kind"),
        (!of_person || row.object_id.is_empty() || is_pseudonym(&row.object_id), Rule::TrailHoldsValue, "object_id"),
        (row.fields.split(',').all(is_name), Rule::TrailHoldsValue, "fields"),
        (digest(&row.digest_reason), Rule::TrailHoldsValue, "digest_reason"),
        (digest(&row.digest_before), Rule::TrailHoldsValue, "digest_before"),
        (digest(&row.digest_after), Rule::TrailHoldsValue, "digest_after"),
    ]
    .into_iter()
    .filter(|(right, _, _)| !right)
    .map(|(_, rule, column)| (rule, column))
}

/// A pseudonym is written as a key's id is.
fn is_pseudonym(text: &str) -> bool {
    KeyId::parse(text).is_ok()
}
