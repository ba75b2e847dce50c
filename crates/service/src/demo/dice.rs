//! Dice that fall the same way for the same seed: SplitMix64 (G. Steele, D. Lea and C. Flood, 2014).

use super::archetypes::Range;

/// A sequence of draws.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// The sequence of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    /// A number below a bound; 0 when the bound is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next() % bound }
    }

    /// Whether something that happens so often out of a hundred happens.
    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A number of a range, both ends included.
    pub(super) fn within(&mut self, range: Range) -> u64 {
        let [low, high] = range;
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// One of these, each as likely.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.below(of.len() as u64)).ok()?;
        of.get(at)
    }

    /// One of these, by weight.
    pub(super) fn weighted<'a, T>(&mut self, of: &'a [T], weight: impl Fn(&T) -> u64) -> Option<&'a T> {
        let mut left = self.below(of.iter().map(&weight).sum());
        of.iter().find(|item| {
            let here = weight(item);
            let found = left < here;
            left = left.saturating_sub(here);
            found
        })
    }

    /// So many different ones of these, in the order in which they stand.
    pub(super) fn some<'a, T>(&mut self, of: &'a [T], count: u64) -> Vec<&'a T> {
        let mut wanted = count.min(of.len() as u64);
        let mut left = of.len() as u64;
        let mut chosen = Vec::new();
        for item in of {
            if self.below(left) < wanted {
                chosen.push(item);
                wanted -= 1;
            }
            left -= 1;
        }
        chosen
    }
}
