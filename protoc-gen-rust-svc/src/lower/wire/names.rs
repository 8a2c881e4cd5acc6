//! Names of messages, fields and oneofs for prost-build.

use std::collections::{BTreeMap, HashMap};

use crate::{
    lower::names::{self, Packages, TypeNames, WELL_KNOWN, full_name},
    model::{Field, Member, Message, Model, Oneof},
    names::{Ident, is_nameless},
    read::Input,
};

/// The inputs of renaming, and the new names of types.
pub(crate) struct WireNames<'a> {
    pub(super) input: &'a Input,
    pub(super) packages: &'a Packages,
    pub(super) types: &'a TypeNames,
    pub(super) model: &'a Model,
    /// The new full name of each type, by its full name, both with a leading dot.
    pub(super) renamed: BTreeMap<String, String>,
}

impl<'a> WireNames<'a> {
    pub(crate) fn new(input: &'a Input, packages: &'a Packages, types: &'a TypeNames, model: &'a Model) -> Self {
        let renamed = renamed_types(input, packages, types, model);
        Self { input, packages, types, model, renamed }
    }

    pub(super) fn proto_name(&self, name: &str) -> String {
        proto_name(name, self.types)
    }
}

/// Computes the new names of all types.
fn renamed_types(input: &Input, packages: &Packages, types: &TypeNames, model: &Model) -> BTreeMap<String, String> {
    let mut renamed = BTreeMap::new();
    for file in input.files.iter().filter(|file| file.descriptor.package != WELL_KNOWN) {
        let package = &file.descriptor.package;
        let prefix = leaf(package, packages);
        let full = |name: &String| full_name(package, name);
        let mut todo: Vec<(String, String)> =
            file.descriptor.message_type.iter().map(|message| (full(&message.name), prefix.clone())).collect();
        let enums = file.descriptor.enum_type.iter().map(|item| (full(&item.name), prefix.clone()));
        let mut enums: Vec<(String, String)> = enums.collect();
        while let Some((name, outer)) = todo.pop() {
            let new = format!("{outer}.{}", proto_name(&name, types));
            let Some(message) = model.message(&name) else { continue };
            todo.extend(message.messages.iter().map(|nested| (nested.clone(), new.clone())));
            enums.extend(message.enums.iter().map(|item| (item.clone(), new.clone())));
            renamed.insert(format!(".{name}"), format!(".{new}"));
        }
        for (name, outer) in enums {
            renamed.insert(format!(".{name}"), format!(".{outer}.{}", proto_name(&name, types)));
        }
    }
    renamed
}

/// The package of prost messages, from module names.
pub(super) fn leaf(package: &str, packages: &Packages) -> String {
    let pb = packages.pb(package);
    let segments = packages.module(package).iter().chain([&pb]).map(Ident::plain);
    segments.collect::<Vec<_>>().join(".")
}

fn proto_name(name: &str, types: &TypeNames) -> String {
    names::proto_name(name, types.name(name))
}

/// The new name of a oneof, if it needs one.
pub(super) fn new_oneof_name(oneof: &Oneof) -> Option<&str> {
    let is_renamed = is_nameless(&oneof.name) || oneof.wire_ident != Ident::snake(&oneof.name);
    is_renamed.then(|| oneof.wire_ident.plain())
}

/// A field with its new name, if it needs one.
pub(super) struct WireField<'a> {
    pub(super) field: &'a Field,
    pub(super) new_name: Option<String>,
}

/// The fields of a message, by their numbers.
pub(super) fn wire_fields(message: &Message) -> HashMap<i32, WireField<'_>> {
    let fields = message.members.iter().flat_map(|member| match member {
        Member::Field(field) => vec![WireField { field, new_name: new_field_name(field) }],
        Member::Oneof(oneof) => {
            let variant = |field| WireField { field, new_name: new_variant_name(field) };
            oneof.fields.iter().map(variant).collect()
        }
    });
    fields.map(|known| (known.field.number, known)).collect()
}

fn new_field_name(field: &Field) -> Option<String> {
    let is_renamed = is_nameless(&field.name) || field.wire_ident != Ident::snake(&field.name);
    is_renamed.then(|| field.wire_ident.plain().to_owned())
}

fn new_variant_name(field: &Field) -> Option<String> {
    let is_renamed = is_nameless(&field.name) || field.wire_ident != Ident::camel(&field.name);
    is_renamed.then(|| field.wire_ident.split_words())
}
