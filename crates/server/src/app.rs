//! The app: all layers and doors together, listening.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpResponse, HttpServer, web};
use utoipa_actix_web::AppExt;

use crate::body::BodyTimeout;
use crate::shared::Shared;
use crate::{arrival, documentation, health, routes, telemetry};

/// How long a connection without requests stays open.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a client may take to close its side.
const DISCONNECT: Duration = Duration::from_secs(5);

/// How often what is no longer needed is forgotten.
const UPKEEP: Duration = Duration::from_secs(30);

/// Doors beside those of the API, such as pages for people.
pub type MoreDoors = fn(&mut web::ServiceConfig);

/// The app.
pub fn app(
    shared: web::Data<Shared>,
    more: MoreDoors,
) -> App<impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>> {
    let body_timeout = BodyTimeout(Duration::from_secs(shared.settings.body_seconds.get().into()));
    let (app, _) = App::new().into_utoipa_app().configure(routes::api).split_for_parts();
    app.app_data(shared)
        .app_data(body_timeout)
        .service(documentation::page_without_slash)
        .service(documentation::page)
        .service(health::live)
        .service(health::ready)
        .configure(more)
        .default_service(web::to(arrival::nowhere))
        .wrap(from_fn(arrival::innermost))
        .wrap(from_fn(arrival::outermost))
}

/// A server that listens, and runs as soon as its parts are awaited.
pub struct Listening {
    /// Answers requests; ends by itself, after the requests at hand, on SIGTERM and SIGINT.
    pub server: Server,
    /// Shows figures to operators; ends when it is told to.
    pub figures: Server,
    /// Where requests come in.
    pub address: SocketAddr,
    /// Where the figures are shown.
    pub figures_address: SocketAddr,
}

/// Starts to listen. To be called within a runtime of actix.
///
/// # Errors
///
/// An address is taken or not one of this machine.
pub fn listen(shared: web::Data<Shared>, more: MoreDoors) -> std::io::Result<Listening> {
    let settings = shared.settings.clone();
    let figures = telemetry::figures();
    let listener = TcpListener::bind((settings.address.0, settings.port.get() as u16))?;
    let figures_listener = TcpListener::bind((settings.metrics_address.0, settings.metrics_port.get() as u16))?;
    let (address, figures_address) = (listener.local_addr()?, figures_listener.local_addr()?);
    actix_web::rt::spawn(keep_up(shared.clone()));
    let server = HttpServer::new(move || app(shared.clone(), more))
        .workers(settings.thread_count())
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(Duration::from_secs(settings.head_seconds.get().into()))
        .client_disconnect_timeout(DISCONNECT)
        .shutdown_timeout(settings.drain_seconds.get().into())
        .listen(listener)?
        .run();
    let show = move || async move { HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(figures.render()) };
    let figures = HttpServer::new(move || App::new().route("/metrics", web::get().to(show)))
        .workers(1)
        .disable_signals()
        .listen(figures_listener)?
        .run();
    Ok(Listening { server, figures, address, figures_address })
}

async fn keep_up(shared: web::Data<Shared>) {
    loop {
        actix_web::rt::time::sleep(UPKEEP).await;
        shared.limits.forget();
        telemetry::figures().run_upkeep();
    }
}
