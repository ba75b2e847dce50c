//! Everything that can go wrong at the desk: one closed list, each with a public text in two languages and an internal one for the log.

use raakvlak_domain::faults::Fault;
use raakvlak_domain::identifiers::RuleId;
use raakvlak_domain::languages::Language;
use raakvlak_domain::matches::{MatchState, Verb};
use raakvlak_domain::packages::PackageState;
use raakvlak_domain::quantities::tenths;
use raakvlak_domain::rules::InBoth;

/// What went wrong. Someone who may not know that a thing exists is told [`Error::NotFound`], exactly as for a thing that does not exist.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or none that this actor may know of.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in, or the sign-in ran out.
    #[error("not signed in")]
    NotSignedIn,
    /// The actor may know of the thing but may not do this.
    #[error("not allowed")]
    NotAllowed,
    /// The update was built on an old version; this is the current one.
    #[error("stale: the current version is {current}")]
    Stale {
        /// The version that holds now.
        current: i64,
    },
    /// What was sent is not right; every fault at once.
    #[error("{} fault(s)", .0.len())]
    Invalid(Vec<Fault>),
    /// It cannot be done in the present state of things.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// Rules hold it back.
    #[error("{} rule(s) hold it back", .0.len())]
    RuleBlocks(Vec<Blocking>),
    /// Too much was asked in too short a time.
    #[error("too many: try again in {retry_after} s")]
    TooMany {
        /// After how many seconds it can be tried again.
        retry_after: u32,
    },
    /// The store cannot be reached just now.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Something of ours broke; the text is for the log alone.
    #[error("internal: {0}")]
    Internal(String),
}

/// A rule that holds something back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocking {
    /// The rule.
    pub rule: RuleId,
    /// What it is called.
    pub title: InBoth,
    /// Who decides about it.
    pub decided_by: InBoth,
}

impl Blocking {
    /// What a person is told.
    #[must_use]
    pub fn detail(&self, language: Language) -> String {
        match language {
            Language::Nl => format!("{}: dit kan zo niet. Hierover beslist: {}.", self.title.nl, self.decided_by.nl),
            Language::En => format!("{}: this cannot be done like this. Who decides: {}.", self.title.en, self.decided_by.en),
        }
    }
}

/// Why something cannot be done in the present state of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The verb cannot be used in this state.
    Transition {
        /// Where the match stands.
        state: MatchState,
        /// What was asked.
        verb: Verb,
    },
    /// The arrangement was changed since; a yes to another version does not count.
    ArrangementChanged {
        /// The version that holds now.
        current: u32,
    },
    /// A yes is missing on the arrangement version that holds.
    ApprovalMissing,
    /// Some week's hours would exceed what the person wants.
    Hours {
        /// The heaviest week, in tenths of an hour.
        heaviest: u32,
        /// What the person wants at most, in tenths of an hour.
        most: u32,
    },
    /// Every place of the package is taken.
    Capacity,
    /// The package is not open to matches.
    PackageNotOpen,
    /// The package cannot be moved from where it stands.
    PackageState {
        /// Where it stands.
        state: PackageState,
    },
    /// The person did not say yes to being matched, or paused.
    NotAvailable,
    /// Before a first offer the person answers more questions, says the threshold knob.
    QuestionsFirst {
        /// How many they answered.
        told: u32,
        /// How many it takes.
        least: u32,
    },
    /// There is already an open match between this person and this package.
    AlreadyMatched,
    /// The deciding mediator has an interest in one of the sides.
    Interest,
    /// The same key was used for another request.
    IdempotencyKeyReused,
    /// The deadline has passed.
    DeadlinePassed,
    /// Something with this name or address exists already.
    Exists,
    /// A gate shuts for this person on this package now.
    GateShut,
    /// This request was carried out before, and its answer was lost.
    AlreadyDone,
    /// Another process has this database open: only the command line can meet this.
    InUse,
    /// There is no database to look at: only the command line can meet this.
    NoDatabase,
    /// An import or export is running; there is one at a time.
    Busy,
    /// The last thing that happened to a to-do was no handing over.
    NotHandedOver,
}

impl Conflict {
    /// A short code for programs; it does not change between versions.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Transition { .. } => "transition",
            Self::ArrangementChanged { .. } => "arrangement_changed",
            Self::ApprovalMissing => "approval_missing",
            Self::Hours { .. } => "hours",
            Self::Capacity => "capacity",
            Self::PackageNotOpen => "package_not_open",
            Self::PackageState { .. } => "package_state",
            Self::NotAvailable => "not_available",
            Self::QuestionsFirst { .. } => "questions_first",
            Self::AlreadyMatched => "already_matched",
            Self::Interest => "interest",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::DeadlinePassed => "deadline_passed",
            Self::Exists => "exists",
            Self::GateShut => "gate_shut",
            Self::AlreadyDone => "already_done",
            Self::InUse => "in_use",
            Self::NoDatabase => "no_database",
            Self::Busy => "busy",
            Self::NotHandedOver => "not_handed_over",
        }
    }

    /// What a person is told, and what to do next.
    #[must_use]
    pub fn detail(&self, language: Language) -> String {
        match language {
            Language::Nl => self.dutch(),
            Language::En => self.english(),
        }
    }

    fn dutch(&self) -> String {
        match self {
            Self::Transition { state, verb } => format!("Dit kan nu niet: '{verb}' past niet bij de stand '{state}'."),
            Self::ArrangementChanged { current } => {
                format!("De afspraak is intussen veranderd. Lees versie {current} en zeg dan opnieuw ja.")
            }
            Self::ApprovalMissing => "Nog niet iedereen heeft ja gezegd tegen deze versie van de afspraak.".into(),
            Self::Hours { heaviest, most } => {
                format!("In een van de weken wordt dit {} uur. Deze persoon wil hooguit {} uur.", tenths(*heaviest), tenths(*most))
            }
            Self::Capacity => "Alle plekken van dit pakket zijn bezet.".into(),
            Self::PackageNotOpen => "Dit pakket staat nu niet open.".into(),
            Self::PackageState { state } => format!("Dit kan nu niet: het pakket heeft de stand '{state}'."),
            Self::NotAvailable => "Deze persoon wil nu geen nieuw werk. Vraag het eerst.".into(),
            Self::QuestionsFirst { told, least } => {
                format!(
                    "Deze persoon vertelde {told} dingen, en voor een eerste aanbod zijn het er hier {least}. Vraag eerst wat nog ontbreekt."
                )
            }
            Self::AlreadyMatched => "Deze persoon en dit pakket hebben al een lopende match.".into(),
            Self::Interest => "Je hebt zelf een belang bij deze match. Laat een andere bemiddelaar beslissen.".into(),
            Self::IdempotencyKeyReused => "Deze Idempotency-Key is al gebruikt voor een ander verzoek. Kies een nieuwe.".into(),
            Self::DeadlinePassed => "De tijd om te antwoorden is voorbij. Vraag de bemiddelaar om een nieuw aanbod.".into(),
            Self::Exists => "Dit bestaat al.".into(),
            Self::GateShut => "Een grens van deze persoon past nu niet bij dit werk.".into(),
            Self::AlreadyDone => "Dit is al gedaan. Kijk hoe het er nu voor staat.".into(),
            Self::InUse => {
                "Deze database is in gebruik: de dienst draait. Stop de dienst en probeer het opnieuw, of doe dit via de API.".into()
            }
            Self::NoDatabase => {
                "Hier is nog geen database. Wijs de goede aan met --data-dir of --database-url, of maak er een met `raakvlak serve`.".into()
            }
            Self::Busy => "Er loopt al een import of export. Wacht tot die klaar is.".into(),
            Self::NotHandedOver => "Er is niets om terug te draaien: dit is niet als laatste overgedragen. Draag het zelf over.".into(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Transition { state, verb } => format!("This cannot be done now: '{verb}' does not go with the state '{state}'."),
            Self::ArrangementChanged { current } => format!("The arrangement has changed. Read version {current} and say yes again."),
            Self::ApprovalMissing => "Not everyone has said yes to this version of the arrangement.".into(),
            Self::Hours { heaviest, most } => {
                format!("In one of the weeks this comes to {} hours. This person wants {} at most.", tenths(*heaviest), tenths(*most))
            }
            Self::Capacity => "Every place of this package is taken.".into(),
            Self::PackageNotOpen => "This package is not open now.".into(),
            Self::PackageState { state } => format!("This cannot be done now: the package stands at '{state}'."),
            Self::NotAvailable => "This person does not want new work now. Ask first.".into(),
            Self::QuestionsFirst { told, least } => {
                format!("This person told {told} things, and before a first offer it takes {least} here. Ask first what is not told yet.")
            }
            Self::AlreadyMatched => "This person and this package already have an open match.".into(),
            Self::Interest => "You have an interest in this match. Let another mediator decide.".into(),
            Self::IdempotencyKeyReused => "This Idempotency-Key was used for another request. Choose a new one.".into(),
            Self::DeadlinePassed => "The time to answer has passed. Ask the mediator for a new offer.".into(),
            Self::Exists => "This exists already.".into(),
            Self::GateShut => "A limit of this person does not go with this work now.".into(),
            Self::AlreadyDone => "This was done already. Look at how it stands now.".into(),
            Self::InUse => "This database is in use: the service runs. Stop the service and try again, or do this through the API.".into(),
            Self::NoDatabase => {
                "There is no database here yet. Name the right one with --data-dir or --database-url, or make one with `raakvlak serve`."
                    .into()
            }
            Self::Busy => "An import or export is running. Wait until it is done.".into(),
            Self::NotHandedOver => {
                "There is nothing to undo: the last thing that happened here was no handing over. Hand it over yourself.".into()
            }
        }
    }
}

impl From<raakvlak_store::StoreError> for Error {
    fn from(error: raakvlak_store::StoreError) -> Self {
        use raakvlak_store::StoreError as Store;
        use raakvlak_store::keys::KeyError;
        match error {
            Store::NotFound | Store::Key(KeyError::Unknown) => Self::NotFound,
            Store::Stale { current } => Self::Stale { current },
            Store::Duplicate => Self::Conflict(Conflict::Exists),
            Store::InUse { .. } => Self::Conflict(Conflict::InUse),
            Store::NoDatabase { .. } => Self::Conflict(Conflict::NoDatabase),
            // A disk without room for a key, or one that is gone.
            Store::Key(KeyError::File { .. }) => Self::Unavailable(error.to_string()),
            Store::Closed | Store::ReadOnly => Self::Unavailable(error.to_string()),
            passing if passing.is_passing() => Self::Unavailable(passing.to_string()),
            other => Self::Internal(other.to_string()),
        }
    }
}
