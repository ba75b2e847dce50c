//! Reads a file line by line with a bound on how long a line can be, so that no file can fill the memory with one line.

use std::io::{self, BufRead, Read};

use raakvlak_domain::faults::FaultKind;

/// The longest line that is read, in bytes.
pub(crate) const LONGEST_LINE: usize = 16 * 1024 * 1024;

/// What stands on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// A text, without its line end.
    Text(String),
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// More bytes than [`LONGEST_LINE`]; they were passed over.
    TooLong,
}

/// The lines of a file with their number, from 1. Lines that are empty or hold only spaces and tabs are passed over; a byte order mark
/// before the
/// first line and a carriage return at the end of any are taken off.
pub(crate) struct Lines<R> {
    reader: R,
    number: usize,
    longest: usize,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, number: 0, longest: LONGEST_LINE }
    }

    /// The next line, also when it is blank; `None` at the end of the file.
    fn line(&mut self) -> io::Result<Option<Content>> {
        let mut bytes = Vec::new();
        let most = u64::try_from(self.longest).unwrap_or(u64::MAX).saturating_add(1);
        self.reader.by_ref().take(most).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if bytes.last() != Some(&b'\n') && bytes.len() > self.longest {
            self.pass_over_line()?;
            return Ok(Some(Content::TooLong));
        }
        Ok(Some(content(&bytes, self.number == 1)))
    }

    fn pass_over_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let (taken, done) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.reader.consume(taken);
            if done {
                return Ok(());
            }
        }
    }
}

fn content(bytes: &[u8], first: bool) -> Content {
    let bytes = if first { bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes) } else { bytes };
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_or(Content::NotUtf8, |text| Content::Text(text.to_owned()))
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<(usize, Content)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.line() {
                Err(error) => return Some(Err(error)),
                Ok(None) => return None,
                Ok(Some(Content::Text(text))) if text.bytes().all(|byte| byte == b' ' || byte == b'\t') => {}
                Ok(Some(content)) => return Some(Ok((self.number, content))),
            }
        }
    }
}

/// The texts of an input, one a line, blank ones as well; a byte order mark and line ends are taken off.
pub struct TextLines<R> {
    lines: Lines<R>,
}

impl<R: BufRead> TextLines<R> {
    /// The lines of this input.
    pub fn new(reader: R) -> Self {
        Self { lines: Lines::new(reader) }
    }
}

impl<R: BufRead> Iterator for TextLines<R> {
    type Item = Result<String, FaultKind>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.lines.line() {
            Ok(None) => None,
            Ok(Some(Content::Text(text))) => Some(Ok(text)),
            Ok(Some(Content::NotUtf8)) => Some(Err(FaultKind::NotUtf8)),
            Ok(Some(Content::TooLong)) => Some(Err(FaultKind::TooLong { most: LONGEST_LINE })),
            Err(error) => Some(Err(FaultKind::Unreadable { reason: error.to_string() })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<(usize, Content)> {
        Lines::new(bytes).map(Result::unwrap).collect()
    }

    fn text(text: &str) -> Content {
        Content::Text(text.into())
    }

    #[test]
    fn takes_off_marks_and_line_ends_and_passes_over_blanks() {
        assert_eq!(lines(b"\xEF\xBB\xBFa\r\n\n  \t\nb\n\n\n"), vec![(1, text("a")), (4, text("b"))]);
        assert_eq!(lines(b"a\n\xEF\xBB\xBFb"), vec![(1, text("a")), (2, text("\u{feff}b"))]);
        assert_eq!(lines(b""), vec![]);
        assert_eq!(lines(b"\n"), vec![]);
    }

    #[test]
    fn a_line_that_is_no_utf8_leaves_the_others() {
        assert_eq!(lines(b"a\n\xff\nb"), vec![(1, text("a")), (2, Content::NotUtf8), (3, text("b"))]);
    }

    #[test]
    fn passes_over_a_line_that_is_too_long() {
        let bytes = b"1234\n12345\n123456789012345\nabc\n12345678";
        let reader = io::BufReader::with_capacity(3, &bytes[..]);
        let lines = Lines { reader, number: 0, longest: 5 };
        let found: Vec<_> = lines.map(Result::unwrap).collect();
        let expected = vec![(1, text("1234")), (2, text("12345")), (3, Content::TooLong), (4, text("abc")), (5, Content::TooLong)];
        assert_eq!(found, expected);
    }
}
