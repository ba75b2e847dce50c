//! How handlers ask the desk and answer: one helper per shape of operation, so that a handler says what it does and nothing else.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::{Desk, Page as Found, PageRequest, Versioned};
use raakvlak_service::error::Error;
use raakvlak_service::idempotency::Answer;
use serde::Serialize;

use crate::authentication::Caller;
use crate::etag::{IfMatch, of_version};
use crate::idempotency::IdempotencyKey;
use crate::paging::{Cursor, Limit, Listed, Page, PageWith, link_to_next, list_of};
use crate::problem::Problem;
use crate::shared::Shared;

/// What a handler answers.
pub(crate) type Answered = Result<HttpResponse, Problem>;

crate::parameters::query! {
    /// Which page of a list.
    pub struct PageQuery {
        /// The most items, 1 to 100.
        pub limit("limit"): Limit,
        /// Where the page starts, from the `Link` header of the page before.
        pub cursor("cursor"): Option<Cursor>,
    }
}

/// The desk; there is none behind a door that tests its surroundings.
fn desk(shared: &Shared) -> Result<Desk, Problem> {
    shared.door.desk().ok_or_else(|| Problem::Desk(Error::Unavailable("there is no desk behind this door".into())))
}

/// Asks the desk something on a thread for blocking work.
pub(crate) async fn ask<T: Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    work: impl FnOnce(&Desk, &Actor) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    let desk = desk(shared)?;
    let actor = Arc::clone(&caller.0);
    shared.blocking(move || work(&desk, &actor)).await
}

/// Asks the desk something for somebody who is not signed in (yet).
pub(crate) async fn ask_openly<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&Desk) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    let desk = desk(shared)?;
    shared.blocking(move || work(&desk)).await
}

/// Reads something.
pub(crate) async fn read<T: Serialize + Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    work: impl FnOnce(&Desk, &Actor) -> Result<T, Error> + Send + 'static,
) -> Answered {
    Ok(HttpResponse::Ok().json(ask(shared, caller, work).await?))
}

/// Ranks people, when it is this request's turn: so that whoever reads something small does not wait for whoever asks for much.
pub(crate) async fn rank<T: Serialize + Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    work: impl FnOnce(&Desk, &Actor) -> Result<T, Error> + Send + 'static,
) -> Answered {
    let desk = desk(shared)?;
    let actor = Arc::clone(&caller.0);
    Ok(HttpResponse::Ok().json(shared.ranking(move || work(&desk, &actor)).await?))
}

/// Reads a record with its version.
pub(crate) async fn read_record<T: Serialize + Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    work: impl FnOnce(&Desk, &Actor) -> Result<Versioned<T>, Error> + Send + 'static,
) -> Answered {
    Ok(with_etag(HttpResponse::Ok(), &ask(shared, caller, work).await?))
}

/// Reads a page of records.
pub(crate) async fn read_page<T: Serialize + Send + 'static>(
    shared: &Shared,
    request: &HttpRequest,
    caller: &Caller,
    page: PageQuery,
    work: impl FnOnce(&Desk, &Actor, &PageRequest) -> Result<Found<Versioned<T>>, Error> + Send + 'static,
) -> Answered {
    let shown = move |desk: &Desk, actor: &Actor, page: &PageRequest| {
        Ok(work(desk, actor, page)?.map(|found| Listed { record: found.value, version: found.version }))
    };
    read_rows(shared, request, caller, page, shown).await
}

/// Reads a page of rows that have no version.
pub(crate) async fn read_rows<T: Serialize + Send + 'static>(
    shared: &Shared,
    request: &HttpRequest,
    caller: &Caller,
    page: PageQuery,
    work: impl FnOnce(&Desk, &Actor, &PageRequest) -> Result<Found<T>, Error> + Send + 'static,
) -> Answered {
    let asked = asked(shared, request, &page)?;
    let found = ask(shared, caller, move |desk, actor| work(desk, actor, &asked)).await?;
    let (mut answer, page) = shown(shared, request, page.limit, found);
    Ok(answer.json(page))
}

/// Ranks people for a page of rows, when it is this request's turn, and answers with what holds of the whole list beside them.
pub(crate) async fn rank_rows<W: Serialize + Send + 'static, T: Serialize + Send + 'static>(
    shared: &Shared,
    request: &HttpRequest,
    caller: &Caller,
    page: PageQuery,
    work: impl FnOnce(&Desk, &Actor, &PageRequest) -> Result<(W, Found<T>), Error> + Send + 'static,
) -> Answered {
    let asked = asked(shared, request, &page)?;
    let (desk, actor) = (desk(shared)?, Arc::clone(&caller.0));
    let (whole, found) = shared.ranking(move || work(&desk, &actor, &asked)).await?;
    let (mut answer, page) = shown(shared, request, page.limit, found);
    Ok(answer.json(PageWith { whole, page }))
}

/// Which page a request asks for.
fn asked(shared: &Shared, request: &HttpRequest, page: &PageQuery) -> Result<PageRequest, Problem> {
    let after = page.cursor.as_ref().map(|cursor| shared.cursors.open(&list_of(request), cursor)).transpose()?;
    Ok(PageRequest { after, limit: page.limit.get() })
}

/// A page as it is answered, with the header that leads to the next.
fn shown<T>(shared: &Shared, request: &HttpRequest, limit: Limit, found: Found<T>) -> (HttpResponseBuilder, Page<T>) {
    let mut answer = HttpResponse::Ok();
    let next = found.next.map(|position| shared.cursors.seal(&list_of(request), &position));
    if let Some(next) = &next {
        answer.insert_header(link_to_next(request, limit, next));
    }
    (answer, Page { items: found.items, next })
}

/// Changes a record, built on the version that the client names. Somebody who is too late gets the record as it is now.
pub(crate) async fn change<T: Serialize + Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    on: IfMatch,
    current: impl Fn(&Desk, &Actor) -> Result<Versioned<T>, Error> + Send + 'static,
    work: impl FnOnce(&Desk, &Actor, i64) -> Result<Versioned<T>, Error> + Send + 'static,
) -> Answered {
    let outcome = ask(shared, caller, move |desk, actor| {
        let done = on.version(|| current(desk, actor).map(|found| found.version)).and_then(|version| work(desk, actor, version));
        Ok(match done {
            Err(Error::Stale { .. }) => Err(current(desk, actor)?),
            done => Ok(done?),
        })
    })
    .await?;
    outcome.map(|done| with_etag(HttpResponse::Ok(), &done)).map_err(stale)
}

/// Does something once under the client's idempotency key, and answers with what was made.
pub(crate) async fn make<T: Serialize + Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    key: IdempotencyKey,
    digest: [u8; 32],
    place: Option<&'static str>,
    work: impl FnOnce(&Desk, &Actor) -> Result<Versioned<T>, Error> + Send + 'static,
) -> Answered {
    let digest = key.request_digest(&digest);
    let answer = ask(shared, caller, move |desk, actor| {
        desk.once(actor, &key.key, &digest, |desk| work(desk, actor), move |done| made(place, done))
    })
    .await?;
    Ok(replayed(answer))
}

/// Decides something once under the client's idempotency key, built on the version that the client names.
pub(crate) async fn decide<T: Serialize + Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    (key, digest, on): (IdempotencyKey, [u8; 32], IfMatch),
    current: impl Fn(&Desk, &Actor) -> Result<Versioned<T>, Error> + Send + 'static,
    work: impl FnOnce(&Desk, &Actor, i64) -> Result<Versioned<T>, Error> + Send + 'static,
) -> Answered {
    let digest = key.request_digest(&digest);
    let outcome = ask(shared, caller, move |desk, actor| {
        let act = |desk: &Desk| {
            let version = on.version(|| current(desk, actor).map(|found| found.version))?;
            work(desk, actor, version)
        };
        match desk.once(actor, &key.key, &digest, act, |done| record(StatusCode::OK, &[], done)) {
            Err(Error::Stale { .. }) => Ok(Err(current(desk, actor)?)),
            done => Ok(Ok(done?)),
        }
    })
    .await?;
    outcome.map(replayed).map_err(stale)
}

/// Tells somebody who built on an old version how it stands now.
fn stale<T: Serialize>(now: Versioned<T>) -> Problem {
    Problem::Stale { etag: Some(of_version(now.version)), current: serde_json::to_value(&now.value).ok().map(Box::new) }
}

/// Does something once under the client's idempotency key whose answer is no record with a version.
pub(crate) async fn act<T: Serialize + Send + 'static>(
    shared: &Shared,
    caller: &Caller,
    (key, digest): (IdempotencyKey, [u8; 32]),
    status: StatusCode,
    work: impl FnOnce(&Desk, &Actor) -> Result<T, Error> + Send + 'static,
) -> Answered {
    let digest = key.request_digest(&digest);
    let answer = ask(shared, caller, move |desk, actor| {
        let shown = move |done: &T| Answer { status: status.as_u16(), headers: Vec::new(), body: json(done) };
        desk.once(actor, &key.key, &digest, |desk| work(desk, actor), shown)
    })
    .await?;
    Ok(replayed(answer))
}

/// Does something once under the client's idempotency key that is answered without a body.
pub(crate) async fn act_silently(
    shared: &Shared,
    caller: &Caller,
    (key, digest): (IdempotencyKey, [u8; 32]),
    status: StatusCode,
    work: impl FnOnce(&Desk, &Actor) -> Result<(), Error> + Send + 'static,
) -> Answered {
    let digest = key.request_digest(&digest);
    let answer = ask(shared, caller, move |desk, actor| {
        let shown = move |(): &()| Answer { status: status.as_u16(), headers: Vec::new(), body: String::new() };
        desk.once(actor, &key.key, &digest, |desk| work(desk, actor), shown)
    })
    .await?;
    Ok(replayed(answer))
}

/// Does something that may be done again, and is answered without a body.
pub(crate) async fn done(
    shared: &Shared,
    caller: &Caller,
    work: impl FnOnce(&Desk, &Actor) -> Result<(), Error> + Send + 'static,
) -> Answered {
    ask(shared, caller, work).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The body of a request that has none, for its digest.
#[must_use]
pub(crate) fn no_body() -> [u8; 32] {
    crate::body::digest(b"")
}

fn made<T: Serialize>(place: Option<&'static str>, done: &Versioned<T>) -> Answer {
    let id = serde_json::to_value(&done.value).ok().and_then(|value| value.get("id").and_then(|id| id.as_str().map(str::to_owned)));
    let location = place.zip(id).map(|(place, id)| (header::LOCATION.to_string(), format!("{}{place}/{id}", crate::operations::PREFIX)));
    record(StatusCode::CREATED, location.as_slice(), done)
}

fn record<T: Serialize>(status: StatusCode, headers: &[(String, String)], done: &Versioned<T>) -> Answer {
    let etag = (header::ETAG.to_string(), of_version(done.version));
    Answer { status: status.as_u16(), headers: headers.iter().cloned().chain([etag]).collect(), body: json(&done.value) }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn with_etag<T: Serialize>(mut answer: HttpResponseBuilder, found: &Versioned<T>) -> HttpResponse {
    answer.insert_header((header::ETAG, of_version(found.version))).json(&found.value)
}

fn replayed(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    for (name, value) in answer.headers {
        response.insert_header((name, value));
    }
    if answer.body.is_empty() { response.finish() } else { response.content_type("application/json").body(answer.body) }
}
