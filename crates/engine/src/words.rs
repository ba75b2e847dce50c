//! From the words of records to positions and masks; a word that is not in the vocabulary is refused, since a limit that is not understood
//! must not be dropped.

use raakvlak_domain::vocabulary::{ClosedVocabulary, Vocabulary};

use crate::lexicon::UnknownWord;

/// The position of a competence.
pub(crate) fn competence(vocabulary: &Vocabulary, id: &(impl AsRef<str> + ?Sized), key: &'static str) -> Result<u32, UnknownWord> {
    let id = id.as_ref();
    vocabulary.competence(id).ok_or_else(|| UnknownWord { key, id: id.to_owned() })
}

/// The bit of a term.
pub(crate) fn position(terms: &ClosedVocabulary, id: &(impl AsRef<str> + ?Sized), key: &'static str) -> Result<u8, UnknownWord> {
    let id = id.as_ref();
    terms.position(id).ok_or_else(|| UnknownWord { key, id: id.to_owned() })
}

/// The mask of terms.
pub(crate) fn mask(terms: &ClosedVocabulary, ids: &[impl AsRef<str>], key: &'static str) -> Result<u64, UnknownWord> {
    ids.iter().try_fold(0, |mask, id| Ok(mask | 1 << position(terms, id, key)?))
}

/// The mask of terms that may not have been told; none then.
pub(crate) fn told_mask(terms: &ClosedVocabulary, ids: Option<&Vec<impl AsRef<str>>>, key: &'static str) -> Result<u64, UnknownWord> {
    ids.map_or(Ok(0), |ids| mask(terms, ids, key))
}

/// The mask of the terms that were not told, when others were; none when nothing was told.
pub(crate) fn others(terms: &ClosedVocabulary, ids: Option<&[impl AsRef<str>]>, key: &'static str) -> Result<u64, UnknownWord> {
    let all = u64::MAX.checked_shr(u64::BITS - terms.terms().len() as u32).unwrap_or(0);
    ids.map_or(Ok(0), |ids| Ok(all & !mask(terms, ids, key)?))
}

/// The id of a term by its bit; empty for a bit without one.
pub(crate) fn term(terms: &ClosedVocabulary, bit: usize) -> &str {
    terms.terms().get(bit).map_or("", |term| term.id.as_str())
}

/// A bit for each of at most sixty-four answers, the first one lowest.
#[inline]
pub(crate) fn bits_of(answers: impl Iterator<Item = bool>) -> u64 {
    answers.enumerate().fold(0, |bits, (bit, answer)| bits | u64::from(answer) << bit)
}

/// The bits of a mask, lowest first.
pub(crate) fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (mask != 0).then(|| mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
        Some(bit)
    })
}
