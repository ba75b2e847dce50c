//! Occupations, and the competences that the people in them use.

use std::collections::{HashMap, HashSet};

use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::vocabulary::Occupation;

use super::concepts::label;
use super::{Draft, OCCUPATION_COMPETENCES, OCCUPATIONS, Refused, read_file};
use crate::exchange::faults::FolderFaults;
use crate::exchange::files::Source;
use crate::exchange::tables::Row;

/// The columns of the occupations.
pub(super) const OCCUPATION_COLUMNS: &[&str] = &["id", "code", "label_nl", "label_en", "alt_nl"];
/// The columns of the competences of occupations.
pub(super) const LINK_COLUMNS: &[&str] = &["occupation", "competence", "relation"];

/// The word for a competence that an occupation cannot do without.
pub(super) const ESSENTIAL: &str = "essential";
/// The word for a competence that helps in an occupation.
pub(super) const OPTIONAL: &str = "optional";

impl Draft {
    /// Reads the occupations; occupations of one's own begin without competences.
    pub(super) fn read_occupations(&mut self, source: &dyn Source, faults: &mut FolderFaults) {
        let mut occupations: Vec<Occupation> = Vec::new();
        let mut refused = Refused::default();
        let mut seen: HashSet<String> = HashSet::new();
        let read = read_file(source, OCCUPATIONS, OCCUPATION_COLUMNS, faults, |row| {
            let occupation = occupation(row);
            if !row.raw("id").is_empty() && !seen.insert(row.raw("id").to_owned()) {
                let id = row.raw("id").to_owned();
                row.refuse::<()>("id", FaultKind::Duplicate { id });
            } else if let Some(occupation) = occupation {
                occupations.push(occupation);
            } else {
                refused.note(row.raw("id"));
            }
        });
        let Some(whole) = read else { return };
        refused.everything = !whole;
        occupations.sort_by(|one, other| one.id.cmp(&other.id));
        self.essential = vec![Vec::new(); occupations.len()];
        self.vocabulary.occupations = occupations;
        self.occupations = refused;
    }

    /// Reads which competences belong to which occupation.
    pub(super) fn read_occupation_competences(&mut self, source: &dyn Source, faults: &mut FolderFaults) {
        let mut links: HashMap<(u32, u32), bool> = HashMap::new();
        let read = read_file(source, OCCUPATION_COMPETENCES, LINK_COLUMNS, faults, |row| {
            let occupation = self.referred_occupation(row);
            let competence = self.referred_competence(row, "competence");
            let essential = relation(row);
            let (Some(link), Some(essential)) = (occupation.zip(competence), essential) else { return };
            if links.insert(link, essential).is_some() {
                let id = row.raw("competence").to_owned();
                row.refuse::<()>("competence", FaultKind::Duplicate { id });
            }
        });
        if read.is_some() {
            self.set_links(links);
        }
    }

    fn set_links(&mut self, links: HashMap<(u32, u32), bool>) {
        let mut links: Vec<((u32, u32), bool)> = links.into_iter().collect();
        links.sort_unstable();
        let occupations = &mut self.vocabulary.occupations;
        occupations.iter_mut().for_each(|occupation| occupation.competences.clear());
        self.essential = vec![Vec::new(); occupations.len()];
        for ((occupation, competence), essential) in links {
            let at = occupation as usize;
            if let (Some(occupation), Some(known)) = (occupations.get_mut(at), self.essential.get_mut(at)) {
                occupation.competences.push(competence);
                known.push(essential);
            }
        }
    }

    fn referred_occupation(&self, row: &mut Row<'_>) -> Option<u32> {
        let id = row.id("occupation")?;
        let occupations = &self.vocabulary.occupations;
        let position = occupations.binary_search_by(|known| known.id.as_bytes().cmp(id.as_bytes())).ok();
        if position.is_none() && !self.occupations.may_hold(&id) {
            row.refuse::<()>("occupation", FaultKind::Dangling { id });
        }
        position.and_then(|at| u32::try_from(at).ok())
    }
}

fn occupation(row: &mut Row<'_>) -> Option<Occupation> {
    let id = row.id("id");
    let code = row.text("code");
    let label = label(row);
    let alternatives_nl = row.list("alt_nl");
    Some(Occupation { id: id?, code: code?, label: label?, alternatives_nl: alternatives_nl?, competences: Vec::new() })
}

fn relation(row: &mut Row<'_>) -> Option<bool> {
    match row.raw("relation") {
        ESSENTIAL => Some(true),
        OPTIONAL => Some(false),
        _ => row.refuse("relation", FaultKind::NotOneOf { allowed: vec![ESSENTIAL.to_owned(), OPTIONAL.to_owned()] }),
    }
}
