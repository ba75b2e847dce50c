//! What can be wrong with something that was sent to us: every fault has a place, a code and a sentence in two languages.

use crate::languages::Language;
use crate::quantities::tenths;

/// One fault in something that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What is wrong.
    pub kind: FaultKind,
}

impl Fault {
    /// A fault at this place.
    pub fn new(pointer: impl Into<String>, kind: FaultKind) -> Self {
        Self { pointer: pointer.into(), kind }
    }

    /// The fault in one sentence.
    #[must_use]
    pub fn detail(&self, language: Language) -> String {
        self.kind.detail(language)
    }
}

/// The sorts of faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The text is no JSON; at this line and column (from 1).
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// The bytes are no UTF-8.
    NotUtf8,
    /// The JSON is nested deeper than anything we read.
    TooDeep {
        /// The deepest nesting that is read.
        most: usize,
    },
    /// A key that does not exist here.
    UnknownKey {
        /// The keys that do exist.
        known: &'static [&'static str],
    },
    /// A key that stands twice in one object.
    DuplicateKey,
    /// Something that must be given is not.
    Missing,
    /// Something of another type than asked.
    WrongType {
        /// The type that is asked.
        expected: &'static str,
        /// The type that was found.
        found: &'static str,
    },
    /// A number outside its range.
    OutOfRange {
        /// The lowest value.
        low: String,
        /// The highest value.
        high: String,
    },
    /// A number with more decimals than are kept.
    TooPrecise {
        /// How many decimals are kept.
        decimals: u32,
    },
    /// A text shorter than asked.
    TooShort {
        /// The fewest characters.
        least: usize,
    },
    /// A text longer than is kept.
    TooLong {
        /// The most characters.
        most: usize,
    },
    /// A list with fewer items than asked.
    TooFew {
        /// The fewest items.
        least: usize,
    },
    /// A list with more items than are kept.
    TooMany {
        /// The most items.
        most: usize,
    },
    /// A control character in a text.
    ControlCharacter,
    /// Not a value of a closed list.
    NotOneOf {
        /// The values that exist.
        allowed: Vec<String>,
    },
    /// Not a calendar date.
    NotADate,
    /// Not an instant in UTC.
    NotAnInstant,
    /// Not an e-mail address.
    NotAnAddress,
    /// An end that lies before its start.
    EndBeforeStart,
    /// A reference to something that does not exist.
    Dangling {
        /// The id that leads nowhere.
        id: String,
    },
    /// The same item twice where each may stand once.
    Duplicate {
        /// The item.
        id: String,
    },
    /// A concept that is its own ancestor.
    Cycle {
        /// The ids along the cycle, ending where it began.
        through: Vec<String>,
    },
    /// Something that is derived and therefore must not be given here.
    Derived,
    /// Every weight is zero.
    AllZero,
    /// Exactly one of these keys must be given.
    ExactlyOne {
        /// The keys to choose from.
        of: &'static [&'static str],
    },
    /// A table without the columns that are asked.
    Columns {
        /// The columns that are asked, in order.
        expected: String,
    },
    /// A table row with another number of cells than the header.
    Cells {
        /// How many the header has.
        expected: usize,
        /// How many the row has.
        found: usize,
    },
    /// A file that cannot be read.
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// A place that no table knows.
    UnknownPlace {
        /// The town or postcode.
        name: String,
    },
    /// A place that the tables know more than once.
    AmbiguousPlace {
        /// The town.
        name: String,
        /// The names that would be clear.
        candidates: Vec<String>,
    },
    /// A file that a command cannot do without.
    FileMissing,
    /// A file that is right, and that the store has no place for yet.
    NotKept,
    /// A file that has no meaning where it lies.
    UnknownFile,
    /// A table cell whose closing quote is not on the same line.
    UnclosedQuote,
    /// A code that was copied wrongly.
    Mistyped,
    /// A record that is kept already.
    Exists {
        /// Its id.
        id: String,
    },
    /// A state that only a yes to the arrangement as it stands can lead to.
    ApprovalMissing {
        /// Whose yes is missing.
        parties: Vec<&'static str>,
        /// The version of the arrangement.
        version: u32,
    },
    /// Two sides for which one person said yes.
    SamePerson,
    /// More hours in some week than somebody wants.
    HoursExceeded {
        /// The heaviest week, in tenths of an hour.
        heaviest: u32,
        /// What the person wants at most, in tenths of an hour.
        most: u32,
    },
    /// More people than a package has places.
    PlacesExceeded {
        /// How many places it has.
        places: u32,
        /// How many are taken.
        taken: u32,
    },
    /// A step that cannot come after the one before.
    DoesNotFollow,
    /// Something that follows from the rest, and is told otherwise.
    Expected {
        /// What follows.
        value: String,
    },
    /// Something told under a consent that was taken back.
    ConsentWithdrawn,
    /// Not a key: lower case letters, digits and underscores.
    NotAKey,
    /// A rule that would block on what somebody's income says.
    BlocksOnIncome,
    /// A rule that says it holds while nobody has read a source for it.
    NobodyRead,
    /// Not an expression of the Common Expression Language; at this line and column (from 1).
    NotAnExpression {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// An expression that asks more work than one may.
    TooIntricate,
    /// A name in an expression that does not exist.
    UnknownName {
        /// The name.
        name: String,
        /// The names that come nearest.
        known: Vec<String>,
    },
    /// An expression, or a part of one, that does not come to yes or no.
    NotYesOrNo,
    /// A document that a law asks, told as a diploma that an organisation asks of its own accord.
    AskedByLaw,
    /// A setting that another knob has.
    OfKnob {
        /// The knob that has it.
        knob: &'static str,
    },
    /// A version of a rule that holds on days on which another version holds.
    Overlaps {
        /// The number of the other version.
        number: u32,
        /// The first day on which both hold; `None`: both always did.
        from: Option<String>,
        /// The last day on which both hold; `None`: no end in sight.
        until: Option<String>,
    },
}

impl FaultKind {
    /// A short code for programs; it does not change between versions.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJson { .. } => "not_json",
            Self::NotUtf8 => "not_utf8",
            Self::TooDeep { .. } => "too_deep",
            Self::UnknownKey { .. } => "unknown_key",
            Self::DuplicateKey => "duplicate_key",
            Self::Missing => "missing",
            Self::WrongType { .. } => "wrong_type",
            Self::OutOfRange { .. } => "out_of_range",
            Self::TooPrecise { .. } => "too_precise",
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::TooFew { .. } => "too_few",
            Self::TooMany { .. } => "too_many",
            Self::ControlCharacter => "control_character",
            Self::NotOneOf { .. } => "not_one_of",
            Self::NotADate => "not_a_date",
            Self::NotAnInstant => "not_an_instant",
            Self::NotAnAddress => "not_an_address",
            Self::EndBeforeStart => "end_before_start",
            Self::Dangling { .. } => "dangling",
            Self::Duplicate { .. } => "duplicate",
            Self::Cycle { .. } => "cycle",
            Self::Derived => "derived",
            Self::AllZero => "all_zero",
            Self::ExactlyOne { .. } => "exactly_one",
            Self::Columns { .. } => "columns",
            Self::Cells { .. } => "cells",
            Self::Unreadable { .. } => "unreadable",
            Self::UnknownPlace { .. } => "unknown_place",
            Self::AmbiguousPlace { .. } => "ambiguous_place",
            Self::FileMissing => "file_missing",
            Self::NotKept => "not_kept",
            Self::UnknownFile => "unknown_file",
            Self::UnclosedQuote => "unclosed_quote",
            Self::Mistyped => "mistyped",
            Self::Exists { .. } => "exists",
            Self::ApprovalMissing { .. } => "approval_missing",
            Self::SamePerson => "same_person",
            Self::HoursExceeded { .. } => "hours_exceeded",
            Self::PlacesExceeded { .. } => "places_exceeded",
            Self::DoesNotFollow => "does_not_follow",
            Self::Expected { .. } => "expected",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::NotAKey => "not_a_key",
            Self::BlocksOnIncome => "blocks_on_income",
            Self::NobodyRead => "nobody_read",
            Self::NotAnExpression { .. } => "not_an_expression",
            Self::TooIntricate => "too_intricate",
            Self::UnknownName { .. } => "unknown_name",
            Self::NotYesOrNo => "not_yes_or_no",
            Self::AskedByLaw => "asked_by_law",
            Self::OfKnob { .. } => "of_knob",
            Self::Overlaps { .. } => "overlaps",
        }
    }

    /// The fault in one sentence that says what to do.
    #[must_use]
    pub fn detail(&self, language: Language) -> String {
        match language {
            Language::Nl => self.dutch(),
            Language::En => self.english(),
        }
    }

    fn dutch(&self) -> String {
        match self {
            Self::NotJson { line, column } => format!("Dit is geen geldige JSON: kijk bij regel {line}, teken {column}."),
            Self::NotUtf8 => "De tekst is geen geldige UTF-8.".into(),
            Self::TooDeep { most } => format!("De JSON is te diep genest: hooguit {most} niveaus."),
            Self::UnknownKey { known: [] } => "Deze sleutel bestaat hier niet.".into(),
            Self::UnknownKey { known } => format!("Deze sleutel bestaat hier niet. Wel: {}.", known.join(", ")),
            Self::DuplicateKey => "Deze sleutel staat er twee keer.".into(),
            Self::Missing => "Dit moet je invullen.".into(),
            Self::WrongType { expected, found } => format!("Hier hoort {}, geen {}.", dutch_type(expected), dutch_type_bare(found)),
            Self::OutOfRange { low, high } => format!("Het getal moet tussen {low} en {high} liggen."),
            Self::TooPrecise { decimals: 0 } => "Het getal moet een heel getal zijn.".into(),
            Self::TooPrecise { decimals } => format!("Het getal mag hooguit {decimals} cijfer(s) achter de komma hebben."),
            Self::TooShort { least } => format!("De tekst is te kort: minstens {least} teken(s)."),
            Self::TooLong { most } => format!("De tekst is te lang: hooguit {most} tekens."),
            Self::TooFew { least } => format!("De lijst is te kort: minstens {least}."),
            Self::TooMany { most } => format!("De lijst is te lang: hooguit {most}."),
            Self::ControlCharacter => "In deze tekst staat een stuurteken. Haal het weg.".into(),
            Self::NotOneOf { allowed } => format!("Deze waarde bestaat niet. Kies uit: {}.", allowed.join(", ")),
            Self::NotADate => "Dit is geen datum. Schrijf een datum als 2026-11-23.".into(),
            Self::NotAnInstant => "Dit is geen tijdstip. Schrijf een tijdstip als 2026-11-23T09:30:00Z.".into(),
            Self::NotAnAddress => "Dit is geen e-mailadres.".into(),
            Self::EndBeforeStart => "Het einde ligt voor het begin.".into(),
            Self::Dangling { id } => format!("'{id}' bestaat niet."),
            Self::Duplicate { id } => format!("'{id}' staat er twee keer."),
            Self::Cycle { through } => format!("Deze begrippen staan in een kring: {}.", through.join(" > ")),
            Self::Derived => "Dit wordt uitgerekend. Laat het hier weg.".into(),
            Self::AllZero => "Alle gewichten zijn nul. Zet er minstens één hoger.".into(),
            Self::ExactlyOne { of } => format!("Geef precies één van deze: {}.", of.join(", ")),
            Self::Columns { expected } => format!("De eerste regel moet deze kolommen hebben: {expected}."),
            Self::Cells { expected, found } => format!("Deze regel heeft {found} cellen. Het moeten er {expected} zijn."),
            Self::Unreadable { reason } => format!("Dit bestand is niet te lezen: {reason}."),
            Self::UnknownPlace { name } if is_postcode(name) => {
                format!(
                    "We kennen de postcode {name} niet. Geef een tabel met postcodes: zie 'raakvlak places import', of --postcodes bij 'match'."
                )
            }
            Self::UnknownPlace { name } => format!("We kennen de plaats '{name}' niet."),
            Self::AmbiguousPlace { name, candidates } => {
                format!("'{name}' kan meer plaatsen zijn. Kies er een: {}.", candidates.join(", "))
            }
            Self::FileMissing => "Dit bestand ontbreekt.".into(),
            Self::NotKept => "Dit bestand kunnen we nog niet bewaren. Haal het uit de map; dan kan de rest naar binnen.".into(),
            Self::UnknownFile => "Dit bestand hoort hier niet. Haal het weg of geef het de goede naam.".into(),
            Self::UnclosedQuote => "Een aanhalingsteken wordt op deze regel niet gesloten.".into(),
            Self::Mistyped => "Er zit een typfout in deze code. Kijk nog eens goed.".into(),
            Self::Exists { id } => format!("'{id}' is er al."),
            Self::ApprovalMissing { parties, version } => {
                format!("Hiervoor is een ja nodig op versie {version} van de afspraak. Dat ontbreekt van: {}.", parties.join(", "))
            }
            Self::SamePerson => "Een persoon zegt hier ja voor twee kanten. Dat kan niet.".into(),
            Self::HoursExceeded { heaviest, most } => {
                format!("In een van de weken is er {} uur werk. Deze persoon wil hooguit {} uur.", tenths(*heaviest), tenths(*most))
            }
            Self::PlacesExceeded { places, taken } => format!("Dit pakket heeft {places} plek(ken), en er zijn er {taken} bezet."),
            Self::DoesNotFollow => "Deze stap kan niet na de vorige komen.".into(),
            Self::Expected { value } => format!("Uit de rest volgt dat hier {value} staat."),
            Self::ConsentWithdrawn => "De toestemming hiervoor is ingetrokken. Haal het weg.".into(),
            Self::NotAKey => "Gebruik hier alleen kleine letters, cijfers en lage streepjes. Begin met een letter.".into(),
            Self::BlocksOnIncome => "Een regel over iemands inkomen mag niets tegenhouden. Kies een ander gevolg.".into(),
            Self::NobodyRead => "Niemand heeft een bron gelezen. Noem een bron met een leesdatum, of zet de status op 'to_check'.".into(),
            Self::NotAnExpression { line, column } => format!("Dit is geen geldige CEL-voorwaarde: kijk bij regel {line}, teken {column}."),
            Self::TooIntricate => "Deze voorwaarde is te ingewikkeld. Maak er meer regels van.".into(),
            Self::UnknownName { name, known } if known.is_empty() => format!("We kennen '{name}' niet."),
            Self::UnknownName { name, known } => format!("We kennen '{name}' niet. Bedoel je: {}?", known.join(", ")),
            Self::NotYesOrNo => "Op deze voorwaarde past geen ja of nee. Vergelijk getallen met getallen en tekst met tekst.".into(),
            Self::AskedByLaw => "Dit document vraagt de wet. Het is dus geen diploma dat je zelf vraagt.".into(),
            Self::OfKnob { knob } => format!("Dit stel je in met een andere knop: '{knob}'. Laat het hier weg."),
            Self::Overlaps { number, from, until } => {
                let (from, until) = (from.as_deref().unwrap_or("altijd"), until.as_deref().unwrap_or("altijd"));
                format!("Versie {number} van deze regel geldt dan ook: van {from} tot en met {until}. Laat die eerst eindigen.")
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Self::NotJson { line, column } => format!("This is not valid JSON: look at line {line}, column {column}."),
            Self::NotUtf8 => "The text is not valid UTF-8.".into(),
            Self::TooDeep { most } => format!("The JSON is nested too deeply: at most {most} levels."),
            Self::UnknownKey { known: [] } => "This key does not exist here.".into(),
            Self::UnknownKey { known } => format!("This key does not exist here. These do: {}.", known.join(", ")),
            Self::DuplicateKey => "This key stands here twice.".into(),
            Self::Missing => "This must be given.".into(),
            Self::WrongType { expected, found } => format!("This must be {expected}, not {found}."),
            Self::OutOfRange { low, high } => format!("The number must lie between {low} and {high}."),
            Self::TooPrecise { decimals: 0 } => "The number must be whole.".into(),
            Self::TooPrecise { decimals } => format!("The number may have at most {decimals} decimal(s)."),
            Self::TooShort { least } => format!("The text is too short: at least {least} character(s)."),
            Self::TooLong { most } => format!("The text is too long: at most {most} characters."),
            Self::TooFew { least } => format!("The list is too short: at least {least}."),
            Self::TooMany { most } => format!("The list is too long: at most {most}."),
            Self::ControlCharacter => "This text holds a control character. Take it out.".into(),
            Self::NotOneOf { allowed } => format!("This value does not exist. Choose from: {}.", allowed.join(", ")),
            Self::NotADate => "This is not a date. Write a date like 2026-11-23.".into(),
            Self::NotAnInstant => "This is not an instant. Write an instant like 2026-11-23T09:30:00Z.".into(),
            Self::NotAnAddress => "This is not an e-mail address.".into(),
            Self::EndBeforeStart => "The end lies before the start.".into(),
            Self::Dangling { id } => format!("'{id}' does not exist."),
            Self::Duplicate { id } => format!("'{id}' stands here twice."),
            Self::Cycle { through } => format!("These concepts form a cycle: {}.", through.join(" > ")),
            Self::Derived => "This is derived. Leave it out here.".into(),
            Self::AllZero => "Every weight is zero. Raise at least one.".into(),
            Self::ExactlyOne { of } => format!("Give exactly one of these: {}.", of.join(", ")),
            Self::Columns { expected } => format!("The first line must have these columns: {expected}."),
            Self::Cells { expected, found } => format!("This line has {found} cells; it must have {expected}."),
            Self::Unreadable { reason } => format!("This file cannot be read: {reason}."),
            Self::UnknownPlace { name } if is_postcode(name) => {
                format!(
                    "We do not know the postcode {name}. Give a table of postcodes: see 'raakvlak places import', or --postcodes with 'match'."
                )
            }
            Self::UnknownPlace { name } => format!("We do not know the place '{name}'."),
            Self::AmbiguousPlace { name, candidates } => format!("'{name}' can be several places. Choose one: {}.", candidates.join(", ")),
            Self::FileMissing => "This file is missing.".into(),
            Self::NotKept => "We cannot keep this file yet. Take it out of the folder; then the rest can come in.".into(),
            Self::UnknownFile => "This file does not belong here. Take it away or give it the right name.".into(),
            Self::UnclosedQuote => "A quote is not closed on this line.".into(),
            Self::Mistyped => "There is a typing error in this code. Please look again.".into(),
            Self::Exists { id } => format!("'{id}' exists already."),
            Self::ApprovalMissing { parties, version } => {
                format!("This needs a yes to version {version} of the arrangement, which is missing of: {}.", parties.join(", "))
            }
            Self::SamePerson => "One person says yes for two sides here. That cannot be.".into(),
            Self::HoursExceeded { heaviest, most } => {
                format!("In one of the weeks there are {} hours of work. This person wants {} at most.", tenths(*heaviest), tenths(*most))
            }
            Self::PlacesExceeded { places, taken } => format!("This package has {places} place(s), and {taken} of them are taken."),
            Self::DoesNotFollow => "This step cannot come after the one before.".into(),
            Self::Expected { value } => format!("From the rest it follows that this is {value}."),
            Self::ConsentWithdrawn => "The consent for this was taken back. Take it out.".into(),
            Self::NotAKey => "Use lower case letters, digits and underscores here. Begin with a letter.".into(),
            Self::BlocksOnIncome => "A rule on somebody's income may block nothing. Choose another effect.".into(),
            Self::NobodyRead => {
                "Nobody has read a source. Name one with the day on which it was read, or set the status to 'to_check'.".into()
            }
            Self::NotAnExpression { line, column } => format!("This is not a valid CEL condition: look at line {line}, column {column}."),
            Self::TooIntricate => "This condition is too intricate. Make several rules of it.".into(),
            Self::UnknownName { name, known } if known.is_empty() => format!("We do not know '{name}'."),
            Self::UnknownName { name, known } => format!("We do not know '{name}'. Do you mean: {}?", known.join(", ")),
            Self::NotYesOrNo => "This condition does not come to yes or no. Compare numbers with numbers and text with text.".into(),
            Self::AskedByLaw => "The law asks this document. So it is no diploma that you ask of your own accord.".into(),
            Self::OfKnob { knob } => format!("This is set with another knob: '{knob}'. Leave it out here."),
            Self::Overlaps { number, from, until } => {
                let (from, until) = (from.as_deref().unwrap_or("always"), until.as_deref().unwrap_or("always"));
                format!("Version {number} of this rule holds then as well: from {from} up to {until}. Let that one end first.")
            }
        }
    }
}

fn is_postcode(name: &str) -> bool {
    name.len() == 4 && name.bytes().all(|byte| byte.is_ascii_digit())
}

fn dutch_type(name: &str) -> String {
    match name {
        "an object" => "een object".into(),
        other => format!("een {}", dutch_type_bare(other)),
    }
}

fn dutch_type_bare(name: &str) -> &str {
    match name {
        "an object" => "object",
        "a list" => "lijst",
        "a text" => "tekst",
        "a number" => "getal",
        "a whole number" => "heel getal",
        "true or false" => "ja/nee-waarde (true of false)",
        "null" => "lege waarde (null)",
        other => other,
    }
}
