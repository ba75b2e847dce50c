//! Every rule to start with: sound, sourced, and with a case for each outcome that it can have.

use std::collections::BTreeSet;

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::organisations::OrganisationKind;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::reading::Fresh;
use raakvlak_domain::rules::{Effect, Possibility, RuleStatus, RulesKnob};

use super::super::facts::{Facts, Reader, Told};
use super::super::judging::{Outcome, judge_all};
use super::*;

/// A case: work of this form and reward, a person, an arrangement, answers, and the day on which it begins.
struct Case<'a> {
    work: &'a str,
    person: &'a str,
    arrangement: Option<&'a str>,
    answers: &'a [(&'a str, bool)],
    day: &'a str,
    reader: Reader,
}

impl Default for Case<'_> {
    fn default() -> Self {
        let work = r#""work_form":"regular_job","reward":{"kind":"paid","amount":16}"#;
        let person = r#""commitments":[],"documents":[],"income":{"benefit":"social_assistance"}"#;
        Self { work, person, arrangement: None, answers: &[], day: "2026-11-30", reader: Reader::Own }
    }
}

impl Case<'_> {
    fn outcomes(&self) -> Vec<Outcome> {
        let day = Date::parse(self.day).unwrap();
        let package = format!(
            r#"{{"organisation":"o","purpose":"p","title":"t","tasks":[{{"id":"t","hours":4,"activities":["teaching"]}}],
            "hours":{{"min":4,"max":16}},{}}}"#,
            self.work
        );
        let Fresh(package) = read::<Fresh<TaskPackage>>(&package).unwrap();
        let person: Expert = read(&format!(r#"{{"id":"e",{}}}"#, self.person)).unwrap();
        let mut facts = Facts::default();
        facts.day(day);
        facts.work(&package, Some(OrganisationKind::Education), day);
        facts.person(&person, self.reader, &[], day);
        if let Some(more) = self.arrangement {
            let arrangement: Arrangement = read(&format!(r#"{{"start":"{}",{more}}}"#, self.day)).unwrap();
            facts.arrangement(&arrangement, &person, &[], day);
        }
        self.answers.iter().for_each(|(key, answer)| facts.answer(key, *answer));
        judge_all(rules(), &RulesKnob::default(), &facts, self.reader, (day, Some(day)))
    }

    /// `possible`, `not`, `unknown`, or `silent` where the rule has nothing to say.
    fn outcome(&self, rule: &str) -> &'static str {
        self.outcomes().iter().find(|outcome| outcome.rule.as_str() == rule).map_or("silent", |outcome| outcome.outcome.as_str())
    }
}

#[test]
fn every_line_is_sound_and_says_where_it_was_read() {
    assert_eq!(rules().len(), RULES.lines().count());
    assert_eq!(instruments().len(), INSTRUMENTS.lines().count());
    for line in RULES.lines() {
        let rule: Rule = read(line).unwrap_or_else(|faults| panic!("{faults:?} in {line}"));
        assert!(!rule.sources.is_empty(), "{}", rule.id);
        SoundRule::new(rule).unwrap_or_else(|faults| panic!("{faults:?} in {line}"));
    }
    let known: BTreeSet<&str> = instruments().iter().map(|instrument| instrument.id.as_str()).collect();
    let suggested: BTreeSet<&str> = rules().iter().filter_map(|sound| Some(sound.rule.instrument.as_ref()?.as_str())).collect();
    assert_eq!(known, suggested);
}

#[test]
fn no_two_versions_of_a_rule_hold_on_one_day() {
    for (one, other) in rules().iter().zip(rules().iter().skip(1)).filter(|(one, other)| one.rule.id == other.rule.id) {
        assert!(!one.rule.overlaps(&other.rule), "{}", one.rule.id);
        assert_eq!(other.rule.number.get(), one.rule.number.get() + 1, "{}", one.rule.id);
    }
}

#[test]
fn what_changes_on_the_first_of_january_2027_stands_in_both_versions() {
    let changing =
        ["volunteer_allowance", "allowance_beside_social_assistance", "earning_beside_social_assistance", "social_participation"];
    for id in changing {
        let versions: Vec<&Rule> = rules().iter().map(|sound| &sound.rule).filter(|rule| rule.id.as_str() == id).collect();
        let until: Vec<Option<String>> = versions.iter().map(|rule| rule.valid_until.map(|day| day.to_string())).collect();
        let from: Vec<Option<String>> = versions.iter().map(|rule| rule.valid_from.map(|day| day.to_string())).collect();
        assert_eq!(
            (until.as_slice(), from.last()),
            ([Some("2026-12-31".to_owned()), None].as_slice(), Some(&Some("2027-01-01".to_owned()))),
            "{id}"
        );
    }
}

/// A row: the rule, the outcome, and the case.
type Row<'a> = (&'a str, &'a str, Case<'a>);

fn check(rows: &[Row<'_>]) -> BTreeSet<(String, String)> {
    for (at, (rule, expected, case)) in rows.iter().enumerate() {
        assert_eq!(case.outcome(rule), *expected, "row {at}: {rule}");
    }
    rows.iter().map(|(rule, outcome, _)| ((*rule).to_owned(), (*outcome).to_owned())).collect()
}

const VOLUNTEERING: &str = r#""work_form":"volunteering","reward":{"kind":"allowance","amount":5}"#;
const ELSEWHERE: &str = r#""committed_hours":32,"documents":[]"#;

fn instruments_rows() -> Vec<Row<'static>> {
    const JOBSEEKER: &str = r#""income":{"benefit":"unemployment"}"#;
    const NONE: &str = r#""income":{"benefit":"none"}"#;
    const TRIAL: &[(&str, bool)] =
        &[("worked_here_before", false), ("contract_afterwards", true), ("displaces_work", false), ("permission_first", true)];
    let answers = |answers: &'static [(&'static str, bool)]| Case { answers, ..Case::default() };
    let coached = |arrangement: &'static str, answers: &'static [(&'static str, bool)]| Case {
        arrangement: Some(arrangement),
        answers,
        ..Case::default()
    };
    const COACH: &[(&str, bool)] = &[("lasting_help", true), ("third_of_wage", true), ("wants_coach", true), ("municipal_support", true)];
    vec![
        ("trial_placement", "possible", Case { person: JOBSEEKER, answers: TRIAL, ..Case::default() }),
        ("trial_placement", "not", Case { person: NONE, answers: TRIAL, ..Case::default() }),
        ("trial_placement", "not", Case { person: NONE, ..Case::default() }),
        ("trial_placement", "unknown", Case { person: JOBSEEKER, ..Case::default() }),
        ("trial_placement", "silent", Case { work: VOLUNTEERING, ..Case::default() }),
        (
            "wage_cost_subsidy",
            "possible",
            answers(&[("participation_act", true), ("under_minimum_wage", true), ("wage_value_measured", true)]),
        ),
        ("wage_cost_subsidy", "not", answers(&[("participation_act", false)])),
        ("wage_cost_subsidy", "unknown", Case::default()),
        ("wage_cost_subsidy", "silent", Case { work: VOLUNTEERING, ..Case::default() }),
        ("no_risk_policy", "possible", answers(&[("in_target_register", true)])),
        ("no_risk_policy", "possible", Case { person: r#""income":{"benefit":"disabled_young"}"#, ..Case::default() }),
        ("no_risk_policy", "not", answers(&[("in_target_register", false)])),
        ("no_risk_policy", "unknown", Case::default()),
        ("wage_benefit_disability", "possible", answers(&[("target_group_statement", true)])),
        ("wage_benefit_disability", "not", answers(&[("target_group_statement", false)])),
        ("wage_benefit_disability", "unknown", Case::default()),
        ("wage_benefit_jobs_agreement", "possible", answers(&[("in_target_register", true)])),
        ("wage_benefit_jobs_agreement", "not", answers(&[("in_target_register", false)])),
        ("wage_benefit_jobs_agreement", "unknown", Case::default()),
        ("job_coach_uwv", "possible", coached(r#""hours":12"#, COACH)),
        ("job_coach_uwv", "not", coached(r#""hours":8"#, COACH)),
        ("job_coach_uwv", "not", coached(r#""hours":16,"end":"2027-01-31""#, COACH)),
        ("job_coach_uwv", "unknown", coached(r#""hours":16"#, &[])),
        ("job_coach_municipality", "possible", coached(r#""hours":13"#, COACH)),
        ("job_coach_municipality", "not", coached(r#""hours":12"#, COACH)),
        ("job_coach_municipality", "unknown", Case::default()),
        ("work_provisions", "possible", answers(&[("provision_needed", true)])),
        ("work_provisions", "not", answers(&[("provision_needed", false)])),
        ("work_provisions", "unknown", Case::default()),
        (
            "wage_dispensation",
            "possible",
            Case { person: r#""income":{"benefit":"disabled_young"}"#, answers: &[("does_less", true)], ..Case::default() },
        ),
        ("wage_dispensation", "not", Case::default()),
        ("wage_dispensation", "unknown", Case { person: r#""income":{"benefit":"disabled_young"}"#, ..Case::default() }),
        ("individual_placement", "possible", answers(&[("wants_ips", true), ("in_treatment", true)])),
        ("individual_placement", "not", answers(&[("wants_ips", false)])),
        ("individual_placement", "unknown", Case::default()),
    ]
}

fn income_rows() -> Vec<Row<'static>> {
    let volunteer = |arrangement, answers, day| Case { work: VOLUNTEERING, arrangement, answers, day, ..Case::default() };
    let modest = Some(r#""hours":4,"reward":{"kind":"allowance","amount":5}"#);
    let generous = Some(r#""hours":16,"reward":{"kind":"allowance","amount":5}"#);
    const TOLD: &[(&str, bool)] =
        &[("told_municipality", true), ("over_27", true), ("amount_agreed", true), ("displaces_work", false), ("hinders_paid_work", false)];
    const UNTOLD: &[(&str, bool)] = &[("told_municipality", false)];
    let (old, new) = ("2026-11-30", "2027-01-04");
    let of = |work, person, answers| Case { work, person, answers, ..Case::default() };
    const BASIC: &str = r#""work_form":"basic_job","reward":{"kind":"paid"}"#;
    const ASSISTED: &str = r#""income":{"benefit":"social_assistance"}"#;
    vec![
        ("volunteer_allowance", "possible", volunteer(modest, &[], old)),
        ("volunteer_allowance", "not", volunteer(generous, &[], old)),
        ("volunteer_allowance", "unknown", volunteer(None, &[], old)),
        ("volunteer_allowance", "unknown", volunteer(modest, &[], new)),
        ("volunteer_allowance", "possible", volunteer(modest, &[("amounts_looked_up", true)], new)),
        ("volunteer_allowance", "not", volunteer(modest, &[("amounts_looked_up", false)], new)),
        ("volunteer_allowance", "silent", Case::default()),
        ("allowance_beside_social_assistance", "possible", volunteer(modest, TOLD, old)),
        ("allowance_beside_social_assistance", "not", volunteer(generous, TOLD, old)),
        ("allowance_beside_social_assistance", "unknown", volunteer(modest, &[], old)),
        ("allowance_beside_social_assistance", "possible", volunteer(generous, TOLD, new)),
        ("allowance_beside_social_assistance", "not", volunteer(modest, UNTOLD, new)),
        ("allowance_beside_social_assistance", "silent", of(VOLUNTEERING, r#""income":{"benefit":"none"}"#, TOLD)),
        ("earning_beside_social_assistance", "possible", Case { answers: TOLD, ..Case::default() }),
        ("earning_beside_social_assistance", "not", Case { answers: UNTOLD, day: new, ..Case::default() }),
        ("earning_beside_social_assistance", "unknown", Case::default()),
        ("social_participation", "possible", volunteer(None, TOLD, old)),
        ("social_participation", "not", volunteer(None, &[("displaces_work", true)], new)),
        ("social_participation", "unknown", volunteer(None, UNTOLD.split_at(0).0, new)),
        ("basic_job_person", "possible", of(BASIC, ASSISTED, &[("over_27", true), ("other_route", false)])),
        ("basic_job_person", "not", of(BASIC, r#""income":{"benefit":"none"}"#, &[])),
        ("basic_job_person", "unknown", of(BASIC, ASSISTED, &[])),
        (
            "sheltered_work",
            "possible",
            of(r#""work_form":"sheltered_work""#, ASSISTED, &[("sheltered_advice", true), ("sheltered_place", true)]),
        ),
        ("sheltered_work", "not", of(r#""work_form":"sheltered_work""#, ASSISTED, &[("sheltered_advice", false)])),
        ("sheltered_work", "unknown", of(r#""work_form":"sheltered_work""#, ASSISTED, &[])),
        ("day_activity", "possible", of(r#""work_form":"day_activity""#, ASSISTED, &[("day_activity_granted", true)])),
        ("day_activity", "not", of(r#""work_form":"day_activity""#, ASSISTED, &[("day_activity_granted", false)])),
        ("day_activity", "unknown", of(r#""work_form":"day_activity""#, ASSISTED, &[])),
        ("tax_two_jobs", "possible", Case { person: ELSEWHERE, answers: &[("tax_credit_once", true)], ..Case::default() }),
        ("tax_two_jobs", "not", Case { person: ELSEWHERE, answers: &[("tax_credit_once", false)], ..Case::default() }),
        ("tax_two_jobs", "unknown", Case { person: ELSEWHERE, ..Case::default() }),
        ("tax_two_jobs", "silent", Case::default()),
        ("pension_two_jobs", "possible", Case { person: ELSEWHERE, answers: &[("pension_looked_at", true)], ..Case::default() }),
        ("pension_two_jobs", "not", Case { person: ELSEWHERE, answers: &[("pension_looked_at", false)], ..Case::default() }),
        ("pension_two_jobs", "unknown", Case { person: ELSEWHERE, ..Case::default() }),
    ]
}

fn work_rows() -> Vec<Row<'static>> {
    let of = |work, person, arrangement, answers| Case { work, person, arrangement, answers, reader: Reader::Mediator, ..Case::default() };
    const PAID: &str = r#""work_form":"regular_job","reward":{"kind":"paid"}"#;
    const BASIC: &str = r#""work_form":"basic_job","reward":{"kind":"paid"}"#;
    const CERTIFIED: &str =
        r#""work_form":"volunteering","documents":[{"document":"conduct_certificate"},{"document":"care_registration"}]"#;
    const LENT: &str = r#""work_form":"secondment","reward":{"kind":"paid"}"#;
    const CALLED: &str = r#""work_form":"reserve","call_up":true,"reward":{"kind":"paid"}"#;
    const BUSY: &str = r#""committed_hours":50,"documents":[]"#;
    const TAUGHT: &str = r#""documents":["teaching_licence"]"#;
    const GOOD_TASKS: &[(&str, bool)] = &[
        ("helps_neighbourhood", true),
        ("done_already", false),
        ("paid_for_already", false),
        ("displaces_work", false),
        ("fits_with_guidance", true),
    ];
    let evening = Some(r#""hours":8,"dayparts":["mon_eve"]"#);
    vec![
        ("basic_job_tasks", "possible", of(BASIC, BUSY, None, GOOD_TASKS)),
        ("basic_job_tasks", "not", of(BASIC, BUSY, None, &[("done_already", true)])),
        ("basic_job_tasks", "unknown", of(BASIC, BUSY, None, &[])),
        ("basic_job_tasks", "silent", of(PAID, BUSY, None, GOOD_TASKS)),
        ("teaching_day", "possible", of(PAID, TAUGHT, None, &[])),
        ("teaching_day", "possible", of(PAID, BUSY, Some(r#""hours":8"#), &[])),
        ("teaching_day", "not", of(PAID, BUSY, Some(r#""hours":12"#), &[("licence_within_two_years", false)])),
        ("teaching_day", "unknown", of(PAID, BUSY, Some(r#""hours":12"#), &[])),
        ("weekly_hours", "possible", of(PAID, ELSEWHERE, Some(r#""hours":28"#), &[])),
        ("weekly_hours", "not", of(PAID, ELSEWHERE, Some(r#""hours":28.1"#), &[])),
        ("weekly_hours", "not", of(PAID, r#""committed_hours":57"#, None, &[])),
        ("weekly_hours", "unknown", of(PAID, ELSEWHERE, None, &[])),
        ("weekly_hours", "silent", of(VOLUNTEERING, BUSY, Some(r#""hours":20,"reward":{"kind":"none"}"#), &[])),
        ("average_hours", "possible", of(PAID, ELSEWHERE, Some(r#""hours":16"#), &[])),
        ("average_hours", "not", of(PAID, ELSEWHERE, Some(r#""hours":17"#), &[])),
        ("average_hours", "unknown", of(PAID, ELSEWHERE, None, &[])),
        ("daily_rest", "possible", of(PAID, ELSEWHERE, evening, &[("enough_rest", true)])),
        ("daily_rest", "not", of(PAID, ELSEWHERE, evening, &[("enough_rest", false)])),
        ("daily_rest", "unknown", of(PAID, ELSEWHERE, evening, &[])),
        ("daily_rest", "silent", of(PAID, ELSEWHERE, Some(r#""hours":8,"dayparts":["mon_am"]"#), &[])),
        ("conduct_certificate", "possible", of(CERTIFIED, r#""documents":["conduct_certificate"]"#, None, &[])),
        ("conduct_certificate", "not", of(CERTIFIED, BUSY, None, &[])),
        ("conduct_certificate", "unknown", of(CERTIFIED, r#""committed_hours":1"#, None, &[])),
        ("conduct_certificate", "silent", of(PAID, BUSY, None, &[])),
        ("care_registration", "possible", of(CERTIFIED, r#""documents":["care_registration"]"#, None, &[])),
        ("care_registration", "not", of(CERTIFIED, BUSY, None, &[])),
        ("care_registration", "unknown", of(CERTIFIED, r#""committed_hours":1"#, None, &[])),
        ("employer_named", "possible", of(LENT, BUSY, None, &[("employer_named", true)])),
        ("employer_named", "not", of(LENT, BUSY, None, &[("employer_named", false)])),
        ("employer_named", "unknown", of(CALLED, BUSY, None, &[])),
        ("employer_named", "silent", of(PAID, BUSY, None, &[])),
        ("employment_contract", "possible", of(PAID, BUSY, None, &[("contract_on_paper", true)])),
        ("employment_contract", "not", of(PAID, BUSY, None, &[("contract_on_paper", false)])),
        ("employment_contract", "unknown", of(PAID, BUSY, None, &[])),
        ("volunteer_or_employee", "possible", of(VOLUNTEERING, BUSY, None, &[("replaces_employee", false)])),
        ("volunteer_or_employee", "not", of(VOLUNTEERING, BUSY, None, &[("replaces_employee", true)])),
        ("volunteer_or_employee", "unknown", of(VOLUNTEERING, BUSY, None, &[])),
        ("second_job_told", "possible", of(PAID, BUSY, None, &[("main_employer_agrees", true)])),
        ("second_job_told", "not", of(PAID, BUSY, None, &[("main_employer_agrees", false)])),
        ("second_job_told", "unknown", of(PAID, r#""documents":[]"#, None, &[])),
        ("second_job_told", "silent", of(PAID, r#""commitments":[]"#, None, &[])),
        ("call_up_notice", "possible", of(CALLED, BUSY, None, &[("notice_of_four_days", true)])),
        ("call_up_notice", "not", of(CALLED, BUSY, None, &[("notice_of_four_days", false)])),
        ("call_up_notice", "unknown", of(CALLED, BUSY, None, &[])),
    ]
}

#[test]
fn every_rule_has_a_case_for_every_outcome() {
    let mut seen = check(&instruments_rows());
    seen.extend(check(&income_rows()));
    seen.extend(check(&work_rows()));
    for sound in rules() {
        for outcome in Possibility::ALL {
            let pair = (sound.rule.id.to_string(), outcome.to_string());
            assert!(seen.contains(&pair), "no case of {pair:?}");
        }
    }
}

#[test]
fn a_mediator_never_sees_what_somebodys_income_makes_of_a_rule() {
    let of = |benefit: &str| {
        let person = format!(r#""commitments":[],"income":{{"benefit":"{benefit}"}},"disclosure":{{"income":"organisation"}}"#);
        Case { person: &person, reader: Reader::Mediator, ..Case::default() }.outcomes()
    };
    let outcomes = of("disabled_young");
    assert_eq!(outcomes, of("none"));
    assert!(outcomes.iter().filter(|outcome| outcome.touches_income).all(|outcome| outcome.effect == Effect::Instrument));
}

#[test]
fn a_list_hangs_on_the_person_only_where_nothing_else_is_open() {
    let sound = rules().iter().find(|sound| sound.rule.id.as_str() == "weekly_hours").unwrap();
    let may = |reward: Option<&str>, least: i64| {
        let mut facts = Facts::default();
        if let Some(reward) = reward {
            facts.tell("work.reward", Told::Text(reward.into()));
        }
        facts.tell("work.hours_min", Told::Number(least));
        sound.may_keep_out(&facts)
    };
    assert_eq!([may(Some("paid"), 800), may(Some("none"), 800), may(None, 800)], [true, false, false]);
}

#[test]
fn what_blocks_was_read_and_holds() {
    let blocking: Vec<&Rule> = rules().iter().map(|sound| &sound.rule).filter(|rule| rule.effect == Effect::Block).collect();
    assert!(!blocking.is_empty());
    assert!(blocking.iter().all(|rule| rule.status == RuleStatus::InForce && !rule.touches_income));
}

#[test]
fn a_version_that_comes_later_is_told_and_blocks_nothing_yet() {
    let case = Case { work: VOLUNTEERING, arrangement: Some(r#""hours":4,"reward":{"kind":"allowance","amount":5}"#), ..Case::default() };
    let day = Date::parse(case.day).unwrap();
    let until = Date::parse("2027-06-30").unwrap();
    let mut facts = Facts::default();
    facts.tell("work.form", Told::Text("volunteering".into()));
    facts.tell("work.reward", Told::Text("allowance".into()));
    let outcomes = judge_all(rules(), &RulesKnob::default(), &facts, Reader::Mediator, (day, Some(until)));
    let versions: Vec<(u32, Option<String>)> = outcomes
        .iter()
        .filter(|outcome| outcome.rule.as_str() == "volunteer_allowance")
        .map(|outcome| (outcome.number.get(), outcome.from.map(|from| from.to_string())))
        .collect();
    assert_eq!(versions, [(1, None), (2, Some("2027-01-01".to_owned()))]);
}
