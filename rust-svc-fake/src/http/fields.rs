//! The fields of a message, as routes use them.

use std::collections::BTreeMap;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use rust_svc::gateway::MessageFields;

use crate::contract::is_output_only;

/// The fields of a message by its descriptor. The process keeps them until it ends.
#[derive(Debug)]
pub(super) struct DescriptorFields {
    name: &'static str,
    /// The proto names.
    names: BTreeMap<String, &'static str>,
    descriptor: MessageDescriptor,
}

impl DescriptorFields {
    pub(super) fn of(descriptor: &MessageDescriptor) -> &'static Self {
        let names = descriptor.fields().map(|field| (field.name().to_owned(), leak(field.name()))).collect();
        let fields = Self { name: leak(descriptor.full_name()), names, descriptor: descriptor.clone() };
        Box::leak(Box::new(fields))
    }

    /// Returns the fields along a path; `None` if it leads to no field.
    fn along(&self, path: &str) -> Option<Vec<FieldDescriptor>> {
        let (mut message, mut found) = (Some(self.descriptor.clone()), Vec::new());
        for name in path.split('.') {
            let field = find(&message?, name)?;
            message = message_of(&field);
            found.push(field);
        }
        Some(found)
    }
}

impl MessageFields for DescriptorFields {
    fn name(&self) -> &'static str {
        self.name
    }

    fn field(&self, name: &str) -> Option<&'static str> {
        self.names.get(find(&self.descriptor, name)?.name()).copied()
    }

    fn messages(&self) -> Vec<(&'static str, &'static str)> {
        let of_field =
            |field: FieldDescriptor| Some((self.field(field.name())?, leak(message_of(&field)?.full_name())));
        self.descriptor.fields().filter_map(of_field).collect()
    }

    fn is_output_only(&self, path: &str) -> bool {
        self.along(path).is_some_and(|fields| fields.iter().any(is_output_only))
    }

    fn is_text(&self, path: &str) -> bool {
        let last = self.along(path).and_then(|mut fields| fields.pop());
        last.is_some_and(|field| !field.is_list() && matches!(field.kind(), Kind::String))
    }

    fn may_have_key(&self, key: &str) -> bool {
        // Their JSON has any keys.
        let is_open = matches!(self.name, "google.protobuf.Struct" | "google.protobuf.Value" | "google.protobuf.Any");
        is_open || find(&self.descriptor, key).is_some()
    }
}

/// Finds a field by its proto or JSON name.
pub(super) fn find(message: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    message.get_field_by_name(name).or_else(|| message.get_field_by_json_name(name))
}

/// Returns the message that a field holds, unless it holds several.
pub(super) fn message_of(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    field.kind().as_message().filter(|_| !field.is_list() && !field.is_map()).cloned()
}

fn leak(text: &str) -> &'static str {
    String::leak(text.to_owned())
}
