//! What operators see: a log and figures, both without personal data. A line holds the route and never the path, a query or an id of anybody.

use std::sync::OnceLock;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use raakvlak_service::error::Error;
use raakvlak_service::ranking::InMemory;
use tracing_subscriber::EnvFilter;

use crate::configuration::{LogForm, Settings};
use crate::problem::Problem;

/// What is written for a route that does not exist.
const NO_ROUTE: &str = "none";

/// Upper bounds of the classes of the durations, in seconds.
const DURATIONS: &[f64] = &[0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Starts the log of this process, on standard error. A second start changes nothing.
pub fn start_log(settings: &Settings) {
    let level = settings.log.as_str();
    // Other people's crates are heard from a warning on: what they say at lower levels may hold parts of requests.
    let filter = EnvFilter::new(format!("warn,raakvlak={level},raakvlak_server={level},raakvlak_service={level},raakvlak_store={level}"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.log_form {
        LogForm::Json => builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        LogForm::Text => builder.with_ansi(false).try_init(),
    };
    if started.is_ok() {
        log_panics();
    }
}

/// A panic is told by its place alone, since its text may hold somebody's data.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "stopped unexpectedly");
    }));
}

/// The figures of this process.
pub fn figures() -> &'static PrometheusHandle {
    static FIGURES: OnceLock<PrometheusHandle> = OnceLock::new();
    FIGURES.get_or_init(|| {
        let matcher = Matcher::Full("http_request_duration_seconds".into());
        let builder = PrometheusBuilder::new();
        // Only an empty list of bounds is refused.
        let builder = builder.set_buckets_for_metric(matcher, DURATIONS).unwrap_or_default();
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Another recorder can only have been there before in a program that brings its own.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

/// Counts and logs an answer.
pub fn answered(method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
    let route = route.unwrap_or(NO_ROUTE).to_owned();
    // A method can be any word that a client makes up.
    let method = if *method == Method::HEAD || is_known(method) { method.as_str().to_owned() } else { "other".to_owned() };
    tracing::info!(method, route, status = status.as_u16(), milliseconds = took.as_millis() as u64, "answered");
    let labels = [("method", method), ("route", route), ("status", status.as_u16().to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    let [method, route, _] = labels;
    metrics::histogram!("http_request_duration_seconds", &[method, route]).record(took.as_secs_f64());
}

/// Shows how many people are kept in memory for ranking, and in how many bytes.
pub fn people_in_memory(kept: Option<InMemory>) {
    let InMemory { people, bytes } = kept.unwrap_or(InMemory { people: 0, bytes: 0 });
    metrics::gauge!("people_in_memory").set(people as f64);
    metrics::gauge!("people_in_memory_bytes").set(bytes as f64);
}

fn is_known(method: &Method) -> bool {
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS].contains(method)
}

/// Logs what went wrong on our side; the client is told nothing of it.
pub fn failed(problem: &Problem) {
    match problem {
        Problem::Desk(Error::Internal(why)) => tracing::error!(why, "failed"),
        Problem::Desk(Error::Unavailable(why)) => tracing::warn!(why, "unavailable"),
        Problem::Crowded => tracing::warn!("every place is taken"),
        _ => {}
    }
}
