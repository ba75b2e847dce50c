//! Checking what lies in the database: everything that must always hold of rows, keys and the two trails, computed anew.
//!
//! Nothing here changes anything, and a row that cannot be read does not end the check but is a violation of its own. What a match's life must look like
//! is the service's to say; it puts its own violations beside these.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::error::{StoreError, StoreResult};
use crate::keys::KeyError;
use crate::transaction::Db;

mod audited;
mod feed;
mod people;
mod references;
mod trail;
mod versions;
mod yeses;

/// Makes the list of rules: each with its code, and the number of the invariant that it belongs to where it belongs to one.
macro_rules! rules {
    ($($(#[$meaning:meta])* $variant:ident = $code:literal, $invariant:expr;)+) => {
        /// What must always hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[$meaning])* $variant,)+
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// A short code for programs; it does not change between versions.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The number of the invariant that the rule is a part of: 1 three yeses, 2 hours and places, 4 the trail, 5 erasure, 6 versions; `None`
            /// where the rule is about rows as such.
            #[must_use]
            pub const fn invariant(self) -> Option<u8> {
                match self { $(Self::$variant => $invariant,)+ }
            }
        }
    };
}

rules! {
    /// Confirmed work has a yes of all three sides to the version of the arrangement that holds.
    YesMissing = "yes_missing", Some(1);
    /// Every yes has a person.
    YesWithoutPerson = "yes_without_person", Some(1);
    /// Every yes was given by a step of its own.
    YesWithoutStep = "yes_without_step", Some(1);
    /// Who confirms stands on neither side.
    Interest = "interest", Some(1);
    /// What waits for a person is with nobody who stands on either side of it.
    TodoInterest = "todo_interest", None;
    /// No week asks more hours of somebody than they want, unless a to-do says so.
    HoursExceeded = "hours_exceeded", Some(2);
    /// No package has more people than places.
    CapacityExceeded = "capacity_exceeded", Some(2);
    /// The columns of a package say what its wording says.
    WordingDiffers = "wording_differs", None;
    /// Every step of a match follows from the one before, by somebody whose step it is.
    HistoryBroken = "history_broken", None;
    /// A match stands where its last step led.
    StateDiffers = "state_differs", None;
    /// The audit trail is whole and ends where its anchor says.
    TrailBroken = "trail_broken", Some(4);
    /// What changed has its row in the trail, and once.
    NotAudited = "not_audited", Some(4);
    /// The trail holds digests and names of fields, never a value.
    TrailHoldsValue = "trail_holds_value", Some(5);
    /// Who is in the database has a key.
    KeyMissing = "key_missing", Some(5);
    /// A key is somebody's.
    KeyWithoutPerson = "key_without_person", Some(5);
    /// A promised erasure was carried out.
    ErasureOpen = "erasure_open", Some(5);
    /// Nobody is named who is not there any more.
    GoneNamed = "gone_named", Some(5);
    /// Of a letter that was sent nothing is kept.
    LetterKept = "letter_kept", Some(5);
    /// What is kept can be read.
    Unreadable = "unreadable", None;
    /// What a row refers to is there.
    ReferenceBroken = "reference_broken", None;
    /// Versions count up from 1 without gaps.
    VersionWrong = "version_wrong", Some(6);
    /// The change feed has every change.
    FeedIncomplete = "feed_incomplete", None;
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Violation {
    /// What should hold.
    pub rule: Rule,
    /// Where: the table.
    pub table: &'static str,
    /// The record, by its id.
    pub record: String,
    /// What was found, in words for whoever looks after the instance: states, numbers and names of columns, never a value.
    pub detail: String,
}

impl Violation {
    /// A violation.
    #[must_use]
    pub fn new(rule: Rule, table: &'static str, record: &str, detail: impl Into<String>) -> Self {
        Self { rule, table, record: record.to_owned(), detail: detail.into() }
    }

    /// What an error says about a record that was to be read; `None` when the error is about the database and not about the record.
    #[must_use]
    pub fn of_error(table: &'static str, record: &str, error: &StoreError) -> Option<Self> {
        match error {
            StoreError::Key(KeyError::Unknown) => Some(Self::new(Rule::KeyMissing, table, record, "key_id")),
            StoreError::Key(KeyError::DoesNotOpen | KeyError::NotAnId) => {
                Some(Self::new(Rule::Unreadable, table, record, error.to_string()))
            }
            StoreError::Corrupt { table: of, why } => Some(Self::new(Rule::Unreadable, table, record, format!("{of}: {why}"))),
            StoreError::NotFound => Some(Self::new(Rule::ReferenceBroken, table, record, error.to_string())),
            _ => None,
        }
    }
}

/// Everything that does not hold of rows, keys and the shape of the trails. The chain of the audit trail is verified apart ([`Db::verify_audit`]).
///
/// # Errors
/// Any error of the database itself.
pub fn rows(db: &mut Db) -> StoreResult<Vec<Violation>> {
    let mut found = references::check(db)?;
    found.extend(versions::check(db)?);
    found.extend(people::check(db)?);
    found.extend(yeses::check(db)?);
    found.extend(trail::check(db)?);
    found.extend(audited::check(db)?);
    found.extend(feed::check(db)?);
    Ok(found)
}

/// The ids of a table's records, in order.
///
/// # Errors
/// Any error of the database.
pub fn ids(db: &mut Db, table: &'static str) -> StoreResult<Vec<String>> {
    let rows: Vec<Found> =
        diesel::sql_query(format!("SELECT id AS record, '' AS detail FROM {table} ORDER BY id")).load(db.connection())?;
    Ok(rows.into_iter().map(|row| row.record).collect())
}

/// A row that a question finds.
#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    record: String,
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Asks for rows that must not be there; the query names the columns `record` and `detail`.
fn ask(db: &mut Db, rule: Rule, table: &'static str, query: &str) -> StoreResult<Vec<Violation>> {
    let rows: Vec<Found> = diesel::sql_query(query).load(db.connection())?;
    Ok(rows.into_iter().map(|row| Violation::new(rule, table, &row.record, row.detail)).collect())
}
