//! Entity tags: the version of a record as clients see it, and the versions that a change may be built on (RFC 9110, section 13.1.1).

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_service::error::Error;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::parameters::required_header;
use crate::problem::{Part, Problem};

/// The entity tag of a version.
#[must_use]
pub fn of_version(version: i64) -> String {
    format!("\"{version}\"")
}

/// The versions that a change may be built on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// Whatever version holds now.
    Any,
    /// One of these versions. A weak tag or one that is not ours matches no version.
    OneOf(Vec<i64>),
}

impl IfMatch {
    /// The version that the change is to be built on. `current` reads the version that holds now, and is only asked where the header leaves a choice.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] when no tag can match; what `current` says.
    pub fn version(&self, current: impl FnOnce() -> Result<i64, Error>) -> Result<i64, Error> {
        match self {
            Self::OneOf(versions) => match versions.as_slice() {
                [only] => Ok(*only),
                several => current().and_then(|now| if several.contains(&now) { Ok(now) } else { Err(Error::Stale { current: now }) }),
            },
            Self::Any => current(),
        }
    }

    /// Reads the header's value.
    ///
    /// # Errors
    ///
    /// [`FaultKind::WrongType`] when it is no list of entity tags.
    pub fn parse(value: &str) -> Result<Self, FaultKind> {
        if value.trim() == "*" {
            return Ok(Self::Any);
        }
        let tags: Option<Vec<Option<i64>>> = value.split(',').map(|tag| version_of(tag.trim())).collect();
        let tags = tags.ok_or(FaultKind::WrongType { expected: "a list", found: "a text" })?;
        Ok(Self::OneOf(tags.into_iter().flatten().collect()))
    }
}

/// The version behind a tag; `Some(None)` for a sound tag that can match none, `None` for what is no tag.
fn version_of(tag: &str) -> Option<Option<i64>> {
    let (is_weak, opaque) = tag.strip_prefix("W/").map_or((false, tag), |opaque| (true, opaque));
    let text = opaque.strip_prefix('"')?.strip_suffix('"').filter(|text| !text.contains('"'))?;
    // A strong comparison is asked here, so that a weak tag never matches.
    Some(if is_weak { None } else { text.parse().ok().filter(|version: &i64| of_version(*version) == tag) })
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![required_header("If-Match", "The entity tag of the version that the change is built on.")]
    }
}

impl FromRequest for IfMatch {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let values: Vec<&str> = request.headers().get_all(header::IF_MATCH).filter_map(|value| value.to_str().ok()).collect();
        if values.is_empty() {
            return ready(Err(Problem::IfMatchMissing.into()));
        }
        let parsed = Self::parse(&values.join(","));
        ready(parsed.map_err(|kind| Problem::Faults { part: Part::Header, faults: vec![Fault::new("/If-Match", kind)] }.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags() {
        assert_eq!(IfMatch::parse("\"7\""), Ok(IfMatch::OneOf(vec![7])));
        assert_eq!(IfMatch::parse(" \"7\" , \"9\""), Ok(IfMatch::OneOf(vec![7, 9])));
        assert_eq!(IfMatch::parse("*"), Ok(IfMatch::Any));
        assert_eq!(IfMatch::parse("W/\"7\""), Ok(IfMatch::OneOf(vec![])));
        assert_eq!(IfMatch::parse("\"abc\", \"07\""), Ok(IfMatch::OneOf(vec![])));
        for text in ["7", "\"7", "", "\"7\",", "\"a\"b\"", "w/\"7\""] {
            assert!(IfMatch::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn chooses_the_version_to_build_on() {
        let choose = |text: &str, now: i64| IfMatch::parse(text).unwrap().version(|| Ok(now));
        assert_eq!(choose("\"7\"", 9), Ok(7));
        assert_eq!(choose("*", 9), Ok(9));
        assert_eq!(choose("\"7\", \"9\"", 9), Ok(9));
        assert_eq!(choose("\"7\", \"8\"", 9), Err(Error::Stale { current: 9 }));
        assert_eq!(choose("W/\"9\"", 9), Err(Error::Stale { current: 9 }));
        assert_eq!(IfMatch::Any.version(|| Err(Error::NotFound)), Err(Error::NotFound));
    }
}
