//! What every request passes on its way in and every answer on its way out: a name, limits, who asks, problems in one form, headers, the log.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use futures_util::FutureExt;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::languages::Language;
use raakvlak_domain::reading::Reading;
use raakvlak_service::error::Error;
use tracing::Instrument;

use crate::negotiation;
use crate::operations;
use crate::problem::{self, Part, Problem};
use crate::shared::Shared;
use crate::telemetry;

/// The outermost layer: whatever happens inside, what leaves has the form of our answers and is in the log.
///
/// # Errors
///
/// A problem, as an error that carries its finished answer.
pub async fn outermost(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let id = uuid::Uuid::now_v7().to_string();
    let asked = Asked::of(&request);
    let span = tracing::info_span!("request", id);
    let outcome = AssertUnwindSafe(next.call(request)).catch_unwind().instrument(span.clone()).await;
    let _entered = span.enter();
    let problem = match outcome {
        Ok(Ok(response)) => match problem_in(&response) {
            None => {
                let mut response = response.map_into_boxed_body();
                crate::headers::put(response.headers_mut(), &id);
                telemetry::answered(&asked.method, asked.route().as_deref(), response.status(), started.elapsed());
                return Ok(response);
            }
            Some(problem) => problem,
        },
        Ok(Err(error)) => problem::of_error(&error),
        Err(_) => Problem::Desk(Error::Internal("a handler stopped unexpectedly".into())),
    };
    telemetry::failed(&problem);
    telemetry::answered(&asked.method, asked.route().as_deref(), problem.status(), started.elapsed());
    let mut answer = problem.answer(asked.language, asked.instance());
    crate::headers::put(answer.headers_mut(), &id);
    // An error that carries its own answer, since the request that an answer would need may be lost.
    Err(InternalError::from_response("answered", answer).into())
}

/// What is known of a request without holding on to it.
struct Asked {
    method: Method,
    path: String,
    language: Language,
}

impl Asked {
    fn of(request: &ServiceRequest) -> Self {
        Self { method: request.method().clone(), path: request.path().to_owned(), language: negotiation::language(request.headers()) }
    }

    fn route(&self) -> Option<String> {
        operations::pattern(&self.path)
    }

    /// The route, with `:name` for each variable: the answer for a record that someone may not know of has to equal, byte for byte, the one for a
    /// record that does not exist. Where there is no route, the path itself.
    fn instance(&self) -> String {
        self.route().map_or_else(|| self.path.clone(), |route| route.replace('{', ":").replace('}', ""))
    }
}

/// The problem in an answer, of whatever origin; `None` when it is none.
fn problem_in(response: &ServiceResponse<impl MessageBody>) -> Option<Problem> {
    match response.response().error() {
        Some(error) => Some(problem::of_error(error)),
        None => (response.status().as_u16() >= 400).then(|| Problem::of_status(response.status())),
    }
}

/// The layer before the router: counts, finds out who asks, and refuses what no handler needs to see.
///
/// # Errors
///
/// The problem that keeps the request from its handler.
pub async fn innermost(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    // Whoever watches over the process must get an answer when nobody else does any more.
    let is_of_health = request.path().starts_with("/health/");
    if !is_of_health && let Some(shared) = request.app_data::<web::Data<Shared>>().cloned() {
        shared.limits.count_address(request.request()).map_err(Problem::from)?;
        if let Some(identity) = crate::authentication::identity(&request, &shared).await {
            request.extensions_mut().insert(identity);
        }
    }
    refuse_unreadable_answers(&request)?;
    refuse_unknown_query(&request)?;
    // Where there is something to get, its head can be had; the connection leaves the body out by itself.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

fn refuse_unreadable_answers(request: &ServiceRequest) -> Result<(), Problem> {
    let is_page = request.path().starts_with("/api/v1/docs");
    let is_of_api = request.path().starts_with(operations::PREFIX) && !is_page;
    let is_file = request.path().ends_with("/content") && negotiation::accepts(request.headers(), &["application/zip"]);
    if is_of_api && !is_file && !negotiation::accepts(request.headers(), &["application/json", problem::MEDIA_TYPE]) {
        return Err(Problem::NotAcceptable);
    }
    Ok(())
}

/// A handler that reads a query names its unknown keys itself; the others would pass over them in silence.
fn refuse_unknown_query(request: &ServiceRequest) -> Result<(), Problem> {
    if request.query_string().is_empty() || operations::query_keys(request.method(), request.path()).is_none_or(|keys| !keys.is_empty()) {
        return Ok(());
    }
    let mut reading = Reading::default();
    let pairs = crate::parameters::pairs(request.query_string(), &mut reading);
    let unknown = pairs.iter().map(|(key, _)| {
        let mut reading = Reading::default();
        reading.within(key, |reading| reading.fault(FaultKind::UnknownKey { known: &[] }));
        reading.into_faults()
    });
    let faults: Vec<Fault> = reading.into_faults().into_iter().chain(unknown.flatten()).collect();
    if faults.is_empty() { Ok(()) } else { Err(Problem::Faults { part: Part::Query, faults }) }
}

/// The answer where there is no route: nothing there, or not with this method.
///
/// # Errors
///
/// Always one of the two problems.
pub async fn nowhere(request: HttpRequest) -> Result<actix_web::HttpResponse, Problem> {
    match operations::allowed(request.path()) {
        Some(allow) if !allow.split(", ").any(|method| method == request.method().as_str()) => Err(Problem::WrongMethod { allow }),
        _ => Err(Problem::UnknownRoute),
    }
}
