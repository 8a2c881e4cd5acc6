//! The rules of messages, fields and oneofs.

use super::super::{
    at::{At, below},
    features::Features,
    fields::{map_entries, map_entry},
};
use crate::{
    lower::{lowering::Lowering, names::full_name},
    model::{Rule, RuleKind},
    read::{
        descriptor::{FieldDescriptor, MessageDescriptor, OneofDescriptor},
        rules::{self, FoundRules},
    },
};

/// The numbers of the path to a rule.
const FILE_MESSAGE: i32 = 4;
const FILE_EXTENSION: i32 = 7;
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_NESTED: i32 = 3;
const MESSAGE_EXTENSION: i32 = 6;
const MESSAGE_OPTIONS: i32 = 7;
const FIELD_OPTIONS: i32 = 8;
const RULES: i32 = 1159;
const PREDEFINED: i32 = 1160;

/// Whether the message, a field or a oneof has rules.
pub(in super::super) fn has_rules(descriptor: &MessageDescriptor) -> bool {
    let of_message = descriptor.options.as_ref().is_some_and(|options| !options.rules.is_empty());
    let of_field = |field: &FieldDescriptor| field.options.as_ref().is_some_and(|options| !options.rules.is_empty());
    let of_oneof = |oneof: &OneofDescriptor| oneof.options.as_ref().is_some_and(|options| !options.rules.is_empty());
    of_message || descriptor.field.iter().any(of_field) || descriptor.oneof_decl.iter().any(of_oneof)
}

/// Whether a rule requires a member of a oneof.
pub(in super::super) fn is_oneof_required(oneof: &OneofDescriptor) -> bool {
    oneof.options.as_ref().is_some_and(|options| rules::requires_member(&options.rules))
}

impl Lowering<'_> {
    /// The rules of the message and of its fields.
    pub(in super::super) fn rules(&self, descriptor: &MessageDescriptor, at: &At<'_>) -> Vec<Rule> {
        if !(self.options.checks_rules && has_rules(descriptor)) {
            return Vec::new();
        }
        let own = rules::of_message(descriptor.options.as_ref().map_or(&[], |options| &*options.rules));
        let mut all = located(own, at, &[&*at.path, &[MESSAGE_OPTIONS, RULES]].concat());
        let (name, entries) = (full_name(at.outer, &descriptor.name), map_entries(descriptor));
        for (index, field) in descriptor.field.iter().enumerate() {
            let found = rules::of_field(field, map_entry(&name, &entries, field), &self.predefined);
            let path = [&*below(&at.path, MESSAGE_FIELD, index), &[FIELD_OPTIONS, RULES]].concat();
            all.extend(located(found, at, &path));
        }
        all
    }

    /// The rules of extensions in generated files.
    pub(in super::super) fn extension_rules(&self) -> Vec<Rule> {
        let mut all = Vec::new();
        let files = self.input.files.iter().filter(|file| self.packages.is_generated(&file.descriptor.name));
        for file in files.filter(|_| self.options.checks_rules) {
            let descriptor = &file.descriptor;
            let features = Features::of_file(descriptor);
            let at = At { file, source: &file.source, outer: &descriptor.package, features, path: Vec::new() };
            add_extensions(&descriptor.extension, FILE_EXTENSION, &at, &mut all);
            for (index, message) in descriptor.message_type.iter().enumerate() {
                add_nested(message, &At { path: below(&[], FILE_MESSAGE, index), ..at }, &mut all);
            }
        }
        all
    }
}

/// Adds the rules of the extensions that a message declares.
fn add_nested(message: &MessageDescriptor, at: &At<'_>, all: &mut Vec<Rule>) {
    add_extensions(&message.extension, MESSAGE_EXTENSION, at, all);
    for (index, nested) in message.nested_type.iter().enumerate() {
        add_nested(nested, &At { path: below(&at.path, MESSAGE_NESTED, index), ..*at }, all);
    }
}

fn add_extensions(extensions: &[FieldDescriptor], number: i32, at: &At<'_>, all: &mut Vec<Rule>) {
    for (index, extension) in extensions.iter().enumerate() {
        let found = rules::of_extension(extension);
        let option = if found.expressions.is_empty() { RULES } else { PREDEFINED };
        let path = [&*below(&at.path, number, index), &[FIELD_OPTIONS, option]].concat();
        all.extend(located(found, at, &path));
    }
}

fn located(found: FoundRules, at: &At<'_>, path: &[i32]) -> Vec<Rule> {
    let kinds = found.expressions.into_iter().map(RuleKind::Cel);
    let kinds = kinds.chain(found.unsupported.into_iter().map(RuleKind::Unsupported));
    kinds.map(|kind| Rule { kind, position: at.source.position(path) }).collect()
}
