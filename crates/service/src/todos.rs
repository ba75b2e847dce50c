//! To-dos at the desk: what needs a mediator, oldest first.

use raakvlak_domain::calendar::Instant;
use raakvlak_store::todos::{self, StoredTodo};
use raakvlak_store::{Action as Act, ObjectKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, Versioned};
use crate::error::Error;

/// Something that a person has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TodoView {
    /// Names the to-do.
    pub id: String,
    /// What sort of thing has to be done.
    pub kind: String,
    /// The sort of record that it is about.
    pub object_kind: String,
    /// The record that it is about.
    pub object: String,
    /// When it was opened.
    pub opened_at: Instant,
    /// Until when it should be done.
    pub due_at: Option<Instant>,
    /// When it was done.
    pub closed_at: Option<Instant>,
}

impl Desk {
    /// A page of what is open, oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a mediator.
    pub fn todos(&self, actor: &Actor, request: &PageRequest) -> Result<Page<Versioned<TodoView>>, Error> {
        authorise(actor, Action::ReadTodos, &Object::Network)?;
        self.read(|db| {
            let found = todos::page(db, request.after.as_deref(), request.rows())?;
            Ok(Page::of(found, request, |todo| todo.id.clone()).map(shown))
        })
    }

    /// The to-do with this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none; [`Error::NotAllowed`] for anybody but a mediator.
    pub fn todo(&self, actor: &Actor, id: &str) -> Result<Versioned<TodoView>, Error> {
        authorise(actor, Action::ReadTodos, &Object::Network)?;
        self.read(|db| Ok(shown(todos::get(db, id)?.ok_or(Error::NotFound)?)))
    }

    /// Notes that something was done.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when somebody else did it already; [`Error::NotFound`] when there is none.
    pub fn close_todo(&self, actor: &Actor, id: &str, version: i64) -> Result<Versioned<TodoView>, Error> {
        let id = id.to_owned();
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::CloseTodo, &Object::Network)?;
            let done = todos::close(tx, &id, &actor.user, version)?;
            tx.audit(actor.act(role, Act::Close, ObjectKind::Todo, &id));
            Ok(shown(done))
        })
    }
}

fn shown(todo: StoredTodo) -> Versioned<TodoView> {
    let StoredTodo { id, kind, object_kind, object_id, opened_at, due_at, closed_at, version } = todo;
    Versioned::new(TodoView { id, kind, object_kind, object: object_id, opened_at, due_at, closed_at }, version)
}
