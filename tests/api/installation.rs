//! An installation as a real one begins, and people who come to it over HTTP, each answer held against the document.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use raakvlak_server::cli::{Streams, run};
use raakvlak_service::clock::Clock;
use raakvlak_service::desk::{Desk, DeskSettings};
use raakvlak_testkit::app::{PUBLIC_URL, TestServer};
use raakvlak_testkit::database::Kind;
use raakvlak_testkit::database::cluster::Cluster;
use raakvlak_testkit::http::{Answer, Request};
use serde_json::{Value, json};
use tempfile::TempDir;

use raakvlak_testkit::contract;

/// A server on a database that held nothing, with a clock that is moved by hand.
pub(crate) struct Installation {
    // Ends first, then what it stands on.
    server: TestServer,
    desk: Desk,
    clock: Clock,
    outbox: PathBuf,
    first_code: String,
    _cluster: Option<Cluster>,
    _folder: TempDir,
}

impl Installation {
    /// An empty database, brought up to date, with its first steward: all from the command line.
    pub(crate) fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (url, cluster) = match kind {
            Kind::Sqlite => (format!("sqlite:{}", folder.path().join("raakvlak.sqlite").display()), None),
            Kind::Postgres => {
                let cluster = Cluster::durable();
                cluster.create_database("story");
                (cluster.url("story"), Some(cluster))
            }
        };
        typed(&["migrate"], &url, folder.path());
        let added = typed(&["user", "add", "--name", "Beheer", "--role", "steward"], &url, folder.path());
        let first_code = added.lines().nth(1).and_then(|line| line.split(' ').next()).unwrap().to_owned();
        let clock = Clock::fixed(Clock::system().now());
        let outbox = folder.path().join("outbox");
        let settings = DeskSettings {
            clock: clock.clone(),
            threads: Some(1),
            ..DeskSettings::new(&url, folder.path().join("keys"), &outbox, PUBLIC_URL)
        };
        let desk = Desk::open(settings).unwrap();
        let server = TestServer::start(Arc::new(desk.clone()), |_| (), |_| ());
        Self { server, desk, clock, outbox, first_code, _cluster: cluster, _folder: folder }
    }

    /// The one whom the command line let in.
    pub(crate) fn first_steward(&self) -> Person<'_> {
        self.with_code(&self.first_code)
    }

    /// Somebody who comes in with a code.
    pub(crate) fn with_code(&self, code: &str) -> Person<'_> {
        let tokens = self.tokens(&json!({ "code": code }));
        Person { at: self, tokens: RefCell::new(tokens), requests: Cell::new(0) }
    }

    /// Somebody who asks for a link by e-mail and opens it.
    pub(crate) fn with_link(&self, address: &str) -> Person<'_> {
        let asked = self.request("POST", "/sign-in-links").json(&json!({ "email": address }));
        assert_eq!(self.sent("POST", "/sign-in-links", &asked).status, 202);
        self.with_letter(address)
    }

    /// Somebody who opens the link in the letter that they got.
    pub(crate) fn with_letter(&self, address: &str) -> Person<'_> {
        self.with_code(&self.code_for(address))
    }

    /// The code in the latest letter to an address, once what waits was sent.
    fn code_for(&self, address: &str) -> String {
        self.desk.send_letters().unwrap();
        let files = std::fs::read_dir(&self.outbox).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
        let to_address = format!("To: {address}");
        let letter = files.filter(|letter| letter.contains(&to_address)).max().unwrap_or_else(|| panic!("no letter to {address}"));
        let letter = letter.replace("=\r\n", "").replace("=3D", "=");
        let (_, code) = letter.split_once("/sign-in#").unwrap();
        code.split_whitespace().next().unwrap().to_owned()
    }

    /// Lets days go by; offers run out and nobody's access token holds any more.
    pub(crate) fn days_go_by(&self, days: i64) {
        self.clock.advance(days * 86_400);
        self.desk.expire_offers().unwrap();
    }

    /// The day that lies so many days ahead.
    pub(crate) fn day_ahead(&self, days: i64) -> String {
        self.clock.now().plus_seconds(days * 86_400).date_in_amsterdam().to_string()
    }

    /// The moment that lies so many days ahead.
    pub(crate) fn moment_ahead(&self, days: i64) -> String {
        self.clock.now().plus_seconds(days * 86_400).to_string()
    }

    fn tokens(&self, with: &Value) -> Tokens {
        let answer = self.sent("POST", "/tokens", &self.request("POST", "/tokens").json(with));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let token = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
        Tokens { access: token("access_token"), refresh: token("refresh_token") }
    }

    fn request(&self, method: &str, path: &str) -> Request {
        self.server.request(method, &format!("/api/v1{path}"))
    }

    /// Sends a request, and holds the answer against the document.
    #[track_caller]
    fn sent(&self, method: &str, path: &str, request: &Request) -> Answer {
        let answer = request.send();
        contract::check(method, &format!("/api/v1{path}"), &answer);
        answer
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        self.desk.close();
    }
}

/// Types a command on an installation, and gives what it answers.
fn typed(words: &[&str], url: &str, folder: &Path) -> String {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let folder = folder.display().to_string();
    let flags = ["--database-url", url, "--data-dir", &folder];
    let words = ["raakvlak"].iter().chain(words).chain(&flags).map(Into::into);
    let status = run(words, &mut Streams { input: &mut &b""[..], output: &mut output, errors: &mut errors });
    assert_eq!(status, 0, "{}", String::from_utf8_lossy(&errors));
    String::from_utf8(output).unwrap()
}

struct Tokens {
    access: String,
    refresh: String,
}

/// Somebody who signed in.
pub(crate) struct Person<'a> {
    at: &'a Installation,
    tokens: RefCell<Tokens>,
    requests: Cell<u32>,
}

/// What somebody read, made or decided.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) body: Value,
    pub(crate) version: Option<i64>,
}

impl Told {
    /// The id of what was made.
    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.body)).to_owned()
    }
}

impl Person<'_> {
    /// Reads something.
    #[track_caller]
    pub(crate) fn reads(&self, path: &str) -> Told {
        told(&self.asks("GET", path), 200)
    }

    /// Makes something.
    #[track_caller]
    pub(crate) fn makes(&self, path: &str, what: &Value) -> Told {
        told(&self.sends("POST", path, None, Some(what)), 201)
    }

    /// Decides something on the version that holds now; `on` is where that version is read.
    #[track_caller]
    pub(crate) fn decides(&self, on: &str, verb: &str, what: &Value) -> Told {
        told(&self.tries(on, verb, what), 200)
    }

    /// Tries to decide something on the version that holds now.
    #[track_caller]
    pub(crate) fn tries(&self, on: &str, verb: &str, what: &Value) -> Answer {
        let version = self.reads(on).version;
        self.sends("POST", &format!("{on}/{verb}"), version, (!what.is_null()).then_some(what))
    }

    /// Changes something, from the version that this very path or the record above it has now.
    #[track_caller]
    pub(crate) fn changes(&self, record: &str, path: &str, what: &Value) -> Told {
        let version = self.reads(record).version;
        told(&self.sends("PUT", path, version, Some(what)), 200)
    }

    /// Does something that is answered without a body.
    #[track_caller]
    pub(crate) fn does(&self, method: &str, path: &str) {
        let answer = self.asks(method, path);
        assert_eq!(answer.status, 204, "{}", answer.text());
    }

    /// A request without a body.
    #[track_caller]
    pub(crate) fn asks(&self, method: &str, path: &str) -> Answer {
        self.sends(method, path, None, None)
    }

    /// A request under an idempotency key that nobody used before.
    #[track_caller]
    pub(crate) fn sends(&self, method: &str, path: &str, version: Option<i64>, body: Option<&Value>) -> Answer {
        self.requests.set(self.requests.get() + 1);
        self.sends_once(method, path, (&format!("request-{}", self.requests.get()), version), body)
    }

    /// A request under this idempotency key.
    #[track_caller]
    pub(crate) fn sends_once(&self, method: &str, path: &str, (key, version): (&str, Option<i64>), body: Option<&Value>) -> Answer {
        let mut request = self.at.request(method, path).token(&self.tokens.borrow().access);
        if method == "POST" {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(version) = version {
            request = request.header("If-Match", format!("\"{version}\""));
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.at.sent(method, path, &request)
    }

    /// Renews the session with its refresh token, as an app does when the access token has run out.
    pub(crate) fn comes_back(&self) {
        let tokens = self.at.tokens(&json!({ "refresh_token": self.tokens.borrow().refresh }));
        self.tokens.replace(tokens);
    }

    /// Every item of a list, page by page.
    #[track_caller]
    pub(crate) fn reads_all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut at) = (Vec::new(), path.to_owned());
        loop {
            let answer = self.asks("GET", &at);
            assert_eq!(answer.status, 200, "{}", answer.text());
            items.extend(answer.json()["items"].as_array().unwrap().iter().cloned());
            let Some(link) = answer.header("Link") else { return items };
            let next = link.trim_start_matches("</api/v1").split_once('>').unwrap().0.to_owned();
            at = next;
        }
    }
}

#[track_caller]
fn told(answer: &Answer, status: u16) -> Told {
    assert_eq!(answer.status, status, "{}", answer.text());
    let version = answer.header("ETag").map(|tag| tag.trim_matches('"').parse().unwrap());
    Told { body: answer.json(), version }
}
