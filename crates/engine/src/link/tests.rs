//! Linking on a small vocabulary: each method by itself, and what holds for any text.

use std::collections::BTreeSet;

use proptest::prelude::*;
use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::{Competence, CompetenceKind, Label, Occupation, Vocabulary};

use super::associations::{Pair, learn};
use super::compounds::Compounds;
use super::phrases::{LONGEST_TEXT, MOST_PHRASES, phrases};
use super::rarity::log2;
use super::spelling::Spelling;
use super::words::{Stemmers, words};
use super::{LinkIndex, LinkWeights, Linked};

fn competence(id: &str, nl: &str, en: &str, alternatives: &[&str]) -> Competence {
    Competence {
        id: id.to_owned(),
        kind: CompetenceKind::Skill,
        label: Label { nl: nl.to_owned(), en: en.to_owned() },
        alternatives_nl: alternatives.iter().map(|&text| text.to_owned()).collect(),
        alternatives_en: Vec::new(),
    }
}

/// A few dozen words of several trades; the ids stand in order.
fn vocabulary() -> Vocabulary {
    let mut competences = vec![
        competence("a-listen", "actief luisteren", "listen actively", &["Goed naar mensen luisteren"]),
        competence("b-kitchen", "keukenapparatuur gebruiken", "handle kitchen equipment", &["Werken in een keuken"]),
        competence("c-clean", "vloeren reinigen", "clean floors", &[]),
        competence("d-data", "een databank beheren", "manage database", &["Databanken onderhouden"]),
        competence("e-elderly", "zorgen voor ouderen", "tend to elderly people", &["Zorg verlenen aan bejaarden"]),
        competence("f-guide", "jongeren begeleiden", "guide young people", &["Begeleiding van jeugdigen"]),
        competence("g-youth", "jeugdigen onderwijzen", "teach young people", &[]),
        competence("h-project", "projectplannen opstellen", "draw up project plans", &[]),
        competence("i-creme", "crème brûlée bereiden", "prepare custard", &[]),
        competence("j-cpp", "C++", "C++", &[]),
        competence("k-weld", "", "weld metal", &[]),
        competence("l-metal", "metaal snijden", "cut metal", &[]),
        competence("m-bike", "fietsen repareren", "repair bicycles", &[]),
        competence("n-bike", "fietsen verhuren", "rent out bicycles", &[]),
        competence("o-same", "dieren voeren", "feed animals", &[]),
        competence("p-same", "dieren voeren", "feed animals", &[]),
        competence("q-group", "planten kweken", "grow plants", &[]),
        competence("r-skill", "planten kweken", "grow plants", &[]),
    ];
    competences[16].kind = CompetenceKind::Group;
    let occupations = vec![Occupation {
        id: "o".to_owned(),
        code: String::new(),
        label: Label { nl: "rijwielhersteller".to_owned(), en: "bicycle mechanic".to_owned() },
        alternatives_nl: vec!["fietsenmaker".to_owned()],
        competences: vec![12],
    }];
    Vocabulary { broader: vec![Vec::new(); competences.len()], competences: competences.into(), occupations, ..Vocabulary::default() }
}

fn index() -> LinkIndex {
    LinkIndex::build(&vocabulary())
}

/// The id of the competence that is found first.
fn first(text: &str, language: Language) -> String {
    let vocabulary = vocabulary();
    let index = LinkIndex::build(&vocabulary);
    let linked = index.link(text, language, 5);
    linked.first().map_or_else(String::new, |linked| vocabulary.competences[linked.competence as usize].id.clone())
}

#[test]
fn words_lose_case_diacritics_and_what_is_not_seen() {
    let found: Vec<String> = words("Crème-BRÛLÉE, fiets\u{ad}en\u{0}é😀straße C++ (c#)").into_iter().map(|word| word.text).collect();
    assert_eq!(found, ["creme", "brulee", "fietsen", "e", "strasse", "c++", "c#"]);
    let aside: Vec<bool> = words("een (twee) drie)").iter().map(|word| word.aside).collect();
    assert_eq!(aside, [false, true, false]);
}

#[test]
fn stems_bring_forms_of_a_word_together() {
    let stemmers = Stemmers::new();
    assert_eq!(stemmers.stem("begeleiding", Language::Nl), stemmers.stem("begeleiden", Language::Nl));
    assert_eq!(stemmers.stem("cleaning", Language::En), stemmers.stem("cleans", Language::En));
    assert_eq!(first("begeleiding jongere", Language::Nl), "f-guide");
}

#[test]
fn compounds_are_taken_apart_with_known_words() {
    let stemmers = Stemmers::new();
    let mut compounds = Compounds::default();
    for word in ["databank", "beheer", "varken", "vlees", "reiniging", "middel", "machine", "machine", "machine", "machine"] {
        compounds.count(word, &stemmers);
    }
    assert_eq!(compounds.split("databankbeheer", &stemmers).unwrap(), ["databank", "beheer"]);
    assert_eq!(compounds.split("varkensvlees", &stemmers).unwrap(), ["varken", "vlees"]);
    assert_eq!(compounds.split("reinigingsmiddelen", &stemmers).unwrap(), ["reiniging", "middelen"]);
    assert_eq!(compounds.split("ontvleesmachine", &stemmers).unwrap(), ["ontvlees", "machine"]);
    assert_eq!(compounds.split("databank", &stemmers), None);
    assert_eq!(compounds.split("schoonheid", &stemmers), None);
    compounds.keep("varkensvlees");
    assert_eq!(compounds.split("varkensvlees", &stemmers), None);
}

#[test]
fn a_compound_and_its_parts_find_each_other() {
    assert_eq!(first("databankbeheer", Language::Nl), "d-data");
    assert_eq!(first("plannen voor een project", Language::Nl), "h-project");
}

#[test]
fn the_order_of_words_does_not_matter() {
    assert_eq!(first("repareren van fietsen", Language::Nl), "m-bike");
    assert_eq!(first("bicycles repair", Language::En), "m-bike");
}

#[test]
fn diacritics_do_not_matter() {
    assert_eq!(first("CREME BRULEE BEREIDEN", Language::Nl), "i-creme");
}

#[test]
fn typing_errors_are_forgiven() {
    for text in ["fietsen reparreren", "feitsen repareren", "fietsn repareren", "repareren fiersen"] {
        assert_eq!(first(text, Language::Nl), "m-bike", "{text}");
    }
    assert_eq!(first("luisteern", Language::Nl), "a-listen");
}

#[test]
fn what_is_nearly_a_label_letter_for_letter_gains() {
    let score = |literal| {
        let index = LinkIndex::build_with(&vocabulary(), LinkWeights { literal, ..LinkWeights::default() });
        index.link("fietsen verhurn", Language::Nl, 1).first().map(|linked| (linked.competence, linked.score)).unwrap()
    };
    let (with, without) = (score(0.3), score(0.0));
    assert_eq!((with.0, without.0), (13, 13));
    assert!(with.1 > without.1, "{with:?} {without:?}");
}

#[test]
fn nearby_words_come_nearest_first() {
    let spelling = Spelling::new(["fiets", "fietsen", "fout", "repareren"].map(str::to_owned).to_vec());
    let near: Vec<&str> = spelling.nearest("fietsn", false, 8).into_iter().map(|(word, _)| word).collect();
    assert_eq!(near, ["fietsen", "fiets"]);
    assert!(spelling.nearest("fietsen", true, 8).iter().all(|(word, _)| *word != "fietsen"));
    assert!(spelling.nearest("x", false, 8).is_empty());
}

#[test]
fn everyday_words_find_formal_ones() {
    assert_eq!(first("poetsen", Language::Nl), "c-clean");
    let silent = LinkIndex::build_with(&vocabulary(), LinkWeights { everyday: 0.0, ..LinkWeights::default() });
    assert!(silent.link("poetsen", Language::Nl, 5).iter().all(|linked| linked.competence != 2));
}

#[test]
fn dutch_finds_a_concept_that_has_only_an_english_label() {
    let vocabulary = vocabulary();
    let index = LinkIndex::build(&vocabulary);
    let linked = index.link("metaal", Language::Nl, 5);
    let found: Vec<&str> = linked.iter().map(|linked| vocabulary.competences[linked.competence as usize].id.as_str()).collect();
    assert_eq!(found[..2], ["l-metal", "k-weld"]);
}

#[test]
fn wordings_of_one_thing_teach_which_words_stand_for_each_other() {
    // 0 hond, 1 kat, 2 voeren; 3 dog, 4 cat, 5 feed.
    let both = [(vec![0, 2], vec![3, 5]), (vec![1, 2], vec![4, 5]), (vec![0], vec![3])];
    let pairs: Vec<Pair> = both.iter().map(|(from, to)| Pair { from: from.clone(), to: to.clone() }).collect();
    let out = learn(&pairs, 6);
    let best = |row: &[(u32, f64)]| row.iter().copied().max_by(|one, other| one.1.total_cmp(&other.1)).unwrap().0;
    assert_eq!([best(&out[0]), best(&out[1]), best(&out[2])], [3, 4, 5]);
    assert!(out.iter().all(|row| row.iter().map(|(_, chance)| chance).sum::<f64>() < 1.0 + 1e-9));
}

#[test]
fn the_words_of_an_occupation_point_to_what_it_asks() {
    let index = index();
    let around = |weight| LinkIndex::build_with(&vocabulary(), LinkWeights { around: weight, ..LinkWeights::default() });
    assert_eq!(index.link("fietsenmaker", Language::Nl, 1)[0].competence, 12);
    let lead = |index: &LinkIndex| {
        let linked = index.link("mechanic bicycles", Language::En, 2);
        linked[0].score - linked[1].score
    };
    assert!(lead(&around(0.3)) > lead(&around(0.0)));
}

#[test]
fn a_label_by_itself_comes_first_with_a_high_score() {
    let vocabulary = vocabulary();
    let index = LinkIndex::build(&vocabulary);
    for (competence, position) in vocabulary.competences.iter().zip(0u32..).filter(|(competence, _)| !competence.label.nl.is_empty()) {
        let linked = index.link(&competence.label.nl, Language::Nl, 3);
        assert!(linked.iter().any(|linked| linked.competence == position && linked.score > 7_000), "{}: {linked:?}", competence.id);
        assert_eq!(vocabulary.competences[linked[0].competence as usize].label.nl, competence.label.nl);
        assert_eq!(linked[0].matched, competence.label.nl);
    }
}

#[test]
fn equal_concepts_stand_in_order_of_their_ids_and_groups_under_competences() {
    let index = index();
    let positions = |text| index.link(text, Language::Nl, 2).iter().map(|linked| linked.competence).collect::<Vec<_>>();
    assert_eq!(positions("dieren voeren"), [14, 15]);
    assert_eq!(positions("planten kweken"), [17, 16]);
}

#[test]
fn a_story_brings_several_competences_forward() {
    let index = index();
    let story = "Ik kan goed luisteren naar mensen en ik heb jaren in een keuken gewerkt. Ook maak ik graag fietsen voor de buurt!";
    let found: BTreeSet<u32> = index.link(story, Language::Nl, 5).iter().map(|linked| linked.competence).collect();
    assert!(found.is_superset(&BTreeSet::from([0, 1, 12])), "{found:?}");
}

#[test]
fn english_words_in_a_dutch_text_are_understood() {
    assert_eq!(first("ik kan custard maken", Language::Nl), "i-creme");
    assert_eq!(first("zorgen for elderly people", Language::Nl), "e-elderly");
}

#[test]
fn nothing_known_finds_nothing() {
    let index = index();
    for text in ["", "   ", "\u{0}\u{7}\n\t", "😀🎉", "!!! ... ((((", "zzzzqqqq"] {
        assert_eq!(index.link(text, Language::Nl, 5), [], "{text:?}");
    }
    assert_eq!(index.link("fietsen", Language::Nl, 0), []);
    assert_eq!(LinkIndex::build(&Vocabulary::default()).link("fietsen", Language::Nl, 5), []);
}

#[test]
fn of_a_very_long_text_only_the_beginning_is_read() {
    let index = index();
    let long = "fietsen repareren, zorgen voor ouderen; ".repeat(270_000);
    assert!(long.len() > 10 << 20);
    assert_eq!(index.link(&long, Language::Nl, 5), index.link(&long[..LONGEST_TEXT], Language::Nl, 5));
    assert!(phrases(&long, Language::Nl).parts.len() <= MOST_PHRASES);
    assert_eq!(index.link(&"é".repeat(10 << 20), Language::Nl, 5), []);
    let one_word = phrases(&"fietsen ".repeat(1 << 20), Language::Nl);
    assert!(one_word.parts.iter().all(|part| part.len() <= 12) && one_word.parts.len() <= MOST_PHRASES && !one_word.whole);
}

#[test]
fn the_clauses_of_a_text_are_phrases() {
    let parts = |text| {
        let phrases = phrases(text, Language::Nl);
        let word = |at: usize| phrases.words[at].text.clone();
        phrases.parts.iter().map(|part| part.clone().map(word).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(parts("koken, bakken; en poetsen"), ["koken", "bakken", "en poetsen"]);
    assert_eq!(parts("technieken (boren, frezen) gebruiken"), Vec::<String>::new());
    assert_eq!(parts("ik kook maar ik poets niet"), ["ik kook", "ik poets niet"]);
}

#[test]
fn the_answer_does_not_depend_on_the_thread_or_the_build() {
    let (one, other) = (index(), index());
    let texts = ["fietsen maken en oma verzorgen", "listen to people", "databankbeheer", "jeugd"];
    let answers: Vec<Vec<Linked<'_>>> = texts.iter().map(|text| one.link(text, Language::Nl, 10)).collect();
    std::thread::scope(|scope| {
        let asked: Vec<_> = texts.iter().map(|text| scope.spawn(|| other.link(text, Language::Nl, 10))).collect();
        for (asked, answer) in asked.into_iter().zip(&answers) {
            assert_eq!(&asked.join().unwrap(), answer);
        }
    });
}

proptest! {
    #[test]
    fn any_text_gives_a_sorted_answer_within_its_limit(text in "\\PC{0,200}", limit in 0usize..12, dutch: bool) {
        let (index, language) = (index(), if dutch { Language::Nl } else { Language::En });
        let linked = index.link(&text, language, limit);
        prop_assert!(linked.len() <= limit);
        prop_assert!(linked.windows(2).all(|two| two[0].score >= two[1].score));
        prop_assert!(linked.iter().all(|linked| linked.score <= 10_000 && linked.competence < 18));
        let different: BTreeSet<u32> = linked.iter().map(|linked| linked.competence).collect();
        prop_assert_eq!(different.len(), linked.len());
    }

    #[test]
    fn case_and_spaces_change_nothing(words in proptest::collection::vec("(fietsen|repareren|zorgen|ouderen|databank|metaal|xyzzy)", 1..6)) {
        let index = index();
        let plain = index.link(&words.join(" "), Language::Nl, 10);
        prop_assert_eq!(&plain, &index.link(&words.join("   ").to_uppercase(), Language::Nl, 10));
    }

    #[test]
    fn a_smaller_limit_gives_the_beginning_of_the_same_answer(words in proptest::collection::vec("(fietsen|voeren|planten|zorgen|metaal)", 1..4), limit in 1usize..6) {
        let index = index();
        let text = words.join(" ");
        let all = index.link(&text, Language::Nl, 18);
        let some = index.link(&text, Language::Nl, limit);
        prop_assert_eq!(&all[..limit.min(all.len())], &some[..]);
    }

    #[test]
    fn logarithms_are_those_of_floating_point_rounded_down(number in 1u64..1 << 40) {
        let exact = (number as f64).log2() * 256.0;
        let whole = log2(number) as f64;
        prop_assert!(whole <= exact + 1e-6 && exact < whole + 1.0 + 1e-6);
    }
}
