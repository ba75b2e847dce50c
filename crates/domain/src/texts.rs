//! Texts that people write, bounded in length and free of control characters.

use serde::Serialize;
use utoipa::ToSchema;

use crate::faults::FaultKind;
use crate::json::Node;
use crate::reading::{FromNode, Reading};

/// The most characters of one line of text.
pub const LONGEST_LINE: usize = 200;
/// The most characters of a longer text.
pub const LONGEST_PROSE: usize = 10_000;

/// One line of text: 1 to 200 characters without control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 200)]
pub struct Line(String);

/// A longer text in own words: 1 to 10 000 characters; line ends and tabs are its only control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 10_000)]
pub struct Prose(String);

/// An e-mail address, kept as typed; compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[schema(value_type = String, format = "email")]
pub struct EmailAddress(String);

/// Checks a text against a length and the control characters it may hold.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn checked(text: &str, least: usize, most: usize, allowed: &[char]) -> Result<(), FaultKind> {
    // Most texts are short and plain: each of their bytes is a character.
    if text.len() >= least && text.len() <= most && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Ok(());
    }
    // Counting stops one past the limit, so that a text of many megabytes costs nothing.
    let length = text.chars().take(most + 1).count();
    if length < least {
        return Err(FaultKind::TooShort { least });
    }
    if length > most {
        return Err(FaultKind::TooLong { most });
    }
    if text.chars().any(|character| character.is_control() && !allowed.contains(&character)) {
        return Err(FaultKind::ControlCharacter);
    }
    Ok(())
}

/// The text of a node, checked; a fault is put into `reading` when it is none or not right.
pub fn text_of(node: &Node, least: usize, most: usize, allowed: &[char], reading: &mut Reading) -> Option<String> {
    let Node::Text(text) = node else {
        reading.fault(FaultKind::WrongType { expected: "a text", found: node.type_name() });
        return None;
    };
    match checked(text, least, most, allowed) {
        Ok(()) => Some(text.clone().into_owned()),
        Err(kind) => {
            reading.fault(kind);
            None
        }
    }
}

macro_rules! text_type {
    ($name:ident) => {
        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

text_type!(Line);
text_type!(Prose);
text_type!(EmailAddress);

impl Line {
    /// A line of this text.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn new(text: &str) -> Result<Self, FaultKind> {
        checked(text, 1, LONGEST_LINE, &[]).map(|()| Self(text.to_owned()))
    }
}

impl FromNode for Line {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        text_of(node, 1, LONGEST_LINE, &[], reading).map(Self)
    }

    fn item_key(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

impl Prose {
    /// A longer text.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn new(text: &str) -> Result<Self, FaultKind> {
        checked(text, 1, LONGEST_PROSE, &['\n', '\r', '\t']).map(|()| Self(text.to_owned()))
    }
}

impl FromNode for Prose {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        text_of(node, 1, LONGEST_PROSE, &['\n', '\r', '\t'], reading).map(Self)
    }
}

impl EmailAddress {
    /// An address of this text.
    ///
    /// # Errors
    ///
    /// What is wrong with it: too long, or not of the form `someone@somewhere.tld`.
    pub fn new(text: &str) -> Result<Self, FaultKind> {
        checked(text, 3, 254, &[])?;
        let well_formed = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !text.contains(char::is_whitespace)
                && !domain.contains('@')
                && domain.split('.').count() > 1
                && domain.split('.').all(|part| !part.is_empty())
        });
        if well_formed { Ok(Self(text.to_owned())) } else { Err(FaultKind::NotAnAddress) }
    }

    /// The form in which two addresses are compared.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromNode for EmailAddress {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let text = text_of(node, 1, 254, &[], reading)?;
        match Self::new(&text) {
            Ok(address) => Some(address),
            Err(kind) => {
                reading.fault(kind);
                None
            }
        }
    }
}
