//! A server with doors made to show what is around every handler, behind a desk that lets in whom the test says.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{HttpResponse, web};
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{OrganisationId, UserId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::reading::Fresh;
use raakvlak_domain::users::Role;
use raakvlak_server::authentication::Caller;
use raakvlak_server::body::Checked;
use raakvlak_server::configuration::Settings;
use raakvlak_server::door::Door;
use raakvlak_server::etag::IfMatch;
use raakvlak_server::idempotency::IdempotencyKey;
use raakvlak_server::parameters::InPath;
use raakvlak_server::problem::Problem;
use raakvlak_server::shared::Shared;
use raakvlak_service::actor::Actor;
use raakvlak_service::error::Error;
use raakvlak_testkit::app::TestServer;
use serde_json::json;

/// Something that must never be seen in an answer.
pub(crate) const SECRET: &str = "SELECT name FROM users -- zeer geheim";

/// When the clock of the tests begins, in seconds since 1970.
pub(crate) const BEGIN: i64 = 1_800_000_000;

/// Who has which session, and what time it is.
#[derive(Debug)]
pub(crate) struct Porter {
    seconds: AtomicI64,
    away: AtomicBool,
    sessions: Mutex<BTreeMap<String, String>>,
}

impl Porter {
    pub(crate) fn new() -> Arc<Self> {
        let sessions = [("s1", "u1"), ("s2", "u2")].map(|(session, user)| (session.to_owned(), user.to_owned()));
        Arc::new(Self { seconds: AtomicI64::new(BEGIN), away: AtomicBool::new(false), sessions: Mutex::new(sessions.into()) })
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn end(&self, session: &str) {
        self.sessions.lock().unwrap().remove(session);
    }

    pub(crate) fn go_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }
}

impl Door for Porter {
    fn now(&self) -> Instant {
        Instant::from_microseconds(self.seconds.load(Ordering::SeqCst) * 1_000_000)
    }

    fn admit(&self, user: &UserId, session: &str) -> Result<Actor, Error> {
        self.is_open()?;
        let is_theirs = self.sessions.lock().unwrap().get(session).is_some_and(|known| known == user.as_str());
        let actor = Actor {
            user: user.clone(),
            session: Some(session.to_owned()),
            roles: vec![Role::Mediator],
            language: Language::Nl,
            ..Actor::system()
        };
        if is_theirs { Ok(actor) } else { Err(Error::NotSignedIn) }
    }

    fn is_open(&self) -> Result<(), Error> {
        if self.away.load(Ordering::SeqCst) { Err(Error::Unavailable(SECRET.into())) } else { Ok(()) }
    }
}

pub(crate) fn start() -> (TestServer, Arc<Porter>) {
    start_with(|_| ())
}

pub(crate) fn start_with(change: impl FnOnce(&mut Settings)) -> (TestServer, Arc<Porter>) {
    let porter = Porter::new();
    (TestServer::start(Arc::clone(&porter), doors, change), porter)
}

/// A token for a session of this server.
pub(crate) fn token(server: &TestServer, porter: &Porter, user: &str, session: &str) -> String {
    server.tokens().issue(&UserId::new(user).unwrap(), session, porter.now()).unwrap().text
}

fn doors(config: &mut web::ServiceConfig) {
    config
        .route("/probe/organisations", web::post().to(organisation))
        .route("/probe/organisations/{organisation}", web::get().to(named))
        .route("/probe/things", web::put().to(thing))
        .route("/probe/keys", web::post().to(key))
        .route("/probe/me", web::get().to(me))
        .route("/probe/panic", web::get().to(stop))
        .route("/probe/blocking-panic", web::get().to(stop_on_a_thread))
        .route("/probe/internal", web::get().to(internal))
        .route("/probe/framework", web::get().to(framework))
        .route("/probe/slow", web::get().to(slow))
        .route("/probe/ranking", web::get().to(ranking));
}

async fn organisation(body: Checked<Fresh<Organisation>>) -> HttpResponse {
    HttpResponse::Created().json(body.value.0)
}

async fn named(organisation: InPath<OrganisationId>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "id": organisation.0 }))
}

async fn thing(matching: IfMatch) -> Result<HttpResponse, Problem> {
    let version = matching.version(|| Ok(7))?;
    if version == 7 {
        return Ok(HttpResponse::Ok().json(json!({ "version": 8 })));
    }
    Err(Problem::Stale { etag: Some("\"7\"".into()), current: Some(Box::new(json!({ "name": "Nieuw" }))) })
}

async fn key(key: IdempotencyKey) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "key": key.key }))
}

async fn me(caller: Caller) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "user": caller.0.user }))
}

async fn stop() -> HttpResponse {
    panic!("{SECRET}")
}

async fn stop_on_a_thread(shared: web::Data<Shared>) -> Result<HttpResponse, Problem> {
    shared.blocking(|| -> Result<(), Error> { panic!("{SECRET}") }).await?;
    Ok(HttpResponse::Ok().finish())
}

async fn internal() -> Result<HttpResponse, Problem> {
    Err(Error::Internal(SECRET.into()).into())
}

/// A body that the web framework itself refuses, in its own words.
async fn framework(_: web::Json<u32>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn slow(shared: web::Data<Shared>) -> Result<HttpResponse, Problem> {
    shared.blocking(a_while).await?;
    Ok(HttpResponse::Ok().json(json!({ "done": true })))
}

async fn ranking(shared: web::Data<Shared>) -> Result<HttpResponse, Problem> {
    shared.ranking(a_while).await?;
    Ok(HttpResponse::Ok().json(json!({ "done": true })))
}

fn a_while() -> Result<(), Error> {
    std::thread::sleep(Duration::from_millis(700));
    Ok(())
}
