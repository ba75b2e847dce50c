//! The settings: each with its type, its range and its default.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::json::Node;
use raakvlak_domain::quantities::fixed;
use raakvlak_domain::reading::{FromNode, Reading};
use raakvlak_domain::{closed_words, record};
use serde::Serialize;

closed_words! {
    /// How much is written to the log.
    pub enum LogLevel {
        /// What broke.
        Error = "error",
        /// What may go wrong.
        Warn = "warn",
        /// Every request.
        Info = "info",
        /// What happens within a request.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

closed_words! {
    /// What a line of the log looks like.
    pub enum LogForm {
        /// For machines.
        Json = "json",
        /// For people.
        Text = "text",
    }
}

closed_words! {
    /// How letters leave.
    pub enum Mail {
        /// As files in a folder; nothing leaves the machine.
        Folder = "folder",
        /// By SMTP.
        Smtp = "smtp",
    }
}

/// A text of 1 to 1 000 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text(String);

impl Text {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl FromNode for Text {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let text = if let Node::Number(number) = node { Node::Text(number.clone()) } else { node.clone() };
        raakvlak_domain::texts::text_of(&text, 1, 1_000, &[], reading).map(Self)
    }
}

/// A whole number in this range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Number<const LOW: u32, const HIGH: u32>(u32);

impl<const LOW: u32, const HIGH: u32> Number<LOW, HIGH> {
    /// The number; one outside the range is moved to its nearest end.
    #[must_use]
    pub const fn new(value: u32) -> Self {
        Self(if value < LOW {
            LOW
        } else if value > HIGH {
            HIGH
        } else {
            value
        })
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const LOW: u32, const HIGH: u32> FromNode for Number<LOW, HIGH> {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        fixed(node, 0, LOW.into(), HIGH.into(), reading).and_then(|value| u32::try_from(value).ok()).map(Self)
    }
}

/// A port; 0 takes any that is free.
pub type Port = Number<0, 65_535>;

/// An address of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Address(pub IpAddr);

impl FromNode for Address {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let address = if let Node::Text(text) = node { text.parse().ok() } else { None };
        if address.is_none() {
            reading.fault(FaultKind::NotOneOf { allowed: vec!["127.0.0.1".into(), "0.0.0.0".into(), "::1".into(), "::".into()] });
        }
        address.map(Self)
    }
}

/// An address of the web, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebAddress(String);

impl WebAddress {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromNode for WebAddress {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let address = Self::new(Text::from_node(node, reading)?.as_str());
        if address.is_none() {
            reading.fault(FaultKind::NotOneOf { allowed: vec!["https://…".into(), "http://…".into()] });
        }
        address
    }
}

impl WebAddress {
    /// This address; `None` when it is none.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let uri: Option<actix_web::http::Uri> = text.parse().ok();
        let is_sound =
            uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() && uri.query().is_none());
        is_sound.then(|| Self(text.trim_end_matches('/').to_owned()))
    }
}

/// A mail server: `smtp://host:25`, with `user:password@` before the host where the server asks for it.
#[derive(Clone, PartialEq, Eq)]
pub struct MailServer {
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The user name and the password.
    pub credentials: Option<(String, String)>,
}

impl MailServer {
    fn new(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("smtp://")?.trim_end_matches('/');
        let (account, place) = rest.rsplit_once('@').map_or((None, rest), |(account, place)| (Some(account), place));
        let (host, port) = place.rsplit_once(':').unwrap_or((place, "25"));
        let credentials = match account {
            Some(account) => Some(account.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))?),
            None => None,
        };
        (!host.is_empty()).then_some(Self { host: host.to_owned(), port: port.parse().ok()?, credentials })
    }

    /// The address with the password hidden.
    fn shown(&self) -> String {
        let account = self.credentials.as_ref().map(|(user, _)| format!("{user}:***@")).unwrap_or_default();
        format!("smtp://{account}{}:{}", self.host, self.port)
    }
}

impl std::fmt::Debug for MailServer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.shown())
    }
}

impl Serialize for MailServer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

impl FromNode for MailServer {
    fn from_node(node: &Node, reading: &mut Reading) -> Option<Self> {
        let server = Self::new(Text::from_node(node, reading)?.as_str());
        if server.is_none() {
            reading.fault(FaultKind::NotOneOf { allowed: vec!["smtp://host:25".into(), "smtp://user:password@host:25".into()] });
        }
        server
    }
}

record! {
    /// What holds.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct Settings {
        /// Where the database is: `sqlite:PATH` or `postgres://…`.
        pub database_url: Text = "sqlite:data/raakvlak.sqlite".into(),
        /// Whether a start brings the database up to date; several servers on one database do that one at a time.
        pub migrate: bool = true,
        /// The folder for keys and letters. Whoever can read it can read everything.
        pub data_dir: Text = "data".into(),
        /// The address on which requests come in.
        pub address: Address = Address(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        /// The port on which requests come in.
        pub port: Port = Port::new(8_080),
        /// The address on which the figures for operators are read.
        pub metrics_address: Address = Address(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        /// The port on which the figures for operators are read.
        pub metrics_port: Port = Port::new(9_464),
        /// How people reach this server; links in letters start with it. Not told: the address and port above.
        pub public_url: Option<WebAddress>,
        /// How letters leave.
        pub mail: Mail = Mail::Folder,
        /// The folder for letters, when `mail` is `folder`; not told: `outbox` in the data folder.
        pub mail_folder: Option<Text>,
        /// The mail server on this machine or network, when `mail` is `smtp`: `smtp://user:password@host:25`. The line to it is not encrypted.
        pub smtp_url: Option<MailServer>,
        /// The sender of letters.
        pub mail_from: Text = "Raakvlak <noreply@localhost>".into(),
        /// Whom people who use the API turn to; stands in its description.
        pub contact_name: Text = "Raakvlak".into(),
        /// The address that letters about the API go to.
        pub contact_email: Text = "beheer@raakvlak.localhost".into(),
        /// A page about this instance; not told: the address at which people reach this server.
        pub contact_url: Option<WebAddress>,
        /// Whether requests are counted and refused when there are too many.
        pub rate_limits: bool = true,
        /// Requests a minute of one user.
        pub user_requests_per_minute: Number<1, 1_000_000> = Number::new(600),
        /// Requests a minute from one address.
        pub address_requests_per_minute: Number<1, 1_000_000> = Number::new(1_200),
        /// Tries to sign in a minute from one address.
        pub sign_ins_per_minute: Number<1, 1_000_000> = Number::new(20),
        /// Whether a proxy in front adds the client's address as the last one of `X-Forwarded-For`.
        pub behind_proxy: bool = false,
        /// Requests that are handled at once; more are told to come back.
        pub concurrent_requests: Number<1, 100_000> = Number::new(256),
        /// Seconds in which the head of a request must come in.
        pub head_seconds: Number<1, 600> = Number::new(5),
        /// Seconds in which the body of a request must come in.
        pub body_seconds: Number<1, 600> = Number::new(20),
        /// Mebibytes that the file of an import may have.
        pub import_mebibytes: Number<1, 4_096> = Number::new(64),
        /// Seconds that requests get to end when the server stops.
        pub drain_seconds: Number<1, 600> = Number::new(30),
        /// Seconds that an access token holds.
        pub access_token_seconds: Number<60, 3_600> = Number::new(600),
        /// Threads for requests, and as many for the engine; not told: as many as the machine has.
        pub threads: Option<Number<1, 1_024>>,
        /// How much is written to the log.
        pub log: LogLevel = LogLevel::Info,
        /// What a line of the log looks like.
        pub log_form: LogForm = LogForm::Json,
    }
    check(reading) {
        if mail == Some(Mail::Smtp) && smtp_url == Some(None) {
            reading.within("smtp_url", |reading| reading.fault(FaultKind::Missing));
        }
    }
}

impl Settings {
    /// How people reach this server, without a slash at the end.
    #[must_use]
    pub fn public_address(&self) -> String {
        let own = || format!("http://{}", std::net::SocketAddr::new(self.address.0, u16::try_from(self.port.get()).unwrap_or_default()));
        self.public_url.as_ref().map_or_else(own, |address| address.as_str().to_owned())
    }

    /// The folder in which keys and letters lie.
    #[must_use]
    pub fn data_folder(&self) -> PathBuf {
        PathBuf::from(self.data_dir.as_str())
    }

    /// The folder for letters.
    #[must_use]
    pub fn outbox(&self) -> PathBuf {
        self.mail_folder.as_ref().map_or_else(|| self.data_folder().join("outbox"), |folder| folder.as_str().into())
    }

    /// How many threads.
    #[must_use]
    pub fn thread_count(&self) -> usize {
        let of_machine = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(of_machine, |threads| threads.get() as usize)
    }

    /// The name and value of each setting, with passwords hidden.
    #[must_use]
    pub fn shown(&self) -> Vec<(&'static str, serde_json::Value)> {
        let value = serde_json::to_value(self).unwrap_or_default();
        let shown = |name: &&'static str| (*name, value.get(*name).map(masked).unwrap_or_default());
        Self::KEYS.iter().map(shown).collect()
    }
}

/// The value with the password of an address hidden.
fn masked(value: &serde_json::Value) -> serde_json::Value {
    let hidden = value.as_str().and_then(|text| {
        let (scheme, rest) = text.split_once("://")?;
        let (account, host) = rest.rsplit_once('@')?;
        let (user, _) = account.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{host}"))
    });
    hidden.map_or_else(|| value.clone(), serde_json::Value::String)
}

impl Default for Settings {
    fn default() -> Self {
        let mut reading = Reading::default();
        match Self::from_node(&Node::Object(Vec::new()), &mut reading) {
            Some(settings) => settings,
            None => unreachable!("every setting has a default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden() {
        let shown = |text: &str| masked(&serde_json::json!(text)).as_str().unwrap().to_owned();
        assert_eq!(shown("postgres://raak:ge:h@im@host/db"), "postgres://raak:***@host/db");
        assert_eq!(shown("sqlite:data/raakvlak.sqlite"), "sqlite:data/raakvlak.sqlite");
        assert_eq!(shown("postgres://raak@host/db"), "postgres://raak@host/db");
        let settings = Settings { smtp_url: MailServer::new("smtp://a:geheim@host"), ..Settings::default() };
        assert!(!format!("{:?}", settings.shown()).contains("geheim"));
    }

    #[test]
    fn reads_mail_servers() {
        let server = MailServer::new("smtp://raak:ge:h@im@mail.example:2525").unwrap();
        assert_eq!((server.host.as_str(), server.port), ("mail.example", 2_525));
        assert_eq!(server.credentials, Some(("raak".into(), "ge:h@im".into())));
        assert_eq!(MailServer::new("smtp://relay").unwrap().port, 25);
        for text in ["relay:25", "smtp://", "smtp://user@relay", "smtp://relay:port", "smtps://relay"] {
            assert!(MailServer::new(text).is_none(), "{text}");
        }
    }

    #[test]
    fn people_reach_the_address_unless_told_otherwise() {
        assert_eq!(Settings::default().public_address(), "http://127.0.0.1:8080");
        let settings = Settings { public_url: WebAddress::new("https://raakvlak.example/"), ..Settings::default() };
        assert_eq!(settings.public_address(), "https://raakvlak.example");
        assert!(WebAddress::new("raakvlak.example").is_none() && WebAddress::new("ftp://raakvlak.example").is_none());
    }

    #[test]
    fn smtp_needs_a_server() {
        let mut reading = Reading::default();
        let node = Node::Object(vec![("mail".into(), Node::Text("smtp".into()))]);
        assert!(Settings::from_node(&node, &mut reading).is_some());
        assert_eq!(reading.into_faults()[0].pointer, "/smtp_url");
    }
}
