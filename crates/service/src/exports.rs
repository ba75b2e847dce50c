//! Taking everything out as a dataset folder, such that bringing it in elsewhere gives the same, and taking that out again the same bytes.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::workload::{as_commitments, heaviest_week};
use raakvlak_store::matches::carried as carried_matches;
use raakvlak_store::packages::carried::{self as carried_packages, WholePackage};
use raakvlak_store::{Action as Act, Db, experts, knobs, organisations, programmes, rules, shortlists};

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::Desk;
use crate::error::Error;
use crate::exchange::kept::{Consents, EarlierRevision, ExpertKept, Kept, Long, OrganisationKept, PackageKept};
use crate::exchange::knobs::KnobRecord;
use crate::exchange::matches::MatchRecord;
use crate::exchange::rules::RuleLine;
use crate::exchange::{Folder, write};
use crate::imports::{Imported, all_users, note, tables_in_force};
use crate::ranking::people::obligations;
use crate::ranking::words::Words;

impl Desk {
    /// Takes everything out as a folder, ordered by id. Sessions, codes to sign in with and keys stay. It is noted before anything leaves.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a steward; [`Error::Internal`] when the folder cannot be written.
    pub fn export(&self, actor: &Actor, path: &Path) -> Result<Imported, Error> {
        self.write(actor, move |tx, actor| {
            let role = authorise(actor, Action::Export, &Object::Network)?;
            note(tx, actor, role, Act::Export);
            Ok(())
        })?;
        let (today, words) = (self.today(), self.words()?);
        let folder = self.read(|db| folder_of(db, &words, today))?;
        write(&folder, path).map_err(|error| Error::Internal(error.to_string()))?;
        let length = |count: Option<usize>| count.unwrap_or_default();
        Ok(Imported {
            organisations: length(folder.organisations.map(|records| records.len())),
            programmes: length(folder.programmes.map(|records| records.len())),
            packages: length(folder.packages.map(|records| records.len())),
            experts: length(folder.experts.map(|records| records.len())),
            users: length(folder.users.map(|records| records.len())),
            matches: length(folder.whole_matches.map(|records| records.len())),
            knobs: length(folder.knobs.map(|records| records.len())),
            rules: length(folder.rules.map(|records| records.len())),
            vocabulary: true,
        })
    }
}

fn folder_of(db: &mut Db, words: &Words, today: Date) -> Result<Folder, Error> {
    let mut kept = Kept::default();
    let matches = matches_of(db)?;
    let turns: Vec<KnobRecord> = knobs::all(db)?.into_iter().map(KnobRecord::of).collect();
    let users = all_users(db)?;
    Ok(Folder {
        vocabulary: tables_in_force(db)?,
        organisations: Some(organisations_of(db, &mut kept)?),
        programmes: Some(programmes_of(db, &mut kept)?),
        packages: Some(packages_of(db, words, &mut kept)?),
        experts: Some(experts_of(db, words, &matches, today, &mut kept)?),
        matches: None,
        users: told(users),
        whole_matches: told(matches),
        knobs: told(turns),
        rules: told(rules_of(db)?),
        kept,
        further: BTreeMap::new(),
        unknown: Vec::new(),
        unread: Vec::new(),
    })
}

/// A file without records is left out.
fn told<T>(records: Vec<T>) -> Option<Vec<T>> {
    (!records.is_empty()).then_some(records)
}

fn matches_of(db: &mut Db) -> Result<Vec<MatchRecord>, Error> {
    let unusable = |fault: raakvlak_domain::faults::FaultKind| Error::Internal(format!("a match that cannot be written: {}", fault.code()));
    carried_matches::all(db)?.into_iter().map(|whole| MatchRecord::of(whole).map_err(unusable)).collect()
}

fn rules_of(db: &mut Db) -> Result<Vec<RuleLine>, Error> {
    let unusable = |fault: raakvlak_domain::faults::FaultKind| Error::Internal(format!("a rule that cannot be written: {}", fault.code()));
    rules::all(db)?.into_iter().map(|stored| RuleLine::of(stored).map_err(unusable)).collect()
}

fn organisations_of(db: &mut Db, kept: &mut Kept) -> Result<Vec<raakvlak_domain::organisations::Organisation>, Error> {
    let all = organisations::all(db)?.into_iter().map(|(found, vetted_by)| {
        let beside = OrganisationKept { vetted_at: found.vetted_at, vetted_by };
        kept.organisations.insert(found.organisation.id.clone(), beside);
        found.organisation
    });
    Ok(all.collect())
}

fn programmes_of(db: &mut Db, kept: &mut Kept) -> Result<Vec<raakvlak_domain::programmes::Programme>, Error> {
    for (programme, organisation) in programmes::joined(db)? {
        kept.programmes.entry(programme).or_default().organisations.push(organisation);
    }
    Ok(programmes::page(db, None, i64::MAX)?.into_iter().map(|found| found.programme).collect())
}

fn packages_of(db: &mut Db, words: &Words, kept: &mut Kept) -> Result<Vec<raakvlak_domain::packages::TaskPackage>, Error> {
    let all = carried_packages::all(db)?.into_iter().map(|whole| {
        let package = words.known_package(&whole.package);
        kept.packages.insert(package.id.clone(), beside_package(whole));
        package
    });
    Ok(all.collect())
}

fn beside_package(whole: WholePackage) -> PackageKept {
    let WholePackage { taken_in_at, taken_in_by, published_at, mut revisions, .. } = whole;
    let latest = revisions.pop();
    let earlier = revisions.into_iter().map(|revision| EarlierRevision {
        made_at: revision.made_at,
        made_by: revision.made_by,
        wording: revision.wording,
    });
    PackageKept {
        made_at: latest.as_ref().map(|revision| revision.made_at),
        made_by: latest.and_then(|revision| revision.made_by),
        taken_in_at,
        taken_in_by,
        published_at,
        earlier: Long(earlier.collect()),
    }
}

/// Where matches are told, the hours of other work stand among the commitments, since the number for all work together follows from those and the
/// matches.
fn experts_of(db: &mut Db, words: &Words, matches: &[MatchRecord], today: Date, kept: &mut Kept) -> Result<Vec<Expert>, Error> {
    let shown = shortlists::last_shown_before(db, None, today)?;
    let consents = experts::all_consents(db)?;
    let arranged = arranged(matches);
    let all = experts::all(db)?.into_iter().map(|found| {
        let mut expert = words.known_expert(found.expert);
        expert.last_shown = expert.last_shown.max(shown.get(&expert.id).copied());
        if !matches.is_empty() && expert.committed_hours.is_some() {
            expert.commitments = Some(as_commitments(expert.committed_hours, expert.commitments.as_deref().unwrap_or_default()));
            expert.committed_hours = None;
        }
        let beside = ExpertKept {
            consents: consents.get(expert.id.as_str()).and_then(Consents::of),
            hours_exceeded: arranged.get(expert.id.as_str()).is_some_and(|arranged| exceeds(&expert, arranged, today)),
        };
        if beside != ExpertKept::default() {
            kept.experts.insert(expert.id.clone(), beside);
        }
        expert
    });
    Ok(all.collect())
}

/// What is arranged per person in matches that take hours.
fn arranged(matches: &[MatchRecord]) -> HashMap<&str, Vec<&Arrangement>> {
    let mut arranged: HashMap<&str, Vec<&Arrangement>> = HashMap::new();
    for record in matches.iter().filter(|record| record.state.takes_hours()) {
        let version = record.arrangement.iter().map(|version| &version.arrangement);
        arranged.entry(record.expert.as_str()).or_default().extend(version);
    }
    arranged
}

fn exceeds(expert: &Expert, arranged: &[&Arrangement], today: Date) -> bool {
    let heaviest = heaviest_week(&obligations(expert, arranged.iter().copied()), today);
    expert.hours.is_some_and(|hours| heaviest > hours.max.get())
}
