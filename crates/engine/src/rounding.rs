//! Rounding to nearest, the same everywhere.

/// `⌊x + 0.5 + 10⁻⁹⌋`: the whole number nearest to `x`, where a half that binary fractions left a hair too low still goes up.
pub(crate) fn nearest(x: f64) -> u32 {
    (x + 0.5 + 1e-9).floor() as u32
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn halves_go_up_also_when_a_hair_low() {
        assert_eq!([0.0, 0.49, 0.5, 2.499_999_999_5, 2.499_999].map(nearest), [0, 0, 1, 3, 2]);
    }
}
