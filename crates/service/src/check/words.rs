//! What each rule is called when it does not hold, in plain Dutch and in English.

use raakvlak_domain::languages::Language;
use raakvlak_store::check::Rule;

/// What does not hold.
pub(super) fn of(rule: Rule, language: Language) -> &'static str {
    let (nl, en) = match rule {
        Rule::YesMissing => ("er is geen ja van alle drie op deze afspraak", "not all three said yes to this arrangement"),
        Rule::YesWithoutPerson => ("er staat een ja zonder persoon", "a yes has no person"),
        Rule::YesWithoutStep => ("er staat een ja die niemand op dat moment gaf", "a yes was given by nobody at that moment"),
        Rule::Interest => ("wie bevestigde hoort zelf bij een van beide kanten", "whoever confirmed stands on one of the sides"),
        Rule::TodoInterest => {
            ("wie dit moet doen hoort zelf bij een van beide kanten", "whoever has this to do stands on one of the sides")
        }
        Rule::HoursExceeded => {
            ("dit is meer werk dan de persoon wil, en niemand weet het", "this is more work than the person wants, and nobody knows")
        }
        Rule::CapacityExceeded => ("er zijn meer mensen dan plekken", "there are more people than places"),
        Rule::WordingDiffers => ("het pakket zegt iets anders dan zijn tekst", "the package says something else than its wording"),
        Rule::HistoryBroken => ("deze stap kon toen niet", "this step could not be taken then"),
        Rule::StateDiffers => ("de match staat ergens anders dan zijn stappen zeggen", "the match stands elsewhere than its steps led"),
        Rule::TrailBroken => ("het logboek is niet heel", "the audit trail is not whole"),
        Rule::NotAudited => ("dit staat niet precies zo in het logboek", "the audit trail does not hold this as it is"),
        Rule::TrailHoldsValue => {
            ("in het logboek staat iets dat er niet hoort", "the audit trail holds something that does not belong there")
        }
        Rule::KeyMissing => ("de sleutel van deze persoon is er niet", "this person has no key"),
        Rule::KeyWithoutPerson => ("deze sleutel is van niemand", "this key is nobody's"),
        Rule::ErasureOpen => ("een beloofde verwijdering is nog niet klaar", "a promised erasure is not finished"),
        Rule::GoneNamed => ("hier staat iemand of iets dat er niet meer is", "somebody or something is named that is not there any more"),
        Rule::LetterKept => ("van een verstuurde brief is de tekst bewaard", "the text of a letter that was sent is kept"),
        Rule::Unreadable => ("dit is niet te lezen", "this cannot be read"),
        Rule::ReferenceBroken => ("dit verwijst naar iets dat er niet is", "this refers to something that is not there"),
        Rule::VersionWrong => ("de nummers lopen niet goed door", "the numbers do not count up as they should"),
        Rule::FeedIncomplete => ("in de lijst van wijzigingen ontbreekt iets", "the feed of changes lacks something"),
    };
    match language {
        Language::Nl => nl,
        Language::En => en,
    }
}
