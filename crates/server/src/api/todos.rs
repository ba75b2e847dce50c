//! To-dos: what needs a mediator today, whose it is, and handing it over.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, get, post, web};
use raakvlak_domain::routing::{Dealing, HandOver};
use raakvlak_domain::texts::Line;
use raakvlak_service::routing::knob::Dealt;
use raakvlak_service::todos::{TodoDetail, TodoView};

use super::answers::{Answered, PageQuery, act, decide, no_body, read_page, read_record};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::paging::{Cursor, Limit, Listed, Page};
use crate::parameters::{InPath, InQuery, query};
use crate::shared::Shared;

query! {
    /// Which to-dos.
    pub struct TodosQuery {
        /// Only one's own; left out: everybody's, also what is nobody's.
        pub mine("mine"): Option<bool>,
        /// The most items, 1 to 100.
        pub limit("limit"): Limit,
        /// Where the page starts, from the `Link` header of the page before.
        pub cursor("cursor"): Option<Cursor>,
    }
}

/// List what needs a person, oldest first
///
/// Each says whose it is and why; what is nobody's says why that is. A steward sees what is about rules.
#[utoipa::path(
    operation_id = "list_todos",
    tag = "todos",
    params(TodosQuery),
    responses((status = 200, description = "A page; the `Link` header leads to the next.", body = Page<Listed<TodoView>>))
)]
#[get("/todos")]
pub(crate) async fn list_todos(shared: web::Data<Shared>, caller: Caller, request: HttpRequest, query: InQuery<TodosQuery>) -> Answered {
    let TodosQuery { mine, limit, cursor } = query.0;
    let page = PageQuery { limit, cursor };
    read_page(&shared, &request, &caller, page, move |desk, actor, page| desk.todos(actor, mine.unwrap_or(false), page)).await
}

/// Read something that needs a person
///
/// With how it came to whoever has it, and to whom it can go.
#[utoipa::path(
    operation_id = "get_todo",
    tag = "todos",
    params(("todo" = String, Path, description = "The to-do.")),
    responses((status = 200, description = "The to-do.", body = TodoDetail, headers(("ETag"))))
)]
#[get("/todos/{todo}")]
pub(crate) async fn get_todo(shared: web::Data<Shared>, caller: Caller, id: InPath<Line>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| desk.todo_detail(actor, id.0.as_str())).await
}

/// Note that something was done
#[utoipa::path(
    operation_id = "close_todo",
    tag = "todos",
    params(("todo" = String, Path, description = "The to-do."), IfMatch, IdempotencyKey),
    responses((status = 200, description = "The to-do.", body = TodoView, headers(("ETag"))))
)]
#[post("/todos/{todo}/close")]
pub(crate) async fn close_todo(shared: web::Data<Shared>, caller: Caller, id: InPath<Line>, on: IfMatch, key: IdempotencyKey) -> Answered {
    let current = id.0.clone();
    decide(
        &shared,
        &caller,
        (key, no_body(), on),
        move |desk, actor| desk.todo(actor, current.as_str()),
        move |desk, actor, version| desk.close_todo(actor, id.0.as_str(), version),
    )
    .await
}

/// Hand something over to somebody else
///
/// It stays with them until it is done, handed on, or waits too long. Nobody gets what is about themselves or their own organisation.
#[utoipa::path(
    operation_id = "hand_over_todo",
    tag = "todos",
    params(("todo" = String, Path, description = "The to-do."), IfMatch, IdempotencyKey),
    request_body(content = HandOver, example = json!({"to": "u-bemiddelaar-2", "why": "Jij kent deze werkgever."})),
    responses((status = 200, description = "The to-do.", body = TodoView, headers(("ETag"))))
)]
#[post("/todos/{todo}/hand-over")]
pub(crate) async fn hand_over_todo(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<Line>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<HandOver>,
) -> Answered {
    let current = id.0.clone();
    decide(
        &shared,
        &caller,
        (key, body.digest, on),
        move |desk, actor| desk.todo(actor, current.as_str()),
        move |desk, actor, version| desk.hand_over_todo(actor, id.0.as_str(), body.value, version),
    )
    .await
}

/// Undo the latest handing over
///
/// It goes back to whoever had it; when they cannot have it any more it is nobody's, until it is given out again.
#[utoipa::path(
    operation_id = "undo_hand_over",
    tag = "todos",
    params(("todo" = String, Path, description = "The to-do."), IfMatch, IdempotencyKey),
    responses((status = 200, description = "The to-do.", body = TodoView, headers(("ETag"))))
)]
#[post("/todos/{todo}/undo-hand-over")]
pub(crate) async fn undo_hand_over(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<Line>,
    on: IfMatch,
    key: IdempotencyKey,
) -> Answered {
    let current = id.0.clone();
    decide(
        &shared,
        &caller,
        (key, no_body(), on),
        move |desk, actor| desk.todo(actor, current.as_str()),
        move |desk, actor, version| desk.undo_hand_over(actor, id.0.as_str(), version),
    )
    .await
}

/// Deal the open to-dos of a scope anew
///
/// Oldest first, under the sector knob as it stands. What somebody handed over by hand stays where it is. `POST /knobs/sector/preview` shows what this does.
#[utoipa::path(
    operation_id = "route_todos",
    tag = "todos",
    params(IdempotencyKey),
    request_body(content = Dealing, example = json!({"scope": "network"})),
    responses((status = 200, description = "How many were dealt, and how many went to somebody else.", body = Dealt))
)]
#[post("/todos/_route")]
pub(crate) async fn route_todos(shared: web::Data<Shared>, caller: Caller, key: IdempotencyKey, body: Checked<Dealing>) -> Answered {
    act(&shared, &caller, (key, body.digest), StatusCode::OK, move |desk, actor| {
        let Dealing { scope, id } = &body.value;
        desk.deal_todos(actor, &super::knobs::scope(*scope, id.as_ref())?)
    })
    .await
}
