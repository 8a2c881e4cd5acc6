//! The walk over the elements of a file.

use std::collections::HashMap;

use prost_types::{DescriptorProto, FileDescriptorProto};

use super::enum_use::{EnumUse, enum_uses};
use crate::{
    diagnostics::Problem,
    read::compile::paths::{
        FILE_ENUM, FILE_EXTENSION, FILE_MESSAGE, MESSAGE_ENUM, MESSAGE_EXTENSION, MESSAGE_FIELD, MESSAGE_NESTED, index,
        position,
    },
};

/// Checks the elements of `own`, whose types are in `files`.
pub(super) fn check(files: &[FileDescriptorProto], own: &[&FileDescriptorProto]) -> Vec<Problem> {
    let enums = enum_uses(files);
    own.iter().flat_map(|file| Checker { file, enums: &enums, path: Vec::new(), problems: Vec::new() }.file()).collect()
}

pub(super) fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

pub(super) struct Checker<'a> {
    pub(super) file: &'a FileDescriptorProto,
    pub(super) enums: &'a HashMap<String, EnumUse>,
    pub(super) path: Vec<i32>,
    pub(super) problems: Vec<Problem>,
}

impl Checker<'_> {
    fn file(mut self) -> Vec<Problem> {
        let file = self.file;
        self.each(FILE_MESSAGE, &file.message_type, Self::message);
        self.each(FILE_ENUM, &file.enum_type, Self::enumeration);
        self.each(FILE_EXTENSION, &file.extension, Self::extension);
        self.problems
    }

    /// Checks the items of a list, with their path.
    pub(super) fn each<T>(&mut self, number: i32, items: &[T], mut check: impl FnMut(&mut Self, &T)) {
        for (position, item) in items.iter().enumerate() {
            self.path.extend([number, index(position)]);
            check(self, item);
            self.path.truncate(self.path.len() - 2);
        }
    }

    /// Adds a problem of the current element.
    pub(super) fn problem(&mut self, message: String, help: &str) {
        let position = position(self.file, &self.path);
        self.problems.push(Problem { position, ..Problem::uncoded(message, help) });
    }

    /// Adds a problem of an element below the current one.
    pub(super) fn problem_at(&mut self, below: &[i32], message: String, help: &str) {
        let length = self.path.len();
        self.path.extend(below);
        self.problem(message, help);
        self.path.truncate(length);
    }

    fn message(&mut self, message: &DescriptorProto) {
        self.body(message);
        self.each(MESSAGE_FIELD, &message.field, |checker, field| checker.field(message, field));
        self.each(MESSAGE_NESTED, &message.nested_type, |checker, nested| {
            if !is_map_entry(nested) || checker.is_written() {
                checker.message(nested);
            }
        });
        self.each(MESSAGE_ENUM, &message.enum_type, Self::enumeration);
        self.each(MESSAGE_EXTENSION, &message.extension, Self::extension);
    }
}
