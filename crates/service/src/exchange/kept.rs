//! What a store keeps of a record beside what the record itself tells: further keys on the same line, each of which may be left out.

use std::collections::{BTreeMap, HashMap};

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::identifiers::{ExpertId, OrganisationId, PackageId, ProgrammeId, UserId};
use raakvlak_domain::json::Node;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::reading::{Beside, FromNode, Reading};
use raakvlak_domain::record;
use raakvlak_store::experts::{Consent, Group};
use serde::Serialize;

/// What a store keeps beside the records of a folder; a record that is not named has nothing beside it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Kept {
    /// Beside organisations.
    pub organisations: HashMap<OrganisationId, OrganisationKept>,
    /// Beside programmes.
    pub programmes: HashMap<ProgrammeId, ProgrammeKept>,
    /// Beside packages.
    pub packages: HashMap<PackageId, PackageKept>,
    /// Beside experts.
    pub experts: HashMap<ExpertId, ExpertKept>,
}

record! {
    /// Beside an organisation.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
    pub struct OrganisationKept {
        /// When it was found trustworthy.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub vetted_at: Option<Instant>,
        /// By whom.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub vetted_by: Option<UserId>,
    }
}

record! {
    /// Beside a programme.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
    pub struct ProgrammeKept {
        /// The organisations that joined.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub organisations: Vec<OrganisationId> = Vec::new(),
    }
}

record! {
    /// Beside a package.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct PackageKept {
        /// When the wording that holds was written.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub made_at: Option<Instant>,
        /// By whom.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub made_by: Option<UserId>,
        /// When a mediator took it in.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub taken_in_at: Option<Instant>,
        /// Which mediator.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub taken_in_by: Option<UserId>,
        /// When it was first published.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub published_at: Option<Instant>,
        /// The revisions before the one that holds, the first one first.
        #[serde(skip_serializing_if = "Long::is_empty")]
        pub earlier: Long<EarlierRevision> = Long::default(),
    }
}

record! {
    /// A wording that a package had before.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct EarlierRevision {
        /// When it was written.
        pub made_at: Instant,
        /// By whom.
        pub made_by: Option<UserId>,
        /// The wording.
        pub wording: TaskPackage,
    }
}

record! {
    /// Beside an expert.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
    pub struct ExpertKept {
        /// When the consents to special data were given and taken back.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub consents: Option<Consents>,
        /// Whether it is known that confirmed work takes more hours than the person wants now, as after lowering one's own limit.
        #[serde(skip_serializing_if = "is_false")]
        pub hours_exceeded: bool = false,
    }
}

record! {
    /// The consents to special data; a group that is left out was never told.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
    pub struct Consents {
        /// To the story.
        pub story: Option<ConsentTimes>,
        /// To the domains of lived experience.
        pub experience: Option<ConsentTimes>,
        /// To the limits and needs.
        pub limits: Option<ConsentTimes>,
        /// To the income situation.
        pub income: Option<ConsentTimes>,
    }
}

record! {
    /// When a consent was given and taken back.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    pub struct ConsentTimes {
        /// When it was given.
        pub given_at: Option<Instant>,
        /// When it was taken back.
        pub withdrawn_at: Option<Instant>,
    }
}

// serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Consents {
    /// The consents as the store keeps them; `None` when there are none.
    #[must_use]
    pub fn of(kept: &BTreeMap<Group, Consent>) -> Option<Self> {
        let times = |group| {
            let Consent { given_at, withdrawn_at } = *kept.get(&group)?;
            Some(ConsentTimes { given_at, withdrawn_at })
        };
        (!kept.is_empty()).then(|| Self {
            story: times(Group::Story),
            experience: times(Group::Experience),
            limits: times(Group::Limits),
            income: times(Group::Income),
        })
    }

    /// Each group with its key and its times, as far as they are told.
    pub fn told(&self) -> impl Iterator<Item = (Group, &'static str, ConsentTimes)> {
        let groups = [
            (Group::Story, "story", self.story),
            (Group::Experience, "experience", self.experience),
            (Group::Limits, "limits", self.limits),
            (Group::Income, "income", self.income),
        ];
        groups.into_iter().filter_map(|(group, key, times)| Some((group, key, times?)))
    }

    /// The consents as the store keeps them.
    #[must_use]
    pub fn to_keep(&self) -> BTreeMap<Group, Consent> {
        let consent = |times: ConsentTimes| Consent { given_at: times.given_at, withdrawn_at: times.withdrawn_at };
        self.told().map(|(group, _, times)| (group, consent(times))).collect()
    }
}

/// A record with what is kept beside it on the same line.
#[derive(Debug)]
pub(super) struct Along<T, M> {
    pub(super) record: T,
    pub(super) more: M,
}

/// What stands beside a record, under keys of its own.
pub(super) trait More: FromNode + Default {
    /// Its keys.
    const OWN: &'static [&'static str];
}

macro_rules! more {
    ($($name:ident),*) => { $( impl More for $name { const OWN: &'static [&'static str] = Self::KEYS; } )* };
}
more!(OrganisationKept, ProgrammeKept, PackageKept, ExpertKept);

impl<T: FromNode, M: More> FromNode for Along<T, M> {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let record = reading.beside(Beside::Keys(M::OWN), |reading| T::from_node(node, reading));
        let told = matches!(node, Node::Object(pairs) if pairs.iter().any(|(key, _)| M::OWN.contains(&key.as_ref())));
        let more = if told { reading.beside(Beside::Anything, |reading| M::from_node(node, reading)) } else { Some(M::default()) };
        Some(Self { record: record?, more: more? })
    }
}

/// The most items of a list that grows with time; far more than any record of people's hands has.
const LONGEST: usize = 100_000;

/// A list that grows with time, and so may be longer than those that somebody fills in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Long<T>(pub Vec<T>);

impl<T> Default for Long<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Long<T> {
    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: FromNode> FromNode for Long<T> {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let Node::List(nodes) = node else {
            reading.fault(FaultKind::WrongType { expected: "a list", found: node.type_name() });
            return None;
        };
        if nodes.len() > LONGEST {
            reading.fault(FaultKind::TooMany { most: LONGEST });
            return None;
        }
        let read = nodes.iter().enumerate().map(|(at, node)| reading.within(at, |reading| T::from_node(node, reading)));
        // All of them are read, so that every fault is told.
        let items: Vec<Option<T>> = read.collect();
        items.into_iter().collect::<Option<Vec<T>>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use raakvlak_domain::organisations::Organisation;
    use raakvlak_domain::reading::read;

    use super::*;

    #[test]
    fn tells_the_faults_of_both_and_every_unknown_key_once() {
        let text = r#"{"id":"o","name":"","kind":"care","vetted_at":"soon","vetted":1,"place":{"vetted_at":1}}"#;
        let faults = read::<Along<Organisation, OrganisationKept>>(text).unwrap_err();
        let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.kind.code())).collect();
        assert!(found.contains(&("/vetted", "unknown_key")) && found.contains(&("/vetted_at", "not_an_instant")), "{found:?}");
        assert!(found.contains(&("/name", "too_short")), "{found:?}");
        assert_eq!(
            found.iter().filter(|(_, code)| *code == "unknown_key").count(),
            1 + usize::from(found.contains(&("/place/vetted_at", "unknown_key")))
        );
        assert!(!found.contains(&("", "wrong_type")));
    }

    #[test]
    fn a_record_with_nothing_beside_it_is_read_as_ever() {
        let along: Along<Organisation, OrganisationKept> = read(r#"{"id":"o","name":"n","kind":"care"}"#).unwrap();
        assert_eq!(along.more, OrganisationKept::default());
        assert_eq!(along.record.name.as_str(), "n");
    }
}
