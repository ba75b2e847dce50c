//! The open vocabulary of competences: the broader graph, the related pairs and the occupations.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// Competences and occupations are numbered in byte order of their ids, so that a smaller number is a smaller id.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub(super) ids: Vec<String>,
    pub(super) numbers: BTreeMap<String, usize>,
    pub(super) parents: BTreeMap<usize, BTreeSet<usize>>,
    pub(super) children: BTreeMap<usize, BTreeSet<usize>>,
    /// Both directions of every related pair.
    pub(super) related: BTreeSet<(usize, usize)>,
    /// For each occupation, in byte order of the ids, the distinct competences linked to it.
    pub(super) competences_of: Vec<BTreeSet<usize>>,
    /// Competence to the numbers of the occupations linked to it.
    pub(super) occupations_of: BTreeMap<usize, BTreeSet<usize>>,
}

#[derive(Deserialize)]
struct CompetenceRow {
    id: String,
}

#[derive(Deserialize)]
struct BroaderRow {
    child: String,
    parent: String,
}

#[derive(Deserialize)]
struct RelatedRow {
    a: String,
    b: String,
}

#[derive(Deserialize)]
struct LinkRow {
    occupation: String,
    competence: String,
}

impl Vocabulary {
    /// Reads `competences.csv` and, where they exist, `broader.csv`, `related.csv` and `occupation_competences.csv`.
    pub(super) fn read(folder: &Path) -> io::Result<Vocabulary> {
        let rows: Vec<CompetenceRow> = read_rows(&folder.join("competences.csv"))?;
        let ids: BTreeSet<String> = rows.into_iter().map(|row| row.id).collect();
        let mut vocabulary = Vocabulary::named(ids);
        for row in read_rows_if_any::<BroaderRow>(&folder.join("broader.csv"))? {
            vocabulary.add_broader(&row.child, &row.parent)?;
        }
        for row in read_rows_if_any::<RelatedRow>(&folder.join("related.csv"))? {
            vocabulary.add_related(&row.a, &row.b)?;
        }
        vocabulary.add_links(read_rows_if_any(&folder.join("occupation_competences.csv"))?)?;
        Ok(vocabulary)
    }

    fn named(ids: BTreeSet<String>) -> Vocabulary {
        let ids: Vec<String> = ids.into_iter().collect();
        let numbers = ids.iter().cloned().enumerate().map(|(number, id)| (id, number)).collect();
        Vocabulary {
            ids,
            numbers,
            parents: BTreeMap::new(),
            children: BTreeMap::new(),
            related: BTreeSet::new(),
            competences_of: Vec::new(),
            occupations_of: BTreeMap::new(),
        }
    }

    fn number(&self, id: &str) -> io::Result<usize> {
        self.numbers.get(id).copied().ok_or_else(|| io::Error::other(format!("no such competence in the vocabulary: {id}")))
    }

    fn add_broader(&mut self, child: &str, parent: &str) -> io::Result<()> {
        let (child, parent) = (self.number(child)?, self.number(parent)?);
        self.parents.entry(child).or_default().insert(parent);
        self.children.entry(parent).or_default().insert(child);
        Ok(())
    }

    fn add_related(&mut self, a: &str, b: &str) -> io::Result<()> {
        let (a, b) = (self.number(a)?, self.number(b)?);
        self.related.insert((a, b));
        self.related.insert((b, a));
        Ok(())
    }

    fn add_links(&mut self, links: Vec<LinkRow>) -> io::Result<()> {
        let mut linked: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for LinkRow { occupation, competence } in links {
            linked.entry(occupation).or_default().insert(self.number(&competence)?);
        }
        self.competences_of = linked.into_values().collect();
        for (occupation, competences) in self.competences_of.iter().enumerate() {
            for competence in competences {
                self.occupations_of.entry(*competence).or_default().insert(occupation);
            }
        }
        Ok(())
    }

    /// The distinct concepts above `concept`, and itself: "a concept is an ancestor of itself".
    pub(super) fn ancestors_and_self(&self, concept: usize) -> BTreeSet<usize> {
        reached(concept, &self.parents).into_keys().collect()
    }

    /// The distinct concepts below `concept`, each with the steps of the shortest path down to it; without itself.
    pub(super) fn steps_down(&self, concept: usize) -> BTreeMap<usize, i64> {
        let mut steps = reached(concept, &self.children);
        steps.remove(&concept);
        steps
    }
}

/// Everything that can be reached from `start` (itself at 0 steps), each with the least number of steps.
fn reached(start: usize, neighbours: &BTreeMap<usize, BTreeSet<usize>>) -> BTreeMap<usize, i64> {
    let mut steps = BTreeMap::from([(start, 0)]);
    let mut edge = vec![start];
    let mut step = 0;
    while !edge.is_empty() {
        step += 1;
        let next: BTreeSet<usize> = edge.iter().filter_map(|concept| neighbours.get(concept)).flatten().copied().collect();
        edge = next.into_iter().filter(|concept| !steps.contains_key(concept)).collect();
        steps.extend(edge.iter().map(|concept| (*concept, step)));
    }
    steps
}

fn read_rows<Row: DeserializeOwned>(path: &Path) -> io::Result<Vec<Row>> {
    let rows: Result<Vec<Row>, csv::Error> = csv::Reader::from_path(path)?.deserialize().collect();
    Ok(rows?)
}

fn read_rows_if_any<Row: DeserializeOwned>(path: &Path) -> io::Result<Vec<Row>> {
    if path.exists() { read_rows(path) } else { Ok(Vec::new()) }
}
