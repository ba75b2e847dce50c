//! Whom rules keep out of a shortlist. A rule is judged once for every distinct combination of what it names of people, and what came out is kept for
//! as long as package, rules, people and day stay the same: turning the matcher knob judges nothing again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError};

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::{ExpertId, MatchId, PackageId, RuleId};
use raakvlak_domain::organisations::OrganisationKind;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::rules::{Effect, RulesKnob};
use raakvlak_store::{Db, ObjectKind, StoreError, experts, matches};

use super::cases::{Case, kind_of};
use super::expression::{Open, Three};
use super::facts::{Facts, OtherWork, Reader, Told};
use super::fields;
use super::judging::SoundRule;
use super::trouble::Troubled;
use crate::desk::Desk;
use crate::error::Error;
use crate::knobs::{narrowest, scopes_of};
use crate::ranking::people::arranged;

/// How many answers are kept.
const MOST_KEPT: usize = 512;

/// What the rules need of everybody, followed by the change feed, and whom they keep out of which package.
#[derive(Default)]
pub(crate) struct PeopleFacts {
    followed: Option<Followed>,
    answers: HashMap<Question, Arc<BTreeSet<ExpertId>>>,
    /// The rules that went wrong on somebody, until somebody is told.
    pub(super) troubled: Troubled,
}

/// What people told under some names, everyone with the same beside each other.
struct Followed {
    names: BTreeSet<usize>,
    day: Date,
    seen: i64,
    of: HashMap<ExpertId, Arc<Combination>>,
    groups: HashMap<Arc<Combination>, BTreeSet<ExpertId>>,
}

/// What somebody told under the names that count.
type Combination = BTreeMap<usize, Told>;

/// What decides who is kept out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Question {
    package: PackageId,
    wording: String,
    knob: RulesKnob,
    rules: Vec<(String, u32, Option<Date>)>,
    seen: i64,
    day: Date,
}

/// The rules that keep people out of lists, with what it takes to say whether they may keep somebody out of a package.
pub(crate) struct AtShortlist {
    rules: Vec<Arc<SoundRule>>,
    today: Date,
}

impl AtShortlist {
    /// The rules as this transaction sees them.
    pub(crate) fn read(desk: &Desk, db: &mut Db, today: Date) -> Result<Self, Error> {
        let book = desk.rule_keeper().book(db)?;
        let rules = book.rules().iter().filter(|sound| sound.rule.at_shortlist).cloned().collect();
        Ok(Self { rules, today })
    }

    /// Whether one of them asks what kind an organisation is.
    pub(crate) fn ask_kind(&self) -> bool {
        let asks_kind = |sound: &Arc<SoundRule>| sound.fields().iter().any(|name| fields::is(*name, fields::WORK_ORGANISATION_KIND));
        self.rules.iter().any(asks_kind)
    }

    /// What may keep somebody out of a package of an organisation of this kind; `None` when nothing can, whoever it is.
    pub(crate) fn guard(&self, package: &TaskPackage, kind: Option<OrganisationKind>) -> Option<Guard> {
        if self.rules.is_empty() {
            return None;
        }
        let case = Case::of_work(package, kind, self.today);
        let (day, facts) = (case.days().0, case.facts());
        // Without anything of the person most rules are decided already, and then nobody has to be read.
        let rules: Vec<Arc<SoundRule>> =
            self.rules.iter().filter(|sound| sound.rule.holds_on(day) && sound.may_keep_out(&facts)).cloned().collect();
        let told = facts.only(&rules.iter().flat_map(|sound| sound.fields()).collect());
        Guard { rules, told }.unless_empty()
    }
}

/// The rules that may keep somebody out of a package, and what is told of its work under the names that they use.
#[derive(Debug)]
pub(crate) struct Guard {
    rules: Vec<Arc<SoundRule>>,
    told: Combination,
}

impl Guard {
    fn unless_empty(self) -> Option<Self> {
        (!self.rules.is_empty()).then_some(self)
    }

    /// The same with the rules alone that block under a setting of the rules knob.
    pub(crate) fn under(mut self, knob: &RulesKnob) -> Option<Self> {
        self.rules.retain(|sound| knob.effect(&sound.rule) == Some(Effect::Block));
        self.unless_empty()
    }

    /// What the rules need of people.
    fn names(&self) -> impl Iterator<Item = usize> {
        self.rules.iter().flat_map(|sound| sound.fields()).filter(|name| fields::is_of_person(*name))
    }

    /// Whether a rule keeps somebody out who tells this. What went wrong keeps nobody out, and is noted.
    fn keeps_out(&self, told: &Combination, troubled: &mut Troubled) -> bool {
        let facts = Facts::default().with(self.told.clone()).with(told.clone());
        self.rules.iter().any(|sound| match sound.judge(&facts) {
            Some(Three::Unknown(Open { trouble: Some(trouble), .. })) => {
                troubled.insert((sound.rule.id.clone(), trouble.into()));
                false
            }
            judged => judged == Some(Three::No),
        })
    }
}

/// The packages that rules may keep somebody out of. Those of which the same is told to the same rules stand together, and are judged once.
#[derive(Debug, Default)]
pub(crate) struct Guarded {
    guards: Vec<(Arc<Guard>, Vec<PackageId>)>,
    names: BTreeSet<usize>,
}

impl FromIterator<(PackageId, Arc<Guard>)> for Guarded {
    fn from_iter<I: IntoIterator<Item = (PackageId, Arc<Guard>)>>(guards: I) -> Self {
        let mut alike: HashMap<_, (Arc<Guard>, Vec<PackageId>)> = HashMap::new();
        for (package, guard) in guards {
            let rules: Vec<(RuleId, u32)> = guard.rules.iter().map(|sound| (sound.rule.id.clone(), sound.rule.number.get())).collect();
            let same = alike.entry((rules, guard.told.clone())).or_insert_with(|| (guard, Vec::new()));
            same.1.push(package);
        }
        let guards: Vec<_> = alike.into_values().collect();
        let names = guards.iter().flat_map(|(guard, _)| guard.names()).collect();
        Self { guards, names }
    }
}

impl Guarded {
    /// Whether no rule may keep anybody out of anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.guards.is_empty()
    }
}

impl Desk {
    /// Whom the rules keep out of a package under a setting of the rules knob; under the one that holds when `None`.
    pub(crate) fn kept_out(&self, package: &TaskPackage, knob: Option<&RulesKnob>) -> Result<Arc<BTreeSet<ExpertId>>, Error> {
        let today = self.today();
        self.read(|db| {
            let rules = AtShortlist::read(self, db, today)?;
            let kind = if rules.ask_kind() { kind_of(db, &package.organisation)? } else { None };
            let Some(guard) = rules.guard(package, kind) else { return Ok(Arc::default()) };
            let knob = match knob {
                Some(knob) => knob.clone(),
                None => narrowest::<RulesKnob>(db, &scopes_of(package))?.0,
            };
            let Some(guard) = guard.under(&knob) else { return Ok(Arc::default()) };
            let mut people = self.rule_keeper().people.lock().unwrap_or_else(PoisonError::into_inner);
            people.kept_out(db, package, knob, &guard, today)
        })
    }

    /// The packages among these that the rules keep somebody out of. Only this one person is read: whoever asks for themselves does not wait for what rules
    /// need of everybody.
    pub(crate) fn kept_out_of<'a>(&self, guarded: &'a Guarded, expert: &ExpertId, day: Date) -> Result<Vec<&'a PackageId>, Error> {
        if guarded.is_empty() {
            return Ok(Vec::new());
        }
        let told = self.read(|db| {
            let Some(found) = experts::get(db, expert)? else { return Ok(None) };
            let others = arranged(db, Some(std::slice::from_ref(expert)))?.remove(expert).unwrap_or_default();
            Ok(Some(combination(&guarded.names, &found.expert, others, day)))
        })?;
        let Some(told) = told else { return Ok(Vec::new()) };
        let mut troubled = Troubled::default();
        let kept_out = guarded.guards.iter().filter(|(guard, _)| guard.keeps_out(&told, &mut troubled));
        let kept_out = kept_out.flat_map(|(_, packages)| packages).collect();
        if !troubled.is_empty() {
            self.rule_keeper().people.lock().unwrap_or_else(PoisonError::into_inner).troubled.extend(troubled);
        }
        Ok(kept_out)
    }
}

impl PeopleFacts {
    fn kept_out(
        &mut self,
        db: &mut Db,
        package: &TaskPackage,
        knob: RulesKnob,
        guard: &Guard,
        day: Date,
    ) -> Result<Arc<BTreeSet<ExpertId>>, Error> {
        let followed = follow(&mut self.followed, db, &guard.names().collect(), day)?;
        let question = Question {
            package: package.id.clone(),
            wording: serde_json::to_string(package).map_err(|error| Error::Internal(error.to_string()))?,
            knob,
            rules: guard.rules.iter().map(|sound| (sound.rule.id.to_string(), sound.rule.number.get(), sound.rule.valid_until)).collect(),
            seen: followed.seen,
            day,
        };
        if let Some(known) = self.answers.get(&question) {
            return Ok(Arc::clone(known));
        }
        let troubled = &mut self.troubled;
        let kept_out = followed.groups.iter().filter(|(combination, _)| guard.keeps_out(combination, troubled));
        let answer: Arc<BTreeSet<ExpertId>> = Arc::new(kept_out.flat_map(|(_, people)| people.iter().cloned()).collect());
        // What was seen before nobody asks about again.
        self.answers.retain(|kept, _| kept.seen == question.seen && kept.day == question.day);
        if self.answers.len() >= MOST_KEPT {
            self.answers.clear();
        }
        self.answers.insert(question, Arc::clone(&answer));
        Ok(answer)
    }
}

/// What people tell under these names, and under those that were followed already, as this transaction sees it.
fn follow<'a>(kept: &'a mut Option<Followed>, db: &mut Db, names: &BTreeSet<usize>, day: Date) -> Result<&'a Followed, Error> {
    let head = db.changes_head()?;
    let followed = match kept.take() {
        Some(followed) if followed.day == day && followed.names.is_superset(names) => followed.up_to(db, head)?,
        before => {
            let names = before.map(|followed| followed.names).unwrap_or_default().union(names).copied().collect();
            Followed::read_all(db, names, day, head)?
        }
    };
    Ok(kept.insert(followed))
}

/// What somebody tells under these names on a day.
fn combination(names: &BTreeSet<usize>, person: &Expert, arranged: Vec<Arrangement>, day: Date) -> Combination {
    let others: Vec<OtherWork> = arranged.into_iter().map(|arrangement| OtherWork { arrangement }).collect();
    let mut facts = Facts::default();
    facts.person(person, Reader::Mediator, &others, day);
    facts.only(names)
}

impl Followed {
    fn read_all(db: &mut Db, names: BTreeSet<usize>, day: Date, seen: i64) -> Result<Self, Error> {
        let mut followed = Self { names, day, seen, of: HashMap::new(), groups: HashMap::new() };
        let mut arranged = arranged(db, None)?;
        for found in experts::all(db)? {
            let others = arranged.remove(&found.expert.id).unwrap_or_default();
            let told = combination(&followed.names, &found.expert, others, day);
            followed.put(found.expert.id, Some(told));
        }
        Ok(followed)
    }

    /// Reads those again who have changed; everybody when it cannot be told who that is.
    fn up_to(mut self, db: &mut Db, head: i64) -> Result<Self, Error> {
        if self.seen >= head {
            return Ok(self);
        }
        let changes = match db.changes_after(self.seen, i64::MAX) {
            Err(StoreError::ChangesGone { .. }) => return Self::read_all(db, self.names, self.day, head),
            changes => changes?,
        };
        let mut touched = BTreeSet::new();
        for change in changes {
            if change.kind == ObjectKind::Expert.as_str() {
                if change.object_id.is_empty() {
                    return Self::read_all(db, self.names, self.day, head);
                }
                touched.extend(ExpertId::new(&change.object_id));
            } else if change.kind == ObjectKind::Match.as_str()
                && let Ok(id) = MatchId::new(&change.object_id)
            {
                touched.extend(matches::expert_of(db, &id)?);
            }
        }
        let touched: Vec<ExpertId> = touched.into_iter().collect();
        let mut arranged = arranged(db, Some(&touched))?;
        let mut there: HashMap<ExpertId, Expert> =
            experts::get_all(db, &touched)?.into_iter().map(|found| (found.expert.id.clone(), found.expert)).collect();
        for id in touched {
            let others = arranged.remove(&id).unwrap_or_default();
            let told = there.remove(&id).map(|person| combination(&self.names, &person, others, self.day));
            self.put(id, told);
        }
        self.seen = head;
        Ok(self)
    }

    fn put(&mut self, id: ExpertId, combination: Option<Combination>) {
        if let Some(before) = self.of.remove(&id)
            && let Some(people) = self.groups.get_mut(&before)
        {
            people.remove(&id);
            if people.is_empty() {
                self.groups.remove(&before);
            }
        }
        let Some(combination) = combination.map(Arc::new) else { return };
        let combination = self.groups.get_key_value(&combination).map_or(combination, |(known, _)| Arc::clone(known));
        self.groups.entry(Arc::clone(&combination)).or_default().insert(id.clone());
        self.of.insert(id, combination);
    }
}
