//! Whether this process lives and whether it can answer; outside the API, for whoever keeps it running.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, get, web};
use raakvlak_service::error::Error;

use crate::problem::Problem;
use crate::shared::Shared;

/// How long the store may take to show that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lives: the process takes requests.
#[get("/health/live")]
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "pass" }))
}

/// Ready: the store answers.
#[get("/health/ready")]
pub(crate) async fn ready(shared: web::Data<Shared>) -> Result<HttpResponse, Problem> {
    let door = Arc::clone(&shared.door);
    match tokio::time::timeout(PATIENCE, shared.blocking(move || door.is_open())).await {
        Ok(Ok(())) => Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "pass" }))),
        Ok(Err(problem)) => Err(problem),
        Err(_) => Err(Problem::Desk(Error::Unavailable("the store did not answer in time".into()))),
    }
}
