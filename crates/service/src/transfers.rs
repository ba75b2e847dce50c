//! Imports and exports that run by themselves while somebody looks how far they are: one at a time, with their files in a private folder that is emptied at
//! the start, so that nothing of one that was broken off stays behind.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::languages::Language;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, new_id};
use crate::error::{Conflict, Error};
use crate::exchange::FolderFaults;
use crate::exchange::archive::{self, Bounds};
use crate::exchange::watch::Watch;
use crate::imports::{Imported, Refused};
use raakvlak_store::{Action as Act, ObjectKind};

/// For how long a finished transfer and its file are kept, in seconds.
const KEPT_SECONDS: i64 = 3_600;
/// The most finished transfers that are kept.
const MOST_KEPT: usize = 20;

/// Whether data comes in or goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// An import.
    Import,
    /// An export.
    Export,
}

/// Where a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its files are read; nothing has been written.
    Reading,
    /// The records are written.
    Writing,
    /// It is done.
    Done,
    /// There are faults, and nothing was kept.
    Refused,
    /// Somebody stopped it, and nothing was kept.
    Cancelled,
    /// Something else went wrong, and nothing was kept.
    Failed,
}

/// A fault, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FaultView {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The place in the line, as a JSON pointer.
    pub pointer: String,
    /// What is wrong, for programs.
    pub code: &'static str,
    /// What is wrong, for people.
    pub detail: String,
}

/// How far a transfer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TransferView {
    /// Names it.
    pub id: String,
    /// In or out.
    pub direction: Direction,
    /// Whether nothing is to be kept.
    pub dry_run: bool,
    /// Where it stands.
    pub stage: Stage,
    /// The file that is being read.
    pub file: Option<&'static str>,
    /// How many lines of records were read.
    pub lines_read: usize,
    /// How many there are.
    pub lines: usize,
    /// How many faults were found.
    pub faults_found: usize,
    /// The first of them, once all are known.
    pub faults: Vec<FaultView>,
    /// What went wrong besides.
    pub problem: Option<String>,
    /// What came in or went out, or would have.
    pub counts: Option<Imported>,
    /// Files that are no part of a folder and were not read.
    pub unread: Vec<String>,
    /// When it began.
    pub began_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

/// How a transfer ended.
enum Outcome {
    Done { counts: Imported, unread: Vec<String> },
    Refused(FolderFaults),
    Cancelled,
    Failed(Error),
}

impl From<Refused> for Outcome {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Faults(faults) => Self::Refused(faults),
            Refused::Cancelled => Self::Cancelled,
            Refused::Failed(error) => Self::Failed(error),
        }
    }
}

struct Transfer {
    id: String,
    direction: Direction,
    dry_run: bool,
    /// What was asked, so that the same request sent twice leads to the same transfer.
    request: (String, String, [u8; 32]),
    folder: PathBuf,
    watch: Watch,
    lines: Mutex<usize>,
    began_at: Instant,
    ended: Mutex<Option<(Instant, Outcome)>>,
}

/// The transfers of one instance.
#[derive(Clone)]
pub struct Transfers {
    folder: PathBuf,
    all: Arc<Mutex<VecDeque<Arc<Transfer>>>>,
}

impl std::fmt::Debug for Transfers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Transfers").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// What is sent to begin one: who sent it under which key, and what it said.
#[derive(Debug, Clone)]
pub struct Request {
    /// The key that came with it.
    pub key: String,
    /// The digest of all of it.
    pub digest: [u8; 32],
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Transfers {
    /// The transfers that keep their files in this folder, which is emptied now.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn in_folder(folder: &Path) -> std::io::Result<Self> {
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        private_folder(folder)?;
        Ok(Self { folder: folder.to_owned(), all: Arc::default() })
    }

    /// A place for the file that is sent for an import.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a steward; [`Error::Internal`] when the system gives no place.
    pub fn place_to_receive(&self, actor: &Actor) -> Result<PathBuf, Error> {
        authorise(actor, Action::Import, &Object::Network)?;
        let place = self.folder.join(format!("received-{}", new_id()));
        private_folder(&place).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(place)
    }

    /// Takes a place away that is not needed any more.
    pub fn give_back(&self, place: &Path) {
        // What stays behind goes at the next start.
        let _ = std::fs::remove_dir_all(place);
    }

    /// Begins an import of the archive `archive.zip` that lies in this place.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a steward; [`Error::Conflict`] while another transfer runs, or when the key was used for something else.
    pub fn import(&self, desk: &Desk, actor: &Actor, place: PathBuf, dry_run: bool, request: Request) -> Result<TransferView, Error> {
        authorise(actor, Action::Import, &Object::Network)?;
        let (desk, actor) = (desk.clone(), actor.clone());
        let language = actor.language;
        self.begin(&desk.clone(), &actor.clone(), Direction::Import, dry_run, place, request, move |transfer| {
            let folder = transfer.folder.join("folder");
            let unpacked = std::fs::create_dir(&folder)
                .map_err(|error| Outcome::Failed(Error::Internal(error.to_string())))
                .and_then(|()| archive::unpack(&transfer.folder.join("archive.zip"), &folder, Bounds::default()).map_err(Outcome::Refused));
            let outcome = unpacked.and_then(|lines| {
                *locked(&transfer.lines) = lines;
                desk.import(&actor, &folder, dry_run, &transfer.watch).map_err(Outcome::from)
            });
            outcome.map_or_else(|outcome| outcome, |done| Outcome::Done { counts: done.counts, unread: done.unread })
        })
        .map(|transfer| transfer.view(language))
    }

    /// Begins an export.
    ///
    /// # Errors
    ///
    /// As for an import.
    pub fn export(&self, desk: &Desk, actor: &Actor, request: Request) -> Result<TransferView, Error> {
        authorise(actor, Action::Export, &Object::Network)?;
        let place = self.folder.join(format!("sent-{}", new_id()));
        private_folder(&place).map_err(|error| Error::Internal(error.to_string()))?;
        let (desk, actor) = (desk.clone(), actor.clone());
        let language = actor.language;
        self.begin(&desk.clone(), &actor.clone(), Direction::Export, false, place, request, move |transfer| {
            let folder = transfer.folder.join("folder");
            let packed = desk.export(&actor, &folder).and_then(|counts| {
                let packed = archive::pack(&folder, &transfer.folder.join("archive.zip"));
                packed.map_err(|error| Error::Internal(error.to_string())).map(|()| counts)
            });
            let _ = std::fs::remove_dir_all(&folder);
            packed.map_or_else(Outcome::Failed, |counts| Outcome::Done { counts, unread: Vec::new() })
        })
        .map(|transfer| transfer.view(language))
    }

    #[allow(clippy::too_many_arguments, reason = "what begins a transfer")]
    fn begin(
        &self,
        desk: &Desk,
        actor: &Actor,
        direction: Direction,
        dry_run: bool,
        folder: PathBuf,
        request: Request,
        work: impl FnOnce(&Transfer) -> Outcome + Send + 'static,
    ) -> Result<Arc<Transfer>, Error> {
        let mut all = locked(&self.all);
        clear(&mut all, desk.now());
        let request = (actor.user.to_string(), request.key, request.digest);
        if let Some(same) = all.iter().find(|transfer| transfer.request.0 == request.0 && transfer.request.1 == request.1) {
            let _ = std::fs::remove_dir_all(&folder);
            return if same.request.2 == request.2 { Ok(Arc::clone(same)) } else { Err(Error::Conflict(Conflict::IdempotencyKeyReused)) };
        }
        if all.iter().any(|transfer| locked(&transfer.ended).is_none()) {
            let _ = std::fs::remove_dir_all(&folder);
            return Err(Error::Conflict(Conflict::Busy));
        }
        let transfer = Arc::new(Transfer {
            id: new_id(),
            direction,
            dry_run,
            request,
            folder,
            watch: Watch::default(),
            lines: Mutex::new(0),
            began_at: desk.now(),
            ended: Mutex::new(None),
        });
        all.push_front(Arc::clone(&transfer));
        drop(all);
        let (running, desk) = (Arc::clone(&transfer), desk.clone());
        std::thread::spawn(move || {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&running)));
            let outcome = outcome.unwrap_or_else(|_| Outcome::Failed(Error::Internal("a transfer stopped unexpectedly".into())));
            if let Outcome::Failed(error) = &outcome {
                tracing::error!(%error, "a transfer failed");
            }
            if running.direction == Direction::Import {
                let _ = std::fs::remove_dir_all(&running.folder);
            }
            *locked(&running.ended) = Some((desk.now(), outcome));
        });
        Ok(transfer)
    }

    /// How far a transfer is.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for anybody but a steward; [`Error::NotFound`] when there is none, or not any more.
    pub fn transfer(&self, desk: &Desk, actor: &Actor, direction: Direction, id: &str) -> Result<TransferView, Error> {
        Ok(self.find(desk, actor, direction, id)?.view(actor.language))
    }

    /// Stops an import while nothing has been written, or takes the file of an export away.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when it is too late; else as for reading it.
    pub fn cancel(&self, desk: &Desk, actor: &Actor, direction: Direction, id: &str) -> Result<(), Error> {
        let transfer = self.find(desk, actor, direction, id)?;
        let ended = locked(&transfer.ended).is_some();
        match direction {
            Direction::Export if ended => {
                locked(&self.all).retain(|other| other.id != transfer.id);
                self.give_back(&transfer.folder);
                Ok(())
            }
            Direction::Export => Err(Error::Conflict(Conflict::Busy)),
            Direction::Import if ended || !transfer.watch.cancel() => Err(Error::Conflict(Conflict::AlreadyDone)),
            Direction::Import => Ok(()),
        }
    }

    /// The file of an export that is done; that it is taken is noted before it leaves.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none, or it is not done yet; [`Error::NotAllowed`] for anybody but a steward.
    pub fn file(&self, desk: &Desk, actor: &Actor, id: &str) -> Result<PathBuf, Error> {
        let transfer = self.find(desk, actor, Direction::Export, id)?;
        if !matches!(*locked(&transfer.ended), Some((_, Outcome::Done { .. }))) {
            return Err(Error::NotFound);
        }
        desk.write(actor, |tx, actor| {
            let role = authorise(actor, Action::Export, &Object::Network)?;
            tx.audit(actor.act(role, Act::Read, ObjectKind::Dataset, "folder"));
            Ok(())
        })?;
        Ok(transfer.folder.join("archive.zip"))
    }

    fn find(&self, desk: &Desk, actor: &Actor, direction: Direction, id: &str) -> Result<Arc<Transfer>, Error> {
        let action = if direction == Direction::Import { Action::Import } else { Action::Export };
        authorise(actor, action, &Object::Network)?;
        let mut all = locked(&self.all);
        clear(&mut all, desk.now());
        all.iter().find(|transfer| transfer.id == id && transfer.direction == direction).map(Arc::clone).ok_or(Error::NotFound)
    }

    /// Takes away what has had its time.
    pub fn clear_away(&self, now: Instant) {
        clear(&mut locked(&self.all), now);
    }
}

fn clear(all: &mut VecDeque<Arc<Transfer>>, now: Instant) {
    let mut kept = 0;
    all.retain(|transfer| {
        let over = locked(&transfer.ended).as_ref().is_some_and(|(at, _)| at.plus_seconds(KEPT_SECONDS) < now || kept >= MOST_KEPT);
        kept += 1;
        if over {
            let _ = std::fs::remove_dir_all(&transfer.folder);
        }
        !over
    });
}

/// A folder into which nobody else can look.
fn private_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

impl Transfer {
    fn view(&self, language: Language) -> TransferView {
        let ended = locked(&self.ended);
        let outcome = ended.as_ref().map(|(_, outcome)| outcome);
        let stage = match outcome {
            None if self.watch.is_writing() => Stage::Writing,
            None => Stage::Reading,
            Some(Outcome::Done { .. }) => Stage::Done,
            Some(Outcome::Refused(_)) => Stage::Refused,
            Some(Outcome::Cancelled) => Stage::Cancelled,
            Some(Outcome::Failed(_)) => Stage::Failed,
        };
        let faults = if let Some(Outcome::Refused(faults)) = outcome { Some(faults) } else { None };
        TransferView {
            id: self.id.clone(),
            direction: self.direction,
            dry_run: self.dry_run,
            stage,
            file: self.watch.file().filter(|_| outcome.is_none()),
            lines_read: self.watch.lines(),
            lines: *locked(&self.lines),
            faults_found: faults.map_or_else(|| self.watch.faults(), FolderFaults::total),
            faults: faults.map(|faults| faults.faults.iter().map(|fault| fault_view(fault, language)).collect()).unwrap_or_default(),
            problem: outcome.and_then(|outcome| problem(outcome, language)),
            counts: if let Some(Outcome::Done { counts, .. }) = outcome { Some(counts.clone()) } else { None },
            unread: if let Some(Outcome::Done { unread, .. }) = outcome { unread.clone() } else { Vec::new() },
            began_at: self.began_at,
            ended_at: ended.as_ref().map(|(at, _)| *at),
        }
    }
}

fn fault_view(fault: &crate::exchange::FolderFault, language: Language) -> FaultView {
    FaultView {
        file: fault.file.clone(),
        line: fault.line,
        pointer: fault.fault.pointer.clone(),
        code: fault.fault.kind.code(),
        detail: fault.fault.detail(language),
    }
}

/// What is told of a failure: never what is for the log alone.
fn problem(outcome: &Outcome, language: Language) -> Option<String> {
    match (outcome, language) {
        (Outcome::Failed(Error::Conflict(conflict)), _) => Some(conflict.detail(language)),
        (Outcome::Failed(_), Language::Nl) => Some("Er ging iets mis. Er is niets bewaard. Probeer het later opnieuw.".into()),
        (Outcome::Failed(_), Language::En) => Some("Something went wrong. Nothing was kept. Please try again later.".into()),
        _ => None,
    }
}
