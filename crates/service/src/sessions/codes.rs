//! Codes to come in with: long ones for links, and short ones for paper, that people can read aloud and copy.
//!
//! A code has two parts: by the first it is found, by the second it is checked. A link has 128 random bits in each. On paper the first part has 4
//! symbols and the second 11, about 50 bits; together with five tries that is out of reach for guessing. A last symbol is a check modulo the prime 23,
//! with weights (as in ISBN-10, ISO 2108), which finds every single wrong symbol and every two that changed places.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use raakvlak_store::{Digest, Keys, StoreError};

use crate::error::Error;

/// How many wrong second parts a code survives.
pub const PAPER_TRIES: i64 = 5;

/// The symbols of codes on paper: no two that look alike in print or in handwriting.
const SYMBOLS: &[u8; 23] = b"34679ACDEFHJKMNPQRTUWXY";

const FIRST_SYMBOLS: usize = 4;
const SECOND_SYMBOLS: usize = 11;
const ALL_SYMBOLS: usize = FIRST_SYMBOLS + SECOND_SYMBOLS + 1;

const HALF_OF_LINK: usize = 16;

/// A code in the hands of whoever comes in with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    first: Vec<u8>,
    second: Vec<u8>,
}

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It has the form of a code on paper, and its check does not fit.
    Mistyped,
    /// It has no form of a code.
    NoCode,
}

impl std::fmt::Debug for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Code(..)")
    }
}

impl Code {
    /// A new code for a link.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] when the system gives no random bytes.
    pub(crate) fn for_link(keys: &Keys) -> Result<Self, Error> {
        let bytes = keys.random_bytes::<{ 2 * HALF_OF_LINK }>().map_err(StoreError::from)?;
        let (first, second) = bytes.split_at(HALF_OF_LINK);
        Ok(Self { first: first.to_vec(), second: second.to_vec() })
    }

    /// A new code for paper.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] when the system gives no random bytes.
    pub(crate) fn for_paper(keys: &Keys) -> Result<Self, Error> {
        let mut symbols = Vec::with_capacity(FIRST_SYMBOLS + SECOND_SYMBOLS);
        while symbols.len() < FIRST_SYMBOLS + SECOND_SYMBOLS {
            // 253 = 11 · 23: what lies above would make some symbols likelier than others.
            let bytes = keys.random_bytes::<32>().map_err(StoreError::from)?;
            symbols.extend(bytes.iter().filter(|byte| **byte < 253).filter_map(|byte| SYMBOLS.get(usize::from(byte % 23))));
        }
        symbols.truncate(FIRST_SYMBOLS + SECOND_SYMBOLS);
        let second = symbols.split_off(FIRST_SYMBOLS);
        Ok(Self { first: symbols, second })
    }

    /// Reads a code as it was sent: from a link, or from paper in any case and with any spaces and dashes.
    ///
    /// # Errors
    ///
    /// Why it is none.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if text.len() > 200 {
            return Err(Unreadable::NoCode);
        }
        if let Some(code) = Self::read_link(text.trim()) {
            return Ok(code);
        }
        let folded: Vec<u8> = text.bytes().filter(|byte| !b" -.\t\r\n".contains(byte)).map(|byte| byte.to_ascii_uppercase()).collect();
        if folded.len() != ALL_SYMBOLS || !folded.iter().all(u8::is_ascii_alphanumeric) {
            return Err(Unreadable::NoCode);
        }
        if !check_fits(&folded) {
            return Err(Unreadable::Mistyped);
        }
        let (first, rest) = folded.split_at(FIRST_SYMBOLS);
        Ok(Self { first: first.to_vec(), second: rest.iter().take(SECOND_SYMBOLS).copied().collect() })
    }

    fn read_link(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 2 * HALF_OF_LINK)?;
        let (first, second) = bytes.split_at(HALF_OF_LINK);
        Some(Self { first: first.to_vec(), second: second.to_vec() })
    }

    /// The digests under which it is kept: of the first part, and of both.
    pub(crate) fn digests(&self, keys: &Keys) -> (Digest, Digest) {
        let whole = [self.first.as_slice(), self.second.as_slice()].concat();
        (keys.digest("sign-in code", &self.first), keys.digest("sign-in secret", &whole))
    }

    /// The code as it stands in a link.
    pub(crate) fn in_link(&self) -> String {
        URL_SAFE_NO_PAD.encode([self.first.as_slice(), self.second.as_slice()].concat())
    }

    /// The code as it is written on paper, with its check, in groups of four.
    pub(crate) fn written(&self) -> String {
        let mut symbols: Vec<u8> = [self.first.as_slice(), self.second.as_slice()].concat();
        symbols.extend(check_symbol(&symbols));
        let groups: Vec<String> = symbols.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        groups.join("-")
    }
}

fn value(symbol: u8) -> Option<usize> {
    SYMBOLS.iter().position(|known| *known == symbol)
}

/// The weighted sum modulo 23; the weights 1 to 16 are all different and none is a multiple of 23. `None` with a symbol that does not exist.
fn weighted(symbols: &[u8]) -> Option<usize> {
    symbols.iter().zip(1..).try_fold(0, |sum, (symbol, weight)| Some((sum + value(*symbol)? * weight) % SYMBOLS.len()))
}

/// The symbol that makes the whole sum zero.
fn check_symbol(symbols: &[u8]) -> Option<u8> {
    let sum = weighted(symbols)?;
    (0..SYMBOLS.len()).find(|check| (sum + check * ALL_SYMBOLS).is_multiple_of(SYMBOLS.len())).and_then(|check| SYMBOLS.get(check).copied())
}

fn check_fits(symbols: &[u8]) -> bool {
    weighted(symbols) == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> (Keys, std::path::PathBuf) {
        let folder = std::env::temp_dir().join(format!("raakvlak-codes-{}", uuid::Uuid::now_v7()));
        (Keys::open(&folder, true).unwrap(), folder)
    }

    #[test]
    fn reads_back_what_it_writes_however_it_is_copied() {
        let (keys, folder) = keys();
        for _ in 0..50 {
            let code = Code::for_paper(&keys).unwrap();
            let written = code.written();
            assert_eq!(written.len(), 19);
            assert_eq!(Code::read(&written), Ok(code.clone()));
            assert_eq!(Code::read(&written.to_lowercase().replace('-', " ")), Ok(code));
            let link = Code::for_link(&keys).unwrap();
            assert_eq!(Code::read(&link.in_link()), Ok(link));
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn finds_every_wrong_symbol_and_every_swap() {
        let (keys, folder) = keys();
        let written = Code::for_paper(&keys).unwrap().written().replace('-', "");
        let symbols = written.as_bytes();
        let reads = |bytes: Vec<u8>| Code::read(&String::from_utf8(bytes).unwrap());
        for at in 0..ALL_SYMBOLS {
            for wrong in (b'0'..=b'9').chain(b'A'..=b'Z').filter(|wrong| *wrong != symbols[at]) {
                let mut changed = symbols.to_vec();
                changed[at] = wrong;
                assert_eq!(reads(changed), Err(Unreadable::Mistyped), "{at}");
            }
            for other in (at + 1..ALL_SYMBOLS).filter(|other| symbols[*other] != symbols[at]) {
                let mut changed = symbols.to_vec();
                changed.swap(at, other);
                assert_eq!(reads(changed), Err(Unreadable::Mistyped), "{at} and {other}");
            }
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn refuses_what_is_no_code() {
        for text in ["", "abc", "é3467-9ACD-EFGH-JKMN", &"A".repeat(10_000), "https://raakvlak.example/sign-in"] {
            assert_eq!(Code::read(text), Err(Unreadable::NoCode), "{text}");
        }
    }

    #[test]
    fn symbols_do_not_look_alike() {
        for alike in ["0OQ", "0OD", "1ILJ", "2Z", "5S", "8B", "UV", "6G"] {
            let known = alike.bytes().filter(|symbol| value(*symbol).is_some()).count();
            assert!(known <= 1, "{alike}");
        }
    }
}
