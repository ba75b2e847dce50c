//! What the API document promises of an answer, held against answers that really came.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that finds a fault must say where and stop")]
#![allow(clippy::indexing_slicing, reason = "a key that is missing in the document reads as null")]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use raakvlak_server::configuration::Settings;
use serde_json::{Map, Value, json};

use crate::http::Answer;

/// Where the answers stand: the paths of the document below the address of the API.
const PREFIX: &str = "/api/v1";

/// The document with what its answers must look like.
struct Contract {
    document: Value,
    /// For each schema of a 2xx answer, as text, what checks it.
    validators: BTreeMap<String, Validator>,
}

/// Checks that the document knows an answer, and that its body is what the document says, without a key that the document does not name.
///
/// # Panics
///
/// With everything that is not as documented.
#[track_caller]
pub fn check(method: &str, target: &str, answer: &Answer) {
    let faults = faults(method, target, answer);
    assert!(faults.is_empty(), "{}\n{}", faults.join("\n"), answer.text());
}

/// Everything in an answer that is not as documented.
#[must_use]
pub fn faults(method: &str, target: &str, answer: &Answer) -> Vec<String> {
    let contract = contract();
    let at = format!("{method} {target}: {}", answer.status);
    let path = target.split('?').next().and_then(|path| path.strip_prefix(PREFIX)).unwrap_or_default();
    let Some(operation) = contract.operation(method, path) else { return vec![format!("{at} is not in the document")] };
    let response = contract.resolved(&operation["responses"][answer.status.to_string()]);
    if !response.is_object() {
        return vec![format!("{at} is not documented")];
    }
    let headers = response["headers"].as_object().into_iter().flatten().filter(|(name, _)| answer.header(name).is_none());
    let mut faults: Vec<String> = headers.map(|(name, _)| format!("{at} has no header {name}")).collect();
    match response["content"].as_object().and_then(|content| content.iter().next()) {
        None if answer.body.is_empty() => {}
        None => faults.push(format!("{at} has a body that is not documented")),
        Some((media_type, content)) if media_type.ends_with("json") => {
            faults.extend(contract.faults_of(&at, &content["schema"], &answer.json()));
        }
        Some((media_type, _)) if answer.header("Content-Type") == Some(media_type) => {}
        Some((media_type, _)) => faults.push(format!("{at} is not {media_type}")),
    }
    faults
}

fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(|| {
        let document: Value = serde_json::from_str(&raakvlak_server::documentation::text(&Settings::default())).unwrap();
        let schemas = schemas_of_answers(&document);
        let components = closed_components(&document);
        let validators = schemas.into_iter().map(|schema| (schema.to_string(), validator(&schema, &components)));
        Contract { validators: validators.collect(), document }
    })
}

impl Contract {
    /// The operation of a path, the one with the fewest variables where several fit.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let paths = self.document["paths"].as_object()?;
        let fitting = paths.iter().filter(|(template, item)| fits(template, path) && item.get(method.to_lowercase()).is_some());
        fitting.min_by_key(|(template, _)| template.matches('{').count()).map(|(_, item)| &item[method.to_lowercase()])
    }

    fn resolved<'a>(&'a self, part: &'a Value) -> &'a Value {
        part["$ref"].as_str().and_then(|reference| self.document.pointer(reference.trim_start_matches('#'))).unwrap_or(part)
    }

    fn faults_of(&self, at: &str, schema: &Value, body: &Value) -> Vec<String> {
        let Some(validator) = self.validators.get(&schema.to_string()) else { return vec![format!("{at} has no schema")] };
        validator.iter_errors(body).map(|fault| format!("{at} at '{}': {fault}", fault.instance_path())).collect()
    }
}

fn fits(template: &str, path: &str) -> bool {
    let segments = || template.split('/').zip(path.split('/'));
    template.split('/').count() == path.split('/').count()
        && segments().all(|(of_template, of_path)| of_template.starts_with('{') || of_template == of_path)
}

/// Every schema of an answer in the document, of whatever status.
///
/// # Panics
///
/// When it is no such document.
#[must_use]
pub fn schemas_of_answers(document: &Value) -> Vec<Value> {
    let operations = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let of_operations = operations.flat_map(|operation| operation["responses"].as_object().into_iter().flatten());
    let shared = document["components"]["responses"].as_object().into_iter().flatten();
    let contents = of_operations.chain(shared).flat_map(|(_, response)| response["content"].as_object().into_iter().flatten());
    contents.map(|(_, content)| content["schema"].clone()).collect()
}

fn validator(schema: &Value, components: &Value) -> Validator {
    let mut root = closed(schema, true);
    let root_map = root.as_object_mut().unwrap_or_else(|| panic!("{schema} is no schema"));
    root_map.insert("components".to_owned(), components.clone());
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
    options.build(&root).unwrap_or_else(|error| panic!("{schema}: {error}"))
}

/// The components twice: `schemas` closed to keys that they do not name, and `parts` open to them, for where a schema is one part of a whole.
fn closed_components(document: &Value) -> Value {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let each = |whole: bool| schemas.iter().map(|(name, schema)| (name.clone(), closed(schema, whole))).collect::<Map<_, _>>();
    json!({ "schemas": each(true), "parts": each(false) })
}

/// A schema in which every object is closed to keys that it does not name; itself as well when it is a whole.
fn closed(schema: &Value, whole: bool) -> Value {
    let Some(map) = schema.as_object() else { return schema.clone() };
    let mut made: Map<String, Value> = map.iter().map(|(key, value)| (key.clone(), closed_below(key, value))).collect();
    if !whole && let Some(Value::String(reference)) = made.get_mut("$ref") {
        *reference = reference.replace("/schemas/", "/parts/");
    }
    let names_keys = map.contains_key("properties") || map.contains_key("allOf");
    if whole && names_keys && !map.contains_key("additionalProperties") {
        made.insert("unevaluatedProperties".to_owned(), json!(false));
    }
    Value::Object(made)
}

fn closed_below(key: &str, value: &Value) -> Value {
    let each = |whole: bool| value.as_array().into_iter().flatten().map(|schema| closed(schema, whole)).collect::<Vec<_>>();
    match key {
        "properties" => value.as_object().into_iter().flatten().map(|(name, schema)| (name.clone(), closed(schema, true))).collect(),
        "items" | "additionalProperties" | "propertyNames" => closed(value, true),
        "oneOf" | "anyOf" | "prefixItems" => each(true).into(),
        "allOf" => each(false).into(),
        _ => value.clone(),
    }
}
