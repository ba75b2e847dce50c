//! What every file of the project begins with, and how it is called.

use std::fs;
use std::path::{Path, PathBuf};

/// The records that have a file of their own name in every room.
const RECORDS: &[&str] = &["experts", "knobs", "matches", "organisations", "packages", "programmes", "users"];

/// The rooms that keep to that, with their folder.
const ROOMS: &[&str] = &["crates/domain/src", "crates/store/src"];

fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["crates", "tests", "benches"] {
        collect(&super::root().join(folder), &mut files);
    }
    assert!(files.len() > 50, "the search finds {} files", files.len());
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_file_opens_with_a_sentence_that_says_what_it_is_for() {
    let without: Vec<PathBuf> =
        rust_files().into_iter().filter(|path| !opens_with_a_sentence(&fs::read_to_string(path).unwrap())).collect();
    assert!(without.is_empty(), "{without:#?}");
}

/// Whether the text begins with a `//!` paragraph that starts with a capital and ends as a sentence does.
fn opens_with_a_sentence(text: &str) -> bool {
    let lines = text.lines().map_while(|line| line.strip_prefix("//! "));
    let paragraph: Vec<&str> = lines.collect();
    let paragraph = paragraph.join(" ");
    paragraph.starts_with(|first: char| first.is_uppercase() || first == '`')
        && paragraph.ends_with(['.', ':', '?'])
        && paragraph.len() > 15
}

#[test]
fn a_sentence_is_told_from_none() {
    assert!(opens_with_a_sentence("//! Users: one person each.\n\nuse x;\n"));
    assert!(opens_with_a_sentence("//! Users: one person each,\n//! and more.\nuse x;\n"));
    for text in [
        "",
        "use x;\n",
        "// Users: one person each.\n",
        "//! Placeholder.\n",
        "//! users, one person each.\n",
        "//! Users without an end\n",
    ] {
        assert!(!opens_with_a_sentence(text), "{text}");
    }
}

#[test]
fn no_file_is_called_mod() {
    let named: Vec<PathBuf> = rust_files().into_iter().filter(|path| path.file_name().is_some_and(|name| name == "mod.rs")).collect();
    assert!(named.is_empty(), "{named:#?}");
}

#[test]
fn a_record_has_the_same_name_in_every_room() {
    for room in ROOMS {
        for record in RECORDS {
            let path = super::root().join(room).join(format!("{record}.rs"));
            assert!(path.is_file(), "{}", path.display());
        }
    }
}
