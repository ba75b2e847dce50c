//! What is told of a combination of work, person and arrangement, under the names that rules use.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil};
use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::{Audience, Expert, FieldGroup};
use raakvlak_domain::organisations::OrganisationKind;
use raakvlak_domain::packages::{Reward, RewardKind, TaskPackage};
use raakvlak_domain::workload::{Obligation, heaviest_week};

use super::expression::Name;
use super::fields::{self, FIELDS, Field};
use crate::ranking::people::obligations;

/// A value that is told. Numbers are whole hundredths, so that equal values are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Told {
    /// Yes or no.
    YesNo(bool),
    /// A number, in hundredths.
    Number(i64),
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
}

/// What is told, by the place of the field in [`FIELDS`], and what people answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    told: BTreeMap<usize, Told>,
    answers: BTreeMap<String, bool>,
}

impl Facts {
    /// Tells a field; a name that is no field tells nothing.
    pub(crate) fn tell(&mut self, name: &str, told: Told) {
        if let Some(position) = fields::position(name) {
            self.told.insert(position, told);
        }
    }

    /// Keeps an answer to a question.
    pub(crate) fn answer(&mut self, key: &str, answer: bool) {
        self.answers.insert(key.to_owned(), answer);
    }

    /// Whether something is told.
    pub(crate) fn tells(&self, name: &Name) -> bool {
        match name {
            Name::Field(position) => self.told.contains_key(position),
            Name::Answer(key) => self.answers.contains_key(key),
        }
    }

    /// How many items a list has; 0 for what is no list.
    pub(crate) fn length(&self, name: &Name) -> usize {
        match name {
            Name::Field(position) => match self.told.get(position) {
                Some(Told::Texts(texts)) => texts.len(),
                _ => 0,
            },
            Name::Answer(_) => 0,
        }
    }

    /// Everything told, with its field.
    pub(crate) fn told(&self) -> impl Iterator<Item = (&'static Field, &Told)> {
        self.told.iter().filter_map(|(position, told)| Some((FIELDS.get(*position)?, told)))
    }

    /// Every answer.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&str, bool)> {
        self.answers.iter().map(|(key, answer)| (key.as_str(), *answer))
    }

    /// What is told under these names alone: the combination that a rule distinguishes.
    pub(crate) fn only(&self, positions: &BTreeSet<usize>) -> BTreeMap<usize, Told> {
        positions.iter().filter_map(|position| Some((*position, self.told.get(position)?.clone()))).collect()
    }

    /// With more that is told.
    pub(crate) fn with(mut self, more: BTreeMap<usize, Told>) -> Self {
        self.told.extend(more);
        self
    }

    /// The day that is judged for.
    pub(crate) fn day(&mut self, day: Date) {
        self.tell(fields::TODAY, text(day));
    }

    /// What a package tells, on a day.
    pub(crate) fn work(&mut self, package: &TaskPackage, organisation: Option<OrganisationKind>, day: Date) {
        self.tell(fields::WORK_FORM, text(&package.work_form));
        if let Some(kind) = organisation {
            self.tell(fields::WORK_ORGANISATION_KIND, text(kind));
        }
        self.tell(fields::WORK_PROGRAMME, Told::Text(package.programme.as_ref().map(ToString::to_string).unwrap_or_default()));
        self.reward(package.reward.as_ref(), fields::WORK_REWARD, fields::WORK_REWARD_PER_HOUR);
        self.tell(fields::WORK_HOURS_MIN, hours(package.hours.min.get()));
        self.tell(fields::WORK_HOURS_MAX, hours(package.hours.max.get()));
        self.tell(fields::WORK_REMOTE, text(package.remote));
        self.tell(fields::WORK_CALL_UP, Told::YesNo(package.call_up));
        let start = package.start.unwrap_or(day).max(day);
        self.tell(fields::WORK_START, text(start));
        self.lasts(start, package.end, fields::WORK_HAS_END, fields::WORK_DAYS);
        let of_tasks = |pick: fn(&raakvlak_domain::packages::Task) -> &[raakvlak_domain::identifiers::TermId]| {
            texts(package.tasks.iter().flat_map(pick).collect::<BTreeSet<_>>())
        };
        self.tell(fields::WORK_ACTIVITIES, of_tasks(|task| &task.activities));
        self.tell(fields::WORK_CONDITIONS, of_tasks(|task| &task.conditions));
        self.tell(fields::WORK_ADAPTATIONS, texts(&package.adaptations));
        self.tell(fields::WORK_DAYPARTS, texts(&package.dayparts.fixed));
        self.tell(fields::WORK_DOCUMENTS, texts(package.documents.iter().map(|required| &required.document)));
        self.tell(fields::WORK_GUIDANCE_HOURS, hours(package.guidance.as_ref().map_or(0, |guidance| guidance.hours.get())));
    }

    /// What a person tells to this reader, on a day; `others` is all work of theirs that is arranged here beside the work in question.
    pub(crate) fn person(&mut self, person: &Expert, reader: Reader, others: &[OtherWork], day: Date) {
        if reader.sees(person, FieldGroup::Documents) {
            self.tell_some(fields::PERSON_DOCUMENTS, person.documents.as_ref().map(texts));
        }
        if reader.sees(person, FieldGroup::Limits) {
            self.tell_some(fields::PERSON_NEEDS, person.needs.as_ref().map(texts));
        }
        if reader == Reader::Own {
            self.tell_some(fields::PERSON_BENEFIT, person.income.as_ref().map(|income| text(income.benefit)));
        }
        self.tell_some(fields::PERSON_LANGUAGES, person.languages.as_ref().map(|languages| texts(languages.keys())));
        self.tell_some(fields::PERSON_WORK_FORMS, person.work_forms.as_ref().map(texts));
        self.tell_some(fields::PERSON_PROGRAMMES, person.programmes.as_ref().map(texts));
        self.tell_some(fields::PERSON_AVAILABILITY, person.availability.map(text));
        self.tell_some(fields::PERSON_HOURS_MIN, person.hours.map(|wanted| hours(wanted.min.get())));
        self.tell_some(fields::PERSON_HOURS_MAX, person.hours.map(|wanted| hours(wanted.max.get())));
        self.tell_some(fields::PERSON_DAYS_ASIDE, person.aside_since.map(|since| Told::Number(i64::from(since.days_before(day)) * 100)));
        if tells_work(person) || !others.is_empty() {
            let heaviest = heaviest_week(&all_work(person, others), day);
            self.tell(fields::PERSON_OTHER_HOURS, hours(heaviest));
            self.tell(fields::PERSON_WORKS_ELSEWHERE, Told::YesNo(heaviest > 0));
        }
    }

    /// What an arrangement tells, beside what the person has already.
    pub(crate) fn arrangement(&mut self, arrangement: &Arrangement, person: &Expert, others: &[OtherWork], day: Date) {
        self.tell(fields::ARRANGEMENT_HOURS, hours(arrangement.hours.get()));
        let mut all = all_work(person, others);
        all.push(Obligation::from(arrangement));
        if tells_work(person) {
            self.tell(fields::ARRANGEMENT_WEEK_HOURS, hours(heaviest_week(&all, day.min(arrangement.start))));
        }
        self.tell(fields::ARRANGEMENT_DAYPARTS, texts(&arrangement.dayparts));
        self.tell(fields::ARRANGEMENT_START, text(arrangement.start));
        self.lasts(arrangement.start, arrangement.end, fields::ARRANGEMENT_HAS_END, fields::ARRANGEMENT_DAYS);
        self.reward(arrangement.reward.as_ref(), fields::ARRANGEMENT_REWARD, fields::ARRANGEMENT_REWARD_PER_HOUR);
        self.allowances(arrangement, others);
        self.tell(fields::ARRANGEMENT_GUIDANCE_HOURS, hours(arrangement.guidance.as_ref().map_or(0, |guidance| guidance.hours.get())));
        self.tell(fields::ARRANGEMENT_ADAPTATIONS, texts(&arrangement.adaptations));
        self.tell(fields::ARRANGEMENT_INSTRUMENTS, texts(&arrangement.instruments));
    }

    /// The allowances of this arrangement and of all other ones together, in the month and the year in which they come to the most. One whose amount is
    /// not told leaves the sum untold.
    fn allowances(&mut self, arrangement: &Arrangement, others: &[OtherWork]) {
        let all = std::iter::once(arrangement).chain(others.iter().map(|other| &other.arrangement));
        let Some(allowances) = all.filter_map(Allowance::of).collect::<Option<Vec<Allowance>>>() else { return };
        let first = arrangement.start.civil().first_of_month();
        let most = |periods: Vec<(civil::Date, civil::Date)>| {
            let sums = periods.into_iter().map(|period| allowances.iter().map(|allowance| allowance.cents_between(period)).sum::<i64>());
            Told::Number(sums.max().unwrap_or(0))
        };
        let months = (0..MONTHS_AHEAD).filter_map(|ahead| first.checked_add(ahead.months()).ok());
        self.tell(fields::ARRANGEMENT_ALLOWANCE_PER_MONTH, most(months.map(|day| (day, day.last_of_month())).collect()));
        let years = (0..=MONTHS_AHEAD / 12).filter_map(|ahead| first.checked_add(ahead.years()).ok());
        self.tell(fields::ARRANGEMENT_ALLOWANCE_PER_YEAR, most(years.map(|day| (day.first_of_year(), day.last_of_year())).collect()));
    }

    fn tell_some(&mut self, name: &str, told: Option<Told>) {
        if let Some(told) = told {
            self.tell(name, told);
        }
    }

    fn reward(&mut self, reward: Option<&Reward>, kind: &str, amount: &str) {
        self.tell_some(kind, reward.map(|reward| text(reward.kind)));
        self.tell_some(amount, reward.and_then(|reward| reward.amount).map(|euros| Told::Number(euros.get().into())));
    }

    fn lasts(&mut self, start: Date, end: Option<Date>, has_end: &str, days: &str) {
        self.tell(has_end, Told::YesNo(end.is_some()));
        self.tell_some(days, end.map(|end| Told::Number((i64::from(start.days_before(end)) + 1) * 100)));
    }
}

/// How many months are looked ahead for the heaviest one.
const MONTHS_AHEAD: i32 = 24;

/// An allowance: so much a week, from a day until a day.
struct Allowance {
    start: civil::Date,
    end: Option<civil::Date>,
    /// Tenths of an hour a week, times cents an hour.
    weekly: i64,
}

impl Allowance {
    /// The allowance of an arrangement; `None` when it has none, and `Some(None)` when its amount is not told.
    fn of(arrangement: &Arrangement) -> Option<Option<Self>> {
        let reward = arrangement.reward.as_ref().filter(|reward| reward.kind == RewardKind::Allowance)?;
        Some(reward.amount.map(|euros| Self {
            start: arrangement.start.civil(),
            end: arrangement.end.map(Date::civil),
            weekly: i64::from(arrangement.hours.get()) * i64::from(euros.get()),
        }))
    }

    /// What it comes to between two days, both counted, in cents.
    fn cents_between(&self, (first, last): (civil::Date, civil::Date)) -> i64 {
        let (from, until) = (self.start.max(first), self.end.map_or(last, |end| end.min(last)));
        let days = i64::from(Date::from_civil(until).day_number()) - i64::from(Date::from_civil(from).day_number()) + 1;
        days.max(0) * self.weekly / 70
    }
}

/// Who reads what comes out: a rule sees of a person what its reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The person.
    Own,
    /// A mediator. Income is never theirs, whatever the person discloses.
    Mediator,
}

impl Reader {
    fn sees(self, person: &Expert, group: FieldGroup) -> bool {
        self == Self::Own || person.disclosure.audience(group) != Audience::Nobody
    }
}

/// Work that somebody has here beside the work in question.
#[derive(Debug, Clone)]
pub(crate) struct OtherWork {
    /// What is arranged.
    pub(crate) arrangement: Arrangement,
}

/// Whether somebody said whether they work elsewhere.
fn tells_work(person: &Expert) -> bool {
    person.committed_hours.is_some() || person.commitments.is_some()
}

fn all_work(person: &Expert, others: &[OtherWork]) -> Vec<Obligation> {
    obligations(person, others.iter().map(|other| &other.arrangement))
}

/// Tenths of an hour as hundredths.
fn hours(tenths: u32) -> Told {
    Told::Number(i64::from(tenths) * 10)
}

fn text(value: impl ToString) -> Told {
    Told::Text(value.to_string())
}

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Told {
    Told::Texts(values.into_iter().map(|value| value.to_string()).collect())
}

#[cfg(test)]
mod tests {
    use raakvlak_domain::reading::read;

    use super::*;

    fn told(facts: &Facts, name: &str) -> Option<Told> {
        facts.told().find(|(field, _)| field.name == name).map(|(_, told)| told.clone())
    }

    fn arrangement(more: &str) -> Arrangement {
        read(&format!(r#"{{"hours":4,"start":"2026-11-23",{more}}}"#)).unwrap()
    }

    fn expert(more: &str) -> Expert {
        read(&format!(r#"{{"id":"e",{more}}}"#)).unwrap()
    }

    #[test]
    fn allowances_add_up_over_all_organisations() {
        let here = arrangement(r#""reward":{"kind":"allowance","amount":5}"#);
        let there = OtherWork { arrangement: arrangement(r#""end":"2027-12-31","reward":{"kind":"allowance","amount":2.5}"#) };
        let paid = OtherWork { arrangement: arrangement(r#""reward":{"kind":"paid","amount":20}"#) };
        let mut facts = Facts::default();
        facts.arrangement(&here, &expert(r#""commitments":[]"#), &[there, paid], Date::parse("2026-11-23").unwrap());
        // 2027 has 365 days of 4 hours a week at 5 euros, and as many at 2.50: 1 042.85 and 521.42.
        assert_eq!(told(&facts, fields::ARRANGEMENT_ALLOWANCE_PER_YEAR), Some(Told::Number(104_285 + 52_142)));
        // The longest months have 31 days: 88.57 and 44.28.
        assert_eq!(told(&facts, fields::ARRANGEMENT_ALLOWANCE_PER_MONTH), Some(Told::Number(8_857 + 4_428)));
        let silent = OtherWork { arrangement: arrangement(r#""reward":{"kind":"allowance"}"#) };
        let mut facts = Facts::default();
        facts.arrangement(&here, &expert(r#""commitments":[]"#), &[silent], Date::parse("2026-11-23").unwrap());
        assert_eq!(told(&facts, fields::ARRANGEMENT_ALLOWANCE_PER_YEAR), None);
        assert_eq!(told(&facts, fields::ARRANGEMENT_WEEK_HOURS), Some(Told::Number(800)));
    }

    #[test]
    fn a_mediator_is_told_what_is_disclosed_to_them_and_never_an_income() {
        let profile = r#""documents":["conduct_certificate"],"needs":["buddy"],"income":{"benefit":"social_assistance"},
            "disclosure":{"documents":"nobody","income":"mediator"}"#;
        let person = expert(profile);
        let of = |reader| {
            let mut facts = Facts::default();
            facts.person(&person, reader, &[], Date::parse("2026-11-23").unwrap());
            [fields::PERSON_DOCUMENTS, fields::PERSON_NEEDS, fields::PERSON_BENEFIT].map(|name| told(&facts, name).is_some())
        };
        assert_eq!(of(Reader::Own), [true, true, true]);
        assert_eq!(of(Reader::Mediator), [false, true, false]);
    }

    #[test]
    fn work_elsewhere_is_not_told_until_somebody_says() {
        let day = Date::parse("2026-11-23").unwrap();
        let of = |more: &str, others: &[OtherWork]| {
            let mut facts = Facts::default();
            facts.person(&expert(more), Reader::Mediator, others, day);
            [fields::PERSON_OTHER_HOURS, fields::PERSON_WORKS_ELSEWHERE].map(|name| told(&facts, name))
        };
        assert_eq!(of(r#""display_name":"Noor""#, &[]), [None, None]);
        assert_eq!(of(r#""commitments":[]"#, &[]), [Some(Told::Number(0)), Some(Told::YesNo(false))]);
        assert_eq!(of(r#""committed_hours":12"#, &[]), [Some(Told::Number(1_200)), Some(Told::YesNo(true))]);
    }
}
