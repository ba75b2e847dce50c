//! Conditions: read, checked against the fields that exist, and judged in three values.
//!
//! The connectives (`&&`, `||`, `!`, `?:`) are judged here after Kleene, so that what is not told spreads no further than it must and the answer says what
//! to ask. Everything below them is a comparison that CEL works out itself, once all that it names is told.
//!
//! Nothing can run long: a text is short, an expression is not nested deeply, a loop holds no loop, and the work of the loops is counted before it begins.

use std::collections::{BTreeSet, HashMap};

use cel::common::ast::{Expr, IdedExpr, operators};
use cel::{Context, ExecutionError, Program, Value};
use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::rules::Expression;

use super::facts::{Facts, Told};
use super::fields::{self, ANSWERS, FIELDS, Kind, ROOTS};

/// The deepest nesting of an expression.
const DEEPEST: usize = 40;

/// The deepest nesting of brackets, looked at before anything is parsed.
const DEEPEST_BRACKETS: usize = 24;

/// The most parts of an expression, loops written out.
const MOST_PARTS: usize = 500;

/// The most steps of one judgement: the parts of the loops, times the longest list that they may go through.
const MOST_STEPS: usize = 200_000;

/// How many names are named when one does not exist.
const NEAREST: usize = 3;

/// Something that an expression names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Name {
    /// A field, by its place in [`FIELDS`].
    Field(usize),
    /// What a person is asked, by its key.
    Answer(String),
}

/// Why an expression could not be judged although everything is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trouble {
    /// It went wrong: a division by zero, an item that is not there.
    Failed,
    /// It would have run long.
    TooLong,
}

/// What is missing for a yes or a no.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Open {
    /// What has to be told first.
    pub(crate) names: BTreeSet<Name>,
    /// What went wrong.
    pub(crate) trouble: Option<Trouble>,
}

/// A judgement in three values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Three {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It cannot be told yet.
    Unknown(Open),
}

/// A condition that was found sound.
#[derive(Debug)]
pub(crate) struct Condition {
    program: Program,
    names: BTreeSet<Name>,
}

impl Condition {
    /// Reads a condition, with every fault of it; `questions` are the keys of the questions that the rule asks.
    pub(crate) fn read(text: &Expression, questions: &[&str]) -> Result<Self, Vec<FaultKind>> {
        if brackets_too_deep(text.as_str()) {
            return Err(vec![FaultKind::TooIntricate]);
        }
        let program = Program::compile(text.as_str()).map_err(|errors| vec![not_an_expression(&errors)])?;
        let mut reader = Reader { questions, ..Reader::default() };
        reader.walk(program.expression(), 0, &[]);
        if reader.too_intricate || reader.parts > MOST_PARTS {
            return Err(vec![FaultKind::TooIntricate]);
        }
        let mut faults: Vec<FaultKind> = reader.unknown.into_iter().map(|name| unknown_name(name, questions)).collect();
        if faults.is_empty() {
            faults = unfit(program.expression(), &context(&specimen(questions)))
                .into_iter()
                .map(|unfit| match unfit {
                    Unfit::Unknown(name) => unknown_name(name, questions),
                    Unfit::NotYesOrNo => FaultKind::NotYesOrNo,
                })
                .collect();
        }
        if faults.is_empty() { Ok(Self { program, names: reader.names }) } else { Err(faults) }
    }

    /// What it names.
    pub(crate) fn names(&self) -> &BTreeSet<Name> {
        &self.names
    }

    /// Judges it on what is told.
    pub(crate) fn judge(&self, facts: &Facts) -> Three {
        Judge { facts, context: context(facts) }.judge(self.program.expression())
    }
}

fn not_an_expression(errors: &cel::ParseErrors) -> FaultKind {
    let place = |value: isize| usize::try_from(value).unwrap_or(0).max(1);
    let (line, column) = errors.errors.first().map_or((1, 1), |error| (place(error.pos.0), place(error.pos.1)));
    FaultKind::NotAnExpression { line, column }
}

fn brackets_too_deep(text: &str) -> bool {
    let mut depth = 0usize;
    text.chars().any(|letter| {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST_BRACKETS
    })
}

fn unknown_name(name: String, questions: &[&str]) -> FaultKind {
    let asked = questions.iter().map(|key| format!("{ANSWERS}.{key}"));
    let mut known: Vec<(usize, String)> = FIELDS
        .iter()
        .map(|field| field.name.to_owned())
        .chain(asked)
        .map(|known| (shared_letters(&known, &name), known))
        .filter(|(shared, _)| *shared > 0)
        .collect();
    known.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    FaultKind::UnknownName { name, known: known.into_iter().take(NEAREST).map(|(_, known)| known).collect() }
}

/// How much two names are alike: pairs of letters that stand in both, when there are enough of them.
fn shared_letters(one: &str, other: &str) -> usize {
    let pairs = |text: &str| text.as_bytes().windows(2).map(<[u8]>::to_vec).collect::<BTreeSet<_>>();
    let (one, other) = (pairs(one), pairs(other));
    let shared = one.intersection(&other).count();
    if shared * 2 >= other.len().max(1) { shared } else { 0 }
}

/// Walks through an expression and gathers what it names.
#[derive(Default)]
struct Reader<'a> {
    questions: &'a [&'a str],
    names: BTreeSet<Name>,
    unknown: BTreeSet<String>,
    parts: usize,
    loops: usize,
    too_intricate: bool,
}

impl Reader<'_> {
    /// `bound` are the variables of the loops around this part.
    fn walk(&mut self, part: &IdedExpr, depth: usize, bound: &[&str]) {
        self.parts += 1;
        if depth > DEEPEST || self.parts > MOST_PARTS {
            self.too_intricate = true;
            return;
        }
        if let Some(path) = path(&part.expr) {
            return self.name(&path, bound);
        }
        match &part.expr {
            Expr::Comprehension(looped) => return self.walk_loop(looped, depth, bound),
            // What is not told is unknown by itself; a rule that asks whether it is told would hold silence against somebody.
            Expr::Select(select) if select.test => {
                self.unknown.insert("has".to_owned());
                return;
            }
            Expr::Map(_) | Expr::Struct(_) => self.too_intricate = true,
            _ => {}
        }
        children(&part.expr).into_iter().for_each(|child| self.walk(child, depth + 1, bound));
    }

    fn walk_loop(&mut self, looped: &cel::common::ast::ComprehensionExpr, depth: usize, bound: &[&str]) {
        self.loops += 1;
        self.too_intricate |= self.loops > 1;
        self.walk(&looped.iter_range, depth + 1, bound);
        let own = [Some(looped.iter_var.as_str()), looped.iter_var2.as_deref(), Some(looped.accu_var.as_str())];
        let bound: Vec<&str> = bound.iter().copied().chain(own.into_iter().flatten()).collect();
        for part in [&looped.accu_init, &looped.loop_cond, &looped.loop_step, &looped.result] {
            self.walk(part, depth + 1, &bound);
        }
        self.loops -= 1;
    }

    fn name(&mut self, path: &str, bound: &[&str]) {
        let root = path.split('.').next().unwrap_or_default();
        if bound.contains(&root) {
            return;
        }
        let key = path.strip_prefix(ANSWERS).and_then(|rest| rest.strip_prefix('.'));
        match (fields::position(path), key) {
            (Some(field), _) => drop(self.names.insert(Name::Field(field))),
            (None, Some(key)) if self.questions.contains(&key) => drop(self.names.insert(Name::Answer(key.to_owned()))),
            _ => drop(self.unknown.insert(path.to_owned())),
        }
    }
}

/// The name that a part spells: an identifier, or fields selected from one.
fn path(part: &Expr) -> Option<String> {
    match part {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => path(&select.operand.expr).map(|path| format!("{path}.{}", select.field)),
        _ => None,
    }
}

/// The parts of a part, but those of a loop.
fn children(part: &Expr) -> Vec<&IdedExpr> {
    match part {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Select(select) => vec![&*select.operand],
        _ => Vec::new(),
    }
}

/// Judges an expression on what is told.
struct Judge<'f> {
    facts: &'f Facts,
    context: Context<'static, 'static>,
}

impl Judge<'_> {
    fn judge(&self, part: &IdedExpr) -> Three {
        let Expr::Call(call) = &part.expr else { return self.leaf(part) };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [one, other]) => both(self.judge(one), || self.judge(other)),
            (operators::LOGICAL_OR, [one, other]) => not(both(not(self.judge(one)), || not(self.judge(other)))),
            (operators::LOGICAL_NOT, [one]) => not(self.judge(one)),
            (operators::CONDITIONAL, [condition, yes, no]) => self.either(&self.judge(condition), yes, no),
            _ => self.leaf(part),
        }
    }

    /// What hangs on a condition that is not known is known where both ways come to the same.
    fn either(&self, condition: &Three, yes: &IdedExpr, no: &IdedExpr) -> Three {
        let open = match condition {
            Three::Yes => return self.judge(yes),
            Three::No => return self.judge(no),
            Three::Unknown(open) => open,
        };
        match (self.judge(yes), self.judge(no)) {
            (Three::Yes, Three::Yes) => Three::Yes,
            (Three::No, Three::No) => Three::No,
            (yes, no) => Three::Unknown([yes, no].into_iter().fold(open.clone(), |all, one| all.and(one))),
        }
    }

    fn leaf(&self, part: &IdedExpr) -> Three {
        let mut work = Work::default();
        work.count(part, false);
        let missing: BTreeSet<Name> = work.names.iter().filter(|name| !self.facts.tells(name)).cloned().collect();
        if !missing.is_empty() {
            return Three::Unknown(Open { names: missing, trouble: None });
        }
        let longest = work.names.iter().map(|name| self.facts.length(name)).max().unwrap_or(0).max(work.parts);
        if work.looped.saturating_mul(longest) > MOST_STEPS {
            return Three::Unknown(Open { names: BTreeSet::new(), trouble: Some(Trouble::TooLong) });
        }
        match self.context.resolve(part) {
            Ok(Value::Bool(true)) => Three::Yes,
            Ok(Value::Bool(false)) => Three::No,
            _ => Three::Unknown(Open { names: BTreeSet::new(), trouble: Some(Trouble::Failed) }),
        }
    }
}

/// What working out a comparison takes.
#[derive(Default)]
struct Work {
    names: BTreeSet<Name>,
    parts: usize,
    /// The parts that are worked out once for every item of a list.
    looped: usize,
}

impl Work {
    fn count(&mut self, part: &IdedExpr, within: bool) {
        self.parts += 1;
        self.looped += usize::from(within);
        if let Some(path) = path(&part.expr) {
            let answer = || path.strip_prefix(ANSWERS)?.strip_prefix('.').map(|key| Name::Answer(key.to_owned()));
            self.names.extend(fields::position(&path).map(Name::Field).or_else(answer));
        } else if let Expr::Comprehension(looped) = &part.expr {
            self.count(&looped.iter_range, within);
            [&looped.accu_init, &looped.loop_cond, &looped.loop_step, &looped.result].into_iter().for_each(|part| self.count(part, true));
        } else {
            children(&part.expr).into_iter().for_each(|child| self.count(child, within));
        }
    }
}

impl Open {
    /// With what another judgement leaves open.
    pub(crate) fn and(mut self, other: Three) -> Self {
        if let Three::Unknown(other) = other {
            self.names.extend(other.names);
            self.trouble = self.trouble.max(other.trouble);
        }
        self
    }
}

/// Both: a no on either side is a no, whatever the other.
fn both(one: Three, other: impl FnOnce() -> Three) -> Three {
    match one {
        Three::No => Three::No,
        Three::Yes => other(),
        Three::Unknown(open) => match other() {
            Three::No => Three::No,
            other => Three::Unknown(open.and(other)),
        },
    }
}

fn not(one: Three) -> Three {
    match one {
        Three::Yes => Three::No,
        Three::No => Three::Yes,
        unknown => unknown,
    }
}

/// Everything told, under the names that an expression uses.
fn context(facts: &Facts) -> Context<'static, 'static> {
    let mut roots: HashMap<&str, HashMap<String, Value>> = ROOTS.iter().map(|root| (*root, HashMap::new())).collect();
    let mut context = Context::default();
    for (field, told) in facts.told() {
        match field.name.split_once('.') {
            Some((root, name)) => drop(roots.entry(root).or_default().insert(name.to_owned(), value(told))),
            None => context.add_variable_from_value(field.name, value(told)),
        }
    }
    roots.into_iter().for_each(|(root, values)| context.add_variable_from_value(root, Value::from(values)));
    let answers: HashMap<String, Value> = facts.answers().map(|(key, answer)| (key.to_owned(), Value::Bool(answer))).collect();
    context.add_variable_from_value(ANSWERS, Value::from(answers));
    context
}

fn value(told: &Told) -> Value {
    match told {
        Told::YesNo(yes) => Value::Bool(*yes),
        Told::Number(hundredths) => Value::Float(*hundredths as f64 / 100.0),
        Told::Text(text) => Value::from(text.as_str()),
        Told::Texts(texts) => Value::from(texts.iter().map(|text| Value::from(text.as_str())).collect::<Vec<Value>>()),
    }
}

/// Facts of every kind, to see whether the parts of an expression go together.
fn specimen(questions: &[&str]) -> Facts {
    let mut facts = Facts::default();
    for field in FIELDS {
        let told = match field.kind {
            Kind::YesNo => Told::YesNo(true),
            Kind::Number => Told::Number(100),
            Kind::Text => Told::Text("2026-11-23".to_owned()),
            Kind::Texts => Told::Texts(vec!["one".to_owned()]),
        };
        facts.tell(field.name, told);
    }
    questions.iter().for_each(|key| facts.answer(key, true));
    facts
}

/// What is wrong with the comparisons of an expression: a function that does not exist, a comparison of two kinds, a part that is no yes or no.
fn unfit(part: &IdedExpr, context: &Context<'static, 'static>) -> BTreeSet<Unfit> {
    if let Expr::Call(call) = &part.expr {
        let connective = [operators::LOGICAL_AND, operators::LOGICAL_OR, operators::LOGICAL_NOT, operators::CONDITIONAL];
        if connective.contains(&call.func_name.as_str()) {
            return call.args.iter().flat_map(|part| unfit(part, context)).collect();
        }
    }
    if compares_kinds(part) {
        return BTreeSet::from([Unfit::NotYesOrNo]);
    }
    match context.resolve(part) {
        Ok(Value::Bool(_)) => BTreeSet::new(),
        Err(ExecutionError::UndeclaredReference(name)) => BTreeSet::from([Unfit::Unknown(name.to_string())]),
        // These depend on the values, not on their kinds.
        Err(
            ExecutionError::IndexOutOfBounds(_)
            | ExecutionError::DivisionByZero(_)
            | ExecutionError::RemainderByZero(_)
            | ExecutionError::Overflow(..)
            | ExecutionError::FunctionError { .. },
        ) => BTreeSet::new(),
        _ => BTreeSet::from([Unfit::NotYesOrNo]),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Unfit {
    Unknown(String),
    NotYesOrNo,
}

/// Whether a field is held against a literal of another kind, which CEL would call unequal without a word.
fn compares_kinds(part: &IdedExpr) -> bool {
    let Expr::Call(call) = &part.expr else { return false };
    let (operators::EQUALS | operators::NOT_EQUALS, [one, other]) = (call.func_name.as_str(), call.args.as_slice()) else { return false };
    let kinds = |part: &IdedExpr| path(&part.expr).and_then(|path| fields::position(&path)).and_then(fields::at).map(|field| field.kind);
    match (kinds(one), kinds(other), literal(one), literal(other)) {
        (Some(kind), None, _, Some(literal)) | (None, Some(kind), Some(literal), _) => kind != literal,
        (Some(kind), Some(other), ..) => kind != other,
        _ => false,
    }
}

fn literal(part: &IdedExpr) -> Option<Kind> {
    use cel::common::ast::LiteralValue;
    match &part.expr {
        Expr::Literal(LiteralValue::Boolean(_)) => Some(Kind::YesNo),
        Expr::Literal(LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_)) => Some(Kind::Number),
        Expr::Literal(LiteralValue::String(_)) => Some(Kind::Text),
        Expr::List(_) => Some(Kind::Texts),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
