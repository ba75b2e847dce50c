//! Chance that is the same on every machine: SplitMix64 (Steele, Lea and Flood, 2014) and the few draws that a world needs.

/// A stream of draws that depends on its seed alone.
#[derive(Debug, Clone)]
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1).max(1) as u64) as i64
    }

    /// Yes in `percent` of a hundred throws.
    pub(crate) fn chance(&mut self, percent: i64) -> bool {
        self.between(0, 99) < percent
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<Item: Clone>(&mut self, list: &[Item]) -> Item {
        list[self.between(0, list.len() as i64 - 1) as usize].clone()
    }

    /// At least `low` and at most `high` different items, as far as there are so many, in the order of the draw.
    pub(crate) fn some<Item: Clone>(&mut self, list: &[Item], low: i64, high: i64) -> Vec<Item> {
        let wanted = self.between(low, high).min(list.len() as i64);
        let mut rest: Vec<usize> = (0..list.len()).collect();
        (0..wanted).map(|_| list[rest.swap_remove(self.between(0, rest.len() as i64 - 1) as usize)].clone()).collect()
    }

    /// Every item with a chance of `percent`, in the order of the list.
    pub(crate) fn each<Item: Clone>(&mut self, list: &[Item], percent: i64) -> Vec<Item> {
        list.iter().filter(|_| self.chance(percent)).cloned().collect()
    }
}
