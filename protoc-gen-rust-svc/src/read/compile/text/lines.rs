//! The lines of a text, to turn offsets into positions.

use crate::read::line_index::LineIndex;

/// The lines of a text.
pub(in super::super) struct Lines<'a> {
    text: &'a str,
    index: LineIndex,
}

/// The built-in reader counts a tab as one column.
const TAB_WIDTH: usize = 1;

impl<'a> Lines<'a> {
    pub(in super::super) fn new(text: &'a str) -> Self {
        Self { text, index: LineIndex::new(text, TAB_WIDTH) }
    }

    pub(in super::super) fn text(&self) -> &'a str {
        self.text
    }

    /// The line and column of a byte of a line, both from 1. Columns are characters.
    pub(in super::super) fn line_and_column(&self, line: usize, byte: usize) -> (u32, u32) {
        let offset = self.index.start(line).map(|start| start + byte);
        // The text may be that of another reader.
        let column = offset.and_then(|offset| self.characters_before(offset)).unwrap_or(byte);
        (number(line), number(column))
    }

    /// The number of characters of a line before an offset. Returns `None` inside a character.
    pub(in super::super) fn characters_before(&self, offset: usize) -> Option<usize> {
        self.index.characters_before(self.text, offset)
    }

    /// The offset of the start of the line of an offset.
    pub(in super::super) fn line_start(&self, offset: usize) -> usize {
        self.index.start(self.index.line(offset)).unwrap_or_default()
    }

    /// The line and column of an offset, both from 1.
    pub(in super::super) fn position(&self, offset: usize) -> (u32, u32) {
        let line = self.index.line(offset);
        self.line_and_column(line, offset - self.line_start(offset))
    }
}

fn number(zero_based: usize) -> u32 {
    u32::try_from(zero_based + 1).unwrap_or(u32::MAX)
}
