//! The files of a dataset folder: their names, their order, and how they are opened.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// The organisations.
pub const ORGANISATIONS: &str = "organisations.jsonl";
/// The programmes.
pub const PROGRAMMES: &str = "programmes.jsonl";
/// The task packages.
pub const PACKAGES: &str = "packages.jsonl";
/// The experts.
pub const EXPERTS: &str = "experts.jsonl";
/// The users.
pub const USERS: &str = "users.jsonl";
/// The matches.
pub const MATCHES: &str = "matches.jsonl";
/// The versions of the knobs.
pub const KNOBS: &str = "knobs.jsonl";

/// The versions of rules.
pub const RULES: &str = "rules.jsonl";

/// The files of records that a match does not need, in the order in which they are read and written.
pub const FURTHER: [&str; 8] = [USERS, MATCHES, KNOBS, RULES, "proposals.jsonl", "signals.jsonl", "obstacles.jsonl", "contacts.jsonl"];

/// Every file that a folder may hold, in the order in which they are read.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    crate::vocabulary::FILES.into_iter().chain([ORGANISATIONS, PROGRAMMES, PACKAGES, EXPERTS]).chain(FURTHER)
}

/// Whether a folder may hold a file at this path.
pub(crate) fn is_known(path: &str) -> bool {
    all().any(|file| file == path)
}

/// Where a file stands in the order in which they are read.
pub(crate) fn rank(path: &str) -> usize {
    all().position(|file| file == path).unwrap_or(usize::MAX)
}

/// Where the files of a folder come from.
pub(crate) trait Source {
    /// Opens the file at this path within the folder; `None` when there is none.
    fn open(&self, file: &str) -> Option<io::Result<Box<dyn BufRead + '_>>>;
}

/// A folder on disk.
pub(crate) struct OnDisk<'a>(pub(crate) &'a Path);

impl Source for OnDisk<'_> {
    fn open(&self, file: &str) -> Option<io::Result<Box<dyn BufRead + '_>>> {
        match open_file(&self.0.join(file)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            opened => Some(opened.map(|file| Box::new(file) as Box<dyn BufRead>)),
        }
    }
}

/// Files that are kept as bytes, each with its path.
pub(crate) struct InMemory<'a>(pub(crate) &'a [(&'a str, &'a [u8])]);

impl Source for InMemory<'_> {
    fn open(&self, file: &str) -> Option<io::Result<Box<dyn BufRead + '_>>> {
        let (_, bytes) = self.0.iter().find(|(name, _)| *name == file)?;
        Some(Ok(Box::new(*bytes)))
    }
}

/// Opens a file to read. Anything that is no ordinary file is refused before it is opened, since opening a pipe can wait for ever.
pub(crate) fn open_file(path: &Path) -> io::Result<BufReader<File>> {
    let kind = std::fs::metadata(path)?;
    if kind.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
    }
    if !kind.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no ordinary file"));
    }
    Ok(BufReader::with_capacity(256 * 1024, File::open(path)?))
}
