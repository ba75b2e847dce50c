//! Access tokens: what is accepted, and everything that is not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use raakvlak_testkit::app::{PUBLIC_URL, TestServer};
use raakvlak_testkit::http::Answer;
use serde_json::{Value, json};

use crate::probes::{self, BEGIN};

fn assert_refused(answer: &Answer, why: &str) {
    assert_eq!((answer.status, answer.problem().as_str()), (401, "token-refused"), "{why}: {}", answer.text());
    assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer realm=\"raakvlak\", error=\"invalid_token\""), "{why}");
}

fn claims() -> Value {
    json!({"iss": PUBLIC_URL, "aud": "raakvlak-api", "sub": "u1", "sid": "s1", "iat": BEGIN, "nbf": BEGIN, "exp": BEGIN + 600})
}

fn ask(server: &TestServer, token: &str) -> Answer {
    server.get("/probe/me").token(token).send()
}

#[test]
fn nobody_is_let_in_without_a_token() {
    let (server, _) = probes::start();
    let answer = server.get("/probe/me").send();
    assert_eq!((answer.status, answer.problem().as_str()), (401, "not-signed-in"));
    assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer realm=\"raakvlak\""));
}

#[test]
fn a_token_opens_its_own_session_for_ten_minutes() {
    let (server, porter) = probes::start();
    let token = probes::token(&server, &porter, "u1", "s1");
    assert_eq!(ask(&server, &token).json()["user"], "u1");
    porter.advance(599);
    assert_eq!(ask(&server, &token).status, 200);
    porter.advance(4);
    assert_refused(&ask(&server, &token), "it ran out");
}

#[test]
fn a_session_that_ended_is_closed_at_once() {
    let (server, porter) = probes::start();
    let token = probes::token(&server, &porter, "u1", "s1");
    assert_eq!(ask(&server, &token).status, 200);
    porter.end("s1");
    assert_refused(&ask(&server, &token), "the session ended");
    assert_refused(&ask(&server, &probes::token(&server, &porter, "u1", "s2")), "another's session");
}

#[test]
fn every_claim_is_asked_and_checked() {
    let (server, _) = probes::start();
    let ring = server.ring();
    let with = |claims: &Value| ask(&server, &ring.sign(claims, "at+jwt").unwrap());
    assert_eq!(with(&claims()).status, 200);
    for claim in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp"] {
        let mut without = claims();
        without.as_object_mut().unwrap().remove(claim);
        assert_refused(&with(&without), &format!("no {claim}"));
    }
    let wrong = [
        ("iss", json!("https://elsewhere.example")),
        ("aud", json!("another-api")),
        ("nbf", json!(BEGIN + 60)),
        ("iat", json!(BEGIN + 60)),
        ("exp", json!(BEGIN - 10)),
        ("exp", json!("never")),
        ("sub", json!("")),
        ("sub", json!("u2")),
        ("sid", json!("s2")),
    ];
    for (claim, value) in wrong {
        let mut other = claims();
        other[claim] = value.clone();
        assert_refused(&with(&other), &format!("{claim} {value}"));
    }
}

#[test]
fn one_algorithm_is_accepted() {
    let (server, porter) = probes::start();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let key = server.ring().signing_key_id().to_owned();
    for algorithm in ["none", "NONE", "HS256", "ES256", "RS256", "EdDSA"] {
        let token = format!("{}.{}.", part(&json!({"alg": algorithm, "typ": "at+jwt", "kid": key})), part(&claims()));
        assert_refused(&ask(&server, &token), algorithm);
    }
    let token = probes::token(&server, &porter, "u1", "s1");
    let [head, body, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let other = part(&json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "another"}));
    assert_refused(&ask(&server, &format!("{other}.{body}.{signature}")), "an unknown key");
    let mut of_another = claims();
    of_another["sub"] = json!("u2");
    of_another["sid"] = json!("s2");
    assert_refused(&ask(&server, &format!("{head}.{}.{signature}", part(&of_another))), "another body");
    assert_refused(&ask(&server, &format!("{head}.{body}")), "no signature");
    assert_refused(&ask(&server, &server.ring().sign(&claims(), "JWT").unwrap()), "another type of token");
}

#[test]
fn a_header_that_is_no_bearer_token_is_refused() {
    let (server, porter) = probes::start();
    let token = probes::token(&server, &porter, "u1", "s1");
    for value in ["Basic dTE6czE=", "Bearer", "Bearer ", "Bearer x", &token, &format!("Bearer {}", "x".repeat(20_000))] {
        assert_refused(&server.get("/probe/me").header("Authorization", value).send(), &value[..value.len().min(20)]);
    }
    assert_refused(&server.get("/probe/me").token(&token).token(&token).send(), "two at once");
    assert_eq!(server.get("/probe/me").header("authorization", format!("bearer {token}")).send().status, 200);
}

#[test]
fn what_everybody_may_read_is_read_with_any_token() {
    let (server, _) = probes::start();
    assert_eq!(server.get("/api/v1/openapi.json").token("nonsense").send().status, 200);
}

#[test]
fn the_keys_that_are_shown_are_public_ones() {
    let (server, _) = probes::start();
    let keys = server.get("/api/v1/keys").send().json();
    assert_eq!(keys["keys"], json!(server.ring().public_keys()));
    let names: Vec<&String> = keys["keys"][0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["kty", "crv", "use", "alg", "kid", "x"], "and no private part");
}
