//! The lines of a text, to turn offsets into positions.

/// The lines of a text.
pub(in super::super) struct Lines<'a> {
    text: &'a str,
    /// The offset of each line.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(in super::super) fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect();
        Self { text, starts }
    }

    pub(in super::super) fn text(&self) -> &'a str {
        self.text
    }

    /// The line and column of a byte of a line, both from 1. Columns are characters.
    pub(in super::super) fn line_and_column(&self, line: usize, byte: usize) -> (u32, u32) {
        let rest = self.starts.get(line).and_then(|start| self.text.get(*start..)).unwrap_or_default();
        // The text may be that of another reader.
        let column = rest.get(..byte).map_or(byte, |before| before.chars().count());
        let number = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
        (number(line), number(column))
    }

    /// The line and column of an offset, both from 1.
    pub(in super::super) fn position(&self, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        self.line_and_column(line, offset - self.starts[line])
    }
}
