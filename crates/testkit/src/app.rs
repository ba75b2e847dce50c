//! The whole server over real HTTP, on a free port of this machine.
#![allow(clippy::panic, reason = "a test that cannot begin must say why and stop")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use raakvlak_server::app::{self, MoreDoors, Running};
use raakvlak_server::configuration::{Number, Settings, Text, WebAddress};
use raakvlak_server::door::Door;
use raakvlak_server::shared::Shared;
use raakvlak_server::tokens::{KeyRing, Tokens};
use tempfile::TempDir;

use crate::http::Request;

/// How people reach a server of a test, as far as its tokens and letters say.
pub const PUBLIC_URL: &str = "https://raakvlak.example";

/// A server of its own for one test; gone when dropped.
#[derive(Debug)]
pub struct TestServer {
    running: Running,
    thread: Option<JoinHandle<std::io::Result<()>>>,
    door: Arc<dyn DoorOfTest>,
    settings: Settings,
    // Lives as long as the server, since its keys lie in it.
    _folder: TempDir,
}

/// A door that can be shown when a test fails.
pub trait DoorOfTest: Door + std::fmt::Debug {}

impl<T: Door + std::fmt::Debug> DoorOfTest for T {}

impl TestServer {
    /// Starts a server behind this door, with further doors beside those of the API. `change` may change the settings; ports, folders and limits are
    /// already those of a test.
    ///
    /// # Panics
    ///
    /// When the server does not start.
    #[must_use]
    pub fn start<D: DoorOfTest + 'static>(door: Arc<D>, more: MoreDoors, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::Builder::new().prefix("raakvlak-").tempdir().unwrap_or_else(|error| panic!("a temporary folder: {error}"));
        let mut settings = settings(&folder);
        change(&mut settings);
        let shared = Shared::new(door.clone(), settings.clone()).unwrap_or_else(|error| panic!("{error}"));
        let (tell, told) = channel();
        let thread = std::thread::spawn(move || {
            app::run(shared, more, move |running| {
                let _ = tell.send(running);
            })
        });
        let running = told.recv().unwrap_or_else(|_| panic!("the server did not start"));
        Self { running, thread: Some(thread), door, settings, _folder: folder }
    }

    /// Where requests go.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// Where figures are read.
    #[must_use]
    pub fn figures_address(&self) -> SocketAddr {
        self.running.figures_address
    }

    /// A request to this server.
    #[must_use]
    pub fn request(&self, method: &str, target: &str) -> Request {
        Request::new(self.address(), method, target)
    }

    /// A GET to this server.
    #[must_use]
    pub fn get(&self, target: &str) -> Request {
        self.request("GET", target)
    }

    /// The keys with which this server signs.
    ///
    /// # Panics
    ///
    /// When they cannot be read.
    #[must_use]
    pub fn ring(&self) -> KeyRing {
        KeyRing::open(&self.settings.data_folder(), self.door.now()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What makes tokens like those of this server.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        Tokens::new(self.ring(), &self.settings.public_address(), self.settings.access_token_seconds.get())
    }

    /// Tells the server to end after the requests at hand, and answers without waiting for that.
    pub fn begin_to_stop(&self) {
        self.running.stop();
    }
}

fn settings(folder: &TempDir) -> Settings {
    let data_dir = Text::from(folder.path().to_string_lossy().as_ref());
    Settings {
        data_dir,
        port: Number::new(0),
        metrics_port: Number::new(0),
        public_url: WebAddress::new(PUBLIC_URL),
        rate_limits: false,
        threads: Some(Number::new(2)),
        ..Settings::default()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.running.stop_at_once();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
