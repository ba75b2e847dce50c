//! Generated worlds: dataset folders that are the same for the same seed and that reach the corners of the matching contract.
//!
//! A world is mostly people who were made for one of its packages and then broken in nothing, in one thing or in a few, so that each gate
//! is met as the only one that is shut, and each near miss has its opening. Around them stand people made at random.

#![allow(clippy::indexing_slicing, reason = "a generator that reaches outside its own lists has to fail loudly")]

mod dice;
mod experts;
mod knobs;
mod packages;
mod terms;
mod vocabularies;

use dice::Dice;
use jiff::civil::Date;
use serde_json::Value;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What kind of people and work fill a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A bit of everything.
    Even,
    /// Most people in a few towns, shown lately, and hardly anyone aside: the kept places are hard to fill.
    Skewed,
    /// Most keys missing or null, and many empty lists.
    Sparse,
    /// A few prototypes, copied: equal scores and turns, so that the id decides.
    Alike,
    /// Few limits on both sides: more than a hundred people are eligible.
    Roomy,
    /// Many limits on both sides, hours and days at their very edge.
    Tight,
    /// Many tasks whose conditions are no-gos.
    Hindered,
}

/// Which vocabulary of competences a world has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vocabulary {
    /// One concept alone.
    One,
    /// Several roots, several parents, loose parts, chains, related pairs and occupations that overlap.
    Forest,
    /// Competences with more than 192 similar ones, and ties where the list is cut off.
    Wide,
    /// 14 579 concepts on a few levels, with 3 000 occupations: as large as ESCO, for where ESCO itself is absent.
    EscoShaped,
    /// The files of an existing `vocabulary` folder, copied.
    Given(PathBuf),
}

/// The recipe of a world; the same recipe writes the same files, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// Where the dice start.
    pub seed: u64,
    /// What kind of people and work fill it.
    pub shape: Shape,
    /// How many people.
    pub experts: usize,
    /// How many packages.
    pub packages: usize,
    /// The competences.
    pub vocabulary: Vocabulary,
}

/// The days that worlds are asked on: an ordinary one, a leap day, a day on which the clock changes, a first of January.
const DAYS_ASKED: [&str; 4] = ["2026-11-23", "2028-02-29", "2026-03-29", "2027-01-01"];

impl World {
    /// The world with this number: shapes and vocabularies take turns, sizes are small enough to be computed slowly.
    pub fn numbered(seed: u64) -> World {
        let shapes = [Shape::Even, Shape::Skewed, Shape::Sparse, Shape::Alike, Shape::Roomy, Shape::Tight, Shape::Hindered];
        let mut dice = Dice::new(seed ^ 0x5eed);
        let shape = shapes[(seed % 7) as usize];
        let vocabulary = match seed % 9 {
            0 => Vocabulary::One,
            4 => Vocabulary::Wide,
            _ => Vocabulary::Forest,
        };
        let experts = match seed % 31 {
            11 => 0,
            12 => 1,
            _ if shape == Shape::Roomy => dice.between(130, 190),
            _ if shape == Shape::Skewed => dice.between(60, 120),
            _ => dice.between(20, 90),
        };
        let packages = if matches!(shape, Shape::Roomy | Shape::Skewed) { dice.between(1, 3) } else { dice.between(2, 6) };
        World { seed, shape, experts: experts as usize, packages: packages as usize, vocabulary }
    }

    /// The day that this world is asked on, as an ISO date.
    pub fn as_of(&self) -> String {
        self.day().to_string()
    }

    fn day(&self) -> Date {
        let days = DAYS_ASKED.map(|day| day.parse().unwrap_or(Date::ZERO));
        days[(self.seed / 3 % 4) as usize]
    }

    /// Knob files to ask this world with: the start values, one of chance, and one that shuts nobody out but turns on who gets a place.
    pub fn knobs(&self) -> Vec<Value> {
        let mut dice = Dice::new(self.seed ^ 0x006b_6e6f_6273);
        vec![serde_json::json!({}), knobs::knob(&mut dice), knobs::mild(&mut dice)]
    }

    /// Writes the dataset folder; `folder` is made when it does not exist. Fails when a file cannot be written or a given one not be read.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut dice = Dice::new(self.seed);
        fs::create_dir_all(folder.join("vocabulary"))?;
        let concepts = vocabularies::write(&self.vocabulary, &mut dice, &folder.join("vocabulary"))?;
        let terms = terms::Terms::new(&mut dice, self.shape);
        terms.write(&folder.join("vocabulary"))?;
        let setting = Setting { shape: self.shape, as_of: self.day(), concepts: &concepts, terms: &terms };
        let packages: Vec<Value> = (0..self.packages).map(|number| packages::package(&mut dice, &setting, number)).collect();
        let experts = experts::experts(&mut dice, &setting, &packages, self.experts);
        write_lines(&folder.join("organisations.jsonl"), &terms.organisation_records())?;
        write_lines(&folder.join("packages.jsonl"), &packages)?;
        write_lines(&folder.join("experts.jsonl"), &experts)
    }
}

/// What packages and people of one world have in common.
pub(crate) struct Setting<'a> {
    pub(crate) shape: Shape,
    pub(crate) as_of: Date,
    pub(crate) concepts: &'a vocabularies::Concepts,
    pub(crate) terms: &'a terms::Terms,
}

impl Setting<'_> {
    /// The ISO date `days` before the day asked; after it when negative.
    pub(crate) fn days_before(&self, days: i64) -> String {
        self.as_of.saturating_sub(jiff::Span::new().days(days)).to_string()
    }
}

fn write_lines(path: &Path, records: &[Value]) -> io::Result<()> {
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    fs::write(path, lines)
}
