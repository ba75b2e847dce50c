//! The dataset folder: one plain format for bulk import, export and matching without a database. `docs/exchange.md` is its contract.

pub mod archive;
pub mod committed;
pub mod faults;
pub mod files;
mod further;
pub(crate) mod keeping;
pub mod kept;
mod knob_file;
pub mod knobs;
pub(crate) mod lines;
pub mod matches;
pub mod matching;
mod reading;
mod records;
pub(crate) mod references;
pub mod rules;
pub(crate) mod tables;
pub mod threads;
pub mod watch;
mod writing;

use std::collections::BTreeMap;

use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::json::Node;
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::users::User;

pub use faults::{FolderFault, FolderFaults};
pub use further::MatchLine;
pub use knob_file::read_knob;
pub use lines::TextLines;
pub use matching::Matching;
pub use writing::write;

use crate::vocabulary::Tables;
use kept::Kept;
use knobs::KnobRecord;
use matches::MatchRecord;
use rules::RuleLine;

/// A dataset folder without faults. A file that is absent is `None`; the records of a file stand in the order of its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Folder {
    /// The vocabulary in force: the folder's own files, and the built-in ones for those that are absent.
    pub vocabulary: Tables,
    /// The organisations.
    pub organisations: Option<Vec<Organisation>>,
    /// The programmes.
    pub programmes: Option<Vec<Programme>>,
    /// The task packages.
    pub packages: Option<Vec<TaskPackage>>,
    /// The experts.
    pub experts: Option<Vec<Expert>>,
    /// What a match needs of the matches.
    pub matches: Option<Vec<MatchLine>>,
    /// The users, in a folder that is read for a store.
    pub users: Option<Vec<User>>,
    /// The matches with everything that belongs to them, in a folder that is read for a store.
    pub whole_matches: Option<Vec<MatchRecord>>,
    /// The versions of the knobs, in a folder that is read for a store.
    pub knobs: Option<Vec<KnobRecord>>,
    /// The versions of rules, in a folder that is read for a store.
    pub rules: Option<Vec<RuleLine>>,
    /// What a store keeps beside the records.
    pub kept: Kept,
    /// The records of the other files, by file as in [`files::FURTHER`], as they were written.
    pub further: BTreeMap<&'static str, Vec<Node<'static>>>,
    /// Files that look like a part of the folder and are none, by their path in it; they were not read.
    pub unknown: Vec<String>,
    /// All other files beside them but hidden ones, which were not read either.
    pub unread: Vec<String>,
}

impl Folder {
    /// The packages, for a command that cannot do without them.
    ///
    /// # Errors
    ///
    /// The file is missing.
    pub fn required_packages(&self) -> Result<&[TaskPackage], FolderFaults> {
        self.packages.as_deref().ok_or_else(|| FolderFaults::of_file(files::PACKAGES, FaultKind::FileMissing))
    }

    /// The experts, for a command that cannot do without them.
    ///
    /// # Errors
    ///
    /// The file is missing.
    pub fn required_experts(&self) -> Result<&[Expert], FolderFaults> {
        self.experts.as_deref().ok_or_else(|| FolderFaults::of_file(files::EXPERTS, FaultKind::FileMissing))
    }
}
