//! Bounds how many unknown types are reported: prost-reflect searches the whole file for each.

use std::collections::HashSet;

use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, field_descriptor_proto::Type};

use super::elements::{ElementMut, FIELD_TYPE_NAME, MESSAGE_FIELD, Places, index, walk};
use crate::diagnostics::Problem;

/// The number of unknown types of a file that are reported one by one.
const MOST: usize = 100;

/// The last words of the names of all types.
pub(super) type DeclaredWords<'a> = HashSet<&'a str>;

/// Collects the last words of the names of all types of some files.
pub(super) fn declared_words<'a>(files: impl IntoIterator<Item = &'a FileDescriptorProto>) -> DeclaredWords<'a> {
    let mut words = HashSet::new();
    for file in files {
        words.extend(file.enum_type.iter().map(|item| item.name()));
        let mut messages: Vec<&DescriptorProto> = file.message_type.iter().collect();
        while let Some(message) = messages.pop() {
            words.insert(message.name());
            words.extend(message.enum_type.iter().map(|item| item.name()));
            messages.extend(&message.nested_type);
        }
    }
    words
}

/// Gives all but the first fields of an unknown type a known type. Reports how many there are.
pub(super) fn limit(
    file: &mut FileDescriptorProto,
    words: &DeclaredWords<'_>,
    places: Option<&Places<'_>>,
) -> Option<Problem> {
    let mut limited = Limited { words, count: 0, first: None };
    walk(file, &mut |path, element| match element {
        ElementMut::Message(message) => {
            let fields = message.field.iter_mut().enumerate();
            fields.for_each(|(number, field)| limited.field(field, &[path, &[MESSAGE_FIELD, index(number)]].concat()));
        }
        ElementMut::Extension(field) => limited.field(field, path),
        _ => {}
    });
    let position = places?.position(&[&limited.first?[..], &[FIELD_TYPE_NAME]].concat());
    let message = format!("{} more types are not defined", limited.count - MOST);
    Some(Problem { position, ..Problem::uncoded(message, "correct the errors above first") })
}

struct Limited<'a> {
    words: &'a DeclaredWords<'a>,
    count: usize,
    /// The path of the first field that is not reported by itself.
    first: Option<Vec<i32>>,
}

impl Limited<'_> {
    fn field(&mut self, field: &mut FieldDescriptorProto, path: &[i32]) {
        if self.is_known(field) {
            return;
        }
        self.count += 1;
        if self.count > MOST {
            self.first.get_or_insert_with(|| path.to_vec());
            (field.type_name, field.default_value) = (None, None);
            field.set_type(Type::Int32);
        }
    }

    /// Whether there may be the type of a field: any type has the last word of its name.
    fn is_known(&self, field: &FieldDescriptorProto) -> bool {
        let name = field.type_name.as_deref();
        name.is_none_or(|name| self.words.contains(name.rsplit('.').next().unwrap_or_default()))
    }
}
