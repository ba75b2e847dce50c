//! Why somebody has a to-do, in words.

use raakvlak_domain::users::Role;
use raakvlak_engine::routing::Reason;
use serde::Serialize;
use utoipa::ToSchema;

/// Why somebody has a to-do, or nobody does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Because {
    /// Which reason: `sector`, `region`, `language`, `open`, `handed_over`, `undone`, `nobody_there`, `all_interested`, `all_full` or `all_passed`.
    #[schema(example = "sector")]
    pub reason: &'static str,
    /// The sector, the region, or the code of the language.
    pub about: Option<String>,
    /// How many to-dos they had open beside it.
    pub open: Option<u32>,
    /// The reason in plain Dutch.
    #[schema(example = "kent de sector zorg")]
    pub nl: String,
    /// The reason in English.
    #[schema(example = "knows the sector zorg")]
    pub en: String,
}

impl Because {
    fn plain(reason: &'static str, nl: &str, en: &str) -> Self {
        Self { reason, about: None, open: None, nl: nl.to_owned(), en: en.to_owned() }
    }

    fn about(reason: &'static str, about: &str, nl: String, en: String) -> Self {
        Self { reason, about: Some(about.to_owned()), open: None, nl, en }
    }
}

/// Reasons in words.
pub(crate) fn worded(reasons: &[Reason]) -> Vec<Because> {
    reasons.iter().map(because).collect()
}

/// A colleague handed it over.
pub(crate) fn handed_over() -> Because {
    Because::plain("handed_over", "een collega droeg het over", "a colleague handed it over")
}

/// A handing over was undone.
pub(crate) fn undone() -> Because {
    Because::plain("undone", "het overdragen is teruggedraaid", "the handing over was undone")
}

fn because(reason: &Reason) -> Because {
    match reason {
        Reason::Sector(sector) => {
            Because::about("sector", sector, format!("kent de sector {sector}"), format!("knows the sector {sector}"))
        }
        Reason::Region(region) => Because::about("region", region, format!("werkt in {region}"), format!("works in {region}")),
        Reason::Language(code) => {
            let (nl, en) = language(code);
            Because::about("language", code, format!("spreekt {nl}"), format!("speaks {en}"))
        }
        Reason::Open(open) => Because { open: Some(*open), ..opened(*open) },
        Reason::NobodyThere(Role::Steward) => Because::plain("nobody_there", "er is geen beheerder", "there is no steward"),
        Reason::NobodyThere(_) => Because::plain("nobody_there", "er is geen bemiddelaar", "there is no mediator"),
        Reason::AllInterested => {
            Because::plain("all_interested", "iedereen hoort zelf bij een van beide kanten", "everybody stands on one of the sides")
        }
        Reason::AllFull => {
            Because::plain("all_full", "iedereen heeft al zo veel open als mag", "everybody has as much open as they may have")
        }
        Reason::AllPassed => Because::plain("all_passed", "niemand anders kan het overnemen", "nobody else can take it over"),
    }
}

fn opened(open: u32) -> Because {
    match open {
        0 => Because::plain("open", "had niets anders open", "had nothing else open"),
        1 => Because::plain("open", "had 1 andere open", "had 1 other open"),
        open => Because::plain("open", &format!("had {open} andere open"), &format!("had {open} others open")),
    }
}

/// What the languages that are spoken most here are called; another is shown by its code.
const LANGUAGES: &[(&str, &str, &str)] = &[
    ("am", "Amhaars", "Amharic"),
    ("ar", "Arabisch", "Arabic"),
    ("bg", "Bulgaars", "Bulgarian"),
    ("ckb", "Sorani", "Sorani"),
    ("de", "Duits", "German"),
    ("en", "Engels", "English"),
    ("es", "Spaans", "Spanish"),
    ("fa", "Farsi", "Farsi"),
    ("fr", "Frans", "French"),
    ("fy", "Fries", "Frisian"),
    ("kmr", "Kurmanci", "Kurmanji"),
    ("nsg", "Nederlandse Gebarentaal", "Dutch Sign Language"),
    ("pap", "Papiaments", "Papiamento"),
    ("pl", "Pools", "Polish"),
    ("prs", "Dari", "Dari"),
    ("ps", "Pasjtoe", "Pashto"),
    ("pt", "Portugees", "Portuguese"),
    ("ro", "Roemeens", "Romanian"),
    ("ru", "Russisch", "Russian"),
    ("so", "Somalisch", "Somali"),
    ("ti", "Tigrinya", "Tigrinya"),
    ("tr", "Turks", "Turkish"),
    ("uk", "Oekraïens", "Ukrainian"),
    ("zh", "Chinees", "Chinese"),
];

fn language(code: &str) -> (&str, &str) {
    LANGUAGES.iter().find(|(known, ..)| *known == code).map_or((code, code), |(_, nl, en)| (nl, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_in_both_languages() {
        let words = |reason| {
            let because = because(&reason);
            (because.nl, because.en)
        };
        assert_eq!(words(Reason::Language("ar".into())), ("spreekt Arabisch".to_owned(), "speaks Arabic".to_owned()));
        assert_eq!(words(Reason::Language("xx".into())).0, "spreekt xx");
        assert_eq!(words(Reason::Open(3)).0, "had 3 andere open");
        assert_eq!(words(Reason::NobodyThere(Role::Steward)).1, "there is no steward");
    }
}
