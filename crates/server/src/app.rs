//! The app: all layers and doors together, listening.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Server, ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpResponse, HttpServer, web};
use utoipa_actix_web::AppExt;

use crate::body::BodyTimeout;
use crate::configuration::{Port, Settings};
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
    // The pages come first, since the API takes everything below its own prefix.
    let pages = App::new().service(documentation::page_without_slash).service(documentation::page);
    let (app, _) = pages.into_utoipa_app().configure(routes::api).split_for_parts();
    app.app_data(shared)
        .app_data(body_timeout)
        .service(health::live)
        .service(health::ready)
        .configure(more)
        .default_service(web::to(arrival::nowhere))
        .wrap(from_fn(arrival::innermost))
        .wrap(from_fn(arrival::outermost))
}

/// A server that listens.
#[derive(Clone)]
pub struct Running {
    /// Where requests come in.
    pub address: SocketAddr,
    /// Where operators read figures.
    pub figures_address: SocketAddr,
    handle: ServerHandle,
}

impl Running {
    /// Ends the server: no new requests; those at hand end first, within the time that the settings give them.
    pub fn stop(&self) {
        drop(self.handle.stop(true));
    }

    /// Ends the server at once.
    pub fn stop_at_once(&self) {
        drop(self.handle.stop(false));
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Answers requests until it is told to stop, by `Running` or by SIGTERM or SIGINT; `listening` is called as soon as requests can come.
///
/// # Errors
///
/// An address is taken or not one of this machine.
pub fn run(shared: Shared, more: MoreDoors, listening: impl FnOnce(Running)) -> std::io::Result<()> {
    actix_web::rt::System::new().block_on(async move {
        let shared = web::Data::new(shared);
        let (figures, figures_address) = figures(&shared.settings)?;
        let listener = TcpListener::bind((shared.settings.address.0, port(shared.settings.port)))?;
        let address = listener.local_addr()?;
        let server = server(shared.clone(), more, listener)?;
        actix_web::rt::spawn(figures);
        actix_web::rt::spawn(keep_up(shared));
        listening(Running { address, figures_address, handle: server.handle() });
        server.await
    })
}

fn port(port: Port) -> u16 {
    u16::try_from(port.get()).unwrap_or_default()
}

fn server(shared: web::Data<Shared>, more: MoreDoors, listener: TcpListener) -> std::io::Result<Server> {
    let settings = shared.settings.clone();
    let server = HttpServer::new(move || app(shared.clone(), more))
        .workers(settings.thread_count())
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(Duration::from_secs(settings.head_seconds.get().into()))
        .client_disconnect_timeout(DISCONNECT)
        .shutdown_timeout(settings.drain_seconds.get().into())
        .listen(listener)?;
    Ok(server.run())
}

/// The figures for operators, on a port of their own: what they tell is not for everybody.
fn figures(settings: &Settings) -> std::io::Result<(Server, SocketAddr)> {
    let figures = telemetry::figures();
    let listener = TcpListener::bind((settings.metrics_address.0, port(settings.metrics_port)))?;
    let address = listener.local_addr()?;
    let show = move || async move { HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(figures.render()) };
    let server =
        HttpServer::new(move || App::new().route("/metrics", web::get().to(show))).workers(1).disable_signals().listen(listener)?;
    Ok((server.run(), address))
}

async fn keep_up(shared: web::Data<Shared>) {
    loop {
        actix_web::rt::time::sleep(UPKEEP).await;
        shared.limits.forget();
        shared.transfers.clear_away(shared.door.now());
        telemetry::figures().run_upkeep();
    }
}
