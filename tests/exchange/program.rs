//! The program itself, as a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::folders::{Given, PACKAGE};

/// The program, built once.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(path) = std::env::var_os("RAAKVLAK_PROGRAM") {
            return path.into();
        }
        let built = Command::new(env!("CARGO"))
            .args(["build", "-p", "raakvlak-server", "--bin", "raakvlak", "--message-format=json"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        let messages = String::from_utf8(built.stdout).unwrap();
        let messages = messages.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let path = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
        path.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&built.stderr)))
    })
}

/// A folder with more answers than fit the buffer of a pipe.
fn many_packages() -> Given {
    let packages: String = (0..3_000).map(|at| PACKAGE.replace("p-1", &format!("p-{at}")) + "\n").collect();
    Given::files(&[("packages.jsonl", packages.as_str()), ("experts.jsonl", "{\"id\":\"e\",\"wants_to_be_matched\":true}\n")])
}

#[test]
fn a_reader_who_had_enough_is_no_fault() {
    let given = many_packages();
    let mut process = Command::new(program())
        .args(["match", &given.path().display().to_string(), "--all", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::with_capacity(64, process.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with(r#"{"package":"p-0","#), "{first}");
    let ended = process.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn all_packages_are_answered_in_the_order_of_the_file() {
    let given = many_packages();
    let ended = Command::new(program()).args(["match", &given.path().display().to_string(), "--all", "--json"]).output().unwrap();
    assert!(ended.status.success());
    let text = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(text.lines().count(), 3_000);
    for (at, line) in text.lines().enumerate() {
        assert!(line.starts_with(&format!(r#"{{"package":"p-{at}","#)), "{line}");
    }
}

#[test]
fn exit_statuses_reach_the_shell() {
    let status = |arguments: &[&str]| Command::new(program()).args(arguments).output().unwrap().status.code();
    assert_eq!(status(&["match", "/nowhere", "--all"]), Some(1));
    assert_eq!(status(&["match"]), Some(2));
    assert_eq!(status(&["--help"]), Some(0));
}

#[test]
fn texts_are_piped_through() {
    let mut process = Command::new(program())
        .args(["vocabulary", "link", "--json", "--limit", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let writing = std::thread::spawn(move || (0..600).for_each(|at| writeln!(input, "tekst {at}").unwrap()));
    let ended = process.wait_with_output().unwrap();
    writing.join().unwrap();
    let text = String::from_utf8(ended.stdout).unwrap();
    assert!(text.lines().enumerate().all(|(at, line)| line.starts_with(&format!(r#"{{"text":"tekst {at}","#))));
    assert_eq!(text.lines().count(), 600);
}

/// A service as it is started without any settings for its log, that ends with the test.
struct Serving(std::process::Child);

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The log is written from the threads of requests, and the program itself may not keep standard error from them.
#[test]
fn a_service_that_writes_its_log_answers_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("raakvlak.sqlite").display());
    let arguments =
        ["serve", "--language", "en", "--port", "0", "--set", "metrics_port=0", "--set", "migrate=true", "--database-url", &url];
    let process = Command::new(program())
        .args(arguments)
        .args(["--data-dir", &folder.path().display().to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut serving = Serving(process);
    let mut first = String::new();
    BufReader::new(serving.0.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let address = first.trim().rsplit_once("http://").unwrap_or_else(|| panic!("{first}")).1;
    for _ in 0..8 {
        let mut connection = std::net::TcpStream::connect(address).unwrap();
        connection.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
        connection.write_all(b"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        BufReader::new(connection).read_line(&mut answer).expect("an answer, in spite of the log");
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    let mut log = BufReader::new(serving.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(log.any(|line| line.contains("answered") && line.contains("401")), "each answer is in the log");
}
