//! Work organised differently: a package carved into parts, what would let more people in, and parts that become packages.

use std::collections::BTreeSet;

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{PackageId, TaskId};
use raakvlak_domain::packages::{PackageOrigin, PackageState, TaskPackage};
use raakvlak_domain::quantities::{Count, Hours};
use raakvlak_domain::texts::Line;
use raakvlak_engine::carving::{CarvingLimits, carve};
use raakvlak_engine::repair::repairs;
use raakvlak_store::packages::{self, StoredPackage};
use raakvlak_store::{Action as Act, Tx};

pub use raakvlak_engine::carving::Carving;
pub use raakvlak_engine::repair::Repairs;

use crate::actor::Actor;
use crate::authorise::{Action, authorise};
use crate::desk::{Desk, Versioned, new_id};
use crate::error::Error;
use crate::packages::{answer, author, internal, note, of_organisation, readable};
use crate::ranking::Found;

/// How many parts are looked at before a carving is answered as it is: less than a second's work with a hundred thousand people.
const CARVING_STEPS: u64 = 200_000;

/// How many sets of changes are looked at, for each number of changes.
const REPAIR_STEPS: u64 = 5_000;

/// A part of a package that is to become a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenPart {
    /// What it will be called; the title of its first task, or of the whole, when not told.
    pub title: Option<Line>,
    /// Its tasks.
    pub tasks: Vec<TaskId>,
}

impl Desk {
    /// A package carved into parts of so many hours that at least three people can carry whole. Nothing is kept.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of; [`Error::Invalid`] when the largest part is smaller than the
    /// smallest.
    pub fn carve_package(&self, actor: &Actor, id: &PackageId, (smallest, largest): (Hours, Hours)) -> Result<Carving, Error> {
        let (stored, knob, version, role) = self.ranked_package(actor, id)?;
        if largest < smallest {
            return Err(Error::Invalid(vec![Fault::new("/largest", FaultKind::EndBeforeStart)]));
        }
        let limits = CarvingLimits { smallest, largest, steps: CARVING_STEPS };
        let Found { answer, .. } = self.counted(&stored.package, &knob, |pool, package, demand, as_of, threads| {
            carve(pool, package, demand, limits, as_of, threads)
        })?;
        self.note_ranked(actor, role, id, version.as_ref())?;
        Ok(answer)
    }

    /// The one, two and three changes to a package that let the most people in. Nothing is kept.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of.
    pub fn repairs(&self, actor: &Actor, id: &PackageId) -> Result<Repairs, Error> {
        let (stored, knob, version, role) = self.ranked_package(actor, id)?;
        let Found { answer, .. } = self.counted(&stored.package, &knob, |pool, package, demand, as_of, threads| {
            repairs(pool, package, demand, REPAIR_STEPS, as_of, threads)
        })?;
        self.note_ranked(actor, role, id, version.as_ref())?;
        Ok(answer)
    }

    /// Makes a draft of each of these parts of a package, of the same organisation; each remembers what it was carved out of. The package itself stays
    /// as it is.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of; [`Error::Invalid`] with every part without tasks, every task that
    /// the package does not have, and every task that is in a part already.
    pub fn accept_parts(&self, actor: &Actor, id: &PackageId, parts: Vec<ChosenPart>) -> Result<Vec<Versioned<TaskPackage>>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (job, _) = readable(tx, actor, &id, Action::RankPackage)?;
            let faults = faults_of(&job.package, &parts);
            if !faults.is_empty() {
                return Err(Error::Invalid(faults));
            }
            parts.iter().map(|part| make_draft(tx, actor, &job, part)).collect()
        })
    }
}

/// Everything that is wrong with the parts of a job.
fn faults_of(job: &TaskPackage, parts: &[ChosenPart]) -> Vec<Fault> {
    let (mut faults, mut seen) = (Vec::new(), BTreeSet::new());
    if parts.is_empty() {
        faults.push(Fault::new("/parts", FaultKind::TooFew { least: 1 }));
    }
    for (at, part) in parts.iter().enumerate() {
        if part.tasks.is_empty() {
            faults.push(Fault::new(format!("/parts/{at}/tasks"), FaultKind::TooFew { least: 1 }));
        }
        for (number, task) in part.tasks.iter().enumerate() {
            let pointer = format!("/parts/{at}/tasks/{number}");
            if !job.tasks.iter().any(|known| known.id == *task) {
                faults.push(Fault::new(pointer, FaultKind::Dangling { id: task.to_string() }));
            } else if !seen.insert(task) {
                faults.push(Fault::new(pointer, FaultKind::Duplicate { id: task.to_string() }));
            }
        }
    }
    faults
}

fn make_draft(tx: &mut Tx<'_>, actor: &Actor, job: &StoredPackage, part: &ChosenPart) -> Result<Versioned<TaskPackage>, Error> {
    let organisation = &job.package.organisation;
    let role = authorise(actor, Action::CreatePackage, &of_organisation(tx, organisation)?.object(organisation))?;
    let mut draft = job.package.part(|task| part.tasks.contains(task)).ok_or(Error::NotFound)?;
    let revision = u32::try_from(job.revision).ok().and_then(Count::new);
    draft.origin = revision.map(|revision| PackageOrigin { package: job.package.id.clone(), revision });
    draft.id = PackageId::new(&new_id()).map_err(internal)?;
    draft.state = PackageState::Draft;
    let of_first_task = draft.tasks.first().and_then(|task| task.title.clone());
    if let Some(title) = part.title.clone().or(of_first_task) {
        draft.title = title;
    }
    let stored = packages::insert(tx, &draft, author(actor))?;
    note(tx, actor, role, Act::Create, None, &stored)?;
    Ok(answer(stored))
}
