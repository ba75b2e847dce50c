//! The desk itself: opening it, its two ways to the store, and what every record's functions share.
//!
//! Each record's functions stand in the file of that record, in an `impl Desk` block, with the actor as first argument. They authorise with the
//! object in hand (read in the same transaction), do it, note it for the audit trail, and only then answer.

use std::path::PathBuf;
use std::sync::Arc;

use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_store::{Db, Digest, KeyId, Keys, Store, StoreOptions, Tx};
use serde::Serialize;

use crate::actor::Actor;
use crate::clock::Clock;
use crate::error::Error;
use crate::idempotency::Once;
use crate::mail::MailSettings;
use crate::ranking::people::Matcher;
use crate::rules::book::RuleKeeper;

/// What a desk needs to open.
#[derive(Debug, Clone)]
pub struct DeskSettings {
    /// `sqlite:PATH`, `postgres://…` or `postgresql://…`.
    pub database_url: String,
    /// The folder of the keys and of the audit anchor.
    pub keys_dir: PathBuf,
    /// How letters leave.
    pub mail: MailSettings,
    /// The address at which people reach this instance, without a slash at the end; links in letters begin with it.
    pub public_url: String,
    /// The clock.
    pub clock: Clock,
    /// How many connections read at once.
    pub readers: usize,
    /// Whether to run missing migrations; without it a database that lacks some is refused.
    pub migrate: bool,
    /// Whether to refuse a database server whose settings would lose acknowledged writes.
    pub require_durable: bool,
    /// Whether to open for reading only, beside a running instance.
    pub read_only: bool,
    /// On how many threads rankings run; as many as there are cores when `None`.
    pub threads: Option<usize>,
}

impl DeskSettings {
    /// The usual settings: the machine's clock, letters into a folder, four readers, no migrations.
    #[must_use]
    pub fn new(database_url: &str, keys_dir: impl Into<PathBuf>, outbox_dir: impl Into<PathBuf>, public_url: &str) -> Self {
        Self {
            database_url: database_url.to_owned(),
            keys_dir: keys_dir.into(),
            mail: MailSettings::folder(outbox_dir),
            public_url: public_url.trim_end_matches('/').to_owned(),
            clock: Clock::system(),
            readers: 4,
            migrate: false,
            require_durable: true,
            read_only: false,
            threads: None,
        }
    }

    fn store_options(&self) -> StoreOptions {
        StoreOptions {
            readers: self.readers,
            migrate: self.migrate,
            require_durable: self.require_durable,
            read_only: self.read_only,
            clock: self.clock.for_store(),
            ..StoreOptions::new(&self.database_url, &self.keys_dir)
        }
    }
}

/// The desk. Cloning gives another handle on the same one.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
    /// The idempotency key of the request at hand, on a handle made by [`Desk::once`].
    pub(crate) once: Option<Arc<Once>>,
}

/// What every handle shares. Keepers of memory (the pool of people) stand here beside the store.
struct Inner {
    store: Store,
    clock: Clock,
    mail: MailSettings,
    public_url: String,
    matcher: Matcher,
    rules: RuleKeeper,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Desk").field("public_url", &self.inner.public_url).finish_non_exhaustive()
    }
}

impl Desk {
    /// Opens the desk and its store.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] or [`Error::Unavailable`] with the store's own text, which says what to do.
    pub fn open(settings: DeskSettings) -> Result<Self, Error> {
        let store = Store::open(&settings.store_options())?;
        let matcher = Matcher::new(settings.threads)?;
        let DeskSettings { clock, mail, public_url, .. } = settings;
        Ok(Self { inner: Arc::new(Inner { store, clock, mail, public_url, matcher, rules: RuleKeeper::default() }), once: None })
    }

    /// Does what still waits, and closes; everything after it is unavailable.
    pub fn close(&self) {
        self.inner.store.close();
    }

    /// The store, for what has no function here: readiness, the change feed, verification.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// This moment.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.inner.clock.now()
    }

    /// The day it is in Amsterdam.
    #[must_use]
    pub fn today(&self) -> Date {
        self.inner.clock.today()
    }

    /// The address at which people reach this instance, without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.inner.public_url
    }

    /// The keeper of the people in memory.
    pub(crate) fn matcher(&self) -> &Matcher {
        &self.inner.matcher
    }

    /// The keeper of the rules and of what they need of people.
    pub(crate) fn rule_keeper(&self) -> &RuleKeeper {
        &self.inner.rules
    }

    pub(crate) fn mail_settings(&self) -> &MailSettings {
        &self.inner.mail
    }

    /// Reads, all of it as of one moment.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut Db) -> Result<T, Error>) -> Result<T, Error> {
        self.inner.store.read(work)
    }

    /// Writes for an actor: all of it or nothing, alone, answered when it is on the disk.
    ///
    /// On a handle of [`Desk::once`] the first successful write takes the idempotency key in the same transaction; a function that decides something
    /// therefore decides it in one write, and before any other.
    pub(crate) fn write<T>(
        &self,
        actor: &Actor,
        work: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
    {
        let actor = actor.clone();
        let Some(once) = self.once.clone() else {
            return self.inner.store.write(move |tx| work(tx, &actor));
        };
        self.inner.store.write(move |tx| {
            once.refuse_second(tx)?;
            let value = work(tx, &actor)?;
            once.keep(tx, &value)?;
            Ok(value)
        })
    }
}

/// A record with the version that an update of it must name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Versioned<T> {
    /// The record.
    pub value: T,
    /// Its version, from 1 on.
    pub version: i64,
}

impl<T> Versioned<T> {
    /// A record with its version.
    #[must_use]
    pub fn new(value: T, version: i64) -> Self {
        Self { value, version }
    }
}

/// The most items of a page.
pub const LONGEST_PAGE: usize = 100;

/// Which page of a list: the items after a position, in the list's own stable order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// The position after which the page begins ([`Page::next`] of the page before); `None` for the first.
    pub after: Option<String>,
    /// The most items, 1 to [`LONGEST_PAGE`].
    pub limit: usize,
}

impl PageRequest {
    /// The first page.
    #[must_use]
    pub fn first(limit: usize) -> Self {
        Self { after: None, limit }
    }

    /// The page after this position.
    #[must_use]
    pub fn after(position: &str, limit: usize) -> Self {
        Self { after: Some(position.to_owned()), limit }
    }

    /// The position as a number, for lists that go by number.
    pub(crate) fn number(&self) -> Result<Option<u64>, Error> {
        let fault = |text: &String| Error::Invalid(vec![Fault::new("/cursor", FaultKind::Dangling { id: text.clone() })]);
        self.after.as_ref().map(|text| text.parse().map_err(|_| fault(text))).transpose()
    }

    /// How many items are shown.
    pub(crate) fn shown(&self) -> usize {
        self.limit.clamp(1, LONGEST_PAGE)
    }

    /// How many rows to read: one more than are shown, to know whether there is a next page.
    pub(crate) fn rows(&self) -> i64 {
        i64::try_from(self.shown() + 1).unwrap_or(i64::MAX)
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The position of the last item when more follow.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of the rows that [`PageRequest::rows`] asked for.
    pub(crate) fn of(mut items: Vec<T>, request: &PageRequest, position: impl Fn(&T) -> String) -> Self {
        let more = items.len() > request.shown();
        items.truncate(request.shown());
        let next = if more { items.last().map(position) } else { None };
        Self { items, next }
    }

    /// The same page with every item made into something else.
    #[must_use]
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(make).collect(), next: self.next }
    }
}

/// A new id: a UUID of version 7, so that ids sort by when they were made.
#[must_use]
pub(crate) fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A digest of a record for the audit trail: under the person's key when it tells of a person, else under the instance's.
pub(crate) fn digest_of(keys: &Keys, key: Option<KeyId>, record: &impl Serialize) -> Result<Digest, Error> {
    let text = serde_json::to_vec(record).map_err(|error| Error::Internal(error.to_string()))?;
    match key {
        Some(key) => Ok(keys.digest_for(key, "audited record", &text).map_err(raakvlak_store::StoreError::from)?),
        None => Ok(keys.digest("audited record", &text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_whether_more_follow() {
        let request = PageRequest::first(2);
        let page = |count: usize| Page::of((0..count).collect(), &request, usize::to_string);
        assert_eq!(page(2), Page { items: vec![0, 1], next: None });
        assert_eq!(page(3), Page { items: vec![0, 1], next: Some("1".into()) });
        assert_eq!(PageRequest::first(0).rows(), 2);
        assert_eq!(PageRequest::first(1_000).rows(), 101);
    }
}
