//! Reads the records of a JSON Lines file, many lines at once, with every fault at its line.

use std::collections::HashSet;
use std::io::BufRead;
use std::sync::Arc;

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::json::{Node, parse};
use raakvlak_domain::reading::{FromNode, Reading, read};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::faults::{FileFaults, FolderFaults};
use super::files::Source;
use super::lines::{Content, LONGEST_LINE, Lines};
use super::watch::Watch;
use crate::vocabulary::Refused;

/// How many lines, and how many bytes of them, are read before they are parsed together.
const BATCH: (usize, usize) = (4_096, 8 * 1024 * 1024);

/// The ids in a file, and those of its sort that are kept already.
#[derive(Debug, Default)]
pub(super) struct Ids {
    known: HashSet<String>,
    refused: Refused,
    kept: Arc<HashSet<String>>,
}

impl Ids {
    /// The ids that are kept already, and no file.
    pub(super) fn kept(kept: &Arc<HashSet<String>>) -> Self {
        Self { kept: Arc::clone(kept), ..Self::default() }
    }

    /// Whether the file has a record with this id, or may have it in a line that was refused.
    pub(super) fn know(&self, id: &str) -> bool {
        self.known.contains(id) || self.kept.contains(id) || self.refused.may_hold(id)
    }
}

/// The records of a file that is present, with their ids.
pub(super) struct Records<T> {
    pub(super) all: Vec<T>,
    /// The line of each.
    pub(super) lines: Vec<usize>,
    pub(super) ids: Ids,
}

/// How a sort of record is read: from its text, under which id it is known, and what else can be wrong with it.
pub(super) struct Kind<'a, T, Check> {
    pub(super) file: &'static str,
    pub(super) id: fn(&T) -> &str,
    pub(super) check: Check,
    /// The ids of this sort that are kept already, where the records are to be kept beside them.
    pub(super) kept: Arc<HashSet<String>>,
    /// Told how far it is.
    pub(super) watch: &'a Watch,
}

/// Reads a file of records on the threads of the caller; `None` when it is absent.
pub(super) fn read_records<T, Check>(source: &dyn Source, kind: &Kind<'_, T, Check>, all: &mut FolderFaults) -> Option<Records<T>>
where
    T: FromNode + Send + Sync,
    Check: Fn(&T) -> Vec<Fault> + Sync,
{
    let mut records = Records { all: Vec::new(), lines: Vec::new(), ids: Ids::kept(&kind.kept) };
    kind.watch.begins(kind.file);
    let mut faults = FileFaults::new(kind.file, all);
    let outcome = source.open(kind.file)?.and_then(|reader| {
        let mut lines = Lines::new(reader);
        while records.add_batch(&mut lines, kind, &mut faults)? {}
        Ok(())
    });
    if let Err(error) = outcome {
        faults.push(1, Fault::new("", FaultKind::Unreadable { reason: error.to_string() }));
        records.ids.refused.note_everything();
    }
    Some(records)
}

impl<T: FromNode + Send + Sync> Records<T> {
    /// Adds the next lines of the file; answers whether there were any.
    fn add_batch<Check: Fn(&T) -> Vec<Fault> + Sync>(
        &mut self,
        lines: &mut Lines<Box<dyn BufRead + '_>>,
        kind: &Kind<'_, T, Check>,
        faults: &mut FileFaults<'_>,
    ) -> std::io::Result<bool> {
        let batch = next_batch(lines)?;
        let read: Vec<Result<T, Refusal>> = batch.par_iter().map(|(_, content)| read_line(content, &kind.check)).collect();
        for ((line, _), record) in batch.iter().zip(read) {
            match record {
                Ok(record) => self.add(*line, record, kind.id, faults),
                Err(refusal) => self.refuse(*line, refusal, faults),
            }
        }
        kind.watch.has_read(batch.len(), faults.total());
        Ok(!batch.is_empty() && !kind.watch.is_cancelled())
    }

    fn add(&mut self, line: usize, record: T, id: fn(&T) -> &str, faults: &mut FileFaults<'_>) {
        let name = id(&record);
        if self.ids.kept.contains(name) {
            faults.push(line, Fault::new("/id", FaultKind::Exists { id: name.to_owned() }));
        }
        if self.ids.known.insert(name.to_owned()) {
            self.all.push(record);
            self.lines.push(line);
        } else {
            faults.push(line, duplicate(name));
        }
    }

    fn refuse(&mut self, line: usize, refusal: Refusal, faults: &mut FileFaults<'_>) {
        faults.extend(line, refusal.faults);
        match refusal.id {
            Some(id) if !self.ids.known.insert(id.clone()) => faults.push(line, duplicate(&id)),
            Some(_) => {}
            None => self.ids.refused.note_everything(),
        }
    }
}

fn duplicate(id: &str) -> Fault {
    Fault::new("/id", FaultKind::Duplicate { id: id.to_owned() })
}

/// A line that was refused, with the id that could be read in it.
struct Refusal {
    id: Option<String>,
    faults: Vec<Fault>,
}

impl From<FaultKind> for Refusal {
    fn from(kind: FaultKind) -> Self {
        Self { id: None, faults: vec![Fault::new("", kind)] }
    }
}

fn next_batch(lines: &mut Lines<Box<dyn BufRead + '_>>) -> std::io::Result<Vec<(usize, Content)>> {
    let (most_lines, most_bytes) = BATCH;
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < most_lines && bytes < most_bytes {
        let Some(line) = lines.next().transpose()? else { break };
        if let Content::Text(text) = &line.1 {
            bytes += text.len();
        }
        batch.push(line);
    }
    Ok(batch)
}

fn read_line<T: FromNode>(content: &Content, check: impl Fn(&T) -> Vec<Fault>) -> Result<T, Refusal> {
    let text = match content {
        Content::Text(text) => text,
        Content::NotUtf8 => return Err(FaultKind::NotUtf8.into()),
        Content::TooLong => return Err(FaultKind::TooLong { most: LONGEST_LINE }.into()),
    };
    let record: T = read(text).map_err(|faults| Refusal { id: id_in(text), faults })?;
    let faults = check(&record);
    if faults.is_empty() { Ok(record) } else { Err(Refusal { id: id_in(text), faults }) }
}

/// The id in a line, whatever else is wrong with it.
fn id_in(text: &str) -> Option<String> {
    let Some(Node::Object(pairs)) = parse(text, &mut Reading::default()) else { return None };
    pairs.into_iter().find_map(|(key, value)| match value {
        Node::Text(id) if key == "id" => Some(id.into_owned()),
        _ => None,
    })
}
