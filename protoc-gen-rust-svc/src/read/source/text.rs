//! The text of a `.proto` file, and the places that its compiler names.

use crate::read::{
    descriptor::{FileDescriptor, Location},
    line_index::LineIndex,
};

/// The columns from one tab stop to the next, as a compiler counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum TabWidth {
    /// The built-in reader.
    One = 1,
    /// protoc and buf.
    Eight = 8,
}

/// The text of a file.
#[derive(Debug)]
pub(super) struct SourceText {
    text: String,
    index: LineIndex,
}

impl SourceText {
    /// Wraps a text. Returns `None` if it is not that of the descriptor: another file may have the same name.
    pub(super) fn matching(
        text: String,
        tab_width: TabWidth,
        file: &FileDescriptor,
        locations: &Locations<'_>,
    ) -> Option<Self> {
        let index = LineIndex::new(&text, tab_width as usize);
        let source = Self { text, index };
        source.declares(file, locations).then_some(source)
    }

    /// Whether the names of the descriptor are at their places.
    fn declares(&self, file: &FileDescriptor, locations: &Locations<'_>) -> bool {
        let is_at = |name: &str, path: &[i32]| {
            locations(path).is_none_or(|location| {
                self.offset(location).is_some_and(|offset| self.text[offset..].starts_with(name))
            })
        };
        let all = |number: i32, names: &mut dyn Iterator<Item = &str>| {
            (0..).zip(names).all(|(index, name)| is_at(name, &[number, index, NAME]))
        };
        let methods = || {
            (0..).zip(&file.service).flat_map(|(service, item)| {
                (0..).zip(&item.method).map(move |(method, item)| ([SERVICE, service, METHOD, method, NAME], item))
            })
        };
        is_at("package", &[PACKAGE])
            && all(MESSAGE, &mut file.message_type.iter().map(|item| item.name.as_str()))
            && all(ENUM, &mut file.enum_type.iter().map(|item| item.name.as_str()))
            && all(SERVICE, &mut file.service.iter().map(|item| item.name.as_str()))
            && methods().all(|(path, method)| is_at(&method.name, &path))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The offset of the start of a location. Compilers count bytes.
    pub(super) fn offset(&self, location: &Location) -> Option<usize> {
        let number = |index: usize| usize::try_from(*location.span.get(index)?).ok();
        self.index.offset(&self.text, number(0)?, number(1)?)
    }

    /// The line and column of an offset, both from 1. Columns are characters.
    pub(super) fn line_and_column(&self, offset: usize) -> Option<(u32, u32)> {
        let characters = self.index.characters_before(&self.text, offset)?;
        Some((u32::try_from(self.index.line(offset) + 1).ok()?, u32::try_from(characters + 1).ok()?))
    }
}

/// Finds the location of an element by its path.
pub(super) type Locations<'a> = dyn Fn(&[i32]) -> Option<&'a Location> + 'a;

/// The numbers on the path to a name.
const PACKAGE: i32 = 2;
const MESSAGE: i32 = 4;
const ENUM: i32 = 5;
const SERVICE: i32 = 6;
const METHOD: i32 = 2;
const NAME: i32 = 1;
