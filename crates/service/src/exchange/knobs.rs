//! A line of `knobs.jsonl`: a version of a setting, with its scope, who turned the knob, when and why.

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{KnobVersionId, PackageId, ProgrammeId, UserId};
use raakvlak_domain::json::Node;
use raakvlak_domain::knobs::{Knob, KnobVersion, Scope, ScopeKind, Setting};
use raakvlak_domain::quantities::Count;
use raakvlak_domain::reading::{FromNode, Reading};
use raakvlak_domain::record;
use raakvlak_domain::texts::Prose;
use serde::Serialize;

record! {
    /// A version of a setting.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct KnobRecord {
        /// Names the version.
        pub id: KnobVersionId,
        /// Which knob.
        pub knob: Knob,
        /// For what it holds.
        pub scope: ScopeKind,
        /// The programme or package; not told for the network.
        pub scope_id: Option<PackageId>,
        /// Counts up from 1 within the knob and scope.
        pub number: Count,
        /// The setting; not told where this version takes the scope's own setting away.
        pub setting: Option<AnySetting>,
        /// Who turned the knob.
        pub made_by: UserId,
        /// When.
        pub made_at: Instant,
        /// Why.
        pub why: Prose,
    }
    check(reading) {
        // Which setting it is hangs on the knob.
        if let (Some(knob), Some(Some(setting))) = (knob, &setting) {
            reading.within("setting", |reading| {
                Setting::from_node(knob, &setting.node, reading);
                refuse_threshold(knob, &setting.node, reading);
            });
        }
        let named = scope_id.as_ref().is_some_and(Option::is_some);
        match scope {
            Some(ScopeKind::Network) if named => {
                reading.within("scope_id", |reading| reading.fault(FaultKind::Expected { value: "null".into() }));
            }
            Some(ScopeKind::Programme | ScopeKind::Package) if scope_id == Some(None) => {
                reading.within("scope_id", |reading| reading.fault(FaultKind::Missing));
            }
            _ => {}
        }
    }
}

/// The threshold that once stood with the matcher's setting: at its start it says nothing; anything else belongs to the threshold knob.
fn refuse_threshold(knob: Knob, setting: &Node, reading: &mut Reading) {
    let Node::Object(pairs) = setting else { return };
    let told = pairs.iter().find(|(key, _)| knob == Knob::Matcher && key == "essential_from");
    if told.is_some_and(|(_, told)| !matches!(told, Node::Null) && *told != Node::Number("0".into())) {
        reading.within("essential_from", |reading| reading.fault(FaultKind::OfKnob { knob: "threshold" }));
    }
}

/// A setting as it stands on the line, of whichever knob.
#[derive(Debug, Clone, PartialEq)]
pub struct AnySetting {
    node: Node<'static>,
}

impl FromNode for AnySetting {
    fn from_node(node: &Node, _: &mut Reading) -> Option<Self> {
        Some(Self { node: node.clone().into_owned() })
    }
}

impl Serialize for AnySetting {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        super::further::serialize_node(&self.node, serializer)
    }
}

impl AnySetting {
    fn of(setting: &Setting) -> Option<Self> {
        let text = serde_json::to_string(setting).ok()?;
        raakvlak_domain::json::parse(&text, &mut Reading::default()).map(|node| Self { node: node.into_owned() })
    }
}

impl KnobRecord {
    /// The line of a version.
    #[must_use]
    pub fn of(version: KnobVersion) -> Self {
        let scope = match version.scope {
            Scope::Network => ScopeKind::Network,
            Scope::Programme(_) => ScopeKind::Programme,
            Scope::Package(_) => ScopeKind::Package,
        };
        Self {
            scope,
            scope_id: version.scope.id().and_then(|id| PackageId::new(id).ok()),
            id: version.id,
            knob: version.knob,
            number: u32::try_from(version.number).ok().and_then(Count::new).unwrap_or(Count::HIGHEST),
            setting: version.setting.as_ref().and_then(AnySetting::of),
            made_by: version.made_by,
            made_at: version.made_at,
            why: version.why,
        }
    }

    /// The scope, as the rest of the program knows it.
    ///
    /// # Errors
    ///
    /// The id of the programme or package is none.
    pub fn scope(&self) -> Result<Scope, FaultKind> {
        match (self.scope, &self.scope_id) {
            (ScopeKind::Network, _) => Ok(Scope::Network),
            (ScopeKind::Programme, Some(id)) => ProgrammeId::new(id.as_str()).map(Scope::Programme),
            (ScopeKind::Package, Some(id)) => Ok(Scope::Package(id.clone())),
            (ScopeKind::Programme | ScopeKind::Package, None) => Err(FaultKind::Missing),
        }
    }

    /// The version that the line tells.
    ///
    /// # Errors
    ///
    /// The id of the programme or package is none.
    pub fn version(&self) -> Result<KnobVersion, FaultKind> {
        Ok(KnobVersion {
            id: self.id.clone(),
            knob: self.knob,
            scope: self.scope()?,
            number: u64::from(self.number.get()),
            setting: self.setting.as_ref().and_then(|setting| Setting::from_node(self.knob, &setting.node, &mut Reading::default())),
            made_by: self.made_by.clone(),
            made_at: self.made_at,
            why: self.why.clone(),
        })
    }
}

/// Versions whose number does not follow the one before it in their scope, each by its place in the list.
pub(super) fn misnumbered(records: &[KnobRecord]) -> Vec<(usize, Fault)> {
    let mut last = std::collections::HashMap::new();
    let mut faults = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let before = last.entry((record.knob, record.scope, &record.scope_id)).or_insert(0u32);
        *before += 1;
        if record.number.get() != *before {
            faults.push((at, Fault::new("/number", FaultKind::Expected { value: before.to_string() })));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use raakvlak_domain::reading::read;

    use super::*;

    fn line(setting: &str) -> Result<KnobRecord, Vec<Fault>> {
        let rest = r#""made_by":"u","made_at":"2026-11-23T09:00:00Z","why":"w""#;
        read(&format!(r#"{{"id":"k","knob":"matcher","scope":"network","number":1,"setting":{setting},{rest}}}"#))
    }

    #[test]
    fn a_threshold_that_once_stood_with_the_matcher_may_be_at_its_start() {
        let version = line(r#"{"floor":3000,"essential_from":0}"#).unwrap().version().unwrap();
        assert_eq!(serde_json::to_value(&version.setting).unwrap()["floor"], 3_000);
        assert!(
            !KnobRecord::of(version).setting.is_some_and(|setting| format!("{setting:?}").contains("essential_from")),
            "it is not written again"
        );
        let faults = line(r#"{"essential_from":1}"#).unwrap_err();
        assert_eq!((faults[0].pointer.as_str(), faults[0].kind.code()), ("/setting/essential_from", "of_knob"));
    }
}
