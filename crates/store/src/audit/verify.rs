//! Verifying the audit trail: every row is computed again from the first to the last and held against the anchor.

use diesel::prelude::*;

use super::{Head, Row};
use crate::connection::AnyConnection;
use crate::error::StoreResult;
use crate::keys::Keys;
use crate::schema::audit;

/// How many rows are read at once.
const PAGE: i64 = 1_000;

/// How many findings a report names at most.
const MOST_FINDINGS: usize = 100;

/// Something that nobody but a tamperer does to the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A row is missing, or stands where none belongs.
    Sequence {
        /// The number that was due.
        expected: i64,
        /// The number that came.
        found: i64,
    },
    /// A row does not follow from the row before it.
    Chain {
        /// The row's number.
        seq: i64,
    },
    /// A row is not what it was when it was written.
    Changed {
        /// The row's number.
        seq: i64,
    },
    /// Rows are missing at the end: the anchor has seen a later one.
    CutOff {
        /// The last row that there is.
        last: i64,
        /// The row that the anchor has seen.
        anchored: i64,
    },
    /// The row that the anchor has seen is another one now.
    Anchor {
        /// The row's number.
        seq: i64,
    },
    /// There are rows, and no anchor to hold them against.
    NoAnchor,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sequence { expected, found } => write!(formatter, "row {expected} was due, row {found} came"),
            Self::Chain { seq } => write!(formatter, "row {seq} does not follow from the row before it"),
            Self::Changed { seq } => write!(formatter, "row {seq} has been changed"),
            Self::CutOff { last, anchored } => write!(formatter, "the trail ends at row {last}, but row {anchored} was written once"),
            Self::Anchor { seq } => write!(formatter, "row {seq} is not the row that was anchored"),
            Self::NoAnchor => write!(formatter, "there are rows but no anchor"),
        }
    }
}

/// What the verification of the trail found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// How many rows there are.
    pub rows: i64,
    /// The last row as it stands.
    pub head: Head,
    /// Up to which row the anchor vouches that nothing was cut off; `None` without an anchor.
    pub anchored: Option<i64>,
    /// What is wrong, at most the first hundred; empty when the trail is whole.
    pub findings: Vec<Finding>,
}

impl AuditReport {
    /// Whether the trail is whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }
}

struct Walk<'a> {
    keys: &'a Keys,
    anchor: Option<Head>,
    report: AuditReport,
    anchor_met: bool,
}

/// Walks over the whole trail.
pub(crate) fn verify(connection: &mut AnyConnection, keys: &Keys, anchor: Option<Head>) -> StoreResult<AuditReport> {
    let report = AuditReport { rows: 0, head: Head::default(), anchored: anchor.map(|anchor| anchor.seq), findings: Vec::new() };
    let mut walk = Walk { keys, anchor, report, anchor_met: anchor.is_none_or(|anchor| anchor.seq == 0) };
    let mut from = i64::MIN;
    loop {
        let rows: Vec<Row> = audit::table.filter(audit::seq.ge(from)).order(audit::seq).limit(PAGE).load(connection)?;
        rows.iter().for_each(|row| walk.step(row));
        match rows.last() {
            Some(last) if rows.len() == PAGE as usize && last.seq < i64::MAX => from = last.seq + 1,
            _ => return Ok(walk.end(connection)?),
        }
    }
}

impl Walk<'_> {
    fn step(&mut self, row: &Row) {
        let expected = self.report.head.seq + 1;
        if row.seq != expected {
            self.find(Finding::Sequence { expected, found: row.seq });
        }
        if row.previous_hash != self.report.head.hash {
            self.find(Finding::Chain { seq: row.seq });
        }
        if row.hash != row.sealed_hash(self.keys).0 {
            self.find(Finding::Changed { seq: row.seq });
        }
        self.meet_anchor(row);
        self.report.rows += 1;
        self.report.head = Head { seq: row.seq, hash: row.hash.clone().try_into().unwrap_or_default() };
    }

    fn meet_anchor(&mut self, row: &Row) {
        let Some(anchor) = self.anchor.filter(|anchor| anchor.seq == row.seq) else { return };
        self.anchor_met = true;
        if row.hash != anchor.hash {
            self.find(Finding::Anchor { seq: row.seq });
        }
    }

    fn find(&mut self, finding: Finding) {
        if self.report.findings.len() < MOST_FINDINGS {
            self.report.findings.push(finding);
        }
    }

    fn end(mut self, connection: &mut AnyConnection) -> QueryResult<AuditReport> {
        let last = self.report.head.seq;
        match self.anchor {
            Some(anchor) if !self.anchor_met => self.find(Finding::CutOff { last, anchored: anchor.seq }),
            None if self.report.rows > 0 => self.find(Finding::NoAnchor),
            _ => {}
        }
        // A row whose number is no number at all would be passed over by the order above.
        let all: i64 = audit::table.count().get_result(connection)?;
        if all != self.report.rows {
            self.find(Finding::Sequence { expected: last + 1, found: all });
        }
        Ok(self.report)
    }
}
