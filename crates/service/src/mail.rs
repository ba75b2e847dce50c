//! Letters: written in the transaction of what they tell of, sealed under the key of whoever they go to, and sent afterwards.
//!
//! A letter says that there is something, and where to read it; what it is stands behind the sign-in. Subjects are the same for everybody.
//! Sending is tried again with growing pauses; a letter may therefore arrive twice, under the same message id. A letter that something does not go on
//! says the same whatever the cause, and leaves at a fixed moment of the day.

use std::path::PathBuf;

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::texts::EmailAddress;
use raakvlak_domain::users::UserState;
use raakvlak_store::outbox::{self, StoredLetter};
use raakvlak_store::{KeyId, Tx, users};
use serde::{Deserialize, Serialize};

use crate::desk::{Desk, new_id};
use crate::error::Error;

pub mod letters;
pub(crate) mod matches;
mod releases;
mod sending;

pub use letters::Letter;
use sending::Envelope;

/// How often sending a letter is tried at most: with the pauses between, for about two days.
pub const MOST_ATTEMPTS: i64 = 14;

/// For how long a node has a letter to itself while it sends it, in seconds.
const LEASE_SECONDS: i64 = 600;

/// How many letters are taken at once.
const BATCH: i64 = 20;

/// How letters leave.
#[derive(Clone)]
pub struct MailSettings {
    /// The address that letters come from.
    pub from: String,
    /// The way they go.
    pub transport: Transport,
}

/// The way letters go.
#[derive(Clone, PartialEq, Eq)]
pub enum Transport {
    /// Into a folder, as files that mail programs open (`.eml`, RFC 5322). For trying things out, and for a sender of one's own.
    Folder(PathBuf),
    /// To a mail server on the same machine or network. The line is not encrypted: let a relay on this machine take care of that.
    Smtp {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
        /// The user name and the password, when the server asks for them.
        credentials: Option<(String, String)>,
    },
}

impl MailSettings {
    /// Letters into a folder, from nobody who can be answered.
    #[must_use]
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self { from: "Raakvlak <raakvlak@localhost>".to_owned(), transport: Transport::Folder(folder.into()) }
    }
}

impl std::fmt::Debug for MailSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The way may hold a password.
        formatter.debug_struct("MailSettings").field("from", &self.from).finish_non_exhaustive()
    }
}

/// What lies sealed in the outbox. Where people reach this instance is filled in when the letter is sent.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    to: String,
    subject: String,
    text: String,
    /// After this moment (microseconds) the letter is of no use any more.
    not_after: Option<i64>,
}

/// Writes a letter to a user, in this transaction; whether there is an address to write to. Nobody writes to a blocked user.
pub(crate) fn post(tx: &mut Tx<'_>, to: &UserId, letter: &Letter) -> Result<bool, Error> {
    let Some(stored) = users::get(tx, to)? else { return Ok(false) };
    let (Some(email), UserState::Active) = (&stored.user.email, stored.user.state) else { return Ok(false) };
    let (subject, text) = letter.words(stored.user.language, stored.user.name.as_ref());
    let not_after = letter.holds_seconds().map(|seconds| tx.now().plus_seconds(seconds).microseconds());
    let content = Content { to: email.to_string(), subject, text, not_after };
    let content = serde_json::to_string(&content).map_err(|error| Error::Internal(error.to_string()))?;
    let due_at = if letter.waits_for_release() { releases::next(tx.now()) } else { tx.now() };
    outbox::insert(tx, &new_id(), stored.key, &content, due_at)?;
    Ok(true)
}

/// What became of the letters that were due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivery {
    /// Sent.
    pub sent: usize,
    /// Not sent, to be tried again later.
    pub failed: usize,
    /// Not worth sending any more.
    pub dropped: usize,
}

impl Desk {
    /// Sends the letters that are due. To be called every few seconds; several nodes may do so at once.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached; a letter that cannot be sent is no error but tried again later.
    pub fn send_letters(&self) -> Result<Delivery, Error> {
        let mut delivery = Delivery::default();
        loop {
            let letters = self.store().write(|tx| {
                let until = tx.now().plus_seconds(LEASE_SECONDS);
                Ok::<_, Error>(outbox::take_due(tx, until, MOST_ATTEMPTS, BATCH)?)
            })?;
            if letters.is_empty() {
                return Ok(delivery);
            }
            for letter in letters {
                self.send_letter(letter, &mut delivery)?;
            }
        }
    }

    fn send_letter(&self, letter: StoredLetter, delivery: &mut Delivery) -> Result<(), Error> {
        let content: Content = serde_json::from_str(&letter.content).map_err(|error| Error::Internal(error.to_string()))?;
        let id = letter.id.clone();
        if content.not_after.is_some_and(|moment| Instant::from_microseconds(moment) < self.now()) {
            delivery.dropped += 1;
            return self.store().write(move |tx| Ok(outbox::set_sent(tx, &id)?));
        }
        let envelope = Envelope { id: &letter.id, key: letter.key, at: letter.made_at, to: &content.to, subject: &content.subject };
        match sending::send(self.mail_settings(), &envelope, content.text.replace(letters::ADDRESS, self.public_url())) {
            Ok(()) => {
                delivery.sent += 1;
                self.store().write(move |tx| Ok(outbox::set_sent(tx, &id)?))
            }
            Err(why) => {
                delivery.failed += 1;
                tracing::warn!(letter = letter.id, attempts = letter.attempts, why, "a letter could not be sent");
                let pause = pause_seconds(letter.attempts);
                self.store().write(move |tx| {
                    let due_at = tx.now().plus_seconds(pause);
                    Ok(outbox::set_due(tx, &id, due_at)?)
                })
            }
        }
    }

    /// How many letters wait, and how many of them were tried so often that they are not tried any more.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached.
    pub fn letters_waiting(&self) -> Result<(i64, i64), Error> {
        self.read(|db| Ok(outbox::waiting(db, MOST_ATTEMPTS)?))
    }

    /// Takes the letters that were written into the folder for a person away; what still waits goes with the person's rows.
    pub(crate) fn erase_sent_letters(&self, key: KeyId) {
        if let Transport::Folder(folder) = &self.mail_settings().transport {
            sending::erase(folder, key);
        }
    }
}

/// One minute, then four times as long each time, at most six hours.
fn pause_seconds(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 8) - 1).unwrap_or(0);
    (60 * 4_i64.pow(doublings)).min(6 * 60 * 60)
}

/// Whether an address can be written on an envelope.
pub(crate) fn is_deliverable(email: &EmailAddress) -> bool {
    email.as_str().parse::<lettre::Address>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_six_hours_and_no_further() {
        let pauses: Vec<i64> = (1..=7).map(pause_seconds).collect();
        assert_eq!(pauses, [60, 240, 960, 3_840, 15_360, 21_600, 21_600]);
        let total: i64 = (1..MOST_ATTEMPTS).map(pause_seconds).sum();
        assert!((40 * 3_600..60 * 3_600).contains(&total), "{total}");
    }
}
