//! The open packages in memory: read once, then kept up to date by the change feed, on a board that somebody is held against at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::identifiers::{OrganisationId, PackageId};
use raakvlak_domain::organisations::OrganisationKind;
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::rules::RulesKnob;
use raakvlak_engine::board::Board;
use raakvlak_engine::demand::Demand;
use raakvlak_store::packages::{self, PackageQuery};
use raakvlak_store::{Db, ObjectKind, StoreError, organisations};
use rayon::ThreadPool;
use rayon::prelude::*;

use super::people::Snapshot;
use super::words::Words;
use crate::desk::Desk;
use crate::error::Error;
use crate::knobs::{InForce, Settings, effective, narrowest, scopes_of};
use crate::rules::blocking::{AtShortlist, Guard, Guarded};

/// So many packages that have changed are read one by one; more are read together with all others.
const ONE_BY_ONE: usize = 100;

/// A package that is open to matches.
pub(crate) struct OpenPackage {
    /// Its wording.
    pub(crate) package: Arc<TaskPackage>,
    /// What ranking goes by for it.
    pub(crate) knob: InForce,
    /// The package under the knobs; nobody is kept out of it here, since whom rules keep out hangs on people.
    pub(crate) demand: Demand,
    /// What may keep somebody out of it.
    guard: Option<Arc<Guard>>,
}

impl OpenPackage {
    /// Whether a rule may keep somebody out of it.
    pub(crate) fn is_guarded(&self) -> bool {
        self.guard.is_some()
    }
}

/// The open packages as of one moment.
pub(crate) struct OpenPackages {
    by_id: BTreeMap<PackageId, OpenPackage>,
    /// All of them beside each other.
    pub(crate) board: Arc<Board>,
    /// Those that rules may keep somebody out of.
    pub(crate) guarded: Guarded,
    /// How every knob stands.
    pub(crate) settings: Arc<Settings>,
    words: Arc<Words>,
    /// The day for which the rules were looked at.
    pub(crate) day: Date,
}

impl OpenPackages {
    /// The package with this id.
    pub(crate) fn get(&self, id: &PackageId) -> Option<&OpenPackage> {
        self.by_id.get(id)
    }

    /// All of them, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &OpenPackage> {
        self.by_id.values()
    }

    fn are_of(&self, words: &Arc<Words>, day: Date) -> bool {
        Arc::ptr_eq(&self.words, words) && self.day == day
    }
}

/// Keeps the open packages between one question and the next.
#[derive(Default)]
pub(crate) struct Keeper {
    latest: ArcSwapOption<Kept>,
    renewing: Mutex<()>,
}

struct Kept {
    /// The number of the latest change that they have seen.
    seen: i64,
    open: Arc<OpenPackages>,
}

impl Keeper {
    /// The open packages as the store has them at this moment, read with the words with which these people were.
    pub(crate) fn up_to_date(&self, desk: &Desk, threads: &ThreadPool, people: &Snapshot) -> Result<Arc<OpenPackages>, Error> {
        let head = desk.read(|db| Ok(db.changes_head()?))?;
        let holds = |kept: &Arc<Kept>| kept.seen >= head && kept.open.are_of(&people.words, people.day);
        if let Some(kept) = self.latest.load_full().filter(holds) {
            return Ok(Arc::clone(&kept.open));
        }
        // One reads what has changed; the others wait for it, since they need the same.
        let _renewing = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.latest.load_full().filter(|kept| kept.open.are_of(&people.words, people.day));
        if let Some(kept) = kept.as_ref().filter(|kept| holds(kept)) {
            return Ok(Arc::clone(&kept.open));
        }
        let kept = Arc::new(renewed(kept, desk, threads, people)?);
        self.latest.store(Some(Arc::clone(&kept)));
        Ok(Arc::clone(&kept.open))
    }
}

/// The open packages as the store has them, made of those that were kept as far as these still hold.
fn renewed(kept: Option<Arc<Kept>>, desk: &Desk, threads: &ThreadPool, people: &Snapshot) -> Result<Kept, Error> {
    let Some(kept) = kept else {
        let (seen, reading) = desk.read(|db| Ok((db.changes_head()?, Reading::all(desk, db, people.day)?)))?;
        return Ok(Kept { seen, open: Arc::new(reading.ready(None, &people.words, threads)?) });
    };
    let (seen, reading) = desk.read(|db| Reading::since(&kept, desk, db))?;
    let open = match reading {
        Some(reading) => Arc::new(reading.ready(Some(&kept.open), &people.words, threads)?),
        None => Arc::clone(&kept.open),
    };
    Ok(Kept { seen, open })
}

/// What was read of the store about the open packages.
struct Reading {
    wordings: Vec<Wording>,
    settings: Arc<Settings>,
    day: Date,
}

/// An open package as it was read.
struct Wording {
    package: Arc<TaskPackage>,
    knob: InForce,
    guard: Option<Arc<Guard>>,
    /// What was made of it before, where that still holds.
    demand: Option<Demand>,
}

impl Reading {
    fn all(desk: &Desk, db: &mut Db, day: Date) -> Result<Self, Error> {
        let settings = Arc::new(Settings::read(db)?);
        let rules = Rules::read(desk, db, day)?;
        let found = packages::list(db, &PackageQuery::open())?.into_iter().map(|found| Arc::new(found.package));
        let wording = |package: Arc<TaskPackage>| {
            let (knob, guard) = (effective(&mut &*settings, &package)?, rules.guard(&settings, &package)?);
            Ok(Wording { package, knob, guard, demand: None })
        };
        let wordings = found.map(wording).collect::<Result<_, Error>>()?;
        Ok(Self { wordings, settings, day })
    }

    /// The number of the latest change, and what is different since what was kept; `None` when nothing is.
    fn since(kept: &Kept, desk: &Desk, db: &mut Db) -> Result<(i64, Option<Self>), Error> {
        let head = db.changes_head()?;
        let touched = match db.changes_after(kept.seen, i64::MAX) {
            Err(StoreError::ChangesGone { .. }) => None,
            changes => Touched::by(&changes?),
        };
        let reading = match touched {
            Some(touched) if touched == Touched::default() => None,
            Some(touched) => Some(Self::again(&touched, &kept.open, desk, db)?),
            None => Some(Self::all(desk, db, kept.open.day)?),
        };
        Ok((head, reading))
    }

    /// Reads what was touched again, and keeps what still holds of the others.
    fn again(touched: &Touched, open: &OpenPackages, desk: &Desk, db: &mut Db) -> Result<Self, Error> {
        let settings = if touched.settings { Arc::new(Settings::read(db)?) } else { Arc::clone(&open.settings) };
        let rules = Rules::read(desk, db, open.day)?;
        let anew = touched.settings || touched.rules || touched.organisations && rules.at_shortlist.ask_kind();
        let wording = |package: Arc<TaskPackage>| {
            let before = open.get(&package.id).filter(|before| before.package == package);
            let knob = match before {
                Some(before) if !touched.settings => before.knob.clone(),
                _ => effective(&mut &*settings, &package)?,
            };
            let guard = match before {
                Some(before) if !anew => before.guard.clone(),
                _ => rules.guard(&settings, &package)?,
            };
            let demand = before.filter(|before| before.knob == knob).map(|before| before.demand.clone());
            Ok(Wording { package, knob, guard, demand })
        };
        let wordings = touched.wordings(open, db)?.into_values().map(wording).collect::<Result<_, Error>>()?;
        Ok(Self { wordings, settings, day: open.day })
    }

    /// Makes the packages ready and puts them on a board, where there is not one of the same packages already.
    fn ready(self, before: Option<&OpenPackages>, words: &Arc<Words>, threads: &ThreadPool) -> Result<OpenPackages, Error> {
        let Self { wordings, settings, day } = self;
        let hold = wordings.iter().all(|wording| wording.demand.is_some());
        let same = before.filter(|before| hold && before.by_id.len() == wordings.len());
        let packages: Vec<OpenPackage> =
            threads.install(|| wordings.into_par_iter().map(|wording| wording.ready(words)).collect::<Result<_, _>>())?;
        let board = match same {
            Some(before) => Arc::clone(&before.board),
            None => Arc::new(Board::new(packages.iter().map(|open| open.demand.clone()).collect())),
        };
        let guards = packages.iter().filter_map(|open| Some((open.package.id.clone(), Arc::clone(open.guard.as_ref()?))));
        let guarded = guards.collect();
        let by_id = packages.into_iter().map(|open| (open.package.id.clone(), open)).collect();
        Ok(OpenPackages { by_id, board, guarded, settings, words: Arc::clone(words), day })
    }
}

impl Wording {
    fn ready(self, words: &Words) -> Result<OpenPackage, Error> {
        let Self { package, knob, guard, demand } = self;
        let demand = match demand {
            Some(demand) => demand,
            None => words.demand(&knob.threshold.asked_of(&package), &knob.matcher)?,
        };
        Ok(OpenPackage { package, knob, demand, guard })
    }
}

/// The rules that keep people out of lists, with what they ask about organisations.
struct Rules {
    at_shortlist: AtShortlist,
    kinds: HashMap<OrganisationId, OrganisationKind>,
}

impl Rules {
    fn read(desk: &Desk, db: &mut Db, day: Date) -> Result<Self, Error> {
        let at_shortlist = AtShortlist::read(desk, db, day)?;
        let kinds = if at_shortlist.ask_kind() { organisations::kinds(db)? } else { HashMap::new() };
        Ok(Self { at_shortlist, kinds })
    }

    /// What may keep somebody out of a package under the settings.
    fn guard(&self, mut settings: &Settings, package: &TaskPackage) -> Result<Option<Arc<Guard>>, Error> {
        let kind = self.kinds.get(&package.organisation).copied();
        let Some(guard) = self.at_shortlist.guard(package, kind) else { return Ok(None) };
        let (knob, ..) = narrowest::<RulesKnob>(&mut settings, &scopes_of(package))?;
        Ok(guard.under(&knob).map(Arc::new))
    }
}

/// What changes are about, as far as it counts for open packages. Words and places are not in here: with other words comes another version of them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Touched {
    packages: BTreeSet<PackageId>,
    /// A knob that was turned, or a programme, which may start with other weights.
    settings: bool,
    rules: bool,
    organisations: bool,
}

impl Touched {
    /// `None` when it is so much, or so little certain, that everything is to be read.
    fn by(changes: &[raakvlak_store::Change]) -> Option<Self> {
        let mut touched = Self::default();
        let is = |change: &raakvlak_store::Change, kinds: &[ObjectKind]| kinds.iter().any(|kind| kind.as_str() == change.kind);
        for change in changes {
            if is(change, &[ObjectKind::Package]) {
                touched.packages.insert(PackageId::new(&change.object_id).ok()?);
            }
            touched.settings |= is(change, &[ObjectKind::Knob, ObjectKind::Programme]);
            touched.rules |= is(change, &[ObjectKind::Rule]);
            touched.organisations |= is(change, &[ObjectKind::Organisation]);
        }
        (touched.packages.len() <= ONE_BY_ONE).then_some(touched)
    }

    /// The open packages with those read again that were touched; one that has not changed stays the same.
    fn wordings(&self, open: &OpenPackages, db: &mut Db) -> Result<BTreeMap<PackageId, Arc<TaskPackage>>, Error> {
        let mut wordings: BTreeMap<PackageId, Arc<TaskPackage>> =
            open.by_id.iter().map(|(id, open)| (id.clone(), Arc::clone(&open.package))).collect();
        for id in &self.packages {
            match packages::get(db, id)?.filter(|found| found.package.state == PackageState::Published) {
                Some(found) => wordings.insert(id.clone(), Arc::new(found.package)),
                None => wordings.remove(id),
            };
        }
        Ok(wordings)
    }
}
