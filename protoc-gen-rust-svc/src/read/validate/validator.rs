//! The state of a validation: the types of the request and the element in question.

use std::collections::HashMap;

use crate::{
    diagnostics::{Diagnostics, Position},
    names::is_proto_identifier,
    read::{File, Source, descriptor::EnumDescriptor},
};

/// The longest accepted name, in bytes.
const MAX_NAME: usize = 512;

pub(super) struct Validator<'a> {
    pub(super) diagnostics: &'a mut Diagnostics,
    /// Each declared type.
    pub(super) types: HashMap<String, TypeKind>,
    /// Each declared enum.
    pub(super) enums: HashMap<String, &'a EnumDescriptor>,
    /// The current file.
    pub(super) source: &'a Source,
    /// The path of the current element, as in `SourceCodeInfo`.
    pub(super) path: Vec<i32>,
}

/// The kind of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeKind {
    Message,
    /// The entry of a map field of the outer message.
    Entry,
    Enum,
}

impl<'a> Validator<'a> {
    pub(super) fn at(&mut self, file: &'a File) {
        self.source = &file.source;
        self.path.clear();
    }

    /// Visits the elements in a field of the current element.
    pub(super) fn each<'b, T>(&mut self, number: i32, items: &'b [T], mut look: impl FnMut(&mut Self, &'b T)) {
        for (index, item) in (0..).zip(items) {
            self.path.extend([number, index]);
            look(self, item);
            self.path.truncate(self.path.len() - 2);
        }
    }

    pub(super) fn name(&mut self, what: &str, name: &str) {
        if !is_proto_identifier(name) {
            self.error(format!("invalid name {:?} of {what}", shorten(name)));
        } else if name.len() > MAX_NAME {
            let message = format!("the name of {what} `{}...` is longer than {MAX_NAME} characters", shorten(name));
            let position = self.position(&self.path);
            self.diagnostics.error("E0003", &position, message).help("shorten it");
        }
    }

    pub(super) fn refers(&mut self, name: &str, kind: TypeKind) {
        match self.types.get(name) {
            Some(declared) if *declared == kind => (),
            Some(declared) => {
                self.error(format!(
                    "type `{}` is used as {}, but is {}",
                    printable(name),
                    kind.text(),
                    declared.text()
                ));
            }
            None => self.error(format!("undeclared type `{}`", printable(name))),
        }
    }

    pub(super) fn error(&mut self, message: String) {
        let position = self.position(&self.path);
        self.diagnostics.error("E0003", &position, message);
    }

    pub(super) fn position(&self, path: &[i32]) -> Position {
        let position = self.source.position(path);
        Position { file: printable(&position.file), ..position }
    }
}

impl TypeKind {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Message => "a message",
            Self::Entry => "a map entry",
            Self::Enum => "an enum",
        }
    }
}

pub(super) fn shorten(name: &str) -> String {
    name.chars().take(80).collect()
}

/// Replaces control characters of a name.
pub(super) fn printable(name: &str) -> String {
    shorten(name).chars().map(|character| if character.is_control() { '?' } else { character }).collect()
}
