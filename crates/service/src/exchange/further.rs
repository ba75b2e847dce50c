//! The records that a match does not need, kept as they are written, and what committed hours need of a match.

use std::borrow::Cow;

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::identifiers::{ExpertId, MatchId, PackageId};
use raakvlak_domain::json::Node;
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::reading::{FromNode, LONGEST_LIST, Reading, field};

/// A record of any shape with an id.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AnyRecord {
    pub(super) id: String,
    pub(super) node: Node<'static>,
}

impl FromNode for AnyRecord {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let id: MatchId = field(object(node, reading)?, "id", None, reading)?;
        Some(Self { id: id.as_str().to_owned(), node: node.clone().into_owned() })
    }
}

/// What committed hours need of a match: whose it is, whether it takes hours, and which.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchLine {
    /// Names the match.
    pub id: MatchId,
    /// The package.
    pub package: PackageId,
    /// The expert.
    pub expert: ExpertId,
    /// Where it stands.
    pub state: MatchState,
    /// What is arranged; given wherever the match takes hours.
    pub arrangement: Option<Arrangement>,
}

impl FromNode for MatchLine {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let pairs = object(node, reading)?;
        let id = field(pairs, "id", None, reading);
        let package = field(pairs, "package", None, reading);
        let expert = field(pairs, "expert", None, reading);
        let state = field::<MatchState>(pairs, "state", None, reading);
        let arrangement = field::<Option<Arranged>>(pairs, "arrangement", None, reading);
        if state.is_some_and(MatchState::takes_hours) && arrangement == Some(None) {
            reading.within("arrangement", |reading| reading.fault(FaultKind::Missing));
        }
        let arrangement = arrangement?.map(|arranged| arranged.0);
        Some(Self { id: id?, package: package?, expert: expert?, state: state?, arrangement })
    }
}

/// An arrangement as a match carries it: under a key of its own beside its version and who said yes to it, or with those among its own keys.
#[derive(Debug, Clone, PartialEq)]
struct Arranged(Arrangement);

impl FromNode for Arranged {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let pairs = object(node, reading)?;
        if let Some((_, told)) = pairs.iter().find(|(key, _)| key == "arrangement") {
            return reading.within("arrangement", |reading| Arrangement::from_node(told, reading)).map(Self);
        }
        let own = pairs.iter().filter(|(key, _)| Arrangement::KEYS.contains(&key.as_ref())).cloned().collect();
        Arrangement::from_node(&Node::Object(own), reading).map(Self)
    }
}

fn object<'a, 'text>(node: &'a Node<'text>, reading: &mut Reading) -> Option<&'a [(Cow<'text, str>, Node<'text>)]> {
    match node {
        Node::Object(pairs) if pairs.len() <= LONGEST_LIST => Some(pairs),
        Node::Object(_) => {
            reading.fault(FaultKind::TooMany { most: LONGEST_LIST });
            None
        }
        other => {
            reading.fault(FaultKind::WrongType { expected: "an object", found: other.type_name() });
            None
        }
    }
}

/// Serializes a node as it was written.
pub(super) fn serialize_node<S: serde::Serializer>(node: &Node, serializer: S) -> Result<S::Ok, S::Error> {
    let mut text = String::new();
    write_node(node, &mut text);
    let raw = serde_json::value::RawValue::from_string(text).map_err(serde::ser::Error::custom)?;
    serde::Serialize::serialize(&raw, serializer)
}

/// Writes a node as compact JSON, numbers as they were written.
pub(super) fn write_node(node: &Node, text: &mut String) {
    match node {
        Node::Null => text.push_str("null"),
        Node::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Node::Number(number) => text.push_str(number),
        Node::Text(value) => write_text(value, text),
        Node::List(items) => write_items(items, text, '[', ']', write_node),
        Node::Object(pairs) => write_items(pairs, text, '{', '}', |(key, value), text| {
            write_text(key, text);
            text.push(':');
            write_node(value, text);
        }),
    }
}

fn write_items<T>(items: &[T], text: &mut String, open: char, close: char, write: impl Fn(&T, &mut String)) {
    text.push(open);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        write(item, text);
    }
    text.push(close);
}

fn write_text(value: &str, text: &mut String) {
    text.push_str(&serde_json::Value::from(value).to_string());
}

#[cfg(test)]
mod tests {
    use raakvlak_domain::reading::read;

    use super::*;

    #[test]
    fn writes_what_it_reads() {
        let text = r#"{"id":"m-1","b":[1.50,-0,1e3,null,true,false],"a":{"\"ü\n":[]}}"#;
        let mut written = String::new();
        write_node(&read::<AnyRecord>(text).unwrap().node, &mut written);
        assert_eq!(written, text);
    }

    #[test]
    fn a_match_that_takes_hours_says_which() {
        let line = |state, arrangement| format!(r#"{{"id":"m","package":"p","expert":"e","state":"{state}","arrangement":{arrangement}}}"#);
        assert!(read::<MatchLine>(&line("reviewed", "null")).is_ok());
        let faults = read::<MatchLine>(&line("active", "null")).unwrap_err();
        assert_eq!((faults[0].pointer.as_str(), faults[0].kind.code()), ("/arrangement", "missing"));
        let arranged = read::<MatchLine>(&line("active", r#"{"hours":4,"start":"2026-11-23","version":2}"#)).unwrap();
        assert_eq!(arranged.arrangement.unwrap().hours.get(), 40);
        let nested = r#"{"version":2,"arrangement":{"hours":4,"start":"2026-11-23"},"yeses":[]}"#;
        assert_eq!(read::<MatchLine>(&line("active", nested)).unwrap().arrangement.unwrap().hours.get(), 40);
    }
}
