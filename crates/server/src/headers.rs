//! The headers that every answer carries, also one that tells of an error.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// The version of the API, in full.
pub const API_VERSION: &str = "1.0.0";

/// The header that names a request in our log.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

/// What every answer says to a browser. An answer that already says something else about one of these keeps it.
const ALWAYS: [(&str, &str); 10] = [
    ("api-version", API_VERSION),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// The policy of a page of ours: everything from this server alone, and no script in the page itself.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                               form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Puts the headers on an answer.
pub fn put(headers: &mut HeaderMap, request_id: &str) {
    for (name, value) in ALWAYS {
        if !headers.contains_key(name) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static(REQUEST_ID_HEADER), value);
    }
}
