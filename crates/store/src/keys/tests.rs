//! Tests of sealing and of the file of keys.

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn written(keys: &Keys) -> KeyId {
    let id = keys.make().unwrap();
    keys.write(&[id]).unwrap();
    id
}

const PLACE: Place<'_> = Place { table: "expert_stories", column: "sealed", row: "e-1" };

#[test]
fn opens_what_it_sealed_and_only_there() {
    let folder = folder();
    let keys = Keys::open(folder.path(), true).unwrap();
    let (one, other) = (written(&keys), written(&keys));
    let sealed = keys.seal(one, &PLACE, b"my story").unwrap();
    assert_eq!(keys.unseal(one, &PLACE, &sealed).unwrap(), b"my story");
    assert_eq!(keys.unseal(other, &PLACE, &sealed), Err(KeyError::DoesNotOpen));
    assert_eq!(keys.unseal(one, &Place { row: "e-2", ..PLACE }, &sealed), Err(KeyError::DoesNotOpen));
    assert_eq!(keys.unseal(one, &Place { table: "expert_limits", ..PLACE }, &sealed), Err(KeyError::DoesNotOpen));
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_eq!(keys.unseal(one, &PLACE, &changed), Err(KeyError::DoesNotOpen), "byte {at}");
        assert!(keys.unseal(one, &PLACE, &sealed[..at]).is_err());
    }
}

#[test]
fn hides_the_length_and_keeps_every_text() {
    let folder = folder();
    let keys = Keys::open(folder.path(), true).unwrap();
    let id = written(&keys);
    let length = |text: &[u8]| keys.seal(id, &PLACE, text).unwrap().len();
    assert_eq!(length(b""), length(&[7; 63]));
    for text in [&b""[..], &[0], &[0x80], &[0x80, 0, 0], &[1; 63], &[1; 64], &[1; 65]] {
        assert_eq!(keys.unseal(id, &PLACE, &keys.seal(id, &PLACE, text).unwrap()).unwrap(), text);
    }
}

#[test]
fn survives_a_restart_and_a_torn_tail() {
    let folder = folder();
    let keys = Keys::open(folder.path(), true).unwrap();
    let id = written(&keys);
    let sealed = keys.seal(id, &PLACE, b"kept").unwrap();
    let path = folder.path().join("keys");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(&[9; 20]);
    std::fs::write(&path, bytes).unwrap();
    let again = Keys::open(folder.path(), false).unwrap();
    assert_eq!(again.unseal(id, &PLACE, &sealed).unwrap(), b"kept");
    let next = written(&again);
    assert!(Keys::open(folder.path(), false).unwrap().exists(next));
    assert_eq!(std::fs::metadata(&path).unwrap().len() % 56, 0);
}

#[test]
fn a_destroyed_key_is_gone_here_elsewhere_and_on_the_disk() {
    let folder = folder();
    let (here, elsewhere) = (Keys::open(folder.path(), true).unwrap(), Keys::open(folder.path(), false).unwrap());
    let (doomed, kept) = (written(&here), written(&here));
    let sealed = here.seal(doomed, &PLACE, b"secret").unwrap();
    assert_eq!(elsewhere.unseal(doomed, &PLACE, &sealed).unwrap(), b"secret", "another process reads the file again for an unknown key");
    let secret = here.find(doomed).unwrap();
    here.destroy(&[doomed]).unwrap();
    assert_eq!(here.unseal(doomed, &PLACE, &sealed), Err(KeyError::Unknown));
    elsewhere.refresh().unwrap();
    assert_eq!(elsewhere.unseal(doomed, &PLACE, &sealed), Err(KeyError::Unknown));
    assert!(elsewhere.exists(kept));
    let bytes = std::fs::read(folder.path().join("keys")).unwrap();
    assert!(!bytes.windows(KEY_LENGTH).any(|window| window == secret.as_slice()));
    here.destroy(&[doomed]).unwrap();
}

#[test]
fn forgets_the_keys_of_a_rolled_back_transaction() {
    let folder = folder();
    let keys = Keys::open(folder.path(), true).unwrap();
    let id = keys.make().unwrap();
    keys.reload().unwrap();
    assert!(keys.exists(id), "a key that is not written yet survives a reload");
    keys.drop_unwritten(&[id]);
    assert!(!keys.exists(id));
    assert_eq!(keys.count(), 0);
}

#[test]
fn refuses_a_folder_without_keys() {
    let folder = folder();
    assert!(matches!(Keys::open(folder.path(), false), Err(KeyError::Missing { .. })));
    assert!(matches!(Keys::open(Path::new("/proc/keys-of-nobody"), true), Err(KeyError::File { .. })));
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let above = folder();
    let folder = above.path().join("made");
    Keys::open(&folder, true).unwrap();
    assert_eq!(std::fs::metadata(folder.join("keys")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn digests_differ_by_purpose_and_person() {
    let folder = folder();
    let keys = Keys::open(folder.path(), true).unwrap();
    let (one, other) = (written(&keys), written(&keys));
    assert_eq!(keys.digest("e-mail", b"a@b.nl"), keys.digest("e-mail", b"a@b.nl"));
    assert_ne!(keys.digest("e-mail", b"a@b.nl"), keys.digest("code", b"a@b.nl"));
    assert_ne!(keys.digest("e-mail", b"a@b.nl").0, [0; 32]);
    assert_ne!(keys.pseudonym(one, "e-1"), keys.pseudonym(other, "e-1"));
    assert_eq!(keys.pseudonym(one, "e-1").unwrap().len(), 32);
}

#[test]
fn an_id_reads_back() {
    let id = KeyId([0xab; 16]);
    assert_eq!(KeyId::parse(&id.to_string()), Ok(id));
    for text in ["", "xyz", &"g".repeat(32), &"a".repeat(31), "+0000000000000000000000000000001"] {
        assert_eq!(KeyId::parse(text), Err(KeyError::NotAnId), "{text}");
    }
}
