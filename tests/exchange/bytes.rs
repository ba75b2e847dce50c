//! Whatever bytes stand in the files of a folder, reading it ends with a folder or with faults.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use raakvlak_service::exchange::files;
use raakvlak_service::vocabulary::FILES;

use crate::folders::{EXPERT, Given, ORGANISATION, PACKAGE};

/// Every file that a folder can have.
fn all_files() -> Vec<&'static str> {
    let records = [files::ORGANISATIONS, files::PROGRAMMES, files::PACKAGES, files::EXPERTS];
    FILES.into_iter().chain(records).chain(files::FURTHER).collect()
}

/// Lines that mean something in one file or another.
const SOUND: [&str; 10] = [
    EXPERT,
    PACKAGE,
    ORGANISATION,
    "id,label_nl,label_en\na,b,c\n",
    "id,label_nl,label_en,lifts\na,\"b\",c,noise|noise\n",
    "id,kind,label_nl,label_en,alt_nl,alt_en\na,skill,,,x|y,\n",
    "child,parent\na,a\n",
    "occupation,competence,relation\no,a,essential\n",
    r#"{"id":"m","package":"p-1","expert":"e-1","state":"active","arrangement":{"hours":1e99,"start":"2026-01-01"}}"#,
    r#"{"id":"e","place":{"town":"Zwolle"},"hours":{"min":0.1,"max":1E1},"languages":{"nl":"A1"},"energy":{"gives":[]}}"#,
];

/// Sound bytes with some of them replaced, or any bytes at all.
fn contents() -> impl Strategy<Value = Vec<u8>> {
    let damaged = (select(SOUND.to_vec()), vec((any::<Index>(), any::<u8>()), 0..4)).prop_map(|(sound, damage)| {
        let mut bytes = sound.as_bytes().to_vec();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    });
    let punctuation = vec(select(b"{}[]\",:\\\n\r|0e-.\x00\xff".to_vec()), 0..200);
    prop_oneof![4 => damaged, 1 => vec(any::<u8>(), 0..300), 1 => punctuation]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_in_a_folder_or_in_faults(files in vec((select(all_files()), contents()), 1..6)) {
        match Given::files(&files).read() {
            Ok(folder) => prop_assert!(folder.unknown.is_empty()),
            Err(faults) => {
                prop_assert!(faults.total() > 0);
                let order = |file: &str| all_files().iter().position(|known| *known == file);
                let places: Vec<_> = faults.faults.iter().map(|fault| (order(&fault.file), fault.line)).collect();
                prop_assert!(places.iter().all(|(file, line)| file.is_some() && *line > 0));
                prop_assert!(places.is_sorted());
            }
        }
    }
}
