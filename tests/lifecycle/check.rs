//! `Desk::check`: a store that lived passes, and whatever is changed behind the desk's back is found, on both databases.

use std::collections::BTreeSet;

use diesel::prelude::*;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::knobs::{MatcherSetting, Scope};
use raakvlak_domain::matches::{MatchState, Verb};
use raakvlak_service::actor::Actor;
use raakvlak_service::check::{FoundViolation, Rule};
use raakvlak_service::desk::Desk;
use raakvlak_service::idempotency::Answer;
use raakvlak_store::connection::{Address, AnyConnection};
use raakvlak_store::matches::{self, Event, MatchQuery, StoredMatch};
use raakvlak_store::todos::{self, StoredTodo, TodoQuery};
use raakvlak_store::{Db, StoreResult, experts};
use raakvlak_testkit::database::{Kind, TestDatabase};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{ORGANISATION, Town, expert_of, hours, of, prose};
use serde_json::json;

/// A town in which everything happened once: knobs turned, work published and taken in, people shown, asked, confirmed, at work, done and refused.
pub(crate) fn lived(town: &Town) -> Actor {
    town.desk.turn_knob(&town.mediator, &Scope::Network, Some(MatcherSetting::default()), prose("to begin with"), 0).unwrap();
    let organisation = of(&json!(ORGANISATION));
    let version = town.desk.organisation(&town.mediator, &organisation).unwrap().version;
    town.desk.vet_organisation(&town.mediator, &organisation, true, version).unwrap();
    town.desk.create_programme(&town.steward, of(&json!({ "id": "new", "name": "Zorgreserve" }))).unwrap();
    let mut draft: raakvlak_domain::packages::TaskPackage = of(&raakvlak_testkit::town::work("x", 2));
    draft.state = raakvlak_domain::packages::PackageState::Draft;
    let made = town.desk.create_package(&town.employee, draft).unwrap();
    let package = made.value.id;
    let published = town.desk.publish_package(&town.employee, &package, made.version).unwrap();
    town.desk.take_in_package(&town.mediator, &package, published.version).unwrap();
    let told = json!({ "hours": { "min": 2, "max": 12 }, "story": "ik bak 's nachts", "no_go": ["noise"], "needs": [], "income": { "benefit": "none" } });
    let anna = town.person("anna", told.clone());
    let bert = town.person("bert", told);
    for (actor, address) in [(&anna, "anna@raakvlak.example"), (&bert, "bert@raakvlak.example")] {
        let user = town.desk.user(&Actor::system(), &actor.user).unwrap();
        let email = Some(raakvlak_domain::texts::EmailAddress::new(address).unwrap());
        town.desk.update_user(&Actor::system(), raakvlak_domain::users::User { email, ..user.value }, user.version).unwrap();
    }
    town.desk.open_shortlist(&town.mediator, &package).unwrap();
    let arranged = hours(6.5, "2026-12-01");
    let active = town.led_to(MatchState::Active, &anna, &package, &arranged);
    let answer = |id: &String| Answer { status: 201, headers: Vec::new(), body: id.clone() };
    let told = of(&json!({ "energy": 4, "text": "het gaat goed" }));
    town.desk.once(&anna, "a key", &[7; 32], |desk| desk.check_in(&anna, &active, told), answer).unwrap();
    let confirmed = town.led_to(MatchState::Confirmed, &bert, &package, &arranged);
    town.step(&confirmed, Verb::Ask, &bert, &arranged);
    let other = town.work("p-other", 3);
    let ended = town.led_to(MatchState::Closed, &bert, &other, &hours(2.0, "2026-12-01"));
    town.desk.evaluate(&bert, &ended, of(&json!({ "rating": 5 }))).unwrap();
    for (state, name) in
        [(MatchState::Withdrawn, "p-1"), (MatchState::Rejected, "p-2"), (MatchState::Expired, "p-3"), (MatchState::Dismissed, "p-4")]
    {
        let work = town.work(name, 1);
        let _ = town.led_to(state, &anna, &work, &arranged);
    }
    let lowered = town.desk.expert(&anna, &expert_of(&anna)).unwrap();
    let shorter = Expert { hours: of(&json!({ "min": 2, "max": 6 })), ..lowered.value };
    town.desk.update_expert(&anna, shorter, &expert_of(&anna), lowered.version).unwrap();
    anna
}

#[track_caller]
fn whole(town: &Town) {
    town.desk.store().flush_anchor();
    let report = town.desk.check(|| {}).unwrap();
    assert!(report.whole && report.violations.is_empty(), "{:#?}", report.violations);
}

fn violations(town: &Town) -> Vec<FoundViolation> {
    town.desk.store().flush_anchor();
    town.desk.check(|| {}).unwrap().violations
}

/// The database past the desk and past the rules that it enforces itself.
struct Raw(AnyConnection);

impl Raw {
    fn on(database: &TestDatabase) -> Self {
        let connection = match Address::parse(database.url()).unwrap() {
            Address::Sqlite(path) => AnyConnection::Sqlite(SqliteConnection::establish(path.to_str().unwrap()).unwrap()),
            Address::Postgres(url) => AnyConnection::Postgres(PgConnection::establish(&url).unwrap()),
        };
        let mut raw = Self(connection);
        let setting = match &raw.0 {
            AnyConnection::Sqlite(_) => "PRAGMA foreign_keys = OFF",
            AnyConnection::Postgres(_) => "SET session_replication_role = replica",
        };
        raw.run(setting);
        if let AnyConnection::Sqlite(_) = &raw.0 {
            raw.run("PRAGMA busy_timeout = 5000");
        }
        raw
    }

    fn run(&mut self, statement: &str) -> usize {
        // `''x''` stands for bytes that were never sealed.
        let bytes = match &self.0 {
            AnyConnection::Sqlite(_) => "x'0102'",
            AnyConnection::Postgres(_) => "'\\x0102'::bytea",
        };
        let statement = statement.replace("BYTES", bytes);
        diesel::sql_query(&statement).execute(&mut self.0).unwrap_or_else(|error| panic!("{statement}: {error}"))
    }

    /// Changes a table, looks, and puts the table back as it was.
    fn disturbed<T>(&mut self, table: &str, statement: &str, look: impl FnOnce() -> T) -> T {
        self.run(&format!("CREATE TABLE spare AS SELECT * FROM {table}"));
        let touched = self.run(statement);
        assert!(touched > 0, "{statement} touches nothing");
        let seen = look();
        self.run(&format!("DELETE FROM {table}"));
        self.run(&format!("INSERT INTO {table} SELECT * FROM spare"));
        self.run("DROP TABLE spare");
        seen
    }
}

/// What is changed, and the rule that must be found broken.
const DISTURBANCES: &[(&str, &str, &str)] = &[
    ("yes_missing", "approvals", "DELETE FROM approvals WHERE party = 'organisation'"),
    ("yes_missing", "approvals", "DELETE FROM approvals WHERE party = 'expert'"),
    ("yes_missing", "matches", "UPDATE matches SET arrangement = NULL WHERE state = 'confirmed'"),
    ("yes_without_person", "approvals", "UPDATE approvals SET user_id = NULL WHERE party = 'expert'"),
    ("yes_without_step", "approvals", "UPDATE approvals SET at = at + 1 WHERE party = 'mediator'"),
    ("yes_without_step", "approvals", "UPDATE approvals SET user_id = 'u-second' WHERE party = 'organisation'"),
    ("interest", "approvals", "UPDATE approvals SET user_id = 'u-employee' WHERE party = 'mediator'"),
    ("interest", "experts", "UPDATE experts SET user_id = 'u-mediator' WHERE id = 'anna'"),
    (
        "interest",
        "organisation_members",
        "UPDATE organisation_members SET user_id = 'u-mediator', joined_at = 0 WHERE user_id = 'u-employee'",
    ),
    ("todo_interest", "todos", "UPDATE todos SET assigned_to = 'u-employee' WHERE closed_at IS NULL AND object_kind = 'match'"),
    ("todo_interest", "todos", "UPDATE todos SET assigned_to = 'u-anna' WHERE closed_at IS NULL AND object_kind = 'expert'"),
    (
        "todo_interest",
        "experts",
        "UPDATE experts SET user_id = (SELECT assigned_to FROM todos WHERE closed_at IS NULL AND object_kind = 'expert') WHERE id = 'anna'",
    ),
    ("capacity_exceeded", "package_revisions", "UPDATE package_revisions SET body = replace(body, '\"capacity\":2', '\"capacity\":1')"),
    ("wording_differs", "task_packages", "UPDATE task_packages SET capacity = capacity + 1"),
    ("history_broken", "match_events", "DELETE FROM match_events WHERE verb = 'introduce'"),
    ("history_broken", "match_events", "UPDATE match_events SET role = 'expert' WHERE verb = 'confirm'"),
    ("history_broken", "match_events", "UPDATE match_events SET to_state = 'active' WHERE verb = 'offer'"),
    ("state_differs", "matches", "UPDATE matches SET state = 'closed' WHERE state = 'confirmed'"),
    ("state_differs", "matches", "UPDATE matches SET events = events + 1 WHERE state = 'active'"),
    ("trail_broken", "audit", "UPDATE audit SET actor_role = 'auditor' WHERE seq = 3"),
    ("trail_broken", "audit", "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"),
    ("not_audited", "match_events", "UPDATE match_events SET at = at + 1 WHERE verb = 'review'"),
    ("not_audited", "audit", "UPDATE audit SET action = 'ask' WHERE action = 'confirm'"),
    ("not_audited", "knob_versions", "UPDATE knob_versions SET id = 'k-other'"),
    ("not_audited", "organisations", "UPDATE organisations SET vetted_at = vetted_at + 1 WHERE vetted_at IS NOT NULL"),
    ("not_audited", "task_packages", "UPDATE task_packages SET taken_in_at = taken_in_at + 1 WHERE taken_in_at IS NOT NULL"),
    ("not_audited", "task_packages", "UPDATE task_packages SET published_at = published_at + 1"),
    ("trail_holds_value", "audit", "UPDATE audit SET object_id = 'anna' WHERE object_kind = 'expert'"),
    ("trail_holds_value", "audit", "UPDATE audit SET actor = 'Anna' WHERE seq = 2"),
    ("trail_holds_value", "audit", "UPDATE audit SET fields = 'ik bak' WHERE seq = 2"),
    ("trail_holds_value", "audit", "UPDATE audit SET digest_after = BYTES WHERE digest_after IS NOT NULL"),
    ("key_missing", "users", "UPDATE users SET key_id = '00000000000000000000000000000001' WHERE id = 'u-second'"),
    ("key_without_person", "users", "UPDATE users SET key_id = '00000000000000000000000000000001' WHERE id = 'u-second'"),
    ("erasure_open", "erasures", "INSERT INTO erasures VALUES ('00000000000000000000000000000001', 0)"),
    ("gone_named", "task_packages", "UPDATE task_packages SET taken_in_by = 'u-gone' WHERE taken_in_by IS NOT NULL"),
    ("gone_named", "match_events", "UPDATE match_events SET actor = 'u-gone' WHERE verb = 'review'"),
    ("gone_named", "todos", "UPDATE todos SET object_id = 'e-gone' WHERE object_kind = 'expert'"),
    ("gone_named", "changes", "UPDATE changes SET object_id = 'e-gone' WHERE kind = 'expert'"),
    ("gone_named", "outbox", "UPDATE outbox SET key_id = '00000000000000000000000000000001'"),
    ("gone_named", "idempotency", "UPDATE idempotency SET key_id = '00000000000000000000000000000001'"),
    ("letter_kept", "outbox", "UPDATE outbox SET sent_at = 1"),
    ("unreadable", "outbox", "UPDATE outbox SET sealed = BYTES"),
    ("unreadable", "idempotency", "UPDATE idempotency SET sealed_answer = BYTES"),
    ("unreadable", "users", "UPDATE users SET sealed_contact = BYTES WHERE id = 'u-second'"),
    ("unreadable", "expert_stories", "UPDATE expert_stories SET sealed = BYTES WHERE expert_id = 'anna'"),
    (
        "unreadable",
        "expert_limits",
        "UPDATE expert_limits SET sealed = (SELECT sealed FROM expert_limits WHERE expert_id = 'anna') WHERE expert_id = 'bert'",
    ),
    ("unreadable", "matches", "UPDATE matches SET sealed_score = BYTES WHERE state = 'active'"),
    ("unreadable", "matches", "UPDATE matches SET state = 'dreaming' WHERE state = 'active'"),
    ("unreadable", "arrangements", "UPDATE arrangements SET sealed = BYTES"),
    ("unreadable", "match_events", "UPDATE match_events SET sealed_reason = BYTES WHERE verb = 'review'"),
    ("unreadable", "check_ins", "UPDATE check_ins SET sealed = BYTES WHERE answered_at IS NOT NULL"),
    ("unreadable", "evaluations", "UPDATE evaluations SET sealed = BYTES"),
    ("unreadable", "organisations", "UPDATE organisations SET body = '{}' WHERE id = 'o-school'"),
    ("unreadable", "programmes", "UPDATE programmes SET body = 'nonsense'"),
    ("unreadable", "package_revisions", "UPDATE package_revisions SET body = '[]'"),
    ("unreadable", "knob_versions", "UPDATE knob_versions SET body = '{\"size\":1}'"),
    ("unreadable", "audit", "UPDATE audit SET action = 'rewrite' WHERE seq = 2"),
    ("reference_broken", "organisations", "DELETE FROM organisations WHERE id = 'o-bakery'"),
    ("reference_broken", "experts", "DELETE FROM experts WHERE id = 'anna'"),
    ("reference_broken", "package_revisions", "DELETE FROM package_revisions WHERE package_id = 'p-other'"),
    ("reference_broken", "knob_versions", "DELETE FROM knob_versions"),
    ("reference_broken", "shortlist_members", "UPDATE shortlist_members SET expert_id = 'e-gone'"),
    ("version_wrong", "experts", "UPDATE experts SET version = 0 WHERE id = 'anna'"),
    ("version_wrong", "users", "UPDATE users SET version = 0 WHERE id = 'u-second'"),
    ("version_wrong", "task_packages", "UPDATE task_packages SET revision = 2 WHERE id = 'p-other'"),
    ("version_wrong", "arrangements", "UPDATE arrangements SET version = 2"),
    ("version_wrong", "knob_versions", "UPDATE knob_versions SET number = 2"),
    ("feed_incomplete", "changes", "DELETE FROM changes WHERE seq = 2"),
    ("feed_incomplete", "changes", "DELETE FROM changes WHERE seq = (SELECT max(seq) FROM changes)"),
    ("feed_incomplete", "experts", "UPDATE experts SET changed_at = changed_at + 1 WHERE id = 'anna'"),
];

/// Every match with its history, and what waits for somebody.
fn stored(desk: &Desk) -> (Vec<StoredMatch>, Vec<Vec<Event>>, Vec<StoredTodo>) {
    let read = |db: &mut Db| -> StoreResult<_> {
        let matches = matches::list(db, &MatchQuery::default())?;
        let histories = matches.iter().map(|found| matches::history(db, found)).collect::<StoreResult<_>>()?;
        Ok((matches, histories, todos::list(db, &TodoQuery::default())?))
    };
    desk.store().read(read).unwrap()
}

on_both_databases!(what_lived_before_the_unused_columns_went_lives_on, |database| {
    let town = Town::on(&database);
    let _ = lived(&town);
    let before = stored(&town.desk);
    assert!(before.0.len() > 5 && !before.2.is_empty());
    town.desk.close();
    // As the program before this one left its database: with the columns, and with something in them.
    let migrations =
        format!("{}/../migrations/{}", env!("CARGO_MANIFEST_DIR"), if database.kind() == Kind::Sqlite { "sqlite" } else { "postgres" });
    let way_back = std::fs::read_to_string(format!("{migrations}/2026-11-23-000005_unused_columns/down.sql")).unwrap();
    let mut raw = Raw::on(&database);
    way_back.split(';').filter(|statement| !statement.trim().is_empty()).for_each(|statement| {
        raw.run(statement);
    });
    assert!(raw.run("UPDATE matches SET rules_version = matcher_version, threshold_version = matcher_version") > 5);
    assert!(raw.run("UPDATE todos SET region = 'Zwolle', sector = 'zorg'") > 0);
    assert_eq!(raw.run("DELETE FROM __diesel_schema_migrations WHERE version = '20261123000005'"), 1);
    drop(raw);
    assert!(Desk::open(town.settings.clone()).is_err(), "an older database is not opened in silence");
    assert_eq!(raakvlak_store::migrate(database.url()).unwrap(), ["20261123000005"]);
    let town = Town { desk: town.another_desk(), ..town };
    assert_eq!(stored(&town.desk), before);
    whole(&town);
    // And it goes on from there.
    let carla = town.person("carla", json!({}));
    let _ = town.led_to(MatchState::Confirmed, &carla, &of(&json!("p-other")), &hours(2.0, "2026-12-01"));
    whole(&town);
});

on_both_databases!(what_is_changed_behind_the_desk_is_found, |database| {
    let town = Town::on(&database);
    let anna = lived(&town);
    whole(&town);
    let mut raw = Raw::on(&database);
    let mut found_broken = BTreeSet::new();
    for (rule, table, statement) in DISTURBANCES {
        let found = raw.disturbed(table, statement, || violations(&town));
        assert!(found.iter().any(|violation| violation.rule == *rule), "{rule} is not found after {statement}: {found:#?}");
        found_broken.extend(found.iter().map(|violation| violation.rule));
    }
    whole(&town);

    // A limit that was lowered past the desk: nobody was told.
    let id = expert_of(&town.desk.actor_for_user(&of(&json!("u-bert"))).unwrap());
    let stored = town.read(|db| experts::get(db, &id)).unwrap();
    let lowered = Expert { hours: of(&json!({ "min": 2, "max": 4 })), ..stored.expert };
    town.desk.store().write(move |tx| -> StoreResult<()> { experts::update(tx, &lowered, stored.version).map(drop) }).unwrap();
    let found = violations(&town);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].rule, found[0].record.as_str(), found[0].invariant), ("hours_exceeded", "bert", Some(2)));
    found_broken.insert("hours_exceeded");
    let never: Vec<&str> = Rule::ALL.iter().map(|rule| rule.code()).filter(|code| !found_broken.contains(code)).collect();
    assert!(never.is_empty(), "no disturbance breaks {never:?}");

    // Who is erased is gone for the check as well.
    town.desk.erase_user(&anna, &anna.user).unwrap();
    let bert = town.desk.actor_for_user(&of(&json!("u-bert"))).unwrap();
    town.desk.erase_user(&bert, &bert.user).unwrap();
    whole(&town);
});
