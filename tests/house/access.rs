//! Who may use which operation: no door without a row, and no row without a door.

use std::collections::BTreeSet;

use crate::openapi;

/// The columns: who asks, and whether the record is theirs.
const COLUMNS: usize = 8;

/// For each operation the status for: nobody; an expert on their own record, on another's; an organisation on its own, on another's; a mediator; a
/// steward; an auditor.
const TABLE: &[(&str, &str)] = &[
    // About the API itself.
    ("read_document", "200 200 200 200 200 200 200 200"),
    ("list_keys", "200 200 200 200 200 200 200 200"),
];

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let operations: BTreeSet<String> =
        openapi::operations().iter().map(|(.., operation)| operation["operationId"].as_str().unwrap_or_default().to_owned()).collect();
    let rows: BTreeSet<String> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(rows.len(), TABLE.len(), "an operation has two rows");
    let without: Vec<&String> = operations.difference(&rows).collect();
    assert!(without.is_empty(), "operations without a row: {without:?}");
    let gone: Vec<&String> = rows.difference(&operations).collect();
    assert!(gone.is_empty(), "rows without an operation: {gone:?}");
}

#[test]
fn every_cell_is_a_status() {
    for (name, row) in TABLE {
        let cells: Vec<u16> = row.split_whitespace().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(cells.len(), COLUMNS, "{name}");
        assert!(cells.iter().all(|status| (200..=428).contains(status)), "{name}");
    }
}
