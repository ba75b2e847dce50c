//! Terms are found in what people type, on phrases that no term was written from; and no care word comes out.

use super::*;
use crate::vocabulary::built_in;

/// Held out: a phrase, its language, the term that it means. Written apart from the terms; typing errors and other word orders stand among them.
const HELD_OUT: &[(&str, Language, &str)] = &[
    ("ik heb een autismespectrum stoornis", Language::Nl, "predictable"),
    ("autisme", Language::Nl, "predictable"),
    ("autime", Language::Nl, "predictable"),
    ("als het rooster opeens verandert raak ik van slag, ik wil een vaste planning", Language::Nl, "predictable"),
    ("ik raak overprikkeld", Language::Nl, "quiet"),
    ("overpikkeld door lawaai", Language::Nl, "quiet"),
    ("van drukte en herrie word ik doodmoe", Language::Nl, "quiet"),
    ("ik heb een depresie", Language::Nl, "first_step"),
    ("starten vind ik moeilijk", Language::Nl, "first_step"),
    ("PTSS na uitzending", Language::Nl, "known_borders"),
    ("trauma uit mijn jeugd", Language::Nl, "known_borders"),
    ("chronisch vermoeid", Language::Nl, "short_days"),
    ("burnout gehad", Language::Nl, "short_days"),
    ("na twee uur is mijn energie helemaal op", Language::Nl, "short_days"),
    ("telefoneren durf ik niet", Language::Nl, "no_phone"),
    ("angst om te bellen", Language::Nl, "no_phone"),
    ("ik ben doof aan een oor", Language::Nl, "see_your_face"),
    ("slecht horend", Language::Nl, "see_your_face"),
    ("gehoorapparaat", Language::Nl, "see_your_face"),
    ("dyslectisch, lezen is lastig", Language::Nl, "show_me"),
    ("laaggeleterd", Language::Nl, "show_me"),
    ("ik zit in een rolstoel", Language::Nl, "step_free"),
    ("trappen lopen gaat niet", Language::Nl, "step_free"),
    ("hernia in mijn rug", Language::Nl, "seated"),
    ("zwaar tillen mag ik niet van de dokter", Language::Nl, "seated"),
    ("alcoholverslaafd geweest", Language::Nl, "no_alcohol"),
    ("liever niet in een kroeg", Language::Nl, "no_alcohol"),
    ("gokverslaafd", Language::Nl, "no_money"),
    ("bipolair", Language::Nl, "daytime"),
    ("nachtdienst is slecht voor mij", Language::Nl, "daytime"),
    ("ik slaap heel slecht en kom mijn bed niet uit", Language::Nl, "later_start"),
    ("paniekaanval", Language::Nl, "step_out"),
    ("sociaal angstig in grote groepen", Language::Nl, "small_team"),
    ("ik heb faalangst", Language::Nl, "clear_feedback"),
    ("ADHD", Language::Nl, "move_and_vary"),
    ("stilzitten lukt niet", Language::Nl, "move_and_vary"),
    ("altijd te laat", Language::Nl, "on_time"),
    ("psychotisch geweest", Language::Nl, "no_surprises"),
    ("hersenletsel door een ongeluk", Language::Nl, "rest_each_hour"),
    ("ik ben vergeetachtig", Language::Nl, "written_down"),
    ("bang om mijn uitkering kwijt te raken", Language::Nl, "money_clear"),
    ("ik zit in de schuldsanering", Language::Nl, "money_clear"),
    ("mantelzorger voor mijn vader", Language::Nl, "school_time"),
    ("ik ben dakloos", Language::Nl, "by_message"),
    ("eenzaam thuis", Language::Nl, "company"),
    ("slecht ziend", Language::Nl, "see_large"),
    ("mijn nederlands is nog niet goed", Language::Nl, "own_language"),
    ("ruzie met de baas", Language::Nl, "beside_me"),
    ("geen klanten aan de balie", Language::Nl, "behind_scenes"),
    ("onder tijdsdruk klap ik dicht", Language::Nl, "own_pace"),
    ("I have autism", Language::En, "predictable"),
    ("panic attack", Language::En, "step_out"),
    ("I am hard of hearing", Language::En, "see_your_face"),
    ("too much noise tires me out", Language::En, "quiet"),
    ("chronically tired", Language::En, "short_days"),
    ("my back hurts when I stand", Language::En, "seated"),
    ("recovering from alcohol addiction", Language::En, "no_alcohol"),
    ("I am in a wheelchair", Language::En, "step_free"),
    ("worried about losing my benefits", Language::En, "money_clear"),
    ("I cannot read well", Language::En, "show_me"),
];

/// What means nothing here.
const NOTHING: &[&str] = &["xqzw", "fietspomp", "de hoofdstad van Peru", "123", "aardbeienjam"];

fn places() -> Vec<Option<usize>> {
    let terms = Terms::built_in().unwrap();
    let place =
        |(text, language, wanted): &(&str, Language, &str)| terms.find(text, *language, 3).iter().position(|(term, _)| term.id == *wanted);
    HELD_OUT.iter().map(place).collect()
}

#[test]
fn what_people_type_is_found() {
    let places = places();
    let first = places.iter().filter(|place| **place == Some(0)).count();
    let third = places.iter().flatten().count();
    for ((text, ..), place) in HELD_OUT.iter().zip(&places).filter(|(_, place)| **place != Some(0)) {
        println!("{text}: {place:?}");
    }
    println!("of {}: {first} first, {third} among three", HELD_OUT.len());
    assert!(first * 100 >= HELD_OUT.len() * 75 && third * 100 >= HELD_OUT.len() * 85, "{first} and {third} of {}", HELD_OUT.len());
}

#[test]
fn what_is_not_known_finds_nothing() {
    let terms = Terms::built_in().unwrap();
    for text in NOTHING {
        let found: Vec<_> = terms.find(text, Language::Nl, 3).iter().map(|(term, score)| (term.id.clone(), *score)).collect();
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn no_care_word_comes_out_and_every_word_is_in_the_vocabulary() {
    let vocabulary = &built_in().vocabulary;
    for term in &Terms::built_in().unwrap().terms {
        let meaning = meaning(term, 0, vocabulary);
        assert_eq!(meaning.adaptations.len(), term.adaptations.len(), "{}", term.id);
        let shown = serde_json::to_string(&meaning).unwrap().to_lowercase();
        for care in term.care_nl.iter().chain(&term.care_en).filter(|care| care.chars().count() > 4) {
            assert!(!shown.contains(&care.to_lowercase()), "{}: {care}", term.id);
        }
    }
}
