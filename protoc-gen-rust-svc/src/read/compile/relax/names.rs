//! Names of fields and oneofs that protox takes for equal, and protoc does not.

use std::collections::BTreeSet;

use prost_types::{DescriptorProto, FieldDescriptorProto};

use super::Restore;
use crate::read::compile::elements::{MESSAGE_FIELD, MESSAGE_NESTED, index};

/// Renames synthetic oneofs as protoc does, and replaces JSON names that are not unique.
pub(super) fn relax(message: &mut DescriptorProto, path: &[i32], restore: &mut Restore) {
    rename_synthetic_oneofs(message);
    let similar: BTreeSet<_> = message.field.iter().map(|field| letters(field.name())).collect();
    restore.has_similar_names |= similar.len() < message.field.len();
    let json_names: BTreeSet<_> = message.field.iter().map(json_name).collect();
    if json_names.len() < message.field.len() {
        replace_json_names(message, path, restore);
    }
    for (number, nested) in message.nested_type.iter_mut().enumerate() {
        relax(nested, &[path, &[MESSAGE_NESTED, index(number)]].concat(), restore);
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(|character| *character != '_').map(|character| character.to_ascii_lowercase()).collect()
}

/// The JSON name of a parsed field.
pub(in super::super) fn json_name(field: &FieldDescriptorProto) -> String {
    field.json_name.clone().unwrap_or_else(|| default_json_name(field.name()))
}

/// The JSON name of a field that does not set it.
pub(in super::super) fn default_json_name(name: &str) -> String {
    let mut is_start = false;
    let character = |character: char| match character {
        '_' => {
            is_start = true;
            None
        }
        other if std::mem::take(&mut is_start) => Some(other.to_ascii_uppercase()),
        other => Some(other),
    };
    name.chars().filter_map(character).collect()
}

/// Field names are unique, and restored afterwards.
fn replace_json_names(message: &mut DescriptorProto, path: &[i32], restore: &mut Restore) {
    for (number, field) in message.field.iter_mut().enumerate() {
        restore.json_names.insert([path, &[MESSAGE_FIELD, index(number)]].concat(), json_name(field));
        field.json_name = field.name.clone();
    }
}

/// The oneof of an optional field has a name that no field or oneof has.
fn rename_synthetic_oneofs(message: &mut DescriptorProto) {
    let synthetic: Vec<_> =
        message.field.iter().filter(|field| field.proto3_optional()).filter_map(|field| field.oneof_index).collect();
    let is_synthetic = |number: usize| synthetic.contains(&index(number));
    let mut names: BTreeSet<_> = message.field.iter().map(|field| field.name().to_owned()).collect();
    let declared = message.oneof_decl.iter().enumerate().filter(|(number, _)| !is_synthetic(*number));
    names.extend(declared.map(|(_, oneof)| oneof.name().to_owned()));
    for (number, oneof) in message.oneof_decl.iter_mut().enumerate() {
        let mut name = oneof.name().to_owned();
        while is_synthetic(number) && !names.insert(name.clone()) {
            name.insert(0, 'X');
        }
        oneof.name = Some(name);
    }
}
