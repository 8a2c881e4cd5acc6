//! The properties of enums that their uses depend on.

use std::collections::HashMap;

use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto};

use crate::names::full_name;

/// Whether a file has the syntax `proto3`, whose enums are open.
pub(super) fn is_proto3(file: &FileDescriptorProto) -> bool {
    file.syntax() == "proto3"
}

/// The properties of an enum that its uses depend on.
pub(super) struct EnumUse {
    pub(super) is_closed: bool,
    pub(super) begins_with_zero: bool,
}

/// The enums of files, by full name with a leading dot.
pub(super) fn enum_uses(files: &[FileDescriptorProto]) -> HashMap<String, EnumUse> {
    let mut enums = HashMap::new();
    for file in files {
        file.enum_type.iter().for_each(|item| add_enum(&mut enums, file, file.package(), item));
        file.message_type.iter().for_each(|message| add_enums(&mut enums, file, file.package(), message));
    }
    enums
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
