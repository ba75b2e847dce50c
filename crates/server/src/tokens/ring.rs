//! The key ring: the key that signs, the one before it that is still accepted, and the file in which they lie.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use raakvlak_domain::calendar::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The file in the data folder.
const FILE: &str = "token-keys.json";

/// After how many seconds a new key takes over: 90 days.
const TAKE_OVER_SECONDS: i64 = 90 * 86_400;

/// How many keys are accepted: the one that signs and the one before it.
const KEPT: usize = 2;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The file cannot be read or written.
    #[error("the token keys in {path} cannot be read or written: {why}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The file does not hold keys.
    #[error("the token keys in {path} are damaged; remove the file to start with new ones (everyone signs in again)")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A key could not be made.
    #[error("no token key could be made")]
    Making,
    /// A token could not be signed.
    #[error("a token could not be signed")]
    Signing,
}

/// A key as it lies in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    /// Names the key.
    kid: String,
    /// When it was made, in seconds since 1970.
    made_at: i64,
    /// The private key (PKCS #8, base64).
    pkcs8: String,
}

/// A key that is ready for use.
struct Key {
    stored: StoredKey,
    pair: Ed25519KeyPair,
    signing: EncodingKey,
    verifying: DecodingKey,
}

/// The keys, the one that signs first.
pub struct KeyRing {
    keys: Vec<Key>,
}

impl std::fmt::Debug for KeyRing {
    /// The names of the keys, never the keys.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.keys.iter().map(|key| &key.stored.kid)).finish()
    }
}

impl KeyRing {
    /// The keys in this folder. The first time a key is made; when the newest is 90 days old, a new one takes over and the one before it stays
    /// accepted, so that nobody has to sign in again.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written, or does not hold keys.
    pub fn open(folder: &Path, now: Instant) -> Result<Self, KeyRingError> {
        let path = folder.join(FILE);
        let mut stored = read(&path)?;
        let seconds = now.microseconds().div_euclid(1_000_000);
        if stored.first().is_none_or(|newest| newest.made_at.saturating_add(TAKE_OVER_SECONDS) <= seconds) {
            stored.insert(0, made(seconds)?);
            stored.truncate(KEPT);
            write(&path, &stored)?;
        }
        let keys: Option<Vec<Key>> = stored.into_iter().map(ready).collect();
        keys.map(|keys| Self { keys }).ok_or(KeyRingError::Damaged { path })
    }

    /// The name of the key that signs.
    #[must_use]
    pub fn signing_key_id(&self) -> &str {
        self.keys.first().map_or("", |key| &key.stored.kid)
    }

    /// Signs claims as a token of this type.
    ///
    /// # Errors
    ///
    /// [`KeyRingError::Signing`].
    pub fn sign<T: Serialize>(&self, claims: &T, token_type: &str) -> Result<String, KeyRingError> {
        let key = self.keys.first().ok_or(KeyRingError::Signing)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(token_type.to_owned());
        header.kid = Some(key.stored.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.signing).map_err(|_| KeyRingError::Signing)
    }

    /// The bare signature of the key that signs.
    #[must_use]
    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        self.keys.first().map(|key| key.pair.sign(message).as_ref().to_vec()).unwrap_or_default()
    }

    /// The key with which a token of the key with this name is checked.
    #[must_use]
    pub fn verifying(&self, kid: &str) -> Option<&DecodingKey> {
        self.keys.iter().find(|key| key.stored.kid == kid).map(|key| &key.verifying)
    }

    /// The public keys (RFC 7517, RFC 8037).
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.keys.iter().map(public_key).collect()
    }

    /// Secrets that hold as long as the keys do, for what this server alone has to recognise.
    #[must_use]
    pub fn derived_secrets(&self, purpose: &str) -> Vec<Vec<u8>> {
        // An Ed25519 signature is the same for the same message, and nobody without the key can make it.
        self.keys.iter().map(|key| key.pair.sign(format!("derived secret: {purpose}").as_bytes()).as_ref().to_vec()).collect()
    }
}

/// A public key (RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicKey {
    /// The sort of key.
    #[schema(example = "OKP")]
    pub kty: &'static str,
    /// The curve.
    #[schema(example = "Ed25519")]
    pub crv: &'static str,
    /// What it is for.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub used_for: &'static str,
    /// The algorithm.
    #[schema(example = "EdDSA")]
    pub alg: &'static str,
    /// Names the key, as in the head of a token.
    pub kid: String,
    /// The key itself, in base64url.
    pub x: String,
}

fn public_key(key: &Key) -> PublicKey {
    let x = URL_SAFE_NO_PAD.encode(key.pair.public_key().as_ref());
    PublicKey { kty: "OKP", crv: "Ed25519", used_for: "sig", alg: "EdDSA", kid: key.stored.kid.clone(), x }
}

fn made(seconds: i64) -> Result<StoredKey, KeyRingError> {
    let pair = Ed25519KeyPair::generate().map_err(|_| KeyRingError::Making)?;
    let pkcs8 = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| KeyRingError::Making)?;
    let digest = crate::body::digest(pair.public_key().as_ref());
    let kid = URL_SAFE_NO_PAD.encode(digest.get(..9).unwrap_or_default());
    Ok(StoredKey { kid, made_at: seconds, pkcs8: STANDARD.encode(pkcs8.as_ref()) })
}

fn ready(stored: StoredKey) -> Option<Key> {
    let pkcs8 = STANDARD.decode(&stored.pkcs8).ok()?;
    let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).ok()?;
    let signing = EncodingKey::from_ed_der(&pkcs8);
    let verifying = DecodingKey::from_ed_der(pair.public_key().as_ref());
    Some(Key { stored, pair, signing, verifying })
}

fn read(path: &Path) -> Result<Vec<StoredKey>, KeyRingError> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| KeyRingError::Damaged { path: path.to_owned() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(KeyRingError::File { path: path.to_owned(), why: error.to_string() }),
    }
}

/// Writes beside the file and then moves it into place, so that a power cut never leaves half a file.
fn write(path: &Path, keys: &[StoredKey]) -> Result<(), KeyRingError> {
    let beside = path.with_extension("new");
    let written = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(keys)?)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    written().map_err(|error| KeyRingError::File { path: path.to_owned(), why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn at(days: i64) -> Instant {
        Instant::from_microseconds(days * 86_400 * 1_000_000)
    }

    #[test]
    fn keys_stay_between_starts_and_are_read_by_their_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = KeyRing::open(folder.path(), at(0)).unwrap();
        let second = KeyRing::open(folder.path(), at(89)).unwrap();
        assert_eq!(first.public_keys(), second.public_keys());
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_new_key_takes_over_and_the_one_before_stays() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> =
            [0, 90, 180].map(|day| KeyRing::open(folder.path(), at(day)).unwrap().signing_key_id().to_owned()).to_vec();
        let ring = KeyRing::open(folder.path(), at(181)).unwrap();
        assert_eq!(ring.signing_key_id(), names[2]);
        assert!(ring.verifying(&names[1]).is_some());
        assert!(ring.verifying(&names[0]).is_none());
        assert_eq!(ring.public_keys().len(), 2);
    }

    #[test]
    fn a_damaged_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["", "{}", "[{\"kid\":\"a\",\"made_at\":0,\"pkcs8\":\"AAAA\"}]"] {
            fs::write(folder.path().join(FILE), content).unwrap();
            assert!(matches!(KeyRing::open(folder.path(), at(0)), Err(KeyRingError::Damaged { .. })), "{content}");
            assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), content);
        }
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::open(folder.path(), at(0)).unwrap();
        assert!(!format!("{ring:?}").contains(&ring.keys[0].stored.pkcs8));
    }
}
