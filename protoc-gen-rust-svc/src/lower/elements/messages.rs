//! Messages and enums.

use std::collections::{BTreeMap, HashMap};

use super::{
    at::{At, below},
    declared::Declared,
    features::Features,
    fields::map_entries,
    rules::{has_rules, is_oneof_required},
};
use crate::{
    diagnostics::Position,
    docs::Docs,
    lower::{
        lowering::Lowering,
        names::{Accessors, OneofName, full_name, is_in_oneof, is_map_entry, oneofs},
    },
    model::{Member, Message, Oneof, Reserved},
    names::{Ident, Scope},
    read::descriptor::{MessageDescriptor, OneofDescriptor},
};

/// The field numbers on the path to an element, such as that of `FileDescriptorProto.message_type`.
const FILE_MESSAGE: i32 = 4;
const FILE_ENUM: i32 = 5;
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_NESTED: i32 = 3;
const MESSAGE_ENUM: i32 = 4;
const MESSAGE_ONEOF: i32 = 8;

impl Lowering<'_> {
    /// Lowers the messages and enums of all files.
    pub(super) fn types(&mut self) -> Declared {
        let mut found = Declared::default();
        let input = self.input;
        for file in &input.files {
            let package = &file.descriptor.package;
            let features = Features::of_file(&file.descriptor);
            // Comments and positions are only needed for generated files.
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
        found
    }

    fn message(&mut self, found: &mut Declared, descriptor: &MessageDescriptor, at: &At<'_>) {
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
            is_hidden: self.is_hidden(options.visibility.as_ref()),
            members: self.members(descriptor, &inside(at.path.clone())),
            messages: nested.map(|nested| full_name(&name, &nested.name)).collect(),
            enums: descriptor.enum_type.iter().map(|item| full_name(&name, &item.name)).collect(),
            is_eq: true,
            is_hash: true,
            has_default: true,
            is_wire_eq: true,
            is_wire_copy: true,
            idempotency_key: None,
            has_input_only: false,
            has_loose_json: features.has_loose_json,
            has_rules: has_rules(descriptor),
            rules: self.rules(descriptor, at),
            masked: None,
            reserved: Reserved {
                // The end of a field range is exclusive.
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

    /// Lowers fields and oneofs, each oneof at the place of its first field.
    fn members(&mut self, descriptor: &MessageDescriptor, at: &At<'_>) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        let mut places: BTreeMap<i32, usize> = BTreeMap::new();
        let mut variants: BTreeMap<i32, Scope> = BTreeMap::new();
        let mut scope = self.oneof_fields(at.outer, descriptor);
        let mut accessors = Accessors::default();
        let entries = map_entries(descriptor);
        for (index, field) in descriptor.field.iter().enumerate() {
            let path = below(&at.path, MESSAGE_FIELD, index);
            let field_at = At { path, ..*at };
            match field.oneof_index.filter(|_| is_in_oneof(field)) {
                None => {
                    let ident = scope.take(Ident::snake(&field.name));
                    let mut lowered = self.field(&entries, field, ident, &field_at);
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
                    let lowered = self.field(&entries, field, variant, &field_at);
                    if let Member::Oneof(group) = &mut members[place] {
                        group.fields.push(lowered);
                    }
                }
            }
        }
        document_oneofs(descriptor, at, &mut members);
        members
    }

    /// The names of oneofs as fields of the prost message.
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
            is_required_by_rule: self.options.checks_rules && is_oneof_required(descriptor),
            is_endless: false,
            position: Position::default(),
        }
    }
}

fn document_oneofs(descriptor: &MessageDescriptor, at: &At<'_>, members: &mut [Member]) {
    let declared = descriptor.oneof_decl.iter().enumerate();
    let indexes: HashMap<_, _> = declared.map(|(index, declared)| (declared.name.as_str(), index)).collect();
    for member in members {
        let Member::Oneof(oneof) = member else { continue };
        let index = indexes.get(oneof.name.as_str()).copied().unwrap_or_default();
        let path = below(&at.path, MESSAGE_ONEOF, index);
        oneof.docs = Docs::new(&at.source.comment(&path), || format!("The oneof `{}`.", oneof.name));
        oneof.position = at.source.position(&path);
    }
}
