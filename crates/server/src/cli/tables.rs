//! Text in aligned columns.

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table with a header; cells are one line each.
pub(super) struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns and no rows yet.
    pub(super) fn new(columns: Vec<(String, Align)>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row, with a cell for each column.
    pub(super) fn add(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// The lines of the table, each two spaces in, without spaces at their ends.
    pub(super) fn lines(&self) -> Vec<String> {
        let header: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let widths: Vec<usize> = (0..header.len()).map(|at| self.width(at, &header)).collect();
        std::iter::once(&header).chain(&self.rows).map(|row| self.line(row, &widths)).collect()
    }

    fn width(&self, at: usize, header: &[String]) -> usize {
        let cells = std::iter::once(header).chain(self.rows.iter().map(Vec::as_slice));
        cells.filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).zip(&self.columns).map(|((cell, width), (_, align))| match align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        });
        format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligns_words_left_and_numbers_right() {
        let mut table = Table::new(vec![("wie".into(), Align::Left), ("score".into(), Align::Right), ("vragen".into(), Align::Left)]);
        table.add(vec!["é-1".into(), "7,0".into(), String::new()]);
        table.add(vec!["e-1000".into(), "100,0".into(), "uren".into()]);
        assert_eq!(table.lines(), ["  wie     score  vragen", "  é-1       7,0", "  e-1000  100,0  uren"]);
    }
}
