//! Two hundred marked strings in what people keep private, and everybody else's answers, headers, errors, letters and the log searched for them; and
//! after erasure every file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use raakvlak_service::actor::Actor;
use raakvlak_service::mail::Transport;
use raakvlak_store::schema::{idempotency, outbox};
use raakvlak_store::todos::{self, TodoQuery};
use raakvlak_store::{check, experts};
use raakvlak_testkit::app::TestServer;
use raakvlak_testkit::database::cluster::Cluster;
use raakvlak_testkit::database::{Kind, TestDatabase};
use raakvlak_testkit::http::Request;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Town, expert_of};
use serde_json::{Value, json};

/// The beginning of every mark.
const MARK: &str = "kanarie-";

/// How many people tell something.
const PEOPLE: usize = 10;

/// What one person tells, each with its group; fields without one are shown to mediators.
const FIELDS: &[(&str, &str)] = &[
    ("display", ""),
    ("employer", ""),
    ("avoid", "never"),
    ("story", "story"),
    ("name", "contact"),
    ("mail", "contact"),
    ("phone", "contact"),
    ("competence", "competences"),
    ("wish", "competences"),
    ("debt", "experience"),
    ("care", "experience"),
    ("gives", "limits"),
    ("drains", "limits"),
    ("nights", "limits"),
    ("crowds", "limits"),
    ("noise", "limits"),
    ("quiet", "limits"),
    ("breaks", "limits"),
    ("buddy", "limits"),
    ("certificate", "documents"),
    ("licence", "documents"),
];

/// What is said within a match.
const TEXTS: &[&str] = &["review", "offer", "ask", "answer", "accept", "introduce", "agree", "notes", "energy", "reject", "hand-over"];

fn mark(person: usize, field: &str) -> String {
    format!("{MARK}{person}-{field}-x")
}

/// To whom a person shows a group: each person chose something else.
fn audience(person: usize, group: &str) -> &'static str {
    match (group, person % 3) {
        ("", _) => "mediator",
        ("never" | "income", _) => "nobody",
        ("contact", 0) => "organisation",
        ("story" | "limits", 1) => "nobody",
        ("experience", 2) => "organisation",
        _ => "mediator",
    }
}

fn profile(person: usize) -> Value {
    let m = |field: &str| mark(person, field);
    let shown = |group: &str| audience(person, group);
    json!({
        "display_name": m("display"), "story": m("story"), "hours": { "min": 2, "max": 12 },
        "contact": { "name": m("name"), "email": format!("{}@raakvlak.example", m("mail")), "phone": m("phone") },
        "competences": [{ "competence": m("competence"), "level": 3 }], "wishes": [m("wish")], "experience": [m("debt"), m("care")],
        "energy": { "gives": [m("gives")], "drains": [m("drains")] }, "no_go": [m("nights"), m("crowds")], "rather_not": [m("noise")],
        "needs": [m("quiet"), m("breaks")], "helps": [m("buddy")], "documents": [m("certificate"), m("licence")], "avoid": [m("avoid")],
        "commitments": [{ "employer": m("employer"), "hours": 1 }], "income": { "benefit": "social_assistance" },
        "disclosure": {
            "contact": shown("contact"), "story": shown("story"), "competences": shown("competences"), "experience": shown("experience"),
            "limits": shown("limits"), "income": "nobody", "documents": shown("documents"),
        },
    })
}

/// Everything that the program writes into its log, as the server itself filters it but with nothing left out of our own crates.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The log of this process.
fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let written = Log::default();
        let writer = written.clone();
        let filter = "warn,raakvlak=trace,raakvlak_server=trace,raakvlak_service=trace,raakvlak_store=trace";
        let builder =
            tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::new(filter)).with_writer(move || writer.clone());
        builder.json().flatten_event(true).try_init().expect("the only log of these tests");
        written
    })
}

/// Somebody who asks, over the line.
struct Voice {
    name: &'static str,
    actor: Option<Actor>,
    token: Option<String>,
}

struct Walk<'a> {
    town: &'a Town,
    server: TestServer,
    voices: Vec<Voice>,
    /// Who has met the organisation.
    met: BTreeSet<usize>,
    leaks: Vec<String>,
    asked: usize,
    number: usize,
}

impl<'a> Walk<'a> {
    fn new(town: &'a Town, stranger: &Actor) -> Self {
        let server = TestServer::start(Arc::new(town.desk.clone()), |_| {}, |_| {});
        let others = [
            ("mediator", &town.mediator),
            ("second", &town.second),
            ("steward", &town.steward),
            ("auditor", &town.auditor),
            ("employee", &town.employee),
            ("neighbour", &town.neighbour),
            ("stranger", stranger),
        ];
        let signed_in = others.map(|(name, actor)| Voice { name, actor: Some(actor.clone()), token: None });
        let voices = signed_in.into_iter().chain([Voice { name: "visitor", actor: None, token: None }]).collect();
        let mut walk = Self { town, server, voices, met: BTreeSet::new(), leaks: Vec::new(), asked: 0, number: 0 };
        walk.sign_in();
        walk
    }

    /// Tokens hold for ten minutes.
    fn sign_in(&mut self) {
        for voice in &mut self.voices {
            voice.token = voice.actor.as_ref().map(|actor| token(self.town, &self.server, actor));
        }
    }

    /// Whether somebody may read this mark; the person themselves is never asked.
    fn may_read(&self, voice: &str, mark: &str) -> bool {
        let mediating = ["mediator", "second", "steward"].contains(&voice);
        let Some((person, field)) = mark.strip_prefix(MARK).and_then(|rest| rest.strip_suffix("-x")).and_then(|rest| rest.split_once('-'))
        else {
            return false;
        };
        let Ok(person) = person.parse::<usize>() else {
            // Said within a match: the mediator reads it all, the organisation what is arranged. What mediators say to each other stays with them.
            return (mediating && (voice != "steward" || field != "hand-over")) || (voice == "employee" && field == "notes");
        };
        let group = FIELDS.iter().find(|(name, _)| *name == field).map_or("never", |(_, group)| group);
        match audience(person, group) {
            "nobody" => false,
            "organisation" => mediating || (voice == "employee" && self.met.contains(&person)),
            _ => mediating || (voice == "employee" && self.met.contains(&person) && field == "display"),
        }
    }

    fn look(&mut self, voice: &str, what: &str, text: &str) {
        for found in marks_in(text) {
            if !self.may_read(voice, &found) {
                self.leaks.push(format!("{voice}: {found} in {what}"));
            }
        }
    }

    fn send(&mut self, voice: &str, request: &Request, what: &str) -> raakvlak_testkit::http::Answer {
        let answer = request.send();
        self.asked += 1;
        let headers = format!("{:?}", answer.headers);
        self.look(voice, what, &format!("{headers}{}", answer.text()));
        answer
    }

    /// A verb of a match, over the line, by somebody with this token.
    fn act(&mut self, voice: &str, token: &str, id: &str, verb: &str, body: &Value) {
        let target = format!("/api/v1/matches/{id}");
        let etag = self.server.get(&target).token(self.voices[0].token.as_ref().unwrap()).send().header("etag").unwrap().to_owned();
        self.number += 1;
        let request = self.server.request("POST", &format!("{target}/{verb}")).token(token).header("If-Match", etag);
        let request = request.header("Idempotency-Key", format!("walk-{}", self.number)).json(body);
        let answer = if voice == "own" { request.send() } else { self.send(voice, &request, verb) };
        assert!((200..300).contains(&answer.status), "{verb}: {} {}", answer.status, answer.text());
    }

    /// Hands everything that waits over to the other mediator, with words, and gives every to-do that there ever was.
    fn hand_over_all(&mut self) -> Vec<String> {
        let token = self.token_of("mediator");
        let open = self.town.read(|db| todos::list(db, &TodoQuery::default()));
        let about: BTreeSet<&str> = open.iter().map(|todo| todo.object_kind.as_str()).collect();
        assert!(about.contains("match"), "something waits about somebody: {about:?}");
        for todo in &open {
            let to = [&self.town.mediator, &self.town.second]
                .map(|actor| &actor.user)
                .into_iter()
                .find(|user| todo.assigned_to.as_ref() != Some(user));
            let target = format!("/api/v1/todos/{}", todo.id);
            let etag = self.server.get(&target).token(&token).send().header("etag").unwrap().to_owned();
            let request = self.server.request("POST", &format!("{target}/hand-over")).token(&token).header("If-Match", etag);
            let request = request.header("Idempotency-Key", todo.id.as_str()).json(&json!({ "to": to, "why": mark_of_text("hand-over") }));
            let answer = self.send("mediator", &request, "hand-over");
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        self.town.read(|db| check::ids(db, "todos"))
    }

    fn token_of(&self, voice: &str) -> String {
        self.voices.iter().find(|known| known.name == voice).and_then(|known| known.token.clone()).unwrap()
    }

    /// Everything that can be read, by everybody.
    fn read_all(&mut self, ids: &[(&str, Vec<String>)]) {
        let document = self.server.get("/api/v1/openapi.json").send().json();
        let mut targets: Vec<String> = Vec::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            let Some(operation) = operations.get("get") else { continue };
            let is_scope = |parameter: &Value| parameter["name"] == "scope" && parameter["required"] == true;
            let is_scoped = operation["parameters"].as_array().is_some_and(|parameters| parameters.iter().any(is_scope));
            let scoped = if is_scoped { "?scope=network" } else { "" };
            let mut open = vec![format!("/api/v1{path}{scoped}")];
            for (name, values) in ids {
                let hole = format!("{{{name}}}");
                open = open
                    .into_iter()
                    .flat_map(|target| {
                        let values: Vec<String> = if target.contains(&hole) { values.clone() } else { vec![String::new()] };
                        values.into_iter().map(move |value| target.replace(&format!("{{{name}}}"), &value)).collect::<Vec<_>>()
                    })
                    .collect();
            }
            targets.extend(open);
        }
        assert!(targets.iter().all(|target| !target.contains('{')), "{targets:?}");
        for at in 0..self.voices.len() {
            let (name, token) = (self.voices[at].name, self.voices[at].token.clone());
            let with = |request: Request| token.as_ref().map_or(request.clone(), |token| request.token(token));
            for target in &targets {
                let request = with(self.server.get(target));
                self.send(name, &request, target);
            }
            // What is refused says nothing either.
            for id in ids.iter().find(|(name, _)| *name == "match").map(|(_, ids)| ids.clone()).unwrap_or_default() {
                for verb in ["accept", "agree", "withdraw"] {
                    let request = self.server.request("POST", &format!("/api/v1/matches/{id}/{verb}")).header("If-Match", "\"999\"");
                    let request = with(request.header("Idempotency-Key", "never").json(&json!({ "arrangement_version": 9 })));
                    self.send(name, &request, verb);
                }
            }
        }
    }
}

fn token(town: &Town, server: &TestServer, actor: &Actor) -> String {
    let session = town.desk.open_session(&Actor::system(), &actor.user).unwrap().session;
    server.tokens().issue(&actor.user, &session, town.desk.now()).unwrap().text
}

/// Every mark in a text.
fn marks_in(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices(MARK).map(|(at, _)| at);
    starts.filter_map(|at| text[at..].find("-x").map(|end| text[at..at + end + 2].to_owned())).collect()
}

/// Whether anything marked stands in any file of a folder; letters to somebody hold their own name and address.
fn files_with_marks(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files_with_marks(&entry));
        } else if std::fs::read(&entry).unwrap().windows(MARK.len()).any(|window| window == MARK.as_bytes()) {
            found.push(entry.display().to_string());
        }
    }
    found
}

/// Whether anything marked stands in a PostgreSQL dump, as text or as bytes.
fn dump_with_marks(database: &TestDatabase) -> bool {
    let dump = Cluster::shared().dump(database.name().unwrap());
    let bytes: String = MARK.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(dump.contains("task_packages"), "this is a dump");
    dump.contains(MARK) || dump.contains(&bytes)
}

/// Opens whatever still lies sealed for other people with every key that there is.
fn opened_with_every_key(town: &Town) -> Vec<String> {
    use diesel::prelude::*;
    let mut texts = Vec::new();
    let letters: Vec<(String, Vec<u8>)> = town.read(|db| Ok(outbox::table.select((outbox::id, outbox::sealed)).load(db.connection())?));
    let answers: Vec<(String, Vec<u8>)> =
        town.read(|db| Ok(idempotency::table.select((idempotency::actor, idempotency::sealed_answer)).load(db.connection())?));
    let keys = town.desk.store().keys();
    for (table, column, rows) in [("outbox", "sealed", letters), ("idempotency", "sealed_answer", answers)] {
        for (row, sealed) in &rows {
            let place = raakvlak_store::Place { table, column, row };
            texts.extend(keys.ids().into_iter().filter_map(|key| keys.of(key).open_text(&place, sealed).ok()));
        }
    }
    texts
}

on_both_databases!(what_is_private_reaches_nobody_else_and_goes_for_good, |database| {
    let log = log();
    let town = Town::on(&database);
    let people: Vec<Actor> = (0..PEOPLE).map(|at| town.person(&format!("e-{at}"), profile(at))).collect();
    assert!(PEOPLE * FIELDS.len() + TEXTS.len() >= 200, "{}", PEOPLE * FIELDS.len() + TEXTS.len());
    let stranger = town.person("e-stranger", json!({}));
    // Addresses of their own, so that letters leave; those hold no more than the name and the address that they go to.
    for (at, actor) in people.iter().chain([&town.employee, &town.mediator]).enumerate() {
        let user = town.desk.user(&Actor::system(), &actor.user).unwrap();
        let email = Some(raakvlak_domain::texts::EmailAddress::new(&format!("u{at}@raakvlak.example")).unwrap());
        town.desk.update_user(&Actor::system(), raakvlak_domain::users::User { email, ..user.value }, user.version).unwrap();
    }
    let package = town.work("p-1", 5);
    let mut walk = Walk::new(&town, &stranger);
    let tokens: Vec<String> = people.iter().map(|actor| token(&town, &walk.server, actor)).collect();
    let text = |name: &str| json!({ "text": mark_of_text(name) });
    for voice in ["stranger", "mediator"] {
        // What somebody says of themselves to have it put in other words is nobody's afterwards, not even in the answer.
        let said = json!({ "text": format!("{} ik raak snel overprikkeld", mark(0, "term")) });
        let request = walk.server.request("POST", "/api/v1/terms/_translate").token(&walk.token_of(voice)).json(&said);
        assert_eq!(walk.send(voice, &request, "translate").status, 200);
    }
    let mut matches: Vec<String> = Vec::new();
    for (person, own) in tokens.iter().enumerate().take(3) {
        let (mediator, employee) = (walk.token_of("mediator"), walk.token_of("employee"));
        let made = walk.server.request("POST", "/api/v1/matches").token(&mediator).header("Idempotency-Key", format!("made-{person}"));
        let made = made.json(&json!({ "package": package, "expert": expert_of(&people[person]) }));
        let id = walk.send("mediator", &made, "suggest").json()["id"].as_str().unwrap().to_owned();
        matches.push(id.clone());
        walk.act("mediator", &mediator, &id, "review", &text("review"));
        let offer = json!({
            "arrangement": { "hours": 2, "start": "2026-12-01", "notes": mark_of_text("notes") }, "deadline": "2026-11-30T12:00:00Z",
            "text": mark_of_text("offer"),
        });
        walk.act("mediator", &mediator, &id, "offer", &offer);
        walk.act("own", own, &id, "ask", &text("ask"));
        walk.act("mediator", &mediator, &id, "answer", &text("answer"));
        let yes = |name: &str| json!({ "arrangement_version": 1, "text": mark_of_text(name) });
        walk.act("own", own, &id, "accept", &yes("accept"));
        if person == 2 {
            // Never introduced: the organisation does not know of the third.
            continue;
        }
        walk.met.insert(person);
        walk.act("mediator", &mediator, &id, "introduce", &text("introduce"));
        if person == 1 {
            walk.act("employee", &employee, &id, "reject", &json!({ "reason": "hours", "text": mark_of_text("reject") }));
            continue;
        }
        walk.act("employee", &employee, &id, "agree", &yes("agree"));
        walk.act("mediator", &mediator, &id, "confirm", &json!({ "arrangement_version": 1 }));
        walk.act("employee", &employee, &id, "start", &json!({}));
        let told = json!({ "energy": 4, "need": "talk", "text": mark_of_text("energy") });
        let check_in = walk.server.request("POST", &format!("/api/v1/matches/{id}/check-ins")).token(own);
        let answer = check_in.header("Idempotency-Key", "check-in").json(&told).send();
        assert!((200..300).contains(&answer.status), "{}", answer.text());
    }
    let shortlist = walk.server.request("POST", &format!("/api/v1/task-packages/{package}/shortlist")).token(&walk.token_of("mediator"));
    walk.send("mediator", &shortlist.header("Idempotency-Key", "list"), "shortlist");
    let waiting = walk.hand_over_all();
    let experts: Vec<String> = (0..PEOPLE).map(|at| format!("e-{at}")).collect();
    let users: Vec<String> = people.iter().map(|actor| actor.user.to_string()).collect();
    let ids = [
        ("expert", experts),
        ("user", users),
        ("match", matches.clone()),
        ("package", vec![package.to_string()]),
        ("organisation", vec!["o-bakery".to_owned(), "o-school".to_owned()]),
        ("programme", vec!["nothing".to_owned()]),
        ("version", vec!["1".to_owned()]),
        ("revision", vec!["1".to_owned()]),
        ("todo", waiting.clone()),
        ("competence", vec!["rv:cook-together".to_owned()]),
        ("rule", vec!["weekly_hours".to_owned()]),
        ("import", vec!["nothing".to_owned()]),
        ("export", vec!["nothing".to_owned()]),
    ];
    walk.read_all(&ids);
    assert!(walk.asked > 700, "{}", walk.asked);
    assert!(walk.leaks.is_empty(), "{} leaks: {:#?}", walk.leaks.len(), walk.leaks);
    let figures = Request::new(walk.server.figures_address(), "GET", "/metrics").send().text();
    assert_eq!(marks_in(&figures), BTreeSet::new());

    // The mediator does read what was shown to them, so that this test could find a leak.
    let seen = walk.server.get("/api/v1/experts/e-0").token(&walk.token_of("mediator")).send().text();
    assert!(marks_in(&seen).len() > 10, "{seen}");
    let told = |voice: &str| {
        let answers = waiting.iter().map(|id| walk.server.get(&format!("/api/v1/todos/{id}")).token(&walk.token_of(voice)).send());
        answers.filter(|answer| marks_in(&answer.text()).contains(&mark_of_text("hand-over"))).count()
    };
    assert!(told("mediator") > 0, "the colleague reads why it was handed over");
    let met = walk.server.get(&format!("/api/v1/matches/{}", matches[0])).token(&walk.token_of("employee")).send().text();
    assert!(marks_in(&met).contains(&mark(0, "phone")) && marks_in(&met).contains(&mark_of_text("notes")), "{met}");

    town.desk.send_letters().unwrap();
    town.clock.advance(86_400);
    town.desk.send_letters().unwrap();
    let Transport::Folder(folder) = town.settings.mail.transport.clone() else { panic!("a folder") };
    assert!(std::fs::read_dir(&folder).unwrap().count() >= 5);
    assert_eq!(files_with_marks(&folder), Vec::<String>::new(), "letters");
    let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(written.contains("\"answered\""), "the log is heard");
    assert_eq!(marks_in(&written), BTreeSet::new(), "the log");
    // Sealed, and so in no file, also before anybody is erased.
    town.desk.store().flush_anchor();
    assert_eq!(files_with_marks(database.folder()), Vec::<String>::new());

    // Kept answers under a mediator's key hold what others told, until those are erased.
    assert!(opened_with_every_key(&town).iter().any(|text| text.contains(MARK)), "this would find what is left");
    let keys: Vec<_> = people.iter().map(|actor| town.read(|db| experts::get(db, &expert_of(actor))).unwrap().key).collect();
    walk.sign_in();
    for own in people.iter().map(|actor| token(&town, &walk.server, actor)) {
        assert_eq!(walk.server.request("DELETE", "/api/v1/me").token(&own).send().status, 204);
    }
    assert!(keys.iter().all(|key| !town.desk.store().keys().exists(*key)));
    let left: Vec<String> = opened_with_every_key(&town).into_iter().filter(|text| text.contains(MARK)).collect();
    assert_eq!(left, Vec::<String>::new(), "what is left opens with a key that is left");
    assert_eq!(files_with_marks(database.folder()), Vec::<String>::new());
    if database.kind() == Kind::Postgres {
        assert!(!dump_with_marks(&database));
    }
    walk.met.clear();
    walk.read_all(&ids);
    assert!(walk.leaks.is_empty(), "{:#?}", walk.leaks);
    let report = town.desk.check(|| {}).unwrap();
    assert!(report.whole, "{:#?}", report.violations);
});

/// The mark of what is said within a match.
fn mark_of_text(name: &str) -> String {
    assert!(TEXTS.contains(&name), "{name}");
    format!("{MARK}text-{name}-x")
}
