//! Where people live, in eight bytes each without losing a digit.
#![allow(clippy::indexing_slicing, reason = "the number of a person is one of this column")]

use std::collections::BTreeMap;

use raakvlak_domain::places::Point;

/// So many parts of a degree.
const PARTS: f64 = 1e7;

/// Points as ten-millionths of a degree. A decimal number of at most seven decimals is the quotient of two whole numbers that a float holds exactly,
/// so that dividing gives the very float that reading the decimal gave. The few points that have more digits are kept as they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Points {
    parts: Vec<[i32; 2]>,
    precise: BTreeMap<u32, Point>,
}

impl Points {
    /// These points.
    pub(crate) fn collect(points: impl IntoIterator<Item = Point>) -> Self {
        let mut kept = Self::default();
        for (number, point) in (0u32..).zip(points) {
            let parts = [point.lat, point.lon].map(|degrees| (degrees * PARTS).round() as i32);
            kept.parts.push(parts);
            if degrees(parts) != point {
                kept.precise.insert(number, point);
            }
        }
        kept.parts.shrink_to_fit();
        kept
    }

    /// The point of the person with this number.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> Point {
        let point = degrees(self.parts[number]);
        if self.precise.is_empty() { point } else { self.precise.get(&(number as u32)).copied().unwrap_or(point) }
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.parts.as_slice()) + self.precise.len() * (size_of::<Point>() + size_of::<u32>())
    }
}

#[inline]
fn degrees([lat, lon]: [i32; 2]) -> Point {
    Point { lat: f64::from(lat) / PARTS, lon: f64::from(lon) / PARTS }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_digit_is_lost(lat in -90.0f64..=90.0, lon in -180.0f64..=180.0, decimals in 0usize..16) {
            let written = |degrees: f64| format!("{degrees:.decimals$}").parse::<f64>().unwrap();
            let point = Point { lat: written(lat), lon: written(lon) };
            let kept = Points::collect([Point { lat: 0.0, lon: 0.0 }, point]);
            prop_assert_eq!(kept.get(1), point);
            prop_assert!(decimals > 7 || kept.precise.is_empty(), "seven decimals fit");
        }
    }
}
