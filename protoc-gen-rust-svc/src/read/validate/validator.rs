//! The state of a validation: the types of the request and the element in question.

use std::collections::HashMap;

use crate::{
    diagnostics::{Diagnostics, Position},
    names::is_proto_identifier,
    read::{File, Source, descriptor::EnumDescriptor},
};

/// The longest name that is taken.
const MAX_NAME: usize = 512;

pub(super) struct Validator<'a> {
    pub(super) diagnostics: &'a mut Diagnostics,
    /// Each declared type.
    pub(super) types: HashMap<String, Kind>,
    /// Each declared enum.
    pub(super) enums: HashMap<String, &'a EnumDescriptor>,
    /// The file that is looked at.
    pub(super) source: &'a Source,
    /// The element in it that is looked at, by the numbers of `descriptor.proto`.
    pub(super) path: Vec<i32>,
}

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    /// What a map of the message around it travels in.
    Entry,
    Enum,
}

impl<'a> Validator<'a> {
    pub(super) fn at(&mut self, file: &'a File) {
        self.source = &file.source;
        self.path.clear();
    }

    /// Looks at each of the elements that an element holds under a number.
    pub(super) fn each<'b, T>(&mut self, number: i32, items: &'b [T], mut look: impl FnMut(&mut Self, &'b T)) {
        for (index, item) in (0..).zip(items) {
            self.path.extend([number, index]);
            look(self, item);
            self.path.truncate(self.path.len() - 2);
        }
    }

    pub(super) fn name(&mut self, what: &str, name: &str) {
        if !is_proto_identifier(name) {
            self.broken(format!("{what} is called {:?}, which is no name", shorten(name)));
        } else if name.len() > MAX_NAME {
            self.broken(format!("{what} is called {:?}..., which is longer than {MAX_NAME} letters", shorten(name)));
        }
    }

    pub(super) fn refers(&mut self, name: &str, kind: Kind) {
        match self.types.get(name) {
            Some(declared) if *declared == kind => (),
            Some(declared) => {
                self.broken(format!("type {:?} is used as {}, and is {}", shorten(name), kind.text(), declared.text()));
            }
            None => self.broken(format!("type {:?} is used, but not declared in the request", shorten(name))),
        }
    }

    pub(super) fn broken(&mut self, message: String) {
        let position = self.position(&self.path);
        self.diagnostics.error("E0003", &position, message);
    }

    pub(super) fn position(&self, path: &[i32]) -> Position {
        let position = self.source.position(path);
        Position { file: printable(&position.file), ..position }
    }
}

impl Kind {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Message => "a message",
            Self::Entry => "the entry of a map",
            Self::Enum => "an enum",
        }
    }
}

pub(super) fn shorten(name: &str) -> String {
    name.chars().take(80).collect()
}

/// A name without what would break a line or hide in it.
pub(super) fn printable(name: &str) -> String {
    shorten(name).chars().map(|character| if character.is_control() { '?' } else { character }).collect()
}
