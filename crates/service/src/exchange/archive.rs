//! A dataset folder as one zip file: packing it, and unpacking one that anybody may have sent, within bounds of size, entries and ratio.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use raakvlak_domain::faults::{Fault, FaultKind};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::faults::FolderFaults;
use super::files;

/// What a fault of the whole archive is told about.
const ARCHIVE: &str = "archive.zip";

/// How much may come out of an archive.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most entries.
    pub entries: usize,
    /// The most bytes of all files together.
    pub bytes: u64,
    /// How many times its size in the archive a file may be, once it is larger than a mebibyte.
    pub ratio: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { entries: 64, bytes: 1 << 30, ratio: 200 }
    }
}

/// A file under this size may be packed as tightly as it likes.
const SMALL: u64 = 1 << 20;

/// Unpacks an archive into a folder that is there and empty; gives how many lines the files of records have. Only files that a folder may hold are
/// written, under their own fixed names, so that no name in the archive leads anywhere.
///
/// # Errors
///
/// Everything that is wrong with the archive.
pub fn unpack(archive: &Path, into: &Path, bounds: Bounds) -> Result<usize, FolderFaults> {
    let broken = |error: &dyn std::fmt::Display| FolderFaults::of_file(ARCHIVE, FaultKind::Unreadable { reason: error.to_string() });
    let mut file = File::open(archive).map_err(|error| broken(&error))?;
    let told = entries_told(&mut file).map_err(|error| broken(&error))?;
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| broken(&error))?;
    let mut faults = check_number(zip.len(), told, bounds);
    if !faults.is_empty() {
        return Err(faults);
    }
    std::fs::create_dir(into.join("vocabulary")).map_err(|error| broken(&error))?;
    let (mut left, mut lines) = (bounds.bytes, 0);
    for at in 0..zip.len() {
        match unpack_entry(&mut zip, at, into, bounds, &mut left) {
            Ok(found) => lines += found,
            Err((name, kind)) => faults.push(name, 1, Fault::new("", kind)),
        }
    }
    faults.into_result().map(|()| lines)
}

/// An archive that names two entries alike keeps one of them in its index: the number that it tells itself shows that.
fn check_number(found: usize, told: usize, bounds: Bounds) -> FolderFaults {
    let mut faults = FolderFaults::default();
    if found == 0 {
        faults.push(ARCHIVE, 1, Fault::new("", FaultKind::TooFew { least: 1 }));
    }
    if found.max(told) > bounds.entries {
        faults.push(ARCHIVE, 1, Fault::new("", FaultKind::TooMany { most: bounds.entries }));
    } else if found != told {
        faults.push(ARCHIVE, 1, Fault::new("", FaultKind::Duplicate { id: "name".to_owned() }));
    }
    faults
}

/// The number of entries that the end of an archive tells.
fn entries_told(file: &mut File) -> io::Result<usize> {
    const END: [u8; 4] = *b"PK\x05\x06";
    const LONGEST: u64 = 22 + 65_535;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(LONGEST)))?;
    let mut tail = Vec::new();
    Read::by_ref(file).take(LONGEST).read_to_end(&mut tail)?;
    file.seek(SeekFrom::Start(0))?;
    let end = tail.windows(4).rposition(|bytes| bytes == END);
    let number = end.and_then(|end| Some([*tail.get(end + 10)?, *tail.get(end + 11)?]));
    number
        .map(|bytes| usize::from(u16::from_le_bytes(bytes)))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is no zip file"))
}

fn unpack_entry(
    zip: &mut ZipArchive<BufReader<File>>,
    at: usize,
    into: &Path,
    bounds: Bounds,
    left: &mut u64,
) -> Result<usize, (String, FaultKind)> {
    let unreadable = |name: &str, error: &dyn std::fmt::Display| (name.to_owned(), FaultKind::Unreadable { reason: error.to_string() });
    let mut entry = zip.by_index(at).map_err(|error| unreadable(ARCHIVE, &error))?;
    let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
    if name == "vocabulary/" {
        return Ok(0);
    }
    let Some(known) = files::all().find(|file| *file == name) else { return Err((name, FaultKind::UnknownFile)) };
    let tight = entry.compressed_size().saturating_mul(bounds.ratio).max(SMALL);
    let most = tight.min(*left);
    let file = File::create_new(into.join(known)).map_err(|error| unreadable(known, &error))?;
    let mut writer = Counting { inner: BufWriter::new(file), bytes: 0, lines: 0 };
    io::copy(&mut Read::by_ref(&mut entry).take(most.saturating_add(1)), &mut writer).map_err(|error| unreadable(known, &error))?;
    writer.inner.flush().map_err(|error| unreadable(known, &error))?;
    *left = left.saturating_sub(writer.bytes);
    if writer.bytes > most {
        return Err((name, FaultKind::TooLong { most: usize::try_from(most).unwrap_or(usize::MAX) }));
    }
    Ok(if known.ends_with(".jsonl") { writer.lines } else { 0 })
}

/// Counts what is written.
struct Counting<W> {
    inner: W,
    bytes: u64,
    lines: usize,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        self.lines += bytes.iter().take(written).filter(|byte| **byte == b'\n').count();
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Packs the files of a folder, in their order.
///
/// # Errors
///
/// What the system says.
pub fn pack(folder: &Path, archive: &Path) -> io::Result<()> {
    let mut zip = ZipWriter::new(BufWriter::new(File::create_new(archive)?));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).unix_permissions(0o600).large_file(true);
    for name in files::all() {
        let path = folder.join(name);
        if path.is_file() {
            zip.start_file(name, options).map_err(io::Error::other)?;
            io::copy(&mut BufReader::new(File::open(path)?), &mut zip)?;
        }
    }
    let file = zip.finish().map_err(io::Error::other)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
