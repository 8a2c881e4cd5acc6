//! Positions and comments of the elements of a file.

use std::{collections::HashMap, sync::OnceLock};

use prost::{Message as _, bytes::Bytes};

use super::{
    descriptor::{Location, SourceCodeInfo},
    option_text::locate,
};
use crate::diagnostics::Position;

/// The locations of a file, by the path of the element. They are decoded and indexed on first use, because most files of a
/// run are imports.
#[derive(Debug, Default)]
pub struct Source {
    file: String,
    encoded: Bytes,
    /// The text of the file, if it was read.
    text: String,
    locations: OnceLock<HashMap<Vec<i32>, Location>>,
}

impl Source {
    /// Indexes an encoded `SourceCodeInfo`. A malformed one has no positions.
    pub(super) fn new(file: &str, encoded: Bytes) -> Self {
        Self { file: file.to_owned(), encoded, text: String::new(), locations: OnceLock::new() }
    }

    /// The name of the file without positions and comments.
    pub(crate) fn without_places(&self) -> Self {
        Self::new(&self.file, Bytes::new())
    }

    /// Adds the text of the file, so that positions inside options are exact.
    pub(super) fn set_text(&mut self, text: String) {
        self.text = text;
    }

    fn get(&self, path: &[i32]) -> Option<&Location> {
        self.index().get(path)
    }

    fn index(&self) -> &HashMap<Vec<i32>, Location> {
        self.locations.get_or_init(|| index(self.encoded.clone()))
    }

    /// The leading comment of an element, and its trailing comment as another paragraph.
    pub fn comment(&self, path: &[i32]) -> String {
        let Some(location) = self.get(path) else { return String::new() };
        let comments = [&location.leading_comments, &location.trailing_comments];
        comments.into_iter().flatten().map(|text| text.trim_end()).collect::<Vec<_>>().join("\n\n")
    }

    /// The position of an element, or of the innermost outer element that has one.
    pub fn position(&self, path: &[i32]) -> Position {
        let known = (1..=path.len()).rev().find_map(|length| Some((length, self.get(&path[..length])?)));
        let (line, column) = known.map_or((0, 0), |(length, location)| {
            self.inside(path, length, location).unwrap_or_else(|| start(location))
        });
        Position { file: self.file.clone(), line, column }
    }

    /// Line and column inside the statement of an option.
    fn inside(&self, path: &[i32], known: usize, location: &Location) -> Option<(u32, u32)> {
        if self.text.is_empty() || known == path.len() {
            return None;
        }
        let start = offset(&self.text, start(location))?;
        let found = locate(&self.text, start, path, known)?;
        let before = &self.text[..found];
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Some((u32::try_from(before.matches('\n').count() + 1).ok()?, u32::try_from(column).ok()?))
    }
}

/// The offset of a line and column, both from 1.
fn offset(text: &str, (line, column): (u32, u32)) -> Option<usize> {
    let (line, column) = (usize::try_from(line).ok()?.checked_sub(1)?, usize::try_from(column).ok()?.checked_sub(1)?);
    let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
    let rest = text.get(start..)?;
    rest.char_indices().nth(column).map(|(index, _)| start + index)
}

fn index(encoded: Bytes) -> HashMap<Vec<i32>, Location> {
    let locations = SourceCodeInfo::decode(encoded).unwrap_or_default().location;
    let mut index = HashMap::with_capacity(locations.len());
    for mut location in locations {
        // Later locations of a path are further `extend` blocks.
        index.entry(std::mem::take(&mut location.path)).or_insert(location);
    }
    index
}

fn start(location: &Location) -> (u32, u32) {
    let number =
        |index: usize| location.span.get(index).map_or(0, |zero_based| zero_based.cast_unsigned().saturating_add(1));
    (number(0), number(1))
}
