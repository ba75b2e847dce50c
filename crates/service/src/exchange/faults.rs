//! What is wrong with a dataset folder: every fault at once, each with its file and line.

use std::fmt;

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::languages::Language;

/// How many faults are kept and shown; the others are only counted.
pub const MOST_SHOWN: usize = 100;

/// One fault in a file of a dataset folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderFault {
    /// The file, as its path within the folder: `vocabulary/broader.csv`.
    pub file: String,
    /// The line, from 1; 1 as well for a fault of the whole file.
    pub line: usize,
    /// What is wrong, and at which key or column.
    pub fault: Fault,
}

impl FolderFault {
    /// The fault on one line of text: `file:line: path: what is wrong`, where the path of the whole line is `/`.
    #[must_use]
    pub fn line_of_text(&self, language: Language) -> String {
        let pointer = if self.fault.pointer.is_empty() { "/" } else { &self.fault.pointer };
        let text = format!("{}:{}: {}: {}", self.file, self.line, pointer, self.fault.detail(language));
        printable(&text)
    }
}

/// A text from a file may hold anything, also codes that would steer a terminal; those are written out.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() { shown.extend(character.escape_default()) } else { shown.push(character) }
    }
    shown
}

/// Everything that is wrong with a dataset folder or with one table: the first [`MOST_SHOWN`] faults, by file in the order of the exchange
/// page and
/// then by line, and how many more there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FolderFaults {
    /// The first faults.
    pub faults: Vec<FolderFault>,
    /// How many there are beside those.
    pub more: usize,
}

impl FolderFaults {
    /// How many faults there are in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.faults.len() + self.more
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// The faults as text, one a line; a last line counts those that are not shown.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let mut lines: Vec<String> = self.faults.iter().map(|fault| fault.line_of_text(language)).collect();
        match (self.more, language) {
            (0, _) => {}
            (more, Language::Nl) => lines.push(format!("En nog {more} fouten: samen {}.", self.total())),
            (more, Language::En) => lines.push(format!("And {more} more faults: {} in all.", self.total())),
        }
        lines.join("\n")
    }

    /// One fault of a whole file.
    #[must_use]
    pub fn of_file(file: impl Into<String>, kind: FaultKind) -> Self {
        let mut faults = Self::default();
        faults.push(file, 1, Fault::new("", kind));
        faults
    }

    /// Adds a fault, or counts it when there are enough to show.
    pub(crate) fn push(&mut self, file: impl Into<String>, line: usize, fault: Fault) {
        if self.faults.len() < MOST_SHOWN {
            self.faults.push(FolderFault { file: file.into(), line, fault });
        } else {
            self.more += 1;
        }
    }

    /// Puts the faults in the order of the files and then of the lines, for what is found only when everything has been read.
    pub(crate) fn sort(&mut self) {
        self.faults.sort_by_key(|fault| (super::files::rank(&fault.file), fault.line));
    }

    /// Nothing when nothing is wrong.
    ///
    /// # Errors
    ///
    /// Itself, when something is.
    pub(crate) fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for FolderFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for FolderFaults {}

/// The faults of one file, put in the order of its lines before they join those of the folder.
pub(crate) struct FileFaults<'a> {
    file: String,
    first: usize,
    all: &'a mut FolderFaults,
}

impl<'a> FileFaults<'a> {
    /// Begins with a file.
    pub(crate) fn new(file: impl Into<String>, all: &'a mut FolderFaults) -> Self {
        Self { file: file.into(), first: all.faults.len(), all }
    }

    /// Adds a fault at a line.
    pub(crate) fn push(&mut self, line: usize, fault: Fault) {
        self.all.push(self.file.as_str(), line, fault);
    }

    /// How many faults the folder has so far.
    pub(crate) fn total(&self) -> usize {
        self.all.total()
    }

    /// Adds the faults that a record or a row was read with.
    pub(crate) fn extend(&mut self, line: usize, faults: Vec<Fault>) {
        faults.into_iter().for_each(|fault| self.push(line, at_line(fault, line)));
    }
}

impl Drop for FileFaults<'_> {
    fn drop(&mut self) {
        if let Some(own) = self.all.faults.get_mut(self.first..) {
            own.sort_by_key(|fault| fault.line);
        }
    }
}

/// A line of a file is parsed by itself; the line that its fault names is the one of the file.
fn at_line(fault: Fault, line: usize) -> Fault {
    match fault.kind {
        FaultKind::NotJson { column, .. } => Fault::new(fault.pointer, FaultKind::NotJson { line, column }),
        _ => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_first_hundred_and_counts_the_others() {
        let mut faults = FolderFaults::default();
        for line in 1..=130 {
            faults.push("experts.jsonl", line, Fault::new("/id", FaultKind::Missing));
        }
        assert_eq!((faults.faults.len(), faults.more, faults.total()), (100, 30, 130));
        let text = faults.text(Language::En);
        assert_eq!(text.lines().count(), 101);
        assert!(text.starts_with("experts.jsonl:1: /id: This must be given."));
        assert!(text.ends_with("And 30 more faults: 130 in all."));
    }

    #[test]
    fn a_text_cannot_steer_the_terminal() {
        let fault = FolderFault { file: "a".into(), line: 1, fault: Fault::new("/\u{1b}[31m\n", FaultKind::DuplicateKey) };
        assert_eq!(fault.line_of_text(Language::Nl), "a:1: /\\u{1b}[31m\\n: Deze sleutel staat er twee keer.");
    }

    #[test]
    fn the_faults_of_a_file_stand_by_line() {
        let mut faults = FolderFaults::default();
        {
            let mut file = FileFaults::new("vocabulary/broader.csv", &mut faults);
            file.push(7, Fault::new("/parent", FaultKind::Missing));
            file.push(3, Fault::new("/child", FaultKind::Missing));
        }
        assert_eq!(faults.faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), vec![3, 7]);
    }
}
