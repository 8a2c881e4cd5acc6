//! Fields of one JSON name.

use std::collections::BTreeMap;

use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::enum_use::is_proto3;
use crate::{
    diagnostics::Problem,
    read::compile::{
        elements::{ElementMut, Found, MESSAGE_FIELD, index, walk},
        relax::{default_json_name, json_name},
    },
};

/// An option of messages that allows such fields. prost does not know it.
const LEGACY: &str = "deprecated_legacy_json_field_conflicts";

/// Reports fields whose JSON names are equal: names that they set, and in proto3 those that they would have.
pub(super) fn check(file: &mut FileDescriptorProto) -> Vec<Found> {
    let mut search = NameSearch { is_proto3: is_proto3(file), found: Vec::new() };
    walk(file, &mut |path, element| {
        if let ElementMut::Message(message) = element {
            search.message(path, message);
        }
    });
    search.found
}

/// The JSON name of a field.
struct JsonName<'a> {
    field: &'a str,
    name: String,
    is_custom: bool,
}

struct NameSearch {
    is_proto3: bool,
    found: Vec<Found>,
}

impl NameSearch {
    fn message(&mut self, path: &[i32], message: &DescriptorProto) {
        if !is_legacy(message) {
            self.equal(path, message.field.iter().map(default));
            self.equal(path, message.field.iter().map(custom));
        }
    }

    fn equal<'a>(&mut self, path: &[i32], names: impl Iterator<Item = JsonName<'a>>) {
        let mut seen: BTreeMap<String, JsonName<'_>> = BTreeMap::new();
        for (number, name) in names.enumerate() {
            match seen.get(&name.name) {
                None => drop(seen.insert(name.name.clone(), name)),
                // The parser reports fields of one name.
                Some(first) if first.field == name.field => {}
                Some(first) if self.is_proto3 || first.is_custom && name.is_custom => {
                    let message =
                        format!("fields `{}` and `{}` have the JSON name `{}`", first.field, name.field, name.name);
                    let help = "rename one of them, or set json_name";
                    let path = [path, &[MESSAGE_FIELD, index(number)]].concat();
                    self.found.push((path, Problem::uncoded(message, help)));
                }
                Some(_) => {}
            }
        }
    }
}

fn default(field: &FieldDescriptorProto) -> JsonName<'_> {
    JsonName { field: field.name(), name: default_json_name(field.name()), is_custom: false }
}

fn custom(field: &FieldDescriptorProto) -> JsonName<'_> {
    let (default, name) = (default_json_name(field.name()), json_name(field));
    JsonName { field: field.name(), is_custom: name != default, name }
}

fn is_legacy(message: &DescriptorProto) -> bool {
    let mut options = message.options.iter().flat_map(|options| &options.uninterpreted_option);
    options.any(|option| {
        let is_set = option.identifier_value.as_deref() == Some("true");
        is_set && matches!(&option.name[..], [part] if part.name_part == LEGACY)
    })
}
