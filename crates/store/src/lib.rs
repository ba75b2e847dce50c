//! The cupboard: one schema and one set of queries, on SQLite or PostgreSQL.
//!
//! # Two doors
//!
//! ```ignore
//! let store = Store::open(&StoreOptions::new("sqlite:data/raakvlak.sqlite", Path::new("keys")))?;
//! let found = store.read(|db| experts::get(db, &id))?;                    // &mut Db, a snapshot; may borrow from around
//! let done = store.write(move |tx| {                                      // &mut Tx, derefs to Db; owns what it uses ('static + Send)
//!     experts::update(tx, &expert, version)?;                             // StoreError::Stale { current } when built on an old version
//!     tx.changed(ObjectKind::Expert, expert.id.as_str());                 // the change feed
//!     tx.audit(AuditEntry::new(&actor, "mediator", Action::Update, ObjectKind::Expert, &pseudonym).fields(&["hours"]));
//!     Ok::<_, StoreError>(())                                             // any error type that is From<StoreError>
//! })?;                                                                    // answered when it is safe on the disk
//! ```
//!
//! Both doors block; from asynchronous code they are called on a thread for blocking work. A piece of writing work happens as if alone: no other work,
//! on this node or another, comes between its first read and its last write, so what it checks still holds when it is committed. An error, or a
//! panic, undoes that piece alone. Work in a transaction waits for nothing but the database, and never calls the store itself.
//!
//! # What a caller can count on
//!
//! - **Answered is kept.** SQLite runs with `synchronous=FULL` and a write-ahead log; PostgreSQL's settings are read and refused when they would lose
//!   a write. Many pieces of work share one flush ([`Store::write_counts`] shows how many).
//! - **One at a time.** SQLite has one writer and one owner of the file ([`StoreError::InUse`]); on PostgreSQL every writing transaction of every node
//!   takes one advisory lock first.
//! - **Acts leave a trail.** [`Tx::audit`] and [`Tx::changed`] are written with the work itself; see [`audit`] and [`changes`].
//! - **A person's texts are sealed** under a key of their own that is not in the database ([`keys`]); [`Tx::destroy_key`] ends them, and the answer
//!   comes after the key is gone from the disk.
//! - **Away is said quickly.** A server that does not answer gives [`StoreError::Unavailable`] within two seconds, and is back by itself.
//! - **Time** comes from the clock in [`StoreOptions`]; [`Tx::now`] never goes back.
//!
//! # Where things are
//!
//! A module per record with the name that it has in every other room (`experts`, `packages`, `matches`, `knobs`, …): functions that take [`Db`] read, those
//! that take [`Tx`] write and note the change for the followers; the audit row is the caller's, who knows who asks and why. [`erasure`] takes a person out
//! of every table. `dialect.rs` is the one file that knows which of the two databases it talks to.
//!
//! Nothing here knows who may do what; nothing here decides. Ids, moments, states and defaults come from the caller.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod audit;
pub mod changes;
pub mod check;
pub mod connection;
mod dialect;
pub mod erasure;
pub mod error;
pub mod experts;
mod feed;
pub mod figures;
pub mod idempotency;
pub mod keys;
pub mod knobs;
pub mod matches;
mod migrations;
pub mod organisations;
pub mod outbox;
pub mod packages;
pub mod places;
pub mod programmes;
mod pulse;
mod readers;
pub mod rules;
pub mod schema;
pub mod sessions;
pub mod shortlists;
pub mod store;
pub mod todos;
pub mod transaction;
pub mod users;
pub mod vocabulary;
mod writer;

pub use audit::{Action, AuditEntry, AuditQuery, AuditReport, AuditRow, Head, ObjectKind};
pub use changes::Change;
pub use error::{StoreError, StoreResult};
pub use keys::{Digest, KeyId, Keys, Place};
pub use store::{Clock, Store, StoreOptions, migrate, system_clock};
pub use transaction::{Db, Tx};
