//! Rules of `buf.validate`.

use super::at::At;
use crate::{
    model::CelRule,
    read::{
        descriptor::{FieldDescriptor, MessageDescriptor, OneofDescriptor},
        rules,
    },
};

/// The numbers of the path to a rule.
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_OPTIONS: i32 = 7;
const FIELD_OPTIONS: i32 = 8;
const RULES: i32 = 1159;

/// Whether the message, a field or a oneof has rules.
pub(super) fn has_rules(descriptor: &MessageDescriptor) -> bool {
    let of_message = descriptor.options.as_ref().is_some_and(|options| !options.rules.is_empty());
    let of_field = |field: &FieldDescriptor| field.options.as_ref().is_some_and(|options| !options.rules.is_empty());
    let of_oneof = |oneof: &OneofDescriptor| oneof.options.as_ref().is_some_and(|options| !options.rules.is_empty());
    of_message || descriptor.field.iter().any(of_field) || descriptor.oneof_decl.iter().any(of_oneof)
}

/// The rules in CEL of the message and of its fields.
pub(super) fn cel(descriptor: &MessageDescriptor, at: &At<'_>) -> Vec<CelRule> {
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
