//! Dataset folders made for one test.

use std::fs;
use std::path::Path;

use raakvlak_service::exchange::{Folder, FolderFaults};
use raakvlak_service::places::{Gazetteer, Postcodes};
use tempfile::TempDir;

/// An expert about whom nothing is told.
pub(crate) const EXPERT: &str = r#"{"id":"e-1"}"#;
/// A package with what must be given and nothing else, in the words of the built-in vocabulary.
pub(crate) const PACKAGE: &str = r#"{"id":"p-1","organisation":"o-1","purpose":"why","title":"what","tasks":[{"id":"t","hours":4}],"hours":{"min":2,"max":8},"work_form":"volunteering"}"#;
/// An organisation.
pub(crate) const ORGANISATION: &str = r#"{"id":"o-1","name":"Organisatie","kind":"care"}"#;

/// A folder on disk that disappears after the test.
pub(crate) struct Given(TempDir);

impl Given {
    /// A folder with these files.
    pub(crate) fn files<Contents: AsRef<[u8]>>(files: &[(&str, Contents)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::create_dir(folder.path().join("vocabulary")).unwrap();
        for (file, contents) in files {
            fs::write(folder.path().join(file), contents).unwrap();
        }
        folder
    }

    /// A folder with one file.
    pub(crate) fn file(file: &str, contents: impl AsRef<[u8]>) -> Self {
        Self::files(&[(file, contents)])
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The folder as it is read, with two postcodes known.
    pub(crate) fn read(&self) -> Result<Folder, FolderFaults> {
        read(self.path())
    }

    /// The faults, each as `file:line pointer code`.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.read().map_or_else(|faults| told(&faults), |_| Vec::new())
    }

    /// Asserts that exactly these faults are found, in this order.
    #[track_caller]
    pub(crate) fn assert_faults(&self, expected: &[&str]) {
        assert_eq!(self.faults(), expected);
    }
}

/// Reads a folder with two postcodes known.
pub(crate) fn read(path: &Path) -> Result<Folder, FolderFaults> {
    let table = "postcode,lat,lon,municipality,region\n1012,52.37,4.90,GM0363,AM18\n8011,52.51,6.09,GM0193,AM36\n";
    let postcodes = Postcodes::read_from("postcodes.csv", table.as_bytes()).unwrap();
    Folder::read(path, &Gazetteer::with_postcodes(postcodes))
}

/// Faults, each as `file:line pointer code`.
pub(crate) fn told(faults: &FolderFaults) -> Vec<String> {
    let told = faults.faults.iter();
    told.map(|fault| format!("{}:{} {} {}", fault.file, fault.line, fault.fault.pointer, fault.fault.kind.code())).collect()
}
