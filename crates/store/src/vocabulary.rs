//! Vocabulary versions: the files as they were brought in, and the neighbour lists that were computed from them.

use std::collections::BTreeMap;

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;

use crate::audit::ObjectKind;
use crate::dialect::insert_many;
use crate::error::StoreResult;
use crate::schema::{neighbour_lists, vocabulary_files, vocabulary_versions};
use crate::transaction::{Db, Tx};

/// A version of the vocabularies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVocabulary {
    /// Names the version.
    pub id: String,
    /// Counts up from 1.
    pub number: i64,
    /// When it was brought in.
    pub made_at: Instant,
    /// The files by name, byte for byte as they came.
    pub files: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, Queryable, Insertable, Selectable)]
#[diesel(table_name = vocabulary_versions, treat_none_as_default_value = false)]
struct Row {
    id: String,
    number: i64,
    made_by: Option<String>,
    made_at: i64,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = vocabulary_files)]
struct FileRow<'a> {
    version_id: &'a str,
    name: &'a str,
    content: &'a [u8],
}

#[derive(Debug, Insertable)]
#[diesel(table_name = neighbour_lists)]
struct ListRow<'a> {
    version_id: &'a str,
    competence: &'a str,
    neighbours: &'a [u8],
}

/// Keeps a new version: the files as they came, and each competence's list of neighbours.
///
/// # Errors
/// Any error of the database.
pub fn insert(
    tx: &mut Tx<'_>,
    id: &str,
    files: &BTreeMap<String, Vec<u8>>,
    lists: &[(String, Vec<u8>)],
    by: Option<&UserId>,
) -> StoreResult<i64> {
    let last: Option<i64> = vocabulary_versions::table.select(diesel::dsl::max(vocabulary_versions::number)).first(tx.connection())?;
    let number = last.unwrap_or(0) + 1;
    let row = Row { id: id.to_owned(), number, made_by: by.map(ToString::to_string), made_at: tx.now().microseconds() };
    diesel::insert_into(vocabulary_versions::table).values(&row).execute(tx.connection())?;
    let files: Vec<FileRow<'_>> = files.iter().map(|(name, content)| FileRow { version_id: id, name, content }).collect();
    insert_many!(tx.connection(), vocabulary_files::table, files)?;
    let lists: Vec<ListRow<'_>> = lists.iter().map(|(competence, neighbours)| ListRow { version_id: id, competence, neighbours }).collect();
    insert_many!(tx.connection(), neighbour_lists::table, lists)?;
    tx.changed(ObjectKind::Vocabulary, id);
    Ok(number)
}

/// The latest version; `None` when none was ever brought in and the built-in one holds.
///
/// # Errors
/// Any error of the database.
pub fn latest(db: &mut Db) -> StoreResult<Option<StoredVocabulary>> {
    let row = vocabulary_versions::table.order(vocabulary_versions::number.desc()).select(Row::as_select());
    let Some(row) = row.first(db.connection()).optional()? else { return Ok(None) };
    let files = vocabulary_files::table.filter(vocabulary_files::version_id.eq(&row.id));
    let files: Vec<(String, Vec<u8>)> = files.select((vocabulary_files::name, vocabulary_files::content)).load(db.connection())?;
    let made_at = Instant::from_microseconds(row.made_at);
    Ok(Some(StoredVocabulary { id: row.id, number: row.number, made_at, files: files.into_iter().collect() }))
}

/// The neighbour lists of a version, by competence.
///
/// # Errors
/// Any error of the database.
pub fn neighbours(db: &mut Db, version: &str) -> StoreResult<Vec<(String, Vec<u8>)>> {
    let lists = neighbour_lists::table.filter(neighbour_lists::version_id.eq(version)).order(neighbour_lists::competence);
    Ok(lists.select((neighbour_lists::competence, neighbour_lists::neighbours)).load(db.connection())?)
}
