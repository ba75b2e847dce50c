//! The committed API document is the one that the server gives, and keeps the promises of the house.

use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;

use raakvlak_server::configuration::Settings;
use raakvlak_server::documentation;
use serde_json::Value;

pub(crate) const FILE: &str = "openapi/raakvlak.json";

/// The verbs with which an operation's name may begin.
const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::from_str(&fs::read_to_string(super::root().join(FILE)).unwrap()).unwrap())
}

/// What a part of the document refers to, or the part itself.
fn resolved(part: &Value) -> Value {
    match part["$ref"].as_str() {
        Some(reference) => {
            document().pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} leads nowhere")).clone()
        }
        None => part.clone(),
    }
}

/// The operations of the committed document: method, path and description.
pub(crate) fn operations() -> Vec<(String, String, Value)> {
    let document = document();
    let paths = document["paths"].as_object().unwrap().clone();
    let of_path = |(path, item): (String, Value)| {
        let methods = METHODS.iter().filter_map(|method| item.get(*method).map(|operation| ((*method).to_owned(), operation.clone())));
        methods.map(|(method, operation)| (method, path.clone(), operation)).collect::<Vec<_>>()
    };
    paths.into_iter().flat_map(of_path).collect()
}

#[test]
fn the_committed_document_is_the_served_one() {
    let committed = fs::read_to_string(super::root().join(FILE)).unwrap_or_default();
    assert!(
        committed == documentation::text(&Settings::default()),
        "{FILE} is not what the server gives; write it anew with: raakvlak openapi > {FILE}"
    );
}

#[test]
fn every_operation_says_who_it_is_and_what_it_answers() {
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations() {
        let at = format!("{method} {path}");
        let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let parts: Vec<&str> = name.split('_').collect();
        assert!(
            parts.len() > 1 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase())),
            "{at}: '{name}'"
        );
        assert!(names.insert(name), "{at}: its name is taken");
        assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 3), "{at}: no summary");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{at}: one tag");
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = resolved(response);
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{at}: {status} without a description");
            assert!(response["headers"].get("API-Version").is_some(), "{at}: {status} without API-Version");
            let is_error = status.starts_with(['4', '5']);
            assert_eq!(is_error, response["content"].get("application/problem+json").is_some(), "{at}: {status}");
        }
    }
    assert!(!names.is_empty());
}

#[test]
fn what_has_a_value_of_its_own_may_be_left_out() {
    let mut looked_at = 0;
    for (method, path, operation) in operations() {
        for parameter in operation["parameters"].as_array().into_iter().flatten().map(resolved) {
            let has_default = !resolved(&parameter["schema"])["default"].is_null();
            assert!(!has_default || parameter["required"] != true, "{method} {path}: {}", parameter["name"]);
            looked_at += usize::from(has_default);
        }
    }
    assert!(looked_at > 10, "{looked_at} parameters with a default");
}

#[test]
fn what_changes_something_asks_a_key_or_a_version() {
    // To sign in is to prove who you are, and to search or try is to read.
    let without_key = |path: &str| {
        ["/tokens", "/sign-in-links"].contains(&path)
            || path.ends_with("/_search")
            || path.ends_with("/_try")
            || path.ends_with("/_carve")
            || path.ends_with("/_translate")
            || path.ends_with("/preview")
            || path.ends_with("-preview")
            || path.ends_with("/link")
    };
    for (method, path, operation) in operations() {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let has = |name: &str| parameters.iter().any(|parameter| parameter["in"] == "header" && parameter["name"] == name);
        match method.as_str() {
            "post" if !without_key(&path) => assert!(has("Idempotency-Key"), "{method} {path}"),
            "put" | "patch" if operation.get("requestBody").is_some() => assert!(has("If-Match"), "{method} {path}"),
            _ => {}
        }
    }
}

/// Every answer that worked says what it is made of, down to the last key; but for the document itself, whose form is OpenAPI's own.
#[test]
fn no_answer_is_an_object_of_which_nothing_is_told() {
    let (mut untold, mut seen) = (Vec::new(), BTreeSet::from(["#/components/schemas/ApiDocument".to_owned()]));
    for (method, path, operation) in operations() {
        let answers = operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
        for content in answers.filter_map(|(_, answer)| resolved(answer)["content"].get("application/json").cloned()) {
            look_for_untold(&content["schema"], &format!("{method} {path}"), &mut seen, &mut untold);
        }
    }
    assert!(seen.len() > 100, "only {} schemas", seen.len());
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

fn look_for_untold(schema: &Value, at: &str, seen: &mut BTreeSet<String>, untold: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        if seen.insert(reference.to_owned()) {
            look_for_untold(&resolved(schema), reference, seen, untold);
        }
        return;
    }
    let parts = ["oneOf", "anyOf", "allOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten());
    let keys = schema["properties"].as_object().into_iter().flatten().map(|(_, below)| below);
    let others = ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key));
    let below: Vec<&Value> = parts.chain(keys).chain(others).collect();
    let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    let is_plain = kinds.iter().all(|kind| kind.as_str().is_some_and(|kind| !["object", "array"].contains(&kind)));
    if below.is_empty() && !is_plain {
        untold.push(format!("{at}: {schema}"));
    }
    below.into_iter().for_each(|below| look_for_untold(below, at, seen, untold));
}
