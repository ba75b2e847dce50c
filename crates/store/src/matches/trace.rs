//! The trace from a match to the knobs: which setting of each held when it was made.

use diesel::prelude::*;
use raakvlak_domain::identifiers::{KnobVersionId, MatchId};
use raakvlak_domain::knobs::{Knob, SettingSource};

use super::corrupt;
use crate::error::StoreResult;
use crate::schema::match_knobs;
use crate::transaction::{Db, Tx};

/// How a knob stood when a match was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnobInForce {
    /// Which knob.
    pub knob: Knob,
    /// Where its setting came from.
    pub source: SettingSource,
    /// The version of the setting, or of what stood under the weights of a programme; `None` where nobody had turned the knob.
    pub version: Option<KnobVersionId>,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = match_knobs, treat_none_as_default_value = false)]
pub(super) struct Row {
    pub(super) match_id: String,
    knob: String,
    source: String,
    version_id: Option<String>,
}

/// Keeps how the knobs stood when a match was made.
///
/// # Errors
/// [`StoreError::Dangling`](crate::StoreError::Dangling) when the match or a version does not exist.
pub fn insert(tx: &mut Tx<'_>, id: &MatchId, knobs: &[KnobInForce]) -> StoreResult<()> {
    for KnobInForce { knob, source, version } in knobs {
        let row = Row {
            match_id: id.to_string(),
            knob: knob.as_str().to_owned(),
            source: source.as_str().to_owned(),
            version_id: version.as_ref().map(ToString::to_string),
        };
        diesel::insert_into(match_knobs::table).values(&row).execute(tx.connection())?;
    }
    Ok(())
}

/// How the knobs stood when a match was made, in the order of the knobs.
///
/// # Errors
/// Any error of the database.
pub fn of_match(db: &mut Db, id: &MatchId) -> StoreResult<Vec<KnobInForce>> {
    let rows = match_knobs::table.filter(match_knobs::match_id.eq(id.as_str()));
    in_order(rows.select(Row::as_select()).load(db.connection())?)
}

/// Every row, for an export.
pub(super) fn rows(db: &mut Db) -> StoreResult<Vec<Row>> {
    Ok(match_knobs::table.select(Row::as_select()).load(db.connection())?)
}

/// The rows of one match, in the order of the knobs.
pub(super) fn in_order(rows: Vec<Row>) -> StoreResult<Vec<KnobInForce>> {
    let mut knobs = rows.into_iter().map(kept).collect::<StoreResult<Vec<_>>>()?;
    knobs.sort_by_key(|kept| kept.knob);
    Ok(knobs)
}

fn kept(row: Row) -> StoreResult<KnobInForce> {
    Ok(KnobInForce {
        knob: Knob::from_word(&row.knob).ok_or_else(|| corrupt("a knob"))?,
        source: SettingSource::from_word(&row.source).ok_or_else(|| corrupt("where a setting comes from"))?,
        version: row.version_id.map(|id| KnobVersionId::new(&id).map_err(|_| corrupt("a version's id"))).transpose()?,
    })
}

/// Takes what belongs to these matches away.
pub(super) fn delete_of(tx: &mut Tx<'_>, ids: &[String]) -> StoreResult<()> {
    diesel::delete(match_knobs::table.filter(match_knobs::match_id.eq_any(ids))).execute(tx.connection())?;
    Ok(())
}
