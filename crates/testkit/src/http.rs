//! A small HTTP client for tests: one connection a request, every byte in the test's own hands.
#![allow(clippy::panic, reason = "a test that cannot begin must say why and stop")]
#![allow(clippy::indexing_slicing, reason = "a key that is missing in an answer reads as null")]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take; a test that waits longer has found a fault.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request that is being made.
#[derive(Debug, Clone)]
pub struct Request {
    address: SocketAddr,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request {
    /// A request without headers of its own.
    #[must_use]
    pub fn new(address: SocketAddr, method: &str, target: &str) -> Self {
        Self { address, method: method.into(), target: target.into(), headers: Vec::new(), body: None }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With an access token.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    /// With a body as it stands and no content type.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// With a text that says that it is JSON.
    #[must_use]
    pub fn json_text(self, text: &str) -> Self {
        self.header("Content-Type", "application/json").body(text)
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.json_text(&value.to_string())
    }

    /// Sends the request and reads the whole answer.
    ///
    /// # Panics
    ///
    /// When there is no answer, or it is no HTTP.
    #[must_use]
    pub fn send(&self) -> Answer {
        let bytes = exchange(self.address, &self.bytes());
        parsed(&bytes).unwrap_or_else(|| panic!("no answer to {} {}: {:?}", self.method, self.target, String::from_utf8_lossy(&bytes)))
    }

    /// The request as it goes over the line.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.method, self.target, self.address);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = &self.body {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        let mut bytes = format!("{head}\r\n").into_bytes();
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

/// Sends bytes and reads all that comes back, until the other side closes.
///
/// # Panics
///
/// When there is no connection.
#[must_use]
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connection(address);
    // A server that closes early is not an error of the test: what it answered before that counts.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let _ = stream.shutdown(Shutdown::Both);
    answer
}

/// A connection on which neither side waits for ever.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn connection(address: SocketAddr) -> TcpStream {
    let connected = TcpStream::connect(address).and_then(|stream| {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(stream)
    });
    connected.unwrap_or_else(|error| panic!("no connection to {address}: {error}"))
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers in the order sent, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header with this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The last part of a problem's type.
    #[must_use]
    pub fn problem(&self) -> String {
        self.json()["type"].as_str().and_then(|name| name.rsplit(':').next()).unwrap_or_default().to_owned()
    }

    /// The faults that a problem names, each as its part, pointer and code.
    #[must_use]
    pub fn faults(&self) -> Vec<(String, String, String)> {
        let text = |fault: &Value, key: &str| fault[key].as_str().unwrap_or_default().to_owned();
        let faults = self.json()["errors"].as_array().cloned().unwrap_or_default();
        faults.iter().map(|fault| (text(fault, "in"), text(fault, "pointer"), text(fault, "code"))).collect()
    }
}

/// Reads an answer; `None` when it is no HTTP or breaks off.
#[must_use]
pub fn parsed(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let rest = bytes.get(end + 4..)?;
    let is_chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value.eq_ignore_ascii_case("chunked"));
    let body = if is_chunked { unchunked(rest)? } else { rest.to_vec() };
    Some(Answer { status, headers, body })
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(rest.get(..end)?).ok()?.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + size)?);
        rest = rest.get(end + 2 + size + 2..)?;
    }
}
