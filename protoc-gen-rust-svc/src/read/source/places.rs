//! Positions and comments of the elements of a file.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use prost::{Message as _, bytes::Bytes};

use super::{
    option_text::{OptionMessage, locate},
    text::{SourceText, TabWidth},
};
use crate::{
    diagnostics::Position,
    read::descriptor::{FileDescriptor, Location, SourceCodeInfo},
};

/// The locations of a file, by the path of the element. They are decoded and indexed on first use, because most files of a
/// run are imports.
#[derive(Debug, Default)]
pub struct Source {
    file: String,
    encoded: Bytes,
    /// The text of the file, if it was found.
    text: Option<SourceText>,
    locations: OnceLock<HashMap<Vec<i32>, Location>>,
    /// The options whose text was parsed, by offset: one may have thousands of positions.
    options: Mutex<HashMap<usize, Arc<Option<OptionMessage>>>>,
}

impl Source {
    /// Indexes an encoded `SourceCodeInfo`. A malformed one has no positions.
    pub(in super::super) fn new(file: &str, encoded: Bytes) -> Self {
        Self { file: file.to_owned(), encoded, ..Self::default() }
    }

    /// The name of the file without positions and comments.
    pub(crate) fn without_places(&self) -> Self {
        Self::new(&self.file, Bytes::new())
    }

    /// Adds the text of the file, so that columns are characters, and positions inside options exact. Of several texts, the
    /// first that is that of the descriptor counts.
    pub(in super::super) fn set_text(
        &mut self,
        mut texts: impl Iterator<Item = String>,
        tab_width: TabWidth,
        file: &FileDescriptor,
    ) {
        self.text = texts.find_map(|text| SourceText::matching(text, tab_width, file, &|path| self.get(path)));
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
        let (line, column) = known
            .map_or((0, 0), |(length, location)| self.exact(path, length, location).unwrap_or_else(|| start(location)));
        Position { file: self.file.clone(), line, column }
    }

    /// The line and column in the text, also inside the statement of an option.
    fn exact(&self, path: &[i32], known: usize, location: &Location) -> Option<(u32, u32)> {
        let text = self.text.as_ref()?;
        let start = text.offset(location)?;
        let option = (known < path.len()).then(|| self.option(text, start));
        let inside = option.as_deref().and_then(Option::as_ref).and_then(|option| locate(option, path, known));
        text.line_and_column(inside.unwrap_or(start))
    }

    fn option(&self, text: &SourceText, start: usize) -> Arc<Option<OptionMessage>> {
        let mut options = self.options.lock().unwrap_or_else(PoisonError::into_inner);
        let parse = || Arc::new(OptionMessage::parse(text.as_str(), start));
        options.entry(start).or_insert_with(parse).clone()
    }
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
