//! JSON as it was sent: nothing is dropped, so that duplicate keys and absurd numbers can be named as faults beside all others.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::value::RawValue;

use crate::faults::FaultKind;
use crate::reading::Reading;

/// The deepest nesting that any record of ours has, with room to spare; deeper input is refused before it costs anything.
pub const DEEPEST: usize = 16;

/// A value of JSON with numbers as written and objects as lists of pairs.
/// Texts and keys are those of the text that was read, as far as nothing in them was escaped.
#[derive(Debug, Clone, PartialEq)]
pub enum Node<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(Cow<'a, str>),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// An object: its keys in the order sent; a key that stands twice was reported and its first value kept.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl Node<'_> {
    /// The same, with texts and keys of its own.
    #[must_use]
    pub fn into_owned(self) -> Node<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Null => Node::Null,
            Self::Bool(value) => Node::Bool(value),
            Self::Number(number) => Node::Number(owned(number)),
            Self::Text(text) => Node::Text(owned(text)),
            Self::List(nodes) => Node::List(nodes.into_iter().map(Node::into_owned).collect()),
            Self::Object(pairs) => Node::Object(pairs.into_iter().map(|(key, node)| (owned(key), node.into_owned())).collect()),
        }
    }

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
pub fn parse<'a>(text: &'a str, reading: &mut Reading) -> Option<Node<'a>> {
    match serde_json::from_str::<&'a RawValue>(text) {
        Ok(raw) => Scanner { text: raw.get(), at: 0 }.node(0, reading),
        Err(error) => {
            reading.fault(FaultKind::NotJson { line: error.line().max(1), column: error.column().max(1) });
            None
        }
    }
}

/// Goes once over a text that is known to be JSON, so that it needs no more than to tell one part from the next.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn node(&mut self, depth: usize, reading: &mut Reading) -> Option<Node<'a>> {
        if depth > DEEPEST {
            reading.fault(FaultKind::TooDeep { most: DEEPEST });
            self.skip();
            return None;
        }
        match self.peek() {
            Some(b'{') => self.object(depth, reading),
            Some(b'[') => self.list(depth, reading),
            Some(b'"') => self.string().map(Node::Text).or_else(|| not_utf8(reading)),
            _ => Some(self.scalar()),
        }
    }

    fn list(&mut self, depth: usize, reading: &mut Reading) -> Option<Node<'a>> {
        let mut nodes = Vec::new();
        self.step();
        for at in 0usize.. {
            if self.is_over(b']') {
                break;
            }
            nodes.extend(reading.within(at, |reading| self.node(depth + 1, reading)));
        }
        Some(Node::List(nodes))
    }

    /// A key that is no text makes the object unusable; the rest of it is still looked at.
    fn object(&mut self, depth: usize, reading: &mut Reading) -> Option<Node<'a>> {
        let mut known = Vec::new();
        let mut seen = Seen::default();
        let mut readable = true;
        self.step();
        while !self.is_over(b'}') {
            let key = self.string();
            self.peek();
            self.step();
            let Some(key) = key else {
                readable = false;
                self.skip();
                continue;
            };
            reading.within(&key, |reading| {
                if seen.has(&key) {
                    reading.fault(FaultKind::DuplicateKey);
                    self.skip();
                } else if let Some(value) = self.node(depth + 1, reading) {
                    known.push((key.clone(), value));
                }
            });
            seen.insert(key);
        }
        if readable { Some(Node::Object(known)) } else { not_utf8(reading) }
    }

    /// A text without its quotes; `None` when an escape in it stands for half a character.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.peek();
        let start = self.at;
        self.skip_string();
        let quoted = self.text.get(start..self.at)?;
        let plain = quoted.get(1..quoted.len().checked_sub(1)?)?;
        if plain.contains('\\') { serde_json::from_str(quoted).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(plain)) }
    }

    /// `true`, `false`, `null` or a number, as written.
    fn scalar(&mut self) -> Node<'a> {
        let start = self.at;
        self.skip_scalar();
        match self.text.get(start..self.at).unwrap_or_default() {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            "null" => Node::Null,
            number => Node::Number(Cow::Borrowed(number)),
        }
    }

    /// Passes over a value, however deep it goes.
    fn skip(&mut self) {
        let mut open = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.skip_string(),
                b'{' | b'[' => {
                    open += 1;
                    self.step();
                }
                b'}' | b']' => {
                    open = open.saturating_sub(1);
                    self.step();
                }
                b',' | b':' => self.step(),
                _ => self.skip_scalar(),
            }
            if open == 0 {
                return;
            }
        }
    }

    fn skip_string(&mut self) {
        self.step();
        while let Some(byte) = self.byte() {
            self.step();
            match byte {
                b'"' => return,
                b'\\' => self.step(),
                _ => {}
            }
        }
    }

    fn skip_scalar(&mut self) {
        while self.byte().is_some_and(|byte| !matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t')) {
            self.step();
        }
    }

    /// Passes over what separates two items; whether there is no item any more, in which case the bracket is passed too.
    fn is_over(&mut self, bracket: u8) -> bool {
        if self.peek() == Some(b',') {
            self.step();
        }
        let over = self.peek().is_none_or(|byte| byte == bracket);
        if over {
            self.step();
        }
        over
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while self.byte().is_some_and(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
            self.step();
        }
        self.byte()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self) {
        self.at += 1;
    }
}

/// The keys of an object so far.
#[derive(Default)]
struct Seen<'a> {
    /// The first of them, which are looked through: most objects have few keys.
    few: Vec<Cow<'a, str>>,
    /// The others.
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Seen<'a> {
    const FEW: usize = 16;

    fn has(&self, key: &str) -> bool {
        self.few.iter().any(|known| known == key) || self.many.contains(key)
    }

    fn insert(&mut self, key: Cow<'a, str>) {
        if self.few.len() < Self::FEW {
            self.few.push(key);
        } else {
            self.many.insert(key);
        }
    }
}

fn not_utf8<'a>(reading: &mut Reading) -> Option<Node<'a>> {
    reading.fault(FaultKind::NotUtf8);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> (Option<Node<'_>>, Vec<(String, &'static str)>) {
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
    fn names_duplicates_among_many_keys() {
        let keys: String = (0..40).map(|at| format!("\"{at}\":0,")).collect();
        let (_, faults) = codes(&format!("{{{keys}\"3\":1,\"39\":1,\"40\":1}}"));
        assert_eq!(faults, vec![("/3".into(), "duplicate_key"), ("/39".into(), "duplicate_key")]);
    }

    #[test]
    fn refuses_depth_without_overflowing() {
        let (_, faults) = codes(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)));
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].1, "too_deep");
    }

    #[test]
    fn goes_on_after_what_it_refuses() {
        let deep = format!(r#"{{"a":{}"]}}"{},"b":"]\"}}","c":[1 , true,null ,"\u00e9"] }}"#, "[".repeat(20), "]".repeat(20));
        let (node, faults) = codes(&deep);
        let told = |text: &'static str| Node::Text(text.into());
        let list = Node::List(vec![Node::Number("1".into()), Node::Bool(true), Node::Null, told("é")]);
        let Some(Node::Object(pairs)) = node else { panic!("an object") };
        assert_eq!(pairs[1..], [("b".into(), told("]\"}")), ("c".into(), list)]);
        assert_eq!(faults, vec![(format!("/a{}", "/0".repeat(16)), "too_deep")]);
        let (node, faults) = codes(r#"{"a":"\ud800","\ud800":{"b":[1]},"c":[{"d":1,"d":2}]}"#);
        assert_eq!(node, None);
        assert_eq!(faults, vec![("/a".into(), "not_utf8"), ("/c/0/d".into(), "duplicate_key"), (String::new(), "not_utf8")]);
    }

    /// Whatever there is in JSON, in every order and with white space everywhere: the same as what serde reads.
    #[test]
    fn agrees_with_serde() {
        fn value(node: &Node) -> serde_json::Value {
            match node {
                Node::Null => serde_json::Value::Null,
                Node::Bool(value) => (*value).into(),
                Node::Number(number) => serde_json::from_str(number).unwrap(),
                Node::Text(text) => text.as_ref().into(),
                Node::List(nodes) => nodes.iter().map(value).collect(),
                Node::Object(pairs) => {
                    serde_json::Value::Object(pairs.iter().map(|(key, node)| (key.clone().into_owned(), value(node))).collect())
                }
            }
        }
        let texts = [
            "  null ",
            "-0.5e+7",
            r#" "" "#,
            r#"[]"#,
            "\t{ }\n",
            r#"[[],{},"",[[]],{"":{}}]"#,
            "[ 1 , -2.5 , true , false , null , \"a\\\\\" , \"\\u0041\\ud83d\\ude00\" ]",
            "{\r\n \"a\" : [ { \"b\" : \"}\" } , \"]\" ] ,\t\"\\\"c\" : { \"d\" : 1E3 } }",
        ];
        for text in texts {
            let (node, faults) = codes(text);
            assert_eq!(faults, vec![], "{text}");
            assert_eq!(value(&node.unwrap()), serde_json::from_str::<serde_json::Value>(text).unwrap(), "{text}");
        }
    }

    #[test]
    fn says_where_json_breaks() {
        assert_eq!(codes("{\"a\":}").1, vec![(String::new(), "not_json")]);
        assert_eq!(codes("").1, vec![(String::new(), "not_json")]);
        assert_eq!(codes("{} {}").1, vec![(String::new(), "not_json")]);
    }
}
