//! What holds for all of a stretch of people or packages at once, so that a stretch in which nobody fits is passed over unseen.
#![allow(clippy::indexing_slicing, reason = "the number of a zone is one of the layer's, and a word one of the packing's")]

use std::ops::Range;

use super::planes::Planes;
use crate::distance::{Spot, reaches};
use crate::people::Bar;

/// How many people or packages lie in a zone.
pub(crate) const ZONE: usize = 256;

/// Where the people of a zone live and how far they go, or where its packages are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    middle: Spot,
    /// How far the furthest of them lies from the middle, in radii of the earth, along a straight line.
    radius: f64,
    /// The widest limit among them, in metres; packages go nowhere.
    limit: u32,
    /// Whether all of them lie somewhere, and the limits of all are known.
    all_told: bool,
}

impl Area {
    /// The area of these, where `None` is one that could be anywhere; `limit` is the widest of them.
    pub(crate) fn of(spots: &[Option<Spot>], limit: u32) -> Self {
        let told: Vec<Spot> = spots.iter().flatten().copied().collect();
        let middle = Spot::between(&told);
        let radius = told.iter().map(|spot| middle.straight_to(*spot)).fold(0.0, f64::max);
        Self { middle, radius, limit, all_told: told.len() == spots.len() }
    }
}

/// Every stretch of [`ZONE`] people or packages, in the order of their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Zones {
    areas: Vec<Area>,
    /// For each zone what everybody in it has of each kind of bar.
    shared: Vec<[u64; Bar::COUNT]>,
}

impl Zones {
    /// The zones of so many, who have these bars.
    pub(crate) fn of(count: usize, bars: &Planes<{ Bar::COUNT }>, area: impl Fn(Range<usize>) -> Area) -> Self {
        let areas = (0..count.div_ceil(ZONE)).map(|zone| area(members(zone, count)));
        Self { areas: areas.collect(), shared: bars.shared(count).collect() }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether one of these bits keeps everybody in a zone out.
    #[inline]
    pub(crate) fn bars(&self, zone: usize, bars: &[u64; Bar::COUNT]) -> bool {
        self.shared[zone].iter().zip(bars).fold(0, |barred, (shared, bars)| barred | shared & bars) != 0
    }

    /// Whether everybody in a zone lives further from here than they go.
    #[inline]
    pub(crate) fn is_beyond(&self, zone: usize, from: Spot) -> bool {
        self.is_further(zone, from, self.areas[zone].limit)
    }

    /// Whether all of a zone lies further from here than so many metres.
    #[inline]
    pub(crate) fn is_further(&self, zone: usize, from: Spot, metres: u32) -> bool {
        let area = self.areas[zone];
        area.all_told && from.straight_to(area.middle) - area.radius > reaches(metres)
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.areas.as_slice()) + size_of_val(self.shared.as_slice())
    }
}

/// The numbers of those in a zone, of so many in all.
#[inline]
pub(crate) fn members(zone: usize, count: usize) -> Range<usize> {
    zone * ZONE..count.min((zone + 1) * ZONE)
}
