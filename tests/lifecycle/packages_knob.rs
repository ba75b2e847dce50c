//! The packages knob: how large parts may be where nobody says otherwise, in which scope, and what turning it would do.

use raakvlak_domain::identifiers::{PackageId, ProgrammeId};
use raakvlak_domain::knobs::{Knob, Scope};
use raakvlak_domain::packages::{PackagesKnob, TaskPackage};
use raakvlak_service::carving::{AskedSizes, ChosenPart};
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::Error;
use raakvlak_service::knobs::Source;
use raakvlak_store::Action;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Town, of, prose, work};
use serde_json::{Value, json};

/// Work of eighteen hours in three tasks, shown in twelve hours, and people who want six to eight.
fn job(town: &Town) -> PackageId {
    let mut told = work("p-job", 1);
    told["state"] = json!("published");
    told["tasks"] = json!([{ "id": "bake", "hours": 6 }, { "id": "sell", "hours": 6 }, { "id": "bring", "hours": 6 }]);
    told["hours"] = json!({ "min": 18, "max": 18 });
    told["onboarding_hours"] = json!(12);
    for number in 0..4 {
        let _ = town.person(&format!("e-{number}"), json!({ "hours": { "min": 4, "max": 8 } }));
    }
    let package = of::<TaskPackage>(&told);
    let id = package.id.clone();
    town.desk.store().write(move |tx| raakvlak_store::packages::insert(tx, &package, None).map(drop)).unwrap();
    id
}

fn setting(told: Value) -> PackagesKnob {
    of(&told)
}

on_both_databases!(the_knob_says_what_the_request_does_not, |database| {
    let town = Town::on(&database);
    let id = job(&town);
    let carve = |asked: AskedSizes| town.desk.carve_package(&town.mediator, &id, asked).unwrap();
    let start = carve(AskedSizes::default());
    assert_eq!((start.sizes.smallest.get(), start.sizes.largest.get(), start.sizes_from), (80, 160, Source::Start));
    assert_eq!((start.carving.parts.len(), start.packages_version), (0, None), "nobody can carry twelve hours");
    let scope = Scope::Package(id.clone());
    let small = setting(json!({ "smallest": 4, "largest": 8 }));
    let turned = town.desk.turn_plain_knob(&town.mediator, &scope, Some(small), prose("Kleiner"), 0).unwrap();
    let carved = carve(AskedSizes::default());
    assert_eq!((carved.carving.parts.len(), carved.carving.people), (3, 4));
    assert_eq!((carved.sizes_from, carved.packages_version, turned.number), (Source::Package, turned.version, 1));
    let asked = carve(AskedSizes { smallest: of(&json!(12)), largest: of(&json!(12)), ..AskedSizes::default() });
    assert_eq!((asked.carving.parts.len(), asked.sizes.smallest.get()), (0, 120), "what is asked goes before the knob");
    let Err(Error::Invalid(faults)) =
        town.desk.carve_package(&town.mediator, &id, AskedSizes { smallest: of(&json!(9)), ..AskedSizes::default() })
    else {
        panic!("a fault")
    };
    assert_eq!(faults[0].pointer, "/smallest", "nine is more than the knob's eight");
});

on_both_databases!(a_part_brings_no_more_onboarding_than_the_knob_says, |database| {
    let town = Town::on(&database);
    let id = job(&town);
    let knob = setting(json!({ "smallest": 4, "largest": 12, "onboarding_most": 4 }));
    let network = Scope::Network;
    town.desk.turn_plain_knob(&town.steward, &network, Some(knob), prose("Kort inwerken"), 0).unwrap();
    let carved = town.desk.carve_package(&town.mediator, &id, AskedSizes::default()).unwrap();
    assert_eq!(carved.sizes.largest_by_onboarding.map(|most| most.get()), Some(60), "a third of the work has a third of the twelve hours");
    assert_eq!(carved.carving.parts.len(), 3);
    let part = |tasks: &[&str]| ChosenPart { title: None, tasks: tasks.iter().map(|task| of(&json!(task))).collect() };
    let two = vec![part(&["bake", "sell"]), part(&["bring"])];
    let Err(Error::Invalid(faults)) = town.desk.accept_parts(&town.mediator, &id, two.clone(), AskedSizes::default()) else {
        panic!("a fault")
    };
    assert_eq!(faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), ["/parts/0"]);
    let more = AskedSizes { onboarding_most: of(&json!(8)), ..AskedSizes::default() };
    let drafts = town.desk.accept_parts(&town.mediator, &id, two, more).unwrap();
    let shown: Vec<_> = drafts.iter().map(|draft| draft.value.onboarding_hours.map(|hours| hours.get())).collect();
    assert_eq!(shown, [Some(80), Some(40)], "each draft asks its share");
    let none = AskedSizes { onboarding_most: of(&json!(1)), ..AskedSizes::default() };
    let carved = town.desk.carve_package(&town.mediator, &id, none).unwrap();
    assert_eq!((carved.carving.parts.len(), carved.sizes.largest_by_onboarding.map(|most| most.get())), (0, Some(15)));
});

on_both_databases!(a_preview_carves_the_open_packages_of_a_scope, |database| {
    let town = Town::on(&database);
    let id = job(&town);
    let _ = town.work("p-other", 1);
    let small = setting(json!({ "smallest": 4, "largest": 8 }));
    let preview = town.desk.preview_packages_knob(&town.mediator, &Scope::Network, &small).unwrap();
    assert_eq!((preview.packages, preview.set_elsewhere, preview.looked_at, preview.changed), (2, 0, 2, 2));
    let effect = preview.effects.iter().find(|effect| effect.package == id).unwrap();
    assert_eq!((effect.as_one_job, effect.before.parts, effect.before.people, effect.before.left_over), (0, 0, 0, 3));
    assert_eq!((effect.after.parts, effect.after.people, effect.after.smallest_group, effect.after.left_over), (3, 4, Some(4), 0));
    let real = town.desk.carve_package(
        &town.mediator,
        &id,
        AskedSizes { smallest: Some(small.smallest), largest: Some(small.largest), ..AskedSizes::default() },
    );
    assert_eq!(real.unwrap().carving.people, effect.after.people, "as the carving itself says");
    assert_eq!(town.desk.plain_knob::<PackagesKnob>(&town.mediator, &Scope::Network).unwrap().number, 0, "nothing is saved");
    town.desk.turn_plain_knob(&town.mediator, &Scope::Package(id.clone()), Some(small), prose("Hier"), 0).unwrap();
    let preview = town.desk.preview_packages_knob(&town.mediator, &Scope::Network, &PackagesKnob::default()).unwrap();
    assert_eq!((preview.packages, preview.set_elsewhere, preview.looked_at), (2, 1, 1));
    let preview = town.desk.preview_packages_knob(&town.mediator, &Scope::Package(id), &PackagesKnob::default()).unwrap();
    assert_eq!((preview.looked_at, preview.changed, preview.effects[0].after.parts), (1, 1, 0));
    for other in [&town.steward, &town.auditor, &town.employee] {
        assert_eq!(town.desk.preview_packages_knob(other, &Scope::Network, &small).unwrap_err(), Error::NotAllowed);
    }
});

on_both_databases!(turning_it_is_as_turning_any_knob, |database| {
    let town = Town::on(&database);
    let small = || Some(setting(json!({ "smallest": 4, "largest": 8 })));
    let turn =
        |scope: &Scope, setting, built_on| town.desk.turn_plain_knob::<PackagesKnob>(&town.mediator, scope, setting, prose("Zo"), built_on);
    turn(&Scope::Network, small(), 0).unwrap();
    assert_eq!(turn(&Scope::Network, small(), 0).unwrap_err(), Error::Stale { current: 1 }, "somebody else turned it");
    assert!(matches!(turn(&Scope::Network, None, 1), Err(Error::Invalid(_))), "the network's setting stays");
    for gone in [Scope::Programme(ProgrammeId::new("gone").unwrap()), Scope::Package(PackageId::new("gone").unwrap())] {
        assert_eq!(turn(&gone, small(), 0).unwrap_err(), Error::NotFound);
        assert_eq!(town.desk.preview_packages_knob(&town.mediator, &gone, &PackagesKnob::default()).unwrap_err(), Error::NotFound);
        assert_eq!(town.desk.plain_knob::<PackagesKnob>(&town.mediator, &gone).unwrap_err(), Error::NotFound);
    }
    let versions = town.desk.versions_of_knob(&town.auditor, Knob::Packages, &Scope::Network, &PageRequest::first(10)).unwrap();
    assert_eq!((versions.items.len(), versions.items[0].number, versions.items[0].why.to_string().as_str()), (1, 1, "Zo"));
    assert_eq!(town.desk.versions_of_knob(&town.auditor, Knob::Matcher, &Scope::Network, &PageRequest::first(10)).unwrap().items, []);
    let rows = town.read(|db| db.audit_rows(&raakvlak_store::AuditQuery { action: Some(Action::Turn), limit: 10, ..Default::default() }));
    assert_eq!(rows.len(), 1, "a turn that failed is none");
    assert!(town.desk.check(|| ()).unwrap().whole);
});
