//! The public keys with which access tokens can be checked.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::shared::Shared;
use crate::tokens::PublicKey;

/// A set of public keys (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub struct KeySet {
    /// The keys, the one that signs first (RFC 8037).
    pub keys: Vec<PublicKey>,
}

/// List the public keys
///
/// The keys with which the signature of an access token can be checked, as a JSON Web Key Set.
#[utoipa::path(
    operation_id = "list_keys",
    tag = "documentation",
    security(()),
    responses((status = 200, description = "The keys.", body = KeySet))
)]
#[get("/keys")]
pub(crate) async fn list_keys(shared: web::Data<Shared>) -> HttpResponse {
    HttpResponse::Ok().json(KeySet { keys: shared.tokens.ring().public_keys() })
}
