//! Every error has the same form, and every answer the same headers.

use raakvlak_testkit::http::Answer;

use crate::probes::{self, SECRET};

/// What every answer carries, whatever it says.
fn assert_headers(answer: &Answer) {
    let has =
        |name: &str, part: &str| assert!(answer.header(name).is_some_and(|value| value.contains(part)), "{name} in {:?}", answer.headers);
    has("API-Version", "1.0.0");
    has("Content-Security-Policy", "frame-ancestors 'none'");
    has("Content-Security-Policy", "default-src 'none'");
    has("Strict-Transport-Security", "max-age=");
    has("X-Content-Type-Options", "nosniff");
    has("X-Frame-Options", "DENY");
    has("Referrer-Policy", "no-referrer");
    has("Cache-Control", "no-store");
    has("X-Request-Id", "-");
    assert!(!answer.header("Content-Security-Policy").unwrap().contains("unsafe"), "{:?}", answer.headers);
    assert!(answer.header("Server").is_none());
}

/// What every problem has (RFC 9457), and nothing from inside.
fn assert_problem(answer: &Answer, status: u16, name: &str) {
    assert_headers(answer);
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("Content-Type"), Some("application/problem+json"));
    assert!(answer.header("Content-Language").is_some());
    let body = answer.json();
    assert_eq!(body["type"], format!("urn:problem-type:raakvlak:{name}"));
    assert_eq!(body["status"], status);
    for key in ["title", "detail", "instance"] {
        assert!(body[key].as_str().is_some_and(|text| !text.is_empty()), "{key} in {body}");
    }
    for word in [SECRET, "SELECT", "panick", "actix", "serde", "diesel", "src/", ".rs", "expected value"] {
        assert!(!answer.text().contains(word), "'{word}' in {}", answer.text());
    }
}

#[test]
fn what_goes_well_carries_every_header() {
    let (server, _) = probes::start();
    for path in ["/health/live", "/health/ready", "/api/v1/keys", "/api/v1/openapi.json"] {
        let answer = server.get(path).send();
        assert_eq!(answer.status, 200, "{path}");
        assert_headers(&answer);
        assert_eq!(answer.header("Content-Type"), Some("application/json"), "{path}");
    }
}

#[test]
fn every_request_has_a_name_of_its_own() {
    let (server, _) = probes::start();
    let name =
        || server.get("/health/live").header("X-Request-Id", "chosen-by-the-client").send().header("X-Request-Id").unwrap().to_owned();
    let (first, second) = (name(), name());
    assert_ne!(first, second);
    assert_ne!(first, "chosen-by-the-client");
}

#[test]
fn there_is_nothing_at_an_unknown_path() {
    let (server, _) = probes::start();
    for path in
        ["/", "/nowhere", "/api/v1", "/api/v1/", "/api/v1/nowhere", "/api/v1/keys/", "/api/v2/keys", "//api/v1/keys", "/api/v1/%2e%2e/keys"]
    {
        assert_problem(&server.get(path).send(), 404, "unknown-route");
    }
    assert_eq!(server.get("/nowhere").send().json()["instance"], "/nowhere");
}

#[test]
fn a_wrong_method_is_told_which_are_right() {
    let (server, _) = probes::start();
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
        let answer = server.request(method, "/api/v1/keys").send();
        assert_problem(&answer, 405, "wrong-method");
        assert_eq!(answer.header("Allow"), Some("GET, HEAD"), "{method}");
    }
    assert_problem(&server.request("DELETE", "/health/live").send(), 405, "wrong-method");
    assert_problem(&server.request("POST", "/api/v1/docs/").send(), 405, "wrong-method");
}

#[test]
fn the_head_of_what_can_be_got_can_be_had() {
    let (server, _) = probes::start();
    let answer = server.request("HEAD", "/api/v1/keys").send();
    assert_eq!(answer.status, 200);
    assert_headers(&answer);
    assert!(answer.body.is_empty());
    let missing = server.request("HEAD", "/api/v1/nowhere").send();
    assert_eq!((missing.status, missing.body.len()), (404, 0));
}

#[test]
fn what_breaks_inside_stays_inside() {
    let (server, _) = probes::start();
    for path in ["/probe/panic", "/probe/blocking-panic", "/probe/internal"] {
        assert_problem(&server.get(path).send(), 500, "internal");
        // The server lives on.
        assert_eq!(server.get("/health/live").send().status, 200);
    }
}

#[test]
fn the_framework_never_speaks_for_itself() {
    let (server, _) = probes::start();
    assert_problem(&server.get("/probe/framework").json_text("\"text\"").send(), 400, "invalid");
}

#[test]
fn a_desk_that_is_away_is_told_in_one_form() {
    let (server, porter) = probes::start();
    porter.go_away(true);
    let answer = server.get("/health/ready").send();
    assert_problem(&answer, 503, "unavailable");
    assert!(answer.header("Retry-After").is_some());
    assert_eq!(server.get("/health/live").send().status, 200);
    let token = probes::token(&server, &porter, "u1", "s1");
    assert_problem(&server.get("/probe/me").token(&token).send(), 503, "unavailable");
    porter.go_away(false);
    assert_eq!(server.get("/health/ready").send().status, 200);
    assert_eq!(server.get("/probe/me").token(&token).send().status, 200);
}

#[test]
fn only_kinds_of_answer_that_exist_can_be_asked() {
    let (server, _) = probes::start();
    let asking = |accept: &str| server.get("/api/v1/keys").header("Accept", accept).send();
    assert_problem(&asking("text/html"), 406, "not-acceptable");
    assert_problem(&asking("application/json;q=0"), 406, "not-acceptable");
    assert_eq!(asking("text/html, application/json;q=0.1").status, 200);
    assert_eq!(asking("*/*").status, 200);
}

#[test]
fn a_change_names_the_version_it_builds_on() {
    let (server, _) = probes::start();
    let put = || server.request("PUT", "/probe/things");
    assert_problem(&put().send(), 428, "if-match-missing");
    assert_eq!(put().header("If-Match", "\"7\"").send().status, 200);
    assert_eq!(put().header("If-Match", "*").send().status, 200);
    assert_eq!(put().header("If-Match", "\"3\", \"7\"").send().status, 200);
    let malformed = put().header("If-Match", "7").send();
    assert_problem(&malformed, 400, "invalid");
    assert_eq!(malformed.faults(), vec![("header".into(), "/If-Match".into(), "wrong_type".into())]);
    for stale in ["\"6\"", "W/\"7\"", "\"5\", \"6\""] {
        let answer = put().header("If-Match", stale).send();
        assert_problem(&answer, 412, "stale");
        assert_eq!(answer.header("ETag"), Some("\"7\""), "{stale}");
    }
    assert_eq!(put().header("If-Match", "\"6\"").send().json()["current"]["name"], "Nieuw");
}

#[test]
fn a_key_is_asked_and_checked() {
    let (server, _) = probes::start();
    let post = || server.request("POST", "/probe/keys");
    assert_eq!(post().header("Idempotency-Key", "k-1").send().json()["key"], "k-1");
    let missing = post().send();
    assert_problem(&missing, 400, "invalid");
    assert_eq!(missing.faults(), vec![("header".into(), "/Idempotency-Key".into(), "missing".into())]);
    assert_problem(&post().header("Idempotency-Key", "a b").send(), 400, "invalid");
    assert_problem(&post().header("Idempotency-Key", "x".repeat(300)).send(), 400, "invalid");
}
