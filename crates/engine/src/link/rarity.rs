//! How much a word tells, by how rare it is.

/// How rare the rarest word of a vocabulary may be, in doublings.
pub(crate) const RAREST: f32 = 11.0;
/// The weight of a word that nothing in the vocabulary resembles; it says little about any concept.
pub(crate) const UNKNOWN: f32 = 5.0;

/// The weight of a term that stands in `count` of `all` concepts, in doublings: S. Robertson's inverse document frequency (2004, after
/// K. Spärck Jones, 1972) `log2((all + 1) / (count + 1/2))`, made steeper by `steep`.
pub(crate) fn rarity(count: u64, all: u64, steep: f32) -> f32 {
    let ratio = 2048 * (all + 1) / (2 * count + 1);
    let plain = log2(ratio).saturating_sub(log2(1024)) as f32 / 256.0;
    plain * (1.0 - steep + steep * plain / RAREST)
}

/// The logarithm of a whole number, in 1/256 of a doubling and rounded down, without floating point; 0 for 0.
pub(crate) fn log2(number: u64) -> u64 {
    let Some(whole) = number.checked_ilog2() else { return 0 };
    let mut fraction = (u128::from(number) << 32) >> whole;
    let mut result = u64::from(whole);
    for _ in 0..8 {
        fraction = (fraction * fraction) >> 32;
        let carry = fraction >> 33 != 0;
        result = result * 2 + u64::from(carry);
        fraction >>= u32::from(carry);
    }
    result
}
