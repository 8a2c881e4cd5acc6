//! Fields, oneofs and map entries.

use std::collections::{HashMap, HashSet};

use super::{
    element::message as element,
    validator::{TypeKind, Validator, printable},
};
use crate::read::descriptor::{FieldDescriptor, Label, MessageDescriptor, OneofDescriptor, Type};

/// The highest number of a field.
const MAX_NUMBER: i32 = 536_870_911;

impl Validator<'_> {
    pub(super) fn fields(&mut self, full_name: &str, message: &MessageDescriptor, depth: usize) {
        self.each(element::ONEOF, &message.oneof_decl, |check, oneof| check.name("oneof", &oneof.name));
        let entries = entries(message);
        self.each(element::FIELD, &message.field, |check, field| check.field(full_name, message, &entries, field));
        let (members, mut index) = (oneof_members(message), 0..);
        self.each(element::ONEOF, &message.oneof_decl, |check, oneof| {
            check.oneof(oneof, index.next().and_then(|index| members.get(&index)).map_or(&[], Vec::as_slice));
        });
        if is_entry(message) && !(depth > 0 && is_whole_entry(message)) {
            self.error(format!("invalid map entry `{}`", printable(&message.name)));
        }
    }

    fn field(
        &mut self,
        message_name: &str,
        message: &MessageDescriptor,
        entries: &HashSet<&str>,
        field: &FieldDescriptor,
    ) {
        self.name("field", &field.name);
        match Type::try_from(field.r#type) {
            Ok(Type::Message) if is_map(message_name, entries, field) => self.map(field),
            Ok(Type::Message | Type::Group) => self.refers(&field.type_name, TypeKind::Message),
            Ok(Type::Enum) => self.refers(&field.type_name, TypeKind::Enum),
            Ok(_) => (),
            Err(_) => self.error(format!("unknown type {1} of field `{0}`", printable(&field.name), field.r#type)),
        }
        if !(1..=MAX_NUMBER).contains(&field.number) {
            self.error(format!("invalid number {1} of field `{0}`", printable(&field.name), field.number));
        }
        if field.label != 0 && Label::try_from(field.label).is_err() {
            self.error(format!("unknown label {1} of field `{0}`", printable(&field.name), field.label));
        }
        self.default(field);
        self.membership(message, field);
    }

    fn map(&mut self, field: &FieldDescriptor) {
        if field.label() != Label::Repeated || field.oneof_index.is_some() {
            self.error(format!("map field `{}` is not repeated, or in a oneof", printable(&field.name)));
        }
    }

    fn oneof(&mut self, oneof: &OneofDescriptor, members: &[&FieldDescriptor]) {
        let name = printable(&oneof.name);
        if members.is_empty() {
            self.error(format!("oneof `{name}` has no fields"));
        }
        if members.len() > 1 && members.iter().any(|field| field.proto3_optional) {
            self.error(format!("oneof `{name}` of an `optional` field has other fields"));
        }
    }

    /// Checks the oneof of a field.
    fn membership(&mut self, message: &MessageDescriptor, field: &FieldDescriptor) {
        let name = printable(&field.name);
        match oneof_of(field) {
            Some(Ok(index)) if index < message.oneof_decl.len() && field.label() == Label::Optional => (),
            Some(Ok(index)) if index < message.oneof_decl.len() => {
                self.error(format!("field `{name}` of a oneof is repeated or required"));
            }
            Some(_) => self.error(format!("field `{name}` is in an unknown oneof")),
            None if field.proto3_optional => {
                self.error(format!("field `{name}` is `optional` without a oneof of its own"))
            }
            None => (),
        }
    }
}

/// The index of the oneof that a field is part of, if it is an index.
fn oneof_of(field: &FieldDescriptor) -> Option<Result<usize, std::num::TryFromIntError>> {
    field.oneof_index.map(usize::try_from)
}

/// Whether a message is declared as a map entry.
pub(super) fn is_entry(message: &MessageDescriptor) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry)
}

/// The map entries of a message, by their names.
fn entries(message: &MessageDescriptor) -> HashSet<&str> {
    message.nested_type.iter().filter(|nested| is_entry(nested)).map(|nested| nested.name.as_str()).collect()
}

/// Whether a field is a map.
fn is_map(full_name: &str, entries: &HashSet<&str>, field: &FieldDescriptor) -> bool {
    let own = field.type_name.strip_prefix(full_name).and_then(|rest| rest.strip_prefix('.'));
    own.is_some_and(|own| entries.contains(own))
}

/// The fields of each oneof, by its index.
fn oneof_members(message: &MessageDescriptor) -> HashMap<i32, Vec<&FieldDescriptor>> {
    let mut members: HashMap<i32, Vec<&FieldDescriptor>> = HashMap::new();
    for field in &message.field {
        field.oneof_index.into_iter().for_each(|index| members.entry(index).or_default().push(field));
    }
    members
}

/// Whether a message has exactly a key and a value, in this order.
fn is_whole_entry(message: &MessageDescriptor) -> bool {
    let is = |field: &FieldDescriptor, name: &str, number: i32| {
        let is_plain = field.oneof_index.is_none() && !field.proto3_optional;
        field.name == name && field.number == number && field.label() == Label::Optional && is_plain
    };
    let [key, value] = message.field.as_slice() else { return false };
    let is_alone = message.nested_type.is_empty() && message.enum_type.is_empty() && message.oneof_decl.is_empty();
    is_alone && is(key, "key", 1) && is(value, "value", 2) && is_key(key.r#type()) && value.r#type() != Type::Group
}

fn is_key(kind: Type) -> bool {
    !matches!(kind, Type::Double | Type::Float | Type::Bytes | Type::Message | Type::Group | Type::Enum)
}
