//! The body of a request: read whole within bounds of size and time, and checked such that every fault is named at once.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::reading::{self, FromNode};
use raakvlak_service::error::Error;

use crate::problem::Problem;

/// The most bytes of a body.
pub const LARGEST: usize = 1 << 20;

/// The media type of every body.
pub const MEDIA_TYPE: &str = "application/json";

/// How much of a body that is too large is still read and thrown away, so that the client gets to see the answer.
const LARGEST_DISCARDED: usize = 32 << 20;

/// How long a body may take to come in; put into the app's data.
#[derive(Debug, Clone, Copy)]
pub struct BodyTimeout(pub Duration);

/// A record from the body, with the digest of the bytes that it was read from.
#[derive(Debug)]
pub struct Checked<T> {
    /// The record.
    pub value: T,
    /// The SHA-256 of the body as it was sent.
    pub digest: [u8; 32],
}

impl<T: FromNode + 'static> FromRequest for Checked<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move { Ok(checked(&bytes(&request, payload).await?)?) })
    }
}

/// The bytes of a JSON body.
///
/// # Errors
///
/// The content is not JSON in UTF-8 without compression, is larger than [`LARGEST`], or does not come in in time.
async fn bytes(request: &HttpRequest, payload: Payload) -> Result<Vec<u8>, Problem> {
    let timeout = request.app_data::<BodyTimeout>().map_or(Duration::from_secs(20), |timeout| timeout.0);
    if !is_json(request.headers()) || is_compressed(request.headers()) {
        discard(payload, timeout).await;
        return Err(Problem::UnsupportedMediaType { supported: MEDIA_TYPE });
    }
    tokio::time::timeout(timeout, collect(payload)).await.unwrap_or(Err(Problem::TooSlow))
}

async fn collect(mut payload: Payload) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(chunk) = payload.next().await {
        // A body that breaks off has no reader any more: what is answered does not matter.
        let chunk = chunk.map_err(|_| Problem::TooSlow)?;
        length += chunk.len();
        if length > LARGEST_DISCARDED {
            break;
        }
        if length <= LARGEST {
            bytes.extend_from_slice(&chunk);
        }
    }
    if length > LARGEST { Err(Problem::TooLarge { most: LARGEST }) } else { Ok(bytes) }
}

/// Reads what the client still sends, within bounds: a connection that is closed on unread bytes loses the answer.
pub async fn discard(payload: Payload, timeout: Duration) {
    let _ = tokio::time::timeout(timeout, collect(payload)).await;
}

fn checked<T: FromNode>(bytes: &[u8]) -> Result<Checked<T>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::Invalid(vec![Fault::new("", FaultKind::NotUtf8)]))?;
    let value = reading::read(text).map_err(Error::Invalid)?;
    Ok(Checked { value, digest: digest(bytes) })
}

/// The SHA-256 of these bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().try_into().unwrap_or_default()
}

/// Whether the content says that it is JSON in UTF-8.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    let media_type = parts.next().unwrap_or_default();
    let in_utf8 = parts.all(|part| part.strip_prefix("charset=").is_none_or(|charset| charset.trim_matches('"') == "utf-8"));
    media_type == MEDIA_TYPE && in_utf8
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn knows_json_by_its_content_type() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(value).unwrap());
            is_json(&headers)
        };
        assert!(of("application/json"));
        assert!(of("Application/JSON; charset=UTF-8"));
        assert!(of("application/json;charset=\"utf-8\""));
        assert!(!of("application/json; charset=latin1"));
        assert!(!of("text/plain"));
        assert!(!of("application/json-patch+json"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
