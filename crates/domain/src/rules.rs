//! Rules: what is known of legislation, as data. A rule says when something is possible, who decides it and where that is written; it is never advice.

use serde::Serialize;
use utoipa::ToSchema;

use crate::calendar::Date;
use crate::faults::FaultKind;
use crate::identifiers::{InstrumentId, RuleId};
use crate::json::Node;
use crate::quantities::Count;
use crate::reading::{FromNode, Reading, WithDerived};
use crate::texts::{Line, Prose, text_of};

/// The most characters of one expression.
pub const LONGEST_EXPRESSION: usize = 2_000;

/// The most characters of the name of a rule, so that its versions have a name too.
pub const LONGEST_RULE_NAME: usize = 180;

/// The most questions that one rule asks.
pub const MOST_QUESTIONS: usize = 20;

closed_words! {
    /// What a rule does.
    pub enum Effect {
        /// Where it is not possible, it is not done.
        Block = "block",
        /// Where it is not possible, a mediator is warned.
        Warn = "warn",
        /// Where it is possible, a support measure is suggested.
        Instrument = "instrument",
        /// Where it is not possible yet, something has to be done first.
        ToDo = "to_do",
    }
}

closed_words! {
    /// How sure a rule is.
    pub enum RuleStatus {
        /// It was read in a source and holds.
        InForce = "in_force",
        /// It was read in a source and is to hold from a later day on; until then it can still change.
        Announced = "announced",
        /// Nobody has read a source for it, or what was read is old: somebody has to look.
        ToCheck = "to_check",
    }
}

/// A condition in the Common Expression Language: 1 to 2 000 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 2_000, example = "arrangement.week_hours <= 60")]
pub struct Expression(String);

impl Expression {
    /// The text of the expression.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromNode for Expression {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        text_of(node, 1, LONGEST_EXPRESSION, &['\n', '\r', '\t'], reading).map(Self)
    }
}

record! {
    /// A text in both languages.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct InBoth {
        /// In plain Dutch.
        pub nl: Prose,
        /// In English.
        pub en: Prose,
    }
}

record! {
    /// Something that only a person can say, and that is not kept: a rule names it as `answers.KEY`.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Question {
        /// The key: lower case letters, digits and underscores.
        pub key: Line,
        /// The question in plain Dutch, to be answered with yes or no.
        pub nl: Prose,
        /// The question in English.
        pub en: Prose,
    }
    check(reading) {
        let plain = |key: &str| key.starts_with(|first: char| first.is_ascii_lowercase())
            && key.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
        if key.as_ref().is_some_and(|key| !plain(key.as_str())) {
            reading.within("key", |reading| reading.fault(FaultKind::NotAKey));
        }
    }
    key(question) { question.key.to_string() }
}

record! {
    /// Where a rule is written.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct RuleSource {
        /// What it is called.
        pub title: Line,
        /// Where it can be read; not told for what is not on the web.
        pub url: Option<Line>,
        /// When it was written, as far as it says.
        pub dated: Option<Line>,
        /// The day on which somebody read it; not told: nobody did.
        pub read: Option<Date>,
    }
    key(source) { source.url.as_ref().unwrap_or(&source.title).to_string() }
}

record! {
    /// A version of a rule. Its outcome for a combination of work, person and arrangement is possible, not possible, or unknown with what to ask.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Rule {
        /// Names the rule; its versions share it.
        pub id: RuleId,
        /// Counts up from 1 within the rule.
        #[schema(read_only)]
        pub number: Count = Count::LOWEST,
        /// The first day on which this version holds; not told: it always did.
        pub valid_from: Option<Date>,
        /// The last day on which it holds; not told: no end in sight.
        pub valid_until: Option<Date>,
        /// What it is called.
        pub title: InBoth,
        /// For which combinations it has something to say; not told: for all.
        pub applies: Option<Expression>,
        /// When it is possible.
        pub when: Expression,
        /// What it does.
        pub effect: Effect,
        /// Whether it also keeps people out of a shortlist; for a rule that blocks.
        pub at_shortlist: bool = false,
        /// The support measure that it suggests; for the effect `instrument`.
        pub instrument: Option<InstrumentId>,
        /// Whether it touches somebody's income: then that person alone sees it.
        pub touches_income: bool = false,
        /// Who decides whether it is so: not this service.
        pub decided_by: InBoth,
        /// What it says, and what one can do.
        pub text: InBoth,
        /// What only a person can say.
        pub ask: Vec<Question> = Vec::new(),
        /// Where it is written.
        pub sources: Vec<RuleSource> = Vec::new(),
        /// How sure it is.
        pub status: RuleStatus = RuleStatus::ToCheck,
    }
    check(reading) {
        if id.as_ref().is_some_and(|id| id.as_str().chars().count() > LONGEST_RULE_NAME) {
            reading.within("id", |reading| reading.fault(FaultKind::TooLong { most: LONGEST_RULE_NAME }));
        }
        if valid_from.flatten().zip(valid_until.flatten()).is_some_and(|(from, until)| until < from) {
            reading.within("valid_until", |reading| reading.fault(FaultKind::EndBeforeStart));
        }
        if ask.as_ref().is_some_and(|ask| ask.len() > MOST_QUESTIONS) {
            reading.within("ask", |reading| reading.fault(FaultKind::TooMany { most: MOST_QUESTIONS }));
        }
        let suggests = effect.map(|effect| effect == Effect::Instrument);
        match (suggests, &instrument) {
            (Some(true), Some(None)) => reading.within("instrument", |reading| reading.fault(FaultKind::Missing)),
            (Some(false), Some(Some(_))) => {
                reading.within("instrument", |reading| reading.fault(FaultKind::Expected { value: "null".into() }));
            }
            _ => {}
        }
        if at_shortlist == Some(true) && effect.is_some_and(|effect| effect != Effect::Block) {
            reading.within("at_shortlist", |reading| reading.fault(FaultKind::Expected { value: "false".into() }));
        }
        // What somebody's income says is theirs: nobody else may learn of it from what is refused.
        if effect == Some(Effect::Block) && touches_income == Some(true) {
            reading.within("effect", |reading| reading.fault(FaultKind::BlocksOnIncome));
        }
        let read = sources.as_ref().map(|sources| sources.iter().any(|source| source.read.is_some()));
        if status.is_some_and(|status| status != RuleStatus::ToCheck) && read == Some(false) {
            reading.within("status", |reading| reading.fault(FaultKind::NobodyRead));
        }
        if effect == Some(Effect::Block) && status.is_some_and(|status| status != RuleStatus::InForce) {
            reading.within("status", |reading| reading.fault(FaultKind::Expected { value: RuleStatus::InForce.to_string() }));
        }
    }
}

impl Rule {
    /// Whether this version holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_until.is_none_or(|until| day <= until)
    }

    /// Whether this version and another one hold on one and the same day.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let begins_in_time = |one: &Self, other: &Self| one.valid_from.zip(other.valid_until).is_none_or(|(from, until)| from <= until);
        begins_in_time(self, other) && begins_in_time(other, self)
    }
}

impl WithDerived for Rule {
    const DERIVED: &'static [(&'static str, &'static str)] = &[("number", "")];
}

record! {
    /// A support measure.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Instrument {
        /// Names the measure.
        pub id: InstrumentId,
        /// What it is called.
        pub name: InBoth,
        /// What it does.
        pub what: InBoth,
        /// Who asks for it.
        pub who_asks: InBoth,
        /// Where one asks for it.
        pub place: InBoth,
        /// Who decides about it: not this service.
        pub decided_by: InBoth,
        /// Where it is written.
        pub sources: Vec<RuleSource> = Vec::new(),
        /// How sure it is.
        pub status: RuleStatus = RuleStatus::ToCheck,
    }
    key(instrument) { instrument.id.to_string() }
}

closed_words! {
    /// What comes out of a rule for a combination.
    pub enum Possibility {
        /// It is possible.
        Possible = "possible",
        /// It is not.
        Not = "not",
        /// Something has to be asked first.
        Unknown = "unknown",
    }
}

closed_words! {
    /// How the rules knob lets a rule act.
    pub enum RuleAct {
        /// It does nothing.
        Off = "off",
        /// It warns where it would block.
        Warn = "warn",
        /// It acts as it is written.
        AsWritten = "as_written",
    }
}

record! {
    /// How one rule acts.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
    pub struct RuleSwitch {
        /// Which rule.
        pub rule: RuleId,
        /// How it acts.
        pub act: RuleAct,
    }
    key(switch) { switch.rule.to_string() }
}

record! {
    /// A setting of the rules knob: a rule that it does not name acts as it is written.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Hash, Serialize, ToSchema)]
    pub struct RulesKnob {
        /// The rules that act otherwise.
        pub switches: Vec<RuleSwitch> = Vec::new(),
    }
}

impl RulesKnob {
    /// How a rule acts.
    #[must_use]
    pub fn act(&self, rule: &RuleId) -> RuleAct {
        self.switches.iter().find(|switch| switch.rule == *rule).map_or(RuleAct::AsWritten, |switch| switch.act)
    }

    /// What a rule does under this setting; `None` when it is off.
    #[must_use]
    pub fn effect(&self, rule: &Rule) -> Option<Effect> {
        match (self.act(&rule.id), rule.effect) {
            (RuleAct::Off, _) => None,
            (RuleAct::Warn, Effect::Block) => Some(Effect::Warn),
            (_, effect) => Some(effect),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read;

    fn rule(more: &str) -> String {
        let both = r#"{"nl":"a","en":"b"}"#;
        format!(r#"{{"id":"r","title":{both},"when":"true","decided_by":{both},"text":{both},{more}}}"#)
    }

    fn codes(more: &str) -> Vec<(String, &'static str)> {
        let faults = read::<Rule>(&rule(more)).unwrap_err();
        faults.into_iter().map(|fault| (fault.pointer, fault.kind.code())).collect()
    }

    #[test]
    fn names_what_does_not_go_together() {
        let told = r#""effect":"block","touches_income":true,"status":"in_force","valid_from":"2027-01-01","valid_until":"2026-01-01",
            "ask":[{"key":"Older than 27","nl":"a","en":"b"}]"#;
        let expected = [
            ("/ask/0/key", "not_a_key"),
            ("/valid_until", "end_before_start"),
            ("/effect", "blocks_on_income"),
            ("/status", "nobody_read"),
        ];
        assert_eq!(codes(told), expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        assert_eq!(codes(r#""effect":"warn","at_shortlist":true"#), [("/at_shortlist".to_owned(), "expected")]);
        assert_eq!(codes(r#""effect":"instrument""#), [("/instrument".to_owned(), "missing")]);
        assert_eq!(codes(r#""effect":"block""#), [("/status".to_owned(), "expected")]);
    }

    #[test]
    fn two_versions_overlap_when_they_share_a_day() {
        let of = |from: &str, until: &str| {
            read::<Rule>(&rule(&format!(r#""effect":"warn","valid_from":{from},"valid_until":{until}"#))).unwrap()
        };
        let (old, new) = (of("null", "\"2026-12-31\""), of("\"2027-01-01\"", "null"));
        assert!(!old.overlaps(&new) && !new.overlaps(&old));
        assert!(old.overlaps(&of("\"2026-12-31\"", "null")) && old.overlaps(&of("null", "null")) && new.overlaps(&of("null", "null")));
        let day = |text| Date::parse(text).unwrap();
        assert!(old.holds_on(day("2026-12-31")) && !old.holds_on(day("2027-01-01")) && new.holds_on(day("2027-01-01")));
    }

    #[test]
    fn the_knob_softens_a_block_and_nothing_else() {
        let read_rule = |more: &str| read::<Rule>(&rule(more)).unwrap();
        let block = read_rule(r#""effect":"block","status":"in_force","sources":[{"title":"a law","read":"2026-11-23"}]"#);
        let todo = read_rule(r#""effect":"to_do""#);
        let knob = |act: &str| read::<RulesKnob>(&format!(r#"{{"switches":[{{"rule":"r","act":"{act}"}}]}}"#)).unwrap();
        assert_eq!(knob("warn").effect(&block), Some(Effect::Warn));
        assert_eq!(knob("warn").effect(&todo), Some(Effect::ToDo));
        assert_eq!((knob("off").effect(&block), RulesKnob::default().effect(&block)), (None, Some(Effect::Block)));
    }
}
