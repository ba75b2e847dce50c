//! Work organised differently: a package carved into parts, what would let more people in, and parts that become packages.

use std::collections::BTreeSet;

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{KnobVersionId, PackageId, TaskId};
use raakvlak_domain::packages::{PackageOrigin, PackageState, PackagesKnob, TaskPackage};
use raakvlak_domain::quantities::{Count, Hours, tenths};
use raakvlak_domain::texts::Line;
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_engine::carving::{CarvingLimits, carve};
use raakvlak_engine::repair::{repairs, steps_among};
use raakvlak_store::packages::{self, StoredPackage};
use raakvlak_store::{Action as Act, Db, Tx};
use serde::Serialize;
use utoipa::ToSchema;

pub use raakvlak_engine::carving::Carving;
pub use raakvlak_engine::repair::Repairs;

use crate::actor::Actor;
use crate::authorise::{Action, authorise};
use crate::desk::{Desk, Versioned, new_id};
use crate::error::Error;
use crate::knobs::{InForce, Source, narrowest, scopes_of};
use crate::packages::{answer, author, internal, note, of_organisation, readable};
use crate::ranking::Found;

/// How many parts are looked at before a carving is answered as it is: less than a second's work with a hundred thousand people.
const CARVING_STEPS: u64 = 200_000;

/// A part of a package that is to become a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenPart {
    /// What it will be called; the title of its first task, or of the whole, when not told.
    pub title: Option<Line>,
    /// Its tasks.
    pub tasks: Vec<TaskId>,
}

/// What is asked of the parts; the packages knob says what is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AskedSizes {
    /// The fewest hours of tasks in a part.
    pub smallest: Option<Hours>,
    /// The most.
    pub largest: Option<Hours>,
    /// The most hours that it may take to be shown the ropes of a part.
    pub onboarding_most: Option<Hours>,
}

/// How large the parts of a job may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sizes {
    /// The fewest hours of tasks in a part.
    pub smallest: Hours,
    /// The most.
    pub largest: Hours,
    /// The most hours that it may take to be shown the ropes of a part; `None` for any.
    pub onboarding_most: Option<Hours>,
    /// The most hours of tasks with which that is so, where it is what keeps parts small. Under `smallest` there is no part.
    pub largest_by_onboarding: Option<Hours>,
}

impl Sizes {
    /// What a setting comes to for a job.
    pub(crate) fn of(job: &TaskPackage, setting: PackagesKnob) -> Self {
        let PackagesKnob { smallest, largest, onboarding_most } = setting;
        let by_onboarding = onboarding_most.and_then(|most| job.largest_with_onboarding(most)).filter(|most| *most < largest.get());
        Self { smallest, largest, onboarding_most, largest_by_onboarding: by_onboarding.and_then(Hours::new) }
    }

    /// The most hours of tasks in a part, with its onboarding in mind.
    fn most(&self) -> Hours {
        self.largest_by_onboarding.unwrap_or(self.largest)
    }
}

/// A carving, with how large its parts could be and who said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CarvedPackage {
    /// The carving.
    #[serde(flatten)]
    pub carving: Carving,
    /// How large the parts could be.
    pub sizes: Sizes,
    /// Where the setting of the packages knob comes from that says what was not asked.
    pub sizes_from: Source,
    /// The version of the packages knob that holds; `None` when it stands where it starts.
    pub packages_version: Option<KnobVersionId>,
}

impl Desk {
    /// A package carved into parts of so many hours that at least three people can carry whole. Nothing is kept.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of; [`Error::Invalid`] when the largest part is smaller than the
    /// smallest.
    pub fn carve_package(&self, actor: &Actor, id: &PackageId, asked: AskedSizes) -> Result<CarvedPackage, Error> {
        let (stored, knob, role) = self.ranked_package(actor, id)?;
        let (setting, packages_version, sizes_from) = self.read(|db| setting_for(db, &stored.package, asked))?;
        let sizes = Sizes::of(&stored.package, setting);
        let Found { answer: carving, .. } = self.carved(&stored.package, &knob, sizes, CARVING_STEPS)?;
        self.note_ranked(actor, role, id, knob.version.as_ref())?;
        Ok(CarvedPackage { carving, sizes, sizes_from, packages_version })
    }

    /// A package carved, in so many steps.
    pub(crate) fn carved(&self, package: &TaskPackage, knob: &InForce, sizes: Sizes, steps: u64) -> Result<Found<Carving>, Error> {
        let limits = CarvingLimits { smallest: sizes.smallest, largest: sizes.most(), steps };
        self.counted(package, knob, |pool, package, demand, as_of, threads| carve(pool, package, demand, limits, as_of, threads))
    }

    /// The one, two and three changes to a package that let the most people in. Nothing is kept.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of.
    pub fn repairs(&self, actor: &Actor, id: &PackageId) -> Result<Repairs, Error> {
        let (stored, knob, role) = self.ranked_package(actor, id)?;
        let Found { answer, .. } = self.counted(&stored.package, &knob, |pool, package, demand, as_of, threads| {
            repairs(pool, package, demand, steps_among(pool.len()), as_of, threads)
        })?;
        self.note_ranked(actor, role, id, knob.version.as_ref())?;
        Ok(answer)
    }

    /// Makes a draft of each of these parts of a package, of the same organisation; each remembers what it was carved out of. The package itself stays
    /// as it is.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of; [`Error::Invalid`] with every part without tasks, every part that is
    /// smaller or larger than asked (what is not asked, the packages knob says), every task that the package does not have, and every task that is in a
    /// part already.
    pub fn accept_parts(
        &self,
        actor: &Actor,
        id: &PackageId,
        parts: Vec<ChosenPart>,
        asked: AskedSizes,
    ) -> Result<Vec<Versioned<TaskPackage>>, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (job, _) = readable(tx, actor, &id, Action::RankPackage)?;
            let mut faults = faults_of(&job.package, &parts);
            match setting_for(tx, &job.package, asked) {
                Ok((setting, ..)) => faults.extend(misfits(&job.package, &parts, Sizes::of(&job.package, setting))),
                Err(Error::Invalid(further)) => faults.extend(further),
                Err(error) => return Err(error),
            }
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

/// The packages knob for a job, with what was asked on top of it, and no more onboarding than the threshold knob lets a package have that is published.
/// What was asked must go together with what the knob says of the rest.
fn setting_for(db: &mut Db, job: &TaskPackage, asked: AskedSizes) -> Result<(PackagesKnob, Option<KnobVersionId>, Source), Error> {
    let (knob, version, from) = narrowest::<PackagesKnob>(db, &scopes_of(job))?;
    let setting = PackagesKnob {
        smallest: asked.smallest.unwrap_or(knob.smallest),
        largest: asked.largest.unwrap_or(knob.largest),
        onboarding_most: asked.onboarding_most.or(knob.onboarding_most),
    };
    if setting.largest >= setting.smallest && setting.largest.get() > 0 {
        let threshold = narrowest::<ThresholdKnob>(db, &scopes_of(job))?.0;
        return Ok((within_threshold(setting, &threshold), version, from));
    }
    let fault = if asked.largest.is_some() {
        out_of_range("/largest".to_owned(), setting.smallest.get().max(1), Hours::HIGHEST.get())
    } else {
        out_of_range("/smallest".to_owned(), 0, setting.largest.get())
    };
    Err(Error::Invalid(vec![fault]))
}

/// The same with no more onboarding than the threshold knob lets a package have that is published: what could not be published is no part.
pub(crate) fn within_threshold(setting: PackagesKnob, threshold: &ThresholdKnob) -> PackagesKnob {
    let most = [setting.onboarding_most, threshold.onboarding_most].into_iter().flatten().min();
    PackagesKnob { onboarding_most: most, ..setting }
}

/// The parts whose tasks take less or more than a part may.
fn misfits(job: &TaskPackage, parts: &[ChosenPart], sizes: Sizes) -> Vec<Fault> {
    let (low, high) = (sizes.smallest.get(), sizes.most().get());
    let misfit = |(at, part): (usize, &ChosenPart)| {
        let taken = job.part(|task| part.tasks.contains(task))?.task_hours();
        (!(low..=high).contains(&taken)).then(|| out_of_range(format!("/parts/{at}"), low, high))
    };
    parts.iter().enumerate().filter_map(misfit).collect()
}

fn out_of_range(pointer: String, low: u32, high: u32) -> Fault {
    Fault::new(pointer, FaultKind::OutOfRange { low: tenths(low), high: tenths(high) })
}

fn make_draft(tx: &mut Tx<'_>, actor: &Actor, job: &StoredPackage, part: &ChosenPart) -> Result<Versioned<TaskPackage>, Error> {
    let organisation = &job.package.organisation;
    let role = authorise(actor, Action::CreatePackage, &of_organisation(tx, organisation)?.object(organisation))?;
    let mut draft = job.package.part(|task| part.tasks.contains(task)).ok_or(Error::NotFound)?;
    let revision = u32::try_from(job.revision).ok().and_then(Count::new);
    draft.origin = revision.map(|revision| PackageOrigin { package: job.package.id.clone(), revision });
    draft.onboarding_hours = job.package.onboarding_of_part(draft.task_hours());
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
