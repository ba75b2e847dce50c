//! The fields that a rule may name: one list, from which names are checked, cases are filled and questions are put.

use raakvlak_domain::experts::FieldGroup;
use serde::Serialize;
use utoipa::ToSchema;

/// What kind of value a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `true` or `false`.
    YesNo,
    /// A number.
    Number,
    /// A text: a word of a vocabulary, or a day as 2026-11-23, which can be compared with `<`.
    Text,
    /// A list of texts.
    Texts,
}

/// A field that a rule may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RuleField)]
pub struct Field {
    /// Its name, as in `work.hours_max`.
    #[schema(example = "work.hours_max")]
    pub name: &'static str,
    /// What kind of value it has.
    pub kind: Kind,
    /// The group of the profile that it belongs to; none for what belongs to the work, the arrangement, or what is not disclosed by group.
    #[schema(value_type = Option<FieldGroup>)]
    pub group: Option<FieldGroup>,
    /// What to ask when it is not told, in plain Dutch.
    pub ask_nl: &'static str,
    /// The same in English.
    pub ask_en: &'static str,
}

const fn field(name: &'static str, kind: Kind, ask_nl: &'static str, ask_en: &'static str) -> Field {
    Field { name, kind, group: None, ask_nl, ask_en }
}

const fn of_person(name: &'static str, kind: Kind, group: Option<FieldGroup>, ask_nl: &'static str, ask_en: &'static str) -> Field {
    Field { name, kind, group, ask_nl, ask_en }
}

/// The names of the fields, for what fills them.
macro_rules! names {
    ($($name:ident = $text:literal,)+) => {
        $(pub(crate) const $name: &str = $text;)+
    };
}

names! {
    TODAY = "today",
    WORK_FORM = "work.form",
    WORK_ORGANISATION_KIND = "work.organisation_kind",
    WORK_PROGRAMME = "work.programme",
    WORK_REWARD = "work.reward",
    WORK_REWARD_PER_HOUR = "work.reward_per_hour",
    WORK_HOURS_MIN = "work.hours_min",
    WORK_HOURS_MAX = "work.hours_max",
    WORK_REMOTE = "work.remote",
    WORK_CALL_UP = "work.call_up",
    WORK_START = "work.start",
    WORK_HAS_END = "work.has_end",
    WORK_DAYS = "work.days",
    WORK_ACTIVITIES = "work.activities",
    WORK_CONDITIONS = "work.conditions",
    WORK_ADAPTATIONS = "work.adaptations",
    WORK_DAYPARTS = "work.dayparts",
    WORK_DOCUMENTS = "work.documents",
    WORK_GUIDANCE_HOURS = "work.guidance_hours",
    PERSON_DOCUMENTS = "person.documents",
    PERSON_LANGUAGES = "person.languages",
    PERSON_WORK_FORMS = "person.work_forms",
    PERSON_PROGRAMMES = "person.programmes",
    PERSON_AVAILABILITY = "person.availability",
    PERSON_HOURS_MIN = "person.hours_min",
    PERSON_HOURS_MAX = "person.hours_max",
    PERSON_OTHER_HOURS = "person.other_hours",
    PERSON_WORKS_ELSEWHERE = "person.works_elsewhere",
    PERSON_DAYS_ASIDE = "person.days_aside",
    PERSON_NEEDS = "person.needs",
    PERSON_BENEFIT = "person.benefit",
    ARRANGEMENT_HOURS = "arrangement.hours",
    ARRANGEMENT_WEEK_HOURS = "arrangement.week_hours",
    ARRANGEMENT_DAYPARTS = "arrangement.dayparts",
    ARRANGEMENT_START = "arrangement.start",
    ARRANGEMENT_HAS_END = "arrangement.has_end",
    ARRANGEMENT_DAYS = "arrangement.days",
    ARRANGEMENT_REWARD = "arrangement.reward",
    ARRANGEMENT_REWARD_PER_HOUR = "arrangement.reward_per_hour",
    ARRANGEMENT_ALLOWANCE_PER_MONTH = "arrangement.allowance_per_month",
    ARRANGEMENT_ALLOWANCE_PER_YEAR = "arrangement.allowance_per_year",
    ARRANGEMENT_GUIDANCE_HOURS = "arrangement.guidance_hours",
    ARRANGEMENT_ADAPTATIONS = "arrangement.adaptations",
    ARRANGEMENT_INSTRUMENTS = "arrangement.instruments",
}

/// Every field, in the order in which they are shown.
pub const FIELDS: &[Field] = &[
    field(TODAY, Kind::Text, "Voor welke dag geldt dit?", "For which day does this hold?"),
    field(WORK_FORM, Kind::Text, "Welke vorm van werk is het?", "Which form of work is it?"),
    field(WORK_ORGANISATION_KIND, Kind::Text, "Wat voor organisatie is het?", "What kind of organisation is it?"),
    field(WORK_PROGRAMME, Kind::Text, "Bij welk initiatief hoort het werk?", "To which programme does the work belong?"),
    field(
        WORK_REWARD,
        Kind::Text,
        "Wat krijg je voor het werk: loon, een vergoeding of niets?",
        "What does one get: a wage, an allowance or nothing?",
    ),
    field(WORK_REWARD_PER_HOUR, Kind::Number, "Hoeveel euro per uur?", "How many euros an hour?"),
    field(WORK_HOURS_MIN, Kind::Number, "Hoeveel uur per week is het minstens?", "How many hours a week at least?"),
    field(WORK_HOURS_MAX, Kind::Number, "Hoeveel uur per week is het hooguit?", "How many hours a week at most?"),
    field(WORK_REMOTE, Kind::Text, "Kan het werk op afstand?", "Can the work be done from elsewhere?"),
    field(WORK_CALL_UP, Kind::YesNo, "Worden mensen voor dit werk opgeroepen?", "Are people called up for this work?"),
    field(WORK_START, Kind::Text, "Wanneer begint het werk?", "When does the work begin?"),
    field(WORK_HAS_END, Kind::YesNo, "Houdt het werk een keer op?", "Does the work have an end?"),
    field(WORK_DAYS, Kind::Number, "Hoeveel dagen duurt het werk?", "How many days does the work last?"),
    field(WORK_ACTIVITIES, Kind::Texts, "Uit welke bezigheden bestaat het werk?", "Of which activities does the work consist?"),
    field(WORK_CONDITIONS, Kind::Texts, "Onder welke omstandigheden is het werk?", "Under which conditions is the work done?"),
    field(WORK_ADAPTATIONS, Kind::Texts, "Welke aanpassingen zijn er?", "Which adaptations are on offer?"),
    field(WORK_DAYPARTS, Kind::Texts, "Op welke dagdelen is het werk?", "On which dayparts is the work done?"),
    field(WORK_DOCUMENTS, Kind::Texts, "Welke documenten vraagt het werk?", "Which documents does the work ask for?"),
    field(WORK_GUIDANCE_HOURS, Kind::Number, "Hoeveel uur begeleiding per week is er?", "How many hours of guidance a week are there?"),
    of_person(
        PERSON_DOCUMENTS,
        Kind::Texts,
        Some(FieldGroup::Documents),
        "Welke documenten heeft deze persoon?",
        "Which documents does this person have?",
    ),
    of_person(PERSON_LANGUAGES, Kind::Texts, None, "Welke talen spreekt deze persoon?", "Which languages does this person speak?"),
    of_person(
        PERSON_WORK_FORMS,
        Kind::Texts,
        None,
        "Welke vormen van werk wil deze persoon?",
        "Which forms of work does this person accept?",
    ),
    of_person(
        PERSON_PROGRAMMES,
        Kind::Texts,
        None,
        "Aan welke initiatieven doet deze persoon mee?",
        "Which programmes did this person join?",
    ),
    of_person(PERSON_AVAILABILITY, Kind::Text, None, "Kan deze persoon nu gevraagd worden?", "Can this person be asked now?"),
    of_person(
        PERSON_HOURS_MIN,
        Kind::Number,
        None,
        "Hoeveel uur wil deze persoon minstens werken?",
        "How many hours does this person want at least?",
    ),
    of_person(
        PERSON_HOURS_MAX,
        Kind::Number,
        None,
        "Hoeveel uur wil deze persoon hooguit werken?",
        "How many hours does this person want at most?",
    ),
    of_person(
        PERSON_OTHER_HOURS,
        Kind::Number,
        None,
        "Hoeveel uur per week werkt deze persoon al?",
        "How many hours a week does this person work already?",
    ),
    of_person(PERSON_WORKS_ELSEWHERE, Kind::YesNo, None, "Werkt deze persoon ook ergens anders?", "Does this person also work elsewhere?"),
    of_person(
        PERSON_DAYS_ASIDE,
        Kind::Number,
        None,
        "Hoe lang staat deze persoon al aan de kant?",
        "How long has this person been kept aside?",
    ),
    of_person(
        PERSON_NEEDS,
        Kind::Texts,
        Some(FieldGroup::Limits),
        "Welke aanpassingen heeft deze persoon nodig?",
        "Which adaptations does this person need?",
    ),
    of_person(PERSON_BENEFIT, Kind::Text, Some(FieldGroup::Income), "Welke uitkering heb je?", "Which benefit do you have?"),
    field(ARRANGEMENT_HOURS, Kind::Number, "Hoeveel uur per week spreek je af?", "How many hours a week do you arrange?"),
    field(
        ARRANGEMENT_WEEK_HOURS,
        Kind::Number,
        "Hoeveel uur per week wordt al het werk samen?",
        "How many hours a week does all work come to?",
    ),
    field(ARRANGEMENT_DAYPARTS, Kind::Texts, "Op welke dagdelen spreek je af?", "On which dayparts do you arrange it?"),
    field(ARRANGEMENT_START, Kind::Text, "Op welke dag begint het?", "On which day does it begin?"),
    field(ARRANGEMENT_HAS_END, Kind::YesNo, "Spreek je een einddatum af?", "Do you arrange an end?"),
    field(ARRANGEMENT_DAYS, Kind::Number, "Hoeveel dagen duurt de afspraak?", "How many days does the arrangement last?"),
    field(
        ARRANGEMENT_REWARD,
        Kind::Text,
        "Wat krijgt deze persoon: loon, een vergoeding of niets?",
        "What does this person get: a wage, an allowance or nothing?",
    ),
    field(ARRANGEMENT_REWARD_PER_HOUR, Kind::Number, "Hoeveel euro per uur spreek je af?", "How many euros an hour do you arrange?"),
    field(
        ARRANGEMENT_ALLOWANCE_PER_MONTH,
        Kind::Number,
        "Hoeveel vergoeding per maand is het, bij alle organisaties samen?",
        "How much allowance a month is it, over all organisations?",
    ),
    field(
        ARRANGEMENT_ALLOWANCE_PER_YEAR,
        Kind::Number,
        "Hoeveel vergoeding per jaar is het, bij alle organisaties samen?",
        "How much allowance a year is it, over all organisations?",
    ),
    field(
        ARRANGEMENT_GUIDANCE_HOURS,
        Kind::Number,
        "Hoeveel uur begeleiding per week spreek je af?",
        "How many hours of guidance a week do you arrange?",
    ),
    field(ARRANGEMENT_ADAPTATIONS, Kind::Texts, "Welke aanpassingen spreek je af?", "Which adaptations do you arrange?"),
    field(ARRANGEMENT_INSTRUMENTS, Kind::Texts, "Welke regelingen gebruik je?", "Which support measures do you use?"),
];

/// The roots under which names stand, beside [`TODAY`] and the answers.
pub(crate) const ROOTS: [&str; 3] = ["work", "person", "arrangement"];

/// The root of what a rule asks people.
pub(crate) const ANSWERS: &str = "answers";

/// Where a field stands in [`FIELDS`].
pub(crate) fn position(name: &str) -> Option<usize> {
    FIELDS.iter().position(|field| field.name == name)
}

/// The field at a place in [`FIELDS`].
pub(crate) fn at(position: usize) -> Option<&'static Field> {
    FIELDS.get(position)
}

/// Whether the field at a place in [`FIELDS`] has this name.
pub(crate) fn is(position: usize, name: &str) -> bool {
    at(position).is_some_and(|field| field.name == name)
}

/// Whether a field is about the person.
pub(crate) fn is_of_person(position: usize) -> bool {
    at(position).is_some_and(|field| field.name.starts_with("person."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once_and_under_a_root() {
        for (place, field) in FIELDS.iter().enumerate() {
            assert_eq!(position(field.name), Some(place), "{}", field.name);
            let root = field.name.split('.').next().unwrap();
            assert!(field.name == TODAY || ROOTS.contains(&root), "{}", field.name);
            assert!(field.ask_nl.ends_with('?') && field.ask_en.ends_with('?'), "{}", field.name);
        }
    }
}
