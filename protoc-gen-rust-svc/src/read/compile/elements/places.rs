//! The positions of the elements of a parsed file.

use std::{cell::OnceCell, collections::HashMap};

use protox::file::File;

use crate::{
    diagnostics::{Position, Problem},
    read::compile::text::Lines,
};

/// The path of an element, and its problem without a position.
pub(in super::super) type Found = (Vec<i32>, Problem);

/// The positions of the elements of a file.
pub(in super::super) struct Places<'a> {
    file: &'a File,
    lines: Lines<'a>,
    /// The start of each element, as line and byte from 0.
    starts: OnceCell<HashMap<&'a [i32], (usize, usize)>>,
}

impl<'a> Places<'a> {
    pub(in super::super) fn new(file: &'a File) -> Self {
        Self { file, lines: Lines::new(file.source().unwrap_or_default()), starts: OnceCell::new() }
    }

    /// Whether an element is written in the file.
    pub(in super::super) fn contains(&self, path: &[i32]) -> bool {
        self.starts().contains_key(path)
    }

    /// The position of an element, or of the innermost outer element that has one.
    pub(in super::super) fn position(&self, path: &[i32]) -> Position {
        let found = (1..=path.len()).rev().find_map(|length| self.starts().get(&path[..length]));
        let (line, column) = found.map_or((0, 0), |(line, byte)| self.lines.line_and_column(*line, *byte));
        Position { file: self.file.name().to_owned(), line, column }
    }

    /// The text of the file.
    pub(in super::super) fn text(&self) -> &'a str {
        self.lines.text()
    }

    /// The position of an offset in the text.
    pub(in super::super) fn at(&self, offset: usize) -> Position {
        let (line, column) = self.lines.position(offset);
        Position { file: self.file.name().to_owned(), line, column }
    }

    /// Adds the position to the problem of an element.
    pub(in super::super) fn locate(&self, (path, problem): Found) -> Problem {
        Problem { position: self.position(&path), ..problem }
    }

    fn starts(&self) -> &HashMap<&'a [i32], (usize, usize)> {
        self.starts.get_or_init(|| {
            let locations = self.file.file_descriptor_proto().source_code_info.iter().flat_map(|info| &info.location);
            let number = |number: i32| usize::try_from(number).unwrap_or_default();
            let mut starts = HashMap::new();
            for location in locations {
                if let [line, byte, ..] = location.span[..] {
                    // Later locations of a path are further `extend` blocks.
                    starts.entry(&*location.path).or_insert((number(line), number(byte)));
                }
            }
            starts
        })
    }
}
