//! Writes a dataset folder in its canonical form: reading what is written and writing it again gives the same bytes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use raakvlak_domain::json::Node;
use serde::Serialize;

use super::Folder;
use super::files::{EXPERTS, FURTHER, KNOBS, MATCHES, ORGANISATIONS, PACKAGES, PROGRAMMES, RULES, USERS};
use super::further::write_node;

/// Writes a folder at this path, which must not exist yet or be empty. The folder appears as a whole or not at all: it is made beside its
/// place
/// and moved there when everything is on the disk.
///
/// Each record is one line of compact UTF-8 with every key, in the order of the record; what is not told is `null`.
///
/// # Errors
///
/// The path holds something already, or the system refuses to write; the text names the path.
pub fn write(folder: &Folder, path: &Path) -> io::Result<()> {
    refuse_occupied(path)?;
    let beside = beside(path)?;
    let written = write_at(folder, &beside).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What could not be finished is taken away; that this may fail too changes nothing about the first error.
        let _ = fs::remove_dir_all(&beside);
    }
    written.map_err(|error| named(path, &error))
}

fn refuse_occupied(path: &Path) -> io::Result<()> {
    match fs::read_dir(path).map(|mut entries| entries.next()) {
        Ok(Some(_)) => Err(named(path, &io::Error::new(io::ErrorKind::AlreadyExists, "there is something in this folder already"))),
        Ok(None) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(named(path, &error)),
    }
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// A path next to the one asked, where nobody else writes.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut name = absolute.file_name().unwrap_or_default().to_owned();
    name.push(format!(".partial-{}", std::process::id()));
    Ok(absolute.with_file_name(name))
}

fn write_at(folder: &Folder, path: &Path) -> io::Result<()> {
    fs::create_dir_all(path.join("vocabulary"))?;
    for (file, contents) in folder.vocabulary.write() {
        write_file(&path.join(file), |writer| writer.write_all(&contents))?;
    }
    let kept = &folder.kept;
    write_records(&path.join(ORGANISATIONS), folder.organisations.as_deref(), |record| kept.organisations.get(&record.id))?;
    write_records(&path.join(PROGRAMMES), folder.programmes.as_deref(), |record| kept.programmes.get(&record.id))?;
    write_records(&path.join(PACKAGES), folder.packages.as_deref(), |record| kept.packages.get(&record.id))?;
    write_records(&path.join(EXPERTS), folder.experts.as_deref(), |record| kept.experts.get(&record.id))?;
    write_records(&path.join(USERS), folder.users.as_deref(), nothing)?;
    write_records(&path.join(MATCHES), folder.whole_matches.as_deref(), nothing)?;
    write_records(&path.join(KNOBS), folder.knobs.as_deref(), nothing)?;
    write_records(&path.join(RULES), folder.rules.as_deref(), nothing)?;
    for (file, nodes) in FURTHER.iter().filter_map(|file| folder.further.get_key_value(file)) {
        write_nodes(&path.join(file), nodes)?;
    }
    File::open(path.join("vocabulary"))?.sync_all()?;
    File::open(path)?.sync_all()
}

/// A record with what is kept beside it on the same line.
#[derive(Serialize)]
struct Line<'a, T, M> {
    #[serde(flatten)]
    record: &'a T,
    #[serde(flatten)]
    more: &'a M,
}

/// Beside this record nothing is kept.
fn nothing<T>(_: &T) -> Option<&()> {
    None
}

fn write_records<'a, T: Serialize, M: Serialize + 'a>(
    path: &Path,
    records: Option<&'a [T]>,
    more: impl Fn(&'a T) -> Option<&'a M>,
) -> io::Result<()> {
    let Some(records) = records else { return Ok(()) };
    write_file(path, |writer| {
        for record in records {
            match more(record) {
                Some(more) => serde_json::to_writer(&mut *writer, &Line { record, more })?,
                None => serde_json::to_writer(&mut *writer, record)?,
            }
            writer.write_all(b"\n")?;
        }
        Ok(())
    })
}

fn write_nodes(path: &Path, nodes: &[Node]) -> io::Result<()> {
    write_file(path, |writer| {
        for node in nodes {
            let mut line = String::new();
            write_node(node, &mut line);
            line.push('\n');
            writer.write_all(line.as_bytes())?;
        }
        Ok(())
    })
}

fn write_file(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    let mut writer = BufWriter::new(File::create(path)?);
    write(&mut writer)?;
    writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
