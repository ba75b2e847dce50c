//! A preview tells what becomes of everybody in either list.

use proptest::prelude::*;
use raakvlak_engine::preview::{Change, preview};

use crate::town::{Dice, Town, day, knob, threads};

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn moves_lead_from_one_list_to_the_other(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 80, 2);
        let pool = town.pool();
        let (one, other) = (knob(&mut dice), knob(&mut dice));
        for before in town.demands(&one) {
            let preview = preview(&pool, &before, &before.turned(&other), day(), &threads(1));
            let after: Vec<_> = preview.moves.iter().filter_map(|step| Some((step.after?, &step.expert))).collect();
            prop_assert_eq!(after, preview.after.shortlist.iter().map(|person| (person.rank, &person.expert)).collect::<Vec<_>>());
            let mut was: Vec<_> = preview.moves.iter().filter_map(|step| Some((step.before?, &step.expert))).collect();
            was.sort_unstable();
            prop_assert_eq!(was, preview.before.shortlist.iter().map(|person| (person.rank, &person.expert)).collect::<Vec<_>>());
            for step in &preview.moves {
                prop_assert_eq!(step.change, match (step.before, step.after) {
                    (None, _) => Change::Enters,
                    (_, None) => Change::Leaves,
                    (Some(before), Some(after)) if after < before => Change::Rises,
                    (Some(before), Some(after)) if after > before => Change::Falls,
                    _ => Change::Stays,
                });
            }
        }
    }

    #[test]
    fn turning_is_the_same_as_beginning_there(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let town = Town::new(&mut dice, 60, 2);
        let pool = town.pool();
        let (one, other) = (knob(&mut dice), knob(&mut dice));
        for (turned, fresh) in town.demands(&one).iter().map(|demand| demand.turned(&other)).zip(town.demands(&other)) {
            let preview = preview(&pool, &turned, &fresh, day(), &threads(1));
            prop_assert_eq!(&preview.before, &preview.after);
            prop_assert!(preview.moves.iter().all(|step| step.change == Change::Stays));
        }
    }
}
