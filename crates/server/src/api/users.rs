//! Users: who may come in, and as what.

use actix_web::{HttpRequest, get, post, put, web};
use raakvlak_domain::identifiers::{TermId, UserId};
use raakvlak_domain::reading::{Changed, Fresh};
use raakvlak_domain::record;
use raakvlak_domain::texts::Line;
use raakvlak_domain::users::{Role, User, UserState};
use raakvlak_service::users::Permissions;
use utoipa::ToSchema;

use super::answers::{Answered, PageQuery, change, decide, make, no_body, read_page, read_record};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::paging::{Cursor, Limit, Listed, Page};
use crate::parameters::{InPath, InQuery, query};
use crate::shared::Shared;

record! {
    /// What a user is to be allowed.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct RolesChoice {
        /// The roles, at least one.
        pub roles: Vec<Role>,
        /// The regions of a mediator.
        pub regions: Vec<Line> = Vec::new(),
        /// The sectors of a mediator.
        pub sectors: Vec<Line> = Vec::new(),
        /// The languages that a mediator speaks beside Dutch, by their code.
        pub languages: Vec<TermId> = Vec::new(),
    }
}

query! {
    /// Which users.
    pub struct UsersQuery {
        /// Only with this role.
        pub role("role"): Option<Role>,
        /// The most items, 1 to 100.
        pub limit("limit"): Limit,
        /// Where the page starts, from the `Link` header of the page before.
        pub cursor("cursor"): Option<Cursor>,
    }
}

/// Make a user
///
/// A steward makes any; a mediator makes those who act for themselves or for an organisation.
#[utoipa::path(
    operation_id = "create_user",
    tag = "users",
    params(IdempotencyKey),
    request_body(content = User, example = json!({"name": "Sanne", "email": "sanne@example.org", "roles": ["mediator"]})),
    responses((status = 201, description = "The user.", body = User, headers(("ETag"))))
)]
#[post("/users")]
pub(crate) async fn create_user(shared: web::Data<Shared>, caller: Caller, key: IdempotencyKey, body: Checked<Fresh<User>>) -> Answered {
    make(&shared, &caller, key, body.digest, Some("/users"), move |desk, actor| desk.create_user(actor, body.value.0)).await
}

/// List users
#[utoipa::path(
    operation_id = "list_users",
    tag = "users",
    params(UsersQuery),
    responses((status = 200, description = "A page; the `Link` header leads to the next.", body = Page<Listed<User>>))
)]
#[get("/users")]
pub(crate) async fn list_users(shared: web::Data<Shared>, caller: Caller, request: HttpRequest, query: InQuery<UsersQuery>) -> Answered {
    let UsersQuery { role, limit, cursor } = query.0;
    read_page(&shared, &request, &caller, PageQuery { limit, cursor }, move |desk, actor, page| desk.users(actor, role, page)).await
}

/// Read a user
#[utoipa::path(
    operation_id = "get_user",
    tag = "users",
    params(("user" = UserId, Path, description = "The user.")),
    responses((status = 200, description = "The user.", body = User, headers(("ETag"))))
)]
#[get("/users/{user}")]
pub(crate) async fn get_user(shared: web::Data<Shared>, caller: Caller, id: InPath<UserId>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| desk.user(actor, &id.0)).await
}

/// Change the name, address or language of a user
#[utoipa::path(
    operation_id = "update_user",
    tag = "users",
    params(("user" = UserId, Path, description = "The user."), IfMatch),
    request_body(content = User, example = json!({"name": "Sanne", "email": "sanne@example.org", "roles": ["mediator"]})),
    responses((status = 200, description = "The user.", body = User, headers(("ETag"))))
)]
#[put("/users/{user}")]
pub(crate) async fn update_user(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<UserId>,
    on: IfMatch,
    body: Checked<Changed<User>>,
) -> Answered {
    let current = id.0.clone();
    let user = User { id: id.0, ..body.value.0 };
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| desk.user(actor, &current),
        move |desk, actor, version| desk.update_user(actor, user, version),
    )
    .await
}

/// Change what a user may do
///
/// Holds from the next request on. Nobody changes their own.
#[utoipa::path(
    operation_id = "change_user_roles",
    tag = "users",
    params(("user" = UserId, Path, description = "The user."), IfMatch),
    request_body(content = RolesChoice, example = json!({"roles": ["mediator"], "regions": ["Twente"], "sectors": ["care"], "languages": ["ar"]})),
    responses((status = 200, description = "The user.", body = User, headers(("ETag"))))
)]
#[put("/users/{user}/roles")]
pub(crate) async fn change_user_roles(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<UserId>,
    on: IfMatch,
    body: Checked<RolesChoice>,
) -> Answered {
    let current = id.0.clone();
    let RolesChoice { roles, regions, sectors, languages } = body.value;
    change(
        &shared,
        &caller,
        on,
        move |desk, actor| desk.user(actor, &current),
        move |desk, actor, version| desk.change_roles(actor, &id.0, Permissions { roles, regions, sectors, languages }, version),
    )
    .await
}

/// Block a user
#[utoipa::path(
    operation_id = "block_user",
    tag = "users",
    params(("user" = UserId, Path, description = "The user."), IfMatch, IdempotencyKey),
    responses((status = 200, description = "The user.", body = User, headers(("ETag"))))
)]
#[post("/users/{user}/block")]
pub(crate) async fn block_user(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<UserId>,
    on: IfMatch,
    key: IdempotencyKey,
) -> Answered {
    let current = id.0.clone();
    decide(
        &shared,
        &caller,
        (key, no_body(), on),
        move |desk, actor| desk.user(actor, &current),
        move |desk, actor, version| desk.set_user_state(actor, &id.0, UserState::Blocked, version),
    )
    .await
}

/// Let a blocked user in again
#[utoipa::path(
    operation_id = "unblock_user",
    tag = "users",
    params(("user" = UserId, Path, description = "The user."), IfMatch, IdempotencyKey),
    responses((status = 200, description = "The user.", body = User, headers(("ETag"))))
)]
#[post("/users/{user}/unblock")]
pub(crate) async fn unblock_user(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<UserId>,
    on: IfMatch,
    key: IdempotencyKey,
) -> Answered {
    let current = id.0.clone();
    decide(
        &shared,
        &caller,
        (key, no_body(), on),
        move |desk, actor| desk.user(actor, &current),
        move |desk, actor, version| desk.set_user_state(actor, &id.0, UserState::Active, version),
    )
    .await
}
