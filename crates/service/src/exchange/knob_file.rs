//! A file with a setting of the matcher knob.

use std::io::Read;
use std::path::Path;

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_domain::reading::read;

use super::faults::FolderFaults;
use super::files::open_file;

/// The largest file that is read, in bytes; a setting takes a few hundred.
const LARGEST: u64 = 1024 * 1024;

/// Reads a file with a setting of the matcher knob; a missing or null key is its start value.
///
/// # Errors
///
/// Everything that is wrong with the file.
pub fn read_knob(path: &Path) -> Result<MatcherKnob, FolderFaults> {
    let name = path.display().to_string();
    let text = text(path).map_err(|kind| FolderFaults::of_file(name.as_str(), kind))?;
    read(text.strip_prefix('\u{feff}').unwrap_or(&text)).map_err(|found| {
        let mut faults = FolderFaults::default();
        found.into_iter().for_each(|fault| faults.push(name.as_str(), line(&fault), fault));
        faults
    })
}

fn text(path: &Path) -> Result<String, FaultKind> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => FaultKind::FileMissing,
        _ => FaultKind::Unreadable { reason: error.to_string() },
    };
    let mut bytes = Vec::new();
    open_file(path).map_err(unreadable)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(FaultKind::TooLong { most: LARGEST as usize });
    }
    String::from_utf8(bytes).map_err(|_| FaultKind::NotUtf8)
}

/// The line on which a fault lies; only a break in the JSON itself has one of its own.
fn line(fault: &Fault) -> usize {
    match fault.kind {
        FaultKind::NotJson { line, .. } => line,
        _ => 1,
    }
}
