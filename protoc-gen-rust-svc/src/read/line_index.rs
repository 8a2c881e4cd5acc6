//! An index of the lines of a text, so that the time to find a position does not depend on the length of its line.

/// The number of bytes from one mark to the next.
const STEP: usize = 256;

/// The lines of a text, and marks in it.
#[derive(Debug)]
pub(super) struct LineIndex {
    /// The offset of each line.
    starts: Vec<usize>,
    marks: Vec<Mark>,
    tab_width: usize,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    offset: usize,
    /// The number of characters of its line before it.
    characters: usize,
    /// The number of columns of its line before it, as a compiler counts.
    columns: usize,
}

impl Mark {
    /// The place after a character.
    fn after(self, character: char, tab_width: usize) -> Self {
        let width = if character == '\t' { tab_width - self.columns % tab_width } else { character.len_utf8() };
        let (characters, columns) =
            if character == '\n' { (0, 0) } else { (self.characters + 1, self.columns + width) };
        Self { offset: self.offset + character.len_utf8(), characters, columns }
    }
}

impl LineIndex {
    /// Indexes a text in one pass. `tab_width` is the number of columns from one tab stop to the next.
    pub(super) fn new(text: &str, tab_width: usize) -> Self {
        let (mut starts, mut marks, mut here) = (vec![0], vec![Mark::default()], Mark::default());
        for character in text.chars() {
            here = here.after(character, tab_width);
            if character == '\n' {
                starts.push(here.offset);
            }
            if here.offset - marks[marks.len() - 1].offset >= STEP {
                marks.push(here);
            }
        }
        Self { starts, marks, tab_width }
    }

    /// The offset of a line, which counts from 0.
    pub(super) fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).copied()
    }

    /// The line of an offset, from 0.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// The number of characters of a line before an offset. Returns `None` inside a character.
    pub(super) fn characters_before(&self, text: &str, offset: usize) -> Option<usize> {
        let mark = self.mark(|mark| mark.offset <= offset, self.line(offset));
        Some(mark.characters + text.get(mark.offset..offset)?.chars().count())
    }

    /// The offset of a column of a line, both from 0, as a compiler counts: in bytes, and tabs up to the next stop. A column
    /// behind the line is its end.
    pub(super) fn offset(&self, text: &str, line: usize, column: usize) -> Option<usize> {
        let (start, end) = (self.start(line)?, self.start(line + 1).unwrap_or(usize::MAX));
        let is_before = |mark: &Mark| mark.offset < start || (mark.offset < end && mark.columns <= column);
        let mut here = self.mark(is_before, line);
        for character in text.get(here.offset..)?.chars() {
            if here.columns >= column || character == '\n' {
                return Some(here.offset);
            }
            here = here.after(character, self.tab_width);
        }
        None
    }

    /// The last mark for which a condition holds, or the start of the line if that is later.
    fn mark(&self, is_before: impl Fn(&Mark) -> bool, line: usize) -> Mark {
        let start = Mark { offset: self.starts[line], ..Mark::default() };
        let last = self.marks.partition_point(is_before).checked_sub(1).map(|index| self.marks[index]);
        last.filter(|mark| mark.offset > start.offset).unwrap_or(start)
    }
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, STEP};

    const TEXT: &str = "a\té;\n\n\t\u{1f980}b\tc";

    #[test]
    fn columns_are_bytes_and_tabs() {
        let found = |tab_width: usize| {
            let index = LineIndex::new(TEXT, tab_width);
            let at = |(line, column): (usize, usize)| index.offset(TEXT, line, column);
            [(0, 1), (0, 8), (0, 10), (0, 99), (1, 0), (2, 8), (2, 12), (2, 16), (9, 0)].map(at)
        };
        assert_eq!(found(8), [1, 2, 4, 5, 6, 8, 12, 14].map(Some).into_iter().chain([None]).collect::<Vec<_>>()[..]);
        assert_eq!(LineIndex::new(TEXT, 1).offset(TEXT, 2, 6), Some(13));
    }

    #[test]
    fn characters_are_counted_from_the_start_of_a_line() {
        let index = LineIndex::new(TEXT, 8);
        let found = [0, 2, 4, 5, 6, 8, 12].map(|offset| (index.line(offset), index.characters_before(TEXT, offset)));
        assert_eq!(
            found,
            [(0, 0), (0, 2), (0, 3), (0, 4), (1, 0), (2, 1), (2, 2)].map(|(line, count)| (line, Some(count)))
        );
        assert_eq!(index.characters_before(TEXT, 3), None);
    }

    /// The bytes that a search reads are the same for a line of any length.
    #[test]
    fn a_search_reads_as_much_of_a_long_line_as_of_a_short_one() {
        for size in [1_000, 100_000] {
            let text = "é\tstring a = 1; ".repeat(size);
            let index = LineIndex::new(&text, 8);
            for offset in (0..text.len()).step_by(text.len() / 100) {
                let read = offset - index.mark(|mark| mark.offset <= offset, 0).offset;
                assert!(read < STEP + 4, "{read} bytes for offset {offset}");
            }
            for column in (0..text.len()).step_by(text.len() / 100) {
                let offset = index.offset(&text, 0, column).expect("in the line");
                let read = offset - index.mark(|mark| mark.columns <= column, 0).offset;
                assert!(read < STEP + 4, "{read} bytes for column {column}");
            }
        }
    }
}
