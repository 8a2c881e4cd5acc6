//! Extensions of one number.

use std::collections::HashMap;

use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use crate::{
    diagnostics::Problem,
    read::compile::paths::{FILE_EXTENSION, FILE_MESSAGE, MESSAGE_EXTENSION, MESSAGE_NESTED, index, position},
};

/// Reports extensions of a message with a number that an earlier one has.
pub(super) fn check(files: &[FileDescriptorProto]) -> Vec<Problem> {
    let mut seen: HashMap<(&str, i32), &str> = HashMap::new();
    let mut problems = Vec::new();
    for (file, path, field) in files.iter().flat_map(extensions) {
        match seen.get(&(field.extendee(), field.number())) {
            None => drop(seen.insert((field.extendee(), field.number()), field.name())),
            Some(first) => {
                let extendee = field.extendee().trim_start_matches('.');
                let message = format!("extension {} of `{extendee}` is already `{first}`", field.number());
                let position = position(file, &path);
                problems.push(Problem { position, ..Problem::uncoded(message, "use another number") });
            }
        }
    }
    problems
}

type Extension<'a> = (&'a FileDescriptorProto, Vec<i32>, &'a FieldDescriptorProto);

fn extensions(file: &FileDescriptorProto) -> Vec<Extension<'_>> {
    let own = file.extension.iter().enumerate();
    let mut found: Vec<_> = own.map(|(number, field)| (file, vec![FILE_EXTENSION, index(number)], field)).collect();
    for (number, message) in file.message_type.iter().enumerate() {
        nested(file, &[FILE_MESSAGE, index(number)], message, &mut found);
    }
    found
}

fn nested<'a>(
    file: &'a FileDescriptorProto,
    path: &[i32],
    message: &'a DescriptorProto,
    found: &mut Vec<Extension<'a>>,
) {
    let below = |field: i32, number: usize| [path, &[field, index(number)]].concat();
    let own = message.extension.iter().enumerate();
    found.extend(own.map(|(number, field)| (file, below(MESSAGE_EXTENSION, number), field)));
    for (number, inner) in message.nested_type.iter().enumerate() {
        nested(file, &below(MESSAGE_NESTED, number), inner, found);
    }
}
