//! Places that were brought in: postcode areas and towns with a point each.

use diesel::prelude::*;
use raakvlak_domain::places::Point;

use crate::dialect::insert_many;
use crate::error::StoreResult;
use crate::schema::places;
use crate::transaction::{Db, Tx};

/// A place with its point.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPlace {
    /// What sort of name it is: `postcode` or `town`.
    pub kind: String,
    /// The name.
    pub name: String,
    /// Where it is.
    pub point: Point,
    /// The region that it lies in.
    pub region: Option<String>,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = places, treat_none_as_default_value = false)]
struct Row {
    kind: String,
    name: String,
    latitude: i64,
    longitude: i64,
    region: Option<String>,
}

/// Degrees are kept as whole millionths: a tenth of a metre, far finer than an area.
const MILLIONTHS: f64 = 1e6;

/// Puts these places in the stead of all of their kind.
///
/// # Errors
/// [`StoreError::Duplicate`](crate::StoreError::Duplicate) when a name stands twice.
pub fn replace(tx: &mut Tx<'_>, kind: &str, new: &[StoredPlace]) -> StoreResult<()> {
    diesel::delete(places::table.filter(places::kind.eq(kind))).execute(tx.connection())?;
    let rows: Vec<Row> = new
        .iter()
        .map(|place| Row {
            kind: kind.to_owned(),
            name: place.name.clone(),
            latitude: (place.point.lat * MILLIONTHS).round() as i64,
            longitude: (place.point.lon * MILLIONTHS).round() as i64,
            region: place.region.clone(),
        })
        .collect();
    Ok(insert_many!(tx.connection(), places::table, rows)?)
}

/// The place of this kind and name, when it was brought in.
///
/// # Errors
/// Any error of the database.
pub fn get(db: &mut Db, kind: &str, name: &str) -> StoreResult<Option<StoredPlace>> {
    let row: Option<Row> = places::table.find((kind, name)).select(Row::as_select()).first(db.connection()).optional()?;
    Ok(row.map(stored))
}

/// Every place that was brought in.
///
/// # Errors
/// Any error of the database.
pub fn all(db: &mut Db) -> StoreResult<Vec<StoredPlace>> {
    let rows: Vec<Row> = places::table.order((places::kind, places::name)).select(Row::as_select()).load(db.connection())?;
    Ok(rows.into_iter().map(stored).collect())
}

fn stored(row: Row) -> StoredPlace {
    let point = Point { lat: row.latitude as f64 / MILLIONTHS, lon: row.longitude as f64 / MILLIONTHS };
    StoredPlace { kind: row.kind, name: row.name, point, region: row.region }
}
