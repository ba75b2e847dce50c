//! Shortlists that a mediator opened: kept with their date, knob and pool version, and shown again until they are refreshed.

use std::collections::HashMap;

use diesel::prelude::*;
use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::identifiers::{ExpertId, KnobVersionId, PackageId, UserId};

use crate::audit::ObjectKind;
use crate::dialect::insert_many;
use crate::error::{StoreError, StoreResult};
use crate::schema::{shortlist_members, shortlists};
use crate::transaction::{Db, Tx};

/// A shortlist as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredShortlist {
    /// Names the shortlist.
    pub id: String,
    /// The package.
    pub package: PackageId,
    /// The package's revision.
    pub revision: i64,
    /// The day as of which it was made.
    pub as_of: Date,
    /// The version of the matcher knob; `None` when the knob stood where it starts.
    pub knob_version: Option<KnobVersionId>,
    /// The number of the latest change that its pool had seen.
    pub pool_version: i64,
    /// When it was made.
    pub made_at: Instant,
    /// Who is in it, in order of rank.
    pub members: Vec<Member>,
}

/// Somebody in a shortlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The expert.
    pub expert: ExpertId,
    /// The score, in basis points.
    pub score: u32,
    /// Whether one of the kept places lifted them into it.
    pub kept_place: bool,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = shortlists, treat_none_as_default_value = false)]
struct Row {
    id: String,
    package_id: String,
    revision: i64,
    made_at: i64,
    made_by: Option<String>,
    as_of: String,
    knob_version: Option<String>,
    pool_version: i64,
    opened_at: Option<i64>,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = shortlist_members)]
struct MemberRow {
    shortlist_id: String,
    rank: i64,
    expert_id: String,
    score: i64,
    kept_place: bool,
}

/// Keeps an opened shortlist.
///
/// # Errors
/// [`StoreError::Dangling`] when somebody in it, or the package, does not exist any more.
pub fn insert(tx: &mut Tx<'_>, shortlist: &StoredShortlist, by: &UserId) -> StoreResult<()> {
    let now = tx.now().microseconds();
    let row = Row {
        id: shortlist.id.clone(),
        package_id: shortlist.package.to_string(),
        revision: shortlist.revision,
        made_at: now,
        made_by: Some(by.to_string()),
        as_of: shortlist.as_of.to_string(),
        knob_version: shortlist.knob_version.as_ref().map(ToString::to_string),
        pool_version: shortlist.pool_version,
        opened_at: Some(now),
    };
    diesel::insert_into(shortlists::table).values(&row).execute(tx.connection())?;
    let members = shortlist.members.iter().zip(1i64..).map(|(member, rank)| MemberRow {
        shortlist_id: shortlist.id.clone(),
        rank,
        expert_id: member.expert.to_string(),
        score: i64::from(member.score),
        kept_place: member.kept_place,
    });
    let members: Vec<MemberRow> = members.collect();
    insert_many!(tx.connection(), shortlist_members::table, members)?;
    tx.changed(ObjectKind::Shortlist, &shortlist.id);
    Ok(())
}

/// The shortlist that was opened last for a package.
///
/// # Errors
/// Any error of the database.
pub fn latest(db: &mut Db, package: &PackageId) -> StoreResult<Option<StoredShortlist>> {
    let rows = shortlists::table.filter(shortlists::package_id.eq(package.as_str())).order(shortlists::id.desc());
    let row: Option<Row> = rows.select(Row::as_select()).first(db.connection()).optional()?;
    row.map(|row| with_members(db, row)).transpose()
}

/// On which day each of these people, or of all, was last in a shortlist that was opened before a day; those who never were do not stand in it.
///
/// # Errors
/// Any error of the database.
pub fn last_shown_before(db: &mut Db, ids: Option<&[ExpertId]>, day: Date) -> StoreResult<HashMap<ExpertId, Date>> {
    let mut rows = shortlist_members::table
        .inner_join(shortlists::table)
        .filter(shortlists::as_of.lt(day.to_string()))
        .group_by(shortlist_members::expert_id)
        .select((shortlist_members::expert_id, diesel::dsl::max(shortlists::as_of)))
        .into_boxed();
    if let Some(ids) = ids {
        rows = rows.filter(shortlist_members::expert_id.eq_any(ids.iter().map(ToString::to_string).collect::<Vec<_>>()));
    }
    let found: Vec<(String, Option<String>)> = rows.load(db.connection())?;
    found
        .into_iter()
        .filter_map(|(id, last)| last.map(|last| (id, last)))
        .map(|(id, last)| {
            let id = ExpertId::new(&id).map_err(|_| corrupt("an expert's id"))?;
            Ok((id, Date::parse(&last).map_err(|_| corrupt("a date"))?))
        })
        .collect()
}

/// Clears away the shortlists that were made before a moment; gives how many.
///
/// # Errors
/// Any error of the database.
pub fn clear(tx: &mut Tx<'_>, before: Instant) -> StoreResult<usize> {
    let old = shortlists::table.filter(shortlists::made_at.lt(before.microseconds()));
    let ids: Vec<String> = old.select(shortlists::id).load(tx.connection())?;
    for chunk in ids.chunks(500) {
        diesel::delete(shortlist_members::table.filter(shortlist_members::shortlist_id.eq_any(chunk))).execute(tx.connection())?;
        diesel::delete(shortlists::table.filter(shortlists::id.eq_any(chunk))).execute(tx.connection())?;
    }
    Ok(ids.len())
}

/// Takes a person out of every shortlist that was kept.
///
/// # Errors
/// Any error of the database.
pub fn delete_member(tx: &mut Tx<'_>, expert: &ExpertId) -> StoreResult<()> {
    diesel::delete(shortlist_members::table.filter(shortlist_members::expert_id.eq(expert.as_str()))).execute(tx.connection())?;
    Ok(())
}

fn with_members(db: &mut Db, row: Row) -> StoreResult<StoredShortlist> {
    let rows = shortlist_members::table.filter(shortlist_members::shortlist_id.eq(&row.id)).order(shortlist_members::rank);
    let rows: Vec<MemberRow> = rows.select(MemberRow::as_select()).load(db.connection())?;
    let members = rows.into_iter().map(|member| {
        Ok(Member {
            expert: ExpertId::new(&member.expert_id).map_err(|_| corrupt("an expert's id"))?,
            score: u32::try_from(member.score).map_err(|_| corrupt("a score"))?,
            kept_place: member.kept_place,
        })
    });
    Ok(StoredShortlist {
        members: members.collect::<StoreResult<_>>()?,
        package: PackageId::new(&row.package_id).map_err(|_| corrupt("a package's id"))?,
        revision: row.revision,
        as_of: Date::parse(&row.as_of).map_err(|_| corrupt("a date"))?,
        knob_version: row.knob_version.as_deref().map(|id| KnobVersionId::new(id).map_err(|_| corrupt("a version's id"))).transpose()?,
        pool_version: row.pool_version,
        made_at: Instant::from_microseconds(row.made_at),
        id: row.id,
    })
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt { table: "shortlists", why: why.to_owned() }
}
