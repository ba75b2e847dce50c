//! What holds for every operation, put into the document once: the answers to errors, the headers, and where the paths begin.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Components, ContentBuilder, Header, OpenApi, Ref, RefOr, Required};

use super::records;
use crate::headers::API_VERSION;
use crate::operations::PREFIX;
use crate::problem::MEDIA_TYPE;

/// The header that every answer has.
const VERSION: &str = "API-Version";

/// The header of a record that can be changed.
const ENTITY_TAG: &str = "ETag";

/// An error that operations can answer with: its name in the document, its status, what it means, and the header that comes with it.
struct Failing {
    name: &'static str,
    status: &'static str,
    description: &'static str,
    header: Option<(&'static str, &'static str)>,
    when: fn(&Traits) -> bool,
}

/// What decides with which errors an operation can answer.
#[derive(Default)]
struct Traits {
    is_public: bool,
    has_body: bool,
    changes: bool,
    takes_version: bool,
}

const RETRY_AFTER: (&str, &str) = ("Retry-After", "After how many seconds to come back.");

const fn failing(
    name: &'static str,
    status: &'static str,
    description: &'static str,
    header: Option<(&'static str, &'static str)>,
    when: fn(&Traits) -> bool,
) -> Failing {
    Failing { name, status, description, header, when }
}

const FAILINGS: &[Failing] = &[
    failing("Invalid", "400", "Something in the request is not right; `errors` names all of it.", None, |_| true),
    failing("NotSignedIn", "401", "Nobody is signed in, or not any more.", Some(("WWW-Authenticate", "How to sign in.")), |it| {
        !it.is_public
    }),
    failing("NotAllowed", "403", "The user may know of it but may not do this.", None, |it| !it.is_public),
    failing("NotFound", "404", "There is no such record, or none that this user may see.", None, |it| !it.is_public),
    failing("NotAcceptable", "406", "None of the kinds of answer in `Accept` can be given.", None, |_| true),
    failing("TooSlow", "408", "The request did not come in in time.", None, |it| it.has_body),
    failing("Conflict", "409", "It cannot be done in the present state of things; `code` says why.", None, |it| {
        it.changes && !it.is_public
    }),
    failing(
        "Stale",
        "412",
        "The record has changed since; `current` and `ETag` tell how it is now.",
        Some(("ETag", "The version that holds now.")),
        |it| it.takes_version,
    ),
    failing("TooLarge", "413", "The body is larger than 1 MiB.", None, |it| it.has_body),
    failing("UnsupportedMediaType", "415", "The body is not `application/json` in UTF-8.", None, |it| it.has_body),
    failing("IfMatchMissing", "428", "`If-Match` is missing.", None, |it| it.takes_version),
    failing("TooMany", "429", "Too many requests.", Some(RETRY_AFTER), |_| true),
    failing("Internal", "500", "Something went wrong on our side.", None, |_| true),
    failing(
        "Unavailable",
        "503",
        "The data cannot be reached just now, or there are too many requests at once.",
        Some(RETRY_AFTER),
        |_| true,
    ),
];

/// The document with what holds for every operation.
pub(super) fn completed(mut document: OpenApi) -> OpenApi {
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (without_prefix(path), item)).collect();
    for item in document.paths.paths.values_mut() {
        item.get.iter_mut().for_each(|operation| complete(operation, false));
        let changing = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        changing.into_iter().flatten().for_each(|operation| complete(operation, true));
    }
    share(document.components.get_or_insert_default());
    document
}

/// The server's address holds the prefix already.
fn without_prefix(path: String) -> String {
    path.strip_prefix(PREFIX).map(str::to_owned).unwrap_or(path)
}

/// What operations refer to.
fn share(components: &mut Components) {
    records::say_what_must_be_given(&mut components.schemas);
    components.headers.insert(VERSION.to_owned(), RefOr::T(text_header("The version of the API, in full.", Some(API_VERSION))));
    components.headers.insert(ENTITY_TAG.to_owned(), RefOr::T(text_header("The version, for `If-Match`.", Some("\"1\""))));
    for failing in FAILINGS {
        components.responses.insert(failing.name.to_owned(), RefOr::T(response_of(failing)));
    }
}

fn complete(operation: &mut Operation, changes: bool) {
    operation.parameters.iter_mut().flatten().for_each(allow_absence);
    let traits = traits(operation, changes);
    for failing in FAILINGS.iter().filter(|failing| (failing.when)(&traits)) {
        let shared = || RefOr::Ref(Ref::from_response_name(failing.name));
        operation.responses.responses.entry(failing.status.to_owned()).or_insert_with(shared);
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            response.headers.entry(VERSION.to_owned()).or_insert_with(|| shared_header(VERSION));
            if let Some(tag) = response.headers.get_mut(ENTITY_TAG) {
                *tag = shared_header(ENTITY_TAG);
            }
            if status.starts_with(['4', '5']) {
                response.content.entry(MEDIA_TYPE.to_owned()).or_insert_with(problem_content);
            }
        }
    }
}

/// How many items a page has may be left out; the derive sees no more than that it is no `Option`.
fn allow_absence(parameter: &mut RefOr<Parameter>) {
    if let RefOr::T(parameter) = parameter
        && parameter.schema == Some(Ref::from_schema_name("Limit").into())
    {
        parameter.required = Required::False;
    }
}

fn traits(operation: &Operation, changes: bool) -> Traits {
    let takes = |name: &str| parameters(operation).any(|parameter| parameter.parameter_in == ParameterIn::Header && parameter.name == name);
    let is_open = |requirements: &Vec<_>| requirements.iter().all(|requirement| *requirement == <_>::default());
    Traits {
        is_public: operation.security.as_ref().is_some_and(is_open),
        has_body: operation.request_body.is_some(),
        changes,
        takes_version: takes("If-Match"),
    }
}

/// The parameters of an operation that stand in it (ours all do).
pub(crate) fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|parameter| if let RefOr::T(parameter) = parameter { Some(parameter) } else { None })
}

fn response_of(failing: &Failing) -> Response {
    let mut response = ResponseBuilder::new().description(failing.description).build();
    response.content.insert(MEDIA_TYPE.to_owned(), problem_content());
    response.headers.insert(VERSION.to_owned(), shared_header(VERSION));
    if let Some((name, description)) = failing.header {
        response.headers.insert(name.to_owned(), RefOr::T(text_header(description, None)));
    }
    response
}

fn problem_content() -> RefOr<utoipa::openapi::Content> {
    ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build().into()
}

fn shared_header(name: &str) -> RefOr<Header> {
    RefOr::Ref(Ref::new(format!("#/components/headers/{name}")))
}

fn text_header(description: &str, example: Option<&str>) -> Header {
    let schema = ObjectBuilder::new().schema_type(Type::String).examples(example).build();
    HeaderBuilder::new().schema(Some(Schema::Object(schema))).description(Some(description)).build()
}
