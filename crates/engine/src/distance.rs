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

#[cfg(test)]
mod tests {
    use super::*;

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
