//! From an empty database to work that was done and looked back on, over HTTP alone: who does what, and what each of them gets to see.

use raakvlak_testkit::database::Kind;
use serde_json::{Value, json};

use crate::installation::{Installation, Person};

/// The people of the story, once they are in.
struct People<'a> {
    steward: Person<'a>,
    bo: Person<'a>,
    kim: Person<'a>,
    auditor: Person<'a>,
    kitchen: Person<'a>,
    anna: Person<'a>,
    ben: Person<'a>,
}

impl People<'_> {
    /// Everybody's app renews its session.
    fn come_back(&self) {
        let Self { steward, bo, kim, auditor, kitchen, anna, ben } = self;
        [steward, bo, kim, auditor, kitchen, anna, ben].into_iter().for_each(Person::comes_back);
    }
}

#[test]
fn on_sqlite() {
    tell(&Installation::new(Kind::Sqlite));
}

#[test]
fn on_postgres() {
    tell(&Installation::new(Kind::Postgres));
}

fn tell(at: &Installation) {
    let people = everybody_comes_in(at);
    let programme = the_steward_founds_a_programme(&people);
    let package = the_kitchen_asks_for_people(at, &people, &programme);
    let [anna, ben] = two_people_say_what_they_can_and_want(&people, &programme, &package);
    let [of_anna, of_ben] = bo_finds_them(&people, &package, [&anna, &ben]);
    bo_looks_twice(&people, &of_anna, &of_ben);
    bo_asks_them(at, &people, [&of_anna, &of_ben]);
    ben_says_no(&people, &of_ben);
    anna_asks_and_says_yes(&people, &of_anna);
    the_kitchen_meets_anna(&people, &of_anna, &of_ben);
    a_changed_arrangement_asks_for_every_yes_again(at, &people, &of_anna);
    the_work_is_done(at, &people, &of_anna);
    everybody_reads_what_happened(&people, &of_anna, &package);
    ben_goes(at, people);
}

/// The command line lets the first steward in; the steward lets the others in.
fn everybody_comes_in(at: &Installation) -> People<'_> {
    let steward = at.first_steward();
    assert_eq!(steward.reads("/me").body["roles"], json!(["steward"]));
    let user = |by: &Person<'_>, told: Value| by.makes("/users", &told).id();
    let on_paper = |by: &Person<'_>, user: &str| {
        by.makes(&format!("/users/{user}/paper-codes"), &Value::Null).body["code"].as_str().unwrap().to_owned()
    };

    user(&steward, json!({ "name": "Bo", "email": "bo@raakvlak.example", "roles": ["mediator"] }));
    let kim = user(&steward, json!({ "name": "Kim", "email": "kim@raakvlak.example", "roles": ["auditor"] }));
    let changed =
        steward.changes(&format!("/users/{kim}"), &format!("/users/{kim}/roles"), &json!({ "roles": ["mediator"], "regions": ["Zwolle"] }));
    assert_eq!(changed.body["roles"], json!(["mediator"]));
    let auditor = user(&steward, json!({ "name": "Toezicht", "email": "toezicht@raakvlak.example", "roles": ["auditor"] }));
    assert_eq!(steward.reads(&format!("/users/{auditor}")).body["roles"], json!(["auditor"]));
    let [bo, kim, auditor] = ["bo", "kim", "toezicht"].map(|name| at.with_link(&format!("{name}@raakvlak.example")));

    // A mediator lets in who acts for themselves or for an organisation; Ben has no e-mail.
    user(&bo, json!({ "name": "Keuken", "email": "keuken@raakvlak.example", "roles": ["organisation"] }));
    user(&bo, json!({ "name": "Anna Jansen", "email": "anna@raakvlak.example", "roles": ["expert"] }));
    let ben = user(&bo, json!({ "name": "Ben", "roles": ["expert"] }));
    let code = on_paper(&bo, &ben);
    let [kitchen, anna] = ["keuken", "anna"].map(|name| at.with_link(&format!("{name}@raakvlak.example")));
    People { steward, bo, kim, auditor, kitchen, anna, ben: at.with_code(&code) }
}

fn the_steward_founds_a_programme(people: &People<'_>) -> String {
    let told = json!({ "name": "Basisbanen", "purpose_nl": "Werk dat de buurt nodig heeft.", "position": "task_package", "why_nl": "Taken gaan voor." });
    let programme = people.steward.makes("/programmes", &told).id();
    assert_eq!(people.bo.sends("POST", "/programmes", None, Some(&told)).status, 403, "a mediator founds none");
    programme
}

/// An organisation makes itself known, is found trustworthy, joins the programme, and publishes a package that a mediator takes in.
fn the_kitchen_asks_for_people(place: &Installation, people: &People<'_>, programme: &str) -> String {
    let told = json!({ "name": "Buurtkeuken", "kind": "citizens_initiative", "place": { "town": "Zwolle" } });
    let organisation = people.kitchen.makes("/organisations", &told).id();
    let at = format!("/organisations/{organisation}");
    assert_eq!(people.anna.asks("GET", &at).status, 404, "nobody has found it trustworthy yet");
    people.bo.decides(&at, "vet", &Value::Null);
    assert_eq!(people.anna.reads(&at).body["name"], "Buurtkeuken");
    assert_eq!(people.kitchen.reads(&format!("{at}/members")).body.as_array().unwrap().len(), 1);
    people.kitchen.does("PUT", &format!("/programmes/{programme}/organisations/{organisation}"));
    assert_eq!(people.bo.reads(&format!("/programmes/{programme}/organisations")).body, json!([organisation]));

    a_colleague_comes_and_goes(place, people, &organisation);
    let work = json!({
        "organisation": organisation, "programme": programme, "purpose": "Mensen in de wijk eten samen.", "title": "Koken in de buurtkeuken",
        "tasks": [{ "id": "koken", "title": "Samen koken", "hours": 4, "requirements": [{ "competence": "rv:cook-together", "level": 2, "need": "desirable" }] }],
        "hours": { "min": 4, "max": 8 }, "work_form": "basic_job", "place": { "town": "Zwolle" },
    });
    let package = people.kitchen.makes("/task-packages", &work).id();
    let at = format!("/task-packages/{package}");
    assert_eq!(people.anna.asks("GET", &at).status, 404, "it is a draft");
    people.kitchen.decides(&at, "publish", &Value::Null);
    people.bo.decides(&at, "take-in", &Value::Null);
    assert_eq!(people.anna.reads(&at).body["state"], "published");
    package
}

/// Somebody who is invited speaks for the organisation once they opened the letter, until they sign out everywhere and are let go.
fn a_colleague_comes_and_goes(place: &Installation, people: &People<'_>, organisation: &str) {
    let at = format!("/organisations/{organisation}");
    let invitation = json!({ "email": "sam@raakvlak.example" });
    assert_eq!(people.kitchen.sends("POST", &format!("{at}/invitations"), None, Some(&invitation)).status, 202);
    let sam = place.with_letter("sam@raakvlak.example");
    let account = sam.reads("/me").body;
    assert_eq!(account["organisations"], json!([organisation]));
    assert_eq!(sam.reads("/sessions").body.as_array().unwrap().len(), 1);
    sam.does("DELETE", "/sessions");
    assert_eq!(sam.asks("GET", "/me").status, 401);
    people.kitchen.does("DELETE", &format!("{at}/members/{}", account["id"].as_str().unwrap()));
}

/// Anna and Ben make their profiles. Nobody is asked before their yes.
fn two_people_say_what_they_can_and_want(people: &People<'_>, programme: &str, package: &str) -> [String; 2] {
    let shortlist =
        || people.bo.makes(&format!("/task-packages/{package}/shortlists"), &Value::Null).body["members"].as_array().unwrap().len();
    let ids = [(&people.anna, "Anna"), (&people.ben, "Ben")].map(|(person, name)| {
        assert_eq!(person.asks("GET", "/me/profile").status, 404);
        person.makes("/me/profile", &json!({ "display_name": name })).id()
    });
    assert_eq!(shortlist(), 0, "nobody is asked before their yes");
    let found = people.anna.sends("POST", "/vocabulary/link", None, Some(&json!({ "text": "ik kook graag met anderen", "limit": 3 })));
    let competence = found.json()["concepts"][0]["competence"].clone();
    assert_eq!(people.anna.reads("/vocabulary/competences?q=koken&limit=3").body.as_array().unwrap().len(), 3);
    let read = people.anna.reads(&format!("/vocabulary/competences/{}", competence.as_str().unwrap())).body;
    let like_it = read["neighbours"].as_array().unwrap();
    assert!(like_it.is_sorted_by(|one, next| one["value"].as_u64() >= next["value"].as_u64()) && !like_it.is_empty());
    let is_told =
        |why: &Value| why["way"] == "related" || !why["steps"].is_null() || !why["ancestor"].is_null() || why["occupations"] != json!([]);
    assert!(like_it.iter().all(is_told), "each says why: {like_it:?}");
    for (person, name) in [(&people.anna, "Anna"), (&people.ben, "Ben")] {
        person.changes("/me/profile", "/me/profile", &json!({
            "display_name": name, "story": "Ik kook al jaren voor de buurt.", "hours": { "min": 4, "max": 12 }, "place": { "town": "Zwolle" }, "travel_km": 15,
            "competences": [{ "competence": competence, "level": 3, "source": "self" }], "work_forms": ["basic_job"],
            "contact": { "name": format!("{name} Jansen"), "phone": "06-12345678" },
        }));
        person.changes(
            "/me/profile",
            "/me/disclosure",
            &json!({ "contact": "organisation", "story": "nobody", "competences": "organisation" }),
        );
        let profile = person.changes("/me/profile", "/me/consent", &json!({ "wants_to_be_matched": true }));
        assert_eq!(profile.body["wants_to_be_matched"], true);
    }
    assert_eq!(shortlist(), 2);
    people.anna.does("PUT", &format!("/programmes/{programme}/experts/{}", ids[0]));
    assert_eq!(people.anna.reads("/me/profile").body["programmes"], json!([programme]));
    let shown = people.anna.reads("/me/preview").body;
    assert_eq!(shown["shown"].as_object().unwrap().keys().collect::<Vec<_>>(), ["contact", "competences"]);
    let fitting = people.anna.reads("/me/packages").body;
    assert_eq!((&fitting["items"][0]["package"], &fitting["fitting"]), (&json!(package), &json!(1)));
    ids
}

/// A mediator reads who fits and why, and suggests both; a suggestion that is sent twice is made once.
fn bo_finds_them(people: &People<'_>, package: &str, experts: [&str; 2]) -> [String; 2] {
    let bo = &people.bo;
    let at = format!("/task-packages/{package}");
    let ranking = bo.reads(&format!("{at}/ranking")).body;
    assert_eq!(ranking["eligible"], 2);
    assert_eq!(ranking["shortlist"].as_array().unwrap().len(), 2);
    let explanation = bo.reads(&format!("{at}/explanations/{}", experts[0])).body;
    let shares: u64 = explanation["criteria"].as_array().unwrap().iter().map(|criterion| criterion["share"].as_u64().unwrap()).sum();
    assert_eq!(explanation["score"], shares, "the parts of the score add up to it");
    assert_eq!(bo.reads(&format!("{at}/near-misses")).body, json!([]));
    assert_eq!(bo.reads(&format!("{at}/barriers")).body, json!([]));

    let suggestion = |expert: &str| json!({ "package": package, "expert": expert, "why": "Kookt graag met anderen." });
    let send = |body: &Value| bo.sends_once("POST", "/matches", ("suggest-anna", None), Some(body));
    let [once, again] = [(); 2].map(|()| send(&suggestion(experts[0])));
    assert_eq!((once.status, once.json()), (201, again.json()), "the same request acts once, and gets the same answer");
    assert_eq!(send(&suggestion(experts[1])).status, 409, "the same key with another body");
    let of_ben = bo.makes("/matches", &suggestion(experts[1])).id();
    assert_eq!(bo.reads_all("/matches?limit=1").len(), 2);
    [once.json()["id"].as_str().unwrap().to_owned(), of_ben]
}

/// Both are reviewed, with a why. Who builds on an old version is told how it stands now.
fn bo_looks_twice(people: &People<'_>, of_anna: &str, of_ben: &str) {
    let why = json!({ "text": "Rustige groep, dichtbij." });
    let at = format!("/matches/{of_anna}");
    people.bo.decides(&at, "review", &why);
    people.bo.decides(&format!("/matches/{of_ben}"), "review", &why);
    let stale = people.kim.sends("POST", &format!("{at}/dismiss"), Some(1), Some(&json!({ "text": "Toch niet." })));
    assert_eq!((stale.status, stale.header("ETag")), (412, Some("\"2\"")));
    assert_eq!(stale.json()["current"]["state"], "reviewed", "the current one is in the answer");
    let without = people.kim.sends("POST", &format!("{at}/dismiss"), None, Some(&json!({ "text": "Toch niet." })));
    assert_eq!(without.status, 428);
    the_kitchen_knows_of_nobody(people, &[of_anna, of_ben]);
}

/// Before an introduction a match does not exist for the organisation, byte for byte.
fn the_kitchen_knows_of_nobody(people: &People<'_>, matches: &[&str]) {
    assert_eq!(people.kitchen.reads("/matches").body["items"], json!([]));
    let answer = |id: &str| {
        let answer = people.kitchen.asks("GET", &format!("/matches/{id}"));
        (answer.status, answer.body)
    };
    let missing = answer("00000000-0000-7000-8000-000000000000");
    assert_eq!(missing.0, 404);
    matches.iter().for_each(|id| assert_eq!(answer(id), missing));
}

fn bo_asks_them(at: &Installation, people: &People<'_>, matches: [&str; 2]) {
    for id in matches {
        let arrangement =
            json!({ "hours": 4, "start": at.day_ahead(14), "dayparts": ["tue_am"], "reward": { "kind": "allowance", "amount": 5 } });
        let offer = json!({ "arrangement": arrangement, "deadline": at.moment_ahead(7), "text": "Wil je dit proberen?" });
        let offered = people.bo.decides(&format!("/matches/{id}"), "offer", &offer);
        assert_eq!((&offered.body["state"], &offered.body["arrangement"]["version"]), (&json!("offered"), &json!(1)));
    }
}

/// A no needs no reason and costs nothing.
fn ben_says_no(people: &People<'_>, of_ben: &str) {
    let at = format!("/matches/{of_ben}");
    assert_eq!(people.anna.asks("GET", &at).status, 404, "it is Ben's");
    assert_eq!(people.ben.decides(&at, "decline", &json!({})).body["state"], "declined");
    assert_eq!(people.ben.tries(&at, "accept", &json!({ "arrangement_version": 1 })).status, 409, "what is declined is over");
}

fn anna_asks_and_says_yes(people: &People<'_>, of_anna: &str) {
    let at = format!("/matches/{of_anna}");
    people.anna.decides(&at, "ask", &json!({ "text": "Is er een lift?" }));
    let waiting = people.bo.reads("/todos").body["items"].as_array().unwrap().clone();
    assert!(waiting.iter().any(|todo| todo["object"] == of_anna && todo["version"] == 1), "a question waits for an answer: {waiting:?}");
    people.bo.decides(&at, "answer", &json!({ "text": "Ja, naast de ingang." }));
    assert_eq!(people.bo.tries(&at, "accept", &json!({ "arrangement_version": 1 })).status, 403, "a yes is the person's own");
    let accepted = people.anna.decides(&at, "accept", &json!({ "arrangement_version": 1 }));
    assert_eq!(accepted.body["state"], "accepted");
    the_kitchen_knows_of_nobody(people, &[of_anna]);
}

/// Only now does the organisation learn of her, and only what she discloses.
fn the_kitchen_meets_anna(people: &People<'_>, of_anna: &str, of_ben: &str) {
    let at = format!("/matches/{of_anna}");
    people.bo.decides(&at, "introduce", &json!({}));
    let seen = people.kitchen.reads(&at).body;
    assert_eq!(seen["disclosed"]["display_name"], "Anna");
    assert_eq!(seen["disclosed"]["shown"]["contact"]["phone"], "06-12345678");
    assert!(!seen.to_string().contains("jaren voor de buurt"), "her story is for nobody: {seen}");
    assert!(seen.get("assessment").is_none() && seen.get("matcher_version").is_none(), "how she was ranked is the mediator's");
    assert_eq!(people.kitchen.reads("/matches").body["items"].as_array().unwrap().len(), 1);
    the_kitchen_forgets(people, of_ben);
    assert_eq!(people.kitchen.decides(&at, "agree", &json!({ "arrangement_version": 1 })).body["state"], "agreed");
}

/// Somebody who said no was never there.
fn the_kitchen_forgets(people: &People<'_>, of_ben: &str) {
    assert_eq!(people.kitchen.asks("GET", &format!("/matches/{of_ben}")).status, 404);
}

/// Three yeses to one version: a changed arrangement voids those that were given before.
fn a_changed_arrangement_asks_for_every_yes_again(at: &Installation, people: &People<'_>, of_anna: &str) {
    let path = format!("/matches/{of_anna}");
    let arrangement = json!({ "hours": 6, "start": at.day_ahead(14), "dayparts": ["tue_am"] });
    let changed = people.bo.decides(&path, "rearrange", &json!({ "arrangement": arrangement, "deadline": at.moment_ahead(7) }));
    assert_eq!((&changed.body["state"], &changed.body["arrangement"]["version"]), (&json!("offered"), &json!(2)));
    let parties = |version: u32| {
        let yeses = people.anna.reads(&format!("{path}/arrangements/{version}")).body["yeses"].as_array().unwrap().clone();
        yeses.iter().map(|yes| yes["party"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(parties(1), ["expert", "organisation"]);
    assert_eq!(parties(2), [""; 0], "nobody said yes to this one yet");
    let old_yes = json!({ "arrangement_version": 1 });
    assert_eq!(people.anna.tries(&path, "accept", &old_yes).status, 409, "a yes to what no longer holds");
    let yes = json!({ "arrangement_version": 2 });
    assert_eq!(people.kim.tries(&path, "confirm", &yes).status, 409, "nothing is confirmed without both yeses");
    people.anna.decides(&path, "accept", &yes);
    people.bo.decides(&path, "introduce", &json!({}));
    assert_eq!(people.kim.tries(&path, "confirm", &yes).status, 409, "the organisation's yes was to the first version");
    people.kitchen.decides(&path, "agree", &yes);
    assert_eq!(people.kim.decides(&path, "confirm", &yes).body["state"], "confirmed");
    assert_eq!(parties(2), ["expert", "mediator", "organisation"]);
}

/// The work begins, both sides tell how it goes, and look back when it is over.
fn the_work_is_done(at: &Installation, people: &People<'_>, of_anna: &str) {
    let path = format!("/matches/{of_anna}");
    assert_eq!(people.kitchen.decides(&path, "start", &Value::Null).body["state"], "active");
    at.days_go_by(5);
    assert_eq!(people.anna.asks("GET", "/me").status, 401, "an access token holds for minutes");
    people.come_back();
    at.days_go_by(10);
    people.come_back();

    people.anna.makes(&format!("{path}/check-ins"), &json!({ "energy": 4, "need": "talk", "text": "Ik wil graag iets vroeger beginnen." }));
    people.kitchen.makes(&format!("{path}/check-ins"), &json!({ "energy": 5 }));
    let told = people.bo.reads(&format!("{path}/check-ins")).body;
    assert_eq!(told.as_array().unwrap().iter().filter(|asked| !asked["answer"].is_null()).count(), 2);
    assert_eq!(people.kitchen.asks("GET", &format!("{path}/check-ins")).status, 403, "what she told is for the mediator");
    let todo = people.bo.reads("/todos").body["items"][0].clone();
    let closed = people.bo.sends("POST", &format!("/todos/{}/close", todo["id"].as_str().unwrap()), todo["version"].as_i64(), None);
    assert_eq!((closed.status, closed.json()["closed_at"].is_null()), (200, false));

    let evaluations = format!("{path}/evaluations");
    assert_eq!(people.anna.sends("POST", &evaluations, None, Some(&json!({ "rating": 5 }))).status, 409, "it is not over yet");
    assert_eq!(people.kitchen.decides(&path, "close", &json!({})).body["state"], "closed");
    people.anna.makes(&evaluations, &json!({ "rating": 5, "again": true }));
    people.kitchen.makes(&evaluations, &json!({ "rating": 4 }));
}

/// The person reads who saw what; the trail tells it all without a name, and is whole.
fn everybody_reads_what_happened(people: &People<'_>, of_anna: &str, package: &str) {
    let history = people.anna.reads(&format!("/matches/{of_anna}/history")).body;
    let verbs: Vec<&str> = history.as_array().unwrap().iter().map(|step| step["verb"].as_str().unwrap()).collect();
    let expected = "suggest review offer ask answer accept introduce agree rearrange accept introduce agree confirm start close";
    assert_eq!(verbs.join(" "), expected);
    let views = people.anna.reads_all("/me/views?limit=5");
    assert!(views.iter().any(|view| view["name"] == "Bo" && view["fields"] == json!(["explanation"])), "{views:?}");
    assert!(views.iter().any(|view| view["role"] == "organisation" && view["name"].is_null()), "{views:?}");

    let rows = people.auditor.reads_all("/audit?limit=100");
    let of_match: Vec<&str> = rows.iter().rev().filter(|row| row["object"] == of_anna).map(|row| row["action"].as_str().unwrap()).collect();
    let steps = of_match.iter().copied().filter(|act| !["check_in", "evaluate"].contains(act)).collect::<Vec<_>>();
    assert_eq!(steps.join(" "), expected, "every step stands in the trail, once");
    assert_eq!(of_match.len(), steps.len() + 4);
    assert!(rows.iter().any(|row| row["object"] == package && row["action"] == "publish"));
    let text = Value::Array(rows).to_string();
    ["Anna", "Jansen", "Ben", "Kim", "lift", "06-12345678"].iter().for_each(|private| assert!(!text.contains(private), "{private}"));
    assert_eq!(people.auditor.asks("GET", "/experts").status, 403);
}

/// Ben takes along what is kept about him, and goes for good. The trail stays whole.
fn ben_goes(_: &Installation, people: People<'_>) {
    let taken = people.ben.reads("/me/export").body;
    assert_eq!((&taken["expert"]["display_name"], taken["matches"].as_array().unwrap().len()), (&json!("Ben"), 1));
    let expert = taken["expert"]["id"].as_str().unwrap();
    assert_eq!(people.bo.reads(&format!("/experts/{expert}")).body["display_name"], "Ben");
    people.ben.does("DELETE", "/me");
    assert_eq!(people.ben.asks("GET", "/me").status, 401);
    assert_eq!(people.bo.asks("GET", &format!("/experts/{expert}")).status, 404);
    let verified = people.auditor.reads("/audit/verification").body;
    assert_eq!((&verified["whole"], &verified["findings"]), (&json!(true), &json!([])));
}
