//! JSON as it was sent: nothing is dropped, so that duplicate keys and absurd numbers can be named as faults beside all others.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::faults::FaultKind;
use crate::reading::Reading;

/// The deepest nesting that any record of ours has, with room to spare; deeper input is refused before it costs anything.
pub const DEEPEST: usize = 16;

/// A value of JSON with numbers as written and objects as lists of pairs.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// An object: its keys in the order sent; a key that stands twice was reported and its first value kept.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// What this is called in a fault.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads one JSON value; what is wrong with it as JSON is put into `reading`, and `None` is answered when nothing of it can be used.
pub fn parse(text: &str, reading: &mut Reading) -> Option<Node> {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) => node(raw, 0, reading),
        Err(error) => {
            reading.fault(FaultKind::NotJson { line: error.line().max(1), column: error.column().max(1) });
            None
        }
    }
}

fn node(raw: &RawValue, depth: usize, reading: &mut Reading) -> Option<Node> {
    if depth > DEEPEST {
        reading.fault(FaultKind::TooDeep { most: DEEPEST });
        return None;
    }
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'{') => object(text, depth, reading),
        Some(b'[') => list(text, depth, reading),
        Some(b'"') => string(text, reading),
        Some(b't') => Some(Node::Bool(true)),
        Some(b'f') => Some(Node::Bool(false)),
        Some(b'n') => Some(Node::Null),
        _ => Some(Node::Number(text.to_owned())),
    }
}

fn string(text: &str, reading: &mut Reading) -> Option<Node> {
    // A lone surrogate escape passes as raw text and fails only here.
    if let Ok(text) = serde_json::from_str::<String>(text) {
        Some(Node::Text(text))
    } else {
        reading.fault(FaultKind::NotUtf8);
        None
    }
}

fn list(text: &str, depth: usize, reading: &mut Reading) -> Option<Node> {
    let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    let mut nodes = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        if let Some(item) = reading.within(at, |reading| node(item, depth + 1, reading)) {
            nodes.push(item);
        }
    }
    Some(Node::List(nodes))
}

fn object(text: &str, depth: usize, reading: &mut Reading) -> Option<Node> {
    let Ok(Pairs(pairs)) = serde_json::from_str::<Pairs<'_>>(text) else {
        reading.fault(FaultKind::NotUtf8);
        return None;
    };
    let mut known: Vec<(String, Node)> = Vec::with_capacity(pairs.len());
    let mut seen = std::collections::HashSet::with_capacity(pairs.len());
    for (key, value) in pairs {
        reading.within(key.clone(), |reading| {
            if !seen.insert(key.clone()) {
                reading.fault(FaultKind::DuplicateKey);
            } else if let Some(value) = node(value, depth + 1, reading) {
                known.push((key, value));
            }
        });
    }
    Some(Node::Object(known))
}

/// The pairs of an object in the order sent, duplicates kept.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Pairs<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    pairs.push((key, map.next_value().map_err(de::Error::custom)?));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> (Option<Node>, Vec<(String, &'static str)>) {
        let mut reading = Reading::default();
        let node = parse(text, &mut reading);
        let faults = reading.into_faults().into_iter().map(|fault| (fault.pointer, fault.kind.code())).collect();
        (node, faults)
    }

    #[test]
    fn keeps_numbers_as_written() {
        let (node, faults) = codes("[1e400, -0.5]");
        assert_eq!(node, Some(Node::List(vec![Node::Number("1e400".into()), Node::Number("-0.5".into())])));
        assert!(faults.is_empty());
    }

    #[test]
    fn names_every_duplicate_key() {
        let (_, faults) = codes(r#"{"a":1,"a":2,"b":{"c":1,"c":2,"c":3}}"#);
        assert_eq!(faults, vec![("/a".into(), "duplicate_key"), ("/b/c".into(), "duplicate_key"), ("/b/c".into(), "duplicate_key")]);
    }

    #[test]
    fn refuses_depth_without_overflowing() {
        let (_, faults) = codes(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)));
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].1, "too_deep");
    }

    #[test]
    fn says_where_json_breaks() {
        assert_eq!(codes("{\"a\":}").1, vec![(String::new(), "not_json")]);
        assert_eq!(codes("").1, vec![(String::new(), "not_json")]);
        assert_eq!(codes("{} {}").1, vec![(String::new(), "not_json")]);
    }
}
