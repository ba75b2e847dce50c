//! The operations that exist, read from the API document: which methods a path has, and which keys its query.

use std::sync::OnceLock;

use crate::documentation::completed::parameters;
use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};

/// Before every path of the API.
pub const PREFIX: &str = "/api/v1";

/// The doors that are not part of the API, all of them to be read only.
const BESIDE_THE_API: &[&str] = &["/health/live", "/health/ready", "/api/v1/docs", "/api/v1/docs/", "/api/v1/docs/{file}"];

/// One path with its methods.
struct Path {
    template: String,
    matcher: ResourceDef,
    methods: Vec<(Method, &'static [&'static str])>,
}

/// The template of the path that this is, with the fewest variables where several fit.
#[must_use]
pub fn pattern(path: &str) -> Option<String> {
    matching(path).map(|path| path.template.clone()).min_by_key(|template| template.matches('{').count())
}

/// The methods of this path, as in the `Allow` header; `None` when there is no such path.
#[must_use]
pub fn allowed(path: &str) -> Option<String> {
    let mut methods: Vec<&str> = matching(path).flat_map(|path| path.methods.iter().map(|(method, _)| method.as_str())).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    methods.dedup();
    (!methods.is_empty()).then(|| methods.join(", "))
}

/// The query keys of an operation of the API; `None` when there is no such operation.
#[must_use]
pub fn query_keys(method: &Method, path: &str) -> Option<&'static [&'static str]> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let template = pattern(path).filter(|template| template.starts_with(PREFIX))?;
    let path = matching(path).find(|path| path.template == template)?;
    path.methods.iter().find(|(known, _)| known == method).map(|(_, keys)| *keys)
}

fn matching(path: &str) -> impl Iterator<Item = &'static Path> {
    all().iter().filter(move |known| known.matcher.is_match(path))
}

fn all() -> &'static [Path] {
    static PATHS: OnceLock<Vec<Path>> = OnceLock::new();
    PATHS.get_or_init(|| {
        let document = crate::documentation::document();
        let of_document = document.paths.paths.iter().map(|(path, item)| of_item(&format!("{PREFIX}{path}"), item));
        let beside = BESIDE_THE_API.iter().map(|path| new_path(path, vec![(Method::GET, &[][..])]));
        of_document.chain(beside).collect()
    })
}

fn new_path(template: &str, methods: Vec<(Method, &'static [&'static str])>) -> Path {
    Path { template: template.to_owned(), matcher: ResourceDef::new(template), methods }
}

fn of_item(template: &str, item: &PathItem) -> Path {
    let operations = [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ];
    let methods = operations.into_iter().filter_map(|(method, operation)| Some((method, keys(operation.as_ref()?))));
    new_path(template, methods.collect())
}

/// The keys live as long as the program, since faults name them as words of the program.
fn keys(operation: &Operation) -> &'static [&'static str] {
    let parameters = parameters(operation).filter(|parameter| parameter.parameter_in == ParameterIn::Query);
    Vec::leak(parameters.map(|parameter| &*String::leak(parameter.name.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_paths_of_the_document_and_beside_it() {
        assert_eq!(allowed("/api/v1/openapi.json").as_deref(), Some("GET, HEAD"));
        assert_eq!(allowed("/health/live").as_deref(), Some("GET, HEAD"));
        assert_eq!(allowed("/api/v1/nowhere"), None);
        assert_eq!(pattern("/api/v1/docs/index.css").as_deref(), Some("/api/v1/docs/{file}"));
        assert_eq!(query_keys(&Method::GET, "/api/v1/openapi.json"), Some(&[][..]));
        assert_eq!(query_keys(&Method::GET, "/health/live"), None);
    }
}
