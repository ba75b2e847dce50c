//! What an organisation changed in its work over time: which fields of which package, when, and whether that lets more people in. Fields and counts, no
//! values and no people.

use std::collections::{BTreeMap, BTreeSet};

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::dayparts::Daypart;
use raakvlak_domain::identifiers::{OrganisationId, PackageId, TaskId, TermId};
use raakvlak_domain::packages::{Need, Task, TaskPackage};
use raakvlak_domain::quantities::Hours;
use raakvlak_domain::texts::Line;
use raakvlak_store::Db;
use raakvlak_store::packages::{self, PackageQuery, StoredPackage};
use serde::Serialize;
use utoipa::ToSchema;

use super::readable;
use crate::actor::Actor;
use crate::authorise::Action;
use crate::desk::Desk;
use crate::error::Error;

/// So many changes are listed at most, the latest first; all of them are counted.
const MOST_LISTED: usize = 100;

/// What an organisation changed in its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkChanges {
    /// The organisation.
    pub organisation: OrganisationId,
    /// How many packages it has ever published.
    pub published: usize,
    /// How many of those it reworded after that.
    pub revised: usize,
    /// How often it reworded one.
    pub revisions: usize,
    /// In how many of those it asked less or offered more, and nowhere the other way round.
    pub easier: usize,
    /// In how many it asked more or offered less, and nowhere the other way round.
    pub harder: usize,
    /// The same for each field, in order of name.
    pub fields: Vec<FieldChanges>,
    /// The changes, the latest first, at most a hundred.
    pub changes: Vec<WorkChange>,
}

/// How often a field was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldChanges {
    /// Which.
    pub field: &'static str,
    /// How often.
    pub times: usize,
    /// How often it asked less or offered more.
    pub easier: usize,
    /// How often it asked more or offered less.
    pub harder: usize,
}

/// A package that was reworded after it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkChange {
    /// The package.
    pub package: PackageId,
    /// The revision that it became.
    pub revision: i64,
    /// When.
    pub at: Instant,
    /// What was changed, in order of name.
    pub fields: Vec<FieldChange>,
}

/// A field that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldChange {
    /// Which.
    pub field: &'static str,
    /// Whether more people can do the work now.
    pub direction: Direction,
}

/// Whether a change lets more people in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChangeDirection)]
pub enum Direction {
    /// It asks less or offers more.
    Easier,
    /// It asks more or offers less.
    Harder,
    /// Both, or neither.
    Otherwise,
}

impl Desk {
    /// What an organisation changed in the work that it published: to itself, and to mediators and stewards, who read from it how ready it is to change.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] and [`Error::NotAllowed`].
    pub fn work_changes(&self, actor: &Actor, id: &OrganisationId) -> Result<WorkChanges, Error> {
        self.read(|db| {
            readable(db, actor, id, Action::ReadWorkChanges)?;
            let query = PackageQuery { organisations: Some(vec![id.clone()]), ..PackageQuery::default() };
            let published: Vec<StoredPackage> =
                packages::list(db, &query)?.into_iter().filter(|stored| stored.published_at.is_some()).collect();
            let mut changes = Vec::new();
            for stored in published.iter().filter(|stored| stored.revision > 1) {
                changes.extend(changes_of(db, stored)?);
            }
            changes.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.package.cmp(&other.package)));
            Ok(counted(id, published.len(), changes))
        })
    }
}

fn changes_of(db: &mut Db, stored: &StoredPackage) -> Result<Vec<WorkChange>, Error> {
    let id = &stored.package.id;
    let mut before: Option<TaskPackage> = None;
    let mut changes = Vec::new();
    for (revision, at) in packages::revisions(db, id)? {
        let wording = packages::wording(db, id, revision)?;
        let fields = before.as_ref().map_or_else(Vec::new, |before| changed(before, &wording));
        if !fields.is_empty() {
            changes.push(WorkChange { package: id.clone(), revision, at, fields });
        }
        before = Some(wording);
    }
    Ok(changes)
}

fn counted(id: &OrganisationId, published: usize, changes: Vec<WorkChange>) -> WorkChanges {
    let is = |change: &WorkChange, direction| change.direction() == direction;
    let mut fields: BTreeMap<&'static str, FieldChanges> = BTreeMap::new();
    for change in changes.iter().flat_map(|change| &change.fields) {
        let count = fields.entry(change.field).or_insert(FieldChanges { field: change.field, times: 0, easier: 0, harder: 0 });
        count.times += 1;
        count.easier += usize::from(change.direction == Direction::Easier);
        count.harder += usize::from(change.direction == Direction::Harder);
    }
    WorkChanges {
        organisation: id.clone(),
        published,
        revised: changes.iter().map(|change| &change.package).collect::<BTreeSet<_>>().len(),
        revisions: changes.len(),
        easier: changes.iter().filter(|change| is(change, Direction::Easier)).count(),
        harder: changes.iter().filter(|change| is(change, Direction::Harder)).count(),
        fields: fields.into_values().collect(),
        changes: changes.into_iter().take(MOST_LISTED).collect(),
    }
}

impl WorkChange {
    /// Where all of it leads: easier when something is and nothing is harder.
    fn direction(&self) -> Direction {
        let has = |direction| self.fields.iter().any(|field| field.direction == direction);
        Direction::of(has(Direction::Easier), has(Direction::Harder))
    }
}

impl Direction {
    fn of(asks_less: bool, asks_more: bool) -> Self {
        match (asks_less, asks_more) {
            (true, false) => Self::Easier,
            (false, true) => Self::Harder,
            _ => Self::Otherwise,
        }
    }

    /// The other way round, for what is offered.
    fn turned(self) -> Self {
        match self {
            Self::Easier => Self::Harder,
            Self::Harder => Self::Easier,
            Self::Otherwise => Self::Otherwise,
        }
    }
}

/// How a field of a package changed; `None` when it did not.
type Look = fn(&TaskPackage, &TaskPackage) -> Option<Direction>;

/// The fields, in order of name.
const FIELDS: &[(&str, Look)] = &[
    ("activities", |before, after| otherwise(before, after, |package| of_tasks(package, |task| &task.activities))),
    ("adaptations", |before, after| offered(before, after, |package| set(&package.adaptations))),
    ("call_up", |before, after| otherwise(before, after, |package| package.call_up)),
    ("capacity", |before, after| more(before, after, |package| package.capacity)),
    ("conditions", |before, after| asked(before, after, |package| of_tasks(package, |task| &task.conditions))),
    ("dayparts", |before, after| asked(before, after, dayparts)),
    ("documents", |before, after| {
        let documents = |package: &TaskPackage| package.documents.iter().map(|asked| asked.document.clone()).collect();
        asked::<TermId>(before, after, documents).or_else(|| otherwise(before, after, |package| package.documents.clone()))
    }),
    ("experience", |before, after| otherwise(before, after, |package| set(&package.experience))),
    ("funding", |before, after| otherwise(before, after, |package| package.funding.clone())),
    ("guidance", |before, after| {
        let hours = more(before, after, |package| package.guidance.as_ref().map(|guidance| guidance.hours));
        hours.or_else(|| otherwise(before, after, |package| package.guidance.clone()))
    }),
    ("hours", |before, after| {
        let wider = before.hours.min > after.hours.min || before.hours.max < after.hours.max;
        let narrower = before.hours.min < after.hours.min || before.hours.max > after.hours.max;
        (wider || narrower).then(|| Direction::of(wider, narrower))
    }),
    ("languages", |before, after| asked(before, after, spoken)),
    ("learnables", |before, after| offered(before, after, |package| of_tasks(package, |task| &task.learnables))),
    ("onboarding_hours", |before, after| more(before, after, |package| package.onboarding_hours).map(Direction::turned)),
    ("period", |before, after| otherwise(before, after, |package| (package.start, package.end))),
    ("place", |before, after| otherwise(before, after, |package| package.place.clone())),
    ("programme", |before, after| otherwise(before, after, |package| package.programme.clone())),
    ("purpose", |before, after| otherwise(before, after, |package| package.purpose.clone())),
    ("recognition", |before, after| otherwise(before, after, |package| package.recognition.clone())),
    ("remote", |before, after| more(before, after, |package| package.remote)),
    ("requirements", |before, after| asked(before, after, requirements)),
    ("reward", |before, after| otherwise(before, after, |package| package.reward.clone())),
    ("tasks", |before, after| otherwise(before, after, tasks)),
    ("title", |before, after| otherwise(before, after, |package| package.title.clone())),
    ("work_form", |before, after| otherwise(before, after, |package| package.work_form.clone())),
];

/// The fields that differ, in order of name.
fn changed(before: &TaskPackage, after: &TaskPackage) -> Vec<FieldChange> {
    let fields = FIELDS.iter().filter_map(|(field, look)| Some(FieldChange { field, direction: look(before, after)? }));
    fields.collect()
}

/// Of what makes work neither easier nor harder to get by itself.
fn otherwise<T: PartialEq>(before: &TaskPackage, after: &TaskPackage, of: impl Fn(&TaskPackage) -> T) -> Option<Direction> {
    (of(before) != of(after)).then_some(Direction::Otherwise)
}

/// Of a set of things that are asked: fewer of them is easier.
fn asked<T: Ord>(before: &TaskPackage, after: &TaskPackage, of: impl Fn(&TaskPackage) -> BTreeSet<T>) -> Option<Direction> {
    let (before, after) = (of(before), of(after));
    let (gone, come) = (before.difference(&after).next().is_some(), after.difference(&before).next().is_some());
    (gone || come).then(|| Direction::of(gone, come))
}

/// The other way round, for what is offered.
fn offered<T: Ord>(before: &TaskPackage, after: &TaskPackage, of: impl Fn(&TaskPackage) -> BTreeSet<T>) -> Option<Direction> {
    asked(before, after, of).map(Direction::turned)
}

/// Of what is easier when there is more of it.
fn more<T: PartialOrd>(before: &TaskPackage, after: &TaskPackage, of: impl Fn(&TaskPackage) -> T) -> Option<Direction> {
    let (before, after) = (of(before), of(after));
    (before != after).then(|| Direction::of(before < after, before > after))
}

fn set<T: Ord + Clone>(list: &[T]) -> BTreeSet<T> {
    list.iter().cloned().collect()
}

fn of_tasks<T: Ord + Clone>(package: &TaskPackage, list: impl Fn(&Task) -> &Vec<T>) -> BTreeSet<T> {
    package.tasks.iter().flat_map(|task| list(task).iter().cloned()).collect()
}

/// The fixed dayparts, and each that is asked besides by its number: asking one more is asking more.
fn dayparts(package: &TaskPackage) -> BTreeSet<(Option<Daypart>, u32)> {
    let fixed = package.dayparts.fixed.iter().map(|fixed| (Some(*fixed), 0));
    fixed.chain((0..package.dayparts.flexible.get()).map(|number| (None, number))).collect()
}

/// The tasks without what is told of each under another field.
fn tasks(package: &TaskPackage) -> Vec<(TaskId, Option<Line>, Hours)> {
    package.tasks.iter().map(|task| (task.id.clone(), task.title.clone(), task.hours)).collect()
}

/// Each competence with every level up to the one asked, and once more where it is essential: asking a higher level, or more strongly, is asking more.
fn requirements(package: &TaskPackage) -> BTreeSet<(String, u8)> {
    let asked = package.tasks.iter().flat_map(|task| &task.requirements);
    let steps = asked.flat_map(|asked| {
        let essential = (asked.need == Need::Essential).then_some(u8::MAX);
        (1..=asked.level.get()).chain(essential).map(|step| (asked.competence.to_string(), step))
    });
    steps.collect()
}

/// Each language with every level up to the one asked.
fn spoken(package: &TaskPackage) -> BTreeSet<(String, u8)> {
    let levels = package.languages.iter().map(|(language, level)| (language.to_string(), *level as u8));
    levels.flat_map(|(language, level)| (0..=level).map(move |step| (language.clone(), step))).collect()
}
