//! The dataset folder: one plain format for bulk import, export and matching without a database. `docs/exchange.md` is its contract.

pub mod committed;
pub mod faults;
pub mod files;
mod further;
mod knob_file;
pub(crate) mod lines;
pub mod matching;
mod reading;
mod records;
pub(crate) mod references;
pub(crate) mod tables;
pub mod threads;
mod writing;

use std::collections::BTreeMap;

use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::json::Node;
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::programmes::Programme;

pub use faults::{FolderFault, FolderFaults};
pub use further::MatchLine;
pub use knob_file::read_knob;
pub use lines::TextLines;
pub use matching::Matching;
pub use writing::write;

use crate::vocabulary::Tables;

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
    /// What a match needs of the matches; the whole of their records stands in `further`.
    pub matches: Option<Vec<MatchLine>>,
    /// The records of the files that a match does not need, by file as in [`files::FURTHER`], as they were written.
    pub further: BTreeMap<&'static str, Vec<Node>>,
    /// Files that look like a part of the folder and are none, by their path in it; they were not read.
    pub unknown: Vec<String>,
}

impl Folder {
    /// Refuses a folder with files that are no part of it, so that nothing is left out unseen because of a typing error in a name.
    ///
    /// # Errors
    ///
    /// One fault for each such file.
    pub fn refuse_unknown_files(&self) -> Result<(), FolderFaults> {
        let mut faults = FolderFaults::default();
        for file in &self.unknown {
            faults.push(file.as_str(), 1, Fault::new("", FaultKind::UnknownFile));
        }
        faults.into_result()
    }

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
