//! Reading records from JSON such that every fault is named at once, each at its place.
//!
//! [`FromNode`] is written once per kind of value; [`record!`](crate::record) writes it for a whole record. One record can then be read in a
//! request, in a line of a dataset folder and in a setting, with the same faults.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::faults::{Fault, FaultKind};
use crate::json::Node;

/// The most items that a list in a record may have.
pub const LONGEST_LIST: usize = 1_000;

/// The place being read and the faults found so far.
#[derive(Debug, Default)]
pub struct Reading {
    path: String,
    faults: Vec<Fault>,
    beside: Beside,
}

/// The keys that the next object may have beside those of its record, since another record is read from the same object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Beside {
    /// No others.
    #[default]
    Nothing,
    /// These.
    Keys(&'static [&'static str]),
    /// Any: the other record says what is unknown.
    Anything,
}

impl Beside {
    fn holds(self, key: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Keys(keys) => keys.contains(&key),
            Self::Anything => true,
        }
    }
}

impl Reading {
    /// Reads what lies under `key`: a key of an object or a position in a list.
    pub fn within<T>(&mut self, key: impl Step, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push('/');
        key.write_to(&mut self.path);
        let value = read(self);
        self.path.truncate(length);
        value
    }

    /// Reads an object of which another record reads these keys.
    pub fn beside<T>(&mut self, beside: Beside, read: impl FnOnce(&mut Self) -> T) -> T {
        self.beside = beside;
        let value = read(self);
        self.beside = Beside::Nothing;
        value
    }

    /// Adds a fault at the place being read.
    pub fn fault(&mut self, kind: FaultKind) {
        self.faults.push(Fault { pointer: self.path.clone(), kind });
    }

    /// How many faults were found so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.faults.len()
    }

    /// The faults found, in the order found.
    #[must_use]
    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }
}

/// One step of a JSON pointer. Every value of every record takes one, so that it is written without the machinery of formatting.
pub trait Step {
    /// Adds the step to a path.
    fn write_to(&self, path: &mut String);
}

impl Step for str {
    #[inline]
    fn write_to(&self, path: &mut String) {
        if !self.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
            path.push_str(self);
            return;
        }
        for character in self.chars() {
            match character {
                '~' => path.push_str("~0"),
                '/' => path.push_str("~1"),
                other => path.push(other),
            }
        }
    }
}

impl Step for usize {
    #[inline]
    fn write_to(&self, path: &mut String) {
        if let Ok(digit @ 0..=9) = u8::try_from(*self) {
            path.push(char::from(b'0' + digit));
        } else {
            path.push_str(&self.to_string());
        }
    }
}

impl Step for String {
    #[inline]
    fn write_to(&self, path: &mut String) {
        self.as_str().write_to(path);
    }
}

impl Step for Cow<'_, str> {
    #[inline]
    fn write_to(&self, path: &mut String) {
        self.as_ref().write_to(path);
    }
}

impl<S: Step + ?Sized> Step for &S {
    #[inline]
    fn write_to(&self, path: &mut String) {
        (**self).write_to(path);
    }
}

/// A value that can be read from JSON.
pub trait FromNode: Sized {
    /// Reads the value; each fault is put into `reading`, and `None` answered when there is no usable value.
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self>;

    /// The value when the key is missing or null; `None` when it must be given.
    #[must_use]
    fn when_absent() -> Option<Self> {
        None
    }

    /// What makes two items of a list the same item; `None` when items may repeat.
    #[must_use]
    fn item_key(&self) -> Option<String> {
        None
    }
}

/// Reads a whole text as one record; all faults at once when there are any.
///
/// # Errors
///
/// Every fault of the text, at least one.
pub fn read<T: FromNode>(text: &str) -> Result<T, Vec<Fault>> {
    let mut reading = Reading::default();
    let value = crate::json::parse(text, &mut reading).and_then(|node| T::from_node(&node, &mut reading));
    let faults = reading.into_faults();
    match value {
        Some(value) if faults.is_empty() => Ok(value),
        _ => Err(faults),
    }
}

/// Reads one field of an object; a missing key and null are the same.
pub fn field<T: FromNode>(pairs: &[(Cow<'_, str>, Node<'_>)], key: &str, default: Option<T>, reading: &mut Reading) -> Option<T> {
    match pairs.iter().find(|(known, _)| known == key) {
        Some((_, node)) if *node != Node::Null => reading.within(key, |reading| T::from_node(node, reading)),
        _ => default.or_else(T::when_absent).or_else(|| {
            reading.within(key, |reading| reading.fault(FaultKind::Missing));
            None
        }),
    }
}

/// The pairs of an object, with a fault for each key that is not known; `None` with a fault when it is no object.
pub fn pairs<'a, 'text>(
    node: &'a Node<'text>,
    known: &'static [&'static str],
    reading: &mut Reading,
) -> Option<&'a [(Cow<'text, str>, Node<'text>)]> {
    let Node::Object(pairs) = node else {
        reading.fault(FaultKind::WrongType { expected: "an object", found: node.type_name() });
        return None;
    };
    let beside = std::mem::take(&mut reading.beside);
    for (key, _) in pairs {
        if !known.contains(&key.as_ref()) && !beside.holds(key) {
            reading.within(key, |reading| reading.fault(FaultKind::UnknownKey { known }));
        }
    }
    Some(pairs)
}

/// A record with keys that we work out ourselves, so that nobody sends them.
pub trait WithDerived: FromNode {
    /// The derived keys, each with a value that stands in for it while the record is read.
    const DERIVED: &'static [(&'static str, &'static str)];
}

/// A record as it is sent to be made: without its derived keys, which are faults here.
#[derive(Debug, Clone, PartialEq)]
pub struct Fresh<T>(pub T);

/// A record as it is sent to be changed: its derived keys may stand in it, as they were answered, and count for nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed<T>(pub T);

impl<T: WithDerived> FromNode for Fresh<T> {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        if let Node::Object(pairs) = node {
            for (key, _) in pairs.iter().filter(|(key, value)| is_derived::<T>(key) && *value != Node::Null) {
                reading.within(key, |reading| reading.fault(FaultKind::Derived));
            }
        }
        T::from_node(&with_stand_ins::<T>(node), reading).map(Self)
    }
}

impl<T: WithDerived> FromNode for Changed<T> {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        T::from_node(&with_stand_ins::<T>(node), reading).map(Self)
    }
}

fn is_derived<T: WithDerived>(key: &str) -> bool {
    T::DERIVED.iter().any(|(derived, _)| *derived == key)
}

/// The node with a stand-in for every derived key, whatever was sent for it.
fn with_stand_ins<'text, T: WithDerived>(node: &Node<'text>) -> Node<'text> {
    let Node::Object(pairs) = node else { return node.clone() };
    let told = pairs.iter().filter(|(key, _)| !is_derived::<T>(key)).cloned();
    let stand_ins = T::DERIVED.iter().filter(|(_, value)| !value.is_empty());
    Node::Object(told.chain(stand_ins.map(|(key, value)| (Cow::Borrowed(*key), Node::Text(Cow::Borrowed(*value))))).collect())
}

impl FromNode for bool {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let Node::Bool(value) = node else {
            reading.fault(FaultKind::WrongType { expected: "true or false", found: node.type_name() });
            return None;
        };
        Some(*value)
    }
}

impl<T: FromNode> FromNode for Option<T> {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        match node {
            Node::Null => Some(None),
            told => T::from_node(told, reading).map(Some),
        }
    }

    fn when_absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: FromNode> FromNode for Vec<T> {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let Node::List(nodes) = node else {
            reading.fault(FaultKind::WrongType { expected: "a list", found: node.type_name() });
            return None;
        };
        if nodes.len() > LONGEST_LIST {
            reading.fault(FaultKind::TooMany { most: LONGEST_LIST });
            return None;
        }
        let before = reading.count();
        let mut seen = BTreeSet::new();
        let mut items = Vec::with_capacity(nodes.len());
        for (at, node) in nodes.iter().enumerate() {
            reading.within(at, |reading| {
                let Some(item) = T::from_node(node, reading) else { return };
                match item.item_key() {
                    Some(key) if seen.contains(&key) => reading.fault(FaultKind::Duplicate { id: key }),
                    key => {
                        seen.extend(key);
                        items.push(item);
                    }
                }
            });
        }
        (reading.count() == before).then_some(items)
    }
}

impl<K: FromNode + Ord, V: FromNode> FromNode for BTreeMap<K, V> {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let Node::Object(pairs) = node else {
            reading.fault(FaultKind::WrongType { expected: "an object", found: node.type_name() });
            return None;
        };
        if pairs.len() > LONGEST_LIST {
            reading.fault(FaultKind::TooMany { most: LONGEST_LIST });
            return None;
        }
        let before = reading.count();
        let mut map = Self::new();
        for (key, value) in pairs {
            reading.within(key, |reading| {
                let key = K::from_node(&Node::Text(key.clone()), reading);
                let value = V::from_node(value, reading);
                if let (Some(key), Some(value)) = (key, value) {
                    map.insert(key, value);
                }
            });
        }
        (reading.count() == before).then_some(map)
    }
}

/// Declares a record: its struct, and how it is read from JSON with every fault named at once.
///
/// A field may carry `= default`, used when the key is missing or null. `check(reading)` may follow for what concerns several fields: it sees each
/// field as an `Option`, `None` where the field itself is at fault, so that its faults come beside all others. `key(item)` says what makes two of
/// them the same item of a list.
#[macro_export]
macro_rules! record {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident {
            $( $(#[$field_attribute:meta])* pub $field:ident : $type:ty $(= $default:expr)? ),* $(,)?
        }
        $( check($reading:ident) $check:block )?
        $( key($item:ident) $key:block )?
    ) => {
        $(#[$attribute])*
        pub struct $name {
            $( $(#[$field_attribute])* pub $field: $type, )*
        }

        impl $name {
            /// The keys that this record has in JSON.
            pub const KEYS: &'static [&'static str] = &[$(stringify!($field)),*];
        }

        impl $crate::reading::FromNode for $name {
            fn from_node(node: &$crate::json::Node, reading: &mut $crate::reading::Reading) -> Option<Self> {
                let pairs = $crate::reading::pairs(node, Self::KEYS, reading)?;
                $( let $field = $crate::reading::field::<$type>(pairs, stringify!($field), $crate::record!(@default $($default)?), reading); )*
                $( { let $reading = &mut *reading; $check } )?
                Some(Self { $( $field: $field?, )* })
            }

            $( fn item_key(&self) -> Option<String> { let $item = self; Some($key) } )?
        }
    };
    (@default) => { None };
    (@default $default:expr) => { Some($default) };
}

/// Declares a closed list of words that is code, since other code depends on each of them.
#[macro_export]
macro_rules! closed_words {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident { $( $(#[$word_attribute:meta])* $word:ident = $text:tt ),* $(,)? }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum $name {
            $( $(#[$word_attribute])* #[serde(rename = $text)] $word, )*
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];

            /// The word as it is written in JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text),* }
            }

            /// The value that is written like this.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$word),)* _ => None }
            }
        }

        // Written out, since the derive does not see words that come through a macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let words = Self::ALL.iter().map(|word| word.as_str());
                utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).enum_values(Some(words)).into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl $crate::reading::FromNode for $name {
            fn from_node(node: &$crate::json::Node, reading: &mut $crate::reading::Reading) -> Option<Self> {
                let $crate::json::Node::Text(text) = node else {
                    reading.fault($crate::faults::FaultKind::WrongType { expected: "a text", found: node.type_name() });
                    return None;
                };
                let word = Self::from_word(text);
                if word.is_none() {
                    let allowed = Self::ALL.iter().map(|word| word.as_str().to_owned()).collect();
                    reading.fault($crate::faults::FaultKind::NotOneOf { allowed });
                }
                word
            }

            fn item_key(&self) -> Option<String> {
                Some(self.as_str().to_owned())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::{PackageState, TaskPackage};

    fn faults<T: FromNode + std::fmt::Debug>(text: &str) -> Vec<(String, &'static str)> {
        let faults = read::<T>(text).unwrap_err();
        faults.into_iter().map(|fault| (fault.pointer, fault.kind.code())).collect()
    }

    #[test]
    fn names_every_fault_at_its_place() {
        let text = r#"{"organisation":"o","purpose":"","title":"t","title":"u","tasks":[{"id":"a","hours":0}],"hours":{"min":4,"max":2},
            "work_form":7,"colour":"red","start":"2027-02-01","end":"2027-01-01","languages":{"nl":"D1"}}"#;
        let expected = [
            ("/title", "duplicate_key"),
            ("/colour", "unknown_key"),
            ("/purpose", "too_short"),
            ("/tasks/0/hours", "out_of_range"),
            ("/hours/max", "end_before_start"),
            ("/work_form", "wrong_type"),
            ("/languages/nl", "not_one_of"),
            ("/end", "end_before_start"),
        ];
        let expected: Vec<(String, &str)> = expected.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect();
        assert_eq!(faults::<Fresh<TaskPackage>>(text), expected);
    }

    #[test]
    fn derived_keys_are_faults_in_what_is_new_and_nothing_in_what_changes() {
        let text = r#"{"id":"p","state":"closed","organisation":"o","purpose":"p","title":"t","tasks":[{"id":"a","hours":1}],
            "hours":{"min":1,"max":2},"work_form":"w"}"#;
        assert_eq!(faults::<Fresh<TaskPackage>>(text), vec![("/id".to_owned(), "derived"), ("/state".to_owned(), "derived")]);
        assert_eq!(read::<Changed<TaskPackage>>(text).unwrap().0.state, PackageState::Draft);
    }
}
