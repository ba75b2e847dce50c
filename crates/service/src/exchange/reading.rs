//! Reads a whole dataset folder, all faults at once; nothing of it is used when there is one.

use std::collections::BTreeMap;
use std::path::Path;

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::json::Node;
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::reading::FromNode;

use super::Folder;
use super::faults::FolderFaults;
use super::files::{self, OnDisk, Source};
use super::further::{AnyRecord, MatchLine};
use super::records::{Ids, Kind, Records, read_records};
use super::references::Known;
use crate::places::Gazetteer;
use crate::vocabulary::{Draft, Tables, built_in};

impl Folder {
    /// Reads a folder. Places are looked up in `gazetteer`. The lines of large files are parsed on the rayon threads of the caller: run it
    /// within
    /// [`pool`](super::threads::pool)`.install`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the folder, by file in the order of the exchange page and then by line.
    pub fn read(path: &Path, gazetteer: &Gazetteer) -> Result<Self, FolderFaults> {
        refuse_no_folder(path)?;
        let mut folder = read_source(&OnDisk(path), gazetteer)?;
        folder.unknown = unknown_files(path);
        Ok(folder)
    }

    /// Reads the vocabulary of a folder alone.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with its files.
    pub fn read_vocabulary(path: &Path) -> Result<Tables, FolderFaults> {
        refuse_no_folder(path)?;
        let mut faults = FolderFaults::default();
        let draft = Draft::read(&OnDisk(path), built_in(), &mut faults);
        faults.into_result().map(|()| draft.into_tables())
    }
}

fn refuse_no_folder(path: &Path) -> Result<(), FolderFaults> {
    let kind = match std::fs::metadata(path) {
        Ok(kind) if kind.is_dir() => return Ok(()),
        Ok(_) => FaultKind::Unreadable { reason: "it is no folder".into() },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => FaultKind::FileMissing,
        Err(error) => FaultKind::Unreadable { reason: error.to_string() },
    };
    Err(FolderFaults::of_file(path.display().to_string(), kind))
}

/// Files of the folder that look as if they belong to it: any `.jsonl`, a `.csv` among the vocabularies, and a vocabulary that lies beside
/// its place.
fn unknown_files(path: &Path) -> Vec<String> {
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        names
    };
    let misplaced = |name: &str| name.ends_with(".jsonl") || files::is_known(&format!("vocabulary/{name}"));
    let beside = names(path).into_iter().filter(|name| misplaced(name));
    let within = names(&path.join("vocabulary")).into_iter().filter(|name| name.ends_with(".csv") || name.ends_with(".jsonl"));
    let within = within.map(|name| format!("vocabulary/{name}"));
    beside.chain(within).filter(|file| !files::is_known(file)).collect()
}

/// Reads every file of a folder, wherever it comes from.
pub(super) fn read_source(source: &dyn Source, gazetteer: &Gazetteer) -> Result<Folder, FolderFaults> {
    let mut faults = FolderFaults::default();
    let draft = Draft::read(source, built_in(), &mut faults);
    let mut known = Known {
        vocabulary: &draft,
        gazetteer,
        organisations: None,
        programmes: None,
        packages: None,
        experts: None,
        tells_matches: source.open(files::MATCHES).is_some(),
    };
    let (organisations, ids) =
        told(source, files::ORGANISATIONS, |record| known.organisation(record), |record| record.id.as_str(), &mut faults);
    known.organisations = ids;
    let (programmes, ids) = told(source, files::PROGRAMMES, |_: &Programme| Vec::new(), |record| record.id.as_str(), &mut faults);
    known.programmes = ids;
    let (packages, ids) = told(source, files::PACKAGES, |record| known.package(record), |record| record.id.as_str(), &mut faults);
    known.packages = ids;
    let (experts, ids) = told(source, files::EXPERTS, |record| known.expert(record), |record| record.id.as_str(), &mut faults);
    known.experts = ids;
    let (matches, further) = read_further(source, &known, &mut faults);
    faults.into_result()?;
    Ok(Folder { vocabulary: draft.into_tables(), organisations, programmes, packages, experts, matches, further, unknown: Vec::new() })
}

/// Reads a file of records: the records, and their ids for what refers to them; neither when it is absent.
fn told<T: FromNode + Send + Sync>(
    source: &dyn Source,
    file: &'static str,
    check: impl Fn(&T) -> Vec<Fault> + Sync,
    id: fn(&T) -> &str,
    faults: &mut FolderFaults,
) -> (Option<Vec<T>>, Option<Ids>) {
    read_records(source, &Kind { file, id, check }, faults).map(|Records { all, ids }| (all, ids)).unzip()
}

/// A match, whole and as far as a match needs it.
struct MatchRecord {
    line: MatchLine,
    node: Node,
}

impl FromNode for MatchRecord {
    fn from_node(node: &Node, reading: &mut raakvlak_domain::reading::Reading) -> Option<Self> {
        MatchLine::from_node(node, reading).map(|line| Self { line, node: node.clone() })
    }
}

type Further = BTreeMap<&'static str, Vec<Node>>;

fn read_further(source: &dyn Source, known: &Known<'_>, faults: &mut FolderFaults) -> (Option<Vec<MatchLine>>, Further) {
    let mut further = Further::new();
    let mut matches = None;
    for file in files::FURTHER {
        let nodes = if file == files::MATCHES {
            let check = |record: &MatchRecord| known.match_line(&record.line);
            let (records, _) = told(source, file, check, |record| record.line.id.as_str(), faults);
            let (lines, nodes) = records.map(|records| records.into_iter().map(|record| (record.line, record.node)).unzip()).unzip();
            matches = lines;
            nodes
        } else {
            let (records, _) = told(source, file, |_: &AnyRecord| Vec::new(), |record| record.id.as_str(), faults);
            records.map(|records| records.into_iter().map(|record| record.node).collect())
        };
        if let Some(nodes) = nodes {
            further.insert(file, nodes);
        }
    }
    (matches, further)
}
