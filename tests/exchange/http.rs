//! A dataset folder over HTTP: sent as a zip file and looked after, taken out the same way, and every archive that means harm refused.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use raakvlak_service::actor::Actor;
use raakvlak_service::exchange::archive::{Bounds, pack, unpack};
use raakvlak_store::{AuditQuery, ObjectKind, experts};
use raakvlak_testkit::app::TestServer;
use raakvlak_testkit::database::{Kind, TestDatabase};
use raakvlak_testkit::http::Answer;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::Town;
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::folders::{EXPERT, Given};

/// A server on a town, with somebody's requests to it.
struct Office<'a> {
    town: &'a Town,
    server: TestServer,
}

impl<'a> Office<'a> {
    fn of(town: &'a Town) -> Self {
        let server = TestServer::start(
            Arc::new(town.desk.clone()),
            |_| (),
            |settings| {
                settings.import_mebibytes = raakvlak_server::configuration::Number::new(1);
            },
        );
        Self { town, server }
    }

    fn token(&self, actor: &Actor) -> String {
        let session = self.town.desk.open_session(&Actor::system(), &actor.user).unwrap().session;
        self.server.tokens().issue(&actor.user, &session, self.town.clock.now()).unwrap().text
    }

    fn ask(&self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>, key: &str) -> Answer {
        let mut request = self.server.request(method, &format!("/api/v1{path}")).token(&self.token(&self.town.steward));
        request = request.header("Idempotency-Key", key).header("Accept-Language", "en");
        if let Some((media, bytes)) = body {
            request = request.header("Content-Type", media).body(bytes);
        }
        request.send()
    }

    fn send(&self, bytes: &[u8], query: &str, key: &str) -> Answer {
        self.ask("POST", &format!("/imports{query}"), Some(("application/zip", bytes.to_vec())), key)
    }

    /// Looks until a transfer has ended.
    fn ended(&self, begun: &Answer) -> Value {
        assert_eq!(begun.status, 202, "{}", begun.text());
        let place = begun.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        let since = Instant::now();
        loop {
            let found = self.ask("GET", &place, None, "look").json();
            if found["ended_at"].is_string() {
                return found;
            }
            assert!(since.elapsed() < Duration::from_secs(60), "{found}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// An archive with these entries.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut zip = ZipWriter::new(&mut bytes);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, contents) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(contents).unwrap();
    }
    zip.finish().unwrap();
    bytes.into_inner()
}

on_both_databases!(a_folder_goes_in_and_comes_out, |database| {
    let town = Town::on(&database);
    let office = Office::of(&town);
    let good = archive(&[("experts.jsonl", format!("{EXPERT}\n{{\"id\":\"e-2\"}}\n").as_bytes())]);
    let dry = office.ended(&office.send(&good, "?dryRun=true", "k-1"));
    assert_eq!(
        (&dry["stage"], &dry["counts"]["experts"], &dry["lines"], &dry["lines_read"]),
        (&"done".into(), &2.into(), &2.into(), &2.into()),
        "{dry}"
    );
    assert_eq!(town.read(experts::count), 0, "a dry run keeps nothing");
    let begun = office.send(&good, "", "k-2");
    let done = office.ended(&begun);
    assert_eq!((&done["stage"], &done["dry_run"]), (&"done".into(), &false.into()), "{done}");
    assert_eq!(town.read(experts::count), 2);
    let again = office.send(&good, "", "k-2");
    assert_eq!(again.json()["id"], begun.json()["id"], "sent twice it acts once");
    assert_eq!(office.send(&archive(&[("notes", b"")]), "", "k-2").status, 409, "another body under the same key");
    let refused = office.ended(&office.send(&good, "", "k-3"));
    assert_eq!((&refused["stage"], &refused["faults_found"]), (&"refused".into(), &2.into()), "{refused}");
    assert_eq!((&refused["faults"][1]["line"], &refused["faults"][1]["code"]), (&2.into(), &"exists".into()), "{refused}");
    let late = office.ask("DELETE", &format!("/imports/{}", done["id"].as_str().unwrap()), None, "late");
    assert_eq!(late.status, 409, "what is kept is not taken back");

    let begun = office.ask("POST", "/exports", None, "x-1");
    let made = office.ended(&begun);
    assert_eq!((&made["stage"], &made["counts"]["experts"]), (&"done".into(), &2.into()), "{made}");
    let id = made["id"].as_str().unwrap();
    let content = office
        .server
        .get(&format!("/api/v1/exports/{id}/content"))
        .token(&office.token(&town.steward))
        .header("Accept", "application/zip")
        .send();
    assert_eq!((content.status, content.header("content-type")), (200, Some("application/zip")));
    let place = tempfile::tempdir().unwrap();
    let (zip, folder, other) = (place.path().join("a.zip"), place.path().join("folder"), place.path().join("b.zip"));
    std::fs::write(&zip, &content.body).unwrap();
    std::fs::create_dir(&folder).unwrap();
    unpack(&zip, &folder, Bounds::default()).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(std::fs::read_to_string(folder.join("experts.jsonl")).unwrap().contains("\"e-2\""));
    pack(&folder, &other).unwrap();
    assert_eq!(office.ask("DELETE", &format!("/exports/{id}"), None, "gone").status, 204);
    assert_eq!(office.ask("GET", &format!("/exports/{id}/content"), None, "gone").status, 404);
    let query = AuditQuery { object_kind: Some(ObjectKind::Dataset), limit: 100, ..AuditQuery::default() };
    let acts: Vec<String> = town.read(|db| db.audit_rows(&query)).into_iter().map(|row| row.action).collect();
    assert_eq!(acts, ["read", "export", "import"], "newest first");
});

#[test]
fn what_means_harm_is_refused_and_leaves_nothing() {
    let database = TestDatabase::new(Kind::Sqlite);
    let town = Town::on(&database);
    let office = Office::of(&town);
    let duplicate = {
        // The library writes no two entries of one name, so one of another name of the same length is renamed afterwards.
        let bytes = archive(&[("experts.jsonl", EXPERT.as_bytes()), ("expertz.jsonl", EXPERT.as_bytes())]);
        let name = b"expertz.jsonl";
        let mut renamed = bytes.clone();
        for at in (0..bytes.len() - name.len()).filter(|at| bytes[*at..].starts_with(name)) {
            renamed[at..at + name.len()].copy_from_slice(b"experts.jsonl");
        }
        renamed
    };
    let many: Vec<String> = (0..100).map(|at| format!("f-{at}")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let bomb = vec![b' '; 40 << 20];
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("no zip", b"no zip at all".to_vec(), "unreadable"),
        ("nothing", Vec::new(), "unreadable"),
        ("no entries", archive(&[]), "too_few"),
        ("a way up", archive(&[("../experts.jsonl", EXPERT.as_bytes())]), "unknown_file"),
        ("an absolute way", archive(&[("/etc/experts.jsonl", EXPERT.as_bytes())]), "unknown_file"),
        ("too many entries", archive(&many), "too_many"),
        ("two alike", duplicate, "duplicate"),
        ("a bomb", archive(&[("experts.jsonl", &bomb)]), "too_long"),
        (
            "half of one",
            {
                let whole = archive(&[("experts.jsonl", EXPERT.as_bytes())]);
                whole[..whole.len() / 2].to_vec()
            },
            "unreadable",
        ),
    ];
    for (what, bytes, code) in cases {
        let ended = office.ended(&office.send(&bytes, "", what.replace(' ', "-").as_str()));
        assert_eq!((&ended["stage"], &ended["faults"][0]["code"]), (&"refused".into(), &code.into()), "{what}: {ended}");
    }
    assert_eq!(town.read(experts::count), 0);
    assert_eq!(office.send(&vec![0; (1 << 20) + 1], "", "large").status, 413);
    assert_eq!(office.ask("POST", "/imports", Some(("application/json", b"{}".to_vec())), "json").status, 415);
    assert_eq!(office.ask("POST", "/imports?dryrun=true", Some(("application/zip", Vec::new())), "query").status, 400);
}

#[test]
fn a_bomb_is_stopped_by_its_size_and_by_its_ratio() {
    let place = tempfile::tempdir().unwrap();
    let zip = place.path().join("a.zip");
    std::fs::write(&zip, archive(&[("experts.jsonl", &vec![b'\n'; 3 << 20]), ("packages.jsonl", &vec![b'\n'; 3 << 20])])).unwrap();
    let codes = |name: &str, bounds: Bounds| {
        let folder = place.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let outcome = unpack(&zip, &folder, bounds);
        outcome.map_err(|faults| faults.faults.iter().map(|fault| fault.file.clone()).collect::<Vec<_>>())
    };
    assert_eq!(codes("wide", Bounds { ratio: 100_000, ..Bounds::default() }), Ok(6 << 20), "all lines are counted");
    let both = vec!["experts.jsonl".to_owned(), "packages.jsonl".to_owned()];
    assert_eq!(codes("ratio", Bounds { ratio: 10, ..Bounds::default() }), Err(both));
    assert_eq!(codes("size", Bounds { bytes: 4 << 20, ratio: 100_000, ..Bounds::default() }), Err(vec!["packages.jsonl".to_owned()]));
}

#[test]
fn a_server_that_starts_again_knows_nothing_of_what_was_broken_off() {
    let database = TestDatabase::new(Kind::Sqlite);
    let town = Town::on(&database);
    let given = Given::file("kept", "");
    let folder = given.path().join("transfers");
    std::fs::create_dir_all(folder.join("received-x/folder")).unwrap();
    std::fs::write(folder.join("received-x/archive.zip"), "half").unwrap();
    let transfers = raakvlak_service::transfers::Transfers::in_folder(&folder).unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "nothing stays behind");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700, "nobody else can look into it");
    // One runs at a time; the file of another is taken away again.
    let request = |key: &str| raakvlak_service::transfers::Request { key: key.to_owned(), digest: [0; 32] };
    let many: String = (0..20_000).map(|at| format!("{{\"id\":\"e-{at}\"}}\n")).collect();
    let place = transfers.place_to_receive(&town.steward).unwrap();
    std::fs::write(place.join("archive.zip"), archive(&[("experts.jsonl", many.as_bytes())])).unwrap();
    let first = transfers.import(&town.desk, &town.steward, place, false, request("one")).unwrap();
    let second = transfers.export(&town.desk, &town.steward, request("two"));
    let stopped = transfers.cancel(&town.desk, &town.steward, raakvlak_service::transfers::Direction::Import, &first.id);
    let since = Instant::now();
    let ended = loop {
        let found = transfers.transfer(&town.desk, &town.steward, raakvlak_service::transfers::Direction::Import, &first.id).unwrap();
        if found.ended_at.is_some() {
            break found;
        }
        assert!(since.elapsed() < Duration::from_secs(120));
        std::thread::sleep(Duration::from_millis(5));
    };
    use raakvlak_service::error::{Conflict, Error};
    assert_eq!(second.unwrap_err(), Error::Conflict(Conflict::Busy));
    assert_eq!(stopped, Ok(()));
    assert_eq!((ended.stage, town.read(experts::count)), (raakvlak_service::transfers::Stage::Cancelled, 0), "nothing is kept");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "and its files are gone");
    assert!(transfers.place_to_receive(&town.mediator).is_err(), "stewards alone");
}
