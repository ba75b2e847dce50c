//! To-dos: what needs a mediator today.

use actix_web::{HttpRequest, get, post, web};
use raakvlak_domain::texts::Line;
use raakvlak_service::todos::TodoView;

use super::answers::{Answered, PageQuery, decide, no_body, read_page};
use crate::authentication::Caller;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::paging::{Listed, Page};
use crate::parameters::{InPath, InQuery};
use crate::shared::Shared;

/// List what needs a person, oldest first
#[utoipa::path(
    operation_id = "list_todos",
    tag = "todos",
    params(PageQuery),
    responses((status = 200, description = "A page; the `Link` header leads to the next.", body = Page<Listed<TodoView>>))
)]
#[get("/todos")]
pub(crate) async fn list_todos(shared: web::Data<Shared>, caller: Caller, request: HttpRequest, page: InQuery<PageQuery>) -> Answered {
    read_page(&shared, &request, &caller, page.0, |desk, actor, page| desk.todos(actor, page)).await
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
