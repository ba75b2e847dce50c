//! What letters say, in plain Dutch and in English.

use raakvlak_domain::languages::Language;
use raakvlak_domain::texts::Line;

/// Stands in a letter for the address at which people reach this instance.
pub(crate) const ADDRESS: &str = "{address}";

/// For how long a sign-in link works, in seconds.
pub const LINK_SECONDS: i64 = 20 * 60;

/// For how long an invitation works, in seconds.
pub const INVITATION_SECONDS: i64 = 7 * 24 * 60 * 60;

/// A letter. Those about a match say that there is something to read, never what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// A link to sign in with.
    SignIn {
        /// The link.
        link: String,
    },
    /// An invitation to speak for an organisation.
    Invitation {
        /// What the organisation is called.
        organisation: Line,
        /// The link.
        link: String,
    },
    /// To an expert: an offer.
    Offered,
    /// To an expert: the arrangement was changed and needs a new answer.
    Rearranged,
    /// To an expert or a mediator: a question, or an answer to one.
    Question,
    /// To an expert: the time to answer an offer is over.
    Expired,
    /// To an expert: the organisation said yes.
    Agreed,
    /// To an expert: the organisation said no.
    Rejected,
    /// To an expert: it is not going on after all.
    Dismissed,
    /// To a member of an organisation: somebody wants to meet them.
    Introduced,
    /// To an expert or an organisation: everybody said yes.
    Confirmed,
    /// To an organisation: somebody stepped back.
    Withdrawn,
    /// To both sides: how does it go?
    CheckIn,
    /// To both sides: a look back.
    Evaluation,
    /// To a mediator: something waits.
    Todo,
}

/// The words of a letter between greeting and signature.
struct Words {
    subject: &'static str,
    text: String,
}

impl Letter {
    /// For how long the letter is of use, in seconds; `None` when it does not grow old.
    pub(crate) fn holds_seconds(&self) -> Option<i64> {
        match self {
            Self::SignIn { .. } => Some(LINK_SECONDS),
            Self::Invitation { .. } => Some(INVITATION_SECONDS),
            _ => None,
        }
    }

    /// Whether the letter waits for the next fixed moment of release: neither its words nor when it comes may tell why.
    pub(crate) fn waits_for_release(&self) -> bool {
        matches!(self, Self::Rejected | Self::Dismissed)
    }

    /// The subject and the whole text, in which `{address}` stands for the address of this instance.
    #[must_use]
    pub fn words(&self, language: Language, name: Option<&Line>) -> (String, String) {
        let (words, greeting, goodbye) = match language {
            Language::Nl => (self.dutch(), "Beste", "Met vriendelijke groet,"),
            Language::En => (self.english(), "Dear", "Kind regards,"),
        };
        let nobody = match language {
            Language::Nl => "Hallo,".to_owned(),
            Language::En => "Hello,".to_owned(),
        };
        let greeting = name.map_or(nobody, |name| format!("{greeting} {name},"));
        (words.subject.to_owned(), format!("{greeting}\n\n{}\n\n{goodbye}\nRaakvlak\n", words.text))
    }

    fn dutch(&self) -> Words {
        let fixed = |subject, text: &str| Words { subject, text: text.to_owned() };
        match self {
            Self::SignIn { link } => Words {
                subject: "Inloggen bij Raakvlak",
                text: format!(
                    "Je vroeg om in te loggen. Open deze link en klik op de knop:\n\n{link}\n\nDe link werkt 20 minuten, en één keer.\n\
                     Heb jij dit niet gevraagd? Dan hoef je niets te doen."
                ),
            },
            Self::Invitation { organisation, link } => Words {
                subject: "Een uitnodiging van Raakvlak",
                text: format!(
                    "Iemand van {organisation} nodigt je uit om mee te doen op Raakvlak.\nOpen deze link en klik op de knop:\n\n{link}\n\n\
                     De link werkt een week, en één keer. Wil je dit niet? Dan hoef je niets te doen."
                ),
            },
            Self::Offered => fixed(
                "Er staat iets voor je klaar op Raakvlak",
                "Er is werk dat misschien bij je past. Je leest er alles over op {address}.\n\
                 Je mag ja of nee zeggen, of eerst iets vragen. Een nee hoef je niet uit te leggen, en het kost je niets.",
            ),
            Self::Rearranged => fixed(
                "Er is iets veranderd op Raakvlak",
                "De afspraak over je werk is veranderd. Je leest wat er anders is op {address}.\n\
                 Je eerdere ja telt niet meer. Wil je opnieuw laten weten of dit goed is?",
            ),
            Self::Question => {
                fixed("Er is een bericht voor je op Raakvlak", "Er is een vraag of een antwoord voor je. Je leest het op {address}.")
            }
            Self::Expired => fixed(
                "Een aanbod op Raakvlak is voorbij",
                "De tijd om te antwoorden op een aanbod is voorbij. Dat is niet erg: je raakt je beurt niet kwijt.\n\
                 Wil je het toch graag? Laat het weten op {address}.",
            ),
            Self::Agreed => fixed(
                "Er is nieuws voor je op Raakvlak",
                "De organisatie wil graag met je verder. Je leest wat er nu gebeurt op {address}.",
            ),
            Self::Rejected | Self::Dismissed => fixed(
                "Er is nieuws voor je op Raakvlak",
                "Dit werk gaat deze keer niet door voor jou. Dat is vervelend om te lezen.\n\
                 Het zegt niets over wat jij kunt. We blijven met je meekijken. Je leest er meer over op {address}.\n\
                 Wil je erover praten, of ben je het er niet mee eens? Laat het ons weten.",
            ),
            Self::Introduced => fixed(
                "Iemand wil kennismaken op Raakvlak",
                "Voor jullie taakpakket is er iemand die wil kennismaken. Je leest meer op {address}.\n\
                 Ga zorgvuldig om met wat deze persoon je vertelt.",
            ),
            Self::Confirmed => fixed(
                "De afspraak is rond op Raakvlak",
                "Iedereen heeft ja gezegd. Je vindt de afspraak op {address}.\n\
                 We wensen jullie een goede start.",
            ),
            Self::Withdrawn => fixed(
                "Er is iets veranderd op Raakvlak",
                "Iemand die met jullie in gesprek was, gaat toch niet verder. Dat mag altijd, zonder uitleg.\n\
                 De bemiddelaar denkt met jullie mee. Je leest meer op {address}.",
            ),
            Self::CheckIn => fixed(
                "Hoe gaat het met het werk?",
                "We zijn benieuwd hoe het gaat. Geeft het energie? Is er iets nodig?\n\
                 Je vertelt het in een paar tikken op {address}. Ook als er niets is.",
            ),
            Self::Evaluation => fixed(
                "Wil je terugkijken?",
                "Het werk is klaar. Wil je kort vertellen hoe het was? Dat kan op {address}.\n\
                 Wat je vertelt telt nooit mee in een score.",
            ),
            Self::Todo => fixed(
                "Er wacht iets op je op Raakvlak",
                "In je lijst staat iets waar een mens naar moet kijken. Je vindt het op {address}.",
            ),
        }
    }

    fn english(&self) -> Words {
        let fixed = |subject, text: &str| Words { subject, text: text.to_owned() };
        match self {
            Self::SignIn { link } => Words {
                subject: "Signing in to Raakvlak",
                text: format!(
                    "You asked to sign in. Open this link and press the button:\n\n{link}\n\nThe link works for 20 minutes, and once.\n\
                     Was it not you who asked? Then you need not do anything."
                ),
            },
            Self::Invitation { organisation, link } => Words {
                subject: "An invitation from Raakvlak",
                text: format!(
                    "Somebody at {organisation} invites you to join in on Raakvlak.\nOpen this link and press the button:\n\n{link}\n\n\
                     The link works for a week, and once. Would you rather not? Then you need not do anything."
                ),
            },
            Self::Offered => fixed(
                "Something is waiting for you on Raakvlak",
                "There is work that may suit you. You can read all about it at {address}.\n\
                 You may say yes or no, or ask something first. A no needs no reason, and costs you nothing.",
            ),
            Self::Rearranged => fixed(
                "Something has changed on Raakvlak",
                "The arrangement about your work has changed. You can read what is different at {address}.\n\
                 The yes you gave before does not count any more. Will you let us know again whether this is right?",
            ),
            Self::Question => {
                fixed("There is a message for you on Raakvlak", "There is a question or an answer for you. You can read it at {address}.")
            }
            Self::Expired => fixed(
                "An offer on Raakvlak is over",
                "The time to answer an offer is over. That is all right: you do not lose your turn.\n\
                 Would you still like it? Let us know at {address}.",
            ),
            Self::Agreed => fixed(
                "There is news for you on Raakvlak",
                "The organisation would like to go on with you. You can read what happens now at {address}.",
            ),
            Self::Rejected | Self::Dismissed => fixed(
                "There is news for you on Raakvlak",
                "This work is not going ahead for you this time. That is not nice to read.\n\
                 It says nothing about what you can do. We keep looking with you. You can read more about it at {address}.\n\
                 Would you like to talk about it, or do you see it differently? Let us know.",
            ),
            Self::Introduced => fixed(
                "Somebody would like to meet you on Raakvlak",
                "For your task package there is somebody who would like to meet you. You can read more at {address}.\n\
                 Please take good care of what this person tells you.",
            ),
            Self::Confirmed => fixed(
                "The arrangement is settled on Raakvlak",
                "Everybody has said yes. You will find the arrangement at {address}.\n\
                 We wish you a good start.",
            ),
            Self::Withdrawn => fixed(
                "Something has changed on Raakvlak",
                "Somebody who was talking with you has decided not to go on. That is always all right, without a reason.\n\
                 The mediator is thinking along with you. You can read more at {address}.",
            ),
            Self::CheckIn => fixed(
                "How is the work going?",
                "We would like to know how it goes. Does it give energy? Is anything needed?\n\
                 You can tell us in a few taps at {address}. Also when there is nothing.",
            ),
            Self::Evaluation => fixed(
                "Would you like to look back?",
                "The work is done. Would you tell us briefly how it was? You can, at {address}.\n\
                 What you tell never counts in a score.",
            ),
            Self::Todo => fixed(
                "Something is waiting for you on Raakvlak",
                "In your list there is something that a person has to look at. You will find it at {address}.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Letter> {
        use Letter::*;
        let link = format!("{ADDRESS}/sign-in#secret");
        let organisation = Line::new("Buurthuis De Brug").unwrap();
        let plain = [
            Offered, Rearranged, Question, Expired, Agreed, Rejected, Dismissed, Introduced, Confirmed, Withdrawn, CheckIn, Evaluation,
            Todo,
        ];
        [SignIn { link: link.clone() }, Invitation { organisation, link }].into_iter().chain(plain).collect()
    }

    #[test]
    fn subjects_tell_nothing_of_anybody() {
        let name = Line::new("Samira Jansen").unwrap();
        for letter in all() {
            for language in Language::ALL {
                let (subject, text) = letter.words(*language, Some(&name));
                for detail in ["Samira", "Jansen", "Brug", "secret", ADDRESS] {
                    assert!(!subject.contains(detail), "{subject}");
                }
                assert!(text.contains("Samira Jansen") && text.contains(ADDRESS), "{text}");
                assert!(!text.replace(ADDRESS, "").contains('{'), "{text}");
            }
        }
    }

    #[test]
    fn sentences_are_short() {
        for letter in all() {
            for language in Language::ALL {
                let (_, text) = letter.words(*language, None);
                for sentence in text.split(['.', '?', '!', '\n']) {
                    let words = sentence.split_whitespace().count();
                    assert!(words <= 22, "{words} words: {sentence}");
                }
            }
        }
    }
}
