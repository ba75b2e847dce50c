//! Reads a whole dataset folder, all faults at once; nothing of it is used when there is one.

use std::collections::BTreeMap;
use std::path::Path;

use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::json::Node;
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::reading::FromNode;
use raakvlak_domain::users::User;

use super::Folder;
use super::faults::{FileFaults, FolderFaults};
use super::files::{self, OnDisk, Source};
use super::further::{AnyRecord, MatchLine};
use super::keeping::{self, Keeping, Told};
use super::kept::{Along, ExpertKept, Kept, More, OrganisationKept, PackageKept, ProgrammeKept};
use super::knobs::KnobRecord;
use super::matches::MatchRecord;
use super::records::{Ids, Kind, Records, read_records};
use super::references::Known;
use super::rules::RuleLine;
use super::watch::Watch;
use crate::places::Gazetteer;
use crate::vocabulary::{Draft, Tables, built_in};

impl Folder {
    /// Reads a folder for a match. Places are looked up in `gazetteer`. The lines of large files are parsed on the rayon threads of the caller: run
    /// it within [`pool`](super::threads::pool)`.install`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the folder, by file in the order of the exchange page and then by line.
    pub fn read(path: &Path, gazetteer: &Gazetteer) -> Result<Self, FolderFaults> {
        Self::read_for(path, gazetteer, None, &Watch::default())
    }

    /// Reads a folder for a store that has this already, or for a match when `None`.
    pub(crate) fn read_for(path: &Path, gazetteer: &Gazetteer, keeping: Option<&Keeping>, watch: &Watch) -> Result<Self, FolderFaults> {
        refuse_no_folder(path)?;
        let (unknown, unread) = other_files(path);
        let folder = Reader { source: &OnDisk(path), unknown: &unknown, keeping, watch }.read(gazetteer)?;
        Ok(Self { unknown, unread, ..folder })
    }

    /// Reads the vocabulary of a folder alone.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with its files.
    pub fn read_vocabulary(path: &Path) -> Result<Tables, FolderFaults> {
        refuse_no_folder(path)?;
        let mut faults = FolderFaults::default();
        let draft = Draft::read(&OnDisk(path), built_in(), &mut faults);
        faults.into_result().map(|()| draft.into_tables())
    }
}

fn refuse_no_folder(path: &Path) -> Result<(), FolderFaults> {
    let kind = match std::fs::metadata(path) {
        Ok(kind) if kind.is_dir() => return Ok(()),
        Ok(_) => FaultKind::Unreadable { reason: "it is no folder".into() },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => FaultKind::FileMissing,
        Err(error) => FaultKind::Unreadable { reason: error.to_string() },
    };
    Err(FolderFaults::of_file(path.display().to_string(), kind))
}

/// The files of a folder that are no part of it: first those that look as if they belong to it (any `.jsonl`, a `.csv` among the vocabularies, and a
/// vocabulary that lies beside its place), then all others but hidden ones.
fn other_files(path: &Path) -> (Vec<String>, Vec<String>) {
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        names
    };
    let beside = names(path).into_iter().filter(|name| name != "vocabulary");
    let within = names(&path.join("vocabulary")).into_iter().map(|name| format!("vocabulary/{name}"));
    let others = beside.chain(within).filter(|file| !files::is_known(file));
    let others = others.filter(|file| !file.rsplit('/').next().unwrap_or_default().starts_with('.'));
    others.partition(|file| {
        let misplaced = files::is_known(&format!("vocabulary/{file}"));
        misplaced || file.ends_with(".jsonl") || (file.starts_with("vocabulary/") && file.ends_with(".csv"))
    })
}

/// Reads every file of a folder, wherever it comes from.
struct Reader<'a> {
    source: &'a dyn Source,
    /// Files that look as if they belong to the folder: a store refuses them, so that a typing error in a name leaves nothing out unseen.
    unknown: &'a [String],
    keeping: Option<&'a Keeping>,
    watch: &'a Watch,
}

/// The records of a file with their lines.
struct Lined<T> {
    all: Vec<T>,
    lines: Vec<usize>,
}

impl<T> Lined<T> {
    fn each(&self) -> impl Iterator<Item = (usize, &T)> {
        self.lines.iter().copied().zip(&self.all)
    }
}

/// The same for records of which something is kept besides.
type WithMore<T, M> = Option<Lined<Along<T, M>>>;

impl Reader<'_> {
    fn read(&self, gazetteer: &Gazetteer) -> Result<Folder, FolderFaults> {
        let mut faults = FolderFaults::default();
        let draft = Draft::read(self.source, self.keeping.map_or(built_in(), |keeping| &keeping.words), &mut faults);
        let mut known = Known::words_only(&draft, gazetteer);
        known.tells_matches = self.source.open(files::MATCHES).is_some();
        let mut kept = Kept::default();
        let organisations = self.organisations(&mut known, &mut kept, &mut faults);
        let programmes = self.programmes(&mut known, &mut kept, &mut faults);
        let packages = self.packages(&mut known, &mut kept, &mut faults);
        let experts = self.experts(&mut known, &mut kept, &mut faults);
        let mut folder = self.further(&mut known, &mut faults);
        if let Some(keeping) = self.keeping {
            let named: Option<Vec<(usize, &str)>> =
                organisations.as_ref().map(|lined| lined.each().map(|(line, record)| (line, record.id.as_str())).collect());
            let told = Told {
                organisations: named.as_deref(),
                packages: &each(packages.as_ref()),
                experts: &each(experts.as_ref()),
                users: &each(folder.users.as_ref()),
                matches: &each(folder.whole_matches.as_ref()),
                knobs: &each(folder.knobs.as_ref()),
                rules: &each(folder.rules.as_ref()),
                kept: &kept,
            };
            keeping::check(&told, &known, keeping, &mut faults);
            self.unknown.iter().for_each(|file| faults.push(file.as_str(), 1, Fault::new("", FaultKind::UnknownFile)));
        }
        faults.sort();
        faults.into_result()?;
        if folder.matches.is_none() {
            folder.matches = folder.whole_matches.as_ref().map(|lined| lined.all.iter().map(MatchRecord::line).collect());
        }
        Ok(Folder {
            organisations: plain(organisations),
            programmes: plain(programmes),
            packages: plain(packages),
            experts: plain(experts),
            matches: folder.matches,
            users: plain(folder.users),
            whole_matches: plain(folder.whole_matches),
            knobs: plain(folder.knobs),
            rules: plain(folder.rules),
            kept,
            further: folder.further,
            vocabulary: draft.into_tables(),
            unknown: Vec::new(),
            unread: Vec::new(),
        })
    }

    fn organisations(&self, known: &mut Known<'_>, kept: &mut Kept, faults: &mut FolderFaults) -> Option<Lined<Organisation>> {
        let check = |along: &Along<Organisation, OrganisationKept>| known.organisation(&along.record);
        let (told, ids) = self.told(files::ORGANISATIONS, check, |along| along.record.id.as_str(), faults);
        known.organisations = ids;
        apart(told, |record, more| {
            kept.organisations.insert(record.id.clone(), more);
        })
    }

    fn programmes(&self, known: &mut Known<'_>, kept: &mut Kept, faults: &mut FolderFaults) -> Option<Lined<Programme>> {
        let check = |along: &Along<Programme, ProgrammeKept>| known.programme(&along.more);
        let (told, ids) = self.told(files::PROGRAMMES, check, |along| along.record.id.as_str(), faults);
        known.programmes = ids;
        apart(told, |record, more| {
            kept.programmes.insert(record.id.clone(), more);
        })
    }

    fn packages(&self, known: &mut Known<'_>, kept: &mut Kept, faults: &mut FolderFaults) -> Option<Lined<TaskPackage>> {
        let check = |along: &Along<TaskPackage, PackageKept>| known.package(&along.record);
        let (told, ids) = self.told(files::PACKAGES, check, |along| along.record.id.as_str(), faults);
        known.packages = ids;
        known.revisions = self.keeping.map(|keeping| keeping.revisions.clone()).unwrap_or_default();
        for along in told.iter().flat_map(|lined| &lined.all) {
            let revisions = u32::try_from(along.more.earlier.0.len()).unwrap_or(u32::MAX).saturating_add(1);
            known.revisions.insert(along.record.id.to_string(), revisions);
        }
        apart(told, |record, more| {
            kept.packages.insert(record.id.clone(), more);
        })
    }

    fn experts(&self, known: &mut Known<'_>, kept: &mut Kept, faults: &mut FolderFaults) -> Option<Lined<Expert>> {
        let check = |along: &Along<Expert, ExpertKept>| [known.expert(&along.record), known.consents(&along.record, &along.more)].concat();
        let (told, ids) = self.told(files::EXPERTS, check, |along| along.record.id.as_str(), faults);
        known.experts = ids;
        apart(told, |record, more| {
            kept.experts.insert(record.id.clone(), more);
        })
    }

    /// Reads a file of records: the records, and their ids for what refers to them. Neither when it is absent, but for the ids that a store has already.
    fn told<T: FromNode + Send + Sync>(
        &self,
        file: &'static str,
        check: impl Fn(&T) -> Vec<Fault> + Sync,
        id: fn(&T) -> &str,
        faults: &mut FolderFaults,
    ) -> (Option<Lined<T>>, Option<Ids>) {
        let there = self.keeping.map(|keeping| keeping.there(file));
        let kind = Kind { file, id, check, kept: there.clone().unwrap_or_default(), watch: self.watch };
        match read_records(self.source, &kind, faults) {
            Some(Records { all, lines, ids }) => (Some(Lined { all, lines }), Some(ids)),
            None => (None, there.map(|there| Ids::kept(&there))),
        }
    }

    fn further(&self, known: &mut Known<'_>, faults: &mut FolderFaults) -> Further {
        let mut further = Further::default();
        // A match names the setting that its score was computed with; whatever the order here, faults are told in the order of the page.
        let first = [files::USERS, files::KNOBS];
        for file in first.into_iter().chain(files::FURTHER.into_iter().filter(|file| !first.contains(file))) {
            match (file, self.keeping) {
                (files::USERS, Some(_)) => {
                    let (users, ids) = self.told(file, |user| known.user(user), |user: &User| user.id.as_str(), faults);
                    (further.users, known.users) = (users, ids);
                }
                (files::MATCHES, Some(_)) => {
                    let check = |record: &MatchRecord| known.whole_match(record);
                    further.whole_matches = self.told(file, check, |record| record.id.as_str(), faults).0;
                }
                (files::KNOBS, Some(_)) => {
                    let (knobs, ids) = self.told(file, |record| known.knob(record), |record: &KnobRecord| record.id.as_str(), faults);
                    (further.knobs, known.knobs) = (knobs, ids);
                }
                (files::RULES, Some(_)) => {
                    let check = |record: &RuleLine| known.rule(record);
                    further.rules = self.told(file, check, |record| record.id.as_str(), faults).0;
                }
                (files::MATCHES, None) => self.match_lines(known, &mut further, faults),
                (_, keeping) => self.any(file, keeping.is_some(), &mut further, faults),
            }
        }
        further
    }

    /// Reads the matches as far as a match needs them.
    fn match_lines(&self, known: &Known<'_>, further: &mut Further, faults: &mut FolderFaults) {
        let check = |record: &LineOfMatch| known.match_line(&record.line);
        let (records, _) = self.told(files::MATCHES, check, |record| record.line.id.as_str(), faults);
        let Some(Lined { all, .. }) = records else { return };
        let (lines, nodes) = all.into_iter().map(|record| (record.line, record.node)).unzip();
        further.matches = Some(lines);
        further.further.insert(files::MATCHES, nodes);
    }

    /// Reads a file of which nothing but the ids is looked at. A store that has no place for its records refuses it when it has any.
    fn any(&self, file: &'static str, keeping: bool, further: &mut Further, faults: &mut FolderFaults) {
        let (records, _) = self.told(file, |_: &AnyRecord| Vec::new(), |record| record.id.as_str(), faults);
        let Some(Lined { all, lines }) = records else { return };
        match lines.first() {
            Some(line) if keeping => FileFaults::new(file, faults).push(*line, Fault::new("", FaultKind::NotKept)),
            _ => {
                further.further.insert(file, all.into_iter().map(|record| record.node).collect());
            }
        }
    }
}

/// The files that a match does not need.
#[derive(Default)]
struct Further {
    matches: Option<Vec<MatchLine>>,
    users: Option<Lined<User>>,
    whole_matches: Option<Lined<MatchRecord>>,
    knobs: Option<Lined<KnobRecord>>,
    rules: Option<Lined<RuleLine>>,
    further: BTreeMap<&'static str, Vec<Node<'static>>>,
}

/// A match, whole and as far as a match needs it.
struct LineOfMatch {
    line: MatchLine,
    node: Node<'static>,
}

impl FromNode for LineOfMatch {
    fn from_node(node: &Node, reading: &mut raakvlak_domain::reading::Reading) -> Option<Self> {
        MatchLine::from_node(node, reading).map(|line| Self { line, node: node.clone().into_owned() })
    }
}

/// Takes records and what is kept beside them apart.
fn apart<T, M: More + PartialEq>(told: WithMore<T, M>, mut keep: impl FnMut(&T, M)) -> Option<Lined<T>> {
    let Lined { all, lines } = told?;
    let nothing = M::default();
    let records = all.into_iter().map(|Along { record, more }| {
        if more != nothing {
            keep(&record, more);
        }
        record
    });
    Some(Lined { all: records.collect(), lines })
}

fn plain<T>(lined: Option<Lined<T>>) -> Option<Vec<T>> {
    lined.map(|lined| lined.all)
}

fn each<T>(lined: Option<&Lined<T>>) -> Vec<(usize, &T)> {
    lined.map(|lined| lined.each().collect()).unwrap_or_default()
}
