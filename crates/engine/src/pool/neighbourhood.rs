//! In which order people are kept: those who are kept out alike, and those who live near each other, beside each other.

use raakvlak_domain::places::Point;

use crate::asks::Ask;
use crate::people::{Bar, Person, Standing};

/// By this people are ordered: who cannot be matched now, then who could be anywhere, then by how far people travel (in powers of two) and by the
/// place along a curve that fills the map (D. Hilbert, 1891), so that whoever lies near on the curve lives near.
pub(crate) fn key(person: &Person) -> (u8, u8, u32) {
    let standing = Standing::from_bits(person.bars[Bar::Standing as usize]);
    let absence = match standing.among(Standing::NO | Standing::NOT_ASKED | Standing::PAUSED) {
        0 => standing.among(Standing::STANDBY),
        reasons => reasons << 4,
    };
    if !person.told.has(Ask::Place) || !person.told.has(Ask::TravelKm) {
        return (absence, 0, 0);
    }
    let reach = 1 + person.limit.checked_ilog2().unwrap_or(0) as u8;
    (absence, reach, along_the_curve(person.point))
}

/// The sides of the map are divided in two so many times.
const HALVINGS: u32 = 16;

/// How far along a curve that fills the map a point lies.
pub(crate) fn along_the_curve(point: Point) -> u32 {
    let cells = f64::from(1u32 << HALVINGS) - 1.0;
    let cell = |degrees: f64, side: f64| ((degrees / side + 0.5).clamp(0.0, 1.0) * cells) as u32;
    let (mut x, mut y) = (cell(point.lon, 360.0), cell(point.lat, 180.0));
    let mut along = 0;
    for halving in (0..HALVINGS).rev() {
        let side = 1 << halving;
        let (right, upper) = (u32::from(x & side != 0), u32::from(y & side != 0));
        along = along << 2 | ((3 * right) ^ upper);
        if upper == 0 {
            if right == 1 {
                (x, y) = (!x, !y);
            }
            (x, y) = (y, x);
        }
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps along the curve go to a neighbour: two cells that follow each other touch.
    #[test]
    fn whoever_lies_near_on_the_curve_lives_near() {
        let middle = |cell: u32, side: f64| ((f64::from(cell) + 0.5) / (f64::from(1u32 << HALVINGS) - 1.0) - 0.5) * side;
        let mut cells: Vec<(u32, u32, u32)> = Vec::new();
        for x in 33_000..33_032 {
            for y in 52_000..52_032 {
                cells.push((along_the_curve(Point { lat: middle(y, 180.0), lon: middle(x, 360.0) }), x, y));
            }
        }
        cells.sort_unstable();
        let steps = cells.windows(2).filter(|pair| pair[1].0 == pair[0].0 + 1);
        assert!(steps.clone().count() > 900, "the square is nearly one stretch of the curve, or a few");
        assert!(steps.into_iter().all(|pair| pair[0].1.abs_diff(pair[1].1) + pair[0].2.abs_diff(pair[1].2) == 1));
    }
}
