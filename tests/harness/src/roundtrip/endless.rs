//! Fields that are `REQUIRED` in a cycle: a message that needs another of its type. The generator does not require those.

use std::collections::BTreeSet;

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use crate::roundtrip::contracts::oneof;

/// The `REQUIRED` fields that finite messages can satisfy.
pub(crate) fn without_endless(pool: &DescriptorPool, said: &BTreeSet<String>) -> BTreeSet<String> {
    let fields = pool.all_messages().flat_map(|message| message.fields().collect::<Vec<_>>());
    let endless = fields.filter(|field| said.contains(field.full_name()) && oneof(field).is_none());
    let endless = endless.filter(|field| is_endless(field, said)).map(|field| field.full_name().to_owned());
    said - &endless.collect()
}

/// Whether the type of a field requires the message of the field.
fn is_endless(field: &FieldDescriptor, said: &BTreeSet<String>) -> bool {
    let mut seen = BTreeSet::new();
    let mut todo: Vec<_> = held(field).into_iter().collect();
    while let Some(message) = todo.pop() {
        if seen.insert(message.full_name().to_owned()) {
            todo.extend(message.fields().filter(|field| is_needed(field, said)).filter_map(|field| held(&field)));
        }
    }
    seen.contains(field.parent_message().full_name())
}

fn is_needed(field: &FieldDescriptor, said: &BTreeSet<String>) -> bool {
    let is_said = said.contains(field.full_name()) && oneof(field).is_none();
    is_said || field.cardinality() == Cardinality::Required
}

/// The message of a field, be it singular, repeated or a map.
fn held(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    match field.kind() {
        Kind::Message(entry) if entry.is_map_entry() => held(&entry.map_entry_value_field()),
        Kind::Message(message) => Some(message),
        _ => None,
    }
}
