//! Conditions in three values, and what is refused.

use raakvlak_domain::reading::read;

use super::*;

fn expression(text: &str) -> Expression {
    read(&serde_json::Value::from(text).to_string()).unwrap()
}

fn condition(text: &str) -> Condition {
    Condition::read(&expression(text), &["over_27"]).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

fn codes(text: &str) -> Vec<&'static str> {
    Condition::read(&expression(text), &["over_27"]).err().unwrap_or_default().iter().map(FaultKind::code).collect()
}

fn facts() -> Facts {
    let mut facts = Facts::default();
    facts.tell("work.form", Told::Text("volunteering".into()));
    facts.tell("work.hours_max", Told::Number(850));
    facts.tell("person.documents", Told::Texts(vec!["conduct_certificate".into()]));
    facts.tell("today", Told::Text("2026-11-23".into()));
    facts
}

/// `yes`, `no`, or the names that are open.
fn judged(text: &str) -> String {
    match condition(text).judge(&facts()) {
        Three::Yes => "yes".into(),
        Three::No => "no".into(),
        Three::Unknown(open) => {
            let names = open.names.iter().map(|name| match name {
                Name::Field(at) => FIELDS[*at].name.to_owned(),
                Name::Answer(key) => format!("answers.{key}"),
            });
            names.chain(open.trouble.map(|trouble| format!("{trouble:?}"))).collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn connectives_follow_kleene() {
    let (yes, no, open) = ("work.form == 'volunteering'", "work.form == 'basic_job'", "person.benefit == 'none'");
    for (text, expected) in [
        (format!("{yes} && {no}"), "no"),
        (format!("{yes} && {open}"), "person.benefit"),
        (format!("{open} && {yes}"), "person.benefit"),
        (format!("{no} && {open}"), "no"),
        (format!("{open} && {no}"), "no"),
        (format!("{yes} || {open}"), "yes"),
        (format!("{open} || {yes}"), "yes"),
        (format!("{no} || {open}"), "person.benefit"),
        (format!("{open} || {no}"), "person.benefit"),
        (format!("!({no}) && !({yes})"), "no"),
        (format!("!({open})"), "person.benefit"),
        (format!("{open} ? {yes} : {yes}"), "yes"),
        (format!("{open} ? {yes} : {no}"), "person.benefit"),
        (format!("{yes} ? {no} : {open}"), "no"),
        (format!("({open} || answers.over_27) && person.hours_max > 3"), "person.hours_max person.benefit answers.over_27"),
    ] {
        assert_eq!(judged(&text), expected, "{text}");
    }
}

#[test]
fn cel_itself_agrees_wherever_everything_is_told() {
    let texts = [
        "work.hours_max <= 8.5",
        "work.hours_max > 8 && !('teaching_licence' in person.documents)",
        "today < '2027-01-01' || work.form == 'x'",
        "person.documents.exists(document, document.startsWith('conduct'))",
        "person.documents.all(document, document == 'x') ? work.hours_max > 1 : work.form != 'x'",
        "size(person.documents) == 1 && work.hours_max * 2.0 == 17.0",
        "work.form in ['volunteering', 'informal_care']",
    ];
    for text in texts {
        let condition = condition(text);
        let whole = matches!(condition.program.execute(&context(&facts())), Ok(Value::Bool(true)));
        assert_eq!(judged(text), if whole { "yes" } else { "no" }, "{text}");
    }
}

#[test]
fn what_goes_wrong_is_reported_and_never_a_yes_or_a_no() {
    assert_eq!(judged("person.documents[3] == 'x'"), "Failed");
    assert_eq!(judged("person.documents[3] == 'x' || work.form == 'volunteering'"), "yes");
    let mut facts = facts();
    facts.tell("person.documents", Told::Texts((0..10_000).map(|at| at.to_string()).collect()));
    let text = format!("person.documents.all(item, {})", vec!["item != 'x'"; 20].join(" && "));
    let Three::Unknown(open) = condition(&text).judge(&facts) else { panic!("it was judged") };
    assert_eq!(open.trouble, Some(Trouble::TooLong));
}

#[test]
fn names_what_is_wrong_with_a_condition() {
    for (text, expected) in [
        ("work.hours_max <=", vec!["not_an_expression"]),
        ("work.hours_maks > 3 && persn.documents == []", vec!["unknown_name", "unknown_name"]),
        ("answers.other", vec!["unknown_name"]),
        ("has(person.benefit)", vec!["unknown_name"]),
        ("work", vec!["unknown_name"]),
        ("work['form'] == 'x'", vec!["unknown_name"]),
        ("matches(work.form, 'x')", vec!["unknown_name"]),
        ("work.form == 3", vec!["not_yes_or_no"]),
        ("work.hours_max", vec!["not_yes_or_no"]),
        ("work.hours_max > 'a'", vec!["not_yes_or_no"]),
        ("work.form && work.call_up", vec!["not_yes_or_no"]),
        ("'x' in work.form", vec!["not_yes_or_no"]),
        ("{'a': 1}['a'] == 1", vec!["too_intricate"]),
        ("person.documents.all(a, person.needs.all(b, a == b))", vec!["too_intricate"]),
    ] {
        assert_eq!(codes(text), expected, "{text}");
    }
    let faults = Condition::read(&expression("work.hours_maks > 3"), &[]).err().unwrap();
    let [FaultKind::UnknownName { known, .. }] = faults.as_slice() else { panic!("{faults:?}") };
    assert_eq!(known.first().map(String::as_str), Some("work.hours_max"));
}

#[test]
fn the_longest_and_deepest_texts_are_refused_without_falling_over() {
    let long = |part: &str, count: usize| vec![part; count].join("");
    for text in [
        format!("{}true{}", long("(", 900), long(")", 900)),
        format!("1{} > 0", long("+1", 900)),
        format!("1{} > 0", long(" - -1", 350)),
        long("true ? true : ", 140) + "true",
        long("true&&", 330) + "true",
        long("[", 1_900),
        format!("work.form == '{}'", long("(", 1_900)),
        format!("person.documents{}.size() > 0", long(".filter(a, true)", 110)),
        long("a.", 900) + "b == 1",
    ] {
        assert!(!codes(&text).is_empty(), "{text}");
    }
    assert_eq!(judged(&(long("!", 1_900) + "true")), "yes");
}
