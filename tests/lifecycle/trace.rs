//! The trace from a match to the knobs: how each stood when it was made, whatever was turned since.

use diesel::prelude::*;
use raakvlak_domain::knobs::{Knob, MatcherSetting, Scope, SettingSource};
use raakvlak_domain::matches::MatchState;
use raakvlak_domain::packages::{PackagesKnob, TaskPackage};
use raakvlak_domain::rules::RulesKnob;
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_service::error::Error;
use raakvlak_service::matches::MatchKnob;
use raakvlak_store::schema::match_knobs;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Town, hours, of, prose, work};
use serde_json::json;

fn of_knob(kept: &[MatchKnob], knob: Knob) -> MatchKnob {
    kept.iter().find(|kept| kept.knob == knob).cloned().unwrap()
}

on_both_databases!(a_match_keeps_how_every_knob_stood, |database| {
    let town = Town::on(&database);
    let package = town.work("p-1", 3);
    let person = town.person("e-1", json!({}));
    let early = town.suggest(&person, &package).unwrap();
    let kept = town.desk.match_knobs(&town.mediator, &early).unwrap();
    assert_eq!(kept.iter().map(|kept| kept.knob).collect::<Vec<_>>(), Knob::ALL);
    assert!(kept.iter().all(|kept| kept.from == SettingSource::Start && kept.version.is_none() && kept.made_by.is_none()));

    let scope = Scope::Package(package.clone());
    let matcher = town.desk.turn_knob(&town.steward, &Scope::Network, Some(MatcherSetting::default()), prose("Eerst zo"), 0).unwrap();
    town.clock.advance(60);
    let parts = town.desk.turn_plain_knob(&town.mediator, &scope, Some(PackagesKnob::default()), prose("Parten"), 0).unwrap();
    town.desk.turn_plain_knob(&town.mediator, &Scope::Network, Some(RulesKnob::default()), prose("Regels"), 0).unwrap();
    town.desk.turn_plain_knob(&town.mediator, &scope, Some(ThresholdKnob::default()), prose("Drempel"), 0).unwrap();
    town.desk.turn_plain_knob::<ThresholdKnob>(&town.mediator, &scope, None, prose("Toch niet"), 1).unwrap();
    let other = town.person("e-2", json!({}));
    let late = town.led_to(MatchState::Offered, &other, &package, &hours(4.0, "2026-12-07"));
    town.desk.turn_knob(&town.mediator, &Scope::Network, Some(MatcherSetting::default()), prose("Later anders"), 1).unwrap();

    let kept = town.desk.match_knobs(&town.auditor, &late).unwrap();
    let traced = of_knob(&kept, Knob::Matcher);
    assert_eq!((traced.from, &traced.version, traced.number), (SettingSource::Network, &matcher.version, Some(1)), "the version of then");
    assert_eq!((traced.made_by, traced.why), (Some(town.steward.user.clone()), Some(prose("Eerst zo"))));
    assert_eq!(of_knob(&kept, Knob::Packages).version, parts.version);
    assert_eq!(of_knob(&kept, Knob::Rules).from, SettingSource::Network);
    assert_eq!(
        (of_knob(&kept, Knob::Threshold).from, of_knob(&kept, Knob::Threshold).version),
        (SettingSource::Start, None),
        "taken away before"
    );
    let still = town.desk.match_knobs(&town.steward, &early).unwrap();
    assert!(still.iter().all(|kept| kept.from == SettingSource::Start), "what was made before stays as it was");

    assert_eq!(town.desk.match_knobs(&other, &late).unwrap_err(), Error::NotAllowed);
    assert_eq!(town.desk.match_knobs(&person, &late).unwrap_err(), Error::NotFound);
    assert_eq!(town.desk.match_knobs(&town.employee, &late).unwrap_err(), Error::NotFound, "before an introduction there is no match");
    assert!(town.desk.check(|| ()).unwrap().whole);

    town.desk.erase_expert(&town.steward, &other.expert.clone().unwrap()).unwrap();
    assert_eq!(town.desk.match_knobs(&town.auditor, &late).unwrap_err(), Error::NotFound);
    let rows: i64 =
        town.read(|db| Ok(match_knobs::table.filter(match_knobs::match_id.eq(late.as_str())).count().get_result(db.connection())?));
    assert_eq!(rows, 0, "nothing of an erased person's match stays");
    assert!(town.desk.check(|| ()).unwrap().whole);
});

on_both_databases!(under_the_weights_of_a_programme_stands_what_held_in_the_network, |database| {
    let town = Town::on(&database);
    let programme = of(&json!({ "id": "x", "name": "Zorgreserve", "position": "energy" }));
    let programme = town.desk.create_programme(&town.steward, programme).unwrap().value.id;
    let mut told = work("new", 3);
    told["programme"] = json!(programme);
    let draft = town.desk.create_package(&town.employee, of::<TaskPackage>(&told)).unwrap();
    let id = town.desk.publish_package(&town.employee, &draft.value.id, draft.version).unwrap().value.id;
    let before = town.suggest(&town.person("e-1", json!({})), &id).unwrap();
    let matcher = town.desk.turn_knob(&town.mediator, &Scope::Network, Some(MatcherSetting::default()), prose("Zo"), 0).unwrap();
    let after = town.suggest(&town.person("e-2", json!({})), &id).unwrap();
    let traced = |id| of_knob(&town.desk.match_knobs(&town.mediator, id).unwrap(), Knob::Matcher);
    assert_eq!((traced(&before).from, traced(&before).version), (SettingSource::ProgrammeStart, None));
    assert_eq!((traced(&after).from, traced(&after).version), (SettingSource::ProgrammeStart, matcher.version));
    assert_eq!(town.desk.check(|| ()).unwrap().violations, []);
});

on_both_databases!(a_trace_that_does_not_fit_is_found, |database| {
    let town = Town::on(&database);
    let package = town.work("p-1", 3);
    let matcher = town.desk.turn_knob(&town.mediator, &Scope::Network, Some(MatcherSetting::default()), prose("Zo"), 0).unwrap();
    let id = town.suggest(&town.person("e-1", json!({})), &package).unwrap();
    let tampered = |knob: &'static str, source: &'static str, version: Option<String>| {
        let row = (id.to_string(), knob);
        town.desk
            .store()
            .write(move |tx| {
                let columns = (match_knobs::source.eq(source), match_knobs::version_id.eq(version));
                diesel::update(match_knobs::table.find(row)).set(columns).execute(tx.connection())?;
                Ok::<(), raakvlak_store::StoreError>(())
            })
            .unwrap();
        let report = town.desk.check(|| ()).unwrap();
        report.violations.iter().filter(|found| found.table == "match_knobs").map(|found| found.detail.clone()).collect::<Vec<_>>()
    };
    let version = matcher.version.map(|id| id.to_string());
    assert_eq!(tampered("matcher", "network", version.clone()), Vec::<String>::new());
    assert_eq!(tampered("matcher", "start", None), ["matcher"], "the score was made by a version");
    assert_eq!(tampered("matcher", "package", version.clone()), ["matcher"], "it is a version of the network");
    assert_eq!(tampered("matcher", "network", version.clone()), Vec::<String>::new());
    assert_eq!(tampered("rules", "network", version), ["rules"], "it is a version of another knob");
});
