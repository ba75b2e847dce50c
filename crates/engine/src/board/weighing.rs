//! What the scores of packages are made of, one array per property.
#![allow(clippy::indexing_slicing, reason = "every column is as long as the list of packages, and settings are numbered by their list")]

use std::collections::BTreeMap;

use raakvlak_domain::knobs::{CRITERIA, Criterion};

use crate::asks::Asks;
use crate::demand::Demand;
use crate::distance::Spot;
use crate::rows::Rows;

/// What packages with the same knob and the same silent criteria have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Setting {
    weights: [u64; CRITERIA],
    /// The sum of the weights that count.
    pub(super) weight_sum: u64,
    pub(super) floor: u32,
    pub(super) doubt: u32,
}

impl Setting {
    fn of(demand: &Demand) -> Self {
        let (floor, doubt) = (demand.knob.floor.get(), demand.knob.doubt.get());
        Self { weights: demand.weights, weight_sum: demand.weight_sum, floor, doubt }
    }

    /// The weight of a criterion; 0 when it is silent.
    #[inline]
    pub(super) fn weight(&self, criterion: Criterion) -> u64 {
        self.weights[criterion as usize]
    }
}

/// The conditions present and the adaptations on offer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings {
    pub(super) present: u64,
    pub(super) offered: u64,
}

/// The columns that scores are made of, each as long as the list of packages.
#[derive(Debug)]
pub(super) struct Weighing {
    setting: Vec<u32>,
    settings: Vec<Setting>,
    /// What has to be told for no criterion to stand on doubt.
    pub(super) needed: Vec<Asks>,
    pub(super) surroundings: Vec<Surroundings>,
    /// Where one has to be, when one has to be anywhere.
    pub(super) destinations: Vec<Option<Spot>>,
    /// The activities of each task and its hours.
    pub(super) tasks: Rows<(u64, u64)>,
}

impl Weighing {
    /// The columns of these packages.
    pub(super) fn of(demands: &[Demand]) -> Self {
        let mut numbers = BTreeMap::new();
        let mut settings = Vec::new();
        let mut number = |demand: &Demand| {
            let setting = Setting::of(demand);
            *numbers.entry(setting.clone()).or_insert_with(|| {
                settings.push(setting);
                settings.len() as u32 - 1
            })
        };
        let work = || demands.iter().map(|demand| &*demand.work);
        Self {
            setting: demands.iter().map(&mut number).collect(),
            needed: work().map(|work| work.needed).collect(),
            surroundings: work().map(|work| Surroundings { present: work.present, offered: work.offered }).collect(),
            destinations: work().map(|work| work.destination().map(Spot::from)).collect(),
            tasks: Rows::collect(work().map(|work| work.tasks.iter().map(|task| (task.activities, task.hours)))),
            settings,
        }
    }

    /// The setting that a package is under.
    #[inline]
    pub(super) fn setting(&self, number: usize) -> &Setting {
        &self.settings[self.setting[number] as usize]
    }
}
