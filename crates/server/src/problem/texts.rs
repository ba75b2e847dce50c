//! The words of every problem, in Dutch and English.

use raakvlak_domain::languages::Language;
use raakvlak_service::error::Error;

use super::Problem;

/// The words of one problem.
pub(super) struct Texts {
    /// The code in the problem's `type`.
    pub(super) code: &'static str,
    /// What kind of problem.
    pub(super) title: &'static str,
    /// What to do about it.
    pub(super) detail: String,
}

/// The words of a problem in a language.
pub(super) fn of(problem: &Problem, language: Language) -> Texts {
    let (code, [dutch_title, english_title], [dutch, english]) = match problem {
        Problem::Desk(Error::Conflict(conflict)) => {
            let title = if language == Language::Nl { "Dit kan nu niet" } else { "This cannot be done now" };
            return Texts { code: "conflict", title, detail: conflict.detail(language) };
        }
        Problem::Desk(error) => of_desk(error),
        other => of_request(other),
    };
    let (title, detail) = if language == Language::Nl { (dutch_title, dutch) } else { (english_title, english) };
    Texts { code, title, detail: filled(detail, problem) }
}

/// A code, a title in both languages, a detail in both languages.
type Row = (&'static str, [&'static str; 2], [&'static str; 2]);

fn of_desk(error: &Error) -> Row {
    match error {
        Error::NotFound => (
            "not-found",
            ["Niet gevonden", "Not found"],
            ["Dit bestaat niet, of je mag het niet zien.", "This does not exist, or you may not see it."],
        ),
        Error::NotSignedIn => (
            "not-signed-in",
            ["Log eerst in", "Sign in first"],
            ["Stuur een toegangstoken mee in de kop 'Authorization'.", "Send an access token in the header 'Authorization'."],
        ),
        Error::NotAllowed => (
            "not-allowed",
            ["Dit mag je niet", "You may not do this"],
            ["Je rol geeft hier geen recht op. Vraag het een beheerder.", "Your role does not allow this. Ask a steward."],
        ),
        Error::Invalid(_) => INVALID,
        Error::RuleBlocks(_) => (
            "rule-blocks",
            ["Een regel houdt dit tegen", "A rule holds this back"],
            [
                "Kijk hieronder welke regel het is en wie daarover beslist. Dit is geen juridisch advies.",
                "See below which rule it is and who decides about it. This is no legal advice.",
            ],
        ),
        Error::TooMany { .. } => (
            "too-many",
            ["Even rustig aan", "Slow down"],
            [
                "Je vraagt te veel in korte tijd. Probeer het over {seconds} s opnieuw.",
                "You ask too much in a short time. Try again in {seconds} s.",
            ],
        ),
        Error::Unavailable(_) => (
            "unavailable",
            ["Even niet bereikbaar", "Not available just now"],
            ["We kunnen nu niet bij de gegevens. Probeer het zo opnieuw.", "We cannot reach the data just now. Try again shortly."],
        ),
        Error::Stale { .. } => STALE,
        Error::Internal(_) | Error::Conflict(_) => (
            "internal",
            ["Er ging bij ons iets mis", "Something went wrong on our side"],
            [
                "Dit ligt niet aan jou. Noem bij een vraag de waarde van de kop 'X-Request-Id'.",
                "This is not your doing. When you ask about it, give the value of the header 'X-Request-Id'.",
            ],
        ),
    }
}

const INVALID: Row = (
    "invalid",
    ["Er klopt iets niet", "Something is not right"],
    ["Pas aan wat hieronder staat en probeer het opnieuw.", "Change what is listed below and try again."],
);

const STALE: Row = (
    "stale",
    ["Intussen veranderd", "Changed in the meantime"],
    [
        "Iemand heeft dit intussen veranderd. Lees de nieuwe versie en maak je wijziging daarop.",
        "Someone has changed this in the meantime. Read the new version and make your change on that one.",
    ],
);

fn of_request(problem: &Problem) -> Row {
    match problem {
        Problem::Desk(error) => of_desk(error),
        Problem::Faults { .. } => INVALID,
        Problem::TokenRefused => (
            "token-refused",
            ["Log opnieuw in", "Sign in again"],
            ["Je toegangstoken geldt niet of niet meer.", "Your access token is not valid, or not any more."],
        ),
        Problem::UnknownRoute => (
            "unknown-route",
            ["Dit adres bestaat niet", "This address does not exist"],
            [
                "Kijk in de beschrijving op /api/v1/openapi.json welke adressen er zijn.",
                "See /api/v1/openapi.json for the addresses that exist.",
            ],
        ),
        Problem::WrongMethod { .. } => (
            "wrong-method",
            ["Dit kan hier niet", "This cannot be done here"],
            [
                "Dit adres kent deze methode niet. De kop 'Allow' noemt welke wel.",
                "This address does not have this method. The header 'Allow' names those it has.",
            ],
        ),
        Problem::TooSlow => (
            "too-slow",
            ["Dit duurde te lang", "This took too long"],
            ["Je verzoek kwam niet op tijd binnen. Probeer het opnieuw.", "Your request did not come in in time. Try again."],
        ),
        Problem::Stale { .. } => STALE,
        other => of_content(other),
    }
}

fn of_content(problem: &Problem) -> Row {
    match problem {
        Problem::TooLarge { .. } => (
            "too-large",
            ["Dit is te groot", "This is too large"],
            ["Er passen hooguit {most} bytes in een verzoek.", "A request holds {most} bytes at most."],
        ),
        Problem::UnsupportedMediaType { .. } => (
            "unsupported-media-type",
            ["Dit soort inhoud lezen we niet", "We do not read this kind of content"],
            ["Stuur '{supported}' in UTF-8, zonder compressie.", "Send '{supported}' in UTF-8, without compression."],
        ),
        Problem::NotAcceptable => (
            "not-acceptable",
            ["Dit soort antwoord is er niet", "There is no such kind of answer"],
            ["Dit adres antwoordt in 'application/json'.", "This address answers in 'application/json'."],
        ),
        Problem::IfMatchMissing => (
            "if-match-missing",
            ["Zeg op welke versie je bouwt", "Say which version you build on"],
            ["Stuur de 'ETag' van wat je las mee in de kop 'If-Match'.", "Send the 'ETag' of what you read in the header 'If-Match'."],
        ),
        Problem::Underway => (
            "underway",
            ["Hier zijn we mee bezig", "This is underway"],
            ["Hetzelfde verzoek loopt al. Vraag het zo opnieuw.", "The same request is being handled. Ask again shortly."],
        ),
        _ => (
            "crowded",
            ["Het is nu te druk", "Too busy just now"],
            ["Er zijn nu te veel verzoeken tegelijk. Probeer het zo opnieuw.", "There are too many requests at once. Try again shortly."],
        ),
    }
}

/// Puts the problem's own figures into its text.
fn filled(text: &str, problem: &Problem) -> String {
    match problem {
        Problem::Desk(Error::TooMany { retry_after }) => text.replace("{seconds}", &retry_after.to_string()),
        Problem::TooLarge { most } => text.replace("{most}", &most.to_string()),
        Problem::UnsupportedMediaType { supported } => text.replace("{supported}", supported),
        _ => text.to_owned(),
    }
}
