//! The audit trail: reading it without names, and verifying it.

use actix_web::{HttpRequest, get, web};
use raakvlak_service::audit::AuditFilter;
use raakvlak_service::audit::AuditView;
use serde::Serialize;
use utoipa::ToSchema;

use super::answers::{Answered, PageQuery, read, read_rows};
use crate::authentication::Caller;
use crate::paging::{Cursor, Limit, Page};
use crate::parameters::{InQuery, query};
use crate::shared::Shared;

query! {
    /// Which rows.
    pub struct AuditQuery {
        /// The most items, 1 to 100.
        pub limit("limit"): Limit,
        /// Where the page starts, from the `Link` header of the page before.
        pub cursor("cursor"): Option<Cursor>,
    }
}

/// Whether the trail is as it was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct Verification {
    /// Whether nothing is wrong.
    pub whole: bool,
    /// How many rows there are.
    pub rows: i64,
    /// Up to which row the anchor outside the database vouches that nothing was cut off; null without an anchor.
    pub anchored: Option<i64>,
    /// What is wrong, at most the first hundred.
    pub findings: Vec<String>,
}

/// Read the audit trail
#[utoipa::path(
    operation_id = "list_audit",
    tag = "audit",
    params(AuditQuery),
    responses((status = 200, description = "A page, newest first; people stand in it by pseudonyms.", body = Page<AuditView>))
)]
#[get("/audit")]
pub(crate) async fn list_audit(shared: web::Data<Shared>, caller: Caller, request: HttpRequest, query: InQuery<AuditQuery>) -> Answered {
    let AuditQuery { limit, cursor } = query.0;
    read_rows(&shared, &request, &caller, PageQuery { limit, cursor }, |desk, actor, page| {
        desk.audit_rows(actor, &AuditFilter::default(), page)
    })
    .await
}

/// Verify the audit trail
#[utoipa::path(
    operation_id = "verify_audit",
    tag = "audit",
    responses((status = 200, description = "Whether the chain is whole, up to where, and what was found.", body = Verification))
)]
#[get("/audit/verification")]
pub(crate) async fn verify_audit(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |desk, actor| {
        let report = desk.verify_audit(actor)?;
        let findings = report.findings.iter().map(ToString::to_string).collect();
        Ok(Verification { whole: report.is_whole(), rows: report.rows, anchored: report.anchored, findings })
    })
    .await
}
