//! PostgreSQL clusters for tests: one that all test processes share, and private ones that a test may kill.
//!
//! The shared one lives in the temporary folder of the machine. Whoever needs it starts it under a file lock; every test process holds a shared lock
//! on `users`, which the operating system takes away even when the process is killed. A watcher beside the server stops it once nobody has held
//! that lock for half a minute. The server refuses to run as root, so root runs it as the user `postgres`.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::{made, schema_digest};

/// How long a server may take to start or stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// Fast settings for a cluster whose data nobody will miss.
const FAST: &str = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=300 -c shared_buffers=64MB";

/// Settings for a cluster that must keep what it answered.
const DURABLE: &str = "-c fsync=on -c full_page_writes=on -c synchronous_commit=on -c max_connections=50 -c shared_buffers=32MB";

/// A running PostgreSQL server that listens on a socket in its own folder.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    settings: &'static str,
    /// Held as long as this process uses the shared cluster.
    _used: Option<File>,
    /// Removed with a private cluster.
    _temporary: Option<tempfile::TempDir>,
}

impl Cluster {
    /// The cluster that all test processes of this machine share: it does not flush.
    ///
    /// # Panics
    /// When PostgreSQL is not there and cannot be installed, or does not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| {
            let folder = std::env::temp_dir().join(format!("raakvlak-postgres-{}", owner()));
            made(std::fs::create_dir_all(&folder), "the cluster's folder");
            let door = locked(&folder.join("door"), File::lock);
            let used = locked(&folder.join("users"), File::lock_shared);
            let cluster = Self { folder, settings: FAST, _used: Some(used), _temporary: None };
            cluster.ensure_running();
            cluster.ensure_template();
            drop(door);
            cluster
        })
    }

    /// A cluster of one test's own, with the settings that keep what was answered; it stops when this is dropped.
    ///
    /// # Panics
    /// As [`Cluster::shared`].
    #[must_use]
    pub fn durable() -> Self {
        let temporary = made(tempfile::Builder::new().prefix("raakvlak-pg-").tempdir(), "the cluster's folder");
        let cluster = Self { folder: temporary.path().to_path_buf(), settings: DURABLE, _used: None, _temporary: Some(temporary) };
        cluster.init();
        cluster.start();
        cluster
    }

    /// The address of a database in it.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        // In a postgres:// address a folder of a socket is written with its slashes encoded.
        let host = self.folder.to_string_lossy().replace('/', "%2F");
        format!("postgres://postgres@{host}/{name}")
    }

    /// Runs SQL in a database and gives what `psql` prints.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn sql(&self, name: &str, query: &str) -> String {
        made(self.try_sql(name, query), "the outcome of a query")
    }

    fn try_sql(&self, name: &str, query: &str) -> Result<String, String> {
        let mut command = Command::new(program("psql"));
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", name, "-c", query, "-h"]).arg(&self.folder);
        run(&mut command)
    }

    /// Everything in a database, as `pg_dump` writes it.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn dump(&self, name: &str) -> String {
        made(run(Command::new(program("pg_dump")).args(["-U", "postgres", "-d", name, "-h"]).arg(&self.folder)), "a dump")
    }

    /// Makes an empty database.
    pub fn create_database(&self, name: &str) {
        drop(self.sql("postgres", &format!("CREATE DATABASE {name}")));
    }

    /// Makes a database with every migration run.
    pub fn copy_template(&self, name: &str) {
        drop(self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {}", template())));
    }

    /// Removes a database and whoever is connected to it; one that does not go is swept away at the next start.
    pub fn drop_database(&self, name: &str) {
        drop(self.try_sql("postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
    }

    /// The processes of the server: the postmaster first.
    ///
    /// # Panics
    /// When the server does not run.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        let postmaster = made(self.postmaster().ok_or("no postmaster"), "the list of processes");
        let children = run(Command::new("ps").args(["-o", "pid=", "--ppid"]).arg(postmaster.to_string())).unwrap_or_default();
        std::iter::once(postmaster).chain(children.split_whitespace().filter_map(|pid| pid.parse().ok())).collect()
    }

    /// Kills the server without a warning, as a power cut would stop it, and waits until it is gone.
    pub fn kill(&self) {
        self.signal("-KILL");
        let began = Instant::now();
        while self.is_alive() && began.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
        // The children of a killed postmaster end by themselves; a new one refuses to start while they hold its shared memory.
        std::thread::sleep(Duration::from_millis(200));
    }

    /// Sends a signal to every process of the server: `-STOP` freezes it, `-CONT` lets it go on.
    pub fn signal(&self, signal: &str) {
        let processes = self.processes();
        drop(run(Command::new("kill").arg(signal).args(processes.iter().map(ToString::to_string))));
    }

    /// Stops the server in an orderly way, with every connection ended.
    pub fn stop(&self) {
        drop(run(self.pg_ctl().args(["stop", "-m", "fast", "-w"])));
    }

    /// Starts the server, if need be several times: a killed one may take a moment to let go.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&self) {
        let began = Instant::now();
        loop {
            let options = format!("{} -c listen_addresses='' -c unix_socket_directories='{}'", self.settings, self.folder.display());
            let log = self.folder.join("log");
            let outcome = run(self.pg_ctl().args(["start", "-w", "-t", "60", "-o", &options, "-l"]).arg(log));
            match outcome {
                Ok(_) => return,
                Err(_) if began.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(250)),
                Err(why) => return made(Err(why), "the PostgreSQL server"),
            }
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn postmaster(&self) -> Option<u32> {
        let text = run(as_server("cat").arg(self.data().join("postmaster.pid"))).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    fn is_alive(&self) -> bool {
        self.postmaster().is_some_and(|pid| Path::new("/proc").join(pid.to_string()).join("stat").exists() && !is_zombie(pid))
    }

    fn pg_ctl(&self) -> Command {
        let mut command = as_server(&program("pg_ctl").to_string_lossy());
        command.arg("-D").arg(self.data());
        command
    }

    fn init(&self) {
        hand_over(&self.folder);
        let mut command = as_server(&program("initdb").to_string_lossy());
        command.args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]).arg(self.data());
        drop(made(run(&mut command), "the PostgreSQL cluster"));
    }

    fn ensure_running(&self) {
        if self.try_sql("postgres", "SELECT 1").is_ok() {
            return;
        }
        if self.data().join("PG_VERSION").exists() && !same_version(&self.data()) {
            made(std::fs::remove_dir_all(self.data()), "room for a new cluster");
        }
        if !self.data().join("PG_VERSION").exists() {
            // A folder that an earlier start left half made.
            drop(std::fs::remove_dir_all(self.data()));
            self.init();
        }
        self.start();
        self.sweep();
        self.watch();
    }

    /// Removes the databases of test processes that were killed.
    fn sweep(&self) {
        for name in self.sql("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'").lines() {
            let gone = name.split('_').nth(1).is_some_and(|pid| !Path::new("/proc").join(pid).exists());
            if gone {
                self.drop_database(name);
            }
        }
    }

    /// Leaves a watcher behind that stops the server when nobody has used it for half a minute.
    fn watch(&self) {
        let (folder, pg_ctl) = (self.folder.display(), program("pg_ctl"));
        let stop = format!("{} {} stop -m fast -w -D {folder}/data", runner().join(" "), pg_ctl.display());
        let script = format!(
            "cd /; while sleep 30; do [ -f {folder}/data/postmaster.pid ] || exit; flock {folder}/door flock -n {folder}/users {stop} >/dev/null 2>&1 && exit; done"
        );
        let mut command = Command::new("setsid");
        command.args(["sh", "-c", &script]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        drop(made(command.spawn(), "the watcher of the cluster"));
    }

    /// Makes the migrated template of this set of migrations, once.
    fn ensure_template(&self) {
        let template = template();
        let there = self.sql("postgres", &format!("SELECT count(*) FROM pg_database WHERE datname = '{template}'"));
        if there.trim() == "1" {
            return;
        }
        let draft = format!("draft_{template}");
        self.drop_database(&draft);
        self.create_database(&draft);
        made(raakvlak_store::migrate(&self.url(&draft)), "the migrated template");
        drop(self.sql("postgres", &format!("ALTER DATABASE {draft} RENAME TO {template}")));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self._temporary.is_some() {
            drop(run(self.pg_ctl().args(["stop", "-m", "immediate", "-w"])));
            // Files of the server's user are removed by that user where the folder's owner may not.
            drop(run(as_server("rm").arg("-rf").arg(self.data())));
        }
    }
}

fn template() -> String {
    format!("template_{}", schema_digest())
}

fn locked(path: &Path, lock: impl Fn(&File) -> std::io::Result<()>) -> File {
    let file = made(OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path), "a lock file");
    made(lock(&file), "a lock");
    file
}

/// Which user the server runs as, to tell folders apart.
fn owner() -> String {
    if is_root() { "postgres".to_owned() } else { std::env::var("USER").unwrap_or_else(|_| "tests".to_owned()) }
}

fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| run(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0"))
}

/// What to put before a command so that it runs as the user of the server.
fn runner() -> &'static [&'static str] {
    if is_root() { &["runuser", "-u", "postgres", "--"] } else { &[] }
}

fn as_server(name: &str) -> Command {
    let mut words = runner().iter().copied().chain(std::iter::once(name));
    let mut command = Command::new(words.next().unwrap_or(name));
    command.args(words).current_dir("/");
    command
}

/// Gives a folder to the user of the server.
fn hand_over(folder: &Path) {
    if is_root() {
        drop(made(run(Command::new("chown").arg("postgres:").arg(folder)), "a folder of the server's user"));
    }
}

/// A program of PostgreSQL; the newest version on the machine.
fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| made(programs().or_else(install_and_look).ok_or(MISSING), "PostgreSQL")).join(name)
}

const MISSING: &str = "the tests need PostgreSQL in /usr/lib/postgresql: install Debian's package postgresql";

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let newest = versions.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok()).max()?;
    let folder = PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin"));
    folder.join("initdb").exists().then_some(folder)
}

fn install_and_look() -> Option<PathBuf> {
    if !is_root() {
        return None;
    }
    let _alone = locked(&std::env::temp_dir().join("raakvlak-install-postgres"), File::lock);
    if programs().is_none() {
        drop(run(Command::new("apt-get").args(["update", "-q"])));
        drop(run(Command::new("apt-get")
            .args(["install", "-y", "-q", "--no-install-recommends", "postgresql"])
            .env("DEBIAN_FRONTEND", "noninteractive")));
    }
    programs()
}

fn same_version(data: &Path) -> bool {
    let told = run(as_server("cat").arg(data.join("PG_VERSION"))).unwrap_or_default();
    program("initdb").ancestors().nth(2).is_some_and(|version| version.ends_with(told.trim()))
}

fn is_zombie(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
}

/// Runs a command to its end: what it printed, or what it complained of.
fn run(command: &mut Command) -> Result<String, String> {
    // A server that is started keeps its parent's output open; a file in between would do too, but it writes to its own log.
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{:?}: {}{}", command.get_program(), String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}
