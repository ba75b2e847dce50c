//! Sending one letter: into a folder, or to a mail server.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Message, SmtpTransport, Transport as _};
use raakvlak_domain::calendar::Instant;
use raakvlak_store::KeyId;

use super::{MailSettings, Transport};

/// How long a mail server may take for each step.
const PATIENCE: Duration = Duration::from_secs(20);

/// What stands on the outside of a letter.
pub(super) struct Envelope<'a> {
    pub(super) id: &'a str,
    pub(super) key: KeyId,
    pub(super) at: Instant,
    pub(super) to: &'a str,
    pub(super) subject: &'a str,
}

/// Says that no person wrote this, so that nobody's absence notice answers it (RFC 3834).
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Sends a letter; the error is for the log and holds no address.
pub(super) fn send(settings: &MailSettings, envelope: &Envelope<'_>, text: String) -> Result<(), String> {
    let message = message(&settings.from, envelope, text)?;
    match &settings.transport {
        Transport::Folder(folder) => {
            write(folder, &file_name(envelope.key, envelope.id), &message.formatted()).map_err(|error| error.to_string())
        }
        Transport::Smtp { host, port, credentials } => deliver(host, *port, credentials.as_ref(), &message),
    }
}

fn message(from: &str, envelope: &Envelope<'_>, text: String) -> Result<Message, String> {
    let from: Mailbox = from.parse().map_err(|_| "the sender's address cannot be used".to_owned())?;
    let to: Mailbox = envelope.to.parse().map_err(|_| "the receiver's address cannot be used".to_owned())?;
    let microseconds = u64::try_from(envelope.at.microseconds()).unwrap_or(0);
    Message::builder()
        .message_id(Some(format!("<{}@{}>", envelope.id, from.email.domain())))
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(microseconds))
        .from(from)
        .to(to)
        .subject(envelope.subject)
        .header(AutoSubmitted)
        .singlepart(SinglePart::plain(text))
        .map_err(|error| error.to_string())
}

fn deliver(host: &str, port: u16, credentials: Option<&(String, String)>, message: &Message) -> Result<(), String> {
    let mut transport = SmtpTransport::builder_dangerous(host).port(port).timeout(Some(PATIENCE));
    if let Some((user, password)) = credentials {
        transport = transport.credentials(Credentials::new(user.clone(), password.clone()));
    }
    // A server's own words may name the receiver: only the kind of refusal is kept.
    transport.build().send(message).map(drop).map_err(|error| match error.status() {
        Some(code) => format!("the mail server answered {code}"),
        None => "the mail server could not be reached".to_owned(),
    })
}

/// Letters to one person begin alike, so that they can be found when the person is erased; the name tells nobody else anything.
fn file_name(key: KeyId, id: &str) -> String {
    format!("{key}-{id}.eml")
}

/// Writes beside and renames, so that whoever watches the folder never meets half a letter.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let beside = folder.join(format!(".{name}"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(beside, folder.join(name))
}

/// Takes the letters to a person out of the folder.
pub(super) fn erase(folder: &Path, key: KeyId) {
    let (whole, half) = (format!("{key}-"), format!(".{key}-"));
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if (name.starts_with(&whole) || name.starts_with(&half))
            && let Err(error) = std::fs::remove_file(entry.path())
        {
            tracing::error!(%error, "a letter to an erased person could not be removed from the folder");
        }
    }
}
