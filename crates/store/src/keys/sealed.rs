//! Sealed values as the query modules use them: bytes or JSON, always with their place.

use serde::Serialize;

use super::{INSTANCE, KeyError, KeyId, Keys, Place};
use crate::error::{StoreError, StoreResult};

/// What one person's key seals and opens.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    keys: &'a Keys,
    id: KeyId,
}

impl Keys {
    /// The envelope of the person with this key.
    #[must_use]
    pub fn of(&self, id: KeyId) -> Envelope<'_> {
        Envelope { keys: self, id }
    }

    /// The envelope of the instance itself, for what belongs to no person.
    #[must_use]
    pub fn own(&self) -> Envelope<'_> {
        self.of(INSTANCE)
    }

    /// The envelope of the person whose row names this key.
    ///
    /// # Errors
    /// [`KeyError::NotAnId`] when the text is no key's id.
    pub fn of_text(&self, id: &str) -> Result<Envelope<'_>, KeyError> {
        KeyId::parse(id).map(|id| self.of(id))
    }
}

impl Envelope<'_> {
    /// The key's id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Seals bytes.
    ///
    /// # Errors
    /// [`KeyError::Unknown`] when the key does not exist any more.
    pub fn seal(&self, place: &Place<'_>, bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.keys.seal(self.id, place, bytes)
    }

    /// Opens bytes.
    ///
    /// # Errors
    /// As [`Keys::unseal`].
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.keys.unseal(self.id, place, sealed)
    }

    /// Seals a text.
    ///
    /// # Errors
    /// [`KeyError::Unknown`] when the key does not exist any more.
    pub fn seal_text(&self, place: &Place<'_>, text: &str) -> Result<Vec<u8>, KeyError> {
        self.keys.seal(self.id, place, text.as_bytes())
    }

    /// Opens a text.
    ///
    /// # Errors
    /// As [`Keys::unseal`].
    pub fn open_text(&self, place: &Place<'_>, sealed: &[u8]) -> Result<String, KeyError> {
        String::from_utf8(self.keys.unseal(self.id, place, sealed)?).map_err(|_| KeyError::DoesNotOpen)
    }

    /// Seals a value as JSON.
    ///
    /// # Errors
    /// [`StoreError::Key`] when the key does not exist any more; [`StoreError::Internal`] when the value has no JSON form.
    pub fn seal_json(&self, place: &Place<'_>, value: &impl Serialize) -> StoreResult<Vec<u8>> {
        let text = serde_json::to_string(value).map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(self.seal_text(place, &text)?)
    }
}
