//! Rules: versions as stewards wrote them. A version never changes, but for the day on which it ends.

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{RuleId, UserId};
use raakvlak_domain::reading;
use raakvlak_domain::rules::Rule;
use raakvlak_domain::texts::Prose;

use crate::audit::ObjectKind;
use crate::error::{StoreError, StoreResult};
use crate::schema::rules;
use crate::transaction::{Db, Tx};

/// A version of a rule as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRule {
    /// The version.
    pub rule: Rule,
    /// Who wrote it; `None` for one of those to start with, of which only the end is kept.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Instant,
    /// Why, in own words.
    pub why: Prose,
    /// Who let it end.
    pub ended_by: Option<UserId>,
    /// When that was said.
    pub ended_at: Option<Instant>,
    /// Why, in own words.
    pub ended_why: Option<Prose>,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = rules, treat_none_as_default_value = false)]
struct Row {
    id: String,
    number: i64,
    body: String,
    made_by: Option<String>,
    made_at: i64,
    why: String,
    ended_by: Option<String>,
    ended_at: Option<i64>,
    ended_why: Option<String>,
}

/// What tells whether rules have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    versions: i64,
    made: Option<i64>,
    ended: Option<i64>,
}

/// Keeps a version.
///
/// # Errors
/// [`StoreError::Duplicate`] when the rule has a version with this number already.
pub fn insert(tx: &mut Tx<'_>, stored: &StoredRule) -> StoreResult<()> {
    let row = Row {
        id: stored.rule.id.to_string(),
        number: i64::from(stored.rule.number.get()),
        body: body(&stored.rule)?,
        made_by: stored.made_by.as_ref().map(ToString::to_string),
        made_at: stored.made_at.microseconds(),
        why: stored.why.to_string(),
        ended_by: stored.ended_by.as_ref().map(ToString::to_string),
        ended_at: stored.ended_at.map(Instant::microseconds),
        ended_why: stored.ended_why.as_ref().map(ToString::to_string),
    };
    diesel::insert_into(rules::table).values(&row).execute(tx.connection())?;
    tx.changed(ObjectKind::Rule, stored.rule.id.as_str());
    Ok(())
}

/// Keeps the day on which a version ends.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such version here.
pub fn end(tx: &mut Tx<'_>, rule: &Rule, by: &UserId, why: &Prose) -> StoreResult<()> {
    let columns = (
        rules::body.eq(body(rule)?),
        rules::ended_by.eq(Some(by.to_string())),
        rules::ended_at.eq(Some(tx.now().microseconds())),
        rules::ended_why.eq(Some(why.to_string())),
    );
    let row = rules::table.find((rule.id.as_str(), i64::from(rule.number.get())));
    if diesel::update(row).set(columns).execute(tx.connection())? == 0 {
        return Err(StoreError::NotFound);
    }
    tx.changed(ObjectKind::Rule, rule.id.as_str());
    Ok(())
}

/// Every version, by rule and number.
///
/// # Errors
/// Any error of the database.
pub fn all(db: &mut Db) -> StoreResult<Vec<StoredRule>> {
    let rows: Vec<Row> = rules::table.order((rules::id, rules::number)).select(Row::as_select()).load(db.connection())?;
    rows.into_iter().map(stored).collect()
}

/// How many versions there are, when the last was made and the last ended: where one of these differs, rules have changed.
///
/// # Errors
/// Any error of the database.
pub fn mark(db: &mut Db) -> StoreResult<Mark> {
    use diesel::dsl::{count_star, max};
    let (versions, made, ended) = rules::table.select((count_star(), max(rules::made_at), max(rules::ended_at))).first(db.connection())?;
    Ok(Mark { versions, made, ended })
}

fn body(rule: &Rule) -> StoreResult<String> {
    serde_json::to_string(rule).map_err(|error| StoreError::Internal(error.to_string()))
}

fn stored(row: Row) -> StoreResult<StoredRule> {
    let user = |id: Option<String>| id.map(|id| UserId::new(&id).map_err(|_| corrupt("a user's id"))).transpose();
    let rule: Rule = reading::read(&row.body).map_err(|_| corrupt("a rule"))?;
    let same = rule.id == RuleId::new(&row.id).map_err(|_| corrupt("a rule's id"))? && i64::from(rule.number.get()) == row.number;
    if !same {
        return Err(corrupt("a rule under another name"));
    }
    Ok(StoredRule {
        rule,
        made_by: user(row.made_by)?,
        made_at: Instant::from_microseconds(row.made_at),
        why: prose(&row.why)?,
        ended_by: user(row.ended_by)?,
        ended_at: row.ended_at.map(Instant::from_microseconds),
        ended_why: row.ended_why.as_deref().map(prose).transpose()?,
    })
}

fn prose(text: &str) -> StoreResult<Prose> {
    Prose::new(text).map_err(|_| corrupt("a reason"))
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt { table: "rules", why: why.to_owned() }
}
