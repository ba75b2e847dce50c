//! The commands that look after people and their data: `check`, `erase`, `token`.

use raakvlak_server::cli::{Streams, run};
use raakvlak_store::{AuditQuery, ObjectKind};
use raakvlak_testkit::database::{Kind, TestDatabase};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::Town;
use serde_json::Value;

use crate::check::lived;

/// Runs a command on a database: its status, what it answered, and what it said besides.
fn typed(database: &TestDatabase, input: &str, words: &[&str]) -> (u8, String, String) {
    let folder = database.folder().display().to_string();
    let place = ["--database-url", database.url(), "--data-dir", &folder, "--language", "en"];
    let all = ["raakvlak"].iter().chain(words).chain(&place).map(Into::into);
    let (mut input, mut output, mut errors) = (input.as_bytes(), Vec::new(), Vec::new());
    let status = run(all, &mut Streams { input: &mut input, output: &mut output, errors: &mut errors });
    (status, String::from_utf8(output).unwrap(), String::from_utf8(errors).unwrap())
}

on_both_databases!(check_names_what_does_not_hold, |database| {
    let town = Town::on(&database);
    lived(&town);
    town.desk.store().flush_anchor();
    // Beside the desk that is open: it only looks.
    let (status, output, errors) = typed(&database, "", &["check"]);
    assert_eq!((status, errors.as_str()), (0, ""), "{output}");
    assert!(output.ends_with(": everything holds\n"), "{output}");
    let (status, output, _) = typed(&database, "", &["check", "--json"]);
    let json: Value = serde_json::from_str(&output).unwrap();
    assert_eq!((status, json["whole"].as_bool(), json["violations"].as_array().map(Vec::len)), (0, Some(true), Some(0)));
    town.desk
        .store()
        .write(|tx| {
            use diesel::prelude::*;
            diesel::sql_query("UPDATE matches SET state = 'closed' WHERE state = 'active'").execute(tx.connection()).unwrap();
            Ok::<_, raakvlak_store::StoreError>(())
        })
        .unwrap();
    let (status, output, errors) = typed(&database, "", &["check"]);
    assert_eq!(status, 1);
    assert!(output.contains("the match stands elsewhere than its steps led [state_differs]"), "{output}");
    assert!(errors.contains("1 × this does not hold"), "{errors}");
    let (status, output, _) = typed(&database, "", &["check", "--json"]);
    let json: Value = serde_json::from_str(&output).unwrap();
    assert_eq!((status, json["violations"][0]["rule"].as_str()), (1, Some("state_differs")));
});

#[test]
fn erase_asks_first_and_then_leaves_nothing() {
    let database = TestDatabase::new(Kind::Sqlite);
    let town = Town::on(&database);
    lived(&town);
    let (status, output, errors) = typed(&database, "", &["erase", "anna", "--yes"]);
    assert_eq!((status, output.as_str()), (1, ""));
    assert!(errors.contains("the service runs. Stop the service and try again"), "{errors}");
    let key = town.read(|db| raakvlak_store::experts::get(db, &raakvlak_testkit::town::of(&serde_json::json!("anna")))).unwrap().key;
    town.desk.close();

    let (status, _, errors) = typed(&database, "", &["erase", "nobody", "--yes"]);
    assert_eq!((status, errors.as_str()), (1, "There is nobody with this id.\n"));
    let (status, output, errors) = typed(&database, "ana\n", &["erase", "anna"]);
    assert_eq!((status, output.as_str()), (1, ""));
    assert!(
        errors.contains("profile anna") && errors.contains("user u-anna (expert)") && errors.ends_with("Nothing was erased.\n"),
        "{errors}"
    );
    let (status, output, _) = typed(&database, "anna\n", &["erase", "anna"]);
    assert_eq!(status, 0);
    assert!(
        output.starts_with("Erased for good:\n  profile anna\n  5 matches, of which with a place: 1\n  user u-anna (expert)"),
        "{output}"
    );
    assert_eq!(typed(&database, "", &["erase", "anna", "--yes"]).0, 1, "once");
    // By the id of the user as well.
    assert_eq!(typed(&database, "", &["erase", "u-bert", "--yes"]).0, 0);
    let (status, output, errors) = typed(&database, "", &["check"]);
    assert_eq!(status, 0, "{output}{errors}");

    let store = database.open();
    assert!(!store.keys().exists(key));
    let query = AuditQuery { action: Some(raakvlak_store::Action::Erase), limit: 10, ..AuditQuery::default() };
    let rows = store.read(|db| db.audit_rows(&query)).unwrap();
    assert_eq!(rows.len(), 4, "an expert and a user, twice");
    assert!(rows.iter().all(|row| row.actor == "system"), "{rows:?}");
}

#[test]
fn a_token_lets_a_program_act_and_ends_by_itself() {
    let database = TestDatabase::new(Kind::Sqlite);
    let town = Town::on(&database);
    let steward = town.steward.pseudonym.clone();
    let (status, output, errors) = typed(&database, "", &["token", "u-steward"]);
    assert_eq!((status, output.as_str()), (1, ""));
    assert!(errors.contains("the service runs"), "{errors}");
    town.desk.close();
    let (status, output, errors) = typed(&database, "", &["token", "u-nobody"]);
    assert_eq!((status, output.as_str(), errors.as_str()), (1, "", "There is no user with this id.\n"));
    let (status, output, errors) = typed(&database, "", &["token", "u-steward"]);
    assert_eq!((status, output.lines().count()), (0, 1), "{errors}");
    assert!(errors.starts_with("u-steward (steward). Holds until "), "{errors}");
    let (status, json, _) = typed(&database, "", &["token", "u-steward", "--json", "--set", "access_token_seconds=60"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((status, &json["roles"], &json["user"]), (0, &serde_json::json!(["steward"]), &serde_json::json!("u-steward")));
    let until: raakvlak_domain::calendar::Instant = raakvlak_testkit::town::of(&json["expires_at"]);
    let now = raakvlak_domain::calendar::Instant::from(jiff::Timestamp::now());
    assert!(now < until && until <= now.plus_seconds(60), "{until}");

    let store = database.open();
    let query = AuditQuery { object_kind: Some(ObjectKind::Session), limit: 10, ..AuditQuery::default() };
    let rows = store.read(|db| db.audit_rows(&query)).unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.actor == "system" && row.object_id == steward && row.fields == ["steward"]), "{rows:?}");
    let claims = json["token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let session = claims["sid"].as_str().unwrap().to_owned();
    assert!(store.read(|db| raakvlak_store::sessions::standing(db, &session, now)).unwrap().is_some());
    assert!(store.read(|db| raakvlak_store::sessions::standing(db, &session, until)).unwrap().is_none(), "it ends with the token");
}

#[test]
fn a_database_that_is_not_there_is_not_made_by_looking() {
    let database = TestDatabase::new(Kind::Sqlite);
    let file = database.folder().join("nowhere.sqlite");
    let folder = database.folder().display().to_string();
    let url = format!("sqlite:{}", file.display());
    let words = ["raakvlak", "check", "--database-url", &url, "--data-dir", &folder, "--language", "en"];
    let (mut input, mut output, mut errors) = (&b""[..], Vec::new(), Vec::new());
    let status = run(words.iter().map(Into::into), &mut Streams { input: &mut input, output: &mut output, errors: &mut errors });
    let errors = String::from_utf8(errors).unwrap();
    assert_eq!(status, 1, "{errors}");
    assert!(errors.contains("There is no database here yet. Name the right one"), "{errors}");
    assert!(!file.exists());
}
