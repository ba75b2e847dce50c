//! Bodies: every fault at once, bounded in size and time.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use raakvlak_server::configuration::Number;
use raakvlak_testkit::app::TestServer;
use raakvlak_testkit::http::{Request, connection, exchange, parsed};
use serde_json::json;

use crate::probes;

fn post(server: &TestServer) -> Request {
    server.request("POST", "/probe/organisations")
}

fn codes(answer: &raakvlak_testkit::http::Answer) -> Vec<(String, String)> {
    answer.faults().into_iter().map(|(_, pointer, code)| (pointer, code)).collect()
}

#[test]
fn a_sound_body_is_read() {
    let (server, _) = probes::start();
    let answer = post(&server).json(&json!({"name": "Zorggroep", "kind": "care"})).send();
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["asks"], true);
}

#[test]
fn five_faults_are_five_errors() {
    let (server, _) = probes::start();
    let answer = post(&server).json_text(r#"{"nmae": "x", "kind": "castle", "sectors": "care", "asks": 1, "asks": 2}"#).send();
    assert_eq!(answer.status, 400);
    assert!(answer.faults().iter().all(|(part, ..)| part == "body"));
    let mut found = codes(&answer);
    found.sort();
    let mut expected = vec![
        ("/asks", "duplicate_key"),
        ("/asks", "wrong_type"),
        ("/kind", "not_one_of"),
        ("/name", "missing"),
        ("/nmae", "unknown_key"),
        ("/sectors", "wrong_type"),
    ];
    expected.sort_unstable();
    assert_eq!(found, expected.into_iter().map(|(pointer, code)| (pointer.to_owned(), code.to_owned())).collect::<Vec<_>>());
}

#[test]
fn what_is_no_json_is_told_where() {
    let (server, _) = probes::start();
    let code = |request: Request| {
        let answer = request.send();
        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid"), "{}", answer.text());
        codes(&answer)[0].1.clone()
    };
    assert_eq!(code(post(&server).json_text("{\"name\": ")), "not_json");
    assert_eq!(code(post(&server).json_text("")), "not_json");
    assert_eq!(code(post(&server).json_text("[1, 2]")), "wrong_type");
    assert_eq!(code(post(&server).json_text(&"[".repeat(200_000))), "not_json");
    assert_eq!(code(post(&server).json_text(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)))), "too_deep");
    assert_eq!(code(post(&server).header("Content-Type", "application/json").body([b'{', b'"', 0xff, b'"', b'}'])), "not_utf8");
    assert_eq!(code(post(&server).json_text(r#"{"id": "mine", "name": "x", "kind": "care"}"#)), "derived");
}

#[test]
fn only_json_in_utf8_is_read() {
    let (server, _) = probes::start();
    let body = r#"{"name": "x", "kind": "care"}"#;
    let kinds = [("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=latin1"), ("Content-Encoding", "gzip")];
    for (name, value) in kinds {
        let request = if name == "Content-Type" { post(&server) } else { post(&server).header("Content-Type", "application/json") };
        let answer = request.header(name, value).body(body).send();
        assert_eq!((answer.status, answer.problem().as_str()), (415, "unsupported-media-type"), "{value}");
        assert_eq!(answer.header("Accept"), Some("application/json"));
    }
    assert_eq!(post(&server).body(body).send().status, 415);
}

#[test]
fn a_mebibyte_is_the_most() {
    let (server, _) = probes::start();
    let filled = |length: usize| {
        let frame = r#"{"kind": "care", "name": ""}"#.len();
        format!(r#"{{"kind": "care", "name": "{}"}}"#, "x".repeat(length - frame))
    };
    let just = post(&server).json_text(&filled(1 << 20)).send();
    assert_eq!((just.status, codes(&just)[0].1.as_str()), (400, "too_long"), "a mebibyte is read, and the name found too long");
    for length in [(1 << 20) + 1, 10 << 20] {
        let answer = post(&server).json_text(&filled(length)).send();
        assert_eq!((answer.status, answer.problem().as_str()), (413, "too-large"), "{length}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("1048576"));
    }
}

#[test]
fn a_body_in_pieces_is_bounded_too() {
    let (server, _) = probes::start();
    let head = "POST /probe/organisations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let piece = format!("{:x}\r\n{}\r\n", 1 << 16, "x".repeat(1 << 16));
    let answer = parsed(&exchange(server.address(), format!("{head}{}0\r\n\r\n", piece.repeat(40)).as_bytes())).unwrap();
    assert_eq!((answer.status, answer.problem().as_str()), (413, "too-large"));
}

#[test]
fn a_slow_body_is_cut_off() {
    let (server, _) = probes::start_with(|settings| settings.body_seconds = Number::new(1));
    let mut stream = connection(server.address());
    stream
        .write_all(b"POST /probe/organisations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        .unwrap();
    let started = Instant::now();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = parsed(&answer).expect("an answer before the connection is closed");
    assert_eq!((answer.status, answer.problem().as_str()), (408, "too-slow"));
    let took = started.elapsed();
    assert!(took > Duration::from_millis(900) && took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_slow_head_is_cut_off() {
    let (server, _) = probes::start_with(|settings| settings.head_seconds = Number::new(1));
    let mut stream = connection(server.address());
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n").unwrap();
    let started = Instant::now();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
}
