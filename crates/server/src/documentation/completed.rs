//! What holds for every operation, put into the document once: the answers to errors, the headers, and where the paths begin.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{ContentBuilder, Header, OpenApi, Ref, RefOr};

use crate::headers::API_VERSION;
use crate::operations::PREFIX;
use crate::problem::MEDIA_TYPE;

/// The document with what holds for every operation.
pub(super) fn completed(mut document: OpenApi) -> OpenApi {
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (without_prefix(path), item)).collect();
    for (path, item) in &mut document.paths.paths {
        let has_variable = path.contains('{');
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            complete(operation, has_variable);
        }
    }
    document
}

/// The server's address holds the prefix already.
fn without_prefix(path: String) -> String {
    path.strip_prefix(PREFIX).map(str::to_owned).unwrap_or(path)
}

fn complete(operation: &mut Operation, has_variable: bool) {
    for (status, description) in errors_of(operation, has_variable) {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(description)));
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.headers.entry("API-Version".to_owned()).or_insert_with(version_header);
        }
    }
}

/// The errors that an operation can answer with, from what it asks.
fn errors_of(operation: &Operation, has_variable: bool) -> Vec<(&'static str, &'static str)> {
    let headers: Vec<&str> = parameters(operation)
        .filter(|parameter| parameter.parameter_in == ParameterIn::Header)
        .map(|parameter| parameter.name.as_str())
        .collect();
    let has_header = |name: &str| headers.contains(&name);
    let is_public =
        operation.security.as_ref().is_some_and(|requirements| requirements.iter().all(|requirement| *requirement == <_>::default()));
    let has_body = operation.request_body.is_some();
    let conditions = [
        (true, "400", "Something in the request is not right; `errors` names all of it."),
        (!is_public, "401", "Nobody is signed in, or not any more."),
        (!is_public, "403", "The user may know of it but may not do this."),
        (has_variable, "404", "There is no such record, or none that this user may see."),
        (true, "406", "None of the kinds of answer in `Accept` can be given."),
        (has_body, "408", "The request did not come in in time."),
        (has_header("Idempotency-Key"), "409", "It cannot be done in the present state of things; `code` says why."),
        (has_header("If-Match"), "412", "The record has changed since; `current` and `ETag` tell how it is now."),
        (has_body, "413", "The body is larger than 1 MiB."),
        (has_body, "415", "The body is not `application/json` in UTF-8."),
        (has_header("If-Match"), "428", "`If-Match` is missing."),
        (true, "429", "Too many requests; `Retry-After` says when to come back."),
        (true, "500", "Something went wrong on our side."),
        (true, "503", "The data cannot be reached just now; `Retry-After` says when to come back."),
    ];
    conditions.into_iter().filter(|(holds, ..)| *holds).map(|(_, status, description)| (status, description)).collect()
}

/// The parameters of an operation that stand in it (ours all do).
pub(crate) fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|parameter| if let RefOr::T(parameter) = parameter { Some(parameter) } else { None })
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content(MEDIA_TYPE, content).build()
}

fn version_header() -> RefOr<Header> {
    let schema = ObjectBuilder::new().schema_type(Type::String).examples([API_VERSION]).build();
    RefOr::T(HeaderBuilder::new().schema(Some(Schema::Object(schema))).description(Some("The version of the API, in full.")).build())
}
