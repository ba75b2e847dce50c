//! A key per person, kept outside the database: what it sealed can be read as long as the key exists, and never after.
//!
//! The keys lie in one file of slots of 56 bytes, `id (16) | key (32) | checksum (8)`, in a folder of their own that is part of no backup. A new
//! key is appended and flushed *before* the commit that uses it; destroying a key overwrites its slot with zeros and flushes. Several processes
//! may share the file: changes are made under a lock of the operating system, and a process that meets an unknown id reads the file again.
//! The first slot is the key of the instance, for digests that belong to no person.
//!
//! Sealing is AES-256-GCM (NIST SP 800-38D) with a random nonce. The place of a text (table, column, row) is its associated data, so that a sealed
//! text moved to another row cannot be opened there, and it is padded to whole blocks of 64 bytes, so that its length tells little. The keys for
//! sealing and for digests are derived from the stored one with HMAC-SHA-256 (as in NIST SP 800-108, counter mode with one block).

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use foldhash::fast::RandomState;
use zeroize::Zeroizing;

mod file;
pub mod sealed;

use file::{KeyFile, Stamp};

/// The length of every key and digest, in bytes.
pub const KEY_LENGTH: usize = 32;

/// Sealed texts are padded to whole blocks of this many bytes.
const BLOCK: usize = 64;

/// The first byte of a sealed text: how it was sealed.
const FORM: u8 = 1;

/// What can go wrong with keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The file of keys cannot be read or written.
    #[error("the file of keys {} cannot be used: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        why: String,
    },
    /// There is no file of keys, or it lacks the instance's key, while the database says that there must be.
    #[error("there are no keys in {}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The text is not a key's id.
    #[error("this is not the id of a key")]
    NotAnId,
    /// The key does not exist, or not any more.
    #[error("the key does not exist any more")]
    Unknown,
    /// The sealed bytes were changed, belong to another place, or were sealed with another key.
    #[error("the sealed text does not open here")]
    DoesNotOpen,
    /// The system gave no random bytes.
    #[error("no random bytes")]
    NoRandom,
}

/// The id of a key: random, and so without meaning once its key is gone. As text: 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 16]);

/// The id of the instance's own key.
const INSTANCE: KeyId = KeyId(*b"raakvlakinstance");

impl KeyId {
    /// Reads the text form.
    ///
    /// # Errors
    /// [`KeyError::NotAnId`] when it is not 32 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(KeyError::NotAnId);
        }
        u128::from_str_radix(text, 16).map(|number| Self(number.to_be_bytes())).map_err(|_| KeyError::NotAnId)
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&hexadecimal(&self.0))
    }
}

/// A keyed digest: HMAC-SHA-256. It says whether two values are equal, to whoever has the key, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; KEY_LENGTH]);

impl Digest {
    /// The bytes, as a column holds them.
    #[must_use]
    pub fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&hexadecimal(&self.0))
    }
}

type Secret = Zeroizing<[u8; KEY_LENGTH]>;

/// Keys by their ids, which are random already.
type Secrets = HashMap<KeyId, Secret, RandomState>;

/// Every key of this instance, in memory and in their file.
pub struct Keys {
    file: KeyFile,
    known: RwLock<Secrets>,
    /// Keys made in a transaction that is not committed yet: in memory, not in the file.
    unwritten: Mutex<HashSet<KeyId>>,
    stamp: Mutex<Option<Stamp>>,
    random: SystemRandom,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Keys").field("file", &self.file.path()).finish_non_exhaustive()
    }
}

impl Keys {
    /// Opens the keys in a folder. With `make` a folder without keys gets a new instance key.
    ///
    /// # Errors
    /// [`KeyError::Missing`] when there are none and `make` is false, [`KeyError::File`] when the file cannot be used.
    pub fn open(folder: &Path, make: bool) -> Result<Self, KeyError> {
        let file = KeyFile::open(folder, make)?;
        let keys =
            Self { file, known: RwLock::default(), unwritten: Mutex::default(), stamp: Mutex::default(), random: SystemRandom::new() };
        keys.reload()?;
        if keys.find(INSTANCE).is_none() {
            keys.make_instance_key(make)?;
        }
        Ok(keys)
    }

    fn make_instance_key(&self, make: bool) -> Result<(), KeyError> {
        if !make {
            return Err(KeyError::Missing { path: self.file.path().to_path_buf() });
        }
        self.file.append_unless_begun(&[(INSTANCE, self.random_secret()?)])?;
        self.reload()
    }

    /// The folder that the keys lie in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.file.path().parent().unwrap_or(Path::new("."))
    }

    /// How many people's keys there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.known.read().unwrap_or_else(PoisonError::into_inner).len().saturating_sub(1)
    }

    /// The ids of all people's keys that are in the file, in order; not those that a transaction has made and not yet kept.
    #[must_use]
    pub fn ids(&self) -> Vec<KeyId> {
        let unwritten = self.unwritten_keys();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut ids: Vec<KeyId> = known.keys().copied().filter(|id| *id != INSTANCE && !unwritten.contains(id)).collect();
        ids.sort_unstable();
        ids
    }

    /// Whether the key exists.
    #[must_use]
    pub fn exists(&self, id: KeyId) -> bool {
        self.secret(id).is_ok()
    }

    /// Seals bytes under a person's key for one place.
    ///
    /// # Errors
    /// [`KeyError::Unknown`] when the key does not exist any more.
    pub fn seal(&self, id: KeyId, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let key = self.sealing_key(id)?;
        let mut nonce = [0u8; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_| KeyError::NoRandom)?;
        let mut text = padded(plain);
        let aad = Aad::from(place.bytes());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut text).map_err(|_| KeyError::DoesNotOpen)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + text.len());
        sealed.push(FORM);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Opens what was sealed under a person's key for this place.
    ///
    /// # Errors
    /// [`KeyError::Unknown`] when the key does not exist any more; [`KeyError::DoesNotOpen`] when the bytes were changed or come from elsewhere.
    pub fn unseal(&self, id: KeyId, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut sealed = sealed.to_vec();
        self.opener(id)?.open(place, &mut sealed).map(<[u8]>::to_vec)
    }

    /// What opens everything of one person: for whoever has several things of theirs to open, since the key is worked out once.
    ///
    /// # Errors
    /// [`KeyError::Unknown`] when the key does not exist any more.
    pub fn opener(&self, id: KeyId) -> Result<Opener, KeyError> {
        self.sealing_key(id).map(Opener)
    }

    /// A digest under the instance's key: the same value and purpose always give the same digest, here and nowhere else.
    #[must_use]
    pub fn digest(&self, purpose: &str, value: &[u8]) -> Digest {
        // The instance's key exists from `open` on and is never destroyed; a missing one would make every digest unfindable, not revealing.
        self.digest_for(INSTANCE, purpose, value).unwrap_or(Digest([0; KEY_LENGTH]))
    }

    /// A digest under a person's key: it means nothing any more once the key is destroyed.
    ///
    /// # Errors
    /// [`KeyError::Unknown`] when the key does not exist any more.
    pub fn digest_for(&self, id: KeyId, purpose: &str, value: &[u8]) -> Result<Digest, KeyError> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, derived(&self.secret(id)?, b"digest").as_slice());
        Ok(sign(&key, purpose, value))
    }

    /// The pseudonym of a person in the audit trail: 32 hexadecimal digits that only their own key leads back to.
    ///
    /// # Errors
    /// [`KeyError::Unknown`] when the key does not exist any more.
    pub fn pseudonym(&self, id: KeyId, record: &str) -> Result<String, KeyError> {
        let digest = self.digest_for(id, "pseudonym", record.as_bytes())?;
        Ok(hexadecimal(digest.0.first_chunk::<16>().unwrap_or(&[0; 16])))
    }

    /// Random bytes of the system, for codes and tokens.
    ///
    /// # Errors
    /// [`KeyError::NoRandom`] when the system gives none.
    pub fn random_bytes<const LENGTH: usize>(&self) -> Result<[u8; LENGTH], KeyError> {
        let mut bytes = [0u8; LENGTH];
        self.random.fill(&mut bytes).map_err(|_| KeyError::NoRandom)?;
        Ok(bytes)
    }

    /// Makes a key in memory; [`Keys::write`] puts it in the file before the commit, [`Keys::drop_unwritten`] forgets it after a roll-back.
    pub(crate) fn make(&self) -> Result<KeyId, KeyError> {
        let id = KeyId(self.random_bytes()?);
        let secret = self.random_secret()?;
        self.unwritten_keys().insert(id);
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(id, secret);
        Ok(id)
    }

    /// Appends these new keys to the file, with one flush for all.
    pub(crate) fn write(&self, ids: &[KeyId]) -> Result<(), KeyError> {
        if ids.is_empty() {
            return Ok(());
        }
        let slots: Vec<(KeyId, Secret)> = ids.iter().filter_map(|id| Some((*id, self.find(*id)?))).collect();
        self.file.append(&slots)?;
        let mut unwritten = self.unwritten_keys();
        for id in ids {
            unwritten.remove(id);
        }
        Ok(())
    }

    /// Forgets keys of a transaction that was rolled back.
    pub(crate) fn drop_unwritten(&self, ids: &[KeyId]) {
        let mut unwritten = self.unwritten_keys();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for id in ids {
            if unwritten.remove(id) {
                known.remove(id);
            }
        }
    }

    /// Destroys keys: their slots are zeros on the disk when this returns. Ids that are not there any more are fine.
    ///
    /// # Errors
    /// [`KeyError::File`] when the file cannot be written.
    pub fn destroy(&self, ids: &[KeyId]) -> Result<(), KeyError> {
        let doomed: HashSet<KeyId> = ids.iter().copied().filter(|id| *id != INSTANCE).collect();
        self.file.erase(&doomed)?;
        self.known.write().unwrap_or_else(PoisonError::into_inner).retain(|id, _| !doomed.contains(id));
        Ok(())
    }

    /// Reads the file again when another process changed it, so that keys destroyed elsewhere leave this memory too.
    ///
    /// # Errors
    /// [`KeyError::File`] when the file cannot be read.
    pub fn refresh(&self) -> Result<(), KeyError> {
        let seen = *self.stamp.lock().unwrap_or_else(PoisonError::into_inner);
        if seen == Some(self.file.stamp()?) { Ok(()) } else { self.reload() }
    }

    fn reload(&self) -> Result<(), KeyError> {
        // The stamp is taken first: a change during the reading makes the next refresh read again.
        let stamp = self.file.stamp()?;
        let unwritten = self.unwritten_keys();
        let mut fresh = self.file.read()?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for id in unwritten.iter() {
            if let Some(secret) = known.remove(id) {
                fresh.insert(*id, secret);
            }
        }
        *known = fresh;
        *self.stamp.lock().unwrap_or_else(PoisonError::into_inner) = Some(stamp);
        Ok(())
    }

    fn find(&self, id: KeyId) -> Option<Secret> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn secret(&self, id: KeyId) -> Result<Secret, KeyError> {
        if let Some(secret) = self.find(id) {
            return Ok(secret);
        }
        self.refresh()?;
        self.find(id).ok_or(KeyError::Unknown)
    }

    fn sealing_key(&self, id: KeyId) -> Result<LessSafeKey, KeyError> {
        let key = derived(&self.secret(id)?, b"seal");
        UnboundKey::new(&AES_256_GCM, key.as_slice()).map(LessSafeKey::new).map_err(|_| KeyError::DoesNotOpen)
    }

    fn random_secret(&self) -> Result<Secret, KeyError> {
        Ok(Zeroizing::new(self.random_bytes()?))
    }

    fn unwritten_keys(&self) -> MutexGuard<'_, HashSet<KeyId>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A person's key, ready to open what it sealed.
pub struct Opener(LessSafeKey);

impl Opener {
    /// Opens what was sealed for this place, where it stands.
    ///
    /// # Errors
    /// [`KeyError::DoesNotOpen`] when the bytes were changed or come from elsewhere.
    pub fn open<'s>(&self, place: &Place<'_>, sealed: &'s mut [u8]) -> Result<&'s [u8], KeyError> {
        let (form, rest) = sealed.split_first_mut().ok_or(KeyError::DoesNotOpen)?;
        let (nonce, text) = rest.split_at_mut_checked(NONCE_LEN).ok_or(KeyError::DoesNotOpen)?;
        if *form != FORM {
            return Err(KeyError::DoesNotOpen);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::DoesNotOpen)?;
        let text = self.0.open_in_place(nonce, Aad::from(place.bytes()), text).map_err(|_| KeyError::DoesNotOpen)?;
        unpadded(text)
    }

    /// Opens a text where it stands.
    ///
    /// # Errors
    /// As [`Opener::open`].
    pub fn open_text<'s>(&self, place: &Place<'_>, sealed: &'s mut [u8]) -> Result<&'s str, KeyError> {
        std::str::from_utf8(self.open(place, sealed)?).map_err(|_| KeyError::DoesNotOpen)
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Opener")
    }
}

/// Where a sealed text belongs: it opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The column, or what the column holds.
    pub column: &'static str,
    /// The row's id.
    pub row: &'a str,
}

impl<'a> Place<'a> {
    /// A place in the column `sealed`, as most are.
    #[must_use]
    pub fn of(table: &'static str, row: &'a str) -> Self {
        Self { table, column: "sealed", row }
    }

    fn bytes(&self) -> Vec<u8> {
        // Names of tables and columns have no control characters, so the parts cannot run into each other.
        [self.table, self.column, self.row].join("\u{1f}").into_bytes()
    }
}

fn sign(key: &hmac::Key, purpose: &str, value: &[u8]) -> Digest {
    let mut context = hmac::Context::with_key(key);
    context.update(purpose.as_bytes());
    context.update(&[0]);
    context.update(value);
    let tag = context.sign();
    Digest(tag.as_ref().try_into().unwrap_or([0; KEY_LENGTH]))
}

fn derived(secret: &Secret, purpose: &[u8]) -> Secret {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_slice()), purpose);
    Zeroizing::new(tag.as_ref().try_into().unwrap_or([0; KEY_LENGTH]))
}

/// The text, a byte 0x80, and zeros up to a whole block (ISO/IEC 7816-4).
fn padded(plain: &[u8]) -> Vec<u8> {
    let length = (plain.len() + 1).next_multiple_of(BLOCK);
    let mut text = Vec::with_capacity(length + AES_256_GCM.tag_len());
    text.extend_from_slice(plain);
    text.push(0x80);
    text.resize(length, 0);
    text
}

fn unpadded(text: &[u8]) -> Result<&[u8], KeyError> {
    let end = text.iter().rposition(|byte| *byte != 0).ok_or(KeyError::DoesNotOpen)?;
    text.get(..end).filter(|_| text.get(end) == Some(&0x80)).ok_or(KeyError::DoesNotOpen)
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
