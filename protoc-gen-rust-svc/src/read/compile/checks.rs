//! Rules of protobuf that protoc enforces and protox does not.

use std::collections::{BTreeMap, HashMap};

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    field_descriptor_proto::{Label, Type},
};

use super::{enum_values::pascal_case, positions::position};
use crate::{diagnostics::Problem, names::full_name};

/// The field numbers on the path to an element.
const FILE_MESSAGE: i32 = 4;
const FILE_ENUM: i32 = 5;
const FILE_EXTENSION: i32 = 7;
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_NESTED: i32 = 3;
const MESSAGE_ENUM: i32 = 4;
const MESSAGE_EXTENSION_RANGE: i32 = 5;
const MESSAGE_EXTENSION: i32 = 6;
const MESSAGE_RESERVED: i32 = 9;
const ENUM_VALUE: i32 = 2;
const ENUM_RESERVED: i32 = 4;

/// Checks resolved files. Those of google.protobuf are valid.
pub(super) fn check(files: &[FileDescriptorProto]) -> Vec<Problem> {
    let mut enums = HashMap::new();
    for file in files {
        file.enum_type.iter().for_each(|item| add_enum(&mut enums, file, file.package(), item));
        file.message_type.iter().for_each(|message| add_enums(&mut enums, file, file.package(), message));
    }
    let own = files.iter().filter(|file| !file.name().starts_with("google/protobuf/"));
    own.flat_map(|file| Checker { file, enums: &enums, path: Vec::new(), problems: Vec::new() }.file()).collect()
}

/// The properties of an enum that its uses depend on.
struct EnumUse {
    is_closed: bool,
    begins_with_zero: bool,
}

fn add_enums(enums: &mut HashMap<String, EnumUse>, file: &FileDescriptorProto, outer: &str, message: &DescriptorProto) {
    let name = full_name(outer, message.name());
    message.enum_type.iter().for_each(|item| add_enum(enums, file, &name, item));
    message.nested_type.iter().for_each(|nested| add_enums(enums, file, &name, nested));
}

fn add_enum(enums: &mut HashMap<String, EnumUse>, file: &FileDescriptorProto, outer: &str, item: &EnumDescriptorProto) {
    let begins_with_zero = item.value.first().is_some_and(|value| value.number() == 0);
    let name = format!(".{}", full_name(outer, item.name()));
    enums.insert(name, EnumUse { is_closed: !is_proto3(file), begins_with_zero });
}

fn is_proto3(file: &FileDescriptorProto) -> bool {
    file.syntax() == "proto3"
}

struct Checker<'a> {
    file: &'a FileDescriptorProto,
    enums: &'a HashMap<String, EnumUse>,
    path: Vec<i32>,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn file(mut self) -> Vec<Problem> {
        let file = self.file;
        self.each(FILE_MESSAGE, &file.message_type, Self::message);
        self.each(FILE_ENUM, &file.enum_type, Self::enumeration);
        self.each(FILE_EXTENSION, &file.extension, Self::extension);
        self.problems
    }

    fn each<T>(&mut self, number: i32, items: &[T], mut check: impl FnMut(&mut Self, &T)) {
        for (index, item) in (0..).zip(items) {
            self.path.extend([number, index]);
            check(self, item);
            self.path.truncate(self.path.len() - 2);
        }
    }

    fn problem(&mut self, message: String, help: &str) {
        let position = position(self.file, &self.path);
        self.problems.push(Problem { position, ..Problem::uncoded(message, help) });
    }

    fn message(&mut self, message: &DescriptorProto) {
        self.each(MESSAGE_FIELD, &message.field, |checker, field| checker.field(message, field));
        self.each(MESSAGE_NESTED, &message.nested_type, |checker, nested| {
            if !is_map_entry(nested) {
                checker.message(nested);
            }
        });
        self.each(MESSAGE_ENUM, &message.enum_type, Self::enumeration);
        self.each(MESSAGE_EXTENSION, &message.extension, Self::extension);
        self.each(MESSAGE_RESERVED, &message.reserved_range, |checker, range| {
            checker.range(range.start(), range.end() - 1)
        });
        self.each(MESSAGE_EXTENSION_RANGE, &message.extension_range, |checker, range| {
            checker.range(range.start(), range.end() - 1);
            if is_proto3(checker.file) {
                checker.problem("extension range in proto3".to_owned(), "use google.protobuf.Any, or proto2");
            }
        });
    }

    fn field(&mut self, message: &DescriptorProto, field: &FieldDescriptorProto) {
        self.json_name(field);
        self.packed(field);
        if field.r#type() == Type::Enum && is_proto3(self.file) {
            self.open_enum(field);
        }
        if let Some(value) = map_value(message, field).filter(|value| value.r#type() == Type::Enum) {
            self.map_enum(value);
        }
    }

    fn json_name(&mut self, field: &FieldDescriptorProto) {
        let name = field.json_name();
        if name.starts_with('[') && name.ends_with(']') {
            self.problem(
                format!("invalid JSON name `{name}`"),
                "brackets are reserved for extensions; use another json_name",
            );
        }
    }

    fn packed(&mut self, field: &FieldDescriptorProto) {
        let is_packed = field.options.as_ref().is_some_and(|options| options.packed());
        let kind = field.r#type();
        let is_number = !matches!(kind, Type::String | Type::Bytes | Type::Message | Type::Group);
        if is_packed && !(is_number && field.label() == Label::Repeated) {
            self.problem(
                format!("`packed` on `{}`", field.name()),
                "only repeated numbers, bools and enums can be packed",
            );
        }
    }

    fn open_enum(&mut self, field: &FieldDescriptorProto) {
        if self.enums.get(field.type_name()).is_some_and(|item| item.is_closed) {
            let name = field.type_name().trim_start_matches('.');
            self.problem(format!("proto2 enum `{name}` in a proto3 message"), "declare the enum in a proto3 file");
        }
    }

    fn map_enum(&mut self, value: &FieldDescriptorProto) {
        if self.enums.get(value.type_name()).is_some_and(|item| !item.begins_with_zero) {
            let name = value.type_name().trim_start_matches('.');
            let message = format!("enum `{name}` without a first value of zero in a map");
            self.problem(message, "add a value 0 at its beginning, or use an integer");
        }
    }

    fn extension(&mut self, field: &FieldDescriptorProto) {
        let extendee = field.extendee().trim_start_matches('.');
        let is_option = extendee.starts_with("google.protobuf.") && extendee.ends_with("Options");
        if is_proto3(self.file) && !is_option {
            self.problem(
                format!("extension of `{extendee}` in proto3"),
                "proto3 extends only options, such as google.protobuf.FieldOptions",
            );
        }
        self.packed(field);
    }

    fn range(&mut self, start: i32, last: i32) {
        if start > last {
            self.problem(format!("reversed range {start} to {last}"), "write the lower number first");
        }
    }

    fn enumeration(&mut self, item: &EnumDescriptorProto) {
        self.each(ENUM_RESERVED, &item.reserved_range, |checker, range| checker.range(range.start(), range.end()));
        if is_proto3(self.file) {
            self.values(item);
        }
    }

    /// Values that languages with scoped enums cannot tell apart.
    fn values(&mut self, item: &EnumDescriptorProto) {
        let mut seen: BTreeMap<String, (&str, i32)> = BTreeMap::new();
        let mut problems = Vec::new();
        for (index, value) in (0..).zip(&item.value) {
            let name = pascal_case(item.name(), value.name());
            match seen.get(&name) {
                Some((other, number)) if *number != value.number() => problems.push((
                    index,
                    format!("enum values `{other}` and `{}` differ only in case and prefix", value.name()),
                )),
                Some(_) => {}
                None => drop(seen.insert(name, (value.name(), value.number()))),
            }
        }
        for (index, message) in problems {
            self.path.extend([ENUM_VALUE, index]);
            self.problem(message, "rename one of them");
            self.path.truncate(self.path.len() - 2);
        }
    }
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

/// The value of the map entry of a field.
fn map_value<'a>(message: &'a DescriptorProto, field: &FieldDescriptorProto) -> Option<&'a FieldDescriptorProto> {
    let last = field.type_name().rsplit('.').next()?;
    let entry = message.nested_type.iter().find(|nested| is_map_entry(nested) && nested.name() == last)?;
    entry.field.iter().find(|field| field.number() == 2)
}
