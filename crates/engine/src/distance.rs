//! How far two places are apart.

use raakvlak_domain::places::Point;

use crate::rounding::nearest;

/// The mean radius of the earth in metres (IUGG).
const RADIUS: f64 = 6_371_008.8;

/// The distance over the earth between two points, by the haversine formula, in metres.
pub(crate) fn metres(from: Point, to: Point) -> u32 {
    let half = |from: f64, to: f64| ((to.to_radians() - from.to_radians()) / 2.0).sin();
    let (north, east) = (half(from.lat, to.lat), half(from.lon, to.lon));
    let a = north * north + from.lat.to_radians().cos() * to.lat.to_radians().cos() * east * east;
    nearest(2.0 * RADIUS * a.sqrt().min(1.0).asin())
}

/// A point on the unit sphere: quicker to compare than degrees, and good to a metre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot([f32; 3]);

impl From<Point> for Spot {
    fn from(point: Point) -> Self {
        let (latitude, longitude) = (point.lat.to_radians(), point.lon.to_radians());
        Self([latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()].map(|part| part as f32))
    }
}

/// Metres by which two spots can seem further apart or nearer than they are: each of six parts is off by less than 0.2 metres, and the distance is
/// rounded to a metre.
const MARGIN: f64 = 2.0;

/// How far somebody gets who travels so many metres, in radii of the earth; more rather than less.
pub(crate) fn reaches(metres: u32) -> f64 {
    (f64::from(metres) + MARGIN) / RADIUS
}

impl Spot {
    /// How far another spot is along the straight line through the earth, in radii.
    pub(crate) fn straight_to(self, other: Self) -> f64 {
        let squares = self.0.iter().zip(other.0).map(|(one, other)| (f64::from(*one) - f64::from(other)).powi(2));
        squares.sum::<f64>().sqrt()
    }

    /// How far another spot is at least, in metres.
    #[inline]
    pub(crate) fn metres_at_least(self, other: Self) -> u32 {
        (self.straight_to(other) * RADIUS - MARGIN) as u32
    }

    /// In the middle of these spots, which may lie inside the earth.
    pub(crate) fn between(spots: &[Self]) -> Self {
        let mean = |part: usize| {
            spots.iter().filter_map(|spot| spot.0.get(part)).map(|at| f64::from(*at)).sum::<f64>() / spots.len().max(1) as f64
        };
        Self([0, 1, 2].map(|part| mean(part) as f32))
    }

    /// Whether another spot is further away than this many metres; `None` when it is so near to that limit that the exact distance has to tell.
    #[inline]
    pub(crate) fn is_beyond(self, other: Self, limit: u32) -> Option<bool> {
        let (Self([x, y, z]), Self([other_x, other_y, other_z])) = (self, other);
        let difference = |one: f32, other: f32| f64::from(one) - f64::from(other);
        let (x, y, z) = (difference(x, other_x), difference(y, other_y), difference(z, other_z));
        // The square of the straight line through the earth, which is never longer than the way over it.
        let squared = x * x + y * y + z * z;
        let radii = |metres: f64| metres / RADIUS;
        let (nearest, furthest) = (radii((f64::from(limit) - MARGIN).max(0.0)), radii(f64::from(limit) + MARGIN));
        if squared > furthest * furthest {
            return Some(true);
        }
        // The way over the earth is longer than the straight line by less than this, up to one radius: `2·asin(x/2) < x·√(1 + 0.11·x²)`.
        let longest = squared * (1.0 + 0.11 * squared);
        (squared < 1.0 && longest < nearest * nearest).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_quick_answer_is_the_exact_one(
            lat in -90.0f64..=90.0, lon in -180.0f64..=180.0, north in -1.0f64..=1.0, east in -1.0f64..=1.0, scale in 0u32..9, off in -4i64..=4,
        ) {
            let scale = 180.0 / 10f64.powi(scale as i32);
            let here = Point { lat, lon };
            let there = Point { lat: (lat + north * scale).clamp(-90.0, 90.0), lon: (lon + east * scale).clamp(-180.0, 180.0) };
            let distance = metres(here, there);
            for limit in [0, 1_000, 15_000, 20_000_000, (i64::from(distance) + off).max(0) as u32, distance / 2, distance + distance / 3] {
                let quick = Spot::from(here).is_beyond(there.into(), limit);
                prop_assert!(quick.is_none_or(|beyond| beyond == (distance > limit)), "{here:?} {there:?} {distance} {limit} {quick:?}");
            }
        }
    }

    #[test]
    fn the_quick_answer_mostly_suffices() {
        let (amsterdam, utrecht) = (Point { lat: 52.37, lon: 4.90 }, Point { lat: 52.09, lon: 5.12 });
        let distance = metres(amsterdam, utrecht);
        let beyond = |limit| Spot::from(amsterdam).is_beyond(utrecht.into(), limit);
        assert_eq!([beyond(distance - 5), beyond(distance), beyond(distance + 5)], [Some(true), None, Some(false)]);
    }

    #[test]
    fn measures_known_distances() {
        let (amsterdam, utrecht) = (Point { lat: 52.37, lon: 4.90 }, Point { lat: 52.09, lon: 5.12 });
        assert_eq!(metres(amsterdam, amsterdam), 0);
        assert_eq!(metres(amsterdam, utrecht), metres(utrecht, amsterdam));
        assert!((34_000..36_000).contains(&metres(amsterdam, utrecht)));
        let half_round = std::f64::consts::PI * RADIUS;
        assert_eq!(metres(Point { lat: 0.0, lon: 0.0 }, Point { lat: 0.0, lon: 180.0 }), half_round.round() as u32);
        assert_eq!(metres(Point { lat: 90.0, lon: 12.0 }, Point { lat: -90.0, lon: 77.0 }), half_round.round() as u32);
    }
}
