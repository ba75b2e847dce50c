//! Lists in pages: a bounded number of items, and an opaque cursor to the next page that only the list it came from accepts.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::json::Node;
use raakvlak_domain::quantities::fixed;
use raakvlak_domain::reading::{FromNode, Reading};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Part, Problem};

/// How many items a page has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = u32, minimum = 1, maximum = 100, default = 20, example = 20)]
pub struct Limit(usize);

impl Limit {
    /// How many.
    #[must_use]
    pub fn get(self) -> usize {
        self.0
    }
}

impl FromNode for Limit {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        fixed(node, 0, 1, 100, reading).and_then(|limit| usize::try_from(limit).ok()).map(Self)
    }

    fn when_absent() -> Option<Self> {
        Some(Self(20))
    }
}

/// Where a page starts, as the client got it from the page before.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 1_000)]
pub struct Cursor(String);

impl FromNode for Cursor {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        raakvlak_domain::texts::text_of(node, 1, 1_000, &[], reading).map(Self)
    }
}

/// Seals and opens cursors.
#[derive(Debug, Clone)]
pub struct Cursors {
    keys: Vec<hmac::Key>,
}

impl Cursors {
    /// Cursors sealed with the first of these keys and accepted with any of them.
    #[must_use]
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self { keys: secrets.into_iter().map(|secret| hmac::Key::new(hmac::HMAC_SHA256, secret)).collect() }
    }

    /// The cursor after `position` in the list called `list`.
    #[must_use]
    pub fn seal(&self, list: &str, position: &str) -> String {
        let tag = self.keys.first().map(|key| hmac::sign(key, &message(list, position)));
        let tag = tag.as_ref().map_or(&[][..], AsRef::as_ref);
        URL_SAFE_NO_PAD.encode([tag, position.as_bytes()].concat())
    }

    /// The position in a cursor.
    ///
    /// # Errors
    ///
    /// A fault of the query when the cursor is not one of this list.
    pub fn open(&self, list: &str, cursor: &Cursor) -> Result<String, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(&cursor.0).unwrap_or_default();
        let opened = bytes.split_at_checked(hmac::HMAC_SHA256.tag_len()).and_then(|(tag, position)| {
            let position = std::str::from_utf8(position).ok()?;
            let message = message(list, position);
            self.keys.iter().any(|key| hmac::verify(key, &message, tag).is_ok()).then(|| position.to_owned())
        });
        opened.ok_or_else(|| {
            let fault = Fault::new("/cursor", FaultKind::Dangling { id: cursor.0.chars().take(20).collect() });
            Problem::Faults { part: Part::Query, faults: vec![fault] }
        })
    }
}

fn message(list: &str, position: &str) -> Vec<u8> {
    [list.as_bytes(), &[0], position.as_bytes()].concat()
}

/// What names the list that a request asks for: its path and filters, without limit and cursor.
#[must_use]
pub fn list_of(request: &HttpRequest) -> String {
    let filters: Vec<&str> = request.query_string().split('&').filter(|pair| !is_of_page(pair)).collect();
    format!("{}?{}", request.path(), filters.join("&"))
}

fn is_of_page(pair: &str) -> bool {
    pair.is_empty() || pair.starts_with("limit=") || pair.starts_with("cursor=")
}

/// The header that leads to the next page (RFC 8288).
#[must_use]
pub fn link_to_next(request: &HttpRequest, limit: Limit, cursor: &str) -> (HeaderName, String) {
    let filters: String = request.query_string().split('&').filter(|pair| !is_of_page(pair)).map(|pair| format!("{pair}&")).collect();
    (header::LINK, format!("<{}?{filters}limit={}&cursor={cursor}>; rel=\"next\"", request.path(), limit.0))
}

/// One page of a list, in a stable order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The cursor of the next page, as in the `Link` header; null on the last one.
    pub next: Option<String>,
}

/// One page of a list, with what holds of the whole list beside it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PageWith<W, T> {
    /// What holds of the whole list.
    #[serde(flatten)]
    pub whole: W,
    /// The page.
    #[serde(flatten)]
    pub page: Page<T>,
}

/// An item of a list, with the version that a change of it must name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The record.
    #[serde(flatten)]
    pub record: T,
    /// Its version, for `If-Match`.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_cursor_opens_only_in_its_own_list() {
        let cursors = Cursors::new([&b"new"[..], &b"old"[..]]);
        let sealed = cursors.seal("/a?", "expert-7");
        assert_eq!(cursors.open("/a?", &Cursor(sealed.clone())).unwrap(), "expert-7");
        assert!(cursors.open("/b?", &Cursor(sealed.clone())).is_err());
        assert!(Cursors::new([&b"else"[..]]).open("/a?", &Cursor(sealed)).is_err());
        assert!(cursors.open("/a?", &Cursor("nonsense".into())).is_err());
        let by_old_key = Cursors::new([&b"old"[..]]).seal("/a?", "x");
        assert_eq!(cursors.open("/a?", &Cursor(by_old_key)).unwrap(), "x");
    }

    #[test]
    fn every_changed_character_is_found() {
        let cursors = Cursors::new([&b"key"[..]]);
        let sealed = cursors.seal("/a?", "expert-7");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = Cursor(String::from_utf8(changed).unwrap());
            assert!(changed.0 == sealed || cursors.open("/a?", &changed).is_err(), "{at}");
        }
    }

    #[test]
    fn the_link_keeps_the_filters() {
        let request = TestRequest::with_uri("/api/v1/matches?state=offered&limit=5&cursor=abc").to_http_request();
        assert_eq!(list_of(&request), "/api/v1/matches?state=offered");
        let (_, link) = link_to_next(&request, Limit(5), "next");
        assert_eq!(link, "</api/v1/matches?state=offered&limit=5&cursor=next>; rel=\"next\"");
    }
}
