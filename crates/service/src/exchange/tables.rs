//! Reads CSV tables (RFC 4180) row by row, with every fault named at its line and column. A cell holds no line end.

use std::io::BufRead;

use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::reading::Reading;
use raakvlak_domain::texts::checked;

use super::faults::FileFaults;
use super::lines::{Content, LONGEST_LINE, Lines};

/// The most characters of a cell.
const LONGEST_CELL: usize = raakvlak_domain::texts::LONGEST_LINE;

/// A row of a table, with the faults found in it so far.
pub(crate) struct Row<'a> {
    /// The line it stands on.
    pub(crate) line: usize,
    columns: &'static [&'static str],
    cells: &'a [String],
    reading: Reading,
}

impl Row<'_> {
    /// The cell of a column as it stands; empty where the column does not exist.
    pub(crate) fn raw(&self, column: &str) -> &str {
        let at = self.columns.iter().position(|known| *known == column);
        at.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    /// The text of a column, at most 200 characters without control characters, possibly empty.
    pub(crate) fn text(&mut self, column: &str) -> Option<String> {
        self.checked(column, 0)
    }

    /// The id in a column: a text that is not empty.
    pub(crate) fn id(&mut self, column: &str) -> Option<String> {
        self.checked(column, 1)
    }

    fn checked(&mut self, column: &str, least: usize) -> Option<String> {
        let text = self.raw(column).to_owned();
        match checked(&text, least, LONGEST_CELL, &[]) {
            Ok(()) => Some(text),
            Err(kind) => self.refuse(column, kind),
        }
    }

    /// The texts of a column, separated by `|`; an empty cell is an empty list, and a text may stand in it once.
    pub(crate) fn list(&mut self, column: &str) -> Option<Vec<String>> {
        let raw = self.raw(column).to_owned();
        if raw.is_empty() {
            return Some(Vec::new());
        }
        let before = self.reading.count();
        let mut seen = std::collections::HashSet::new();
        for (at, text) in raw.split('|').enumerate() {
            let fault = match checked(text, 1, LONGEST_CELL, &[]) {
                Ok(()) if !seen.insert(text) => Some(FaultKind::Duplicate { id: text.to_owned() }),
                outcome => outcome.err(),
            };
            if let Some(kind) = fault {
                self.reading.within(column, |reading| reading.within(at, |reading| reading.fault(kind)));
            }
        }
        (self.reading.count() == before).then(|| raw.split('|').map(str::to_owned).collect())
    }

    /// A number of degrees of at most `bound`, north or south, east or west.
    pub(crate) fn degrees(&mut self, column: &str, bound: i16) -> Option<f64> {
        match self.raw(column).parse::<f64>() {
            Ok(degrees) if degrees.abs() <= f64::from(bound) => Some(degrees),
            Ok(_) => self.refuse(column, FaultKind::OutOfRange { low: (-bound).to_string(), high: bound.to_string() }),
            Err(_) => self.refuse(column, FaultKind::WrongType { expected: "a number", found: "a text" }),
        }
    }

    /// Notes what is wrong with a column.
    pub(crate) fn refuse<T>(&mut self, column: &str, kind: FaultKind) -> Option<T> {
        self.reading.within(column, |reading| reading.fault(kind));
        None
    }

    /// Notes what is wrong with an item of a list in a column.
    pub(crate) fn refuse_item(&mut self, column: &str, at: usize, kind: FaultKind) {
        self.reading.within(column, |reading| reading.within(at, |reading| reading.fault(kind)));
    }
}

/// Reads a table that has exactly these columns; `each` sees every row that has all its cells, also after others were refused.
///
/// The answer is whether the rows could be told apart at all: `false` when the file cannot be read or its header is another.
pub(crate) fn read_table(
    reader: impl BufRead,
    columns: &'static [&'static str],
    faults: &mut FileFaults<'_>,
    mut each: impl FnMut(&mut Row<'_>),
) -> bool {
    let mut header_seen = false;
    for line in Lines::new(reader) {
        let (number, content) = match line {
            Ok(line) => line,
            Err(error) => {
                faults.push(1, Fault::new("", FaultKind::Unreadable { reason: error.to_string() }));
                return false;
            }
        };
        let cells = cells(content);
        if !header_seen {
            header_seen = cells.as_ref().is_ok_and(|cells| cells == columns);
            if !header_seen {
                faults.push(number, Fault::new("", FaultKind::Columns { expected: columns.join(",") }));
                return false;
            }
            continue;
        }
        match cells {
            Ok(cells) => read_row(number, columns, &cells, faults, &mut each),
            Err(kind) => faults.push(number, Fault::new("", kind)),
        }
    }
    if !header_seen {
        faults.push(1, Fault::new("", FaultKind::Columns { expected: columns.join(",") }));
    }
    header_seen
}

fn read_row(
    line: usize,
    columns: &'static [&'static str],
    cells: &[String],
    faults: &mut FileFaults<'_>,
    each: &mut impl FnMut(&mut Row<'_>),
) {
    if cells.len() != columns.len() {
        faults.push(line, Fault::new("", FaultKind::Cells { expected: columns.len(), found: cells.len() }));
        return;
    }
    let mut row = Row { line, columns, cells, reading: Reading::default() };
    each(&mut row);
    faults.extend(line, row.reading.into_faults());
}

/// The cells of a line. A line is taken by itself, so that a quote left open spoils no other line.
fn cells(content: Content) -> Result<Vec<String>, FaultKind> {
    let text = match content {
        Content::Text(text) => text,
        Content::NotUtf8 => return Err(FaultKind::NotUtf8),
        Content::TooLong => return Err(FaultKind::TooLong { most: LONGEST_LINE }),
    };
    if !text.contains('"') {
        return Ok(text.split(',').map(str::to_owned).collect());
    }
    if !text.bytes().filter(|byte| *byte == b'"').count().is_multiple_of(2) {
        return Err(FaultKind::UnclosedQuote);
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    match reader.records().next() {
        Some(Ok(record)) => Ok(record.iter().map(str::to_owned).collect()),
        _ => Err(FaultKind::UnclosedQuote),
    }
}

#[cfg(test)]
mod tests {
    use super::super::faults::FolderFaults;
    use super::*;

    const COLUMNS: &[&str] = &["id", "label"];

    /// A line with its two cells.
    type ReadRow = (usize, Option<String>, Option<String>);
    /// A line with the column and the code of a fault.
    type Told = (usize, String, &'static str);

    fn read(bytes: &[u8]) -> (Vec<ReadRow>, Vec<Told>) {
        let mut all = FolderFaults::default();
        let mut rows = Vec::new();
        read_table(bytes, COLUMNS, &mut FileFaults::new("t.csv", &mut all), |row| rows.push((row.line, row.id("id"), row.text("label"))));
        let faults = all.faults.into_iter().map(|fault| (fault.line, fault.fault.pointer, fault.fault.kind.code())).collect();
        (rows, faults)
    }

    fn row(line: usize, id: &str, label: &str) -> ReadRow {
        (line, Some(id.into()), Some(label.into()))
    }

    #[test]
    fn reads_quoted_cells_and_any_line_end() {
        let (rows, faults) = read("\u{feff}id,label\r\na,\"b, \"\"c\"\"\"\r\n\"d\",\n\n".as_bytes());
        assert_eq!(rows, vec![row(2, "a", "b, \"c\""), row(3, "d", "")]);
        assert!(faults.is_empty());
    }

    #[test]
    fn every_line_has_its_own_faults() {
        let (rows, faults) = read(b"id,label\na\n\"b,c\n\xff,x\n,x\nd,e,f\ng,h\n");
        assert_eq!(rows, vec![(5, None, Some("x".into())), row(7, "g", "h")]);
        let expected = [(2, "", "cells"), (3, "", "unclosed_quote"), (4, "", "not_utf8"), (5, "/id", "too_short"), (6, "", "cells")];
        assert_eq!(faults, expected.map(|(line, pointer, code)| (line, pointer.to_owned(), code)));
    }

    #[test]
    fn the_columns_stand_in_their_order() {
        for header in ["label,id\n", "id,label,\n", "id\n", "", "\n\n", "Id,label\n"] {
            let (rows, faults) = read(format!("{header}a,b\n").as_bytes());
            assert!(rows.is_empty(), "{header:?}");
            assert_eq!(faults.len(), 1, "{header:?}");
            assert_eq!(faults[0].2, "columns", "{header:?}");
        }
    }
}
