//! The knobs: how they stand, how they stood, trying and turning them. Each has a file of its own; what they all have is written here.

use actix_web::{HttpRequest, get, web};
use raakvlak_domain::knobs::{Knob, Scope, ScopeKind};
use raakvlak_domain::texts::{Line, Prose};
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::{Desk, Versioned};
use raakvlak_service::error::Error;
use raakvlak_service::knobs::{AnyStanding, KnobStanding, Standing, scope_of};
use serde::Serialize;

use super::answers::{Answered, PageQuery, change, read, read_record, read_rows};
use crate::authentication::Caller;
use crate::etag::IfMatch;
use crate::paging::{Cursor, Limit};
use crate::parameters::query;
use crate::shared::Shared;

pub(crate) mod matcher;
pub(crate) mod packages;
pub(crate) mod rules;
pub(crate) mod sector;
pub(crate) mod threshold;

query! {
    /// Which scope.
    pub struct ScopeQuery {
        /// The sort of scope.
        pub scope("scope"): ScopeKind,
        /// The programme or package; left out for the network.
        pub id("id"): Option<Line>,
    }
}

query! {
    /// Which page, of what belongs to which scope.
    pub struct PageOfScopeQuery {
        /// The sort of scope.
        pub scope("scope"): ScopeKind,
        /// The programme or package; left out for the network.
        pub id("id"): Option<Line>,
        /// The most items, 1 to 100.
        pub limit("limit"): Limit,
        /// Where the page starts, from the `Link` header of the page before.
        pub cursor("cursor"): Option<Cursor>,
    }
}

/// How a knob stands, as the desk tells it.
trait Stands: Serialize + Send + 'static {
    /// How many turns its scope has had.
    fn number(&self) -> u64;
}

impl Stands for Standing {
    fn number(&self) -> u64 {
        self.number
    }
}

impl<S: Serialize + Send + 'static> Stands for KnobStanding<S> {
    fn number(&self) -> u64 {
        self.number
    }
}

/// How the desk tells how a knob stands.
type Told<T> = fn(&Desk, &Actor, &Scope) -> Result<T, Error>;

/// How the desk turns a knob.
type Turned<S, T> = fn(&Desk, &Actor, &Scope, Option<S>, Prose, u64) -> Result<T, Error>;

/// The scope that a request names.
pub(crate) fn scope(kind: ScopeKind, id: Option<&Line>) -> Result<Scope, Error> {
    scope_of(kind.as_str(), id.map(Line::as_str))
}

/// How a knob stands; its version is how many turns the scope has had.
fn numbered<T: Stands>(standing: T) -> Versioned<T> {
    let number = i64::try_from(standing.number()).unwrap_or(i64::MAX);
    Versioned::new(standing, number)
}

async fn tell<T: Stands>(shared: &Shared, caller: &Caller, query: ScopeQuery, told: Told<T>) -> Answered {
    read_record(shared, caller, move |desk, actor| told(desk, actor, &scope(query.scope, query.id.as_ref())?).map(numbered)).await
}

async fn turn<S: Send + 'static, T: Stands>(
    shared: &Shared,
    caller: &Caller,
    on: IfMatch,
    (kind, id): (ScopeKind, Option<Line>),
    (setting, why): (Option<S>, Prose),
    (told, turned): (Told<T>, Turned<S, T>),
) -> Answered {
    let current = id.clone();
    change(
        shared,
        caller,
        on,
        move |desk, actor| told(desk, actor, &scope(kind, current.as_ref())?).map(numbered),
        move |desk, actor, version| {
            let number = u64::try_from(version).unwrap_or(0);
            turned(desk, actor, &scope(kind, id.as_ref())?, setting, why, number).map(numbered)
        },
    )
    .await
}

async fn list_versions(shared: &Shared, request: &HttpRequest, caller: &Caller, query: PageOfScopeQuery, knob: Knob) -> Answered {
    let PageOfScopeQuery { scope: kind, id, limit, cursor } = query;
    let page = PageQuery { limit, cursor };
    read_rows(shared, request, caller, page, move |desk, actor, page| desk.versions_of_knob(actor, knob, &scope(kind, id.as_ref())?, page))
        .await
}

/// Writes the operations that every knob has: how it stands in a scope, turning it, and the versions that it had. The file of a knob says what is its own:
/// its name, its setting, where the desk tells and turns it, and what turning it means, with an example.
macro_rules! knob {
    (
        $name:literal: $setting:ident, $standing:ty;
        told by $told:path, turned by $turned:path;
        at $place:literal;
        $(#[$turn_note:meta])* turn $turn:ident;
        $(#[$turning_note:meta])* example $example:tt;
        versions at $versions:literal;
    ) => {
        raakvlak_domain::record! {
            $(#[$turn_note])*
            #[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
            pub struct $turn {
                /// The sort of scope.
                pub scope: raakvlak_domain::knobs::ScopeKind,
                /// The programme or package; left out for the network.
                pub id: Option<raakvlak_domain::texts::Line>,
                /// The setting; left out, the scope's own setting is taken away.
                pub setting: Option<$setting>,
                /// Why, in own words.
                pub why: raakvlak_domain::texts::Prose,
            }
        }

        /// How the knob stands in a scope.
        #[utoipa::path(
            operation_id = concat!("get_", $name, "_knob"),
            tag = "knobs",
            summary = concat!("See how the ", $name, " knob stands in a scope"),
            params($crate::api::knobs::ScopeQuery),
            responses((status = 200, description = "The setting that holds, and where it comes from.", body = $standing, headers(("ETag"))))
        )]
        #[get($place)]
        pub(crate) async fn stands(
            shared: actix_web::web::Data<$crate::shared::Shared>,
            caller: $crate::authentication::Caller,
            query: $crate::parameters::InQuery<$crate::api::knobs::ScopeQuery>,
        ) -> $crate::api::answers::Answered {
            super::tell::<$standing>(&shared, &caller, query.0, $told).await
        }

        $(#[$turning_note])*
        #[utoipa::path(
            operation_id = concat!("turn_", $name, "_knob"),
            tag = "knobs",
            params($crate::etag::IfMatch),
            request_body(content = $turn, example = json!($example)),
            responses((status = 200, description = "How it stands now.", body = $standing, headers(("ETag"))))
        )]
        #[put($place)]
        pub(crate) async fn turn(
            shared: actix_web::web::Data<$crate::shared::Shared>,
            caller: $crate::authentication::Caller,
            on: $crate::etag::IfMatch,
            body: $crate::body::Checked<$turn>,
        ) -> $crate::api::answers::Answered {
            let $turn { scope, id, setting, why } = body.value;
            super::turn::<$setting, $standing>(&shared, &caller, on, (scope, id), (setting, why), ($told, $turned)).await
        }

        /// The versions of the knob in a scope.
        #[utoipa::path(
            operation_id = concat!("list_", $name, "_versions"),
            tag = "knobs",
            summary = concat!("List the versions of the ", $name, " knob in a scope"),
            params($crate::api::knobs::PageOfScopeQuery),
            responses((
                status = 200,
                description = "A page, newest first: who turned it, when and why.",
                body = $crate::paging::Page<raakvlak_service::knobs::VersionView>
            ))
        )]
        #[get($versions)]
        pub(crate) async fn versions(
            shared: actix_web::web::Data<$crate::shared::Shared>,
            caller: $crate::authentication::Caller,
            request: actix_web::HttpRequest,
            query: $crate::parameters::InQuery<$crate::api::knobs::PageOfScopeQuery>,
        ) -> $crate::api::answers::Answered {
            let knob = <$setting as raakvlak_domain::knobs::KnobSetting>::KNOB;
            super::list_versions(&shared, &request, &caller, query.0, knob).await
        }
    };
}
use knob;

/// Writes the operation that tries a setting in a scope without saving it. The file of a knob says what it would do and how the desk finds that out.
macro_rules! preview {
    (
        $operation:literal at $place:literal;
        $(#[$trial_note:meta])* trial $trial:ident of $setting:ident;
        $(#[$note:meta])* example $example:tt;
        answers $answer:ty: $description:literal;
        $ask:ident by $preview:path;
    ) => {
        raakvlak_domain::record! {
            $(#[$trial_note])*
            #[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
            pub struct $trial {
                /// The sort of scope.
                pub scope: raakvlak_domain::knobs::ScopeKind,
                /// The programme or package; left out for the network.
                pub id: Option<raakvlak_domain::texts::Line>,
                /// The setting.
                pub setting: $setting,
            }
        }

        $(#[$note])*
        #[utoipa::path(
            operation_id = $operation,
            tag = "knobs",
            request_body(content = $trial, example = json!($example)),
            responses((status = 200, description = $description, body = $answer))
        )]
        #[post($place)]
        pub(crate) async fn preview(
            shared: actix_web::web::Data<$crate::shared::Shared>,
            caller: $crate::authentication::Caller,
            body: $crate::body::Checked<$trial>,
        ) -> $crate::api::answers::Answered {
            $crate::api::answers::$ask(&shared, &caller, move |desk, actor| {
                let $trial { scope, id, setting } = &body.value;
                $preview(desk, actor, &super::scope(*scope, id.as_ref())?, setting)
            })
            .await
        }
    };
}
use preview;

/// See how all knobs stand
///
/// Each in the network, and in every programme and package that has a setting of its own.
#[utoipa::path(
    operation_id = "list_knobs",
    tag = "knobs",
    responses((status = 200, description = "The knobs, one after the other, the network first.", body = Vec<AnyStanding>))
)]
#[get("/knobs")]
pub(crate) async fn list_knobs(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |desk, actor| desk.knobs(actor)).await
}
