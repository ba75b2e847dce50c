//! The people in memory: read once, then kept up to date by the change feed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::{Expert, RankingProfile};
use raakvlak_domain::identifiers::{ExpertId, MatchId};
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::workload::{Obligation, outside_work};
use raakvlak_engine::lexicon::UnknownWord;
use raakvlak_engine::people::Person;
use raakvlak_engine::pool::{Change, Pool};
use raakvlak_store::experts::SealedExpert;
use raakvlak_store::matches::{MatchQuery, StoredMatch};
use raakvlak_store::{Db, Keys, ObjectKind, StoreError, experts, matches, shortlists};
use rayon::prelude::*;

use super::packages::{self, OpenPackages};
use super::words::Words;
use crate::desk::Desk;
use crate::error::Error;
use crate::exchange::committed::committed_hours;

impl Desk {
    /// Reads everybody and the open packages, unless that was done already, so that whoever asks for the first ranking does not wait for it.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the store cannot be reached.
    pub fn read_people(&self) -> Result<(), Error> {
        let people = self.people()?;
        self.open_packages(&people).map(drop)
    }
}

/// The people as of one moment, ready to be ranked.
pub(crate) struct Snapshot {
    /// The people.
    pub(crate) pool: Pool,
    /// The vocabularies and places with which they were read.
    pub(crate) words: Arc<Words>,
    /// The number of the latest change that they have seen.
    pub(crate) seen: i64,
    /// The day for which they were read: commitments begin and end, and a list that was opened counts from the day after.
    pub(crate) day: Date,
}

impl Snapshot {
    /// The same moment without these people.
    pub(crate) fn without(&self, people: BTreeSet<ExpertId>) -> Self {
        let pool = self.pool.changed(people.into_iter().map(Change::Left));
        Self { pool, words: Arc::clone(&self.words), seen: self.seen, day: self.day }
    }
}

/// Keeps the people, on threads of its own: a ranking never takes a thread from the door.
pub(crate) struct Matcher {
    threads: Arc<rayon::ThreadPool>,
    kept: Arc<Kept>,
}

/// What is kept between one question and the next.
#[derive(Default)]
struct Kept {
    latest: ArcSwapOption<Snapshot>,
    working: Mutex<Option<Working>>,
    packages: packages::Keeper,
}

/// So many people that have changed are read one by one; more are read together with everybody else.
const ONE_BY_ONE: usize = 500;

/// What the next snapshot is made of.
struct Working {
    pool: Pool,
    words: Arc<Words>,
    seen: i64,
    day: Date,
    tidying: Option<Tidying>,
}

/// The pool is being put together again, beside everything else that goes on.
#[derive(Default)]
struct Tidying {
    /// Which one it is: another may have begun on people who were read anew.
    mark: Arc<()>,
    /// What changed since it began.
    meanwhile: Vec<Change>,
    /// Whether somebody was erased since, so that it has to be done once more.
    again: bool,
}

impl Matcher {
    /// A keeper with so many threads; as many as there are cores when `None`.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] when the system gives no threads.
    pub(crate) fn new(threads: Option<usize>) -> Result<Self, Error> {
        let threads = crate::exchange::threads::pool(threads).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { threads: Arc::new(threads), kept: Arc::default() })
    }

    /// The threads on which rankings run.
    pub(crate) fn threads(&self) -> &rayon::ThreadPool {
        &self.threads
    }

    /// Whether anybody has been read yet.
    pub(crate) fn has_people(&self) -> bool {
        self.kept.latest.load().is_some()
    }

    /// The people as the store has them at this moment.
    pub(crate) fn up_to_date(&self, desk: &Desk) -> Result<Arc<Snapshot>, Error> {
        let day = desk.today();
        let head = desk.read(|db| Ok(db.changes_head()?))?;
        if let Some(latest) = self.kept.latest.load_full()
            && latest.seen >= head
            && latest.day == day
        {
            return Ok(latest);
        }
        // One reads what has changed; the others wait for it, since they need the same.
        let mut working = self.kept.lock();
        let mut renewed = desk.read(|db| self.renew(working.take(), db, day))?;
        if renewed.pool.is_worn() {
            self.tidy(&mut renewed);
        }
        Ok(self.kept.publish(working.insert(renewed)))
    }

    /// The packages that are open to matches at this moment, read with the words with which these people were.
    pub(crate) fn open_packages(&self, desk: &Desk, people: &Snapshot) -> Result<Arc<OpenPackages>, Error> {
        self.kept.packages.up_to_date(desk, &self.threads, people)
    }

    /// The words and places in force. People may have changed since they were read; words change by an import alone.
    pub(crate) fn words(&self, desk: &Desk) -> Result<Arc<Words>, Error> {
        if let Some(latest) = self.kept.latest.load_full()
            && desk.read(|db| words_still_hold(db, &latest.words, latest.seen))?
        {
            return Ok(Arc::clone(&latest.words));
        }
        Ok(Arc::clone(&self.up_to_date(desk)?.words))
    }

    fn renew(&self, old: Option<Working>, db: &mut Db, day: Date) -> Result<Working, Error> {
        match old {
            Some(old) if old.day == day => self.follow(old, db),
            _ => self.read_all(db, day),
        }
    }

    fn follow(&self, mut old: Working, db: &mut Db) -> Result<Working, Error> {
        let head = db.changes_head()?;
        if head == old.seen {
            return Ok(old);
        }
        let changes = match db.changes_after(old.seen, i64::MAX) {
            Err(StoreError::ChangesGone { .. }) => return self.read_all(db, old.day),
            changes => changes?,
        };
        let touched = Touched::by(db, &changes)?;
        if changes.iter().any(is_about_words) || touched.people.len() > ONE_BY_ONE {
            return self.read_all(db, old.day);
        }
        old.seen = head;
        self.read_again(&mut old, db, &touched)?;
        Ok(old)
    }

    /// Reads those who were touched, and forgets those who were erased: of them nothing stays in memory.
    fn read_again(&self, old: &mut Working, db: &mut Db, touched: &Touched) -> Result<(), Error> {
        let ids: Vec<ExpertId> = touched.people.iter().cloned().collect();
        let there = self.threads.install(|| some(db, &ids, &old.words, old.day))?;
        let still: HashSet<&ExpertId> = there.iter().map(Person::id).collect();
        let left = ids.iter().filter(|id| !still.contains(id)).cloned().map(Change::Left).collect::<Vec<_>>();
        old.change(there.into_iter().map(|person| Change::Is(Box::new(person))).chain(left).collect());
        if touched.erased {
            let there: HashSet<ExpertId> = experts::ids(db)?.into_iter().collect();
            old.change(old.pool.ids().filter(|id| !there.contains(id)).map(Change::Left).collect());
            self.tidy(old);
        }
        Ok(())
    }

    fn read_all(&self, db: &mut Db, day: Date) -> Result<Working, Error> {
        let began = Instant::now();
        let words = Arc::new(Words::in_force(db, &self.threads)?);
        let (seen, words_took) = (db.changes_head()?, began.elapsed());
        let pool = self.threads.install(|| everybody(db, &words, day).map(Pool::build))?;
        let [words_milliseconds, people_milliseconds] = [words_took, began.elapsed() - words_took].map(|took| took.as_millis() as u64);
        tracing::info!(people = pool.len(), words_milliseconds, people_milliseconds, "everybody was read");
        Ok(Working { pool, words, seen, day, tidying: None })
    }

    /// Puts the pool together again, without anybody waiting for it. Where that is going on already, it is done once more afterwards.
    ///
    /// A thread of its own does it: one of the ranking's might wait for people who are being read on the ranking's threads.
    fn tidy(&self, working: &mut Working) {
        if let Some(tidying) = &mut working.tidying {
            tidying.again = true;
            return;
        }
        let (tidying, kept, threads, old) = (Tidying::default(), Arc::clone(&self.kept), Arc::clone(&self.threads), working.pool.clone());
        let mark = Arc::clone(&tidying.mark);
        let spawned = std::thread::Builder::new().name("raakvlak-tidy".to_owned()).spawn(move || kept.put_together(&threads, old, &mark));
        match spawned {
            Ok(_) => working.tidying = Some(tidying),
            Err(error) => tracing::warn!(%error, "no thread to put the people together again; the next change tries once more"),
        }
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Option<Working>> {
        self.working.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, working: &Working) -> Arc<Snapshot> {
        let (pool, words) = (working.pool.clone(), Arc::clone(&working.words));
        let snapshot = Arc::new(Snapshot { pool, words, seen: working.seen, day: working.day });
        self.latest.store(Some(Arc::clone(&snapshot)));
        snapshot
    }

    /// Puts a pool together again and then does what was done to the old one meanwhile. When everybody was read anew meanwhile, there is nothing to
    /// be done.
    fn put_together(&self, threads: &rayon::ThreadPool, mut old: Pool, mark: &Arc<()>) {
        loop {
            let renewed = threads.install(|| old.renewed());
            let mut working = self.lock();
            let Some(kept) = working.as_mut() else { return };
            let Some(tidying) = kept.tidying.take_if(|tidying| Arc::ptr_eq(&tidying.mark, mark)) else { return };
            kept.pool = renewed.changed(tidying.meanwhile);
            self.publish(kept);
            if !tidying.again {
                return;
            }
            kept.tidying = Some(Tidying { mark: tidying.mark, ..Tidying::default() });
            old = kept.pool.clone();
        }
    }
}

impl Working {
    fn change(&mut self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        if let Some(tidying) = &mut self.tidying {
            tidying.meanwhile.extend(changes.iter().cloned());
        }
        self.pool = self.pool.changed(changes);
    }
}

/// Whose data changes are about.
struct Touched {
    /// The people who are still named.
    people: BTreeSet<ExpertId>,
    /// Whether somebody was erased: the feed does not say who.
    erased: bool,
}

fn is_about_words(change: &raakvlak_store::Change) -> bool {
    [ObjectKind::Vocabulary.as_str(), ObjectKind::Place.as_str()].contains(&change.kind.as_str())
}

/// Whether no word has changed after a change that was seen. What this has read once it does not read again, however long nobody ranks.
fn words_still_hold(db: &mut Db, words: &Words, seen: i64) -> Result<bool, Error> {
    let changes = match db.changes_after(words.held_until(seen), super::CHANGES) {
        Err(StoreError::ChangesGone { .. }) => return Ok(false),
        changes => changes?,
    };
    let all = i64::try_from(changes.len()).is_ok_and(|count| count < super::CHANGES);
    let hold = all && !changes.iter().any(is_about_words);
    if let Some(last) = changes.last().filter(|_| hold) {
        words.held_at(last.seq);
    }
    Ok(hold)
}

/// Who of these people has changed, or was erased, after a change that was seen; `None` when that cannot be told: there were too many changes.
pub(crate) fn changed_among(db: &mut Db, people: &BTreeSet<ExpertId>, seen: i64, limit: i64) -> Result<Option<BTreeSet<ExpertId>>, Error> {
    let changes = match db.changes_after(seen, limit) {
        Err(StoreError::ChangesGone { .. }) => return Ok(None),
        changes => changes?,
    };
    if i64::try_from(changes.len()).is_ok_and(|count| count >= limit) {
        return Ok(None);
    }
    let touched = Touched::by(db, &changes)?;
    let mut changed: BTreeSet<ExpertId> = touched.people.intersection(people).cloned().collect();
    if touched.erased {
        let asked: Vec<ExpertId> = people.iter().cloned().collect();
        let there = experts::existing(db, &asked)?;
        changed.extend(people.difference(&there).cloned());
    }
    Ok(Some(changed))
}

impl Touched {
    /// The experts that changes are about: themselves, or a match of theirs, which takes hours.
    fn by(db: &mut Db, changes: &[raakvlak_store::Change]) -> Result<Self, Error> {
        let mut touched = Self { people: BTreeSet::new(), erased: false };
        let mut of_matches = BTreeSet::new();
        for change in changes {
            if change.kind == ObjectKind::Expert.as_str() {
                touched.erased |= change.object_id.is_empty();
                touched.people.extend(ExpertId::new(&change.object_id));
            } else if change.kind == ObjectKind::Match.as_str() {
                of_matches.extend(MatchId::new(&change.object_id));
            }
        }
        for id in of_matches {
            touched.people.extend(matches::expert_of(db, &id)?);
        }
        Ok(touched)
    }
}

/// Reads everybody: while some are read from the database, those before them are opened.
fn everybody(db: &mut Db, words: &Words, day: Date) -> Result<Vec<Person>, Error> {
    let beside = Beside::read(db, None, words, day)?;
    let mut people = Vec::new();
    let mut stretch = experts::next_to_rank(db, None)?;
    while !stretch.is_empty() {
        let last = stretch.last().map(|last| last.id().to_owned());
        let (next, opened) = rayon::join(|| experts::next_to_rank(db, last.as_deref()), || beside.persons(stretch));
        people.extend(opened?);
        stretch = next?;
    }
    Ok(people)
}

/// Reads these people, as far as they exist.
fn some(db: &mut Db, ids: &[ExpertId], words: &Words, day: Date) -> Result<Vec<Person>, Error> {
    let beside = Beside::read(db, Some(ids), words, day)?;
    beside.persons(experts::these_to_rank(db, ids)?)
}

/// What makes a person of a profile.
struct Beside<'a> {
    keys: Arc<Keys>,
    words: &'a Words,
    day: Date,
    /// What is arranged, per person, in matches that take hours.
    arranged: HashMap<ExpertId, Vec<Arrangement>>,
    /// When somebody was last in a list that was opened, by person.
    shown: HashMap<ExpertId, Date>,
}

impl<'a> Beside<'a> {
    fn read(db: &mut Db, ids: Option<&[ExpertId]>, words: &'a Words, day: Date) -> Result<Self, Error> {
        let arranged = arranged(db, ids)?;
        let shown = shortlists::last_shown_before(db, ids, day)?;
        Ok(Self { keys: db.shared_keys(), words, day, arranged, shown })
    }

    fn persons(&self, found: Vec<SealedExpert>) -> Result<Vec<Person>, Error> {
        found.into_par_iter().filter_map(|found| self.person(found).transpose()).collect()
    }

    /// The person whom ranking sees; `None` when they have been erased meanwhile.
    fn person(&self, found: SealedExpert) -> Result<Option<Person>, Error> {
        let Some(found) = found.open(&self.keys)? else { return Ok(None) };
        let person = found.ranking_profile().and_then(|profile| self.known(profile).ok());
        if person.is_some() {
            return Ok(person);
        }
        // Nearly everybody is quickly read and has words that are all known; the others are gone through word by word.
        let expert = self.words.known_expert(found.read()?.expert);
        self.known(RankingProfile::from(&expert)).map(Some).map_err(|unknown| Error::Internal(unknown.to_string()))
    }

    fn known(&self, mut profile: RankingProfile) -> Result<Person, UnknownWord> {
        profile.last_shown = profile.last_shown.max(self.shown.get(profile.id).copied());
        let point = profile.place.as_ref().and_then(|place| self.words.gazetteer.point(place).ok());
        let committed = committed_hours(&profile, self.arranged.get(profile.id).into_iter().flatten(), self.day);
        Person::of(&profile, self.words.lexicon.vocabulary(), point, committed)
    }
}

/// What is arranged, per person, in matches that take hours.
pub(crate) fn arranged(db: &mut Db, ids: Option<&[ExpertId]>) -> Result<HashMap<ExpertId, Vec<Arrangement>>, Error> {
    let mut arranged: HashMap<ExpertId, Vec<Arrangement>> = HashMap::new();
    let taking_hours = taking_hours(db, ids)?;
    for (expert, arrangement) in matches::arranged(db, &taking_hours)? {
        arranged.entry(expert).or_default().push(arrangement);
    }
    Ok(arranged)
}

/// The matches that take hours, of these people or of all.
fn taking_hours(db: &mut Db, ids: Option<&[ExpertId]>) -> Result<Vec<StoredMatch>, Error> {
    let states: Vec<MatchState> = MatchState::ALL.iter().copied().filter(|state| state.takes_hours()).collect();
    let everyone = MatchQuery { states: Some(states), ..MatchQuery::default() };
    let queries: Vec<MatchQuery> = match ids {
        Some(ids) => ids.iter().map(|id| MatchQuery { expert: Some(id.clone()), ..everyone.clone() }).collect(),
        None => vec![everyone],
    };
    let mut found = Vec::new();
    for query in queries {
        found.extend(matches::list(db, &query)?);
    }
    Ok(found)
}

/// Everything that takes hours of somebody: their work elsewhere, and what is arranged here.
pub(crate) fn obligations<'a>(expert: &Expert, arranged: impl IntoIterator<Item = &'a Arrangement>) -> Vec<Obligation> {
    beside_arranged(outside_work(expert.committed_hours, expert.commitments.as_deref().unwrap_or_default()), arranged)
}

/// The same of what ranking reads of a profile.
pub(crate) fn obligations_in<'a>(profile: &RankingProfile, arranged: impl IntoIterator<Item = &'a Arrangement>) -> Vec<Obligation> {
    beside_arranged(outside_work(profile.committed_hours, profile.commitments.as_deref().unwrap_or_default()), arranged)
}

fn beside_arranged<'a>(mut work: Vec<Obligation>, arranged: impl IntoIterator<Item = &'a Arrangement>) -> Vec<Obligation> {
    work.extend(arranged.into_iter().map(Obligation::from));
    work
}
