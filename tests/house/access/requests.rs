//! For each operation a request that would succeed for whoever may make it, on records made for that one request.

use std::cell::Cell;

use raakvlak_domain::identifiers::{ExpertId, MatchId, OrganisationId, PackageId, ProgrammeId, UserId};
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::reading::Fresh;
use raakvlak_domain::routing::HandOver;
use raakvlak_domain::rules::Rule;
use raakvlak_service::actor::Actor;
use raakvlak_store::{StoreResult, Tx, experts, organisations, packages, programmes, todos, users};
use raakvlak_testkit::app::TestServer;
use raakvlak_testkit::contract;
use raakvlak_testkit::http::{Answer, Request};
use raakvlak_testkit::town::{NEIGHBOUR, ORGANISATION, Town, expert_of, hours, of, work};
use serde_json::{Value, json};

/// Who asks, and whether the record is theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Nobody,
    OwnExpert,
    OtherExpert,
    OwnOrganisation,
    OtherOrganisation,
    Mediator,
    Steward,
    Auditor,
}

impl Column {
    pub(super) const ALL: [Self; 8] = [
        Self::Nobody,
        Self::OwnExpert,
        Self::OtherExpert,
        Self::OwnOrganisation,
        Self::OtherOrganisation,
        Self::Mediator,
        Self::Steward,
        Self::Auditor,
    ];

    fn role(self) -> &'static str {
        match self {
            Self::Nobody | Self::OwnExpert | Self::OtherExpert => "expert",
            Self::OwnOrganisation | Self::OtherOrganisation => "organisation",
            Self::Mediator => "mediator",
            Self::Steward => "steward",
            Self::Auditor => "auditor",
        }
    }

    fn owns(self) -> bool {
        matches!(self, Self::OwnExpert | Self::OwnOrganisation)
    }
}

/// A request before it is sent: method, path, the version that it builds on, body.
pub(super) struct Ask {
    method: &'static str,
    path: String,
    version: Option<i64>,
    body: Option<Value>,
}

impl Ask {
    fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), version: None, body: None }
    }

    fn on(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// A town with a server on its desk.
pub(super) struct Matrix<'a> {
    pub(super) town: &'a Town,
    pub(super) server: &'a TestServer,
    number: Cell<u32>,
}

/// What belongs to one cell: fresh records, and somebody who stands to them as the column says.
struct Scene<'a> {
    town: &'a Town,
    column: Column,
    number: u32,
    /// The expert whose record it is.
    person: Actor,
    /// Who asks; for nobody the person, whose token is then left out.
    actor: Actor,
    organisation: OrganisationId,
}

impl<'a> Matrix<'a> {
    pub(super) fn new(town: &'a Town, server: &'a TestServer) -> Self {
        Self { town, server, number: Cell::new(0) }
    }

    /// The status of one cell, and what in its answer is not as documented; `None` for an operation that has no request here.
    pub(super) fn status(&self, operation: &str, column: Column) -> Option<(u16, Vec<String>)> {
        let scene = self.scene(column);
        let ask = scene.ask(operation)?;
        let (method, target) = (ask.method, format!("/api/v1{}", ask.path));
        let answer = self.request(&scene, ask).send();
        Some((answer.status, contract::faults(method, &target, &answer)))
    }

    /// The answers about a record that this column may not know of, and about one that does not exist, without what differs between any two answers.
    pub(super) fn hidden_and_missing(&self, operation: &str, template: &str, column: Column) -> [Answer; 2] {
        let scene = self.scene(column);
        let ask = scene.ask(operation).unwrap();
        let missing = Ask { path: with_no_record(template, &ask.path), method: ask.method, version: ask.version, body: ask.body.clone() };
        [ask, missing].map(|ask| {
            let mut answer = self.request(&scene, ask).send();
            answer.headers.retain(|(name, _)| name != "date" && name != "x-request-id");
            // In which order headers come is chance, and tells nothing.
            answer.headers.sort();
            answer
        })
    }

    fn scene(&self, column: Column) -> Scene<'a> {
        let number = self.number.get();
        self.number.set(number + 1);
        let person = self.town.person(&format!("e-{number}"), json!({ "hours": { "min": 0, "max": 40 } }));
        let organisation: OrganisationId = of(&json!(format!("o-{number}")));
        let kept: Organisation = of(&json!({ "id": organisation, "name": "Buurthuis", "kind": "care" }));
        self.write(move |tx| organisations::insert(tx, &kept).map(drop));
        let user = |speaks_for: &[&str]| self.town.user(&format!("a-{number}"), &[column.role()], speaks_for, None);
        let actor = match column {
            Column::Nobody | Column::OwnExpert => person.clone(),
            Column::OtherExpert => self.town.person(&format!("x-{number}"), json!({})),
            Column::OwnOrganisation => user(&[ORGANISATION, organisation.as_str()]),
            Column::OtherOrganisation => user(&[NEIGHBOUR]),
            Column::Mediator | Column::Steward | Column::Auditor => user(&[]),
        };
        Scene { town: self.town, column, number, person, actor, organisation }
    }

    fn write(&self, work: impl FnOnce(&mut Tx<'_>) -> StoreResult<()> + Send + 'static) {
        self.town.desk.store().write(work).unwrap();
    }

    fn request(&self, scene: &Scene<'_>, ask: Ask) -> Request {
        let mut request = self.server.request(ask.method, &format!("/api/v1{}", ask.path));
        if scene.column != Column::Nobody {
            let session = self.town.desk.open_session(&Actor::system(), &scene.actor.user).unwrap().session;
            let token = self.server.tokens().issue(&scene.actor.user, &session, self.town.clock.now()).unwrap();
            request = request.token(&token.text);
        }
        if ask.method == "POST" {
            request = request.header("Idempotency-Key", format!("cell-{}", scene.number));
        }
        if let Some(version) = ask.version {
            request = request.header("If-Match", format!("\"{version}\""));
        }
        if ask.path == "/imports" {
            request = request.header("Content-Type", "application/zip").body("no zip");
        }
        ask.body.map_or(request.clone(), |body| request.json(&body))
    }
}

/// Work that is not kept.
fn work_to_try() -> Value {
    let mut told = work("any", 1);
    for derived in ["id", "state"] {
        told.as_object_mut().unwrap().remove(derived);
    }
    told
}

/// The path with an id that nobody has in the place of each variable; numbers stay.
fn with_no_record(template: &str, path: &str) -> String {
    let segments = template.split('/').zip(path.split('/'));
    let changed = segments.map(|(of_template, of_path)| {
        let is_id = of_template.starts_with('{') && of_path.parse::<u32>().is_err();
        if is_id { "nothing-has-this-id" } else { of_path }
    });
    changed.collect::<Vec<_>>().join("/")
}

impl Scene<'_> {
    fn ask(&self, operation: &str) -> Option<Ask> {
        self.of_entrance(operation)
            .or_else(|| self.of_me(operation))
            .or_else(|| self.of_users(operation))
            .or_else(|| self.of_organisations(operation))
            .or_else(|| self.of_programmes(operation))
            .or_else(|| self.of_packages(operation))
            .or_else(|| self.of_shortlists(operation))
            .or_else(|| self.of_experts(operation))
            .or_else(|| self.of_matches(operation))
            .or_else(|| self.of_verbs(operation))
            .or_else(|| self.of_rules(operation))
            .or_else(|| self.of_further_knobs(operation))
            .or_else(|| self.of_the_network(operation))
    }

    fn of_entrance(&self, operation: &str) -> Option<Ask> {
        Some(match operation {
            "read_document" => Ask::new("GET", "/openapi.json"),
            "list_keys" => Ask::new("GET", "/keys"),
            "create_token" => {
                let code = self.town.desk.make_paper_code(&Actor::system(), &self.person.user).unwrap().code;
                Ask::new("POST", "/tokens").with(json!({ "code": code }))
            }
            "request_sign_in_link" => Ask::new("POST", "/sign-in-links").with(json!({ "email": "noor@example.org" })),
            "list_sessions" => Ask::new("GET", "/sessions"),
            "delete_current_session" => Ask::new("DELETE", "/sessions/current"),
            "delete_sessions" => Ask::new("DELETE", "/sessions"),
            _ => return None,
        })
    }

    fn of_me(&self, operation: &str) -> Option<Ask> {
        let version = || self.actor.expert.as_ref().map_or(1, |expert| self.expert_version(expert));
        Some(match operation {
            "get_me" => Ask::new("GET", "/me"),
            "erase_me" => Ask::new("DELETE", "/me"),
            "create_my_profile" => Ask::new("POST", "/me/profile").with(json!({ "display_name": "Noor" })),
            "get_my_profile" => Ask::new("GET", "/me/profile"),
            "update_my_profile" => Ask::new("PUT", "/me/profile").on(version()).with(json!({ "display_name": "Noor" })),
            "set_my_disclosure" => Ask::new("PUT", "/me/disclosure").on(version()).with(json!({ "story": "nobody" })),
            "set_my_consent" => Ask::new("PUT", "/me/consent").on(version()).with(json!({ "wants_to_be_matched": false })),
            "set_my_availability" => Ask::new("PUT", "/me/availability").on(version()).with(json!({ "availability": "paused" })),
            "preview_me" => Ask::new("GET", "/me/preview"),
            "list_my_packages" => Ask::new("GET", "/me/packages"),
            "export_me" => Ask::new("GET", "/me/export"),
            "list_my_views" => Ask::new("GET", "/me/views"),
            "judge_my_rules" => Ask::new("POST", "/me/rules/_try").with(json!({ "package": self.package_once() })),
            _ => return None,
        })
    }

    /// The user that it is about: the asker's own account, or the account of a person.
    fn of_users(&self, operation: &str) -> Option<Ask> {
        let user = if self.column.owns() { &self.actor.user } else { &self.person.user };
        let version = || self.town.read(|db| users::get(db, user)).unwrap().version;
        let roles = if self.column == Column::OwnOrganisation { "organisation" } else { "expert" };
        let changed = json!({ "name": "Sanne", "roles": [roles] });
        Some(match operation {
            "list_users" => Ask::new("GET", "/users"),
            "create_user" => Ask::new("POST", "/users").with(json!({ "name": "Sanne", "roles": ["expert"] })),
            "get_user" => Ask::new("GET", format!("/users/{user}")),
            "update_user" => Ask::new("PUT", format!("/users/{user}")).on(version()).with(changed),
            "change_user_roles" => Ask::new("PUT", format!("/users/{user}/roles")).on(version()).with(json!({ "roles": [roles] })),
            "delete_user_sessions" => Ask::new("DELETE", format!("/users/{user}/sessions")),
            "block_user" => Ask::new("POST", format!("/users/{user}/block")).on(version()),
            "unblock_user" => Ask::new("POST", format!("/users/{user}/unblock")).on(version()),
            "create_paper_code" => Ask::new("POST", format!("/users/{user}/paper-codes")),
            _ => return None,
        })
    }

    /// An organisation that only its members and those who look after the network know of.
    fn of_organisations(&self, operation: &str) -> Option<Ask> {
        let id = &self.organisation;
        let version = || self.town.read(|db| organisations::get(db, id)).unwrap().version;
        let told = json!({ "name": "Buurthuis", "kind": "care" });
        Some(match operation {
            "list_organisations" => Ask::new("GET", "/organisations"),
            "create_organisation" => Ask::new("POST", "/organisations").with(told),
            "get_organisation" => Ask::new("GET", format!("/organisations/{id}")),
            "update_organisation" => Ask::new("PUT", format!("/organisations/{id}")).on(version()).with(told),
            "vet_organisation" => Ask::new("POST", format!("/organisations/{id}/vet")).on(version()),
            "list_work_changes" => Ask::new("GET", format!("/organisations/{id}/work-changes")),
            "list_members" => Ask::new("GET", format!("/organisations/{id}/members")),
            "invite_member" => {
                let told = json!({ "email": format!("lid-{}@example.org", self.number) });
                Ask::new("POST", format!("/organisations/{id}/invitations")).with(told)
            }
            "add_member" => Ask::new("PUT", format!("/organisations/{id}/members/{}", self.new_member(false))),
            "remove_member" => Ask::new("DELETE", format!("/organisations/{id}/members/{}", self.new_member(true))),
            _ => return None,
        })
    }

    /// Somebody else who could speak for the organisation, or does.
    fn new_member(&self, is_member: bool) -> UserId {
        let speaks_for: &[&str] = if is_member { &[self.organisation.as_str()] } else { &[] };
        self.town.user(&format!("m-{}", self.number), &["organisation"], speaks_for, None).user
    }

    fn of_programmes(&self, operation: &str) -> Option<Ask> {
        let id: ProgrammeId = of(&json!(format!("r-{}", self.number)));
        let kept: Programme = of(&json!({ "id": id, "name": format!("Zorgreserve {}", self.number) }));
        self.write(move |tx| programmes::insert(tx, &kept).map(drop));
        let told = json!({ "name": format!("Leerkring {}", self.number) });
        let organisation = &self.organisation;
        Some(match operation {
            "list_programmes" => Ask::new("GET", "/programmes"),
            "create_programme" => Ask::new("POST", "/programmes").with(told),
            "get_programme" => Ask::new("GET", format!("/programmes/{id}")),
            "update_programme" => Ask::new("PUT", format!("/programmes/{id}")).on(1).with(told),
            "list_enrolments" => Ask::new("GET", format!("/programmes/{id}/organisations")),
            "join_programme" => Ask::new("PUT", format!("/programmes/{id}/organisations/{organisation}")),
            "join_programme_as_expert" => Ask::new("PUT", format!("/programmes/{id}/experts/{}", expert_of(&self.person))),
            "leave_programme_as_expert" => Ask::new("DELETE", format!("/programmes/{id}/experts/{}", expert_of(&self.person))),
            "leave_programme" => {
                let (programme, joined) = (id.clone(), organisation.clone());
                self.write(move |tx| programmes::add_organisation(tx, &programme, &joined));
                Ask::new("DELETE", format!("/programmes/{id}/organisations/{organisation}"))
            }
            _ => return None,
        })
    }

    /// A package that is not published, so that only its organisation and mediators know of it.
    fn of_packages(&self, operation: &str) -> Option<Ask> {
        let draft = || self.package("draft");
        let version = |id: &PackageId| self.town.read(|db| packages::get(db, id)).unwrap().version;
        let verb = |id: PackageId, verb: &str| Ask::new("POST", format!("/task-packages/{id}/{verb}")).on(version(&id));
        let told = work_to_try();
        Some(match operation {
            "list_packages" => Ask::new("GET", "/task-packages"),
            "create_package" => Ask::new("POST", "/task-packages").with(told),
            "get_package" => Ask::new("GET", format!("/task-packages/{}", draft())),
            "get_package_revision" => Ask::new("GET", format!("/task-packages/{}/revisions/1", draft())),
            "update_package" => {
                let id = draft();
                Ask::new("PUT", format!("/task-packages/{id}")).on(version(&id)).with(told)
            }
            "publish_package" => verb(draft(), "publish"),
            "pause_package" => verb(self.package("published"), "pause"),
            "close_package" => verb(draft(), "close"),
            "take_in_package" => verb(draft(), "take-in"),
            _ => return None,
        })
    }

    fn package(&self, state: &str) -> PackageId {
        let mut told = work(&format!("p-{}", self.number), 1);
        told["state"] = json!(state);
        let package: TaskPackage = of(&told);
        let id = package.id.clone();
        self.write(move |tx| packages::insert(tx, &package, None).map(drop));
        id
    }

    fn of_shortlists(&self, operation: &str) -> Option<Ask> {
        let id = self.package_once();
        let at = |path: &str| format!("/task-packages/{id}/{path}");
        Some(match operation {
            "open_shortlist" => Ask::new("POST", at("shortlists")),
            "get_shortlist" => {
                self.town.desk.open_shortlist(&self.town.mediator, &id).unwrap();
                Ask::new("GET", at("shortlist"))
            }
            "get_ranking" => Ask::new("GET", at("ranking")),
            "list_near_misses" => Ask::new("GET", at("near-misses")),
            "carve_package" => Ask::new("POST", at("_carve")).with(json!({ "smallest": 1, "largest": 12.5 })),
            "accept_parts" => {
                let tasks = self.town.read(|db| packages::get(db, &id)).unwrap().package.tasks;
                Ask::new("POST", at("parts")).with(json!({ "parts": [{ "tasks": [tasks[0].id] }], "smallest": 0 }))
            }
            "list_repairs" => Ask::new("GET", at("repairs")),
            "list_barriers" => Ask::new("GET", at("barriers")),
            "get_explanation" => Ask::new("GET", at(&format!("explanations/{}", expert_of(&self.person)))),
            "preview_matcher_knob" => {
                Ask::new("POST", "/knobs/matcher/preview").with(json!({ "package": id, "setting": { "floor": 3_000 } }))
            }
            _ => return None,
        })
    }

    /// A published package, the same one however often it is asked for.
    fn package_once(&self) -> PackageId {
        let id: PackageId = of(&json!(format!("p-{}", self.number)));
        if self.town.read(|db| packages::get(db, &id)).is_none() {
            return self.package("published");
        }
        id
    }

    fn of_experts(&self, operation: &str) -> Option<Ask> {
        let id = expert_of(&self.person);
        let version = || self.expert_version(&id);
        Some(match operation {
            "list_experts" => Ask::new("GET", "/experts"),
            "create_expert" => Ask::new("POST", "/experts").with(json!({ "display_name": "Noor" })),
            "get_expert" => Ask::new("GET", format!("/experts/{id}")),
            "update_expert" => Ask::new("PUT", format!("/experts/{id}")).on(version()).with(json!({ "display_name": "Noor" })),
            "record_consent" => {
                Ask::new("PUT", format!("/experts/{id}/consent")).on(version()).with(json!({ "wants_to_be_matched": true }))
            }
            "list_packages_of_expert" => Ask::new("GET", format!("/experts/{id}/packages")),
            _ => return None,
        })
    }

    fn expert_version(&self, id: &ExpertId) -> i64 {
        self.town.read(|db| experts::get(db, id)).unwrap().version
    }

    fn of_matches(&self, operation: &str) -> Option<Ask> {
        let at = |state: MatchState, path: &str| format!("/matches/{}{path}", self.match_in(state));
        Some(match operation {
            "list_matches" => Ask::new("GET", "/matches"),
            "suggest_match" => {
                // An expert shows interest for nobody but themselves.
                let is_expert = matches!(self.column, Column::Nobody | Column::OwnExpert | Column::OtherExpert);
                let expert = (!is_expert).then(|| expert_of(&self.person));
                Ask::new("POST", "/matches").with(json!({ "package": self.package_once(), "expert": expert }))
            }
            "get_match" => Ask::new("GET", at(MatchState::Introduced, "")),
            "get_match_rules" => Ask::new("GET", at(MatchState::Introduced, "/rules")),
            "list_match_knobs" => Ask::new("GET", at(MatchState::Introduced, "/knobs")),
            "list_match_instruments" => Ask::new("GET", at(MatchState::Introduced, "/instruments")),
            "list_match_history" => Ask::new("GET", at(MatchState::Introduced, "/history")),
            "get_match_explanation" => Ask::new("GET", at(MatchState::Introduced, "/explanation?voice=expert")),
            "get_arrangement" => Ask::new("GET", at(MatchState::Introduced, "/arrangements/1")),
            "list_check_ins" => Ask::new("GET", at(MatchState::Active, "/check-ins")),
            "create_check_in" => Ask::new("POST", at(MatchState::Active, "/check-ins")).with(json!({ "energy": 4, "need": "none" })),
            "create_evaluation" => Ask::new("POST", at(MatchState::Closed, "/evaluations")).with(json!({ "rating": 4 })),
            _ => return None,
        })
    }

    fn match_in(&self, state: MatchState) -> MatchId {
        self.town.led_to(state, &self.person, &self.package_once(), &hours(4.0, "2026-12-07"))
    }

    fn of_verbs(&self, operation: &str) -> Option<Ask> {
        use MatchState::{Accepted, Active, Agreed, Confirmed, Introduced, Offered, Reviewed, Suggested};
        let text = || json!({ "text": "Het zou kunnen passen." });
        let yes = || json!({ "arrangement_version": 1 });
        let offer = || json!({ "arrangement": hours(4.0, "2026-12-07"), "deadline": self.town.desk.now().plus_seconds(86_400) });
        let (state, verb, body) = match operation {
            "review_match" => (Suggested, "review", Some(text())),
            "dismiss_match" => (Suggested, "dismiss", Some(text())),
            "offer_match" => (Reviewed, "offer", Some(offer())),
            "rearrange_match" => (Introduced, "rearrange", Some(offer())),
            "accept_match" => (Offered, "accept", Some(yes())),
            "decline_match" => (Offered, "decline", Some(json!({}))),
            "introduce_match" => (Accepted, "introduce", Some(json!({}))),
            "agree_match" => (Introduced, "agree", Some(yes())),
            "reject_match" => (Introduced, "reject", Some(json!({ "reason": "hours" }))),
            "confirm_match" => (Agreed, "confirm", Some(yes())),
            "start_match" => (Confirmed, "start", None),
            "end_early_match" => (Active, "end-early", Some(json!({}))),
            "close_match" => (Active, "close", Some(json!({}))),
            "withdraw_match" => (Introduced, "withdraw", Some(json!({}))),
            "ask_match" => (Introduced, "ask", Some(text())),
            "answer_match" => (Introduced, "answer", Some(text())),
            _ => return None,
        };
        let id = self.match_in(state);
        let ask = Ask::new("POST", format!("/matches/{id}/{verb}")).on(self.town.stored(&id).version);
        Some(Ask { body, ..ask })
    }

    fn of_rules(&self, operation: &str) -> Option<Ask> {
        let both = json!({ "nl": "Een regel", "en": "A rule" });
        let id = format!("r-{}", self.number);
        let rule = json!({ "id": id, "title": both, "when": "work.hours_max <= 40.0", "effect": "warn", "decided_by": both, "text": both });
        let softer = json!({ "switches": [{ "rule": "weekly_hours", "act": "warn" }] });
        Some(match operation {
            "list_rules" => Ask::new("GET", "/rules?limit=2"),
            "list_rule_fields" => Ask::new("GET", "/rules/_fields"),
            "list_instruments" => Ask::new("GET", "/instruments"),
            "get_rule" => Ask::new("GET", "/rules/weekly_hours"),
            "create_rule" => Ask::new("POST", "/rules").with(json!({ "rule": rule, "why": "Om te proberen." })),
            "end_rule" => {
                let rule = of::<Fresh<Rule>>(&rule).0;
                let kept = self.town.desk.write_rule(&Actor::system(), rule, of(&json!("Om te proberen."))).unwrap();
                let end = json!({ "number": 1, "last_day": self.town.desk.today(), "why": "Om te proberen." });
                Ask::new("POST", format!("/rules/{id}/end")).on(kept.version).with(end)
            }
            "try_rules" => Ask::new("POST", "/rules/_try").with(json!({ "rule": rule, "work": work_to_try() })),
            "list_rules_versions" => Ask::new("GET", "/knobs/rules/versions?scope=network"),
            "get_rules_knob" => Ask::new("GET", "/knobs/rules?scope=network"),
            "preview_rules_knob" => Ask::new("POST", "/knobs/rules/preview").with(json!({ "scope": "network", "setting": softer })),
            "turn_rules_knob" => {
                let turn = json!({ "scope": "package", "id": self.package_once(), "setting": softer, "why": "Om te proberen." });
                Ask::new("PUT", "/knobs/rules").on(0).with(turn)
            }
            _ => return None,
        })
    }

    fn of_further_knobs(&self, operation: &str) -> Option<Ask> {
        let parts = json!({ "smallest": 4, "largest": 12 });
        let threshold = json!({ "essential_from": 3_000, "diploma": "score", "questions": 2 });
        Some(match operation {
            "list_packages_versions" => Ask::new("GET", "/knobs/packages/versions?scope=network"),
            "get_packages_knob" => Ask::new("GET", "/knobs/packages?scope=network"),
            "preview_packages_knob" => {
                let trial = json!({ "scope": "package", "id": self.package_once(), "setting": parts });
                Ask::new("POST", "/knobs/packages/preview").with(trial)
            }
            "turn_packages_knob" => {
                let turn = json!({ "scope": "package", "id": self.package_once(), "setting": parts, "why": "Om te proberen." });
                Ask::new("PUT", "/knobs/packages").on(0).with(turn)
            }
            "list_package_templates" => Ask::new("GET", "/package-templates"),
            "list_threshold_versions" => Ask::new("GET", "/knobs/threshold/versions?scope=network"),
            "get_threshold_knob" => Ask::new("GET", "/knobs/threshold?scope=network"),
            "get_threshold_report" => Ask::new("GET", "/reports/threshold?scope=network"),
            "preview_threshold_knob" => {
                let trial = json!({ "scope": "package", "id": self.package_once(), "setting": threshold });
                Ask::new("POST", "/knobs/threshold/preview").with(trial)
            }
            "turn_threshold_knob" => {
                let turn = json!({ "scope": "package", "id": self.package_once(), "setting": threshold, "why": "Om te proberen." });
                Ask::new("PUT", "/knobs/threshold").on(0).with(turn)
            }
            _ => return None,
        })
    }

    fn of_the_network(&self, operation: &str) -> Option<Ask> {
        Some(match operation {
            "list_knobs" => Ask::new("GET", "/knobs"),
            "list_matcher_versions" => Ask::new("GET", "/knobs/matcher/versions?scope=network"),
            "list_matcher_presets" => Ask::new("GET", "/knobs/matcher/presets"),
            "get_matcher_knob" => Ask::new("GET", "/knobs/matcher?scope=network"),
            "turn_matcher_knob" => {
                let scope =
                    json!({ "scope": "package", "id": self.package_once(), "setting": { "floor": 3_000 }, "why": "Om te proberen." });
                Ask::new("PUT", "/knobs/matcher").on(0).with(scope)
            }
            "list_terms" => Ask::new("GET", "/vocabulary/terms"),
            "translate_term" => Ask::new("POST", "/terms/_translate").with(json!({ "text": "ik raak snel overprikkeld" })),
            "link_text" => Ask::new("POST", "/vocabulary/link").with(json!({ "text": "ik kook graag" })),
            "search_competences" => Ask::new("GET", "/vocabulary/competences?q=koken&language=nl&limit=3"),
            "get_competence" => Ask::new("GET", "/vocabulary/competences/rv:cook-together?limit=3"),
            "list_todos" => Ask::new("GET", "/todos"),
            "get_todo" => Ask::new("GET", format!("/todos/{}", self.todo())),
            "close_todo" => Ask::new("POST", format!("/todos/{}/close", self.todo())).on(1),
            "hand_over_todo" => {
                let over = json!({ "to": self.town.second.user, "why": "Jij kent deze persoon." });
                Ask::new("POST", format!("/todos/{}/hand-over", self.todo())).on(1).with(over)
            }
            "undo_hand_over" => {
                let (id, to) = (self.todo(), self.town.second.user.clone());
                let over = HandOver { to, why: of(&json!("Jij kent deze persoon.")) };
                self.town.desk.hand_over_todo(&self.town.mediator, &id, over, 1).unwrap();
                Ask::new("POST", format!("/todos/{id}/undo-hand-over")).on(2)
            }
            "route_todos" => Ask::new("POST", "/todos/_route").with(json!({ "scope": "package", "id": self.package_once() })),
            "list_sector_versions" => Ask::new("GET", "/knobs/sector/versions?scope=network"),
            "get_sector_knob" => Ask::new("GET", "/knobs/sector?scope=network"),
            "preview_sector_knob" => {
                Ask::new("POST", "/knobs/sector/preview").with(json!({ "scope": "network", "setting": { "weights": { "load": 0 } } }))
            }
            "turn_sector_knob" => {
                let setting = json!({ "reroute_after_days": 5 });
                let turn = json!({ "scope": "package", "id": self.package_once(), "setting": setting, "why": "Om te proberen." });
                Ask::new("PUT", "/knobs/sector").on(0).with(turn)
            }
            "list_audit" => Ask::new("GET", "/audit"),
            "verify_audit" => Ask::new("GET", "/audit/verification"),
            "get_fairness_report" => Ask::new("GET", "/reports/fairness?from=2026-01-01"),
            "get_unseen_report" => Ask::new("GET", "/reports/unseen"),
            "preview_matcher_knob_in_scope" => {
                Ask::new("POST", "/knobs/matcher/scope-preview").with(json!({ "scope": "network", "setting": { "floor": 3_000 } }))
            }
            "create_import" => Ask::new("POST", "/imports"),
            "get_import" => Ask::new("GET", "/imports/i-none"),
            "cancel_import" => Ask::new("DELETE", "/imports/i-none"),
            "create_export" => Ask::new("POST", "/exports"),
            "get_export" => Ask::new("GET", "/exports/x-none"),
            "get_export_content" => Ask::new("GET", "/exports/x-none/content"),
            "delete_export" => Ask::new("DELETE", "/exports/x-none"),
            _ => return None,
        })
    }

    /// Something to do about the person, which was not given to anybody yet.
    fn todo(&self) -> String {
        let id = format!("t-{}", self.number);
        let (todo, about) = (id.clone(), expert_of(&self.person));
        self.write(move |tx| todos::open(tx, &todo, "talk", "expert", about.as_str(), None).map(drop));
        id
    }

    fn write(&self, work: impl FnOnce(&mut Tx<'_>) -> StoreResult<()> + Send + 'static) {
        self.town.desk.store().write(work).unwrap();
    }
}
