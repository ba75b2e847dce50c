//! Lists of similar competences as bytes, to be kept with their version of the vocabulary.
//!
//! The form: a byte with its version, the number of entries, then for each entry the distance to the position before and `value · 8 + way`; numbers
//! are in groups of seven bits, lowest first, the high bit saying that more follow (LEB128).

use thiserror::Error;

use super::{LEAST, Neighbour, NeighbourList, Way};

const VERSION: u8 = 1;

/// Why stored bytes are no list of this vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StoredListFault {
    /// They are in another form.
    #[error("the list is stored in another form ({0})")]
    Version(u8),
    /// They end too early, or go on too long.
    #[error("the list is not as long as it says")]
    Length,
    /// They say something that no list says.
    #[error("the list says something impossible")]
    Content,
}

impl NeighbourList {
    /// The list as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        write(&mut bytes, self.entries().len() as u32);
        let mut next = 0;
        for neighbour in self.entries() {
            write(&mut bytes, neighbour.competence - next);
            write(&mut bytes, neighbour.value << 3 | neighbour.way as u32);
            next = neighbour.competence + 1;
        }
        bytes
    }

    /// The list of these bytes, in a vocabulary of `size` competences.
    ///
    /// # Errors
    ///
    /// What is wrong with the bytes.
    pub fn from_bytes(bytes: &[u8], size: usize) -> Result<Self, StoredListFault> {
        let (version, mut rest) = bytes.split_first().ok_or(StoredListFault::Length)?;
        if *version != VERSION {
            return Err(StoredListFault::Version(*version));
        }
        let count = read(&mut rest)?;
        let mut next = 0u32;
        let mut entries = Vec::with_capacity((count as usize).min(size));
        for _ in 0..count {
            let neighbour = read_neighbour(&mut rest, next, size)?;
            next = neighbour.competence + 1;
            entries.push(neighbour);
        }
        if rest.is_empty() { Ok(Self::new(entries)) } else { Err(StoredListFault::Length) }
    }
}

fn read_neighbour(rest: &mut &[u8], next: u32, size: usize) -> Result<Neighbour, StoredListFault> {
    let competence = next.checked_add(read(rest)?).ok_or(StoredListFault::Content)?;
    let packed = read(rest)?;
    let way = Way::ALL.get((packed & 7) as usize).ok_or(StoredListFault::Content)?;
    let neighbour = Neighbour { competence, value: packed >> 3, way: *way };
    let possible = (competence as usize) < size && (LEAST..=10_000).contains(&neighbour.value);
    if possible { Ok(neighbour) } else { Err(StoredListFault::Content) }
}

fn write(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read(rest: &mut &[u8]) -> Result<u32, StoredListFault> {
    let mut number = 0u64;
    for shift in (0..35).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(StoredListFault::Length)?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return u32::try_from(number).map_err(|_| StoredListFault::Content);
        }
    }
    Err(StoredListFault::Content)
}
