//! Work organised differently at the desk: carving, repairs, and parts that become packages which remember where they come from.

use raakvlak_domain::identifiers::{PackageId, TaskId};
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::quantities::Hours;
use raakvlak_service::carving::{AskedSizes, ChosenPart};
use raakvlak_service::error::Error;
use raakvlak_store::packages;
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Town, of, work};
use serde_json::json;

fn part(tasks: &[&str]) -> ChosenPart {
    ChosenPart { title: None, tasks: tasks.iter().map(|task| TaskId::new(task).unwrap()).collect() }
}

/// Work of eighteen hours that three people want, one wants nearly, and four want a third of.
fn job(town: &Town) -> PackageId {
    let mut told = work("new", 1);
    told["tasks"] = json!([{ "id": "bake", "title": "Bakken", "hours": 6 }, { "id": "sell", "hours": 6 }, { "id": "bring", "hours": 6 }]);
    told["hours"] = json!({ "min": 18, "max": 18 });
    for number in 0..8 {
        let hours = [json!({ "min": 8, "max": 20 }), json!({ "min": 8, "max": 15 }), json!({ "min": 4, "max": 8 })];
        let _ = town.person(&format!("e-{number}"), json!({ "hours": hours[usize::from(number > 2) + usize::from(number > 3)] }));
    }
    town.desk.create_package(&town.employee, of::<TaskPackage>(&told)).unwrap().value.id
}

on_both_databases!(a_job_is_carved_and_its_parts_become_packages, |database| {
    let town = Town::on(&database);
    let id = job(&town);
    let sizes = |smallest, largest| AskedSizes { smallest: Hours::new(smallest), largest: Hours::new(largest), ..AskedSizes::default() };
    let carving = town.desk.carve_package(&town.mediator, &id, sizes(40, 80)).unwrap().carving;
    let groups: Vec<u32> = carving.parts.iter().map(|part| part.people).collect();
    assert_eq!((carving.as_one_job, groups.as_slice(), carving.proven), (3, [4, 4, 4].as_slice(), true));
    assert_eq!(carving.people, 4, "the same four for each part");
    assert_eq!(town.desk.carve_package(&town.employee, &id, sizes(40, 80)).unwrap_err(), Error::NotAllowed);
    let Err(Error::Invalid(faults)) = town.desk.carve_package(&town.mediator, &id, sizes(80, 40)) else { panic!("a fault") };
    assert_eq!(faults[0].pointer, "/largest");

    let before = town.desk.package(&town.employee, &id).unwrap();
    let drafts = town.desk.accept_parts(&town.mediator, &id, vec![part(&["bake"]), part(&["sell", "bring"])], sizes(60, 120)).unwrap();
    assert_eq!(town.desk.package(&town.employee, &id).unwrap(), before, "the job stays as it is");
    let [first, second] = drafts.as_slice() else { panic!("two drafts") };
    assert_eq!((first.value.title.to_string().as_str(), first.value.hours.max.get()), ("Bakken", 60));
    assert_eq!((second.value.tasks.len(), second.value.hours.min.get()), (2, 120));
    for draft in &drafts {
        let origin = draft.value.origin.as_ref().unwrap();
        assert_eq!((&origin.package, origin.revision.get(), draft.value.state), (&id, 1, PackageState::Draft));
        assert_eq!(draft.value.organisation, before.value.organisation);
    }
    let reworded = TaskPackage { origin: None, ..first.value.clone() };
    let changed = town.desk.update_package(&town.employee, reworded, &first.value.id, first.version).unwrap();
    assert_eq!(changed.value.origin, first.value.origin, "where it comes from stays");
    let kept = town.read(|db| packages::get(db, &second.value.id)).unwrap();
    assert_eq!(kept.package, second.value);
});

on_both_databases!(every_fault_of_parts_is_named_at_once, |database| {
    let town = Town::on(&database);
    let id = job(&town);
    let parts = vec![part(&[]), part(&["bake", "dance"]), part(&["bake"])];
    let Err(Error::Invalid(faults)) = town.desk.accept_parts(&town.mediator, &id, parts, AskedSizes::default()) else { panic!("faults") };
    let told: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.kind.code())).collect();
    let expected = [
        ("/parts/0/tasks", "too_few"),
        ("/parts/1/tasks/1", "dangling"),
        ("/parts/2/tasks/0", "duplicate"),
        ("/parts/1", "out_of_range"),
        ("/parts/2", "out_of_range"),
    ];
    assert_eq!(told, expected, "six hours of baking are less than a part has");
    let Err(Error::Invalid(faults)) = town.desk.accept_parts(&town.mediator, &id, Vec::new(), AskedSizes::default()) else {
        panic!("a fault")
    };
    assert_eq!((faults[0].pointer.as_str(), faults.len()), ("/parts", 1));
    assert_eq!(town.desk.accept_parts(&town.employee, &id, vec![part(&["bake"])], AskedSizes::default()).unwrap_err(), Error::NotAllowed);
});

on_both_databases!(what_would_let_people_in_is_told, |database| {
    let town = Town::on(&database);
    let id = job(&town);
    let found = town.desk.repairs(&town.mediator, &id).unwrap();
    assert_eq!((found.eligible, found.repairs.len()), (3, 1));
    let repair = &found.repairs[0];
    assert_eq!(json!(repair.changes), json!([{ "hours_from": 15 }]));
    assert_eq!((repair.eligible, repair.eligible_at_most), (4, 4));
    assert_eq!(town.desk.repairs(&town.employee, &id).unwrap_err(), Error::NotAllowed);
});
