//! What comes out of rules for a combination: possible, not possible, or unknown with what to ask; and always who decides.

use std::collections::BTreeSet;
use std::sync::Arc;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{InstrumentId, RuleId};
use raakvlak_domain::quantities::Count;
use raakvlak_domain::rules::{Effect, Expression, InBoth, Possibility, Rule, RuleSource, RuleStatus, RulesKnob};
use serde::Serialize;
use utoipa::ToSchema;

use super::expression::{Condition, Name, Open, Three, Trouble};
use super::facts::{Facts, Reader};
use super::fields::{self, ANSWERS};

/// A rule, ready to be judged.
#[derive(Debug)]
pub(crate) struct SoundRule {
    pub(crate) rule: Rule,
    /// Its conditions; `None` for a rule that was sound once and is not any more, because a field that it names is gone. It counts as unknown.
    conditions: Option<Conditions>,
}

#[derive(Debug)]
struct Conditions {
    applies: Option<Condition>,
    when: Condition,
}

/// Something to ask before a rule can be judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct ToAsk {
    /// The field or question, as rules name it.
    #[schema(example = "person.documents")]
    pub key: String,
    /// The question in plain Dutch.
    pub nl: String,
    /// The question in English.
    pub en: String,
}

/// What went wrong with a rule, which then counts as unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleTrouble)]
pub enum RuleTrouble {
    /// It went wrong on these values.
    Failed,
    /// It would have run long.
    TooLong,
}

impl From<Trouble> for RuleTrouble {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Failed => Self::Failed,
            Trouble::TooLong => Self::TooLong,
        }
    }
}

/// What comes out of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RuleOutcome)]
pub struct Outcome {
    /// The rule.
    pub rule: RuleId,
    /// Its version.
    pub number: Count,
    /// From which day on this version holds, when that is after the day judged for: what is to change meanwhile.
    pub from: Option<Date>,
    /// What it is called.
    pub title: InBoth,
    /// Possible, not, or unknown.
    pub outcome: Possibility,
    /// What the rule does, as the knob lets it act.
    pub effect: Effect,
    /// Whether it holds this back: it blocks, and it is not possible.
    pub blocks: bool,
    /// The support measure that it suggests.
    pub instrument: Option<InstrumentId>,
    /// What to ask before it can be judged.
    pub ask: Vec<ToAsk>,
    /// What went wrong, when something did: somebody has to look at the rule.
    pub trouble: Option<RuleTrouble>,
    /// Whether it touches an income, so that the person alone sees what comes out.
    pub touches_income: bool,
    /// Who decides: not this service.
    pub decided_by: InBoth,
    /// What it says, and what one can do.
    pub text: InBoth,
    /// How sure it is.
    pub status: RuleStatus,
    /// Where it is written.
    pub sources: Vec<RuleSource>,
}

/// What comes out of the rules for a combination on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RuleReport)]
pub struct Report {
    /// The day judged for: the first day of the work, and today when it began before.
    pub as_of: Date,
    /// What comes out, of the rules that have something to say.
    pub outcomes: Vec<Outcome>,
    /// That this is no legal advice, in plain Dutch.
    pub notice_nl: &'static str,
    /// The same in English.
    pub notice_en: &'static str,
}

/// That nothing here is advice, in Dutch.
pub const NOTICE_NL: &str = "Dit is geen juridisch advies. Bij elke regel staat wie er beslist. Vraag het daar na.";
/// That nothing here is advice, in English.
pub const NOTICE_EN: &str = "This is no legal advice. With every rule stands who decides. Ask there.";

impl Report {
    pub(crate) fn new(as_of: Date, outcomes: Vec<Outcome>) -> Self {
        Self { as_of, outcomes, notice_nl: NOTICE_NL, notice_en: NOTICE_EN }
    }
}

impl SoundRule {
    /// Checks the conditions of a rule, with every fault of both.
    pub(crate) fn new(rule: Rule) -> Result<Self, Vec<Fault>> {
        let questions: Vec<&str> = rule.ask.iter().map(|question| question.key.as_str()).collect();
        let mut faults = Vec::new();
        let mut read = |text: &Expression, pointer: &str| match Condition::read(text, &questions) {
            Ok(condition) => Some(condition),
            Err(kinds) => {
                faults.extend(kinds.into_iter().map(|kind| Fault::new(pointer, kind)));
                None
            }
        };
        let applies = rule.applies.as_ref().map(|text| read(text, "/applies"));
        let when = read(&rule.when, "/when");
        let conditions = [applies.as_ref().and_then(Option::as_ref), when.as_ref()];
        if !rule.touches_income && conditions.into_iter().flatten().any(names_income) {
            faults.push(Fault::new("/touches_income", FaultKind::Expected { value: "true".into() }));
        }
        match (applies, when) {
            (None, Some(when)) if faults.is_empty() => Ok(Self { rule, conditions: Some(Conditions { applies: None, when }) }),
            (Some(Some(applies)), Some(when)) if faults.is_empty() => {
                Ok(Self { rule, conditions: Some(Conditions { applies: Some(applies), when }) })
            }
            _ => Err(faults),
        }
    }

    /// A rule as it is kept, also when it is not sound any more.
    pub(crate) fn kept(rule: Rule) -> Self {
        let broken = Self { rule: rule.clone(), conditions: None };
        Self::new(rule).unwrap_or(broken)
    }

    /// Whether it cannot be judged any more.
    pub(crate) fn is_broken(&self) -> bool {
        self.conditions.is_none()
    }

    /// Every field that it names.
    pub(crate) fn fields(&self) -> BTreeSet<usize> {
        let conditions = self.conditions.iter().flat_map(|conditions| conditions.applies.iter().chain([&conditions.when]));
        let names = conditions.flat_map(Condition::names);
        names.filter_map(|name| if let Name::Field(position) = name { Some(*position) } else { None }).collect()
    }

    /// What comes out on what is told; `None` where the rule has nothing to say.
    pub(crate) fn judge(&self, facts: &Facts) -> Option<Three> {
        let Some(Conditions { applies, when }) = &self.conditions else {
            return Some(Three::Unknown(Open { trouble: Some(Trouble::Failed), ..Open::default() }));
        };
        let when = || when.judge(facts);
        match applies.as_ref().map(|applies| applies.judge(facts)) {
            None | Some(Three::Yes) => Some(when()),
            Some(Three::No) => None,
            Some(Three::Unknown(open)) => match when() {
                // Whether it applies or not, nothing is in the way.
                Three::Yes if self.rule.effect != Effect::Instrument => Some(Three::Yes),
                when => Some(Three::Unknown(open.and(when))),
            },
        }
    }

    /// Whether it can still hang on the person whether this is possible, or it is not whoever it is: where anything else is open, it stays a question.
    pub(crate) fn may_keep_out(&self, facts: &Facts) -> bool {
        let Some(Conditions { applies, when }) = &self.conditions else { return false };
        let hangs_on_person = |open: &Open| open.names.iter().any(|name| matches!(name, Name::Field(at) if fields::is_of_person(*at)));
        let applies = match applies.as_ref().map(|applies| applies.judge(facts)) {
            None | Some(Three::Yes) => true,
            Some(Three::No) => false,
            Some(Three::Unknown(open)) => hangs_on_person(&open),
        };
        applies
            && match when.judge(facts) {
                Three::Yes => false,
                Three::No => true,
                Three::Unknown(open) => hangs_on_person(&open),
            }
    }

    fn outcome(&self, facts: &Facts, effect: Effect, day: Date) -> Option<Outcome> {
        let rule = &self.rule;
        let (outcome, open) = match self.judge(facts)? {
            Three::Yes => (Possibility::Possible, Open::default()),
            Three::No => (Possibility::Not, Open::default()),
            Three::Unknown(open) => (Possibility::Unknown, open),
        };
        let from = rule.valid_from.filter(|from| *from > day);
        Some(Outcome {
            rule: rule.id.clone(),
            number: rule.number,
            from,
            title: rule.title.clone(),
            outcome,
            effect,
            blocks: effect == Effect::Block && outcome == Possibility::Not && from.is_none(),
            instrument: rule.instrument.clone(),
            ask: open.names.iter().filter_map(|name| self.to_ask(name)).collect(),
            trouble: open.trouble.map(RuleTrouble::from),
            touches_income: rule.touches_income,
            decided_by: rule.decided_by.clone(),
            text: rule.text.clone(),
            status: rule.status,
            sources: rule.sources.clone(),
        })
    }

    fn to_ask(&self, name: &Name) -> Option<ToAsk> {
        match name {
            Name::Field(position) => {
                let field = fields::at(*position)?;
                Some(ToAsk { key: field.name.to_owned(), nl: field.ask_nl.to_owned(), en: field.ask_en.to_owned() })
            }
            Name::Answer(key) => {
                let question = self.rule.ask.iter().find(|question| question.key.as_str() == key)?;
                Some(ToAsk { key: format!("{ANSWERS}.{key}"), nl: question.nl.to_string(), en: question.en.to_string() })
            }
        }
    }

    /// Whether this version counts on a day, or comes to count while the work goes on.
    fn counts(&self, day: Date, until: Option<Date>) -> bool {
        self.rule.holds_on(day) || self.rule.valid_from.is_some_and(|from| from > day && until.is_none_or(|until| from <= until))
    }
}

fn names_income(condition: &Condition) -> bool {
    condition.names().iter().any(|name| matches!(name, Name::Field(at) if fields::is(*at, fields::PERSON_BENEFIT)))
}

/// Judges every rule that has something to say from a day until a day, as a reader may see it. What touches an income is the person's own: a mediator
/// hears of a support measure alone, and never what comes out for this person, since the facts that a mediator's rules are judged on hold no income.
pub(crate) fn judge_all(
    rules: &[Arc<SoundRule>],
    knob: &RulesKnob,
    facts: &Facts,
    reader: Reader,
    (day, until): (Date, Option<Date>),
) -> Vec<Outcome> {
    let visible = |rule: &Rule| reader == Reader::Own || !rule.touches_income || rule.effect == Effect::Instrument;
    let counting = rules.iter().filter(|sound| sound.counts(day, until) && visible(&sound.rule));
    counting.filter_map(|sound| sound.outcome(facts, knob.effect(&sound.rule)?, day)).collect()
}
