//! What the tests of the desk share: a desk on a fresh database, with a clock that is moved by hand, and people to come to it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use raakvlak_domain::identifiers::{OrganisationId, PackageId, ProgrammeId, UserId};
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::reading::{FromNode, read};
use raakvlak_domain::texts::EmailAddress;
use raakvlak_domain::users::{Role, User};
use raakvlak_service::actor::Actor;
use raakvlak_service::clock::Clock;
use raakvlak_service::desk::{Desk, DeskSettings};
use raakvlak_service::mail::MailSettings;
use raakvlak_store::{StoreError, packages};
use raakvlak_testkit::database::TestDatabase;
pub(crate) use raakvlak_testkit::town::together;
use raakvlak_testkit::town::{Empty, moment};

/// A desk on a database of its own; both are gone when it is dropped.
pub(crate) struct Town {
    pub(crate) desk: Desk,
    pub(crate) clock: Clock,
    pub(crate) settings: DeskSettings,
    pub(crate) database: TestDatabase,
    number: AtomicU32,
}

/// Reads a record as a request would bring it.
pub(crate) fn of<T: FromNode>(text: &str) -> T {
    read(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::new(text).unwrap()
}

impl Town {
    pub(crate) fn on(database: TestDatabase) -> Self {
        // Monday morning, half past nine in Amsterdam; people reach it at an address that letters name.
        let letters = MailSettings::folder(database.folder().join("letters"));
        let change = |settings| DeskSettings { mail: letters, public_url: "https://raakvlak.example".to_owned(), ..settings };
        let Empty { desk, clock, settings } = Empty::with(&database, moment("2026-11-23T08:30:00Z"), change);
        Self { desk, clock, settings, database, number: AtomicU32::new(0) }
    }

    /// A new user with these roles and an address of their own.
    pub(crate) fn user(&self, roles: &[Role]) -> User {
        let number = self.number.fetch_add(1, Ordering::SeqCst);
        let roles: Vec<String> = roles.iter().map(|role| format!("\"{role}\"")).collect();
        let text =
            format!(r#"{{"id":"new","name":"Persoon {number}","email":"persoon{number}@raakvlak.example","roles":[{}]}}"#, roles.join(","));
        self.desk.create_user(&Actor::system(), of(&text)).unwrap().value
    }

    /// A new user who is signed in.
    pub(crate) fn somebody(&self, roles: &[Role]) -> Actor {
        let user = self.user(roles);
        self.desk.open_session(&Actor::system(), &user.id).unwrap().actor
    }

    pub(crate) fn mediator(&self) -> Actor {
        self.somebody(&[Role::Mediator])
    }

    pub(crate) fn steward(&self) -> Actor {
        self.somebody(&[Role::Steward])
    }

    /// The same user as they are now.
    pub(crate) fn again(&self, actor: &Actor) -> Actor {
        self.desk.actor_for_user(&actor.user).unwrap()
    }

    /// Somebody who speaks for a new organisation that nobody vetted yet.
    pub(crate) fn member(&self) -> (Actor, OrganisationId) {
        let actor = self.somebody(&[Role::Organisation]);
        let made = self.desk.create_organisation(&actor, organisation("Buurthuis De Brug")).unwrap();
        (self.again(&actor), made.value.organisation.id)
    }

    /// Vets an organisation.
    pub(crate) fn vet(&self, id: &OrganisationId) {
        let mediator = self.mediator();
        let version = self.desk.organisation(&mediator, id).unwrap().version;
        self.desk.vet_organisation(&mediator, id, true, version).unwrap();
    }

    pub(crate) fn programme(&self, text: &str) -> ProgrammeId {
        self.desk.create_programme(&Actor::system(), of::<Programme>(text)).unwrap().value.id
    }

    /// A draft package of an organisation, straight into the store.
    pub(crate) fn package(&self, organisation: &OrganisationId, programme: Option<&ProgrammeId>) -> PackageId {
        let number = self.number.fetch_add(1, Ordering::SeqCst);
        let programme = programme.map(|id| format!(r#""programme":"{id}","#)).unwrap_or_default();
        let package: TaskPackage = of(&format!(
            r#"{{"id":"p-{number}","organisation":"{organisation}",{programme}"purpose":"Samen koffie drinken","title":"Gastheer of gastvrouw",
                "tasks":[{{"id":"t1","hours":4}}],"hours":{{"min":4,"max":8}},"work_form":"volunteering","state":"draft"}}"#
        ));
        let id = package.id.clone();
        self.desk.store().write(move |tx| packages::insert(tx, &package, None).map(drop)).map_err(|error: StoreError| error).unwrap();
        id
    }

    /// The folder that letters are sent into.
    pub(crate) fn letters_folder(&self) -> PathBuf {
        self.database.folder().join("letters")
    }

    /// Sends what waits, and gives every letter in the folder as it was sent, oldest first.
    pub(crate) fn letters(&self) -> Vec<String> {
        self.desk.send_letters().unwrap();
        letters_in(&self.letters_folder())
    }

    /// The code in the latest letter to an address.
    pub(crate) fn code_for(&self, address: &EmailAddress) -> String {
        let letters = self.letters();
        let letter = letters.iter().rfind(|letter| letter.contains(&format!("To: {address}"))).expect("a letter to this address");
        code_in(letter)
    }

    /// Signs somebody in the way people do: asking for a link, opening the letter, pressing the button.
    pub(crate) fn sign_in(&self, address: &EmailAddress) -> raakvlak_service::sessions::SignedIn {
        self.desk.request_sign_in(address).unwrap();
        self.desk.redeem_code(&self.code_for(address)).unwrap()
    }

    /// The audit trail must be whole.
    pub(crate) fn verify(&self) {
        self.desk.store().flush_anchor();
        let report = self.desk.store().verify_audit().unwrap();
        assert!(report.is_whole(), "{:?}", report.findings);
    }

    /// How many rows the trail has for this act.
    pub(crate) fn acts(&self, action: raakvlak_store::Action) -> usize {
        let query = raakvlak_store::AuditQuery { action: Some(action), limit: 10_000, ..Default::default() };
        self.desk.store().read(|db| db.audit_rows(&query)).unwrap().len()
    }
}

pub(crate) fn organisation(name: &str) -> Organisation {
    of(&format!(r#"{{"id":"new","name":"{name}","kind":"citizens_initiative"}}"#))
}

/// Every letter in a folder, oldest first.
pub(crate) fn letters_in(folder: &std::path::Path) -> Vec<String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    // Names end with the letter's id, and ids sort by when they were made.
    files.sort_by_key(|path| path.file_name().unwrap().to_string_lossy().split_once('-').unwrap().1.to_owned());
    files.iter().map(|path| decoded(&std::fs::read_to_string(path).unwrap())).collect()
}

/// The code that follows the `#` of the link in a letter.
pub(crate) fn code_in(letter: &str) -> String {
    let after = letter.split_once("https://raakvlak.example/sign-in#").expect("a link").1;
    after.split_whitespace().next().unwrap().to_owned()
}

/// Undoes quoted-printable (RFC 2045), in which letters are sent.
fn decoded(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let byte = (*first == b'=')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap()
}

/// Whether these bytes stand in any file of the folder.
pub(crate) fn on_disk(folder: &std::path::Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() { on_disk(&path, bytes) } else { std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes) }
    })
}

pub(crate) fn nobody() -> UserId {
    UserId::new("0197-nobody").unwrap()
}
