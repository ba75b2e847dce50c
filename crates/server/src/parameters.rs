//! What a request says in its path and its query, checked such that every fault is named at once.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::json::Node;
use raakvlak_domain::reading::{FromNode, Reading};
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::problem::{Part, Problem};

/// The one variable of a path.
#[derive(Debug)]
pub struct InPath<T>(pub T);

/// The two variables of a path, in their order.
#[derive(Debug)]
pub struct BothInPath<A, B>(pub A, pub B);

/// The query of a request.
#[derive(Debug)]
pub struct InQuery<T>(pub T);

impl<T: FromNode> FromRequest for InPath<T> {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reading = Reading::default();
        let value = variable(request, 0, &mut reading);
        ready(finished(Part::Path, value.map(InPath), reading))
    }
}

impl<A: FromNode, B: FromNode> FromRequest for BothInPath<A, B> {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reading = Reading::default();
        let first = variable(request, 0, &mut reading);
        let second = variable(request, 1, &mut reading);
        ready(finished(Part::Path, first.zip(second).map(|(first, second)| BothInPath(first, second)), reading))
    }
}

impl<T: FromNode> FromRequest for InQuery<T> {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reading = Reading::default();
        let node = Node::Object(pairs(request.query_string(), &mut reading));
        let value = T::from_node(&node, &mut reading);
        ready(finished(Part::Query, value.map(InQuery), reading))
    }
}

fn finished<T>(part: Part, value: Option<T>, reading: Reading) -> Result<T, actix_web::Error> {
    let faults = reading.into_faults();
    match value {
        Some(value) if faults.is_empty() => Ok(value),
        _ => Err(Problem::Faults { part, faults }.into()),
    }
}

fn variable<T: FromNode>(request: &HttpRequest, at: usize, reading: &mut Reading) -> Option<T> {
    let (name, value) = request.match_info().iter().nth(at).unwrap_or(("", ""));
    reading.within(name, |reading| {
        // The router replaces bytes that are no UTF-8, so that only the path as it was sent still shows them.
        let sound = decoded(request.uri().path(), false).and_then(|_| decoded(value, false));
        let Some(text) = sound else {
            reading.fault(FaultKind::NotUtf8);
            return None;
        };
        from_text(&text, reading)
    })
}

/// The pairs of a query in the order sent. A key that stands twice and text that is no UTF-8 are put into `reading`.
pub fn pairs(query: &str, reading: &mut Reading) -> Vec<(Cow<'static, str>, Node<'static>)> {
    let mut pairs: Vec<(Cow<'static, str>, Node<'static>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(key), Some(value)) = (decoded(key, true), decoded(value, true)) else {
            reading.within(key, |reading| reading.fault(FaultKind::NotUtf8));
            continue;
        };
        if pairs.iter().any(|(known, _)| *known == key) {
            reading.within(&key, |reading| reading.fault(FaultKind::DuplicateKey));
        } else {
            pairs.push((key.into(), Node::Text(value.into())));
        }
    }
    pairs
}

/// Reads a value from plain text. Text has no types, so what looks like a number or a truth is tried as one first.
pub fn from_text<T: FromNode>(text: &str, reading: &mut Reading) -> Option<T> {
    let mut as_literal = Reading::default();
    if let Some(literal) = literal(text)
        && let Some(value) = T::from_node(&literal, &mut as_literal)
    {
        return Some(value);
    }
    let mut as_text = Reading::default();
    let value = T::from_node(&Node::Text(text.into()), &mut as_text);
    if value.is_none() {
        let literal_faults = as_literal.into_faults();
        // The faults of the reading that at least had the right type say more.
        let is_typed =
            |faults: &[Fault]| !faults.is_empty() && !faults.iter().any(|fault| matches!(fault.kind, FaultKind::WrongType { .. }));
        let faults = if is_typed(&literal_faults) { literal_faults } else { as_text.into_faults() };
        faults.into_iter().for_each(|fault| reading.fault(fault.kind));
    }
    value
}

fn literal(text: &str) -> Option<Node<'_>> {
    match text {
        "true" => Some(Node::Bool(true)),
        "false" => Some(Node::Bool(false)),
        number if serde_json::from_str::<serde_json::Number>(number).is_ok() => Some(Node::Number(number.into())),
        _ => None,
    }
}

/// The text behind percent-encoding (RFC 3986, section 2.1); in a query a plus stands for a space. `None` when it is no UTF-8.
#[must_use]
pub fn decoded(text: &str, plus_is_space: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let ahead = rest.as_slice_of_two();
        match (byte, ahead.and_then(hexadecimal)) {
            (b'%', Some(value)) => {
                bytes.push(value);
                rest.nth(1);
            }
            (b'+', _) if plus_is_space => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

trait Ahead {
    fn as_slice_of_two(&self) -> Option<[u8; 2]>;
}

impl Ahead for std::str::Bytes<'_> {
    fn as_slice_of_two(&self) -> Option<[u8; 2]> {
        let mut ahead = self.clone();
        Some([ahead.next()?, ahead.next()?])
    }
}

fn hexadecimal(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

/// Declares the query of an operation: a struct, how it is read with every fault named at once, and how it is documented.
///
/// Each field has its key, in lower camel case: `pub as_of("asOf"): Option<Date>`.
macro_rules! query {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident { $( $(#[$field_attribute:meta])* pub $field:ident($key:literal) : $type:ty ),* $(,)? }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        pub struct $name { $( $(#[$field_attribute])* #[param(rename = $key)] pub $field: $type, )* }

        impl raakvlak_domain::reading::FromNode for $name {
            fn from_node(node: &raakvlak_domain::json::Node, reading: &mut raakvlak_domain::reading::Reading) -> Option<Self> {
                const KEYS: &[&str] = &[$($key),*];
                let pairs = raakvlak_domain::reading::pairs(node, KEYS, reading)?;
                $( let $field = $crate::parameters::in_query::<$type>(pairs, $key, reading); )*
                Some(Self { $( $field: $field?, )* })
            }
        }
    };
}
pub(crate) use query;

/// How the document describes a header that must be sent.
#[must_use]
pub fn required_header(name: &str, description: &str) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::True);
    parameter.description(Some(description)).schema(Some(schema)).build()
}

/// Reads one key of a query; a key that is missing has the value that stands for absence.
pub fn in_query<T: FromNode>(pairs: &[(Cow<'_, str>, Node<'_>)], key: &str, reading: &mut Reading) -> Option<T> {
    reading.within(key, |reading| match pairs.iter().find(|(known, _)| known == key) {
        Some((_, Node::Text(text))) => from_text(text, reading),
        _ => T::when_absent().or_else(|| {
            reading.fault(FaultKind::Missing);
            None
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use raakvlak_domain::calendar::Date;
    use raakvlak_domain::identifiers::PackageId;
    use raakvlak_domain::quantities::Level;

    query! {
        /// A query to test with.
        #[allow(unreachable_pub, reason = "the macro declares what handlers of other files use")]
        pub struct Example {
            /// A number.
            pub level("level"): Level,
            /// A day.
            pub as_of("asOf"): Option<Date>,
            /// A truth.
            pub remote("remote"): Option<bool>,
            /// An id that looks like a number.
            pub package("package"): Option<PackageId>,
        }
    }

    fn read(query: &str) -> Result<Example, Vec<(String, &'static str)>> {
        let mut reading = Reading::default();
        let node = Node::Object(pairs(query, &mut reading));
        let value = Example::from_node(&node, &mut reading);
        let faults: Vec<_> = reading.into_faults().into_iter().map(|fault| (fault.pointer, fault.kind.code())).collect();
        value.filter(|_| faults.is_empty()).ok_or(faults)
    }

    #[test]
    fn reads_values_of_every_type() {
        let example = read("level=3&asOf=2026-11-23&remote=true&package=7").unwrap();
        assert_eq!(example.level, Level::new(3).unwrap());
        assert_eq!(example.as_of.unwrap().to_string(), "2026-11-23");
        assert_eq!(example.remote, Some(true));
        assert_eq!(example.package.unwrap().as_str(), "7");
    }

    #[test]
    fn names_every_fault_of_a_query() {
        let faults = read("level=9&asOf=tomorrow&remote=1&package=&as_of=2026-11-23&level=2").unwrap_err();
        let expected = [
            ("/level", "duplicate_key"),
            ("/as_of", "unknown_key"),
            ("/level", "out_of_range"),
            ("/asOf", "not_a_date"),
            ("/remote", "wrong_type"),
            ("/package", "too_short"),
        ];
        assert_eq!(faults, expected.map(|(pointer, code)| (pointer.to_owned(), code)).to_vec());
        assert_eq!(read("").unwrap_err(), vec![("/level".to_owned(), "missing")]);
        assert_eq!(read("level=%FF").unwrap_err()[0].1, "not_utf8");
    }

    #[test]
    fn decodes_percent_signs() {
        assert_eq!(decoded("a%20b+c", true).unwrap(), "a b c");
        assert_eq!(decoded("a%2Fb+c", false).unwrap(), "a/b+c");
        assert_eq!(decoded("100%", false).unwrap(), "100%");
        assert_eq!(decoded("%4", false).unwrap(), "%4");
        assert_eq!(decoded("%C3%A9", false).unwrap(), "é");
        assert_eq!(decoded("%C3", false), None);
    }
}
