//! Vocabularies of one's own: what they may hold, and what of the built-in one stays in force beside them.

use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::Vocabulary;
use raakvlak_service::vocabulary::built_in;

use crate::folders::Given;

const COMPETENCES: &str = "id,kind,label_nl,label_en,alt_nl,alt_en\nb,skill,,,,\na,group,,,,\nc,knowledge,,,,\nd,attitude,,,,\n";
const TERMS: &str = "id,label_nl,label_en\n";

fn vocabulary(given: &Given) -> Vocabulary {
    Vocabulary::clone(&given.read().unwrap().vocabulary.vocabulary)
}

#[test]
fn a_cycle_is_refused_and_named() {
    let broader = "child,parent\na,b\nc,a\nb,d\nd,a\nc,c\n";
    let given = Given::files(&[("vocabulary/competences.csv", COMPETENCES), ("vocabulary/broader.csv", broader)]);
    given.assert_faults(&["vocabulary/broader.csv:5 /parent cycle", "vocabulary/broader.csv:6 /parent cycle"]);
    let text = given.read().unwrap_err().text(Language::En);
    assert!(text.contains("These concepts form a cycle: a > b > d > a."), "{text}");
    assert!(text.contains("These concepts form a cycle: c > c."), "{text}");
}

#[test]
fn each_relation_stands_once_between_what_exists() {
    let files = [
        ("vocabulary/competences.csv", COMPETENCES),
        ("vocabulary/broader.csv", "child,parent\na,b\na,b\na,x\n"),
        ("vocabulary/related.csv", "a,b\na,b\nb,a\na,b\nc,c\ny,z\n"),
        ("vocabulary/occupations.csv", "id,code,label_nl,label_en,alt_nl\no,,,,\n"),
        ("vocabulary/occupation_competences.csv", "occupation,competence,relation\no,a,essential\no,a,optional\no,b,maybe\np,q,optional\n"),
    ];
    Given::files(&files).assert_faults(&[
        "vocabulary/broader.csv:3 /parent duplicate",
        "vocabulary/broader.csv:4 /parent dangling",
        "vocabulary/related.csv:4 /b duplicate",
        "vocabulary/related.csv:5 /b duplicate",
        "vocabulary/related.csv:6 /a dangling",
        "vocabulary/related.csv:6 /b dangling",
        "vocabulary/occupation_competences.csv:3 /competence duplicate",
        "vocabulary/occupation_competences.csv:4 /relation not_one_of",
        "vocabulary/occupation_competences.csv:5 /occupation dangling",
        "vocabulary/occupation_competences.csv:5 /competence dangling",
    ]);
}

#[test]
fn a_closed_vocabulary_has_room_for_sixty_four() {
    let rows = |count: usize| format!("{TERMS}{}", (0..count).map(|at| format!("t{at},,\n")).collect::<String>());
    assert_eq!(vocabulary(&Given::file("vocabulary/documents.csv", rows(64))).documents.terms().len(), 64);
    Given::file("vocabulary/documents.csv", rows(66))
        .assert_faults(&["vocabulary/documents.csv:66 /id too_many", "vocabulary/documents.csv:67 /id too_many"]);
}

#[test]
fn an_absent_file_is_the_built_in_one() {
    let built_in = &built_in().vocabulary;
    let own = vocabulary(&Given::file("vocabulary/documents.csv", format!("{TERMS}mine,,\n")));
    assert_eq!(own.documents.terms().len(), 1);
    assert_eq!(Vocabulary { documents: built_in.documents.clone(), ..own }, **built_in);
}

#[test]
fn competences_of_ones_own_leave_the_built_in_relations_behind() {
    let own = vocabulary(&Given::file("vocabulary/competences.csv", COMPETENCES));
    assert_eq!(own.competences.iter().map(|competence| competence.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    assert!(own.broader.iter().all(Vec::is_empty));
    assert!(own.related.is_empty() && own.occupations.is_empty());
    assert_eq!(own.conditions, built_in().vocabulary.conditions);
}

#[test]
fn relations_of_ones_own_may_stand_on_built_in_competences() {
    let own = vocabulary(&Given::file("vocabulary/related.csv", "a,b\nrv:daily-care,rv:caring\n"));
    assert_eq!(own.related.len(), 1);
    assert_eq!((own.competences, own.broader), (built_in().vocabulary.competences.clone(), built_in().vocabulary.broader.clone()));
}

#[test]
fn built_in_adaptations_lift_what_exists_of_their_conditions() {
    let quiet = built_in().vocabulary.adaptations.position("quiet_place").unwrap();
    let own = vocabulary(&Given::file("vocabulary/conditions.csv", format!("{TERMS}other,,\ncrowds,,\n")));
    assert_eq!(own.lifts[usize::from(quiet)], 0b10);
    let rows = "id,label_nl,label_en,lifts\nx,,,crowds|nothing|other\n";
    Given::file("vocabulary/adaptations.csv", rows)
        .assert_faults(&["vocabulary/adaptations.csv:2 /lifts/1 dangling", "vocabulary/adaptations.csv:2 /lifts/2 dangling"]);
}
