//! Identifiers: any text of 1 to 200 characters without control characters; each sort of record has its own type.

/// Declares the identifier of one sort of record.
#[macro_export]
macro_rules! identifier {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
        #[schema(value_type = String, min_length = 1, max_length = 200)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// An identifier of this text.
            ///
            /// # Errors
            ///
            /// What is wrong with the text.
            pub fn new(text: &str) -> Result<Self, $crate::faults::FaultKind> {
                $crate::texts::checked(text, 1, $crate::texts::LONGEST_LINE, &[]).map(|()| Self(text.into()))
            }

            /// The text of the identifier.
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

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl $crate::reading::FromNode for $name {
            fn from_node(node: &$crate::json::Node, reading: &mut $crate::reading::Reading) -> Option<Self> {
                let text = $crate::texts::text_of(node, 1, $crate::texts::LONGEST_LINE, &[], reading)?;
                Some(Self(text.into()))
            }

            fn item_key(&self) -> Option<String> {
                Some(self.0.to_string())
            }
        }
    };
}

identifier!(
    /// Names an organisation.
    OrganisationId
);
identifier!(
    /// Names a programme.
    ProgrammeId
);
identifier!(
    /// Names a task package.
    PackageId
);
identifier!(
    /// Names a task within its package.
    TaskId
);
identifier!(
    /// Names an expert.
    ExpertId
);
identifier!(
    /// Names a match.
    MatchId
);
identifier!(
    /// Names a user.
    UserId
);
identifier!(
    /// Names a version of a knob.
    KnobVersionId
);
identifier!(
    /// Names a rule; its versions share it.
    RuleId
);
identifier!(
    /// Names a support measure.
    InstrumentId
);
identifier!(
    /// Names a concept of the open vocabulary.
    CompetenceId
);
identifier!(
    /// Names a value of one of the closed vocabularies.
    TermId
);
