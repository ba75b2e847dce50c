//! The file of keys: fixed slots, appended and flushed, erased in place.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use aws_lc_rs::digest;
use zeroize::Zeroizing;

use super::{KEY_LENGTH, KeyError, KeyId, Secret, Secrets};

const NAME: &str = "keys";
const CHECKSUM: usize = 8;
const SLOT: usize = 16 + KEY_LENGTH + CHECKSUM;

/// What tells that the file has changed: its length and when it was last written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp(u64, Option<SystemTime>);

/// The file; it is opened anew for each use, so that one process can hold many stores and a lock is released by closing.
pub(super) struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// Looks for the file; with `make` the folder and the file come into being, readable to their owner alone.
    pub(super) fn open(folder: &Path, make: bool) -> Result<Self, KeyError> {
        let file = Self { path: folder.join(NAME) };
        if make {
            file.make_folder(folder)?;
            file.options()
                .create(true)
                .open(&file.path)
                .map_err(|error| file.fault(&error))?
                .sync_all()
                .map_err(|error| file.fault(&error))?;
            sync_folder(folder).map_err(|error| file.fault(&error))?;
        } else if !file.path.is_file() {
            return Err(KeyError::Missing { path: file.path });
        }
        Ok(file)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn stamp(&self) -> Result<Stamp, KeyError> {
        let metadata = std::fs::metadata(&self.path).map_err(|error| self.fault(&error))?;
        Ok(Stamp(metadata.len(), metadata.modified().ok()))
    }

    /// Every key in the file; slots that are zero or damaged hold none.
    pub(super) fn read(&self) -> Result<Secrets, KeyError> {
        let file = self.options().open(&self.path).map_err(|error| self.fault(&error))?;
        file.lock_shared().map_err(|error| self.fault(&error))?;
        let bytes = contents(&file).map_err(|error| self.fault(&error))?;
        // Room for all of them at once: a growing table, too, would leave copies behind.
        let mut secrets = Secrets::with_capacity_and_hasher(bytes.len() / SLOT, Default::default());
        secrets.extend(bytes.chunks_exact(SLOT).filter_map(decoded));
        Ok(secrets)
    }

    /// Appends slots and flushes them to the disk.
    pub(super) fn append(&self, slots: &[(KeyId, Secret)]) -> Result<(), KeyError> {
        self.locked(|file| append_slots(file, slots))
    }

    /// Appends only when the file is empty: of several processes that begin at once, one makes the first slot.
    pub(super) fn append_unless_begun(&self, slots: &[(KeyId, Secret)]) -> Result<(), KeyError> {
        self.locked(|file| if file.metadata()?.len() >= SLOT as u64 { Ok(()) } else { append_slots(file, slots) })
    }

    /// Overwrites the slots of these keys with zeros and flushes.
    pub(super) fn erase(&self, doomed: &HashSet<KeyId>) -> Result<(), KeyError> {
        self.locked(|file| {
            let bytes = contents(file)?;
            let positions =
                bytes.chunks_exact(SLOT).zip(0u64..).filter(|(slot, _)| decoded(slot).is_some_and(|(id, _)| doomed.contains(&id)));
            let mut writer = file;
            for (_, at) in positions {
                writer.seek(SeekFrom::Start(at * SLOT as u64))?;
                writer.write_all(&[0; SLOT])?;
            }
            file.sync_all()
        })
    }

    fn locked(&self, work: impl FnOnce(&File) -> std::io::Result<()>) -> Result<(), KeyError> {
        let file = self.options().open(&self.path).map_err(|error| self.fault(&error))?;
        file.lock().and_then(|()| work(&file)).map_err(|error| self.fault(&error))
    }

    fn options(&self) -> OpenOptions {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
    }

    fn make_folder(&self, folder: &Path) -> Result<(), KeyError> {
        if folder.is_dir() {
            return Ok(());
        }
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| self.fault(&error))
    }

    fn fault(&self, error: &std::io::Error) -> KeyError {
        KeyError::File { path: self.path.clone(), why: error.to_string() }
    }
}

/// Makes the names in a folder survive a power cut.
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

fn contents(mut file: &File) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // The whole length at once: a growing buffer would leave copies of keys in freed memory.
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    let mut bytes = Zeroizing::new(vec![0; length]);
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Appends at the last whole slot: what a crash left half written is overwritten, no commit has used it.
fn append_slots(mut file: &File, slots: &[(KeyId, Secret)]) -> std::io::Result<()> {
    let whole = file.metadata()?.len() / SLOT as u64;
    let mut bytes = Zeroizing::new(Vec::with_capacity(slots.len() * SLOT));
    for (id, secret) in slots {
        bytes.extend_from_slice(&id.0);
        bytes.extend_from_slice(secret.as_slice());
        bytes.extend_from_slice(&checksum(&id.0, secret.as_slice()));
    }
    file.seek(SeekFrom::Start(whole * SLOT as u64))?;
    file.write_all(&bytes)?;
    file.sync_all()
}

fn decoded(slot: &[u8]) -> Option<(KeyId, Secret)> {
    let (id, rest) = slot.split_first_chunk::<16>()?;
    let (key, check) = rest.split_first_chunk::<KEY_LENGTH>()?;
    (check == checksum(id, key)).then(|| (KeyId(*id), Zeroizing::new(*key)))
}

fn checksum(id: &[u8], key: &[u8]) -> [u8; CHECKSUM] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(id);
    context.update(key);
    context.finish().as_ref().first_chunk().copied().unwrap_or_default()
}
