//! Work organised differently, on towns that are too large to try everything: what a carving and a repair promise holds whatever they find.

use std::collections::BTreeSet;

use raakvlak_domain::identifiers::TaskId;
use raakvlak_domain::packages::{PackageHours, TaskPackage};
use raakvlak_domain::quantities::{BasisPoints, Hours};
use raakvlak_engine::carving::{Carving, CarvingLimits, FEWEST_PEOPLE, carve};
use raakvlak_engine::ranking::rank;
use raakvlak_engine::repair::repairs;

use crate::town::{Dice, Town, day, knob, threads};

fn hours(tenths: u32) -> Hours {
    Hours::new(tenths).unwrap()
}

/// The tasks of all packages of a town as one job.
fn one_job(town: &Town) -> TaskPackage {
    let mut job = town.packages[0].clone();
    job.tasks = town.packages.iter().flat_map(|package| package.tasks.clone()).collect();
    for (number, task) in job.tasks.iter_mut().enumerate() {
        task.id = TaskId::new(&format!("t-{number}")).unwrap();
        task.requirements.truncate(1);
    }
    job.hours = PackageHours { min: hours(0), max: hours(400) };
    job.dayparts = Default::default();
    job.languages.clear();
    job.documents.clear();
    job
}

fn assert_sound(carving: &Carving, job: &TaskPackage, limits: CarvingLimits) {
    let mut seen = BTreeSet::new();
    for part in &carving.parts {
        assert!(part.tasks.iter().all(|task| seen.insert(task.clone())), "a task is in one part only");
        let taken: u32 = job.tasks.iter().filter(|task| part.tasks.contains(&task.id)).map(|task| task.hours.get()).sum();
        assert_eq!(taken, part.hours.get());
        assert!((limits.smallest..=limits.largest).contains(&part.hours), "a part is neither too small nor too large");
        assert!(part.people >= FEWEST_PEOPLE, "enough people can carry a part");
    }
    assert!(carving.left_over.iter().all(|task| seen.insert(task.clone())));
    assert_eq!(seen.len(), job.tasks.len(), "every task is in a part or left over");
    assert!(carving.hours <= carving.hours_at_most && carving.parts_at_least as usize <= carving.parts.len());
}

#[test]
fn a_carving_keeps_its_promises() {
    let (mut with_several, mut large) = (0, 0);
    for seed in 0..16 {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 400, 3 + 2 * (seed % 6));
        let (pool, job) = (town.pool(), one_job(&town));
        let mut knob = knob(&mut dice);
        knob.carry_from = BasisPoints::new(2_000).unwrap();
        knob.essential_from = BasisPoints::LOWEST;
        let demand = town.demand(&job, &knob);
        let limits = CarvingLimits { smallest: hours(40), largest: hours(120), steps: 100_000 };
        let carving = carve(&pool, &job, &demand, limits, day(), &threads(1)).unwrap();
        assert_sound(&carving, &job, limits);
        assert_eq!(carving, carve(&pool, &job, &demand, limits, day(), &threads(3)).unwrap(), "threads change nothing");
        for part in &carving.parts {
            let package = job.part(|task| part.tasks.contains(task)).unwrap();
            let eligible = rank(&pool, &town.demand(&package, &knob), day(), &threads(1)).len();
            assert!(part.people as usize <= eligible && part.asks == package.hours, "they are among those who are eligible for the part");
        }
        let hurried = CarvingLimits { steps: 1, ..limits };
        assert_sound(&carve(&pool, &job, &demand, hurried, day(), &threads(1)).unwrap(), &job, limits);
        with_several += usize::from(carving.parts.len() > 1);
        large += usize::from(job.tasks.len() > 14 && carving.parts.len() > 2);
    }
    assert!(with_several > 4 && large > 2, "{with_several} {large}");
}

#[test]
fn a_repair_keeps_its_promises() {
    let mut with_three = 0;
    for seed in 100..110 {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 300, 2);
        let (pool, knob) = (town.pool(), knob(&mut dice));
        for package in &town.packages {
            let demand = town.demand(package, &knob);
            let found = repairs(&pool, package, &demand, 100_000, day(), &threads(1)).unwrap();
            assert_eq!(found, repairs(&pool, package, &demand, 100_000, day(), &threads(3)).unwrap(), "threads change nothing");
            assert_eq!(found.eligible as usize, rank(&pool, &demand, day(), &threads(1)).len());
            let hurried = repairs(&pool, package, &demand, 3, day(), &threads(1)).unwrap();
            for (repair, hurried) in
                found.repairs.iter().zip(&hurried.repairs).filter(|(one, other)| one.changes.len() == other.changes.len())
            {
                assert_eq!(repair.eligible, repair.eligible_at_most);
                assert!(hurried.eligible <= repair.eligible && repair.eligible <= hurried.eligible_at_most, "the bound holds");
            }
            with_three += usize::from(found.repairs.iter().any(|repair| repair.changes.len() == 3));
        }
    }
    assert!(with_three > 3, "{with_three}");
}
