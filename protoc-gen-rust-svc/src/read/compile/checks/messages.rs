//! Rules for messages: reserved numbers and names, extension ranges, message sets.

use std::{collections::BTreeSet, ops::Range};

use prost_types::DescriptorProto;

use super::walk::{Checker, is_map_entry};
use crate::read::compile::elements::{
    MESSAGE_EXTENSION_RANGE, MESSAGE_FIELD, MESSAGE_RESERVED, MESSAGE_RESERVED_NAME, index,
};

impl Checker<'_> {
    /// Checks a message without its elements.
    pub(super) fn body(&mut self, message: &DescriptorProto) {
        self.ranges(message);
        self.extension_ranges(message);
        let fields: Vec<_> = message.field.iter().map(|field| field.name()).collect();
        self.reserved_names(MESSAGE_RESERVED_NAME, &message.reserved_name, MESSAGE_FIELD, &fields);
        self.message_set(message);
        if is_map_entry(message) {
            self.problem("option `map_entry` is set".to_owned(), "declare a field of type map<KEY, VALUE> instead");
        }
    }

    fn ranges(&mut self, message: &DescriptorProto) {
        let reserved: Vec<_> = message.reserved_range.iter().map(|range| range.start()..range.end()).collect();
        let extensions: Vec<_> = message.extension_range.iter().map(|range| range.start()..range.end()).collect();
        self.each(MESSAGE_RESERVED, &reserved, Self::range);
        self.each(MESSAGE_EXTENSION_RANGE, &extensions, Self::range);
        self.overlaps(MESSAGE_RESERVED, &reserved, &[]);
        self.overlaps(MESSAGE_EXTENSION_RANGE, &extensions, &reserved);
    }

    /// Checks a range without its end.
    pub(super) fn range(&mut self, range: &Range<i32>) {
        if range.start >= range.end {
            let message = format!("reversed range {} to {}", range.start, range.end.wrapping_sub(1));
            self.problem(message, "write the lower number first");
        }
    }

    /// Reports ranges of a list that overlap earlier or other ones.
    pub(super) fn overlaps(&mut self, number: i32, ranges: &[Range<i32>], others: &[Range<i32>]) {
        for (position, range) in ranges.iter().enumerate() {
            let mut earlier = others.iter().chain(&ranges[..position]);
            if let Some(other) = earlier.find(|other| range.start < other.end && other.start < range.end) {
                let message = format!("range {} overlaps range {}", shown(range), shown(other));
                self.problem_at(&[number, index(position)], message, "let each number be in one range");
            }
        }
    }

    fn extension_ranges(&mut self, message: &DescriptorProto) {
        if self.is_proto3 {
            self.each(MESSAGE_EXTENSION_RANGE, &message.extension_range, |checker, _| {
                checker.problem("extension range in proto3".to_owned(), "use google.protobuf.Any, or proto2");
            });
        }
    }

    /// Reports names that are reserved twice, and elements with a reserved name.
    pub(super) fn reserved_names(&mut self, number: i32, reserved: &[String], elements: i32, names: &[&str]) {
        let mut seen = BTreeSet::new();
        for (position, name) in reserved.iter().enumerate() {
            if !seen.insert(name.as_str()) {
                self.problem_at(
                    &[number, index(position)],
                    format!("name `{name}` is reserved twice"),
                    "remove one of them",
                );
            }
        }
        for (position, name) in names.iter().enumerate().filter(|(_, name)| seen.contains(*name)) {
            let message = format!("name `{name}` is reserved");
            self.problem_at(&[elements, index(position)], message, "use another name, or remove it from `reserved`");
        }
    }

    fn message_set(&mut self, message: &DescriptorProto) {
        if !message.options.as_ref().is_some_and(|options| options.message_set_wire_format()) {
            return;
        }
        let help = "remove `message_set_wire_format`, which exists for old code of Google";
        if self.is_proto3 {
            self.problem("message set in proto3".to_owned(), help);
        }
        for position in 0..message.field.len() {
            self.problem_at(&[MESSAGE_FIELD, index(position)], "field in a message set".to_owned(), help);
        }
    }
}

fn shown(range: &Range<i32>) -> String {
    let last = range.end.wrapping_sub(1);
    if range.start == last { last.to_string() } else { format!("{} to {last}", range.start) }
}
