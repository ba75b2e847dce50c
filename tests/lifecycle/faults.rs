//! What goes wrong under the desk, seen from the front door: a database that freezes, a disk that is full.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::users::{Role, User};
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::{Desk, DeskSettings};
use raakvlak_testkit::app::TestServer;
use raakvlak_testkit::database::cluster::Cluster;
use raakvlak_testkit::http::{Answer, Request};
use raakvlak_testkit::town::of;
use serde_json::json;

/// What somebody who asks may wait for, with the time that a busy machine takes to answer anything.
const PROMISED: Duration = Duration::from_secs(2);

/// How soon after its return the database must be used again.
const BACK: Duration = Duration::from_secs(5);

struct House {
    desk: Desk,
    server: TestServer,
    mediator: String,
    expert: String,
    /// The id of the expert.
    person: String,
}

fn user(desk: &Desk, role: &str) -> UserId {
    let user: User = of(&json!({ "id": "new", "name": role, "roles": [role] }));
    desk.create_user(&Actor::system(), user).unwrap().value.id
}

impl House {
    fn on(settings: DeskSettings) -> Self {
        let desk = Desk::open(settings).unwrap();
        let server = TestServer::start(Arc::new(desk.clone()), |_| {}, |_| {});
        let (mediator, own) = (user(&desk, "mediator"), user(&desk, "expert"));
        let actor = desk.actor_for_user(&own).unwrap();
        let profile = of(&json!({ "id": "x", "display_name": "Anna" }));
        let person = desk.create_expert(&actor, profile, Some(own.clone())).unwrap().value.id.to_string();
        let token = |user: &UserId| {
            let session = desk.open_session(&Actor::system(), user).unwrap().session;
            server.tokens().issue(user, &session, desk.now()).unwrap().text
        };
        let (mediator, expert) = (token(&mediator), token(&own));
        Self { desk, server, mediator, expert, person }
    }

    fn own(&self) -> Request {
        self.server.get("/api/v1/me").token(&self.expert)
    }

    /// Reading somebody else, which must be written down.
    fn looked_at(&self) -> Request {
        self.server.get(&format!("/api/v1/experts/{}", self.person)).token(&self.mediator)
    }

    fn public(&self) -> Request {
        self.server.get("/api/v1/openapi.json")
    }

    fn ready(&self) -> Request {
        self.server.get("/health/ready")
    }

    fn written(&self, name: &str) -> Request {
        let body = json!({ "name": name, "kind": "care" });
        self.server
            .request("POST", "/api/v1/organisations")
            .token(&self.mediator)
            .header("Idempotency-Key", format!("\"{}\"", name.replace(' ', "-")))
            .json(&body)
    }
}

/// The answer, which must come in time.
#[track_caller]
fn timely(request: &Request) -> Answer {
    let began = Instant::now();
    let answer = request.send();
    assert!(began.elapsed() < PROMISED, "{} after {:?}", answer.status, began.elapsed());
    answer
}

#[track_caller]
fn refused(request: &Request) {
    let answer = timely(request);
    assert_eq!((answer.status, answer.problem().as_str()), (503, "unavailable"), "{}", answer.text());
    assert!(answer.header("retry-after").is_some());
    for word in ["sqlite", "postgres", "disk", "silent"] {
        assert!(!answer.text().to_lowercase().contains(word), "{}", answer.text());
    }
}

#[track_caller]
fn back(request: &Request, status: u16) {
    let began = Instant::now();
    while request.send().status != status {
        assert!(began.elapsed() < BACK, "not back after {:?}", began.elapsed());
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_frozen_database_is_told_in_time_to_whoever_waits_in_a_handler() {
    let cluster = Cluster::durable();
    cluster.create_database("raakvlak");
    let folder = tempfile::tempdir().unwrap();
    let settings =
        DeskSettings::new(&cluster.url("raakvlak"), folder.path().join("keys"), folder.path().join("outbox"), "http://house.invalid");
    let house = House::on(DeskSettings { migrate: true, threads: Some(1), ..settings });
    for request in [house.own(), house.looked_at(), house.public(), house.ready()] {
        assert_eq!(request.send().status, 200, "{}", request.send().text());
    }
    let written = house.written("De Brug").send();
    assert_eq!(written.status, 201, "{}", written.text());
    cluster.signal("-STOP");
    // At once, before anybody can know: these wait inside the database, and are answered in time all the same.
    let outcomes: Vec<std::thread::Result<()>> = std::thread::scope(|scope| {
        let requests = [house.own(), house.looked_at(), house.ready(), house.written("De Zon")];
        let waiting: Vec<_> = requests.into_iter().map(|request| scope.spawn(move || refused(&request))).collect();
        waiting.into_iter().map(|thread| thread.join()).collect()
    });
    let later = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        [house.own(), house.looked_at(), house.ready(), house.written("De Maan")].iter().for_each(refused);
        assert_eq!(timely(&house.public()).status, 200);
        assert_eq!(timely(&house.server.get("/health/live")).status, 200);
    }));
    cluster.signal("-CONT");
    outcomes.into_iter().for_each(|outcome| outcome.unwrap());
    later.unwrap();
    for request in [house.ready(), house.own(), house.looked_at()] {
        back(&request, 200);
    }
    back(&house.written("Na de vorst"), 201);
    let report = house.desk.check(|| {}).unwrap();
    assert!(report.whole, "{:#?}", report.violations);
}

/// A small disk of its own; gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this process may not mount.
    fn new(folder: &Path) -> Option<Self> {
        let place = folder.join("disk");
        std::fs::create_dir(&place).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(&place).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(place))
    }

    /// Leaves no byte free.
    fn fill(&self) {
        use std::io::Write;
        let mut filler = std::fs::File::create(self.0.join("filler")).unwrap();
        for size in [65_536, 4_096, 512, 1] {
            let block = vec![0_u8; size];
            while filler.write_all(&block).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).output());
    }
}

#[test]
fn a_full_disk_refuses_what_must_be_written_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::new(folder.path()) else {
        println!("this process may not mount a small disk: nothing was tried");
        return;
    };
    let url = format!("sqlite:{}", disk.0.join("raakvlak.sqlite").display());
    let settings = DeskSettings::new(&url, disk.0.join("keys"), disk.0.join("outbox"), "http://house.invalid");
    let house = House::on(DeskSettings { migrate: true, threads: Some(1), ..settings });
    let written = house.written("De Brug").send();
    assert_eq!(written.status, 201, "{}", written.text());
    assert_eq!(house.looked_at().send().status, 200);
    for round in 0..2 {
        disk.fill();
        // The pages of the log that lie ready are used up first; then nothing is answered that was not kept.
        let mut kept = 0;
        while house.written(&format!("Vol {round} {kept}")).send().status == 201 {
            kept += 1;
            assert!(kept < 2_000, "the disk is never full");
        }
        refused(&house.written(&format!("Vol {round}")));
        refused(&house.looked_at());
        // One's own, what everybody may read, and whether the house stands, go on.
        for request in [house.own(), house.public(), house.ready()] {
            assert_eq!(timely(&request).status, 200, "{}", request.send().text());
        }
        // A new person needs a key on the disk first.
        let person = json!({ "name": "Bert", "roles": ["expert"] });
        refused(&house.server.request("POST", "/api/v1/users").token(&house.mediator).header("Idempotency-Key", "\"bert\"").json(&person));
        disk.make_room();
        back(&house.written(&format!("Ruimte {round}")), 201);
        assert_eq!(house.looked_at().send().status, 200);
        house.desk.store().flush_anchor();
        let report = house.desk.check(|| {}).unwrap();
        assert!(report.whole, "{:#?}", report.violations);
        assert!(house.desk.organisations(&Actor::system(), &raakvlak_service::desk::PageRequest::first(100)).unwrap().items.len() > kept);
    }
    let roles = house.desk.users(&Actor::system(), Some(Role::Expert), &raakvlak_service::desk::PageRequest::first(10)).unwrap();
    assert_eq!(roles.items.len(), 1, "who was refused is not there");
    house.desk.close();
}
