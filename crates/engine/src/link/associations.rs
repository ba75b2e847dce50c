//! Learns from the vocabulary which words stand for each other: wordings of one concept are taken as translations of one another, within
//! Dutch and between Dutch and English (IBM Model 1: P. Brown et al., 1993; for search: A. Berger and J. Lafferty, 1999).

/// How often expectation and maximisation are repeated.
const ROUNDS: usize = 6;
/// Under this probability a pair of words is left out.
const LEAST: f64 = 0.04;

/// Two wordings of one concept as terms.
pub(crate) struct Pair {
    /// The terms of the first wording.
    pub(crate) from: Vec<u32>,
    /// The terms of the second wording.
    pub(crate) to: Vec<u32>,
}

/// For a term the terms that stand for it, with the probability, in order of the term.
pub(crate) type Table = Vec<Vec<(u32, f64)>>;

/// The probability of each term of the second wordings given a term of the first; `terms` is the number of terms.
pub(crate) fn learn(pairs: &[Pair], terms: usize) -> Table {
    let links = Links::new(pairs, terms);
    let mut chance = vec![1.0; links.targets.len()];
    for _ in 0..ROUNDS {
        chance = links.round(&chance);
    }
    links.table(&chance, terms)
}

/// All pairs of terms that stand together in a pair of wordings, by source; the source after the last term stands for no word at all.
struct Links {
    starts: Vec<usize>,
    targets: Vec<u32>,
    /// For each target of each pair of wordings: where the places of the pairs of terms that may explain it end.
    explained: Vec<usize>,
    places: Vec<u32>,
}

impl Links {
    fn new(pairs: &[Pair], terms: usize) -> Self {
        let nothing = terms as u32;
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); terms + 1];
        for pair in pairs {
            for &from in pair.from.iter().chain([&nothing]) {
                if let Some(row) = rows.get_mut(from as usize) {
                    row.extend(&pair.to);
                }
            }
        }
        let mut links = Self { starts: vec![0], targets: Vec::new(), explained: Vec::new(), places: Vec::new() };
        for mut row in rows {
            row.sort_unstable();
            row.dedup();
            links.targets.append(&mut row);
            links.starts.push(links.targets.len());
        }
        for pair in pairs {
            for &to in &pair.to {
                for &from in pair.from.iter().chain([&nothing]) {
                    let place = links.place(from, to);
                    links.places.push(place);
                }
                links.explained.push(links.places.len());
            }
        }
        links
    }

    fn row(&self, from: usize) -> std::ops::Range<usize> {
        let bounds = self.starts.get(from).zip(self.starts.get(from + 1));
        bounds.map_or(0..0, |(&start, &end)| start..end)
    }

    fn place(&self, from: u32, to: u32) -> u32 {
        let row = self.row(from as usize);
        let within = self.targets.get(row.clone()).and_then(|targets| targets.binary_search(&to).ok());
        (row.start + within.unwrap_or(0)) as u32
    }

    /// Shares every target over the sources that may explain it, then makes chances of the shares.
    fn round(&self, chance: &[f64]) -> Vec<f64> {
        let mut counts = vec![0.0; chance.len()];
        let mut start = 0;
        for &end in &self.explained {
            let places = self.places.get(start..end).unwrap_or(&[]);
            let sum: f64 = places.iter().filter_map(|&place| chance.get(place as usize)).sum();
            for &place in places {
                if let (Some(count), Some(chance)) = (counts.get_mut(place as usize), chance.get(place as usize)) {
                    *count += chance / sum;
                }
            }
            start = end;
        }
        for from in 0..self.starts.len() - 1 {
            if let Some(row) = counts.get_mut(self.row(from)) {
                let total: f64 = row.iter().sum();
                row.iter_mut().for_each(|count| *count /= total);
            }
        }
        counts
    }

    fn table(&self, chance: &[f64], terms: usize) -> Table {
        let row = |from| {
            let row = self.row(from);
            let both = self.targets.get(row.clone()).unwrap_or(&[]).iter().zip(chance.get(row).unwrap_or(&[]));
            both.filter(|(_, chance)| **chance >= LEAST).map(|(&to, &chance)| (to, chance)).collect()
        };
        (0..terms).map(row).collect()
    }
}
