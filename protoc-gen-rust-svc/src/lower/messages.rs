//! Messages and enums.

use std::collections::BTreeMap;

use super::{
    Lower,
    accessors::Accessors,
    features::Features,
    json_names,
    types::{OneofName, full_name, is_in_oneof, is_map_entry, oneofs},
};
use crate::{
    docs::Docs,
    model::{CelRule, Enum, EnumValue, Member, Message, Oneof, Reserved},
    names::{Ident, Scope, is_nameless},
    read::{
        File, Position, Source,
        descriptor::{EnumDescriptor, FieldDescriptor, MessageDescriptor, OneofDescriptor},
        rules,
    },
};

/// The numbers of `FileDescriptorProto.message_type`, `.enum_type` and so on, of which the path to an element is made.
const FILE_MESSAGE: i32 = 4;
const FILE_ENUM: i32 = 5;
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_NESTED: i32 = 3;
const MESSAGE_ENUM: i32 = 4;
const MESSAGE_ONEOF: i32 = 8;
const MESSAGE_OPTIONS: i32 = 7;
const FIELD_OPTIONS: i32 = 8;
const ENUM_VALUE: i32 = 2;

/// The number of the options of `buf.validate`.
const RULES: i32 = 1159;

impl Lower<'_> {
    /// Every message and every enum, of all files.
    pub(super) fn messages(&mut self) -> (BTreeMap<String, Message>, BTreeMap<String, Enum>) {
        let mut found = Found::default();
        let input = self.input;
        for file in &input.files {
            let package = &file.descriptor.package;
            let features = Features::of_file(&file.descriptor);
            // Nobody reads the docs of what is not generated, nor is anything wrong with it.
            let nowhere = file.source.without_places();
            let source = if self.packages.is_generated(&file.descriptor.name) { &file.source } else { &nowhere };
            for (index, message) in file.descriptor.message_type.iter().enumerate() {
                let at = At { file, source, outer: package, features, path: vec![FILE_MESSAGE, index as i32] };
                self.message(&mut found, message, &at);
            }
            for (index, item) in file.descriptor.enum_type.iter().enumerate() {
                let at = At { file, source, outer: package, features, path: vec![FILE_ENUM, index as i32] };
                self.enumeration(&mut found, item, &at);
            }
        }
        (found.messages, found.enums)
    }

    fn message(&mut self, found: &mut Found, descriptor: &MessageDescriptor, at: &At<'_>) {
        let name = full_name(at.outer, &descriptor.name);
        let options = descriptor.options.clone().unwrap_or_default();
        let features = at.features.with(options.features.as_ref());
        let inside = |path| At { file: at.file, source: at.source, outer: &name, features, path };
        for (index, nested) in descriptor.nested_type.iter().enumerate() {
            if !is_map_entry(nested) {
                self.message(found, nested, &inside(below(&at.path, MESSAGE_NESTED, index)));
            }
        }
        for (index, item) in descriptor.enum_type.iter().enumerate() {
            self.enumeration(found, item, &inside(below(&at.path, MESSAGE_ENUM, index)));
        }
        let nested = descriptor.nested_type.iter().filter(|nested| !is_map_entry(nested));
        let message = Message {
            rust: self.types.name(&name).clone(),
            module: self.types.module(&name),
            form: self.form(&name, &options),
            docs: Docs::new(&at.source.comment(&at.path), || format!("The message `{name}`.")),
            deprecated: options.deprecated,
            members: self.members(descriptor, &inside(at.path.clone())),
            messages: nested.map(|nested| full_name(&name, &nested.name)).collect(),
            enums: descriptor.enum_type.iter().map(|item| full_name(&name, &item.name)).collect(),
            is_eq: true,
            is_hash: true,
            has_default: true,
            idempotency_key: None,
            has_input_only: false,
            has_rules: has_rules(descriptor),
            cel: if self.options.checks_rules { cel(descriptor, at) } else { Vec::new() },
            masked: None,
            reserved: Reserved {
                // The end of a range of fields is not part of it.
                numbers: descriptor
                    .reserved_range
                    .iter()
                    .map(|range| range.start..=range.end.saturating_sub(1))
                    .collect(),
                names: descriptor.reserved_name.clone(),
            },
            position: at.source.position(&at.path),
            name: name.clone(),
        };
        found.messages.insert(name, message);
    }

    /// Fields and oneofs; a oneof stands where its first field stands. `at` is within the message.
    fn members(&mut self, descriptor: &MessageDescriptor, at: &At<'_>) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        let mut places: BTreeMap<i32, usize> = BTreeMap::new();
        let mut variants: BTreeMap<i32, Scope> = BTreeMap::new();
        let mut scope = self.oneof_fields(at.outer, descriptor);
        let mut accessors = Accessors::default();
        for (index, field) in descriptor.field.iter().enumerate() {
            let path = below(&at.path, MESSAGE_FIELD, index);
            let field_at = At { path, ..*at };
            match field.oneof_index.filter(|_| is_in_oneof(field)) {
                None => {
                    let ident = scope.take(Ident::snake(&field.name));
                    let mut lowered = self.field(descriptor, field, ident, &field_at);
                    lowered.wire_ident = accessors.take(&lowered, &mut scope);
                    members.push(Member::Field(lowered));
                }
                Some(oneof) => {
                    let declared = &descriptor.oneof_decl[oneof as usize];
                    let place = *places.entry(oneof).or_insert_with(|| {
                        members.push(Member::Oneof(self.oneof(at.outer, declared, &mut scope)));
                        members.len() - 1
                    });
                    let variant = variants.entry(oneof).or_default().take(Ident::camel(&field.name));
                    let lowered = self.field(descriptor, field, variant, &field_at);
                    if let Member::Oneof(group) = &mut members[place] {
                        group.fields.push(lowered);
                    }
                }
            }
        }
        document_oneofs(descriptor, at, &mut members);
        json_names::tell_apart(&mut members);
        members
    }

    /// What the oneofs of a message are called as fields.
    fn oneof_fields(&self, message: &str, descriptor: &MessageDescriptor) -> Scope {
        let mut scope = Scope::default();
        for oneof in oneofs(descriptor) {
            scope.take(self.types.oneof(message, &oneof.name).wire_ident);
        }
        scope
    }

    fn oneof(&self, message: &str, descriptor: &OneofDescriptor, scope: &mut Scope) -> Oneof {
        let OneofName { rust, wire_ident } = self.types.oneof(message, &descriptor.name);
        let own = Ident::snake(&descriptor.name);
        let ident = if own == wire_ident || scope.has(&own) { wire_ident.clone() } else { scope.take(own) };
        Oneof {
            name: descriptor.name.clone(),
            ident,
            wire_ident,
            rust,
            docs: Docs::default(),
            fields: Vec::new(),
            position: Position::default(),
        }
    }

    fn enumeration(&mut self, found: &mut Found, descriptor: &EnumDescriptor, at: &At<'_>) {
        let name = full_name(at.outer, &descriptor.name);
        let options = descriptor.options.clone().unwrap_or_default();
        let is_closed = at.features.with(options.features.as_ref()).is_closed;
        let prefix = Ident::camel(&descriptor.name);
        let zero = descriptor.value.iter().find(|value| value.number == 0);
        let has_unspecified =
            !is_closed && zero.is_some_and(|value| variant(&prefix, &value.name).plain() == "Unspecified");
        let rust = self.types.name(&name).clone();
        let wire_prefix = rust.wire[rust.wire.len() - 1].clone();
        let (mut scope, mut wire_scope) = (Scope::with(&["Unrecognized"]), Scope::default());
        let mut values: Vec<EnumValue> = Vec::new();
        for (index, value) in descriptor.value.iter().enumerate() {
            let alias_of = values.iter().find(|other| other.number == value.number).map(|other| other.ident.clone());
            let wire_ident = wire_variant(&wire_prefix, &value.name);
            let wire_ident = if alias_of.is_some() { wire_ident } else { wire_scope.take(wire_ident) };
            let path = below(&at.path, ENUM_VALUE, index);
            values.push(EnumValue {
                name: value.name.clone(),
                number: value.number,
                ident: scope.take(variant(&prefix, &value.name)),
                wire_name: wire_name(&wire_prefix, &value.name, &wire_ident),
                wire_ident,
                alias_of,
                docs: Docs::new(&at.source.comment(&path), || format!("The value `{}`.", value.name)),
                deprecated: value.options.as_ref().is_some_and(|options| options.deprecated),
                position: at.source.position(&path),
            });
        }
        name_constants(&mut values);
        let item = Enum {
            rust,
            docs: Docs::new(&at.source.comment(&at.path), || format!("The enum `{name}`.")),
            deprecated: options.deprecated,
            values,
            has_unspecified,
            is_closed,
            reserved: Reserved {
                numbers: descriptor.reserved_range.iter().map(|range| range.start..=range.end).collect(),
                names: descriptor.reserved_name.clone(),
            },
            position: at.source.position(&at.path),
            name: name.clone(),
        };
        found.enums.insert(name, item);
    }
}

/// Gives each alias the name of a constant, which stands beside the variants.
fn name_constants(values: &mut [EnumValue]) {
    let mut scope = Scope::default();
    for value in values.iter().filter(|value| value.alias_of.is_none()) {
        scope.take(value.ident.clone());
    }
    for alias in values.iter_mut().filter(|value| value.alias_of.is_some()) {
        alias.ident = scope.take(Ident::shouting(alias.ident.plain()));
    }
}

/// Whether `buf.validate` says something of the message, a field or a oneof.
fn has_rules(descriptor: &MessageDescriptor) -> bool {
    let of_message = descriptor.options.as_ref().is_some_and(|options| !options.rules.is_empty());
    let of_field = |field: &FieldDescriptor| field.options.as_ref().is_some_and(|options| !options.rules.is_empty());
    let of_oneof = |oneof: &OneofDescriptor| oneof.options.as_ref().is_some_and(|options| !options.rules.is_empty());
    of_message || descriptor.field.iter().any(of_field) || descriptor.oneof_decl.iter().any(of_oneof)
}

/// The rules in CEL of the message and of its fields.
fn cel(descriptor: &MessageDescriptor, at: &At<'_>) -> Vec<CelRule> {
    let rule = |expression, path: &[i32]| CelRule { expression, position: at.source.position(path) };
    let path = [&*at.path, &[MESSAGE_OPTIONS, RULES]].concat();
    let own = rules::of_message(descriptor.options.as_ref().map_or(&[], |options| &*options.rules));
    let mut all: Vec<_> = own.into_iter().map(|expression| rule(expression, &path)).collect();
    for (index, field) in descriptor.field.iter().enumerate() {
        let path = [&*at.path, &[MESSAGE_FIELD, index as i32, FIELD_OPTIONS, RULES]].concat();
        let expressions = rules::of_field(field.options.as_ref().map_or(&[], |options| &*options.rules));
        all.extend(expressions.into_iter().map(|expression| rule(expression, &path)));
    }
    all
}

#[derive(Default)]
struct Found {
    messages: BTreeMap<String, Message>,
    enums: BTreeMap<String, Enum>,
}

/// Where an element stands: in which file, in what, under which features, and the path to it.
pub(super) struct At<'a> {
    pub(super) file: &'a File,
    pub(super) source: &'a Source,
    pub(super) outer: &'a str,
    pub(super) features: Features,
    pub(super) path: Vec<i32>,
}

fn document_oneofs(descriptor: &MessageDescriptor, at: &At<'_>, members: &mut [Member]) {
    for member in members {
        let Member::Oneof(oneof) = member else { continue };
        let index = descriptor.oneof_decl.iter().position(|declared| declared.name == oneof.name).unwrap_or_default();
        let path = below(&at.path, MESSAGE_ONEOF, index);
        oneof.docs = Docs::new(&at.source.comment(&path), || format!("The oneof `{}`.", oneof.name));
        oneof.position = at.source.position(&path);
    }
}

/// The variant of a value: without the name of the enum in front, as long as a name is left.
fn variant(prefix: &Ident, value: &str) -> Ident {
    let full = Ident::camel(value);
    full.behind(prefix).map_or(full, |rest| Ident::camel(rest.plain()))
}

/// The variant that prost-build makes of it: words of one letter stay apart, as in `XL`.
fn wire_variant(prefix: &Ident, value: &str) -> Ident {
    let full = Ident::camel(value);
    full.behind(prefix).unwrap_or(full)
}

/// The name of a value that prost-build makes a variant of.
fn wire_name(prefix: &Ident, name: &str, wire_ident: &Ident) -> String {
    let is_renamed = is_nameless(name) || *wire_ident != wire_variant(prefix, name);
    if is_renamed { format!("{}_{}", prefix.spelled(), wire_ident.spelled()) } else { name.to_owned() }
}

fn below(path: &[i32], number: i32, index: usize) -> Vec<i32> {
    path.iter().copied().chain([number, index as i32]).collect()
}
