//! The checks of linked elements, one after the other.

use std::collections::HashMap;

use prost_types::{DescriptorProto, FileDescriptorProto};

use super::enum_use::{EnumUse, is_proto3};
use crate::{
    diagnostics::Problem,
    read::compile::elements::{ElementMut, Found, MESSAGE_FIELD, Places, index, walk},
};

/// Checks the elements of a file. Without links, types and options are unknown.
pub(super) fn check(
    file: &mut FileDescriptorProto,
    places: &Places<'_>,
    enums: &HashMap<String, EnumUse>,
    is_linked: bool,
) -> Vec<Found> {
    let is_proto3 = is_proto3(file);
    let is_written = |path: &[i32]| places.contains(path);
    let mut checker =
        Checker { is_proto3, is_linked, is_written: &is_written, enums, path: Vec::new(), found: Vec::new() };
    walk(file, &mut |path, element| checker.element(path, element));
    checker.found
}

pub(super) fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

pub(super) struct Checker<'a> {
    pub(super) is_proto3: bool,
    pub(super) is_linked: bool,
    is_written: &'a dyn Fn(&[i32]) -> bool,
    pub(super) enums: &'a HashMap<String, EnumUse>,
    path: Vec<i32>,
    found: Vec<Found>,
}

impl Checker<'_> {
    fn element(&mut self, path: &[i32], element: ElementMut<'_>) {
        self.path = path.to_vec();
        match element {
            // The entry of a map field is not written.
            ElementMut::Message(message) if is_map_entry(message) && !(self.is_written)(path) => {}
            ElementMut::Message(message) => self.message(message),
            ElementMut::Enum(item) => self.enumeration(item),
            ElementMut::Extension(field) if self.is_linked => self.extension(field),
            ElementMut::Extension(_) | ElementMut::Service(_) | ElementMut::File(_) => {}
        }
    }

    fn message(&mut self, message: &DescriptorProto) {
        self.body(message);
        self.each(MESSAGE_FIELD, &message.field, |checker, field| checker.field(message, field));
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
        self.problem_at(&[], message, help);
    }

    /// Adds a problem of an element below the current one.
    pub(super) fn problem_at(&mut self, below: &[i32], message: String, help: &str) {
        self.found.push(([&*self.path, below].concat(), Problem::uncoded(message, help)));
    }
}
