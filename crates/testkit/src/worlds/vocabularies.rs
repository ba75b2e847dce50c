//! The open vocabulary of a world: competences with their broader graph, related pairs and occupations.

use super::Vocabulary;
use super::dice::Dice;
use super::terms::identifier;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

/// A vocabulary by number, with what a generator needs to find competences that resemble each other.
#[derive(Debug, Default)]
pub(crate) struct Concepts {
    pub(crate) ids: Vec<String>,
    groups: usize,
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
    related: Vec<Vec<usize>>,
    /// Per occupation the competences linked to it.
    occupations: Vec<Vec<usize>>,
    occupations_of: Vec<Vec<usize>>,
    /// The competences that packages should ask for; all when empty.
    pub(crate) sought: Vec<usize>,
}

/// Makes the vocabulary and writes its files into `folder`.
pub(crate) fn write(kind: &Vocabulary, dice: &mut Dice, folder: &Path) -> io::Result<Concepts> {
    let concepts = match kind {
        Vocabulary::One => Concepts::named(dice, 1),
        Vocabulary::Forest => forest(dice),
        Vocabulary::Wide => wide(dice),
        Vocabulary::EscoShaped => esco_shaped(dice),
        Vocabulary::Given(given) => return copied(given, folder),
    };
    concepts.write(folder)?;
    Ok(concepts)
}

impl Concepts {
    fn named(dice: &mut Dice, number: usize) -> Concepts {
        Concepts::of((0..number).map(|number| identifier(dice, "k", number as i64)).collect())
    }

    fn of(ids: Vec<String>) -> Concepts {
        let none = || vec![Vec::new(); ids.len()];
        Concepts { parents: none(), children: none(), related: none(), occupations_of: none(), ids, ..Concepts::default() }
    }

    fn add_broader(&mut self, child: usize, parent: usize) {
        if child != parent && !self.parents[child].contains(&parent) {
            self.parents[child].push(parent);
            self.children[parent].push(child);
        }
    }

    fn add_related(&mut self, a: usize, b: usize) {
        if a != b && !self.related[a].contains(&b) {
            self.related[a].push(b);
            self.related[b].push(a);
        }
    }

    fn add_occupation(&mut self, competences: impl IntoIterator<Item = usize>) {
        let competences: BTreeSet<usize> = competences.into_iter().collect();
        for competence in &competences {
            self.occupations_of[*competence].push(self.occupations.len());
        }
        self.occupations.push(competences.into_iter().collect());
    }

    /// A competence that packages ask for.
    pub(crate) fn asked(&self, dice: &mut Dice) -> usize {
        if !self.sought.is_empty() && dice.chance(70) {
            dice.pick(&self.sought)
        } else {
            dice.between(0, self.ids.len() as i64 - 1) as usize
        }
    }

    /// A competence in the neighbourhood of `asked`: itself, below it, above it, beside it, related, in the same occupation, or anywhere.
    pub(crate) fn near(&self, dice: &mut Dice, asked: usize) -> usize {
        let found = match dice.between(0, 11) {
            0..=3 => vec![asked],
            4 => self.children[asked].clone(),
            5 => self.downward(dice, asked),
            6 => self.parents[asked].clone(),
            7 => self.parents[asked].iter().flat_map(|parent| self.children[*parent].clone()).collect(),
            8 => self.related[asked].clone(),
            9 | 10 => self.occupations_of[asked].iter().flat_map(|occupation| self.occupations[*occupation].clone()).collect(),
            _ => (0..self.ids.len()).collect(),
        };
        if found.is_empty() { asked } else { dice.pick(&found) }
    }

    /// A few steps down from `asked`.
    fn downward(&self, dice: &mut Dice, asked: usize) -> Vec<usize> {
        let mut at = asked;
        for _ in 0..dice.between(2, 6) {
            if !self.children[at].is_empty() {
                at = dice.pick(&self.children[at]);
            }
        }
        vec![at]
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        let id = |number: usize| self.ids[number].clone();
        let kind = |number: usize| if number < self.groups { "group" } else { "skill" }.to_owned();
        let concepts = (0..self.ids.len())
            .map(|number| vec![id(number), kind(number), format!("kundigheid {number}"), String::new(), String::new(), String::new()]);
        write_rows(&folder.join("competences.csv"), &["id", "kind", "label_nl", "label_en", "alt_nl", "alt_en"], concepts)?;
        let broader =
            self.parents.iter().enumerate().flat_map(|(child, parents)| parents.iter().map(move |parent| vec![id(child), id(*parent)]));
        write_rows(&folder.join("broader.csv"), &["child", "parent"], broader)?;
        let pairs = self
            .related
            .iter()
            .enumerate()
            .flat_map(|(a, others)| others.iter().filter(move |b| a < **b).map(move |b| vec![id(a), id(*b)]));
        write_rows(&folder.join("related.csv"), &["a", "b"], pairs)?;
        let names: Vec<String> = (0..self.occupations.len()).map(occupation_id).collect();
        let occupations =
            names.iter().map(|name| vec![name.clone(), String::new(), format!("beroep {name}"), String::new(), String::new()]);
        write_rows(&folder.join("occupations.csv"), &["id", "code", "label_nl", "label_en", "alt_nl"], occupations)?;
        let links = self.occupations.iter().zip(&names).flat_map(|(competences, name)| {
            competences.iter().enumerate().map(move |(index, competence)| vec![name.clone(), id(*competence), relation(index)])
        });
        write_rows(&folder.join("occupation_competences.csv"), &["occupation", "competence", "relation"], links)
    }
}

/// Ids whose order in bytes is neither that of their numbers nor that of their letters without case.
fn occupation_id(number: usize) -> String {
    match number % 4 {
        0 => format!("b{number}"),
        1 => format!("B{number}"),
        2 => format!("é{number}"),
        _ => format!("{number}"),
    }
}

fn relation(index: usize) -> String {
    if index.is_multiple_of(3) { "optional" } else { "essential" }.to_owned()
}

fn write_rows(path: &Path, header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> io::Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.flush()
}

/// Several roots, several parents, loose parts and chains.
fn forest(dice: &mut Dice) -> Concepts {
    let size = dice.between(2, 90);
    let mut concepts = Concepts::named(dice, size as usize);
    let chains = dice.between(0, 50);
    for child in 1..size {
        let parents = dice.pick(&[0, 1, 1, 1, 2, 3]);
        for _ in 0..parents {
            let parent = if dice.chance(chains) { child - 1 } else { dice.between(0, child - 1) };
            concepts.add_broader(child as usize, parent as usize);
        }
    }
    for _ in 0..size / 3 {
        concepts.add_related(dice.between(0, size - 1) as usize, dice.between(0, size - 1) as usize);
    }
    let all: Vec<usize> = (0..size as usize).collect();
    for _ in 0..dice.between(0, 12) {
        let linked = dice.some(&all, 1, 14);
        concepts.add_occupation(linked);
    }
    concepts.groups = dice.between(0, 4) as usize;
    concepts
}

/// One large occupation, in which every competence resembles every other: half of them as much as can be, half of them less, since they are also in
/// a smaller occupation of their own. The list of an asked one is cut off among equals.
fn wide(dice: &mut Dice) -> Concepts {
    let size = dice.between(300, 340) as usize;
    let large = dice.between(230, 290) as usize;
    let mut concepts = Concepts::named(dice, size);
    concepts.add_occupation(0..large);
    let alone = dice.between(60, 150) as usize;
    let small = dice.between(12, 22) as usize;
    for from in (alone..large).step_by(small) {
        let until = (from + small).min(large);
        concepts.add_occupation((from..until).chain([size - 1 - from % 20]));
    }
    concepts.sought = (0..8).chain(alone..alone + 6).collect();
    for hub in concepts.sought.clone() {
        for _ in 0..dice.between(0, 25) {
            concepts.add_related(hub, dice.between(0, size as i64 - 1) as usize);
        }
    }
    for child in large..size - 20 {
        concepts.add_broader(child, dice.between(0, 20) as usize);
    }
    concepts
}

/// As ESCO: 640 groups on four levels, 13 939 skills under one or two of them or under another skill, 5 800 related pairs, 3 000 occupations with about
/// forty links each, most of them from one part of the vocabulary.
fn esco_shaped(dice: &mut Dice) -> Concepts {
    let (groups, size) = (640_i64, 14_579_i64);
    let mut concepts = Concepts::named(dice, size as usize);
    concepts.groups = groups as usize;
    let levels = [(0, 4), (4, 40), (40, 220), (220, groups)];
    for pair in levels.windows(2) {
        for child in pair[1].0..pair[1].1 {
            concepts.add_broader(child as usize, dice.between(pair[0].0, pair[0].1 - 1) as usize);
        }
    }
    for child in groups..size {
        for _ in 0..dice.pick(&[1, 1, 2]) {
            let parent = if dice.chance(30) {
                dice.between(groups.max(child - 300), child.max(groups + 1) - 1)
            } else {
                dice.between(220, groups - 1)
            };
            concepts.add_broader(child as usize, parent as usize);
        }
    }
    for _ in 0..5_800 {
        let a = dice.between(groups, size - 1);
        concepts.add_related(a as usize, (a + dice.between(1, 400)).min(size - 1) as usize);
    }
    for _ in 0..3_000 {
        let middle = dice.between(groups, size - 1);
        let links: Vec<usize> = (0..dice.between(10, 70)).map(|_| around(dice, middle, groups, size)).collect();
        concepts.add_occupation(links);
    }
    concepts
}

fn around(dice: &mut Dice, middle: i64, low: i64, size: i64) -> usize {
    let spread = if dice.chance(70) { 80 } else { size };
    (middle + dice.between(-spread, spread)).clamp(low, size - 1) as usize
}

#[derive(Deserialize)]
struct CompetenceRow {
    id: String,
}

/// Copies the vocabulary files in `given` and reads what a generator needs of them.
fn copied(given: &Path, folder: &Path) -> io::Result<Concepts> {
    for file in ["competences.csv", "broader.csv", "related.csv", "occupations.csv", "occupation_competences.csv"] {
        if given.join(file).exists() {
            fs::write(folder.join(file), fs::read(given.join(file))?)?;
        }
    }
    let rows: Vec<CompetenceRow> = csv::Reader::from_path(given.join("competences.csv"))?.deserialize().collect::<Result<_, _>>()?;
    let mut concepts = Concepts::of(rows.into_iter().map(|row| row.id).collect());
    let numbers: BTreeMap<String, usize> = concepts.ids.iter().cloned().enumerate().map(|(number, id)| (id, number)).collect();
    for (child, parent) in pairs(&given.join("broader.csv"))? {
        concepts.add_broader(numbers[&child], numbers[&parent]);
    }
    for (a, b) in pairs(&given.join("related.csv"))? {
        concepts.add_related(numbers[&a], numbers[&b]);
    }
    let mut linked: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (occupation, competence) in pairs(&given.join("occupation_competences.csv"))? {
        linked.entry(occupation).or_default().push(numbers[&competence]);
    }
    linked.into_values().for_each(|competences| concepts.add_occupation(competences));
    Ok(concepts)
}

/// The first two columns of a file, when it exists.
fn pairs(path: &Path) -> io::Result<Vec<(String, String)>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        rows.push((row[0].to_owned(), row[1].to_owned()));
    }
    Ok(rows)
}
