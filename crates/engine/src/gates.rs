//! The gates: what keeps a person and a package apart, whatever the score.
#![allow(clippy::indexing_slicing, reason = "gates are numbered by the list that their verdicts are in")]

use serde::Serialize;
use utoipa::ToSchema;

use crate::demand::Demand;
use crate::openings::Opening;
use crate::pairs::Pair;
use crate::people::Bar;
use crate::stretch::Stretch;
use crate::words::bits;

mod adaptation;
mod avoided;
mod dayparts;
mod distance;
mod document;
mod essential;
pub(crate) mod hours;
pub(crate) mod language;
mod no_go;
mod rule;
pub(crate) mod score_floor;
pub(crate) mod tie;
mod unavailable;
mod work_form;

/// What a gate says of a person and a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing here keeps them apart.
    Open,
    /// This keeps them apart.
    Shut,
    /// What decides it is not told; it keeps nobody apart.
    Unknown,
}

/// How one gate works.
pub(crate) trait Guard {
    /// What keeps the two apart by itself, when it is no more than bits that both have.
    const BAR: Option<Bar> = None;
    /// Whether a few comparisons of numbers decide it, so that it is looked at before the others.
    const QUICK: bool = false;
    /// Whether it is asked of sixty-four people at once as quickly as of one.
    const AT_ONCE: bool = Self::BAR.is_some();

    /// Whether it keeps the two apart. What is not told never does.
    #[inline]
    fn is_shut(pair: &Pair) -> bool {
        Self::BAR.is_some_and(|bar| pair.is_barred(bar))
    }

    /// For whom of these it is shut: a bit for each.
    #[inline]
    fn shut_for(stretch: &Stretch) -> u64 {
        match Self::BAR {
            Some(bar) => stretch.barred(bar),
            None => stretch.among(stretch.here, Self::is_shut),
        }
    }

    /// For each detail whom of these people it keeps out; of a gate that is asked of all at once.
    fn detail_sets(stretch: &Stretch, each: &mut dyn FnMut(usize, u64)) {
        match Self::BAR {
            Some(bar) => stretch.barred_each(bar).for_each(|(detail, barred)| each(detail, barred)),
            None => each(0, Self::shut_for(stretch)),
        }
    }

    /// Whether everything is told that decides it; asked only when it is not shut.
    fn is_decided(_: &Pair) -> bool {
        true
    }

    /// How many details there are, whatever the person.
    fn detail_count(_: &Demand) -> usize {
        1
    }

    /// The numbers of the details for which it is shut, each once; asked only when it is.
    fn details(pair: &Pair, each: &mut dyn FnMut(usize)) {
        match Self::BAR {
            Some(bar) => bits(pair.barred(bar)).for_each(each),
            None => each(0),
        }
    }

    /// The name of a detail; empty where the gate says it all.
    fn detail_name(_: &Demand, _: usize) -> &str {
        ""
    }

    /// Whether there is something that opens it; asked only when it is shut.
    fn can_open(_: &Pair) -> bool {
        false
    }

    /// The smallest change that opens it; asked only when it is shut.
    fn opening(_: &Pair) -> Option<Opening> {
        None
    }
}

/// A gate as a table of functions, for what is not in a hurry.
struct Table {
    is_at_once: bool,
    detail_sets: fn(&Stretch, &mut dyn FnMut(usize, u64)),
    is_decided: fn(&Pair) -> bool,
    detail_count: fn(&Demand) -> usize,
    details: fn(&Pair, &mut dyn FnMut(usize)),
    detail_name: for<'a> fn(&'a Demand, usize) -> &'a str,
    can_open: fn(&Pair) -> bool,
    opening: fn(&Pair) -> Option<Opening>,
}

impl Table {
    const fn of<G: Guard>() -> Self {
        Self {
            is_at_once: G::AT_ONCE,
            detail_sets: G::detail_sets,
            is_decided: G::is_decided,
            detail_count: G::detail_count,
            details: G::details,
            detail_name: G::detail_name,
            can_open: G::can_open,
            opening: G::opening,
        }
    }
}

/// Every gate, in their order: this is the one list of them. The last one is evaluated only where every other is not shut.
macro_rules! registry {
    (
        $($(#[$attribute:meta])* $gate:ident = $name:literal by $guard:ty),*;
        $(#[$last_attribute:meta])* $last:ident = $last_name:literal by $last_guard:ty
    ) => {
        /// A gate, in the order in which all are evaluated.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Gate {
            $($(#[$attribute])* #[serde(rename = $name)] $gate,)*
            $(#[$last_attribute])* #[serde(rename = $last_name)] $last,
        }

        impl Gate {
            /// Every gate, in order.
            pub const ALL: &'static [Self] = &[$(Self::$gate,)* Self::$last];

            /// How many there are.
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// The word as it is written in JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$gate => $name,)* Self::$last => $last_name }
            }

            fn table(self) -> &'static Table {
                match self {
                    $(Self::$gate => const { &Table::of::<$guard>() },)*
                    Self::$last => const { &Table::of::<$last_guard>() },
                }
            }
        }

        // Written out, since the derive does not see words that come through a macro.
        impl utoipa::PartialSchema for Gate {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let words = Self::ALL.iter().map(|gate| gate.as_str());
                utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).enum_values(Some(words)).into()
            }
        }

        impl ToSchema for Gate {}

        #[inline(always)]
        fn quickly_shut(pair: &Pair) -> bool {
            $((<$guard as Guard>::QUICK && <$guard as Guard>::is_shut(pair)) |)* false
        }

        /// Those whom a gate keeps out that is asked of all of them at once; nothing that is a bar, all of which are looked at together.
        #[inline(always)]
        fn shut_at_once(stretch: &Stretch) -> u64 {
            $((if <$guard as Guard>::AT_ONCE && <$guard as Guard>::BAR.is_none() { <$guard as Guard>::shut_for(stretch) } else { 0 }) |)* 0
        }

        #[inline(never)]
        fn slow_pass(pair: &Pair) -> bool {
            true $(&& (<$guard as Guard>::QUICK || <$guard as Guard>::AT_ONCE || !<$guard as Guard>::is_shut(pair)))*
        }

        /// For each gate, for whom of these people it is shut.
        pub(crate) fn shut_for(stretch: &Stretch) -> [u64; Gate::COUNT] {
            shut_unless(stretch, |pair| !<$last_guard as Guard>::is_shut(pair))
        }

        /// The same, where something else tells of those whom no other gate keeps out whether the last one lets them in.
        #[inline]
        pub(crate) fn shut_unless(stretch: &Stretch, mut last_lets_in: impl FnMut(&Pair) -> bool) -> [u64; Gate::COUNT] {
            let mut shut = [$(<$guard as Guard>::shut_for(stretch),)* 0];
            let kept_out = shut.iter().fold(0, |kept_out, shut| kept_out | shut);
            for (bit, pair) in stretch.pairs(stretch.here & !kept_out) {
                shut[Gate::$last as usize] |= u64::from(!last_lets_in(&pair)) << bit;
            }
            shut
        }

        /// Every gate that is shut.
        #[inline]
        pub(crate) fn shut(pair: &Pair) -> Gates {
            let mut gates = Gates::default();
            $(gates.put(Gate::$gate, <$guard as Guard>::is_shut(pair));)*
            gates.put(Gate::$last, gates.is_empty() && <$last_guard as Guard>::is_shut(pair));
            gates
        }
    };
}

registry! {
    /// Not said yes to being matched, paused, or on standby for work that is no call-up.
    Unavailable = "unavailable" by unavailable::Unavailable,
    /// Never to be matched with this organisation; shown to nobody but the expert.
    Avoided = "avoided" by avoided::Avoided,
    /// A form of work that the person does not accept.
    WorkForm = "work_form" by work_form::WorkForm,
    /// A condition under which the person does not work.
    NoGo = "no_go" by no_go::NoGo,
    /// A needed adaptation that is not on offer.
    Adaptation = "adaptation" by adaptation::Adaptation,
    /// Hours that do not fit.
    Hours = "hours" by hours::Hours,
    /// Dayparts that do not fit.
    Dayparts = "dayparts" by dayparts::Dayparts,
    /// Too far away.
    Distance = "distance" by distance::Distance,
    /// A language that is asked.
    Language = "language" by language::Language,
    /// A document that is asked and cannot be there in time.
    Document = "document" by document::Document,
    /// A rule that blocks the combination.
    Rule = "rule" by rule::Rule,
    /// An essential requirement under its threshold.
    Essential = "essential" by essential::Essential,
    /// Nothing in the work ties to this person.
    Tie = "tie" by tie::Tie;
    /// A score under the floor.
    ScoreFloor = "score_floor" by score_floor::ScoreFloor
}

/// Each of some people for whom no gate is shut.
#[inline]
pub(crate) fn each_let_in(stretch: &Stretch, mut each: impl FnMut(&Pair)) {
    each_let_in_but_for_the_floor(stretch, |pair| {
        if !score_floor::is_too_low(pair) {
            each(pair);
        }
    });
}

/// The same, the floor of the score left aside. The quick gates are looked at all at once, which spares the processor its guesses.
#[inline]
pub(crate) fn each_let_in_but_for_the_floor(stretch: &Stretch, mut each: impl FnMut(&Pair)) {
    let unbarred = stretch.unbarred();
    if unbarred == 0 {
        return;
    }
    for bit in bits(unbarred & !shut_at_once(stretch)) {
        let pair = stretch.pair(bit);
        if !quickly_shut(&pair) && slow_pass(&pair) {
            each(&pair);
        }
    }
}

impl Gate {
    /// Whether [`Self::detail_sets`] tells whom each detail keeps out.
    #[inline]
    pub(crate) fn is_at_once(self) -> bool {
        self.table().is_at_once
    }

    /// For each detail whom of these people it keeps out.
    #[inline]
    pub(crate) fn detail_sets(self, stretch: &Stretch, each: &mut dyn FnMut(usize, u64)) {
        (self.table().detail_sets)(stretch, each);
    }

    /// How many details there are for a demand.
    pub(crate) fn detail_count(self, demand: &Demand) -> usize {
        (self.table().detail_count)(demand)
    }

    /// The details for which the gate is shut; asked only when it is.
    pub(crate) fn details(self, pair: &Pair, mut each: impl FnMut(usize)) {
        (self.table().details)(pair, &mut each);
    }

    /// The name of a detail.
    pub(crate) fn detail_name(self, demand: &Demand, detail: usize) -> &str {
        (self.table().detail_name)(demand, detail)
    }

    /// Whether something opens the gate, when it is shut.
    pub(crate) fn can_open(self, pair: &Pair) -> bool {
        (self.table().can_open)(pair)
    }

    /// The smallest change that opens the gate, when it is shut.
    pub(crate) fn opening(self, pair: &Pair) -> Option<Opening> {
        (self.table().opening)(pair)
    }

    /// What the gate says, when these are shut; the last one is open where another is shut.
    pub(crate) fn verdict(self, pair: &Pair, shut: Gates) -> Verdict {
        if shut.has(self) {
            Verdict::Shut
        } else if (self.table().is_decided)(pair) || (self == Self::ScoreFloor && !shut.is_empty()) {
            Verdict::Open
        } else {
            Verdict::Unknown
        }
    }
}

/// A set of gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Gates(u16);

impl Gates {
    #[inline]
    fn put(&mut self, gate: Gate, member: bool) {
        self.0 |= u16::from(member) << gate as u16;
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn has(self, gate: Gate) -> bool {
        self.0 >> gate as u16 & 1 == 1
    }

    /// The only gate in the set; `None` when there are none or more.
    pub(crate) fn only(self) -> Option<Gate> {
        self.iter().next().filter(|_| self.0.is_power_of_two())
    }

    /// The gates, in order.
    pub(crate) fn iter(self) -> impl Iterator<Item = Gate> {
        bits(self.0.into()).filter_map(|bit| Gate::ALL.get(bit).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gate_is_written_by_its_name() {
        assert!(Gate::ALL.iter().all(|gate| serde_json::to_string(gate).unwrap() == format!("\"{}\"", gate.as_str())));
    }

    #[test]
    fn only_names_a_gate_that_is_alone() {
        let mut gates = Gates::default();
        assert_eq!(gates.only(), None);
        gates.put(Gate::Hours, true);
        assert_eq!(gates.only(), Some(Gate::Hours));
        gates.put(Gate::Tie, true);
        assert_eq!(gates.only(), None);
    }
}
