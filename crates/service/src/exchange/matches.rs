//! A line of `matches.jsonl`: a match with its history, every version of its arrangement, who said yes to which and when, and how it went.

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::identifiers::{ExpertId, KnobVersionId, MatchId, PackageId, UserId};
use raakvlak_domain::json::{Node, parse};
use raakvlak_domain::knobs::{Knob, SettingSource};
use raakvlak_domain::matches::{CheckIn, Evaluation, MatchState, Origin, Party, Verb};
use raakvlak_domain::quantities::Count;
use raakvlak_domain::reading::{FromNode, Reading};
use raakvlak_domain::record;
use raakvlak_domain::texts::{LONGEST_PROSE, Line, text_of};
use raakvlak_store::matches::carried::{WholeArrangement, WholeCheckIn, WholeEvaluation, WholeMatch};
use raakvlak_store::matches::feedback::StoredCheckIn;
use raakvlak_store::matches::judged::Judged;
use raakvlak_store::matches::trace::KnobInForce;
use raakvlak_store::matches::{Event, Yes};
use serde::{Serialize, Serializer};

use super::further::{MatchLine, serialize_node, write_node};
use super::kept::Long;

mod checks;

pub(super) use checks::faults;

record! {
    /// A match with everything that belongs to it.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct MatchRecord {
        /// Names the match.
        pub id: MatchId,
        /// The package.
        pub package: PackageId,
        /// The revision of the package that the match was made on.
        pub revision: Count,
        /// The expert.
        pub expert: ExpertId,
        /// Where it stands.
        pub state: MatchState,
        /// How it came to be.
        pub origin: Origin,
        /// The version of the arrangement that holds; not told before an offer.
        pub arrangement: Option<ArrangementRecord>,
        /// The versions before it, the first one first.
        pub earlier: Long<ArrangementRecord> = Long::default(),
        /// Until when an answer to the offer is awaited.
        pub deadline: Option<Instant>,
        /// The score and its explanation as computed.
        pub assessment: Option<Assessment>,
        /// The version of the matcher knob that produced it.
        pub matcher_version: Option<KnobVersionId>,
        /// How the knobs stood when it was made.
        pub knobs: Vec<TracedKnob> = Vec::new(),
        /// What came out of the rules at steps of it, oldest first.
        pub rules: Long<JudgedRecord> = Long::default(),
        /// Every step, oldest first.
        pub history: Long<StepRecord>,
        /// When each side is asked how it goes, with the answers.
        pub check_ins: Long<CheckInRecord> = Long::default(),
        /// How each side looked back.
        pub evaluations: Vec<EvaluationRecord> = Vec::new(),
    }
}

record! {
    /// A version of an arrangement.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct ArrangementRecord {
        /// Counts up from 1.
        pub version: Count,
        /// What is arranged.
        pub arrangement: Arrangement,
        /// Who said yes to this version, and when.
        pub yeses: Vec<YesRecord> = Vec::new(),
    }
}

record! {
    /// A yes.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct YesRecord {
        /// Whose.
        pub party: Party,
        /// Who gave it.
        pub user: Option<UserId>,
        /// When.
        pub at: Instant,
    }
    key(yes) { yes.party.to_string() }
}

record! {
    /// A step.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct StepRecord {
        /// Counts up from 1.
        pub seq: Count,
        /// What was done.
        pub verb: Verb,
        /// Where the match stood before; not told for the first step.
        pub from: Option<MatchState>,
        /// Where it stood after.
        pub to: MatchState,
        /// On which side the one who did it stands.
        pub party: Party,
        /// Who did it; not told for the clock.
        pub actor: Option<UserId>,
        /// When.
        pub at: Instant,
        /// The version of the arrangement that held after.
        pub arrangement: Option<Count>,
        /// What was said with it.
        pub text: Option<Said>,
    }
}

record! {
    /// How a knob stood when a match was made.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct TracedKnob {
        /// Which knob.
        pub knob: Knob,
        /// Where its setting came from.
        pub from: SettingSource,
        /// The version of the setting; not told where no version alone made it.
        pub version: Option<KnobVersionId>,
    }
    check(reading) {
        // A scope has a setting by a version alone; a start has none; under the weights of a programme there may be one.
        let is_start = from.is_some_and(|from| matches!(from, SettingSource::Start | SettingSource::ProgrammeStart));
        match version {
            Some(Some(_)) if from == Some(SettingSource::Start) => {
                reading.within("version", |reading| reading.fault(FaultKind::Expected { value: "null".into() }));
            }
            Some(None) if from.is_some() && !is_start => {
                reading.within("version", |reading| reading.fault(FaultKind::Missing));
            }
            _ => {}
        }
    }
    key(traced) { traced.knob.to_string() }
}

record! {
    /// What came out of the rules at a step.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct JudgedRecord {
        /// The number of the step.
        pub seq: Count,
        /// The version of the rules knob that held; not told when it stood where it starts.
        pub rules_version: Option<KnobVersionId>,
        /// What came out, as it was judged then.
        pub report: Assessment,
    }
    key(judged) { judged.seq.get().to_string() }
}

record! {
    /// A moment at which one side is asked how it goes.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct CheckInRecord {
        /// Names it.
        pub id: Line,
        /// Who is asked.
        pub side: Party,
        /// When the question is due.
        pub due_at: Instant,
        /// When it was answered.
        pub answered_at: Option<Instant>,
        /// The answer.
        pub answer: Option<CheckIn>,
        /// Whether the question was put.
        pub put: bool = false,
    }
}

record! {
    /// How one side looked back.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct EvaluationRecord {
        /// Names it.
        pub id: Line,
        /// Whose.
        pub side: Party,
        /// When.
        pub made_at: Instant,
        /// What was told.
        pub evaluation: Evaluation,
    }
    key(told) { told.side.to_string() }
}

/// A text with a step. It is a little longer than what somebody can write, since the typed reason of a no stands before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Said(String);

impl FromNode for Said {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        text_of(node, 1, LONGEST_PROSE + 200, &['\n', '\r', '\t'], reading).map(Self)
    }
}

/// A score with its explanation, as it was computed then: any JSON object, since what is computed may change with the program.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment(Node<'static>);

impl FromNode for Assessment {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        if !matches!(node, Node::Object(_)) {
            reading.fault(FaultKind::WrongType { expected: "an object", found: node.type_name() });
            return None;
        }
        Some(Self(node.clone().into_owned()))
    }
}

impl Assessment {
    fn parsed(text: &str) -> Result<Self, FaultKind> {
        let node = parse(text, &mut Reading::default()).ok_or(FaultKind::NotUtf8)?;
        Ok(Self(node.into_owned()))
    }

    fn text(&self) -> String {
        let mut text = String::new();
        write_node(&self.0, &mut text);
        text
    }
}

impl Serialize for Assessment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_node(&self.0, serializer)
    }
}

impl MatchRecord {
    /// The line of a match as the store has it.
    ///
    /// # Errors
    ///
    /// What in it cannot be written as a line, which says that the store was tampered with.
    pub fn of(whole: WholeMatch) -> Result<Self, FaultKind> {
        let mut versions: Vec<ArrangementRecord> = whole.arrangements.into_iter().zip(1i64..).map(arrangement).collect();
        let score = whole.score.as_deref().map(Assessment::parsed).transpose()?;
        Ok(Self {
            id: whole.id,
            package: whole.package,
            revision: count(whole.revision),
            expert: whole.expert,
            state: whole.state,
            origin: whole.origin,
            arrangement: versions.pop(),
            earlier: Long(versions),
            deadline: whole.deadline,
            assessment: score,
            matcher_version: whole.matcher_version,
            knobs: whole
                .knobs
                .into_iter()
                .map(|KnobInForce { knob, source, version }| TracedKnob { knob, from: source, version })
                .collect(),
            rules: Long(whole.rules.into_iter().map(judged).collect::<Result<_, _>>()?),
            history: Long(whole.history.into_iter().map(step).collect()),
            check_ins: Long(whole.check_ins.into_iter().map(check_in).collect::<Result<_, _>>()?),
            evaluations: whole.evaluations.into_iter().map(evaluation).collect::<Result<_, _>>()?,
        })
    }

    /// The match as the store keeps it.
    #[must_use]
    pub fn whole(self) -> WholeMatch {
        let versions = self.earlier.0.into_iter().chain(self.arrangement);
        let id = self.id;
        let of_match = id.clone();
        let check_ins = self.check_ins.0.into_iter().map(|told| whole_check_in(told, &of_match));
        WholeMatch {
            check_ins: check_ins.collect(),
            package: self.package,
            revision: i64::from(self.revision.get()),
            expert: self.expert,
            state: self.state,
            origin: self.origin,
            score: self.assessment.map(|assessment| assessment.text()),
            matcher_version: self.matcher_version,
            knobs: self.knobs.into_iter().map(|TracedKnob { knob, from, version }| KnobInForce { knob, source: from, version }).collect(),
            rules: self.rules.0.into_iter().map(whole_judged).collect(),
            deadline: self.deadline,
            arrangements: versions.map(whole_arrangement).collect(),
            history: self.history.0.into_iter().map(event).collect(),
            evaluations: self.evaluations.into_iter().map(whole_evaluation).collect(),
            id,
        }
    }

    /// What a match without a database needs of it.
    pub(super) fn line(&self) -> MatchLine {
        MatchLine {
            id: self.id.clone(),
            package: self.package.clone(),
            expert: self.expert.clone(),
            state: self.state,
            arrangement: self.arrangement.as_ref().map(|version| version.arrangement.clone()),
        }
    }

    /// Every version of the arrangement, with the pointer at which it stands.
    fn versions(&self) -> impl Iterator<Item = (String, &ArrangementRecord)> {
        let earlier = self.earlier.0.iter().enumerate().map(|(at, version)| (format!("/earlier/{at}"), version));
        earlier.chain(self.arrangement.iter().map(|version| ("/arrangement".to_owned(), version)))
    }
}

fn count(number: i64) -> Count {
    u32::try_from(number).ok().and_then(Count::new).unwrap_or(Count::HIGHEST)
}

fn arrangement((whole, version): (WholeArrangement, i64)) -> ArrangementRecord {
    let yeses = whole.yeses.into_iter().map(|Yes { party, user, at }| YesRecord { party, user, at });
    ArrangementRecord { version: count(version), arrangement: whole.arrangement, yeses: yeses.collect() }
}

fn whole_arrangement(record: ArrangementRecord) -> WholeArrangement {
    let yeses = record.yeses.into_iter().map(|YesRecord { party, user, at }| Yes { party, user, at });
    WholeArrangement { arrangement: record.arrangement, yeses: yeses.collect() }
}

fn step(event: Event) -> StepRecord {
    StepRecord {
        seq: count(event.seq),
        verb: event.verb,
        from: event.from,
        to: event.to,
        party: event.party,
        actor: event.actor,
        at: event.at,
        arrangement: event.arrangement.map(count),
        text: event.reason.map(Said),
    }
}

fn event(step: StepRecord) -> Event {
    Event {
        seq: i64::from(step.seq.get()),
        verb: step.verb,
        from: step.from,
        to: step.to,
        actor: step.actor,
        party: step.party,
        at: step.at,
        arrangement: step.arrangement.map(|version| i64::from(version.get())),
        reason: step.text.map(|said| said.0),
    }
}

fn judged(judged: Judged) -> Result<JudgedRecord, FaultKind> {
    let report = Assessment::parsed(&judged.report)?;
    Ok(JudgedRecord { seq: count(judged.seq), rules_version: judged.rules_version, report })
}

fn whole_judged(record: JudgedRecord) -> Judged {
    Judged { seq: i64::from(record.seq.get()), rules_version: record.rules_version, report: record.report.text() }
}

fn check_in(told: WholeCheckIn) -> Result<CheckInRecord, FaultKind> {
    let WholeCheckIn { check_in: StoredCheckIn { id, side, due_at, answered_at, answer, .. }, put } = told;
    Ok(CheckInRecord { id: Line::new(&id)?, side, due_at, answered_at, answer, put })
}

fn whole_check_in(told: CheckInRecord, of: &MatchId) -> WholeCheckIn {
    let CheckInRecord { id, side, due_at, answered_at, answer, put } = told;
    let put = put || answer.is_some();
    WholeCheckIn { check_in: StoredCheckIn { id: id.into(), match_id: of.clone(), side, due_at, answered_at, answer }, put }
}

fn evaluation(told: WholeEvaluation) -> Result<EvaluationRecord, FaultKind> {
    let WholeEvaluation { id, side, made_at, evaluation } = told;
    Ok(EvaluationRecord { id: Line::new(&id)?, side, made_at, evaluation })
}

fn whole_evaluation(told: EvaluationRecord) -> WholeEvaluation {
    let EvaluationRecord { id, side, made_at, evaluation } = told;
    WholeEvaluation { id: id.into(), side, made_at, evaluation }
}
