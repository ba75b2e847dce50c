//! What holds for all of a stretch of people at once, so that a stretch in which nobody fits is passed over unseen.
#![allow(clippy::indexing_slicing, reason = "the number of a zone is one of the layer's, and a word one of the packing's")]

use std::ops::Range;

use crate::asks::Ask;
use crate::distance::{Spot, reaches};
use crate::people::Person;

/// How many people lie in a zone.
pub(crate) const ZONE: usize = 256;

/// Where the people of a zone live and how far they go.
#[derive(Debug, Clone, Copy)]
struct Area {
    middle: Spot,
    /// How far the furthest of them lives from the middle, in radii of the earth, along a straight line.
    radius: f64,
    /// The widest limit among them, in metres.
    limit: u32,
    /// Whether all of them have told where they live and how far they go.
    all_told: bool,
}

/// Every stretch of [`ZONE`] people, in the order of their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Zones {
    areas: Vec<Area>,
    /// For each zone the bits that everybody in it has, as packed words.
    shared: Vec<u64>,
    words: usize,
}

impl Zones {
    /// The zones of these people, whose bars are packed in so many words.
    pub(crate) fn of(people: &[&Person], packed: impl Fn(usize, usize) -> u64, words: usize) -> Self {
        let mut zones = Self { words, ..Self::default() };
        for (at, members) in people.chunks(ZONE).enumerate() {
            let numbers = at * ZONE..at * ZONE + members.len();
            zones.areas.push(area(members));
            zones.shared.extend((0..words).map(|word| numbers.clone().fold(u64::MAX, |shared, number| shared & packed(word, number))));
        }
        zones
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether one of these bits keeps everybody in a zone out.
    #[inline]
    pub(crate) fn bars(&self, zone: usize, masks: &[u64]) -> bool {
        let shared = &self.shared[zone * self.words..(zone + 1) * self.words];
        shared.iter().zip(masks).any(|(shared, mask)| shared & mask != 0)
    }

    /// Whether everybody in a zone lives further from here than they go.
    #[inline]
    pub(crate) fn is_beyond(&self, zone: usize, from: Spot) -> bool {
        let area = self.areas[zone];
        area.all_told && from.straight_to(area.middle) - area.radius > reaches(area.limit)
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.areas.as_slice()) + size_of_val(self.shared.as_slice())
    }
}

/// The numbers of the people in a zone.
#[inline]
pub(crate) fn members(zone: usize, people: usize) -> Range<usize> {
    zone * ZONE..people.min((zone + 1) * ZONE)
}

fn area(members: &[&Person]) -> Area {
    let spots: Vec<Spot> = members.iter().map(|person| Spot::from(person.point)).collect();
    let middle = Spot::between(&spots);
    Area {
        middle,
        radius: spots.iter().map(|spot| middle.straight_to(*spot)).fold(0.0, f64::max),
        limit: members.iter().map(|person| person.limit).max().unwrap_or(0),
        all_told: members.iter().all(|person| person.told.has(Ask::Place) && person.told.has(Ask::TravelKm)),
    }
}
