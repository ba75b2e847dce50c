//! To-dos at the desk: what needs a mediator, oldest first; whose each is and why, and handing one over.

use std::collections::HashMap;

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::routing::{HandOver, RoutingWay, SectorKnob};
use raakvlak_domain::texts::Line;
use raakvlak_domain::users::Role;
use raakvlak_engine::routing::{Fit, Reason, Work, has_interest, suitable};
use raakvlak_store::todos::assignments::{self, Assignment, Giving};
use raakvlak_store::todos::{self, StoredTodo, TodoQuery};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx, users};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned, digest_of};
use crate::error::{Conflict, Error};
use crate::knobs::narrowest;
use crate::routing::{Because, Errand, candidates, errand, handed_over, may_keep, sides, undone, worded, written};

/// Something that a person has to do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TodoView {
    /// Names the to-do.
    pub id: String,
    /// What sort of thing has to be done.
    pub kind: String,
    /// The sort of record that it is about.
    pub object_kind: String,
    /// The record that it is about.
    pub object: String,
    /// Who has it; `None` when it is nobody's, and then everybody sees it as such.
    pub assigned_to: Option<UserId>,
    /// What that person is called.
    pub assigned_name: Option<Line>,
    /// Since when they have it.
    pub assigned_at: Option<Instant>,
    /// Why they have it, or why nobody does.
    #[schema(value_type = Vec<Because>)]
    pub because: serde_json::Value,
    /// When it was opened.
    pub opened_at: Instant,
    /// Until when it should be done.
    pub due_at: Option<Instant>,
    /// When it was done.
    pub closed_at: Option<Instant>,
}

/// A to-do with how it came to whoever has it, and to whom it can go.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TodoDetail {
    /// The to-do.
    #[serde(flatten)]
    pub todo: TodoView,
    /// How it went from one to the next, oldest first.
    pub assignments: Vec<AssignmentView>,
    /// To whom it can be handed over, who suits best first.
    pub can_go_to: Vec<Suitable>,
}

/// How a to-do came to somebody.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = TodoAssignment)]
pub struct AssignmentView {
    /// Counts up from 1.
    pub number: i64,
    /// How.
    pub way: RoutingWay,
    /// Who got it; `None` when nobody did.
    pub to: Option<UserId>,
    /// Why.
    #[schema(value_type = Vec<Because>)]
    pub because: serde_json::Value,
    /// What was said with it when somebody handed it over.
    pub why: Option<String>,
    /// Who gave it; `None` for the program itself.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Instant,
}

/// Somebody to whom a to-do can go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SuitableForTodo)]
pub struct Suitable {
    /// Who.
    pub user: UserId,
    /// What they are called.
    pub name: Option<Line>,
    /// How well they suit, in basis points.
    pub score: u32,
    /// Why.
    pub because: Vec<Because>,
}

impl Desk {
    /// A page of what is open, oldest first; with `mine` only what the actor has. A steward sees what is about rules.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a mediator or a steward.
    pub fn todos(&self, actor: &Actor, mine: bool, request: &PageRequest) -> Result<Page<Versioned<TodoView>>, Error> {
        let role = authorise(actor, Action::ReadTodos, &Object::Network)?;
        let query = TodoQuery {
            assigned_to: mine.then(|| actor.user.clone()),
            object_kind: only_rules(actor, role).then_some(ObjectKind::Rule.as_str()),
            after: request.after.clone(),
            limit: Some(request.rows()),
        };
        self.read(|db| {
            let page = Page::of(todos::list(db, &query)?, request, |todo| todo.id.clone());
            Ok(Page { items: views(db, page.items)?, next: page.next })
        })
    }

    /// The to-do with this id, how it came to whoever has it, and to whom it can go.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none that the actor may know of; [`Error::NotAllowed`] for anybody but a mediator or a steward.
    pub fn todo_detail(&self, actor: &Actor, id: &str) -> Result<Versioned<TodoDetail>, Error> {
        self.read(|db| {
            let (found, _) = readable(db, actor, id, Action::ReadTodos)?;
            let assignments = assignments::of(db, id)?.into_iter().map(assignment_view).collect::<Result<_, _>>()?;
            let can_go_to = if found.closed_at.is_none() { suitable_for(db, &found)? } else { Vec::new() };
            let Versioned { value: todo, version } = view(db, found)?;
            Ok(Versioned::new(TodoDetail { todo, assignments, can_go_to }, version))
        })
    }

    /// The to-do with this id.
    ///
    /// # Errors
    ///
    /// As [`Desk::todo_detail`].
    pub fn todo(&self, actor: &Actor, id: &str) -> Result<Versioned<TodoView>, Error> {
        self.read(|db| {
            let (found, _) = readable(db, actor, id, Action::ReadTodos)?;
            view(db, found)
        })
    }

    /// Notes that something was done.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when somebody else did it already; [`Error::NotFound`] when there is none.
    pub fn close_todo(&self, actor: &Actor, id: &str, version: i64) -> Result<Versioned<TodoView>, Error> {
        let id = id.to_owned();
        self.write(actor, move |tx, actor| {
            let (_, role) = readable(tx, actor, &id, Action::CloseTodo)?;
            let done = todos::close(tx, &id, &actor.user, version)?;
            tx.audit(actor.act(role, Act::Close, ObjectKind::Todo, &id));
            view(tx, done)
        })
    }

    /// Hands a to-do over to somebody else, built on this version. It stays there until it is done, handed on, waits too long, or this is undone.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`]; [`Error::Invalid`] when there is nobody like that who can have it; [`Conflict::Interest`] when they stand on one of the sides.
    pub fn hand_over_todo(&self, actor: &Actor, id: &str, over: HandOver, version: i64) -> Result<Versioned<TodoView>, Error> {
        let id = id.to_owned();
        self.write(actor, move |tx, actor| {
            let (found, role) = fresh(tx, actor, &id, version)?;
            let errand = errand(tx, &found)?;
            let mut because = vec![handed_over()];
            because.extend(fit_of(tx, &found, &errand, &over.to)?.map(|fit| worded(&fit.because)).unwrap_or_default());
            let giving = Giving {
                way: RoutingWay::HandedOver,
                to: Some(&over.to),
                because: &written(&because)?,
                why: Some(over.why.as_str()),
                by: (!actor.is_system()).then_some(&actor.user),
                key: errand.key,
            };
            let after = assignments::give(tx, &id, &giving)?;
            let reason = digest_of(tx.keys(), errand.key, &over.why)?;
            tx.audit(actor.act(role, Act::HandOver, ObjectKind::Todo, &id).fields(&["assigned_to"]).reason(reason));
            view(tx, after)
        })
    }

    /// Undoes the latest handing over of a to-do, built on this version: it goes back to whoever had it, and is nobody's when they cannot have it any more.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`]; [`Conflict::NotHandedOver`] when the last thing that happened to it was something else.
    pub fn undo_hand_over(&self, actor: &Actor, id: &str, version: i64) -> Result<Versioned<TodoView>, Error> {
        let id = id.to_owned();
        self.write(actor, move |tx, actor| {
            let (found, role) = fresh(tx, actor, &id, version)?;
            let mut given = assignments::of(tx, &id)?;
            let last = given.pop().filter(|last| last.way == RoutingWay::HandedOver);
            last.ok_or(Error::Conflict(Conflict::NotHandedOver))?;
            let errand = sides(tx, &found)?;
            let people = candidates(tx)?;
            let before = given.pop().and_then(|before| before.to).filter(|before| may_keep(&errand.work, &people, before));
            let giving = Giving {
                way: RoutingWay::Undone,
                to: before.as_ref(),
                because: &written(&[undone()])?,
                why: None,
                by: (!actor.is_system()).then_some(&actor.user),
                key: errand.key,
            };
            let after = assignments::give(tx, &id, &giving)?;
            tx.audit(actor.act(role, Act::HandOver, ObjectKind::Todo, &id).fields(&["assigned_to"]));
            view(tx, after)
        })
    }
}

/// Whether somebody sees only what is about rules: a steward, who sees no people.
fn only_rules(actor: &Actor, role: Role) -> bool {
    role == Role::Steward && !actor.is_system()
}

/// The to-do, when the actor may do this to it, with the role in which they may.
fn readable(db: &mut Db, actor: &Actor, id: &str, action: Action) -> Result<(StoredTodo, Role), Error> {
    let role = authorise(actor, action, &Object::Network)?;
    let found = todos::get(db, id)?.ok_or(Error::NotFound)?;
    if only_rules(actor, role) && found.object_kind != ObjectKind::Rule.as_str() {
        return Err(Error::NotFound);
    }
    Ok((found, role))
}

/// The to-do to hand over, as the actor saw it and still open.
fn fresh(tx: &mut Tx<'_>, actor: &Actor, id: &str, version: i64) -> Result<(StoredTodo, Role), Error> {
    let (found, role) = readable(tx, actor, id, Action::HandOverTodo)?;
    if found.version != version || found.closed_at.is_some() {
        return Err(Error::Stale { current: found.version });
    }
    Ok((found, role))
}

/// How somebody suits a to-do that is handed over to them; `None` when they have more open than the knob gives anybody, which a colleague may overrule.
fn fit_of(db: &mut Db, found: &StoredTodo, errand: &Errand, to: &UserId) -> Result<Option<Fit>, Error> {
    let people = candidates(db)?;
    let refused = |kind| Error::Invalid(vec![Fault::new("/to", kind)]);
    let somebody = people.iter().find(|candidate| candidate.user == *to && candidate.roles.contains(&errand.work.role));
    let candidate = somebody.ok_or_else(|| refused(FaultKind::Dangling { id: to.to_string() }))?;
    if found.assigned_to.as_ref() == Some(to) {
        return Err(refused(FaultKind::Duplicate { id: to.to_string() }));
    }
    if has_interest(candidate, &errand.work) {
        return Err(Error::Conflict(Conflict::Interest));
    }
    let (setting, _, _) = narrowest::<SectorKnob>(db, &errand.scopes)?;
    let fits = suitable(&errand.work, std::slice::from_ref(candidate), &setting);
    Ok(fits.ok().and_then(|fits| fits.into_iter().next()))
}

fn suitable_for(db: &mut Db, found: &StoredTodo) -> Result<Vec<Suitable>, Error> {
    let errand = errand(db, found)?;
    let (setting, _, _) = narrowest::<SectorKnob>(db, &errand.scopes)?;
    let work = Work { passed: found.assigned_to.iter().cloned().collect(), ..errand.work };
    let fits: Result<Vec<Fit>, Reason> = suitable(&work, &candidates(db)?, &setting);
    let one = |Fit { user, score, because, .. }: Fit| {
        let name = name_of(db, &user)?;
        Ok(Suitable { user, name, score, because: worded(&because) })
    };
    fits.unwrap_or_default().into_iter().map(one).collect()
}

fn name_of(db: &mut Db, user: &UserId) -> Result<Option<Line>, Error> {
    Ok(users::get(db, user)?.and_then(|stored| stored.user.name))
}

fn view(db: &mut Db, todo: StoredTodo) -> Result<Versioned<TodoView>, Error> {
    views(db, vec![todo])?.pop().ok_or(Error::NotFound)
}

fn views(db: &mut Db, found: Vec<StoredTodo>) -> Result<Vec<Versioned<TodoView>>, Error> {
    let ids: Vec<&str> = found.iter().map(|todo| todo.id.as_str()).collect();
    let mut latest = assignments::latest(db, &ids)?;
    let mut names: HashMap<UserId, Option<Line>> = HashMap::new();
    let mut shown = Vec::with_capacity(found.len());
    for todo in found {
        let assigned_name = match &todo.assigned_to {
            None => None,
            Some(user) => match names.get(user) {
                Some(known) => known.clone(),
                None => names.entry(user.clone()).or_insert(name_of(db, user)?).clone(),
            },
        };
        let because = latest.remove(&todo.id).map(|given| read_back(&given.because)).transpose()?;
        let StoredTodo { id, kind, object_kind, object_id, assigned_to, assigned_at, opened_at, due_at, closed_at, version } = todo;
        let view = TodoView {
            id,
            kind,
            object_kind,
            object: object_id,
            assigned_to,
            assigned_name,
            assigned_at,
            because: because.unwrap_or_else(|| serde_json::Value::Array(Vec::new())),
            opened_at,
            due_at,
            closed_at,
        };
        shown.push(Versioned::new(view, version));
    }
    Ok(shown)
}

fn assignment_view(given: Assignment) -> Result<AssignmentView, Error> {
    let because = read_back(&given.because)?;
    let Assignment { number, way, to, why, made_by, made_at, .. } = given;
    Ok(AssignmentView { number, way, to, because, why, made_by, made_at })
}

fn read_back(because: &str) -> Result<serde_json::Value, Error> {
    serde_json::from_str(because).map_err(|error| Error::Internal(error.to_string()))
}
