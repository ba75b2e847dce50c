//! Idempotency keys: a request that is sent twice acts once (draft-ietf-httpapi-idempotency-key-header).

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use raakvlak_domain::faults::{Fault, FaultKind};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::parameters::required_header;
use crate::problem::{Part, Problem};

/// The name of the header.
pub const HEADER: &str = "Idempotency-Key";

/// The most characters of a key.
const LONGEST: usize = 200;

/// The key that came with a request, and what it was sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key as the client chose it.
    pub key: String,
    /// The method and path.
    route: String,
}

impl IdempotencyKey {
    /// The digest of the whole request: the same key with another digest is another request.
    #[must_use]
    pub fn request_digest(&self, body: &[u8; 32]) -> [u8; 32] {
        crate::body::digest(&[self.route.as_bytes(), b"\n", body].concat())
    }
}

/// Reads the header's value: visible characters, as they are or between double quotes (the draft asks for quotes, most clients leave them out).
fn parse(value: Option<&str>) -> Result<String, FaultKind> {
    let text = value.ok_or(FaultKind::Missing)?.trim();
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    match key.len() {
        0 => Err(FaultKind::TooShort { least: 1 }),
        length if length > LONGEST => Err(FaultKind::TooLong { most: LONGEST }),
        _ if !key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"') => Err(FaultKind::ControlCharacter),
        _ => Ok(key.to_owned()),
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![required_header(HEADER, "A key of your own, so that a request sent twice acts once.")]
    }
}

impl FromRequest for IdempotencyKey {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = request.headers().get(HEADER).map(|value| value.to_str().unwrap_or("\u{0}"));
        let route = format!("{} {}", request.method(), request.uri());
        let key = parse(value).map(|key| Self { key, route });
        let pointer = format!("/{HEADER}");
        ready(key.map_err(|kind| Problem::Faults { part: Part::Header, faults: vec![Fault::new(pointer, kind)] }.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_keys() {
        assert_eq!(parse(Some("8e03978e-40d5-43dd-bc93-6894a57f9324")).unwrap(), "8e03978e-40d5-43dd-bc93-6894a57f9324");
        assert_eq!(parse(Some(" \"abc\" ")).unwrap(), "abc");
        assert_eq!(parse(None), Err(FaultKind::Missing));
        assert!(parse(Some("")).is_err());
        assert!(parse(Some("\"\"")).is_err());
        assert!(parse(Some("a b")).is_err());
        assert!(parse(Some(&"a".repeat(201))).is_err());
    }

    #[test]
    fn another_route_or_body_is_another_request() {
        let key = |route: &str| IdempotencyKey { key: "k".into(), route: route.into() };
        let digest = key("POST /a").request_digest(&[0; 32]);
        assert_eq!(digest, key("POST /a").request_digest(&[0; 32]));
        assert_ne!(digest, key("POST /b").request_digest(&[0; 32]));
        assert_ne!(digest, key("POST /a").request_digest(&[1; 32]));
    }
}
