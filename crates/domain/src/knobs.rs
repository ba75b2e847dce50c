//! The knobs that a mediator turns: positions, weights, thresholds, scopes and versions.

use serde::Serialize;
use utoipa::ToSchema;

use crate::calendar::Instant;
use crate::faults::FaultKind;
use crate::identifiers::{KnobVersionId, PackageId, ProgrammeId, UserId};
use crate::json::Node;
use crate::packages::PackagesKnob;
use crate::quantities::{BasisPoints, Percent};
use crate::reading::{FromNode, Reading};
use crate::routing::SectorKnob;
use crate::rules::RulesKnob;
use crate::texts::Prose;
use crate::thresholds::ThresholdKnob;

closed_words! {
    /// A criterion of the match, in the order of the page that defines them.
    pub enum Criterion {
        /// The share of the hours in tasks that someone can carry.
        Tasks = "tasks",
        /// How well the required competences are met.
        Competence = "competence",
        /// Lived experience that is asked.
        Experience = "experience",
        /// What someone wishes to learn and can learn here.
        Development = "development",
        /// Whether the work gives or drains energy.
        Energy = "energy",
        /// How near it is.
        Proximity = "proximity",
        /// As much work as wanted.
        Hours = "hours",
        /// How far the conditions suit.
        Comfort = "comfort",
        /// Whose turn it is.
        Turn = "turn",
    }
}

/// How many criteria there are.
pub const CRITERIA: usize = 9;

closed_words! {
    /// A position of the matcher knob.
    pub enum Position {
        /// Looks at packages of tasks.
        TaskPackage = "task_package",
        /// Looks at competences.
        Competence = "competence",
        /// Looks at what can be developed.
        Development = "development",
        /// Looks at energy.
        Energy = "energy",
        /// Looks at everything alike; where the knob starts.
        Balanced = "balanced",
        /// Own weights.
        Custom = "custom",
    }
}

/// The weights of the criteria, 0 to 10 each, in the order of [`Criterion::ALL`]; not all of them zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ToSchema)]
#[schema(value_type = std::collections::BTreeMap<String, u8>)]
pub struct Weights([u8; CRITERIA]);

impl Weights {
    /// The heaviest weight.
    pub const HEAVIEST: u8 = 10;

    /// These weights; `None` when one is over 10 or all are zero.
    #[must_use]
    pub fn new(weights: [u8; CRITERIA]) -> Option<Self> {
        let sound = weights.iter().all(|weight| *weight <= Self::HEAVIEST) && weights.iter().any(|weight| *weight > 0);
        sound.then_some(Self(weights))
    }

    /// The weight of a criterion.
    #[must_use]
    pub fn get(&self, criterion: Criterion) -> u8 {
        self.0.get(criterion as usize).copied().unwrap_or(0)
    }

    /// The weights, in the order of [`Criterion::ALL`].
    #[must_use]
    pub fn all(&self) -> [u8; CRITERIA] {
        self.0
    }

    /// The weights of a position; `None` for [`Position::Custom`], which has none of its own.
    #[must_use]
    pub fn of_position(position: Position) -> Option<Self> {
        Some(Self(match position {
            Position::TaskPackage => [8, 2, 4, 1, 3, 2, 2, 2, 2],
            Position::Competence => [2, 8, 4, 1, 2, 2, 2, 2, 2],
            Position::Development => [2, 2, 3, 8, 4, 2, 2, 3, 3],
            Position::Energy => [2, 2, 3, 4, 8, 2, 2, 4, 3],
            Position::Balanced => [4; CRITERIA],
            Position::Custom => return None,
        }))
    }

    /// The position at which these weights stand.
    #[must_use]
    pub fn position(&self) -> Position {
        Position::ALL.iter().copied().find(|position| Self::of_position(*position) == Some(*self)).unwrap_or(Position::Custom)
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self([4; CRITERIA])
    }
}

impl Serialize for Weights {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Criterion::ALL.iter().map(|criterion| (criterion.as_str(), self.get(*criterion))))
    }
}

impl FromNode for Weights {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let told = AllWeights::from_node(node, reading)?;
        let AllWeights { tasks, competence, experience, development, energy, proximity, hours, comfort, turn } = told;
        let weights = [tasks, competence, experience, development, energy, proximity, hours, comfort, turn].map(|weight| weight.0);
        if weights.iter().all(|weight| *weight == 0) {
            reading.fault(FaultKind::AllZero);
            return None;
        }
        Some(Self(weights))
    }
}

/// One weight, 0 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = u8, minimum = 0, maximum = 10, example = 4)]
pub struct Weight(u8);

impl Weight {
    /// The weight, or the heaviest when it would be heavier.
    #[must_use]
    pub const fn at_most_heaviest(weight: u8) -> Self {
        Self(if weight > Weights::HEAVIEST { Weights::HEAVIEST } else { weight })
    }

    /// How heavy it is.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl FromNode for Weight {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let weight = crate::quantities::fixed(node, 0, 0, i64::from(Weights::HEAVIEST), reading)?;
        u8::try_from(weight).ok().map(Self)
    }
}

record! {
    /// The weights as they are sent: all nine are named.
    #[derive(Debug, Clone, Copy)]
    pub struct AllWeights {
        /// See [`Criterion::Tasks`].
        pub tasks: Weight,
        /// See [`Criterion::Competence`].
        pub competence: Weight,
        /// See [`Criterion::Experience`].
        pub experience: Weight,
        /// See [`Criterion::Development`].
        pub development: Weight,
        /// See [`Criterion::Energy`].
        pub energy: Weight,
        /// See [`Criterion::Proximity`].
        pub proximity: Weight,
        /// See [`Criterion::Hours`].
        pub hours: Weight,
        /// See [`Criterion::Comfort`].
        pub comfort: Weight,
        /// See [`Criterion::Turn`].
        pub turn: Weight,
    }
}

/// How many people a shortlist shows: 5 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(value_type = u32, minimum = 5, maximum = 100, example = 20)]
pub struct ShortlistSize(u32);

impl ShortlistSize {
    /// This many; `None` outside 5 to 100.
    #[must_use]
    pub fn new(size: u32) -> Option<Self> {
        (5..=100).contains(&size).then_some(Self(size))
    }

    /// How many.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl FromNode for ShortlistSize {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let size = crate::quantities::fixed(node, 0, 5, 100, reading)?;
        u32::try_from(size).ok().map(Self)
    }
}

macro_rules! start_value {
    ($type:ident, $value:literal) => {
        match $type::new($value) {
            Some(value) => value,
            None => $type::LOWEST,
        }
    };
}

record! {
    /// A setting of the matcher knob; a missing key is its start value.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
    pub struct MatcherSetting {
        /// How heavily each criterion counts.
        pub weights: Weights = Weights::default(),
        /// From which value someone can carry a task.
        pub carry_from: BasisPoints = start_value!(BasisPoints, 6_000),
        /// Under which score nobody is proposed.
        pub floor: BasisPoints = start_value!(BasisPoints, 2_000),
        /// From which value something in the work ties to a person.
        pub tie_from: BasisPoints = start_value!(BasisPoints, 1_000),
        /// The value of a criterion for which someone has not told what it needs.
        pub doubt: BasisPoints = start_value!(BasisPoints, 2_000),
        /// The share of places kept for people who have been aside for a year or longer.
        pub aside_share: Percent = start_value!(Percent, 30),
        /// The share of places kept for people whom nobody has seen lately.
        pub unseen_share: Percent = start_value!(Percent, 20),
        /// How many people a shortlist shows.
        pub size: ShortlistSize = ShortlistSize(20),
        /// Said by the threshold knob alone.
        #[serde(skip)]
        #[schema(ignore)]
        pub essential_from: OfThreshold = OfThreshold,
    }
}

impl Default for MatcherSetting {
    fn default() -> Self {
        MatcherKnob::default().into()
    }
}

/// Stands where somebody may think to find what the threshold knob says; who tells it there hears where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct OfThreshold;

impl FromNode for OfThreshold {
    fn from_node(_: &Node, reading: &mut Reading) -> Option<Self> {
        reading.fault(FaultKind::OfKnob { knob: "threshold" });
        None
    }
}

record! {
    /// What the matcher goes by: a setting of its knob with the threshold that the threshold knob says, as a file gives it. A missing key is its start value.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
    pub struct MatcherKnob {
        /// How heavily each criterion counts.
        pub weights: Weights = Weights::default(),
        /// From which value someone can carry a task.
        pub carry_from: BasisPoints = start_value!(BasisPoints, 6_000),
        /// Under which score nobody is proposed.
        pub floor: BasisPoints = start_value!(BasisPoints, 2_000),
        /// From which value something in the work ties to a person.
        pub tie_from: BasisPoints = start_value!(BasisPoints, 1_000),
        /// The value of a criterion for which someone has not told what it needs.
        pub doubt: BasisPoints = start_value!(BasisPoints, 2_000),
        /// The share of places kept for people who have been aside for a year or longer.
        pub aside_share: Percent = start_value!(Percent, 30),
        /// The share of places kept for people whom nobody has seen lately.
        pub unseen_share: Percent = start_value!(Percent, 20),
        /// How many people a shortlist shows.
        pub size: ShortlistSize = ShortlistSize(20),
        /// The value that an essential requirement must reach.
        pub essential_from: BasisPoints = BasisPoints::LOWEST,
    }
}

impl Default for MatcherKnob {
    fn default() -> Self {
        Self {
            weights: Weights::default(),
            carry_from: start_value!(BasisPoints, 6_000),
            floor: start_value!(BasisPoints, 2_000),
            tie_from: start_value!(BasisPoints, 1_000),
            doubt: start_value!(BasisPoints, 2_000),
            aside_share: start_value!(Percent, 30),
            unseen_share: start_value!(Percent, 20),
            size: ShortlistSize(20),
            essential_from: BasisPoints::LOWEST,
        }
    }
}

impl From<MatcherKnob> for MatcherSetting {
    fn from(knob: MatcherKnob) -> Self {
        let MatcherKnob { weights, carry_from, floor, tie_from, doubt, aside_share, unseen_share, size, .. } = knob;
        Self { weights, carry_from, floor, tie_from, doubt, aside_share, unseen_share, size, essential_from: OfThreshold }
    }
}

impl From<MatcherSetting> for MatcherKnob {
    fn from(setting: MatcherSetting) -> Self {
        let MatcherSetting { weights, carry_from, floor, tie_from, doubt, aside_share, unseen_share, size, .. } = setting;
        let essential_from = BasisPoints::LOWEST;
        Self { weights, carry_from, floor, tie_from, doubt, aside_share, unseen_share, size, essential_from }
    }
}

closed_words! {
    /// Which knob. The other knobs of the learning network join this list when they do something.
    pub enum Knob {
        /// Brings demand and people together.
        Matcher = "matcher",
        /// Says which rules act, and how.
        Rules = "rules",
        /// Says how work may be carved into packages.
        Packages = "packages",
        /// Says what stands between people and work, and how high it is.
        Threshold = "threshold",
        /// Says how work that waits for a person finds the one who knows the way.
        Sector = "sector",
    }
}

/// A setting, of whichever knob. It is written as the setting itself; the knob says which one it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = KnobSetting)]
pub enum Setting {
    /// Of the matcher knob.
    Matcher(MatcherSetting),
    /// Of the rules knob.
    Rules(RulesKnob),
    /// Of the packages knob.
    Packages(PackagesKnob),
    /// Of the threshold knob.
    Threshold(ThresholdKnob),
    /// Of the sector knob.
    Sector(SectorKnob),
}

impl Setting {
    /// The knob that it is a setting of.
    #[must_use]
    pub fn knob(&self) -> Knob {
        match self {
            Self::Matcher(_) => Knob::Matcher,
            Self::Rules(_) => Knob::Rules,
            Self::Packages(_) => Knob::Packages,
            Self::Threshold(_) => Knob::Threshold,
            Self::Sector(_) => Knob::Sector,
        }
    }

    /// Where a knob starts.
    #[must_use]
    pub fn start(knob: Knob) -> Self {
        match knob {
            Knob::Matcher => Self::Matcher(MatcherSetting::default()),
            Knob::Rules => Self::Rules(RulesKnob::default()),
            Knob::Packages => Self::Packages(PackagesKnob::default()),
            Knob::Threshold => Self::Threshold(ThresholdKnob::default()),
            Knob::Sector => Self::Sector(SectorKnob::default()),
        }
    }

    /// Reads a setting of this knob as it was kept. A threshold that stands with a setting of the matcher's, from before the threshold knob had it, counts
    /// for nothing.
    pub fn from_node(knob: Knob, node: &Node, reading: &mut Reading) -> Option<Self> {
        match knob {
            Knob::Matcher => MatcherKnob::from_node(node, reading).map(MatcherSetting::from).map(Self::Matcher),
            Knob::Rules => RulesKnob::from_node(node, reading).map(Self::Rules),
            Knob::Packages => PackagesKnob::from_node(node, reading).map(Self::Packages),
            Knob::Threshold => ThresholdKnob::from_node(node, reading).map(Self::Threshold),
            Knob::Sector => SectorKnob::from_node(node, reading).map(Self::Sector),
        }
    }
}

/// What is a setting of one knob.
pub trait KnobSetting: Default + Clone + Into<Setting> {
    /// The knob.
    const KNOB: Knob;

    /// The setting, when it is one of this knob.
    fn of(setting: Setting) -> Option<Self>;
}

macro_rules! settings {
    ($($knob:ident: $setting:ident),* $(,)?) => {
        $(
            impl KnobSetting for $setting {
                const KNOB: Knob = Knob::$knob;

                fn of(setting: Setting) -> Option<Self> {
                    if let Setting::$knob(setting) = setting { Some(setting) } else { None }
                }
            }

            impl From<$setting> for Setting {
                fn from(setting: $setting) -> Self {
                    Self::$knob(setting)
                }
            }
        )*
    };
}

settings! {
    Matcher: MatcherSetting,
    Rules: RulesKnob,
    Packages: PackagesKnob,
    Threshold: ThresholdKnob,
    Sector: SectorKnob,
}

closed_words! {
    /// Where a setting comes from.
    pub enum SettingSource {
        /// A version of the package.
        Package = "package",
        /// A version of the programme.
        Programme = "programme",
        /// The weights that the programme was founded with.
        ProgrammeStart = "programme_start",
        /// A version of the network.
        Network = "network",
        /// Where the knob starts.
        Start = "start",
    }
}

closed_words! {
    /// The sorts of scope.
    pub enum ScopeKind {
        /// Everything in this network.
        Network = "network",
        /// The packages of one programme.
        Programme = "programme",
        /// One package.
        Package = "package",
    }
}

/// For what a setting holds; the narrowest one that is set wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everything in this network.
    Network,
    /// The packages of one programme.
    Programme(ProgrammeId),
    /// One package.
    Package(PackageId),
}

impl Scope {
    /// The sort of scope: `network`, `programme` or `package`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Programme(_) => "programme",
            Self::Package(_) => "package",
        }
    }

    /// The record that it is about; `None` for the network.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Network => None,
            Self::Programme(id) => Some(id.as_str()),
            Self::Package(id) => Some(id.as_str()),
        }
    }
}

/// One version of a setting: never changed, only followed by the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnobVersion {
    /// Names the version.
    pub id: KnobVersionId,
    /// Which knob.
    pub knob: Knob,
    /// For what it holds.
    pub scope: Scope,
    /// Counts up from 1 within the knob and scope.
    pub number: u64,
    /// The setting; `None` when this version takes the scope's own setting away, so that the wider one holds again.
    pub setting: Option<Setting>,
    /// Who turned the knob.
    pub made_by: UserId,
    /// When.
    pub made_at: Instant,
    /// Why, in own words.
    pub why: Prose,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read;

    #[test]
    fn only_the_threshold_knob_has_the_threshold() {
        for told in ["0", "3000", "\"much\""] {
            let faults = read::<MatcherSetting>(&format!(r#"{{"floor":1,"essential_from":{told}}}"#)).unwrap_err();
            assert_eq!(faults.len(), 1);
            assert_eq!((faults[0].pointer.as_str(), faults[0].kind.code()), ("/essential_from", "of_knob"));
        }
        let start = serde_json::to_string(&MatcherSetting::default()).unwrap();
        assert!(!start.contains("essential_from"), "{start}");
        assert_eq!(read::<MatcherSetting>(&start).unwrap(), MatcherSetting::default(), "what is shown can be sent back");
        let knob = ThresholdKnob { essential_from: BasisPoints::HIGHEST, ..ThresholdKnob::default() };
        assert_eq!(knob.with(MatcherSetting::default()).essential_from, BasisPoints::HIGHEST);
    }
}
