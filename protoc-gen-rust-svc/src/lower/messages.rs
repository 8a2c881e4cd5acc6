//! Messages and enums.

use std::collections::BTreeMap;

use super::{
    Lower,
    types::{full_name, is_map_entry},
};
use crate::{
    docs::Docs,
    model::{Enum, EnumValue, Member, Message, Oneof},
    names::{Ident, Scope},
    read::{
        File,
        descriptor::{EnumDescriptor, MessageDescriptor, OneofDescriptor},
    },
};

/// The numbers of `FileDescriptorProto.message_type`, `.enum_type` and so on, of which the path to an element is made.
const FILE_MESSAGE: i32 = 4;
const FILE_ENUM: i32 = 5;
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_NESTED: i32 = 3;
const MESSAGE_ENUM: i32 = 4;
const MESSAGE_ONEOF: i32 = 8;
const ENUM_VALUE: i32 = 2;

impl Lower<'_> {
    /// Every message and every enum, of all files.
    pub(super) fn messages(&mut self) -> (BTreeMap<String, Message>, BTreeMap<String, Enum>) {
        let mut found = Found::default();
        let input = self.input;
        for file in &input.files {
            let package = &file.descriptor.package;
            for (index, message) in file.descriptor.message_type.iter().enumerate() {
                self.message(&mut found, file, package, message, vec![FILE_MESSAGE, index as i32]);
            }
            for (index, item) in file.descriptor.enum_type.iter().enumerate() {
                self.enumeration(&mut found, file, package, item, vec![FILE_ENUM, index as i32]);
            }
        }
        (found.messages, found.enums)
    }

    fn message(
        &mut self,
        found: &mut Found,
        file: &File,
        outer: &str,
        descriptor: &MessageDescriptor,
        path: Vec<i32>,
    ) {
        let name = full_name(outer, &descriptor.name);
        for (index, nested) in descriptor.nested_type.iter().enumerate() {
            if !is_map_entry(nested) {
                self.message(found, file, &name, nested, below(&path, MESSAGE_NESTED, index));
            }
        }
        for (index, item) in descriptor.enum_type.iter().enumerate() {
            self.enumeration(found, file, &name, item, below(&path, MESSAGE_ENUM, index));
        }
        let nested = descriptor.nested_type.iter().filter(|nested| !is_map_entry(nested));
        let message = Message {
            rust: self.types.name(&name),
            module: self.types.module(&name),
            docs: Docs::new(file.source.comment(&path), || format!("The message `{name}`.")),
            deprecated: descriptor.options.as_ref().is_some_and(|options| options.deprecated),
            members: self.members(file, &name, descriptor, &path),
            messages: nested.map(|nested| full_name(&name, &nested.name)).collect(),
            enums: descriptor.enum_type.iter().map(|item| full_name(&name, &item.name)).collect(),
            is_eq: true,
            has_default: true,
            idempotency_key: None,
            position: file.source.position(&path),
            name: name.clone(),
        };
        found.messages.insert(name, message);
    }

    /// Fields and oneofs; a oneof stands where its first field stands.
    fn members(&mut self, file: &File, name: &str, descriptor: &MessageDescriptor, path: &[i32]) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        let mut places: BTreeMap<i32, usize> = BTreeMap::new();
        let mut variants: BTreeMap<i32, Scope> = BTreeMap::new();
        let mut scope = Scope::default();
        for (index, field) in descriptor.field.iter().enumerate() {
            let path = &below(path, MESSAGE_FIELD, index);
            match field.oneof_index.filter(|_| !field.proto3_optional) {
                None => {
                    let ident = scope.take(Ident::snake(&field.name));
                    members.push(Member::Field(self.field(file, name, descriptor, field, ident.clone(), ident, path)));
                }
                Some(oneof) => {
                    let declared = &descriptor.oneof_decl[oneof as usize];
                    let place = *places.entry(oneof).or_insert_with(|| {
                        members.push(Member::Oneof(self.oneof(file, name, declared, &mut scope)));
                        members.len() - 1
                    });
                    let variant = variants.entry(oneof).or_default().take(Ident::camel(&field.name));
                    let lowered = self.field(file, name, descriptor, field, variant.clone(), variant, path);
                    if let Member::Oneof(group) = &mut members[place] {
                        group.fields.push(lowered);
                    }
                }
            }
        }
        self.document_oneofs(file, descriptor, path, &mut members);
        members
    }

    fn oneof(&self, _: &File, message: &str, descriptor: &OneofDescriptor, scope: &mut Scope) -> Oneof {
        let rust = self.types.oneof(message, &descriptor.name);
        let ident = scope.take(Ident::snake(&descriptor.name));
        // prost-build makes the field and the type of one name: where one of them is taken, both are renamed.
        let type_name = rust.wire[rust.wire.len() - 1].clone();
        let renamed = type_name != Ident::camel(&descriptor.name);
        let wire_ident = if renamed { scope.take(Ident::snake(type_name.plain())) } else { ident.clone() };
        Oneof { name: descriptor.name.clone(), ident, wire_ident, rust, docs: Docs::default(), fields: Vec::new() }
    }

    fn document_oneofs(&self, file: &File, descriptor: &MessageDescriptor, path: &[i32], members: &mut [Member]) {
        for member in members {
            let Member::Oneof(oneof) = member else { continue };
            let index = descriptor.oneof_decl.iter().position(|declared| declared.name == oneof.name).unwrap_or_default();
            let comment = file.source.comment(&below(path, MESSAGE_ONEOF, index));
            oneof.docs = Docs::new(comment, || format!("The oneof `{}`.", oneof.name));
        }
    }

    fn enumeration(
        &mut self,
        found: &mut Found,
        file: &File,
        outer: &str,
        descriptor: &EnumDescriptor,
        path: Vec<i32>,
    ) {
        let name = full_name(outer, &descriptor.name);
        let is_closed = file.descriptor.syntax != "proto3";
        let prefix = Ident::camel(&descriptor.name);
        let zero = descriptor.value.iter().find(|value| value.number == 0);
        let has_unspecified = !is_closed && zero.is_some_and(|value| variant(&prefix, &value.name).plain() == "Unspecified");
        let rust = self.types.name(&name);
        let wire_prefix = rust.wire[rust.wire.len() - 1].clone();
        let (mut scope, mut wire_scope) = (Scope::with(&["Unrecognized"]), Scope::default());
        let mut values: Vec<EnumValue> = Vec::new();
        for (index, value) in descriptor.value.iter().enumerate() {
            let alias_of = values.iter().find(|other| other.number == value.number).map(|other| other.ident.clone());
            let wire_ident = variant(&wire_prefix, &value.name);
            let comment = file.source.comment(&below(&path, ENUM_VALUE, index));
            values.push(EnumValue {
                name: value.name.clone(),
                number: value.number,
                ident: scope.take(variant(&prefix, &value.name)),
                wire_ident: if alias_of.is_some() { wire_ident } else { wire_scope.take(wire_ident) },
                alias_of,
                docs: Docs::new(comment, || format!("The value `{}`.", value.name)),
                deprecated: value.options.as_ref().is_some_and(|options| options.deprecated),
            });
        }
        let item = Enum {
            rust,
            docs: Docs::new(file.source.comment(&path), || format!("The enum `{name}`.")),
            deprecated: descriptor.options.as_ref().is_some_and(|options| options.deprecated),
            values,
            has_unspecified,
            is_closed,
            name: name.clone(),
        };
        found.enums.insert(name, item);
    }
}

#[derive(Default)]
struct Found {
    messages: BTreeMap<String, Message>,
    enums: BTreeMap<String, Enum>,
}

/// The variant of a value: without the name of the enum in front, as long as a name is left.
pub(super) fn variant(prefix: &Ident, value: &str) -> Ident {
    let full = Ident::camel(value);
    let rest = full.plain().strip_prefix(prefix.plain()).unwrap_or_default();
    if rest.starts_with(|first: char| first.is_ascii_uppercase()) { Ident::camel(rest) } else { full }
}

fn below(path: &[i32], number: i32, index: usize) -> Vec<i32> {
    path.iter().copied().chain([number, index as i32]).collect()
}
